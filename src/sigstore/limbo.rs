//! The path function over x509-limbo, the path validation suite that other implementations run too.
//!
//! Its cases are about servers, so the purpose is theirs. A case's intermediates are "untrusted"; ours
//! stand in the trusted root. So every chain from a trusted certificate down over the intermediates is
//! put together, each through the same load as a trusted root's, and the leaf is then verified under
//! each: one that holds is enough. A chain of which a part cannot be loaded is never extended, which
//! bounds the work.
//!
//! Not every case is about paths. One is not applicable if it, by its own fields,
//! - `revocation`: brings a revocation list;
//! - `depth`: sets a maximal depth, which is no property of the certificates;
//! - `purpose`: asks for another purpose than a server's;
//! - `peer name`: is to be refused, holds as a path, and the expected peer does not stand literally among
//!   the leaf's alternative names;
//! - `common name`: is to be refused, holds as a path, and the leaf's subject has a common name that does
//!   not stand among its alternative names;
//! - `contradiction`: contradicts another case, which is met.
//!
//! The last three are told only after a path was found to hold, or not to. So the numbers are part of the
//! test: a check that is lost shows even where a name is wrong too.

use std::collections::BTreeMap;
use std::net::IpAddr;

use der::Decode as _;
use der::asn1::ObjectIdentifier;
use serde::Deserialize;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{KeyUsage, SubjectAltName};
use x509_cert::name::Name;

use super::authority::Authority;
use super::end_entity::EndEntity;
use super::path::Purpose;
use super::x509::Certificate;
use crate::encoding;
use crate::limits;
use crate::time::{Fraction, Timestamp, Window};

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

#[derive(Deserialize)]
struct Limbo {
    testcases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "so that a field nobody thought of is an error")]
struct Case {
    id: String,
    conflicts_with: Vec<String>,
    features: Vec<String>,
    importance: String,
    description: String,
    validation_kind: String,
    trusted_certs: Vec<String>,
    untrusted_intermediates: Vec<String>,
    peer_certificate: String,
    peer_certificate_key: Option<String>,
    validation_time: Option<String>,
    signature_algorithms: Vec<String>,
    key_usage: Vec<String>,
    extended_key_usage: Vec<String>,
    expected_result: Expected,
    expected_peer_name: Option<PeerName>,
    expected_peer_names: Vec<PeerName>,
    max_chain_depth: Option<u32>,
    crls: Vec<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
enum Expected {
    Success,
    Failure,
}

#[derive(Deserialize)]
struct PeerName {
    kind: String,
    value: String,
}

/// A case that is judged otherwise, and why that is right.
struct Exception {
    id: &'static str,
    expected: Expected,
    reason: &'static str,
}

const fn refused_here(id: &'static str, reason: &'static str) -> Exception {
    Exception { id, expected: Expected::Success, reason }
}

const fn accepted_here(id: &'static str, reason: &'static str) -> Exception {
    Exception { id, expected: Expected::Failure, reason }
}

const EXCEPTIONS: &[Exception] = &[
    refused_here("pathlen::validation-ignores-pathlen-in-leaf", "it is an authority's: CE-10"),
    refused_here("pathlen::self-issued-certs-pathlen", "self-issued authorities count, as rustls-webpki has it"),
    refused_here("rfc5280::nc::permitted-dn-match", "constraints on directory names refuse every leaf: CE-45"),
    refused_here("rfc5280::nc::permitted-self-issued", "name constraints bind self-issued authorities too"),
    accepted_here("rfc5280::aki::leaf-missing-aki", "the signature says who issued it: CE-04"),
    accepted_here("rfc5280::aki::cross-signed-root-missing-aki", "who else signed an anchor plays no part"),
    accepted_here("webpki::aki::root-with-aki-all-fields", "servers' profile; RFC 5280 §4.2.1.1 allows it"),
    accepted_here("webpki::eku::root-has-eku", "servers' profile; that it conflicts is refused: CE-24"),
    accepted_here("webpki::eku::ee-anyeku", "servers' profile; a signer's is exact: CE-22, CE-23"),
    accepted_here("webpki::eku::ee-critical-eku", "servers' profile; a timestamp authority's must be"),
    accepted_here("webpki::malformed-aia", "where an issuer may be fetched is never read"),
    accepted_here("webpki::forbidden-rsa-not-divisible-by-8-in-root", "servers' profile; no weaker for it"),
    accepted_here("webpki::forbidden-rsa-key-not-divisible-by-8-in-leaf", "servers' profile; no weaker for it"),
];

/// How many cases end how.
const COUNTS: [(&str, usize); 8] = [
    ("agreed", 140),
    ("common name", 11),
    ("contradiction", 3),
    ("depth", 6),
    ("exception", 13),
    ("peer name", 17),
    ("purpose", 10),
    ("revocation", 8),
];

fn der(pem: &str) -> Vec<u8> {
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    encoding::base64(&body).unwrap()
}

/// As a bundle or a trusted root is read: bounded, then strictly.
fn certificate(pem: &str) -> Result<Certificate, String> {
    let der = der(pem);
    if der.len() > limits::CERTIFICATE_BYTES {
        return Err("too long".into());
    }
    Certificate::from_der(der).map_err(|error| error.to_string())
}

impl Case {
    fn inapplicable(&self) -> Option<&'static str> {
        if !self.crls.is_empty() {
            return Some("revocation");
        }
        if self.max_chain_depth.is_some() {
            return Some("depth");
        }
        let server = self.extended_key_usage.is_empty() || self.extended_key_usage == ["serverAuth"];
        if !server || self.validation_kind != "SERVER" { Some("purpose") } else { None }
    }

