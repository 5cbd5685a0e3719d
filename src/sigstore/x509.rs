//! A certificate: what it says, and the exact bytes that signatures, paths and logs are over.

use der::asn1::{BitStringRef, ObjectIdentifier, OctetString};
use der::oid::AssociatedOid;
use der::{Decode as _, Header, Reader as _, SliceReader};
use rustls_pki_types::CertificateDer;
use x509_cert::Version;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, SubjectKeyIdentifier};

use crate::error::{ParseError, Text};
use crate::limits;
use crate::time::{Timestamp, Window};

pub(super) const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
pub(super) const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
pub(super) const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");
pub(super) const SUBJECT_ALT_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");
pub(super) const NAME_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.30");
pub(super) const POLICY_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.36");
/// An empty `Name`.
pub(super) const NO_NAME: [u8; 2] = [0x30, 0x00];

/// A version 3 certificate in strict DER, with at most one extension of each kind.
#[derive(Clone, Debug)]
pub(super) struct Certificate {
    der: CertificateDer<'static>,
    parsed: x509_cert::Certificate,
    validity: Window,
    /// Slices of `der`, copied: the parsed form might be written again differently.
    tbs: Vec<u8>,
    /// The contents of the INTEGER.
    serial_number: Vec<u8>,
    issuer: Vec<u8>,
    subject: Vec<u8>,
    spki: Vec<u8>,
    signature_algorithm: Vec<u8>,
    signature: Vec<u8>,
}

impl Certificate {
    /// Reads exactly one certificate, of bytes that whoever decoded them has bounded. What is no certificate is an error and never something else:
    /// a reader that then tries "perhaps a public key" has no chain to check (GHSA-fx35-mq7g-6g98).
    pub(super) fn from_der(der: Vec<u8>) -> Result<Self, ParseError> {
        let parsed = x509_cert::Certificate::from_der(&der).map_err(|e| malformed(e.to_string()))?;
        let tbs = parsed.tbs_certificate();
        if tbs.version() != Version::V3 {
            return Err(malformed("it is not of version 3"));
        }
        // RFC 5280 §4.1.1.2; the unsigned one could otherwise name a weaker algorithm.
        if parsed.signature_algorithm() != tbs.signature() {
            return Err(malformed("it names two different signature algorithms"));
        }
        let extensions = tbs.extensions().map(Vec::as_slice).unwrap_or_default();
        check_extensions(extensions)?;
        let time = |time: x509_cert::time::Time| {
            let seconds = i64::try_from(time.to_unix_duration().as_secs()).ok();
            seconds.and_then(Timestamp::from_unix).ok_or_else(|| malformed("its validity is no time"))
        };
        let validity = tbs.validity();
        let validity = Window { start: time(validity.not_before)?, end: Some(time(validity.not_after)?) };
        let parts = Parts::of(&der).map_err(|e| malformed(e.to_string()))?;
        check_serial_number(parts.serial_number, parts.issuer == parts.subject)?;
        let [tbs, serial_number, issuer, subject, spki] =
            [parts.tbs, parts.serial_number, parts.issuer, parts.subject, parts.spki].map(<[u8]>::to_vec);
        let [signature_algorithm, signature] = [parts.signature_algorithm, parts.signature].map(<[u8]>::to_vec);
        Ok(Self {
            tbs,
            serial_number,
            issuer,
            subject,
            spki,
            signature_algorithm,
            signature,
            validity,
            parsed,
            der: CertificateDer::from(der),
        })
    }

    pub(super) fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }

    pub(super) fn validity(&self) -> Window {
        self.validity
    }

    /// The bytes that the issuer signed.
    pub(super) fn tbs(&self) -> &[u8] {
        &self.tbs
    }

    /// The contents of the serial number, an INTEGER.
    pub(super) fn serial_number(&self) -> &[u8] {
        &self.serial_number
    }

    /// The issuer's name, in DER: names are compared as bytes (as `rustls-webpki` does).
    pub(super) fn issuer(&self) -> &[u8] {
        &self.issuer
    }

    pub(super) fn subject(&self) -> &[u8] {
        &self.subject
    }

    /// The public key, a DER `SubjectPublicKeyInfo`.
    pub(super) fn spki(&self) -> &[u8] {
        &self.spki
    }

    pub(super) fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// What is inside the signature's `AlgorithmIdentifier`, as path validation compares it.
    pub(super) fn signature_algorithm(&self) -> &[u8] {
        &self.signature_algorithm
    }

    /// Whether issuer and subject are one, as in a root (RFC 5280 §6.1).
    pub(super) fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }

    pub(super) fn extensions(&self) -> &[Extension] {
        self.parsed.tbs_certificate().extensions().map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn has_extension(&self, oid: ObjectIdentifier) -> bool {
        self.extensions().iter().any(|extension| extension.extn_id == oid)
    }

    /// Whether it is critical, and its value; `None` if there is none. Its kind occurs once at most.
    pub(super) fn extension<'a, T>(&'a self) -> Result<Option<(bool, T)>, ParseError>
    where
        T: der::Decode<'a, Error = der::Error> + der::Encode + AssociatedOid,
    {
        let Some(extension) = self.extensions().iter().find(|extension| extension.extn_id == T::OID) else {
            return Ok(None);
        };
        let bytes = extension.extn_value.as_bytes();
        let read = T::from_der(bytes).and_then(|value| Ok((value.to_der()?, value)));
        match read {
            // The reader skips bits that DER has no place for: another reader may take them for usages.
            Ok((canonical, _)) if canonical != bytes => Err(malformed(format!("extension {}: it is not DER", T::OID))),
            Ok((_, value)) => Ok(Some((extension.critical, value))),
            Err(e) => Err(malformed(format!("extension {}: {e}", T::OID))),
        }
    }

    /// The first critical extension that is not among `known`. It may say that the certificate
    /// must not be used for this (RFC 5280 §4.2).
    pub(super) fn unknown_critical(&self, known: &[ObjectIdentifier]) -> Option<ObjectIdentifier> {
        self.extensions().iter().filter(|e| e.critical).map(|e| e.extn_id).find(|oid| !known.contains(oid))
    }

    /// Whether both state key identifiers, and `self` names another issuer key than `issuer` has.
    ///
    /// Tells "issued by a newer authority of the same name" from "forged". It decides nothing: which
    /// authority issued a certificate is for the signature to say.
    pub(super) fn names_another_key_than(&self, issuer: &Self) -> bool {
        let named = self.extension::<AuthorityKeyIdentifier>().ok().flatten().and_then(|(_, id)| id.key_identifier);
        let has = issuer.key_identifier();
        named.zip(has).is_some_and(|(named, has)| named != has)
    }

    /// The name that it gives its own key, if any.
    pub(super) fn key_identifier(&self) -> Option<OctetString> {
        self.extension::<SubjectKeyIdentifier>().ok().flatten().map(|(_, id)| id.0)
    }
}

