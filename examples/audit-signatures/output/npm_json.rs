//! The JSON of `npm audit signatures`, so that scripts which read it keep working (npm 12,
//! `lib/utils/verify-signatures.js`): one entry a location.
//!
//! npm stops at much of what is judged here, and knows no policy. Whatever is not verified stands in
//! `invalid` or `missing` all the same, with npm's code where it has one, so that a script which counts the
//! entries never takes it for a clean audit.

use std::collections::BTreeMap;
use std::io::Write;

use countersign::report::{AuditReport, PackageReport};
use countersign::{ParseError, VerifyError};
use serde::ser::{Error as _, SerializeSeq as _};
use serde::{Serialize, Serializer};
use serde_json::json;

use super::Context;
use super::finding::{self, Finding};
use super::json::pretty;
use crate::lockfile::Item;
use crate::plain_text::plain;
use crate::view::Package;

#[derive(Serialize)]
struct Document<'a> {
    invalid: Entries<'a>,
    missing: Entries<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified: Option<Entries<'a>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum List {
    Invalid,
    Missing,
    Verified,
}

struct Entries<'a> {
    list: List,
    report: &'a AuditReport,
    resolved: &'a BTreeMap<(&'a str, &'a str), &'a Item>,
}

/// Members that are not known are left out, as npm leaves out what is undefined. Sorted as npm's are.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    integrity: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keyid: Option<String>,
    location: String,
    name: String,
    registry: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolved: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    predicate_type: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    attestations: Option<Attestations>,
}

#[derive(Serialize)]
struct Attestations {
    url: String,
    provenance: Provenance,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Provenance {
    predicate_type: String,
}

/// As npm's error, in whose presence it prints no lists: two empty ones would be a clean audit.
const NOTHING: &str = "found no dependencies to audit that were installed from a supported registry";

pub fn write(out: &mut dyn Write, report: &AuditReport, context: &Context) -> Result<(), String> {
    if !finding::is_audited(report) {
        return pretty(
            out,
            &json!({"error": {"summary": NOTHING, "detail": "Nothing was audited, so nothing is proved."}}),
        );
    }
    let items = context.items.iter().map(|item| ((item.name.as_str(), item.version.as_str()), item));
    let resolved: BTreeMap<(&str, &str), &Item> = items.collect();
    let entries = |list| Entries { list, report, resolved: &resolved };
    pretty(
        out,
        &Document {
            invalid: entries(List::Invalid),
            missing: entries(List::Missing),
            verified: context.include_attestations.then(|| entries(List::Verified)),
        },
    )
}

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for report in self.report.packages() {
            let package = Package::of(report).map_err(S::Error::custom)?;
            if list_of(&package) != Some(self.list) {
                continue;
            }
            let nowhere = package.locations.is_empty().then(String::new);
            for location in package.locations.iter().chain(&nowhere) {
                list.serialize_element(&self.entry(report, &package, location))?;
            }
        }
        list.end()
    }
}

/// A signature that is wanting is npm's `missing`, if nothing graver is the matter. `verified` has packages
/// with attestations alone, as npm's.
fn list_of(package: &Package) -> Option<List> {
    let findings = finding::of(package);
    match findings.first() {
        Some(gravest) if gravest.code == MISSING => Some(List::Missing),
        Some(_) => Some(List::Invalid),
        None => package.provenance.as_ref().filter(|p| p.status == "verified").map(|_| List::Verified),
    }
}

const MISSING: &str = "ERR_COUNTERSIGN_MISSING_REGISTRY_SIGNATURE";

impl Entries<'_> {
    fn entry(&self, report: &PackageReport, package: &Package, location: &str) -> Entry {
        let (name, version) = report.package();
        let item = self.resolved.get(&(name, version));
        let resolved = item.and_then(|item| item.resolved.first()).map(|url| plain(url));
        let bare = Entry {
            location: plain(location),
            name: plain(name),
            registry: plain(self.report.registry()),
            version: plain(version),
            ..Entry::default()
        };
        match (self.list, finding::of(package).first()) {
            (List::Verified, _) => Entry { attestations: self.attestations(package), ..bare },
            (List::Missing, _) => Entry { integrity: package.integrity.clone(), resolved, ..bare },
            (List::Invalid, gravest) => Entry {
                code: gravest.map(|finding| code(finding).to_owned()),
                message: gravest.map(|finding| format!("{}: {}", plain(&package.id()), finding.message)),
                integrity: package.integrity.clone(),
                keyid: package.registry_signature.as_ref().and_then(|signature| signature.keyid.clone()),
                resolved,
                predicate_type: gravest.and_then(|finding| predicate_type(finding, package)),
                kind: Some(if package.dev == Some(true) { "devDependencies" } else { "dependencies" }),
                ..bare
            },
        }
    }

    fn attestations(&self, package: &Package) -> Option<Attestations> {
        let predicate_type = package.provenance.as_ref()?.predicate_type.clone()?;
        let name = plain(&package.name).replace('/', "%2f");
        let url = format!("{}-/npm/v1/attestations/{name}@{}", plain(self.report.registry()), plain(&package.version));
        Some(Attestations { url, provenance: Provenance { predicate_type } })
    }
}

/// npm's code for a failure that npm knows; ours for any other.
fn code(finding: &Finding) -> &str {
    match finding.code.strip_prefix("ERR_COUNTERSIGN_").unwrap_or_default() {
        "REGISTRY_SIGNATURE" => "EINTEGRITYSIGNATURE",
        // npm holds the time of a keyed attestation against the key's end too.
        "KEY_EXPIRED" => "EEXPIREDSIGNATUREKEY",
        "UNKNOWN_KEY" => "EMISSINGSIGNATUREKEY",
        "SUBJECT_MISMATCH" | "SUBJECT_COUNT" => "EATTESTATIONSUBJECT",
        // These two are about good attestations.
        "PUBLISH_NOT_ATTESTED" | "PROVENANCE_AFTER_PUBLISH" => &finding.code,
        _ if is_failed_attestation(finding) => "EATTESTATIONVERIFY",
        _ => &finding.code,
    }
}

/// An attestation that is there and does not verify: not one that is wanting, late or unwanted, of which npm
/// knows nothing.
fn is_failed_attestation(finding: &Finding) -> bool {
    matches!(finding.claim.as_str(), "publish-attestation" | "provenance")
        && VerifyError::CODES.iter().chain(ParseError::CODES).any(|code| *code == finding.code)
}

fn predicate_type(finding: &Finding, package: &Package) -> Option<String> {
    let provenance = package.provenance.as_ref().filter(|_| finding.claim == "provenance")?;
    provenance.predicate_type.clone()
}

#[cfg(test)]
#[path = "npm_json_tests.rs"]
mod tests;
