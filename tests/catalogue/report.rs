//! What a report makes of what was found: no doubt becomes "verified", no forgery becomes doubt.

use countersign::policy::Resolved;
use countersign::report::{AuditReport, PackageReport, Source, Verdict};
use countersign::{
    DistClaims, PublishTime, RegistryId, RegistryKeys, Requirement, TrustedPublisher, TrustedRoot, Verifier,
};
use serde_json::{Value, json};

use crate::attestation_set::{answered, attested, mini, package, provenance, publish};
use crate::question::{Question, time};
use crate::support::bundle::Era;

fn publisher() -> TrustedPublisher {
    TrustedPublisher::github("octo-org/octo-lib", "release.yml").unwrap()
}

fn judged(question: &Question, publishers: &[TrustedPublisher]) -> PackageReport {
    let requirement = Requirement::any_trusted_publisher(publishers.iter().cloned()).ok();
    let resolved = requirement.as_ref().map(Resolved::of);
    PackageReport::examined(&question.examine(), vec!["node_modules/x".into()], resolved.as_ref())
}

fn codes(report: &PackageReport) -> Vec<&'static str> {
    report.codes().map(|code| code.strip_prefix("ERR_COUNTERSIGN_").unwrap()).collect()
}

fn shown(report: &PackageReport) -> Value {
    serde_json::to_value(report).unwrap()
}

/// Provenance of the attacker's own repository for the victim's tarball.
fn foreign() -> crate::support::attestation::Minted {
    mini().provenance(&package()).workflow(|w| w.repository = "evil/lib".into()).mint()
}

