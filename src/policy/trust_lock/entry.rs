//! What is pinned of one version.

use super::signer::PinnedSigner;
use crate::evidence::Evidence;
use crate::integrity::Sha512Digest;
use crate::level::Level;
use crate::package::PackageId;
use crate::registry::RegistrySignature;
use crate::time::Timestamp;

/// A version, ordered as the text that it is in the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PinnedVersion {
    text: Box<str>,
    parsed: semver::Version,
}

impl PinnedVersion {
    pub(super) fn of(id: &PackageId) -> Self {
        // A `PackageId`'s version always parses; the lowest version could only be called a rollback.
        let parsed = semver::Version::parse(id.version()).unwrap_or(semver::Version::new(0, 0, 0));
        Self { text: id.version().into(), parsed }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn parsed(&self) -> &semver::Version {
        &self.parsed
    }
}

/// What was proved of one version when it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) level: Level,
    /// `None`: there was no provenance.
    pub(super) signer: Option<PinnedSigner>,
    pub(super) keyid: Option<Box<str>>,
    /// The publish attestation's, authenticated by the log.
    pub(super) time: Option<Timestamp>,
}

impl Entry {
    pub(super) fn of(evidence: &Evidence, signer: Option<PinnedSigner>) -> Self {
        let keyid = match evidence.registry_signature() {
            RegistrySignature::Verified(signed) => Some(signed.keyid().into()),
            _ => None,
        };
        let level = match signer {
            Some(_) => evidence.examination().level_with_hints(),
            None if keyid.is_some() => Level::RegistrySignature,
            None => Level::Unproven,
        };
        Self { level, signer, keyid, time: evidence.published_at() }
    }

    /// Why no lock may hold it. A lock that claims an identity which nothing dates or ranks was not
    /// written by [`TrustLock`](super::TrustLock).
    pub(super) fn problem(&self) -> Option<&'static str> {
        if self.keyid.as_deref().is_some_and(|id| id.is_empty() || id.len() > crate::limits::SIGNATURE_BYTES) {
            return Some("its keyid is empty or too long");
        }
        match &self.signer {
            Some(_) if self.time.is_none() => Some("it has an identity and no time"),
            Some(_) if self.level < Level::Provenance => Some("it has an identity and a level below provenance"),
            Some(signer) => signer.problem(),
            None if self.level >= Level::Provenance => Some("it has a level of provenance and no identity"),
            None if self.level < Level::RegistrySignature || self.keyid.is_none() => Some("it pins nothing"),
            None => None,
        }
    }
}

/// One pinned version of a package.
#[derive(Clone, Copy, Debug)]
pub struct Pin<'a> {
    pub(super) version: &'a PinnedVersion,
    pub(super) sha512: &'a Sha512Digest,
    pub(super) entry: &'a Entry,
}

impl<'a> Pin<'a> {
    /// The version.
    #[must_use]
    pub fn version(&self) -> &'a str {
        self.version.as_str()
    }

    /// The digest of its tarball.
    #[must_use]
    pub fn sha512(&self) -> &'a Sha512Digest {
        self.sha512
    }

    /// How much stood behind it, a trusted publisher or an approval by the registry's unsigned word.
    #[must_use]
    pub fn level(&self) -> Level {
        self.entry.level
    }

    /// Who signed its provenance; `None` if it was known to have none.
    #[must_use]
    pub fn signer(&self) -> Option<&'a PinnedSigner> {
        self.entry.signer.as_ref()
    }

    /// The registry's key that signed it.
    #[must_use]
    pub fn keyid(&self) -> Option<&'a str> {
        self.entry.keyid.as_deref()
    }

    /// When the registry's attestation of it was logged.
    #[must_use]
    pub fn time(&self) -> Option<Timestamp> {
        self.entry.time
    }
}
