//! Who asks for which package, under which name: for the names that rules guard, and for what is there for
//! development alone, which version 9 does not say.

use std::collections::{BTreeMap, BTreeSet};

use super::super::entry::Entry;
use super::super::object::{Object, Table};
use super::super::reach::{Asked as Ask, Needs, Role};
use super::super::source::Source;
use super::document::{Asked, Document, Version};
use super::key::without_last_group;
use crate::plain_text::plain;

/// What the document says of each key of `packages`.
pub struct Graph<'a> {
    version: Version,
    places: BTreeMap<&'a str, Place<'a>>,
}

/// One package's names, and its role if any snapshot of it has one.
#[derive(Default)]
struct Place<'a> {
    slots: BTreeSet<&'a str>,
    roles: Vec<Role>,
}

/// The snapshots of a document by number; in version 6 those are the packages themselves.
struct Nodes<'a> {
    document: &'a Document,
    numbers: BTreeMap<&'a str, usize>,
}

impl<'a> Graph<'a> {
    pub fn of(document: &'a Document) -> Result<Self, String> {
        let keys: Vec<&str> = match document.version {
            Version::Six => document.packages.keys().map(String::as_str).collect(),
            Version::Nine => document.snapshots.keys().map(String::as_str).collect(),
        };
        let numbers = keys.iter().enumerate().map(|(number, key)| (*key, number)).collect();
        let nodes = Nodes { document, numbers };
        let mut slots: Vec<BTreeSet<&str>> = vec![BTreeSet::new(); keys.len()];
        let mut needs = Needs::of(keys.len());
        for (folder, importer) in &document.importers {
            for (asked, ask) in [
                (&importer.dependencies, Ask::Required),
                (&importer.dev_dependencies, Ask::Development),
                (&importer.optional_dependencies, Ask::Optional),
                (&importer.config_dependencies, Ask::Required),
                (&importer.package_manager_dependencies, Ask::Required),
            ] {
                nodes.importer(folder, asked, |slot, node| {
                    needs.project_asks(node, ask);
                    slots.get_mut(node).map(|slots| slots.insert(slot));
                })?;
            }
        }
        for (from, key) in keys.iter().enumerate() {
            for (table, optional) in nodes.dependencies(key) {
                for (slot, reference) in table {
                    let Some(node) = nodes.find(key, slot, reference)? else { continue };
                    needs.needs(from, node, optional);
                    slots.get_mut(node).map(|slots| slots.insert(slot));
                }
            }
        }
        let mut places: BTreeMap<&str, Place<'_>> = BTreeMap::new();
        for ((key, slots), role) in keys.into_iter().zip(slots).zip(needs.roles()) {
            let place = places.entry(nodes.package_of(key)?).or_default();
            place.slots.extend(slots);
            place.roles.push(role);
        }
        Ok(Self { version: document.version, places })
    }

    /// The entry under each of its names, with its role.
    pub fn placed(&self, key: &str, entry: Entry) -> Vec<Entry> {
        let Some(place) = self.places.get(key) else { return vec![entry] };
        let mut entry = Entry { direct: place.roles.iter().any(|role| role.direct), ..entry };
        if self.version == Version::Nine && !place.roles.is_empty() {
            entry.dev = place.roles.iter().all(|role| role.dev);
            entry.optional = place.roles.iter().all(|role| role.optional);
            let left_out_by_both = |role: &Role| role.dev || role.optional || role.dev_optional;
            entry.dev_optional = !entry.dev && !entry.optional && place.roles.iter().all(left_out_by_both);
        }
        entry.in_slots(place.slots.clone())
    }
}

impl<'a> Nodes<'a> {
    fn importer(
        &self,
        folder: &str,
        Table(asked): &'a Table<Object<Asked>>,
        mut found: impl FnMut(&'a str, usize),
    ) -> Result<(), String> {
        for (slot, Object(asked)) in asked {
            let Some(reference) = asked.version.as_deref() else {
                return Err(format!(
                    "`importers` entry `{}` asks for `{}` without a `version`",
                    plain(folder),
                    plain(slot)
                ));
            };
            if let Some(node) = self.find(folder, slot, reference)? {
                found(slot, node);
            }
        }
        Ok(())
    }

    fn dependencies(&self, key: &str) -> Vec<(&'a BTreeMap<String, String>, bool)> {
        let of = |Table(needed): &'a Table<String>, Table(optional): &'a Table<String>| {
            vec![(needed, false), (optional, true)]
        };
        match self.document.version {
            Version::Six => {
                let package = self.document.packages.get(key);
                package.map(|p| of(&p.dependencies, &p.optional_dependencies)).unwrap_or_default()
            }
            Version::Nine => {
                let snapshot = self.document.snapshots.get(key);
                snapshot.map(|s| of(&s.dependencies, &s.optional_dependencies)).unwrap_or_default()
            }
        }
    }

    /// What a name and its reference lead to; `None` is a folder. Something that is installed and not listed would
    /// not be audited, so it is an error.
    fn find(&self, from: &str, slot: &str, reference: &str) -> Result<Option<usize>, String> {
        let keys = match self.document.version {
            Version::Six => [format!("/{slot}@{reference}"), reference.to_owned()],
            Version::Nine => [format!("{slot}@{reference}"), reference.to_owned()],
        };
        if let Some(number) = keys.iter().find_map(|key| self.numbers.get(key.as_str())) {
            return Ok(Some(*number));
        }
        if Source::of(reference) == Source::Link {
            return Ok(None);
        }
        Err(format!(
            "LockfileInconsistent: `{}` needs `{}` as `{}`, which is not among the packages. \
             `pnpm install --lockfile-only` writes it anew",
            plain(from),
            plain(slot),
            plain(reference)
        ))
    }

    /// The key in `packages` of a snapshot: its own, or that without peers. The longest one counts, because a
    /// parenthesis may be part of an address.
    fn package_of(&self, snapshot: &'a str) -> Result<&'a str, String> {
        let mut key = snapshot;
        loop {
            if self.document.packages.contains_key(key) {
                return Ok(key);
            }
            key = without_last_group(key).ok_or_else(|| {
                format!(
                    "LockfileInconsistent: `snapshots` entry `{}` is of no package in `packages`. \
                     `pnpm install --lockfile-only` writes it anew",
                    plain(snapshot)
                )
            })?;
        }
    }
}
