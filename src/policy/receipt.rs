//! A record that lets a warm install skip work.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{Authorized, Exemption, Requirement};
use crate::artifact::Artifact;
use crate::integrity::Sha512Digest;
use crate::package::PackageId;
use crate::registry_id::RegistryId;
use crate::time::Timestamp;
use crate::verifier::{RULES_VERSION, Verifier};

/// A record that one artifact was admitted under one requirement, with one set of trust material and
/// one version of the rules.
///
/// It is no proof: whoever can write the file it is kept in can write anything, and it never becomes
/// [`Authorized`]. Keep it where you keep what it speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Receipt {
    registry: RegistryId,
    package: PackageId,
    sha512: Sha512Digest,
    verifier: String,
    requirement: String,
    rules: u32,
    time: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
}

impl Receipt {
    pub(super) fn of(authorized: &Authorized) -> Self {
        let artifact = authorized.artifact();
        Self {
            registry: artifact.registry().clone(),
            package: artifact.id().clone(),
            sha512: *artifact.sha512(),
            verifier: hex::encode(authorized.verifier()),
            requirement: authorized.requirement().into(),
            rules: RULES_VERSION,
            time: authorized.at(),
            until: authorized.exemption().map(Exemption::expires),
        }
    }

    /// Whether the same question was answered before: same artifact, trust material, requirement and
    /// rules, not later than `now`, and by no exemption that has ended since. If any differs, verify
    /// again.
    ///
    /// `rules` is a [`Requirement`] or a [`Policy`](super::Policy); where a policy only observes, nothing
    /// is covered.
    #[must_use]
    pub fn covers(&self, artifact: &Artifact, verifier: &Verifier, rules: &impl Rules, now: Timestamp) -> bool {
        let Some(requirement) = rules.requirement_for(artifact) else { return false };
        self.registry == *artifact.registry()
            && self.package == *artifact.id()
            && self.sha512 == *artifact.sha512()
            && self.verifier == verifier.fingerprint()
            && self.requirement == requirement.fingerprint()
            && self.rules == RULES_VERSION
            && self.time <= now
            && self.until.is_none_or(|until| now < until)
    }
}

/// What decides about artifacts.
pub trait Rules {
    /// What this artifact must show; `None` if nothing is required of it.
    fn requirement_for(&self, artifact: &Artifact) -> Option<Cow<'_, Requirement>>;
}

impl Rules for Requirement {
    fn requirement_for(&self, _: &Artifact) -> Option<Cow<'_, Requirement>> {
        Some(Cow::Borrowed(self))
    }
}
