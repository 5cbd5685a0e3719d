//! The trusted root: which authorities, logs and certificate logs one Sigstore instance has, and when.

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::authority::Authority;
use super::log::{self, Log, LogKey};
use super::path::Purpose;
use super::timestamp_authority::TimestampAuthority;
use super::x509::Certificate;
use crate::crypto::{KeyError, KeyKind, PublicKey};
use crate::encoding;
use crate::error::{ParseError, Text, VerifyError};
use crate::json::{self, Bounded, null_is_absent};
use crate::limits;
use crate::time::{Fraction, Timestamp, Window};

/// The trust material of one Sigstore instance (`trusted_root.json`), checked as a whole.
///
/// If you have one, each authority's chain is signed from its root down, every log id belongs to its
/// key, and there is at least one usable authority and at least one usable witness of each kind that
/// the instance has. Keys of a kind that this version does not verify are remembered as such and prove
/// nothing.
#[derive(Debug)]
pub struct TrustedRoot {
    witnesses: Witnesses,
    authorities: Vec<Authority>,
    /// Every certificate of every authority, usable or not.
    certificates: Vec<Vec<u8>>,
    transparency_logs: Vec<Log>,
    certificate_logs: Vec<Log>,
    timestamp_authorities: Vec<TimestampAuthority>,
    sha256: [u8; 32],
}

/// What must have seen a signature, besides its authority. Whoever configures the trust says so; a list
/// that happens to be empty says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Witnesses {
    /// A transparency log, and for certificates a certificate log.
    Logs,
    /// A time-stamping authority alone.
    Timestamps,
}

impl TrustedRoot {
    /// Reads a trusted root as Sigstore's TUF repositories distribute it.
    ///
    /// The bytes must come from there or from somewhere as good: whoever writes this file decides
    /// who may sign. Signatures must be in a transparency log, and certificates in a certificate log.
    ///
    /// # Errors
    /// [`ParseError::LimitExceeded`] and [`ParseError::NotJson`]; [`ParseError::TrustInvalid`] if a
    /// part of it cannot be trusted as it stands, or a kind of part is missing.
    pub fn from_json(json: &[u8]) -> Result<Self, ParseError> {
        Self::read(json, Witnesses::Logs)
    }

    /// Reads the trusted root of an instance that has no logs, such as GitHub's own: what it signs is
    /// seen by its time-stamping authorities alone.
    ///
    /// That is weaker: nobody but the instance itself can find out what it signed. So it is asked for
    /// here, by name, and a root that does list logs is refused.
    ///
    /// # Errors
    /// As [`TrustedRoot::from_json`].
    pub fn from_json_unlogged(json: &[u8]) -> Result<Self, ParseError> {
        Self::read(json, Witnesses::Timestamps)
    }

    fn read(json: &[u8], witnesses: Witnesses) -> Result<Self, ParseError> {
        let root: RootJson = json::read("trusted root", json, limits::TRUSTED_ROOT_BYTES).map_err(malformed)?;
        // trustroot.proto. Another version may restrict what an older reader would allow.
        if !MEDIA_TYPES.contains(&root.media_type.as_str()) {
            return Err(invalid(format!("its media type \"{}\" is not supported", root.media_type)));
        }
        let mut authorities = Vec::new();
        let mut certificates = Vec::new();
        for authority in root.certificate_authorities.0 {
            let window = authority.valid_for.window()?;
            let chain = authority.cert_chain.read()?;
            certificates.extend(chain.iter().map(|certificate| certificate.der().to_vec()));
            authorities.extend(Authority::load(chain, window, Purpose::CodeSigning)?);
        }
        // An empty list must never read as "nothing to check".
        if authorities.is_empty() {
            return Err(invalid("it has no certificate authority that can be used"));
        }
        Ok(Self {
            witnesses,
            authorities,
            certificates,
            transparency_logs: logs(Role::Transparency, witnesses, root.tlogs.0)?,
            certificate_logs: logs(Role::Certificates, witnesses, root.ctlogs.0)?,
            timestamp_authorities: timestamp_authorities(witnesses, root.timestamp_authorities.0)?,
            sha256: Sha256::digest(json).into(),
        })
    }

    /// SHA-256 of the bytes it was read from, which names it in reports and receipts.
    #[must_use]
    pub fn sha256(&self) -> &[u8; 32] {
        &self.sha256
    }

    /// Whether signatures and certificates must be in logs.
    pub(super) fn is_logged(&self) -> bool {
        self.witnesses == Witnesses::Logs
    }

    pub(super) fn authorities(&self) -> &[Authority] {
        &self.authorities
    }

    /// The timestamp authorities that can be used; none is a choice of the instance, whose bundles then
    /// have no use for timestamps.
    pub(super) fn timestamp_authorities(&self) -> &[TimestampAuthority] {
        &self.timestamp_authorities
    }

