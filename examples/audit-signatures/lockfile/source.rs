//! What the address of a package points at, by its scheme.

/// Where a package is fetched from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    Url,
    Git,
    File,
    Link,
    Workspace,
    Other,
}

impl Source {
    pub fn of(address: &str) -> Self {
        let scheme = address.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
        match scheme.as_deref() {
            Some("http" | "https") => Self::Url,
            Some("file") => Self::File,
            Some("link" | "portal") => Self::Link,
            Some("workspace") => Self::Workspace,
            Some("git" | "ssh" | "github" | "gitlab" | "bitbucket" | "gist") => Self::Git,
            Some(scheme) if scheme.starts_with("git+") || scheme.starts_with("git@") => Self::Git,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_decides() {
        for (address, source) in [
            ("https://npm.example/a/-/a-1.0.0.tgz", Source::Url),
            ("HTTP://npm.example/a", Source::Url),
            ("git+ssh://git@git.example/a/b.git#0", Source::Git),
            ("git@git.example:a/b.git", Source::Git),
            ("github:a/b", Source::Git),
            ("file:a.tgz", Source::File),
            ("link:../a", Source::Link),
            ("portal:../a", Source::Link),
            ("workspace:packages/a", Source::Workspace),
            ("1.0.0", Source::Other),
            ("npm:1.0.0", Source::Other),
            ("../a", Source::Other),
        ] {
            assert_eq!(Source::of(address), source, "{address}");
        }
    }
}
