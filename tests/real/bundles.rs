//! Every bundle that was collected from other projects, through the general verifier: attestations of
//! GitHub Actions, bundles of Sigstore's clients, npm's bundles alone.

use countersign::sigstore::{ArtifactDigest, Bundle, Expectation, VerifiedBundle};
use countersign::{Timestamp, TrustedRoot, VerifyError};
use serde_json::Value;

use crate::shared;

/// Samples that others verify and we refuse: a part of the file's name, code, reason. One that is not
/// needed fails the test.
const STRICTER: &[(&str, &str, &str)] = &[
    (
        "sigstore-java__p.tgz",
        "DIGEST_NOT_SUPPLIED",
        "a P-384 key of 2022 signed a SHA-256 digest: the bundle chose the hash, unsigned, and not the key",
    ),
    ("sigstore-js__DEMO.md", "STATEMENT_MALFORMED", "the payload is called an in-toto statement and is plain text"),
    (
        "sigstore-python__bundle.txt",
        "UNKNOWN_TIMESTAMP_AUTHORITY",
        "a local test authority's token rides along: the log's time would do, but every time that is claimed must hold",
    ),
];

/// The newest trusted root of each instance.
fn root(instance: &str) -> TrustedRoot {
    let roots = shared::folder().unwrap().join("conformance/roots");
    let read = |file: &str| shared::bytes(&roots.join(file));
    match instance {
        "public-good" => TrustedRoot::from_json(&read("production.json")).unwrap(),
        "staging" => TrustedRoot::from_json(&read("staging.json")).unwrap(),
        "github" => TrustedRoot::from_json_unlogged(&read("github.json")).unwrap(),
        other => panic!("no trusted root of {other}"),
    }
}

fn base64(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}

/// What the bundle itself says that it is about: the signature over that is what is asked for here.
fn artifact(bundle: &Value) -> ArtifactDigest {
    if let Some(digest) = bundle["messageSignature"]["messageDigest"]["digest"].as_str() {
        return ArtifactDigest::sha256(base64(digest).try_into().unwrap());
    }
    let payload = base64(bundle["dsseEnvelope"]["payload"].as_str().unwrap());
    let statement: Value = serde_json::from_slice(&payload).unwrap_or_default();
    let digest = &statement["subject"][0]["digest"];
    let bytes = |name: &str| digest[name].as_str().map(|text| hex::decode(text).unwrap());
    match (bytes("sha256"), bytes("sha512")) {
        (Some(sha256), _) => ArtifactDigest::sha256(sha256.try_into().unwrap()),
        (None, Some(sha512)) => ArtifactDigest::sha512(sha512.try_into().unwrap()),
        (None, None) => ArtifactDigest::of(b""),
    }
}

/// The instances under which somebody else's verifier accepted the sample.
pub fn instances(sample: &Value) -> Vec<String> {
    let oracle = &sample["contains"][0]["oracle"];
    let mut found: Vec<String> = oracle
        .as_object()
        .unwrap()
        .values()
        .flat_map(|verdict| verdict["ok_roots"].as_array().into_iter().flatten())
        .map(|root| root.as_str().unwrap().to_owned())
        .collect();
    found.sort();
    found.dedup();
    found
}

pub fn verify(sample: &Value, instance: &str) -> Result<VerifiedBundle, VerifyError> {
    let file = shared::folder().unwrap().join("real").join(sample["file"].as_str().unwrap());
    let json = shared::bytes(&file);
    let artifact = artifact(&serde_json::from_slice(&json).unwrap());
    let certificate = &sample["contains"][0]["certificate"];
    let identity = certificate["san"][0][1].as_str().unwrap();
    let expectation = Expectation::certificate(identity, certificate["issuer"].as_str().unwrap());
    let now = Timestamp::from_unix(1_795_305_600).unwrap();
    let bundle = Bundle::from_json(&json)?;
    root(instance).verify_bundle(&bundle, &artifact, &expectation, now)
}

#[test]
fn every_bundle_gets_the_recorded_verdict() {
    let Some(shared) = shared::folder() else { return };
    let manifest: Value = serde_json::from_slice(&shared::bytes(&shared.join("real/manifest.json"))).unwrap();
    let (mut github, mut sigstore, mut wrong, mut stricter) = (0, 0, Vec::new(), Vec::new());
    for sample in manifest["samples"].as_array().unwrap() {
        match sample["kind"].as_str().unwrap() {
            "github-attestation" => github += 1,
            "sigstore-bundle" => sigstore += 1,
            _ => continue,
        }
        assert_eq!(sample["expected"], "valid");
        let file = sample["file"].as_str().unwrap();
        let listed = STRICTER.iter().find(|(part, ..)| file.contains(part));
        let instances = instances(sample);
        assert!(!instances.is_empty(), "{file}");
        for instance in instances {
            match (verify(sample, &instance), listed) {
                (Ok(_), None) => {}
                (Err(error), Some((part, code, _))) if error.code() == format!("ERR_COUNTERSIGN_{code}") => {
                    stricter.push(*part);
                }
                (found, _) => wrong.push(format!("{file} under {instance}: {found:?}")),
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!((github, sigstore), (71, 24));
    stricter.sort_unstable();
    stricter.dedup();
    assert_eq!(stricter, STRICTER.iter().map(|(part, ..)| *part).collect::<Vec<_>>(), "an entry is not needed");
}
