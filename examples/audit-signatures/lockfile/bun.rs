//! bun.lock: JSON with trailing commas, an array for each package.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer};

use super::entry::{Entry, SkipReason, split_name};
use super::json::{self, shown};
use super::object::{Names, Object, Table};
use super::reach::{Asked, Needs};
use super::source::Source;
use crate::plain_text::plain;

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    lockfile_version: Option<serde_json::Value>,
    #[serde(default)]
    workspaces: Table<Object<Workspace>>,
    #[serde(default)]
    packages: Table<Package>,
}

#[derive(Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Workspace {
    name: Option<String>,
    dependencies: Names,
    dev_dependencies: Names,
    optional_dependencies: Names,
    peer_dependencies: Names,
}

/// `["name@1.0.0", "", {}, "sha512-…"]` for a package of the registry; other sources have other members.
#[derive(Debug, Default)]
struct Package {
    resolution: String,
    texts: Vec<String>,
    info: Option<Info>,
    /// Whether a text stands before the object: the registry, which only a package of it has.
    is_registry: bool,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Info {
    dependencies: Names,
    optional_dependencies: Names,
    peer_dependencies: Names,
}

/// Every package that the lock file states.
pub fn entries(text: &str) -> Result<Vec<Entry>, String> {
    let mut text = text.to_owned();
    // Blanks take the place of what is removed, so that errors name the line and column of the file.
    json_strip_comments::strip(&mut text).map_err(|e| plain(&e.to_string()))?;
    let document: Document = json::document(&text)?;
    let version = document.lockfile_version.as_ref();
    if !matches!(version.and_then(serde_json::Value::as_u64), Some(0..=2)) {
        return Err(format!("`lockfileVersion` is {}; expected 0, 1 or 2", shown(version)));
    }
    let Table(packages) = &document.packages;
    let roles = needs(&document).roles();
    let mut entries = Vec::with_capacity(packages.len());
    for ((key, package), role) in packages.iter().zip(roles) {
        let entry = entry(key, package)?;
        entries.push(Entry {
            direct: role.direct,
            dev: role.dev,
            optional: role.optional,
            dev_optional: role.dev_optional,
            ..entry
        });
    }
    Ok(entries)
}

fn entry(key: &str, package: &Package) -> Result<Entry, String> {
    let problem = |what: &str| format!("`packages` entry `{}` {what}. `bun install` writes the file anew", plain(key));
    let (name, reference) = split_name(&package.resolution)
        .ok_or_else(|| problem("does not start with a name and its version or source"))?;
    let slot = path(key).pop().unwrap_or(key);
    let skipped = |reason| Ok(Entry::skipped(key, slot, name, reason));
    // The form decides: one with a registry has a digest and is fetched, whatever its version looks like.
    if package.is_registry {
        let [registry, integrity] = package.texts.as_slice() else {
            return Err(problem("has no registry and integrity behind its name, or more than these"));
        };
        let stated = |text: &String| (!text.is_empty()).then(|| text.clone());
        return Ok(Entry {
            integrity: stated(integrity),
            // An address of a registry alone is not one of a tarball.
            resolved: stated(registry).filter(|registry| registry.ends_with(".tgz")),
            ..Entry::registry(key, slot, name, reference)
        });
    }
    match Source::of(reference) {
        Source::Workspace => skipped(SkipReason::Workspace),
        Source::Link => skipped(SkipReason::Link),
        Source::Git => skipped(SkipReason::Git),
        Source::File => skipped(SkipReason::File),
        // bun does not state the version of what it fetched from an address; it stays what it is, and is refused.
        Source::Url => Ok(Entry {
            integrity: package.texts.last().cloned(),
            resolved: Some(reference.to_owned()),
            ..Entry::registry(key, slot, name, reference)
        }),
        Source::Other if reference.starts_with("root:") => skipped(SkipReason::Root),
        // Paths, of folders and of tarballs.
        Source::Other if ["./", "../", "/"].iter().any(|start| reference.starts_with(start)) => {
            skipped(SkipReason::File)
        }
        Source::Other => Err(problem("is of a kind that is not known")),
    }
}

/// Who asks for what. bun finds a name as node does: beside the package, then in each folder above.
fn needs(document: &Document) -> Needs {
    let (Table(packages), Table(workspaces)) = (&document.packages, &document.workspaces);
    let numbers: BTreeMap<&str, usize> =
        packages.keys().enumerate().map(|(number, key)| (key.as_str(), number)).collect();
    let find = |from: &str, name: &str| {
        let mut folders = path(from);
        loop {
            let inner = folders.iter().copied().chain([name]).collect::<Vec<_>>().join("/");
            match numbers.get(inner.as_str()) {
                Some(number) => return Some(*number),
                None => folders.pop()?,
            };
        }
    };
    let mut needs = Needs::of(packages.len());
    for Object(workspace) in workspaces.values() {
        let from = workspace.name.as_deref().filter(|name| numbers.contains_key(name)).unwrap_or_default();
        for (names, asked) in [
            (&workspace.dependencies, Asked::Required),
            (&workspace.dev_dependencies, Asked::Development),
            (&workspace.optional_dependencies, Asked::Optional),
        ] {
            for number in names.names.iter().filter_map(|name| find(from, name)) {
                needs.project_asks(number, asked);
            }
        }
        // A package that is a peer and for development is there for development.
        let own = |name: &&String| !workspace.dev_dependencies.names.contains(*name);
        for number in workspace.peer_dependencies.names.iter().filter(own).filter_map(|name| find(from, name)) {
            needs.project_asks(number, Asked::Required);
        }
    }
    for (from, (key, package)) in packages.iter().enumerate() {
        let Some(info) = &package.info else { continue };
        for (names, optional) in
            [(&info.dependencies, false), (&info.optional_dependencies, true), (&info.peer_dependencies, false)]
        {
            for number in names.names.iter().filter_map(|name| find(key, name)) {
                needs.needs(from, number, optional);
            }
        }
    }
    needs
}

/// The names in a key such as `a/@s/b/c`.
fn path(key: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = key;
    while !rest.is_empty() {
        let skip = if rest.starts_with('@') { rest.find('/').map_or(rest.len(), |slash| slash + 1) } else { 0 };
        let end = rest.get(skip..).and_then(|name| name.find('/')).map_or(rest.len(), |slash| skip + slash);
        let (name, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        names.push(name);
        rest = after.strip_prefix('/').unwrap_or(after);
    }
    names
}

/// A text or an object of a package's array.
enum Part {
    Text(String),
    Info(Box<Info>),
}

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PartVisitor)
    }
}

