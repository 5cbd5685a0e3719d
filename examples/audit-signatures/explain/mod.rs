//! `audit-signatures explain`: what each proof established for one package.

mod claims;
mod publisher;
mod text;

use std::process::ExitCode;

use countersign::evidence::Examination;
use countersign::report::{PackageReport, Verdict};
use countersign::{PackageId, Timestamp};
use serde::Serialize;

use crate::arguments::{AuditArguments, ExplainArguments, Format};
use crate::audit::Audit;
use crate::auditor::Judged;
use crate::lockfile::Item;
use crate::output::print;
use crate::plain_text::{plain, plain_json};
use claims::ExplainedClaim;
use publisher::ExplainedPublisher;

/// The explanation as JSON; its members beside the package's report are for people and may grow.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Explanation<'a> {
    schema: &'static str,
    verified_at: Timestamp,
    packages: Vec<Explained<'a>>,
}

/// One package, with one digest.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Explained<'a> {
    report: &'a PackageReport,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    claims: Vec<ExplainedClaim>,
    #[serde(skip_serializing_if = "Option::is_none")]
    publisher: Option<ExplainedPublisher>,
}

/// Prints it. The exit code is that of an audit of this package alone.
pub fn run(arguments: &ExplainArguments) -> Result<ExitCode, String> {
    let AuditArguments { inputs, required, pinning, format } = &arguments.audit;
    let audit = Audit::open(inputs, required, pinning)?;
    let chosen = chosen(&arguments.package, &audit.inventory.items)?;
    let judged = audit.judge(&chosen)?;
    let explanation = Explanation {
        schema: "countersign.explain/1",
        verified_at: audit.now,
        packages: judged.iter().map(explained).collect::<Result<_, _>>()?,
    };
    let failed = |e: serde_json::Error| format!("cannot write the explanation: {e}");
    print(&match format {
        Format::Json => plain_json(&serde_json::to_string_pretty(&explanation).map_err(failed)?) + "\n",
        Format::Human => text::render(&explanation)?,
    })?;
    let clean = judged.iter().all(|judged| judged.report.verdict() == Verdict::Verified);
    audit.finish()?;
    Ok(ExitCode::from(u8::from(!clean)))
}

fn chosen(package: &PackageId, items: &[Item]) -> Result<Vec<Item>, String> {
    let named: Vec<&Item> = items.iter().filter(|item| item.name == package.name()).collect();
    let chosen: Vec<Item> = named.iter().filter(|item| item.version == package.version()).copied().cloned().collect();
    if !chosen.is_empty() {
        return Ok(chosen);
    }
    let versions: Vec<String> = named.iter().map(|item| plain(&item.version)).collect();
    let found = match versions.is_empty() {
        true => "nothing that is audited has this name".into(),
        false => format!("it locks {}", versions.join(", ")),
    };
    Err(format!("the lock file does not lock {package}: {found}. Give the name and version of one of its packages"))
}

fn explained(judged: &Judged) -> Result<Explained<'_>, String> {
    let examination: Option<&Examination> = judged.examination.as_ref();
    Ok(Explained {
        report: &judged.report,
        claims: examination.map(claims::of).unwrap_or_default(),
        publisher: publisher::of(&judged.report)?,
    })
}
