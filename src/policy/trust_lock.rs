//! The trust lock: what was proved of each package when it was first accepted.
//!
//! Trust on first use. A policy names publishers; for the packages that it does not name, the lock
//! remembers who signed, and says so when somebody else does. It holds nothing secret and proves nothing:
//! whoever can write the file decides, so keep it under version control beside the lock file.

mod comparison;
mod entry;
mod record;
mod signer;
mod written;

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::drift::{Drift, DriftEvent, DriftKind};
use crate::error::ParseError;
use crate::evidence::Evidence;
use crate::identity::{GITHUB, GITHUB_ISSUER, GITLAB, GITLAB_ISSUER};
use crate::integrity::Sha512Digest;
use crate::package::PackageId;
use crate::publisher::TrustedPublisher;
use crate::registry_id::RegistryId;

pub use entry::Pin;
use entry::{Entry, PinnedVersion};
pub use record::{NotRecorded, Recorded};
pub use signer::PinnedSigner;

type Versions = BTreeMap<PinnedVersion, BTreeMap<Sha512Digest, Entry>>;
type Packages = BTreeMap<Box<str>, Versions>;

/// The pins of any number of registries.
///
/// It is keyed by registry identity, name, version and sha512, and written as sorted JSON, so that the
/// same pins are the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustLock {
    registries: BTreeMap<RegistryId, Packages>,
    /// What it was read from: a drift says by it which lock it is a drift from.
    read: [u8; 32],
}

impl TrustLock {
    /// No pins.
    #[must_use]
    pub fn empty() -> Self {
        Self { registries: BTreeMap::new(), read: Sha256::digest(b"").into() }
    }

    /// Reads a lock. Members may stand in any order; none may be unknown, stand twice, or be spelled
    /// otherwise than [`TrustLock::to_json`] spells it.
    ///
    /// # Errors
    /// In order: [`ParseError::LimitExceeded`] (64 MiB, depth 64, 4096 versions of one package),
    /// [`ParseError::LockInvalid`] for a file that is cut off, of another schema, or of another shape, and
    /// for an entry that contradicts itself.
    pub fn from_json(json: &[u8]) -> Result<Self, ParseError> {
        let registries = written::read(json)?;
        Ok(Self { registries, read: Sha256::digest(json).into() })
    }

    /// The whole lock: indented, sorted, with a line end at its end.
    #[must_use]
    pub fn to_json(&self) -> String {
        written::write(&self.registries)
    }

    /// Compares a version with what is pinned of its package.
    ///
    /// If nothing is, the only event is [`DriftKind::FirstSeen`]. If this very version with this very digest
    /// is pinned, it is compared with its own entry. Else it is compared with the [baseline](Self::baseline);
    /// it is also an event if the same version is pinned with another digest, or if a higher version is
    /// pinned.
    pub fn compare(&self, evidence: &Evidence) -> Drift {
        let (artifact, id) = (evidence.artifact(), evidence.artifact().id());
        let version = PinnedVersion::of(id);
        let pins = || self.pins_of(artifact.registry(), id.name());
        let own = pins().find(|pin| *pin.version == version && pin.sha512 == artifact.sha512());
        let events = match (own, self.baseline(artifact.registry(), id.name())) {
            (Some(own), _) => comparison::compare(own, &version, evidence),
            (None, None) => {
                let level = evidence.examination().level_with_hints();
                vec![DriftEvent::new(DriftKind::FirstSeen, None, Some(level.as_str()))]
            }
            (None, Some(baseline)) => {
                let mut events = comparison::compare(baseline, &version, evidence);
                if let Some(other) = pins().find(|pin| *pin.version == version) {
                    let (before, after) = (other.sha512.to_string(), artifact.sha512().to_string());
                    events.push(DriftEvent::new(DriftKind::ArtifactReplaced, Some(&before), Some(&after)));
                }
                let highest = pins().max_by(|a, b| a.version.parsed().cmp_precedence(b.version.parsed()));
                if let Some(highest) = highest
                    && version.parsed().cmp_precedence(highest.version.parsed()).is_lt()
                {
                    events.push(DriftEvent::new(DriftKind::Rollback, Some(highest.version()), Some(version.as_str())));
                }
                events
            }
        };
        Drift::new(evidence, self.read, events)
    }

    /// Whether this digest is pinned for this package and version.
    #[must_use]
    pub fn pins(&self, registry: &RegistryId, id: &PackageId, sha512: &Sha512Digest) -> bool {
        let version = PinnedVersion::of(id);
        self.pins_of(registry, id.name()).any(|pin| *pin.version == version && pin.sha512 == sha512)
    }

    /// What a version that is not pinned is compared with: the pin with the greatest authenticated time.
    /// Those without one rank below all others, the highest version first. The order in the file decides
    /// nothing: whoever adds an old version must not thereby choose the baseline.
    #[must_use]
    pub fn baseline(&self, registry: &RegistryId, name: &str) -> Option<Pin<'_>> {
        self.pins_of(registry, name).max_by(|a, b| {
            let precedence = a.version.parsed().cmp_precedence(b.version.parsed());
            a.time().cmp(&b.time()).then(precedence).then_with(|| (a.version, a.sha512).cmp(&(b.version, b.sha512)))
        })
    }

    /// The publisher that the baseline's signer amounts to, where there is a form for it.
    #[must_use]
    pub fn pinned_publisher(&self, registry: &RegistryId, name: &str) -> Option<TrustedPublisher> {
        self.baseline(registry, name)?.signer().and_then(publisher)
    }

    fn pins_of(&self, registry: &RegistryId, name: &str) -> impl Iterator<Item = Pin<'_>> {
        let versions = self.registries.get(registry).and_then(|packages| packages.get(name));
        versions
            .into_iter()
            .flatten()
            .flat_map(|(version, tarballs)| tarballs.iter().map(move |(sha512, entry)| Pin { version, sha512, entry }))
    }
}

/// Everything that the pin states and a publisher can name: whoever takes the repository over, or leaves
/// the environment out, is another publisher.
fn publisher(signer: &PinnedSigner) -> Option<TrustedPublisher> {
    if signer.subject().is_some() {
        return None;
    }
    let (repository, workflow) = (signer.repository()?, signer.workflow()?);
    let mut publisher = match signer.issuer() {
        GITHUB_ISSUER => {
            let (name, file) = (repository.strip_prefix(GITHUB)?, workflow.strip_prefix(".github/workflows/")?);
            // A callee that is pinned with its ref has no such form; [`TrustLock::compare`] tells of it.
            let callee = signer.callee().map(|uri| uri.strip_prefix(GITHUB).unwrap_or_default().to_owned());
            let signed_in = callee.unwrap_or_else(|| format!("{name}/{workflow}"));
            let publisher = TrustedPublisher::github(name, file);
            publisher.map(|publisher| publisher.clone().allowed_signers([signed_in.as_str()]).unwrap_or(publisher))
        }
        GITLAB_ISSUER => TrustedPublisher::gitlab(repository.strip_prefix(GITLAB)?, workflow),
        _ => return None,
    }
    .ok()?;
    if let Some(id) = signer.repository_id() {
        publisher = publisher.repository_id(id).ok()?;
    }
    if let Some(id) = signer.owner_id() {
        publisher = publisher.owner_id(id).ok()?;
    }
    match signer.environment() {
        Some(environment) => publisher.environment(environment).ok(),
        None => Some(publisher),
    }
}

#[cfg(test)]
mod tests;
