//! X.509 certificates of which every field is in the caller's hand.

use super::der;
use super::keys::{Hash, Key};
use super::time::unix;

pub const BASIC_CONSTRAINTS: &str = "2.5.29.19";
pub const KEY_USAGE: &str = "2.5.29.15";
pub const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
pub const SUBJECT_KEY_ID: &str = "2.5.29.14";
pub const AUTHORITY_KEY_ID: &str = "2.5.29.35";
pub const SUBJECT_ALT_NAME: &str = "2.5.29.17";
pub const NAME_CONSTRAINTS: &str = "2.5.29.30";
pub const SCT_LIST: &str = "1.3.6.1.4.1.11129.2.4.2";
pub const CODE_SIGNING: &str = "1.3.6.1.5.5.7.3.3";
pub const SERVER_AUTH: &str = "1.3.6.1.5.5.7.3.1";
pub const TIME_STAMPING: &str = "1.3.6.1.5.5.7.3.8";
pub const ANY_USAGE: &str = "2.5.29.37.0";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    pub oid: String,
    pub critical: bool,
    /// What the OCTET STRING holds.
    pub value: Vec<u8>,
    /// Takes the place of the whole Extension, for encodings that no writer would choose.
    pub encoded: Option<Vec<u8>>,
}

impl Extension {
    pub fn new(oid: &str, critical: bool, value: Vec<u8>) -> Extension {
        Extension { oid: oid.into(), critical, value, encoded: None }
    }

    pub fn encode(&self) -> Vec<u8> {
        if let Some(encoded) = &self.encoded {
            return encoded.clone();
        }
        let mut parts = vec![der::oid(&self.oid)];
        if self.critical {
            parts.push(der::boolean(true));
        }
        parts.push(der::octets(&self.value));
        der::sequence(&parts)
    }
}

/// What is to be signed, and by which key. Every part is DER as it will stand in the certificate.
#[derive(Clone)]
pub struct Certificate {
    /// The whole `[0]` member; empty leaves it out, which makes a v1 certificate.
    pub version: Vec<u8>,
    pub serial: Vec<u8>,
    /// The AlgorithmIdentifier inside what is signed.
    pub algorithm: Vec<u8>,
    pub issuer: Vec<u8>,
    pub validity: Vec<u8>,
    pub subject: Vec<u8>,
    pub spki: Vec<u8>,
    pub extensions: Vec<Extension>,
    /// The AlgorithmIdentifier beside the signature.
    pub outer_algorithm: Vec<u8>,
    pub signer: Key,
    pub hash: Hash,
}

impl Certificate {
    pub fn valid(&mut self, from: i64, to: i64) {
        self.validity = der::sequence(&[der::time(from), der::time(to)]);
    }

    pub fn extension(&mut self, oid: &str) -> &mut Extension {
        self.extensions.iter_mut().find(|e| e.oid == oid).unwrap_or_else(|| panic!("no extension {oid}"))
    }

    pub fn remove(&mut self, oid: &str) {
        self.extensions.retain(|e| e.oid != oid);
    }

    /// Replaces the value in place, or appends a non-critical extension.
    pub fn put(&mut self, oid: &str, value: Vec<u8>) {
        match self.extensions.iter_mut().find(|e| e.oid == oid) {
            Some(extension) => extension.value = value,
            None => self.extensions.push(Extension::new(oid, false, value)),
        }
    }

    /// The TBSCertificate with the extensions that `keep` approves.
    pub fn tbs_with(&self, keep: impl Fn(&Extension) -> bool) -> Vec<u8> {
        let extensions: Vec<Vec<u8>> = self.extensions.iter().filter(|e| keep(e)).map(Extension::encode).collect();
        let mut parts = vec![
            self.version.clone(),
            self.serial.clone(),
            self.algorithm.clone(),
            self.issuer.clone(),
            self.validity.clone(),
            self.subject.clone(),
            self.spki.clone(),
        ];
        if !extensions.is_empty() {
            parts.push(der::explicit(3, &der::sequence(&extensions)));
        }
        der::sequence(&parts)
    }

