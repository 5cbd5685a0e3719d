//! DER `ECDSA-Sig-Value` (RFC 3279 §2.2.3) → two scalars of fixed length.

use der::asn1::UintRef;
use der::{Decode, Sequence};

use super::Algorithm;

#[derive(Sequence)]
struct EcdsaSigValue<'a> {
    r: UintRef<'a>,
    s: UintRef<'a>,
}

/// `r` and `s`, each padded to the length of the curve's order; `None` if it is not strict DER, is
/// negative, or is longer. Zero and too large scalars are for the backend to refuse.
pub(super) fn scalars(algorithm: Algorithm, der: &[u8]) -> Option<Vec<u8>> {
    let value = EcdsaSigValue::from_der(der).ok()?;
    let length = algorithm.scalar_len();
    let mut both = Vec::with_capacity(length.saturating_mul(2));
    for scalar in [value.r, value.s] {
        let bytes = scalar.as_bytes();
        let padding = length.checked_sub(bytes.len())?;
        both.resize(both.len().saturating_add(padding), 0);
        both.extend_from_slice(bytes);
    }
    Some(both)
}
