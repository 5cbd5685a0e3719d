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

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{KeyError, PublicKey};
    use crate::encoding::base64;

    /// The shared reference data, or `None` with a line that says so.
    fn shared(file: &str) -> Option<Value> {
        let given = std::env::var_os("COUNTERSIGN_SHARED").map(std::path::PathBuf::from);
        let folder = given.unwrap_or_else(|| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"));
        if !folder.is_dir() {
            println!("skipped: no shared reference data");
            return None;
        }
        Some(serde_json::from_slice(&std::fs::read(folder.join(file)).unwrap()).unwrap())
    }

    /// Every case of a Wycheproof file: (accepted, refused).
    fn wycheproof(file: &str) -> Option<(usize, usize)> {
        let suite = shared(&format!("vectors/wycheproof/{file}"))?;
        let (mut accepted, mut refused) = (0, 0);
        for group in suite["testGroups"].as_array().unwrap() {
            let key = PublicKey::from_spki(&hex::decode(group["publicKeyDer"].as_str().unwrap()).unwrap()).unwrap();
            for case in group["tests"].as_array().unwrap() {
                let bytes = |name: &str| hex::decode(case[name].as_str().unwrap()).unwrap();
                let good = key.verify(&bytes("msg"), &bytes("sig")).is_ok();
                assert_eq!(good, case["result"] == "valid", "{file} {}: {}", case["tcId"], case["comment"]);
                if good { accepted += 1 } else { refused += 1 }
            }
        }
        Some((accepted, refused))
    }

    #[test]
    fn rs_40_wycheproof_p256() {
        if let Some(counted) = wycheproof("ecdsa_secp256r1_sha256_test.json") {
            assert_eq!(counted, (174, 310));
        }
    }

    #[test]
    fn rs_40_wycheproof_p384() {
        if let Some((accepted, refused)) = wycheproof("ecdsa_secp384r1_sha384_test.json") {
            assert_eq!(accepted + refused, 504);
        }
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
            assert!(matches!(PublicKey::from_spki(&key), Err(KeyError::Malformed(_))), "{what}");
        }
    }

    #[test]
    fn keys_of_another_kind_are_told_apart_from_broken_ones() {
        let ed25519 =
            hex::decode("302a300506032b6570032100d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
                .unwrap();
        assert_eq!(PublicKey::from_spki(&ed25519).unwrap_err(), KeyError::Unsupported("1.3.101.112".into()));
    }
}
