//! SARIF 2.1.0 (OASIS), for code scanning: one rule a code, one result a failure, at the package's line of
//! the lock file. Only what is not verified has results. Results are written one by one.

use std::collections::BTreeMap;
use std::io::Write;

use countersign::report::AuditReport;
use serde::ser::{Error as _, SerializeSeq as _};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::Context;
use super::finding::{self, Finding, Gravity};
use super::json::pretty;
use super::place::Places;
use crate::plain_text::plain;
use crate::view::Package;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What a relative URI starts from, by the name that code scanning knows.
const BASE: &str = "%SRCROOT%";

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Value,
    invocations: Value,
    column_kind: &'static str,
    results: Results<'a>,
    properties: Value,
}

struct Results<'a> {
    report: &'a AuditReport,
    places: &'a Places,
    rules: &'a BTreeMap<String, Rule>,
}

struct Rule {
    index: usize,
    help: String,
    /// Of the gravest package that has it: one code can be an error here and a doubt there.
    gravity: Gravity,
}

pub fn write(out: &mut dyn Write, report: &AuditReport, context: &Context) -> Result<(), String> {
    let places = context.places(report);
    let rules = rules(report)?;
    let driver = json!({
        "name": "audit-signatures",
        "fullName": "countersign audit-signatures",
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": rules.iter().map(|(code, rule)| described(code, rule)).collect::<Vec<_>>(),
    });
    let head = serde_json::to_value(report.head()).map_err(|e| e.to_string())?;
    let run = Run {
        tool: json!({"driver": driver}),
        // No results are a clean audit only if there was one, and it came to its end.
        invocations: json!([{"executionSuccessful": context.finished && finding::is_audited(report)}]),
        column_kind: "utf16CodeUnits",
        results: Results { report, places: &places, rules: &rules },
        properties: json!({
            "verifiedAt": head.get("verifiedAt"),
            "registry": head.get("registry"),
            "registryIdentity": head.get("registryIdentity"),
            "summary": head.get("summary"),
            "notes": head.get("notes"),
        }),
    };
    pretty(out, &Log { schema: SCHEMA, version: "2.1.0", runs: [run] })
}

/// The codes that occur, sorted; a rule's index is its place among them.
fn rules(report: &AuditReport) -> Result<BTreeMap<String, Rule>, String> {
    let mut rules = BTreeMap::new();
    for package in report.packages() {
        let package = Package::of(package)?;
        let Some(gravity) = finding::gravity(&package) else { continue };
        for Finding { code, help, .. } in finding::of(&package) {
            let rule = rules.entry(code).or_insert(Rule { index: 0, help, gravity });
            rule.gravity = rule.gravity.min(gravity);
        }
    }
    for (index, rule) in rules.values_mut().enumerate() {
        rule.index = index;
    }
    Ok(rules)
}

fn described(code: &str, rule: &Rule) -> Value {
    let name = code.strip_prefix("ERR_COUNTERSIGN_").unwrap_or(code).replace('_', " ").to_lowercase();
    json!({
        "id": code,
        "shortDescription": {"text": name},
        "help": {"text": rule.help},
        "defaultConfiguration": {"level": level(rule.gravity)},
    })
}

fn level(gravity: Gravity) -> &'static str {
    match gravity {
        Gravity::Error => "error",
        Gravity::Warning => "warning",
    }
}

/// In a message brackets are links and braces are places for arguments (SARIF §3.11.5, §3.11.6).
fn literal(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}").replace('[', "\\[").replace(']', "\\]")
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut results = serializer.serialize_seq(None)?;
        for package in self.report.packages() {
            let package = Package::of(package).map_err(S::Error::custom)?;
            let Some(gravity) = finding::gravity(&package) else { continue };
            for finding in finding::of(&package) {
                results.serialize_element(&self.result(&package, gravity, &finding))?;
            }
        }
        results.end()
    }
}

impl Results<'_> {
    fn result(&self, package: &Package, gravity: Gravity, finding: &Finding) -> Value {
        let id = plain(&package.id());
        let place = package.locations.first().map_or_else(String::new, |location| plain(location));
        json!({
            "ruleId": finding.code,
            "ruleIndex": self.rules.get(&finding.code).map(|rule| rule.index),
            "level": level(gravity),
            "message": {"text": literal(&format!("{id}: {}. {}", finding.message, finding.help))},
            "locations": [self.location(package, &id)],
            // A line that moves makes no new alert.
            "partialFingerprints": {"countersign/v1": format!("{} {id} {place}", finding.code)},
            "properties": {
                "verdict": package.verdict,
                "claim": finding.claim,
                "locations": package.locations.iter().map(|location| plain(location)).collect::<Vec<_>>(),
            },
        })
    }

    fn location(&self, package: &Package, id: &str) -> Value {
        let logical = json!([{"name": id, "kind": "package"}]);
        let Some((uri, is_relative)) = self.places.uri() else { return json!({"logicalLocations": logical}) };
        let file = if is_relative { json!({"uri": uri, "uriBaseId": BASE}) } else { json!({"uri": uri}) };
        let physical = match self.places.line(&package.locations) {
            Some(line) => json!({"artifactLocation": file, "region": {"startLine": line}}),
            None => json!({"artifactLocation": file}),
        };
        json!({"physicalLocation": physical, "logicalLocations": logical})
    }
}
