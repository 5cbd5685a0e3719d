//! Whether a chain of authorities leads from a certificate to a root, at one time and for one purpose
//! (RFC 5280 §6.1; client-spec §4.3).
//!
//! The only path validation there is, for signing certificates and for timestamping ones. The walk is
//! `rustls-webpki`'s. What it leaves to others stands in [`CaCertificate`] and [`EndEntity`], which
//! cannot be made without it, and here.

use der::asn1::ObjectIdentifier;
use rustls_pki_types::{
    AlgorithmIdentifier, CertificateDer, InvalidSignature, SignatureVerificationAlgorithm, TrustAnchor, UnixTime,
};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use super::ca_certificate::{self, CaCertificate};
use super::end_entity::EndEntity;
use super::x509::Certificate;
use crate::crypto::PathAlgorithm;
use crate::error::{ParseError, VerifyError};
use crate::limits;
use crate::time::{Timestamp, Window};

/// id-kp-codeSigning and id-kp-timeStamping (RFC 5280 §4.2.1.12).
pub(super) const CODE_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.3");
pub(super) const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");
#[cfg(test)]
const SERVER_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1");

/// What a path is for: whatever states its purposes, on the whole path, must state this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    CodeSigning,
    TimeStamping,
    /// What the foreign test vectors are about.
    #[cfg(test)]
    ServerAuth,
}

impl Purpose {
    pub(super) fn usage(self) -> &'static ObjectIdentifier {
        match self {
            Self::CodeSigning => &CODE_SIGNING,
            Self::TimeStamping => &TIME_STAMPING,
            #[cfg(test)]
            Self::ServerAuth => &SERVER_AUTH,
        }
    }

    /// The certificate at the lower end of the path, in a message.
    fn leaf(self) -> &'static str {
        match self {
            Self::CodeSigning => "the signing certificate",
            Self::TimeStamping => "the timestamp authority's certificate",
            #[cfg(test)]
            Self::ServerAuth => "the server's certificate",
        }
    }
}

/// Authorities, each issued by the next: the issuer of end entities first, the anchor last. Each may
/// issue certificates for the purpose, and every signature was verified.
#[derive(Debug)]
pub(super) struct Chain {
    issuer: CaCertificate,
    /// All but the anchor, in the form that the walk takes.
    intermediates: Vec<CertificateDer<'static>>,
    anchor: TrustAnchor<'static>,
    anchor_validity: Window,
    algorithms: Vec<PathAlgorithm>,
    purpose: Purpose,
}

impl Chain {
    /// Checks a chain of the trusted root. `Ok(None)` if it is sound as far as it can be read, but has
    /// keys or signatures of a kind not verified here: it then issues nothing.
    pub(super) fn load(chain: Vec<Certificate>, purpose: Purpose) -> Result<Option<Self>, ParseError> {
        // How far the walk goes is its own affair; each one more is one more who can issue.
        if chain.len() > limits::AUTHORITIES {
            let limit = u64::try_from(limits::AUTHORITIES).unwrap_or(u64::MAX);
            return Err(ParseError::LimitExceeded { what: "authorities in a chain", limit });
        }
        let mut authorities = Vec::with_capacity(chain.len());
        for (below, certificate) in chain.into_iter().enumerate() {
            match CaCertificate::read(certificate, below, purpose)? {
                Some(authority) => authorities.push(authority),
                None => return Ok(None),
            }
        }
        let Some(algorithms) = prove_signatures(&authorities)? else { return Ok(None) };
        // The last certificate alone is the anchor. If every certificate of the chain were one, the
        // validity and the constraints of those above the first would never be looked at.
        let Some(last) = authorities.last() else { return Err(ca_certificate::invalid("its chain is empty")) };
        let anchor = anchor_from_trusted_cert(last.certificate().der())
            .map_err(|error| ca_certificate::invalid(format!("{error:?}")))?
            .to_owned();
        let anchor_validity = last.certificate().validity();
        let below_anchor = authorities.len().saturating_sub(1);
        let intermediates = authorities.iter().take(below_anchor).map(|a| a.certificate().der().clone()).collect();
        let issuer = authorities.into_iter().next();
        Ok(issuer.map(|issuer| Self { issuer, intermediates, anchor, anchor_validity, algorithms, purpose }))
    }

    /// The one that issues end entities. Those above it only issue authorities: a root may serve other
    /// purposes too (GitHub's does), and a leaf straight from it is none of Sigstore's.
    pub(super) fn issuer(&self) -> &CaCertificate {
        &self.issuer
    }

    /// Whether the issuer's signature is on `leaf`, at whatever time; `None` if it is of an unsupported
    /// kind. For leaves that the trusted root itself lists.
    pub(super) fn has_signed(&self, leaf: &EndEntity) -> Option<bool> {
        let (certificate, issuer) = (leaf.certificate(), self.issuer.key());
        let fits = |algorithm: &&PathAlgorithm| algorithm.is_for(issuer, certificate.signature_algorithm());
        let algorithm = Remembering { algorithm: self.algorithms.iter().find(fits)?, leaf };
        Some(algorithm.verify_signature(issuer.raw(), certificate.tbs(), certificate.signature()).is_ok())
    }

