//! Which key signs how: a signature never chooses its own algorithm.

use der::asn1::ObjectIdentifier;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// A hash of FIPS 180-4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    /// Bytes of a digest.
    pub(crate) fn len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    pub(crate) fn of(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }
}

/// What a public key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyKind {
    EcdsaP256,
    EcdsaP384,
    EcdsaP521,
    Ed25519,
    /// With a modulus of 2048 to 4096 bits.
    Rsa,
}

impl KeyKind {
    /// The scheme that Sigstore uses with such a key (its algorithm registry): where nothing beside
    /// the signature names an algorithm, there is exactly this one.
    pub(crate) fn scheme(self) -> Scheme {
        match self {
            Self::EcdsaP256 => Scheme::Ecdsa(Hash::Sha256),
            Self::EcdsaP384 => Scheme::Ecdsa(Hash::Sha384),
            Self::EcdsaP521 => Scheme::Ecdsa(Hash::Sha512),
            Self::Ed25519 => Scheme::Ed25519,
            Self::Rsa => Scheme::RsaPkcs1(Hash::Sha256),
        }
    }

    /// Every scheme that such a key can sign with.
    pub(crate) fn schemes(self) -> &'static [Scheme] {
        match self {
            Self::EcdsaP256 | Self::EcdsaP384 | Self::EcdsaP521 => {
                &[Scheme::Ecdsa(Hash::Sha256), Scheme::Ecdsa(Hash::Sha384), Scheme::Ecdsa(Hash::Sha512)]
            }
            Self::Ed25519 => &[Scheme::Ed25519],
            Self::Rsa => {
                &[Scheme::RsaPkcs1(Hash::Sha256), Scheme::RsaPkcs1(Hash::Sha384), Scheme::RsaPkcs1(Hash::Sha512)]
            }
        }
    }
}

/// How a message is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// Over the curve of the key.
    Ecdsa(Hash),
    Ed25519,
    RsaPkcs1(Hash),
}

impl Scheme {
    /// The scheme of a signature's `AlgorithmIdentifier` (RFC 5758 §3.2, RFC 8410 §3, RFC 4055 §5).
    /// RSA-PSS, SHA-1 and SHA-224 are none.
    pub(crate) fn from_oid(oid: ObjectIdentifier) -> Option<Self> {
        Some(match oid {
            ECDSA_SHA256 => Self::Ecdsa(Hash::Sha256),
            ECDSA_SHA384 => Self::Ecdsa(Hash::Sha384),
            ECDSA_SHA512 => Self::Ecdsa(Hash::Sha512),
            ED25519 => Self::Ed25519,
            RSA_SHA256 => Self::RsaPkcs1(Hash::Sha256),
            RSA_SHA384 => Self::RsaPkcs1(Hash::Sha384),
            RSA_SHA512 => Self::RsaPkcs1(Hash::Sha512),
            _ => return None,
        })
    }
}

const ECDSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const ECDSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");
const ECDSA_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.4");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const RSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const RSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12");
const RSA_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13");

#[cfg(test)]
mod tests {
    use super::{Hash, Scheme};

    #[test]
    fn ce_51_signature_algorithms_are_told_by_their_identifier() {
        let scheme = |oid| Scheme::from_oid(der::asn1::ObjectIdentifier::new_unwrap(oid));
        for (ecdsa, rsa, hash) in [
            ("1.2.840.10045.4.3.2", "1.2.840.113549.1.1.11", Hash::Sha256),
            ("1.2.840.10045.4.3.3", "1.2.840.113549.1.1.12", Hash::Sha384),
            ("1.2.840.10045.4.3.4", "1.2.840.113549.1.1.13", Hash::Sha512),
        ] {
            assert_eq!(scheme(ecdsa), Some(Scheme::Ecdsa(hash)));
            assert_eq!(scheme(rsa), Some(Scheme::RsaPkcs1(hash)));
        }
        assert_eq!(scheme("1.3.101.112"), Some(Scheme::Ed25519));
        // ECDSA and RSA with SHA-1 and SHA-224, MD5, PSS, Ed448, keys' own.
        for other in [
            "1.2.840.10045.4.1",
            "1.2.840.10045.4.3.1",
            "1.2.840.113549.1.1.5",
            "1.2.840.113549.1.1.14",
            "1.2.840.113549.1.1.4",
            "1.2.840.113549.1.1.10",
            "1.3.101.113",
            "1.2.840.10045.2.1",
            "1.2.840.113549.1.1.1",
        ] {
            assert_eq!(scheme(other), None, "{other}");
        }
    }
}
