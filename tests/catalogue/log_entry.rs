//! TL-01 to TL-36, TL-81: transparency log entries, what vouches for them, and what they bind.

use countersign::TrustedRoot;
use serde_json::{Value, json};

use crate::question::{accepted, beside, octo, provenance_in, provenance_with, publish_with, refused};
use crate::support::Miniature;
use crate::support::attestation::Minted;
use crate::support::bundle::Era;
use crate::support::checkpoint::NoteSignature;
use crate::support::envelope::{IN_TOTO, pae};
use crate::support::keys::{Key, b64, pem, sha256_hex, unb64};
use crate::support::package::Package;
use crate::support::plan::leaf_key;
use crate::support::trusted_root::TrustedRoot as Members;
use crate::support::{flip, swap};

fn entry(bundle: &mut Value) -> &mut Value {
    &mut bundle["verificationMaterial"]["tlogEntries"][0]
}

fn sound() -> Minted {
    Miniature::new().provenance(&octo()).mint()
}

/// Another certificate for the same key.
fn other_certificate() -> Vec<u8> {
    Miniature::new().provenance(&octo()).certified(|w| w.name = "Other".into()).mint().leaf.unwrap()
}

/// The same payload by the same key, in the other form of the signature.
fn other_signature() -> Vec<u8> {
    leaf_key(&octo()).sign_other_s(&pae(IN_TOTO, &sound().envelope.payload))
}

#[test]
fn tl_01_genuine_entry_of_another_package() {
    let mini = Miniature::new();
    let other = Package::new("other", "1.0.0");
    for era in Era::ALL {
        let foreign = mini.provenance_of(&other, era).mint().entry;
        let spliced = provenance_in(&mini, era, |a| a.json(|b| *entry(b) = foreign));
        assert_eq!(spliced.code(), "LOG_MISMATCH", "{era:?}");
        let foreign = mini.publish_of(&other, era).mint().entry;
        let publish = mini.publish_of(&octo(), era).json(|b| *entry(b) = foreign).mint();
        let spliced = beside(&mini, &publish, &mini.provenance_of(&octo(), era).mint());
        assert_eq!(spliced.code(), "LOG_MISMATCH", "{era:?}");
    }
}

#[test]
fn tl_02_another_certificate_of_the_same_key() {
    let verifier = b64(pem("CERTIFICATE", &other_certificate()));
    assert_eq!(refused(|a| a.body(|b| b["spec"]["signatures"][0]["verifier"] = json!(verifier))), "LOG_MISMATCH");
    // The bare key that signed is not its certificate.
    let verifier = b64(leaf_key(&octo()).pem());
    assert_eq!(refused(|a| a.body(|b| b["spec"]["signatures"][0]["verifier"] = json!(verifier))), "LOG_MISMATCH");
    // For a managed key, another key.
    let verifier = b64(Key::p256("npm key 0").pem());
    let publish = publish_with(|a| a.body(|b| b["spec"]["signatures"][0]["verifier"] = json!(verifier)));
    assert_eq!(publish.code(), "LOG_MISMATCH");
}

#[test]
fn tl_03_another_payload_hash() {
    let other = sha256_hex("other");
    assert_eq!(refused(|a| a.body(|b| b["spec"]["payloadHash"]["value"] = json!(other))), "LOG_MISMATCH");
    let other = sha256_hex("other");
    let publish = publish_with(|a| a.body(|b| b["spec"]["payloadHash"]["value"] = json!(other)));
    assert_eq!(publish.code(), "LOG_MISMATCH");
}

#[test]
fn tl_04_another_signature() {
    let other = b64(other_signature());
    assert_eq!(refused(|a| a.body(|b| b["spec"]["signatures"][0]["signature"] = json!(other))), "LOG_MISMATCH");
}

/// The code for a provenance of 2024, whose intoto entry was changed before it was logged.
#[track_caller]
fn intoto(change: impl FnOnce(&mut Value)) -> &'static str {
    let mini = Miniature::new();
    provenance_in(&mini, Era::Jun2024, |a| a.body(|b| change(&mut b["spec"]["content"]))).code()
}

#[test]
fn tl_05_intoto_with_another_payload_hash() {
    assert_eq!(intoto(|c| c["payloadHash"]["value"] = json!(sha256_hex("other"))), "LOG_MISMATCH");
}