    /// Proves that this chain issued `leaf`, and that every certificate of the path was valid at `time`.
    ///
    /// If a certificate was not valid, `TIME_OUTSIDE_CERTIFICATE`; if the issuer's signature is not on
    /// it, `UNKNOWN_AUTHORITY` or `CHAIN_INVALID`; if it is for something else, `EXTENDED_KEY_USAGE`.
    pub(super) fn verify_at(&self, leaf: &EndEntity, time: Timestamp) -> Result<(), VerifyError> {
        // The walk takes its anchor as given: whoever holds an expired root's key could issue for the
        // past (x509-limbo `expired-root`).
        if !self.anchor_validity.contains(time) {
            return Err(VerifyError::TimeOutsideCertificate { which: "a certificate authority", time });
        }
        let end_entity = EndEntityCert::try_from(leaf.certificate().der()).map_err(|error| {
            VerifyError::CertificateMalformed { reason: format!("rustls-webpki: {error:?}").into() }
        })?;
        let remembering: Vec<_> = self.algorithms.iter().map(|algorithm| Remembering { algorithm, leaf }).collect();
        let algorithms: Vec<_> =
            remembering.iter().map(|algorithm| -> &dyn SignatureVerificationAlgorithm { algorithm }).collect();
        let at = UnixTime::since_unix_epoch(core::time::Duration::from_secs(time.as_unix().unsigned_abs()));
        // An authority may state no purpose ("Fulcio Intermediate l1" does not); one that states others
        // is refused. That a leaf states its purpose is for its own profile.
        let usage = KeyUsage::required_if_present(self.purpose.usage().as_bytes());
        let anchors = core::slice::from_ref(&self.anchor);
        let path = end_entity
            .verify_for_usage(&algorithms, anchors, &self.intermediates, at, usage, None, None)
            .map_err(|error| self.refused(&error, leaf, time))?;
        // The walk takes any path that holds. Over another one the SCT's issuer would not be the proved
        // one, and what the authorities left out forbid would go unread.
        if path.intermediate_certificates().map(|certificate| certificate.der()).eq(self.intermediates.iter().cloned())
        {
            Ok(())
        } else {
            Err(VerifyError::ChainInvalid { reason: "an authority above its issuer issued it".into() })
        }
    }

    /// What a failed walk says about a leaf whose issuer bears the right name.
    fn refused(&self, error: &webpki::Error, leaf: &EndEntity, time: Timestamp) -> VerifyError {
        use webpki::Error;
        let reason = match error {
            Error::CertExpired { .. } | Error::CertNotValidYet { .. } | Error::InvalidCertValidity => {
                let outside = !leaf.certificate().validity().contains(time);
                let which = if outside { self.purpose.leaf() } else { "a certificate authority" };
                return VerifyError::TimeOutsideCertificate { which, time };
            }
            Error::RequiredEkuNotFoundContext(_) | Error::EmptyEkuExtension => return VerifyError::ExtendedKeyUsage,
            Error::InvalidSignatureForPublicKey
                if leaf.certificate().names_another_key_than(self.issuer.certificate()) =>
            {
                return VerifyError::UnknownAuthority;
            }
            Error::InvalidSignatureForPublicKey => "the authority's signature on it is not good".into(),
            Error::UnsupportedSignatureAlgorithmContext(_)
            | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => {
                "its signature is of no kind that the authority's key makes".into()
            }
            Error::NameConstraintViolation => "an authority may not issue for this name".into(),
            other => format!("{other:?}").into(),
        };
        VerifyError::ChainInvalid { reason }
    }
}

/// Verifies every signature in the chain and has it remembered; `None` if one is of an unsupported
/// kind. The last is its own issuer, or is trusted as it stands.
fn prove_signatures(chain: &[CaCertificate]) -> Result<Option<Vec<PathAlgorithm>>, ParseError> {
    let keys: Vec<_> = chain.iter().map(|authority| authority.key().clone()).collect();
    let mut algorithms = PathAlgorithm::all(&keys);
    for (position, authority) in chain.iter().enumerate() {
        let certificate = authority.certificate();
        let issuer = match chain.get(position.saturating_add(1)) {
            Some(parent) => parent,
            None if certificate.is_self_issued() => authority,
            None => break,
        };
        ca_certificate::check_issued_by(certificate, issuer.certificate())?;
        let fits = |algorithm: &&mut PathAlgorithm| algorithm.is_for(issuer.key(), certificate.signature_algorithm());
        let Some(algorithm) = algorithms.iter_mut().find(fits) else { return Ok(None) };
        algorithm
            .prove(issuer.key().raw(), certificate.tbs(), certificate.signature())
            .map_err(|_| ca_certificate::invalid("a certificate of its chain is not signed by the next one"))?;
    }
    Ok(Some(algorithms))
}

/// An algorithm of the chain, for one leaf: the path is walked once for each time, and the leaf's
/// signature, which no time changes, is verified once.
#[derive(Debug)]
struct Remembering<'a> {
    algorithm: &'a PathAlgorithm,
    leaf: &'a EndEntity,
}

impl SignatureVerificationAlgorithm for Remembering<'_> {
    fn verify_signature(&self, public_key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let certificate = self.leaf.certificate();
        let of_leaf = (message, signature) == (certificate.tbs(), certificate.signature());
        if of_leaf && self.leaf.proven_issuer().get().is_some_and(|key| key == public_key) {
            return Ok(());
        }
        self.algorithm.verify_signature(public_key, message, signature)?;
        if of_leaf {
            self.leaf.proven_issuer().get_or_init(|| public_key.to_vec());
        }
        Ok(())
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.algorithm.public_key_alg_id()
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.algorithm.signature_alg_id()
    }
}
