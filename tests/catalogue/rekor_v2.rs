//! TL: entries of Rekor v2, of which a checkpoint is all that the log signs.

use countersign::TrustedRoot;
use countersign::sigstore::LogEvidence;
use serde_json::{Value, json};

use crate::bundle_question::{ARTIFACT, BundleQuestion, message, message_v2, provenance_v2};
use crate::question::octo;
use crate::support::attestation::Attestation;
use crate::support::bundle::V0_1;
use crate::support::envelope::{IN_TOTO, pae};
use crate::support::keys::{Hash, Key, b64, note_id};
use crate::support::log_body::Kind;
use crate::support::plan::leaf_key;
use crate::support::rekor::{Entry, Rekor};
use crate::support::time::NOON;
use crate::support::trusted_root::TrustedRoot as Members;
use crate::support::{Miniature, swap};

fn refused(change: impl FnOnce(Attestation<'static>) -> Attestation<'static>) -> &'static str {
    message_v2(change).code()
}

/// The code where the log recorded, and signed the tree of, a body that says one thing otherwise.
fn recorded(kind: Kind, member: &'static str, change: impl FnOnce(&mut Value) + 'static) -> &'static str {
    provenance_v2(|a| a.kind(kind).body(move |b| change(b.pointer_mut(member).unwrap()))).code()
}

#[test]
fn tl_07_both_kinds_in_logs_of_both_key_types() {
    let mini = Miniature::rekor_v2();
    for n in [2, 3] {
        for kind in [Kind::HashedRekordV2, Kind::DsseV2] {
            let log = mini.sigstore.rekors[n].clone();
            let verified = provenance_v2(|a| a.kind(kind).logged_by(log)).accepted();
            let [entry] = verified.log_entries() else { panic!("one entry") };
            assert_eq!((entry.log_index(), entry.integrated_time()), (Some(4), None));
            assert_eq!(entry.evidence(), LogEvidence::Proof);
            assert_eq!(verified.times().map(|t| t.as_unix()).collect::<Vec<_>>(), [NOON + 1]);
        }
        let log = mini.sigstore.rekors[n].clone();
        message_v2(|a| a.logged_by(log)).accepted();
    }
}

#[test]
fn tl_07_keys_of_every_kind_that_a_log_can_verify() {
    for key in Key::of_every_kind("signer") {
        let pure = matches!(key, Key::Ed25519(_));
        for (kind, bound) in [(Kind::DsseV2, true), (Kind::HashedRekordV2, !pure)] {
            let (leaf, managed) = (key.clone(), key.clone());
            let by_certificate = provenance_v2(|a| a.kind(kind).leaf_key(leaf));
            let by_key = provenance_v2(|a| a.kind(kind).managed_by(managed)).by_key(&key);
            for question in [by_certificate, by_key] {
                match bound {
                    true => drop(question.accepted()),
                    // The log cannot verify it from a digest, and so has no such entry.
                    false => assert_eq!(question.code(), "UNSUPPORTED_LOG_ENTRY"),
                }
            }
        }
    }
}

#[test]
fn tl_01_tl_09_tl_10_entries_of_something_else() {
    let mini = Miniature::rekor_v2();
    let key = || leaf_key(&octo());
    for kind in [Kind::HashedRekordV2, Kind::DsseV2] {
        // The same key signed another payload.
        let other = mini.provenance(&octo()).rekor_v2().kind(kind).payload(|p| p.push(b' '));
        let foreign = other.mint().entry;
        let alone = foreign.clone();
        assert_eq!(provenance_v2(|a| a.kind(kind).entry_json(move |e| *e = alone)).code(), "LOG_MISMATCH");
        assert_eq!(provenance_v2(|a| a.kind(kind).also_logged(foreign)).code(), "LOG_MISMATCH");
    }
    let foreign = mini.message(b"another artifact\n").leaf_key(key()).rekor_v2().mint().entry;
    assert_eq!(refused(|a| a.also_logged(foreign)), "LOG_MISMATCH");
}

