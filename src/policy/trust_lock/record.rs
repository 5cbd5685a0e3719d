//! What is written down, and what never is.

use core::fmt;

use serde::Serialize;

use super::entry::{Entry, PinnedVersion};
use super::signer::PinnedSigner;
use super::{TrustLock, Versions};
use crate::evidence::{Evidence, Finding};
use crate::level::Level;
use crate::limits;
use crate::policy::drift::{Drift, DriftKind};
use crate::time::Timestamp;

/// What became of a pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Recorded {
    /// It is new.
    Added,
    /// It was there, and says something else now.
    Changed,
    /// It was there, and says the same.
    Unchanged,
}

/// Why a version is not pinned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum NotRecorded {
    /// The drift is of other evidence, or from another lock.
    OtherDrift,
    /// It differs from what is pinned, and nobody accepted that.
    NotAccepted,
    /// Neither the registry nor a workflow signed it.
    NothingProven,
    /// Nobody asked for its attestations: that there are none is not known.
    ProvenanceNotAsked,
    /// Its attestations are advertised and were not delivered.
    ProvenanceWithheld,
    /// Its attestations could not be fetched.
    ProvenanceUnavailable,
    /// Its provenance is not confirmed by the registry's publish attestation.
    ProvenanceUnconfirmed,
    /// The certificate of its provenance names nobody.
    SignerUnnamed,
    /// As many versions of the package are pinned as a lock may hold.
    Full,
}

impl fmt::Display for NotRecorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OtherDrift => "the comparison is of other evidence or with another lock",
            Self::NotAccepted => "it differs from what is pinned, and that was not accepted",
            Self::NothingProven => "nothing was proved of it",
            Self::ProvenanceNotAsked => "its attestations were not asked for",
            Self::ProvenanceWithheld => "its attestations are advertised and were not delivered",
            Self::ProvenanceUnavailable => "its attestations could not be fetched",
            Self::ProvenanceUnconfirmed => "its provenance is not confirmed by a publish attestation",
            Self::SignerUnnamed => "the certificate of its provenance names nobody",
            Self::Full => "no more versions of this package can be pinned",
        })
    }
}

impl core::error::Error for NotRecorded {}

impl TrustLock {
    /// Pins what was proved of a version. Whether the rest of the verdict is clean is for the caller to
    /// say, by calling this.
    ///
    /// A drift stays good for this lock while other versions are recorded, so that what one audit found
    /// can be recorded together. A pin is never removed: a version that was accepted with other bytes
    /// stands beside the former one.
    ///
    /// # Errors
    /// In order: [`NotRecorded::OtherDrift`], [`NotRecorded::NotAccepted`] (also where a tarball of the
    /// same version was recorded since the comparison), one of the reasons why its provenance is not known,
    /// [`NotRecorded::SignerUnnamed`], [`NotRecorded::NothingProven`], [`NotRecorded::Full`]. Then the lock
    /// is as it was.
    pub fn record(&mut self, evidence: &Evidence, drift: &Drift) -> Result<Recorded, NotRecorded> {
        if !drift.is_of(evidence, &self.read) {
            return Err(NotRecorded::OtherDrift);
        }
        if !drift.is_clean() && !drift.is_accepted() {
            return Err(NotRecorded::NotAccepted);
        }
        let entry = entry(evidence)?;
        let artifact = evidence.artifact();
        let (version, sha512) = (PinnedVersion::of(artifact.id()), artifact.sha512());
        let pinned = self.registries.get(artifact.registry()).and_then(|packages| packages.get(artifact.id().name()));
        let tarballs = pinned.and_then(|versions| versions.get(&version));
        let known = tarballs.is_some_and(|tarballs| tarballs.contains_key(sha512));
        if tarballs.is_some() && !known && !drift.has(DriftKind::ArtifactReplaced) {
            return Err(NotRecorded::NotAccepted);
        }
        if !known && pinned.is_some_and(|versions| count(versions) >= limits::LOCK_ENTRIES) {
            return Err(NotRecorded::Full);
        }
        let packages = self.registries.entry(artifact.registry().clone()).or_default();
        let versions = packages.entry(artifact.id().name().into()).or_default();
        let tarballs = versions.entry(version).or_default();
        let earlier = tarballs.get(sha512).and_then(|pinned| pinned.time);
        let entry = Entry { time: earliest(earlier, entry.time), ..entry };
        Ok(match tarballs.insert(*sha512, entry) {
            None => Recorded::Added,
            Some(former) if tarballs.get(sha512) == Some(&former) => Recorded::Unchanged,
            Some(_) => Recorded::Changed,
        })
    }
}

/// "None" is pinned only of what is known to have none: else a failed download would be remembered as the
/// package's habit, and no later loss would be one.
fn entry(evidence: &Evidence) -> Result<Entry, NotRecorded> {
    let signer = match evidence.examination().provenance() {
        Finding::Absent => None,
        Finding::Proven(_) if evidence.publish_attestation().is_none() => {
            return Err(NotRecorded::ProvenanceUnconfirmed);
        }
        Finding::Proven(_) => Some(PinnedSigner::confirmed(evidence).ok_or(NotRecorded::SignerUnnamed)?),
        Finding::NotAsked => return Err(NotRecorded::ProvenanceNotAsked),
        Finding::Withheld => return Err(NotRecorded::ProvenanceWithheld),
        Finding::Unavailable(_) => return Err(NotRecorded::ProvenanceUnavailable),
        // No evidence holds the last two.
        Finding::Unconfirmed(..) | Finding::NoKeys | Finding::Failed(_) => {
            return Err(NotRecorded::ProvenanceUnconfirmed);
        }
    };
    let entry = Entry::of(evidence, signer);
    if entry.level == Level::Unproven || entry.problem().is_some() {
        return Err(NotRecorded::NothingProven);
    }
    Ok(entry)
}

/// Both are upper bounds of the publication. Anybody may log an old attestation once more, and would
/// make an old version the baseline if the later time counted; so would whoever leaves the attestation
/// out, if that unmade the time.
fn earliest(pinned: Option<Timestamp>, found: Option<Timestamp>) -> Option<Timestamp> {
    match (pinned, found) {
        (Some(pinned), Some(found)) => Some(pinned.min(found)),
        (pinned, found) => pinned.or(found),
    }
}

pub(super) fn count(versions: &Versions) -> usize {
    versions.values().map(|tarballs| tarballs.len()).sum()
}

#[cfg(test)]
mod tests {
    use super::earliest;

    #[test]
    fn po_34_a_time_that_is_pinned_is_not_lost_with_its_attestation() {
        let [early, late] = ["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"].map(|time| Some(time.parse().unwrap()));
        assert_eq!((earliest(late, early), earliest(early, late)), (early, early));
        assert_eq!((earliest(early, None), earliest(None, early), earliest(None, None)), (early, early, None));
    }
}
