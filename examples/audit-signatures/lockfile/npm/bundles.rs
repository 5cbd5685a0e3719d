//! Which locations came inside another package's tarball.
//!
//! `inBundle` alone is no evidence: anybody can write it. A location is bundled if a package that
//! was itself fetched lists it in `bundleDependencies`, or if something so bundled depends on it,
//! and nothing says that it has a tarball of its own (`entry` decides that part).

use std::collections::BTreeSet;

use super::super::object::Names;
use super::document::{Package, Packages};

/// Where the packages of a folder stand.
const MODULES: &str = "node_modules/";

/// Look-ups after which no more locations are called bundled; they are then audited, which is the
/// safe side. npm's own tree of 200 bundled packages takes about 1,000.
const MOST_LOOKUPS: usize = 5_000_000;

/// The locations that are covered by the digest of the package around them.
pub fn find(packages: &Packages) -> BTreeSet<&str> {
    let mut search = Search { packages, bundled: BTreeSet::new(), lookups: 0 };
    // An outer package comes before what it holds, so its wider reach is explored first.
    for (location, package) in packages {
        if is_fetched(location, package) {
            search.below(location, package);
        }
    }
    search.bundled
}

/// The root and workspaces bundle only when they are published; here their dependencies are fetched.
fn is_fetched(location: &str, package: &Package) -> bool {
    let lists = package.bundle_dependencies.all || !package.bundle_dependencies.names.is_empty();
    lists && !package.link && (location.starts_with(MODULES) || location.contains("/node_modules/"))
}

struct Search<'a> {
    packages: &'a Packages,
    bundled: BTreeSet<&'a str>,
    lookups: usize,
}

impl<'a> Search<'a> {
    fn below(&mut self, parent: &'a str, package: &'a Package) {
        let listed = &package.bundle_dependencies;
        let mut open = Vec::new();
        if listed.all {
            self.reach(parent, parent, &package.dependencies, &mut open);
            self.reach(parent, parent, &package.optional_dependencies, &mut open);
        } else {
            self.reach(parent, parent, listed, &mut open);
        }
        while let Some((location, package)) = open.pop() {
            for needs in [&package.dependencies, &package.optional_dependencies, &package.peer_dependencies] {
                self.reach(parent, location, needs, &mut open);
            }
        }
    }

    /// Finds what `from` would load under each name, as node does, but never above `parent`.
    fn reach(&mut self, parent: &str, from: &str, names: &Names, open: &mut Vec<(&'a str, &'a Package)>) {
        for name in &names.names {
            let mut folder = from;
            loop {
                self.lookups += 1;
                if self.lookups > MOST_LOOKUPS {
                    return;
                }
                if let Some((location, package)) = self.packages.get_key_value(&format!("{folder}/{MODULES}{name}")) {
                    if package.in_bundle && self.bundled.insert(location) {
                        open.push((location, package));
                    }
                    break;
                }
                match outer(folder, parent) {
                    Some(outer) => folder = outer,
                    None => break,
                }
            }
        }
    }
}

/// The package whose `node_modules` holds `folder`, unless that is above `parent`.
fn outer<'a>(folder: &'a str, parent: &str) -> Option<&'a str> {
    let (outer, _) = folder.rsplit_once("/node_modules/")?;
    (outer.len() >= parent.len()).then_some(outer)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn bundled(packages: &str) -> Vec<String> {
        let text = format!(r#"{{"lockfileVersion":3,"packages":{packages}}}"#);
        let packages = super::super::document::packages(&text);
        find(&packages).into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn a_listed_package_and_what_it_needs() {
        let found = bundled(
            r#"{"":{"bundleDependencies":["p"]},
                "node_modules/p":{"bundleDependencies":["a","@s/b"]},
                "node_modules/p/node_modules/a":{"inBundle":true,"dependencies":{"c":"1","d":"1"}},
                "node_modules/p/node_modules/a/node_modules/d":{"inBundle":true},
                "node_modules/p/node_modules/@s/b":{"inBundle":true},
                "node_modules/p/node_modules/c":{"inBundle":true},
                "node_modules/p/node_modules/d":{"inBundle":true},
                "node_modules/p/node_modules/e":{"inBundle":true},
                "node_modules/c":{"inBundle":true}}"#,
        );
        assert_eq!(
            found,
            [
                "node_modules/p/node_modules/@s/b",
                "node_modules/p/node_modules/a",
                "node_modules/p/node_modules/a/node_modules/d",
                "node_modules/p/node_modules/c",
            ]
        );
    }

    #[test]
    fn the_flag_without_a_parent_that_lists_it_is_nothing() {
        assert!(bundled(r#"{"node_modules/p":{},"node_modules/p/node_modules/a":{"inBundle":true}}"#).is_empty());
        assert!(bundled(r#"{"":{"bundleDependencies":["a"]},"node_modules/a":{"inBundle":true}}"#).is_empty());
        let workspace = r#"{"w":{"bundleDependencies":["a"]},"w/node_modules/a":{"inBundle":true}}"#;
        assert!(bundled(workspace).is_empty());
        let unflagged = r#"{"node_modules/p":{"bundleDependencies":["a"]},"node_modules/p/node_modules/a":{}}"#;
        assert!(bundled(unflagged).is_empty());
    }

    #[test]
    fn true_means_every_dependency() {
        let found = bundled(
            r#"{"node_modules/p":{"bundledDependencies":true,"dependencies":{"a":"1"}},
                "node_modules/p/node_modules/a":{"inBundle":true},
                "node_modules/p/node_modules/b":{"inBundle":true}}"#,
        );
        assert_eq!(found, ["node_modules/p/node_modules/a"]);
    }
}
