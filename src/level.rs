//! How much stands behind a version, as one scale.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::claims::DistClaims;
use crate::evidence::Examination;
use crate::registry::RegistrySignature;

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
    /// What was proved. A trusted publisher or an approval is in no certificate: for those see
    /// [`Level::asserted`].
    #[must_use]
    pub fn proved(examination: &Examination) -> Self {
        match (examination.provenance().proven(), examination.registry_signature()) {
            (Some(_), _) => Self::Provenance,
            (None, Ok(RegistrySignature::Verified(_))) => Self::RegistrySignature,
            _ => Self::Unproven,
        }
    }

    /// What the manifest says of itself, unsigned. It raises no trust; that it sinks from one version to
    /// the next is worth a look. A trusted publisher counts only beside provenance, as at pnpm since
    /// #11911, because without it nothing could be verified.
    #[must_use]
    pub fn asserted(dist: &DistClaims) -> Self {
        let provenance = dist.advertised.as_ref().is_some_and(|advertised| advertised.provenance.is_some());
        let hints = dist.hints();
        if hints.approver.is_some() {
            Self::StagedPublish
        } else if provenance && hints.trusted_publisher.is_some() {
            Self::TrustedPublisher
        } else if provenance {
            Self::Provenance
        } else if !dist.signatures.0.is_empty() {
            Self::RegistrySignature
        } else {
            Self::Unproven
        }
    }

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
