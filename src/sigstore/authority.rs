//! A certificate authority that the trusted root names, checked once when the root is loaded.

use der::asn1::ObjectIdentifier;
use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage as KeyUsages};

use super::time::VerifiedTimes;
use super::x509::Certificate;
use crate::crypto::{KeyError, PathAlgorithm, PublicKey, Scheme};
use crate::error::{ParseError, Text, VerifyError};
use crate::time::{Timestamp, Window};

/// id-kp-codeSigning (RFC 5280 §4.2.1.12).
pub(super) const CODE_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.3");
/// The same, in the form that path validation takes.
const CODE_SIGNING_BYTES: &[u8] = CODE_SIGNING.as_bytes();
pub(super) const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
pub(super) const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
pub(super) const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");
const NAME_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.30");

/// One chain of authorities, the issuer of leaves first. Every signature in it was verified.
#[derive(Debug)]
pub(super) struct Authority {
    chain: Vec<CaCertificate>,
    /// All but the last of the chain, in the form that path validation takes.
    intermediates: Vec<CertificateDer<'static>>,
    anchor: TrustAnchor<'static>,
    algorithms: Vec<PathAlgorithm>,
    valid_for: Window,
}

/// A certificate that may issue others.
#[derive(Debug)]
pub(super) struct CaCertificate {
    certificate: Certificate,
    key: PublicKey,
}

impl CaCertificate {
    pub(super) fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    pub(super) fn key(&self) -> &PublicKey {
        &self.key
    }
}

impl Authority {
    /// Reads and checks a chain. `Ok(None)` if it is sound as far as it can be read, but uses keys or
    /// signatures of a kind not verified here: it then issues nothing, and the rest of the root works.
    pub(super) fn load(mut chain: Vec<Certificate>, valid_for: Window) -> Result<Option<Self>, ParseError> {
        // Public-good roots up to 2023 list the root first (sample `public-good-2fb82623`). Either
        // order is settled by the signatures, which are all verified below.
        if chain.len() > 1 && chain.first().is_some_and(|first| first.issuer() == first.subject()) {
            chain.reverse();
        }
        for (below, certificate) in chain.iter().enumerate() {
            check_profile(certificate, below)?;
        }
        let mut authorities = Vec::with_capacity(chain.len());
        for certificate in chain {
            match PublicKey::from_spki(certificate.spki()) {
                Ok(key) => authorities.push(CaCertificate { certificate, key }),
                Err(KeyError::Unsupported(_)) => return Ok(None),
                Err(KeyError::Malformed(reason)) => return Err(invalid(reason)),
            }
        }
        let Some(last) = authorities.last() else { return Err(invalid("its chain is empty")) };
        // The last certificate alone is the anchor. If every certificate of the chain were one, the
        // validity of those above it would never be looked at.
        let anchor = anchor_from_trusted_cert(last.certificate.der()).map_err(|e| invalid(format!("{e:?}")))?;
        let anchor = anchor.to_owned();
        let keys: Vec<PublicKey> = authorities.iter().map(|authority| authority.key.clone()).collect();
        let mut algorithms = PathAlgorithm::all(&keys);
        if !prove_chain(&authorities, &mut algorithms)? {
            return Ok(None);
        }
        let below_last = authorities.len().saturating_sub(1);
        let intermediates = authorities.iter().take(below_last).map(|a| a.certificate.der().clone()).collect();
        Ok(Some(Self { chain: authorities, intermediates, anchor, algorithms, valid_for }))
    }

    /// The one that issues leaves. Those above it only issue authorities: a root may serve other
    /// purposes too (GitHub's does), and a leaf straight from it is none of Sigstore's.
    pub(super) fn issuer(&self) -> Option<&CaCertificate> {
        self.chain.first()
    }

    /// Proves that this authority issued `leaf`, and that the whole path was valid at each of `times`.
    ///
    /// If the trusted root does not vouch for the chain at a time, `TIME_OUTSIDE_AUTHORITY`; if a
    /// certificate of the path was not valid, `TIME_OUTSIDE_CERTIFICATE`; then RFC 5280 §6.1.
    pub(super) fn verify_issued(
        &self,
        leaf: &Certificate,
        end_entity: &EndEntityCert<'_>,
        times: &VerifiedTimes,
    ) -> Result<&CaCertificate, VerifyError> {
        let issuer = self.issuer().ok_or(VerifyError::UnknownAuthority)?;
        for time in times.iter() {
            if !self.valid_for.contains(time) {
                return Err(VerifyError::TimeOutsideAuthority { time });
            }
            // Of the anchor too, which path validation takes as given: whoever holds an expired
            // root's key could otherwise issue for the past (x509-limbo `expired-root`).
            if self.chain.iter().any(|authority| !authority.certificate.validity().contains(time)) {
                return Err(VerifyError::TimeOutsideCertificate { which: "a certificate authority", time });
            }
            self.verify_path(issuer, end_entity, time).map_err(|error| refused(&error, leaf, issuer.certificate()))?;
        }
        Ok(issuer)
    }

