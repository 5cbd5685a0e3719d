//! TL: the checkpoint of a Rekor v2 log.

use crate::bundle_question::{ARTIFACT, BundleQuestion, message_v2};
use crate::support::Miniature;
use crate::support::checkpoint::{Checkpoint, NoteSignature};
use crate::support::keys::{Key, b64, note_id, unb64};

/// The code where the log signed a checkpoint that was changed before.
#[track_caller]
fn signed(change: impl FnOnce(&mut Checkpoint) + 'static) -> &'static str {
    message_v2(|a| a.checkpoint(change)).code()
}

/// The code where the signed checkpoint was changed.
#[track_caller]
fn written(change: impl FnOnce(&str) -> String + 'static) -> &'static str {
    message_v2(|a| {
        a.checkpoint_text(|text| {
            let other = change(text);
            assert_ne!(&other, text);
            *text = other;
        })
    })
    .code()
}

#[test]
fn tl_61_notes_of_another_form() {
    let changes: [fn(&str) -> String; 9] = [
        |_| String::new(),
        |t| t.replace("\n\n", "\n"),
        |t| t.replace("\n\n", "\n\n\n"),
        |t| t.replace('\n', "\r\n"),
        |t| t.trim_end().into(),
        |t| format!("{t}\n"),
        |t| format!("\n{t}"),
        |t| t.replace('\u{2014}', "-"),
        |t| t[..t.find('\u{2014}').unwrap()].into(),
    ];
    for change in changes {
        assert_eq!(written(change), "CHECKPOINT_MALFORMED");
    }
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
    assert_eq!(signed(|c| c.origin.clear()), "CHECKPOINT_MALFORMED");
}

#[test]
fn tl_63_tl_64_sizes_and_roots_in_another_spelling() {
    for size in ["07", "+7", "-7", "0x7", " 7", "7 ", "7.0", "\u{ff17}", "18446744073709551616", ""] {
        assert_eq!(signed(|c| c.size = size.into()), "CHECKPOINT_MALFORMED", "{size:?}");
    }
    for respell in [
        |root: &str| root.trim_end_matches('=').into(),
        |root: &str| b64(&unb64(root)[1..]),
        |root: &str| b64([&unb64(root)[..], &[0]].concat()),
        |root: &str| hex::encode(unb64(root)),
        |_: &str| String::new(),
    ] as [fn(&str) -> String; 5]
    {
        assert_eq!(signed(move |c| c.root = respell(&c.root)), "CHECKPOINT_MALFORMED");
    }
}

#[test]
fn tl_65_the_origin_is_the_entrys_own_log() {
    let sigstore = Miniature::rekor_v2().sigstore;
    for other in [0, 1, 3].map(|n: usize| sigstore.rekors[n].clone()) {
        let origin = other.origin();
        assert_eq!(signed(move |c| c.origin = origin), "CHECKPOINT_UNSIGNED");
        // A genuine checkpoint of the other log, over the same tree.
        let whole = other.clone();
        let of_other = move |c: &mut Checkpoint| {
            c.origin = whole.origin();
            c.signatures = vec![NoteSignature::new(&whole.name, &whole.key)];
        };
        assert_eq!(signed(of_other), "CHECKPOINT_UNSIGNED");
        // The other log's signature under this log's origin.
        let (name, key) = (other.name.clone(), other.key.clone());
        assert_eq!(signed(move |c| c.signatures = vec![NoteSignature::new(&name, &key)]), "CHECKPOINT_UNSIGNED");
        // And the entry named as the other log's, with this log's checkpoint.
        let id = other.log_id();
        let question = message_v2(|a| a.entry(|e| e.log_id = id));
        assert_eq!(question.code(), "CHECKPOINT_UNSIGNED");
    }
    for origin in ["log2025-1.rekor.sigstore.example.evil", "LOG2025-1.rekor.sigstore.example", "2025-1"] {
        assert_eq!(signed(move |c| c.origin = origin.into()), "CHECKPOINT_UNSIGNED", "{origin}");
    }
}

#[test]
fn tl_66_name_hint_and_signature_are_the_logs() {
    assert_eq!(signed(|c| c.signatures[0].hint = vec![1, 2, 3, 4]), "CHECKPOINT_UNSIGNED");
    assert_eq!(signed(|c| c.signatures[0].name = "rekor.evil.example".into()), "CHECKPOINT_UNSIGNED");
    assert_eq!(signed(|c| c.signatures[0].key = Key::ed25519("evil")), "CHECKPOINT_SIGNATURE");
    assert_eq!(written(|t| t.replacen("\n7\n", "\n8\n", 1)), "CHECKPOINT_SIGNATURE");
    assert_eq!(written(|t| t.replacen("\n\n", "\nadded\n\n", 1)), "CHECKPOINT_SIGNATURE");
    // A signature of the right form and length by a key of another type.
    assert_eq!(signed(|c| c.signatures[0].key = Key::p256("evil")), "CHECKPOINT_SIGNATURE");
    assert_eq!(signed(|c| c.signatures[0].signature = Some(vec![0; 64])), "CHECKPOINT_SIGNATURE");
}

#[test]
fn tl_66_the_hint_of_another_key_type() {
    let sigstore = Miniature::rekor_v2().sigstore;
    let [ed25519, p256] = [2, 3].map(|n: usize| sigstore.rekors[n].clone());
    let (name, key) = (ed25519.name.clone(), ed25519.key.clone());
    for hint in [
        // As an ECDSA key has it; as a witness has it; without the name.
        key.log_id(),
        note_id(&name, 4, &key.public()),
        note_id("", 1, &key.public()),
        note_id(&name, 1, &key.spki()),
    ] {
        assert_eq!(signed(move |c| c.signatures[0].hint = hint[..4].to_vec()), "CHECKPOINT_UNSIGNED");
    }
    for kind in [1, 2] {
        let hint = note_id(&p256.name, kind, &p256.key.public())[..4].to_vec();
        let log = p256.clone();
        let question = message_v2(|a| a.logged_by(log).checkpoint(|c| c.signatures[0].hint = hint));
        assert_eq!(question.code(), "CHECKPOINT_UNSIGNED");
    }
}

#[test]
fn tl_66_a_checkpoint_key_id_of_its_own() {
    let mini = Miniature::rekor_v2();
    let root = mini.trusted_root().with(|r| r.tlogs[2].checkpoint_key_id = Some(vec![9; 32]));
    let question = |hint: Vec<u8>| message_v2(|a| a.checkpoint(|c| c.signatures[0].hint = hint)).trusting(&root);
    question(vec![9; 4]).accepted();
    assert_eq!(message_v2(|a| a).trusting(&root).code(), "CHECKPOINT_UNSIGNED");
}

fn witness(n: u64) -> NoteSignature {
    NoteSignature::cosignature(&format!("witness.example/w{n}"), &Key::ed25519("witness"), 1_772_366_400 + n)
}

#[test]
fn tl_67_cosigned_by_witnesses() {
    message_v2(|a| a.checkpoint(|c| c.signatures.push(witness(1)))).accepted();
    message_v2(|a| a.checkpoint(|c| c.signatures.splice(0..0, (1..5).map(witness)).for_each(drop))).accepted();
    // A witness's line may hold anything.
    let broken = NoteSignature { signature: Some(vec![0; 72]), ..witness(1) };
    message_v2(|a| a.checkpoint(|c| c.signatures.push(broken))).accepted();
    // The log's name with another key's hint is another signer's line.
    let namesake = |c: &mut Checkpoint| c.signatures.push(NoteSignature::new(&c.origin.clone(), &Key::p256("second")));
    message_v2(|a| a.checkpoint(namesake)).accepted();
    assert_eq!(signed(|c| c.signatures = (1..5).map(witness).collect()), "CHECKPOINT_UNSIGNED");
    // The log as its own witness: it signed another text.
    let own = Miniature::rekor_v2().sigstore.rekors[2].clone();
    let as_witness = NoteSignature::cosignature(&own.name, &own.key, 1_772_366_400);
    assert_eq!(signed(|c| c.signatures = vec![as_witness]), "CHECKPOINT_UNSIGNED");
}

#[test]
fn tl_69_too_much_of_a_note() {
    message_v2(|a| a.checkpoint(|c| c.signatures.extend((0..99).map(witness)))).accepted();
    assert_eq!(signed(|c| c.signatures.extend((0..100).map(witness))), "LIMIT_EXCEEDED");
    assert_eq!(signed(|c| c.extensions.push("x".repeat(16 << 10))), "LIMIT_EXCEEDED");
}

#[test]
fn tl_70_a_bad_line_by_the_log_beside_a_good_one() {
    for (place, bad) in [(0, 0), (1, 0), (0, 0xff), (1, 0xff)] {
        let beside = move |c: &mut Checkpoint| {
            let bad = NoteSignature { signature: Some(vec![bad; 64]), ..c.signatures[0].clone() };
            c.signatures.insert(place, bad);
        };
        assert_eq!(signed(beside), "CHECKPOINT_SIGNATURE");
    }
    message_v2(|a| a.checkpoint(|c| c.signatures.push(c.signatures[0].clone()))).accepted();
}

#[test]
fn tl_71_a_checkpoint_of_another_tree() {
    let mini = Miniature::rekor_v2();
    let other = mini.message(b"another artifact\n").rekor_v2().mint().entry;
    let other = other["inclusionProof"]["checkpoint"].clone();
    let borrowed = other.clone();
    assert_eq!(message_v2(|a| a.proof(|p| p["checkpoint"] = borrowed)).code(), "INCLUSION_PROOF");
    // And the whole proof of the other entry.
    let entry = mini.message(b"another artifact\n").rekor_v2().mint().entry["inclusionProof"].clone();
    let question = message_v2(|a| a.entry_json(|e| e["inclusionProof"] = entry));
    assert_eq!(question.code(), "INCLUSION_PROOF");
}

#[test]
fn tl_72_tl_73_extension_lines_mean_nothing() {
    for lines in [vec!["Timestamp: 1772366402"], vec!["log2025-1.rekor.sigstore.example", "999", "AAAA"]] {
        let lines: Vec<String> = lines.into_iter().map(String::from).collect();
        message_v2(|a| a.checkpoint(|c| c.extensions = lines)).accepted();
    }
    // A second header before the first one's lines: size and root are the second and third line.
    let header = |c: &mut Checkpoint| {
        c.extensions = vec![c.size.clone(), c.root.clone()];
        (c.size, c.root) = ("9".into(), b64([7; 32]));
    };
    assert_eq!(signed(header), "INCLUSION_PROOF");
}

#[test]
fn tl_65_names_with_a_port() {
    // As conformance has it: the port is part of the address, and of the checkpoint, or of neither.
    let mini = Miniature::rekor_v2();
    let bundle = mini.message(ARTIFACT).rekor_v2().bundle();
    let root = mini.trusted_root().with(|r| r.tlogs[2].base_url += ":8443/api");
    let question = BundleQuestion::new(&mini, &bundle).trusting(&root);
    question.accepted();
    let elsewhere = |origin: String| {
        let bundle = mini.message(ARTIFACT).rekor_v2().checkpoint(|c| c.origin = origin).bundle();
        BundleQuestion::new(&mini, &bundle).trusting(&root)
    };
    let name = mini.sigstore.rekors[2].name.clone();
    elsewhere(format!("{name}:8443")).accepted();
    assert_eq!(elsewhere(format!("{name}:8444")).code(), "CHECKPOINT_UNSIGNED");
}
