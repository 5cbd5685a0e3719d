use ed25519_dalek::Signer as _;
use p256::ecdsa::signature::hazmat::PrehashSigner as _;

use super::{BadSignature, Hash, KeyError, KeyKind, PublicKey, Scheme};
use crate::encoding::base64;

const HASHES: [Hash; 3] = [Hash::Sha256, Hash::Sha384, Hash::Sha512];

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = match u16::try_from(content.len()).unwrap() {
        short @ ..0x80 => vec![short as u8],
        middle @ ..0x100 => vec![0x81, middle as u8],
        long => [&[0x82][..], &long.to_be_bytes()].concat(),
    };
    [&[tag][..], &length, content].concat()
}

/// A `SubjectPublicKeyInfo` of that object identifier, those parameters, and that key.
fn spki(oid: &str, parameters: &[u8], key: &[u8]) -> Vec<u8> {
    let oid = der::asn1::ObjectIdentifier::new_unwrap(oid);
    let algorithm = tlv(0x30, &[&tlv(6, oid.as_bytes())[..], parameters].concat());
    tlv(0x30, &[algorithm, tlv(3, &[&[0][..], key].concat())].concat())
}

fn elliptic(curve: &str, point: &[u8]) -> Vec<u8> {
    let curve = der::asn1::ObjectIdentifier::new_unwrap(curve);
    spki("1.2.840.10045.2.1", &tlv(6, curve.as_bytes()), point)
}

fn edwards(point: &[u8]) -> Vec<u8> {
    spki("1.3.101.112", &[], point)
}

const NULL: &[u8] = &[5, 0];
const RSA: &str = "1.2.840.113549.1.1.1";

/// Of the contents of the two INTEGERs.
fn rsa(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    spki(RSA, NULL, &tlv(0x30, &[tlv(2, modulus), tlv(2, exponent)].concat()))
}

/// The contents of a modulus of that many bits.
fn modulus(bits: usize) -> Vec<u8> {
    let mut bytes = vec![0; bits / 8 + 1];
    bytes[0] = 1 << (bits % 8) >> 1;
    bytes[1] = if bits.is_multiple_of(8) { 0x80 } else { 0 };
    *bytes.last_mut().unwrap() |= 1;
    bytes
}

fn refused(der: &[u8]) -> KeyError {
    PublicKey::from_spki(der).unwrap_err()
}

fn malformed(reason: &'static str) -> KeyError {
    KeyError::Malformed(reason)
}

const P256_SPKI: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEY6Ya7W++7aUPzvMTrezH6Ycx3c+HOKYCcNGybJZSCJq/fd7Qa8uuAKtdIkUQtQiEKERhAmE5lMMJhP8OkDOa2g==";

#[test]
fn rs_29_only_uncompressed_points_on_a_named_curve_are_keys() {
    let good = base64(P256_SPKI).unwrap();
    assert!(PublicKey::from_spki(&good).is_ok());
    let off_curve = {
        let mut k = good.clone();
        k[90] ^= 1;
        k
    };
    let hybrid = {
        let mut k = good.clone();
        k[26] = 6;
        k
    };
    let trailing = [good.clone(), vec![0]].concat();
    let infinity = [&good[..1], &[0x19], &good[2..23], &[0x03, 0x02, 0x00, 0x00]].concat();
    let compressed = [&good[..1], &[0x39], &good[2..24], &[0x22, 0x00, 0x02], &good[27..59]].concat();
    for (what, key) in [
        ("off curve", off_curve),
        ("hybrid", hybrid),
        ("trailing", trailing),
        ("infinity", infinity),
        ("compressed", compressed),
        ("empty", vec![]),
    ] {
        assert!(matches!(refused(&key), KeyError::Malformed(_)), "{what}");
    }
}

#[test]
fn an_elliptic_key_is_of_a_named_curve() {
    let point = [4; 65];
    assert_eq!(refused(&elliptic("1.3.132.0.10", &point)), KeyError::Unsupported("1.3.132.0.10".into()));
    for parameters in [&[][..], NULL, &[0x30, 0]] {
        assert_eq!(refused(&spki("1.2.840.10045.2.1", parameters, &point)), malformed("its curve is not named"));
    }
}

