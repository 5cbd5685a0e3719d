//! The thing to be verified: a package at a registry, with the sha512 of its tarball.

use sha2::{Digest as _, Sha256, Sha384, Sha512};

use crate::error::{ParseError, VerifyError};
use crate::integrity::{self, Sha512Digest};
use crate::package::PackageId;
use crate::registry_id::RegistryId;

/// A package at a registry, with the sha512 that its tarball has or is expected to have.
///
/// It says itself which of the two: [`Artifact::expected`] repeats the consumer's own record,
/// [`Artifact::hashed`] had the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    registry: RegistryId,
    id: PackageId,
    sha512: Sha512Digest,
    bytes: Bytes,
}

/// Whether the tarball itself was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Bytes {
    Expected,
    Hashed(Hashed),
}

impl Artifact {
    /// A tarball that was not seen, by the digest in the consumer's own record: its lock file, never
    /// what the registry answers.
    ///
    /// # Errors
    /// In order: [`ParseError::IntegrityMalformed`], [`ParseError::AmbiguousIntegrity`],
    /// [`ParseError::WeakIntegrity`].
    pub fn expected(registry: RegistryId, id: PackageId, integrity: &str) -> Result<Self, ParseError> {
        Ok(Self { registry, id, sha512: integrity::parse(integrity)?, bytes: Bytes::Expected })
    }

    /// A tarball whose bytes went through an [`ArtifactHasher`].
    #[must_use]
    pub fn hashed(registry: RegistryId, id: PackageId, hashed: Hashed) -> Self {
        Self { registry, id, sha512: hashed.sha512, bytes: Bytes::Hashed(hashed) }
    }

    /// A tarball in memory, as it came over the wire. It is hashed and never opened.
    ///
    /// # Errors
    /// [`ParseError::Malformed`] if it is empty: no tarball is.
    pub fn from_tarball(registry: RegistryId, id: PackageId, tarball: &[u8]) -> Result<Self, ParseError> {
        if tarball.is_empty() {
            return Err(ParseError::Malformed { what: "tarball", reason: "it is empty".into() });
        }
        let mut hasher = ArtifactHasher::new();
        hasher.update(tarball);
        let mut hashed = hasher.finish();
        hashed.further = Some((Sha256::digest(tarball).into(), Sha384::digest(tarball).into()));
        Ok(Self::hashed(registry, id, hashed))
    }

    /// The registry it belongs to: only that registry's keys are tried.
    #[must_use]
    pub fn registry(&self) -> &RegistryId {
        &self.registry
    }

    /// Name and version.
    #[must_use]
    pub fn id(&self) -> &PackageId {
        &self.id
    }

    /// The digest that everything is bound to.
    #[must_use]
    pub fn sha512(&self) -> &Sha512Digest {
        &self.sha512
    }

    /// Whether the bytes were seen.
    #[must_use]
    pub fn is_hashed(&self) -> bool {
        matches!(self.bytes, Bytes::Hashed(_))
    }

    /// The sha256 and sha384 of the bytes, where they were in hand as a whole.
    pub(crate) fn further_digests(&self) -> Option<&([u8; 32], [u8; 48])> {
        match &self.bytes {
            Bytes::Hashed(hashed) => hashed.further.as_ref(),
            Bytes::Expected => None,
        }
    }
}

/// Hashes a tarball while it streams by.
#[derive(Clone, Debug, Default)]
pub struct ArtifactHasher(Sha512);

impl ArtifactHasher {
    /// Nothing hashed yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The next bytes, as they come over the wire: before any content encoding is undone wrongly, and
    /// before the archive is opened.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// All bytes were given.
    pub fn finish(self) -> Hashed {
        Hashed { sha512: Sha512Digest::new(self.0.finalize().into()), further: None }
    }
}

/// The digest of bytes that were really hashed. Only [`ArtifactHasher`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Hashed {
    sha512: Sha512Digest,
    further: Option<([u8; 32], [u8; 48])>,
}

impl Hashed {
    /// The digest.
    #[must_use]
    pub fn sha512(&self) -> &Sha512Digest {
        &self.sha512
    }

    /// Whether these are the bytes that were expected. Without this line a download that was altered
    /// after verification would be unpacked.
    pub(crate) fn must_be(&self, expected: &Sha512Digest) -> Result<(), VerifyError> {
        if self.sha512 == *expected {
            return Ok(());
        }
        Err(VerifyError::IntegrityMismatch {
            expected: expected.to_string().into(),
            found: self.sha512.to_string().into(),
        })
    }
}
