//! Pure Rust: the crates `p256`, `p384`, `p521`, `ed25519-dalek` and `rsa`.

use std::sync::LazyLock;

use der::Decode as _;
use ecdsa::signature::Verifier as _;
use ecdsa::signature::hazmat::PrehashVerifier as _;
use p256::NistP256;
use p384::NistP384;
use rsa::{BoxedUint, Pkcs1v15Sign};
use sha2::{Sha256, Sha384, Sha512};

use super::multiples::{Multiples, Reused};
use super::spki::RsaPublicKey;
use super::{BadSignature, Hash, KeyKind};

static P256: LazyLock<Multiples<NistP256>> = LazyLock::new(Multiples::of_generator);
static P384: LazyLock<Multiples<NistP384>> = LazyLock::new(Multiples::of_generator);

#[derive(Debug)]
pub(super) enum Prepared {
    P256(Reused<NistP256>),
    P384(Reused<NistP384>),
    P521(p521::ecdsa::VerifyingKey),
    /// `None` if the point is on no curve.
    Ed25519(Option<ed25519_dalek::VerifyingKey>),
    Rsa(rsa::PublicKey),
}

/// `None` if the point is not on the curve.
pub(super) fn prepare(kind: KeyKind, raw: &[u8]) -> Option<Prepared> {
    match kind {
        KeyKind::EcdsaP256 => p256::ecdsa::VerifyingKey::from_sec1_bytes(raw).ok().map(Reused::new).map(Prepared::P256),
        KeyKind::EcdsaP384 => p384::ecdsa::VerifyingKey::from_sec1_bytes(raw).ok().map(Reused::new).map(Prepared::P384),
        KeyKind::EcdsaP521 => p521::ecdsa::VerifyingKey::from_sec1_bytes(raw).ok().map(Prepared::P521),
        KeyKind::Ed25519 => {
            let point = raw.try_into().ok()?;
            Some(Prepared::Ed25519(ed25519_dalek::VerifyingKey::from_bytes(point).ok()))
        }
        KeyKind::Rsa => {
            let key = RsaPublicKey::from_der(raw).ok()?;
            let [n, e] = [key.modulus, key.exponent].map(|number| BoxedUint::from_be_slice_vartime(number.as_bytes()));
            rsa::PublicKey::new(n, e).ok().map(Prepared::Rsa)
        }
    }
}

/// By any key but Ed25519.
pub(super) fn verify_digest(key: &Prepared, hash: Hash, digest: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
    let good =
        match key {
            Prepared::P256(key) => p256::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.has_signed(&P256, digest, &signature)),
            Prepared::P384(key) => p384::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.has_signed(&P384, digest, &signature)),
            Prepared::P521(key) => p521::ecdsa::Signature::from_der(signature)
                .and_then(|signature| key.verify_prehash(digest, &signature))
                .is_ok(),
            Prepared::Rsa(key) => {
                let padding = match hash {
                    Hash::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
                    Hash::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
                    Hash::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
                };
                key.verify(padding, digest, signature).is_ok()
            }
            Prepared::Ed25519(_) => false,
        };
    if good { Ok(()) } else { Err(BadSignature) }
}

/// By an Ed25519 key alone.
pub(super) fn verify_message(key: &Prepared, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
    let Prepared::Ed25519(Some(key)) = key else { return Err(BadSignature) };
    let signature = ed25519_dalek::Signature::from_slice(signature).map_err(|_| BadSignature)?;
    key.verify(message, &signature).map_err(|_| BadSignature)
}
