//! Whom a caller expects to have signed.

use super::binding::pem_block;
use super::managed_key::ManagedKey;
use super::signer::By;
use crate::crypto::{KeyError, PublicKey};
use crate::error::{ParseError, Text, VerifyError};
use crate::identity::{SignerIdentity, SubjectKind};
use crate::time::{Timestamp, Window};

/// Who must have signed a bundle: one identity of one issuer, or the holder of one key. Both are
/// compared as a whole; there are no patterns.
#[derive(Clone, Copy, Debug)]
pub struct Expectation<'a>(Expected<'a>);

#[derive(Clone, Copy, Debug)]
enum Expected<'a> {
    Certificate { identity: &'a str, issuer: &'a str },
    Key(&'a BundleKey),
}

/// A public key that the caller holds for verifying bundles.
#[derive(Clone, Debug)]
pub struct BundleKey {
    key: PublicKey,
    window: Window,
}

impl BundleKey {
    /// Reads a PEM block `PUBLIC KEY` with nothing around it.
    ///
    /// # Errors
    /// [`ParseError::TrustInvalid`] if it is none, or its key is of a kind that is not verified here.
    pub fn from_pem(pem: &str) -> Result<Self, ParseError> {
        let der = pem_block(pem.as_bytes(), "PUBLIC KEY").ok_or_else(|| invalid("it is no PEM block PUBLIC KEY"))?;
        Self::from_spki(&der)
    }

    /// Reads a DER `SubjectPublicKeyInfo`.
    ///
    /// # Errors
    /// As [`BundleKey::from_pem`].
    pub fn from_spki(der: &[u8]) -> Result<Self, ParseError> {
        let key = PublicKey::from_spki(der).map_err(|error| match error {
            KeyError::Malformed(reason) => invalid(reason),
            KeyError::Unsupported(algorithm) => invalid(format!("its algorithm {algorithm} is not supported")),
        })?;
        Ok(Self { key, window: Window { start: Timestamp::default(), end: None } })
    }

    /// The same key, good from `start` to `end`, both included: whatever it signed must be proved to
    /// have been signed then.
    #[must_use]
    pub fn within(mut self, start: Timestamp, end: Option<Timestamp>) -> Self {
        self.window = Window { start, end };
        self
    }
}

fn invalid(reason: impl Into<Text>) -> ParseError {
    ParseError::TrustInvalid { what: "the public key", reason: reason.into() }
}

impl<'a> Expectation<'a> {
    /// A certificate whose subject alternative name is `identity` (a URI, or an e-mail address), issued
    /// for a token of `issuer` (a URL).
    #[must_use]
    pub fn certificate(identity: &'a str, issuer: &'a str) -> Self {
        Self(Expected::Certificate { identity, issuer })
    }

    /// This key, whatever the bundle calls it.
    #[must_use]
    pub fn key(key: &'a BundleKey) -> Self {
        Self(Expected::Key(key))
    }

    pub(super) fn by(&self) -> By<'a> {
        match self.0 {
            Expected::Certificate { .. } => By::Certificate,
            Expected::Key(BundleKey { key, window }) => By::Key(ManagedKey { id: None, key, window: *window }),
        }
    }

    /// `IDENTITY_MISMATCH` if a certificate names somebody else. A key was compared by verifying with it.
    pub(super) fn check(&self, signer: Option<&SignerIdentity>) -> Result<(), VerifyError> {
        let (Expected::Certificate { identity, issuer }, Some(signer)) = (self.0, signer) else { return Ok(()) };
        let same = |what, expected: &str, found: Option<&str>| match found {
            Some(found) if found == expected => Ok(()),
            found => Err(VerifyError::IdentityMismatch {
                what,
                expected: expected.into(),
                found: found.unwrap_or("none").into(),
            }),
        };
        // The issuer first: whoever runs another issuer has it state any name.
        same("issuer", issuer, signer.issuer())?;
        // An e-mail address may look like a URI to those who compare text alone.
        let kind = if identity.contains(':') { SubjectKind::Uri } else { SubjectKind::Email };
        same("identity", identity, signer.subject().filter(|_| signer.subject_kind() == kind))
    }
}
