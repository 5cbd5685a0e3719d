//! The members of a lock file that an audit reads, taken strictly: no duplicate key, no array in
//! place of an object. Everything else is skipped unread.

use std::collections::BTreeMap;

use super::super::json::{self, shown};
use super::super::object::{Names, Object, Table};

/// `packages` of a lock file: location to entry.
pub type Packages = BTreeMap<String, Package>;

/// `dependencies` of a lock file of version 1 or 2: name to entry, nested as the folders are.
pub type Tree = BTreeMap<String, Object<Dependency>>;

/// One member of `packages`. Which flags mean what is `entry`'s business.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Package {
    pub name: Option<String>,
    pub version: Option<String>,
    pub resolved: Option<String>,
    pub integrity: Option<String>,
    #[serde(default)]
    pub link: bool,
    #[serde(default)]
    pub in_bundle: bool,
    #[serde(default)]
    pub dev: bool,
    #[serde(default)]
    pub optional: bool,
    #[serde(default)]
    pub dev_optional: bool,
    #[serde(default)]
    pub peer: bool,
    #[serde(default)]
    pub dependencies: Names,
    #[serde(default)]
    pub dev_dependencies: Names,
    #[serde(default)]
    pub optional_dependencies: Names,
    #[serde(default)]
    pub peer_dependencies: Names,
    #[serde(default, alias = "bundledDependencies")]
    pub bundle_dependencies: Names,
}

/// One member of `dependencies`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Dependency {
    pub version: Option<String>,
    pub resolved: Option<String>,
    pub integrity: Option<String>,
    #[serde(default)]
    pub bundled: bool,
    #[serde(default)]
    pub dev: bool,
    #[serde(default)]
    pub optional: bool,
    #[serde(default)]
    pub peer: bool,
    #[serde(default)]
    pub dependencies: Table<Object<Dependency>>,
}

/// A lock file, by its version.
#[derive(Debug)]
pub enum Document {
    /// Version 1.
    Tree(Tree),
    /// Version 2, which says everything twice, for npm 6 and for those after it.
    Both(Packages, Tree),
    /// Version 3.
    Packages(Packages),
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    lockfile_version: Option<serde_json::Value>,
    packages: Option<Table<Object<Package>>>,
    dependencies: Option<Table<Object<Dependency>>>,
}

/// Parses a lock file of version 1, 2 or 3.
pub fn parse(text: &str) -> Result<Document, String> {
    let written: Written = json::document(text)?;
    let version = written.lockfile_version.as_ref();
    let packages = written.packages.map(|Table(packages)| {
        let unwrapped = packages.into_iter().map(|(location, Object(package))| (location, package));
        unwrapped.collect::<Packages>()
    });
    let tree = written.dependencies.map(|Table(tree)| tree);
    match (version.and_then(serde_json::Value::as_u64), packages, tree) {
        // npm 7 and later would read the packages, npm 6 the tree.
        (Some(1), Some(_), _) => {
            Err("`lockfileVersion` is 1 and it has `packages`, which only versions 2 and 3 have. \
                 `npm install --package-lock-only` rewrites it"
                .into())
        }
        (Some(1), None, tree) => Ok(Document::Tree(tree.unwrap_or_default())),
        (Some(2 | 3), None, _) => Err("it has no `packages`; every lock file of version 2 or 3 has them".into()),
        (Some(2 | 3), Some(packages), Some(tree)) => Ok(Document::Both(packages, tree)),
        (Some(2 | 3), Some(packages), None) => Ok(Document::Packages(packages)),
        _ => Err(format!("`lockfileVersion` is {}; expected 1, 2 or 3", shown(version))),
    }
}

#[cfg(test)]
#[allow(clippy::panic)]
pub fn packages(text: &str) -> Packages {
    match parse(text) {
        Ok(Document::Packages(packages)) => packages,
        other => panic!("{other:?}"),
    }
}
