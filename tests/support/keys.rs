//! Keys that follow from a label alone, and RFC 6979 signatures, so that every run mints the same bytes.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::der;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub fn of(self, data: &[u8]) -> Vec<u8> {
        match self {
            Hash::Sha256 => Sha256::digest(data).to_vec(),
            Hash::Sha384 => Sha384::digest(data).to_vec(),
            Hash::Sha512 => Sha512::digest(data).to_vec(),
        }
    }
}

#[derive(Clone)]
pub enum Key {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
}

impl Key {
    pub fn p256(label: &str) -> Key {
        let scalar = Sha256::digest(label.as_bytes());
        Key::P256(p256::ecdsa::SigningKey::from_slice(&scalar).unwrap())
    }

    pub fn p384(label: &str) -> Key {
        let scalar = Sha384::digest(label.as_bytes());
        Key::P384(p384::ecdsa::SigningKey::from_slice(&scalar).unwrap())
    }

    /// The uncompressed SEC1 point.
    pub fn point(&self) -> Vec<u8> {
        match self {
            Key::P256(k) => k.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
            Key::P384(k) => k.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
        }
    }

    pub fn spki(&self) -> Vec<u8> {
        let curve = match self {
            Key::P256(_) => "1.2.840.10045.3.1.7",
            Key::P384(_) => "1.3.132.0.34",
        };
        spki_of(curve, &self.point())
    }

    pub fn pem(&self) -> String {
        pem("PUBLIC KEY", &self.spki())
    }

    /// The log id of RFC 6962: SHA-256 of the SPKI.
    pub fn log_id(&self) -> Vec<u8> {
        Hash::Sha256.of(&self.spki())
    }

    /// npm's key id: SHA-256 of the OpenSSH wire form, unpadded.
    pub fn key_id(&self) -> String {
        match self {
            Key::P256(_) => ssh_key_id("ecdsa-sha2-nistp256", "nistp256", &self.point()),
            Key::P384(_) => ssh_key_id("ecdsa-sha2-nistp384", "nistp384", &self.point()),
        }
    }

    /// The hash that is paired with the curve everywhere in Sigstore.
    pub fn hash(&self) -> Hash {
        match self {
            Key::P256(_) => Hash::Sha256,
            Key::P384(_) => Hash::Sha384,
        }
    }

    /// The AlgorithmIdentifier of signatures with the curve's own hash.
    pub fn algorithm(&self) -> Vec<u8> {
        der::sequence(&[der::oid(match self {
            Key::P256(_) => "1.2.840.10045.4.3.2",
            Key::P384(_) => "1.2.840.10045.4.3.3",
        })])
    }

    /// An ASN.1 DER signature with the curve's own hash.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.sign_with(self.hash(), message)
    }

    pub fn sign_with(&self, hash: Hash, message: &[u8]) -> Vec<u8> {
        self.sign_prehash(&hash.of(message))
    }

    pub fn sign_prehash(&self, digest: &[u8]) -> Vec<u8> {
        let (r, s) = self.scalars(digest);
        signature(&r, &s)
    }

    /// The same signature in its other, equally valid form: high S and low S in turn.
    pub fn sign_other_s(&self, message: &[u8]) -> Vec<u8> {
        let (r, s) = self.scalars(&self.hash().of(message));
        let negated = match self {
            Key::P256(_) => {
                let sig = p256::ecdsa::Signature::from_slice(&[r.clone(), s].concat()).unwrap();
                (-*sig.s()).to_bytes().to_vec()
            }
            Key::P384(_) => {
                let sig = p384::ecdsa::Signature::from_slice(&[r.clone(), s].concat()).unwrap();
                (-*sig.s()).to_bytes().to_vec()
            }
        };
        signature(&r, &negated)
    }

    /// `r || s`, as IEEE P1363 writes a signature.
    pub fn sign_p1363(&self, message: &[u8]) -> Vec<u8> {
        let (r, s) = self.scalars(&self.hash().of(message));
        [r, s].concat()
    }

    fn scalars(&self, digest: &[u8]) -> (Vec<u8>, Vec<u8>) {
        match self {
            Key::P256(k) => {
                let sig: p256::ecdsa::Signature = k.sign_prehash(digest).unwrap();
                let (r, s) = sig.split_bytes();
                (r.to_vec(), s.to_vec())
            }
            Key::P384(k) => {
                let sig: p384::ecdsa::Signature = k.sign_prehash(digest).unwrap();
                let (r, s) = sig.split_bytes();
                (r.to_vec(), s.to_vec())
            }
        }
    }
}

/// An ECDSA-Sig-Value from the magnitudes of its two integers.
pub fn signature(r: &[u8], s: &[u8]) -> Vec<u8> {
    der::sequence(&[der::integer(r), der::integer(s)])
}

/// An EC SubjectPublicKeyInfo over any curve OID and any point bytes.
pub fn spki_of(curve: &str, point: &[u8]) -> Vec<u8> {
    let algorithm = der::sequence(&[der::oid("1.2.840.10045.2.1"), der::oid(curve)]);
    der::sequence(&[algorithm, der::bits(point)])
}

pub fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|c| std::str::from_utf8(c).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

pub fn b64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

pub fn unb64(text: &str) -> Vec<u8> {
    STANDARD.decode(text).unwrap()
}

pub fn sha256_hex(bytes: impl AsRef<[u8]>) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// SHA-256 of a public key in OpenSSH's wire form, unpadded.
pub fn ssh_key_id(kind: &str, curve: &str, point: &[u8]) -> String {
    let wire: Vec<u8> = [kind.as_bytes(), curve.as_bytes(), point]
        .into_iter()
        .flat_map(|s| [&(s.len() as u32).to_be_bytes(), s].concat())
        .collect();
    format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(&wire)))
}
