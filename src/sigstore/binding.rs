//! Proof 8: every log entry states this key, this signature and this payload.
//!
//! A log takes in anybody's entries, so that a genuine entry proves something about a bundle only if
//! it says what the bundle says (CVE-2022-36056, CVE-2026-22703).

use sha2::{Digest as _, Sha256};

use super::log_entry::{Body, LoggedEntry};
use super::rekor_v1::{Stated, StatedSubject};
use super::rekor_v2;
use super::signed::Signed;
use crate::crypto::PublicKey;
use crate::encoding;
use crate::error::VerifyError;
use crate::limits;

/// Log entries that are about this bundle and no other.
#[derive(Clone, Debug)]
pub(super) struct BoundEntries(Vec<LoggedEntry>);

impl BoundEntries {
    pub(super) fn as_slice(&self) -> &[LoggedEntry] {
        &self.0
    }
}

/// The key that signed, in the form in which a log repeats it.
#[derive(Clone, Copy, Debug)]
pub(super) enum LoggedKey<'a> {
    /// The certificate's DER, and the key in it.
    Certificate {
        der: &'a [u8],
        key: &'a PublicKey,
    },
    Managed(&'a PublicKey),
}

/// `LOG_MISMATCH` if an entry is about another key, signature or payload. All entries are held to it:
/// one that is not about this bundle was brought along for its time.
pub(super) fn verify(
    entries: Vec<LoggedEntry>,
    key: LoggedKey<'_>,
    signature: &[u8],
    signed: &Signed,
) -> Result<BoundEntries, VerifyError> {
    for LoggedEntry { body, .. } in &entries {
        match body {
            Body::Stated(stated) => compare(stated, key, signature, signed)?,
            Body::Canonical { kind, bytes } => {
                if rekor_v2::body(*kind, key, signature, signed)?.as_bytes() != bytes {
                    return Err(mismatch("body"));
                }
            }
        }
    }
    Ok(BoundEntries(entries))
}

fn compare(stated: &Stated, key: LoggedKey<'_>, signature: &[u8], signed: &Signed) -> Result<(), VerifyError> {
    if !key.is_written_in(&stated.key) {
        return Err(mismatch("key"));
    }
    if stated.signature != signature {
        return Err(mismatch("signature"));
    }
    match (&stated.subject, signed) {
        (StatedSubject::Payload { sha256, payload }, Signed::Payload(signed)) => {
            if sha256.as_slice() != Sha256::digest(signed.bytes()).as_slice() {
                return Err(mismatch("payload hash"));
            }
            if payload.as_ref().is_some_and(|payload| payload != signed.bytes()) {
                return Err(mismatch("payload"));
            }
            Ok(())
        }
        // The hash too: two artifacts may share a digest under a hash that the key never signed.
        (StatedSubject::Artifact { hash, digest }, Signed::Message(signed)) => {
            if signed.digest() == (*hash, digest.as_slice()) { Ok(()) } else { Err(mismatch("artifact hash")) }
        }
        (StatedSubject::Payload { .. }, Signed::Message(_)) | (StatedSubject::Artifact { .. }, Signed::Payload(_)) => {
            Err(mismatch("kind"))
        }
    }
}

impl<'a> LoggedKey<'a> {
    pub(super) fn public_key(self) -> &'a PublicKey {
        match self {
            Self::Certificate { key, .. } | Self::Managed(key) => key,
        }
    }

    fn is_written_in(self, pem: &[u8]) -> bool {
        match self {
            Self::Certificate { der, .. } => pem_block(pem, "CERTIFICATE").is_some_and(|found| found == der),
            Self::Managed(key) => pem_block(pem, "PUBLIC KEY").is_some_and(|der| der == key.spki()),
        }
    }
}

fn mismatch(what: &'static str) -> VerifyError {
    VerifyError::LogMismatch { what }
}

/// The content of exactly one PEM block (RFC 7468) with nothing around it but a final newline. A
/// lenient reader finds the block it likes among several.
pub(super) fn pem_block(text: &[u8], label: &str) -> Option<Vec<u8>> {
    let text = core::str::from_utf8(text).ok()?;
    let body = text.strip_prefix(&format!("-----BEGIN {label}-----\n"))?;
    let body = body.strip_suffix('\n').unwrap_or(body).strip_suffix(&format!("\n-----END {label}-----"))?;
    if body.split('\n').any(str::is_empty) {
        return None;
    }
    encoding::bounded_base64(&body.replace('\n', ""), limits::CERTIFICATE_BYTES)
}

#[cfg(test)]
mod tests {
    use super::pem_block;

    #[test]
    fn one_block_and_nothing_else() {
        let read = |text: &str| pem_block(text.as_bytes(), "PUBLIC KEY");
        let block = "-----BEGIN PUBLIC KEY-----\nAAEC\nAwQF\n-----END PUBLIC KEY-----";
        assert_eq!(read(block), Some(vec![0, 1, 2, 3, 4, 5]));
        assert_eq!(read(&format!("{block}\n")), Some(vec![0, 1, 2, 3, 4, 5]));
        for other in [
            format!("{block}\n\n"),
            format!("\n{block}"),
            format!("{block}\n{block}\n"),
            format!("{block} "),
            block.replace("PUBLIC KEY", "CERTIFICATE"),
            block.replace("AAEC\n", "AAEC\r\n"),
            block.replace("AAEC\n", "AAEC\n\n"),
            block.replace("AAEC\n", "Comment: x\n"),
            block.replace("AwQF", "AwQ"),
            block.replace("AAEC\nAwQF\n", ""),
        ] {
            assert_eq!(read(&other), None, "{other}");
        }
    }
}
