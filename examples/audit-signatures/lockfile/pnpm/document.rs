//! The members of a pnpm-lock.yaml that an audit reads.

use std::collections::BTreeMap;

use super::super::object::{Object, Table};
use super::super::yaml;
use crate::plain_text::plain;

/// One document. The project's own comes last; pnpm 11 puts one before it for what it needs itself.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    lockfile_version: Option<String>,
    importers: Option<Table<Object<Importer>>>,
    packages: Option<Table<Object<Package>>>,
    snapshots: Option<Table<Object<Snapshot>>>,
    // Without workspaces, version 6 states the members of the only importer at the top.
    dependencies: Option<Table<Object<Asked>>>,
    dev_dependencies: Option<Table<Object<Asked>>>,
    optional_dependencies: Option<Table<Object<Asked>>>,
}

/// A document whose version is known.
#[derive(Debug)]
pub struct Document {
    pub version: Version,
    pub importers: BTreeMap<String, Importer>,
    pub packages: BTreeMap<String, Package>,
    /// What is installed of the packages; version 6 keeps it with them.
    pub snapshots: BTreeMap<String, Snapshot>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    Six,
    Nine,
}

/// The project or a workspace: what it asks for, under which names.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Importer {
    pub dependencies: Table<Object<Asked>>,
    pub dev_dependencies: Table<Object<Asked>>,
    pub optional_dependencies: Table<Object<Asked>>,
    pub config_dependencies: Table<Object<Asked>>,
    pub package_manager_dependencies: Table<Object<Asked>>,
}

#[derive(Debug, Default, serde::Deserialize)]
pub struct Asked {
    /// A version, or the key of a package, or a link.
    pub version: Option<String>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Package {
    pub name: Option<String>,
    pub version: Option<String>,
    pub resolution: Option<Object<Resolution>>,
    pub dev: bool,
    pub optional: bool,
    pub dependencies: Table<String>,
    pub optional_dependencies: Table<String>,
}

/// Where the bytes are, and their digest.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Resolution {
    pub integrity: Option<String>,
    pub tarball: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub directory: Option<String>,
    pub repo: Option<String>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Snapshot {
    pub dependencies: Table<String>,
    pub optional_dependencies: Table<String>,
}

/// Parses every document of a lock file of version 6 or 9.
pub fn parse(text: &str) -> Result<Vec<Document>, String> {
    let documents = yaml::documents::<Written>(text)?;
    if documents.is_empty() {
        return Err(
            "it is empty; expected a lock file of version 6 or 9. `pnpm install --lockfile-only` writes one".into()
        );
    }
    documents.into_iter().map(Document::of).collect()
}

impl Document {
    fn of(written: Written) -> Result<Self, String> {
        let version = match written.lockfile_version.as_deref() {
            Some("6.0" | "6.1") => Version::Six,
            Some("9.0") => Version::Nine,
            found => {
                return Err(format!(
                    "`lockfileVersion` is {}; expected 6.0, 6.1 or 9.0. `pnpm install --lockfile-only` with pnpm 8 or \
                     later rewrites it",
                    found.map_or("nothing".into(), plain)
                ));
            }
        };
        let mut importers = unwrapped(written.importers);
        let alone = Importer {
            dependencies: written.dependencies.unwrap_or_default(),
            dev_dependencies: written.dev_dependencies.unwrap_or_default(),
            optional_dependencies: written.optional_dependencies.unwrap_or_default(),
            ..Importer::default()
        };
        if alone.asks() {
            if !importers.is_empty() {
                return Err("LockfileInconsistent: it has `importers`, and dependencies beside them".into());
            }
            importers.insert(".".into(), alone);
        }
        let packages = unwrapped(written.packages);
        if version == Version::Six && written.snapshots.is_some() {
            return Err("LockfileInconsistent: it is of version 6 and has `snapshots`, which only version 9 has".into());
        }
        Ok(Self { version, importers, packages, snapshots: unwrapped(written.snapshots) })
    }
}

impl Importer {
    fn asks(&self) -> bool {
        [&self.dependencies, &self.dev_dependencies, &self.optional_dependencies].iter().any(|Table(t)| !t.is_empty())
    }
}

fn unwrapped<T>(table: Option<Table<Object<T>>>) -> BTreeMap<String, T> {
    let Table(members) = table.unwrap_or_default();
    members.into_iter().map(|(key, Object(member))| (key, member)).collect()
}
