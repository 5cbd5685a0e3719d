//! The real files of `testdata/real/`, which a fresh clone has too.

use std::path::Path;

use countersign::evidence::{Examination, Finding};
use countersign::publisher::MatchStatus;
use countersign::registry::{RegistrySignature, Window};
use countersign::{
    Artifact, Attestations, Claims, DistClaims, PackageId, Packument, RegistryId, TrustSnapshot, TrustedPublisher,
    Verifier,
};
use serde_json::{Value, json};

use crate::shared;

fn file(name: &str) -> Vec<u8> {
    shared::bytes(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/real").join(name))
}

fn examine(name: &str, version: &str, integrity: &str, claims: Claims) -> Examination {
    let keys = TrustSnapshot::npm_keys().unwrap();
    let verifier = Verifier::new(TrustSnapshot::trusted_root().unwrap(), [keys]).unwrap();
    let id = PackageId::new(name, version).unwrap();
    let artifact = Artifact::expected(RegistryId::npm(), id, integrity).unwrap();
    verifier.examine(&artifact, &claims, "2026-11-22T00:00:00Z".parse().unwrap())
}

/// A bundle alone: it verifies, and as nobody's publish attestation stands beside it, it does not count.
fn provenance_alone(bundle: &str, version: &str, integrity: &str) {
    let bundle: Value = serde_json::from_slice(&file(bundle)).unwrap();
    let response = json!({"attestations": [{"predicateType": "https://slsa.dev/provenance/v1", "bundle": bundle}]});
    let manifest = json!({"name": "sigstore", "version": version, "dist": {"integrity": integrity}});
    let dist = DistClaims::from_json(manifest.to_string().as_bytes()).unwrap();
    let claims = Claims::new(dist, Attestations::Body(response.to_string().into_bytes()));
    let examination = examine("sigstore", version, integrity, claims);
    assert_eq!(examination.failures(), None);
    let Finding::Unconfirmed(provenance, error) = examination.provenance() else {
        panic!("{:?}", examination.provenance());
    };
    assert_eq!(error.code(), "ERR_COUNTERSIGN_PUBLISH_NOT_ATTESTED");
    let publisher = TrustedPublisher::github("sigstore/sigstore-js", "release.yml").unwrap();
    assert_eq!(publisher.matches(provenance.identity()).status(), MatchStatus::Match);
}

#[test]
fn provenance_of_2023_verifies_and_stays_unconfirmed() {
    let integrity = "sha512-RtTi90xIdzFmQAAKb9+Ki1nx4IR2Z5c+mFn3dN0xuPHgk3gTt3f7ZqKsZ9UFQP40ZAlm7un8LMyjhwgrTIXNPA==";
    provenance_alone("sigstore.js@2.0.0-provenance.sigstore.json", "2.0.0", integrity);
}

#[test]
fn provenance_of_2026_verifies_and_stays_unconfirmed() {
    let integrity = "sha512-hJqJfoG/e4qFQaauQL00c6J6FrHLBGKtkFvW3JbTSIEFOhLrSjdSM/gWd/yUOfYo/gsERehTXGC1VZWX+9X4Dg==";
    provenance_alone("npm_slsa_bundle_v03.json", "5.0.0", integrity);
}

#[test]
fn a_packuments_own_signatures_verify() {
    let bytes = file("@zkochan%2ftest-pnpm-issue219.json");
    let value: Value = serde_json::from_slice(&bytes).unwrap();
    let packument = Packument::from_json(&bytes).unwrap();
    let windows = ["1.0.0", "1.0.1", "1.0.2"].map(|version| {
        let id = PackageId::new("@zkochan/test-pnpm-issue219", version).unwrap();
        let (dist, time) = packument.version(&id).unwrap().unwrap();
        let claims = Claims::new(dist, Attestations::NotAdvertised).with_publish_time(time);
        let integrity = value["versions"][version]["dist"]["integrity"].as_str().unwrap();
        match examine(id.name(), version, integrity, claims).registry_signature() {
            Ok(RegistrySignature::Verified(signed)) => Some(signed.window()),
            Ok(RegistrySignature::Absent) => None,
            other => panic!("{version}: {other:?}"),
        }
    });
    assert_eq!(windows, [Some(Window::Asserted), Some(Window::Asserted), None]);
}
