//! A response whose hashes are right, around parts that are not: so that what is changed in a certificate
//! or in a statement is not refused by the first hash that is over it.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::trust;

const PUBLISH: &str = "https://github.com/npm/attestation/tree/main/specs/publish/v0.1";
const IN_TOTO: &str = "application/vnd.in-toto+json";
const V0_1: &str = "application/vnd.dev.sigstore.bundle+json;version=0.1";
const V0_3: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";
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

/// What a fuzzer makes: choices, documents, and for the provenance perhaps a timestamp over its signature.
pub struct Parts<'a> {
    flags: u8,
    /// Of the log entries.
    time: u32,
    pub certificate: &'a [u8],
    pub statement: &'a [u8],
    pub publish: &'a [u8],
    token: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Parts<'a> {
    pub fn read(data: &'a [u8]) -> Self {
        let [choices, certificate, statement, publish, token, signature] = crate::parts(data);
        let [flags, time @ ..] = [0, 1, 2, 3, 4].map(|n| choices.get(n).copied().unwrap_or_default());
        let time = u32::from_be_bytes(time);
        Self { flags, time, certificate, statement, publish, token, signature }
    }

    fn has(&self, flag: u8) -> bool {
        self.flags >> flag & 1 == 1
    }
}

/// What differs between the two attestations.
struct Signed<'a> {
    material: Value,
    keyid: &'a str,
    /// As a log names it.
    signer: String,
    payload: &'a [u8],
    signature: &'a [u8],
    token: &'a [u8],
    time: u32,
}

fn b64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", b64(der))
}

/// The answer of the attestations endpoint with a provenance by that certificate, and a publish
/// attestation by the registry's newest key. Signatures are any bytes.
pub fn response(parts: &Parts<'_>) -> Vec<u8> {
    let early = parts.has(1);
    let certificate = json!({"rawBytes": b64(parts.certificate)});
    let provenance = Signed {
        material: match early {
            true => json!({"x509CertificateChain": {"certificates": [certificate]}}),
            false => json!({"certificate": certificate}),
        },
        keyid: "",
        signer: pem("CERTIFICATE", parts.certificate),
        payload: parts.statement,
        signature: if parts.signature.is_empty() { b"any signature" } else { parts.signature },
        token: parts.token,
        time: parts.time,
    };
    let keyid = KEY["keyId"].as_str().unwrap();
    let publish = Signed {
        material: json!({"publicKey": {"hint": keyid}}),
        keyid,
        signer: pem("PUBLIC KEY", &STANDARD.decode(KEY["publicKey"]["rawBytes"].as_str().unwrap()).unwrap()),
        payload: parts.publish,
        signature: b"any signature",
        token: b"",
        time: parts.time.saturating_add(3),
    };
    // An outer type is the inner one, or it would be refused for that alone.
    let inner = |payload: &[u8], usual: &str| {
        let statement: Value = serde_json::from_slice(payload).unwrap_or_default();
        statement["predicateType"].as_str().unwrap_or(usual).to_owned()
    };
    json!({"attestations": [
        {"predicateType": inner(parts.publish, PUBLISH), "bundle": bundle(parts, publish)},
        {"predicateType": inner(parts.statement, SLSA), "bundle": bundle(parts, provenance)},
    ]})
    .to_string()
    .into_bytes()
}

fn bundle(parts: &Parts<'_>, signed: Signed<'_>) -> Value {
    let Signed { mut material, keyid, signer, payload, signature, token, time } = signed;
    let hash = json!({"algorithm": "sha256", "value": hex(&Sha256::digest(payload))});
    let (kind, version, spec) = match parts.has(0) {
        true => {
            let signatures = json!([{"publicKey": b64(signer), "sig": b64(b64(signature))}]);
            let envelope = json!({"payloadType": IN_TOTO, "signatures": signatures});
            ("intoto", "0.0.2", json!({"content": {"envelope": envelope, "hash": hash, "payloadHash": hash}}))
        }
        false => {
            let signatures = json!([{"signature": b64(signature), "verifier": b64(signer)}]);
            ("dsse", "0.0.1", json!({"envelopeHash": hash, "payloadHash": hash, "signatures": signatures}))
        }
    };
    let body = json!({"apiVersion": version, "kind": kind, "spec": spec}).to_string();
    let mut entry = json!({
        "logIndex": "7",
        "logId": LOG["logId"],
        "kindVersion": {"kind": kind, "version": version},
        "integratedTime": time.to_string(),
        "inclusionPromise": {"signedEntryTimestamp": b64(signature)},
        "canonicalizedBody": b64(&body),
    });
    if !parts.has(2) {
        entry["inclusionProof"] = proof(&body, &LOG);
    }
    material["tlogEntries"] = json!([entry]);
    if !token.is_empty() {
        let token = json!({"signedTimestamp": b64(token)});
        material["timestampVerificationData"] = json!({"rfc3161Timestamps": [token]});
    }
    json!({
        "mediaType": if parts.has(1) { V0_1 } else { V0_3 },
        "verificationMaterial": material,
        "dsseEnvelope": {
            "payload": b64(payload), "payloadType": IN_TOTO, "signatures": [{"sig": b64(signature), "keyid": keyid}],
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