#[test]
fn tl_02_tl_06_whoever_signed() {
    let mini = Miniature::rekor_v2();
    // The same key in another certificate.
    let leaf = mini.provenance(&octo()).workflow(|w| w.run_id = "1".into()).mint().leaf.unwrap();
    let other = b64(leaf);
    let der = other.clone();
    let hashed = "/spec/hashedRekordV002/signature/verifier";
    assert_eq!(
        recorded(Kind::HashedRekordV2, hashed, move |v| v["x509Certificate"]["rawBytes"] = json!(der)),
        "LOG_MISMATCH"
    );
    let dsse = "/spec/dsseV002/signatures/0/verifier";
    assert_eq!(recorded(Kind::DsseV2, dsse, move |v| v["x509Certificate"]["rawBytes"] = json!(other)), "LOG_MISMATCH");
    // The certificate's key without the certificate, which names nobody.
    let bare =
        || json!({"keyDetails": "PKIX_ECDSA_P256_SHA_256", "publicKey": {"rawBytes": b64(leaf_key(&octo()).spki())}});
    for (kind, verifier) in [(Kind::HashedRekordV2, hashed), (Kind::DsseV2, dsse)] {
        assert_eq!(recorded(kind, verifier, move |v| *v = bare()), "LOG_MISMATCH");
        for details in ["PKIX_ECDSA_P384_SHA_384", "PKIX_ED25519", "PKIX_ECDSA_P256_HMAC_SHA_256", ""] {
            let code = recorded(kind, verifier, move |v| v["keyDetails"] = json!(details));
            assert_eq!(code, "LOG_MISMATCH", "{details}");
        }
    }
    // A managed key's entry names another key.
    let (key, other) = (Key::p256("managed"), Key::p256("other"));
    let signer = key.clone();
    let question = message_v2(|a| {
        let by_key = a.managed_by(signer);
        by_key.body(move |b| {
            let verifier = &mut b["spec"]["hashedRekordV002"]["signature"]["verifier"];
            verifier["publicKey"]["rawBytes"] = json!(b64(other.spki()));
        })
    });
    assert_eq!(question.by_key(&key).code(), "LOG_MISMATCH");
}

#[test]
fn tl_03_tl_04_the_digest_and_the_signature() {
    let other = || json!(b64([7; 32]));
    let again = || {
        let payload = Miniature::rekor_v2().provenance(&octo()).mint().envelope;
        let signed = pae(&payload.payload_type, &payload.payload);
        json!(b64(leaf_key(&octo()).sign_other_s(&signed)))
    };
    for (kind, digest, signature) in [
        (Kind::HashedRekordV2, "/spec/hashedRekordV002/data/digest", "/spec/hashedRekordV002/signature/content"),
        (Kind::DsseV2, "/spec/dsseV002/payloadHash/digest", "/spec/dsseV002/signatures/0/content"),
    ] {
        assert_eq!(recorded(kind, digest, move |d| *d = other()), "LOG_MISMATCH");
        // Another good signature by the same key over the same payload.
        assert_eq!(recorded(kind, signature, move |s| *s = again()), "LOG_MISMATCH");
    }
}

#[test]
fn tl_08_two_signatures_or_none() {
    let list = "/spec/dsseV002/signatures";
    assert_eq!(recorded(Kind::DsseV2, list, |l| *l = json!([l[0].clone(), l[0].clone()])), "LOG_MISMATCH");
    assert_eq!(recorded(Kind::DsseV2, list, |l| *l = json!([])), "LOG_MISMATCH");
}

#[test]
fn tl_20_bodies_in_other_words() {
    let bodies: [fn(&mut Vec<u8>); 9] = [
        Vec::clear,
        |b| *b = b"no json".to_vec(),
        |b| *b = b"{}".to_vec(),
        |b| *b = [b"[", &b[..], b"]"].concat(),
        |b| b.push(b'\n'),
        |b| b.insert(0, b' '),
        |b| swap(b, "\"kind\":", "\"kind\":\"dsse\",\"kind\":"),
        |b| swap(b, "\"kind\":\"hashedrekord\"", "\"kind\":\"\\u0068ashedrekord\""),
        |b| swap(b, "{\"apiVersion\":", "{\"added\":1,\"apiVersion\":"),
    ];
    // All of them are in the tree as they stand.
    for body in bodies {
        assert_eq!(refused(|a| a.body_bytes(body)), "LOG_MISMATCH");
    }
    assert_eq!(refused(|a| a.entry_json(|e| e["canonicalizedBody"] = json!("%"))), "BUNDLE_MALFORMED");
    assert_eq!(refused(|a| a.entry_json(|e| e["canonicalizedBody"] = Value::Null)), "BUNDLE_MALFORMED");
}

#[test]
fn tl_20_the_body_beside_the_proof_is_the_one_in_the_tree() {
    // What the bundle should have had logged, beside the proof of what was logged.
    let right = message_v2(|a| a).bundle;
    let right: Value = serde_json::from_slice(&right).unwrap();
    let right = right["verificationMaterial"]["tlogEntries"][0]["canonicalizedBody"].clone();
    let code = refused(|a| {
        let other = a.body(|b| b["spec"]["hashedRekordV002"]["data"]["digest"] = json!(b64([7; 32])));
        other.entry_json(|e| e["canonicalizedBody"] = right)
    });
    assert_eq!(code, "INCLUSION_PROOF");
}

