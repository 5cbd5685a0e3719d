//! The explanation for people, within 100 columns.

use super::claims::{ExplainedClaim, State};
use super::publisher::PublisherRow;
use super::{Explained, Explanation};
use crate::human::{failed_checks, labelled};

/// Where text stands: behind a proof's number, name and state, and behind the names of fields.
const COLUMN: usize = 24;

pub fn render(explanation: &Explanation<'_>) -> Result<String, String> {
    let mut out = String::new();
    for package in &explanation.packages {
        let (name, version) = package.report.package();
        let verdict = serde_json::to_value(package.report.verdict()).map_err(|e| e.to_string())?;
        let verdict = verdict.as_str().unwrap_or_default().to_owned();
        let title = format!("{name}@{version}: {verdict}, judged at {}", explanation.verified_at);
        labelled(&mut out, 0, "", 0, &title);
        for claim in &package.claims {
            of_claim(&mut out, claim);
        }
        publisher(&mut out, package);
        failed_checks(&mut out, package.report)?;
        out.push('\n');
    }
    Ok(out)
}

fn of_claim(out: &mut String, claim: &ExplainedClaim) {
    out.push('\n');
    labelled(out, 0, "", 0, &format!("{}: {}", claim.claim, claim.outcome));
    for proof in &claim.proofs {
        let mark = match proof.state {
            State::Held => "held",
            State::NotApplicable => "-",
            State::Failed => "FAILED",
            State::NotKnown => "?",
        };
        let label = format!("{:>2} {:12}{mark}", proof.number, proof.name);
        let mut lines = proof.found.iter();
        labelled(out, 2, &label, COLUMN, lines.next().map_or("", String::as_str));
        for line in lines {
            labelled(out, COLUMN, "", COLUMN, line);
        }
    }
    if claim.proofs.iter().any(|proof| proof.state == State::NotKnown) {
        labelled(out, 2, "", 2, "? the claim failed, and nothing is said about this proof");
    }
}

fn publisher(out: &mut String, package: &Explained<'_>) {
    let Some(publisher) = &package.publisher else { return };
    out.push('\n');
    labelled(out, 0, "", 0, &format!("trusted publisher: {}", publisher.expected));
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
