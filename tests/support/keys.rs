//! Keys that follow from a label alone, and signatures without randomness, so that every run mints the
//! same bytes.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use ed25519_dalek::Signer as _;
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use rsa::traits::PublicKeyParts as _;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::{der, rsa_key};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub const ALL: [Hash; 3] = [Hash::Sha256, Hash::Sha384, Hash::Sha512];

    pub fn of(self, data: &[u8]) -> Vec<u8> {
        match self {
            Hash::Sha256 => Sha256::digest(data).to_vec(),
            Hash::Sha384 => Sha384::digest(data).to_vec(),
            Hash::Sha512 => Sha512::digest(data).to_vec(),
        }
    }

    /// As Rekor v1 spells it.
    pub fn name(self) -> &'static str {
        match self {
            Hash::Sha256 => "sha256",
            Hash::Sha384 => "sha384",
            Hash::Sha512 => "sha512",
        }
    }

    /// As bundles, trusted roots and Rekor v2 spell it.
    pub fn enum_name(self) -> &'static str {
        match self {
            Hash::Sha256 => "SHA2_256",
            Hash::Sha384 => "SHA2_384",
            Hash::Sha512 => "SHA2_512",
        }
    }

    /// The HashAlgorithm of TLS 1.2 (RFC 5246, section 7.4.1.4.1).
    pub fn tls(self) -> u8 {
        match self {
            Hash::Sha256 => 4,
            Hash::Sha384 => 5,
            Hash::Sha512 => 6,
        }
    }
}