#[test]
fn tl_21_kind_beside_the_body_and_in_it() {
    let as_dsse = |e: &mut Entry| e.kind = "dsse".into();
    assert_eq!(provenance_v2(|a| a.entry(as_dsse)).code(), "LOG_MISMATCH");
    assert_eq!(refused(|a| a.entry(as_dsse)), "LOG_MISMATCH");
    let as_hashed = |e: &mut Entry| e.kind = "hashedrekord".into();
    assert_eq!(provenance_v2(|a| a.kind(Kind::DsseV2).entry(as_hashed)).code(), "LOG_MISMATCH");
    assert_eq!(refused(|a| a.body(|b| b["kind"] = json!("dsse"))), "LOG_MISMATCH");
    assert_eq!(refused(|a| a.body(|b| b["apiVersion"] = json!("0.0.1"))), "LOG_MISMATCH");
}

#[test]
fn tl_22_kinds_that_are_not_bound() {
    for (kind, version) in [
        ("hashedrekord", "0.0.3"),
        ("hashedrekord", ""),
        ("HashedRekord", "0.0.2"),
        ("dsse", "0.0.3"),
        ("intoto", "0.0.3"),
        ("rekord", "0.0.2"),
        ("cose", "0.0.2"),
        ("", "0.0.2"),
    ] {
        let code = refused(|a| {
            let stated = a.entry(move |e| (e.kind, e.version) = (kind.into(), version.into()));
            stated.body(move |b| (b["kind"], b["apiVersion"]) = (json!(kind), json!(version)))
        });
        assert_eq!(code, "UNSUPPORTED_LOG_ENTRY", "{kind} {version}");
    }
}

#[test]
fn tl_23_a_body_of_the_other_generation() {
    // Read by the rules of Rekor v1, with a promise for its time.
    let as_v1 = |e: &mut Entry| e.version = "0.0.1".into();
    assert_eq!(message(|a| a.kind(Kind::HashedRekordV2).entry(as_v1)).code(), "LOG_MISMATCH");
    assert_eq!(refused(|a| a.entry(as_v1)), "LOG_MISMATCH");
    // And the other way round.
    let as_v2 = |e: &mut Entry| e.version = "0.0.2".into();
    assert_eq!(refused(|a| a.kind(Kind::HashedRekord).entry(as_v2)), "LOG_MISMATCH");
    assert_eq!(provenance_v2(|a| a.kind(Kind::Dsse).entry(as_v2)).code(), "LOG_MISMATCH");
}

#[test]
fn tl_23_a_kind_in_a_log_that_writes_others() {
    // A shard of Rekor v1: the entry's index counts over all of them, and the tree is of one.
    let older = Miniature::rekor_v2().sigstore.rekors[0].clone();
    let shard = older.clone();
    assert_eq!(refused(|a| a.logged_by(shard)), "INCLUSION_PROOF");
    // Nothing is to be gained by the others: the roots do not say which log is of which generation, what
    // is in the tree is bound by the rules of its kind, and no log but those of v1 makes promises.
    message_v2(|a| a.logged_by(older).entry(|e| e.log_index = 4)).accepted();
    message_v2(|a| a.kind(Kind::HashedRekord)).accepted();
    provenance_v2(|a| a.kind(Kind::Dsse)).accepted();
}

#[test]
fn tl_23_a_promise_where_none_is_made() {
    // The log's key did sign it.
    assert_eq!(refused(|a| a.promise(true)), "LOG_ENTRY_MALFORMED");
    assert_eq!(refused(|a| a.promise(true).entry(|e| e.dated = true)), "LOG_ENTRY_MALFORMED");
    let p256 = Miniature::rekor_v2().sigstore.rekors[3].clone();
    assert_eq!(refused(|a| a.logged_by(p256).promise(true).entry(|e| e.dated = true)), "LOG_ENTRY_MALFORMED");
    let empty = |e: &mut Value| e["inclusionPromise"] = json!({"signedEntryTimestamp": ""});
    assert_eq!(refused(|a| a.entry_json(empty)), "LOG_ENTRY_MALFORMED");
    // The unsigned media type that would ask for one.
    assert_eq!(provenance_v2(|a| a.managed_by(Key::p256("k")).media_type(V0_1)).code(), "MISSING_LOG_PROMISE");
}

