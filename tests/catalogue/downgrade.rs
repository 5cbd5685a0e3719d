//! PO-35, PO-36: less evidence than earlier versions had, and whose word that is.

use countersign::policy::{Basis, Downgrade, DowngradeRule, EndedKeys, Need, OnDowngrade, Resolved};
use countersign::report::{PackageReport, Verdict};
use countersign::{Claims, Denied, DistClaims, Evidence, Failures, History, Level, Packument, Requirement};
use serde_json::{Value, json};

use crate::attestation_set::{mini, provenance, publisher};
use crate::question::{Question, json as bytes, octo, provenance_with};
use crate::support::package::Package;
use crate::support::registry::{packument, response};
use crate::support::statement::SLSA_V1;

const BEFORE: &str = "2026-02-01T00:00:00.000Z";
const PUBLISHED: &str = "2026-03-01T12:00:05.000Z";

fn earlier() -> Package {
    Package::new("@octo/lib", "1.2.2")
}

/// A trusted publisher published the earlier version; beside it stands the question's own manifest.
fn history(question: &Question) -> History {
    history_with(question, |_| {})
}

fn history_with(question: &Question, change: impl FnOnce(&mut Value)) -> History {
    let own: Value = serde_json::from_slice(&question.manifest).unwrap();
    let mut before = mini().registry.manifest(&earlier(), Some(SLSA_V1));
    change(&mut before);
    let packument = packument(&[(before, Some(BEFORE)), (own, Some(PUBLISHED))]);
    Packument::from_json(&bytes(&packument)).unwrap().history()
}

fn without_publisher(manifest: &mut Value) {
    manifest["_npmUser"] = json!({"name": "octocat"});
}

fn verify_with(question: &Question, history: History) -> Result<Evidence, Failures> {
    question.verifier().verify(&question.artifact(), &question.claims().with_history(history), question.now)
}

fn verify(question: &Question) -> Evidence {
    verify_with(question, history(question)).unwrap()
}

fn signed() -> Question {
    Question::signed(&mini(), &octo())
}

fn rule(on: OnDowngrade) -> DowngradeRule {
    DowngradeRule::new(on)
}

fn signature() -> Requirement {
    Requirement::registry_signature(EndedKeys::Deny)
}

fn find(question: &Question, history: History) -> Option<Downgrade> {
    let evidence = verify_with(question, history).unwrap();
    rule(OnDowngrade::Warn).find(evidence.examination(), question.now).unwrap()
}

#[test]
fn po_35_an_earlier_version_had_provenance_and_this_has_none() {
    let (question, deny) = (signed(), signature().no_downgrade(rule(OnDowngrade::Deny)));
    let evidence = verify(&question);
    assert!(signature().authorize(&evidence, question.now).is_ok());
    let denied = deny.authorize(&evidence, question.now).unwrap_err();
    assert_eq!(denied.code(), "ERR_COUNTERSIGN_TRUST_DOWNGRADE");
    let expected = Denied::TrustDowngrade {
        from_version: "1.2.2".into(),
        from_level: "trusted-publisher",
        to_level: "registry-signature",
        basis: "registry-asserted",
    };
    assert_eq!(denied, expected);
}

#[test]
fn po_35_a_warning_lets_it_pass_and_says_so() {
    let (question, warn) = (signed(), signature().no_downgrade(rule(OnDowngrade::Warn)));
    let authorized = warn.authorize(&verify(&question), question.now).unwrap();
    let codes: Vec<_> = authorized.notes().iter().map(|note| note.code()).collect();
    assert_eq!(codes, ["NOTE_COUNTERSIGN_TRUST_DOWNGRADE"]);
    let attested = provenance_with(|a| a);
    let authorized = warn.authorize(&verify(&attested), attested.now).unwrap();
    assert!(authorized.notes().is_empty());
}

#[test]
fn po_35_the_history_is_asked_for_before_it_is_judged() {
    let (question, deny) = (signed(), signature().no_downgrade(rule(OnDowngrade::Deny)));
    let dist = DistClaims::from_json(&question.manifest).unwrap();
    assert!(deny.needs(&question.id(), &dist).contains(&Need::History));
    assert!(!signature().needs(&question.id(), &dist).contains(&Need::History));
    let refused = deny.authorize(&question.verify().unwrap(), question.now);
    assert_eq!(refused.unwrap_err(), Denied::NotSupplied { need: Need::History });
    assert_ne!(deny.fingerprint(), signature().fingerprint());
}

