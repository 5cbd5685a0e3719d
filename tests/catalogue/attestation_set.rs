//! AS: which attestations are there, and whose they are.

use countersign::evidence::Finding;
use countersign::policy::{EndedKeys, Need};
use countersign::{Attestations, Denied, Evidence, Requirement, TrustedPublisher};
use serde_json::{Value, json};

use crate::question::{Question, json as bytes};
use crate::support::Miniature;
use crate::support::attestation::Minted;
use crate::support::bundle::Era;
use crate::support::package::Package;
use crate::support::registry::response;
use crate::support::statement::{Build, SLSA_V0_2, SLSA_V1};
use crate::support::{flip, swap};

pub fn package() -> Package {
    Package::new("@octo/lib", "1.2.3")
}

pub fn mini() -> Miniature {
    Miniature::new()
}

pub fn attested() -> Question {
    Question::attested(&mini(), &package())
}

/// The package answered with these attestations.
pub fn answered(attestations: &[Minted]) -> Question {
    attested().response(&response(attestations))
}

pub fn publish() -> Minted {
    mini().publish(&package()).mint()
}

pub fn provenance() -> Minted {
    mini().provenance(&package()).mint()
}

pub fn publisher() -> Requirement {
    Requirement::trusted_publisher(TrustedPublisher::github("octo-org/octo-lib", "release.yml").unwrap())
}

#[track_caller]
fn denied(question: &Question) -> Denied {
    publisher().authorize(&question.verify().unwrap(), question.now).unwrap_err()
}

#[track_caller]
fn proven(question: &Question) -> Evidence {
    let evidence = question.verify().unwrap();
    assert!(evidence.provenance().is_some() && evidence.publish_attestation().is_some());
    evidence
}

#[test]
fn as_01_both_attestations_by_the_trusted_publisher() {
    let evidence = proven(&attested());
    let authorized = publisher().authorize(&evidence, attested().now).unwrap();
    assert!(authorized.publisher().starts_with("https://github.com/octo-org/octo-lib/.github/workflows/release.yml@"));
}

#[test]
fn as_02_no_provenance_where_a_publisher_is_trusted() {
    let question = Question::signed(&mini(), &package());
    assert_eq!(denied(&question), Denied::MissingProvenance);
}

#[test]
fn as_03_no_provenance_and_no_policy_is_absence() {
    let evidence = Question::signed(&mini(), &package()).verify().unwrap();
    assert_eq!(evidence.examination().provenance(), &Finding::Absent);
}