#[test]
fn tl_23_no_proof() {
    assert_eq!(refused(|a| a.inclusion(false)), "MISSING_INCLUSION_PROOF");
    let missing = |p: &mut Value| drop(p.as_object_mut().unwrap().remove("checkpoint"));
    assert_eq!(refused(|a| a.proof(missing)), "MISSING_INCLUSION_PROOF");
    assert_eq!(refused(|a| a.proof(|p| p["checkpoint"] = json!({}))), "CHECKPOINT_MALFORMED");
}

#[test]
fn tl_24_the_digest_is_of_the_encoding_and_not_of_the_payload() {
    let payload = Miniature::rekor_v2().provenance(&octo()).mint().envelope.payload;
    let digest = b64(Hash::Sha256.of(&payload));
    let member = "/spec/hashedRekordV002/data/digest";
    assert_eq!(recorded(Kind::HashedRekordV2, member, move |d| *d = json!(digest)), "LOG_MISMATCH");
    let encoding = pae(IN_TOTO, &payload);
    let digest = b64(Hash::Sha256.of(&encoding));
    let member = "/spec/dsseV002/payloadHash/digest";
    assert_eq!(recorded(Kind::DsseV2, member, move |d| *d = json!(digest)), "LOG_MISMATCH");
}

#[test]
fn tl_25_another_hash_algorithm() {
    for (kind, member) in
        [(Kind::HashedRekordV2, "/spec/hashedRekordV002/data"), (Kind::DsseV2, "/spec/dsseV002/payloadHash")]
    {
        for name in ["SHA1", "sha256", "SHA2_384", "SHA3_256", "HASH_ALGORITHM_UNSPECIFIED", ""] {
            let code = recorded(kind, member, move |d| d["algorithm"] = json!(name));
            assert_eq!(code, "LOG_MISMATCH", "{name}");
        }
    }
    // The artifact's true digest, by a hash that the key does not sign with.
    let true_digest = json!({"algorithm": "SHA2_512", "digest": b64(Hash::Sha512.of(ARTIFACT))});
    assert_eq!(refused(|a| a.body(|b| b["spec"]["hashedRekordV002"]["data"] = true_digest)), "LOG_MISMATCH");
}

#[test]
fn tl_33_a_time_that_nobody_signed() {
    // An authority's timestamp is the only time, whatever the entry states.
    for stated in [NOON, NOON + 86_400, 1] {
        let verified = message_v2(|a| a.entry(move |e| (e.dated, e.integrated_time) = (true, stated))).accepted();
        assert_eq!(verified.times().map(|t| t.as_unix()).collect::<Vec<_>>(), [NOON + 1]);
        assert_eq!(verified.log_entries()[0].integrated_time(), None);
    }
    for dated in [false, true] {
        let code = refused(|a| a.plan(|p| p.timestamps.clear()).entry(move |e| e.dated = dated));
        assert_eq!(code, "NO_VERIFIED_TIME");
    }
    let key = Key::p256("managed");
    let question = message_v2(|a| a.managed_by(Key::p256("managed")).plan(|p| p.timestamps.clear()));
    assert_eq!(question.by_key(&key).code(), "NO_VERIFIED_TIME");
}

#[test]
fn tl_34_unknown_logs() {
    let sigstore = Miniature::rekor_v2().sigstore;
    let own = sigstore.rekors[2].log_id();
    for other in [
        vec![0; 32],
        own[..31].to_vec(),
        own[..4].to_vec(),
        [&own[..], &[0]].concat(),
        Vec::new(),
        // The id that a key of another type would have.
        sigstore.rekors[2].key.log_id(),
        sigstore.ct_logs[0].key.log_id(),
    ] {
        assert_eq!(refused(|a| a.entry(|e| e.log_id = other)), "UNKNOWN_LOG");
    }
    let stranger = Rekor::v2(Key::ed25519("stranger"), &sigstore.rekors[2].name);
    assert_eq!(refused(|a| a.logged_by(stranger)), "UNKNOWN_LOG");
}

#[test]
fn tl_34_the_logs_window() {
    let mini = Miniature::rekor_v2();
    let question = |start: &str, end: &str| {
        let root = mini.trusted_root().with(|r| {
            r.tlogs[2].start = Some(start.into());
            r.tlogs[2].end = Some(end.into());
        });
        message_v2(|a| a).trusting(&root)
    };
    // The timestamp is of 2026-03-01T12:00:01Z; both ends count.
    question("2026-03-01T12:00:01Z", "2026-03-01T12:00:01Z").accepted();
    assert_eq!(question("2025-09-23T00:00:00Z", "2026-03-01T12:00:00Z").code(), "LOG_KEY_EXPIRED");
    assert_eq!(question("2026-03-01T12:00:02Z", "2031-01-01T00:00:00Z").code(), "LOG_KEY_EXPIRED");
}

