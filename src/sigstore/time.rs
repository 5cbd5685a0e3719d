//! Proof 4: the times at which everything else must hold.

use super::log_entry::LoggedEntry;
use super::timestamp::VerifiedTimestamp;
use crate::error::VerifyError;
use crate::time::Timestamp;

/// The authenticated times of one bundle: at least one, none after the moment of verification.
///
/// There is no other source. `now` would accept what a stolen key signs today, and a certificate's
/// own beginning would accept whatever it signs ever (sigstore-go #276).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VerifiedTimes {
    earliest: Timestamp,
    /// The others, ascending, without repetition.
    later: Vec<Timestamp>,
}

impl VerifiedTimes {
    /// From entries that their logs vouch for, and timestamps that their authorities vouch for: every
    /// time counts, whichever it comes from (client-spec §4.2, §4.3).
    ///
    /// If there is no signed time, `NO_VERIFIED_TIME`. If one is after `now`, `TIME_IN_FUTURE`. If a
    /// log's key was not valid at one of them, `LOG_KEY_EXPIRED`.
    pub(super) fn prove(
        entries: &[LoggedEntry],
        timestamps: &[VerifiedTimestamp],
        now: Timestamp,
    ) -> Result<Self, VerifyError> {
        let logged = entries.iter().filter_map(LoggedEntry::integrated_time);
        let mut times: Vec<Timestamp> = logged.chain(timestamps.iter().map(VerifiedTimestamp::time)).collect();
        times.sort_unstable();
        times.dedup();
        let mut ascending = times.into_iter();
        let earliest = ascending.next().ok_or(VerifyError::NoVerifiedTime)?;
        let times = Self { earliest, later: ascending.collect() };
        if times.latest() > now {
            return Err(VerifyError::TimeInFuture { time: times.latest(), now });
        }
        // A retired log's key may have leaked and can sign any time it likes. An entry with a proof alone
        // states none: its log must have been in service at the times that the others state.
        for entry in entries {
            if let Some(time) = times.iter().find(|time| !entry.log_window.contains(*time)) {
                return Err(VerifyError::LogKeyExpired { time });
            }
        }
        Ok(times)
    }

    /// The first of them.
    pub(crate) fn earliest(&self) -> Timestamp {
        self.earliest
    }

    /// The last of them.
    pub(crate) fn latest(&self) -> Timestamp {
        self.later.last().copied().unwrap_or(self.earliest)
    }

    /// All of them, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Timestamp> + '_ {
        core::iter::once(self.earliest).chain(self.later.iter().copied())
    }
}
