//! How much stands behind a version, as one scale.

use core::fmt;

use serde::{Deserialize, Serialize};

/// How a version was published, from the weakest to the strongest: pnpm's scale (`trustChecks.ts`), with
/// the registry's signature below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Level {
    /// Nothing says who published it.
    Unproven,
    /// The registry signed it.
    RegistrySignature,
    /// A CI workflow built it.
    Provenance,
    /// The workflow published it without a long-lived token.
    TrustedPublisher,
    /// As that, and a person approved it.
    StagedPublish,
}

impl Level {
    /// Its name in reports and locks.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unproven => "unproven",
            Self::RegistrySignature => "registry-signature",
            Self::Provenance => "provenance",
            Self::TrustedPublisher => "trusted-publisher",
            Self::StagedPublish => "staged-publish",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
