//! What a credential is written for: `//host:port/path/:field`.

use url::{Host, Url};

use crate::registry_url::RegistryUrl;

/// The kinds of credentials that count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    Token,
    Basic,
    Username,
    Password,
    CertificateFile,
    KeyFile,
}

/// The part of a registry that a setting's key names, and what it holds. The key names no scheme; it is
/// that of `registry`, so the port that a scheme implies is that of the registry too.
pub fn prefix(key: &str, registry: &RegistryUrl) -> Option<(RegistryUrl, Field)> {
    let (base, field) = key.rsplit_once(':')?;
    let field = match field {
        "_authToken" => Field::Token,
        "_auth" => Field::Basic,
        "username" => Field::Username,
        "_password" => Field::Password,
        "certfile" => Field::CertificateFile,
        "keyfile" => Field::KeyFile,
        _ => return None,
    };
    if !base.starts_with("//") {
        return None;
    }
    let scheme = registry.as_str().split(':').next()?;
    Some((RegistryUrl::parse(&format!("{scheme}:{base}")).ok()?, field))
}

/// Whether `url` is at the origin of `base` and its path is that of `base` or below.
pub fn covers(base: &RegistryUrl, url: &str) -> bool {
    let (Ok(base), Ok(url)) = (Url::parse(base.as_str()), Url::parse(url)) else { return false };
    let path = url.path();
    base.origin() == url.origin() && (path.starts_with(base.path()) || base.path().strip_suffix('/') == Some(path))
}

/// Whether requests to it stay on this machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether requests to it are encrypted.
pub fn is_https(registry: &RegistryUrl) -> bool {
    registry.as_str().starts_with("https:")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn url(text: &str) -> RegistryUrl {
        RegistryUrl::parse(text).unwrap()
    }

    #[test]
    fn cl_45_a_key_names_a_canonical_origin() {
        let https = url("https://npm.example/");
        for key in ["//npm.example/:_authToken", "//NPM.Example:443:_authToken", "//npm.example./:_authToken"] {
            assert_eq!(prefix(key, &https), Some((https.clone(), Field::Token)), "{key}");
        }
        assert_eq!(
            prefix("//b\u{fc}cher.example/:_auth", &https).unwrap().0.as_str(),
            "https://xn--bcher-kva.example/"
        );
        assert_eq!(prefix("//h:8443/a:keyfile", &https), Some((url("https://h:8443/a/"), Field::KeyFile)));
        // 443 is no default port of http.
        assert_eq!(prefix("//h:443/:_auth", &url("http://h/")).unwrap().0.as_str(), "http://h:443/");
        for key in [
            "_authToken",
            ":_authToken",
            "npm.example:_authToken",
            "//u:p@npm.example/:_auth",
            "//h/:email",
            "//h/?:_auth",
        ] {
            assert_eq!(prefix(key, &https), None, "{key}");
        }
    }

    #[test]
    fn a_prefix_covers_whole_segments_of_its_origin() {
        let base = url("https://npm.example/a");
        for inside in ["https://npm.example/a", "https://npm.example/a/", "https://npm.example:443/a/b?c"] {
            assert!(covers(&base, inside), "{inside}");
        }
        for outside in [
            "https://npm.example/ab",
            "https://npm.example/",
            "https://npm.example/a/../b",
            "https://npm.example/a/%2e%2e/b",
            "https://npm.example/A/",
            "http://npm.example/a/",
            "https://npm.example:8443/a/",
            "https://x.npm.example/a/",
            "https://npm.example.evil.example/a/",
            "not a url",
        ] {
            assert!(!covers(&base, outside), "{outside}");
        }
    }

    #[test]
    fn loopback_is_this_machine_alone() {
        for text in
            ["http://localhost:1/", "http://127.0.0.1/", "http://127.9.9.9/", "http://[::1]:8080/", "http://0x7f.1/"]
        {
            assert!(is_loopback(url(text).as_url()), "{text}");
        }
        for text in
            ["http://localhost.evil.example/", "http://127.0.0.1.evil.example/", "http://0.0.0.0/", "http://10.0.0.1/"]
        {
            assert!(!is_loopback(url(text).as_url()), "{text}");
        }
    }
}
