//! Proofs 5 and 6: whose key signed, of whichever of the two kinds.

use super::binding::LoggedKey;
use super::bundle::{Bundle, KeyMaterial};
use super::certificate::{self, VerifiedCertificate};
use super::managed_key::{self, ManagedKey, VerifiedKey};
use super::sct::{self, LoggedCertificate};
use super::time::VerifiedTimes;
use super::trusted_root::TrustedRoot;
use crate::crypto::PublicKey;
use crate::error::VerifyError;
use crate::time::Timestamp;

/// Of which kind the signer must be. The bundle does not choose: a certificate is anybody's to get,
/// and a key names nobody.
#[derive(Clone, Copy, Debug)]
pub(crate) enum By<'a> {
    /// The holder of a certificate of the instance.
    Certificate,
    /// The holder of this key, which the caller chose.
    Key(ManagedKey<'a>),
}

/// A certificate or key that was good whenever this was signed.
#[derive(Debug)]
pub(super) enum VerifiedSigner<'a> {
    Certificate(Box<VerifiedCertificate>),
    Key(VerifiedKey<'a>),
}

/// The same, and the certificate was logged.
#[derive(Debug)]
pub(super) enum LoggedSigner<'a> {
    Certificate(Box<LoggedCertificate>),
    Key(VerifiedKey<'a>),
}

/// Proof 5. `SIGNER_KIND` if it is of the other kind; then as [`certificate::verify`] or
/// [`managed_key::verify`].
pub(super) fn verify<'a>(
    bundle: &Bundle,
    by: By<'a>,
    root: &TrustedRoot,
    times: &VerifiedTimes,
) -> Result<VerifiedSigner<'a>, VerifyError> {
    match (&bundle.key, by) {
        (KeyMaterial::Certificate { leaf, further }, By::Certificate) => {
            certificate::verify(leaf, further, root, times).map(Box::new).map(VerifiedSigner::Certificate)
        }
        (KeyMaterial::PublicKey { hint }, By::Key(key)) => {
            managed_key::verify(hint, &bundle.content, &key, times).map(VerifiedSigner::Key)
        }
        (KeyMaterial::PublicKey { .. }, By::Certificate) => {
            Err(VerifyError::SignerKind { what: "bundle", expected: "a certificate" })
        }
        (KeyMaterial::Certificate { .. }, By::Key(_)) => {
            Err(VerifyError::SignerKind { what: "bundle", expected: "a managed key" })
        }
    }
}

impl<'a> VerifiedSigner<'a> {
    /// Proof 6, which is for certificates. Errors as [`sct::verify`].
    pub(super) fn logged(self, root: &TrustedRoot, now: Timestamp) -> Result<LoggedSigner<'a>, VerifyError> {
        match self {
            Self::Certificate(certificate) => {
                sct::verify(*certificate, root, now).map(Box::new).map(LoggedSigner::Certificate)
            }
            Self::Key(key) => Ok(LoggedSigner::Key(key)),
        }
    }
}

impl LoggedSigner<'_> {
    pub(super) fn key(&self) -> &PublicKey {
        match self {
            Self::Certificate(logged) => logged.certificate().key(),
            Self::Key(key) => key.key(),
        }
    }

    /// As log entries repeat it.
    pub(super) fn logged_key(&self) -> LoggedKey<'_> {
        match self {
            Self::Certificate(logged) => LoggedKey::Certificate {
                der: logged.certificate().certificate().der(),
                key: logged.certificate().key(),
            },
            Self::Key(key) => LoggedKey::Managed(key.key()),
        }
    }

    pub(super) fn into_certificate(self) -> Option<LoggedCertificate> {
        match self {
            Self::Certificate(logged) => Some(*logged),
            Self::Key(_) => None,
        }
    }
}
