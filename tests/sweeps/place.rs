//! Where a response may be damaged and still be accepted: a closed list.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::subject::Subject;

/// A place: a JSON pointer in which `*` stands for the number of an element, what may stand there instead,
/// and why nobody needs to sign it.
pub type Place = (&'static str, Becomes, &'static str);

/// What such a place may become.
pub enum Becomes {
    Anything,
    /// `null`, `""`, `[]`, or not there at all: all of them say "none".
    None,
    /// A text that is as good.
    Text,
    /// A list of some of its elements, its first one among them.
    Fewer,
    /// Another number or text, or nothing: it is read, and not used.
    Unused,
    /// An RFC 3161 response with the same TSTInfo, signed attributes and signature.
    SameToken,
}

/// Every place in npm's responses whose bytes nobody signs.
const OPEN: &[Place] = &[
    ("/attestations/*/signedAccessSignatureUrl", Becomes::Anything, "nobody reads it"),
    (
        "/attestations/*/bundle/mediaType",
        Becomes::Text,
        "another version whose demands are met as well; it may only add demands",
    ),
    (
        "/attestations/*/bundle/dsseEnvelope/signatures/*/keyid",
        Becomes::None,
        "a certificate's envelope names no key, however that is written",
    ),
    (
        "/attestations/*/bundle/verificationMaterial/x509CertificateChain/certificates",
        Becomes::Fewer,
        "after the leaf, only copies of the trusted root's certificates may stand there",
    ),
    (
        "/attestations/*/bundle/verificationMaterial/tlogEntries/*/inclusionProof",
        Becomes::None,
        "of 2023: there is none, however that is written",
    ),
    (
        "/attestations/*/bundle/verificationMaterial/timestampVerificationData",
        Becomes::None,
        "there are none, however that is written",
    ),
    (
        "/attestations/*/bundle/verificationMaterial/timestampVerificationData/rfc3161Timestamps",
        Becomes::None,
        "there are none, however that is written",
    ),
];

/// The same for entries of Rekor v2, and for timestamps.
pub const OPEN_IN_REKOR_V2: &[Place] = &[
    (
        "/attestations/*/bundle/verificationMaterial/tlogEntries/*/integratedTime",
        Becomes::Unused,
        "Rekor v2 gives no time, and none is read",
    ),
    (
        "/attestations/*/bundle/verificationMaterial/tlogEntries/*/inclusionProof/logIndex",
        Becomes::Unused,
        "the entry's own index is the one that is proved",
    ),
    (
        "/attestations/*/bundle/verificationMaterial/tlogEntries/*/inclusionProof/treeSize",
        Becomes::Unused,
        "the checkpoint's is signed",
    ),
    (
        "/attestations/*/bundle/verificationMaterial/tlogEntries/*/inclusionProof/rootHash",
        Becomes::Unused,
        "the checkpoint's is signed",
    ),
    (
        "/attestations/*/bundle/verificationMaterial/timestampVerificationData/rfc3161Timestamps/*/signedTimestamp",
        Becomes::SameToken,
        "the certificates that come along are none that are trusted; the status stands outside what is signed",
    ),
];

/// White space between tokens, and other spellings of the same JSON value.
const SPELLING: &str = "spelling";

/// One difference between two documents, and where it is; `*` stands for the number of an element.
struct Difference<'v> {
    at: String,
    before: Option<&'v Value>,
    after: Option<&'v Value>,
}

/// The places in which the mutant differs, if all of them are on the list.
pub fn of(subject: &Subject, mutant: &[u8]) -> Result<BTreeSet<&'static str>, String> {
    let before: Value = serde_json::from_slice(&subject.response).unwrap();
    let after: Value = serde_json::from_slice(mutant).map_err(|e| format!("it is no JSON: {e}"))?;
    let mut differences = Vec::new();
    compare("", &before, &after, &mut differences);
    if differences.is_empty() {
        return Ok([SPELLING].into());
    }
    let mut places = BTreeSet::new();
    for Difference { at, before, after } in &differences {
        // A name that was damaged is another name, which nobody reads, and its own is gone.
        let is_renamed =
            before.is_none() && differences.iter().any(|d| d.after.is_none() && parent(&d.at) == parent(at));
        let found =
            OPEN.iter().chain(subject.open).find(|(place, becomes, _)| at == place && becomes.allows(*before, *after));
        match found {
            Some((place, ..)) => drop(places.insert(*place)),
            None if is_renamed => {}
            None => return Err(format!("{at} may not become {}", after.map_or("nothing".into(), Value::to_string))),
        }
    }
    Ok(places)
}

