//! Our algorithms in the form that `rustls-webpki` asks for.

use rustls_pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id};
use sha2::{Digest as _, Sha256};

use super::{Algorithm, PublicKey};

/// One signature algorithm for path validation, with the long-lived issuer keys it knows.
///
/// The authorities' own signatures are verified when the trusted root is loaded and remembered
/// here, so that a bundle costs one path signature: the leaf's.
#[derive(Debug)]
pub(crate) struct PathAlgorithm {
    algorithm: Algorithm,
    issuers: Vec<PublicKey>,
    proven: Vec<[u8; 32]>,
}

impl PathAlgorithm {
    /// For every algorithm that an issuer has.
    pub(crate) fn all(issuers: &[PublicKey]) -> Vec<Self> {
        [Algorithm::EcdsaP256Sha256, Algorithm::EcdsaP384Sha384].map(|name| Self::new(name, issuers)).into()
    }

    /// For the issuers of that algorithm among `issuers`.
    fn new(algorithm: Algorithm, issuers: &[PublicKey]) -> Self {
        let issuers = issuers.iter().filter(|key| key.algorithm() == algorithm).cloned().collect();
        Self { algorithm, issuers, proven: Vec::new() }
    }

    /// Verifies a signature by one of the issuers and remembers it.
    pub(crate) fn prove(&mut self, issuer: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        self.verify_signature(issuer, message, signature)?;
        self.proven.push(fingerprint(issuer, message, signature));
        Ok(())
    }
}

/// Names one exact (key, message, signature); lengths keep the three apart.
fn fingerprint(issuer: &[u8], message: &[u8], signature: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [issuer, message, signature] {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

impl SignatureVerificationAlgorithm for PathAlgorithm {
    fn verify_signature(&self, public_key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        // Only keys of the trusted root issue certificates: one that is not among them is no issuer.
        let issuer = self.issuers.iter().find(|key| key.point() == public_key).ok_or(InvalidSignature)?;
        if !self.proven.is_empty() && self.proven.contains(&fingerprint(public_key, message, signature)) {
            return Ok(());
        }
        issuer.verify(message, signature).map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        match self.algorithm {
            Algorithm::EcdsaP256Sha256 => alg_id::ECDSA_P256,
            Algorithm::EcdsaP384Sha384 => alg_id::ECDSA_P384,
        }
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        match self.algorithm {
            Algorithm::EcdsaP256Sha256 => alg_id::ECDSA_SHA256,
            Algorithm::EcdsaP384Sha384 => alg_id::ECDSA_SHA384,
        }
    }
}
