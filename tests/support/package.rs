//! A published package: a name, a version and the bytes of its tarball.

use super::keys::{Hash, b64};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    pub name: String,
    pub version: String,
    /// Never opened by anybody, so any bytes will do.
    pub tarball: Vec<u8>,
}

impl Package {
    pub fn new(name: &str, version: &str) -> Package {
        Package {
            name: name.into(),
            version: version.into(),
            tarball: format!("the tarball of {name}@{version}\n").into_bytes(),
        }
    }

    pub fn spec(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }

    pub fn purl(&self) -> String {
        format!("pkg:npm/{}", self.spec().replacen('@', "%40", usize::from(self.name.starts_with('@'))))
    }

    pub fn sha512(&self) -> Vec<u8> {
        Hash::Sha512.of(&self.tarball)
    }

    pub fn integrity(&self) -> String {
        format!("sha512-{}", b64(self.sha512()))
    }

    pub fn shasum(&self) -> String {
        hex::encode(sha1(&self.tarball))
    }

    /// `@scope%2fname`, as registries and recordings spell a name in a path.
    pub fn escaped_name(&self) -> String {
        self.name.replace('/', "%2f")
    }

    /// The last part of the tarball's address.
    pub fn file(&self) -> String {
        let base = self.name.rsplit('/').next().unwrap();
        format!("{base}-{}.tgz", self.version)
    }
}

/// SHA-1 is good for nothing but the `shasum` that every manifest still carries.
pub fn sha1(data: &[u8]) -> Vec<u8> {
    let mut padded = data.to_vec();
    padded.push(0x80);
    padded.resize(padded.len().next_multiple_of(64), 0);
    if padded.len() - data.len() < 9 {
        padded.resize(padded.len() + 64, 0);
    }
    let end = padded.len() - 8;
    padded[end..].copy_from_slice(&(data.len() as u64 * 8).to_be_bytes());
    let mut h = [0x6745_2301u32, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    for block in padded.chunks(64) {
        let mut w: Vec<u32> = block.chunks(4).map(|c| u32::from_be_bytes(c.try_into().unwrap())).collect();
        for i in 16..80 {
            w.push((w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16]).rotate_left(1));
        }
        sha1_rounds(&mut h, &w);
    }
    h.iter().flat_map(|v| v.to_be_bytes()).collect()
}

fn sha1_rounds(h: &mut [u32; 5], w: &[u32]) {
    let [mut a, mut b, mut c, mut d, mut e] = *h;
    for (i, word) in w.iter().enumerate() {
        let (f, k) = match i / 20 {
            0 => (b & c | !b & d, 0x5a82_7999),
            1 => (b ^ c ^ d, 0x6ed9_eba1),
            2 => (b & c | b & d | c & d, 0x8f1b_bcdc),
            _ => (b ^ c ^ d, 0xca62_c1d6u32),
        };
        let next = a.rotate_left(5).wrapping_add(f).wrapping_add(e).wrapping_add(k).wrapping_add(*word);
        (e, d, c, b, a) = (d, c, b.rotate_left(30), a, next);
    }
    for (total, value) in h.iter_mut().zip([a, b, c, d, e]) {
        *total = total.wrapping_add(value);
    }
}
