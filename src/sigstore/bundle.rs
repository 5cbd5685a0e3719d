//! Proof 1: the shape of a sigstore bundle.
//!
//! What comes out is decoded and bounded, and still untrusted: every byte of it is the sender's claim.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::log_entry::{EntryJson, LogEntry};
use crate::crypto::Hash;
use crate::encoding;
use crate::error::{ParseError, VerifyError};
use crate::json::{self, Bounded, null_is_absent};
use crate::limits;

/// The only payload that an attestation carries (DSSE `payloadType`, in-toto envelope specification).
pub(super) const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// A Sigstore bundle as its sender wrote it. Nothing in it is proved but its shape (proof 1).
#[derive(Clone, Debug)]
pub struct Bundle {
    pub(super) version: Version,
    pub(super) key: KeyMaterial,
    pub(super) entries: Vec<LogEntry>,
    /// RFC 3161 responses.
    pub(super) timestamps: Vec<Vec<u8>>,
    pub(super) content: Content,
}

/// What the unsigned media type claims. It may only ever add a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    V0_1,
    V0_2,
    V0_3,
}

/// The one key material of a bundle.
#[derive(Clone, Debug)]
pub(super) enum KeyMaterial {
    /// DER, the leaf apart from whatever follows it.
    Certificate { leaf: Vec<u8>, further: Vec<Vec<u8>> },
    /// The name of a key that the verifier must already hold.
    PublicKey { hint: String },
}

/// The one content of a bundle.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Envelope(Envelope),
    Message(MessageSignature),
}

impl Content {
    /// The signature's bytes, which time-stamping authorities and logs speak about.
    pub(super) fn signature(&self) -> &[u8] {
        match self {
            Self::Envelope(envelope) => &envelope.signature,
            Self::Message(message) => &message.signature,
        }
    }
}

/// A signature over the artifact itself.
#[derive(Clone, Debug)]
pub(super) struct MessageSignature {
    /// What the sender says that the artifact hashes to.
    pub(super) digest: Option<(Hash, Vec<u8>)>,
    pub(super) signature: Vec<u8>,
}

/// The DSSE envelope: one payload, one signature.
#[derive(Clone, Debug)]
pub(super) struct Envelope {
    pub(super) payload: Vec<u8>,
    pub(super) signature: Vec<u8>,
    pub(super) keyid: Option<String>,
}

/// How the bundle says that it was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Material<'a> {
    /// By a certificate that it carries.
    Certificate,
    /// By a key that it only names.
    PublicKey {
        /// The name.
        hint: &'a str,
    },
}

impl Bundle {
    /// Reads a bundle; `json` is the document, or that part of a larger one, byte for byte.
    ///
    /// # Errors
    /// In order: `LIMIT_EXCEEDED`, `UNSUPPORTED_BUNDLE` by its media type, `ENVELOPE_SIGNATURE_COUNT`,
    /// `PAYLOAD_TYPE`, `LOG_ENTRY_MALFORMED`, else `BUNDLE_MALFORMED`.
    pub fn from_json(json: &[u8]) -> Result<Self, VerifyError> {
        let parts: BundleJson<'_> =
            json::read("sigstore bundle", json, limits::ATTESTATIONS_BYTES).map_err(malformed)?;
        let version = version(parts.media_type.as_deref().unwrap_or_default())?;
        let material = parts.verification_material.ok_or_else(|| shape("verificationMaterial is missing"))?;
        let material: MaterialJson = json::read_raw("verificationMaterial", material).map_err(malformed)?;
        Ok(Self {
            version,
            timestamps: material.timestamps.rfc3161.0.into_iter().map(TimestampJson::read).collect::<Result<_, _>>()?,
            key: key_material(version, material.certificate, material.chain, material.public_key)?,
            entries: material.entries.0.into_iter().map(LogEntry::read).collect::<Result<_, _>>()?,
            content: content(parts.dsse_envelope, parts.message_signature)?,
        })
    }

