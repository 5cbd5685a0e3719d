//! Proofs 1 to 8 over what npm really served, and over what third parties made of it.
//!
//! The samples lie outside the repository; without their folder the tests say so and pass.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::certificate;
use super::{ArtifactDigest, Bundle, By, ManagedKey, Material, SignedBundle, TrustedRoot, prove};
use crate::crypto::PublicKey;
use crate::encoding;
use crate::error::VerifyError;
use crate::time::{Fraction, Timestamp, Window};

fn samples() -> Option<PathBuf> {
    let folder = std::env::var_os("COUNTERSIGN_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("shared"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder.join("real"));
    }
    eprintln!("skipped: {} is absent", folder.display());
    None
}

fn now() -> Timestamp {
    "2026-11-22T00:00:00Z".parse().unwrap()
}

fn trust(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/trust").join(name)).unwrap()
}

fn trusted_root() -> TrustedRoot {
    TrustedRoot::from_json(&trust("trusted_root.json")).unwrap()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NpmKey {
    key_id: String,
    key_usage: String,
    public_key: NpmPublicKey,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NpmPublicKey {
    raw_bytes: String,
    valid_for: NpmWindow,
}

#[derive(Deserialize)]
struct NpmWindow {
    start: String,
    end: Option<String>,
}

fn npm_keys() -> Vec<(String, PublicKey, Window)> {
    #[derive(Deserialize)]
    struct Keys {
        keys: Vec<NpmKey>,
    }
    let Keys { keys } = serde_json::from_slice(&trust("npm-keys.json")).unwrap();
    let keys = keys.into_iter().filter(|key| key.key_usage == "npm:attestations");
    keys.map(|key| {
        let spki = encoding::base64(&key.public_key.raw_bytes).unwrap();
        let NpmWindow { start, end } = key.public_key.valid_for;
        let window = Window {
            start: Timestamp::from_rfc3339(&start, Fraction::Up).unwrap(),
            end: end.map(|end| Timestamp::from_rfc3339(&end, Fraction::Down).unwrap()),
        };
        (key.key_id, PublicKey::from_spki(&spki).unwrap(), window)
    })
    .collect()
}

fn verify(json: &[u8], root: &TrustedRoot) -> Result<SignedBundle, VerifyError> {
    let artifact = ArtifactDigest::of(b"of no account to envelopes");
    let bundle = Bundle::from_json(json)?;
    let Material::PublicKey { hint } = bundle.material() else {
        return prove(&bundle, By::Certificate, &artifact, root, now());
    };
    let keys = npm_keys();
    let (id, key, window) =
        keys.iter().find(|(id, ..)| id == hint).ok_or_else(|| VerifyError::UnknownKey { keyid: hint.into() })?;
    let by = |id| By::Key(ManagedKey { id: Some(id), key, window: *window });
    let verified = prove(&bundle, by(id), &artifact, root, now());
    // The right key under another name: what is reported would be a key that did not sign.
    if verified.is_ok() {
        let renamed = prove(&bundle, by("SHA256:another"), &artifact, root, now());
        assert!(renamed.is_err_and(|error| error.code() == "ERR_COUNTERSIGN_KEY_MISMATCH"));
    }
    verified
}

/// The bundles of a response, or the one that stands alone.
fn bundles(file: &[u8]) -> Vec<String> {
    #[derive(Deserialize)]
    struct Response {
        attestations: Vec<Attestation>,
    }
    #[derive(Deserialize)]
    struct Attestation {
        bundle: Box<RawValue>,
    }
    match serde_json::from_slice::<Response>(file) {
        Ok(response) => response.attestations.into_iter().map(|a| a.bundle.get().to_owned()).collect(),
        Err(_) => vec![String::from_utf8(file.to_vec()).unwrap()],
    }
}

#[derive(Deserialize)]
struct Sample {
    id: String,
    kind: String,
    file: String,
    expected: Option<String>,
}

fn npm_samples(folder: &Path) -> Vec<Sample> {
    #[derive(Deserialize)]
    struct Manifest {
        samples: Vec<Sample>,
    }
    let Manifest { samples } = serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    let samples: Vec<_> = samples
        .into_iter()
        .filter(|s| s.kind.starts_with("npm-attestations-response") || s.kind == "npm-bundle-standalone")
        .collect();
    assert!(samples.len() >= 42, "only {} npm samples", samples.len());
    samples
}

/// What must fail, and how, in the responses that third parties altered; `sigstore@0.4.0` and so on
/// name the response, the bundles are in its order.
const ALTERED: [(&str, [&str; 2]); 22] = [
    // The key id of a certificate's envelope is unsigned, and for the caller to refuse.
    ("sigstore@0.4.0-mismatched-keyid-attestations", ["", ""]),
    ("sigstore@0.4.0-invalid-attestations", ["", "BUNDLE_MALFORMED"]),
    ("sigstore@0.4.0-malformed-subject-attestations", ["", "ENVELOPE_SIGNATURE"]),
    ("sigstore@0.4.0-mismatched-subject-digest-attestations", ["", "ENVELOPE_SIGNATURE"]),
    ("sigstore@0.4.0-mismatched-subject-name-attestations", ["", "ENVELOPE_SIGNATURE"]),
    // Its first signature has a superfluous character as well.
    ("sigstore@0.4.0-no-keyid-attestations", ["BUNDLE_MALFORMED", "KEY_MISMATCH"]),
    ("sigstore@0.4.0-unsupported-attestations", ["", "PAYLOAD_TYPE"]),
    ("sigstore@2.3.1-provenance-npm-test-cli-v1-prega-invalidsigprov", ["", "ENVELOPE_SIGNATURE"]),
    ("sigstore@2.3.1-provenance-npm-test-cli-v1-prega-invalidsigpub", ["ENVELOPE_SIGNATURE", ""]),
    ("@laurentsimon_provenance-npm-test@1.0.5-provenance-npm-test-ossf-invalidsigprov", ["", "ENVELOPE_SIGNATURE"]),
    ("@laurentsimon_provenance-npm-test@1.0.5-provenance-npm-test-ossf-invalidsigpub", ["ENVELOPE_SIGNATURE", ""]),
    ("@laurentsimon_provenance-npm-test@1.0.0-npm-stmt-mismatch-prov-predicatetype", ["ENVELOPE_SIGNATURE", ""]),
    ("@laurentsimon_provenance-npm-test@1.0.0-npm-stmt-mismatch-pub-predicatetype", ["", "ENVELOPE_SIGNATURE"]),
    ("@laurentsimon_provenance-npm-test@1.0.0-npm-stmt-mismatch-pub-type", ["", "ENVELOPE_SIGNATURE"]),
    ("@laurentsimon_provenance-npm-test@1.0.0-npm-stmt-mismatch-prov-type", ["ENVELOPE_SIGNATURE", ""]),
    ("@laurentsimon_provenance-npm-test@1.0.0-npm-att-prov-invalid-signature", ["ENVELOPE_SIGNATURE", ""]),
    ("@laurentsimon_provenance-npm-test@1.0.0-npm-att-publish-invalid-signature", ["", "ENVELOPE_SIGNATURE"]),
    ("@laurentsimon_provenance-npm-test@1.0.0-npm-att-publish-nodigest", ["", "ENVELOPE_SIGNATURE"]),
    ("@laurentsimon_provenance-npm-test@1.0.0-npm-att-publish-nosubjects", ["", "ENVELOPE_SIGNATURE"]),
    ("@laurentsimon_provenance-npm-test@1.0.0-npm-att-mismatch-prov-payloadtype", ["PAYLOAD_TYPE", ""]),
    // The label outside the bundle, which is for the caller to compare.
    ("@laurentsimon_provenance-npm-test@1.0.0-npm-att-mismatch-prov-predicatetype", ["", ""]),
    ("@laurentsimon_provenance-npm-test@1.0.0-npm-att-mismatch-pub-predicatetype", ["", ""]),
];

fn codes(bundles: &[String], root: &TrustedRoot) -> Vec<&'static str> {
    let code = |e: VerifyError| e.code().strip_prefix("ERR_COUNTERSIGN_").unwrap();
    bundles.iter().map(|bundle| verify(bundle.as_bytes(), root).map_or_else(code, |_| "")).collect()
}

#[test]
fn npm_samples_get_the_verdict_of_other_verifiers() {
    let Some(folder) = samples() else { return };
    let root = trusted_root();
    for sample in npm_samples(&folder) {
        let bundles = bundles(&fs::read(folder.join(&sample.file)).unwrap());
        let found = codes(&bundles, &root);
        let altered = sample.id.strip_prefix("npmatt-mut-");
        let expected: &[&str] = match altered {
            None => ["", ""].get(..bundles.len()).unwrap(),
            Some(id) => &ALTERED.iter().find(|(altered, _)| *altered == id).unwrap().1,
        };
        assert_eq!(found, expected, "{}", sample.id);
        let sound = found.iter().all(|code| code.is_empty());
        assert_eq!(sound, sample.expected.as_deref() != Some("invalid"), "{}", sample.id);
        assert_eq!(altered.is_none(), sample.expected.as_deref() == Some("valid"), "{}", sample.id);
    }
}

/// Public-good roots of 2022 and 2023 give their logs no validity, or have no media type.
const TOO_OLD: [&str; 4] = ["3e861a71", "697b674a", "7c64fa2a", "889e1266"];
/// Staging roots with the end of a validity misspelt as `2025-09-04:00:00Z`.
const MISSPELT: [&str; 2] = ["274ea125", "ecd8ee17"];

#[test]
fn real_trusted_roots_load_or_say_why_not() {
    let Some(folder) = samples() else { return };
    let files = fs::read_dir(folder.join("trusted-roots")).unwrap();
    let mut loaded = 0;
    for file in files.map(|file| file.unwrap().path()) {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let json = fs::read(&file).unwrap();
        // GitHub's instance has no logs, and is never taken for one that lost them.
        let read = if name.starts_with("github-") {
            let error = TrustedRoot::from_json(&json).unwrap_err().to_string();
            assert!(error.contains("no transparency log"), "{name}: {error}");
            TrustedRoot::from_json_unlogged(&json)
        } else {
            TrustedRoot::from_json(&json)
        };
        let refused = match read {
            Ok(_) => None,
            Err(error) => Some(error.to_string()),
        };
        let reason = match name {
            _ if TOO_OLD.iter().any(|old| name.ends_with(old)) => Some("missing field `validFor`"),
            _ if MISSPELT.iter().any(|misspelt| name.ends_with(misspelt)) => Some("2025-09-04:00:00Z"),
            _ => None,
        };
        match (reason, refused) {
            (None, None) => loaded += 1,
            (Some(reason), Some(error)) => assert!(error.contains(reason), "{name}: {error}"),
            (expected, found) => panic!("{name}: expected {expected:?}, found {found:?}"),
        }
    }
    assert!(loaded >= 29, "{loaded}");
}

#[test]
fn ce_69_any_byte_of_a_real_certificate() {
    let root = trusted_root();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/real/npm_slsa_bundle_v03.json");
    let json = fs::read(file).unwrap();
    let bundle: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let leaf = bundle["verificationMaterial"]["certificate"]["rawBytes"].as_str().unwrap();
    let (leaf, proved) = (encoding::base64(leaf).unwrap(), verify(&json, &root).unwrap());
    let code = |der: &[u8]| certificate::verify(der, &[], &root, proved.times()).err().map(|error| error.code());
    assert_eq!(code(&leaf), None);
    for length in 0..leaf.len() {
        assert_eq!(code(&leaf[..length]), Some("ERR_COUNTERSIGN_CERTIFICATE_MALFORMED"), "{length}");
    }
    for (at, byte) in leaf.iter().enumerate() {
        for other in [0, 0xff, byte.wrapping_add(1)].into_iter().filter(|other| other != byte) {
            let mut changed = leaf.clone();
            changed[at] = other;
            let code = code(&changed).unwrap_or_else(|| panic!("accepted with {other} at {at}"));
            let code = code.strip_prefix("ERR_COUNTERSIGN_").unwrap();
            assert!(CHANGED.contains(&code), "{at} {other}: {code}");
        }
    }
}

/// What a certificate of which one byte was changed may be refused for.
const CHANGED: [&str; 9] = [
    "CERTIFICATE_MALFORMED",
    "CHAIN_INVALID",
    "UNKNOWN_AUTHORITY",
    "CRITICAL_EXTENSION",
    "TIME_OUTSIDE_CERTIFICATE",
    "UNSUPPORTED_SIGNING_KEY",
    "KEY_USAGE",
    "EXTENDED_KEY_USAGE",
    "SUBJECT_ALT_NAME",
];
