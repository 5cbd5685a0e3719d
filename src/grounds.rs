//! What the proofs of one attestation rest on, for people who follow them one by one.

use crate::sigstore::{LogEvidence, LoggedEntry, SignedBundle, Signer};
use crate::time::Timestamp;

/// What the proofs of one attestation rest on. If you have one, all of them held; nothing in it was taken
/// from the sender's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grounds {
    log_entries: Vec<LogGrounds>,
    timestamps: Vec<Timestamp>,
    times: Vec<Timestamp>,
    certificate: Option<CertificateGrounds>,
    build_type: Option<&'static str>,
}

/// A log entry about the attestation (proofs 2 and 8).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogGrounds {
    /// The log's id in the trusted root, in hex.
    pub log_id: String,
    /// The entry's index, where the log signed it.
    pub index: Option<u64>,
    /// What the log gave.
    pub evidence: LogEvidence,
}

/// The certificate whose key signed (proofs 5 and 6).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CertificateGrounds {
    /// From when it is valid.
    pub not_before: Timestamp,
    /// Until when it is valid.
    pub not_after: Option<Timestamp>,
    /// SHA-256 of the public key of the authority that issued it, in hex.
    pub authority: String,
    /// The certificate logs that saw it, by their ids in hex, and when. None where the instance has none.
    pub logs: Vec<(String, Timestamp)>,
}

impl Grounds {
    pub(crate) fn of(verified: &SignedBundle, build_type: Option<&'static str>) -> Self {
        let entry = |entry: &LoggedEntry| LogGrounds {
            log_id: entry.log_id().into(),
            index: entry.log_index(),
            evidence: entry.evidence(),
        };
        let certificate = match verified.signer() {
            Signer::Key => None,
            Signer::Certificate(certificate) => Some(CertificateGrounds {
                not_before: certificate.validity().start,
                not_after: certificate.validity().end,
                authority: hex::encode(certificate.issuer_spki_sha256()),
                logs: verified.certificate_logs().to_vec(),
            }),
        };
        Self {
            log_entries: verified.entries().iter().map(entry).collect(),
            timestamps: verified.timestamps().to_vec(),
            times: verified.times().iter().collect(),
            certificate,
            build_type,
        }
    }

    /// Proofs 2 and 8: the log entries. None where the Sigstore instance has no log.
    #[must_use]
    pub fn log_entries(&self) -> &[LogGrounds] {
        &self.log_entries
    }

    /// Proof 3: the times that timestamp authorities state, ascending.
    #[must_use]
    pub fn timestamps(&self) -> &[Timestamp] {
        &self.timestamps
    }

    /// Proof 4: every authenticated time, ascending; at least one. All else held at each of them.
    #[must_use]
    pub fn times(&self) -> &[Timestamp] {
        &self.times
    }

    /// Proofs 5 and 6: the certificate; `None` if a registry's key signed.
    #[must_use]
    pub fn certificate(&self) -> Option<&CertificateGrounds> {
        self.certificate.as_ref()
    }

    /// Proof 11: the build type by whose table predicate and certificate were compared; `None` if it is in
    /// no table, so that only the predicate's type was read, and for publish attestations.
    #[must_use]
    pub fn build_type(&self) -> Option<&'static str> {
        self.build_type
    }
}