#[test]
fn tl_06_intoto_with_another_signature_key_or_type() {
    let mini = Miniature::new();
    let sound = mini.provenance_of(&octo(), Era::Jun2024).mint();
    let signature = leaf_key(&octo()).sign_other_s(&pae(IN_TOTO, &sound.envelope.payload));
    assert_eq!(intoto(|c| c["envelope"]["signatures"][0]["sig"] = json!(b64(b64(signature)))), "LOG_MISMATCH");
    let key = b64(pem("CERTIFICATE", &other_certificate()));
    assert_eq!(intoto(|c| c["envelope"]["signatures"][0]["publicKey"] = json!(key)), "LOG_MISMATCH");
    assert_eq!(intoto(|c| c["envelope"]["payloadType"] = json!("application/json")), "LOG_MISMATCH");
}

#[test]
fn tl_06_intoto_signatures_are_encoded_twice() {
    let once = |c: &mut Value| {
        let twice = c["envelope"]["signatures"][0]["sig"].as_str().unwrap().to_owned();
        c["envelope"]["signatures"][0]["sig"] = json!(String::from_utf8(unb64(&twice)).unwrap());
    };
    assert_eq!(intoto(once), "LOG_ENTRY_MALFORMED");
}

#[test]
fn tl_07_intoto_with_the_payload_itself() {
    let mini = Miniature::new();
    let payload = mini.provenance_of(&octo(), Era::Jun2024).mint().envelope.payload;
    let own = b64(b64(&payload));
    let full = |c: &mut Value| c["spec"]["content"]["envelope"]["payload"] = json!(own);
    accepted(&provenance_in(&mini, Era::Jun2024, |a| a.body(full)));
    let other = b64(b64([&payload[..], b" "].concat()));
    assert_eq!(intoto(|c| c["envelope"]["payload"] = json!(other)), "LOG_MISMATCH");
}

#[test]
fn tl_08_two_verifiers_or_none() {
    let again = |b: &mut Value| {
        let list = b["spec"]["signatures"].as_array_mut().unwrap();
        list.push(list[0].clone());
    };
    assert_eq!(refused(|a| a.body(again)), "LOG_ENTRY_MALFORMED");
    assert_eq!(refused(|a| a.body(|b| b["spec"]["signatures"] = json!([]))), "LOG_ENTRY_MALFORMED");
    let again = |c: &mut Value| {
        let list = c["envelope"]["signatures"].as_array_mut().unwrap();
        list.push(list[0].clone());
    };
    assert_eq!(intoto(again), "LOG_ENTRY_MALFORMED");
}

#[test]
fn tl_08_a_verifier_with_something_behind_it() {
    for more in ["\n", "x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let verifier = b64(pem("CERTIFICATE", &sound().leaf.unwrap()) + more);
        let code = refused(|a| a.body(|b| b["spec"]["signatures"][0]["verifier"] = json!(verifier)));
        assert_eq!(code, "LOG_MISMATCH", "{more}");
    }
}

#[test]
fn tl_09_tl_10_a_foreign_entry_beside_the_own() {
    let mini = Miniature::new();
    let foreign = mini.provenance(&Package::new("other", "1.0.0")).mint().entry;
    for reverse in [false, true] {
        let order = move |b: &mut Value| {
            let entries = b["verificationMaterial"]["tlogEntries"].as_array_mut().unwrap();
            if reverse {
                entries.reverse()
            }
        };
        let foreign = foreign.clone();
        assert_eq!(refused(|a| a.plan(|p| p.further_entries.push(foreign)).json(order)), "LOG_MISMATCH");
    }
}

#[test]
fn tl_11_two_entries_of_its_own() {
    let mini = Miniature::new();
    for log in mini.sigstore.rekors.clone() {
        let again = mini.provenance(&octo()).logged_by(log).plan(|p| p.position = 2).mint().entry;
        let evidence = accepted(&provenance_with(|a| a.plan(|p| p.further_entries.push(again))));
        let notes: Vec<_> = evidence.notes().iter().map(|n| n.code()).collect();
        assert_eq!(notes, ["NOTE_COUNTERSIGN_SEVERAL_LOG_ENTRIES"]);
    }
}

#[test]
fn tl_11_a_second_entry_must_hold_too() {
    let mini = Miniature::new();
    let broken = mini.provenance(&octo()).set(flip).mint().entry;
    assert_eq!(refused(|a| a.plan(|p| p.further_entries.push(broken))), "LOG_PROMISE");
}

#[test]
fn tl_12_no_entry() {
    for none in [json!([]), Value::Null] {
        let code = refused(|a| a.json(|b| b["verificationMaterial"]["tlogEntries"] = none.clone()));
        assert_eq!(code, "MISSING_LOG_ENTRY");
        let publish = publish_with(|a| a.json(|b| b["verificationMaterial"]["tlogEntries"] = none));
        assert_eq!(publish.code(), "MISSING_LOG_ENTRY");
    }
    let missing = |b: &mut Value| drop(b["verificationMaterial"].as_object_mut().unwrap().remove("tlogEntries"));
    assert_eq!(refused(|a| a.json(missing)), "MISSING_LOG_ENTRY");
}

