//! RFC 3161 responses: their strict DER, and whatever can be said of one without knowing who signed it.
//!
//! ```text
//! TimeStampResp ─ PKIStatusInfo
//!               └ ContentInfo ─ SignedData ─ TSTInfo        the time, and the digest of what was seen
//!                                          └ SignerInfo     whose signature it is, and over what
//! ```

use der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef, SequenceRef};
use der::{Decode as _, Encode as _, Reader as _, SliceReader, Tag};
use x509_cert::spki::AlgorithmIdentifierRef;

use super::timestamp_der::{
    Attribute, SignerIdentifier, SigningCertificateV2, Single, TimeStampResp, TstExtension, TstInfo,
};
use super::x509::Certificate;
use crate::crypto::{Hash, Scheme};
use crate::error::{ParseError, VerifyError};
use crate::limits;
use crate::time::Timestamp;

/// id-signedData (RFC 5652 §5.1).
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
/// id-ct-TSTInfo (RFC 3161 §2.4.2).
const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
/// id-contentType and id-messageDigest (RFC 5652 §11).
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
/// id-aa-signingCertificate, which is SHA-1, and id-aa-signingCertificateV2 (RFC 5035).
const SIGNING_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");

const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
/// rsaEncryption (RFC 3370 §3.2).
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// A response that was granted and agrees with itself. Nobody's signature was looked at: its time is
/// the sender's claim until [`TimestampAuthority::verify`](super::timestamp_authority::TimestampAuthority::verify).
#[derive(Debug)]
pub(super) struct Token<'a> {
    time: Timestamp,
    imprint: (Hash, &'a [u8]),
    signer: SignerIdentifier<'a>,
    certificate: NamedCertificate<'a>,
    /// What the signature is over: the signed attributes as the `SET OF` that they are.
    signed: Vec<u8>,
    scheme: Scheme,
    signature: &'a [u8],
}

impl<'a> Token<'a> {
    /// Reads one `TimeStampResp` (RFC 3161 §2.4.2), of bytes that whoever decoded them has bounded.
    ///
    /// If it is no strict DER or has the wrong shape, `TIMESTAMP_MALFORMED`; if the authority refused,
    /// `TIMESTAMP_STATUS`; if it uses an algorithm that is not verified here, `TIMESTAMP_UNSUPPORTED`;
    /// if its attributes are not as RFC 5652 §5.3 and RFC 5816 have them, `TIMESTAMP_ATTRIBUTES`; if
    /// they are about another content, `TIMESTAMP_CONTENT`.
    pub(super) fn read(der: &'a [u8]) -> Result<Self, VerifyError> {
        let response = TimeStampResp::from_der(der).map_err(not_der)?;
        // 0 is granted, 1 is granted with modifications (RFC 3161 §2.4.2).
        if response.status.status > 1 {
            return Err(VerifyError::TimestampStatus { status: response.status.status });
        }
        let content = response.token.ok_or_else(|| malformed("it was granted, and has no token"))?;
        let data = content.signed_data;
        let Single(signer) = data.signers;
        // Each version follows from what is present (RFC 5652 §5.1, §5.3): other ones have other members.
        let version = if matches!(signer.identifier, SignerIdentifier::KeyId(_)) { 3 } else { 1 };
        if content.content_type != SIGNED_DATA || data.version != 3 || signer.version != version {
            return Err(malformed("it is no signed data of a known version"));
        }
        // Anything else that this authority signs, a document for instance, would pass for a time.
        if data.content.content_type != TST_INFO {
            return Err(malformed("its content is no TSTInfo"));
        }
        let content = data.content.content.as_bytes();
        let hash = hash(&signer.digest)?;
        let scheme = scheme(hash, &signer.signature_algorithm)?;
        let attributes = SignedAttributes::read(signer.attributes)?;
        attributes.check_content(hash, content)?;
        let info = TstInfo::from_der(content).map_err(not_der)?;
        check_info(&info)?;
        Ok(Self {
            time: info.time.0,
            imprint: (self::hash(&info.imprint.algorithm)?, info.imprint.digest.as_bytes()),
            signer: signer.identifier,
            certificate: attributes.certificate()?,
            signed: attributes.signed,
            scheme,
            signature: signer.signature.as_bytes(),
        })
    }

    /// The time that it states, a part of a second dropped.
    pub(super) fn time(&self) -> Timestamp {
        self.time
    }

    /// Whether it is about these bytes (RFC 3161 §2.4.2, `messageImprint`).
    pub(super) fn is_over(&self, message: &[u8]) -> bool {
        let (hash, digest) = self.imprint;
        hash.of(message) == digest
    }

