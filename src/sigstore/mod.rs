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
//! 7. **signature**: DSSE, with the key of 5
//! 8. **binding**: every entry of 2 states this key, this signature, this payload
//! 9. **statement**: type, predicate type, one subject, which is the artifact
//! 10. **identity**: the certificate's extensions, consistent with each other
//! 11. **predicate**: equal to the identity wherever both speak
//!
//! 1 to 8 stand here and know nothing of npm; 9 to 11 are about what the payload says. Each proof has
//! its file and a result that only it can make, so that none can be skipped.

mod authority;
mod binding;
mod bundle;
mod ca_certificate;
mod certificate;
mod checkpoint;
mod dsse;
mod end_entity;
mod leaf;
mod log;
mod log_entry;
mod managed_key;
mod merkle;
mod path;
mod precertificate;
mod sct;
mod time;
mod timestamp;
mod trusted_root;
mod x509;

#[cfg(test)]
mod limbo;
#[cfg(test)]
mod real_samples;

pub(crate) use bundle::{Bundle, Material};
pub(crate) use certificate::VerifiedCertificate;
pub(crate) use leaf::SubjectAltName;
pub(crate) use log_entry::{LogEvidence, LoggedEntry};
pub(crate) use managed_key::ManagedKey;
pub(crate) use time::VerifiedTimes;
pub use trusted_root::TrustedRoot;

use binding::{BoundEntries, LoggedKey};
use bundle::KeyMaterial;
use dsse::VerifiedPayload;
use sct::LoggedCertificate;

use crate::error::VerifyError;
use crate::time::Timestamp;

/// A bundle that passed proofs 1 to 8.
#[derive(Clone, Debug)]
pub(crate) struct VerifiedBundle {
    payload: VerifiedPayload,
    times: VerifiedTimes,
    entries: BoundEntries,
    certificate: Option<LoggedCertificate>,
}

/// Who signed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Signer<'a> {
    /// The holder of this certificate.
    Certificate(&'a VerifiedCertificate),
    /// The holder of the managed key that the caller chose.
    Key,
}

impl VerifiedBundle {
    /// What was signed.
    pub(crate) fn payload(&self) -> &[u8] {
        self.payload.bytes()
    }

    /// When; everything held at each of these times.
    pub(crate) fn times(&self) -> &VerifiedTimes {
        &self.times
    }

    /// The log entries, each about this bundle. Two of one log are two entries and one witness.
    pub(crate) fn entries(&self) -> &[LoggedEntry] {
        self.entries.as_slice()
    }

    /// By whom.
    pub(crate) fn signer(&self) -> Signer<'_> {
        self.certificate.as_ref().map_or(Signer::Key, |logged| Signer::Certificate(logged.certificate()))
    }
}

/// Proves a bundle that was signed by the holder of a certificate.
///
/// `SIGNER_KIND` if it is not; then the errors of the proofs, in their order.
pub(crate) fn verify_certificate_bundle(
    bundle: &Bundle,
    root: &TrustedRoot,
    now: Timestamp,
) -> Result<VerifiedBundle, VerifyError> {
    let KeyMaterial::Certificate { leaf, further } = &bundle.key else {
        return Err(VerifyError::SignerKind { what: "bundle", expected: "a certificate" });
    };
    let entries = log_entry::verify(&bundle.entries, bundle.version, root)?; // 2
    timestamp::verify(bundle)?; // 3
    let times = VerifiedTimes::prove(&entries, now)?; // 4
    let certificate = certificate::verify(leaf, further, root, &times)?; // 5
    let certificate = sct::verify(certificate, root, now)?; // 6
    let payload = dsse::verify(&bundle.envelope, certificate.certificate().key())?; // 7
    let entries = binding::verify(entries, LoggedKey::Certificate(leaf), &bundle.envelope)?; // 8
    Ok(VerifiedBundle { payload, times, entries, certificate: Some(certificate) })
}

/// Proves a bundle that was signed with a managed key, which the caller chose by the bundle's hint.
///
/// `SIGNER_KIND` if it was signed otherwise; then the errors of the proofs, in their order.
pub(crate) fn verify_key_bundle(
    bundle: &Bundle,
    managed: &ManagedKey<'_>,
    root: &TrustedRoot,
    now: Timestamp,
) -> Result<VerifiedBundle, VerifyError> {
    let KeyMaterial::PublicKey { hint } = &bundle.key else {
        return Err(VerifyError::SignerKind { what: "bundle", expected: "a managed key" });
    };
    let entries = log_entry::verify(&bundle.entries, bundle.version, root)?; // 2
    timestamp::verify(bundle)?; // 3
    let times = VerifiedTimes::prove(&entries, now)?; // 4
    let key = managed_key::verify(hint, bundle.keyid(), managed, &times)?.key(); // 5; 6 is for certificates
    let payload = dsse::verify(&bundle.envelope, key)?; // 7
    let entries = binding::verify(entries, LoggedKey::Managed(key), &bundle.envelope)?; // 8
    Ok(VerifiedBundle { payload, times, entries, certificate: None })
}
