//! TL-50 to TL-80: inclusion proofs, and the checkpoints that they lead to.

use serde_json::{Value, json};

use crate::question::{accepted, octo, provenance_in, provenance_with, publish_with, refused};
use crate::support::Miniature;
use crate::support::bundle::Era;
use crate::support::checkpoint::{Checkpoint, NoteSignature};
use crate::support::keys::{Hash, Key, b64, unb64};

/// Flips one bit of a base64 text.
fn flipped(text: &Value, byte: usize) -> Value {
    let mut bytes = unb64(text.as_str().unwrap());
    bytes[byte] ^= 1;
    json!(b64(bytes))
}

#[test]
fn tl_50_a_flipped_bit_in_a_hash() {
    for (hash, byte) in [(0, 0), (0, 31), (1, 7), (2, 16)] {
        let flip = move |p: &mut Value| p["hashes"][hash] = flipped(&p["hashes"][hash], byte);
        assert_eq!(refused(|a| a.proof(flip)), "INCLUSION_PROOF", "{hash} {byte}");
        assert_eq!(publish_with(|a| a.proof(flip)).code(), "INCLUSION_PROOF", "{hash} {byte}");
    }
}

#[test]
fn tl_51_hashes_missing_added_or_moved() {
    let changes: [fn(&mut Vec<Value>); 6] = [
        |h| drop(h.pop()),
        |h| drop(h.remove(0)),
        Vec::clear,
        |h| h.push(h[0].clone()),
        |h| h.insert(0, h[0].clone()),
        |h| h.swap(0, 1),
    ];
    for change in changes {
        assert_eq!(refused(|a| a.proof(|p| change(p["hashes"].as_array_mut().unwrap()))), "INCLUSION_PROOF");
    }
    let missing = |p: &mut Value| drop(p.as_object_mut().unwrap().remove("hashes"));
    assert_eq!(refused(|a| a.proof(missing)), "INCLUSION_PROOF");
}

#[test]
fn tl_52_hashes_of_another_length() {
    for length in [0, 31, 33] {
        for member in ["rootHash", "hashes"] {
            let other = json!(b64(vec![7; length]));
            let change = |p: &mut Value| {
                if member == "hashes" { p["hashes"][0] = other } else { p[member] = other }
            };
            assert_eq!(refused(|a| a.proof(change)), "LOG_ENTRY_MALFORMED", "{member} {length}");
        }
    }
}

#[test]
fn tl_53_sixty_five_hashes() {
    let many = |count: usize| move |p: &mut Value| p["hashes"] = json!(vec![b64([7; 32]); count]);
    assert_eq!(refused(|a| a.proof(many(64))), "INCLUSION_PROOF");
    assert_eq!(refused(|a| a.proof(many(65))), "LIMIT_EXCEEDED");
}

