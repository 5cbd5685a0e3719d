//! Less evidence than earlier versions of the same package had.
//!
//! The sign of a hijacked account: the thief has a token, and not the workflow that used to publish. The
//! algorithm is pnpm's `trustPolicy: no-downgrade` (`trustChecks.ts`), with the options that its users
//! ask for. All of it rests on what the registry says of itself, so it may refuse and never vouches.

mod found;
#[cfg(test)]
mod tests;

use core::num::NonZeroU16;

use semver::Version;
use serde::{Deserialize, Deserializer, Serialize, de};

use super::Need;
use crate::claims::{History, PastVersion};
use crate::error::Denied;
use crate::evidence::{Claim, Examination, Finding, Note};
use crate::json;
use crate::level::Level;
use crate::time::Timestamp;

pub use found::{Basis, Downgrade};

const SECONDS_A_DAY: i64 = 86_400;

/// What follows from a downgrade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum OnDowngrade {
    /// It is noted.
    Warn,
    /// The version is refused.
    Deny,
}

/// Which earlier versions a version is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DowngradeScope {
    /// All, as at pnpm: a thief may publish into an old line. A line that never had provenance is
    /// reported from the day on which a newer one has it.
    All,
    /// Those of the same major version: maintenance lines are not held to what newer ones have.
    SameMajor,
}

/// When a version that was published with less evidence than an earlier one is noted or refused.
///
/// In a file: `on` (`"warn"` or `"deny"`, required), `scope` (`"all"`, the default, or `"same-major"`),
/// `ignore-older-than` (whole days, at least one), `enforce-since` (`"2026-01-01"` or a time with `Z`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DowngradeRule {
    on: OnDowngrade,
    #[serde(default = "all")]
    scope: DowngradeScope,
    #[serde(default, deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    ignore_older_than: Option<NonZeroU16>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "date_or_time")]
    enforce_since: Option<Timestamp>,
}

fn all() -> DowngradeScope {
    DowngradeScope::All
}

fn date_or_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let time = if text.len() == "2026-01-01".len() { format!("{text}T00:00:00Z") } else { text };
    time.parse().map(Some).map_err(|_| de::Error::custom("it is not like 2026-01-01 or 2026-01-01T00:00:00Z"))
}

impl DowngradeRule {
    /// Compares with all earlier versions, whatever their age.
    #[must_use]
    pub fn new(on: OnDowngrade) -> Self {
        Self { on, scope: DowngradeScope::All, ignore_older_than: None, enforce_since: None }
    }

    /// Compares with these.
    #[must_use]
    pub fn scope(self, scope: DowngradeScope) -> Self {
        Self { scope, ..self }
    }

    /// A version published more than so many days ago is not judged: a hijack does not stay unnoticed
    /// for so long (pnpm's `trustPolicyIgnoreAfter`).
    #[must_use]
    pub fn ignore_older_than(self, days: NonZeroU16) -> Self {
        Self { ignore_older_than: Some(days), ..self }
    }

    /// A version published before this moment is not judged, so that what has long been in use need not
    /// be exempted one by one (npm RFC 891). It is still what later versions are compared with.
    #[must_use]
    pub fn enforce_since(self, moment: Timestamp) -> Self {
        Self { enforce_since: Some(moment), ..self }
    }

    /// Whether an earlier version was published with more than this one, whatever follows from it.
    ///
    /// Earlier is what was published at least a second before, in scope, and no prerelease unless this
    /// one is. Earlier versions of which the manifest or the time cannot be read do not count; the
    /// downgrade says how many.
    ///
    /// What was published when is the registry's word. What was proved of this version raises its level,
    /// and a provenance that was looked at and does not count lowers it.
    ///
    /// # Errors
    /// In order: [`Denied::NotSupplied`] without a history; [`Denied::HistoryUndated`] if the packument
    /// dates no version at all; [`Denied::VersionUndated`] if it dates others and not this one.
    pub fn find(&self, examination: &Examination, now: Timestamp) -> Result<Option<Downgrade>, Denied> {
        let Some(history) = examination.history() else {
            return Err(Denied::NotSupplied { need: Need::History });
        };
        if !history.is_dated() {
            return Err(Denied::HistoryUndated);
        }
        let version = examination.artifact().id().version();
        let Some(published) = history.version(version).and_then(PastVersion::time) else {
            return Err(Denied::VersionUndated);
        };
        if self.exempts(published, now) {
            return Ok(None);
        }
        let level = level_of(examination);
        let earlier = self.earlier(history, version, published);
        Ok(earlier.strongest.filter(|(strongest, _, _)| *strongest > level).map(|(from_level, from_time, from)| {
            Downgrade::new(examination.artifact(), (from, from_level, from_time), level, earlier.spoiled)
        }))
    }