#[test]
fn keys_of_another_kind_are_told_apart_from_broken_ones() {
    for oid in ["1.3.101.110", "1.3.101.113", "1.2.840.10040.4.1", "1.2.840.113549.1.1.10", "1.2.3.4"] {
        assert_eq!(refused(&spki(oid, &[], &[7; 32])), KeyError::Unsupported(oid.into()));
    }
}

#[test]
fn ed25519_keys_are_32_bytes_without_parameters() {
    let key = hex::decode("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a").unwrap();
    assert_eq!(PublicKey::from_spki(&edwards(&key)).unwrap().kind(), KeyKind::Ed25519);
    assert_eq!(refused(&spki("1.3.101.112", NULL, &key)), malformed("its algorithm has parameters"));
    for wrong in [&key[..31], &[&key[..], &[0]].concat()] {
        assert_eq!(refused(&edwards(wrong)), malformed("its point is not of 32 bytes"));
    }
}

/// No backend need look: y = 2 belongs to no point, and what it signs is never good.
#[test]
fn an_ed25519_key_that_is_no_point_verifies_nothing() {
    let two = [&[2][..], &[0; 31]].concat();
    let key = PublicKey::from_spki(&edwards(&two)).unwrap();
    let base_point = hex::decode("5866666666666666666666666666666666666666666666666666666666666666").unwrap();
    assert_eq!(key.verify(b"", &[&base_point[..], &[1], &[0; 31]].concat()), Err(BadSignature));
}

#[test]
fn rsa_keys_have_one_encoding() {
    let n = modulus(2048);
    let key = tlv(0x30, &[tlv(2, &n), tlv(2, &[1, 0, 1])].concat());
    assert_eq!(PublicKey::from_spki(&spki(RSA, NULL, &key)).unwrap().kind(), KeyKind::Rsa);
    for parameters in [&[][..], &[5, 1, 0], &[0x30, 0], &[6, 1, 42]] {
        let error = refused(&spki(RSA, parameters, &key));
        // NULL with contents is no DER at all.
        assert!(matches!(error, KeyError::Malformed(_)), "{parameters:?}: {error:?}");
    }
    let padded = [&[0][..], &n].concat();
    let no_der = malformed("it is no DER RSAPublicKey");
    assert_eq!(refused(&rsa(&padded, &[1, 0, 1])), no_der, "a longer modulus");
    assert_eq!(refused(&rsa(&n, &[0, 1, 0, 1])), no_der, "a longer exponent");
    assert_eq!(refused(&rsa(&n[1..], &[1, 0, 1])), no_der, "a negative modulus");
    assert_eq!(refused(&rsa(&n, &[0x81])), no_der, "a negative exponent");
    assert_eq!(refused(&rsa(&n, &[])), no_der, "no exponent");
    assert_eq!(refused(&spki(RSA, NULL, &[&key[..], &[0]].concat())), no_der, "trailing bytes");
    let third = tlv(0x30, &[tlv(2, &n), tlv(2, &[1, 0, 1]), tlv(2, &[1])].concat());
    assert_eq!(refused(&spki(RSA, NULL, &third)), no_der, "a third number");
    let long_form = [&[0x30, 0x83, 0][..], &key[2..]].concat();
    assert_eq!(refused(&spki(RSA, NULL, &long_form)), no_der, "a longer length");
}

#[test]
fn rsa_numbers_are_possible_ones() {
    let mut even = modulus(2048);
    *even.last_mut().unwrap() = 2;
    assert_eq!(refused(&rsa(&even, &[1, 0, 1])), malformed("its modulus is even"));
    for exponent in [&[0][..], &[1], &[2], &[1, 0, 0]] {
        assert_eq!(refused(&rsa(&modulus(2048), exponent)), malformed("its exponent is even or one"));
    }
}

#[test]
fn rsa_keys_are_of_2048_to_4096_bits() {
    let unsupported = |what: &str| KeyError::Unsupported(format!("{RSA} ({what} bits)"));
    for bits in [1024, 2040, 2047, 4097, 8192] {
        assert_eq!(refused(&rsa(&modulus(bits), &[1, 0, 1])), unsupported(&format!("modulus of {bits}")));
    }
    for bits in [2048, 2049, 3072, 4095, 4096] {
        assert!(PublicKey::from_spki(&rsa(&modulus(bits), &[3])).is_ok(), "{bits}");
    }
    for (exponent, bits) in [(&[2, 0, 0, 0, 1][..], 34), (&[1, 0, 0, 0, 0, 0, 0, 0, 1], 65)] {
        assert_eq!(refused(&rsa(&modulus(2048), exponent)), unsupported(&format!("exponent of {bits}")));
    }
    assert!(PublicKey::from_spki(&rsa(&modulus(2048), &[1, 0xff, 0xff, 0xff, 0xff])).is_ok());
}