    /// Whether it names this certificate as its signer's (RFC 5652 §5.3, `sid`). A name only: which
    /// key signed is for the signature to say.
    pub(super) fn names(&self, certificate: &Certificate) -> bool {
        match &self.signer {
            SignerIdentifier::IssuerAndSerial(named) => {
                AnyRef::from_der(certificate.issuer()) == Ok(named.issuer)
                    && AnyRef::new(Tag::Integer, certificate.serial_number()) == Ok(named.serial)
            }
            SignerIdentifier::KeyId(id) => {
                certificate.key_identifier().is_some_and(|own| own.as_bytes() == id.as_bytes())
            }
        }
    }

    /// Whether its signed attributes name exactly this certificate (RFC 5035 §5.4, RFC 5816).
    ///
    /// If they name another one, `TIMESTAMP_CERTIFICATE`; if by SHA-1, `TIMESTAMP_UNSUPPORTED`.
    pub(super) fn check_certificate(&self, certificate: &Certificate) -> Result<(), VerifyError> {
        match self.certificate {
            NamedCertificate::Digest(hash, digest) if hash.of(certificate.der()) == digest => Ok(()),
            NamedCertificate::Digest(..) => Err(VerifyError::TimestampCertificate),
            NamedCertificate::Sha1 => {
                Err(VerifyError::TimestampUnsupported { what: "a certificate named by SHA-1".into() })
            }
        }
    }

    /// What was signed, how, and the signature.
    pub(super) fn signature(&self) -> (Scheme, &[u8], &[u8]) {
        (self.scheme, &self.signed, self.signature)
    }
}

/// How the signed attributes name the signer's certificate.
#[derive(Debug)]
enum NamedCertificate<'a> {
    Digest(Hash, &'a [u8]),
    /// As before RFC 5816. No token of a real bundle does.
    Sha1,
}

/// The signed attributes that are read. There are others, such as a second time, and they mean nothing.
struct SignedAttributes<'a> {
    /// All of them, with the tag that was signed.
    signed: Vec<u8>,
    content_type: AnyRef<'a>,
    message_digest: AnyRef<'a>,
    certificate: Option<AnyRef<'a>>,
    certificate_by_sha1: bool,
}

impl<'a> SignedAttributes<'a> {
    fn read(attributes: Option<&'a SequenceRef>) -> Result<Self, VerifyError> {
        // Without them the signature would be over the content alone, and the certificate that made it
        // unnamed. RFC 5652 §5.3: they must be there for any content but plain data.
        let contents = attributes.ok_or_else(|| wrong("there are none"))?.as_bytes();
        let found = attributes_of(contents)?;
        let value = |oid| found.iter().find(|attribute| attribute.oid == oid).map(|attribute| attribute.values.0);
        Ok(Self {
            signed: as_set(contents)?,
            content_type: value(CONTENT_TYPE).ok_or_else(|| wrong("there is no content type"))?,
            message_digest: value(MESSAGE_DIGEST).ok_or_else(|| wrong("there is no message digest"))?,
            certificate: value(SIGNING_CERTIFICATE_V2),
            certificate_by_sha1: value(SIGNING_CERTIFICATE).is_some(),
        })
    }

    /// The signature is over the attributes alone: they carry it over to the content.
    fn check_content(&self, hash: Hash, content: &[u8]) -> Result<(), VerifyError> {
        if self.content_type.decode_as::<ObjectIdentifier>() != Ok(TST_INFO) {
            return Err(VerifyError::TimestampContent { what: "type" });
        }
        let digest = self.message_digest.decode_as::<&OctetStringRef>().map_err(not_der)?;
        if digest.as_bytes() != hash.of(content) {
            return Err(VerifyError::TimestampContent { what: "digest" });
        }
        Ok(())
    }

    /// The hash of the signer's certificate, which RFC 3161 §2.4.2 requires: without it, another
    /// certificate over the same key, with other rights, could be put in the signer's place.
    fn certificate(&self) -> Result<NamedCertificate<'a>, VerifyError> {
        let value = match self.certificate {
            Some(value) => value,
            None if self.certificate_by_sha1 => return Ok(NamedCertificate::Sha1),
            None => return Err(wrong("they do not name the certificate")),
        };
        let value = value.decode_as::<SigningCertificateV2<'a>>().map_err(not_der)?;
        // The first is the signer's, any other is of its chain (RFC 5035 §3).
        let Some(first) = value.certificates.first() else { return Err(wrong("they name no certificate")) };
        let hash = first.algorithm.as_ref().map_or(Ok(Hash::Sha256), hash)?;
        Ok(NamedCertificate::Digest(hash, first.digest.as_bytes()))
    }
}