    /// Whether these bytes are the certificate of one of its authorities.
    pub(super) fn has_certificate(&self, der: &[u8]) -> bool {
        self.certificates.iter().any(|certificate| certificate == der)
    }

    /// The transparency log with that id; no other property of a log selects it.
    pub(super) fn transparency_log(&self, id: &[u8]) -> Result<&Log, VerifyError> {
        let log = self.transparency_logs.iter().find(|log| log.id() == id);
        log.ok_or_else(|| VerifyError::UnknownLog { log_id: hex::encode(id).into() })
    }

    #[cfg(fuzzing)]
    pub(super) fn transparency_logs(&self) -> &[Log] {
        &self.transparency_logs
    }

    /// The certificate log with that id.
    pub(super) fn certificate_log(&self, id: &[u8]) -> Result<&Log, VerifyError> {
        let log = self.certificate_logs.iter().find(|log| log.id() == id);
        log.ok_or_else(|| VerifyError::UnknownCtLog { log_id: hex::encode(id).into() })
    }
}

const MEDIA_TYPES: [&str; 3] = [
    "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    "application/vnd.dev.sigstore.trustedroot.v0.1+json",
    "application/vnd.dev.sigstore.trustedroot.v0.2+json",
];

/// What a log's key is trusted to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Transparency,
    Certificates,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Transparency => "transparency log",
            Self::Certificates => "certificate log",
        }
    }

    /// C2SP signed-note has no RSA; RFC 6962 §2.1.4 has P-256 and RSA alone.
    fn has(self, kind: KeyKind) -> bool {
        match kind {
            KeyKind::EcdsaP256 => true,
            KeyKind::Rsa => self == Self::Certificates,
            KeyKind::EcdsaP384 | KeyKind::EcdsaP521 | KeyKind::Ed25519 => self == Self::Transparency,
        }
    }
}

fn logs(role: Role, witnesses: Witnesses, list: Vec<LogJson>) -> Result<Vec<Log>, ParseError> {
    let what = role.name();
    let mut logs: Vec<Log> = Vec::with_capacity(list.len());
    for log in list {
        let log = log.read(role)?;
        // Two logs of one id: which key and window count would depend on their order.
        if logs.iter().any(|other| other.id() == log.id()) {
            return Err(invalid(format!("it has the {what} {} twice", hex::encode(log.id()))));
        }
        logs.push(log);
    }
    match witnesses {
        Witnesses::Logs if logs.iter().any(Log::is_supported) => Ok(logs),
        Witnesses::Logs => Err(invalid(format!("it has no {what} that can be used"))),
        Witnesses::Timestamps if logs.is_empty() => Ok(logs),
        // What is logged must not become unlogged by the way in which a file is read.
        Witnesses::Timestamps => Err(invalid(format!("it has a {what}, and was to be of an instance without"))),
    }
}

fn timestamp_authorities(
    witnesses: Witnesses,
    list: Vec<AuthorityJson>,
) -> Result<Vec<TimestampAuthority>, ParseError> {
    let mut authorities = Vec::with_capacity(list.len());
    for authority in list {
        let window = authority.valid_for.window()?;
        authorities.extend(TimestampAuthority::load(authority.cert_chain.read()?, window)?);
    }
    if authorities.is_empty() && witnesses == Witnesses::Timestamps {
        return Err(invalid("it has no timestamp authority that can be used, and no other witness"));
    }
    Ok(authorities)
}

fn malformed(error: ParseError) -> ParseError {
    match error {
        ParseError::Malformed { reason, .. } => invalid(reason),
        other => other,
    }
}

fn invalid(reason: impl Into<Text>) -> ParseError {
    ParseError::TrustInvalid { what: "the trusted root", reason: reason.into() }
}

fn bytes(what: &str, text: &str, limit: usize) -> Result<Vec<u8>, ParseError> {
    encoding::bounded_base64(text, limit).ok_or_else(|| invalid(format!("{what} is not canonical base64")))
}

