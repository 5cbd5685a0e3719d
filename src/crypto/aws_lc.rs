//! The crate `aws-lc-rs`.

use std::sync::OnceLock;

use aws_lc_rs::digest::{self, Digest};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA384_ASN1, ECDSA_P256_SHA512_ASN1, ECDSA_P384_SHA256_ASN1,
    ECDSA_P384_SHA384_ASN1, ECDSA_P384_SHA512_ASN1, ECDSA_P521_SHA256_ASN1, ECDSA_P521_SHA384_ASN1,
    ECDSA_P521_SHA512_ASN1, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, VerificationAlgorithm,
};

use super::{BadSignature, Hash, KeyKind, Scheme};

#[derive(Debug)]
pub(super) enum Prepared {
    Ed25519(ParsedPublicKey),
    Hashed(Hashed),
}

/// A parsed key is bound to one hash here. Few keys are ever used with a second one, so that those
/// are parsed when they are.
#[derive(Debug)]
pub(super) struct Hashed {
    kind: KeyKind,
    raw: Box<[u8]>,
    sha256: OnceLock<Option<ParsedPublicKey>>,
    sha384: OnceLock<Option<ParsedPublicKey>>,
    sha512: OnceLock<Option<ParsedPublicKey>>,
}

impl Hashed {
    fn with(&self, hash: Hash) -> Option<&ParsedPublicKey> {
        let parsed = match hash {
            Hash::Sha256 => &self.sha256,
            Hash::Sha384 => &self.sha384,
            Hash::Sha512 => &self.sha512,
        };
        parsed.get_or_init(|| ParsedPublicKey::new(algorithm(self.kind, hash)?, &self.raw).ok()).as_ref()
    }
}

fn algorithm(kind: KeyKind, hash: Hash) -> Option<&'static dyn VerificationAlgorithm> {
    Some(match (kind, hash) {
        (KeyKind::EcdsaP256, Hash::Sha256) => &ECDSA_P256_SHA256_ASN1,
        (KeyKind::EcdsaP256, Hash::Sha384) => &ECDSA_P256_SHA384_ASN1,
        (KeyKind::EcdsaP256, Hash::Sha512) => &ECDSA_P256_SHA512_ASN1,
        (KeyKind::EcdsaP384, Hash::Sha256) => &ECDSA_P384_SHA256_ASN1,
        (KeyKind::EcdsaP384, Hash::Sha384) => &ECDSA_P384_SHA384_ASN1,
        (KeyKind::EcdsaP384, Hash::Sha512) => &ECDSA_P384_SHA512_ASN1,
        (KeyKind::EcdsaP521, Hash::Sha256) => &ECDSA_P521_SHA256_ASN1,
        (KeyKind::EcdsaP521, Hash::Sha384) => &ECDSA_P521_SHA384_ASN1,
        (KeyKind::EcdsaP521, Hash::Sha512) => &ECDSA_P521_SHA512_ASN1,
        (KeyKind::Rsa, Hash::Sha256) => &RSA_PKCS1_2048_8192_SHA256,
        (KeyKind::Rsa, Hash::Sha384) => &RSA_PKCS1_2048_8192_SHA384,
        (KeyKind::Rsa, Hash::Sha512) => &RSA_PKCS1_2048_8192_SHA512,
        (KeyKind::Ed25519, _) => return None,
    })
}

/// `None` if the point is not on the curve.
pub(super) fn prepare(kind: KeyKind, raw: &[u8]) -> Option<Prepared> {
    match kind.scheme() {
        Scheme::Ed25519 => ParsedPublicKey::new(&ED25519, raw).ok().map(Prepared::Ed25519),
        Scheme::Ecdsa(hash) | Scheme::RsaPkcs1(hash) => {
            let [sha256, sha384, sha512] = [const { OnceLock::new() }; 3];
            let key = Hashed { kind, raw: raw.into(), sha256, sha384, sha512 };
            key.with(hash).is_some().then_some(Prepared::Hashed(key))
        }
    }
}

/// By any key but Ed25519.
pub(super) fn verify_digest(key: &Prepared, hash: Hash, digest: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
    let Prepared::Hashed(key) = key else { return Err(BadSignature) };
    let algorithm = match hash {
        Hash::Sha256 => &digest::SHA256,
        Hash::Sha384 => &digest::SHA384,
        Hash::Sha512 => &digest::SHA512,
    };
    let digest = Digest::import_less_safe(digest, algorithm).map_err(|_| BadSignature)?;
    key.with(hash).ok_or(BadSignature)?.verify_digest_sig(&digest, signature).map_err(|_| BadSignature)
}

/// By an Ed25519 key alone.
pub(super) fn verify_message(key: &Prepared, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
    let Prepared::Ed25519(key) = key else { return Err(BadSignature) };
    key.verify_sig(message, signature).map_err(|_| BadSignature)
}
