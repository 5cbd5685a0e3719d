//! A log entry with proof and checkpoint; its signatures all hold.
//!
//! Which of three inputs it is, the first byte says. `{`: an entry as a bundle carries it; if it is proved
//! to be included, another body at its place is not. `m`: an index, a size and hashes; the root that
//! RFC 6962 §2.1.1, read literally, makes of them is the only one that is accepted, and none if their
//! number is not exact. Else a checkpoint: size and root are those of its second and third line.
#![no_main]

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::TrustedRoot;
use countersign::fuzzing::{checkpoint, includes, log_entry};
use countersign::sigstore::LogEvidence;
use countersign_fuzz::{assert_printable, seeds, trust};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

type Hash = [u8; 32];

static ROOT: LazyLock<TrustedRoot> = LazyLock::new(trust::root);

fn init() {
    LazyLock::force(&ROOT);
    seeds::write("log_entry", seeds::log_entries());
    countersign::fuzzing::answer_good();
    let is_good = |seed: &Vec<u8>| log_entry(seed, false, &ROOT).is_ok();
    assert!(seeds::log_entries().iter().any(is_good), "no seed leads anywhere");
}

fn entry(data: &[u8]) {
    for is_early in [false, true] {
        let logged = match log_entry(data, is_early, &ROOT) {
            Ok(logged) => logged,
            Err(error) => {
                assert_printable(&error.to_string());
                continue;
            }
        };
        assert_eq!(logged.integrated_time().is_some(), logged.evidence() != LogEvidence::Proof);
        if logged.evidence() == LogEvidence::Promise {
            continue;
        }
        // What nobody reads may be what nobody else would read.
        let Ok(mut other) = serde_json::from_slice::<Value>(data) else { continue };
        let mut body = STANDARD.decode(other["canonicalizedBody"].as_str().unwrap()).unwrap();
        body.push(b' ');
        other["canonicalizedBody"] = json!(STANDARD.encode(body));
        let refused = log_entry(other.to_string().as_bytes(), is_early, &ROOT).unwrap_err();
        assert_eq!(refused.code(), "ERR_COUNTERSIGN_INCLUSION_PROOF");
    }
}

fn leaf(entry: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(entry).finalize().into()
}

/// The root of which `path` is the audit path of leaf `index`; `None` if its length is another one.
fn root(leaf: Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    if size == 1 {
        return path.is_empty().then_some(leaf);
    }
    let (last, below) = path.split_last()?;
    // The largest power of two smaller than the size.
    let left = 1 << (size - 1).ilog2();
    let parent = |left: &Hash, right: &Hash| {
        Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
    };
    match index < left {
        true => root(leaf, index, left, below).map(|hash| parent(&hash, last)),
        false => root(leaf, index - left, size - left, below).map(|hash| parent(last, &hash)),
    }
}

fn inclusion(data: &[u8]) {
    let (Some(index), Some(size)) = (data.first_chunk::<8>(), data.get(8..).and_then(<[u8]>::first_chunk::<8>)) else {
        return;
    };
    let (index, size) = (u64::from_be_bytes(*index), u64::from_be_bytes(*size));
    let path: Vec<Hash> = data[16..].chunks_exact(32).map(|hash| hash.try_into().unwrap()).collect();
    let entry = b"an entry";
    let expected = if index < size { root(leaf(entry), index, size, &path) } else { None };
    match expected {
        Some(mut root) => {
            assert!(includes(entry, index, size, &path, &root));
            assert!(!includes(b"another", index, size, &path, &root));
            root[31] ^= 1;
            assert!(!includes(entry, index, size, &path, &root));
        }
        None => assert!(!includes(entry, index, size, &path, &leaf(entry))),
    }
}

fuzz_target!(init: init(), |data: &[u8]| {
    match (data.first(), core::str::from_utf8(data)) {
        (Some(b'{'), _) => entry(data),
        (Some(b'm'), _) => inclusion(&data[1..]),
        (_, Ok(text)) => match checkpoint(text, &ROOT) {
            Ok((size, root)) => {
                let lines: Vec<&str> = text.split('\n').take(3).collect();
                assert_eq!(lines[1..], [size.to_string(), STANDARD.encode(root)]);
            }
            Err(error) => assert_printable(&error.to_string()),
        },
        _ => {}
    }
});
