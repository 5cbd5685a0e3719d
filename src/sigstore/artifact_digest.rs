//! What is known of an artifact's bytes, to compare with what a bundle says about them.

use sha2::{Digest as _, Sha256, Sha384, Sha512};

use crate::crypto::Hash;

/// Digests of one artifact: one of them, or all three if the bytes were at hand.
///
/// A digest is the caller's own knowledge. One that was read from beside the bundle proves nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArtifactDigest {
    sha256: Option<[u8; 32]>,
    sha384: Option<[u8; 48]>,
    sha512: Option<[u8; 64]>,
}

const NOTHING: ArtifactDigest = ArtifactDigest { sha256: None, sha384: None, sha512: None };

impl ArtifactDigest {
    /// Of bytes in hand.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self {
            sha256: Some(Sha256::digest(bytes).into()),
            sha384: Some(Sha384::digest(bytes).into()),
            sha512: Some(Sha512::digest(bytes).into()),
        }
    }

    /// SHA-256 alone.
    #[must_use]
    pub fn sha256(digest: [u8; 32]) -> Self {
        Self { sha256: Some(digest), ..NOTHING }
    }

    /// SHA-384 alone.
    #[must_use]
    pub fn sha384(digest: [u8; 48]) -> Self {
        Self { sha384: Some(digest), ..NOTHING }
    }

    /// SHA-512 alone.
    #[must_use]
    pub fn sha512(digest: [u8; 64]) -> Self {
        Self { sha512: Some(digest), ..NOTHING }
    }

    pub(super) fn get(&self, hash: Hash) -> Option<&[u8]> {
        match hash {
            Hash::Sha256 => self.sha256.as_ref().map(<[u8; 32]>::as_slice),
            Hash::Sha384 => self.sha384.as_ref().map(<[u8; 48]>::as_slice),
            Hash::Sha512 => self.sha512.as_ref().map(<[u8; 64]>::as_slice),
        }
    }

    /// Every digest that is known, the shortest first.
    pub(super) fn known(&self) -> impl Iterator<Item = (Hash, &[u8])> {
        [Hash::Sha256, Hash::Sha384, Hash::Sha512].into_iter().filter_map(|hash| Some((hash, self.get(hash)?)))
    }
}
