//! The only accepted spelling of bytes as text (design decision 16).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Standard base64 with padding and without anything else: no white space, no URL alphabet, no
/// trailing bits. Several spellings of one value would be several names for one signature.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

pub(crate) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Lower-case hexadecimal digits.
pub(crate) fn lower_hex(text: &str) -> Option<Vec<u8>> {
    if text.bytes().any(|b| b.is_ascii_uppercase()) {
        return None;
    }
    hex::decode(text).ok()
}

/// The bytes of a bounded base64 member.
pub(crate) fn bounded_base64(text: &str, limit: usize) -> Option<Vec<u8>> {
    // Four characters carry three bytes, so that the bound is known before anything is decoded.
    let most = limit.div_ceil(3).saturating_mul(4);
    if text.len() > most { None } else { base64(text).filter(|bytes| bytes.len() <= limit) }
}

#[cfg(test)]
mod tests {
    use super::{base64, bounded_base64, lower_hex};

    #[test]
    fn one_spelling_only() {
        assert_eq!(base64("+/8="), Some(vec![0xfb, 0xff]));
        for other in ["-_8=", "+/8", "+/9=", "+/8= ", "+\n/8=", "+/8==", "====", "+/8=+/8="] {
            assert_eq!(base64(other), None, "{other}");
        }
        assert_eq!(lower_hex("0aff"), Some(vec![0x0a, 0xff]));
        for other in ["0AFF", "0xff", "fff", "g0", " 00"] {
            assert_eq!(lower_hex(other), None, "{other}");
        }
    }

    #[test]
    fn the_bound_is_exact() {
        assert!(bounded_base64("AAAA", 3).is_some());
        assert!(bounded_base64("AAAAAAAA", 3).is_none());
        assert!(bounded_base64("AAAAAA==", 3).is_none());
    }
}
