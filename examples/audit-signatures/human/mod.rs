//! The report for people: what was proved, what was not judged, what failed and what to do.

mod drift;
mod failed;
mod identities;
mod packages;
mod paragraph;
mod policy;
mod rollout;
mod sheet;

use std::collections::BTreeMap;

use countersign::report::{AuditReport, PackageReport};
pub use paragraph::labelled;
pub use policy::expected;
pub use sheet::{Look, Sheet, bad};

use crate::plain_text::plain;
use crate::view::{Package, Remark, Report};

/// Of each reason; npm alone bundles two hundred packages.
const MOST_SKIPPED: usize = 10;

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// What failed, and the counts.
    Quiet,
    Normal,
    /// Every package too.
    Verbose,
}

pub fn render(report: &AuditReport, look: Look, detail: Detail) -> Result<String, String> {
    let read = Report::of(report)?;
    let mut out = Sheet::new(look);
    if detail != Detail::Quiet {
        who_built_what(&mut out, &read);
    }
    if detail == Detail::Verbose {
        out.heading("Packages");
        for package in report.packages() {
            packages::package(&mut out, &Package::of(package)?);
        }
    }
    if detail != Detail::Quiet {
        what_is_wanting(&mut out, &read);
    }
    failed::list(&mut out, &read);
    if detail != Detail::Quiet {
        rollout::table(&mut out, &read);
    }
    verdicts(&mut out, &read);
    Ok(out.into_text())
}

/// What decided about one package and what failed of it, as the whole report has it; the publisher's
/// fields are left to whoever shows them in full.
pub fn failed_checks(out: &mut Sheet, report: &PackageReport) -> Result<(), String> {
    let package = Package { publisher: None, ..Package::of(report)? };
    if package.policy.is_some() || !package.failures.is_empty() || !package.drift.is_empty() {
        out.gap();
    }
    failed::reasons(out, &package);
    Ok(())
}

fn who_built_what(out: &mut Sheet, report: &Report) {
    audited(out, report);
    for note in report.notes.iter().filter(|note| is_about_sources(note)) {
        labelled(out, 0, "", 0, &note.message);
    }
    proved(out, report);
    identities::table(out, report);
}

fn what_is_wanting(out: &mut Sheet, report: &Report) {
    not_judged(out, report);
    policy::exceptions(out, report);
    drift::let_pass(out, report);
    skipped(out, report);
}

fn audited(out: &mut Sheet, report: &Report) {
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

fn proved(out: &mut Sheet, report: &Report) {
    out.heading("Proved");
    for (packages, text) in report.proved() {
        number(out, packages, text);
    }
}

fn not_judged(out: &mut Sheet, report: &Report) {
    let lines = report.summary.not_judged();
    let notes = grouped_notes(report);
    if notes.is_empty() && lines.is_empty() {
        return;
    }
    out.heading("Not judged");
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

fn skipped(out: &mut Sheet, report: &Report) {
    let skipped: Vec<&Package> = report.packages.iter().filter(|p| p.is_skipped()).collect();
    if skipped.is_empty() {
        return;
    }
    let mut by_reason: BTreeMap<&str, Vec<&Package>> = BTreeMap::new();
    for package in skipped {
        by_reason.entry(package.reason.as_deref().unwrap_or("no registry package")).or_default().push(package);
    }
    out.heading("Skipped, because no registry answers for them");
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

fn verdicts(out: &mut Sheet, report: &Report) {
    let summary = &report.summary;
    let counts = [
        (summary.verified, "verified"),
        (summary.invalid, "invalid"),
        (summary.denied, "denied"),
        (summary.unverifiable, "unverifiable"),
        (summary.skipped, "skipped"),
    ];
    out.gap();
    let start = out.end();
    let text: Vec<String> = counts.iter().map(|(packages, verdict)| format!("{packages} {verdict}")).collect();
    labelled(out, 0, "", 0, &text.join(", "));
    for ((packages, verdict), text) in counts.iter().zip(&text) {
        if *packages > 0 {
            out.paint_verdict(start, text, verdict);
        }
    }
    if summary.packages == summary.skipped {
        labelled(out, 0, "", 0, "Nothing was audited, so nothing is proved.");
    }
}

fn number(out: &mut Sheet, packages: usize, text: &str) {
    labelled(out, 2, &format!("{packages:>6}"), 10, text);
}

fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
