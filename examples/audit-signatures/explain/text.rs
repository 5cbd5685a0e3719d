//! The explanation for people, within 100 columns.

use std::fmt::Write as _;

use super::claims::{ExplainedClaim, State};
use super::publisher::PublisherRow;
use super::{Explained, Explanation};
use crate::human::{failed_checks, labelled};
use crate::plain_text::plain;

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
    labelled(out, 0, "", 2, &format!("{}: {}", claim.claim, claim.outcome));
    for proof in &claim.proofs {
        let mark = match proof.state {
            State::Held => "held",
            State::NotApplicable => "-",
            State::Failed => "FAILED",
            State::NotKnown => "not known",
        };
        let label = format!("{:>2} {:13}{mark}", proof.number, proof.name);
        let mut lines = proof.found.iter();
        labelled(out, 2, &label, 30, lines.next().map_or("", String::as_str));
        for line in lines {
            labelled(out, 30, "", 30, line);
        }
    }
}

fn publisher(out: &mut String, package: &Explained<'_>) {
    if package.publisher.is_empty() {
        return;
    }
    let _ = writeln!(out, "\ntrusted publisher\n  {:13}{:14}{:11}what", "field", "answer", "extension");
    for row in &package.publisher {
        let PublisherRow { field, expected, certificate, extension, answer, note } = row;
        let label = format!("{:13}{:14}{:11}", plain(field), plain(answer), plain(extension));
        let mut lines = Vec::new();
        if !certificate.is_empty() {
            lines.push(format!("certificate  {certificate}"));
        }
        if !expected.is_empty() {
            lines.push(format!("expected     {expected}"));
        }
        if !note.is_empty() {
            lines.push(format!("note         {note}"));
        }
        let mut lines = lines.into_iter();
        labelled(out, 2, &label, 40, &lines.next().unwrap_or_default());
        for line in lines {
            labelled(out, 40, "", 40, &line);
        }
    }
}