/// The code where both the proof and the signed checkpoint say that the tree has this size.
#[track_caller]
fn tree_size(size: &'static str) -> &'static str {
    refused(|a| a.checkpoint(|c| c.size = size.into()).proof(|p| p["treeSize"] = json!(size)))
}

#[test]
fn tl_54_indices_outside_the_tree() {
    assert_eq!(tree_size("0"), "INCLUSION_PROOF");
    assert_eq!(tree_size("4"), "INCLUSION_PROOF");
    for (index, code) in [("7", "INCLUSION_PROOF"), ("3", "INCLUSION_PROOF"), ("-1", "BUNDLE_MALFORMED")] {
        assert_eq!(refused(|a| a.proof(|p| p["logIndex"] = json!(index))), code, "{index}");
    }
    assert_eq!(refused(|a| a.proof(|p| p["treeSize"] = json!("-7"))), "BUNDLE_MALFORMED");
}

#[test]
fn tl_55_the_largest_numbers() {
    assert_eq!(tree_size("9223372036854775807"), "INCLUSION_PROOF");
    assert_eq!(tree_size("9223372036854775808"), "BUNDLE_MALFORMED");
    let last = |p: &mut Value| p["logIndex"] = json!("9223372036854775807");
    assert_eq!(refused(|a| a.proof(last)), "INCLUSION_PROOF");
}

#[test]
fn tl_56_every_place_in_every_small_tree() {
    for size in 1..=9 {
        for position in 0..size {
            accepted(&provenance_with(|a| a.tree(|t| t.place(position, size))));
        }
    }
}

#[test]
fn tl_57_tl_58_the_proof_is_of_the_checkpoints_tree() {
    assert_eq!(refused(|a| a.proof(|p| p["rootHash"] = flipped(&p["rootHash"], 0))), "CHECKPOINT_MISMATCH");
    assert_eq!(refused(|a| a.proof(|p| p["treeSize"] = json!("8"))), "CHECKPOINT_MISMATCH");
    assert_eq!(refused(|a| a.checkpoint(|c| c.size = "8".into())), "CHECKPOINT_MISMATCH");
    assert_eq!(refused(|a| a.checkpoint(|c| c.root = b64([7; 32]))), "CHECKPOINT_MISMATCH");
}

#[test]
fn tl_59_a_leaf_without_its_prefix() {
    let body = Miniature::new().provenance(&octo()).mint().body;
    let root = b64(Hash::Sha256.of(&body));
    let stated = root.clone();
    let code = refused(|a| {
        let alone = a.tree(|t| t.place(0, 1)).checkpoint(|c| c.root = root);
        alone.proof(|p| p["rootHash"] = json!(stated))
    });
    assert_eq!(code, "INCLUSION_PROOF");
}

#[test]
fn tl_60_the_index_over_all_shards_is_another() {
    let evidence = accepted(&provenance_with(|a| a));
    assert_eq!(evidence.provenance().unwrap().log().index(), Some(100_000_004));
    let global = |p: &mut Value| p["logIndex"] = json!("100000004");
    assert_eq!(refused(|a| a.proof(global)), "INCLUSION_PROOF");
}

/// The code where the log signed a checkpoint that was changed before.
#[track_caller]
fn signed(change: impl FnOnce(&mut Checkpoint)) -> &'static str {
    refused(|a| a.checkpoint(change))
}

/// The code where the note was changed after it was signed.
#[track_caller]
fn written(change: impl FnOnce(&str) -> String) -> &'static str {
    refused(|a| {
        a.checkpoint_text(|text| {
            let other = change(text);
            assert_ne!(*text, other, "nothing was changed");
            *text = other;
        })
    })
}

#[test]
fn tl_61_notes_of_another_form() {
    let missing = |p: &mut Value| drop(p.as_object_mut().unwrap().remove("checkpoint"));
    assert_eq!(refused(|a| a.proof(missing)), "MISSING_INCLUSION_PROOF");
    assert_eq!(refused(|a| a.proof(|p| p["checkpoint"] = json!({}))), "CHECKPOINT_MALFORMED");
    assert_eq!(written(|_| String::new()), "CHECKPOINT_MALFORMED");
    assert_eq!(written(|t| t.replace("\n\n", "\n")), "CHECKPOINT_MALFORMED");
    assert_eq!(written(|t| t.replace("\n\n", "\n\n\n")), "CHECKPOINT_MALFORMED");
    assert_eq!(written(|t| t.replace('\n', "\r\n")), "CHECKPOINT_MALFORMED");
    for hidden in ["x\r", "x\ty", "\u{1b}[2J"] {
        assert_eq!(signed(|c| c.extensions.push(hidden.into())), "CHECKPOINT_MALFORMED", "{hidden:?}");
    }
    assert_eq!(written(|t| t.trim_end().into()), "CHECKPOINT_MALFORMED");
    assert_eq!(written(|t| format!("{t}\n")), "CHECKPOINT_MALFORMED");
    assert_eq!(written(|t| t.split_inclusive("\n\n").next().unwrap().into()), "CHECKPOINT_MALFORMED");
}

#[test]
fn tl_62_a_line_is_missing() {
    for line in 0..3 {
        let without = move |t: &str| {
            let mut lines: Vec<&str> = t.split_inclusive('\n').collect();
            lines.remove(line);
            lines.concat()
        };
        assert_eq!(written(without), "CHECKPOINT_MALFORMED", "{line}");
    }
    assert_eq!(signed(|c| c.origin = String::new()), "CHECKPOINT_MALFORMED");
}

#[test]
fn tl_63_sizes_in_another_spelling() {
    for size in ["07", "+7", "-7", "0x7", " 7", "7 ", "7.0", "\u{ff17}", "18446744073709551616", ""] {
        assert_eq!(signed(|c| c.size = size.into()), "CHECKPOINT_MALFORMED", "{size:?}");
    }
}

