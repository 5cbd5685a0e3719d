//! A JSON document as its text has it: members keep their order and may occur twice, numbers keep their
//! spelling, and any value may be text that is no JSON. `serde_json::Value` could write none of these.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    String(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
    /// Written as it stands: a number, or whatever a mutation wants.
    Raw(String),
}

/// Where a value is: the position of each member or element on the way to it.
pub type Path = Vec<usize>;

impl Json {
    /// The document, if it is one.
    pub fn parse(text: &str) -> Option<Json> {
        serde_json::from_str(text).ok()
    }

    pub fn string(text: impl Into<String>) -> Json {
        Json::String(text.into())
    }

    pub fn as_str(&self) -> Option<&str> {
        match self {
            Json::String(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_array(&self) -> Option<&Vec<Json>> {
        match self {
            Json::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// The value at `a/0/b`: names of members, numbers of elements.
    pub fn get(&self, path: &str) -> Option<&Json> {
        path.split('/').try_fold(self, |value, step| match value {
            Json::Object(members) => members.iter().find(|(name, _)| name == step).map(|(_, value)| value),
            Json::Array(elements) => elements.get(step.parse::<usize>().ok()?),
            _ => None,
        })
    }

    pub fn get_mut(&mut self, path: &str) -> Option<&mut Json> {
        path.split('/').try_fold(self, |value, step| match value {
            Json::Object(members) => members.iter_mut().find(|(name, _)| name == step).map(|(_, value)| value),
            Json::Array(elements) => elements.get_mut(step.parse::<usize>().ok()?),
            _ => None,
        })
    }

    pub fn text_at(&self, path: &str) -> Option<&str> {
        self.get(path)?.as_str()
    }

    pub fn elements_mut(&mut self, path: &str) -> Option<&mut Vec<Json>> {
        match self.get_mut(path)? {
            Json::Array(elements) => Some(elements),
            _ => None,
        }
    }

    pub fn members_mut(&mut self, path: &str) -> Option<&mut Vec<(String, Json)>> {
        match if path.is_empty() { Some(self) } else { self.get_mut(path) }? {
            Json::Object(members) => Some(members),
            _ => None,
        }
    }

    /// Sets a member of this object, whether or not it has it.
    pub fn set(&mut self, name: &str, value: Json) {
        if let Json::Object(members) = self {
            match members.iter_mut().find(|(its, _)| its == name) {
                Some((_, old)) => *old = value,
                None => members.push((name.into(), value)),
            }
        }
    }

    /// Takes a member out of this object.
    pub fn take(&mut self, name: &str) -> Option<Json> {
        let Json::Object(members) = self else { return None };
        let at = members.iter().position(|(its, _)| its == name)?;
        Some(members.remove(at).1)
    }

    /// Every value below this one.
    pub fn paths(&self) -> Vec<Path> {
        let mut found = Vec::new();
        self.walk(&mut Vec::new(), &mut found);
        found
    }

    fn walk(&self, here: &mut Path, found: &mut Vec<Path>) {
        let children: Vec<&Json> = match self {
            Json::Object(members) => members.iter().map(|(_, value)| value).collect(),
            Json::Array(elements) => elements.iter().collect(),
            _ => Vec::new(),
        };
        for (index, child) in children.into_iter().enumerate() {
            here.push(index);
            found.push(here.clone());
            child.walk(here, found);
            here.pop();
        }
    }

    pub fn at(&self, path: &[usize]) -> Option<&Json> {
        path.iter().try_fold(self, |value, &step| match value {
            Json::Object(members) => members.get(step).map(|(_, value)| value),
            Json::Array(elements) => elements.get(step),
            _ => None,
        })
    }

    pub fn at_mut(&mut self, path: &[usize]) -> Option<&mut Json> {
        path.iter().try_fold(self, |value, &step| match value {
            Json::Object(members) => members.get_mut(step).map(|(_, value)| value),
            Json::Array(elements) => elements.get_mut(step),
            _ => None,
        })
    }

    /// `a/0/b` for a path, for people.
    pub fn name_of(&self, path: &[usize]) -> String {
        let (mut value, mut name) = (self, Vec::new());
        for &step in path {
            value = match value {
                Json::Object(members) => {
                    name.push(members[step].0.clone());
                    &members[step].1
                }
                Json::Array(elements) => {
                    name.push(step.to_string());
                    &elements[step]
                }
                _ => break,
            };
        }
        name.join("/")
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |text: &str| serde_json::to_string(text).map_err(|_| fmt::Error);
        match self {
            Json::Null => f.write_str("null"),
            Json::Bool(value) => write!(f, "{value}"),
            Json::Raw(text) => f.write_str(text),
            Json::String(text) => f.write_str(&quoted(text)?),
            Json::Array(elements) => {
                f.write_str("[")?;
                for (index, element) in elements.iter().enumerate() {
                    write!(f, "{}{element}", if index > 0 { "," } else { "" })?;
                }
                f.write_str("]")
            }
            Json::Object(members) => {
                f.write_str("{")?;
                for (index, (name, value)) in members.iter().enumerate() {
                    write!(f, "{}{}:{value}", if index > 0 { "," } else { "" }, quoted(name)?)?;
                }
                f.write_str("}")
            }
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Json;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any JSON")
            }
            fn visit_unit<E>(self) -> Result<Json, E> {
                Ok(Json::Null)
            }
            fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
                Ok(Json::Bool(value))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
                Ok(Json::Raw(value.to_string()))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
                Ok(Json::Raw(value.to_string()))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
                Ok(Json::Raw(value.to_string()))
            }
            fn visit_str<E>(self, value: &str) -> Result<Json, E> {
                Ok(Json::String(value.into()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
                let mut elements = Vec::new();
                while let Some(element) = list.next_element()? {
                    elements.push(element);
                }
                Ok(Json::Array(elements))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Json::Object(members))
            }
        }
        deserializer.deserialize_any(Any)
    }
}
