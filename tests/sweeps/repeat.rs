//! CR-05: the same question has the same answer, byte for byte.

use countersign::report::{AuditReport, PackageReport, Source};
use serde_json::{Value, json};

use crate::subject::{SUBJECTS, Subject, now};

/// Everything that is said about a response: the evidence or the failures, and the report.
fn said(subject: &Subject, response: &[u8]) -> (String, String) {
    let examination = subject.verifier.examine(&subject.artifact, &subject.claims(response), now());
    let package = PackageReport::examined(&examination, Vec::new(), None);
    let report = AuditReport::new(
        now(),
        Source::Replay,
        "https://npm.example/",
        subject.artifact.registry().clone(),
        vec![],
        vec![package],
    );
    (format!("{:?}", examination.into_evidence()), serde_json::to_string(&report).unwrap())
}

#[test]
fn cr_05_a_thousand_repeats_are_identical() {
    let count = 1_000 / SUBJECTS.len() + 1;
    for subject in SUBJECTS.iter() {
        let good = said(subject, &subject.response);
        assert!((0..count).all(|_| said(subject, &subject.response) == good), "{}", subject.name);
    }
}

/// A refusal for two reasons of one rank.
#[test]
fn cr_05_a_thousand_repeats_are_refused_alike() {
    let count = 1_000 / SUBJECTS.len() + 1;
    for subject in SUBJECTS.iter() {
        let mut forged: Value = serde_json::from_slice(&subject.response).unwrap();
        for attestation in forged["attestations"].as_array_mut().unwrap() {
            attestation["bundle"]["verificationMaterial"]["tlogEntries"][0]["logIndex"] = json!("1");
        }
        let forged = forged.to_string().into_bytes();
        let bad = said(subject, &forged);
        assert_eq!(bad.0.matches("Failure ").count(), 2, "{}", bad.0);
        assert!((0..count).all(|_| said(subject, &forged) == bad), "{}", subject.name);
    }
}
