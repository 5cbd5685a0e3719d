//! The serialisable outcome of an audit: a stable interface (`countersign.audit/1`).

mod claims;
mod decision;
mod failure;
mod package;
mod role;
mod rollout;
mod summary;

use serde::Serialize;

use crate::evidence::Note;
use crate::registry_id::RegistryId;
use crate::time::Timestamp;

pub use package::{PackageReport, Subject, Verdict};
pub use role::Role;
pub use rollout::{LevelCounts, Rollout};
pub use summary::Summary;

/// Where the documents came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Source {
    /// A registry.
    Live,
    /// A recording.
    Replay,
}

/// What was found of many packages. The same packages at the same moment give the same bytes,
/// in whatever order they were verified.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditReport {
    schema: &'static str,
    verified_at: Timestamp,
    source: Source,
    registry: String,
    registry_identity: RegistryId,
    notes: Vec<Note>,
    summary: Summary,
    packages: Vec<PackageReport>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Head<'a> {
    schema: &'static str,
    verified_at: Timestamp,
    source: Source,
    registry: &'a str,
    registry_identity: &'a RegistryId,
    notes: &'a [Note],
    summary: &'a Summary,
}

impl AuditReport {
    /// Sorts and counts. `registry` is the URL that documents were fetched from.
    #[must_use]
    pub fn new(
        verified_at: Timestamp,
        source: Source,
        registry: &str,
        identity: RegistryId,
        mut notes: Vec<Note>,
        mut packages: Vec<PackageReport>,
    ) -> Self {
        notes.sort();
        packages.sort_by(PackageReport::order);
        let packages: Vec<_> = packages.into_iter().map(|package| package.within(&identity)).collect();
        Self {
            schema: "countersign.audit/1",
            verified_at,
            source,
            registry: registry.into(),
            registry_identity: identity,
            notes,
            summary: Summary::of(&packages),
            packages,
        }
    }

    /// Whether something was audited and every audited package is verified: exit code 0.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.summary.is_clean()
    }

    /// The moment that everything was judged at.
    #[must_use]
    pub fn verified_at(&self) -> Timestamp {
        self.verified_at
    }

    /// Where the documents came from.
    #[must_use]
    pub fn source(&self) -> Source {
        self.source
    }

    /// The URL that documents were fetched from.
    #[must_use]
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The registry whose packages they were judged as.
    #[must_use]
    pub fn registry_identity(&self) -> &RegistryId {
        &self.registry_identity
    }

    /// What concerns the run as a whole, sorted.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// The report without its packages, for those who stream them: schema, moment, source, registry, notes
    /// and summary.
    #[must_use]
    pub fn head(&self) -> impl Serialize + '_ {
        Head {
            schema: self.schema,
            verified_at: self.verified_at,
            source: self.source,
            registry: &self.registry,
            registry_identity: &self.registry_identity,
            notes: &self.notes,
            summary: &self.summary,
        }
    }

    /// The counts.
    #[must_use]
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// The packages, sorted by name, version, integrity and location.
    #[must_use]
    pub fn packages(&self) -> &[PackageReport] {
        &self.packages
    }
}
