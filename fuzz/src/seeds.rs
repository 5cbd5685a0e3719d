//! Seeds for the corpora, taken from `testdata/`.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::SEPARATOR;

fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata")
}

/// Writes them into the target's corpus, each named by what it holds.
pub fn write(target: &str, seeds: impl IntoIterator<Item = Vec<u8>>) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    std::fs::create_dir_all(&corpus).unwrap();
    for seed in seeds {
        let name: String = Sha256::digest(&seed).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        std::fs::write(corpus.join(format!("seed-{name}")), seed).unwrap();
    }
}

/// Every file of that name below a folder of `testdata/`, in the order of their paths.
fn files(folder: &str, is_wanted: fn(&str) -> bool) -> Vec<Vec<u8>> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    walk(&testdata().join(folder), &mut found);
    found.sort();
    let wanted = found.iter().filter(|path| is_wanted(path.file_name().unwrap().to_str().unwrap()));
    wanted.map(|path| std::fs::read(path).unwrap()).collect()
}

/// Every answer of an attestations endpoint.
pub fn responses() -> Vec<Vec<u8>> {
    let cases = ["accept", "reject"].map(|folder| files(folder, |name| name == "attestations.json"));
    [cases.concat(), files("registry/attestations", |_| true)].concat()
}

fn json(documents: Vec<Vec<u8>>) -> Vec<Value> {
    documents.iter().filter_map(|document| serde_json::from_slice(document).ok()).collect()
}

/// Every bundle, also those that came alone.
pub fn bundles() -> Vec<Vec<u8>> {
    let in_responses = json(responses()).into_iter().flat_map(|response| {
        let attestations = response["attestations"].as_array().cloned().unwrap_or_default();
        attestations.into_iter().map(|attestation| attestation["bundle"].to_string().into_bytes())
    });
    in_responses.chain(files("real", |name| name.ends_with(".json"))).collect()
}

/// Every value of that member, at any depth.
fn members(value: &Value, name: &str, found: &mut Vec<Value>) {
    match value {
        Value::Object(object) => {
            found.extend(object.get(name).cloned());
            object.values().for_each(|value| members(value, name, found));
        }
        Value::Array(elements) => elements.iter().for_each(|value| members(value, name, found)),
        _ => {}
    }
}

fn all(name: &str) -> Vec<Value> {
    let mut found = Vec::new();
    json([bundles(), trusted_roots()].concat()).iter().for_each(|document| members(document, name, &mut found));
    found
}

fn decoded(value: &Value) -> Vec<u8> {
    value.as_str().and_then(|text| STANDARD.decode(text).ok()).unwrap_or_default()
}

pub fn trusted_roots() -> Vec<Vec<u8>> {
    let folders = ["accept", "reject", "trust", "registry-trust"];
    folders.map(|folder| files(folder, |name| name == "trusted_root.json")).concat()
}

pub fn certificates() -> Vec<Vec<u8>> {
    all("rawBytes").iter().map(decoded).collect()
}

/// The value of the extension 1.3.6.1.4.1.11129.2.4.2, wherever its name stands.
pub fn sct_lists() -> Vec<Vec<u8>> {
    const NAME: &[u8] = b"\x06\x0a\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02";
    let list = |der: Vec<u8>| {
        let at = der.windows(NAME.len()).position(|window| window == NAME)? + NAME.len();
        // An OCTET STRING in an OCTET STRING, each with one or two bytes of length.
        let list = der[at..].windows(2).position(|window| window[0] == 0 && window[1] > 40)? + at;
        let length = usize::from(u16::from_be_bytes([der[list], der[list + 1]]));
        der.get(list..list + 2 + length).map(<[u8]>::to_vec)
    };
    certificates().into_iter().filter_map(list).collect()
}

