//! How old a version must be.

use serde::{Deserialize, Serialize};

use super::Need;
use crate::claims::PublishTime;
use crate::error::{Denied, ParseError};
use crate::evidence::{Examination, Finding};
use crate::json;
use crate::time::Timestamp;

const HOUR: i64 = 3600;
/// A hundred years: more is a slip of the pen.
const MOST_HOURS: u32 = 876_000;

/// Which time a version's age is counted from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AgeBasis {
    /// The log's time of the publish attestation, and no other.
    #[default]
    Authenticated,
    /// Where there is no such time, the packument's, which nobody signs: whoever can alter it can make
    /// a version look old.
    Asserted,
}

/// How long a version must have been public. Most malicious versions are found and removed within days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct MinAge {
    hours: u32,
    basis: AgeBasis,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Written {
    #[serde(default, deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    days: Option<u32>,
    #[serde(default, deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    hours: Option<u32>,
    #[serde(default)]
    time: AgeBasis,
}

impl MinAge {
    /// So many whole hours.
    ///
    /// # Errors
    /// [`ParseError::RequirementInvalid`] for none, which would require nothing, and for more than a
    /// hundred years.
    pub fn hours(hours: u32, basis: AgeBasis) -> Result<Self, ParseError> {
        match hours {
            1..=MOST_HOURS => Ok(Self { hours, basis }),
            _ => Err(ParseError::RequirementInvalid { reason: "`min-age` is from one hour to a hundred years" }),
        }
    }

    pub(super) fn needs(self, advertised: bool) -> Option<Need> {
        match self.basis {
            AgeBasis::Authenticated => advertised.then_some(Need::Attestations),
            AgeBasis::Asserted => Some(Need::PublishTime),
        }
    }

    /// Errors, in order: `NotSupplied`, `AgeUnprovable`, `TooYoung`.
    pub(super) fn judge(self, examination: &Examination, now: Timestamp) -> Result<(), Denied> {
        let published = self.published(examination)?;
        let old_enough = published.plus(i64::from(self.hours).saturating_mul(HOUR)) <= now;
        if old_enough { Ok(()) } else { Err(Denied::TooYoung { published, hours: self.hours }) }
    }

    fn published(self, examination: &Examination) -> Result<Timestamp, Denied> {
        if let Some(publish) = examination.publish_attestation().proven() {
            return Ok(publish.time());
        }
        match (self.basis, examination.publish_time) {
            (AgeBasis::Asserted, PublishTime::At(time)) => Ok(time),
            (AgeBasis::Asserted, PublishTime::NotAsked) => Err(Denied::NotSupplied { need: Need::PublishTime }),
            (AgeBasis::Asserted, PublishTime::Missing) => {
                Err(Denied::AgeUnprovable { reason: "the packument has no time for this version" })
            }
            (AgeBasis::Authenticated, _) => match examination.publish_attestation() {
                Finding::NotAsked => Err(Denied::NotSupplied { need: Need::Attestations }),
                _ => Err(Denied::AgeUnprovable { reason: "no publish attestation says when it was published" }),
            },
        }
    }
}

impl TryFrom<Written> for MinAge {
    type Error = ParseError;

    fn try_from(written: Written) -> Result<Self, ParseError> {
        let hours = match (written.days, written.hours) {
            (Some(days), None) => days.checked_mul(24).unwrap_or(0),
            (None, Some(hours)) => hours,
            _ => return Err(ParseError::RequirementInvalid { reason: "`min-age` is in either `days` or `hours`" }),
        };
        Self::hours(hours, written.time)
    }
}

impl From<MinAge> for Written {
    fn from(age: MinAge) -> Self {
        Self { days: None, hours: Some(age.hours), time: age.basis }
    }
}
