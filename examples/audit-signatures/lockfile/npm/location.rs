//! One member of `packages`: what it installs, and whether a registry answers for it.

use super::super::entry::{Entry, Kind, SkipReason};
use super::super::source::Source;
use super::document::Package;
use crate::plain_text::plain;

/// Classifies one entry; `bundled` says that the package around it lists it as its own content.
pub fn entry(location: &str, package: &Package, bundled: bool) -> Result<Entry, String> {
    let slot = slot(location);
    let kind = kind(location, package, bundled)?;
    if kind == Kind::Registry && package.version.is_none() {
        return Err(format!(
            "`packages` entry `{}` has no `version`; every package that is fetched has one. Run `npm install` to complete it",
            plain(location)
        ));
    }
    Ok(Entry {
        location: location.to_owned(),
        name: package.name.clone().unwrap_or_else(|| slot.to_owned()),
        slot: slot.to_owned(),
        version: package.version.clone(),
        integrity: package.integrity.clone(),
        resolved: package.resolved.clone(),
        direct: false,
        dev: package.dev,
        optional: package.optional,
        dev_optional: package.dev_optional,
        peer: package.peer,
        kind,
    })
}

/// Flags are claims: no flag keeps a package with a digest or a URL of its own from being audited.
fn kind(location: &str, package: &Package, bundled: bool) -> Result<Kind, String> {
    let source = package.resolved.as_deref().map(Source::of);
    let skipped = |reason| Ok(Kind::Skipped(reason));
    if location.is_empty() {
        return skipped(SkipReason::Root);
    }
    match source {
        Some(Source::Git) => return skipped(SkipReason::Git),
        Some(Source::File) => return skipped(SkipReason::File),
        Some(Source::Url) => return Ok(Kind::Registry),
        Some(_) if package.link && package.integrity.is_some() => {
            // npm would link the folder and check no digest; to audit the digest would be to
            // vouch for something that is not installed.
            return Err(format!(
                "`packages` entry `{}` is a link to a folder and states an `integrity`; npm writes one or the other. \
                 Remove the entry and run `npm install`",
                plain(location)
            ));
        }
        _ => {}
    }
    if package.integrity.is_some() {
        Ok(Kind::Registry)
    } else if package.link {
        skipped(SkipReason::Link)
    } else if !location.starts_with("node_modules/") && !location.contains("/node_modules/") {
        skipped(SkipReason::Workspace)
    } else if bundled {
        skipped(SkipReason::Bundled)
    } else {
        Ok(Kind::Registry)
    }
}

/// The name after the last `node_modules/`; outside of one, the folder's.
fn slot(location: &str) -> &str {
    if let Some((_, name)) = location.rsplit_once("/node_modules/") {
        return name;
    }
    match location.strip_prefix("node_modules/") {
        Some(name) => name,
        None => location.rsplit('/').next().unwrap_or(location),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn entry(location: &str, package: &str) -> Result<Entry, String> {
        super::entry(location, &serde_json::from_str(package).unwrap(), false)
    }

    fn kind_of(location: &str, package: &str) -> Kind {
        entry(location, package).unwrap().kind
    }

    #[test]
    fn names_come_from_the_member_or_the_last_folder() {
        let name = |location: &str| entry(location, r#"{"version":"1.0.0"}"#).unwrap().name;
        assert_eq!(name("node_modules/a"), "a");
        assert_eq!(name("node_modules/a/node_modules/@s/b"), "@s/b");
        assert_eq!(name("packages/web"), "web");
        assert_eq!(name("packages/web/node_modules/c"), "c");
        assert_eq!(name("my_node_modules/c"), "c");
        let alias = entry("node_modules/lodash", r#"{"name":"evil","version":"1.0.0"}"#).unwrap();
        assert_eq!((alias.name.as_str(), alias.slot.as_str()), ("evil", "lodash"));
    }

    #[test]
    fn each_source_has_its_reason() {
        for (location, package, reason) in [
            ("", r#"{"version":"1.0.0"}"#, SkipReason::Root),
            ("packages/web", r#"{"version":"1.0.0"}"#, SkipReason::Workspace),
            ("node_modules/web", r#"{"resolved":"packages/web","link":true}"#, SkipReason::Link),
            ("node_modules/g", r#"{"resolved":"git+ssh://git@git.example/a/b.git#0"}"#, SkipReason::Git),
            ("node_modules/g", r#"{"resolved":"git@git.example:a/b.git","integrity":"sha512-x"}"#, SkipReason::Git),
            ("node_modules/f", r#"{"resolved":"file:f.tgz","integrity":"sha512-x"}"#, SkipReason::File),
        ] {
            assert_eq!(kind_of(location, package), Kind::Skipped(reason), "{location} {package}");
        }
    }

    #[test]
    fn no_flag_hides_a_package_with_a_digest_or_a_url() {
        for package in [
            r#"{"version":"1.0.0"}"#,
            r#"{"version":"1.0.0","inBundle":true}"#,
            r#"{"version":"1.0.0","inBundle":true,"integrity":"sha512-x"}"#,
            r#"{"version":"1.0.0","link":true,"integrity":"sha512-x"}"#,
            r#"{"version":"1.0.0","link":true,"resolved":"https://npm.example/a/-/a-1.0.0.tgz"}"#,
            r#"{"version":"1.0.0","extraneous":true,"resolved":"HTTPS://cdn.example/a.tgz"}"#,
        ] {
            assert_eq!(kind_of("node_modules/a", package), Kind::Registry, "{package}");
        }
        assert_eq!(kind_of("packages/a", r#"{"version":"1.0.0","integrity":"sha512-x"}"#), Kind::Registry);
    }

    #[test]
    fn bundled_needs_the_parent_and_nothing_of_its_own() {
        let kind = |package: &str| {
            let package = serde_json::from_str(package).unwrap();
            super::entry("node_modules/p/node_modules/a", &package, true).unwrap().kind
        };
        assert_eq!(kind(r#"{"version":"1.0.0","inBundle":true}"#), Kind::Skipped(SkipReason::Bundled));
        assert_eq!(kind(r#"{"version":"1.0.0","inBundle":true,"integrity":"sha512-x"}"#), Kind::Registry);
        assert_eq!(kind(r#"{"version":"1.0.0","inBundle":true,"resolved":"http://npm.example/a"}"#), Kind::Registry);
    }

    #[test]
    fn contradictions_are_errors() {
        let link =
            entry("node_modules/a", r#"{"link":true,"resolved":"../a","integrity":"sha512-x","version":"1.0.0"}"#);
        assert!(link.unwrap_err().contains("is a link to a folder and states an `integrity`"));
        assert!(entry("node_modules/a", r#"{"integrity":"sha512-x"}"#).unwrap_err().contains("has no `version`"));
    }
}