struct PartVisitor;

impl<'de> Visitor<'de> for PartVisitor {
    type Value = Part;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or an object in a package's array")
    }

    fn visit_str<E>(self, text: &str) -> Result<Part, E> {
        Ok(Part::Text(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Part, A::Error> {
        Info::deserialize(MapAccessDeserializer::new(map)).map(|info| Part::Info(Box::new(info)))
    }
}

impl<'de> Deserialize<'de> for Package {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(PackageVisitor)
    }
}

struct PackageVisitor;

impl<'de> Visitor<'de> for PackageVisitor {
    type Value = Package;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array that starts with a name and its version, as bun writes it")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Package, A::Error> {
        use serde::de::Error as _;
        let resolution = array.next_element()?.ok_or_else(|| A::Error::custom("a package's array is empty"))?;
        let mut package = Package { resolution, ..Package::default() };
        while let Some(part) = array.next_element::<Part>()? {
            match part {
                Part::Text(text) => {
                    package.is_registry |= package.info.is_none();
                    package.texts.push(text);
                }
                Part::Info(info) if package.info.is_none() => package.info = Some(*info),
                Part::Info(_) => return Err(A::Error::custom("a package's array has two objects")),
            }
        }
        Ok(package)
    }
}

#[cfg(test)]
#[path = "bun_tests.rs"]
mod tests;
