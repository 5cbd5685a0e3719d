//! Every registry signature of a recording of npm's public registry.

use std::collections::BTreeMap;

use countersign::registry::{RegistrySignature, Window};
use countersign::{
    Artifact, Attestations, Claims, PackageId, Packument, RegistryId, Timestamp, TrustSnapshot, Verifier,
};

use crate::shared;

fn verifier() -> Verifier {
    Verifier::new(TrustSnapshot::trusted_root().unwrap(), [TrustSnapshot::npm_keys().unwrap()]).unwrap()
}

fn now() -> Timestamp {
    "2026-11-22T00:00:00Z".parse().unwrap()
}

#[test]
fn every_recorded_signature_verifies() {
    let Some(folder) = shared::folder() else { return };
    let (verifier, mut windows, mut unsigned) = (verifier(), BTreeMap::new(), 0);
    let mut packuments: Vec<_> =
        std::fs::read_dir(folder.join("registry/packuments")).unwrap().map(|e| e.unwrap().path()).collect();
    packuments.sort();
    assert_eq!(packuments.len(), 202);
    for path in packuments {
        let bytes = shared::bytes(&path);
        let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let packument = Packument::from_json(&bytes).unwrap();
        for (version, manifest) in value["versions"].as_object().unwrap() {
            let id = PackageId::new(value["name"].as_str().unwrap(), version).unwrap();
            let (dist, time) = packument.version(&id).unwrap().unwrap();
            let file = folder.join(format!("registry/attestations/{}.json", id.to_string().replace('/', "%2f")));
            let attestations = match file.is_file() {
                true => Attestations::Body(shared::bytes(&file)),
                false if dist.advertises_attestations() => Attestations::NotAsked,
                false => Attestations::NotAdvertised,
            };
            let artifact =
                Artifact::expected(RegistryId::npm(), id, manifest["dist"]["integrity"].as_str().unwrap()).unwrap();
            let claims = Claims::new(dist, attestations).with_publish_time(time);
            match verifier.examine(&artifact, &claims, now()).registry_signature() {
                Ok(RegistrySignature::Verified(signed)) => {
                    *windows.entry(format!("{:?}", signed.window())).or_insert(0) += 1;
                    if signed.window() == Window::Unjudged {
                        assert!(signed.time().is_none());
                    }
                }
                Ok(RegistrySignature::Absent) => unsigned += 1,
                other => panic!("{} {version}: {other:?}", value["name"]),
            }
        }
    }
    println!("{windows:?}");
    assert_eq!(windows.values().sum::<i32>(), 9_283);
    assert_eq!(windows["Unjudged"], 1_766);
    assert_eq!(unsigned, 6);
}

#[test]
fn rs_06_corrupted_signatures_do_not_verify() {
    let Some(folder) = shared::folder() else { return };
    let lines = String::from_utf8(shared::bytes(&folder.join("real/signatures-corrupted.jsonl"))).unwrap();
    let mut codes = Vec::new();
    for line in lines.lines() {
        let sample: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| sample[name].as_str().unwrap();
        let manifest = serde_json::json!({
            "name": text("name"), "version": text("version"),
            "dist": {"integrity": text("integrity"), "signatures": [{"keyid": text("keyid"), "sig": text("sig")}]},
        });
        let id = PackageId::new(text("name"), text("version")).unwrap();
        let dist = match countersign::DistClaims::from_json(manifest.to_string().as_bytes()) {
            Ok(dist) => dist,
            Err(error) => {
                codes.push(error.code());
                continue;
            }
        };
        let artifact = Artifact::expected(RegistryId::npm(), id, text("integrity")).unwrap();
        let claims = Claims::new(dist, Attestations::NotAdvertised);
        let failures = verifier().verify(&artifact, &claims, now()).unwrap_err();
        codes.push(failures.code());
    }
    println!("{codes:?}");
    assert_eq!(codes.len(), 8);
    // Some were corrupted so that their integrity or signature is no canonical base64 any more.
    let spelt = ["ERR_COUNTERSIGN_MALFORMED", "ERR_COUNTERSIGN_INTEGRITY_MALFORMED"];
    assert!(
        codes.iter().all(|code| *code == "ERR_COUNTERSIGN_REGISTRY_SIGNATURE" || spelt.contains(code)),
        "{codes:?}"
    );
}