/// Each kind once, each with one value, and in DER's order: of two values, one check would read the
/// first and another the last.
fn attributes_of(contents: &[u8]) -> Result<Vec<Attribute<'_>>, VerifyError> {
    let mut reader = SliceReader::new(contents).map_err(not_der)?;
    let (mut found, mut previous): (Vec<Attribute<'_>>, &[u8]) = (Vec::new(), &[]);
    while !reader.is_finished() {
        let encoded = reader.tlv_bytes().map_err(not_der)?;
        let attribute = Attribute::from_der(encoded).map_err(not_der)?;
        // X.690 §11.6.
        if encoded < previous {
            return Err(wrong("they are not in order"));
        }
        if found.iter().any(|other| other.oid == attribute.oid) {
            return Err(wrong("one occurs twice"));
        }
        if found.len() >= limits::TIMESTAMP_ATTRIBUTES {
            let limit = u64::try_from(limits::TIMESTAMP_ATTRIBUTES).unwrap_or(u64::MAX);
            return Err(ParseError::LimitExceeded { what: "signed attributes of a timestamp", limit }.into());
        }
        found.push(attribute);
        previous = encoded;
    }
    Ok(found)
}

/// They are sent under an implicit tag, and signed under their own (RFC 5652 §5.4).
fn as_set(contents: &[u8]) -> Result<Vec<u8>, VerifyError> {
    AnyRef::new(Tag::Set, contents).and_then(|set| set.to_der()).map_err(not_der)
}

fn hash(algorithm: &AlgorithmIdentifierRef<'_>) -> Result<Hash, VerifyError> {
    // RFC 5754 §2: absent or NULL, and real ones have both.
    if algorithm.parameters.is_some_and(|parameters| !parameters.is_null()) {
        return Err(malformed("a hash algorithm has parameters"));
    }
    match algorithm.oid {
        SHA256 => Ok(Hash::Sha256),
        SHA384 => Ok(Hash::Sha384),
        SHA512 => Ok(Hash::Sha512),
        other => Err(VerifyError::TimestampUnsupported { what: format!("the hash algorithm {other}").into() }),
    }
}

/// The signature's hash must be the digest algorithm's: RFC 5652 §5.4 knows one for both.
fn scheme(digest: Hash, algorithm: &AlgorithmIdentifierRef<'_>) -> Result<Scheme, VerifyError> {
    let unsupported = |what: String| VerifyError::TimestampUnsupported { what: what.into() };
    let scheme = match algorithm.oid {
        // It names no hash (RFC 3370 §3.2).
        RSA => Some(Scheme::RsaPkcs1(digest)),
        oid => Scheme::from_oid(oid),
    };
    // RFC 5754 §3: no parameters for ECDSA, NULL for RSA.
    let (hash, parameters) = match scheme {
        Some(Scheme::Ecdsa(hash)) => (hash, None),
        Some(Scheme::RsaPkcs1(hash)) => (hash, Some(AnyRef::NULL)),
        Some(Scheme::Ed25519) | None => return Err(unsupported(format!("the algorithm {}", algorithm.oid))),
    };
    if algorithm.parameters != parameters {
        return Err(malformed("its signature algorithm has other parameters than its kind has"));
    }
    scheme.filter(|_| hash == digest).ok_or_else(|| unsupported("two hash algorithms for one signature".into()))
}

fn check_info(info: &TstInfo<'_>) -> Result<(), VerifyError> {
    if info.version != 1 {
        return Err(malformed("its TSTInfo is not of version 1"));
    }
    let extensions = info.extensions.as_deref().unwrap_or_default();
    // X.690 §11.5: a default is not written.
    if info.ordering == Some(false) || extensions.iter().any(|extension| extension.critical == Some(false)) {
        return Err(malformed("it writes a default value"));
    }
    // It may say that this is no time for this purpose (RFC 5280 §4.2).
    match extensions.iter().find(|extension| extension.critical == Some(true)) {
        Some(TstExtension { id, .. }) => {
            Err(VerifyError::TimestampUnsupported { what: format!("the critical extension {id}").into() })
        }
        None => Ok(()),
    }
}

fn malformed(reason: &str) -> VerifyError {
    VerifyError::TimestampMalformed { reason: reason.into() }
}

fn not_der(error: der::Error) -> VerifyError {
    VerifyError::TimestampMalformed { reason: error.to_string().into() }
}

fn wrong(reason: &'static str) -> VerifyError {
    VerifyError::TimestampAttributes { reason }
}
