//! Pure Rust: the crates `p256` and `p384`.

use ecdsa::signature::Verifier as _;

use super::{Algorithm, BadSignature};

#[derive(Debug)]
pub(super) enum Prepared {
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
}

/// `None` if the point is not on the curve.
pub(super) fn prepare(algorithm: Algorithm, point: &[u8]) -> Option<Prepared> {
    match algorithm {
        Algorithm::EcdsaP256Sha256 => p256::ecdsa::VerifyingKey::from_sec1_bytes(point).ok().map(Prepared::P256),
        Algorithm::EcdsaP384Sha384 => p384::ecdsa::VerifyingKey::from_sec1_bytes(point).ok().map(Prepared::P384),
    }
}

pub(super) fn verify(key: &Prepared, message: &[u8], scalars: &[u8]) -> Result<(), BadSignature> {
    let good = match key {
        Prepared::P256(key) => p256::ecdsa::Signature::from_slice(scalars).and_then(|s| key.verify(message, &s)),
        Prepared::P384(key) => p384::ecdsa::Signature::from_slice(scalars).and_then(|s| key.verify(message, &s)),
    };
    good.map_err(|_| BadSignature)
}
