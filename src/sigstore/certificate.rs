//! Proof 5, for certificates: issued by an authority of the trusted root, for signing code, valid at
//! every verified time, and naming exactly one signer.

use super::authority::Authority;
use super::ca_certificate::CaCertificate;
use super::end_entity::{EndEntity, malformed};
use super::leaf::{Leaf, SubjectAltName};
use super::time::VerifiedTimes;
use super::trusted_root::TrustedRoot;
use super::x509::Certificate;
use crate::crypto::PublicKey;
use crate::error::VerifyError;
use crate::identity::{SanInput, SignerIdentity};
use crate::time::Window;

/// A signing certificate whose path, validity and profile hold.
#[derive(Clone, Debug)]
pub(crate) struct VerifiedCertificate {
    end_entity: EndEntity,
    leaf: Leaf,
    issuer_spki_sha256: [u8; 32],
}

impl VerifiedCertificate {
    /// Proof 10: who it was issued to. Errors as [`SignerIdentity::from_parts`].
    pub(crate) fn identity(&self) -> Result<SignerIdentity, VerifyError> {
        let subject = match self.leaf.subject_alt_name() {
            SubjectAltName::Uri(uri) => SanInput::Uri(uri),
            SubjectAltName::Email(email) => SanInput::Email(email),
            SubjectAltName::Other => SanInput::Other,
        };
        let not_before = self.certificate().validity().start;
        SignerIdentity::from_parts(subject, self.leaf.fulcio_extensions(), not_before)
    }

    /// From when to when it is valid.
    pub(crate) fn validity(&self) -> Window {
        self.certificate().validity()
    }

    pub(super) fn certificate(&self) -> &Certificate {
        self.end_entity.certificate()
    }

    pub(super) fn key(&self) -> &PublicKey {
        self.end_entity.key()
    }

    /// SHA-256 of the public key of the authority that was proved to have issued it.
    pub(crate) fn issuer_spki_sha256(&self) -> &[u8; 32] {
        &self.issuer_spki_sha256
    }
}

/// Proves a bundle's certificate; `further` are the others that came with it.
///
/// If it cannot be read, `CERTIFICATE_MALFORMED`, `CRITICAL_EXTENSION`, `UNSUPPORTED_SIGNING_KEY`; if
/// it is an authority's, `CA_AS_LEAF`; if another certificate is not the trusted root's,
/// `UNTRUSTED_CERTIFICATE`; if no authority issued it, `UNKNOWN_AUTHORITY` or `CHAIN_INVALID`; if a time
/// is outside, `TIME_OUTSIDE_CERTIFICATE` or `TIME_OUTSIDE_AUTHORITY`; then `KEY_USAGE`,
/// `EXTENDED_KEY_USAGE`, `SUBJECT_ALT_NAME`.
pub(super) fn verify(
    der: &[u8],
    further: &[Vec<u8>],
    root: &TrustedRoot,
    times: &VerifiedTimes,
) -> Result<VerifiedCertificate, VerifyError> {
    let end_entity = EndEntity::read(Certificate::from_der(der.to_vec()).map_err(malformed)?)?;
    let leaf = Leaf::read(end_entity.certificate())?;
    // Trust comes from the trusted root alone. What it already holds is superfluous (npm's bundles of
    // 2023 carry it); anything else is an offer of trust by the sender.
    if !further.iter().all(|der| root.has_certificate(der)) {
        return Err(VerifyError::UntrustedCertificate);
    }
    let issuer_spki_sha256 = *issuer(&end_entity, root, times)?.key().spki_sha256();
    leaf.check_profile(end_entity.certificate())?;
    Ok(VerifiedCertificate { end_entity, leaf, issuer_spki_sha256 })
}

/// The authority that issued the certificate, valid with all above it at every time.
fn issuer<'r>(
    end_entity: &EndEntity,
    root: &'r TrustedRoot,
    times: &VerifiedTimes,
) -> Result<&'r CaCertificate, VerifyError> {
    // Several authorities may bear one name, with different keys (Sigstore's staging instance has
    // two): each is tried, and the one whose signature holds is the issuer.
    let mut failure = VerifyError::UnknownAuthority;
    for authority in root.authorities() {
        if authority.issuer().certificate().subject() != end_entity.certificate().issuer() {
            continue;
        }
        match issued_at_all(authority, end_entity, times) {
            Ok(issuer) => return Ok(issuer),
            Err(error) => failure = more_telling(failure, error),
        }
    }
    Err(failure)
}

/// One signing time outside is enough to refuse: a key is only as good as its worst moment.
fn issued_at_all<'r>(
    authority: &'r Authority,
    end_entity: &EndEntity,
    times: &VerifiedTimes,
) -> Result<&'r CaCertificate, VerifyError> {
    let proved = times.iter().try_fold(None, |_, time| authority.verify_issued_at(end_entity, time).map(Some))?;
    proved.ok_or(VerifyError::NoVerifiedTime)
}

/// "Unknown" says least; "signed by another key of that name" says less than what failed otherwise.
fn more_telling(one: VerifyError, other: VerifyError) -> VerifyError {
    let weight = |error: &VerifyError| match error {
        VerifyError::UnknownAuthority => 0_u8,
        VerifyError::ChainInvalid { .. } => 1,
        _ => 2,
    };
    if weight(&other) > weight(&one) { other } else { one }
}