#[test]
fn as_04_advertised_and_not_delivered() {
    for answer in [Attestations::NotFound, Attestations::Body(br#"{"attestations":[]}"#.to_vec())] {
        let question = attested().with(|q| q.attestations = answer);
        let found = question.examine();
        assert_eq!((found.provenance(), found.publish_attestation()), (&Finding::Withheld, &Finding::Withheld));
        assert_eq!(denied(&question), Denied::AttestationsWithheld);
    }
    // The publish attestation alone, where provenance is advertised.
    assert_eq!(denied(&answered(&[publish()])), Denied::AttestationsWithheld);
}

#[test]
fn as_04_delivered_and_not_advertised_is_verified_all_the_same() {
    let question = attested().manifest(|m| drop(m["dist"].as_object_mut().unwrap().remove("attestations")));
    proven(&question);
}

#[test]
fn as_04_a_caller_that_denies_what_the_manifest_advertises_did_not_ask() {
    let question = attested().with(|q| q.attestations = Attestations::NotAdvertised);
    assert_eq!(question.examine().provenance(), &Finding::NotAsked);
    assert_eq!(denied(&question), Denied::NotSupplied { need: Need::Attestations });
}

#[test]
fn as_04_a_failed_download_is_not_absence() {
    let question = attested().with(|q| q.attestations = Attestations::Unavailable("503".into()));
    assert_eq!(denied(&question), Denied::AttestationsUnavailable { reason: "503".into() });
}

#[test]
fn as_05_publish_statement_signed_by_a_certificate() {
    let forged = mini().publish(&package()).plan(|p| p.signed_by_certificate(Era::Mar2026)).mint();
    assert_eq!(answered(&[forged, provenance()]).code(), "SIGNER_KIND");
}

#[test]
fn as_05_provenance_signed_by_a_registry_key() {
    let mini = mini();
    let forged = mini.provenance(&package()).plan(|p| p.signed_by_registry(&mini, 1, Era::Mar2026)).mint();
    assert_eq!(answered(&[publish(), forged]).code(), "SIGNER_KIND");
}

#[test]
fn as_06_only_the_publish_attestation() {
    let question = answered(&[publish()]).manifest(|m| drop(m["dist"].as_object_mut().unwrap().remove("attestations")));
    assert_eq!(denied(&question), Denied::MissingProvenance);
}

#[test]
fn as_07_label_and_statement_of_different_types() {
    let mini = mini();
    let relabelled = |kind: &'static str| mini.provenance(&package()).outer_type(kind).mint();
    assert_eq!(answered(&[publish(), relabelled(SLSA_V0_2)]).code(), "PREDICATE_MISMATCH");
    assert_eq!(answered(&[publish(), relabelled("https://example.com/other")]).code(), "PREDICATE_MISMATCH");
    let publish_as_provenance = mini.publish(&package()).outer_type(SLSA_V1).mint();
    let failures = answered(&[publish_as_provenance]).verify().unwrap_err();
    assert!(failures.all().iter().all(|f| f.error.code() == "ERR_COUNTERSIGN_PREDICATE_MISMATCH"));
}

#[test]
fn as_08_types_are_compared_as_a_whole() {
    for kind in [
        "https://slsa.dev/provenance/v1evil",
        "https://slsa.dev/provenance/v1.1",
        "https://slsa.dev/provenance/v1/",
        "https://slsa.dev/provenance/v2",
        "http://slsa.dev/provenance/v1",
    ] {
        let like =
            mini().provenance(&package()).statement(|s| s["predicateType"] = json!(kind)).outer_type(kind).mint();
        let question = answered(&[publish(), like]);
        assert_eq!(denied(&question), Denied::AttestationsWithheld, "{kind}");
        let notes: Vec<_> = question.verify().unwrap().notes().iter().map(|n| n.code()).collect();
        assert_eq!(notes, ["NOTE_COUNTERSIGN_UNKNOWN_ATTESTATION"], "{kind}");
    }
}

#[test]
fn as_09_a_second_provenance_of_another_repository() {
    let other = mini().provenance(&package()).workflow(|w| w.repository = "evil/lib".into()).mint();
    assert_eq!(answered(&[publish(), provenance(), other]).code(), "AMBIGUOUS_ATTESTATION");
    let other = mini().provenance(&package()).workflow(|w| w.repository = "evil/lib".into()).mint();
    assert_eq!(answered(&[publish(), other, provenance()]).code(), "AMBIGUOUS_ATTESTATION");
}

#[test]
fn as_10_the_same_attestation_twice() {
    assert_eq!(answered(&[publish(), provenance(), provenance()]).code(), "AMBIGUOUS_ATTESTATION");
    assert_eq!(
        answered(&[publish(), publish()]).manifest(|m| m["dist"]["attestations"] = Value::Null).code(),
        "AMBIGUOUS_ATTESTATION"
    );
}

#[test]
fn as_11_a_broken_one_of_a_known_kind_is_never_ignored() {
    let broken = mini().provenance(&package()).json(|b| b["mediaType"] = json!("x")).mint();
    assert_eq!(answered(&[publish(), provenance(), broken]).code(), "AMBIGUOUS_ATTESTATION");
    let broken = mini().provenance(&package()).json(|b| b["mediaType"] = json!("x")).mint();
    assert_eq!(answered(&[publish(), broken]).code(), "UNSUPPORTED_BUNDLE");
}

#[test]
fn as_12_unknown_kinds_are_listed_and_never_counted() {
    let other = |broken: bool| {
        let kind = "https://example.com/review/v1";
        let minted = mini().provenance(&package()).statement(|s| s["predicateType"] = json!(kind)).mint();
        let mut minted = Minted { predicate_type: kind.into(), ..minted };
        if broken {
            minted.bundle = json!({"mediaType": 7});
        }
        minted
    };
    for broken in [false, true] {
        let evidence = proven(&answered(&[other(broken), publish(), provenance()]));
        let notes: Vec<_> = evidence.notes().iter().map(|n| n.code()).collect();
        assert_eq!(notes, ["NOTE_COUNTERSIGN_UNKNOWN_ATTESTATION"]);
    }
}

#[test]
fn as_13_provenance_of_another_version() {
    let other = mini().provenance(&Package::new("@octo/lib", "1.2.2")).mint();
    assert_eq!(answered(&[publish(), other]).code(), "SUBJECT_MISMATCH");
}

#[test]
fn as_14_provenance_of_another_package() {
    let other = mini().provenance(&Package::new("@octo/other", "1.2.3")).mint();
    assert_eq!(answered(&[publish(), other]).code(), "SUBJECT_MISMATCH");
}

#[test]
fn as_15_same_bytes_under_another_name() {
    let same = Package { tarball: package().tarball, ..Package::new("@octo/other", "1.2.3") };
    assert_eq!(same.sha512(), package().sha512());
    assert_eq!(answered(&[publish(), mini().provenance(&same).mint()]).code(), "SUBJECT_MISMATCH");
}

#[test]
fn as_16_same_name_over_another_tarball() {
    let other = Package { tarball: b"other".to_vec(), ..package() };
    assert_eq!(answered(&[publish(), mini().provenance(&other).mint()]).code(), "SUBJECT_MISMATCH");
    assert_eq!(
        answered(&[mini().publish(&other).mint()]).manifest(|m| m["dist"]["attestations"] = Value::Null).code(),
        "SUBJECT_MISMATCH"
    );
}

#[test]
fn as_17_an_answer_of_another_shape() {
    for answer in
        [json!({}), json!({"attestations": null}), json!({"attestations": {}}), json!({"attestations": "x"}), json!([])]
    {
        let failures = attested().response(&answer).verify().unwrap_err();
        assert!(failures.all().iter().all(|f| f.error.code() == "ERR_COUNTERSIGN_MALFORMED"), "{answer}");
    }
}

#[test]
fn as_17_no_json_at_all_is_no_answer() {
    let question = attested().with(|q| q.attestations = Attestations::Body(b"<html>503</html>".to_vec()));
    assert!(matches!(denied(&question), Denied::AttestationsUnavailable { .. }));
}

#[test]
fn as_18_bundles_of_another_shape() {
    let bundle = provenance().bundle;
    for other in [Value::Null, json!(bundle.to_string()), json!({"bundle": bundle}), json!([bundle]), json!({})] {
        let entry = Minted { bundle: other.clone(), ..provenance() };
        let code = answered(&[publish(), entry]).code();
        assert!(["BUNDLE_MALFORMED", "UNSUPPORTED_BUNDLE"].contains(&code), "{other}: {code}");
    }
}

#[test]
fn as_19_thirty_three_attestations() {
    let list = vec![json!({"predicateType": "https://example.com/x", "bundle": {}}); 33];
    let failures = attested().response(&json!({ "attestations": list })).verify().unwrap_err();
    assert_eq!(failures.code(), "ERR_COUNTERSIGN_LIMIT_EXCEEDED");
}

#[test]
fn as_20_publish_predicate_of_something_else() {
    for (field, other) in [
        ("name", "evil"),
        ("version", "1.2.4"),
        ("registry", "https://evil.example"),
        ("registry", "https://npm.example/"),
    ] {
        let forged = mini().publish(&package()).statement(|s| s["predicate"][field] = json!(other)).mint();
        assert_eq!(answered(&[forged, provenance()]).code(), "STATEMENT_MISMATCH", "{field}");
    }
}

#[test]
fn as_21_publish_subject_of_another_version() {
    let forged =
        mini().publish(&package()).statement(|s| s["subject"][0]["name"] = json!("pkg:npm/%40octo/lib@1.2.4")).mint();
    assert_eq!(answered(&[forged, provenance()]).code(), "SUBJECT_MISMATCH");
}

/// The code for a provenance whose predicate was changed before it was signed.
#[track_caller]
fn contradicting(build: Build, pointer: &str, value: &str) -> &'static str {
    let forged = mini()
        .provenance(&package())
        .build(build)
        .statement(|s| {
            *s.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}")) = json!(value);
        })
        .mint();
    answered(&[publish(), forged]).code()
}

