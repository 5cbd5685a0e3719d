//! DER `SubjectPublicKeyInfo` → the kind of key and its raw bytes. Every key has one encoding, and so
//! one id: whatever else the bytes could mean to a more lenient reader is refused.

use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier, UintRef};
use der::{Decode as _, Sequence};
use x509_cert::spki::SubjectPublicKeyInfo;

use super::{KeyError, KeyKind, ed25519};

const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// The kind of the key, and the contents of `subjectPublicKey`. Whether a point is on its curve is for
/// the backend to see.
pub(super) fn read(der: &[u8]) -> Result<(KeyKind, &[u8]), KeyError> {
    let spki = SubjectPublicKeyInfo::<AnyRef<'_>, BitStringRef<'_>>::from_der(der)
        .map_err(|_| KeyError::Malformed("it is no DER SubjectPublicKeyInfo"))?;
    let raw = spki.subject_public_key.as_bytes().ok_or(KeyError::Malformed("its key is no whole bytes"))?;
    let parameters = spki.algorithm.parameters;
    let kind = match spki.algorithm.oid {
        EC_PUBLIC_KEY => elliptic(parameters, raw)?,
        ED25519 => edwards(parameters, raw)?,
        RSA_ENCRYPTION => rsa(parameters, raw)?,
        other => return Err(KeyError::Unsupported(other.to_string())),
    };
    Ok((kind, raw))
}

/// RFC 5480 §2: a named curve and an uncompressed point. Compressed, hybrid and explicit forms would
/// be further encodings of the same key.
fn elliptic(parameters: Option<AnyRef<'_>>, raw: &[u8]) -> Result<KeyKind, KeyError> {
    let curve = parameters.and_then(|p| p.decode_as::<ObjectIdentifier>().ok());
    let (kind, length) = match curve.ok_or(KeyError::Malformed("its curve is not named"))? {
        P256 => (KeyKind::EcdsaP256, 65),
        P384 => (KeyKind::EcdsaP384, 97),
        P521 => (KeyKind::EcdsaP521, 133),
        other => return Err(KeyError::Unsupported(other.to_string())),
    };
    if raw.first() == Some(&4) && raw.len() == length {
        Ok(kind)
    } else {
        Err(KeyError::Malformed("its point is not uncompressed"))
    }
}

/// RFC 8410 §3 and §4: no parameters, and the point.
fn edwards(parameters: Option<AnyRef<'_>>, raw: &[u8]) -> Result<KeyKind, KeyError> {
    if parameters.is_some() {
        return Err(KeyError::Malformed("its algorithm has parameters"));
    }
    let point = raw.try_into().map_err(|_| KeyError::Malformed("its point is not of 32 bytes"))?;
    if ed25519::is_sound(point) { Ok(KeyKind::Ed25519) } else { Err(KeyError::Malformed("its point is weak")) }
}

/// RFC 3279 §2.3.1: parameters NULL, and an `RSAPublicKey`.
fn rsa(parameters: Option<AnyRef<'_>>, raw: &[u8]) -> Result<KeyKind, KeyError> {
    if !parameters.is_some_and(AnyRef::is_null) {
        return Err(KeyError::Malformed("its algorithm's parameters are not NULL"));
    }
    let key = RsaPublicKey::from_der(raw).map_err(|_| KeyError::Malformed("it is no DER RSAPublicKey"))?;
    let (modulus, exponent) = (key.modulus.as_bytes(), key.exponent.as_bytes());
    // A product of odd primes is odd, and an exponent that is even or 1 is not prime to φ(n): with 1,
    // every padded digest is its own signature.
    if !is_odd(modulus) {
        return Err(KeyError::Malformed("its modulus is even"));
    }
    if !is_odd(exponent) || exponent == [1] {
        return Err(KeyError::Malformed("its exponent is even or one"));
    }
    // Shorter ones are within reach of factoring; longer ones, and long exponents, cost time that
    // whoever presents a key should not dispose of. No backend takes an exponent of more than 33 bits.
    let unsupported =
        |what: &str, bits: usize| KeyError::Unsupported(format!("{RSA_ENCRYPTION} ({what} of {bits} bits)"));
    match (bits(modulus), bits(exponent)) {
        (2048..=4096, ..=33) => Ok(KeyKind::Rsa),
        (2048..=4096, long) => Err(unsupported("exponent", long)),
        (length, _) => Err(unsupported("modulus", length)),
    }
}

/// RFC 8017 §A.1.1. Both are positive, and in their shortest form.
#[derive(Sequence)]
pub(super) struct RsaPublicKey<'a> {
    pub(super) modulus: UintRef<'a>,
    pub(super) exponent: UintRef<'a>,
}

fn is_odd(number: &[u8]) -> bool {
    number.last().is_some_and(|last| last & 1 == 1)
}

/// Of a big-endian number in its shortest form.
fn bits(number: &[u8]) -> usize {
    let unused = number.first().map_or(0, |first| first.leading_zeros());
    let all = number.len().saturating_mul(8);
    usize::try_from(unused).map_or(all, |unused| all.saturating_sub(unused))
}
