//! A downgrade that was found.

use core::fmt;

use serde::Serialize;

use crate::artifact::Artifact;
use crate::error::{Denied, Text};
use crate::evidence::Evidence;
use crate::level::Level;
use crate::package::PackageId;
use crate::registry_id::RegistryId;
use crate::time::Timestamp;

/// What says that the earlier version had more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Basis {
    /// The registry, unsigned.
    RegistryAsserted,
    /// The earlier version's evidence was verified: [`Downgrade::confirmed_by`]. When each of the two
    /// was published is the registry's word still.
    Verified,
}

impl Basis {
    /// Its name in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RegistryAsserted => "registry-asserted",
            Self::Verified => "verified",
        }
    }
}

/// A version was published with less evidence than an earlier one. It is a reason to look and no proof
/// of a hijack: maintainers change their workflows, and publish by hand in a hurry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Downgrade {
    #[serde(skip)]
    registry: RegistryId,
    package: PackageId,
    from_version: Text,
    from_level: Level,
    from_time: Timestamp,
    to_level: Level,
    basis: Basis,
    spoiled: usize,
}

impl Downgrade {
    pub(super) fn new(artifact: &Artifact, from: (&str, Level, Timestamp), to_level: Level, spoiled: usize) -> Self {
        let (from_version, from_level, from_time) = from;
        Self {
            registry: artifact.registry().clone(),
            package: artifact.id().clone(),
            from_version: from_version.into(),
            from_level,
            from_time,
            to_level,
            basis: Basis::RegistryAsserted,
            spoiled,
        }
    }

    /// The version that has less.
    #[must_use]
    pub fn package(&self) -> &PackageId {
        &self.package
    }

    /// The latest of the earlier versions that had most.
    #[must_use]
    pub fn from_version(&self) -> &str {
        self.from_version.as_str()
    }

    /// What that one had.
    #[must_use]
    pub fn from_level(&self) -> Level {
        self.from_level
    }

    /// When that one was published, as the registry says.
    #[must_use]
    pub fn from_time(&self) -> Timestamp {
        self.from_time
    }

    /// What this version has.
    #[must_use]
    pub fn to_level(&self) -> Level {
        self.to_level
    }

    /// What it rests on.
    #[must_use]
    pub fn basis(&self) -> Basis {
        self.basis
    }

    /// How many versions in scope could not be compared, because their manifest or time is missing or
    /// cannot be read.
    #[must_use]
    pub fn spoiled(&self) -> usize {
        self.spoiled
    }

    /// With the earlier version's own evidence. If that proves more than this version has, the basis is
    /// [`Basis::Verified`] and `from_level` is what was proved, which may be less than was asserted: no
    /// certificate names a trusted publisher. Evidence of anything else changes nothing.
    #[must_use]
    pub fn confirmed_by(self, earlier: &Evidence) -> Self {
        let (artifact, proved) = (earlier.artifact(), Level::proved(earlier.examination()));
        let same = artifact.registry() == &self.registry
            && artifact.id().name() == self.package.name()
            && artifact.id().version() == self.from_version.as_str();
        if same && proved > self.to_level { Self { from_level: proved, basis: Basis::Verified, ..self } } else { self }
    }

    /// What the person who reads it can do.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        self.denied().help()
    }

    pub(super) fn denied(&self) -> Denied {
        Denied::TrustDowngrade {
            from_version: self.from_version.clone(),
            from_level: self.from_level.as_str(),
            to_level: self.to_level.as_str(),
            basis: self.basis.as_str(),
        }
    }
}

impl fmt::Display for Downgrade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.denied().fmt(f)
    }
}
