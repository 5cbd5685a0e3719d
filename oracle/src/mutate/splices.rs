//! Parts of one bundle in another.

use super::{CERTIFICATES, Subject};
use crate::document::Json;

/// What is taken from the same place of another bundle: each is genuine where it comes from.
const MEMBERS: [&str; 22] = [
    "mediaType",
    "verificationMaterial",
    "verificationMaterial/tlogEntries",
    "verificationMaterial/tlogEntries/0",
    "verificationMaterial/tlogEntries/0/inclusionProof",
    "verificationMaterial/tlogEntries/0/inclusionProof/checkpoint",
    "verificationMaterial/tlogEntries/0/inclusionProof/hashes",
    "verificationMaterial/tlogEntries/0/inclusionProof/rootHash",
    "verificationMaterial/tlogEntries/0/inclusionProof/treeSize",
    "verificationMaterial/tlogEntries/0/inclusionProof/logIndex",
    "verificationMaterial/tlogEntries/0/inclusionPromise",
    "verificationMaterial/tlogEntries/0/canonicalizedBody",
    "verificationMaterial/tlogEntries/0/logId",
    "verificationMaterial/tlogEntries/0/logIndex",
    "verificationMaterial/tlogEntries/0/integratedTime",
    "verificationMaterial/tlogEntries/0/kindVersion",
    "verificationMaterial/timestampVerificationData",
    "dsseEnvelope/payload",
    "dsseEnvelope/signatures",
    "dsseEnvelope/payloadType",
    "messageSignature/signature",
    "messageSignature/messageDigest",
];

pub(super) fn member(subject: &mut Subject<'_>) -> Option<String> {
    let place = *subject.random.pick(&MEMBERS)?;
    let new = subject.donor()?.get(place)?.clone();
    let (parent, name) = place.rsplit_once('/').unwrap_or(("", place));
    match name.parse::<usize>() {
        Ok(at) => *subject.doc.elements_mut(parent)?.get_mut(at)? = new,
        Err(_) if parent.is_empty() => subject.doc.set(name, new),
        Err(_) => subject.doc.get_mut(parent)?.set(name, new),
    }
    Some(place.into())
}

/// The leaf of another bundle, in the form of this one.
pub(super) fn certificate(subject: &mut Subject<'_>) -> Option<String> {
    let donor = subject.donor()?;
    let new = [CERTIFICATES[0], "verificationMaterial/x509CertificateChain/certificates/0/rawBytes"];
    let new = new.iter().find_map(|place| donor.get(place))?.clone();
    let place = subject.place(&CERTIFICATES)?;
    *subject.doc.get_mut(&place)? = new;
    Some(place)
}

/// The content of another bundle, of whichever kind.
pub(super) fn content(subject: &mut Subject<'_>) -> Option<String> {
    const CONTENTS: [&str; 2] = ["dsseEnvelope", "messageSignature"];
    let donor = subject.donor()?;
    let (name, new) = CONTENTS.iter().find_map(|name| Some((*name, donor.get(name)?.clone())))?;
    for name in CONTENTS {
        subject.doc.take(name);
    }
    subject.doc.set(name, new);
    Some(name.into())
}

/// An entry of another bundle, or its own again, beside its own; perhaps without proof or promise.
pub(super) fn further_entry(subject: &mut Subject<'_>) -> Option<String> {
    let own = subject.random.one_in(3);
    let entry = "verificationMaterial/tlogEntries/0";
    let mut new = if own { subject.doc.get(entry)?.clone() } else { subject.donor()?.get(entry)?.clone() };
    let without = match subject.random.below(6) {
        0 => new.take("inclusionProof").map(|_| "proof"),
        1 => new.take("inclusionPromise").map(|_| "promise"),
        2 => {
            new.take("inclusionProof");
            new.take("inclusionPromise").map(|_| "proof and promise")
        }
        _ => None,
    };
    let first = subject.random.one_in(2);
    let material = subject.doc.get_mut("verificationMaterial")?;
    if material.get("tlogEntries").is_none() {
        material.set("tlogEntries", Json::Array(Vec::new()));
    }
    let entries = subject.doc.elements_mut("verificationMaterial/tlogEntries")?;
    entries.insert(if first { 0 } else { entries.len() }, new);
    Some(format!("own: {own}, first: {first}, without {without:?}"))
}

/// A token of another bundle, or its own again.
pub(super) fn further_timestamp(subject: &mut Subject<'_>) -> Option<String> {
    const TOKENS: &str = "verificationMaterial/timestampVerificationData/rfc3161Timestamps";
    let own = subject.random.one_in(2);
    let first_token = format!("{TOKENS}/0");
    let new = if own {
        subject.doc.get(&first_token)?.clone()
    } else {
        (0..8).find_map(|_| subject.donor().and_then(|donor| donor.get(&first_token).cloned()))?
    };
    let first = subject.random.one_in(2);
    if subject.doc.get(TOKENS).is_none() {
        let data = Json::Object(vec![("rfc3161Timestamps".into(), Json::Array(Vec::new()))]);
        subject.doc.get_mut("verificationMaterial")?.set("timestampVerificationData", data);
    }
    let tokens = subject.doc.elements_mut(TOKENS)?;
    tokens.insert(if first { 0 } else { tokens.len() }, new);
    Some(format!("own: {own}, first: {first}"))
}
