//! What a Rekor v1 entry states: the key, the signature, and the hash of what was signed.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::bundle::PAYLOAD_TYPE;
use super::entry_kind::EntryKind;
use crate::crypto::Hash;
use crate::encoding;
use crate::error::{ParseError, VerifyError};
use crate::json::{self, Bounded};
use crate::limits;

/// An entry's statement, whichever kind it is.
#[derive(Clone, Debug)]
pub(super) struct Stated {
    /// PEM.
    pub(super) key: Vec<u8>,
    pub(super) signature: Vec<u8>,
    pub(super) subject: StatedSubject,
}

/// What the signature is over.
#[derive(Clone, Debug)]
pub(super) enum StatedSubject {
    /// An envelope's payload, by its SHA-256 and perhaps as a whole.
    Payload { sha256: Vec<u8>, payload: Option<Vec<u8>> },
    /// An artifact, by its digest.
    Artifact { hash: Hash, digest: Vec<u8> },
}

/// Reads an entry's body, which the log vouches for; `kind` is the bundle's claim.
///
/// If the body says otherwise, `LOG_MISMATCH`; if it cannot be read, `LOG_ENTRY_MALFORMED`.
pub(super) fn read(body: &[u8], kind: EntryKind) -> Result<Stated, VerifyError> {
    let entry: EntryBody<'_> = json::read(WHAT, body, limits::STATEMENT_BYTES).map_err(unreadable)?;
    if !kind.is_called(&entry.kind, &entry.api_version) {
        return Err(mismatch("kind"));
    }
    match kind {
        EntryKind::HashedRekordV1 => hashedrekord(entry.spec),
        EntryKind::IntotoV2 => intoto(entry.spec),
        EntryKind::DsseV1 => dsse(entry.spec),
        EntryKind::HashedRekordV2 | EntryKind::DsseV2 => Err(mismatch("kind")),
    }
}

/// Rekor's `hashedrekord_v0_0_1_schema.json`.
fn hashedrekord(spec: &RawValue) -> Result<Stated, VerifyError> {
    let HashedRekord { data, signature } = json::read_raw(WHAT, spec).map_err(unreadable)?;
    let (hash, digest) = data.hash.read()?;
    Ok(Stated {
        key: once(&signature.public_key.content)?,
        signature: once(&signature.content)?,
        subject: StatedSubject::Artifact { hash, digest },
    })
}

/// Rekor's `intoto_v0_0_2_schema.json`.
fn intoto(spec: &RawValue) -> Result<Stated, VerifyError> {
    let Intoto { content } = json::read_raw(WHAT, spec).map_err(unreadable)?;
    let envelope = content.envelope;
    if envelope.payload_type != PAYLOAD_TYPE {
        return Err(mismatch("payload type"));
    }
    let [signature] = exactly_one(envelope.signatures)?;
    // Rekor keeps signature and payload as they are inside the envelope: base64 of base64.
    let twice = |text: &str, limit: usize| {
        let inner = encoding::bounded_base64(text, limit.saturating_mul(2)).and_then(|b| String::from_utf8(b).ok());
        inner.and_then(|inner| encoding::bounded_base64(&inner, limit)).ok_or(malformed("base64 of base64"))
    };
    let payload = envelope.payload.filter(|payload| !payload.is_empty());
    Ok(Stated {
        key: once(&signature.public_key)?,
        signature: twice(&signature.sig, limits::SIGNATURE_BYTES)?,
        subject: StatedSubject::Payload {
            sha256: content.payload_hash.sha256()?,
            payload: payload.map(|payload| twice(&payload, limits::STATEMENT_BYTES)).transpose()?,
        },
    })
}

/// Rekor's `dsse_v0_0_1_schema.json`.
fn dsse(spec: &RawValue) -> Result<Stated, VerifyError> {
    let Dsse { payload_hash, signatures } = json::read_raw(WHAT, spec).map_err(unreadable)?;
    let [signature] = exactly_one(signatures)?;
    Ok(Stated {
        key: once(&signature.verifier)?,
        signature: once(&signature.signature)?,
        subject: StatedSubject::Payload { sha256: payload_hash.sha256()?, payload: None },
    })
}

const WHAT: &str = "log entry body";

/// An envelope has one signature; an entry with two could be about the other one.
fn exactly_one<T, const N: usize>(signatures: Bounded<T, N>) -> Result<[T; 1], VerifyError> {
    <[T; 1]>::try_from(signatures.0).map_err(|_| malformed("exactly one signature"))
}

fn once(text: &str) -> Result<Vec<u8>, VerifyError> {
    encoding::bounded_base64(text, limits::CERTIFICATE_BYTES.saturating_mul(2)).ok_or(malformed("canonical base64"))
}

fn mismatch(what: &'static str) -> VerifyError {
    VerifyError::LogMismatch { what }
}

fn malformed(expected: &str) -> VerifyError {
    VerifyError::LogEntryMalformed { reason: format!("the body has not the expected {expected}").into() }
}

fn unreadable(error: ParseError) -> VerifyError {
    match error {
        ParseError::Malformed { what, reason } | ParseError::NotJson { what, reason } => {
            VerifyError::LogEntryMalformed { reason: format!("{what}: {reason}").into() }
        }
        other => other.into(),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EntryBody<'a> {
    api_version: String,
    kind: String,
    #[serde(borrow)]
    spec: &'a RawValue,
}

#[derive(Deserialize)]
struct HashedRekord {
    data: DataJson,
    signature: HashedRekordSignature,
}

#[derive(Deserialize)]
struct DataJson {
    hash: HashJson,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HashedRekordSignature {
    content: String,
    public_key: KeyJson,
}

#[derive(Deserialize)]
struct KeyJson {
    content: String,
}

#[derive(Deserialize)]
struct Intoto {
    content: IntotoContent,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct IntotoContent {
    envelope: IntotoEnvelope,
    payload_hash: HashJson,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct IntotoEnvelope {
    payload_type: String,
    payload: Option<String>,
    signatures: Bounded<IntotoSignature, { limits::ENVELOPE_SIGNATURES }>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct IntotoSignature {
    public_key: String,
    sig: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Dsse {
    payload_hash: HashJson,
    signatures: Bounded<DsseSignature, { limits::ENVELOPE_SIGNATURES }>,
}

#[derive(Deserialize)]
struct DsseSignature {
    signature: String,
    verifier: String,
}

#[derive(Deserialize)]
struct HashJson {
    algorithm: String,
    value: String,
}

impl HashJson {
    /// SHA-2 alone: a weaker one would let another artifact have the same hash.
    fn read(&self) -> Result<(Hash, Vec<u8>), VerifyError> {
        let hash = Hash::named(&self.algorithm).ok_or(malformed("hash algorithm"))?;
        let value = encoding::lower_hex(&self.value).filter(|value| value.len() == hash.len());
        Ok((hash, value.ok_or(malformed("hash in lower-case hex"))?))
    }

    /// Payloads have no other.
    fn sha256(&self) -> Result<Vec<u8>, VerifyError> {
        match self.read()? {
            (Hash::Sha256, value) => Ok(value),
            _ => Err(malformed("SHA-256 in lower-case hex")),
        }
    }
}
