//! The kinds of log entries that are bound here.

use crate::error::VerifyError;

/// Kind and version of an entry, as bundle and body both state them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EntryKind {
    /// `hashedrekord/0.0.1`, Rekor v1: a signature over an artifact.
    HashedRekordV1,
    /// `intoto/0.0.2`, Rekor v1: an envelope.
    IntotoV2,
    /// `dsse/0.0.1`, Rekor v1: an envelope.
    DsseV1,
    /// `hashedrekord/0.0.2`, Rekor v2: a signature over a digest, an envelope's or an artifact's.
    HashedRekordV2,
    /// `dsse/0.0.2`, Rekor v2: an envelope.
    DsseV2,
}

/// Which log wrote an entry, and so what it gives for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Generation {
    /// A signed entry timestamp, then an inclusion proof that speaks of a shard.
    RekorV1,
    /// An inclusion proof under a checkpoint, and no time at all (rekor-v2-spec §6.1.4).
    RekorV2,
}

const NAMES: [(&str, &str, EntryKind); 5] = [
    ("hashedrekord", "0.0.1", EntryKind::HashedRekordV1),
    ("intoto", "0.0.2", EntryKind::IntotoV2),
    ("dsse", "0.0.1", EntryKind::DsseV1),
    ("hashedrekord", "0.0.2", EntryKind::HashedRekordV2),
    ("dsse", "0.0.2", EntryKind::DsseV2),
];

impl EntryKind {
    /// `UNSUPPORTED_LOG_ENTRY` for any other: an entry that is not understood binds nothing
    /// (sigstore-go #562).
    pub(super) fn named(kind: &str, version: &str) -> Result<Self, VerifyError> {
        let found = NAMES.iter().find(|name| (name.0, name.1) == (kind, version));
        found
            .map(|(.., kind)| *kind)
            .ok_or_else(|| VerifyError::UnsupportedLogEntry { kind: format!("{kind}/{version}").into() })
    }

    /// Whether body and bundle call it the same.
    pub(super) fn is_called(self, kind: &str, version: &str) -> bool {
        NAMES.contains(&(kind, version, self))
    }

    pub(super) fn generation(self) -> Generation {
        match self {
            Self::HashedRekordV1 | Self::IntotoV2 | Self::DsseV1 => Generation::RekorV1,
            Self::HashedRekordV2 | Self::DsseV2 => Generation::RekorV2,
        }
    }
}
