//! RFC 3161 responses, each part overridable and signed last.

use super::certificate::Authority;
use super::der;
use super::keys::Hash;

const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";
const TST_INFO: &str = "1.2.840.113549.1.9.16.1.4";
const CONTENT_TYPE: &str = "1.2.840.113549.1.9.3";
const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";
const SIGNING_CERTIFICATE_V2: &str = "1.2.840.113549.1.9.16.2.47";

#[derive(Clone)]
pub struct Timestamp {
    /// PKIStatus: 0 is granted.
    pub status: u8,
    pub signer: Authority,
    /// Carried in the token, and no more than a hint.
    pub certificates: Vec<Vec<u8>>,
    pub imprint_hash: Hash,
    pub imprint: Vec<u8>,
    pub serial: Vec<u8>,
    pub time: i64,
    /// The eContentType, and what the signed attribute says of it.
    pub content_type: String,
    pub attested_type: String,
    /// Takes the place of the TSTInfo's digest in the signed attributes.
    pub message_digest: Option<Vec<u8>>,
    /// Takes the place of the computed signature.
    pub signature: Option<Vec<u8>>,
}

impl Timestamp {
    /// `signer` saw `message`, which is the raw signature of an envelope, at `time`.
    pub fn new(signer: &Authority, message: &[u8], time: i64) -> Timestamp {
        Timestamp {
            status: 0,
            signer: signer.clone(),
            certificates: vec![signer.der.clone()],
            imprint_hash: Hash::Sha256,
            imprint: Hash::Sha256.of(message),
            serial: vec![0x2a],
            time,
            content_type: TST_INFO.into(),
            attested_type: TST_INFO.into(),
            message_digest: None,
            signature: None,
        }
    }

    /// The TimeStampResp.
    pub fn encode(&self) -> Vec<u8> {
        let status = der::sequence(&[der::integer(&[self.status])]);
        let content = der::explicit(0, &self.signed_data());
        der::sequence(&[status, der::sequence(&[der::oid(SIGNED_DATA), content])])
    }

    pub fn tst_info(&self) -> Vec<u8> {
        let imprint = der::sequence(&[algorithm(self.imprint_hash), der::octets(&self.imprint)]);
        der::sequence(&[
            der::integer(&[1]),
            der::oid("1.3.6.1.4.1.57264.2"),
            imprint,
            der::integer(&self.serial),
            der::generalized_time(self.time),
        ])
    }

    fn signed_data(&self) -> Vec<u8> {
        let info = self.tst_info();
        let content = der::explicit(0, &der::octets(&info));
        let digests = der::set(&[algorithm(self.signer.key.hash())]);
        der::sequence(&[
            der::integer(&[3]),
            digests,
            der::sequence(&[der::oid(&self.content_type), content]),
            der::explicit(0, &der::join(&self.certificates)),
            der::set(&[self.signer_info(&info)]),
        ])
    }

    fn signer_info(&self, info: &[u8]) -> Vec<u8> {
        let key = &self.signer.key;
        let attributes = self.signed_attributes(info);
        // The attributes are signed as a SET OF, and sent under an implicit tag.
        let signature = self.signature.clone().unwrap_or_else(|| key.sign(&der::tlv(der::SET, &attributes)));
        let certificate = &self.signer.certificate;
        let identifier = der::sequence(&[certificate.issuer.clone(), certificate.serial.clone()]);
        der::sequence(&[
            der::integer(&[1]),
            identifier,
            algorithm(key.hash()),
            der::explicit(0, &attributes),
            key.algorithm(),
            der::octets(&signature),
        ])
    }

    fn signed_attributes(&self, info: &[u8]) -> Vec<u8> {
        let digest = self.message_digest.clone();
        let digest = digest.unwrap_or_else(|| self.signer.key.hash().of(info));
        let certificate_id = der::sequence(&[der::octets(&Hash::Sha256.of(&self.signer.der))]);
        let signing_certificate = der::sequence(&[der::sequence(&[certificate_id])]);
        let attribute = |oid: &str, value: Vec<u8>| der::sequence(&[der::oid(oid), der::set(&[value])]);
        let mut attributes = [
            attribute(CONTENT_TYPE, der::oid(&self.attested_type)),
            attribute(MESSAGE_DIGEST, der::octets(&digest)),
            attribute(SIGNING_CERTIFICATE_V2, signing_certificate),
        ];
        attributes.sort();
        attributes.concat()
    }
}

fn algorithm(hash: Hash) -> Vec<u8> {
    der::sequence(&[der::oid(match hash {
        Hash::Sha256 => "2.16.840.1.101.3.4.2.1",
        Hash::Sha384 => "2.16.840.1.101.3.4.2.2",
        Hash::Sha512 => "2.16.840.1.101.3.4.2.3",
    })])
}
