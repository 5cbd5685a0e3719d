//! A lock file of version 2 states every package twice: npm 7 and later install `packages`, npm 6 installs
//! `dependencies`. Only one of them is audited, so the other must install nothing else.

use std::collections::BTreeMap;

use super::super::entry::{Entry, Kind, SkipReason};
use super::super::object::{Object, Table};
use super::super::source::Source;
use super::document::{Dependency, Packages, Tree};
use super::tree;
use crate::plain_text::plain;

/// Refuses a `dependencies` with a package that `packages` does not have as it is there.
pub fn check(entries: &[Entry], packages: &Packages, tree: &Tree) -> Result<(), String> {
    let entries: BTreeMap<&str, &Entry> = entries.iter().map(|entry| (entry.location.as_str(), entry)).collect();
    Comparison { entries, packages }.below("", tree)
}

struct Comparison<'a> {
    entries: BTreeMap<&'a str, &'a Entry>,
    packages: &'a Packages,
}

impl Comparison<'_> {
    fn below(&self, folder: &str, tree: &Tree) -> Result<(), String> {
        for (name, Object(dependency)) in tree {
            let location = format!("{folder}node_modules/{name}");
            let older = tree::entry(&location, name, dependency)?;
            let Some(newer) = self.entries.get(location.as_str()) else {
                return Err(inconsistent(&location, "is in `dependencies` alone"));
            };
            if !same(&older, newer, dependency) {
                return Err(inconsistent(&location, "is one package in `packages` and another in `dependencies`"));
            }
            let Table(inner) = &dependency.dependencies;
            self.below(&self.folder_of(&location), inner)?;
        }
        Ok(())
    }

    /// What a link leads to has its own `node_modules`.
    fn folder_of(&self, location: &str) -> String {
        match self.packages.get(location) {
            Some(package) if package.link => format!("{}/", package.resolved.as_deref().unwrap_or_default()),
            _ => format!("{location}/"),
        }
    }
}

fn same(older: &Entry, newer: &Entry, dependency: &Dependency) -> bool {
    let integrity = older.integrity == newer.integrity;
    match (older.kind, newer.kind) {
        // The older form states an address in place of the version.
        (Kind::Registry, Kind::Registry) if older.version.as_deref().map(Source::of) == Some(Source::Url) => {
            older.resolved == newer.resolved && integrity
        }
        (Kind::Registry, Kind::Registry) => older.name == newer.name && older.version == newer.version && integrity,
        (Kind::Registry, Kind::Skipped(SkipReason::Bundled)) => {
            dependency.bundled && older.name == newer.name && older.version == newer.version && integrity
        }
        (Kind::Skipped(SkipReason::Git), Kind::Skipped(SkipReason::Git)) => true,
        (
            Kind::Skipped(SkipReason::File),
            Kind::Skipped(SkipReason::File | SkipReason::Link | SkipReason::Workspace),
        ) => true,
        _ => false,
    }
}

fn inconsistent(location: &str, how: &str) -> String {
    format!(
        "LockfileInconsistent: `{}` {how}; npm 6 and later versions would install different packages. \
         `npm install --package-lock-only` writes both anew",
        plain(location)
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::super::npm;

    const PACKAGES: &str = r#""":{"dependencies":{"a":"1"}},
        "node_modules/a":{"version":"1.0.0","integrity":"sha512-A","bundleDependencies":["c"],"dependencies":{"c":"1"}},
        "node_modules/a/node_modules/c":{"version":"3.0.0","inBundle":true},
        "node_modules/x":{"name":"evil","version":"1.0.0","integrity":"sha512-X"},
        "node_modules/u":{"version":"5.0.0","resolved":"https://npm.example/u.tgz","integrity":"sha512-U"},
        "node_modules/g":{"version":"1.0.0","resolved":"git+ssh://git@git.example/g.git#0"},
        "node_modules/w":{"resolved":"packages/w","link":true},
        "packages/w":{"version":"1.0.0"},
        "packages/w/node_modules/a":{"version":"2.0.0","integrity":"sha512-B"}"#;

    const TREE: &str = r#""a":{"version":"1.0.0","integrity":"sha512-A","dependencies":{"c":{"version":"3.0.0","bundled":true}}},
        "x":{"version":"npm:evil@1.0.0","integrity":"sha512-X"},
        "u":{"version":"https://npm.example/u.tgz","integrity":"sha512-U"},
        "g":{"version":"git+ssh://git@git.example/g.git#0"},
        "w":{"version":"file:packages/w","dependencies":{"a":{"version":"2.0.0","integrity":"sha512-B"}}}"#;

    fn both(tree: &str) -> Result<usize, String> {
        let text = format!(r#"{{"lockfileVersion":2,"packages":{{{PACKAGES}}},"dependencies":{{{tree}}}}}"#);
        npm::entries(&text).map(|entries| entries.len())
    }

    #[test]
    fn what_npm_writes_agrees() {
        assert_eq!(both(TREE), Ok(9));
    }

    #[test]
    fn lk_18_the_two_sections_must_not_disagree() {
        for (is, becomes) in [
            (r#""a":{"version":"1.0.0""#, r#""a":{"version":"1.0.1""#),
            (r#""integrity":"sha512-A""#, r#""integrity":"sha512-E""#),
            (r#","integrity":"sha512-A""#, ""),
            (r#""npm:evil@1.0.0""#, r#""npm:worse@1.0.0""#),
            (r#""npm:evil@1.0.0""#, r#""1.0.0""#),
            (r#""https://npm.example/u.tgz""#, r#""https://other.example/u.tgz""#),
            (r#""git+ssh://git@git.example/g.git#0""#, r#""1.0.0""#),
            (r#""2.0.0","integrity":"sha512-B""#, r#""2.0.0","integrity":"sha512-C""#),
            (r#""3.0.0","bundled":true"#, r#""3.0.1","bundled":true"#),
            (r#""3.0.0","bundled":true"#, r#""3.0.0""#),
        ] {
            assert!(TREE.contains(is), "{is}");
            let error = both(&TREE.replacen(is, becomes, 1)).unwrap_err();
            assert!(error.contains("LockfileInconsistent"), "{becomes}: {error}");
            assert!(error.contains("another in `dependencies`"), "{becomes}: {error}");
        }
        let more = format!(r#"{TREE},"hidden":{{"version":"1.0.0","integrity":"sha512-H"}}"#);
        assert!(both(&more).unwrap_err().contains("`node_modules/hidden` is in `dependencies` alone"));
    }
}
