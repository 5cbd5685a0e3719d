#![allow(clippy::unwrap_used)]

use serde_json::Value;

use super::*;

fn npm_code(ours: &str, claim: &str) -> String {
    let finding = Finding { code: ours.into(), claim: claim.into(), message: String::new(), help: String::new() };
    code(&finding).to_owned()
}

#[test]
fn npms_codes_for_what_npm_knows() {
    for (ours, claim, npms) in [
        ("ERR_COUNTERSIGN_REGISTRY_SIGNATURE", "registry-signature", "EINTEGRITYSIGNATURE"),
        ("ERR_COUNTERSIGN_KEY_EXPIRED", "registry-signature", "EEXPIREDSIGNATUREKEY"),
        ("ERR_COUNTERSIGN_KEY_EXPIRED", "publish-attestation", "EEXPIREDSIGNATUREKEY"),
        ("ERR_COUNTERSIGN_UNKNOWN_KEY", "registry-signature", "EMISSINGSIGNATUREKEY"),
        ("ERR_COUNTERSIGN_UNKNOWN_KEY", "publish-attestation", "EMISSINGSIGNATUREKEY"),
        ("ERR_COUNTERSIGN_SUBJECT_MISMATCH", "provenance", "EATTESTATIONSUBJECT"),
        ("ERR_COUNTERSIGN_SUBJECT_COUNT", "publish-attestation", "EATTESTATIONSUBJECT"),
        ("ERR_COUNTERSIGN_ENVELOPE_SIGNATURE", "provenance", "EATTESTATIONVERIFY"),
        ("ERR_COUNTERSIGN_KEY_NOT_YET_VALID", "publish-attestation", "EATTESTATIONVERIFY"),
        ("ERR_COUNTERSIGN_MALFORMED", "provenance", "EATTESTATIONVERIFY"),
        ("ERR_COUNTERSIGN_MALFORMED", "manifest", "ERR_COUNTERSIGN_MALFORMED"),
        ("ERR_COUNTERSIGN_KEY_NOT_YET_VALID", "registry-signature", "ERR_COUNTERSIGN_KEY_NOT_YET_VALID"),
        ("ERR_COUNTERSIGN_INTEGRITY_DISAGREEMENT", "manifest", "ERR_COUNTERSIGN_INTEGRITY_DISAGREEMENT"),
        ("ERR_COUNTERSIGN_PUBLISHER_MISMATCH", "publisher", "ERR_COUNTERSIGN_PUBLISHER_MISMATCH"),
    ] {
        assert_eq!(npm_code(ours, claim), npms, "{ours} {claim}");
    }
}

/// No signature of them failed, and npm would have said nothing or stopped for another reason.
#[test]
fn an_attestation_that_is_wanting_late_or_unwanted_keeps_our_code() {
    for code in [
        "ATTESTATIONS_WITHHELD",
        "ATTESTATIONS_UNAVAILABLE",
        "MISSING_PROVENANCE",
        "PROVENANCE_UNCONFIRMED",
        "PUBLISH_NOT_ATTESTED",
        "PROVENANCE_AFTER_PUBLISH",
        "PUBLISHER_MISMATCH",
    ] {
        let ours = format!("ERR_COUNTERSIGN_{code}");
        for claim in ["publish-attestation", "provenance"] {
            assert_eq!(npm_code(&ours, claim), ours, "{claim}");
        }
    }
}

fn listed(verdict: &str, failures: &Value, provenance: &str) -> Option<List> {
    let package = json!({"name": "a", "verdict": verdict, "failures": failures, "provenance": {"status": provenance}});
    list_of(&serde_json::from_value(package).unwrap())
}

#[test]
fn only_a_wanting_signature_is_missing_and_only_if_nothing_graver_is_the_matter() {
    let failure = |code: &str| json!({"code": code, "message": "m"});
    let (missing, other) = (failure(MISSING), failure("ERR_COUNTERSIGN_ENVELOPE_SIGNATURE"));
    for verdict in ["invalid", "denied", "unverifiable"] {
        assert_eq!(listed(verdict, &json!([missing]), "absent"), Some(List::Missing), "{verdict}");
        assert_eq!(listed(verdict, &json!([missing, other]), "absent"), Some(List::Missing), "{verdict}");
        assert_eq!(listed(verdict, &json!([other, missing]), "verified"), Some(List::Invalid), "{verdict}");
        assert_eq!(listed(verdict, &json!([]), "verified"), Some(List::Invalid), "{verdict}");
    }
}

#[test]
fn verified_are_packages_whose_provenance_is() {
    assert_eq!(listed("verified", &json!([]), "verified"), Some(List::Verified));
    for status in ["absent", "not-asked", "unconfirmed", "failed", "withheld"] {
        assert_eq!(listed("verified", &json!([]), status), None, "{status}");
    }
    assert_eq!(listed("skipped", &json!([]), "absent"), None);
}
