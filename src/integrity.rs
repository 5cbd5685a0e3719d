//! Subresource integrity, of which only sha512 decides.

use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::encoding;
use crate::error::ParseError;

/// A SHA-512 digest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha512Digest([u8; 64]);

impl Sha512Digest {
    pub(crate) fn new(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// The 64 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }

    /// 128 lower-case hexadecimal digits, as statements write it.
    #[must_use]
    pub fn to_hex(&self) -> String {
        hex::encode(self.0)
    }
}

impl fmt::Display for Sha512Digest {
    /// As subresource integrity: `sha512-` and base64.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha512-{}", encoding::to_base64(&self.0))
    }
}

impl fmt::Debug for Sha512Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Sha512Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sha512Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse(&text).map_err(de::Error::custom)
    }
}

/// Reads an integrity string and returns its sha512.
///
/// Other algorithms beside sha512 are read and never decide: a weaker digest can neither rescue nor
/// replace it. Errors, in order: `IntegrityMalformed`, `AmbiguousIntegrity`, `WeakIntegrity`.
pub(crate) fn parse(text: &str) -> Result<Sha512Digest, ParseError> {
    let malformed = |reason| ParseError::IntegrityMalformed { value: text.into(), reason };
    let mut strong = None;
    let mut weak = Vec::new();
    if text.is_empty() {
        return Err(malformed("it is empty"));
    }
    for hash in text.split(' ') {
        // Base64 has no hyphen, and the names of algorithms may: sha3-512-….
        let (algorithm, digest) = hash.rsplit_once('-').ok_or(malformed("there is no algorithm"))?;
        let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if algorithm.is_empty() || !algorithm.bytes().all(legal) {
            return Err(malformed("the algorithm is not written in lower case"));
        }
        let digest = encoding::base64(digest).ok_or(malformed("the digest is not canonical base64"))?;
        if algorithm != "sha512" {
            weak.push(algorithm);
            continue;
        }
        let digest = Sha512Digest(digest.try_into().map_err(|_| malformed("a sha512 has 64 bytes"))?);
        if strong.replace(digest).is_some_and(|first| first != digest) {
            return Err(ParseError::AmbiguousIntegrity);
        }
    }
    strong.ok_or_else(|| ParseError::WeakIntegrity { found: weak.join(", ").into() })
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn sha512(byte: u8) -> String {
        super::Sha512Digest([byte; 64]).to_string()
    }

    fn code(text: &str) -> &'static str {
        parse(text).unwrap_err().code()
    }

    #[test]
    fn in_08_unknown_algorithms_never_decide() {
        let text = format!("sha3-512-AAAA {} sha1-AAAA", sha512(7));
        assert_eq!(parse(&text).unwrap().as_bytes(), &[7; 64]);
        assert_eq!(code("sha3-512-AAAA"), "ERR_COUNTERSIGN_WEAK_INTEGRITY");
    }

    #[test]
    fn in_04_weaker_algorithms_alone_are_not_enough() {
        for text in ["sha1-AAAA", "md5-AAAA", "sha256-AAAA", "sha384-AAAA sha1-AAAA"] {
            assert_eq!(code(text), "ERR_COUNTERSIGN_WEAK_INTEGRITY", "{text}");
        }
    }

    #[test]
    fn in_07_two_different_sha512_are_ambiguous() {
        assert_eq!(code(&format!("{} {}", sha512(1), sha512(2))), "ERR_COUNTERSIGN_AMBIGUOUS_INTEGRITY");
        assert!(parse(&format!("{} {}", sha512(1), sha512(1))).is_ok());
    }

    #[test]
    fn in_09_other_writings_are_malformed() {
        let good = sha512(1);
        let digest = good.strip_prefix("sha512-").unwrap();
        for text in [
            String::new(),
            format!("SHA512-{digest}"),
            format!("sha512={digest}"),
            format!("sha512-{}", "ab".repeat(64)),
            format!("sha512-{}", &digest[..84]),
            "sha512-".into(),
            format!("{good}?x"),
            format!(" {good}"),
            format!("{good} "),
            format!("{good}  {good}"),
            format!("{good}\u{a0}{good}"),
            format!("{good}\t"),
            format!("-{digest}"),
            digest.into(),
        ] {
            assert_eq!(code(&text), "ERR_COUNTERSIGN_INTEGRITY_MALFORMED", "{text}");
        }
    }

    #[test]
    fn in_10_trailing_bits_are_malformed() {
        let good = sha512(0);
        let bent = format!("{}B==", &good[..good.len() - 3]);
        assert_eq!(code(&bent), "ERR_COUNTERSIGN_INTEGRITY_MALFORMED");
    }
}
