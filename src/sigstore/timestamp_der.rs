//! The wire form of RFC 3161 responses, in strict DER.
//!
//! What is only named is skipped by its length: certificates, revocation lists and unsigned attributes
//! are the sender's, and trust comes from the trusted root alone (CVE-2026-39984).

use der::asn1::{
    AnyRef, BitStringRef, ContextSpecific, GeneralizedTime, IntRef, ObjectIdentifier, OctetStringRef, SequenceRef,
};
use der::{Decode, DecodeValue, FixedTag, Header, Reader, Sequence, Tag, TagNumber};
use x509_cert::spki::AlgorithmIdentifierRef;

use crate::time::Timestamp;

/// RFC 3161 §2.4.2.
#[derive(DecodeValue)]
pub(super) struct TimeStampResp<'a> {
    pub(super) status: PkiStatusInfo<'a>,
    pub(super) token: Option<ContentInfo<'a>>,
}

#[derive(DecodeValue)]
pub(super) struct PkiStatusInfo<'a> {
    pub(super) status: u8,
    _text: Option<&'a SequenceRef>,
    _failure: Option<BitStringRef<'a>>,
}

/// RFC 5652 §3.
#[derive(DecodeValue)]
pub(super) struct ContentInfo<'a> {
    pub(super) content_type: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub(super) signed_data: SignedData<'a>,
}

/// RFC 5652 §5.1.
#[derive(DecodeValue)]
pub(super) struct SignedData<'a> {
    pub(super) version: u8,
    /// Repeats what the signer says below, unsigned.
    _digests: Skipped,
    pub(super) content: EncapsulatedContent<'a>,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    _certificates: Option<&'a SequenceRef>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    _revocations: Option<&'a SequenceRef>,
    /// Of two signers, one could be looked at for the time and the other for the signature.
    pub(super) signers: Single<SignerInfo<'a>>,
}

/// RFC 5652 §5.2.
#[derive(DecodeValue)]
pub(super) struct EncapsulatedContent<'a> {
    pub(super) content_type: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub(super) content: &'a OctetStringRef,
}

/// RFC 5652 §5.3.
#[derive(DecodeValue)]
pub(super) struct SignerInfo<'a> {
    pub(super) version: u8,
    pub(super) identifier: SignerIdentifier<'a>,
    pub(super) digest: AlgorithmIdentifierRef<'a>,
    /// A `SET`, whose contents are what a `SEQUENCE` of the same contents has.
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) attributes: Option<&'a SequenceRef>,
    pub(super) signature_algorithm: AlgorithmIdentifierRef<'a>,
    pub(super) signature: &'a OctetStringRef,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    _unsigned: Option<&'a SequenceRef>,
}

#[derive(Debug)]
pub(super) enum SignerIdentifier<'a> {
    IssuerAndSerial(IssuerAndSerial<'a>),
    KeyId(&'a OctetStringRef),
}

impl<'a> Decode<'a> for SignerIdentifier<'a> {
    type Error = der::Error;

    fn decode<R: Reader<'a>>(reader: &mut R) -> der::Result<Self> {
        match ContextSpecific::<&OctetStringRef>::decode_implicit(reader, TagNumber(0))? {
            Some(id) => Ok(Self::KeyId(id.value)),
            None => reader.decode().map(Self::IssuerAndSerial),
        }
    }
}

#[derive(Debug, DecodeValue)]
pub(super) struct IssuerAndSerial<'a> {
    pub(super) issuer: AnyRef<'a>,
    pub(super) serial: AnyRef<'a>,
}

#[derive(DecodeValue)]
pub(super) struct Attribute<'a> {
    pub(super) oid: ObjectIdentifier,
    pub(super) values: Single<AnyRef<'a>>,
}

/// RFC 5035 §3.
#[derive(DecodeValue)]
pub(super) struct SigningCertificateV2<'a> {
    pub(super) certificates: Vec<EssCertIdV2<'a>>,
    _policies: Option<&'a SequenceRef>,
}

#[derive(DecodeValue)]
pub(super) struct EssCertIdV2<'a> {
    /// SHA-256 if absent.
    pub(super) algorithm: Option<AlgorithmIdentifierRef<'a>>,
    pub(super) digest: &'a OctetStringRef,
    /// Part of what the digest is over.
    _issuer_and_serial: Option<&'a SequenceRef>,
}

