//! Proof 2: a log entry is in a transparency log that the trusted root names.
//!
//! A Rekor v1 log answers with a signed entry timestamp (a promise, which also signs the time), and
//! later with an inclusion proof under a signed checkpoint (which signs no time). Whatever of the two
//! is present must hold.

use core::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, Visitor};

use super::bundle::{Version, bytes};
use super::checkpoint;
use super::entry_kind::{EntryKind, Generation};
use super::log::Log;
use super::merkle::{self, Hash};
use super::rekor_v1::{self, Stated};
use super::trusted_root::TrustedRoot;
use crate::crypto::PublicKey;
use crate::encoding;
use crate::error::VerifyError;
use crate::json::Bounded;
use crate::limits;
use crate::time::{Timestamp, Window};

/// Until then an entry that has only a promise is full evidence: 2024-05-16T00:00:00Z.
///
/// npm's first attestations came without a proof (the newest known is of 2023-07-18), and the oldest
/// answer known to carry one is of 2024-05-16T17:12:03Z. After this moment a missing proof can be a
/// removed one, and the media type that would demand it is not signed.
const PROMISE_ALONE_UNTIL: i64 = 1_715_817_600;

/// A log entry as the bundle claims it, decoded.
#[derive(Clone, Debug)]
pub(super) struct LogEntry {
    log_index: u64,
    log_id: Vec<u8>,
    kind: String,
    kind_version: String,
    integrated_time: u64,
    promise: Option<Vec<u8>>,
    proof: Option<InclusionProof>,
    /// The JSON that the log hashed, byte for byte.
    body: Vec<u8>,
}

#[derive(Clone, Debug)]
struct InclusionProof {
    /// What Rekor v1 says beside the checkpoint.
    shard: Option<Shard>,
    path: Vec<Hash>,
    checkpoint: Option<String>,
}

/// Where a Rekor v1 entry stands.
#[derive(Clone, Copy, Debug)]
struct Shard {
    /// The position in the log's current shard; `LogEntry::log_index` counts over all of them.
    index: u64,
    size: u64,
    root: Hash,
}

/// An entry that a trusted log vouches for.
#[derive(Clone, Debug)]
pub struct LoggedEntry {
    log_id: String,
    log_index: Option<u64>,
    integrated_time: Option<Timestamp>,
    evidence: LogEvidence,
    pub(super) log_window: Window,
    pub(super) body: Body,
}

/// What a log gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogEvidence {
    /// A signed entry timestamp.
    Promise,
    /// An inclusion proof under a signed checkpoint.
    Proof,
    /// Both.
    PromiseAndProof,
}

/// What an entry says; proof 8 compares it with the bundle.
#[derive(Clone, Debug)]
pub(super) enum Body {
    /// Rekor v1: read, since the log formats what its clients sent.
    Stated(Stated),
    /// Rekor v2: the bytes themselves.
    Canonical { kind: EntryKind, bytes: Vec<u8> },
}

impl LoggedEntry {
    /// The log that vouches for it: its id in the trusted root, in hex.
    #[must_use]
    pub fn log_id(&self) -> &str {
        &self.log_id
    }

    /// The index that the log gave. Absent if nothing that the log signed states it: without a promise,
    /// a Rekor v1 entry's index is whatever the sender wrote.
    #[must_use]
    pub fn log_index(&self) -> Option<u64> {
        self.log_index
    }

    /// When the log took it in. Present only if the log's promise over it was verified.
    #[must_use]
    pub fn integrated_time(&self) -> Option<Timestamp> {
        self.integrated_time
    }

    /// What the log gave.
    #[must_use]
    pub fn evidence(&self) -> LogEvidence {
        self.evidence
    }
}

/// Proves every entry.
///
/// Every one: an entry that may fail could still be believed for its time (TOB-SIGSTORE-2).
pub(super) fn verify(
    entries: &[LogEntry],
    version: Version,
    root: &TrustedRoot,
) -> Result<Vec<LoggedEntry>, VerifyError> {
    // Success over an empty list would mean that a signature made in secret passes.
    if entries.is_empty() && root.is_logged() {
        return Err(VerifyError::MissingLogEntry);
    }
    entries.iter().map(|entry| entry.verify(version, root)).collect()
}

