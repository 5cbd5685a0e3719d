//! The form of a signature, before a backend sees it: one signature has one encoding.

use der::asn1::UintRef;
use der::{Decode as _, Sequence};

use super::ed25519;

/// `ECDSA-Sig-Value` (RFC 3279 §2.2.3).
#[derive(Sequence)]
struct EcdsaSigValue<'a> {
    r: UintRef<'a>,
    s: UintRef<'a>,
}

/// Whether it is strict DER of two numbers that are not negative. Backends read the same bytes
/// afterwards, some more leniently; whether the numbers are in range is for them to see.
pub(super) fn is_ecdsa(signature: &[u8]) -> bool {
    EcdsaSigValue::from_der(signature).is_ok()
}

/// Whether it is R, a point that may stand there, and S (RFC 8032 §5.1.6).
pub(super) fn is_ed25519(signature: &[u8]) -> bool {
    signature.len() == 64 && signature.first_chunk().is_some_and(ed25519::is_sound)
}

#[cfg(test)]
mod tests {
    use super::is_ecdsa;

    #[test]
    fn an_ecdsa_signature_is_strict_der() {
        assert!(is_ecdsa(&[0x30, 6, 2, 1, 1, 2, 1, 1]));
        for other in [
            &[][..],
            &[0x30, 6, 2, 1, 1, 2, 1, 1, 0],
            &[0x30, 0x81, 6, 2, 1, 1, 2, 1, 1],
            &[0x30, 0x80, 2, 1, 1, 2, 1, 1, 0, 0],
            &[0x30, 7, 2, 0x81, 1, 1, 2, 1, 1],
            &[0x30, 7, 2, 2, 0, 1, 2, 1, 1],
            &[0x30, 7, 2, 1, 1, 2, 2, 0, 1],
            &[0x30, 6, 2, 1, 0x81, 2, 1, 1],
            &[0x30, 5, 2, 0, 2, 1, 1],
            &[0x30, 3, 2, 1, 1],
            &[0x30, 9, 2, 1, 1, 2, 1, 1, 2, 1, 1],
            &[0x31, 6, 2, 1, 1, 2, 1, 1],
            &[0x30, 6, 2, 1, 1, 4, 1, 1],
        ] {
            assert!(!is_ecdsa(other), "{other:?}");
        }
    }
}