    fn time(&self) -> Timestamp {
        // A case without a time is meant for any day on which it is run.
        let Some(time) = &self.validation_time else { return "2026-11-23T00:00:00Z".parse().unwrap() };
        Timestamp::from_rfc3339(&time.replace("+00:00", "Z"), Fraction::Down).unwrap()
    }

    /// Every chain from a trusted certificate down that can be loaded, and why others cannot.
    fn authorities(&self) -> (Vec<Authority>, String) {
        let read = |pems: &[String]| -> Vec<Certificate> { pems.iter().flat_map(|pem| certificate(pem)).collect() };
        let (roots, intermediates) = (read(&self.trusted_certs), read(&self.untrusted_intermediates));
        let mut chains: Vec<Vec<Certificate>> = roots.into_iter().map(|root| vec![root]).collect();
        let (mut loaded, mut failures) = (Vec::new(), String::new());
        while let Some(chain) = chains.pop() {
            let always = Window { start: Timestamp::default(), end: None };
            match Authority::load(chain.clone(), always, Purpose::ServerAuth) {
                Ok(Some(authority)) => loaded.push(authority),
                other => {
                    failures += &other.map_or_else(|error| format!("{error}; "), |_| "unsupported; ".into());
                    continue;
                }
            }
            assert!(loaded.len() < 100, "{}", self.id);
            if chain.len() == limits::AUTHORITIES {
                continue;
            }
            for below in &intermediates {
                let new = chain.iter().all(|other| other.der() != below.der());
                if new && below.issuer() == chain[0].subject() {
                    chains.push([&[below.clone()][..], &chain].concat());
                }
            }
        }
        (loaded, failures)
    }

    /// Why it is refused.
    fn verify(&self) -> Result<(), String> {
        let leaf = EndEntity::read(certificate(&self.peer_certificate)?).map_err(|error| error.to_string())?;
        assert!(self.signature_algorithms.is_empty(), "{}", self.id);
        if !self.key_usage.is_empty() {
            assert_eq!(self.key_usage, ["digitalSignature"], "{}", self.id);
            let usage = leaf.certificate().extension::<KeyUsage>().unwrap();
            assert!(usage.is_none_or(|(_, usage)| usage.digital_signature()), "{}", self.id);
        }
        let (authorities, mut failure) = self.authorities();
        for authority in authorities {
            if authority.issuer().certificate().subject() != leaf.certificate().issuer() {
                continue;
            }
            match authority.verify_issued_at(&leaf, self.time()) {
                Ok(_) => return Ok(()),
                Err(error) => failure = error.to_string(),
            }
        }
        Err(failure)
    }

