//! Entry bodies: what a log records of a signature.

use serde_json::{Value, json};

use super::envelope::Envelope;
use super::keys::{Hash, Key, b64, pem, sha256_hex};
use super::message::Content;
use super::rekor::Generation;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `intoto` 0.0.2
    Intoto,
    /// `dsse` 0.0.1
    Dsse,
    /// `hashedrekord` 0.0.1
    HashedRekord,
    /// `dsse` 0.0.2, of Rekor v2
    DsseV2,
    /// `hashedrekord` 0.0.2, of Rekor v2
    HashedRekordV2,
}

/// Who a body says has signed.
#[derive(Clone)]
pub struct Verifier {
    /// A certificate or an SPKI.
    pub der: Vec<u8>,
    pub certificate: bool,
    /// `PublicKeyDetails` of sigstore_common.proto.
    pub key_details: &'static str,
    /// What the signature hashes with.
    pub hash: Hash,
}

impl Verifier {
    /// The key, or the certificate that names it; `hash` takes the place of the key's own.
    pub fn new(key: &Key, leaf: Option<&[u8]>, hash: Option<Hash>) -> Verifier {
        Verifier {
            der: leaf.map_or_else(|| key.spki(), <[u8]>::to_vec),
            certificate: leaf.is_some(),
            key_details: key.key_details(),
            hash: hash.unwrap_or(key.hash()),
        }
    }

    pub fn pem(&self) -> String {
        pem(if self.certificate { "CERTIFICATE" } else { "PUBLIC KEY" }, &self.der)
    }

    /// As Rekor v2 writes it.
    fn json(&self) -> Value {
        let member = if self.certificate { "x509Certificate" } else { "publicKey" };
        json!({"keyDetails": self.key_details, member: {"rawBytes": b64(&self.der)}})
    }
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Intoto => "intoto",
            Kind::Dsse | Kind::DsseV2 => "dsse",
            Kind::HashedRekord | Kind::HashedRekordV2 => "hashedrekord",
        }
    }

    pub fn version(self) -> &'static str {
        match self {
            Kind::Dsse | Kind::HashedRekord => "0.0.1",
            Kind::Intoto | Kind::DsseV2 | Kind::HashedRekordV2 => "0.0.2",
        }
    }

    pub fn generation(self) -> Generation {
        match self {
            Kind::Intoto | Kind::Dsse | Kind::HashedRekord => Generation::V1,
            Kind::DsseV2 | Kind::HashedRekordV2 => Generation::V2,
        }
    }

    /// The entry that Rekor derives from what is signed and what verifies it.
    pub fn body(self, content: &Content, verifier: &Verifier) -> Value {
        let spec = match self {
            Kind::Intoto => intoto(content.envelope(), verifier),
            Kind::Dsse => dsse(content.envelope(), verifier),
            Kind::HashedRekord => hashed_rekord(content, verifier),
            Kind::DsseV2 => dsse_v2(content.envelope(), verifier),
            Kind::HashedRekordV2 => hashed_rekord_v2(content, verifier),
        };
        json!({"apiVersion": self.version(), "kind": self.name(), "spec": spec})
    }
}

fn intoto(envelope: &Envelope, verifier: &Verifier) -> Value {
    // Clients of that time sent the PEM without its last newline.
    let pem = b64(verifier.pem().trim_end());
    let signatures: Vec<Value> = envelope
        .signatures
        .iter()
        .map(|s| {
            let mut signature = json!({"publicKey": pem, "sig": b64(b64(&s.sig))});
            if let Some(id) = s.keyid.as_deref().filter(|id| !id.is_empty()) {
                signature["keyid"] = json!(id);
            }
            signature
        })
        .collect();
    json!({"content": {
        "envelope": {"payloadType": envelope.payload_type, "signatures": signatures},
        "hash": sha256(envelope.json().to_string()), "payloadHash": sha256(&envelope.payload)}})
}

fn dsse(envelope: &Envelope, verifier: &Verifier) -> Value {
    let pem = b64(verifier.pem());
    let signatures: Vec<Value> =
        envelope.signatures.iter().map(|s| json!({"signature": b64(&s.sig), "verifier": pem})).collect();
    json!({
        "envelopeHash": sha256(envelope.json().to_string()),
        "payloadHash": sha256(&envelope.payload),
        "signatures": signatures,
    })
}

fn hashed_rekord(content: &Content, verifier: &Verifier) -> Value {
    let (algorithm, digest) = content.digest(verifier.hash);
    json!({
        "data": {"hash": {"algorithm": algorithm.name(), "value": hex::encode(digest)}},
        "signature": {"content": b64(content.signature()), "publicKey": {"content": b64(verifier.pem())}},
    })
}

fn dsse_v2(envelope: &Envelope, verifier: &Verifier) -> Value {
    let signatures: Vec<Value> =
        envelope.signatures.iter().map(|s| json!({"content": b64(&s.sig), "verifier": verifier.json()})).collect();
    // The payload's, and SHA-256 whatever the key.
    let payload_hash = json!({"algorithm": "SHA2_256", "digest": b64(Hash::Sha256.of(&envelope.payload))});
    json!({"dsseV002": {"payloadHash": payload_hash, "signatures": signatures}})
}

fn hashed_rekord_v2(content: &Content, verifier: &Verifier) -> Value {
    let (algorithm, digest) = content.digest(verifier.hash);
    json!({"hashedRekordV002": {
        "data": {"algorithm": algorithm.enum_name(), "digest": b64(digest)},
        "signature": {"content": b64(content.signature()), "verifier": verifier.json()},
    }})
}

fn sha256(bytes: impl AsRef<[u8]>) -> Value {
    json!({"algorithm": "sha256", "value": sha256_hex(bytes)})
}