/// Keys and signatures over "signed" by OpenSSL; with 2050 bits there are signatures above the modulus.
const RSA_2048: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA1EIqzWq6GYCxVUJZzAUh5nitmr3Kw7s/QL9I4Id2UyMlI7ZGb0Rr+N4Lv5Pw1XgOvFHLDqMYEgFu0xckBNxeb2h12be2j5OuQyXNp5e7ROHyzYmaZ2nkrLMe5AILfzPeNxL5FuvojWobCDJaFftgIDmfCgDNrRwhbbc/hT8UhjsDMmAECPm8ZAzgfPLFpOo1BpnpeMkhOqvHqXn+BzEMDB/MDwIAno5TIl4+mfi9NO/nKJqdjH4UxmcVGIAg8lldJllQcM6yGewjVbj7nt5cO5M0UeY0+y2PoRyk8Hry5qetbOVbDmlHGwYYViq6YSk/e+VbSX961QxO7+7wmFJ4EwIDAQAB";
const RSA_2048_SIGNED: [&str; 3] = [
    "ySRC4z7QrNDGsiNPn8F8JfTpk8bGXPzBDuIe/Xe9fP/iKN7W54ehwejfygTUYlLfRNLu5edBtfem2wsw5WhqGv/9ZxBnMsOA2EWigizlaAkFp22tYE32IKFwIySpZClAEFLoHJ5eIA55LFXtiiiJQt0GRZTaliouVKqdDGzFXT7BqvuZrMSWMEmnAAl+Xa8WJLLPnjQcE9g+5x7Fz4hd4NNaj6l5/iQYLFjoIlpE6WUKphu47S/XlMQE4Z6S5n5HMjeaxrSuJqz03aaC7gnjO+RG5bqrkjDXweyKL92J+8cSQ5Xfal5i9dDC/nzocmPgwowYPKw2B/VMHTjoY9BqCg==",
    "gk7ltximsLsZX5Zpj89WhPannxGA7TGv5FxsoR/evimbCYuU3pYq+CLXCDH6rdaYfzgcd/JqQmct+r06KHCqeteHO6v2z80lr98dp0fETF8wzBlt57pYD9I3oEn3zCfpCp6Sj+V6SIdLJMfT3m+RHURmkhlIXRspRkakDBZeatyZt4GqybeZZMI85M2KD8d8tZtQaKiepTkfVBjLEzIFpHdq8ZMyS5zQigvxhH1cnx6h7JHhq9MGN6gPtEOFTNoO02wG4SYiY7FKZ1oJvtCUdXoBdWjZvY6FgQbiyBBg8ZDRllx06wSsaZ31U1qlyKeLjBX5gPcij9bD5bXbjuO1tA==",
    "xtOQZTDLKyhpona7P+smspR/cgb9zP5ulwJYd4ETbJ8R+dz3kl2ubC08ZO+P1JlST80Aai5aSCayiQsYcJimP2AauchhaRUESQteFsrjOCSB71pe4myXK7BTiGSE5fQJz3gXcYBCc7KrACeYNnWt03PCtFU944yfrqUCXv0MByjdwbDNAJbgIZ3v17VNjTnrbcs2YljmvfPrtme1XgeHQDIRGfwaM8LY6SJNRoep2qeU8+DB5dbqLz8ZunRYEzTgRJElcQKAqwAU+AGFBDv9RpjlKak70hpjSTltnk63kzKDCZFiAS/W0dILbEYu4SYTRll+Q1zFPg1PqxfZ1Uz6kg==",
];
const RSA_2050: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEDG5VdmV2eqNTi8oOsS+mRTFsR3csmCS1xqgiUYSyjo8jT6zk0TONdakfenG9h36Dw3xx+E1EcmzfR7YJJU0FsUzTZ/qtcOXza76VPDGCajNK+uNiGp7mZqqNYlERdwF/Dde4xz5ToqLclFxoqJBzyj9B3TT1WDrg//z/KAUM+1o1C+6+QfYWXvl0DvmkgT8kGnVC05BN0a4n+odnHhFMAOpKmQ3/qWn7rBFyi6tpE+kzBiKG2E6P5ZjhORtUFwwI+jV1/flwRUkn0vyj9ih5CZEXwEMpWZ1HHaeKSKi4o24kcxd+VJUrAqcty4FZti/QZgNaho1Rnr0y9JXOsde+thQIDAQAB";
const RSA_2050_SIGNED: &str = "AbqDnUVz2fM/lpuqp9RuVf+yg5x0QepJvCNGDYn7slBgNg3T8VUQoIcGMQ8pR1zKofPJLItYS2+ytUXvayxS4dtOm69g+Ez6816B3TsPmAaRwXEGOAIgVbdGJ8XRVV4Mvlgc+z8AVdeDJEGV+mYLiqyumfSHIZxkp8/Y9EohWmlaB0oKTgOIanhEfB6Fo0UCKFN2o8IUvGmt6EgRMxOdfDi/hbdpKRlV71PhQ0JozFACv6kmI1D6INxSlEGkXmkH2hAndiMaJJPOCXSqlTawrVFy1EJYbt/0Z0NGVym8BUyhWITs3tvtE7OlfnfyoP9D6LWyjNuBWO9afqtiSEmVYWI=";

