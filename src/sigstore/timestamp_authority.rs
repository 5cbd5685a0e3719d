//! A timestamp authority that the trusted root names, checked once when the root is loaded.

use x509_cert::ext::pkix::{ExtendedKeyUsage, KeyUsage};

use super::authority::Authority;
use super::ca_certificate;
use super::end_entity::EndEntity;
use super::path::{Purpose, TIME_STAMPING};
use super::timestamp_token::Token;
use super::x509::Certificate;
use crate::error::{ParseError, Text, VerifyError};
use crate::time::Window;

/// The certificate that signs timestamps, the chain above it, and when the trusted root vouches for
/// them: one unit, of which no part serves another.
#[derive(Debug)]
pub(super) struct TimestampAuthority {
    leaf: EndEntity,
    issuer: Authority,
}

impl TimestampAuthority {
    /// Reads and checks a chain, the certificate that signs timestamps first and the root last.
    /// `Ok(None)` if it uses keys or signatures of a kind not verified here, or does not keep
    /// RFC 3161 §2.3: it then makes no timestamps, and the rest of the root works.
    pub(super) fn load(chain: Vec<Certificate>, valid_for: Window) -> Result<Option<Self>, ParseError> {
        let mut chain = chain.into_iter();
        let Some(leaf) = chain.next() else { return Err(invalid("its chain is empty")) };
        let leaf = match EndEntity::read(leaf) {
            Ok(leaf) => leaf,
            Err(VerifyError::UnsupportedSigningKey { .. }) => return Ok(None),
            Err(error) => return Err(invalid(error.to_string())),
        };
        let dedicated = is_for_timestamps(leaf.certificate())?;
        let Some(issuer) = Authority::load(chain.collect(), valid_for, Purpose::TimeStamping)? else {
            return Ok(None);
        };
        ca_certificate::check_issued_by(leaf.certificate(), issuer.issuer().certificate())?;
        match issuer.has_signed(&leaf) {
            Some(true) => Ok(dedicated.then_some(Self { leaf, issuer })),
            Some(false) => Err(invalid("its first certificate is not signed by the next one")),
            None => Ok(None),
        }
    }

    /// Proves that this authority made a token at the time that it states, and could (RFC 3161 §2.4.2).
    ///
    /// If the token names another signer, `UNKNOWN_TIMESTAMP_AUTHORITY`; if what was signed names
    /// another certificate, `TIMESTAMP_CERTIFICATE` or `TIMESTAMP_UNSUPPORTED`; if the signature is not good,
    /// `TIMESTAMP_SIGNATURE`; if the trusted root does not vouch for it then,
    /// `TIME_OUTSIDE_TIMESTAMP_AUTHORITY`; if a certificate was not valid then,
    /// `TIME_OUTSIDE_CERTIFICATE`; then RFC 5280 §6.1.
    pub(super) fn verify(&self, token: &Token<'_>) -> Result<(), VerifyError> {
        // The certificate of the trusted root, whatever the token brings along: constraints checked on
        // one certificate and a signature made with another were CVE-2026-39984.
        if !token.names(self.leaf.certificate()) {
            return Err(VerifyError::UnknownTimestampAuthority);
        }
        token.check_certificate(self.leaf.certificate())?;
        let (scheme, message, signature) = token.signature();
        self.leaf.key().verify_with(scheme, message, signature).map_err(|_| VerifyError::TimestampSignature)?;
        // As of the time that it states: an authority that has ended since made what it made, and one
        // that had ended then made nothing, whoever has its key now.
        match self.issuer.verify_issued_at(&self.leaf, token.time()) {
            Ok(_) => Ok(()),
            Err(VerifyError::TimeOutsideAuthority { time }) => Err(VerifyError::TimeOutsideTimestampAuthority { time }),
            Err(other) => Err(other),
        }
    }
}

/// Whether the certificate is for timestamps alone and says so critically; an error if it is not for
/// timestamps, or for something else too.
fn is_for_timestamps(leaf: &Certificate) -> Result<bool, ParseError> {
    let usage = leaf.extension::<KeyUsage>().map_err(|error| invalid(error.to_string()))?;
    if usage.is_some_and(|(_, usage)| !usage.digital_signature()) {
        return Err(invalid("its first certificate may not sign"));
    }
    let purposes = leaf.extension::<ExtendedKeyUsage>().map_err(|error| invalid(error.to_string()))?;
    match purposes {
        // RFC 3161 §2.3 has it critical, so that nobody uses the key for anything else. Where it is not,
        // somebody may have. The roots `public-good-fda2e398` and conformance `invalid-ct-key` list such
        // an authority beside sound ones, so that it cannot refuse the whole; no token by it is known.
        Some((critical, ExtendedKeyUsage(purposes))) if purposes == [TIME_STAMPING] => Ok(critical),
        _ => Err(invalid("its first certificate is not for timestamps alone")),
    }
}

fn invalid(reason: impl Into<Text>) -> ParseError {
    ParseError::TrustInvalid { what: "a timestamp authority of the trusted root", reason: reason.into() }
}