impl Becomes {
    fn allows(&self, before: Option<&Value>, after: Option<&Value>) -> bool {
        match self {
            Self::Anything => true,
            Self::None => match after {
                None | Some(Value::Null) => true,
                Some(Value::String(text)) => text.is_empty(),
                Some(Value::Array(elements)) => elements.is_empty(),
                Some(Value::Object(members)) => members.is_empty(),
                Some(_) => false,
            },
            Self::Text => after.is_some_and(Value::is_string),
            Self::Unused => after.is_none_or(|value| value.is_string() || value.is_u64() || value.is_null()),
            Self::SameToken => token(before).zip(token(after)).is_some_and(|(before, after)| signed(&before, &after)),
            Self::Fewer => match (before, after) {
                (Some(Value::Array(before)), Some(Value::Array(after))) => {
                    let mut rest = before.iter();
                    after.len() < before.len()
                        && after.first() == before.first()
                        && after.iter().all(|element| rest.any(|other| other == element))
                }
                _ => false,
            },
        }
    }
}

fn token(value: Option<&Value>) -> Option<Vec<u8>> {
    STANDARD.decode(value?.as_str()?).ok()
}

/// Whether two responses of one length have the same TSTInfo, and the same bytes from the first signed
/// attribute on.
fn signed(before: &[u8], after: &[u8]) -> bool {
    // id-ct-TSTInfo and id-contentType.
    const TST_INFO: &[u8] = b"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x04";
    const CONTENT_TYPE: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03";
    let at = |name: &[u8]| before.windows(name.len()).position(|window| window == name).unwrap();
    let (info, attributes) = (at(TST_INFO), at(CONTENT_TYPE));
    // Its explicit tag, and a length of one byte.
    let info = info..info + TST_INFO.len() + 2 + usize::from(before[info + TST_INFO.len() + 1]);
    before.len() == after.len() && before[info.clone()] == after[info] && before[attributes..] == after[attributes..]
}

/// A JSON pointer to every value, the document itself first.
pub fn pointers(value: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut below = |name: &str, value: &Value| {
        found.extend(pointers(value).into_iter().map(|rest| format!("/{name}{rest}")));
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| below(name, value)),
        Value::Array(elements) => elements.iter().enumerate().for_each(|(n, value)| below(&n.to_string(), value)),
        _ => {}
    }
    found
}

fn parent(at: &str) -> &str {
    at.rsplit_once('/').map_or("", |(parent, _)| parent)
}

fn compare<'v>(at: &str, before: &'v Value, after: &'v Value, found: &mut Vec<Difference<'v>>) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => members(at, before, after, found),
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            before.iter().zip(after).for_each(|(before, after)| compare(&format!("{at}/*"), before, after, found));
        }
        _ if before == after => {}
        _ => found.push(Difference { at: at.into(), before: Some(before), after: Some(after) }),
    }
}

fn members<'v>(
    at: &str,
    before: &'v Map<String, Value>,
    after: &'v Map<String, Value>,
    found: &mut Vec<Difference<'v>>,
) {
    let below = |name: &str| format!("{at}/{}", name.replace('/', "~1"));
    for (name, old) in before {
        let at = below(name);
        match after.get(name) {
            Some(new) => compare(&at, old, new, found),
            None => found.push(Difference { at, before: Some(old), after: None }),
        }
    }
    for (name, new) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
        found.push(Difference { at: below(name), before: None, after: Some(new) });
    }
}
