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