#[test]
fn as_22_v1_workflow_contradicts_the_certificate() {
    for (field, other) in [
        ("repository", "https://github.com/evil/lib"),
        ("path", ".github/workflows/evil.yml"),
        ("ref", "refs/heads/evil"),
    ] {
        for build in [Build::NpmV1, Build::AttestV1] {
            let pointer = format!("/predicate/buildDefinition/externalParameters/workflow/{field}");
            assert_eq!(contradicting(build, &pointer, other), "PROVENANCE_CONTRADICTS_CERTIFICATE", "{field}");
        }
    }
}

#[test]
fn as_23_v0_2_config_source_contradicts_the_certificate() {
    for (pointer, other) in [
        ("uri", "git+https://github.com/evil/lib@refs/heads/main"),
        ("entryPoint", ".github/workflows/evil.yml"),
        ("digest/sha1", "0000000000000000000000000000000000000000"),
    ] {
        for build in [Build::GhaV0, Build::GhaV1, Build::GhaV2] {
            let pointer = format!("/predicate/invocation/configSource/{pointer}");
            assert_eq!(
                contradicting(build, &pointer, other),
                "PROVENANCE_CONTRADICTS_CERTIFICATE",
                "{pointer} {build:?}"
            );
        }
    }
}

#[test]
fn as_24_commit_contradicts_the_certificate() {
    let pointer = "/predicate/buildDefinition/resolvedDependencies/0/digest/gitCommit";
    assert_eq!(
        contradicting(Build::NpmV1, pointer, "0000000000000000000000000000000000000000"),
        "PROVENANCE_CONTRADICTS_CERTIFICATE"
    );
}

