//! Strict JSON: depth, size and counts are bounded before the work they bound.

mod objects;

use core::fmt;
use core::marker::PhantomData;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error as _, IgnoredAny, SeqAccess, Visitor};

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::error::{ParseError, Text};
use crate::limits;

/// Reads one JSON document: at most `limit` bytes, nested at most 64 deep, UTF-8, nothing after it.
///
/// Members that occur twice are refused by serde's structs; members that nobody reads are skipped; an
/// array is never taken for an object.
/// Errors, in order: `NotJson` (not even the beginning of one, or cut off), `LimitExceeded` (bytes,
/// depth), `Malformed`.
pub(crate) fn read<'a, T: Deserialize<'a>>(what: &'static str, bytes: &'a [u8], limit: usize) -> Result<T, ParseError> {
    let mut document = serde_json::Deserializer::from_str(bounded(what, bytes, limit)?);
    objects::read(&mut document).and_then(|value| document.end().map(|()| value)).map_err(|e| explain(what, &e))
}

/// The text, if it may be worked on.
fn bounded<'a>(what: &'static str, bytes: &'a [u8], limit: usize) -> Result<&'a str, ParseError> {
    // An error page is no hostile document, however long it is and whatever brackets it has.
    if !matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'[')) {
        return Err(ParseError::NotJson { what, reason: "it begins with neither { nor [".into() });
    }
    if bytes.len() > limit {
        return Err(exceeded(what, limit));
    }
    check_depth(what, bytes)?;
    // RFC 8259 §8.1. In members that are skipped nobody would look, and what is read here would be no
    // document to others.
    core::str::from_utf8(bytes).map_err(|error| match error.error_len() {
        None => ParseError::NotJson { what, reason: "it is cut off within a character".into() },
        Some(_) => ParseError::Malformed { what, reason: "it is not UTF-8".into() },
    })
}

/// Reads JSON documents that stand one after another, at most `count` and at least one: bounds and
/// strictness as in [`read`], for all of them together.
/// Errors, in order: `NotJson`, `LimitExceeded` (bytes, depth), then by document `LimitExceeded` (count),
/// `Malformed`.
pub(crate) fn read_each<T: DeserializeOwned>(
    what: &'static str,
    bytes: &[u8],
    limit: usize,
    count: usize,
) -> Result<Vec<T>, ParseError> {
    let text = bounded(what, bytes, limit)?;
    let mut read = Vec::new();
    for document in serde_json::Deserializer::from_str(text).into_iter::<&RawValue>() {
        if read.len() >= count {
            return Err(exceeded(what, count));
        }
        read.push(read_raw(what, document.map_err(|e| explain(what, &e))?)?);
    }
    Ok(read)
}

/// Reads a value of which every struct is an object, from whatever format.
pub(crate) fn as_object<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    objects::read(deserializer)
}

/// Reads a value of any format, of which every struct, at any depth, is a map there: never a list that is
/// taken member by member.
pub(crate) fn strictly<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    objects::read(deserializer)
}

/// `read` for a part that was kept aside unread.
pub(crate) fn read_raw<T: DeserializeOwned>(what: &'static str, raw: &RawValue) -> Result<T, ParseError> {
    objects::read(&mut serde_json::Deserializer::from_str(raw.get())).map_err(|e| explain(what, &e))
}

fn explain(what: &'static str, error: &serde_json::Error) -> ParseError {
    use serde_json::error::Category;
    let text = error.to_string();
    if let Some(found) = text.strip_prefix(BOUND).and_then(|t| t.split_once('/')) {
        let (limit, _) = found;
        return ParseError::LimitExceeded { what, limit: limit.parse().unwrap_or(0) };
    }
    let reason = Text::from(placed(error, &text));
    match error.classify() {
        Category::Data | Category::Syntax => ParseError::Malformed { what, reason },
        Category::Io | Category::Eof => ParseError::NotJson { what, reason },
    }
}

/// With the place in front: a long list of what would be legal is cut, and the place stands behind it.
fn placed(error: &serde_json::Error, text: &str) -> String {
    let place = format!("line {} column {}", error.line(), error.column());
    match text.strip_suffix(&format!(" at {place}")) {
        Some(what) => format!("{place}: {what}"),
        None => text.into(),
    }
}

fn exceeded(what: &'static str, limit: usize) -> ParseError {
    ParseError::LimitExceeded { what, limit: u64::try_from(limit).unwrap_or(u64::MAX) }
}

/// Counts brackets outside strings, so that no parser ever recurses deeper than the limit.
fn check_depth(what: &'static str, bytes: &[u8]) -> Result<(), ParseError> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in bytes {
        match (in_string, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (true, b'"') => in_string = false,
            (true, _) => {}
            (false, b'"') => in_string = true,
            (false, b'{' | b'[') => {
                depth = depth.saturating_add(1);
                if depth > limits::JSON_DEPTH {
                    return Err(exceeded(what, limits::JSON_DEPTH));
                }
            }
            (false, b'}' | b']') => depth = depth.saturating_sub(1),
            (false, _) => {}
        }
    }
    Ok(())
}

/// How a bound speaks through serde's error, which can only carry text.
const BOUND: &str = "more elements than ";

/// A list of at most `N` elements. The one after the last legal one is refused before it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bounded<T, const N: usize>(pub(crate) Vec<T>);

