//! The keys of one registry, from its endpoint or from its TUF target.

use std::sync::Arc;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::crypto::{self, KeyError, PublicKey};
use crate::encoding;
use crate::error::ParseError;
use crate::json::{self, Bounded};
use crate::limits;
use crate::registry_id::RegistryId;
use crate::time::{self, Fraction, Timestamp};

const WHAT: &str = "registry key set";

/// What a key may sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyUsage {
    /// `dist.signatures`.
    Signatures,
    /// Publish attestations.
    Attestations,
}

/// A key that can be used, or one of a kind that a newer version may know.
#[derive(Clone, Debug)]
pub(crate) enum KeyKind {
    Supported(PublicKey),
    Unsupported(String),
}

/// Where a key set came from, and so how far it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum KeyOrigin {
    /// Given by the caller from a source of its own: TUF, or a file it keeps.
    Trusted,
    /// Answered by the registry itself: whoever controls the registry controls the keys.
    RegistryAsserted,
}

#[derive(Clone, Debug)]
pub(crate) struct RegistryKey {
    pub(crate) keyid: String,
    usages: Vec<KeyUsage>,
    pub(crate) kind: KeyKind,
    pub(crate) window: time::Window,
    bytes: Vec<u8>,
}

/// The ids of a registry's signing keys that have an end, and their ends. Shared by all evidence.
pub(crate) type EndedKeyList = Arc<[(String, Timestamp)]>;

/// The keys of one registry. They are tried for that registry's packages and no others; an empty set
/// is legal, and proves no registry signature.
#[derive(Clone, Debug)]
pub struct RegistryKeys {
    registry: RegistryId,
    origin: KeyOrigin,
    keys: Vec<RegistryKey>,
    ended: EndedKeyList,
    sha256: [u8; 32],
}

#[derive(Deserialize)]
struct KeySet {
    keys: Bounded<KeyJson, { limits::TRUSTED_KEYS }>,
}

/// Both forms: `keyid`, `keytype`, `scheme`, `key`, `expires` come from the keys endpoint; `keyId`,
/// `keyUsage`, `publicKey` from the TUF target.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeyJson {
    #[serde(rename = "keyid")]
    endpoint_id: Option<String>,
    keytype: Option<String>,
    scheme: Option<String>,
    key: Option<String>,
    expires: Option<String>,
    key_id: Option<String>,
    key_usage: Option<String>,
    public_key: Option<TufKey>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TufKey {
    raw_bytes: String,
    key_details: String,
    valid_for: ValidFor,
}

#[derive(Deserialize)]
struct ValidFor {
    start: String,
    end: Option<String>,
}

impl RegistryKeys {
    /// Keys that the caller trusts for that registry, in either form.
    ///
    /// For npm's identity each key id must be that of its key (SHA-256 of its OpenSSH encoding);
    /// elsewhere ids are opaque. One id may stand once per usage.
    ///
    /// # Errors
    /// In order: [`ParseError::LimitExceeded`] (256 KiB, depth 64, 64 keys), [`ParseError::NotJson`],
    /// [`ParseError::Malformed`], [`ParseError::TrustInvalid`].
    pub fn from_json(registry: RegistryId, json: &[u8]) -> Result<Self, ParseError> {
        Self::read(registry, json, KeyOrigin::Trusted)
    }

    /// Keys that the registry's own endpoint answered. Whatever they prove is marked as
    /// registry-asserted.
    ///
    /// # Errors
    /// As [`RegistryKeys::from_json`]; and [`ParseError::TrustInvalid`] for npm's identity, whose keys
    /// never come from whoever answers (design decision 4).
    pub fn asserted_by_registry(registry: RegistryId, json: &[u8]) -> Result<Self, ParseError> {
        if registry.is_npm() {
            return Err(invalid("npm's keys never come from the registry's answer, only from trust material"));
        }
        Self::read(registry, json, KeyOrigin::RegistryAsserted)
    }

    /// No keys: nothing of that registry can be proved by a registry signature.
    #[must_use]
    pub fn none(registry: RegistryId) -> Self {
        let sha256 = Sha256::digest(b"").into();
        Self { registry, origin: KeyOrigin::Trusted, keys: Vec::new(), ended: Arc::default(), sha256 }
    }