#[test]
fn as_25_builder_contradicts_the_certificates_runner() {
    let forged = mini().provenance(&package()).certified(|w| w.runner = "self-hosted".into()).mint();
    assert_eq!(answered(&[publish(), forged]).code(), "PROVENANCE_CONTRADICTS_CERTIFICATE");
}

#[test]
fn as_26_an_unknown_build_type_leaves_the_predicate_opaque() {
    let opaque = mini()
        .provenance(&package())
        .statement(|s| s["predicate"]["buildDefinition"]["buildType"] = json!("https://example.com/mine"))
        .mint();
    let question = answered(&[publish(), opaque]);
    let notes: Vec<_> = proven(&question).notes().iter().map(|n| n.code()).collect();
    assert_eq!(notes, ["NOTE_COUNTERSIGN_OPAQUE_BUILD_TYPE"]);
    // Who signed it is still the certificate's to say.
    assert!(publisher().authorize(&proven(&question), question.now).is_ok());
}

#[test]
fn as_27_invocation_contradicts_the_certificate() {
    let pointer = "/predicate/runDetails/metadata/invocationId";
    assert_eq!(
        contradicting(Build::NpmV1, pointer, "https://github.com/octo-org/octo-lib/actions/runs/1/attempts/1"),
        "PROVENANCE_CONTRADICTS_CERTIFICATE"
    );
}

#[test]
fn as_30_publish_attestation_by_an_ended_key() {
    let mini = mini();
    let late = mini.publish(&package()).plan(|p| p.signed_by_registry(&mini, 0, Era::Mar2026)).mint();
    assert_eq!(answered(&[late, provenance()]).code(), "KEY_EXPIRED");
}

#[test]
fn as_30_publish_attestation_by_a_key_before_its_start() {
    let mini = mini();
    let early = mini.publish_of(&package(), Era::Jun2024).plan(|p| p.signed_by_registry(&mini, 1, Era::Jun2024)).mint();
    let question = answered(&[early, mini.provenance_of(&package(), Era::Jun2024).mint()]);
    assert_eq!(question.code(), "KEY_NOT_YET_VALID");
}

#[test]
fn as_31_publish_attestation_with_a_bad_signature() {
    let forged = mini().publish(&package()).signature(flip).mint();
    assert_eq!(answered(&[forged, provenance()]).code(), "ENVELOPE_SIGNATURE");
}

#[test]
fn as_32_publish_attestation_signed_without_pae() {
    let payload = unpadded(&publish());
    let forged = mini().publish(&package()).pae(move |pae| *pae = payload).mint();
    assert_eq!(answered(&[forged, provenance()]).code(), "ENVELOPE_SIGNATURE");
}