    /// How it says that it was signed.
    pub(crate) fn material(&self) -> Material<'_> {
        match &self.key {
            KeyMaterial::Certificate { .. } => Material::Certificate,
            KeyMaterial::PublicKey { hint } => Material::PublicKey { hint },
        }
    }

    /// The envelope's key id; absent, `null` and empty are the same (DSSE: unset is empty).
    pub(crate) fn keyid(&self) -> Option<&str> {
        match &self.content {
            Content::Envelope(envelope) => envelope.keyid.as_deref(),
            Content::Message(_) => None,
        }
    }

    /// What the envelope holds, before any proof: good for sorting and for reports, never for a
    /// decision. `None` if there is no envelope.
    pub(crate) fn untrusted_payload(&self) -> Option<&[u8]> {
        match &self.content {
            Content::Envelope(envelope) => Some(&envelope.payload),
            Content::Message(_) => None,
        }
    }
}

/// The four spellings of `sigstore_bundle.proto`. Comparing by prefix would accept versions with
/// other rules under the rules of this one.
fn version(media_type: &str) -> Result<Version, VerifyError> {
    match media_type {
        "application/vnd.dev.sigstore.bundle+json;version=0.1" => Ok(Version::V0_1),
        "application/vnd.dev.sigstore.bundle+json;version=0.2" => Ok(Version::V0_2),
        "application/vnd.dev.sigstore.bundle+json;version=0.3" | "application/vnd.dev.sigstore.bundle.v0.3+json" => {
            Ok(Version::V0_3)
        }
        other => Err(VerifyError::UnsupportedBundle { media_type: other.into() }),
    }
}

/// Exactly one content. Two would let one check look at the signature over the other.
fn content(envelope: Option<&RawValue>, message: Option<&RawValue>) -> Result<Content, VerifyError> {
    match (envelope, message) {
        (Some(envelope), None) => {
            let envelope: EnvelopeJson = json::read_raw("dsseEnvelope", envelope).map_err(malformed)?;
            envelope.read().map(Content::Envelope)
        }
        (None, Some(message)) => {
            let message: MessageJson = json::read_raw("messageSignature", message).map_err(malformed)?;
            message.read().map(Content::Message)
        }
        _ => Err(shape("it must have exactly one content")),
    }
}

/// Exactly one key material, in the member that the version has for it. With two of them, which one
/// is checked and which one is believed would be the sender's choice (protobuf `oneof`).
fn key_material(
    version: Version,
    certificate: Option<CertificateJson>,
    chain: Option<ChainJson>,
    public_key: Option<PublicKeyJson>,
) -> Result<KeyMaterial, VerifyError> {
    match (version, certificate, chain, public_key) {
        (_, None, None, Some(key)) => key.read(),
        (Version::V0_3, Some(leaf), None, None) => {
            Ok(KeyMaterial::Certificate { leaf: leaf.read()?, further: Vec::new() })
        }
        (Version::V0_1 | Version::V0_2, None, Some(chain), None) => {
            let mut certificates = chain.certificates.0.into_iter().map(CertificateJson::read);
            // The first is the leaf. An empty chain is no certificate, not an anonymous one.
            let leaf = certificates.next().ok_or_else(|| shape("the certificate chain is empty"))??;
            Ok(KeyMaterial::Certificate { leaf, further: certificates.collect::<Result<_, _>>()? })
        }
        _ => Err(shape("it must have exactly one key material, in the form of its version")),
    }
}

/// Bytes written as canonical base64, within a bound.
pub(super) fn bytes(what: &'static str, text: &str, limit: usize) -> Result<Vec<u8>, VerifyError> {
    encoding::bounded_base64(text, limit).ok_or_else(|| {
        if text.len() / 4 >= limit / 3 {
            let limit = u64::try_from(limit).unwrap_or(u64::MAX);
            return ParseError::LimitExceeded { what, limit }.into();
        }
        VerifyError::BundleMalformed { reason: format!("{what} is not canonical base64").into() }
    })
}

fn shape(reason: &str) -> VerifyError {
    VerifyError::BundleMalformed { reason: reason.into() }
}

/// The bundle came inside a document that was read, so that "no JSON at all" is its own fault.
fn malformed(error: ParseError) -> VerifyError {
    match error {
        ParseError::Malformed { what, reason } | ParseError::NotJson { what, reason } => {
            VerifyError::BundleMalformed { reason: format!("{what}: {reason}").into() }
        }
        other => other.into(),
    }
}

