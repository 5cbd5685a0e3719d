//! The crate `aws-lc-rs`.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ParsedPublicKey};

use super::{Algorithm, BadSignature};

pub(super) type Prepared = ParsedPublicKey;

/// `None` if the point is not on the curve.
pub(super) fn prepare(algorithm: Algorithm, point: &[u8]) -> Option<Prepared> {
    match algorithm {
        Algorithm::EcdsaP256Sha256 => ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).ok(),
        Algorithm::EcdsaP384Sha384 => ParsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point).ok(),
    }
}

pub(super) fn verify(key: &Prepared, message: &[u8], scalars: &[u8]) -> Result<(), BadSignature> {
    key.verify_sig(message, scalars).map_err(|_| BadSignature)
}
