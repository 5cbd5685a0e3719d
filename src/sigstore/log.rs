//! A log that the trusted root names: its id, its key, its name, and when it was in service.

use crate::crypto::PublicKey;
use crate::error::VerifyError;
use crate::time::Window;

/// A transparency log or certificate log. The two roles are kept in two lists: a key that may log
/// certificates may not thereby log signatures.
#[derive(Clone, Debug)]
pub(super) struct Log {
    id: Vec<u8>,
    key: LogKey,
    name: String,
    hint: [u8; 4],
    window: Window,
}

/// A log whose key is of a kind not verified here is still known: an entry of it cannot be judged,
/// which is another answer than that nobody knows the log.
#[derive(Clone, Debug)]
pub(super) enum LogKey {
    Supported(PublicKey),
    Unsupported(String),
}

impl Log {
    pub(super) fn new(id: Vec<u8>, key: LogKey, base_url: &str, hint: [u8; 4], window: Window) -> Self {
        Self { id, key, name: host(base_url).to_owned(), hint, window }
    }

    pub(super) fn id(&self) -> &[u8] {
        &self.id
    }

    /// `UNSUPPORTED_KEY` if it is of a kind not verified here.
    pub(super) fn key(&self) -> Result<&PublicKey, VerifyError> {
        match &self.key {
            LogKey::Supported(key) => Ok(key),
            LogKey::Unsupported(algorithm) => Err(VerifyError::UnsupportedKey {
                keyid: hex::encode(&self.id).into(),
                algorithm: algorithm.as_str().into(),
            }),
        }
    }

    pub(super) fn is_supported(&self) -> bool {
        matches!(self.key, LogKey::Supported(_))
    }

    /// The name in its checkpoints' signature lines: the host of its address (client-spec §4.4).
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of its checkpoint key's id.
    pub(super) fn hint(&self) -> [u8; 4] {
        self.hint
    }

    pub(super) fn window(&self) -> Window {
        self.window
    }

    /// Whether a checkpoint's origin is this log: its name, or as Rekor v1 writes it, its name, a
    /// hyphen between spaces, and the number of the shard's tree.
    pub(super) fn is_origin(&self, line: &str) -> bool {
        let Some(rest) = line.strip_prefix(self.name.as_str()) else { return false };
        let tree = rest.strip_prefix(" - ");
        rest.is_empty() || tree.is_some_and(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()))
    }
}

/// The host of a URL, without port and path; what has no scheme is taken as it stands.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    authority
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
        .map_or(authority, |(h, _)| h)
}