/// RFC 3161 §2.4.2. Serial number, nonce and order answer to a request, which no verifier has; the
/// authority's name is its own word; the accuracy is for whoever asked for it.
#[derive(DecodeValue)]
pub(super) struct TstInfo<'a> {
    pub(super) version: u8,
    _policy: ObjectIdentifier,
    pub(super) imprint: MessageImprint<'a>,
    _serial: IntRef<'a>,
    pub(super) time: GenTime,
    _accuracy: Option<Accuracy>,
    pub(super) ordering: Option<bool>,
    _nonce: Option<IntRef<'a>>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    _authority: Option<AnyRef<'a>>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) extensions: Option<Vec<TstExtension<'a>>>,
}

#[derive(DecodeValue)]
pub(super) struct MessageImprint<'a> {
    pub(super) algorithm: AlgorithmIdentifierRef<'a>,
    pub(super) digest: &'a OctetStringRef,
}

#[derive(DecodeValue)]
pub(super) struct Accuracy {
    _seconds: Option<u64>,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    _millis: Option<u16>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    _micros: Option<u16>,
}

#[derive(DecodeValue)]
pub(super) struct TstExtension<'a> {
    pub(super) id: ObjectIdentifier,
    pub(super) critical: Option<bool>,
    _value: &'a OctetStringRef,
}

impl<'a> Sequence<'a> for TimeStampResp<'a> {}
impl<'a> Sequence<'a> for PkiStatusInfo<'a> {}
impl<'a> Sequence<'a> for ContentInfo<'a> {}
impl<'a> Sequence<'a> for SignedData<'a> {}
impl<'a> Sequence<'a> for EncapsulatedContent<'a> {}
impl<'a> Sequence<'a> for SignerInfo<'a> {}
impl<'a> Sequence<'a> for IssuerAndSerial<'a> {}
impl<'a> Sequence<'a> for Attribute<'a> {}
impl<'a> Sequence<'a> for SigningCertificateV2<'a> {}
impl<'a> Sequence<'a> for EssCertIdV2<'a> {}
impl<'a> Sequence<'a> for TstInfo<'a> {}
impl<'a> Sequence<'a> for MessageImprint<'a> {}
impl Sequence<'_> for Accuracy {}
impl<'a> Sequence<'a> for TstExtension<'a> {}

/// A `SET` with one member.
#[derive(Debug)]
pub(super) struct Single<T>(pub(super) T);

impl<T> FixedTag for Single<T> {
    const TAG: Tag = Tag::Set;
}

impl<'a, T: Decode<'a, Error = der::Error>> DecodeValue<'a> for Single<T> {
    type Error = der::Error;

    fn decode_value<R: Reader<'a>>(reader: &mut R, _header: Header) -> der::Result<Self> {
        T::decode(reader).map(Self)
    }
}

/// A `SET` that is skipped.
pub(super) struct Skipped;

impl FixedTag for Skipped {
    const TAG: Tag = Tag::Set;
}

impl<'a> DecodeValue<'a> for Skipped {
    type Error = der::Error;

    fn decode_value<R: Reader<'a>>(reader: &mut R, header: Header) -> der::Result<Self> {
        reader.read_slice(header.length()).map(|_| Self)
    }
}

/// A `GeneralizedTime` as RFC 3161 §2.4.2 has it, a part of a second dropped.
///
/// That is up to a second early: windows and certificates are of whole seconds, and hold throughout
/// their last one.
#[derive(Debug)]
pub(super) struct GenTime(pub(super) Timestamp);

impl FixedTag for GenTime {
    const TAG: Tag = Tag::GeneralizedTime;
}

impl<'a> DecodeValue<'a> for GenTime {
    type Error = der::Error;

    fn decode_value<R: Reader<'a>>(reader: &mut R, header: Header) -> der::Result<Self> {
        let text = reader.read_slice(header.length())?;
        gen_time(text).map(Self).ok_or_else(|| Tag::GeneralizedTime.value_error().into())
    }
}

/// `YYYYMMDDhhmmss[.f]Z`; a fraction has a digit, and no zero at its end (X.690 §11.7).
fn gen_time(text: &[u8]) -> Option<Timestamp> {
    let text = core::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "1"));
    if fraction.is_empty() || fraction.ends_with('0') || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let whole = format!("{whole}Z");
    let time: GeneralizedTime = AnyRef::new(Tag::GeneralizedTime, whole.as_bytes()).ok()?.decode_as().ok()?;
    Timestamp::from_unix(i64::try_from(time.to_unix_duration().as_secs()).ok()?)
}