#[test]
fn po_36_it_is_the_registrys_word_until_the_earlier_version_is_verified() {
    let question = signed();
    let found = find(&question, history(&question)).unwrap();
    assert_eq!(found.basis(), Basis::RegistryAsserted);
    assert_eq!(serde_json::to_value(&found).unwrap()["basis"], "registry-asserted");
    let before = Question::attested(&mini(), &earlier()).verify().unwrap();
    let confirmed = found.clone().confirmed_by(&before);
    assert_eq!((confirmed.basis(), confirmed.from_level()), (Basis::Verified, Level::Provenance));
    assert!(confirmed.to_string().ends_with("1.2.2, published before it, is provenance (verified)"), "{confirmed}");
    // Another version, evidence of no more, another registry's version of that name.
    let unsigned = Question::signed(&mini(), &earlier()).verify().unwrap();
    let other = Question::attested(&mini(), &Package::new("@octo/lib", "1.2.1")).verify().unwrap();
    let name = Question::attested(&mini(), &Package::new("@octo/bil", "1.2.2")).verify().unwrap();
    for evidence in [unsigned, other, name] {
        assert_eq!(found.clone().confirmed_by(&evidence), found);
    }
    let elsewhere = Question::attested(&mini(), &earlier())
        .with(|q| {
            (q.registry, q.keys) =
                (countersign::RegistryId::new("https://hub.example").unwrap(), br#"{"keys":[]}"#.to_vec())
        })
        .response(&response([&mini().provenance(&earlier()).mint()]))
        .verify()
        .unwrap();
    assert!(elsewhere.provenance().is_some());
    assert_eq!(found.clone().confirmed_by(&elsewhere), found);
}

#[test]
fn po_36_a_history_never_upgrades_a_verdict() {
    let question = signed();
    let weak = |m: &mut Value| (*m)["dist"]["signatures"] = json!([]);
    for history in [history_with(&question, weak), history(&question)] {
        let evidence = verify_with(&question, history).unwrap();
        let (with, without) = (publisher().no_downgrade(rule(OnDowngrade::Deny)), publisher());
        // The same refusal as without the rule: it is judged after all else.
        assert_eq!(with.authorize(&evidence, question.now), without.authorize(&evidence, question.now));
        assert_eq!(without.authorize(&evidence, question.now).unwrap_err(), Denied::MissingProvenance);
        assert_eq!(evidence.examination().proved_level(), Level::RegistrySignature);
        let plain = question.verify().unwrap();
        assert_eq!(evidence.registry_signature(), plain.registry_signature());
        assert_eq!(evidence.notes(), plain.notes());
    }
    let forged = signed().manifest(|m| m["dist"]["signatures"][0]["sig"] = json!("MEUCIQ=="));
    let refused = verify_with(&forged, history(&question)).unwrap_err();
    assert_eq!(refused.code(), "ERR_COUNTERSIGN_REGISTRY_SIGNATURE");
}

/// A mirror may strip the manifest of what it advertises; what was proved was proved.
#[test]
fn po_36_what_was_proved_of_this_version_counts() {
    let stripped = provenance_with(|a| a)
        .manifest(|m| drop(m["dist"].as_object_mut().unwrap().remove("attestations")))
        .manifest(without_publisher);
    let evidence = verify(&stripped);
    assert_eq!(evidence.examination().asserted_level(), Level::RegistrySignature);
    assert_eq!(find(&stripped, history_with(&stripped, without_publisher)), None);
    // A trusted publisher stands in no certificate.
    assert_eq!(find(&stripped, history(&stripped)).map(|d| d.to_level()), Some(Level::Provenance));
    assert_eq!(find(&provenance_with(|a| a), history(&stripped)), None);
}

#[test]
fn po_36_a_provenance_that_does_not_count_is_none() {
    let unconfirmed = Question::attested(&mini(), &octo()).response(&response([&provenance()]));
    let found = find(&unconfirmed, history(&unconfirmed)).unwrap();
    assert_eq!((found.from_level(), found.to_level()), (Level::TrustedPublisher, Level::RegistrySignature));
    // That nobody looked, or that it is held back, is another finding.
    for answer in [countersign::Attestations::NotAsked, countersign::Attestations::NotFound] {
        let open = Question::attested(&mini(), &octo()).with(|q| q.attestations = answer);
        assert_eq!(find(&open, history(&open)), None);
    }
}

#[test]
fn po_36_another_packages_history_is_refused() {
    let question = signed();
    let other = Packument::from_json(br#"{"name":"@octo/other","versions":{},"time":{}}"#).unwrap().history();
    let failures = verify_with(&question, other).unwrap_err();
    assert_eq!(failures.all().len(), 1);
    assert_eq!(failures.code(), "ERR_COUNTERSIGN_NAME_VERSION_MISMATCH");
}

#[test]
fn a_history_is_stored_with_the_claims_and_named_by_their_digest() {
    let question = signed();
    let claims = question.claims().with_history(history(&question));
    let kept: Claims = serde_json::from_slice(&serde_json::to_vec(&claims).unwrap()).unwrap();
    assert_eq!(kept, claims);
    let with = verify(&question);
    assert_eq!(with.examination().history(), Some(&history(&question)));
    assert_ne!(with.claims(), question.verify().unwrap().claims());
    assert_ne!(with.claims(), verify_with(&question, history_with(&question, without_publisher)).unwrap().claims());
}

#[test]
fn po_35_the_report_lists_it_among_what_changed() {
    let question = signed();
    let evidence = verify(&question);
    let shown = |on| {
        let requirement = signature().no_downgrade(rule(on));
        let report = PackageReport::examined(evidence.examination(), Vec::new(), Some(&Resolved::of(&requirement)));
        (report.verdict(), serde_json::to_value(&report).unwrap()["drift"].clone())
    };
    let (verdict, drift) = shown(OnDowngrade::Deny);
    assert_eq!(verdict, Verdict::Denied);
    let event = drift[0].as_object().unwrap();
    assert_eq!((&event["event"], &event["severity"]), (&json!("trust-downgrade"), &json!("high")));
    assert_eq!(
        (&event["before"], &event["after"]),
        (&json!("1.2.2: trusted-publisher"), &json!("1.2.3: registry-signature"))
    );
    assert_eq!(event["basis"], "registry-asserted");
    let (verdict, warned) = shown(OnDowngrade::Warn);
    assert_eq!((verdict, warned), (Verdict::Verified, drift));
}
