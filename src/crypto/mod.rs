//! The seam to a crypto backend: a prepared key and a message in, "this signature is good" out.
//!
//! Everything that decides *what* is accepted (key encodings, DER of signatures, which hash goes with
//! which curve) stands here, once; a backend only multiplies points. So both accept the same.

mod path;
mod signature;

#[cfg(feature = "aws-lc-rs")]
#[path = "aws_lc.rs"]
mod backend;
#[cfg(all(feature = "rustcrypto", not(feature = "aws-lc-rs")))]
#[path = "rustcrypto.rs"]
mod backend;
#[cfg(not(any(feature = "rustcrypto", feature = "aws-lc-rs")))]
compile_error!("countersign needs a crypto backend: enable the feature `rustcrypto` or `aws-lc-rs`");

use std::sync::Arc;

use der::Decode as _;
use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier};
use sha2::{Digest as _, Sha256};
use x509_cert::spki::SubjectPublicKeyInfo;

pub(crate) use path::PathAlgorithm;

/// A signature algorithm together with its hash: no signature chooses its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    EcdsaP256Sha256,
    EcdsaP384Sha384,
}

impl Algorithm {
    /// Bytes of a coordinate or scalar.
    pub(crate) fn scalar_len(self) -> usize {
        match self {
            Self::EcdsaP256Sha256 => 32,
            Self::EcdsaP384Sha384 => 48,
        }
    }
}

/// The signature is not good. There is nothing more to say about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadSignature;

/// Why bytes are no usable public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeyError {
    Malformed(&'static str),
    /// A key of a kind that is not verified here; its object identifier.
    Unsupported(String),
}

/// A public key, parsed and checked once, to be used many times on any thread.
#[derive(Clone, Debug)]
pub(crate) struct PublicKey {
    algorithm: Algorithm,
    point: Arc<[u8]>,
    spki_sha256: [u8; 32],
    prepared: Arc<backend::Prepared>,
}

const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");

impl PublicKey {
    /// Reads a DER `SubjectPublicKeyInfo` (RFC 5480): a named curve and an uncompressed point on it.
    /// Compressed, hybrid and explicit forms are refused: one key has one encoding, and so one id.
    pub(crate) fn from_spki(der: &[u8]) -> Result<Self, KeyError> {
        let spki = SubjectPublicKeyInfo::<AnyRef<'_>, BitStringRef<'_>>::from_der(der)
            .map_err(|_| KeyError::Malformed("it is no DER SubjectPublicKeyInfo"))?;
        if spki.algorithm.oid != EC_PUBLIC_KEY {
            return Err(KeyError::Unsupported(spki.algorithm.oid.to_string()));
        }
        let curve = spki.algorithm.parameters.and_then(|p| p.decode_as::<ObjectIdentifier>().ok());
        let algorithm = match curve.ok_or(KeyError::Malformed("its curve is not named"))? {
            P256 => Algorithm::EcdsaP256Sha256,
            P384 => Algorithm::EcdsaP384Sha384,
            other => return Err(KeyError::Unsupported(other.to_string())),
        };
        let point = spki.subject_public_key.as_bytes().ok_or(KeyError::Malformed("its point is no whole bytes"))?;
        let prepared = backend::prepare(algorithm, uncompressed(algorithm, point)?)
            .ok_or(KeyError::Malformed("its point is not on the curve"))?;
        Ok(Self {
            algorithm,
            point: point.into(),
            spki_sha256: Sha256::digest(der).into(),
            prepared: Arc::new(prepared),
        })
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The uncompressed SEC 1 point, 0x04 first.
    pub(crate) fn point(&self) -> &[u8] {
        &self.point
    }

    /// SHA-256 of the DER `SubjectPublicKeyInfo`: the id of a Rekor or CT log (RFC 6962 §3.2).
    pub(crate) fn spki_sha256(&self) -> &[u8; 32] {
        &self.spki_sha256
    }

    /// Whether `signature`, DER `ECDSA-Sig-Value`, is by this key over `message`.
    ///
    /// The DER is strict; a high S is accepted, so the bytes of a signature identify nothing.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        let scalars = signature::scalars(self.algorithm, signature).ok_or(BadSignature)?;
        backend::verify(&self.prepared, message, &scalars)
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.algorithm == other.algorithm && self.point == other.point
    }
}

impl Eq for PublicKey {}

fn uncompressed(algorithm: Algorithm, point: &[u8]) -> Result<&[u8], KeyError> {
    let length = algorithm.scalar_len().saturating_mul(2).saturating_add(1);
    if point.first() == Some(&4) && point.len() == length {
        Ok(point)
    } else {
        Err(KeyError::Malformed("its point is not uncompressed"))
    }
}