#[test]
fn tl_35_tl_36_logs_that_cannot_be_trusted() {
    let root = || Miniature::rekor_v2().trusted_root();
    let code = |root: Members| {
        TrustedRoot::from_json(root.text().as_bytes()).unwrap_err().code().strip_prefix("ERR_COUNTERSIGN_").unwrap()
    };
    assert_eq!(code(root().with(|r| r.tlogs.push(r.tlogs[2].clone()))), "TRUST_INVALID");
    // A key of another type than is stated; an id that is no digest of the key, or under another name.
    assert_eq!(code(root().with(|r| r.tlogs[2].key_details = "PKIX_ECDSA_P256_SHA_256".into())), "TRUST_INVALID");
    assert_eq!(code(root().with(|r| r.tlogs[3].key_details = "PKIX_ED25519".into())), "TRUST_INVALID");
    assert_eq!(code(root().with(|r| r.tlogs[2].log_id = vec![7; 32])), "TRUST_INVALID");
    assert_eq!(code(root().with(|r| r.tlogs[3].log_id = vec![7; 32])), "TRUST_INVALID");
    assert_eq!(code(root().with(|r| r.tlogs[2].base_url = "https://log2025-9.rekor.example".into())), "TRUST_INVALID");
    // A key of small order, under which one signature is good for many messages.
    let small_order = |r: &mut Members| {
        let at = r.tlogs[2].spki.len() - 32;
        r.tlogs[2].spki[at..].fill(0);
        let name = r.tlogs[2].base_url.trim_start_matches("https://").to_owned();
        r.tlogs[2].log_id = note_id(&name, 1, &[0; 32]);
    };
    assert_eq!(code(root().with(small_order)), "TRUST_INVALID");
}

#[test]
fn tl_34_tl_36_the_other_id_of_an_ed25519_log() {
    // Early roots name one by its SPKI; entries and checkpoints must then do the same.
    let mini = Miniature::rekor_v2();
    let id = mini.sigstore.rekors[2].key.log_id();
    let root = mini.trusted_root().with(|r| r.tlogs[2].log_id = id.clone());
    assert_eq!(message_v2(|a| a).trusting(&root).code(), "UNKNOWN_LOG");
    let entry_id = id.clone();
    let named = message_v2(|a| a.entry(|e| e.log_id = entry_id)).trusting(&root);
    assert_eq!(named.code(), "CHECKPOINT_UNSIGNED");
    let hint = id[..4].to_vec();
    let both = message_v2(|a| a.entry(|e| e.log_id = id).checkpoint(|c| c.signatures[0].hint = hint));
    assert_eq!(both.code(), "UNKNOWN_LOG");
    both.trusting(&root).accepted();
}

#[test]
fn tl_36_logs_of_other_key_types() {
    for key in [Key::p384("log"), Key::p521("log")] {
        let mini = Miniature::rekor_v2().with(|m| m.sigstore.rekors[2].key = key);
        BundleQuestion::new(&mini, &mini.message(ARTIFACT).rekor_v2().bundle()).accepted();
    }
    let mini = Miniature::rekor_v2().with(|m| m.sigstore.rekors[2].key = Key::rsa2048(0));
    let question = BundleQuestion::new(&mini, &mini.message(ARTIFACT).rekor_v2().bundle());
    assert_eq!(question.code(), "UNSUPPORTED_KEY");
}

#[test]
fn tl_11_tl_40_two_entries_of_its_own() {
    let mini = Miniature::rekor_v2();
    for n in [2, 3] {
        let log = mini.sigstore.rekors[n].clone();
        let again = || mini.message(ARTIFACT).rekor_v2().logged_by(log.clone()).plan(|p| p.position = 2);
        let entry = again().mint().entry;
        let verified = message_v2(|a| a.also_logged(entry)).accepted();
        assert_eq!(verified.log_entries().iter().map(|e| e.log_index()).collect::<Vec<_>>(), [Some(4), Some(2)]);
        let broken = again().proof(|p| p["hashes"] = json!([])).mint().entry;
        assert_eq!(refused(|a| a.also_logged(broken)), "INCLUSION_PROOF");
    }
    // One of each generation: the older log states a time as well.
    let older = mini.message(ARTIFACT).mint().entry;
    let verified = message_v2(|a| a.also_logged(older)).accepted();
    assert_eq!(verified.times().map(|t| t.as_unix()).collect::<Vec<_>>(), [NOON + 1, NOON + 2]);
}
