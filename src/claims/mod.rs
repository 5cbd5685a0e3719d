//! What a registry says about a package: parsed, bounded, and not believed.
//!
//! Nothing here verifies anything. Claims are owned, `Send` and serialisable, so that an embedder can
//! keep them beside its index and verify them again without a network.

mod attestations;
mod history;
mod manifest;
mod packument;

use serde::{Deserialize, Serialize};

pub use attestations::Attestations;
pub(crate) use attestations::{AttestationClaim, Response};
pub use history::{History, PastVersion};
pub use manifest::{Advertised, DistClaims, RegistryHints, SignatureClaim, TrustedPublisherHint};
pub use packument::{Packument, PublishTime};

/// Everything that is claimed about one version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    pub(crate) dist: DistClaims,
    pub(crate) attestations: Attestations,
    pub(crate) publish_time: PublishTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) history: Option<History>,
}

impl Claims {
    /// The manifest's claims, and what is known of the attestations. The publish time and the history
    /// count as not asked for, until [`Claims::with_publish_time`] and [`Claims::with_history`].
    #[must_use]
    pub fn new(dist: DistClaims, attestations: Attestations) -> Self {
        Self { dist, attestations, publish_time: PublishTime::NotAsked, history: None }
    }

    /// With what the packument says, unsigned, about when this version was published.
    #[must_use]
    pub fn with_publish_time(self, publish_time: PublishTime) -> Self {
        Self { publish_time, ..self }
    }

    /// With what the packument says, unsigned, about all versions of the package.
    #[must_use]
    pub fn with_history(self, history: History) -> Self {
        Self { history: Some(history), ..self }
    }

    /// The manifest's claims.
    #[must_use]
    pub fn dist(&self) -> &DistClaims {
        &self.dist
    }
}