/// Raw members of a certificate.
struct Parts<'a> {
    tbs: &'a [u8],
    /// The contents of the INTEGER.
    serial_number: &'a [u8],
    issuer: &'a [u8],
    subject: &'a [u8],
    spki: &'a [u8],
    signature_algorithm: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Parts<'a> {
    /// Of a certificate that was already read as one.
    fn of(certificate: &'a [u8]) -> der::Result<Self> {
        let mut reader = SliceReader::new(certificate)?;
        let (tbs, signature_algorithm, signature) = reader.sequence(|outer| {
            let tbs = outer.tlv_bytes()?;
            let algorithm = contents(outer)?;
            let signature: BitStringRef<'a> = outer.decode()?;
            Ok::<_, der::Error>((tbs, algorithm, signature))
        })?;
        let signature = signature.as_bytes().ok_or_else(|| der::Tag::BitString.value_error())?;
        let mut reader = SliceReader::new(tbs)?;
        reader.sequence(|inner| {
            let _version = inner.tlv_bytes()?;
            let serial_number = contents(inner)?;
            let _algorithm = inner.tlv_bytes()?;
            let issuer = inner.tlv_bytes()?;
            let _validity = inner.tlv_bytes()?;
            let (subject, spki) = (inner.tlv_bytes()?, inner.tlv_bytes()?);
            while !inner.is_finished() {
                inner.tlv_bytes()?;
            }
            Ok(Self { tbs, serial_number, issuer, subject, spki, signature_algorithm, signature })
        })
    }
}

/// The next value without its header.
fn contents<'a>(reader: &mut SliceReader<'a>) -> der::Result<&'a [u8]> {
    let header = Header::decode(reader)?;
    reader.read_slice(header.length())
}

/// RFC 5280 §4.1.2.2: positive, of 20 octets at most. Other numbers are read differently by others, who
/// revoke or distrust by them. Nobody numbers a root but itself, and old ones begin at zero.
fn check_serial_number(contents: &[u8], self_issued: bool) -> Result<(), ParseError> {
    let negative = contents.first().is_none_or(|first| *first >= 0x80);
    let zero = contents.iter().all(|octet| *octet == 0);
    if negative || zero && !self_issued || contents.len() > 20 {
        return Err(malformed("its serial number is not positive, or longer than 20 octets"));
    }
    Ok(())
}

fn check_extensions(extensions: &[Extension]) -> Result<(), ParseError> {
    if extensions.len() > limits::CERTIFICATE_EXTENSIONS {
        return Err(exceeded("certificate extensions", limits::CERTIFICATE_EXTENSIONS));
    }
    let mut seen: Vec<ObjectIdentifier> = Vec::with_capacity(extensions.len());
    for extension in extensions {
        let oid = extension.extn_id;
        // An arc padded with 0x80 would be a second spelling of an identifier, unequal to the first.
        if ObjectIdentifier::from_arcs(oid.arcs()) != Ok(oid) {
            return Err(malformed("an object identifier is not in its shortest form"));
        }
        // RFC 5280 §4.2: of two values, which one counts would be the reader's accident.
        if seen.contains(&oid) {
            return Err(malformed(format!("extension {oid} occurs twice")));
        }
        seen.push(oid);
    }
    Ok(())
}

/// A certificate that cannot be read; `what` says whose it is only where it is reported.
fn malformed(reason: impl Into<Text>) -> ParseError {
    ParseError::Malformed { what: "certificate", reason: reason.into() }
}

fn exceeded(what: &'static str, limit: usize) -> ParseError {
    ParseError::LimitExceeded { what, limit: u64::try_from(limit).unwrap_or(u64::MAX) }
}
