//! What of a lock file is to be audited: each package once, with all the places where it stands.

use std::collections::{BTreeMap, BTreeSet};

use super::entry::{Entry, Kind};

/// Kinds of dependencies that `--omit` leaves out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Omit {
    pub dev: bool,
    pub optional: bool,
    pub peer: bool,
}

/// The audit's work list, in the report's order.
#[derive(Debug, Default)]
pub struct Inventory {
    /// Sorted by name, version, integrity.
    pub items: Vec<Item>,
    /// Entries for which no registry answers, sorted by location. The project itself is not among them.
    pub skipped: Vec<Entry>,
    /// How many entries `--omit` left out.
    pub omitted: usize,
}

/// One package to audit: name, version and the digest that the lock file expects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub name: String,
    pub version: String,
    pub integrity: Option<String>,
    /// Where it stands, sorted.
    pub locations: Vec<String>,
    /// The names under which it is installed, if they are not its own.
    pub aliases: BTreeSet<String>,
    /// Where the lock file says the tarball is.
    pub resolved: BTreeSet<String>,
    /// The lock file states another sha512 for the same name and version.
    pub disagrees: bool,
    /// The project itself asks for it, in one place at least.
    pub direct: bool,
    /// Without development dependencies none of its places would be there. What an optional dependency
    /// needs too (`devOptional`) would be.
    pub dev: bool,
}

impl Omit {
    /// npm's own rule: a package that both development and an optional dependency need is left out
    /// only if both are.
    fn leaves_out(self, entry: &Entry) -> bool {
        (self.dev && entry.dev)
            || (self.optional && entry.optional)
            || (self.peer && entry.peer)
            || (self.dev && self.optional && entry.dev_optional)
    }
}

impl Inventory {
    /// Sorts entries into what is audited, skipped and left out.
    pub fn new(entries: Vec<Entry>, omit: Omit) -> Self {
        let mut inventory = Self::default();
        let mut items: BTreeMap<(String, String, Option<String>), Item> = BTreeMap::new();
        for entry in entries {
            if entry.location.is_empty() {
                continue;
            }
            if omit.leaves_out(&entry) {
                inventory.omitted += 1;
                continue;
            }
            match (entry.kind, entry.version.clone()) {
                (Kind::Registry, Some(version)) => {
                    let key = (entry.name.clone(), version.clone(), entry.integrity.clone());
                    items.entry(key).or_insert_with(|| Item::new(&entry, version)).add(entry);
                }
                _ => inventory.skipped.push(entry),
            }
        }
        inventory.items = items.into_values().collect();
        mark_disagreements(&mut inventory.items);
        inventory
    }

    /// The name of everything in it, and the names under which it is installed.
    pub fn names(&self) -> BTreeSet<&str> {
        let items = self.items.iter().flat_map(|item| item.aliases.iter().chain([&item.name]));
        let skipped = self.skipped.iter().flat_map(|entry| [&entry.name, &entry.slot]);
        items.chain(skipped).map(String::as_str).collect()
    }
}

impl Item {
    fn new(entry: &Entry, version: String) -> Self {
        Self {
            name: entry.name.clone(),
            version,
            integrity: entry.integrity.clone(),
            locations: Vec::new(),
            aliases: BTreeSet::new(),
            resolved: BTreeSet::new(),
            disagrees: false,
            direct: false,
            dev: true,
        }
    }

    fn add(&mut self, entry: Entry) {
        self.direct |= entry.direct;
        self.dev &= entry.dev;
        if entry.slot != self.name {
            self.aliases.insert(entry.slot);
        }
        self.resolved.extend(entry.resolved);
        // An entry that is installed under two names is one place of the file.
        if self.locations.last() != Some(&entry.location) {
            self.locations.push(entry.location);
        }
    }

    fn sha512(&self) -> impl Iterator<Item = &str> {
        let integrity = self.integrity.as_deref().unwrap_or_default();
        integrity.split_ascii_whitespace().filter(|hash| hash.starts_with("sha512-"))
    }
}

