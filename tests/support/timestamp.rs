//! RFC 3161 responses, each part overridable and signed last.
//!
//! Below a response's fields stand its layers, from the inside out. A hook is given the encoded parts of
//! its layer, in their order in the standard; whatever encloses them is digested and signed over the
//! change.

use std::rc::Rc;

use super::certificate::Authority;
use super::der;
use super::keys::{Hash, Key};

pub const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";
pub const TST_INFO: &str = "1.2.840.113549.1.9.16.1.4";
pub const CONTENT_TYPE: &str = "1.2.840.113549.1.9.3";
pub const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";
pub const SIGNING_TIME: &str = "1.2.840.113549.1.9.5";
pub const SIGNING_CERTIFICATE: &str = "1.2.840.113549.1.9.16.2.12";
pub const SIGNING_CERTIFICATE_V2: &str = "1.2.840.113549.1.9.16.2.47";

type Parts = Vec<Vec<u8>>;
type Hook = Option<Rc<dyn Fn(&mut Parts)>>;

#[derive(Clone)]
pub struct Timestamp {
    /// PKIStatus: 0 is granted.
    pub status: u8,
    pub signer: Authority,
    /// Signs in the signer's place, under its name.
    pub key: Key,
    /// Carried in the token, and no more than a hint.
    pub certificates: Vec<Vec<u8>>,
    pub imprint_hash: Hash,
    pub imprint: Vec<u8>,
    pub serial: Vec<u8>,
    pub time: i64,
    /// The characters of genTime, in place of the time's own.
    pub time_text: Option<String>,
    /// The eContentType, and what the signed attribute says of it.
    pub content_type: String,
    pub attested_type: String,
    /// The digest algorithm of the content, and the hash that the signature is over.
    pub digest: Hash,
    pub signing: Hash,
    /// Hash and bytes of the certificate that the signed attributes name.
    pub named: (Hash, Vec<u8>),
    /// Names the signer by its key identifier.
    pub by_key_id: bool,
    /// Takes the place of the TSTInfo's digest in the signed attributes.
    pub message_digest: Option<Vec<u8>>,
    /// Takes the place of the computed signature.
    pub signature: Option<Vec<u8>>,
    layers: Layers,
}

#[derive(Clone, Default)]
struct Layers {
    info: Hook,
    attributes: Hook,
    signer: Hook,
    data: Hook,
    response: Hook,
}

/// The parts, after the hook has changed them.
fn through(hook: &Hook, mut parts: Parts) -> Parts {
    if let Some(change) = hook {
        change(&mut parts);
    }
    parts
}

impl Timestamp {
    /// `signer` saw `message`, which is the raw signature of an envelope, at `time`.
    pub fn new(signer: &Authority, message: &[u8], time: i64) -> Timestamp {
        let hash = signer.key.hash();
        Timestamp {
            status: 0,
            signer: signer.clone(),
            key: signer.key.clone(),
            certificates: vec![signer.der.clone()],
            imprint_hash: Hash::Sha256,
            imprint: Hash::Sha256.of(message),
            serial: vec![0x2a],
            time,
            time_text: None,
            content_type: TST_INFO.into(),
            attested_type: TST_INFO.into(),
            digest: hash,
            signing: hash,
            named: (Hash::Sha256, signer.der.clone()),
            by_key_id: false,
            message_digest: None,
            signature: None,
            layers: Layers::default(),
        }
    }

    /// TSTInfo: version, policy, imprint, serial number, time, and what else is put there.
    pub fn info(&mut self, change: impl Fn(&mut Parts) + 'static) {
        self.layers.info = Some(Rc::new(change));
    }

    /// The signed attributes in DER's order: content type, message digest, certificate.
    pub fn attributes(&mut self, change: impl Fn(&mut Parts) + 'static) {
        self.layers.attributes = Some(Rc::new(change));
    }

    /// SignerInfo: version, identifier, digest algorithm, signed attributes, signature algorithm,
    /// signature. Nothing is signed again.
    pub fn signer_info(&mut self, change: impl Fn(&mut Parts) + 'static) {
        self.layers.signer = Some(Rc::new(change));
    }

    /// SignedData: version, digest algorithms, content, certificates, signers. Nothing is signed again.
    pub fn signed_data(&mut self, change: impl Fn(&mut Parts) + 'static) {
        self.layers.data = Some(Rc::new(change));
    }