    fn verify_path(
        &self,
        issuer: &CaCertificate,
        end_entity: &EndEntityCert<'_>,
        time: Timestamp,
    ) -> Result<(), webpki::Error> {
        let algorithms: Vec<&dyn SignatureVerificationAlgorithm> = self.algorithms.iter().map(|a| a as _).collect();
        let time = UnixTime::since_unix_epoch(core::time::Duration::from_secs(time.as_unix().unsigned_abs()));
        // The leaf's own usage is checked apart. Intermediates may state none: GitHub's does not.
        let usage = KeyUsage::required_if_present(CODE_SIGNING_BYTES);
        let anchors = core::slice::from_ref(&self.anchor);
        let path = end_entity.verify_for_usage(&algorithms, anchors, &self.intermediates, time, usage, None, None)?;
        // The proved issuer's key goes into the SCT; it must be the one that is reported here.
        if path.issuer_spki().as_ref() == issuer.certificate.spki() {
            Ok(())
        } else {
            Err(webpki::Error::UnknownIssuer)
        }
    }
}

/// What an authority's certificate must say; `below` counts the authorities between it and a leaf.
fn check_profile(certificate: &Certificate, below: usize) -> Result<(), ParseError> {
    let known = [BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_KEY_USAGE, NAME_CONSTRAINTS];
    if let Some(oid) = certificate.unknown_critical(&known) {
        return Err(invalid(format!("critical extension {oid} is not understood")));
    }
    // RFC 5280 §4.2.1.9 and §4.2.1.3. Path validation looks at neither for an anchor, and never at
    // the key usage: any certificate in the chain could then issue.
    let constraints = certificate.extension::<BasicConstraints>().map_err(unreadable)?;
    let Some((_, BasicConstraints { ca: true, path_len_constraint })) = constraints else {
        return Err(invalid("a certificate of its chain is no authority's"));
    };
    if path_len_constraint.is_some_and(|length| below > usize::from(length)) {
        return Err(invalid("its chain is longer than a certificate of it allows"));
    }
    let usage = certificate.extension::<KeyUsages>().map_err(unreadable)?;
    if !usage.is_some_and(|(_, usage)| usage.key_cert_sign()) {
        return Err(invalid("a certificate of its chain may not sign certificates"));
    }
    let purposes = certificate.extension::<ExtendedKeyUsage>().map_err(unreadable)?;
    if purposes.is_some_and(|(_, purposes)| !purposes.0.contains(&CODE_SIGNING)) {
        return Err(invalid("a certificate of its chain is not for code signing"));
    }
    Ok(())
}

/// Verifies every signature in the chain and has it remembered; `false` if one is of an unsupported
/// kind. The last is its own issuer, or is trusted as it stands.
fn prove_chain(chain: &[CaCertificate], algorithms: &mut [PathAlgorithm]) -> Result<bool, ParseError> {
    for (position, authority) in chain.iter().enumerate() {
        let certificate = &authority.certificate;
        let issuer = match chain.get(position.saturating_add(1)) {
            Some(parent) => parent,
            None if certificate.issuer() == certificate.subject() => authority,
            None => break,
        };
        if certificate.issuer() != issuer.certificate.subject() {
            return Err(invalid("its chain is not in order, from the issuer of leaves to the root"));
        }
        let Some(scheme) = Scheme::from_oid(certificate.signature_algorithm()) else { return Ok(false) };
        let Some(algorithm) = algorithms.iter_mut().find(|a| a.is_for(issuer.key.kind(), scheme)) else {
            return Ok(false);
        };
        algorithm
            .prove(issuer.key.raw(), certificate.tbs(), certificate.signature())
            .map_err(|_| invalid("a certificate of its chain is not signed by the next one"))?;
    }
    Ok(true)
}

/// What a failed path says about a leaf whose issuer bears the right name.
fn refused(error: &webpki::Error, leaf: &Certificate, issuer: &Certificate) -> VerifyError {
    use webpki::Error;
    match error {
        Error::InvalidSignatureForPublicKey if leaf.names_another_key_than(issuer) => VerifyError::UnknownAuthority,
        Error::InvalidSignatureForPublicKey => {
            VerifyError::ChainInvalid { reason: "the authority's signature on it is not good".into() }
        }
        Error::CaUsedAsEndEntity => VerifyError::CaAsLeaf,
        Error::RequiredEkuNotFoundContext(_) | Error::EmptyEkuExtension => VerifyError::ExtendedKeyUsage,
        Error::UnsupportedSignatureAlgorithmContext(_) | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => {
            VerifyError::ChainInvalid { reason: "its signature is of no kind that the authority's key makes".into() }
        }
        Error::NameConstraintViolation => {
            VerifyError::ChainInvalid { reason: "the authority may not issue for this name".into() }
        }
        other => VerifyError::ChainInvalid { reason: format!("{other:?}").into() },
    }
}

fn unreadable(error: ParseError) -> ParseError {
    invalid(error.to_string())
}

fn invalid(reason: impl Into<Text>) -> ParseError {
    ParseError::TrustInvalid { what: "a certificate authority of the trusted root", reason: reason.into() }
}
