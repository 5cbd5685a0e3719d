//! A Rekor v1 log: entry bodies, signed entry timestamps, inclusion proofs with checkpoints.

use serde_json::{Value, json};

use super::checkpoint::{Checkpoint, NoteSignature};
use super::envelope::Envelope;
use super::keys::{Key, b64, sha256_hex};
use super::merkle::Tree;

#[derive(Clone)]
pub struct Rekor {
    pub key: Key,
    /// The host, which signs checkpoints.
    pub name: String,
    /// The id of the active shard's tree, part of a checkpoint's origin.
    pub tree_id: String,
    /// Entries in the shards before the active one: global index = offset + index in the shard.
    pub shard_offset: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `intoto` 0.0.2
    Intoto,
    /// `dsse` 0.0.1
    Dsse,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Intoto => "intoto",
            Kind::Dsse => "dsse",
        }
    }

    pub fn version(self) -> &'static str {
        match self {
            Kind::Intoto => "0.0.2",
            Kind::Dsse => "0.0.1",
        }
    }

    /// The entry that Rekor derives from an envelope and the PEM of what verifies it.
    pub fn body(self, envelope: &Envelope, verifier_pem: &str) -> Value {
        let payload_hash = json!({"algorithm": "sha256", "value": sha256_hex(&envelope.payload)});
        let envelope_hash = json!({"algorithm": "sha256", "value": sha256_hex(envelope.json().to_string())});
        match self {
            Kind::Intoto => {
                // Clients of that time sent the PEM without its last newline.
                let pem = b64(verifier_pem.trim_end());
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
                json!({"apiVersion": "0.0.2", "kind": "intoto", "spec": {"content": {
                    "envelope": {"payloadType": envelope.payload_type, "signatures": signatures},
                    "hash": envelope_hash, "payloadHash": payload_hash}}})
            }
            Kind::Dsse => {
                let pem = b64(verifier_pem);
                let signatures: Vec<Value> =
                    envelope.signatures.iter().map(|s| json!({"signature": b64(&s.sig), "verifier": pem})).collect();
                json!({"apiVersion": "0.0.1", "kind": "dsse", "spec": {
                    "envelopeHash": envelope_hash, "payloadHash": payload_hash, "signatures": signatures}})
            }
        }
    }
}

impl Rekor {
    pub fn new(label: &str, name: &str) -> Rekor {
        Rekor {
            key: Key::p256(label),
            name: name.into(),
            tree_id: "2718281828459045235".into(),
            shard_offset: 100_000_000,
        }
    }

    pub fn base_url(&self) -> String {
        format!("https://{}", self.name)
    }

    pub fn origin(&self) -> String {
        format!("{} - {}", self.name, self.tree_id)
    }

    pub fn checkpoint(&self, tree: &Tree) -> Checkpoint {
        Checkpoint {
            origin: self.origin(),
            size: tree.entries.len().to_string(),
            root: b64(tree.root()),
            extensions: Vec::new(),
            signatures: vec![NoteSignature::new(&self.name, &self.key)],
        }
    }
}

/// What a log states of an entry, before anything is signed.
#[derive(Clone)]
pub struct Entry {
    pub rekor: Rekor,
    pub kind: String,
    pub version: String,
    pub integrated_time: i64,
    /// The index over all shards.
    pub log_index: i64,
    pub log_id: Vec<u8>,
    /// Whether there is a signed entry timestamp.
    pub promise: bool,
    /// Whether there is an inclusion proof.
    pub proof: bool,
}

impl Entry {
    /// What the signed entry timestamp signs, once serialised.
    pub fn set_payload(&self, body: &[u8]) -> Value {
        json!({
            "body": b64(body),
            "integratedTime": self.integrated_time,
            "logID": hex::encode(&self.log_id),
            "logIndex": self.log_index,
        })
    }

    pub fn proof_json(&self, tree: &Tree, checkpoint: &str) -> Value {
        let hashes: Vec<String> = tree.path().iter().map(b64).collect();
        json!({
            "logIndex": tree.position.to_string(),
            "rootHash": b64(tree.root()),
            "treeSize": tree.entries.len().to_string(),
            "hashes": hashes,
            "checkpoint": {"envelope": checkpoint},
        })
    }

    pub fn json(&self, body: &[u8], set: Option<&[u8]>, proof: Option<Value>) -> Value {
        let mut entry = json!({
            "logIndex": self.log_index.to_string(),
            "logId": {"keyId": b64(&self.log_id)},
            "kindVersion": {"kind": self.kind, "version": self.version},
            "integratedTime": self.integrated_time.to_string(),
            "inclusionProof": proof,
            "canonicalizedBody": b64(body),
        });
        if let Some(set) = set {
            entry["inclusionPromise"] = json!({"signedEntryTimestamp": b64(set)});
        }
        entry
    }
}
