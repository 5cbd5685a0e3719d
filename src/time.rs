//! A moment, in whole seconds.

use core::fmt;
use core::str::FromStr;
use std::time::SystemTime;

use der::DateTime;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A moment in UTC as Unix seconds, from 1970 to the end of 9999.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// 9999-12-31T23:59:59Z, the last moment that RFC 3339 and RFC 5280 can write.
const LAST: i64 = 253_402_300_799;

/// How a part of a second is rounded. A bound is always rounded so that the window gets smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fraction {
    Down,
    Up,
}

impl Timestamp {
    /// From Unix seconds; `None` before 1970 and after 9999.
    #[must_use]
    pub fn from_unix(seconds: i64) -> Option<Self> {
        (0..=LAST).contains(&seconds).then_some(Self(seconds))
    }

    /// Unix seconds.
    #[must_use]
    pub fn as_unix(self) -> i64 {
        self.0
    }

    /// Seconds from `earlier` to `self`; negative if `self` is the earlier one.
    #[must_use]
    pub fn seconds_since(self, earlier: Self) -> i64 {
        // Both lie within 0..=LAST, so that the difference cannot overflow.
        self.0.saturating_sub(earlier.0)
    }

    /// This moment moved by so many seconds, held within what can be written.
    #[must_use]
    pub(crate) fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds).clamp(0, LAST))
    }

    /// RFC 3339 in UTC with `Z`, as npm and protobuf JSON write it. No offset, no lower case, no leap
    /// second, at most 9 digits of a fraction.
    pub(crate) fn from_rfc3339(text: &str, fraction: Fraction) -> Option<Self> {
        let (whole, part) = match text.split_once('.') {
            None => (text.strip_suffix('Z')?, ""),
            Some((whole, rest)) => (whole, rest.strip_suffix('Z').filter(|p| !p.is_empty())?),
        };
        if whole.len() != 19 || part.len() > 9 || !part.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let date = DateTime::from_str(&format!("{whole}Z")).ok()?;
        let seconds = i64::try_from(date.unix_duration().as_secs()).ok()?;
        let more = part.bytes().any(|b| b != b'0') && fraction == Fraction::Up;
        Self::from_unix(seconds.checked_add(i64::from(more))?)
    }
}

/// A text that is no time as [`Timestamp`] reads them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidTime;

impl fmt::Display for InvalidTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it is not like 2026-11-22T00:00:00Z")
    }
}

impl core::error::Error for InvalidTime {}

impl FromStr for Timestamp {
    type Err = InvalidTime;

    /// RFC 3339 with `Z`; a part of a second is dropped.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::from_rfc3339(text, Fraction::Down).ok_or(InvalidTime)
    }
}

impl From<SystemTime> for Timestamp {
    /// A clock before 1970 gives 1970, one after 9999 gives 9999.
    fn from(time: SystemTime) -> Self {
        let seconds = time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |d| d.as_secs());
        Self(i64::try_from(seconds).unwrap_or(LAST).min(LAST))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = u64::try_from(self.0).unwrap_or(0);
        match DateTime::from_unix_duration(core::time::Duration::from_secs(seconds)) {
            Ok(date) => write!(f, "{date}"),
            Err(_) => write!(f, "{seconds}"),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// A closed interval of time; no end means that it is still open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) start: Timestamp,
    pub(crate) end: Option<Timestamp>,
}

impl Window {
    /// Both bounds belong to it (sigstore conformance: `validity-end-inclusive`).
    pub(crate) fn contains(&self, time: Timestamp) -> bool {
        self.start <= time && self.end.is_none_or(|end| time <= end)
    }
}

#[cfg(test)]
mod tests {
    use super::{Fraction, Timestamp, Window};

    #[test]
    fn reads_what_registries_write() {
        let read = |t| Timestamp::from_rfc3339(t, Fraction::Down).map(Timestamp::as_unix);
        assert_eq!(read("2024-08-22T16:06:35.380Z"), Some(1_724_342_795));
        assert_eq!(read("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(read("9999-12-31T23:59:59Z"), Some(253_402_300_799));
    }

    #[test]
    fn a_part_of_a_second_counts_against_the_bound() {
        let up = |t| Timestamp::from_rfc3339(t, Fraction::Up).map(Timestamp::as_unix);
        assert_eq!(up("1970-01-01T00:00:01.000Z"), Some(1));
        assert_eq!(up("1970-01-01T00:00:01.001Z"), Some(2));
    }

    #[test]
    fn refuses_every_other_writing() {
        for text in [
            "",
            "Z",
            "2025-01-28T24:00:00Z",
            "2025-02-30T00:00:00Z",
            "2025-01-28T00:00:60Z",
            "2025-01-28t00:00:00Z",
            "2025-01-28T00:00:00z",
            "2025-01-28 00:00:00Z",
            "2025-01-28T00:00:00",
            "2025-01-28T00:00:00+00:00",
            "2025-01-28T00:00:00.Z",
            "2025-01-28T00:00:00.1234567890Z",
            "2025-01-28T00:00:00.1x3Z",
            "1969-12-31T23:59:59Z",
            "12025-01-28T00:00:00Z",
            "1738022400",
        ] {
            assert_eq!(Timestamp::from_rfc3339(text, Fraction::Down), None, "{text}");
        }
    }

    #[test]
    fn shows_what_it_reads() {
        let text = "2026-11-22T00:00:00Z";
        assert_eq!(text.parse::<Timestamp>().map(|t| t.to_string()).as_deref(), Ok(text));
    }

    #[test]
    fn a_window_holds_its_bounds() {
        let at = |s| Timestamp::from_unix(s).unwrap();
        let window = Window { start: at(10), end: Some(at(20)) };
        assert!(window.contains(at(10)) && window.contains(at(20)));
        assert!(!window.contains(at(9)) && !window.contains(at(21)));
    }
}
