//! Message signatures: an artifact signed as it is, without an envelope.

use serde_json::{Value, json};

use super::envelope::{Envelope, pae};
use super::keys::{Hash, b64};

#[derive(Clone)]
pub struct Message {
    /// What `messageDigest` names, and the log too.
    pub algorithm: Hash,
    pub digest: Vec<u8>,
    pub signature: Vec<u8>,
}

impl Message {
    pub fn json(&self) -> Value {
        json!({
            "messageDigest": {"algorithm": self.algorithm.enum_name(), "digest": b64(&self.digest)},
            "signature": b64(&self.signature),
        })
    }
}

/// What a bundle carries, and a log records.
#[derive(Clone)]
pub enum Content {
    Envelope(Envelope),
    Message(Message),
}

impl Content {
    /// The one signature that logs record and authorities timestamp.
    pub fn signature(&self) -> &[u8] {
        match self {
            Content::Envelope(envelope) => envelope.signatures.first().map_or(&[], |s| &s.sig),
            Content::Message(message) => &message.signature,
        }
    }

    /// The digest of what was signed, for logs that know nothing else of it: of an envelope, the digest of
    /// its pre-authentication encoding.
    pub fn digest(&self, hash: Hash) -> (Hash, Vec<u8>) {
        match self {
            Content::Envelope(e) => (hash, hash.of(&pae(&e.payload_type, &e.payload))),
            Content::Message(m) => (m.algorithm, m.digest.clone()),
        }
    }

    /// The envelope, where there is one.
    pub fn envelope(&self) -> &Envelope {
        match self {
            Content::Envelope(envelope) => envelope,
            Content::Message(_) => panic!("a message signature has no envelope"),
        }
    }
}