fn without_keys(question: Question) -> Question {
    question.with(|q| q.keys = br#"{"keys":[]}"#.to_vec())
}

#[test]
fn anybodys_provenance_alone_verifies_nothing_without_keys() {
    for answer in [vec![foreign()], vec![publish(), foreign()]] {
        let report = judged(&without_keys(answered(&answer)), &[]);
        assert_eq!((report.verdict(), codes(&report)), (Verdict::Unverifiable, vec!["NO_REGISTRY_KEYS"]));
    }
    // A publisher that is wanted and matched is somebody.
    let report = judged(&without_keys(answered(&[publish(), provenance()])), &[publisher()]);
    assert_eq!((report.verdict(), codes(&report)), (Verdict::Verified, vec![]));
    let report = judged(&without_keys(answered(&[publish(), foreign()])), &[publisher()]);
    assert_eq!(codes(&report), ["PUBLISHER_MISMATCH", "NO_REGISTRY_KEYS"]);
}

#[test]
fn npm_attests_its_publications_whatever_keys_are_given() {
    let question = without_keys(answered(&[foreign()])).with(|q| q.registry = RegistryId::npm());
    assert_eq!(codes(&judged(&question, &[])), ["NO_REGISTRY_KEYS", "PUBLISH_NOT_ATTESTED"]);
}

#[test]
fn a_publish_attestation_that_was_logged_again_later_confirms_no_later_provenance() {
    let (mini, month) = (mini(), 30 * 24 * 60 * 60);
    let late = publish().integrated_time + month;
    let again = mini.publish(&package()).integrated_at(late).mint();
    assert_eq!(publish().bundle["dsseEnvelope"], again.bundle["dsseEnvelope"]);
    let evil = mini.provenance(&package()).at(late - 60).workflow(|w| w.repository = "evil/lib".into()).mint();
    let question = answered(&[again, evil]).with(|q| q.publish_time = PublishTime::At(time("2026-03-01T12:00:05Z")));
    assert_eq!(codes(&judged(&question, &[])), ["PROVENANCE_AFTER_PUBLISH"]);
}

#[test]
fn a_publish_time_in_the_future_hides_no_forged_or_missing_signature() {
    let future = |question: Question| question.with(|q| q.publish_time = PublishTime::At(time("2099-01-01T00:00:00Z")));
    let signed = || Question::signed(&mini(), &package());
    let forged = signed().manifest(|m| m["dist"]["signatures"] = json!([mini().registry.signature_over("evil", 1)]));
    assert_eq!(future(forged).code(), "REGISTRY_SIGNATURE");
    let unsigned = signed().manifest(|m| m["dist"]["signatures"] = json!([])).with(|q| q.registry = RegistryId::npm());
    let report = judged(&future(unsigned), &[]);
    assert_eq!((report.verdict(), codes(&report)), (Verdict::Invalid, vec!["MISSING_REGISTRY_SIGNATURE"]));
}

#[test]
fn a_missing_signature_is_invalid_for_npm_and_unproved_elsewhere() {
    let unsigned = || Question::signed(&mini(), &package()).manifest(|m| m["dist"]["signatures"] = json!([]));
    assert_eq!(judged(&unsigned().with(|q| q.registry = RegistryId::npm()), &[]).verdict(), Verdict::Invalid);
    assert_eq!(judged(&unsigned(), &[]).verdict(), Verdict::Unverifiable);
    let attested = attested().manifest(|m| m["dist"]["signatures"] = json!([]));
    assert_eq!(judged(&attested, &[]).verdict(), Verdict::Verified);
}

#[test]
fn an_index_that_no_log_signed_is_not_shown() {
    let genuine = publish();
    let mut bare = genuine.entry.clone();
    bare.as_object_mut().unwrap().remove("inclusionPromise");
    bare["logIndex"] = json!("7777777");
    let mut forged = publish();
    forged.bundle["verificationMaterial"]["tlogEntries"] = json!([bare, genuine.entry]);
    let evidence = answered(&[forged, provenance()]).verify().unwrap();
    let index = evidence.publish_attestation().unwrap().log().index().unwrap();
    assert_eq!(json!(index.to_string()), genuine.entry["logIndex"]);
}

#[test]
fn what_answered_keys_prove_is_marked() {
    let question = attested().manifest(|m| m["dist"]["signatures"] = json!([]));
    let keys = crate::question::json(&mini().registry.endpoint_keys());
    let keys = RegistryKeys::asserted_by_registry(question.registry.clone(), &keys).unwrap();
    let verifier = Verifier::new(TrustedRoot::from_json(&question.root).unwrap(), [keys]).unwrap();
    let examination = verifier.examine(&question.artifact(), &question.claims(), question.now);
    let report = PackageReport::examined(&examination, Vec::new(), None);
    assert_eq!(shown(&report)["publishAttestation"]["keys"], "registry-asserted");
}

#[test]
fn a_mismatch_does_not_hide_behind_what_may_pass() {
    let mut keys = mini().registry.endpoint_keys();
    let mut other = keys["keys"][1].clone();
    (other["keyid"], other["scheme"], other["keytype"]) = (json!("other"), json!("rsa"), json!("rsa"));
    keys["keys"].as_array_mut().unwrap().push(other);
    let question = answered(&[publish(), foreign()])
        .manifest(|m| m["dist"]["signatures"] = json!([{"keyid": "other", "sig": "MEUC"}]))
        .with(|q| q.keys = crate::question::json(&keys));
    let report = judged(&question, &[publisher()]);
    assert_eq!((report.verdict(), codes(&report)), (Verdict::Denied, vec!["PUBLISHER_MISMATCH", "UNSUPPORTED_KEY"]));
}

#[test]
fn signatures_that_do_not_count_are_noted() {
    let signature = |n| mini().registry.signature(&package(), n);
    let question = attested().manifest(|m| m["dist"]["signatures"] = json!([signature(0), signature(1)]));
    let notes: Vec<_> = question.verify().unwrap().notes().iter().map(|n| n.code()).collect();
    assert_eq!(notes, ["NOTE_COUNTERSIGN_SIGNATURE_NOT_COUNTED"]);
}

#[test]
fn stored_claims_keep_their_bounds() {
    let claims = DistClaims::from_json(&attested().manifest).unwrap();
    let mut stored = serde_json::to_value(&claims).unwrap();
    stored["signatures"] = json!(vec![stored["signatures"][0].clone(); 17]);
    assert!(serde_json::from_value::<DistClaims>(stored).unwrap_err().to_string().contains("more elements"));
}

#[test]
fn advertised_attestations_without_provenance_withhold_none() {
    let question =
        answered(&[publish()]).manifest(|m| m["dist"]["attestations"] = json!({"url": "https://npm.example"}));
    assert_eq!(shown(&judged(&question, &[]))["provenance"]["status"], "absent");
}

#[test]
fn hostile_text_is_escaped_in_every_member() {
    let evil = "\u{9b}2J\u{202e}";
    let question = Question::signed(&mini(), &package())
        .manifest(|m| m["dist"]["signatures"] = json!([{"keyid": evil, "sig": "x"}]));
    let examined = PackageReport::examined(&question.examine(), vec![evil.into()], None);
    let subject = countersign::report::Subject {
        name: evil.into(),
        version: evil.into(),
        integrity: Some(evil.into()),
        locations: vec![evil.into()],
    };
    for report in [examined, PackageReport::unavailable(subject, evil)] {
        let text = shown(&report).to_string();
        assert!(!text.contains('\u{9b}') && !text.contains('\u{202e}'), "{text}");
    }
}

#[test]
fn nothing_audited_is_not_clean_and_the_order_of_packages_decides_nothing() {
    let report = |packages| {
        AuditReport::new(
            time("2026-11-22T00:00:00Z"),
            Source::Replay,
            "https://npm.example/",
            attested().registry,
            vec![],
            packages,
        )
    };
    assert!(!report(Vec::new()).is_clean());
    let (one, other) = (
        judged(&attested(), &[]),
        judged(&Question::signed(&mini(), &crate::support::package::Package::new("x", "1.0.0")), &[]),
    );
    assert_eq!(report(vec![one.clone(), other.clone()]), report(vec![other, one.clone()]));
    assert!(report(vec![one.clone()]).is_clean());
    // Packages of another registry than the report's say so.
    assert!(shown(&report(vec![one.clone()]).packages()[0])["registryIdentity"].is_null());
    assert_eq!(shown(&one)["registryIdentity"], "https://npm.example");
}

#[test]
fn every_era_is_verified() {
    for era in Era::ALL {
        let question = attested().response(&mini().response_of(&package(), era));
        assert_eq!(judged(&question, &[publisher()]).verdict(), Verdict::Verified, "{era:?}");
    }
}