    pub fn tbs(&self) -> Vec<u8> {
        self.tbs_with(|_| true)
    }

    /// Has a key sign, and says in both places how.
    pub fn signed_by(&mut self, signer: &Key, hash: Hash) {
        (self.signer, self.hash) = (signer.clone(), hash);
        self.algorithm = signer.algorithm_with(hash);
        self.outer_algorithm = self.algorithm.clone();
    }

    pub fn sign(&self) -> Vec<u8> {
        let tbs = self.tbs();
        self.assemble(&tbs, &self.signer.sign_with(self.hash, &tbs))
    }

    pub fn assemble(&self, tbs: &[u8], signature: &[u8]) -> Vec<u8> {
        der::sequence(&[tbs, &self.outer_algorithm, &der::bits(signature)])
    }
}

/// `O=…, CN=…`, as Fulcio names its authorities.
pub fn name(organization: &str, common_name: &str) -> Vec<u8> {
    let part = |oid: &str, text: &str| der::set(&[der::sequence(&[der::oid(oid), der::printable(text)])]);
    der::sequence(&[part("2.5.4.10", organization), part("2.5.4.3", common_name)])
}

/// Twenty positive octets, as Fulcio draws them.
pub fn serial(label: &str) -> Vec<u8> {
    let mut bytes = Hash::Sha256.of(label.as_bytes())[..20].to_vec();
    bytes[0] = bytes[0] & 0x3f | 0x40;
    der::integer(&bytes)
}

/// Any 20 bytes that follow from the key will do: no verifier recomputes a key identifier.
pub fn key_identifier(spki: &[u8]) -> Vec<u8> {
    Hash::Sha256.of(spki)[..20].to_vec()
}

pub fn subject_key_id(spki: &[u8]) -> Extension {
    Extension::new(SUBJECT_KEY_ID, false, der::octets(&key_identifier(spki)))
}

pub fn authority_key_id(spki: &[u8]) -> Extension {
    let id = der::implicit(0, &key_identifier(spki));
    Extension::new(AUTHORITY_KEY_ID, false, der::sequence(&[id]))
}

/// The named bits as a KeyUsage: 0 digitalSignature, 5 keyCertSign, 6 cRLSign.
pub fn key_usage(named: &[u8]) -> Extension {
    let octet = named.iter().fold(0u8, |o, bit| o | 0x80 >> bit);
    let unused = octet.trailing_zeros().min(7) as u8;
    Extension::new(KEY_USAGE, true, der::tlv(der::BIT_STRING, &[unused, octet]))
}

pub fn extended_key_usage(usages: &[&str]) -> Extension {
    let oids: Vec<Vec<u8>> = usages.iter().map(|u| der::oid(u)).collect();
    Extension::new(EXTENDED_KEY_USAGE, false, der::sequence(&oids))
}

pub fn basic_constraints(ca: bool, path_len: Option<u8>) -> Extension {
    let mut parts = Vec::new();
    if ca {
        parts.push(der::boolean(true));
    }
    parts.extend(path_len.map(|n| der::integer(&[n])));
    Extension::new(BASIC_CONSTRAINTS, true, der::sequence(&parts))
}

/// A critical SubjectAltName of the given URIs.
pub fn uri_names(uris: &[&str]) -> Extension {
    let names: Vec<Vec<u8>> = uris.iter().map(|u| der::implicit(6, u.as_bytes())).collect();
    Extension::new(SUBJECT_ALT_NAME, true, der::sequence(&names))
}

/// A certification or timestamping authority: its key, what its certificate says, and the certificate.
#[derive(Clone)]
pub struct Authority {
    pub key: Key,
    pub organization: String,
    pub common_name: String,
    pub certificate: Certificate,
    pub der: Vec<u8>,
}

impl Authority {
    /// A self-signed P-384 root like Sigstore's.
    pub fn root(label: &str, organization: &str, common_name: &str) -> Authority {
        let key = Key::p384(label);
        let subject = name(organization, common_name);
        let extensions = vec![
            key_usage(&[5, 6]),
            basic_constraints(true, None),
            subject_key_id(&key.spki()),
            authority_key_id(&key.spki()),
        ];
        let certificate = plain(label, &key, subject.clone(), subject, &key, extensions);
        Authority::of(key, organization, common_name, certificate)
    }

