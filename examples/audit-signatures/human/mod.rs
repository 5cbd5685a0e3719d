//! The report for people: what was proved, what was not judged, what failed and what to do.

mod drift;
mod failed;
mod identities;
mod paragraph;
mod policy;
mod rollout;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use countersign::report::{AuditReport, PackageReport};
pub use paragraph::labelled;
pub use policy::expected;

use crate::plain_text::plain;
use crate::view::{Package, Remark, Report};

/// Of each reason; npm alone bundles two hundred packages.
const MOST_SKIPPED: usize = 10;

/// Renders a report for a terminal of 100 columns.
pub fn render(report: &AuditReport) -> Result<String, String> {
    Report::of(report).map(|report| text(&report))
}

/// What decided about one package and what failed of it, as the whole report has it; the publisher's
/// fields are left to whoever shows them in full.
pub fn failed_checks(out: &mut String, report: &PackageReport) -> Result<(), String> {
    let package = Package { publisher: None, ..Package::of(report)? };
    if package.policy.is_some() || !package.failures.is_empty() || !package.drift.is_empty() {
        out.push('\n');
    }
    failed::reasons(out, &package);
    Ok(())
}

fn text(report: &Report) -> String {
    let mut out = String::new();
    heading(&mut out, report);
    for note in report.notes.iter().filter(|note| is_about_sources(note)) {
        labelled(&mut out, 0, "", 0, &plain(&note.message));
    }
    proved(&mut out, report);
    identities::table(&mut out, report);
    not_judged(&mut out, report);
    policy::exceptions(&mut out, report);
    drift::let_pass(&mut out, report);
    skipped(&mut out, report);
    failed::list(&mut out, report);
    rollout::table(&mut out, report);
    verdicts(&mut out, report);
    out
}

fn heading(out: &mut String, report: &Report) {
    let audited = report.summary.packages.saturating_sub(report.summary.skipped);
    let of = if report.source == "replay" { "a recording of " } else { "" };
    let text = format!(
        "Audited {} of {of}{}, judged as {} at {}.",
        count(audited, "package"),
        plain(&report.registry),
        plain(&report.registry_identity),
        plain(&report.verified_at)
    );
    labelled(out, 0, "", 0, &text);
}

fn proved(out: &mut String, report: &Report) {
    out.push_str("\nProved\n");
    for (packages, text) in report.summary.proved() {
        number(out, packages, text);
    }
}

fn not_judged(out: &mut String, report: &Report) {
    let lines = report.summary.not_judged();
    let notes = grouped_notes(report);
    if notes.is_empty() && lines.is_empty() {
        return;
    }
    out.push_str("\nNot judged\n");
    for (packages, text) in lines {
        number(out, packages, text);
    }
    for (message, packages) in notes {
        let of = if packages == 0 { String::new() } else { format!(" ({})", count(packages, "package")) };
        labelled(out, 2, "note", 8, &format!("{message}{of}"));
    }
}

/// What was audited and where it came from stands at the head.
fn is_about_sources(note: &Remark) -> bool {
    note.code.starts_with("NOTE_AUDIT_")
}

/// Notes of the run, then those of packages, each said once; the JSON report has them one by one.
fn grouped_notes(report: &Report) -> Vec<(&str, usize)> {
    let of_run = report.notes.iter().filter(|note| !is_about_sources(note));
    let of_run = of_run.map(|note| (note.message.as_str(), 0));
    of_run.chain(report.package_notes.iter().map(|(message, packages)| (message.as_str(), *packages))).collect()
}

fn skipped(out: &mut String, report: &Report) {
    let skipped: Vec<&Package> = report.packages.iter().filter(|p| p.is_skipped()).collect();
    if skipped.is_empty() {
        return;
    }
    let mut by_reason: BTreeMap<&str, Vec<&Package>> = BTreeMap::new();
    for package in skipped {
        by_reason.entry(package.reason.as_deref().unwrap_or("no registry package")).or_default().push(package);
    }
    out.push_str("\nSkipped, because no registry answers for them\n");
    for (reason, packages) in by_reason {
        number(out, packages.len(), reason);
        for package in packages.iter().take(MOST_SKIPPED) {
            let place = package.locations.first().map_or_else(|| package.id(), Clone::clone);
            labelled(out, 10, "", 10, &place);
        }
        if let Some(more) = packages.len().checked_sub(MOST_SKIPPED).filter(|more| *more > 0) {
            labelled(out, 10, "", 10, &format!("and {more} more, which --format json lists"));
        }
    }
}

fn verdicts(out: &mut String, report: &Report) {
    let summary = &report.summary;
    let _ = writeln!(
        out,
        "\n{} verified, {} invalid, {} denied, {} unverifiable, {} skipped",
        summary.verified, summary.invalid, summary.denied, summary.unverifiable, summary.skipped
    );
    if summary.packages == summary.skipped {
        out.push_str("Nothing was audited, so nothing is proved.\n");
    }
}

fn number(out: &mut String, packages: usize, text: &str) {
    labelled(out, 2, &format!("{packages:>6}"), 10, text);
}

fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
