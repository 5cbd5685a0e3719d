//! Which points an Ed25519 key or signature may hold.
//!
//! Implementations differ on the edges of RFC 8032 (Chalkias, Garillot, Nikolaenko: *Taming the many
//! EdDSAs*). One rule stands here, for every backend:
//!
//! - A and R are canonical encodings (y < p) of points that are not of small order;
//! - S < L;
//! - the equation `[S]B = R + [k]A` holds as it stands, without the cofactor.
//!
//! The first line is decided by [`is_sound`]; the others are what both backends do (RFC 8032 §5.1.7),
//! and the CCTV vectors hold them to it. An A that is on no curve is not found out before it is used:
//! no signature by it is good.

/// 2^255 - 19, little-endian as all here.
const P: [u8; 32] = {
    let mut p = [0xff; 32];
    p[0] = 0xed;
    p[31] = 0x7f;
    p
};

/// The y of the eight points of small order. Under such a key one signature is good for every
/// message, or for one in eight.
const SMALL_ORDER: [[u8; 32]; 5] = [
    [0; 32],
    {
        let mut one = [0; 32];
        one[0] = 1;
        one
    },
    {
        let mut minus_one = P;
        minus_one[0] = 0xec;
        minus_one
    },
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf,
        0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20,
        0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
];

/// Whether that encodes a point canonically, if one at all, and none of small order.
pub(super) fn is_sound(point: &[u8; 32]) -> bool {
    // The highest bit is the sign of x.
    let mut y = *point;
    if let Some(last) = y.last_mut() {
        *last &= 0x7f;
    }
    y.iter().rev().lt(P.iter().rev()) && !SMALL_ORDER.contains(&y)
}

#[cfg(test)]
mod tests {
    use super::{P, SMALL_ORDER, is_sound};

    #[test]
    fn tl_36_points_of_small_order() {
        for y in SMALL_ORDER {
            let mut signed = y;
            signed[31] |= 0x80;
            assert!(!is_sound(&y) && !is_sound(&signed), "{y:?}");
        }
    }

    /// Eighteen numbers from p to 2^255 - 1 have a second name so.
    #[test]
    fn tl_36_encodings_that_are_not_canonical() {
        for above in 0..=18 {
            let mut y = P;
            y[0] += above;
            let mut signed = y;
            signed[31] |= 0x80;
            assert!(!is_sound(&y) && !is_sound(&signed), "{above}");
        }
    }

    #[test]
    fn other_points_may_stand() {
        let base = {
            let mut y = [0x66; 32];
            y[0] = 0x58;
            y
        };
        let mut largest = P;
        largest[0] -= 2;
        let mut three = [0; 32];
        three[0] = 3;
        for mut y in [base, largest, three] {
            assert!(is_sound(&y), "{y:?}");
            y[31] |= 0x80;
            assert!(is_sound(&y), "{y:?}");
        }
    }
}