    /// An authority under this one: `usage` is its extended key usage, `ca` whether it may issue.
    pub fn subordinate(&self, label: &str, common_name: &str, usage: &str, ca: bool) -> Authority {
        let key = Key::p384(label);
        let mut extensions = vec![key_usage(if ca { &[5, 6] } else { &[0] }), extended_key_usage(&[usage])];
        if ca {
            extensions.push(basic_constraints(true, Some(0)));
        }
        // RFC 3161 wants the usage critical in a timestamping leaf.
        extensions[1].critical = !ca;
        extensions.push(subject_key_id(&key.spki()));
        extensions.push(authority_key_id(&self.key.spki()));
        let subject = name(&self.organization, common_name);
        let issuer = self.certificate.subject.clone();
        let certificate = plain(label, &self.key, issuer, subject, &key, extensions);
        Authority::of(key, &self.organization, common_name, certificate)
    }

    fn of(key: Key, organization: &str, common_name: &str, certificate: Certificate) -> Authority {
        Authority {
            key,
            organization: organization.into(),
            common_name: common_name.into(),
            der: certificate.sign(),
            certificate,
        }
    }

    /// Gives the authority another key; who issued the certificate issues it again.
    pub fn rekey(&mut self, key: Key) {
        self.key = key;
        self.certificate.spki = self.key.spki();
        self.certificate.put(SUBJECT_KEY_ID, subject_key_id(&self.key.spki()).value);
        if self.certificate.issuer == self.certificate.subject {
            self.reissue(&self.key.clone());
        }
        self.der = self.certificate.sign();
    }

    /// Has the certificate issued again, by an authority of the same name with another key.
    pub fn reissue(&mut self, issuer: &Key) {
        if self.certificate.extensions.iter().any(|e| e.oid == AUTHORITY_KEY_ID) {
            self.certificate.put(AUTHORITY_KEY_ID, authority_key_id(&issuer.spki()).value);
        }
        self.certificate.signed_by(issuer, issuer.hash());
        self.der = self.certificate.sign();
    }

    /// Changes the certificate and has it signed again.
    pub fn change(&mut self, change: impl FnOnce(&mut Certificate)) {
        change(&mut self.certificate);
        self.der = self.certificate.sign();
    }
}

fn plain(
    label: &str,
    signer: &Key,
    issuer: Vec<u8>,
    subject: Vec<u8>,
    key: &Key,
    extensions: Vec<Extension>,
) -> Certificate {
    let mut certificate = Certificate {
        version: der::explicit(0, &der::integer(&[2])),
        serial: serial(label),
        algorithm: signer.algorithm(),
        issuer,
        validity: Vec::new(),
        subject,
        spki: key.spki(),
        extensions,
        outer_algorithm: signer.algorithm(),
        signer: signer.clone(),
        hash: signer.hash(),
    };
    certificate.valid(unix("2021-10-07T13:56:59Z"), unix("2031-10-05T13:56:58Z"));
    certificate
}

/// A leaf like Fulcio's: empty subject, P-256, ten minutes, and room for the SCT list as last extension.
pub fn leaf(issuer: &Authority, key: &Key, from: i64, uri: &str, claims: Vec<Extension>) -> Certificate {
    let mut extensions = vec![
        key_usage(&[0]),
        extended_key_usage(&[CODE_SIGNING]),
        subject_key_id(&key.spki()),
        authority_key_id(&issuer.key.spki()),
        uri_names(&[uri]),
    ];
    extensions.extend(claims);
    extensions.push(Extension::new(SCT_LIST, false, Vec::new()));
    let label = format!("leaf {uri} {from}");
    let names = (issuer.certificate.subject.clone(), der::sequence::<Vec<u8>>(&[]));
    let mut certificate = plain(&label, &issuer.key, names.0, names.1, key, extensions);
    certificate.valid(from, from + 600);
    certificate
}
