//! deno.lock of versions 3, 4 and 5: its npm part. What it holds of JSR and of addresses is counted and skipped,
//! because no npm registry answers for it.
//!
//! The file does not say what is there for development, nor under which alias the project itself installs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::entry::{Entry, SkipReason, split_name};
use super::json::{self, shown};
use super::object::{Object, Table};
use crate::plain_text::plain;

#[derive(serde::Deserialize)]
struct Document {
    version: Option<serde_json::Value>,
    #[serde(default)]
    specifiers: Table<String>,
    #[serde(default)]
    npm: Table<Object<Package>>,
    #[serde(default)]
    jsr: Table<IgnoredAny>,
    #[serde(default)]
    remote: Table<IgnoredAny>,
    /// Version 3 has the first three in here.
    packages: Option<Object<Packages>>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Packages {
    specifiers: Table<String>,
    npm: Table<Object<Package>>,
    jsr: Table<IgnoredAny>,
}

#[derive(Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Package {
    integrity: Option<String>,
    tarball: Option<String>,
    dependencies: References,
    optional_dependencies: References,
}

/// Names and keys of what a package needs. Version 3 has an object; later ones a list, where a name stands alone if
/// there is one version of it.
#[derive(Default)]
struct References(Vec<(Option<String>, String)>);

/// Every package, and everything that is skipped.
pub fn entries(text: &str) -> Result<Vec<Entry>, String> {
    let document: Document = json::document(text)?;
    let packages = match (document.version.as_ref().and_then(serde_json::Value::as_str), document.packages) {
        (Some("3"), _) if !document.npm.0.is_empty() || !document.jsr.0.is_empty() => {
            return Err(
                "LockfileInconsistent: it is of version 3 and has packages where later versions have them".into()
            );
        }
        (Some("3"), packages) => packages.map(|Object(packages)| packages).unwrap_or_default(),
        (Some("4" | "5"), None) => Packages { specifiers: document.specifiers, npm: document.npm, jsr: document.jsr },
        (Some("4" | "5"), Some(_)) => {
            return Err("LockfileInconsistent: it has `packages`, which only version 3 has".into());
        }
        _ => return Err(format!("`version` is {}; expected \"3\", \"4\" or \"5\"", shown(document.version.as_ref()))),
    };
    let (Packages { specifiers, npm: Table(npm), jsr: Table(jsr) }, Table(remote)) = (packages, document.remote);
    let direct = direct(&specifiers);
    let slots = slots(&npm)?;
    let mut entries = Vec::new();
    for (key, Object(package)) in &npm {
        let entry = Entry { direct: direct.contains(key.as_str()), ..entry(key, package)? };
        entries.extend(entry.in_slots(slots.get(key.as_str()).cloned().unwrap_or_default()));
    }
    let skipped = |key: &String, reason| {
        let name = split_name(key).filter(|_| reason == SkipReason::Jsr).map_or(key.as_str(), |(name, _)| name);
        Entry::skipped(key, name, name, reason)
    };
    entries.extend(jsr.keys().map(|key| skipped(key, SkipReason::Jsr)));
    entries.extend(remote.keys().map(|key| skipped(key, SkipReason::Remote)));
    entries.sort_by(|a, b| (&a.location, &a.slot).cmp(&(&b.location, &b.slot)));
    Ok(entries)
}

fn entry(key: &str, package: &Package) -> Result<Entry, String> {
    let (name, version) = split_name(key).ok_or_else(|| {
        format!("`npm` entry `{}` is not a name and its version. `deno install` writes the file anew", plain(key))
    })?;
    // Peers follow behind `_`, which no version has.
    let version = version.split_once('_').map_or(version, |(version, _)| version);
    Ok(Entry {
        integrity: package.integrity.clone(),
        resolved: package.tarball.clone(),
        ..Entry::registry(key, name, name, version)
    })
}

/// The keys that something in the project asks for by a specifier, such as `npm:a@^1.0.0`.
fn direct(Table(specifiers): &Table<String>) -> BTreeSet<String> {
    let npm = specifiers.iter().filter_map(|(asked, found)| Some((asked.strip_prefix("npm:")?, found)));
    npm.filter_map(|(asked, found)| match found.strip_prefix("npm:") {
        Some(key) => Some(key.to_owned()),
        None => split_name(asked).map(|(name, _)| name).or(Some(asked)).map(|name| format!("{name}@{found}")),
    })
    .collect()
}

/// Under which names each key is needed. One that leads nowhere would be installed and not audited.
fn slots(npm: &BTreeMap<String, Object<Package>>) -> Result<BTreeMap<&str, BTreeSet<&str>>, String> {
    let mut by_name: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for key in npm.keys() {
        if let Some((name, _)) = split_name(key) {
            by_name.entry(name).or_default().push(key);
        }
    }
    let mut slots: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (from, Object(package)) in npm {
        let (References(needed), References(optional)) = (&package.dependencies, &package.optional_dependencies);
        for (slot, reference) in needed.iter().chain(optional) {
            let only =
                by_name.get(reference.as_str()).and_then(|keys| (keys.len() == 1).then(|| keys.first())).flatten();
            let Some(key) = npm.get_key_value(reference).map(|(key, _)| key.as_str()).or(only.copied()) else {
                return Err(format!(
                    "LockfileInconsistent: `npm` entry `{}` needs `{}`, which is not among them. `deno install` writes \
                     the file anew",
                    plain(from),
                    plain(reference)
                ));
            };
            let name = split_name(key).map_or(key, |(name, _)| name);
            slots.entry(key).or_default().insert(slot.as_deref().unwrap_or(name));
        }
    }
    Ok(slots)
}

impl References {
    /// `name`, `name@1.0.0`, or `alias@npm:name@1.0.0`.
    fn push(&mut self, text: String) {
        match text.split_once("@npm:") {
            Some((slot, key)) => self.0.push((Some(slot.to_owned()), key.to_owned())),
            None => self.0.push((None, text)),
        }
    }
}

impl<'de> Deserialize<'de> for References {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReferencesVisitor)
    }
}

struct ReferencesVisitor;

impl<'de> Visitor<'de> for ReferencesVisitor {
    type Value = References;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of packages, or an object of them")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<References, A::Error> {
        let mut references = References::default();
        while let Some(reference) = list.next_element::<String>()? {
            references.push(reference);
        }
        Ok(references)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<References, A::Error> {
        let (mut references, mut seen) = (References::default(), BTreeSet::new());
        while let Some((slot, key)) = map.next_entry::<String, String>()? {
            if !seen.insert(slot.clone()) {
                return Err(A::Error::custom(format!("`{}` stands twice", plain(&slot))));
            }
            references.0.push((Some(slot), key));
        }
        Ok(references)
    }
}

#[cfg(test)]
#[path = "deno_tests.rs"]
mod tests;