#[test]
fn rsa_signs_with_each_hash() {
    let key = rsa_key();
    let signatures = RSA_2048_SIGNED.map(|signature| base64(signature).unwrap());
    for (hash, signature) in HASHES.into_iter().zip(&signatures) {
        for other in HASHES {
            let good = if other == hash { Ok(()) } else { Err(BadSignature) };
            assert_eq!(key.verify_with(Scheme::RsaPkcs1(other), b"signed", signature), good);
            assert_eq!(key.verify_digest(other, &other.of(b"signed"), signature), good);
        }
        assert_eq!(key.verify_with(Scheme::RsaPkcs1(hash), b"Signed", signature), Err(BadSignature));
        assert_eq!(key.verify_with(Scheme::Ecdsa(hash), b"signed", signature), Err(BadSignature));
        assert_eq!(key.verify_with(Scheme::Ed25519, b"signed", signature), Err(BadSignature));
    }
    assert_eq!(key.scheme(), Scheme::RsaPkcs1(Hash::Sha256));
    assert_eq!(key.verify(b"signed", &signatures[0]), Ok(()));
}

/// RFC 8017 §8.2.2: as many bytes as the modulus, and a number below it.
#[test]
fn an_rsa_signature_has_one_encoding() {
    let spki = base64(RSA_2050).unwrap();
    let key = PublicKey::from_spki(&spki).unwrap();
    let signature = base64(RSA_2050_SIGNED).unwrap();
    assert_eq!(key.verify(b"signed", &signature), Ok(()));
    let modulus = &spki[spki.len() - 5 - 257..spki.len() - 5];
    let (mut above, mut carry) = (signature.clone(), 0);
    for (byte, addend) in above.iter_mut().zip(modulus).rev() {
        let sum = u16::from(*byte) + u16::from(*addend) + carry;
        (*byte, carry) = (sum as u8, sum >> 8);
    }
    assert_eq!(carry, 0);
    let longer = [&[0][..], &signature].concat();
    for other in [&above[..], &longer, &signature[1..], &signature[..256], &[]] {
        assert_eq!(key.verify(b"signed", other), Err(BadSignature));
    }
}