fn unpadded(minted: &Minted) -> Vec<u8> {
    crate::support::keys::unb64(minted.bundle["dsseEnvelope"]["payload"].as_str().unwrap())
}

#[test]
fn as_33_hint_and_key_id_differ() {
    let other = mini().registry.keys[0].key_id.clone();
    let (hint, keyid) = (other.clone(), other);
    let by_hint =
        mini().publish(&package()).json(move |b| b["verificationMaterial"]["publicKey"]["hint"] = json!(hint)).mint();
    assert_eq!(answered(&[by_hint, provenance()]).code(), "KEY_MISMATCH");
    let by_keyid =
        mini().publish(&package()).json(move |b| b["dsseEnvelope"]["signatures"][0]["keyid"] = json!(keyid)).mint();
    assert_eq!(answered(&[by_keyid, provenance()]).code(), "KEY_MISMATCH");
    let unknown = mini().publish(&package()).keyid(Some("SHA256:x")).hint("SHA256:x").mint();
    assert_eq!(answered(&[unknown, provenance()]).code(), "UNKNOWN_KEY");
}

#[test]
fn as_33_a_certificate_signed_envelope_has_no_key_id() {
    let mini = mini();
    let id = mini.registry.keys[1].key_id.clone();
    let named = mini.provenance(&package()).keyid(Some(&id)).mint();
    assert_eq!(answered(&[publish(), named]).code(), "KEY_MISMATCH");
    for none in [None, Some("")] {
        proven(&answered(&[publish(), mini.provenance(&package()).keyid(none).mint()]));
    }
}

#[test]
fn as_34_hint_and_certificate_in_one_bundle() {
    let certificate = provenance().bundle["verificationMaterial"]["certificate"].clone();
    let both = mini().publish(&package()).json(|b| b["verificationMaterial"]["certificate"] = certificate).mint();
    assert_eq!(answered(&[both, provenance()]).code(), "BUNDLE_MALFORMED");
}

#[test]
fn provenance_without_a_publish_attestation_is_unconfirmed() {
    let question = answered(&[provenance()]);
    assert!(
        matches!(question.examine().provenance(), Finding::Unconfirmed(_, e) if e.code() == "ERR_COUNTERSIGN_PUBLISH_NOT_ATTESTED")
    );
    assert_eq!(denied(&question), Denied::ProvenanceUnconfirmed { code: "ERR_COUNTERSIGN_PUBLISH_NOT_ATTESTED" });
}

#[test]
fn provenance_of_a_registry_that_attests_nothing_stands_alone() {
    let question = answered(&[provenance()]).with(|q| q.keys = br#"{"keys":[]}"#.to_vec());
    let evidence = question.verify().unwrap();
    assert!(publisher().authorize(&evidence, question.now).is_ok());
    let both = publisher().and_registry_signature(EndedKeys::Deny).authorize(&evidence, question.now);
    assert_eq!(both.unwrap_err(), Denied::NoRegistryKeys);
}

#[test]
fn provenance_made_after_the_publication_is_unconfirmed() {
    let at = Era::Mar2026.time();
    let after = |seconds: i64| {
        let late = mini().provenance(&package()).at(at + 5 + seconds - 2).mint();
        answered(&[publish(), late])
    };
    assert_eq!(publish().integrated_time, at + 5);
    proven(&after(60));
    assert!(
        matches!(after(61).examine().provenance(), Finding::Unconfirmed(_, e) if e.code() == "ERR_COUNTERSIGN_PROVENANCE_AFTER_PUBLISH")
    );
}

#[test]
fn cr_01_the_order_of_attestations_decides_nothing() {
    let one = answered(&[publish(), provenance()]).verify().unwrap();
    let other = answered(&[provenance(), publish()]).verify().unwrap();
    assert_eq!((one.provenance(), one.publish_attestation()), (other.provenance(), other.publish_attestation()));
}

#[test]
fn st_05_a_duplicated_member_of_the_answer_is_refused() {
    let mut body = bytes(&mini().response(&package()));
    swap(&mut body, "{\"attestations\":", "{\"attestations\":[],\"attestations\":");
    let failures = attested().with(|q| q.attestations = Attestations::Body(body)).verify().unwrap_err();
    assert_eq!(failures.code(), "ERR_COUNTERSIGN_MALFORMED");
}
