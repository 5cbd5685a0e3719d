//! Objects taken strictly, from JSON as from YAML: no duplicate key, no array in an object's place, no more
//! members than a lock file has.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;

use serde::de::{
    Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer,
};

use crate::plain_text::plain;

/// 100,000 packages and the project itself. The largest real lock files seen hold about 8,000.
pub const MOST_ENTRIES: usize = 100_001;

/// A key is a path below the project, where operating systems end at 4,096 bytes, or a list of what was asked for.
pub const LONGEST_KEY: usize = 4096;

/// serde's derived structs would also be read from an array, by position.
#[derive(Debug, Clone, Default)]
pub struct Object<T>(pub T);

/// The members of an object by their key.
#[derive(Debug, Clone)]
pub struct Table<T>(pub BTreeMap<String, T>);

/// Package names: the keys of an object, the strings of an array, or `true` for all there are.
#[derive(Debug, Default)]
pub struct Names {
    pub all: bool,
    pub names: BTreeSet<String>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
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
        f.write_str("an object, as package managers write it; expected a lock file")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Table<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(TableVisitor(PhantomData))
    }
}

struct TableVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for TableVisitor<T> {
    type Value = Table<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of entries")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Table<T>, A::Error> {
        let mut members = BTreeMap::new();
        while let Some(key) = map.next_key::<String>()? {
            let shown = plain(&key);
            if members.len() == MOST_ENTRIES {
                return Err(A::Error::custom(format!("an object has more than {MOST_ENTRIES} entries")));
            }
            if key.len() > LONGEST_KEY {
                return Err(A::Error::custom(format!("the key `{shown}` is longer than {LONGEST_KEY} bytes")));
            }
            let value = map.next_value().map_err(|e| A::Error::custom(format!("entry `{shown}`: {e}")))?;
            if members.insert(key, value).is_some() {
                return Err(A::Error::custom(format!("entry `{shown}` stands twice")));
            }
        }
        Ok(Table(members))
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn lk_25_a_key_is_no_longer_than_a_path() {
        let of = |length: usize| serde_json::from_str::<Table<u8>>(&format!("{{\"{}\":1}}", "k".repeat(length)));
        assert_eq!(of(LONGEST_KEY).unwrap().0.len(), 1);
        assert!(of(LONGEST_KEY + 1).unwrap_err().to_string().contains("is longer than 4096 bytes"));
    }
}
