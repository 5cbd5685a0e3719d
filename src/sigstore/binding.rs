//! Proof 8: every log entry states this key, this signature and this payload.
//!
//! A log takes in anybody's entries, so that a genuine entry proves something about a bundle only if
//! it says what the bundle says (CVE-2022-36056, CVE-2026-22703).

use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::bundle::{Envelope, PAYLOAD_TYPE};
use super::log_entry::LoggedEntry;
use crate::crypto::PublicKey;
use crate::encoding;
use crate::error::{ParseError, VerifyError};
use crate::json::{self, Bounded};
use crate::limits;

/// Log entries that are about this bundle and no other.
#[derive(Clone, Debug)]
pub(super) struct BoundEntries(Vec<LoggedEntry>);

impl BoundEntries {
    pub(super) fn as_slice(&self) -> &[LoggedEntry] {
        &self.0
    }
}

/// The key that signed, in the form in which a log repeats it.
#[derive(Clone, Copy, Debug)]
pub(super) enum LoggedKey<'a> {
    /// The certificate's DER.
    Certificate(&'a [u8]),
    Managed(&'a PublicKey),
}

/// `LOG_MISMATCH` if an entry is about another key, signature or payload. All entries are held to it:
/// one that is not about this bundle was brought along for its time.
pub(super) fn verify(
    entries: Vec<LoggedEntry>,
    key: LoggedKey<'_>,
    envelope: &Envelope,
) -> Result<BoundEntries, VerifyError> {
    for LoggedEntry { body, .. } in &entries {
        if !key.is_written_in(&body.key) {
            return Err(mismatch("key"));
        }
        if body.signature != envelope.signature {
            return Err(mismatch("signature"));
        }
        if body.payload_sha256 != Sha256::digest(&envelope.payload).as_slice() {
            return Err(mismatch("payload hash"));
        }
        if body.payload.as_ref().is_some_and(|payload| *payload != envelope.payload) {
            return Err(mismatch("payload"));
        }
    }
    Ok(BoundEntries(entries))
}

impl LoggedKey<'_> {
    fn is_written_in(&self, pem: &[u8]) -> bool {
        match self {
            Self::Certificate(der) => pem_block(pem, "CERTIFICATE").is_some_and(|found| found == *der),
            Self::Managed(key) => pem_block(pem, "PUBLIC KEY").is_some_and(|found| found == key.spki()),
        }
    }
}

/// The content of exactly one PEM block (RFC 7468) with nothing around it but a final newline. A
/// lenient reader finds the block it likes among several.
fn pem_block(text: &[u8], label: &str) -> Option<Vec<u8>> {
    let text = core::str::from_utf8(text).ok()?;
    let body = text.strip_prefix(&format!("-----BEGIN {label}-----\n"))?;
    let body = body.strip_suffix('\n').unwrap_or(body).strip_suffix(&format!("\n-----END {label}-----"))?;
    if body.split('\n').any(str::is_empty) {
        return None;
    }
    encoding::bounded_base64(&body.replace('\n', ""), limits::CERTIFICATE_BYTES)
}

/// What a log entry states, whichever kind it is.
#[derive(Clone, Debug)]
pub(super) struct Body {
    /// PEM.
    key: Vec<u8>,
    signature: Vec<u8>,
    payload_sha256: Vec<u8>,
    payload: Option<Vec<u8>>,
}

impl Body {
    /// Reads an entry's body, which the log vouches for; `kind` and `version` are the bundle's claim.
    ///
    /// If the body says otherwise, `LOG_MISMATCH`; if the kind is not bound here,
    /// `UNSUPPORTED_LOG_ENTRY`: an entry that is not understood binds nothing (sigstore-go #562).
    pub(super) fn read(body: &[u8], kind: &str, version: &str) -> Result<Self, VerifyError> {
        let entry: EntryBody<'_> = json::read(WHAT, body, limits::STATEMENT_BYTES).map_err(unreadable)?;
        if (entry.kind.as_str(), entry.api_version.as_str()) != (kind, version) {
            return Err(mismatch("kind"));
        }
        match (kind, version) {
            ("intoto", "0.0.2") => Self::from_intoto(entry.spec),
            ("dsse", "0.0.1") => Self::from_dsse(entry.spec),
            _ => Err(VerifyError::UnsupportedLogEntry { kind: format!("{kind}/{version}").into() }),
        }
    }

    /// Rekor's `intoto_v0_0_2_schema.json`.
    fn from_intoto(spec: &RawValue) -> Result<Self, VerifyError> {
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
        Ok(Self {
            key: once(&signature.public_key)?,
            signature: twice(&signature.sig, limits::SIGNATURE_BYTES)?,
            payload_sha256: content.payload_hash.sha256()?,
            payload: payload.map(|payload| twice(&payload, limits::STATEMENT_BYTES)).transpose()?,
        })
    }

    /// Rekor's `dsse_v0_0_1_schema.json`.
    fn from_dsse(spec: &RawValue) -> Result<Self, VerifyError> {
        let Dsse { payload_hash, signatures } = json::read_raw(WHAT, spec).map_err(unreadable)?;
        let [signature] = exactly_one(signatures)?;
        Ok(Self {
            key: once(&signature.verifier)?,
            signature: once(&signature.signature)?,
            payload_sha256: payload_hash.sha256()?,
            payload: None,
        })
    }
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
    /// No other algorithm: a weaker one would let another payload have the same hash.
    fn sha256(&self) -> Result<Vec<u8>, VerifyError> {
        let value = encoding::lower_hex(&self.value).filter(|value| value.len() == 32);
        value.filter(|_| self.algorithm == "sha256").ok_or(malformed("SHA-256 in lower-case hex"))
    }
}

#[cfg(test)]
mod tests {
    use super::pem_block;

    #[test]
    fn one_block_and_nothing_else() {
        let read = |text: &str| pem_block(text.as_bytes(), "PUBLIC KEY");
        let block = "-----BEGIN PUBLIC KEY-----\nAAEC\nAwQF\n-----END PUBLIC KEY-----";
        assert_eq!(read(block), Some(vec![0, 1, 2, 3, 4, 5]));
        assert_eq!(read(&format!("{block}\n")), Some(vec![0, 1, 2, 3, 4, 5]));
        for other in [
            format!("{block}\n\n"),
            format!("\n{block}"),
            format!("{block}\n{block}\n"),
            format!("{block} "),
            block.replace("PUBLIC KEY", "CERTIFICATE"),
            block.replace("AAEC\n", "AAEC\r\n"),
            block.replace("AAEC\n", "AAEC\n\n"),
            block.replace("AAEC\n", "Comment: x\n"),
            block.replace("AwQF", "AwQ"),
            block.replace("AAEC\nAwQF\n", ""),
        ] {
            assert_eq!(read(&other), None, "{other}");
        }
    }
}