#[test]
fn tl_20_bodies_that_cannot_be_read() {
    let bodies: [fn(&mut Vec<u8>); 6] = [
        |b| *b = b"no json".to_vec(),
        |b| *b = b"{}".to_vec(),
        |b| *b = [b"[", &b[..], b"]"].concat(),
        |b| b.extend(b" x"),
        |b| swap(b, "\"kind\":", "\"kind\":\"dsse\",\"kind\":"),
        |b| swap(b, "\"payloadHash\":", "\"payloadHash\":null,\"payloadHash\":"),
    ];
    for body in bodies {
        assert_eq!(refused(|a| a.body_bytes(body)), "LOG_ENTRY_MALFORMED");
    }
    assert_eq!(refused(|a| a.body_bytes(Vec::clear)), "LOG_ENTRY_MALFORMED");
    assert_eq!(refused(|a| a.entry_json(|e| e["canonicalizedBody"] = json!("%"))), "BUNDLE_MALFORMED");
}

#[test]
fn tl_21_kind_beside_the_body_and_in_it() {
    assert_eq!(refused(|a| a.entry(|e| (e.kind, e.version) = ("intoto".into(), "0.0.2".into()))), "LOG_MISMATCH");
    assert_eq!(refused(|a| a.entry(|e| e.kind = "hashedrekord".into())), "LOG_MISMATCH");
    assert_eq!(refused(|a| a.body(|b| b["kind"] = json!("intoto"))), "LOG_MISMATCH");
    assert_eq!(refused(|a| a.body(|b| b["apiVersion"] = json!("0.0.2"))), "LOG_MISMATCH");
}

#[test]
fn tl_22_tl_23_kinds_that_are_not_bound() {
    for (kind, version) in [
        ("rekord", "0.0.1"),
        ("rpm", "0.0.1"),
        ("cose", "0.0.1"),
        ("hashedrekord", "0.0.3"),
        ("dsse", "0.0.3"),
        ("intoto", "0.0.1"),
        ("", ""),
    ] {
        let body = move |b: &mut Value| (b["kind"], b["apiVersion"]) = (json!(kind), json!(version));
        let code = refused(|a| {
            let stated = a.entry(|e| (e.kind, e.version) = (kind.into(), version.into()));
            stated.body(body)
        });
        assert_eq!(code, "UNSUPPORTED_LOG_ENTRY", "{kind} {version}");
    }
}

#[test]
fn tl_25_another_hash_algorithm() {
    for name in ["sha1", "md5", "sha512", "SHA256", ""] {
        let code = refused(|a| a.body(|b| b["spec"]["payloadHash"]["algorithm"] = json!(name)));
        assert_eq!(code, "LOG_ENTRY_MALFORMED", "{name}");
    }
    for respell in [str::to_uppercase as fn(&str) -> String, |text| format!("{text}00"), |text| text[2..].into()] {
        let other = respell(&sha256_hex(&sound().envelope.payload));
        let code = refused(|a| a.body(|b| b["spec"]["payloadHash"]["value"] = json!(other)));
        assert_eq!(code, "LOG_ENTRY_MALFORMED");
    }
}

#[test]
fn tl_30_a_promise_by_another_key() {
    let sigstore = Miniature::new().sigstore;
    for other in [&sigstore.ct_logs[0].key, &sigstore.rekors[1].key] {
        let log = sigstore.rekors[0].clone();
        let code = refused(|a| {
            let promised = a.entry(|e| e.rekor.key = other.clone());
            promised.checkpoint(move |c| c.signatures = vec![NoteSignature::new(&log.name, &log.key)])
        });
        assert_eq!(code, "LOG_PROMISE");
    }
    assert_eq!(refused(|a| a.set(flip)), "LOG_PROMISE");
    assert_eq!(publish_with(|a| a.set(flip)).code(), "LOG_PROMISE");
    assert_eq!(provenance_in(&Miniature::new(), Era::Jul2023, |a| a.set(flip)).code(), "LOG_PROMISE");
}

#[test]
fn tl_31_a_promise_over_something_else() {
    assert_eq!(refused(|a| a.set(Vec::clear)), "LOG_PROMISE");
    for (member, other) in [
        ("integratedTime", json!(1_772_366_403)),
        ("logIndex", json!(100_000_005)),
        ("logID", json!("00".repeat(32))),
        ("body", json!("e30=")),
    ] {
        assert_eq!(refused(|a| a.set_payload(|p| p[member] = other)), "LOG_PROMISE", "{member}");
    }
}