#[derive(Clone)]
pub enum Key {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    P521(p521::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
    Rsa2048(Arc<rsa::PrivateKey>),
    Rsa4096(Arc<rsa::PrivateKey>),
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

    pub fn p521(label: &str) -> Key {
        let scalar = widen(&Sha512::digest(label.as_bytes()));
        Key::P521(p521::ecdsa::SigningKey::from_slice(&scalar).unwrap())
    }

    pub fn ed25519(label: &str) -> Key {
        let seed = Sha256::digest(label.as_bytes());
        Key::Ed25519(ed25519_dalek::SigningKey::from_bytes(&seed.into()))
    }

    /// The RSA key of that number: there are two of 2048 bits.
    pub fn rsa2048(n: usize) -> Key {
        Key::Rsa2048(rsa_key::of_2048_bits(n))
    }

    /// The RSA key of that number: there is one of 4096 bits.
    pub fn rsa4096(n: usize) -> Key {
        Key::Rsa4096(rsa_key::of_4096_bits(n))
    }

    /// One key of each kind.
    pub fn of_every_kind(label: &str) -> [Key; 6] {
        let [p256, p384, p521] = [Key::p256(label), Key::p384(label), Key::p521(label)];
        [p256, p384, p521, Key::ed25519(label), Key::rsa2048(0), Key::rsa4096(0)]
    }

    /// The uncompressed SEC1 point.
    pub fn point(&self) -> Vec<u8> {
        match self {
            Key::P256(k) => k.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
            Key::P384(k) => k.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
            Key::P521(k) => k.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
            _ => panic!("{} keys are no points in that form", self.key_details()),
        }
    }

    /// What the BIT STRING of the SPKI holds: a point, 32 octets, or an RSAPublicKey.
    pub fn public(&self) -> Vec<u8> {
        match self {
            Key::P256(_) | Key::P384(_) | Key::P521(_) => self.point(),
            Key::Ed25519(k) => k.verifying_key().to_bytes().to_vec(),
            Key::Rsa2048(k) | Key::Rsa4096(k) => {
                der::sequence(&[der::integer(&k.n_bytes()), der::integer(&k.e_bytes())])
            }
        }
    }

    pub fn spki(&self) -> Vec<u8> {
        match self {
            Key::P256(_) => spki_of("1.2.840.10045.3.1.7", &self.point()),
            Key::P384(_) => spki_of("1.3.132.0.34", &self.point()),
            Key::P521(_) => spki_of("1.3.132.0.35", &self.point()),
            Key::Ed25519(_) => der::sequence(&[self.algorithm(), der::bits(&self.public())]),
            Key::Rsa2048(_) | Key::Rsa4096(_) => {
                let algorithm = der::sequence(&[der::oid("1.2.840.113549.1.1.1"), der::tlv(der::NULL, &[])]);
                der::sequence(&[algorithm, der::bits(&self.public())])
            }
        }
    }

    pub fn pem(&self) -> String {
        pem("PUBLIC KEY", &self.spki())
    }

    /// The log id of RFC 6962: SHA-256 of the SPKI.
    pub fn log_id(&self) -> Vec<u8> {
        Hash::Sha256.of(&self.spki())
    }

    /// The whole of what a signed note abbreviates to its key hint. ECDSA keys have no form of their own in
    /// C2SP's signed-note, and go by their SPKI.
    pub fn note_id(&self, name: &str) -> Vec<u8> {
        match self {
            Key::Ed25519(_) => note_id(name, 1, &self.public()),
            _ => self.log_id(),
        }
    }

    /// npm's key id: SHA-256 of the OpenSSH wire form, unpadded.
    pub fn key_id(&self) -> String {
        match self {
            Key::P256(_) => ssh_key_id("ecdsa-sha2-nistp256", "nistp256", &self.point()),
            Key::P384(_) => ssh_key_id("ecdsa-sha2-nistp384", "nistp384", &self.point()),
            Key::P521(_) => ssh_key_id("ecdsa-sha2-nistp521", "nistp521", &self.point()),
            Key::Ed25519(_) => ssh_key_id_of(&[b"ssh-ed25519", &self.public()]),
            Key::Rsa2048(k) | Key::Rsa4096(k) => {
                ssh_key_id_of(&[b"ssh-rsa", &mpint(&k.e_bytes()), &mpint(&k.n_bytes())])
            }
        }
    }

    /// The hint that signing clients give a managed key: base64 of SHA-256 of the SPKI.
    pub fn hint(&self) -> String {
        b64(self.log_id())
    }

    /// `PublicKeyDetails` of sigstore_common.proto.
    pub fn key_details(&self) -> &'static str {
        match self {
            Key::P256(_) => "PKIX_ECDSA_P256_SHA_256",
            Key::P384(_) => "PKIX_ECDSA_P384_SHA_384",
            Key::P521(_) => "PKIX_ECDSA_P521_SHA_512",
            Key::Ed25519(_) => "PKIX_ED25519",
            Key::Rsa2048(_) => "PKIX_RSA_PKCS1V15_2048_SHA256",
            Key::Rsa4096(_) => "PKIX_RSA_PKCS1V15_4096_SHA256",
        }
    }

    /// The hash that is paired with the key everywhere in Sigstore. Ed25519 hashes for itself; the
    /// algorithm registry names SHA-512 for what is logged beside it.
    pub fn hash(&self) -> Hash {
        match self {
            Key::P256(_) | Key::Rsa2048(_) | Key::Rsa4096(_) => Hash::Sha256,
            Key::P384(_) => Hash::Sha384,
            Key::P521(_) | Key::Ed25519(_) => Hash::Sha512,
        }
    }

    /// The AlgorithmIdentifier of signatures with the key's own hash.
    pub fn algorithm(&self) -> Vec<u8> {
        self.algorithm_with(self.hash())
    }

    /// The AlgorithmIdentifier of signatures: RFC 5758, RFC 8410, RFC 8017.
    pub fn algorithm_with(&self, hash: Hash) -> Vec<u8> {
        let of = |sha256, sha384, sha512| match hash {
            Hash::Sha256 => sha256,
            Hash::Sha384 => sha384,
            Hash::Sha512 => sha512,
        };
        match self {
            Key::P256(_) | Key::P384(_) | Key::P521(_) => {
                let name = of("1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3", "1.2.840.10045.4.3.4");
                der::sequence(&[der::oid(name)])
            }
            Key::Ed25519(_) => der::sequence(&[der::oid("1.3.101.112")]),
            Key::Rsa2048(_) | Key::Rsa4096(_) => {
                let name = of("1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13");
                der::sequence(&[der::oid(name), der::tlv(der::NULL, &[])])
            }
        }
    }