    fn read(registry: RegistryId, json: &[u8], origin: KeyOrigin) -> Result<Self, ParseError> {
        let set: KeySet = json::read(WHAT, json, limits::KEYS_BYTES)?;
        let mut keys: Vec<RegistryKey> = Vec::new();
        for key in set.keys.0 {
            let Some(key) = RegistryKey::read(key)? else { continue };
            if registry.is_npm() {
                key.must_have_its_own_id()?;
            }
            let twice =
                |other: &RegistryKey| other.keyid == key.keyid && other.usages.iter().any(|u| key.usages.contains(u));
            if keys.iter().any(twice) {
                return Err(invalid("one key id stands twice for one usage"));
            }
            keys.push(key);
        }
        let signing = keys.iter().filter(|key| key.usages.contains(&KeyUsage::Signatures));
        let ended = signing.filter_map(|key| Some((key.keyid.clone(), key.window.end?))).collect();
        Ok(Self { registry, origin, keys, ended, sha256: Sha256::digest(json).into() })
    }

    /// Whose keys they are.
    #[must_use]
    pub fn registry(&self) -> &RegistryId {
        &self.registry
    }

    /// Where they came from.
    #[must_use]
    pub fn origin(&self) -> KeyOrigin {
        self.origin
    }

    /// Whether the other set has the same ids, keys and ends for registry signatures. A registry that
    /// answers other keys than are trusted for it is being impersonated, or has rotated them.
    #[must_use]
    pub fn agree_with(&self, other: &Self) -> bool {
        let list = |set: &Self| {
            let mut list: Vec<_> = set.signing().map(|k| (k.keyid.clone(), k.bytes.clone(), k.window.end)).collect();
            list.sort();
            list
        };
        list(self) == list(other)
    }

    fn signing(&self) -> impl Iterator<Item = &RegistryKey> {
        self.keys.iter().filter(|key| key.usages.contains(&KeyUsage::Signatures))
    }

    /// Which of its signing keys have an end.
    pub(crate) fn ended(&self) -> EndedKeyList {
        self.ended.clone()
    }

    pub(crate) fn sha256(&self) -> &[u8; 32] {
        &self.sha256
    }

    /// The key of that id for that use; a key for another use is no key.
    pub(crate) fn find(&self, keyid: &str, usage: KeyUsage) -> Option<&RegistryKey> {
        self.keys.iter().find(|key| key.keyid == keyid && key.usages.contains(&usage))
    }

    pub(crate) fn has(&self, usage: KeyUsage) -> bool {
        self.keys.iter().any(|key| key.usages.contains(&usage))
    }
}

impl RegistryKey {
    /// `None` for a usage that is not known: it signs nothing that is verified here.
    fn read(json: KeyJson) -> Result<Option<Self>, ParseError> {
        match json {
            KeyJson {
                endpoint_id: Some(keyid),
                keytype: Some(keytype),
                scheme: Some(scheme),
                key: Some(key),
                expires,
                key_id: None,
                key_usage: None,
                public_key: None,
            } => {
                let stated =
                    (keytype == scheme && scheme == "ecdsa-sha2-nistp256").then_some(crypto::KeyKind::EcdsaP256);
                let bytes = decode(&key)?;
                let kind = kind(stated, &scheme, &bytes)?;
                let window = time::Window { start: beginning(), end: expires.as_deref().map(end).transpose()? };
                Self::new(keyid, vec![KeyUsage::Signatures, KeyUsage::Attestations], kind, window, bytes).map(Some)
            }
            KeyJson {
                key_id: Some(keyid),
                key_usage: Some(usage),
                public_key: Some(key),
                endpoint_id: None,
                keytype: None,
                scheme: None,
                key: None,
                expires: None,
            } => {
                let stated = match key.key_details.as_str() {
                    "PKIX_ECDSA_P256_SHA_256" => Some(crypto::KeyKind::EcdsaP256),
                    "PKIX_ECDSA_P384_SHA_384" => Some(crypto::KeyKind::EcdsaP384),
                    _ => None,
                };
                let bytes = decode(&key.raw_bytes)?;
                let kind = kind(stated, &key.key_details, &bytes)?;
                let window = time::Window {
                    start: start(&key.valid_for.start)?,
                    end: key.valid_for.end.as_deref().map(end).transpose()?,
                };
                let usage = match usage.as_str() {
                    "npm:signatures" => KeyUsage::Signatures,
                    "npm:attestations" => KeyUsage::Attestations,
                    _ => return Ok(None),
                };
                Self::new(keyid, vec![usage], kind, window, bytes).map(Some)
            }
            _ => Err(invalid("a key is neither of the endpoint's form nor of the TUF target's")),
        }
    }

