//! A certificate transparency log: signed certificate timestamps over the real precertificate.

use super::certificate::{Authority, Certificate, SCT_LIST};
use super::der;
use super::keys::{Hash, Key};

#[derive(Clone)]
pub struct CtLog {
    pub key: Key,
    pub base_url: String,
}

impl CtLog {
    pub fn new(label: &str, base_url: &str) -> CtLog {
        CtLog::with_key(Key::p256(label), base_url)
    }

    pub fn with_key(key: Key, base_url: &str) -> CtLog {
        CtLog { key, base_url: base_url.into() }
    }

    /// What this log would say of `leaf`, issued by `issuer`, at `millis`.
    pub fn sct(&self, leaf: &Certificate, issuer: &Authority, millis: u64) -> Sct {
        Sct {
            version: 0,
            log_id: self.key.log_id(),
            timestamp: millis,
            extensions: Vec::new(),
            algorithm: match self.key {
                // RFC 8422: the hash is intrinsic.
                Key::Ed25519(_) => [8, 7],
                _ => [Hash::Sha256.tls(), self.key.tls()],
            },
            key: self.key.clone(),
            hash: Hash::Sha256,
            entry_type: 1,
            issuer_key_hash: Hash::Sha256.of(&issuer.key.spki()),
            precertificate: leaf.tbs_with(|e| e.oid != SCT_LIST),
            signed_timestamp: None,
            signature: None,
        }
    }
}

/// One SCT: what is sent, and what is signed with it.
#[derive(Clone)]
pub struct Sct {
    pub version: u8,
    pub log_id: Vec<u8>,
    pub timestamp: u64,
    pub extensions: Vec<u8>,
    /// Hash and signature algorithm of TLS 1.2: `[4, 3]` is SHA-256 with ECDSA, `[4, 1]` with RSA.
    pub algorithm: [u8; 2],
    pub key: Key,
    /// What is really hashed with; RFC 6962 knows SHA-256 alone, whatever the key.
    pub hash: Hash,
    pub entry_type: u16,
    pub issuer_key_hash: Vec<u8>,
    pub precertificate: Vec<u8>,
    /// Signs another time than the one that is sent.
    pub signed_timestamp: Option<u64>,
    /// Takes the place of the computed signature.
    pub signature: Option<Vec<u8>>,
}

impl Sct {
    pub fn signed_bytes(&self) -> Vec<u8> {
        let time = self.signed_timestamp.unwrap_or(self.timestamp);
        [
            &[self.version, 0],
            &time.to_be_bytes()[..],
            &self.entry_type.to_be_bytes(),
            &self.issuer_key_hash,
            &(self.precertificate.len() as u32).to_be_bytes()[1..],
            &self.precertificate,
            &vector16(&self.extensions),
        ]
        .concat()
    }

    pub fn encode(&self) -> Vec<u8> {
        let signature = self.signature.clone().unwrap_or_else(|| self.key.sign_with(self.hash, &self.signed_bytes()));
        [
            &[self.version],
            &self.log_id[..],
            &self.timestamp.to_be_bytes(),
            &vector16(&self.extensions),
            &self.algorithm,
            &vector16(&signature),
        ]
        .concat()
    }
}

/// The TLS list of the given SCTs, each already encoded.
pub fn list(scts: &[Vec<u8>]) -> Vec<u8> {
    let items: Vec<u8> = scts.iter().flat_map(|s| vector16(s)).collect();
    vector16(&items)
}

/// Puts the list into every SCT extension that is still empty.
pub fn embed(leaf: &mut Certificate, list: &[u8]) {
    for extension in &mut leaf.extensions {
        if extension.oid == SCT_LIST && extension.value.is_empty() {
            extension.value = der::octets(list);
        }
    }
}

fn vector16(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u16).to_be_bytes(), bytes].concat()
}