fn mark_disagreements(items: &mut [Item]) {
    let same = |a: &Item, b: &Item| a.name == b.name && a.version == b.version;
    for group in items.chunk_by_mut(same) {
        let digests: BTreeSet<String> = group.iter().flat_map(Item::sha512).map(str::to_owned).collect();
        if digests.len() > 1 {
            for item in group.iter_mut().filter(|item| item.integrity.is_some()) {
                item.disagrees = true;
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn inventory(packages: &str, omit: Omit) -> Inventory {
        let text = format!(r#"{{"lockfileVersion":3,"packages":{packages}}}"#);
        Inventory::new(super::super::npm::entries(&text).unwrap(), omit)
    }

    #[test]
    fn one_item_has_all_its_locations() {
        let found = inventory(
            r#"{"":{},"node_modules/x":{"name":"a","version":"1.0.0","integrity":"sha512-1"},
                "node_modules/b/node_modules/a":{"version":"1.0.0","integrity":"sha512-1"},
                "node_modules/w":{"resolved":"w","link":true},"w":{"version":"1.0.0"},
                "node_modules/a":{"version":"1.0.0","integrity":"sha512-1","resolved":"https://npm.example/a/-/a-1.0.0.tgz"}}"#,
            Omit::default(),
        );
        assert_eq!(found.items.len(), 1);
        assert_eq!(found.items[0].locations, ["node_modules/a", "node_modules/b/node_modules/a", "node_modules/x"]);
        assert_eq!(found.items[0].aliases, BTreeSet::from(["x".to_owned()]));
        assert!(!found.items[0].disagrees);
        let skipped: Vec<&str> = found.skipped.iter().map(|e| e.location.as_str()).collect();
        assert_eq!(skipped, ["node_modules/w", "w"]);
    }

    #[test]
    fn two_digests_of_one_version_disagree() {
        let two = |a: &str, b: &str| {
            let packages = format!(
                r#"{{"node_modules/a":{{"version":"1.0.0"{a}}},"node_modules/b/node_modules/a":{{"version":"1.0.0"{b}}}}}"#
            );
            inventory(&packages, Omit::default()).items
        };
        let both = two(r#","integrity":"sha512-1""#, r#","integrity":"sha1-0 sha512-2""#);
        assert_eq!(both.len(), 2);
        assert!(both.iter().all(|item| item.disagrees));
        let one = two(r#","integrity":"sha512-1""#, "");
        assert!(one.len() == 2 && one.iter().all(|item| !item.disagrees));
        let weak = two(r#","integrity":"sha512-1""#, r#","integrity":"sha1-1""#);
        assert!(weak.len() == 2 && weak.iter().all(|item| !item.disagrees));
    }

    #[test]
    fn direct_in_one_place_and_dev_in_all() {
        let found = inventory(
            r#"{"":{"dependencies":{"a":"1"},"devDependencies":{"d":"1"}},
                "node_modules/a":{"version":"1.0.0","dependencies":{"t":"1"}},
                "node_modules/d":{"version":"1.0.0","dev":true},
                "node_modules/d/node_modules/a":{"version":"1.0.0","dev":true},
                "node_modules/t":{"version":"1.0.0"},"node_modules/u":{"version":"1.0.0","dev":true},
                "node_modules/v":{"version":"1.0.0","devOptional":true}}"#,
            Omit::default(),
        );
        let roles = |item: &Item| (item.name.clone(), item.direct, item.dev);
        let expected =
            [("a", true, false), ("d", true, true), ("t", false, false), ("u", false, true), ("v", false, false)];
        assert_eq!(found.items.iter().map(roles).collect::<Vec<_>>(), expected.map(|(n, a, b)| (n.to_owned(), a, b)));
        assert_eq!(found.names(), BTreeSet::from(["a", "d", "t", "u", "v"]));
    }

    #[test]
    fn omit_follows_npm() {
        let packages = r#"{"node_modules/d":{"version":"1.0.0","dev":true},"node_modules/o":{"version":"1.0.0","optional":true},
            "node_modules/p":{"version":"1.0.0","peer":true},"node_modules/x":{"version":"1.0.0","devOptional":true},
            "node_modules/z":{"version":"1.0.0"}}"#;
        let left = |dev, optional, peer| {
            let found = inventory(packages, Omit { dev, optional, peer });
            assert_eq!(found.items.len() + found.omitted, 5);
            found.items.into_iter().map(|item| item.name).collect::<String>()
        };
        assert_eq!(left(false, false, false), "dopxz");
        assert_eq!(left(true, false, false), "opxz");
        assert_eq!(left(false, true, false), "dpxz");
        assert_eq!(left(true, true, false), "pz");
        assert_eq!(left(true, true, true), "z");
    }
}
