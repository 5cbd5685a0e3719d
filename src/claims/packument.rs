//! A packument: all versions of a package and when the registry says they were published.

use core::fmt;
use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::{DistClaims, History};
use crate::error::{ParseError, VerifyError};
use crate::json;
use crate::limits;
use crate::package::PackageId;
use crate::time::{Fraction, Timestamp};

const WHAT: &str = "packument";

/// When the registry says, unsigned, that a version was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PublishTime {
    /// At this time; a part of a second counts as a whole one.
    At(Timestamp),
    /// The packument was asked, and it has no time for this version.
    Missing,
    /// Nobody asked.
    NotAsked,
}

/// A packument, of which versions are read one by one: an unreadable one spoils only itself.
#[derive(Debug)]
pub struct Packument<'a> {
    pub(super) name: String,
    pub(super) versions: Members<'a>,
    pub(super) time: Members<'a>,
}

#[derive(Deserialize)]
struct PackumentJson<'a> {
    name: String,
    #[serde(borrow)]
    versions: Members<'a>,
    #[serde(default, borrow)]
    time: Members<'a>,
}

impl<'a> Packument<'a> {
    /// Reads `GET /<name>` down to its versions, and those not yet.
    ///
    /// # Errors
    /// In order: [`ParseError::LimitExceeded`] (128 MiB, depth 64), [`ParseError::NotJson`],
    /// [`ParseError::Malformed`] (also for one version listed twice).
    pub fn from_json(json: &'a [u8]) -> Result<Self, ParseError> {
        let read: PackumentJson<'a> = json::read(WHAT, json, limits::PACKUMENT_BYTES)?;
        Ok(Self { name: read.name, versions: read.versions, time: read.time })
    }

    /// The claims of one version, `None` if the packument does not list it.
    ///
    /// # Errors
    /// In order: [`VerifyError::NameVersionMismatch`] if this is another package's packument; what
    /// [`DistClaims::from_json`] returns; [`ParseError::Malformed`] for a time that is no RFC 3339 UTC
    /// time.
    pub fn version(&self, id: &PackageId) -> Result<Option<(DistClaims, PublishTime)>, VerifyError> {
        if self.name != id.name() {
            let found = self.name.as_str().into();
            return Err(VerifyError::NameVersionMismatch { what: WHAT, expected: id.name().into(), found });
        }
        let Some(manifest) = self.versions.0.get(id.version()) else {
            return Ok(None);
        };
        let claims = DistClaims::from_json(manifest.get().as_bytes())?;
        let time = match self.time.0.get(id.version()) {
            None => PublishTime::Missing,
            Some(raw) => PublishTime::At(read_time(raw)?),
        };
        Ok(Some((claims, time)))
    }

    /// What it says of all its versions: see [`History::of`]. Read once, it serves every version.
    #[must_use]
    pub fn history(&self) -> History {
        History::of(self)
    }
}

pub(super) fn read_time(raw: &RawValue) -> Result<Timestamp, ParseError> {
    let text: String = json::read_raw(WHAT, raw)?;
    written_time(WHAT, &text)
}

fn written_time(what: &'static str, text: &str) -> Result<Timestamp, ParseError> {
    // npm writes Z. There are mirrors that write UTC as an offset of nothing; any other offset is refused.
    let utc = text.strip_suffix("+00:00").map_or(Cow::Borrowed(text), |time| Cow::Owned(format!("{time}Z")));
    // Rounded up, so that a key's end is never passed by a part of a second unnoticed.
    Timestamp::from_rfc3339(&utc, Fraction::Up).ok_or_else(|| ParseError::Malformed {
        what,
        reason: format!("time: \"{text}\" is not like 2024-08-22T16:06:35.380Z").into(),
    })
}

impl PublishTime {
    /// A time as a packument's `time` has it, for those who keep it beside the manifest instead of the packument.
    ///
    /// # Errors
    /// [`ParseError::Malformed`] if it is no RFC 3339 UTC time.
    pub fn from_rfc3339(text: &str) -> Result<Self, ParseError> {
        written_time("publish time", text).map(Self::At)
    }
}