    /// The SignatureAlgorithm of TLS 1.2 (RFC 5246, section 7.4.1.4.1; RFC 8422 for Ed25519).
    pub fn tls(&self) -> u8 {
        match self {
            Key::P256(_) | Key::P384(_) | Key::P521(_) => 3,
            Key::Rsa2048(_) | Key::Rsa4096(_) => 1,
            Key::Ed25519(_) => 7,
        }
    }

    /// A signature with the key's own hash: ASN.1 DER for ECDSA, PKCS #1 v1.5 for RSA.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.sign_with(self.hash(), message)
    }

    /// Ed25519 signs the message itself, whatever the hash.
    pub fn sign_with(&self, hash: Hash, message: &[u8]) -> Vec<u8> {
        match self {
            Key::Ed25519(k) => k.sign(message).to_bytes().to_vec(),
            _ => self.sign_prehash(&hash.of(message)),
        }
    }

    pub fn sign_prehash(&self, digest: &[u8]) -> Vec<u8> {
        match self {
            Key::Rsa2048(k) | Key::Rsa4096(k) => rsa_key::sign(k, digest),
            _ => {
                let (r, s) = self.scalars(digest);
                signature(&r, &s)
            }
        }
    }

    /// The same signature in its other, equally valid form: high S and low S in turn.
    pub fn sign_other_s(&self, message: &[u8]) -> Vec<u8> {
        let (r, s) = self.scalars(&self.hash().of(message));
        let both = [r.clone(), s].concat();
        let negated = match self {
            Key::P256(_) => (-*p256::ecdsa::Signature::from_slice(&both).unwrap().s()).to_bytes().to_vec(),
            Key::P384(_) => (-*p384::ecdsa::Signature::from_slice(&both).unwrap().s()).to_bytes().to_vec(),
            Key::P521(_) => (-*p521::ecdsa::Signature::from_slice(&both).unwrap().s()).to_bytes().to_vec(),
            _ => panic!("{} signatures have one form", self.key_details()),
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
            Key::P521(k) => {
                // A digest of less than half the curve's width is the same number when it is widened.
                let sig: p521::ecdsa::Signature = k.sign_prehash(&widen(digest)).unwrap();
                let (r, s) = sig.split_bytes();
                (r.to_vec(), s.to_vec())
            }
            _ => panic!("{} signatures have no scalars", self.key_details()),
        }
    }
}

/// A number in the 66 octets of P-521.
fn widen(number: &[u8]) -> Vec<u8> {
    [&vec![0; 66 - number.len()], number].concat()
}

/// The key id of C2SP's signed-note before it is cut to four octets: 1 is Ed25519, 4 a cosignature by it.
pub fn note_id(name: &str, kind: u8, public: &[u8]) -> Vec<u8> {
    Hash::Sha256.of(&[name.as_bytes(), &[b'\n', kind], public].concat())
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
    ssh_key_id_of(&[kind.as_bytes(), curve.as_bytes(), point])
}

fn ssh_key_id_of(fields: &[&[u8]]) -> String {
    let wire: Vec<u8> = fields.iter().flat_map(|s| [&(s.len() as u32).to_be_bytes(), *s].concat()).collect();
    format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(&wire)))
}

/// A positive mpint (RFC 4251, section 5) from its magnitude.
fn mpint(magnitude: &[u8]) -> Vec<u8> {
    let lead = usize::from(magnitude[0] >= 0x80);
    [&[0][..lead], magnitude].concat()
}
