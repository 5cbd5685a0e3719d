//! Sigstore's own conformance suite: every verification case, by the artifact's bytes and by its digest.
//!
//! A case that must be refused is refused for the reason in the table, not for whatever comes first.

#[path = "real/shared.rs"]
mod shared;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use countersign::sigstore::{ArtifactDigest, Bundle, BundleKey, Expectation};
use countersign::{ParseError, Timestamp, TrustedRoot, VerifyError};
use serde_json::Value;

/// 2026-11-22, after everything that the cases say.
const NOW: i64 = 1_795_305_600;

/// What each case that must be refused is refused for.
const REFUSED: &[(&str, &str)] = &[
    ("bundle-empty-certificate-chain_fail", "BUNDLE_MALFORMED"),
    ("bundle-from-wrong-instance_fail", "UNKNOWN_LOG"),
    ("bundle-invalid-base64-signature_fail", "BUNDLE_MALFORMED"),
    ("bundle-malformed-json_fail", "BUNDLE_MALFORMED"),
    ("bundle-negative-log-index_fail", "BUNDLE_MALFORMED"),
    ("bundle-unknown-version_fail", "UNSUPPORTED_BUNDLE"),
    ("bundle-with-root-cert_fail", "MISSING_INCLUSION_PROOF"),
    ("checkpoint-bad-keyhint_fail", "CHECKPOINT_UNSIGNED"),
    ("checkpoint-wrong-roothash_fail", "CHECKPOINT_MISMATCH"),
    ("dsse-invalid-sig_fail", "ENVELOPE_SIGNATURE"),
    ("dsse-mismatch-envelope_fail", "LOG_MISMATCH"),
    ("dsse-mismatch-sig_fail", "LOG_MISMATCH"),
    ("inclusion-proof-corrupted-hash_fail", "INCLUSION_PROOF"),
    ("incorrect-public-key_fail", "LOG_PROMISE"),
    ("integrated-time-in-future_fail", "TIME_OUTSIDE_CERTIFICATE"),
    ("intoto-expired-certificate_fail", "TIME_OUTSIDE_CERTIFICATE"),
    ("intoto-log-entry-mismatch_fail", "LOG_ENTRY_MALFORMED"),
    ("intoto-missing-inclusion-proof_fail", "MISSING_INCLUSION_PROOF"),
    ("intoto-set-outside-signing-cert-validity_fail", "TIME_OUTSIDE_CERTIFICATE"),
    ("intoto-tsa-timestamp-outside-cert-validity_fail", "TIME_OUTSIDE_CERTIFICATE"),
    ("invalid-checkpoint-signature_fail", "CHECKPOINT_SIGNATURE"),
    ("invalid-ct-key_fail", "UNKNOWN_CT_LOG"),
    ("invalid-inclusion-proof_fail", "MISSING_INCLUSION_PROOF"),
    ("managed-key-no-key_fail", "SIGNER_KIND"),
    ("managed-key-wrong-key_fail", "TRUST_INVALID"),
    ("message-digest-mismatch_fail", "MESSAGE_DIGEST"),
    ("rekor2-checkpoint-missing-log-signature_fail", "CHECKPOINT_MALFORMED"),
    ("rekor2-checkpoint-missing-origin_fail", "CHECKPOINT_MALFORMED"),
    ("rekor2-checkpoint-missing-root-hash_fail", "CHECKPOINT_MALFORMED"),
    ("rekor2-checkpoint-missing-size_fail", "CHECKPOINT_MALFORMED"),
    ("rekor2-checkpoint-no-matching-signature_fail", "CHECKPOINT_UNSIGNED"),
    ("rekor2-dsse-invalid-sig_fail", "ENVELOPE_SIGNATURE"),
    ("rekor2-dsse-mismatch-envelope_fail", "LOG_MISMATCH"),
    ("rekor2-dsse-mismatch-sig_fail", "LOG_MISMATCH"),
    ("rekor2-no-inclusion-proof_fail", "MISSING_INCLUSION_PROOF"),
    ("rekor2-no-timestamp_fail", "NO_VERIFIED_TIME"),
    ("rekor2-timestamp-outside-trust-root-tsa-validity_fail", "TIME_OUTSIDE_TIMESTAMP_AUTHORITY"),
    ("rekor2-timestamp-outside-tsa-cert-validity_fail", "TIME_OUTSIDE_CERTIFICATE"),
    ("rekor2-timestamp-payload-mismatch_fail", "TIMESTAMP_IMPRINT"),
    ("rekor2-timestamp-untrusted-tsa-with-embedded-cert_fail", "UNKNOWN_TIMESTAMP_AUTHORITY"),
    ("rekor2-timestamp-untrusted-tsa-without-embedded-cert_fail", "UNKNOWN_TIMESTAMP_AUTHORITY"),
    ("rekor2-timestamp-with-incorrect-time_fail", "BUNDLE_MALFORMED"),
    ("set-invalid-signature_fail", "LOG_PROMISE"),
    ("signature-mismatch_fail", "MESSAGE_SIGNATURE"),
    ("trust-root-tlog-missing-validity-start_fail", "TRUST_INVALID"),
    ("wrong-hashedrekord-artifact_fail", "LOG_MISMATCH"),
    ("wrong-hashedrekord-cert-and-sig_fail", "LOG_MISMATCH"),
    ("wrong-hashedrekord-entry_fail", "LOG_MISMATCH"),
    ("wrong-material_fail", "MESSAGE_DIGEST"),
];

