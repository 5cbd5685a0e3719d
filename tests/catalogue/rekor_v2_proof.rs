//! TL: inclusion proofs of Rekor v2, of which the signed checkpoint alone states size and root.

use serde_json::{Value, json};

use crate::bundle_question::{ARTIFACT, message_v2};
use crate::support::Miniature;
use crate::support::attestation::Attestation;
use crate::support::keys::{Hash, b64, unb64};

fn refused(change: impl FnOnce(Attestation<'static>) -> Attestation<'static>) -> &'static str {
    message_v2(change).code()
}

fn flipped(hash: &Value, byte: usize) -> Value {
    let mut bytes = unb64(hash.as_str().unwrap());
    bytes[byte] ^= 1;
    json!(b64(bytes))
}

#[test]
fn tl_50_tl_51_the_hashes() {
    let changes: [fn(&mut Vec<Value>); 9] = [
        |h| h[0] = flipped(&h[0], 0),
        |h| h[1] = flipped(&h[1], 31),
        |h| h[2] = flipped(&h[2], 16),
        |h| drop(h.pop()),
        |h| drop(h.remove(0)),
        Vec::clear,
        |h| h.push(h[0].clone()),
        |h| h.insert(0, h[0].clone()),
        |h| h.swap(0, 1),
    ];
    for change in changes {
        assert_eq!(refused(|a| a.proof(move |p| change(p["hashes"].as_array_mut().unwrap()))), "INCLUSION_PROOF");
    }
}

#[test]
fn tl_52_tl_53_hashes_of_another_length_and_too_many() {
    for length in [0, 31, 33] {
        assert_eq!(refused(|a| a.proof(move |p| p["hashes"][0] = json!(b64(vec![7; length])))), "LOG_ENTRY_MALFORMED");
    }
    let many = |count: usize| move |p: &mut Value| p["hashes"] = json!(vec![b64([7; 32]); count]);
    assert_eq!(refused(|a| a.proof(many(64))), "INCLUSION_PROOF");
    assert_eq!(refused(|a| a.proof(many(65))), "LIMIT_EXCEEDED");
}

#[test]
fn tl_54_tl_55_indices_and_sizes() {
    // The checkpoint's size, which the log signed, and it alone.
    for size in ["0", "4", "5", "16", "9223372036854775807", "9223372036854775808", "18446744073709551615"] {
        assert_eq!(refused(|a| a.checkpoint(|c| c.size = size.into())), "INCLUSION_PROOF", "{size}");
    }
    // The entry's index.
    for index in [0, 3, 5, 7, i64::MAX] {
        assert_eq!(refused(|a| a.entry(move |e| e.log_index = index)), "INCLUSION_PROOF", "{index}");
    }
    assert_eq!(refused(|a| a.entry(|e| e.log_index = -1)), "BUNDLE_MALFORMED");
}

#[test]
fn tl_56_every_place_in_every_small_tree() {
    for size in 1..=9 {
        for position in 0..size {
            message_v2(|a| a.plan(move |p| (p.position, p.tree_size) = (position, size))).accepted();
        }
    }
}

#[test]
fn tl_57_tl_58_tl_60_what_stands_beside_the_checkpoint_counts_for_nothing() {
    let other: [(&str, Value); 5] = [
        ("rootHash", json!(b64([7; 32]))),
        ("treeSize", json!("9")),
        ("treeSize", json!("0")),
        ("logIndex", json!("0")),
        ("logIndex", json!("9223372036854775807")),
    ];
    for (member, value) in other {
        message_v2(|a| a.proof(move |p| p[member] = value)).accepted();
    }
    for member in ["rootHash", "treeSize", "logIndex"] {
        message_v2(|a| a.proof(move |p| drop(p.as_object_mut().unwrap().remove(member)))).accepted();
    }
    assert_eq!(refused(|a| a.proof(|p| p["rootHash"] = json!("AAAA"))), "LOG_ENTRY_MALFORMED");
    assert_eq!(refused(|a| a.proof(|p| p["treeSize"] = json!("-7"))), "BUNDLE_MALFORMED");
    // Where they agree with each other and the checkpoint says otherwise, the checkpoint holds.
    assert_eq!(refused(|a| a.checkpoint(|c| c.root = b64([7; 32]))), "INCLUSION_PROOF");
    let alone = |e: &mut Value| {
        e["logIndex"] = json!("0");
        e["inclusionProof"]["logIndex"] = json!("4");
    };
    assert_eq!(refused(|a| a.entry_json(alone)), "INCLUSION_PROOF");
}

#[test]
fn tl_59_a_leaf_without_its_prefix() {
    let body = Miniature::rekor_v2().message(ARTIFACT).rekor_v2().mint().body;
    let root = b64(Hash::Sha256.of(&body));
    let code = refused(|a| a.plan(|p| (p.position, p.tree_size) = (0, 1)).checkpoint(|c| c.root = root));
    assert_eq!(code, "INCLUSION_PROOF");
}
