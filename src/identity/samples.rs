//! Certificates for the tests: what Fulcio would state, made up here or read from real ones.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use der::{Decode as _, Encode as _};
use serde_json::Value;
use x509_cert::Certificate;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

use super::{SanInput, SignerIdentity};
use crate::encoding;
use crate::error::VerifyError;
use crate::time::Timestamp;

/// What a certificate states, before it is read.
#[derive(Clone)]
pub(crate) struct Stated {
    pub(crate) subject: String,
    pub(crate) is_email: bool,
    pub(crate) extensions: Vec<(u32, Vec<u8>)>,
    pub(crate) not_before: Timestamp,
}

/// A UTF8String, its length in the shortest form.
pub(crate) fn utf8(text: &str) -> Vec<u8> {
    der::asn1::Utf8StringRef::new(text).unwrap().to_der().unwrap()
}

fn encoded(number: u32, text: &str) -> Vec<u8> {
    if number <= 6 { text.as_bytes().to_vec() } else { utf8(text) }
}

impl Stated {
    /// `release.yml` of octo-org/octo-lib at tag v1.2.3, in the form of 2024.
    pub(crate) fn github() -> Self {
        let uri = "https://github.com/octo-org/octo-lib/.github/workflows/release.yml@refs/tags/v1.2.3";
        let commit = "16babffb9153811e193c019939391357372b25ce";
        let mut stated = Self::early();
        stated.not_before = "2024-02-01T00:00:00Z".parse().unwrap();
        for (number, text) in [
            (8, "https://token.actions.githubusercontent.com"),
            (9, uri),
            (10, commit),
            (11, "github-hosted"),
            (12, "https://github.com/octo-org/octo-lib"),
            (13, commit),
            (14, "refs/tags/v1.2.3"),
            (15, "602223945"),
            (16, "https://github.com/octo-org"),
            (17, "64505099"),
            (18, uri),
            (19, commit),
            (20, "push"),
            (21, "https://github.com/octo-org/octo-lib/actions/runs/4187464577/attempts/1"),
            (22, "public"),
        ] {
            stated = stated.with(number, text);
        }
        stated
    }

    /// The same in the form of 2023-02.
    pub(crate) fn early() -> Self {
        let stated = Self {
            subject: "https://github.com/octo-org/octo-lib/.github/workflows/release.yml@refs/tags/v1.2.3".into(),
            is_email: false,
            extensions: Vec::new(),
            not_before: "2023-02-15T00:00:00Z".parse().unwrap(),
        };
        stated
            .with(1, "https://token.actions.githubusercontent.com")
            .with(2, "push")
            .with(3, "16babffb9153811e193c019939391357372b25ce")
            .with(4, "Release")
            .with(5, "octo-org/octo-lib")
            .with(6, "refs/tags/v1.2.3")
    }

    /// A job of GitLab.
    pub(crate) fn gitlab() -> Self {
        let uri = "https://gitlab.com/octo/sub/lib//.gitlab-ci.yml@refs/heads/main";
        let commit = "16babffb9153811e193c019939391357372b25ce";
        let mut stated = Self {
            subject: uri.into(),
            is_email: false,
            extensions: Vec::new(),
            not_before: "2024-02-01T00:00:00Z".parse().unwrap(),
        };
        for (number, text) in [
            (1, "https://gitlab.com"),
            (8, "https://gitlab.com"),
            (9, uri),
            (10, commit),
            (11, "gitlab-hosted"),
            (12, "https://gitlab.com/octo/sub/lib"),
            (13, commit),
            (14, "refs/heads/main"),
            (15, "45821955"),
            (16, "https://gitlab.com/octo/sub"),
            (17, "36018"),
            (18, uri),
            (19, commit),
            (20, "push"),
            (21, "https://gitlab.com/octo/sub/lib/-/jobs/4316132595"),
            (22, "public"),
        ] {
            stated = stated.with(number, text);
        }
        stated
    }

    pub(crate) fn with(self, number: u32, text: &str) -> Self {
        let value = encoded(number, text);
        let mut stated = self.without(number);
        stated.extensions.push((number, value));
        stated
    }

    pub(crate) fn without(mut self, number: u32) -> Self {
        self.extensions.retain(|(other, _)| *other != number);
        self
    }

    pub(crate) fn subject(mut self, subject: &str) -> Self {
        self.subject = subject.into();
        self
    }

    pub(crate) fn at(mut self, time: &str) -> Self {
        self.not_before = time.parse().unwrap();
        self
    }

    pub(crate) fn read(&self) -> Result<SignerIdentity, VerifyError> {
        let subject = if self.is_email { SanInput::Email(&self.subject) } else { SanInput::Uri(&self.subject) };
        let extensions = self.extensions.iter().map(|(number, value)| (*number, value.as_slice()));
        SignerIdentity::from_parts(subject, extensions, self.not_before)
    }