/// Cases whose own defect hides behind another one: what it is, and the tests of the catalogue, by their
/// id, that have that defect alone.
const MASKED: &[(&str, &str, &str)] = &[
    ("bundle-with-root-cert_fail", "bu_16", "the proof has no checkpoint"),
    ("incorrect-public-key_fail", "tl_02", "the promise was not signed again over the other key"),
    ("integrated-time-in-future_fail", "tm_08", "the time has come, and the certificate is of 2023"),
    ("intoto-log-entry-mismatch_fail", "tl_06", "the other signature is not encoded twice"),
    ("invalid-ct-key_fail", "ct_03", "the root has the log's id no more"),
    ("invalid-inclusion-proof_fail", "tl_80", "the proof has no checkpoint"),
    ("managed-key-wrong-key_fail", "bu_14", "the file is no PEM"),
    ("rekor2-checkpoint-missing-log-signature_fail", "tl_66", "it has no signature line at all"),
    ("rekor2-timestamp-with-incorrect-time_fail", "tm_05", "there is a line break in the token's base64"),
];

struct Case {
    folder: PathBuf,
    manifest: Value,
}

impl Case {
    fn text(&self, member: &str) -> &str {
        self.manifest[member].as_str().unwrap_or_default()
    }

    fn bytes(&self, member: &str) -> Vec<u8> {
        shared::bytes(&self.folder.join(self.text(member)))
    }

    fn verify(&self, artifact: &ArtifactDigest) -> Result<(), String> {
        let code = |error: VerifyError| error.code().replace("ERR_COUNTERSIGN_", "");
        let unreadable = |error: ParseError| error.code().replace("ERR_COUNTERSIGN_", "");
        let key = match self.text("key") {
            "" => None,
            _ => Some(BundleKey::from_pem(&String::from_utf8(self.bytes("key")).unwrap()).map_err(unreadable)?),
        };
        let expectation = match &key {
            Some(key) => Expectation::key(key),
            None => Expectation::certificate(self.text("identity"), self.text("issuer")),
        };
        let root = TrustedRoot::from_json(&self.bytes("trusted_root")).map_err(unreadable)?;
        let bundle = Bundle::from_json(&self.bytes("bundle")).map_err(code)?;
        let now = Timestamp::from_unix(NOW).unwrap();
        root.verify_bundle(&bundle, artifact, &expectation, now).map(drop).map_err(code)
    }

    fn by_bytes(&self) -> ArtifactDigest {
        ArtifactDigest::of(&self.bytes("artifact"))
    }

    fn by_digest(&self) -> ArtifactDigest {
        let digest = hex::decode(self.text("artifact_sha256")).unwrap();
        ArtifactDigest::sha256(digest.try_into().unwrap())
    }
}

fn cases() -> Option<Vec<Case>> {
    let folder = shared::folder()?.join("conformance");
    let manifest: Value = serde_json::from_slice(&shared::bytes(&folder.join("manifest.json"))).unwrap();
    let case = |manifest: &Value| Case { folder: Path::new(&folder).to_owned(), manifest: manifest.clone() };
    Some(manifest["cases"].as_array().unwrap().iter().map(case).collect())
}

#[test]
fn every_case_in_both_forms() {
    let Some(cases) = cases() else { return };
    let refused: BTreeMap<&str, &str> = REFUSED.iter().copied().collect();
    assert_eq!(refused.len(), REFUSED.len(), "a case stands twice in the table");
    let (mut accepted, mut wrong) = (0, Vec::new());
    for case in &cases {
        let name = case.text("name");
        let expected = match case.text("expect") {
            "accept" => Ok(()),
            _ => Err((*refused.get(name).unwrap_or(&"a code in the table")).to_owned()),
        };
        for (form, artifact) in [("bytes", case.by_bytes()), ("digest", case.by_digest())] {
            let found = case.verify(&artifact);
            accepted += usize::from(found.is_ok());
            if found != expected {
                wrong.push(format!("{name} by {form}: {found:?}, expected {expected:?}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!((cases.len(), accepted, REFUSED.len()), (70, 42, 49), "cases, accepted in both forms, refused");
}

/// The names of all tests in `tests/catalogue`.
fn catalogue() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/catalogue");
    sources(&folder)
}

fn sources(folder: &Path) -> String {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { sources(&path) } else { std::fs::read_to_string(path).unwrap() }).collect()
}

#[test]
fn what_a_case_masks_has_a_test_of_its_own() {
    let catalogue = catalogue();
    for (case, id, reason) in MASKED {
        assert!(REFUSED.iter().any(|(name, _)| name == case), "{case}");
        assert!(catalogue.contains(&format!("fn {id}_")), "{case} ({reason}): there is no test {id}");
    }
}
