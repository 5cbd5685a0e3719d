//! A lock file as JSON, with a bound on its depth before anything is parsed.

use serde::de::DeserializeOwned;

use super::json_depth;
use super::object::Object;
use crate::plain_text::plain;

/// One document, an object, and nothing behind it.
pub fn document<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    json_depth::check(text.as_bytes())?;
    let Object(document) = serde_json::from_str::<Object<T>>(text).map_err(|e| plain(&e.to_string()))?;
    Ok(document)
}

/// A version number that is none of those expected, as an error shows it.
pub fn shown(version: Option<&serde_json::Value>) -> String {
    version.map_or("nothing".into(), |v| plain(&v.to_string()))
}
