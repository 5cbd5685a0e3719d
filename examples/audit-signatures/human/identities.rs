//! Who built what: the CI identities of verified provenance, by their certificates.

use std::fmt::Write as _;

use super::paragraph::labelled;
use super::sheet::Sheet;
use crate::plain_text::plain;
use crate::view::{Package, Provenance, Report};

const GITHUB: &str = "https://github.com/";
const GITHUB_ISSUER: &str = "https://token.actions.githubusercontent.com";

/// Columns before the first cell and between two.
const INDENT: usize = 6;
const GAP: usize = 2;

/// A package's line, and repository, workflow and ref below it.
pub fn table(out: &mut Sheet, report: &Report) {
    let rows: Vec<(&Package, &Provenance)> = report.packages.iter().filter_map(verified).collect();
    if rows.is_empty() {
        return;
    }
    // What all repositories share is said once, so that more rows fit.
    let on_github = rows.iter().all(|(_, p)| p.repository.as_deref().is_some_and(|url| url.starts_with(GITHUB)));
    let shared = if on_github { GITHUB } else { "" };
    let place = if on_github { format!("repository on {GITHUB}") } else { "repository".to_owned() };
    out.heading(&format!("Built by ({place}, workflow, ref)"));
    let cells: Vec<[String; 3]> = rows.iter().map(|(_, provenance)| cells(provenance, shared)).collect();
    let width =
        |n: usize| cells.iter().filter_map(|row| row.get(n)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2)];
    for ((package, provenance), cells) in rows.iter().zip(&cells) {
        let matched = package.publisher.as_ref().is_some_and(|p| p.status == "match");
        let mark = match (package.verdict.as_str(), matched) {
            ("verified", true) => " (trusted publisher)".to_owned(),
            ("verified", false) => String::new(),
            (verdict, _) => format!(" ({verdict}, see below)"),
        };
        labelled(out, 2, "", 2, &format!("{}{mark}", package.id()));
        line(out, cells, widths);
        if provenance.issuer.as_deref() != Some(GITHUB_ISSUER) {
            labelled(out, INDENT, "issuer", 16, provenance.issuer.as_deref().unwrap_or("not stated"));
        }
        if let Some(signer) = other_signer(provenance) {
            labelled(out, INDENT, "signed in", 16, signer);
        }
    }
}

fn verified(package: &Package) -> Option<(&Package, &Provenance)> {
    let provenance = package.provenance.as_ref().filter(|provenance| provenance.status == "verified")?;
    Some((package, provenance))
}

fn line(out: &mut Sheet, [repository, workflow, git_ref]: &[String; 3], widths: [usize; 3]) {
    let [first, second, third] = widths;
    if INDENT + first + GAP + second + GAP + third <= out.width() {
        let line = format!("{:INDENT$}{repository:first$}{:GAP$}{workflow:second$}{:GAP$}{git_ref}", "", "", "");
        let _ = writeln!(out, "{}", line.trim_end());
    } else {
        labelled(out, INDENT, "", INDENT, &format!("{repository} {workflow} {git_ref}"));
    }
}

fn cells(provenance: &Provenance, shared: &str) -> [String; 3] {
    let cell = |text: &Option<String>| plain(text.as_deref().unwrap_or("not stated"));
    let repository = cell(&provenance.repository);
    let repository = repository.strip_prefix(shared).unwrap_or(&repository).to_owned();
    [repository, cell(&provenance.workflow), cell(&provenance.git_ref)]
}

/// Somebody else's reusable workflow, or no workflow at all, did the signing; it is worth a line,
/// because that somebody could have built something else.
fn other_signer(provenance: &Provenance) -> Option<&str> {
    let signer = provenance.signer.as_deref()?;
    let repository = provenance.repository.as_deref().unwrap_or("");
    let own = !repository.is_empty() && signer.strip_prefix(repository).is_some_and(|rest| rest.starts_with('/'));
    (!own).then_some(signer)
}
