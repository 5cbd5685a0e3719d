//! Our algorithms in the form that `rustls-webpki` asks for.

use rustls_pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id};
use sha2::{Digest as _, Sha256};

use super::{Hash, KeyKind, PublicKey, Scheme};

/// One signature algorithm for path validation, with the long-lived issuer keys it knows.
///
/// The authorities' own signatures are verified when the trusted root is loaded and remembered
/// here, so that a bundle costs one path signature: the leaf's.
#[derive(Debug)]
pub(crate) struct PathAlgorithm {
    kind: KeyKind,
    scheme: Scheme,
    issuers: Vec<PublicKey>,
    proven: Vec<[u8; 32]>,
}

impl PathAlgorithm {
    /// Every one by which one of `issuers` can sign: path validation finds them by the identifiers of
    /// key and signature, and an authority may use another hash than Sigstore does with such a key.
    pub(crate) fn all(issuers: &[PublicKey]) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for kind in issuers.iter().map(PublicKey::kind) {
            if all.iter().any(|known| known.kind == kind) {
                continue;
            }
            let issuers: Vec<_> = issuers.iter().filter(|key| key.kind() == kind).cloned().collect();
            let of_kind = kind.schemes().iter().map(|scheme| Self {
                kind,
                scheme: *scheme,
                issuers: issuers.clone(),
                proven: Vec::new(),
            });
            all.extend(of_kind);
        }
        all
    }

    /// Whether it is for signatures by that issuer of that kind, the contents of an
    /// `AlgorithmIdentifier`.
    pub(crate) fn is_for(&self, issuer: &PublicKey, signature: &[u8]) -> bool {
        self.kind == issuer.kind() && self.signature_alg_id().as_ref() == signature
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
        let issuer = self.issuers.iter().find(|key| key.raw() == public_key).ok_or(InvalidSignature)?;
        if !self.proven.is_empty() && self.proven.contains(&fingerprint(public_key, message, signature)) {
            return Ok(());
        }
        issuer.verify_with(self.scheme, message, signature).map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        match self.kind {
            KeyKind::EcdsaP256 => alg_id::ECDSA_P256,
            KeyKind::EcdsaP384 => alg_id::ECDSA_P384,
            KeyKind::EcdsaP521 => alg_id::ECDSA_P521,
            KeyKind::Ed25519 => alg_id::ED25519,
            KeyKind::Rsa => alg_id::RSA_ENCRYPTION,
        }
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        match self.scheme {
            Scheme::Ecdsa(Hash::Sha256) => alg_id::ECDSA_SHA256,
            Scheme::Ecdsa(Hash::Sha384) => alg_id::ECDSA_SHA384,
            Scheme::Ecdsa(Hash::Sha512) => alg_id::ECDSA_SHA512,
            Scheme::Ed25519 => alg_id::ED25519,
            Scheme::RsaPkcs1(Hash::Sha256) => alg_id::RSA_PKCS1_SHA256,
            Scheme::RsaPkcs1(Hash::Sha384) => alg_id::RSA_PKCS1_SHA384,
            Scheme::RsaPkcs1(Hash::Sha512) => alg_id::RSA_PKCS1_SHA512,
        }
    }
}

#[cfg(test)]
mod tests {
    use rustls_pki_types::{InvalidSignature, SignatureVerificationAlgorithm as _, alg_id};

    use super::super::tests::{ed25519_key, p256_key, rsa_key};
    use super::{Hash, KeyKind, PathAlgorithm, Scheme};

    #[test]
    fn there_is_one_for_every_scheme_of_every_kind_of_issuer() {
        assert!(PathAlgorithm::all(&[]).is_empty());
        let (p256, other) = (p256_key(1).0, p256_key(2).0);
        let all = PathAlgorithm::all(&[p256, rsa_key(), other, ed25519_key(1).0]);
        let ids: Vec<_> = all.iter().map(|a| (a.public_key_alg_id(), a.signature_alg_id())).collect();
        assert_eq!(
            ids,
            [
                (alg_id::ECDSA_P256, alg_id::ECDSA_SHA256),
                (alg_id::ECDSA_P256, alg_id::ECDSA_SHA384),
                (alg_id::ECDSA_P256, alg_id::ECDSA_SHA512),
                (alg_id::RSA_ENCRYPTION, alg_id::RSA_PKCS1_SHA256),
                (alg_id::RSA_ENCRYPTION, alg_id::RSA_PKCS1_SHA384),
                (alg_id::RSA_ENCRYPTION, alg_id::RSA_PKCS1_SHA512),
                (alg_id::ED25519, alg_id::ED25519),
            ]
        );
    }

    #[test]
    fn it_verifies_with_its_own_scheme_by_its_own_issuers() {
        let (issuer, signed) = p256_key(1);
        let stranger = p256_key(2).0;
        let signature = signed(Hash::Sha384);
        for algorithm in PathAlgorithm::all(core::slice::from_ref(&issuer)) {
            let good = algorithm.scheme == Scheme::Ecdsa(Hash::Sha384);
            assert_eq!(algorithm.verify_signature(issuer.raw(), b"signed", &signature).is_ok(), good);
            assert!(matches!(algorithm.verify_signature(issuer.raw(), b"Signed", &signature), Err(InvalidSignature)));
        }
        // Good, and by nobody who may issue.
        for algorithm in PathAlgorithm::all(&[stranger]) {
            assert!(matches!(algorithm.verify_signature(issuer.raw(), b"signed", &signature), Err(InvalidSignature)));
        }
    }

    #[test]
    fn what_was_proved_is_that_very_signature() {
        let (issuer, signed) = p256_key(1);
        let (other, signature) = (p256_key(2).0, signed(Hash::Sha256));
        let mut all = PathAlgorithm::all(&[issuer.clone(), other.clone()]);
        let algorithm = all.first_mut().unwrap();
        assert_eq!(algorithm.kind, KeyKind::EcdsaP256);
        assert!(matches!(algorithm.prove(other.raw(), b"signed", &signature), Err(InvalidSignature)));
        assert!(algorithm.proven.is_empty());
        assert!(algorithm.prove(issuer.raw(), b"signed", &signature).is_ok());
        assert_eq!(algorithm.proven.len(), 1);
        assert!(algorithm.verify_signature(issuer.raw(), b"signed", &signature).is_ok());
        assert!(matches!(algorithm.verify_signature(other.raw(), b"signed", &signature), Err(InvalidSignature)));
        assert!(matches!(
            algorithm.verify_signature(issuer.raw(), b"signe", &[&b"d"[..], &signature].concat()),
            Err(InvalidSignature)
        ));
        assert!(matches!(
            algorithm.verify_signature(issuer.raw(), b"signed", &signed(Hash::Sha384)),
            Err(InvalidSignature)
        ));
    }
}
