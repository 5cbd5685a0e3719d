//! Bytes that may be unpacked.

use super::{Authorized, Receipt};
use crate::artifact::{Artifact, Hashed};

/// Bytes that were hashed, are those that were verified, and are allowed by a requirement. There is
/// no other way to one than [`Authorized::admit`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admitted {
    authorized: Authorized,
    artifact: Artifact,
}

impl Admitted {
    pub(super) fn new(authorized: Authorized, bytes: Hashed) -> Self {
        let claimed = authorized.artifact();
        let artifact = Artifact::hashed(claimed.registry().clone(), claimed.id().clone(), bytes);
        Self { authorized, artifact }
    }

    /// The artifact, with its bytes seen.
    #[must_use]
    pub fn artifact(&self) -> &Artifact {
        &self.artifact
    }

    /// What allowed it.
    pub fn authorized(&self) -> &Authorized {
        &self.authorized
    }

    /// What a later run may skip its work by.
    pub fn receipt(&self) -> Receipt {
        Receipt::of(&self.authorized)
    }
}
