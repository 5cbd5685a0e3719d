//! What a Rekor v2 entry must say, written from the bundle (rekor-v2-spec §6.1.4).
//!
//! Rekor v2 hashes the canonical JSON (RFC 8785) of an entry, and everything in it is known from the
//! bundle. So nothing is read out of the body that came along: the one right body is built, and the
//! two are compared byte for byte. Base64 and fixed names need no escaping, so that formatting is
//! canonical.

use der::asn1::UintRef;
use der::{Decode as _, Sequence};
use sha2::{Digest as _, Sha256};

use super::binding::LoggedKey;
use super::entry_kind::EntryKind;
use super::signed::Signed;
use crate::crypto::{Hash, KeyKind, PublicKey};
use crate::encoding::to_base64;
use crate::error::VerifyError;

/// The body of the entry that a log writes for this key, this signature and what it is over.
///
/// If such a log has no entry for them, `LOG_MISMATCH`; if this version does not know how a log names
/// the key, `UNSUPPORTED_LOG_ENTRY`.
pub(super) fn body(
    kind: EntryKind,
    key: LoggedKey<'_>,
    signature: &[u8],
    signed: &Signed,
) -> Result<String, VerifyError> {
    let signature = format!(r#"{{"content":"{}","verifier":{}}}"#, to_base64(signature), verifier(kind, key)?);
    match (kind, signed) {
        (EntryKind::HashedRekordV2, signed) => {
            let (hash, digest) = signed_digest(key.public_key(), signed);
            Ok(format!(
                r#"{{"apiVersion":"0.0.2","kind":"hashedrekord","spec":{{"hashedRekordV002":{{"data":{},"signature":{signature}}}}}}}"#,
                hash_output(hash, &digest)
            ))
        }
        (EntryKind::DsseV2, Signed::Payload(payload)) => {
            let digest = Sha256::digest(payload.bytes());
            Ok(format!(
                r#"{{"apiVersion":"0.0.2","kind":"dsse","spec":{{"dsseV002":{{"payloadHash":{},"signatures":[{signature}]}}}}}}"#,
                hash_output(Hash::Sha256, &digest)
            ))
        }
        _ => Err(VerifyError::LogMismatch { what: "kind" }),
    }
}

/// What the signature is over: for an envelope its encoding with type and lengths, never its payload
/// alone, which could be signed as something else.
fn signed_digest(key: &PublicKey, signed: &Signed) -> (Hash, Vec<u8>) {
    match signed {
        Signed::Message(message) => {
            let (hash, digest) = message.digest();
            (hash, digest.to_vec())
        }
        Signed::Payload(payload) => {
            let hash = match key.kind() {
                KeyKind::EcdsaP256 | KeyKind::Rsa => Hash::Sha256,
                KeyKind::EcdsaP384 => Hash::Sha384,
                KeyKind::EcdsaP521 | KeyKind::Ed25519 => Hash::Sha512,
            };
            (hash, hash.of(payload.encoding()))
        }
    }
}

/// `Verifier` of rekor's `verifier.proto`.
fn verifier(kind: EntryKind, key: LoggedKey<'_>) -> Result<String, VerifyError> {
    let details = key_details(kind, key.public_key())?;
    let (member, bytes) = match key {
        LoggedKey::Certificate { der, .. } => ("x509Certificate", der),
        LoggedKey::Managed(key) => ("publicKey", key.spki()),
    };
    // Members in the order of their names, as RFC 8785 §3.2.3 has them.
    Ok(format!(r#"{{"keyDetails":"{details}","{member}":{{"rawBytes":"{}"}}}}"#, to_base64(bytes)))
}

/// `PublicKeyDetails` of sigstore_common.proto.
fn key_details(kind: EntryKind, key: &PublicKey) -> Result<&'static str, VerifyError> {
    let unsupported = |kind: &str| VerifyError::UnsupportedLogEntry { kind: kind.into() };
    match (key.kind(), rsa_bits(key)) {
        (KeyKind::EcdsaP256, _) => Ok("PKIX_ECDSA_P256_SHA_256"),
        (KeyKind::EcdsaP384, _) => Ok("PKIX_ECDSA_P384_SHA_384"),
        (KeyKind::EcdsaP521, _) => Ok("PKIX_ECDSA_P521_SHA_512"),
        // A log cannot verify a signature over bytes from their digest: hashedrekord has Ed25519ph.
        (KeyKind::Ed25519, _) if kind == EntryKind::DsseV2 => Ok("PKIX_ED25519"),
        (KeyKind::Ed25519, _) => Err(unsupported("hashedrekord/0.0.2 with Ed25519")),
        (KeyKind::Rsa, Some(2048)) => Ok("PKIX_RSA_PKCS1V15_2048_SHA256"),
        (KeyKind::Rsa, Some(3072)) => Ok("PKIX_RSA_PKCS1V15_3072_SHA256"),
        (KeyKind::Rsa, Some(4096)) => Ok("PKIX_RSA_PKCS1V15_4096_SHA256"),
        (KeyKind::Rsa, _) => Err(unsupported("an RSA key of an unusual length")),
    }
}

/// The length of an RSA key's modulus (RFC 8017 A.1.1).
fn rsa_bits(key: &PublicKey) -> Option<usize> {
    #[derive(Sequence)]
    struct RsaPublicKey<'a> {
        modulus: UintRef<'a>,
        exponent: UintRef<'a>,
    }
    let modulus = RsaPublicKey::from_der(key.raw()).ok()?.modulus;
    let bytes = modulus.as_bytes();
    let unused = usize::try_from(bytes.first()?.leading_zeros()).ok()?;
    bytes.len().checked_mul(8)?.checked_sub(unused)
}

fn hash_output(hash: Hash, digest: &[u8]) -> String {
    format!(r#"{{"algorithm":"{}","digest":"{}"}}"#, hash.proto(), to_base64(digest))
}

#[cfg(test)]
mod tests {
    use der::asn1::{AnyRef, ObjectIdentifier};
    use der::{Encode as _, Tag};

    use super::{EntryKind, KeyKind, PublicKey, key_details};

    fn tlv(tag: Tag, content: &[u8]) -> Vec<u8> {
        AnyRef::new(tag, content).unwrap().to_der().unwrap()
    }

    /// An RSA key with a modulus of so many bits, each of them one.
    fn rsa(bits: usize) -> PublicKey {
        let mut modulus = vec![0xff; bits.div_ceil(8)];
        modulus[0] >>= modulus.len() * 8 - bits;
        if modulus[0] >= 0x80 {
            modulus.insert(0, 0);
        }
        let numbers = [tlv(Tag::Integer, &modulus), tlv(Tag::Integer, &[1, 0, 1])].concat();
        let key = tlv(Tag::BitString, &[&[0][..], &tlv(Tag::Sequence, &numbers)].concat());
        let oid = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1").to_der().unwrap();
        let algorithm = tlv(Tag::Sequence, &[oid, tlv(Tag::Null, &[])].concat());
        PublicKey::from_spki(&tlv(Tag::Sequence, &[algorithm, key].concat())).unwrap()
    }

    #[test]
    fn tl_22_an_rsa_key_that_has_no_name() {
        for kind in [EntryKind::HashedRekordV2, EntryKind::DsseV2] {
            for bits in [2048, 3072, 4096] {
                let key = rsa(bits);
                assert_eq!(key.kind(), KeyKind::Rsa);
                assert_eq!(key_details(kind, &key).unwrap(), format!("PKIX_RSA_PKCS1V15_{bits}_SHA256"));
            }
            // The name of the next length would be another key's.
            for bits in [2049, 2056, 3071, 3073, 3080, 4095] {
                let code = key_details(kind, &rsa(bits)).unwrap_err().code();
                assert_eq!(code, "ERR_COUNTERSIGN_UNSUPPORTED_LOG_ENTRY", "{bits}");
            }
        }
    }
}
