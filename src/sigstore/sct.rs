//! Proof 6: the certificate was logged before it was issued.
//!
//! A signed certificate timestamp (RFC 6962 §3.2, §3.3) stands inside the certificate and is over the
//! certificate without it. Without this proof an authority, or whoever controls it, could issue a
//! certificate that nobody ever sees.

use der::Decode as _;
use der::asn1::{ObjectIdentifier, OctetStringRef};

use super::certificate::VerifiedCertificate;
use super::precertificate;
use super::trusted_root::TrustedRoot;
use super::x509::Certificate;
use crate::crypto::{KeyKind, PublicKey};
use crate::error::{ParseError, VerifyError};
use crate::limits;
use crate::time::Timestamp;

/// The list of signed certificate timestamps (RFC 6962 §3.3). A critical one was refused with all
/// other critical extensions that leaves may not have.
pub(super) const SCT_LIST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.11129.2.4.2");

/// A certificate that a trusted certificate log has seen, if its instance has such logs.
#[derive(Clone, Debug)]
pub(super) struct LoggedCertificate {
    certificate: VerifiedCertificate,
    /// Which logs saw it, by their ids in hex, and when.
    seen: Vec<(String, Timestamp)>,
}

impl LoggedCertificate {
    pub(super) fn certificate(&self) -> &VerifiedCertificate {
        &self.certificate
    }

    pub(super) fn seen(&self) -> &[(String, Timestamp)] {
        &self.seen
    }
}

/// If there is no list, `MISSING_SCT`; if it cannot be read, `SCT_MALFORMED`; if one by a known log is
/// not good, `SCT`, `SCT_KEY_EXPIRED` or `TIME_IN_FUTURE`; if none is by a known log, `UNKNOWN_CT_LOG`
/// or `UNSUPPORTED_KEY`.
pub(super) fn verify(
    certificate: VerifiedCertificate,
    root: &TrustedRoot,
    now: Timestamp,
) -> Result<LoggedCertificate, VerifyError> {
    if !root.is_logged() {
        return Ok(LoggedCertificate { certificate, seen: Vec::new() });
    }
    let scts = read_list(embedded(certificate.certificate())?)?;
    let precertificate = precertificate::without_extension(certificate.certificate().tbs(), SCT_LIST)
        .map_err(|_| malformed("it cannot be taken out of the certificate"))?;
    let mut seen = Vec::new();
    let mut failure = VerifyError::MissingSct;
    for sct in &scts {
        let known = root.certificate_log(sct.log_id).and_then(|log| Ok((log, log.key()?)));
        let (log, key) = match known {
            Ok(known) => known,
            Err(unknown) => {
                failure = unknown;
                continue;
            }
        };
        // Every one by a known log, not any: a log that is known and did not sign was made to appear.
        sct.verify(&precertificate, certificate.issuer_spki_sha256(), key)?;
        let time = sct.time()?;
        if !log.window().contains(time) {
            return Err(VerifyError::SctKeyExpired { time });
        }
        if time > now {
            return Err(VerifyError::TimeInFuture { time, now });
        }
        seen.push((hex::encode(sct.log_id), time));
    }
    if seen.is_empty() { Err(failure) } else { Ok(LoggedCertificate { certificate, seen }) }
}

/// The list in a certificate.
pub(super) fn embedded(certificate: &Certificate) -> Result<&[u8], VerifyError> {
    let extension = certificate.extensions().iter().find(|e| e.extn_id == SCT_LIST);
    let value = extension.ok_or(VerifyError::MissingSct)?.extn_value.as_bytes();
    let list = <&OctetStringRef>::from_der(value).map_err(|_| malformed("its extension is no OCTET STRING"))?;
    Ok(list.as_bytes())
}

/// Hash sha256 and signature ecdsa (RFC 5246 §7.4.1.4.1).
const SHA256_ECDSA: [u8; 2] = [4, 3];
/// Hash sha256 and signature rsa.
const SHA256_RSA: [u8; 2] = [4, 1];

/// One `SignedCertificateTimestamp`, version 1.
#[derive(Debug)]
pub(super) struct Sct<'a> {
    pub(super) log_id: &'a [u8],
    pub(super) milliseconds: u64,
    pub(super) extensions: &'a [u8],
    pub(super) algorithms: [u8; 2],
    pub(super) signature: &'a [u8],
}

impl Sct<'_> {
    /// Verifies the signature over RFC 6962 §3.2's `digitally-signed` structure.
    ///
    /// `issuer` is the authority *proved* to have issued the certificate. One chosen by name can be
    /// another of the same name, and the log's statement then be about another certificate.
    fn verify(&self, precertificate: &[u8], issuer: &[u8; 32], key: &PublicKey) -> Result<(), VerifyError> {
        let too_long = || malformed("the certificate is too long to be logged");
        let length = u32::try_from(precertificate.len()).map_err(|_| too_long())?.to_be_bytes();
        let [0, length @ ..] = length else { return Err(too_long()) };
        let extensions = u16::try_from(self.extensions.len()).map_err(|_| too_long())?;
        let signed = [
            // version v1, signature_type certificate_timestamp
            &[0, 0][..],
            &self.milliseconds.to_be_bytes(),
            // entry_type precert_entry
            &[0, 1],
            issuer,
            &length,
            precertificate,
            &extensions.to_be_bytes(),
            self.extensions,
        ]
        .concat();
        // RFC 6962 §2.1.4: a log's key is of P-256 or RSA, and each has one pair of algorithms.
        let algorithms = if key.kind() == KeyKind::Rsa { SHA256_RSA } else { SHA256_ECDSA };
        if self.algorithms != algorithms {
            return Err(VerifyError::Sct);
        }
        key.verify(&signed, self.signature).map_err(|_| VerifyError::Sct)
    }

    /// The second in which it was made.
    fn time(&self) -> Result<Timestamp, VerifyError> {
        let seconds = i64::try_from(self.milliseconds / 1000).ok();
        seconds.and_then(Timestamp::from_unix).ok_or(malformed("its timestamp is no time"))
    }
}

