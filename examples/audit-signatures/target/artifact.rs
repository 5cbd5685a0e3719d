//! The artifact that is judged: by the consumer's own digest, or by the bytes themselves, or by both. What
//! the registry answers is never what a package is judged by.

use countersign::report::{PackageReport, Subject};
use countersign::{Artifact, PackageId, ParseError, RegistryId, VerifyError};

use super::Judging;
use super::tarballs::{self, Bytes};
use crate::lockfile::Item;
use crate::registry::Reached;

/// Why there is nothing that could be judged.
#[derive(Debug, Clone, PartialEq)]
pub enum Unfounded {
    Refused(VerifyError),
    /// What is installed is not what the lock file has in its place.
    NotAsLocked(String),
    /// The bytes were to be seen, and were not obtained.
    NoBytes(String),
}

impl From<VerifyError> for Unfounded {
    fn from(error: VerifyError) -> Self {
        Self::Refused(error)
    }
}

impl From<ParseError> for Unfounded {
    fn from(error: ParseError) -> Self {
        Self::Refused(error.into())
    }
}

impl Unfounded {
    /// A package of which nothing was examined.
    pub fn report(&self, subject: Subject) -> PackageReport {
        match self {
            Self::Refused(error) => PackageReport::unreadable(subject, error),
            Self::NotAsLocked(reason) => PackageReport::not_as_locked(subject, reason),
            Self::NoBytes(reason) => PackageReport::without_bytes(subject, reason),
        }
    }
}

impl Judging {
    /// `identity` is the registry that the package belongs to, `url` where its documents come from and
    /// `document` gives what was answered, if anything was: without it nothing is fetched.
    pub fn artifact(
        &self,
        item: &Item,
        identity: RegistryId,
        registry: Reached<'_>,
        document: impl FnOnce() -> Option<Vec<u8>>,
    ) -> Result<Artifact, Unfounded> {
        if let Some(reason) = item.locations.iter().find_map(|location| self.deviations.get(location)) {
            return Err(Unfounded::NotAsLocked(reason.clone()));
        }
        let id = PackageId::new(&item.name, &item.version)?;
        if item.disagrees {
            return Err(ParseError::AmbiguousIntegrity.into());
        }
        let expected = match &item.integrity {
            Some(integrity) => Some(Artifact::expected(identity.clone(), id.clone(), integrity)?),
            None if self.bytes_decide => None,
            None => return Err(ParseError::WeakIntegrity { found: "an entry without integrity".into() }.into()),
        };
        let address = || match document() {
            Some(document) => tarballs::address(&document, id.version()),
            None => Err("the registry's manifest is not known".into()),
        };
        match (expected, self.tarballs.find(&id, registry, address)) {
            (_, Bytes::Unavailable(reason)) => Err(Unfounded::NoBytes(reason)),
            (Some(expected), Bytes::NotSeen) => Ok(expected),
            (None, Bytes::NotSeen) => Err(Unfounded::NoBytes("nobody has them".into())),
            // Else bytes that were swapped on their way would be judged by the digest of others.
            (Some(expected), Bytes::Hashed(hashed)) if hashed.sha512() != expected.sha512() => {
                Err(Unfounded::Refused(VerifyError::IntegrityMismatch {
                    expected: expected.sha512().to_string().into(),
                    found: hashed.sha512().to_string().into(),
                }))
            }
            (_, Bytes::Hashed(hashed)) => Ok(Artifact::hashed(identity, id, hashed)),
        }
    }
}