impl<T, const N: usize> Default for Bounded<T, N> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Serialize, const N: usize> Serialize for Bounded<T, N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>, const N: usize> Deserialize<'de> for Bounded<T, N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List<T, const N: usize>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>, const N: usize> Visitor<'de> for List<T, N> {
            type Value = Bounded<T, N>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a list of at most {N}")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut list = Vec::new();
                while list.len() < N {
                    match seq.next_element()? {
                        Some(element) => list.push(element),
                        None => return Ok(Bounded(list)),
                    }
                }
                match seq.next_element::<IgnoredAny>()? {
                    Some(_) => Err(A::Error::custom(format_args!("{BOUND}{N}/"))),
                    None => Ok(Bounded(list)),
                }
            }
        }
        deserializer.deserialize_seq(List(PhantomData))
    }
}

/// A list that must have exactly one element: the first, and how many there are.
pub(crate) struct Sole<T> {
    pub(crate) first: Option<T>,
    pub(crate) count: usize,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Sole<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
            type Value = Sole<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let first = seq.next_element()?;
                let mut count = usize::from(first.is_some());
                while seq.next_element::<IgnoredAny>()?.is_some() {
                    count = count.saturating_add(1);
                }
                Ok(Sole { first, count })
            }
        }
        deserializer.deserialize_seq(List(PhantomData))
    }
}

/// A member that is there says something: `null` would look like a demand and be none.
pub(crate) fn stated<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// A value whose `null` means the same as its absence, as in proto3 JSON.
pub(crate) fn null_is_absent<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests {
    use super::{Bounded, Sole, read};

    fn code<'a, T: serde::Deserialize<'a> + core::fmt::Debug>(json: &'a [u8], limit: usize) -> &'static str {
        read::<T>("test", json, limit).unwrap_err().code()
    }

    #[test]
    fn bounds_come_before_the_work() {
        assert_eq!(code::<serde::de::IgnoredAny>(b"[2345", 4), "ERR_COUNTERSIGN_LIMIT_EXCEEDED");
        let deep = [vec![b'['; 65], vec![b']'; 65]].concat();
        assert_eq!(code::<serde::de::IgnoredAny>(&deep, 1000), "ERR_COUNTERSIGN_LIMIT_EXCEEDED");
        assert_eq!(code::<Bounded<u8, 2>>(b"[1,2,\"never read\"]", 100), "ERR_COUNTERSIGN_LIMIT_EXCEEDED");
        assert_eq!(read::<Bounded<u8, 2>>("test", b"[1,2]", 100).unwrap().0, [1, 2]);
    }

    #[test]
    fn brackets_in_strings_are_text() {
        let json = format!("[\"{}\\\"[\"]", "[".repeat(100));
        assert_eq!(read::<Vec<String>>("test", json.as_bytes(), 1000).unwrap()[0].len(), 102);
    }

    #[test]
    fn an_array_is_no_object() {
        #[derive(Debug, PartialEq, serde::Deserialize)]
        struct Point {
            #[serde(default)]
            x: Option<Box<Point>>,
            #[serde(default)]
            y: Vec<Point>,
        }
        let flat = |x| Point { x, y: Vec::new() };
        let nested = Point { x: Some(Box::new(flat(None))), y: vec![flat(None)] };
        assert_eq!(read("test", br#"{"x":{"x":null},"y":[{}],"z":[[]]}"#, 100), Ok(nested));
        for array in ["[]", "[null,[]]", r#"{"x":[]}"#, r#"{"x":{"x":[]}}"#, r#"{"y":[[]]}"#] {
            assert_eq!(code::<Point>(array.as_bytes(), 100), "ERR_COUNTERSIGN_MALFORMED", "{array}");
        }
        assert_eq!(code::<Point>(br#"{"x":null,"x":null}"#, 100), "ERR_COUNTERSIGN_MALFORMED");
    }

    #[test]
    fn a_sole_element_is_counted() {
        #[derive(Debug, serde::Deserialize)]
        struct Pair {
            b: u8,
        }
        let sole = read::<Sole<Pair>>("test", br#"[{"b":2},7,"x"]"#, 100).unwrap();
        assert_eq!((sole.first.unwrap().b, sole.count), (2, 3));
        assert_eq!(read::<Sole<Pair>>("test", b"[]", 100).unwrap().count, 0);
        assert_eq!(read::<Sole<Pair>>("test", b"[[2]]", 100).err().unwrap().code(), "ERR_COUNTERSIGN_MALFORMED");
    }

    #[test]
    fn a_document_is_utf_8_in_members_that_nobody_reads_too() {
        for skipped in [&b"[\"\xff\"]"[..], b"{\"\xff\":1}", b"[\"\xc0\xaf\"]", b"[\"\xed\xa0\x80\"]"] {
            assert_eq!(code::<serde::de::IgnoredAny>(skipped, 100), "ERR_COUNTERSIGN_MALFORMED", "{skipped:?}");
        }
        assert_eq!(code::<serde::de::IgnoredAny>(b"[\"\xe2\x80", 100), "ERR_COUNTERSIGN_NOT_JSON");
        assert!(read::<serde::de::IgnoredAny>("test", "[\"é\"]".as_bytes(), 100).is_ok());
    }

    #[test]
    fn tells_no_document_from_a_wrong_one() {
        let page = format!("<html>{}", "{".repeat(100));
        for none in ["", " ", "<html>", "\u{feff}{}", "x", "\"{}\"", "{\"a\":", &page] {
            assert_eq!(code::<serde::de::IgnoredAny>(none.as_bytes(), 100), "ERR_COUNTERSIGN_NOT_JSON", "{none}");
        }
        for wrong in ["{} x", "{}{}", "[1]", "{\"a\" 1}", "[\"\\ud800\"]"] {
            assert_eq!(code::<Vec<String>>(wrong.as_bytes(), 100), "ERR_COUNTERSIGN_MALFORMED", "{wrong}");
        }
    }
}
