//! A response whose hashes are right, around parts that are not: so that what is changed in a certificate
//! or in a statement is not refused by the first hash that is over it.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::trust;

const PUBLISH: &str = "https://github.com/npm/attestation/tree/main/specs/publish/v0.1";
const SLSA: &str = "https://slsa.dev/provenance/v1";

/// The registry's newest key.
static KEY: LazyLock<Value> = LazyLock::new(|| {
    let keys: Value = serde_json::from_slice(trust::KEYS).unwrap();
    keys["keys"].as_array().unwrap().last().unwrap().clone()
});

/// The log that takes in every entry.
static LOG: LazyLock<Value> = LazyLock::new(|| {
    let root: Value = serde_json::from_slice(trust::ROOT).unwrap();
    root["tlogs"][0].clone()
});

/// What a fuzzer chooses besides the documents: one byte of flags, then the time of the log entries.
pub struct Choices {
    flags: u8,
    time: u32,
}

impl Choices {
    pub fn read(bytes: &[u8]) -> Self {
        let [flags, time @ ..] = [0, 1, 2, 3, 4].map(|n| bytes.get(n).copied().unwrap_or_default());
        Self { flags, time: u32::from_be_bytes(time) }
    }

    fn has(&self, flag: u8) -> bool {
        self.flags >> flag & 1 == 1
    }
}

fn b64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", b64(der))
}

/// The answer of the attestations endpoint with a provenance by that certificate, and a publish
/// attestation by the registry's newest key. Signatures are any bytes.
pub fn response(choices: &Choices, certificate: &[u8], statement: &[u8], publish: &[u8]) -> Vec<u8> {
    let early = choices.has(1);
    let (media_type, material) = match early {
        true => (
            "application/vnd.dev.sigstore.bundle+json;version=0.1",
            json!({"x509CertificateChain": {"certificates": [{"rawBytes": b64(certificate)}]}}),
        ),
        false => {
            ("application/vnd.dev.sigstore.bundle.v0.3+json", json!({"certificate": {"rawBytes": b64(certificate)}}))
        }
    };
    let signer = pem("CERTIFICATE", certificate);
    let provenance = bundle(choices, choices.time, media_type, material, &signer, statement, "");
    let key = &*KEY;
    let keyid = key["keyId"].as_str().unwrap();
    let signer = pem("PUBLIC KEY", &STANDARD.decode(key["publicKey"]["rawBytes"].as_str().unwrap()).unwrap());
    let later = choices.time.saturating_add(3);
    let published = bundle(choices, later, media_type, json!({"publicKey": {"hint": keyid}}), &signer, publish, keyid);
    // An outer type is the inner one, or it would be refused for that alone.
    let inner = |payload: &[u8], usual: &str| {
        let statement: Value = serde_json::from_slice(payload).unwrap_or_default();
        statement["predicateType"].as_str().unwrap_or(usual).to_owned()
    };
    json!({"attestations": [
        {"predicateType": inner(publish, PUBLISH), "bundle": published},
        {"predicateType": inner(statement, SLSA), "bundle": provenance},
    ]})
    .to_string()
    .into_bytes()
}

fn bundle(
    choices: &Choices,
    time: u32,
    media_type: &str,
    mut material: Value,
    signer: &str,
    payload: &[u8],
    keyid: &str,
) -> Value {
    let signature = b"any signature";
    let hash = json!({"algorithm": "sha256", "value": hex(&Sha256::digest(payload))});
    let (kind, version, spec) = match choices.has(0) {
        true => (
            "intoto",
            "0.0.2",
            json!({"content": {
                "envelope": {
                    "payloadType": "application/vnd.in-toto+json",
                    "signatures": [{"publicKey": b64(signer), "sig": b64(b64(signature))}],
                },
                "hash": hash, "payloadHash": hash,
            }}),
        ),
        false => (
            "dsse",
            "0.0.1",
            json!({
                "envelopeHash": hash, "payloadHash": hash,
                "signatures": [{"signature": b64(signature), "verifier": b64(signer)}],
            }),
        ),
    };
    let body = json!({"apiVersion": version, "kind": kind, "spec": spec}).to_string();
    let log = &*LOG;
    let mut entry = json!({
        "logIndex": "7",
        "logId": log["logId"],
        "kindVersion": {"kind": kind, "version": version},
        "integratedTime": time.to_string(),
        "inclusionPromise": {"signedEntryTimestamp": b64(signature)},
        "canonicalizedBody": b64(&body),
    });
    if !choices.has(2) {
        entry["inclusionProof"] = proof(&body, log);
    }
    material["tlogEntries"] = json!([entry]);
    json!({
        "mediaType": media_type,
        "verificationMaterial": material,
        "dsseEnvelope": {
            "payload": b64(payload),
            "payloadType": "application/vnd.in-toto+json",
            "signatures": [{"sig": b64(signature), "keyid": keyid}],
        },
    })
}

/// The entry is the only one of its tree, so that its hash is the root.
fn proof(body: &str, log: &Value) -> Value {
    let root = Sha256::new().chain_update([0]).chain_update(body).finalize();
    let name = log["baseUrl"].as_str().unwrap().trim_start_matches("https://");
    let hint = &STANDARD.decode(log["logId"]["keyId"].as_str().unwrap()).unwrap()[..4];
    let line = b64([hint, b"any signature"].concat());
    json!({
        "logIndex": "0", "treeSize": "1", "rootHash": b64(root), "hashes": [],
        "checkpoint": {"envelope": format!("{name}\n1\n{}\n\n\u{2014} {name} {line}\n", b64(root))},
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