    pub(crate) fn identity(&self) -> SignerIdentity {
        self.read().unwrap()
    }

    pub(crate) fn code(&self) -> &'static str {
        self.read().unwrap_err().code()
    }

    /// What a real certificate states.
    pub(crate) fn of_certificate(der: &[u8]) -> Self {
        let certificate = Certificate::from_der(der).unwrap();
        let body = certificate.tbs_certificate();
        let mut stated = Self {
            subject: String::new(),
            is_email: false,
            extensions: Vec::new(),
            not_before: std::time::SystemTime::from(body.validity().not_before.to_date_time()).into(),
        };
        for extension in body.extensions().unwrap() {
            let oid = extension.extn_id.to_string();
            let value = extension.extn_value.as_bytes();
            if let Some(number) = oid.strip_prefix("1.3.6.1.4.1.57264.1.") {
                stated.extensions.push((number.parse().unwrap(), value.to_vec()));
            }
            if oid == "2.5.29.17" {
                match SubjectAltName::from_der(value).unwrap().0.as_slice() {
                    [GeneralName::UniformResourceIdentifier(uri)] => stated.subject = uri.to_string(),
                    [GeneralName::Rfc822Name(address)] => {
                        stated.subject = address.to_string();
                        stated.is_email = true;
                    }
                    other => panic!("another subject: {other:?}"),
                }
            }
        }
        stated
    }
}

/// The folder of real samples, which is no part of this repository.
pub(crate) fn real() -> Option<PathBuf> {
    let shared = std::env::var_os("COUNTERSIGN_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    if shared.is_dir() {
        return Some(shared.join("real"));
    }
    println!("skipped: {} is not there", shared.display());
    None
}

/// A signed envelope with the certificate beside it, if there is one.
pub(crate) struct RealBundle {
    pub(crate) file: String,
    pub(crate) package: Option<(String, String, String)>,
    pub(crate) payload: Vec<u8>,
    pub(crate) certificate: Option<Stated>,
}

/// The envelopes of all genuine samples of a kind that the manifest lists.
pub(crate) fn real_bundles(kind: &str) -> Vec<RealBundle> {
    let Some(folder) = real() else { return Vec::new() };
    let manifest: Value = serde_json::from_slice(&std::fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    let mut found = Vec::new();
    for sample in manifest["samples"].as_array().unwrap().iter().filter(|s| s["kind"] == kind) {
        let file = sample["file"].as_str().unwrap();
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        let member = |name: &str| sample[name].as_str().map(str::to_owned);
        let package = member("package").zip(member("version")).zip(member("integrity"));
        let package = package.map(|((name, version), integrity)| (name, version, integrity));
        for document in serde_json::Deserializer::from_str(&text).into_iter::<Value>().map_while(Result::ok) {
            let mut envelopes = Vec::new();
            collect(&document, &mut envelopes);
            for (payload, certificate) in envelopes {
                let certificate = certificate.map(|der| Stated::of_certificate(&der));
                found.push(RealBundle { file: file.into(), package: package.clone(), payload, certificate });
            }
        }
    }
    assert!(!found.is_empty(), "the manifest lists no {kind}");
    found
}

fn collect(value: &Value, found: &mut Vec<(Vec<u8>, Option<Vec<u8>>)>) {
    match value {
        Value::Array(list) => list.iter().for_each(|element| collect(element, found)),
        Value::Object(members) => match members.get("dsseEnvelope") {
            Some(envelope) => {
                let material = &value["verificationMaterial"];
                let of_chain = &material["x509CertificateChain"]["certificates"][0]["rawBytes"];
                let certificate = material["certificate"]["rawBytes"].as_str().or(of_chain.as_str());
                let payload = encoding::base64(envelope["payload"].as_str().unwrap()).unwrap();
                found.push((payload, certificate.map(|text| encoding::base64(text).unwrap())));
            }
            None => members.values().for_each(|member| collect(member, found)),
        },
        _ => {}
    }
}

/// Each text of a JSON document by its path.
pub(crate) fn leaves(value: &Value) -> BTreeMap<String, String> {
    fn walk(value: &Value, path: &str, found: &mut BTreeMap<String, String>) {
        match value {
            Value::Object(members) => {
                members.iter().for_each(|(name, member)| walk(member, &format!("{path}/{name}"), found))
            }
            Value::Array(list) => {
                list.iter().enumerate().for_each(|(at, element)| walk(element, &format!("{path}/{at}"), found))
            }
            Value::String(text) => drop(found.insert(path.into(), text.clone())),
            _ => {}
        }
    }
    let mut found = BTreeMap::new();
    walk(value, "", &mut found);
    found
}
