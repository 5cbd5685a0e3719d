//! The counts of a report.

use serde::Serialize;

use super::claims::{PublisherReportStatus, Status};
use super::package::{PackageReport, Verdict};
use super::rollout::Rollout;
use crate::registry::Window;

/// How many packages have which verdict, and how each claim fared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// All entries, the skipped ones too.
    pub packages: usize,
    /// Packages that are verified.
    pub verified: usize,
    /// Packages that are invalid.
    pub invalid: usize,
    /// Packages that are denied.
    pub denied: usize,
    /// Packages that are unverifiable.
    pub unverifiable: usize,
    /// Entries that are no registry packages.
    pub skipped: usize,
    /// Registry signatures.
    pub registry_signature: SignatureCounts,
    /// Provenance.
    pub provenance: ProvenanceCounts,
    /// Trusted publishers.
    pub publisher: PublisherCounts,
    /// How many packages have which level.
    pub rollout: Rollout,
}

/// How registry signatures fared. `unjudged` are among `verified`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct SignatureCounts {
    pub verified: usize,
    pub unjudged: usize,
    pub missing: usize,
    pub unknown_key: usize,
    pub no_keys: usize,
    pub unverifiable: usize,
    pub invalid: usize,
}

/// How provenance fared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct ProvenanceCounts {
    pub verified: usize,
    pub unconfirmed: usize,
    pub absent: usize,
    pub not_asked: usize,
    pub withheld: usize,
    pub unavailable: usize,
    pub unverifiable: usize,
    pub invalid: usize,
}

/// How trusted publishers fared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct PublisherCounts {
    #[serde(rename = "match")]
    pub matches: usize,
    pub mismatch: usize,
    pub unprovable: usize,
    pub unconfigured: usize,
}

fn count(counter: &mut usize) {
    *counter = counter.saturating_add(1);
}

impl Summary {
    pub(super) fn of(packages: &[PackageReport]) -> Self {
        let mut summary = Self::default();
        for package in packages {
            summary.add(package);
        }
        summary
    }

    /// Nothing audited is not clean: an empty selection must not pass for a verified one.
    pub(super) fn is_clean(&self) -> bool {
        self.verified > 0 && self.invalid == 0 && self.denied == 0 && self.unverifiable == 0
    }

    fn add(&mut self, package: &PackageReport) {
        count(&mut self.packages);
        self.rollout.add(package);
        count(match package.verdict() {
            Verdict::Skipped => &mut self.skipped,
            Verdict::Verified => &mut self.verified,
            Verdict::Unverifiable => &mut self.unverifiable,
            Verdict::Denied => &mut self.denied,
            Verdict::Invalid => &mut self.invalid,
        });
        let Some(claims) = package.claims() else { return };
        let signature = &mut self.registry_signature;
        if claims.registry_signature.window == Some(Window::Unjudged) {
            count(&mut signature.unjudged);
        }
        count(match claims.registry_signature.status {
            Status::Verified => &mut signature.verified,
            Status::Missing => &mut signature.missing,
            Status::UnknownKey => &mut signature.unknown_key,
            Status::NoKeys => &mut signature.no_keys,
            Status::Invalid => &mut signature.invalid,
            _ => &mut signature.unverifiable,
        });
        let provenance = &mut self.provenance;
        count(match claims.provenance.status {
            Status::Verified => &mut provenance.verified,
            Status::Unconfirmed => &mut provenance.unconfirmed,
            Status::Absent => &mut provenance.absent,
            Status::NotAsked => &mut provenance.not_asked,
            Status::Withheld => &mut provenance.withheld,
            Status::Unavailable => &mut provenance.unavailable,
            Status::Invalid => &mut provenance.invalid,
            _ => &mut provenance.unverifiable,
        });
        let publisher = &mut self.publisher;
        count(match claims.publisher.status {
            PublisherReportStatus::Match => &mut publisher.matches,
            PublisherReportStatus::Mismatch => &mut publisher.mismatch,
            PublisherReportStatus::Unprovable => &mut publisher.unprovable,
            PublisherReportStatus::Unconfigured => &mut publisher.unconfigured,
        });
    }
}
