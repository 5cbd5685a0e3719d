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
    /// Host and port of its address.
    authority: String,
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
        Self { id, key, authority: authority(base_url).to_owned(), hint, window }
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

    /// Its name in checkpoints: the host of its address (client-spec §4.4).
    pub(super) fn name(&self) -> &str {
        host(&self.authority)
    }

    /// Whether that is its name, with or without the port of its address (sigstore conformance
    /// `intoto-with-custom-trust-root` has one in both).
    pub(super) fn is_name(&self, name: &str) -> bool {
        name == self.name() || name == self.authority
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
        match line.split_once(" - ") {
            None => self.is_name(line),
            Some((name, tree)) => self.is_name(name) && !tree.is_empty() && tree.bytes().all(|b| b.is_ascii_digit()),
        }
    }
}

/// A log's name in checkpoints, from its address.
pub(super) fn name(base_url: &str) -> &str {
    host(authority(base_url))
}

fn host(authority: &str) -> &str {
    let port = |(_, port): &(&str, &str)| port.bytes().all(|b| b.is_ascii_digit());
    authority.rsplit_once(':').filter(port).map_or(authority, |(host, _)| host)
}

/// What stands between scheme and path of a URL; what has no scheme is taken as it stands.
fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Log, LogKey};
    use crate::time::{Timestamp, Window};

    fn log(url: &str) -> Log {
        let window = Window { start: Timestamp::from_unix(0).unwrap(), end: None };
        Log::new(vec![0; 32], LogKey::Unsupported("none".into()), url, [0; 4], window)
    }

    #[test]
    fn is_named_by_its_host() {
        for url in ["https://rekor.example", "https://rekor.example/", "https://rekor.example:443/api", "rekor.example"]
        {
            assert_eq!(log(url).name(), "rekor.example", "{url}");
        }
        assert!(log("http://localhost:8000").is_name("localhost:8000"));
        assert!(log("http://localhost:8000").is_name("localhost"));
        assert!(!log("http://localhost:8000").is_name("localhost:8001"));
        assert!(!log("http://localhost").is_name("localhost:8000"));
    }

    #[test]
    fn an_origin_is_the_name_and_perhaps_a_tree() {
        let log = log("https://rekor.example");
        for origin in ["rekor.example", "rekor.example - 1193050959916656506"] {
            assert!(log.is_origin(origin), "{origin}");
        }
        for origin in [
            "",
            "rekor.example - ",
            "rekor.example - x",
            "rekor.example -1",
            "rekor.example.evil - 1",
            "evil - 1",
            "rekor.example - 1 - 2",
            "rekor.exampl",
            " - 1",
        ] {
            assert!(!log.is_origin(origin), "{origin}");
        }
    }
}
