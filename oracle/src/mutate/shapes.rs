//! Changes of what kind of bundle it is, with whatever else that takes.

use super::{CERTIFICATES, ENTRIES, LOG_IDS, Subject};
use crate::document::Json;
use crate::encode;

const MATERIAL: &str = "verificationMaterial";

const MEDIA_TYPES: [&str; 12] = [
    "application/vnd.dev.sigstore.bundle+json;version=0.1",
    "application/vnd.dev.sigstore.bundle+json;version=0.2",
    "application/vnd.dev.sigstore.bundle+json;version=0.3",
    "application/vnd.dev.sigstore.bundle.v0.3+json",
    "application/vnd.dev.sigstore.bundle.v0.2+json",
    "application/vnd.dev.sigstore.bundle.v0.4+json",
    "application/vnd.dev.sigstore.bundle+json;version=0.4",
    "application/vnd.dev.sigstore.bundle+json; version=0.3",
    "application/vnd.dev.sigstore.bundle+json",
    "APPLICATION/vnd.dev.sigstore.bundle.v0.3+json",
    "application/vnd.dev.sigstore.bundle.v0.3.1+json",
    "",
];

/// Another media type, and nothing else.
pub(super) fn media_type(subject: &mut Subject<'_>) -> Option<String> {
    let new = *subject.random.pick(&MEDIA_TYPES)?;
    subject.doc.set("mediaType", Json::string(new));
    Some(new.into())
}

/// The whole bundle as another version has it.
pub(super) fn version(subject: &mut Subject<'_>) -> Option<String> {
    let new = subject.random.below(4);
    convert(&mut subject.doc, new)?;
    Some(MEDIA_TYPES[new].into())
}

/// v0.1 needs no proof: whoever can rewrite the media type could drop it.
pub(super) fn promise_only(subject: &mut Subject<'_>) -> Option<String> {
    let new = subject.random.below(3);
    convert(&mut subject.doc, new)?;
    let entries = subject.doc.elements_mut("verificationMaterial/tlogEntries")?;
    for entry in entries {
        entry.take("inclusionProof");
    }
    Some(MEDIA_TYPES[new].into())
}

fn convert(doc: &mut Json, new: usize) -> Option<()> {
    doc.set("mediaType", Json::string(MEDIA_TYPES[new]));
    let material = doc.get_mut(MATERIAL)?;
    let leaf = material.get("certificate").or_else(|| material.get("x509CertificateChain/certificates/0")).cloned();
    let has_chain = material.get("x509CertificateChain").is_some();
    let Some(leaf) = leaf else { return Some(()) };
    if new >= 2 && has_chain {
        material.take("x509CertificateChain");
        material.set("certificate", leaf);
    } else if new < 2 && !has_chain {
        material.take("certificate");
        material.set("x509CertificateChain", Json::Object(vec![("certificates".into(), Json::Array(vec![leaf]))]));
    }
    Some(())
}

/// Two members of one protobuf `oneof`: which is checked, and which believed?
pub(super) fn second_material(subject: &mut Subject<'_>) -> Option<String> {
    let donor = subject.donor()?.get(MATERIAL)?.clone();
    let own = subject.place(&CERTIFICATES[..1]).and_then(|place| subject.doc.get(&place).cloned());
    let raw = own.unwrap_or_else(|| Json::string("AAAA"));
    let certificate = Json::Object(vec![("rawBytes".into(), raw)]);
    let (name, new) = match subject.random.below(4) {
        0 => ("publicKey", Json::Object(vec![("hint".into(), Json::string("x"))])),
        1 => ("certificate", donor.get("certificate").cloned().unwrap_or(certificate)),
        2 => {
            let list = Json::Object(vec![("certificates".into(), Json::Array(vec![certificate]))]);
            ("x509CertificateChain", donor.get("x509CertificateChain").cloned().unwrap_or(list))
        }
        _ => ("publicKey", Json::Null),
    };
    insert(subject, MATERIAL, name, new)
}

/// A message signature beside an envelope, or an envelope beside a message signature.
pub(super) fn second_content(subject: &mut Subject<'_>) -> Option<String> {
    let name = if subject.doc.get("dsseEnvelope").is_some() { "messageSignature" } else { "dsseEnvelope" };
    let new = match subject.random.below(3) {
        0 => Json::Object(Vec::new()),
        1 => Json::Null,
        _ => (0..8).find_map(|_| subject.donor().and_then(|donor| donor.get(name).cloned()))?,
    };
    insert(subject, "", name, new)
}

fn insert(subject: &mut Subject<'_>, into: &str, name: &str, new: Json) -> Option<String> {
    let first = subject.random.one_in(2);
    let members = subject.doc.members_mut(into)?;
    members.retain(|(its, _)| its != name);
    members.insert(if first { 0 } else { members.len() }, (name.into(), new));
    Some(format!("{name} {}", if first { "first" } else { "last" }))
}

