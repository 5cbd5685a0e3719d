//! npm's key set, in the form of the TUF target and in that of the keys endpoint.

use jiff::Timestamp;
use serde::Deserialize;
use sigstore_verify::crypto::VerificationKey;
use sigstore_verify::types::{DerPublicKey, SignatureBytes};

const SIGNATURES: &str = "npm:signatures";
const ATTESTATIONS: &str = "npm:attestations";

/// A key set, of which each usage has its own window.
pub struct NpmKeys(Vec<NpmKey>);

pub(crate) struct NpmKey {
    id: String,
    /// `None` serves both.
    usage: Option<String>,
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    pub(crate) der: DerPublicKey,
    prepared: VerificationKey,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Key>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Key {
    #[serde(rename_all = "camelCase")]
    Target {
        key_id: String,
        key_usage: String,
        public_key: TargetKey,
    },
    Endpoint {
        keyid: String,
        key: String,
        expires: Option<Timestamp>,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TargetKey {
    raw_bytes: String,
    valid_for: Window,
}

#[derive(Deserialize)]
struct Window {
    start: Option<Timestamp>,
    end: Option<Timestamp>,
}

impl NpmKeys {
    /// # Errors
    /// If a key is unreadable.
    pub fn from_json(json: &[u8]) -> Result<NpmKeys, String> {
        let document: Document = serde_json::from_slice(json).map_err(|e| e.to_string())?;
        document.keys.into_iter().map(NpmKey::read).collect::<Result<_, _>>().map(NpmKeys)
    }

    pub(crate) fn for_attestations(&self, id: &str) -> Option<&NpmKey> {
        self.find(id, ATTESTATIONS)
    }

    pub(crate) fn verify(&self, message: &[u8], id: &str, signature: &str) -> Result<(), String> {
        let key = self.find(id, SIGNATURES).ok_or_else(|| format!("unknown key {id}"))?;
        let signature = SignatureBytes::from_base64(signature).map_err(|e| e.to_string())?;
        key.prepared.verify(message, &signature).map_err(|e| e.to_string())
    }

    fn find(&self, id: &str, usage: &str) -> Option<&NpmKey> {
        self.0.iter().find(|key| key.id == id && key.usage.as_deref().is_none_or(|its| its == usage))
    }
}

impl NpmKey {
    fn read(key: Key) -> Result<NpmKey, String> {
        let (id, usage, base64, start, end) = match key {
            Key::Target { key_id, key_usage, public_key: TargetKey { raw_bytes, valid_for } } => {
                (key_id, Some(key_usage), raw_bytes, valid_for.start, valid_for.end)
            }
            Key::Endpoint { keyid, key, expires } => (keyid, None, key, None, expires),
        };
        let der = DerPublicKey::from_base64(&base64).map_err(|e| e.to_string())?;
        let prepared = VerificationKey::from_spki(&der).map_err(|e| e.to_string())?;
        Ok(NpmKey { id, usage, start, end, der, prepared })
    }

    pub(crate) fn is_valid_at(&self, time: Timestamp) -> bool {
        self.start.is_none_or(|start| start <= time) && self.end.is_none_or(|end| time < end)
    }
}