    /// The name by which a path that holds is still to be refused.
    fn wrong_name(&self) -> Option<&'static str> {
        let leaf = certificate(&self.peer_certificate).unwrap();
        let names = match leaf.extension::<SubjectAltName>() {
            Ok(Some((_, SubjectAltName(names)))) => names,
            _ => Vec::new(),
        };
        let texts: Vec<(&str, String)> = names.iter().map(text).collect();
        let mut peers = self.expected_peer_name.iter().chain(&self.expected_peer_names);
        if !peers.all(|peer| texts.contains(&(peer.kind.as_str(), peer.value.clone()))) {
            return Some("peer name");
        }
        let beside = common_name(leaf.subject()).is_some_and(|name| texts.iter().all(|(_, text)| *text != name));
        beside.then_some("common name")
    }
}

/// The last common name of a subject (RFC 5280 §A.1).
fn common_name(subject: &[u8]) -> Option<String> {
    let name = Name::from_der(subject).unwrap();
    let names = name.iter().filter(|attribute| attribute.oid == COMMON_NAME);
    names.last().map(|attribute| String::from_utf8_lossy(attribute.value.value()).into_owned())
}

fn text(name: &GeneralName) -> (&'static str, String) {
    match name {
        GeneralName::DnsName(name) => ("DNS", name.as_str().to_owned()),
        GeneralName::Rfc822Name(name) => ("RFC822", name.as_str().to_owned()),
        GeneralName::IpAddress(octets) => {
            let octets = octets.as_bytes();
            let four = <[u8; 4]>::try_from(octets).map(IpAddr::from);
            let address = four.or_else(|_| <[u8; 16]>::try_from(octets).map(IpAddr::from));
            ("IP", address.map_or_else(|_| hex::encode(octets), |address| address.to_string()))
        }
        _ => ("other", String::new()),
    }
}

fn cases() -> Option<Vec<Case>> {
    let given = std::env::var_os("COUNTERSIGN_SHARED").map(std::path::PathBuf::from);
    let folder = given.unwrap_or_else(|| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"));
    if !folder.is_dir() {
        println!("skipped: no shared reference data");
        return None;
    }
    let json = std::fs::read(folder.join("vectors/x509-limbo/limbo.json")).unwrap();
    let Limbo { testcases } = serde_json::from_slice(&json).unwrap();
    Some(testcases)
}

/// How a case ends; `met` says of each applicable one whether the verdict was the expected one.
fn outcome(case: &Case, met: &BTreeMap<&str, bool>) -> &'static str {
    if let Some(rule) = case.inapplicable() {
        return rule;
    }
    let is_met = |id: &str| met.get(id) == Some(&true);
    if is_met(&case.id) {
        return "agreed";
    }
    if EXCEPTIONS.iter().any(|e| e.id == case.id && e.expected == case.expected_result) {
        return "exception";
    }
    if case.conflicts_with.iter().any(|other| is_met(other)) {
        return "contradiction";
    }
    let to_be_refused = case.expected_result == Expected::Failure;
    to_be_refused.then(|| case.wrong_name()).flatten().unwrap_or("wrong")
}

#[test]
fn ce_70_x509_limbo() {
    let Some(cases) = cases() else { return };
    let mut met = BTreeMap::new();
    for case in cases.iter().filter(|case| case.inapplicable().is_none()) {
        let verdict = case.verify();
        println!("{}: {:?}, {verdict:?}", case.id, case.expected_result);
        met.insert(case.id.as_str(), verdict.is_ok() == (case.expected_result == Expected::Success));
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for case in &cases {
        let outcome = outcome(case, &met);
        println!("{outcome}: {}", case.id);
        assert_ne!(outcome, "wrong", "{}, which is to be a {:?}", case.id, case.expected_result);
        *counts.entry(outcome).or_default() += 1;
    }
    for Exception { id, reason, .. } in EXCEPTIONS {
        assert_eq!(met.get(id), Some(&false), "{id} is listed ({reason}), and need not be");
    }
    assert!(EXCEPTIONS.len() <= 20);
    println!("x509-limbo: {} cases, {counts:?}", cases.len());
    assert_eq!(counts, BTreeMap::from(COUNTS));
}
