//! The base URL of a registry, in one canonical form.

use std::fmt;

use url::Url;

use crate::plain_text::plain;

/// An http or https URL that ends in `/` and carries no user, query or fragment. Host names are in
/// lower-case ASCII and default ports are left out, so equal registries are equal as text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RegistryUrl(Url);

impl RegistryUrl {
    /// Parses a registry's address as a person or npm's configuration writes it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        // What stands before an `@` may be a password.
        let shown = || text.rsplit_once('@').map_or(plain(text), |(_, host)| format!("(not shown)@{}", plain(host)));
        let wrong = |why: &str| format!("`{}` is no registry address: {why}; expected https://host/path/", shown());
        let mut url = Url::parse(text).map_err(|e| wrong(&e.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong("it is neither http nor https"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("it holds a user or a password, which belong in an .npmrc, as //host/path/:_authToken"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("it has a query or a fragment"));
        }
        // `npm.example.` is the same host to DNS and another one to a comparison.
        if let Some(host) = url.host_str().and_then(|host| host.strip_suffix('.')).map(str::to_owned) {
            url.set_host(Some(&host)).map_err(|e| wrong(&e.to_string()))?;
        }
        if !url.path().ends_with('/') {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        Ok(Self(url))
    }

    /// The base of which `resolved` is a tarball of `name`, if it is laid out as npm's registry does;
    /// else the root of its origin.
    pub fn of_tarball(resolved: &str, name: &str) -> Result<Self, String> {
        let mut url = Url::parse(resolved).map_err(|e| format!("`{}`: {e}", plain(resolved)))?;
        let path = url.path().replace("%2f", "/").replace("%2F", "/");
        let base = path.rsplit_once(&format!("{name}/-/")).map_or("/", |(base, _)| base);
        url.set_path(if base.ends_with('/') { base } else { "/" });
        url.set_query(None);
        url.set_fragment(None);
        Self::parse(url.as_str())
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The address of a document below it. The path is already encoded.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0.as_str())
    }

    /// Where a redirect leads, if it stays at this scheme, host and port.
    pub fn same_origin(&self, from: &str, location: &str) -> Option<String> {
        let target = Url::parse(from).ok()?.join(location).ok()?;
        let credentials = !target.username().is_empty() || target.password().is_some();
        (target.origin() == self.0.origin() && !credentials).then(|| target.into())
    }

    pub fn as_url(&self) -> &Url {
        &self.0
    }

    /// Whether this stands below the registry's own address, whichever way a server reads it: one that
    /// decodes before it routes would take `a/..%2fb`, `a/..;/b` or `a/..%5cb` for `b`, another's folder.
    pub fn is_above(&self, url: &Url) -> bool {
        let Some(below) = url.path().strip_prefix(self.0.path()) else { return false };
        let is_plain = |name: &str| {
            let mut letters = name.bytes();
            !matches!(name, "" | "." | "..") && letters.all(|b| b.is_ascii_alphanumeric() || b"@._~+-".contains(&b))
        };
        let below = below.replace("%2F", "/").replace("%2f", "/");
        self.0.origin() == url.origin() && below.split('/').all(is_plain)
    }

    /// Whether this stands at the registry's own scheme, host and port.
    pub fn has_origin_of(&self, url: &Url) -> bool {
        self.0.origin() == url.origin()
    }

    /// The root of its scheme, host and port.
    pub fn origin(&self) -> Self {
        let mut url = self.0.clone();
        url.set_path("/");
        Self(url)
    }
}

impl fmt::Display for RegistryUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&plain(self.as_str()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn cl_45_equal_registries_are_equal_text() {
        for text in
            ["https://npm.example", "https://npm.example/", " HTTPS://NPM.Example:443/ ", "https://npm.example./"]
        {
            assert_eq!(RegistryUrl::parse(text).unwrap().as_str(), "https://npm.example/", "{text}");
        }
        assert_eq!(
            RegistryUrl::parse("http://npm.example:8080/a/npm").unwrap().as_str(),
            "http://npm.example:8080/a/npm/"
        );
        assert_eq!(RegistryUrl::parse("https://bücher.example").unwrap().as_str(), "https://xn--bcher-kva.example/");
    }

    #[test]
    fn what_is_below_a_registry_is_so_for_every_server() {
        let registry = RegistryUrl::parse("https://shared.example/alice/").unwrap();
        let is_above = |url: &str| registry.is_above(&Url::parse(url).unwrap());
        for below in ["a/-/a-1.0.0.tgz", "@s/a/-/a-1.0.0-rc.1+b.tgz", "@s%2fa/-/a.tgz", "a/b/../c", "a.tgz?token=x"] {
            assert!(is_above(&format!("https://shared.example/alice/{below}")), "{below}");
        }
        for elsewhere in [
            "https://shared.example/mallory/a.tgz",
            "https://shared.example/alice",
            "https://shared.example/alice/",
            "https://shared.example/alice/../mallory/a.tgz",
            "https://shared.example/alice/%2e%2e/mallory/a.tgz",
            "https://shared.example/alice/..%2fmallory/a.tgz",
            "https://shared.example/alice/..%2Fmallory/a.tgz",
            "https://shared.example/alice/a%2f../b",
            "https://shared.example/alice/..%5cmallory/a.tgz",
            "https://shared.example/alice/..;/mallory/a.tgz",
            "https://shared.example/alice/..%252fmallory/a.tgz",
            "https://shared.example/alice//mallory/a.tgz",
            "https://shared.example:8443/alice/a.tgz",
            "http://shared.example/alice/a.tgz",
            "https://other.example/alice/a.tgz",
        ] {
            assert!(!is_above(elsewhere), "{elsewhere}");
        }
    }

    #[test]
    fn what_is_no_registry_address() {
        for text in [
            "",
            "npm.example",
            "ftp://npm.example",
            "file:///etc",
            "https://u:p@npm.example/",
            "https://t@npm.example/",
            "https://npm.example/?a",
            "https://npm.example/#a",
            "https://",
            "${REGISTRY}",
            "undefined",
        ] {
            assert!(RegistryUrl::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_tarball_tells_its_base() {
        let base = |resolved: &str, name: &str| RegistryUrl::of_tarball(resolved, name).unwrap().as_str().to_owned();
        assert_eq!(base("https://npm.example/a/-/a-1.0.0.tgz", "a"), "https://npm.example/");
        assert_eq!(base("https://npm.example/@s/a/-/a-1.0.0.tgz#x", "@s/a"), "https://npm.example/");
        assert_eq!(base("https://npm.example/@s%2fa/-/a-1.0.0.tgz", "@s/a"), "https://npm.example/");
        assert_eq!(base("https://m.example/api/npm/a/-/a-1.0.0.tgz?x", "a"), "https://m.example/api/npm/");
        assert_eq!(base("https://cdn.example/files/a.tgz", "a"), "https://cdn.example/");
        assert_eq!(base("https://npm.example/xa/-/a-1.0.0.tgz", "a"), "https://npm.example/");
    }

    #[test]
    fn cl_41_only_the_same_origin_is_followed() {
        let registry = RegistryUrl::parse("https://npm.example/npm/").unwrap();
        let to = |location: &str| registry.same_origin("https://npm.example/npm/a", location);
        assert_eq!(to("/other/a").unwrap(), "https://npm.example/other/a");
        assert_eq!(to("b").unwrap(), "https://npm.example/npm/b");
        for location in [
            "http://npm.example/a",
            "https://evil.example/",
            "//evil.example/a",
            "https://npm.example:8443/a",
            "https://npm.example@evil.example/",
            "https://u:p@npm.example/",
            "file:///etc/passwd",
            "https://",
        ] {
            assert!(to(location).is_none(), "{location}");
        }
    }
}