impl LogEntry {
    fn verify(&self, version: Version, root: &TrustedRoot) -> Result<LoggedEntry, VerifyError> {
        // One log, by its id alone: key, name and window all come from it, so that an entry cannot
        // borrow the signature of one log and the window of another.
        let log = root.transparency_log(&self.log_id)?;
        let key = log.key()?;
        let kind = EntryKind::named(&self.kind, &self.kind_version)?;
        // client-spec §4.4: v0.1 must have the promise, later versions must have the proof.
        if version == Version::V0_1 && self.promise.is_none() {
            return Err(VerifyError::MissingLogPromise);
        }
        if version != Version::V0_1 && self.proof.is_none() {
            return Err(VerifyError::MissingInclusionProof);
        }
        let integrated_time = self.promise.as_deref().map(|promise| self.promised(promise, kind, key)).transpose()?;
        if let Some(proof) = &self.proof {
            proof.verify(self, kind, log)?;
        }
        let evidence = match (integrated_time, &self.proof) {
            (Some(time), None) if time.as_unix() > PROMISE_ALONE_UNTIL => {
                return Err(VerifyError::PromiseOnly { time });
            }
            (Some(_), None) => LogEvidence::Promise,
            (Some(_), Some(_)) => LogEvidence::PromiseAndProof,
            (None, Some(_)) => LogEvidence::Proof,
            (None, None) => return Err(VerifyError::MissingInclusionProof),
        };
        let generation = kind.generation();
        let index_is_signed = integrated_time.is_some() || generation == Generation::RekorV2;
        Ok(LoggedEntry {
            log_id: hex::encode(&self.log_id),
            log_index: index_is_signed.then_some(self.log_index),
            integrated_time,
            evidence,
            log_window: log.window(),
            body: match generation {
                Generation::RekorV1 => Body::Stated(rekor_v1::read(&self.body, kind)?),
                Generation::RekorV2 => Body::Canonical { kind, bytes: self.body.clone() },
            },
        })
    }

    /// The time that the log's signed entry timestamp states. Without this signature the time is
    /// whatever the sender wants it to be, for instance one at which an expired certificate was good.
    fn promised(&self, promise: &[u8], kind: EntryKind, key: &PublicKey) -> Result<Timestamp, VerifyError> {
        // Rekor v2 makes no promises; what looks like one was signed by the same key as something else.
        if kind.generation() == Generation::RekorV2 {
            return Err(malformed("an entry of Rekor v2 has no signed entry timestamp"));
        }
        key.verify(self.promise_message().as_bytes(), promise).map_err(|_| VerifyError::LogPromise)?;
        let time = i64::try_from(self.integrated_time).ok().and_then(Timestamp::from_unix);
        time.filter(|time| time.as_unix() > 0).ok_or_else(|| malformed("integratedTime is no time"))
    }

    /// The canonical JSON (RFC 8785) that a promise is over: rekor-spec §9, four members in this order.
    /// Base64, lower-case hex and integers need no escaping, so that formatting is canonical.
    fn promise_message(&self) -> String {
        format!(
            r#"{{"body":"{}","integratedTime":{},"logID":"{}","logIndex":{}}}"#,
            encoding::to_base64(&self.body),
            self.integrated_time,
            hex::encode(&self.log_id),
            self.log_index
        )
    }
}

impl InclusionProof {
    fn verify(&self, entry: &LogEntry, kind: EntryKind, log: &Log) -> Result<(), VerifyError> {
        // A root that nobody signed is a number that the sender chose: any entry is in some tree.
        let checkpoint = self.checkpoint.as_deref().ok_or(VerifyError::MissingInclusionProof)?;
        let checkpoint = checkpoint::verify(checkpoint, log)?;
        let index = match (kind.generation(), &self.shard) {
            // Size and root are the checkpoint's; what else stands beside it is signed by nobody.
            (Generation::RekorV2, _) => entry.log_index,
            (Generation::RekorV1, None) => return Err(malformed("its inclusion proof has no index, size or root")),
            (Generation::RekorV1, Some(shard)) => {
                if checkpoint.size() != shard.size {
                    return Err(VerifyError::CheckpointMismatch { what: "tree size" });
                }
                if checkpoint.root() != &shard.root {
                    return Err(VerifyError::CheckpointMismatch { what: "root hash" });
                }
                shard.index
            }
        };
        merkle::verify_inclusion(&entry.body, index, checkpoint.size(), &self.path, checkpoint.root())
            .map_err(|reason| VerifyError::InclusionProof { reason })
    }
}