// The wire form, `sigstore_bundle.proto` in proto3 JSON. lowerCamelCase only; members that nobody
// reads are skipped, members that occur twice are refused.

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BundleJson<'a> {
    media_type: Option<String>,
    #[serde(borrow)]
    verification_material: Option<&'a RawValue>,
    #[serde(borrow)]
    dsse_envelope: Option<&'a RawValue>,
    #[serde(borrow)]
    message_signature: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MaterialJson {
    certificate: Option<CertificateJson>,
    #[serde(rename = "x509CertificateChain")]
    chain: Option<ChainJson>,
    public_key: Option<PublicKeyJson>,
    #[serde(default, rename = "tlogEntries", deserialize_with = "null_is_absent")]
    entries: Bounded<EntryJson, { limits::LOG_ENTRIES }>,
    #[serde(default, rename = "timestampVerificationData", deserialize_with = "null_is_absent")]
    timestamps: TimestampsJson,
}

#[derive(Deserialize)]
struct ChainJson {
    certificates: Bounded<CertificateJson, { limits::CERTIFICATES }>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CertificateJson {
    raw_bytes: String,
}

impl CertificateJson {
    fn read(self) -> Result<Vec<u8>, VerifyError> {
        let der = bytes("a certificate", &self.raw_bytes, limits::CERTIFICATE_BYTES)?;
        if der.is_empty() { Err(shape("a certificate is empty")) } else { Ok(der) }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PublicKeyJson {
    #[serde(default)]
    hint: String,
    raw_bytes: Option<IgnoredAny>,
}

impl PublicKeyJson {
    fn read(self) -> Result<KeyMaterial, VerifyError> {
        // A key that travels with what it signed proves nothing; whoever reads one is tempted to use it.
        if self.raw_bytes.is_some() {
            return Err(shape("publicKey carries a key, and keys come from the trust configuration only"));
        }
        if self.hint.is_empty() {
            return Err(shape("publicKey.hint is empty"));
        }
        Ok(KeyMaterial::PublicKey { hint: self.hint })
    }
}

#[derive(Deserialize, Default)]
struct TimestampsJson {
    #[serde(default, rename = "rfc3161Timestamps", deserialize_with = "null_is_absent")]
    rfc3161: Bounded<TimestampJson, { limits::TIMESTAMPS }>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TimestampJson {
    signed_timestamp: String,
}

impl TimestampJson {
    fn read(self) -> Result<Vec<u8>, VerifyError> {
        bytes("a timestamp", &self.signed_timestamp, limits::TIMESTAMP_BYTES)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EnvelopeJson {
    payload: String,
    #[serde(default)]
    payload_type: String,
    #[serde(default, deserialize_with = "null_is_absent")]
    signatures: Bounded<SignatureJson, { limits::ENVELOPE_SIGNATURES }>,
}

#[derive(Deserialize)]
struct SignatureJson {
    sig: String,
    keyid: Option<String>,
}

impl EnvelopeJson {
    fn read(self) -> Result<Envelope, VerifyError> {
        if self.payload_type != PAYLOAD_TYPE {
            return Err(VerifyError::PayloadType { found: self.payload_type.into() });
        }
        // With several, signature, log entry and time could each be checked against another one
        // (sigstore client-spec §4.5; sigstore-rust TOB-SIGSTORE-9).
        let found = self.signatures.0.len();
        let Ok([signature]) = <[SignatureJson; 1]>::try_from(self.signatures.0) else {
            return Err(VerifyError::EnvelopeSignatureCount { found });
        };
        Ok(Envelope {
            payload: bytes("the payload", &self.payload, limits::STATEMENT_BYTES)?,
            signature: bytes("the signature", &signature.sig, limits::SIGNATURE_BYTES)?,
            keyid: signature.keyid.filter(|keyid| !keyid.is_empty()),
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MessageJson {
    message_digest: Option<DigestJson>,
    signature: String,
}

#[derive(Deserialize)]
struct DigestJson {
    algorithm: String,
    digest: String,
}

impl MessageJson {
    fn read(self) -> Result<MessageSignature, VerifyError> {
        let read = |digest: DigestJson| {
            let hash = Hash::from_proto(&digest.algorithm);
            let hash = hash.ok_or_else(|| shape("messageDigest is of an unknown algorithm"))?;
            let value = bytes("messageDigest", &digest.digest, limits::SIGNATURE_BYTES)?;
            Ok::<_, VerifyError>((hash, value))
        };
        Ok(MessageSignature {
            digest: self.message_digest.map(read).transpose()?,
            signature: bytes("the signature", &self.signature, limits::SIGNATURE_BYTES)?,
        })
    }
}