/// Something beside the leaf: an authority of the root, somebody's leaf, no certificate at all.
pub(super) fn further_certificate(subject: &mut Subject<'_>) -> Option<String> {
    subject.doc.get("verificationMaterial/x509CertificateChain")?;
    let root = Json::parse(&subject.corpus.cases[subject.case].root.text)?;
    let (what, new) = match subject.random.below(4) {
        0 => ("no certificate", Json::string("AAAA")),
        1 => (
            "its own leaf",
            subject.doc.get("verificationMaterial/x509CertificateChain/certificates/0/rawBytes")?.clone(),
        ),
        2 => {
            let places = super::expand(&root, "certificateAuthorities/*/certChain/certificates/*/rawBytes");
            ("an authority of the root", root.get(subject.random.pick(&places)?)?.clone())
        }
        _ => ("somebody's leaf", {
            let donor = (0..8).find_map(|_| subject.donor().and_then(|donor| donor.get(CERTIFICATES[0]).cloned()));
            donor?
        }),
    };
    let first = subject.random.one_in(4);
    let chain = subject.doc.elements_mut("verificationMaterial/x509CertificateChain/certificates")?;
    chain.insert(if first { 0 } else { chain.len() }, Json::Object(vec![("rawBytes".into(), new)]));
    Some(format!("{what} {}", if first { "first" } else { "last" }))
}

pub(super) fn kind_version(subject: &mut Subject<'_>) -> Option<String> {
    let place = subject.place(&ENTRIES)?;
    let kind = *subject.random.pick(&["hashedrekord", "dsse", "intoto", "rekord", "", "HashedRekord"])?;
    let version = *subject.random.pick(&["0.0.1", "0.0.2", "0.0.3", "", "1"])?;
    let new = [("kind", kind), ("version", version)].map(|(name, value)| (name.into(), Json::string(value)));
    subject.doc.get_mut(&place)?.set("kindVersion", Json::Object(new.into()));
    Some(format!("{place}: {kind}/{version}"))
}

pub(super) fn key_id(subject: &mut Subject<'_>) -> Option<String> {
    let hint = subject.doc.get("verificationMaterial/publicKey/hint").cloned();
    let new = match subject.random.below(4) {
        0 => Json::Null,
        1 => Json::string(""),
        2 => Json::string("SHA256:another"),
        _ => hint.unwrap_or_else(|| Json::string("SHA256:jl3bwswu80PjjokCgh0o2w5c2U4LhQAE57gj9cz1kzA")),
    };
    let what = new.to_string();
    subject.doc.get_mut("dsseEnvelope/signatures/0")?.set("keyid", new);
    Some(what)
}

/// The name of the key, in one of its places or in both.
pub(super) fn hint(subject: &mut Subject<'_>) -> Option<String> {
    let new = Json::string(*subject.random.pick(&["SHA256:another", "", "x"])?);
    let both = subject.random.one_in(2);
    let what = format!("{new}{}", if both { " in both places" } else { "" });
    *subject.doc.get_mut("verificationMaterial/publicKey/hint")? = new.clone();
    if both {
        subject.doc.get_mut("dsseEnvelope/signatures/0")?.set("keyid", new);
    }
    Some(what)
}

/// The id of another log that is trusted too, and of none.
pub(super) fn log_id(subject: &mut Subject<'_>) -> Option<String> {
    let root = Json::parse(&subject.corpus.cases[subject.case].root.text)?;
    let place = subject.place(&LOG_IDS)?;
    let logs = super::expand(&root, "tlogs/*/logId/keyId");
    let other = subject.random.pick(&logs).and_then(|log| root.get(log).cloned());
    let new = other.filter(|_| !subject.random.one_in(3)).unwrap_or_else(|| Json::String(encode(&[0; 32])));
    let what = format!("{place}: {new}");
    *subject.doc.get_mut(&place)? = new;
    Some(what)
}

/// Other names of the hash, and none.
pub(super) fn message_digest(subject: &mut Subject<'_>) -> Option<String> {
    let message = subject.doc.get_mut("messageSignature")?;
    if subject.random.one_in(4) {
        message.take("messageDigest")?;
        return Some("none".into());
    }
    let names = ["SHA2_384", "SHA2_512", "sha256", "SHA-256", "SHA256", "HASH_ALGORITHM_UNSPECIFIED", "SHA3_256", "1"];
    let new = *subject.random.pick(&names)?;
    let new = if new == "1" { Json::Raw(new.into()) } else { Json::string(new) };
    let what = new.to_string();
    message.get_mut("messageDigest")?.set("algorithm", new);
    Some(what)
}

/// More of something than anybody needs.
pub(super) fn too_many(subject: &mut Subject<'_>) -> Option<String> {
    let lists = [
        ("verificationMaterial/tlogEntries", 33),
        ("verificationMaterial/x509CertificateChain/certificates", 11),
        ("verificationMaterial/timestampVerificationData/rfc3161Timestamps", 33),
        ("dsseEnvelope/signatures", 33),
    ];
    let (place, count) = *subject.random.pick(&lists)?;
    let list = subject.doc.elements_mut(place)?;
    let one = list.first()?.clone();
    list.resize(count, one);
    Some(format!("{count} {place}"))
}
