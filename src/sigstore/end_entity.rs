//! A certificate at the lower end of a path: it signs, and issues nothing.

use std::sync::OnceLock;

use x509_cert::ext::pkix::{BasicConstraints, KeyUsage};

use super::x509::{
    BASIC_CONSTRAINTS, Certificate, EXTENDED_KEY_USAGE, KEY_USAGE, NAME_CONSTRAINTS, NO_NAME, SUBJECT_ALT_NAME,
};
use crate::crypto::{KeyError, PublicKey};
use crate::error::{ParseError, VerifyError};

/// A certificate that is no authority's and has nothing critical that is not understood, with a key
/// that can be used. Who issued it, when and for what is for a path to say.
#[derive(Clone, Debug)]
pub(super) struct EndEntity {
    certificate: Certificate,
    key: PublicKey,
    /// The key of the authority whose signature on this certificate was verified.
    proven_issuer: OnceLock<Vec<u8>>,
}

impl EndEntity {
    /// What RFC 5280 §4.2.1 demands of an end entity, whatever its purpose.
    ///
    /// If an extension is critical and not understood, `CRITICAL_EXTENSION`; if it is an authority's,
    /// `CA_AS_LEAF`; if it states what only an authority may, `CERTIFICATE_MALFORMED` or `KEY_USAGE`; if
    /// it has no name that counts, `SUBJECT_ALT_NAME`; if its key is of no known kind,
    /// `UNSUPPORTED_SIGNING_KEY`.
    pub(super) fn read(certificate: Certificate) -> Result<Self, VerifyError> {
        let understood = [BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_KEY_USAGE, SUBJECT_ALT_NAME];
        if let Some(oid) = certificate.unknown_critical(&understood) {
            return Err(VerifyError::CriticalExtension { oid: oid.to_string().into() });
        }
        check_issues_nothing(&certificate)?;
        // §4.2.1.6: with an empty subject it is the only name there is, and a reader that may skip it
        // would find none.
        let named = certificate.extensions().iter().any(|e| e.extn_id == SUBJECT_ALT_NAME && e.critical);
        if certificate.subject() == NO_NAME && !named {
            return Err(VerifyError::SubjectAltName { reason: "there is no subject, and it is not critical" });
        }
        let key = PublicKey::from_spki(certificate.spki()).map_err(|error| match error {
            KeyError::Malformed(reason) => unreadable(reason),
            KeyError::Unsupported(algorithm) => VerifyError::UnsupportedSigningKey { algorithm: algorithm.into() },
        })?;
        Ok(Self { certificate, key, proven_issuer: OnceLock::new() })
    }

    pub(super) fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    pub(super) fn key(&self) -> &PublicKey {
        &self.key
    }

    /// Filled by path validation alone.
    pub(super) fn proven_issuer(&self) -> &OnceLock<Vec<u8>> {
        &self.proven_issuer
    }
}

fn check_issues_nothing(certificate: &Certificate) -> Result<(), VerifyError> {
    match certificate.extension::<BasicConstraints>().map_err(malformed)? {
        // An authority's key signs certificates; one that signs packages is misused or stolen.
        Some((_, BasicConstraints { ca: true, .. })) => return Err(VerifyError::CaAsLeaf),
        // §4.2.1.9: only an authority has a path length.
        Some((_, BasicConstraints { path_len_constraint: Some(_), .. })) => {
            return Err(unreadable("it has a path length and is no authority's"));
        }
        _ => {}
    }
    // §4.2.1.10. One who reads it as an authority's after all would let it issue within them.
    if certificate.has_extension(NAME_CONSTRAINTS) {
        return Err(unreadable("it has name constraints and is no authority's"));
    }
    // §4.2.1.3: to a reader that goes by the key usage, an authority.
    if certificate.extension::<KeyUsage>().map_err(malformed)?.is_some_and(|(_, usage)| usage.key_cert_sign()) {
        return Err(VerifyError::KeyUsage { reason: "it may sign certificates" });
    }
    Ok(())
}

/// What a part of a signing certificate that cannot be read is reported as.
pub(super) fn malformed(error: ParseError) -> VerifyError {
    match error {
        ParseError::Malformed { reason, .. } => VerifyError::CertificateMalformed { reason },
        other => other.into(),
    }
}

fn unreadable(reason: &str) -> VerifyError {
    VerifyError::CertificateMalformed { reason: reason.into() }
}
