//! What was proved of an attestation.

use crate::grounds::Grounds;
use crate::identity::SignerIdentity;
use crate::registry::KeyOrigin;
use crate::time::Timestamp;

/// A publish attestation: the registry logged that it published this artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishAttestation {
    pub(crate) keyid: String,
    pub(crate) origin: KeyOrigin,
    pub(crate) log: LogSummary,
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
    pub(crate) grounds: Grounds,
}

impl PublishAttestation {
    /// What its proofs rest on.
    #[must_use]
    pub fn grounds(&self) -> &Grounds {
        &self.grounds
    }

    /// The registry key that signed it.
    #[must_use]
    pub fn keyid(&self) -> &str {
        &self.keyid
    }

    /// Where that key came from.
    #[must_use]
    pub fn origin(&self) -> KeyOrigin {
        self.origin
    }

    /// What the transparency log vouches for.
    #[must_use]
    pub fn log(&self) -> &LogSummary {
        &self.log
    }

    /// When it was logged, authenticated by the log. It was not published later; but an envelope is
    /// public, and anybody may log it once more, so it may have been published earlier.
    #[must_use]
    pub fn time(&self) -> Timestamp {
        self.first
    }
}

/// What is known of the log entries of an attestation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogSummary {
    pub(crate) index: Option<u64>,
    pub(crate) proven: bool,
}

impl LogSummary {
    /// The index of the entry in the log, where the log signed it.
    #[must_use]
    pub fn index(&self) -> Option<u64> {
        self.index
    }

    /// Whether there are entries and each came with an inclusion proof, not with the log's promise alone.
    /// An instance that has no log proves nothing by one.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        self.proven
    }
}

/// Provenance: a CI workflow, named by its certificate, states that it built this artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    pub(crate) identity: SignerIdentity,
    pub(crate) predicate_type: String,
    pub(crate) log: LogSummary,
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
    pub(crate) grounds: Grounds,
}

impl Provenance {
    /// What its proofs rest on.
    #[must_use]
    pub fn grounds(&self) -> &Grounds {
        &self.grounds
    }

    /// Who signed it, by the certificate.
    #[must_use]
    pub fn identity(&self) -> &SignerIdentity {
        &self.identity
    }

    /// The statement's predicate type.
    #[must_use]
    pub fn predicate_type(&self) -> &str {
        &self.predicate_type
    }

    /// What the transparency log vouches for.
    #[must_use]
    pub fn log(&self) -> &LogSummary {
        &self.log
    }

    /// When it was logged, authenticated by the log.
    #[must_use]
    pub fn time(&self) -> Timestamp {
        self.first
    }
}
