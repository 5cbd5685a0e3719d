//! The report for people: what was proved, what was not judged, what failed and what to do.

mod paragraph;
mod report;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use paragraph::labelled;
use report::{Package, Provenance, Remark, Report};

use crate::plain_text::plain;

/// Renders a report as JSON (design §6) for a terminal of 100 columns.
pub fn render(report: &str) -> Result<String, String> {
    let report: Report = serde_json::from_str(report)
        .map_err(|e| format!("the report has another shape than this program expects: {e}"))?;
    let mut out = String::new();
    heading(&mut out, &report);
    proved(&mut out, &report);
    identities(&mut out, &report);
    not_judged(&mut out, &report);
    skipped(&mut out, &report);
    failures(&mut out, &report);
    verdicts(&mut out, &report);
    Ok(out)
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
    let summary = &report.summary;
    out.push_str("\nProved\n");
    number(out, summary.registry_signature.verified, "signed by the registry with a trusted key");
    number(
        out,
        summary.provenance.verified,
        "built by the CI workflow below, confirmed by the registry's publish attestation",
    );
    let publisher = &summary.publisher;
    if publisher.matched + publisher.mismatch + publisher.unprovable > 0 {
        number(out, publisher.matched, "from the trusted publisher that was required");
    }
}

fn identities(out: &mut String, report: &Report) {
    let shown =
        |p: &&Package| p.provenance.as_ref().is_some_and(|p| p.status == "verified" && !columns(p).concat().is_empty());
    let rows: Vec<&Package> = report.packages.iter().filter(shown).collect();
    if rows.is_empty() {
        return;
    }
    out.push_str("\nBuilt by (repository, workflow, ref)\n");
    let cells: Vec<[String; 3]> = rows.iter().filter_map(|p| p.provenance.as_ref()).map(columns).collect();
    let width =
        |n: usize| cells.iter().filter_map(|row| row.get(n)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let (first, second) = (width(0), width(1));
    for (package, [repository, workflow, git_ref]) in rows.iter().zip(&cells) {
        let matched = package.publisher.as_ref().is_some_and(|p| p.status == "match");
        let mark = if matched { "  (trusted publisher)" } else { "" };
        let _ = writeln!(out, "  {}{mark}", plain(&package.id()));
        if 10 + first + second + width(2) <= 100 {
            let line = format!("      {repository:first$}  {workflow:second$}  {git_ref}");
            let _ = writeln!(out, "{}", line.trim_end());
        } else {
            labelled(out, 6, "", 6, &format!("{repository} {workflow} {git_ref}"));
        }
        if let Some(signer) = package.provenance.as_ref().and_then(|p| other_signer(p)) {
            labelled(out, 6, "signed in", 16, signer);
        }
    }
}

fn columns(provenance: &Provenance) -> [String; 3] {
    [&provenance.repository, &provenance.workflow, &provenance.git_ref].map(|cell| plain(cell.as_deref().unwrap_or("")))
}

/// A reusable workflow of somebody else did the signing; it is worth a line, because that somebody
/// could have built something else.
fn other_signer(provenance: &Provenance) -> Option<&str> {
    let (signer, repository) = (provenance.signer.as_deref()?, provenance.repository.as_deref()?);
    let own = signer.strip_prefix(repository).is_some_and(|rest| rest.starts_with('/'));
    (!own).then_some(signer)
}

fn not_judged(out: &mut String, report: &Report) {
    let summary = &report.summary;
    let lines = [
        (
            summary.registry_signature.unjudged,
            "signed with a key that has ended since, and no time says on which side of its end",
        ),
        (summary.registry_signature.no_keys, "from a registry whose keys are not known"),
        (summary.provenance.not_asked, "advertise attestations that were not asked for"),
        (summary.provenance.unconfirmed, "with a provenance that the registry's publish attestation does not confirm"),
        (summary.provenance.absent, "without provenance"),
    ];
    let notes = grouped_notes(report);
    if notes.is_empty() && lines.iter().all(|(packages, _)| *packages == 0) {
        return;
    }
    out.push_str("\nNot judged\n");
    for (packages, text) in lines.into_iter().filter(|(packages, _)| *packages > 0) {
        number(out, packages, text);
    }
    for (message, packages) in notes {
        let of = if packages == 0 { String::new() } else { format!(" ({})", count(packages, "package")) };
        labelled(out, 2, "note", 8, &format!("{message}{of}"));
    }
}

/// Notes of the run, then those of packages, each said once; the JSON report has them one by one.
fn grouped_notes(report: &Report) -> Vec<(String, usize)> {
    let mut notes: Vec<(String, usize)> = report.notes.iter().map(|note| (note.message.clone(), 0)).collect();
    let mut by_message: BTreeMap<&str, usize> = BTreeMap::new();
    for note in report.packages.iter().flat_map(|package| &package.notes) {
        *by_message.entry(&note.message).or_default() += 1;
    }
    notes.extend(by_message.into_iter().map(|(message, packages)| (message.to_owned(), packages)));
    notes
}

fn skipped(out: &mut String, report: &Report) {
    let skipped: Vec<&Package> = report.packages.iter().filter(|p| p.is_skipped()).collect();
    if skipped.is_empty() {
        return;
    }
    out.push_str("\nSkipped, because no registry answers for them\n");
    for package in skipped {
        let place = package.locations.first().map_or_else(|| package.id(), Clone::clone);
        let reason = package.reason.as_deref().unwrap_or("not a registry package");
        labelled(out, 2, "", 2, &format!("{}: {reason}", plain(&place)));
    }
}

fn failures(out: &mut String, report: &Report) {
    let failed: Vec<&Package> = report
        .packages
        .iter()
        .filter(|p| !p.is_skipped() && (p.verdict != "verified" || !p.failures.is_empty()))
        .collect();
    if failed.is_empty() {
        return;
    }
    out.push_str("\nFailed\n");
    for package in failed {
        let _ = writeln!(out, "\n  {}: {}", plain(&package.id()), plain(&package.verdict));
        for location in &package.locations {
            labelled(out, 4, "at", 14, location);
        }
        for failure in &package.failures {
            failed_check(out, failure);
        }
        if package.failures.is_empty() {
            labelled(out, 4, "found", 14, "nothing that proves it");
        }
    }
}

fn failed_check(out: &mut String, failure: &Remark) {
    labelled(out, 4, "checked", 14, &failure.claim.as_deref().unwrap_or("package").replace('-', " "));
    labelled(out, 4, "found", 14, &failure.message);
    if let Some(help) = &failure.help {
        labelled(out, 4, "to do", 14, help);
    }
    labelled(out, 4, "code", 14, &failure.code);
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