pub fn log_entries() -> Vec<Vec<u8>> {
    let entries = all("tlogEntries").into_iter().flat_map(|entries| entries.as_array().cloned().unwrap_or_default());
    let mut seeds: Vec<Vec<u8>> = entries.map(|entry| entry.to_string().into_bytes()).collect();
    seeds.extend(all("envelope").iter().filter_map(Value::as_str).map(|text| text.as_bytes().to_vec()));
    // An index, a size, and hashes: the third input of the target.
    seeds.extend([(0_u64, 1_u64, 0), (4, 7, 3), (6, 7, 2), (1_000_003, 1_980_128, 15)].map(|(index, size, hashes)| {
        let fill: Vec<u8> = (0..hashes * 32).map(|n| n as u8).collect();
        [b"m", &index.to_be_bytes()[..], &size.to_be_bytes(), &fill].concat()
    }));
    seeds
}

/// A token and what it is over; and of each, what its authority states, which begins another input.
pub fn timestamps() -> Vec<Vec<u8>> {
    // id-ct-TSTInfo, then the content in its tag [0].
    const NAME: &[u8] = b"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x04\xa0";
    let mut seeds = Vec::new();
    for bundle in json(bundles()) {
        let mut tokens = Vec::new();
        members(&bundle, "signedTimestamp", &mut tokens);
        for token in tokens.iter().map(decoded) {
            if let Some(at) = token.windows(NAME.len()).position(|window| window == NAME) {
                let content = &token[at + NAME.len()..];
                let info = content.iter().position(|byte| *byte == 0x30).unwrap_or_default();
                let length = usize::from(content[info + 1]) + 2;
                seeds.push([b"i", &content[info..content.len().min(info + length)]].concat());
            }
            let signature = decoded(&bundle["dsseEnvelope"]["signatures"][0]["sig"]);
            seeds.push([&b"t"[..], &token, SEPARATOR, &signature].concat());
        }
    }
    seeds
}

pub fn manifests_and_keys() -> Vec<Vec<u8>> {
    let keys = [files("trust", |name| name == "npm-keys.json"), files("registry", |name| name == "keys.json")].concat();
    let keys = [keys, files("registry-trust", |name| name == "keys.json")].concat();
    let manifests = ["accept", "reject"].map(|folder| files(folder, |name| name == "manifest.json")).concat();
    let packuments = files("registry/packuments", |_| true);
    manifests
        .iter()
        .zip(keys.iter().cycle())
        .zip(packuments.iter().cycle())
        .map(|((manifest, keys), packument)| [&manifest[..], keys, packument].join(SEPARATOR))
        .collect()
}

/// The parts of sound and unsound responses, in the order of [`response::Parts`](crate::response::Parts).
pub fn end_to_end() -> Vec<Vec<u8>> {
    let responses = json(responses()).into_iter();
    let parts = responses.filter_map(|response| {
        let attestations = response["attestations"].as_array()?.clone();
        let find = |has: &str| {
            attestations.iter().map(|a| &a["bundle"]).find(|bundle| !bundle["verificationMaterial"][has].is_null())
        };
        let chain = "x509CertificateChain";
        let (signed, leaf) = match (find("certificate"), find(chain)) {
            (Some(bundle), _) => (bundle, &bundle["verificationMaterial"]["certificate"]["rawBytes"]),
            (None, Some(bundle)) => (bundle, &bundle["verificationMaterial"][chain]["certificates"][0]["rawBytes"]),
            (None, None) => return None,
        };
        let payload = |bundle: &Value| decoded(&bundle["dsseEnvelope"]["payload"]);
        let entry = &signed["verificationMaterial"]["tlogEntries"][0];
        let time: u32 = entry["integratedTime"].as_str()?.parse().ok()?;
        let kind = u8::from(entry["kindVersion"]["kind"] == "intoto");
        let choices = [&[kind][..], &time.to_be_bytes()].concat();
        let publish = find("publicKey").map(payload).unwrap_or_default();
        let token = &signed["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"][0];
        let signature = &signed["dsseEnvelope"]["signatures"][0]["sig"];
        let (token, signature) = (decoded(&token["signedTimestamp"]), decoded(signature));
        Some([&choices[..], &decoded(leaf), &payload(signed), &publish, &token, &signature].join(SEPARATOR))
    });
    parts.collect()
}