// The wire form, `sigstore_trustroot.proto` in proto3 JSON.

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RootJson {
    #[serde(default)]
    media_type: String,
    #[serde(default, deserialize_with = "null_is_absent")]
    tlogs: Bounded<LogJson, { limits::TRUSTED_KEYS }>,
    #[serde(default, deserialize_with = "null_is_absent")]
    ctlogs: Bounded<LogJson, { limits::TRUSTED_KEYS }>,
    #[serde(default, deserialize_with = "null_is_absent")]
    certificate_authorities: Bounded<AuthorityJson, { limits::TRUSTED_KEYS }>,
    #[serde(default, deserialize_with = "null_is_absent")]
    timestamp_authorities: Bounded<AuthorityJson, { limits::TRUSTED_KEYS }>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AuthorityJson {
    cert_chain: ChainJson,
    valid_for: WindowJson,
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

impl ChainJson {
    fn read(self) -> Result<Vec<Certificate>, ParseError> {
        let read = |certificate: CertificateJson| {
            let der = bytes("a certificate", &certificate.raw_bytes, limits::CERTIFICATE_BYTES)?;
            Certificate::from_der(der).map_err(|error| invalid(error.to_string()))
        };
        self.certificates.0.into_iter().map(read).collect()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogJson {
    base_url: String,
    hash_algorithm: String,
    public_key: KeyJson,
    log_id: LogIdJson,
    checkpoint_key_id: Option<LogIdJson>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeyJson {
    raw_bytes: String,
    key_details: String,
    valid_for: WindowJson,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogIdJson {
    key_id: String,
}

impl LogJson {
    fn read(self, role: Role) -> Result<Log, ParseError> {
        let window = self.public_key.valid_for.window()?;
        let id = bytes("a log id", &self.log_id.key_id, limits::SIGNATURE_BYTES)?;
        let key = match self.hash_algorithm.as_str() {
            "SHA2_256" => self.public_key.read(role)?,
            other => LogKey::Unsupported(other.to_owned()),
        };
        // Ids that can be chosen could stand for a second key.
        if let LogKey::Supported(key) = &key
            && !is_id_of(&id, key, &self.base_url)
        {
            return Err(invalid(format!("the log id {} is not its key's digest", hex::encode(&id))));
        }
        let hint = match &self.checkpoint_key_id {
            Some(id) => bytes("a checkpoint key id", &id.key_id, limits::SIGNATURE_BYTES)?,
            None => id.clone(),
        };
        let hint = *hint.first_chunk::<4>().ok_or_else(|| invalid("a log id is shorter than four bytes"))?;
        Ok(Log::new(id, key, &self.base_url, hint, window))
    }
}

/// RFC 6962 §3.2 and rekor-spec: the digest of the key. For Ed25519 also as in C2SP signed-note: the
/// digest of the log's name, a newline, the byte 1, and the key.
fn is_id_of(id: &[u8], key: &PublicKey, base_url: &str) -> bool {
    let note = || Sha256::digest([log::name(base_url).as_bytes(), b"\n\x01", key.raw()].concat());
    id == key.spki_sha256() || (key.kind() == KeyKind::Ed25519 && id == note().as_slice())
}

impl KeyJson {
    fn read(self, role: Role) -> Result<LogKey, ParseError> {
        // sigstore_common.proto `PublicKeyDetails`. The deprecated PKCS1_RSA_PKCS1V5 is another encoding,
        // which only a log of the staging instance had, until 2022.
        let kind = match self.key_details.as_str() {
            "PKIX_ECDSA_P256_SHA_256" => KeyKind::EcdsaP256,
            "PKIX_ECDSA_P384_SHA_384" => KeyKind::EcdsaP384,
            "PKIX_ECDSA_P521_SHA_512" => KeyKind::EcdsaP521,
            "PKIX_ED25519" => KeyKind::Ed25519,
            "PKIX_RSA_PKCS1V15_2048_SHA256" | "PKIX_RSA_PKCS1V15_3072_SHA256" | "PKIX_RSA_PKCS1V15_4096_SHA256" => {
                KeyKind::Rsa
            }
            _ => return Ok(LogKey::Unsupported(self.key_details)),
        };
        if !role.has(kind) {
            return Ok(LogKey::Unsupported(self.key_details));
        }
        let der = bytes("a log's key", &self.raw_bytes, limits::CERTIFICATE_BYTES)?;
        match PublicKey::from_spki(&der) {
            Ok(key) if key.kind() == kind => Ok(LogKey::Supported(key)),
            // What the file says and what the key is must agree: a kind is never guessed.
            Ok(_) | Err(KeyError::Unsupported(_)) => {
                Err(invalid(format!("a log's key is not of the stated kind {}", self.key_details)))
            }
            Err(KeyError::Malformed(reason)) => Err(invalid(format!("a log's key: {reason}"))),
        }
    }
}

/// `TimeRange`. Without a start, a key would have been good before it existed (sigstore conformance
/// `trust-root-tlog-missing-validity-start`).
#[derive(Deserialize)]
struct WindowJson {
    start: String,
    end: Option<String>,
}

impl WindowJson {
    fn window(&self) -> Result<Window, ParseError> {
        let read = |text: &str, fraction| {
            Timestamp::from_rfc3339(text, fraction).ok_or_else(|| invalid(format!("\"{text}\" is no time")))
        };
        let start = read(&self.start, Fraction::Up)?;
        let end = self.end.as_deref().map(|end| read(end, Fraction::Down)).transpose()?;
        if end.is_some_and(|end| end < start) {
            return Err(invalid("a validity ends before it starts"));
        }
        Ok(Window { start, end })
    }
}