/// The members of an object, unread; one that occurs twice is refused, because whoever reads the
/// other one sees something else.
#[derive(Debug, Default)]
pub(super) struct Members<'a>(pub(super) BTreeMap<Cow<'a, str>, &'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = BTreeMap::new();
                while let Some(key) = map.next_key::<Cow<'de, str>>()? {
                    let value: &'de RawValue = map.next_value()?;
                    if members.contains_key(&key) {
                        return Err(A::Error::custom(format_args!("duplicate member \"{key}\"")));
                    }
                    members.insert(key, value);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use super::{Packument, PublishTime};
    use crate::package::PackageId;

    fn read(time: &str) -> Result<PublishTime, &'static str> {
        let json = format!(
            r#"{{"name":"x","time":{{"1.0.0":{time}}},"versions":{{"1.0.0":{{"name":"x","version":"1.0.0","dist":{{}}}},"0.9.0":7}}}}"#
        );
        let packument = Packument::from_json(json.as_bytes()).map_err(|e| e.code())?;
        let id = PackageId::new("x", "1.0.0").unwrap();
        packument.version(&id).map(|found| found.unwrap().1).map_err(|e| e.code())
    }

    #[test]
    fn rs_23_a_malformed_time_is_an_error() {
        for time in ["1738022400", "null", "\"9999\"", "\"2025-01-28T24:00:00Z\"", "\"-1\"", "\"2025-01-28T00:00:00\""]
        {
            assert_eq!(read(time), Err("ERR_COUNTERSIGN_MALFORMED"), "{time}");
        }
    }

    #[test]
    fn rs_23_a_time_beside_the_manifest_is_read_as_in_the_packument() {
        let text = "2025-01-28T23:59:59.001Z";
        let time = PublishTime::from_rfc3339(text).unwrap();
        assert_eq!(read(&format!("\"{text}\"")), Ok(time));
        assert_eq!(Ok(time), PublishTime::from_rfc3339("2025-01-29T00:00:00Z"), "a part of a second is a whole one");
        for odd in ["", "1738022400", "2025-01-28T24:00:00Z", "2025-01-28T00:00:00"] {
            assert_eq!(PublishTime::from_rfc3339(odd).unwrap_err().code(), "ERR_COUNTERSIGN_MALFORMED", "{odd}");
        }
    }

    #[test]
    fn rs_23_utc_is_also_an_offset_of_nothing_as_mirrors_write_it() {
        let time = PublishTime::from_rfc3339("2024-03-05T04:00:29Z").unwrap();
        assert_eq!(read("\"2024-03-05T04:00:28.074000+00:00\""), Ok(time));
        for odd in ["+01:00", "-00:00", "+00:0", "Z+00:00", "+00:00Z", "+00:00+00:00", "+0000"] {
            assert_eq!(read(&format!("\"2024-03-05T04:00:28{odd}\"")), Err("ERR_COUNTERSIGN_MALFORMED"), "{odd}");
        }
    }

    #[test]
    fn an_unreadable_version_spoils_only_itself() {
        assert!(matches!(read("\"2025-01-28T00:00:00Z\""), Ok(PublishTime::At(_))));
    }

    #[test]
    fn a_version_listed_twice_is_refused() {
        let json = br#"{"name":"x","versions":{"1.0.0":{},"1.0.0":{}}}"#;
        assert_eq!(Packument::from_json(json).unwrap_err().code(), "ERR_COUNTERSIGN_MALFORMED");
    }

    #[test]
    fn rs_07_another_packages_packument_is_refused() {
        let packument = Packument::from_json(br#"{"name":"evil","versions":{}}"#).unwrap();
        let error = packument.version(&PackageId::new("x", "1.0.0").unwrap()).unwrap_err();
        assert_eq!(error.code(), "ERR_COUNTERSIGN_NAME_VERSION_MISMATCH");
    }
}