#[test]
fn tl_64_roots_in_another_spelling() {
    for respell in [
        |root: &str| root.trim_end_matches('=').into(),
        |root: &str| root.replace('=', "A="),
        |root: &str| b64(&unb64(root)[1..]),
        |root: &str| b64([&unb64(root)[..], &[0]].concat()),
        |root: &str| hex::encode(unb64(root)),
        |root: &str| format!("{root} "),
        |_: &str| String::new(),
    ] as [fn(&str) -> String; 7]
    {
        assert_eq!(signed(move |c| c.root = respell(&c.root)), "CHECKPOINT_MALFORMED");
    }
}

#[test]
fn tl_65_the_origin_is_the_entrys_own_log() {
    let other = Miniature::new().sigstore.rekors[1].clone();
    let origin = other.origin();
    assert_eq!(signed(|c| c.origin = origin), "CHECKPOINT_UNSIGNED");
    // A genuine checkpoint of the other log.
    let whole = other.clone();
    let code = signed(move |c| {
        c.origin = whole.origin();
        c.signatures = vec![NoteSignature::new(&whole.name, &whole.key)];
    });
    assert_eq!(code, "CHECKPOINT_UNSIGNED");
    // The other log's signature under this log's origin.
    let by_other = move |c: &mut Checkpoint| c.signatures = vec![NoteSignature::new(&other.name, &other.key)];
    assert_eq!(signed(by_other), "CHECKPOINT_UNSIGNED");
    for origin in ["rekor.sigstore.example.evil - 1", "evil", "rekor.sigstore.example - x"] {
        assert_eq!(signed(|c| c.origin = origin.into()), "CHECKPOINT_UNSIGNED", "{origin}");
    }
}

#[test]
fn tl_66_name_hint_and_signature_are_the_logs() {
    assert_eq!(signed(|c| c.signatures[0].hint = vec![1, 2, 3, 4]), "CHECKPOINT_UNSIGNED");
    assert_eq!(signed(|c| c.signatures[0].name = "rekor.evil.example".into()), "CHECKPOINT_UNSIGNED");
    assert_eq!(signed(|c| c.signatures[0].key = Key::p256("evil")), "CHECKPOINT_SIGNATURE");
    let of_entry_log = Miniature::new().sigstore.rekors[1].key.clone();
    assert_eq!(signed(|c| c.signatures[0].key = of_entry_log), "CHECKPOINT_SIGNATURE");
    assert_eq!(written(|t| t.replacen("\n7\n", "\n8\n", 1)), "CHECKPOINT_SIGNATURE");
    let publish = publish_with(|a| a.checkpoint(|c| c.signatures[0].key = Key::p256("evil")));
    assert_eq!(publish.code(), "CHECKPOINT_SIGNATURE");
    let older =
        provenance_in(&Miniature::new(), Era::Jun2024, |a| a.checkpoint(|c| c.signatures[0].key = Key::p256("evil")));
    assert_eq!(older.code(), "CHECKPOINT_SIGNATURE");
}

fn witness() -> NoteSignature {
    NoteSignature::new("witness.example/w1", &Key::p256("witness"))
}

#[test]
fn tl_67_lines_by_others() {
    accepted(&provenance_with(|a| a.checkpoint(|c| c.signatures.push(witness()))));
    accepted(&provenance_with(|a| a.checkpoint(|c| c.signatures.insert(0, witness()))));
    accepted(&provenance_with(|a| a.checkpoint(|c| c.signatures.push(c.signatures[0].clone()))));
    // A line by others may hold anything.
    let broken = NoteSignature { signature: Some(vec![0; 64]), ..witness() };
    accepted(&provenance_with(|a| a.checkpoint(|c| c.signatures.push(broken))));
    assert_eq!(signed(|c| c.signatures = vec![witness()]), "CHECKPOINT_UNSIGNED");
}

#[test]
fn tl_68_lines_in_another_form() {
    for (from, to) in [
        ("\u{2014} ", "- "),
        ("\u{2014} ", "\u{2013} "),
        ("\u{2014} ", "\u{2014}"),
        ("\u{2014} rekor.sigstore.example ", "\u{2014}  "),
        ("\u{2014} rekor.", "\u{2014} rekor+"),
        ("\u{2014} rekor.", "\u{2014} rekor\u{a0}"),
        ("example ", "example  "),
    ] {
        let change = move |t: &str| {
            let (text, line) = t.split_once("\n\n").unwrap();
            format!("{text}\n\n{}", line.replacen(from, to, 1))
        };
        assert_eq!(written(change), "CHECKPOINT_MALFORMED", "{to}");
    }
}