/// `SignedCertificateTimestampList`: everything has its length, and nothing is left over.
pub(super) fn read_list(bytes: &[u8]) -> Result<Vec<Sct<'_>>, VerifyError> {
    let mut outer = Tls(bytes);
    let mut list = Tls(outer.vector()?);
    outer.end()?;
    let mut scts = Vec::new();
    while !list.0.is_empty() {
        if scts.len() == limits::SCTS {
            let limit = u64::try_from(limits::SCTS).unwrap_or(u64::MAX);
            return Err(ParseError::LimitExceeded { what: "signed certificate timestamps", limit }.into());
        }
        scts.push(read_sct(list.vector()?)?);
    }
    if scts.is_empty() { Err(malformed("its list is empty")) } else { Ok(scts) }
}

fn read_sct(bytes: &[u8]) -> Result<Sct<'_>, VerifyError> {
    let mut sct = Tls(bytes);
    // Only version 1 has this layout.
    if sct.take::<1>()? != &[0] {
        return Err(malformed("its version is not 1"));
    }
    let log_id = sct.take::<32>()?;
    let milliseconds = u64::from_be_bytes(*sct.take()?);
    let extensions = sct.vector()?;
    // A log may not choose a weaker pair.
    let algorithms = *sct.take()?;
    if ![SHA256_ECDSA, SHA256_RSA].contains(&algorithms) {
        return Err(malformed("its algorithms are not SHA-256 with ECDSA or RSA"));
    }
    let signature = sct.vector()?;
    sct.end()?;
    Ok(Sct { log_id, milliseconds, extensions, algorithms, signature })
}

/// A reader of the TLS presentation language, as far as an SCT needs it.
struct Tls<'a>(&'a [u8]);

impl<'a> Tls<'a> {
    fn take<const N: usize>(&mut self) -> Result<&'a [u8; N], VerifyError> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or(malformed("it is cut short"))?;
        self.0 = rest;
        Ok(taken)
    }

    /// A vector with two bytes of length.
    fn vector(&mut self) -> Result<&'a [u8], VerifyError> {
        let length = usize::from(u16::from_be_bytes(*self.take()?));
        let (taken, rest) = self.0.split_at_checked(length).ok_or(malformed("it is cut short"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn end(self) -> Result<(), VerifyError> {
        if self.0.is_empty() { Ok(()) } else { Err(malformed("it has trailing bytes")) }
    }
}

fn malformed(reason: &'static str) -> VerifyError {
    VerifyError::SctMalformed { reason }
}

#[cfg(test)]
mod tests {
    use super::read_list;

    fn vector(bytes: &[u8]) -> Vec<u8> {
        [&u16::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat()
    }

    fn sct() -> Vec<u8> {
        [&[0][..], &[7; 32], &1234_u64.to_be_bytes(), &vector(b"x"), &[4, 3], &vector(b"signature")].concat()
    }

    #[test]
    fn reads_every_member() {
        let list = vector(&[vector(&sct()), vector(&sct())].concat());
        let scts = read_list(&list).unwrap();
        assert_eq!(scts.len(), 2);
        let first = &scts[0];
        assert_eq!((first.log_id, first.milliseconds), (&[7; 32][..], 1234));
        assert_eq!((first.extensions, first.signature), (&b"x"[..], &b"signature"[..]));
    }

    fn code(list: &[u8]) -> Option<&'static str> {
        read_list(list).err().map(|e| e.code())
    }

    #[test]
    fn nothing_may_be_missing_left_over_or_different() {
        let good = vector(&vector(&sct()));
        for cut in 0..good.len() {
            assert_eq!(code(&good[..cut]), Some("ERR_COUNTERSIGN_SCT_MALFORMED"), "{cut}");
        }
        assert_eq!(code(&[&good[..], &[0]].concat()), Some("ERR_COUNTERSIGN_SCT_MALFORMED"));
        assert_eq!(code(&vector(&[])), Some("ERR_COUNTERSIGN_SCT_MALFORMED"));
        assert_eq!(code(&vector(&vector(&[]))), Some("ERR_COUNTERSIGN_SCT_MALFORMED"));
        assert_eq!(code(&vector(&vector(&[&sct()[..], &[0]].concat()))), Some("ERR_COUNTERSIGN_SCT_MALFORMED"));
        for (position, value) in [(0, 1), (44, 2), (45, 2)] {
            let mut other = sct();
            assert_ne!(other[position], value);
            other[position] = value;
            assert_eq!(code(&vector(&vector(&other))), Some("ERR_COUNTERSIGN_SCT_MALFORMED"), "{position}");
        }
        assert_eq!(code(&vector(&vector(&sct()).repeat(33))), Some("ERR_COUNTERSIGN_LIMIT_EXCEEDED"));
    }
}
