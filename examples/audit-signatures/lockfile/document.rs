//! The members of a lock file that an audit reads, taken strictly: no duplicate key, no array in
//! place of an object. Everything else is skipped unread.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;

use serde::de::{
    Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer,
};

use crate::plain_text::plain;

/// 100,000 packages and the project itself. The largest real lock files seen hold about 8,000.
const MOST_ENTRIES: usize = 100_001;

/// A location is a path below the project; operating systems end at 4,096 bytes.
const LONGEST_LOCATION: usize = 4096;

/// `packages` of a lock file: location to entry.
pub type Packages = BTreeMap<String, Package>;

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

/// Package names: the keys of an object, the strings of an array, or `true` for all there are.
#[derive(Debug, Default)]
pub struct Names {
    pub all: bool,
    pub names: BTreeSet<String>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    lockfile_version: Option<serde_json::Value>,
    packages: Option<Entries>,
}

struct Entries(Packages);

/// serde's derived structs would also be read from an array, by position.
struct Object<T>(T);

/// Parses a lock file of version 2 or 3.
pub fn parse(text: &str) -> Result<Packages, String> {
    let Object(document) = serde_json::from_str::<Object<Document>>(text).map_err(|e| plain(&e.to_string()))?;
    let version = document.lockfile_version.as_ref();
    match version.and_then(serde_json::Value::as_u64) {
        Some(2 | 3) => {}
        Some(1) => {
            return Err("lockfileVersion 1 is not supported yet; expected 2 or 3. \
                 `npm install --package-lock-only` with npm 7 or later rewrites it"
                .into());
        }
        _ => {
            let found = version.map_or("nothing".into(), |v| plain(&v.to_string()));
            return Err(format!("`lockfileVersion` is {found}; expected 2 or 3"));
        }
    }
    let Some(Entries(packages)) = document.packages else {
        return Err("it has no `packages`; every lock file of version 2 or 3 has them".into());
    };
    Ok(packages)
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object, as npm writes it; expected a lock file of version 2 or 3")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Entries;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`packages`: an object of locations")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
        let mut packages = Packages::new();
        while let Some(location) = map.next_key::<String>()? {
            let shown = plain(&location);
            if packages.len() == MOST_ENTRIES {
                return Err(A::Error::custom(format!("`packages` has more than {MOST_ENTRIES} entries")));
            }
            if location.len() > LONGEST_LOCATION {
                return Err(A::Error::custom(format!(
                    "`packages` entry `{shown}` is longer than {LONGEST_LOCATION} bytes"
                )));
            }
            let Object(package) = map
                .next_value::<Object<Package>>()
                .map_err(|e| A::Error::custom(format!("`packages` entry `{shown}`: {e}")))?;
            if packages.insert(location, package).is_some() {
                return Err(A::Error::custom(format!("`packages` entry `{shown}` stands twice")));
            }
        }
        Ok(Entries(packages))
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NamesVisitor)
    }
}

struct NamesVisitor;

impl<'de> Visitor<'de> for NamesVisitor {
    type Value = Names;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list of package names, or true or false")
    }

    fn visit_bool<E>(self, all: bool) -> Result<Names, E> {
        Ok(Names { all, ..Names::default() })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Names, A::Error> {
        let mut names = BTreeSet::new();
        while let Some(name) = list.next_element::<String>()? {
            names.insert(name);
        }
        Ok(Names { all: false, names })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names, A::Error> {
        let mut names = BTreeSet::new();
        while let Some(name) = map.next_key::<String>()? {
            map.next_value::<IgnoredAny>()?;
            if names.contains(&name) {
                return Err(A::Error::custom(format!("`{}` stands twice", plain(&name))));
            }
            names.insert(name);
        }
        Ok(Names { all: false, names })
    }
}