#[test]
fn tl_69_too_much_of_a_note() {
    let witnesses = |count: usize| move |c: &mut Checkpoint| c.signatures.extend(vec![witness(); count]);
    accepted(&provenance_with(|a| a.checkpoint(witnesses(99))));
    assert_eq!(signed(witnesses(100)), "LIMIT_EXCEEDED");
    assert_eq!(signed(|c| c.extensions.push("x".repeat(16 << 10))), "LIMIT_EXCEEDED");
}

#[test]
fn tl_69_signatures_by_the_log_itself() {
    let beside = |count: u8| {
        move |c: &mut Checkpoint| {
            let other = |n| NoteSignature { signature: Some(vec![n; 70]), ..c.signatures[0].clone() };
            let others: Vec<_> = (0..count).map(other).collect();
            c.signatures.extend(others);
        }
    };
    // Counted before one of them is verified.
    assert_eq!(signed(beside(1)), "CHECKPOINT_SIGNATURE");
    assert_eq!(signed(beside(2)), "LIMIT_EXCEEDED");
    // Both forms of one signature.
    let twin = |c: &mut Checkpoint| {
        let other = c.signatures[0].key.sign_other_s(c.body().as_bytes());
        c.signatures.push(NoteSignature { signature: Some(other), ..c.signatures[0].clone() });
    };
    accepted(&provenance_with(|a| a.checkpoint(twin)));
}

#[test]
fn tl_70_a_bad_line_by_the_log_beside_a_good_one() {
    // Whichever is first, as they stand or as they sort.
    for (place, bad) in [(0, vec![0]), (1, vec![0]), (0, vec![0xff; 70]), (1, vec![0xff; 70])] {
        let beside = |c: &mut Checkpoint| {
            let bad = NoteSignature { signature: Some(bad), ..c.signatures[0].clone() };
            c.signatures.insert(place, bad);
        };
        assert_eq!(signed(beside), "CHECKPOINT_SIGNATURE");
    }
}

#[test]
fn tl_60_a_proof_that_does_not_say_where() {
    // Beside Rekor v1's checkpoint stand index, size and root, and nothing else is put in their place.
    for member in ["logIndex", "treeSize", "rootHash"] {
        let without = |p: &mut Value| drop(p.as_object_mut().unwrap().remove(member));
        assert_eq!(refused(|a| a.proof(without)), "LOG_ENTRY_MALFORMED", "{member}");
        assert_eq!(refused(|a| a.proof(|p| p[member] = Value::Null)), "LOG_ENTRY_MALFORMED", "{member}");
    }
}

#[test]
fn tl_71_a_checkpoint_of_another_tree() {
    let other = b64([7; 32]);
    let (signed_root, stated) = (other.clone(), other);
    let code = refused(|a| {
        let of_other = a.checkpoint(|c| (c.size, c.root) = ("8".into(), signed_root));
        of_other.proof(|p| (p["treeSize"], p["rootHash"]) = (json!("8"), json!(stated)))
    });
    assert_eq!(code, "INCLUSION_PROOF");
}

#[test]
fn tl_72_tl_73_extension_lines_mean_nothing() {
    for lines in [vec!["Timestamp: 1772366402"], vec!["rekor.sigstore.example - 1", "999", "AAAA"]] {
        let lines: Vec<String> = lines.into_iter().map(String::from).collect();
        accepted(&provenance_with(|a| a.checkpoint(|c| c.extensions = lines)));
    }
    assert_eq!(written(|t| t.replacen("\n\n", "\nadded\n\n", 1)), "CHECKPOINT_SIGNATURE");
}

#[test]
fn tl_80_the_proof_of_another_entry() {
    let mini = Miniature::new();
    let other = mini.provenance(&octo()).payload(|p| p.push(b' ')).mint().entry["inclusionProof"].clone();
    assert_eq!(refused(|a| a.entry_json(|e| e["inclusionProof"] = other)), "INCLUSION_PROOF");
}
