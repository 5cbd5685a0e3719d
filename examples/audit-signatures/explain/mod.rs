//! `audit-signatures explain`: what each proof established for one package.

mod claims;
mod publisher;
mod text;

use std::process::ExitCode;
use std::sync::Arc;

use countersign::evidence::Examination;
use countersign::report::{PackageReport, Verdict};
use countersign::{PackageId, Timestamp};
use serde::Serialize;

use crate::arguments::{AuditArguments, ExplainArguments};
use crate::audit::{Audit, Outcome};
use crate::auditor::Judged;
use crate::lockfile::Item;
use crate::output::{Format, pretty, print, print_by};
use crate::plain_text::plain;
use crate::progress::Progress;
use crate::warnings;
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
    let AuditArguments { inputs, required, pinning, output } = &arguments.audit;
    let audit = Audit::open_in_detail(inputs, required, pinning)?;
    let chosen = Arc::new(chosen(&arguments.package, &audit.inventory.items)?);
    let Outcome { judged, ended } = audit.judge(&chosen, &Progress::new(!output.quiet), |_| Ok(()))?;
    let explanation = Explanation {
        schema: "countersign.explain/1",
        verified_at: audit.now,
        packages: judged.iter().map(explained).collect::<Result<_, _>>()?,
    };
    warnings::say(audit.report(Vec::new()).notes());
    match output.format {
        Format::Json => print_by(|out| pretty(out, &explanation))?,
        Format::Human => print(&text::render(&explanation, output.look(), output.detail())?)?,
        _ => return Err("an explanation is printed with --format human or json".into()),
    }
    let clean = judged.iter().all(|judged| judged.report.verdict() == Verdict::Verified);
    match ended {
        Some(ended) => Ok(ExitCode::from(ended.exit_code())),
        None => audit.finish().map(|()| ExitCode::from(u8::from(!clean))),
    }
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
        false => format!("of it there is {}", versions.join(", ")),
    };
    Err(format!("{package} is not among what is audited: {found}. Give name and version of a package that is"))
}

fn explained(judged: &Judged) -> Result<Explained<'_>, String> {
    let examination: Option<&Examination> = judged.examination.as_deref();
    Ok(Explained {
        report: &judged.report,
        claims: examination.map(claims::of).unwrap_or_default(),
        publisher: publisher::of(&judged.report)?,
    })
}