/// Of a curve: every hash signs, and is not taken for another.
macro_rules! every_hash {
    ($test:ident, $curve:ident, $secret:expr, $oid:literal, $kind:ident, $usual:ident) => {
        #[test]
        fn $test() {
            let secret = $curve::ecdsa::SigningKey::from_slice(&$secret).unwrap();
            let der = elliptic($oid, secret.verifying_key().to_sec1_point(false).as_bytes());
            let key = PublicKey::from_spki(&der).unwrap();
            assert_eq!((key.kind(), key.scheme()), (KeyKind::$kind, Scheme::Ecdsa(Hash::$usual)));
            assert_eq!((key.spki(), key.raw()), (&der[..], &der[der.len() - key.raw().len()..]));
            for hash in HASHES {
                let signature: $curve::ecdsa::Signature = secret.sign_prehash(&hash.of(b"signed")).unwrap();
                let signature = signature.to_der();
                for other in HASHES {
                    let good = if other == hash { Ok(()) } else { Err(BadSignature) };
                    assert_eq!(key.verify_with(Scheme::Ecdsa(other), b"signed", signature.as_bytes()), good);
                }
                assert_eq!(key.verify(b"signed", signature.as_bytes()).is_ok(), hash == Hash::$usual);
                let with = |scheme| key.verify_with(scheme, b"signed", signature.as_bytes());
                assert_eq!(with(Scheme::RsaPkcs1(hash)), Err(BadSignature));
                assert_eq!(with(Scheme::Ed25519), Err(BadSignature));
            }
        }
    };
}

every_hash!(p256_signs_with_each_hash, p256, [1; 32], "1.2.840.10045.3.1.7", EcdsaP256, Sha256);
every_hash!(p384_signs_with_each_hash, p384, [1; 48], "1.3.132.0.34", EcdsaP384, Sha384);
every_hash!(p521_signs_with_each_hash, p521, [1; 66], "1.3.132.0.35", EcdsaP521, Sha512);

/// A key of P-256, and its signatures over "signed".
pub(super) fn p256_key(secret: u8) -> (PublicKey, impl Fn(Hash) -> Vec<u8>) {
    let secret = p256::ecdsa::SigningKey::from_slice(&[secret; 32]).unwrap();
    let point = secret.verifying_key().to_sec1_point(false);
    let key = PublicKey::from_spki(&elliptic("1.2.840.10045.3.1.7", point.as_bytes())).unwrap();
    let signed = move |hash: Hash| {
        let signature: p256::ecdsa::Signature = secret.sign_prehash(&hash.of(b"signed")).unwrap();
        signature.to_der().as_bytes().to_vec()
    };
    (key, signed)
}

/// A key of Ed25519, and its signatures.
pub(super) fn ed25519_key(secret: u8) -> (PublicKey, impl Fn(&[u8]) -> [u8; 64]) {
    let secret = ed25519_dalek::SigningKey::from_bytes(&[secret; 32]);
    let key = PublicKey::from_spki(&edwards(secret.verifying_key().as_bytes())).unwrap();
    (key, move |message: &[u8]| secret.sign(message).to_bytes())
}

pub(super) fn rsa_key() -> PublicKey {
    PublicKey::from_spki(&base64(RSA_2048).unwrap()).unwrap()
}

/// ECDSA looks at the leading bits of what it is given.
#[test]
fn a_digest_is_as_long_as_its_hash() {
    let (key, signed) = p256_key(1);
    let (digest, signature) = (Hash::Sha256.of(b"signed"), signed(Hash::Sha256));
    let with = |hash, digest: &[u8]| key.verify_digest(hash, digest, &signature);
    assert_eq!(with(Hash::Sha256, &digest), Ok(()));
    let longer = [&digest[..], &[0; 16]].concat();
    assert_eq!(with(Hash::Sha256, &longer), Err(BadSignature));
    assert_eq!(with(Hash::Sha384, &digest), Err(BadSignature));
    assert_eq!(with(Hash::Sha256, &digest[..31]), Err(BadSignature));
    // Of those hashes it would be another digest that happens to begin alike.
    assert_eq!(with(Hash::Sha384, &longer), Ok(()));
}

#[test]
fn ed25519_signs_messages_and_no_digests() {
    let (key, sign) = ed25519_key(1);
    for hash in HASHES {
        let digest = hash.of(b"signed");
        let signature = sign(&digest);
        assert_eq!(key.verify(&digest, &signature), Ok(()));
        assert_eq!(key.verify_digest(hash, &digest, &signature), Err(BadSignature));
        assert_eq!(key.verify_with(Scheme::Ecdsa(hash), &digest, &signature), Err(BadSignature));
        assert_eq!(key.verify_with(Scheme::RsaPkcs1(hash), &digest, &signature), Err(BadSignature));
        for length in [0, 32, 63] {
            assert_eq!(key.verify(&digest, &signature[..length]), Err(BadSignature));
        }
        assert_eq!(key.verify(&digest, &[&signature[..], &[0]].concat()), Err(BadSignature));
    }
}