    fn new(
        keyid: String,
        usages: Vec<KeyUsage>,
        kind: KeyKind,
        window: time::Window,
        bytes: Vec<u8>,
    ) -> Result<Self, ParseError> {
        if keyid.is_empty() {
            return Err(invalid("a key id is empty"));
        }
        if window.end.is_some_and(|end| end < window.start) {
            return Err(invalid("a key's window ends before it starts"));
        }
        Ok(Self { keyid, usages, kind, window, bytes })
    }

    /// Without this line a key could be filed under the id of another one in trust material that
    /// somebody assembled by hand.
    fn must_have_its_own_id(&self) -> Result<(), ParseError> {
        match &self.kind {
            KeyKind::Supported(key) if openssh_id(key).as_ref() == Some(&self.keyid) => Ok(()),
            KeyKind::Supported(_) => Err(invalid("a key id is not that of its key")),
            // Nothing is ever verified with it.
            KeyKind::Unsupported(_) => Ok(()),
        }
    }
}

/// `SHA256:` and unpadded base64 of SHA-256 of the OpenSSH wire encoding (RFC 5656 §3.1).
/// Only the curves that npm's forms can state have one here.
fn openssh_id(key: &PublicKey) -> Option<String> {
    let (name, curve) = match key.kind() {
        crypto::KeyKind::EcdsaP256 => ("ecdsa-sha2-nistp256", "nistp256"),
        crypto::KeyKind::EcdsaP384 => ("ecdsa-sha2-nistp384", "nistp384"),
        crypto::KeyKind::EcdsaP521 | crypto::KeyKind::Ed25519 | crypto::KeyKind::Rsa => return None,
    };
    let mut hash = Sha256::new();
    for part in [name.as_bytes(), curve.as_bytes(), key.raw()] {
        hash.update(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        hash.update(part);
    }
    Some(format!("SHA256:{}", encoding::to_base64(&hash.finalize()).trim_end_matches('=')))
}

fn kind(stated: Option<crypto::KeyKind>, name: &str, spki: &[u8]) -> Result<KeyKind, ParseError> {
    let Some(stated) = stated else {
        return Ok(KeyKind::Unsupported(name.into()));
    };
    match PublicKey::from_spki(spki) {
        Ok(key) if key.kind() == stated => Ok(KeyKind::Supported(key)),
        Ok(_) | Err(KeyError::Unsupported(_)) => Err(invalid("a key is of another kind than it says")),
        Err(KeyError::Malformed(reason)) => Err(invalid(reason)),
    }
}

fn decode(base64: &str) -> Result<Vec<u8>, ParseError> {
    encoding::bounded_base64(base64, limits::SIGNATURE_BYTES).ok_or(invalid("a key is not canonical base64"))
}

fn start(text: &str) -> Result<Timestamp, ParseError> {
    Timestamp::from_rfc3339(text, Fraction::Up).ok_or(invalid("a window's start is no RFC 3339 UTC time"))
}

fn end(text: &str) -> Result<Timestamp, ParseError> {
    Timestamp::from_rfc3339(text, Fraction::Down).ok_or(invalid("a window's end is no RFC 3339 UTC time"))
}

/// The endpoint names no start.
fn beginning() -> Timestamp {
    Timestamp::default()
}

fn invalid(reason: &'static str) -> ParseError {
    ParseError::TrustInvalid { what: WHAT, reason: reason.into() }
}