    /// TimeStampResp: status, token. Nothing is signed again.
    pub fn response(&mut self, change: impl Fn(&mut Parts) + 'static) {
        self.layers.response = Some(Rc::new(change));
    }

    /// The TimeStampResp.
    pub fn encode(&self) -> Vec<u8> {
        let status = der::sequence(&[der::integer(&[self.status])]);
        let content = der::explicit(0, &self.encoded_data());
        let token = der::sequence(&[der::oid(SIGNED_DATA), content]);
        der::sequence(&through(&self.layers.response, vec![status, token]))
    }

    pub fn tst_info(&self) -> Vec<u8> {
        let imprint = der::sequence(&[algorithm(self.imprint_hash), der::octets(&self.imprint)]);
        let time = match &self.time_text {
            Some(text) => der::tlv(der::GENERALIZED_TIME, text.as_bytes()),
            None => der::generalized_time(self.time),
        };
        let parts =
            vec![der::integer(&[1]), der::oid("1.3.6.1.4.1.57264.2"), imprint, der::integer(&self.serial), time];
        der::sequence(&through(&self.layers.info, parts))
    }

    fn encoded_data(&self) -> Vec<u8> {
        let info = self.tst_info();
        let content = der::explicit(0, &der::octets(&info));
        let digests = der::set(&[algorithm(self.digest)]);
        let parts = vec![
            der::integer(&[3]),
            digests,
            der::sequence(&[der::oid(&self.content_type), content]),
            der::explicit(0, &der::join(&self.certificates)),
            der::set(&[self.encoded_signer(&info)]),
        ];
        der::sequence(&through(&self.layers.data, parts))
    }

    fn encoded_signer(&self, info: &[u8]) -> Vec<u8> {
        let attributes = self.signed_attributes(info);
        // The attributes are signed as a SET OF, and sent under an implicit tag.
        let signed = der::tlv(der::SET, &attributes);
        let signature = self.signature.clone().unwrap_or_else(|| self.key.sign_with(self.signing, &signed));
        let certificate = &self.signer.certificate;
        let (version, identifier) = if self.by_key_id {
            (3, der::implicit(0, &super::certificate::key_identifier(&certificate.spki)))
        } else {
            (1, der::sequence(&[certificate.issuer.clone(), certificate.serial.clone()]))
        };
        let parts = vec![
            der::integer(&[version]),
            identifier,
            algorithm(self.digest),
            der::explicit(0, &attributes),
            self.key.algorithm_with(self.signing),
            der::octets(&signature),
        ];
        der::sequence(&through(&self.layers.signer, parts))
    }

    fn signed_attributes(&self, info: &[u8]) -> Vec<u8> {
        let digest = self.message_digest.clone().unwrap_or_else(|| self.digest.of(info));
        let mut attributes = vec![
            attribute(CONTENT_TYPE, &[der::oid(&self.attested_type)]),
            attribute(MESSAGE_DIGEST, &[der::octets(&digest)]),
            attribute(SIGNING_CERTIFICATE_V2, &[signing_certificate(&[certificate_id(self.named.0, &self.named.1)])]),
        ];
        attributes.sort();
        through(&self.layers.attributes, attributes).concat()
    }
}

/// An Attribute of RFC 5652.
pub fn attribute(oid: &str, values: &[Vec<u8>]) -> Vec<u8> {
    der::sequence(&[der::oid(oid), der::set(values)])
}

/// A SigningCertificate or SigningCertificateV2 of RFC 5035.
pub fn signing_certificate(ids: &[Vec<u8>]) -> Vec<u8> {
    der::sequence(&[der::sequence(ids)])
}

/// An ESSCertIDv2, which does not name its default.
pub fn certificate_id(hash: Hash, certificate: &[u8]) -> Vec<u8> {
    let digest = der::octets(&hash.of(certificate));
    match hash {
        Hash::Sha256 => der::sequence(&[digest]),
        _ => der::sequence(&[algorithm(hash), digest]),
    }
}

/// The AlgorithmIdentifier of a hash, without parameters.
pub fn algorithm(hash: Hash) -> Vec<u8> {
    der::sequence(&[der::oid(match hash {
        Hash::Sha256 => "2.16.840.1.101.3.4.2.1",
        Hash::Sha384 => "2.16.840.1.101.3.4.2.2",
        Hash::Sha512 => "2.16.840.1.101.3.4.2.3",
    })])
}