fn malformed(reason: &str) -> VerifyError {
    VerifyError::LogEntryMalformed { reason: reason.into() }
}

impl LogEntry {
    /// Decodes the wire form; part of proof 1.
    pub(super) fn read(json: EntryJson) -> Result<Self, VerifyError> {
        Ok(Self {
            log_index: json.log_index.0,
            log_id: bytes("logId.keyId", &json.log_id.key_id, limits::SIGNATURE_BYTES)?,
            kind: json.kind_version.kind,
            kind_version: json.kind_version.version,
            integrated_time: json.integrated_time.map_or(0, |time| time.0),
            // A promise that is present and empty is a promise that fails, not an absent one.
            promise: json
                .inclusion_promise
                .map(|promise| bytes("signedEntryTimestamp", &promise.signed_entry_timestamp, limits::SIGNATURE_BYTES))
                .transpose()?,
            proof: json.inclusion_proof.map(InclusionProof::read).transpose()?,
            body: bytes("canonicalizedBody", &json.canonicalized_body, limits::STATEMENT_BYTES)?,
        })
    }
}

impl InclusionProof {
    fn read(json: ProofJson) -> Result<Self, VerifyError> {
        let hash = |text: &str| {
            let bytes = encoding::bounded_base64(text, size_of::<Hash>());
            bytes.and_then(|b| Hash::try_from(b).ok()).ok_or_else(|| malformed("a hash is not 32 bytes of base64"))
        };
        let root = json.root_hash.as_deref().map(hash).transpose()?;
        let shard = match (json.log_index, json.tree_size, root) {
            (Some(index), Some(size), Some(root)) => Some(Shard { index: index.0, size: size.0, root }),
            _ => None,
        };
        Ok(Self {
            shard,
            path: json.hashes.0.iter().map(|text| hash(text)).collect::<Result<_, _>>()?,
            checkpoint: json.checkpoint.map(|checkpoint| checkpoint.envelope),
        })
    }
}

// The wire form, `sigstore_rekor.proto` in proto3 JSON.

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EntryJson {
    log_index: Int,
    log_id: LogIdJson,
    kind_version: KindVersionJson,
    integrated_time: Option<Int>,
    inclusion_promise: Option<PromiseJson>,
    inclusion_proof: Option<ProofJson>,
    canonicalized_body: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogIdJson {
    key_id: String,
}

#[derive(Deserialize)]
struct KindVersionJson {
    kind: String,
    version: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PromiseJson {
    #[serde(default)]
    signed_entry_timestamp: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProofJson {
    log_index: Option<Int>,
    root_hash: Option<String>,
    tree_size: Option<Int>,
    #[serde(default)]
    hashes: Bounded<String, { limits::PROOF_HASHES }>,
    checkpoint: Option<CheckpointJson>,
}

#[derive(Deserialize)]
struct CheckpointJson {
    #[serde(default)]
    envelope: String,
}

/// A proto3 JSON `int64` that counts something: an integer, or its decimal digits as a string; not
/// negative, without sign, leading zero, fraction or exponent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Int(u64);

impl<'de> Deserialize<'de> for Int {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Digits;
        impl Visitor<'_> for Digits {
            type Value = Int;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a non-negative int64 as an integer or as its decimal digits")
            }
            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Int, E> {
                if i64::try_from(value).is_ok() { Ok(Int(value)) } else { Err(E::custom("more than an int64")) }
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Int, E> {
                let value = decimal(text).ok_or_else(|| E::custom("no canonical decimal integer"))?;
                self.visit_u64(value)
            }
        }
        deserializer.deserialize_any(Digits).map_err(D::Error::custom)
    }
}

/// Digits as they are written once only: no sign, no leading zero.
pub(super) fn decimal(text: &str) -> Option<u64> {
    let canonical = text == "0" || (!text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit()));
    if canonical { text.parse().ok() } else { None }
}
