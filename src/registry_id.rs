//! Which registry: the name that keys, artifacts and publish statements are bound to.

use core::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::ParseError;

/// SHA-256 of the URL that npm's publish attestations carry in `predicate.registry`. The trust
/// snapshot is for this identity and no other; see `testdata/trust`.
const NPM_STATEMENT_URL: [u8; 32] = [
    0x03, 0x6b, 0x43, 0xb1, 0x67, 0x92, 0xc6, 0x43, 0x37, 0x8e, 0x95, 0x92, 0x3e, 0xd2, 0xf4, 0xcc, 0x78, 0xe8, 0x00,
    0xde, 0x14, 0x1b, 0x76, 0x4a, 0xee, 0xa7, 0x0d, 0x47, 0x58, 0x03, 0x96, 0xdf,
];

/// The identity of a registry, which is not the address that documents are fetched from: a mirror
/// or a recording of npm is still judged as npm.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RegistryId(Box<str>);

impl RegistryId {
    /// npm's public registry.
    #[must_use]
    pub fn npm() -> Self {
        Self("npm".into())
    }

    /// Another registry, by the http(s) URL that its publish statements carry; one trailing slash is
    /// dropped. There is one spelling of it: two for one registry would be two sets of keys.
    ///
    /// # Errors
    /// [`ParseError::Malformed`] if it is no http(s) URL, has a query, a fragment, user information,
    /// upper-case letters or a trailing dot in its host, a port that goes without saying, an empty or
    /// dotted path segment, or is npm's own (use [`RegistryId::npm`]).
    pub fn new(url: &str) -> Result<Self, ParseError> {
        let malformed = |reason: &str| ParseError::Malformed {
            what: "registry identity",
            reason: format!("\"{url}\": {reason}").into(),
        };
        let trimmed = url.strip_suffix('/').unwrap_or(url);
        let https = trimmed.strip_prefix("https://").map(|rest| (rest, "443"));
        let scheme = https.or_else(|| trimmed.strip_prefix("http://").map(|rest| (rest, "80")));
        let (rest, implied) = scheme.ok_or_else(|| malformed("it is no http(s) URL"))?;
        let mut segments = rest.split('/');
        let authority = segments.next().unwrap_or_default();
        let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
        if host.is_empty() || host.ends_with('.') || host.bytes().any(|b| b.is_ascii_uppercase()) {
            return Err(malformed("its host is empty, not in lower case, or ends with a dot"));
        }
        let plain = |port: &str| !port.is_empty() && !port.starts_with('0') && port.bytes().all(|b| b.is_ascii_digit());
        if port.is_some_and(|port| !plain(port) || port == implied) {
            return Err(malformed("its port is no number, or the one that goes without saying"));
        }
        if segments.any(|segment| ["", ".", ".."].contains(&segment)) {
            return Err(malformed("its path has an empty or dotted segment"));
        }
        if trimmed.bytes().any(|b| !b.is_ascii_graphic() || b"@?#\\%\"<>".contains(&b)) {
            return Err(malformed("it has more than a scheme, a host, a port and a path"));
        }
        // Under another scheme or port it would be npm's registry without npm's rules.
        if is_npm(&format!("https://{host}")) {
            return Err(malformed("this registry's identity is called npm"));
        }
        Ok(Self(trimmed.into()))
    }

    /// `npm`, or the URL without a trailing slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is npm's public registry.
    #[must_use]
    pub fn is_npm(&self) -> bool {
        &*self.0 == "npm"
    }

    /// Whether a target of a TUF repository, by its name, is the one with this registry's keys: the host
    /// with its port, the path, and `keys.json`, as npm's client has it. For npm the host is the pinned one.
    ///
    /// ```
    /// let registry = countersign::RegistryId::new("https://npm.example/npm/")?;
    /// assert!(registry.is_keys_target("npm.example/npm/keys.json"));
    /// # Ok::<(), countersign::ParseError>(())
    /// ```
    #[must_use]
    pub fn is_keys_target(&self, name: &str) -> bool {
        let Some(registry) = name.strip_suffix("/keys.json") else { return false };
        match self.0.split_once("://") {
            Some((_, identity)) => registry == identity,
            None => is_npm(&format!("https://{registry}")),
        }
    }

    /// Whether a publish statement's `registry` is this one, compared as bytes.
    pub(crate) fn is_stated_by(&self, url: &str) -> bool {
        if self.is_npm() { is_npm(url) } else { *self.0 == *url }
    }
}

fn is_npm(url: &str) -> bool {
    Sha256::digest(url.as_bytes()).as_slice() == NPM_STATEMENT_URL
}

impl fmt::Display for RegistryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<RegistryId> for String {
    fn from(id: RegistryId) -> Self {
        id.0.into()
    }
}

impl TryFrom<String> for RegistryId {
    type Error = ParseError;
    fn try_from(text: String) -> Result<Self, ParseError> {
        if text == "npm" { Ok(Self::npm()) } else { Self::new(&text) }
    }
}

#[cfg(test)]
mod tests {
    use super::RegistryId;

    #[test]
    fn a_url_is_compared_as_bytes() {
        let id = RegistryId::new("https://npm.example/").unwrap();
        assert!(id.is_stated_by("https://npm.example"));
        for other in ["https://npm.example/", "http://npm.example", "https://npm.example.evil", "npm", ""] {
            assert!(!id.is_stated_by(other), "{other}");
            assert!(!RegistryId::npm().is_stated_by(other), "{other}");
        }
    }

    #[test]
    fn what_is_no_plain_url_is_refused() {
        for url in [
            "",
            "npm.example",
            "ftp://npm.example",
            "https://",
            "https://u@npm.example",
            "https://NPM.example",
            "https://npm.example/?x",
            "https://npm.example:443",
            "http://npm.example:80",
            "https://npm.example:",
            "https://npm.example:0443",
            "https://npm.example.",
            "https://npm.example//",
            "https://npm.example/a//b",
            "https://npm.example/./a",
            "https://npm.example/..",
            "https://npm.example/.",
        ] {
            assert_eq!(RegistryId::new(url).unwrap_err().code(), "ERR_COUNTERSIGN_MALFORMED", "{url}");
        }
    }

    #[test]
    fn tr_31_only_the_canonical_host_has_the_keys() {
        let id = RegistryId::new("https://npm.example:8443/a/").unwrap();
        assert!(id.is_keys_target("npm.example:8443/a/keys.json"));
        let plain = RegistryId::new("https://npm.example").unwrap();
        assert!(plain.is_keys_target("npm.example/keys.json"));
        for name in [
            "",
            "keys.json",
            "/keys.json",
            "npm.example",
            "npm.example//keys.json",
            "NPM.example/keys.json",
            "npm.example./keys.json",
            "npm.example:443/keys.json",
            "u@npm.example/keys.json",
            "https://npm.example/keys.json",
            "x/../npm.example/keys.json",
            "npm.example/../npm.example/keys.json",
            "npm.example%2Fkeys.json",
            "npm.example/keys.json/",
            "npm.example.evil/keys.json",
            "n\u{440}m.example/keys.json",
            "npm/keys.json",
        ] {
            assert!(!plain.is_keys_target(name), "{name}");
            assert!(!RegistryId::npm().is_keys_target(name), "{name}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for url in ["https://npm.example", "http://npm.example:4873/npm", "https://npm.example:8443/a/b/"] {
            let id = RegistryId::new(url).unwrap();
            let kept: RegistryId = serde_json::from_str(&serde_json::to_string(&id).unwrap()).unwrap();
            assert_eq!(kept, id);
        }
    }
}
