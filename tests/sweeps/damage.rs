//! The ways to damage a response, each of them countable.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::place;

/// All mutants of one kind of one response.
pub trait Damage: Sync {
    const NAME: &'static str;
    fn count(&self) -> usize;
    /// What is done, and what becomes of the response.
    fn mutant(&self, index: usize) -> (String, Vec<u8>);
}

/// The first 0, 1, 2… bytes.
pub struct Truncations(Vec<u8>);

impl Truncations {
    pub fn of(response: &[u8]) -> Self {
        Self(response.to_vec())
    }
}

impl Damage for Truncations {
    const NAME: &'static str = "truncations";

    fn count(&self) -> usize {
        self.0.len()
    }

    fn mutant(&self, index: usize) -> (String, Vec<u8>) {
        (format!("the first {index} bytes"), self.0[..index].to_vec())
    }
}

/// One bit of the response as it came.
pub struct RawFlips(Vec<u8>);

impl RawFlips {
    pub fn of(response: &[u8]) -> Self {
        Self(response.to_vec())
    }
}

impl Damage for RawFlips {
    const NAME: &'static str = "bit flips";

    fn count(&self) -> usize {
        self.0.len() * 8
    }

    fn mutant(&self, index: usize) -> (String, Vec<u8>) {
        let mut bytes = self.0.clone();
        bytes[index / 8] ^= 1 << (index % 8);
        (format!("bit {} of byte {}", index % 8, index / 8), bytes)
    }
}

/// One byte of the response taken out.
pub struct ByteDeletions(Vec<u8>);

impl ByteDeletions {
    pub fn of(response: &[u8]) -> Self {
        Self(response.to_vec())
    }
}

impl Damage for ByteDeletions {
    const NAME: &'static str = "deletions of a byte";

    fn count(&self) -> usize {
        self.0.len()
    }

    fn mutant(&self, index: usize) -> (String, Vec<u8>) {
        let mut bytes = self.0.clone();
        bytes.remove(index);
        (format!("without byte {index}"), bytes)
    }
}

/// Members whose text stands for bytes. Each is swept bit by bit and encoded again in place.
const BASE64: [&str; 8] =
    ["sig", "rawBytes", "canonicalizedBody", "payload", "signedEntryTimestamp", "signedTimestamp", "rootHash", "keyId"];

/// One bit of what a field decodes to.
pub struct FieldFlips {
    response: Value,
    /// Where it stands, what it decodes to, and whether it is base64 (or a checkpoint's text).
    fields: Vec<(String, Vec<u8>, bool)>,
}

impl FieldFlips {
    pub fn of(response: &[u8]) -> Self {
        let response: Value = serde_json::from_slice(response).unwrap();
        let mut fields = Vec::new();
        for pointer in place::pointers(&response) {
            let Some(text) = response.pointer(&pointer).and_then(Value::as_str) else { continue };
            let mut names = pointer.rsplit('/');
            let (name, parent) = (names.next().unwrap(), names.next().unwrap_or_default());
            if BASE64.contains(&name) || parent == "hashes" {
                fields.push((pointer, STANDARD.decode(text).unwrap(), true));
            } else if name == "envelope" {
                fields.push((pointer, text.as_bytes().to_vec(), false));
            }
        }
        Self { response, fields }
    }
}

impl Damage for FieldFlips {
    const NAME: &'static str = "bit flips of decoded fields";

    fn count(&self) -> usize {
        self.fields.iter().map(|(_, bytes, _)| bytes.len() * 8).sum()
    }

    fn mutant(&self, mut index: usize) -> (String, Vec<u8>) {
        for (pointer, bytes, is_base64) in &self.fields {
            if index >= bytes.len() * 8 {
                index -= bytes.len() * 8;
                continue;
            }
            let mut bytes = bytes.clone();
            bytes[index / 8] ^= 1 << (index % 8);
            let what = format!("bit {} of byte {} of {pointer}", index % 8, index / 8);
            if *is_base64 {
                return (what, with(&self.response, pointer, json!(STANDARD.encode(bytes))));
            }
            // No JSON text can stand for what is not UTF-8: then the document is not, either.
            let document = with(&self.response, pointer, json!("@"));
            let at = document.windows(3).position(|w| w == b"\"@\"").unwrap();
            let text = String::from_utf8(bytes).map(|text| json!(text).to_string().into_bytes());
            let text = text.unwrap_or_else(|e| [b"\"", e.as_bytes(), b"\""].concat());
            return (what, [&document[..at], &text, &document[at + 3..]].concat());
        }
        unreachable!("no such bit")
    }
}

/// One value replaced by another.
pub struct Replacements {
    response: Value,
    pointers: Vec<String>,
    values: [Value; 8],
}

impl Replacements {
    pub fn of(response: &[u8]) -> Self {
        let response: Value = serde_json::from_slice(response).unwrap();
        let pointers = place::pointers(&response);
        let values = [json!(null), json!(true), json!(0), json!(-1), json!(1e308), json!(""), json!([]), json!({})];
        Self { response, pointers, values }
    }
}

impl Damage for Replacements {
    const NAME: &'static str = "replaced values";

    fn count(&self) -> usize {
        self.pointers.len() * self.values.len()
    }

    fn mutant(&self, index: usize) -> (String, Vec<u8>) {
        let (pointer, value) = (&self.pointers[index / self.values.len()], &self.values[index % self.values.len()]);
        (format!("{value} in place of {pointer:?}"), with(&self.response, pointer, value.clone()))
    }
}

/// One member of an object, or element of an array, taken out.
pub struct PartDeletions {
    response: Value,
    pointers: Vec<String>,
}

impl PartDeletions {
    pub fn of(response: &[u8]) -> Self {
        let response: Value = serde_json::from_slice(response).unwrap();
        let pointers = place::pointers(&response).into_iter().filter(|p| !p.is_empty()).collect();
        Self { response, pointers }
    }
}

impl Damage for PartDeletions {
    const NAME: &'static str = "deletions of a member or an element";

    fn count(&self) -> usize {
        self.pointers.len()
    }

    fn mutant(&self, index: usize) -> (String, Vec<u8>) {
        let pointer = &self.pointers[index];
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let mut response = self.response.clone();
        match response.pointer_mut(parent).unwrap() {
            Value::Object(members) => drop(members.remove(name).unwrap()),
            Value::Array(elements) => drop(elements.remove(name.parse().unwrap())),
            _ => unreachable!("{parent} has parts"),
        }
        (format!("without {pointer}"), response.to_string().into_bytes())
    }
}

fn with(response: &Value, pointer: &str, value: Value) -> Vec<u8> {
    let mut response = response.clone();
    *response.pointer_mut(pointer).unwrap() = value;
    response.to_string().into_bytes()
}
