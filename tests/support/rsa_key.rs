//! RSA keys that no run has to search for.

use std::sync::{Arc, OnceLock};

use rsa::sha2::{Digest as _, Sha256, Sha384, Sha512};
use rsa::{BoxedUint, PrivateKey};

type Made = OnceLock<Arc<PrivateKey>>;

pub fn of_2048_bits(n: usize) -> Arc<PrivateKey> {
    static MADE: [Made; 2] = [const { OnceLock::new() }; 2];
    MADE[n].get_or_init(|| key(1024, 2 * n, [[143, 265], [1709, 647]][n])).clone()
}

pub fn of_4096_bits(n: usize) -> Arc<PrivateKey> {
    static MADE: [Made; 1] = [const { OnceLock::new() }; 1];
    MADE[n].get_or_init(|| key(2048, 2 * n, [[2365, 2424]][n])).clone()
}

/// A PKCS #1 v1.5 signature over the digest of that length.
pub fn sign(key: &PrivateKey, digest: &[u8]) -> Vec<u8> {
    match digest.len() {
        32 => key.pkcs1v15_sign_prehash::<Sha256>(digest),
        48 => key.pkcs1v15_sign_prehash::<Sha384>(digest),
        _ => key.pkcs1v15_sign_prehash::<Sha512>(digest),
    }
    .unwrap()
}

/// A key from two primes of `bits` each. A prime stands a little above the number that its label makes; the
/// distances were found once, by trial: each is the least that gives a prime which suits the exponent.
fn key(bits: usize, first: usize, distances: [u16; 2]) -> Arc<PrivateKey> {
    let [p, q] = [prime(bits, first, distances[0]), prime(bits, first + 1, distances[1])];
    Arc::new(PrivateKey::from_p_q(p, q, BoxedUint::from(65_537_u32)).unwrap())
}

fn prime(bits: usize, number: usize, distance: u16) -> BoxedUint {
    let block = |i: usize| Sha512::digest(format!("rsa prime {bits} {number} {i}").as_bytes());
    let mut bytes: Vec<u8> = (0..bits / 512).flat_map(|i| block(i).to_vec()).collect();
    // The product of two such numbers has the full length.
    bytes[0] |= 0xc0;
    let mut carry = u32::from(distance);
    for byte in bytes.iter_mut().rev() {
        carry += u32::from(*byte);
        *byte = carry as u8;
        carry >>= 8;
    }
    BoxedUint::from_be_slice_vartime(&bytes)
}
