//! The seam to a crypto backend: a prepared key and a message in, "this signature is good" out.
//!
//! Everything that decides *what* is accepted (key encodings, forms of signatures, which hash goes with
//! which key) stands here, once; a backend only calculates. So both accept the same.

mod ed25519;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
#[cfg(all(feature = "rustcrypto", not(feature = "aws-lc-rs")))]
mod multiples;
mod path;
mod scheme;
mod signature;
mod spki;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;

#[cfg(feature = "aws-lc-rs")]
#[path = "aws_lc.rs"]
mod backend;
#[cfg(all(feature = "rustcrypto", not(feature = "aws-lc-rs")))]
#[path = "rustcrypto.rs"]
mod backend;
#[cfg(not(any(feature = "rustcrypto", feature = "aws-lc-rs")))]
compile_error!("countersign needs a crypto backend: enable the feature `rustcrypto` or `aws-lc-rs`");

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

pub(crate) use path::PathAlgorithm;
pub(crate) use scheme::{Hash, KeyKind, Scheme};

/// The signature is not good. There is nothing more to say about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadSignature;

/// Why bytes are no usable public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeyError {
    Malformed(&'static str),
    /// A key of a kind or size that is not verified here: its object identifier, and the size.
    Unsupported(String),
}

/// A public key, parsed and checked once, to be used many times on any thread.
#[derive(Clone, Debug)]
pub(crate) struct PublicKey(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    kind: KeyKind,
    spki: Box<[u8]>,
    raw: Box<[u8]>,
    spki_sha256: [u8; 32],
    prepared: backend::Prepared,
}

impl PublicKey {
    /// Reads a DER `SubjectPublicKeyInfo` (RFC 5280 §4.1): an uncompressed point on a named curve,
    /// Ed25519, or RSA. One key has one encoding, and so one id.
    pub(crate) fn from_spki(der: &[u8]) -> Result<Self, KeyError> {
        let (kind, raw) = spki::read(der)?;
        let prepared = backend::prepare(kind, raw).ok_or(KeyError::Malformed("its point is not on the curve"))?;
        let spki_sha256 = Sha256::digest(der).into();
        Ok(Self(Arc::new(Parts { kind, spki: der.into(), raw: raw.into(), spki_sha256, prepared })))
    }

    pub(crate) fn kind(&self) -> KeyKind {
        self.0.kind
    }

    /// How such a key signs where nothing says otherwise.
    pub(crate) fn scheme(&self) -> Scheme {
        self.0.kind.scheme()
    }

    /// The DER that it was read from.
    pub(crate) fn spki(&self) -> &[u8] {
        &self.0.spki
    }

    /// The contents of `subjectPublicKey`: an uncompressed SEC 1 point, a point, an `RSAPublicKey`.
    pub(crate) fn raw(&self) -> &[u8] {
        &self.0.raw
    }

    /// SHA-256 of the DER `SubjectPublicKeyInfo`: the id of a Rekor or CT log (RFC 6962 §3.2).
    pub(crate) fn spki_sha256(&self) -> &[u8; 32] {
        &self.0.spki_sha256
    }

    /// Whether `signature` is by this key over `message`, with [`PublicKey::scheme`].
    ///
    /// The DER of an ECDSA signature is strict; a high S is accepted, so the bytes of a signature
    /// identify nothing.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        self.verify_with(self.scheme(), message, signature)
    }

    /// The same, where the scheme was named by what is trusted. One that does not fit the key made
    /// no signature by it.
    pub(crate) fn verify_with(&self, scheme: Scheme, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        #[cfg(fuzzing)]
        if fuzzing::every_signature_is_good() {
            return Ok(());
        }
        if !self.0.kind.schemes().contains(&scheme) {
            return Err(BadSignature);
        }
        match scheme {
            Scheme::Ecdsa(hash) | Scheme::RsaPkcs1(hash) => self.verify_digest(hash, &hash.of(message), signature),
            Scheme::Ed25519 if signature::is_ed25519(signature) => {
                backend::verify_message(&self.0.prepared, message, signature)
            }
            Scheme::Ed25519 => Err(BadSignature),
        }
    }

    /// The same for whoever has only the digest of the message. Ed25519 signs messages alone: that a
    /// digest were the message is another statement.
    pub(crate) fn verify_digest(&self, hash: Hash, digest: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        #[cfg(fuzzing)]
        if fuzzing::every_signature_is_good() {
            return Ok(());
        }
        let well_formed = match self.scheme() {
            Scheme::Ecdsa(_) => signature::is_ecdsa(signature),
            // The backends compare its length with the modulus.
            Scheme::RsaPkcs1(_) => true,
            Scheme::Ed25519 => false,
        };
        // ECDSA takes any number of bytes: the leading ones of a longer digest would be signed too.
        if !well_formed || digest.len() != hash.len() {
            return Err(BadSignature);
        }
        backend::verify_digest(&self.0.prepared, hash, digest, signature)
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.spki == other.0.spki
    }
}

impl Eq for PublicKey {}
