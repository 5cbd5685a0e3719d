//! The explanation for people.

use anstyle::Style;

use super::claims::{ExplainedClaim, State};
use super::publisher::PublisherRow;
use super::{Explained, Explanation};
use crate::human::{Detail, Look, Sheet, bad, failed_checks, labelled};

/// Where text stands: behind a proof's number, name and state, and behind the names of fields.
const COLUMN: usize = 24;

pub fn render(explanation: &Explanation<'_>, look: Look, detail: Detail) -> Result<String, String> {
    let mut out = Sheet::new(look);
    for package in &explanation.packages {
        let (name, version) = package.report.package();
        let verdict = serde_json::to_value(package.report.verdict()).map_err(|e| e.to_string())?;
        let verdict = verdict.as_str().unwrap_or_default().to_owned();
        let title = format!("{name}@{version}: {verdict}, judged at {}", explanation.verified_at);
        let start = out.end();
        labelled(&mut out, 0, "", 0, &title);
        out.paint_verdict(start, &verdict, &verdict);
        if detail != Detail::Quiet {
            for claim in &package.claims {
                of_claim(&mut out, claim);
            }
            publisher(&mut out, package);
        }
        failed_checks(&mut out, package.report)?;
        out.gap();
    }
    Ok(out.into_text())
}

fn of_claim(out: &mut Sheet, claim: &ExplainedClaim) {
    out.gap();
    let start = out.end();
    labelled(out, 0, "", 0, &format!("{}: {}", claim.claim, claim.outcome));
    out.paint(start, claim.claim, Style::new().bold());
    for proof in &claim.proofs {
        let mark = match proof.state {
            State::Held => "held",
            State::NotApplicable => "-",
            State::Failed => "FAILED",
            State::NotKnown => "?",
        };
        let label = format!("{:>2} {:12}{mark}", proof.number, proof.name);
        let mut lines = proof.found.iter();
        let start = out.end();
        labelled(out, 2, &label, COLUMN, lines.next().map_or("", String::as_str));
        if proof.state == State::Failed {
            out.paint(start, mark, bad());
        }
        for line in lines {
            labelled(out, COLUMN, "", COLUMN, line);
        }
    }
    if claim.proofs.iter().any(|proof| proof.state == State::NotKnown) {
        labelled(out, 2, "", 2, "? the claim failed, and nothing is said about this proof");
    }
}

fn publisher(out: &mut Sheet, package: &Explained<'_>) {
    let Some(publisher) = &package.publisher else { return };
    out.heading(&format!("trusted publisher: {}", publisher.expected));
    for row in &publisher.fields {
        let PublisherRow { field, expected, certificate, extension, answer, note } = row;
        let place = extension.as_ref().map_or_else(String::new, |extension| format!(" ({extension})"));
        labelled(out, 2, field, COLUMN, &format!("{answer}{place}"));
        labelled(out, 6, "expected", COLUMN, expected);
        labelled(out, 6, "certificate says", COLUMN, certificate.as_deref().unwrap_or("nothing"));
        if let Some(note) = note {
            labelled(out, 6, "note", COLUMN, note);
        }
    }
}
