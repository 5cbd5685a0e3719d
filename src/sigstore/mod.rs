//! Sigstore bundles: from what a registry serves to a payload that somebody known signed, at a known
//! time, in the open.
//!
//! The proofs of one bundle have numbers, the same in code, documentation and tests:
//!
//! 1. **shape**: media type, one key material, one content, one DSSE signature, counts
//! 2. **log entries**: signed entry timestamp and/or inclusion proof with checkpoint, by one trusted log
//! 3. **timestamps**: RFC 3161 tokens by trusted authorities
//! 4. **times**: at least one, none after the moment of verification
//! 5. **key**: a certificate whose chain is valid at every time, for code signing, with one name; or a
//!    managed key valid at every time
//! 6. **SCT**: by a trusted certificate log, over the issuer that was proved in 5
//! 7. **signature**: over a DSSE payload or over the artifact itself, with the key of 5
//! 8. **binding**: every entry of 2 states this key, this signature, this payload
//! 9. **statement**: type, predicate type, one subject, which is the artifact
//! 10. **identity**: the certificate's extensions, consistent with each other
//! 11. **predicate**: equal to the identity wherever both speak
//!
//! 1 to 8 stand here and know nothing of npm. [`TrustedRoot::verify_bundle`] adds 9 and 10 for bundles
//! in general; npm's rules for 9 to 11 are `statement`'s. Each proof has its file and a result that only
//! it can make, so that none can be skipped.
//!
//! Where the client specification leaves room, this is strict:
//!
//! * every log entry and every timestamp that is present must hold, and every time they state counts: for
//!   the certificate, all authorities above it with their root, the log's window, and a key's
//! * one log, by its id: its key, its name, its checkpoint's hint; a body of Rekor v2 is built from the
//!   bundle, never read
//! * a promise without an inclusion proof is enough up to 2024-05-16 alone, whatever the unsigned media
//!   type says; without any verified time nothing is
//! * certificates beside the leaf must be the trusted root's own; the leaf is for code signing and
//!   digital signatures alone, with one critical name and no subject
//! * a key's hint is the envelope's key id; an identity is compared as a whole, and so is its issuer
//! * canonical base64, strict DER, no member twice, no enum number, no snake case
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let json = include_bytes!("../../testdata/real/npm_slsa_bundle_v03.json");
//! use countersign::sigstore::{ArtifactDigest, Bundle, Expectation};
//!
//! let root = countersign::TrustSnapshot::trusted_root()?;
//! let bundle = Bundle::from_json(json)?;
//! let artifact = ArtifactDigest::of(b"not the artifact");
//! let workflow = "https://github.com/sigstore/sigstore-js/.github/workflows/release.yml@refs/heads/main";
//! let expectation = Expectation::certificate(workflow, "https://token.actions.githubusercontent.com");
//! let refused = root.verify_bundle(&bundle, &artifact, &expectation, "2026-11-22T00:00:00Z".parse()?);
//! assert_eq!(refused.unwrap_err().code(), "ERR_COUNTERSIGN_SUBJECT_MISMATCH");
//! # Ok(())
//! # }
//! ```

mod artifact_digest;
mod authority;
mod binding;
mod bundle;
mod ca_certificate;
mod certificate;
mod checkpoint;
mod dsse;
mod end_entity;
mod entry_kind;
mod expectation;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod hash_names;
mod in_toto;
mod leaf;
mod log;
mod log_entry;
mod managed_key;
mod merkle;
mod message;
mod path;
mod precertificate;
mod rekor_v1;
mod rekor_v2;
mod sct;
mod signed;
mod signer;
mod time;
mod timestamp;
mod timestamp_authority;
mod timestamp_der;
mod timestamp_token;
mod trusted_root;
mod verified_bundle;
mod x509;

#[cfg(test)]
mod limbo;
#[cfg(test)]
mod real_samples;
#[cfg(test)]
mod timestamp_samples;

pub use artifact_digest::ArtifactDigest;
pub use bundle::Bundle;
pub(crate) use bundle::Material;
pub(crate) use certificate::VerifiedCertificate;
pub use expectation::{BundleKey, Expectation};
pub(crate) use in_toto::{InTotoStatement, Subject};
pub use log_entry::{LogEvidence, LoggedEntry};
pub(crate) use managed_key::ManagedKey;
pub(crate) use signer::By;
pub(crate) use time::VerifiedTimes;
pub use trusted_root::TrustedRoot;
pub use verified_bundle::VerifiedBundle;

use binding::BoundEntries;
use sct::LoggedCertificate;
use signed::Signed;

use crate::error::VerifyError;
use crate::time::Timestamp;

/// A bundle that passed proofs 1 to 8.
#[derive(Clone, Debug)]
pub(crate) struct SignedBundle {
    signed: Signed,
    times: VerifiedTimes,
    entries: BoundEntries,
    certificate: Option<LoggedCertificate>,
    timestamps: Vec<Timestamp>,
}

/// Who signed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Signer<'a> {
    /// The holder of this certificate.
    Certificate(&'a VerifiedCertificate),
    /// The holder of the managed key that the caller chose.
    Key,
}

impl SignedBundle {
    /// What was signed; `None` if it was the artifact itself.
    pub(crate) fn payload(&self) -> Option<&[u8]> {
        match &self.signed {
            Signed::Payload(payload) => Some(payload.bytes()),
            Signed::Message(_) => None,
        }
    }

    /// When; everything held at each of these times.
    pub(crate) fn times(&self) -> &VerifiedTimes {
        &self.times
    }

    /// The log entries, each about this bundle. Two of one log are two entries and one witness.
    pub(crate) fn entries(&self) -> &[LoggedEntry] {
        self.entries.as_slice()
    }

    /// The times of those among them that timestamp authorities state, ascending.
    pub(crate) fn timestamps(&self) -> &[Timestamp] {
        &self.timestamps
    }

    /// The certificate logs that saw the certificate, by their ids in hex, and when.
    pub(crate) fn certificate_logs(&self) -> &[(String, Timestamp)] {
        self.certificate.as_ref().map(LoggedCertificate::seen).unwrap_or_default()
    }

    /// By whom.
    pub(crate) fn signer(&self) -> Signer<'_> {
        self.certificate.as_ref().map_or(Signer::Key, |logged| Signer::Certificate(logged.certificate()))
    }
}

/// Proves a bundle that `by` must have signed. `artifact` matters to message signatures, which are over
/// nothing else.
///
/// The errors of the proofs, in their order.
pub(crate) fn prove(
    bundle: &Bundle,
    by: By<'_>,
    artifact: &ArtifactDigest,
    root: &TrustedRoot,
    now: Timestamp,
) -> Result<SignedBundle, VerifyError> {
    let signature = bundle.content.signature();
    let entries = log_entry::verify(&bundle.entries, bundle.version, root)?; // 2
    let timestamps = timestamp::verify(&bundle.timestamps, signature, root)?; // 3
    let times = VerifiedTimes::prove(&entries, &timestamps, now)?; // 4
    let signer = signer::verify(bundle, by, root, &times)?; // 5
    let signer = signer.logged(root, now)?; // 6
    let signed = signed::verify(&bundle.content, artifact, signer.key())?; // 7
    let entries = binding::verify(entries, signer.logged_key(), signature, &signed)?; // 8
    let mut timestamps: Vec<Timestamp> = timestamps.iter().map(timestamp::VerifiedTimestamp::time).collect();
    timestamps.sort_unstable();
    timestamps.dedup();
    Ok(SignedBundle { signed, times, entries, certificate: signer.into_certificate(), timestamps })
}
