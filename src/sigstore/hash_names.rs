//! What the specifications call the hashes.

use crate::crypto::Hash;

/// As in-toto, Rekor v1 and a person call it; as sigstore_common.proto's `HashAlgorithm` does.
const NAMES: [(Hash, &str, &str); 3] =
    [(Hash::Sha256, "sha256", "SHA2_256"), (Hash::Sha384, "sha384", "SHA2_384"), (Hash::Sha512, "sha512", "SHA2_512")];

impl Hash {
    pub(super) fn name(self) -> &'static str {
        NAMES.iter().find(|(hash, ..)| *hash == self).map_or("", |(_, name, _)| name)
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|(_, other, _)| *other == name).map(|(hash, ..)| *hash)
    }

    pub(super) fn proto(self) -> &'static str {
        NAMES.iter().find(|(hash, ..)| *hash == self).map_or("", |(.., proto)| proto)
    }

    pub(super) fn from_proto(proto: &str) -> Option<Self> {
        NAMES.iter().find(|(.., other)| *other == proto).map(|(hash, ..)| *hash)
    }
}