    /// What follows from [`DowngradeRule::find`]: nothing, a note, or a refusal. To warn is not to
    /// refuse what cannot be judged; only a history that was not supplied is an error in any case.
    ///
    /// # Errors
    /// In order: those of [`DowngradeRule::find`], then [`Denied::TrustDowngrade`].
    pub fn judge(&self, examination: &Examination, now: Timestamp) -> Result<Option<Note>, Denied> {
        match (self.find(examination, now), self.on) {
            (Ok(None), _) => Ok(None),
            (Ok(Some(downgrade)), OnDowngrade::Deny) => Err(downgrade.denied()),
            (Ok(Some(downgrade)), OnDowngrade::Warn) => {
                Ok(Some(Note::new(Claim::Publisher, "NOTE_COUNTERSIGN_TRUST_DOWNGRADE", downgrade.to_string())))
            }
            (Err(unjudged @ (Denied::HistoryUndated | Denied::VersionUndated)), OnDowngrade::Warn) => {
                Ok(Some(Note::new(Claim::Publisher, "NOTE_COUNTERSIGN_DOWNGRADE_UNJUDGED", unjudged.to_string())))
            }
            (Err(denied), _) => Err(denied),
        }
    }

    fn exempts(&self, published: Timestamp, now: Timestamp) -> bool {
        let age = now.seconds_since(published);
        self.ignore_older_than.is_some_and(|days| age > i64::from(days.get()).saturating_mul(SECONDS_A_DAY))
            || self.enforce_since.is_some_and(|since| published < since)
    }

    fn earlier<'a>(&self, history: &'a History, candidate: &str, published: Timestamp) -> Earlier<'a> {
        let mut earlier = Earlier { strongest: None, spoiled: 0 };
        for past in history.versions().iter().filter(|past| self.compares(candidate, past.version())) {
            match (past.level(), past.time()) {
                // Published with it or later.
                (_, Some(time)) if time >= published => {}
                // Of several the latest: between that one and this the evidence was lost.
                (Some(level), Some(time)) => {
                    earlier.strongest = earlier.strongest.max(Some((level, time, past.version())));
                }
                _ => earlier.spoiled = earlier.spoiled.saturating_add(1),
            }
        }
        earlier
    }

    /// Prereleases are often published by another workflow, so that they would make every release a
    /// downgrade (pnpm 10.24). What is no version at all is in every scope: it counts as spoiled.
    fn compares(&self, candidate: &str, other: &str) -> bool {
        let (Ok(this), Ok(that)) = (Version::parse(candidate), Version::parse(other)) else {
            return candidate != other;
        };
        let same_line = self.scope == DowngradeScope::All || this.major == that.major;
        candidate != other && same_line && (that.pre.is_empty() || !this.pre.is_empty())
    }
}

/// What was published before.
struct Earlier<'a> {
    strongest: Option<(Level, Timestamp, &'a str)>,
    spoiled: usize,
}

/// A manifest that promises a provenance which turns out not to count must not pass for one that keeps
/// the promise. That nobody looked, or that it was not delivered, is no such finding.
fn level_of(examination: &Examination) -> Level {
    let (asserted, proved) = (examination.asserted_level(), examination.proved_level());
    let rests_on_provenance = matches!(asserted, Level::Provenance | Level::TrustedPublisher);
    let refuted = matches!(examination.provenance(), Finding::Unconfirmed(..) | Finding::Failed(_));
    if rests_on_provenance && refuted { proved } else { asserted.max(proved) }
}
