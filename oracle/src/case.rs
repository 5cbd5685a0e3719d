//! What both verifiers are asked: the same bytes, the same trust, the same expectation.

use std::sync::Arc;

use countersign::sigstore::TrustedRoot;
use sigstore_verify::Verifier;

use crate::document::Json;

/// One question.
#[derive(Clone)]
pub struct Case {
    pub name: String,
    /// The bundle's JSON text.
    pub bundle: String,
    pub artifact: Given,
    pub root: Arc<Root>,
    pub expected: Expected,
}

/// The artifact, or what is known of it.
#[derive(Clone)]
pub enum Given {
    Bytes(Vec<u8>),
    Sha256([u8; 32]),
    Sha512([u8; 64]),
}

/// Who is to have signed.
#[derive(Clone)]
pub enum Expected {
    Certificate { identity: String, issuer: String },
    Pem(String),
    Spki(Vec<u8>),
}

/// One trusted root, read once by each.
pub struct Root {
    pub name: String,
    pub text: String,
    /// GitHub's instance has none.
    pub logs: Vec<Log>,
    pub peer: Result<Verifier, String>,
    pub ours: Result<TrustedRoot, String>,
}

/// A transparency log of a root.
#[derive(Clone, PartialEq, Eq)]
pub struct Log {
    /// In base64, as bundles have it.
    pub id: String,
    pub url: String,
}

impl Log {
    fn read(log: &Json) -> Option<Log> {
        Some(Log { id: log.text_at("logId/keyId")?.into(), url: log.text_at("baseUrl")?.into() })
    }

    /// Host and port.
    pub fn authority(&self) -> &str {
        let rest = self.url.split_once("://").map_or(self.url.as_str(), |(_, rest)| rest);
        rest.split('/').next().unwrap_or_default()
    }

    pub fn host(&self) -> &str {
        self.authority().split(':').next().unwrap_or_default()
    }
}

impl Root {
    pub fn read(name: &str, text: String) -> Root {
        let peer = sigstore_verify::trust_root::TrustedRoot::from_json(&text)
            .map_err(|e| e.to_string())
            .and_then(|root| Verifier::new(&root).map_err(|e| e.to_string()));
        let document = Json::parse(&text).unwrap_or(Json::Null);
        let logs = document.get("tlogs").and_then(Json::as_array).into_iter().flatten();
        let logs: Vec<Log> = logs.filter_map(Log::read).collect();
        let read = if logs.is_empty() { TrustedRoot::from_json_unlogged } else { TrustedRoot::from_json };
        let ours = read(text.as_bytes()).map_err(|e| format!("{}: {e}", e.code()));
        Root { name: name.into(), text, logs, peer, ours }
    }

    /// Whether the instance has logs, so that an entry of one must be asked for.
    pub fn is_logged(&self) -> bool {
        !self.logs.is_empty()
    }

    /// Whether a bundle of one may be a bundle of the other.
    pub fn is_like(&self, other: &Root) -> bool {
        self.is_logged() == other.is_logged() && self.logs.iter().all(|log| other.logs.contains(log))
    }
}