#[test]
fn tl_32_a_promise_over_other_text_of_the_same_values() {
    for (from, to) in [(",\"integratedTime\"", ", \"integratedTime\""), ("\"body\":", "\"body\": ")] {
        assert_eq!(refused(|a| a.set_text(|t| *t = t.replace(from, to))), "LOG_PROMISE");
    }
    let last_first = |t: &mut String| {
        let (before, index) = t.trim_matches(['{', '}']).rsplit_once(',').unwrap();
        *t = format!("{{{index},{before}}}");
    };
    assert_eq!(refused(|a| a.set_text(last_first)), "LOG_PROMISE");
}

#[test]
fn tl_33_a_time_that_nobody_signed() {
    assert_eq!(refused(|a| a.plan(|p| p.promise = false)), "NO_VERIFIED_TIME");
    assert_eq!(publish_with(|a| a.plan(|p| p.promise = false)).code(), "NO_VERIFIED_TIME");
}

#[test]
fn tl_34_unknown_logs() {
    let id = Miniature::new().sigstore.rekors[0].key.log_id();
    for other in [vec![7; 32], id[..31].to_vec(), [&id[..], &[0]].concat(), Vec::new()] {
        assert_eq!(refused(|a| a.entry(|e| e.log_id = other)), "UNKNOWN_LOG");
    }
}

#[test]
fn tl_34_the_logs_window() {
    let mini = Miniature::new();
    let second = mini.sigstore.rekors[1].clone();
    let question = |start: &str, end: &str| {
        let root = mini.trusted_root().with(|r| {
            r.tlogs[1].start = Some(start.into());
            r.tlogs[1].end = Some(end.into());
        });
        provenance_with(|a| a.logged_by(second.clone())).trusting(&root)
    };
    // The entry is of 2026-03-01T12:00:02Z; both ends count.
    accepted(&question("2026-03-01T12:00:02Z", "2026-03-01T12:00:02Z"));
    assert_eq!(question("2021-01-01T00:00:00Z", "2026-03-01T12:00:01Z").code(), "LOG_KEY_EXPIRED");
    assert_eq!(question("2026-03-01T12:00:03Z", "2031-01-01T00:00:00Z").code(), "LOG_KEY_EXPIRED");
}

#[test]
fn tl_34_a_retired_log_states_no_time_and_counts_all_the_same() {
    let mini = Miniature::new();
    let second = mini.sigstore.rekors[1].clone();
    let undated = mini.provenance(&octo()).logged_by(second).promise(false).mint().entry;
    let question = provenance_with(|a| a.plan(|p| p.further_entries.push(undated)));
    accepted(&question);
    let retired = mini.trusted_root().with(|r| r.tlogs[1].end = Some("2026-03-01T12:00:01Z".into()));
    assert_eq!(question.trusting(&retired).code(), "LOG_KEY_EXPIRED");
}

#[test]
fn tl_35_tl_36_logs_that_cannot_be_trusted() {
    let root = || Miniature::new().trusted_root();
    let code = |root: Members| TrustedRoot::from_json(root.text().as_bytes()).unwrap_err().code();
    assert_eq!(code(root().with(|r| r.tlogs.push(r.tlogs[0].clone()))), "ERR_COUNTERSIGN_TRUST_INVALID");
    let other_kind = root().with(|r| r.tlogs[0].key_details = "PKIX_ECDSA_P384_SHA_384".into());
    assert_eq!(code(other_kind), "ERR_COUNTERSIGN_TRUST_INVALID");
    let foreign_id = root().with(|r| r.tlogs[0].log_id = vec![7; 32]);
    assert_eq!(code(foreign_id), "ERR_COUNTERSIGN_TRUST_INVALID");
}

#[test]
fn tl_36_a_log_whose_key_is_not_supported() {
    let mini = Miniature::new();
    let root = mini.trusted_root().with(|r| r.tlogs[1].key_details = "ML_DSA_65".into());
    let second = mini.sigstore.rekors[1].clone();
    assert_eq!(provenance_with(|a| a.logged_by(second)).trusting(&root).code(), "UNSUPPORTED_KEY");
}

#[test]
fn tl_81_integrated_times_that_are_none() {
    assert_eq!(refused(|a| a.plan(|p| p.integrated_at = 0)), "LOG_ENTRY_MALFORMED");
    assert_eq!(refused(|a| a.plan(|p| p.integrated_at = -1)), "BUNDLE_MALFORMED");
    // Milliseconds.
    assert_eq!(refused(|a| a.plan(|p| p.integrated_at *= 1000)), "LOG_ENTRY_MALFORMED");
}
