//! Rekor logs of both generations: signed entry timestamps, inclusion proofs with checkpoints.

use serde_json::{Value, json};

use super::checkpoint::{Checkpoint, NoteSignature};
use super::keys::{Key, b64};
use super::merkle::Tree;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// Shards, promises, integrated times.
    V1,
    /// Tiles: a log of one tree, whose checkpoint is all that it signs.
    V2,
}

#[derive(Clone)]
pub struct Rekor {
    pub generation: Generation,
    pub key: Key,
    /// The host, which signs checkpoints.
    pub name: String,
    /// The id of the active shard's tree, part of a checkpoint's origin; v2 has none.
    pub tree_id: String,
    /// Entries in the shards before the active one: global index = offset + index in the shard.
    pub shard_offset: i64,
}

impl Rekor {
    pub fn new(label: &str, name: &str) -> Rekor {
        Rekor {
            generation: Generation::V1,
            key: Key::p256(label),
            name: name.into(),
            tree_id: "2718281828459045235".into(),
            shard_offset: 100_000_000,
        }
    }

    pub fn v2(key: Key, name: &str) -> Rekor {
        Rekor { generation: Generation::V2, key, name: name.into(), tree_id: String::new(), shard_offset: 0 }
    }

    pub fn base_url(&self) -> String {
        format!("https://{}", self.name)
    }

    /// The id by which entries and trusted roots name the log. That of an Ed25519 log is the whole of its
    /// checkpoints' key id.
    pub fn log_id(&self) -> Vec<u8> {
        self.key.note_id(&self.name)
    }

    pub fn origin(&self) -> String {
        match self.generation {
            Generation::V1 => format!("{} - {}", self.name, self.tree_id),
            Generation::V2 => self.name.clone(),
        }
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
    /// Whether it states that time; v2 knows of none.
    pub dated: bool,
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
            "inclusionProof": proof,
            "canonicalizedBody": b64(body),
        });
        if self.dated {
            entry["integratedTime"] = json!(self.integrated_time.to_string());
        }
        if let Some(set) = set {
            entry["inclusionPromise"] = json!({"signedEntryTimestamp": b64(set)});
        }
        entry
    }
}
