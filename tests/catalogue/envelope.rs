//! DS: the DSSE envelope.

use serde_json::{Value, json};

use crate::question::{accepted, octo, provenance_with, publish_with, refused};
use crate::support::Miniature;
use crate::support::envelope::{IN_TOTO, pae};
use crate::support::keys::{Hash, Key, b64};
use crate::support::plan::leaf_key;
use crate::support::swap;

#[test]
fn ds_01_signature_over_the_bare_payload() {
    let bare = |pae: &mut Vec<u8>| drop(pae.drain(..pae.iter().position(|b| *b == b'{').unwrap()));
    assert_eq!(refused(|a| a.pae(bare)), "ENVELOPE_SIGNATURE");
}

#[test]
fn ds_02_lengths_in_the_encoding() {
    for (from, to) in [
        ("DSSEv1 28 ", "DSSEv1 028 "),
        ("DSSEv1 28 ", "DSSEv1 27 "),
        ("DSSEv1 28 ", "DSSEv1 29 "),
        ("DSSEv1 28 ", "DSSEv1  28 "),
        ("DSSEv1 ", "DSSEv2 "),
        ("DSSEv1 ", "dssev1 "),
        ("+json ", "+json 0"),
        ("+json ", "+json 1"),
        (" {", "  {"),
        (" {", "{"),
    ] {
        assert_eq!(refused(|a| a.pae(|p| swap(p, from, to))), "ENVELOPE_SIGNATURE", "{to}");
    }
}

#[test]
fn ds_03_payload_types_that_are_no_in_toto() {
    for other in [
        "application/json",
        "application/vnd.in-toto+json; charset=utf-8",
        "application/vnd.in-toto+JSON",
        "Application/vnd.in-toto+json",
        "application/vnd.in-toto+json ",
        "application/vnd.in-toto+jsonx",
        "",
    ] {
        assert_eq!(refused(|a| a.plan(|p| p.payload_type = other.into())), "PAYLOAD_TYPE", "{other}");
    }
    let missing = |e: &mut Value| drop(e.as_object_mut().unwrap().remove("payloadType"));
    assert_eq!(refused(|a| a.envelope_json(missing)), "PAYLOAD_TYPE");
}

#[test]
fn ds_04_payload_type_changed_after_signing() {
    let code = refused(|a| {
        let signed = a.plan(|p| p.payload_type = "application/json".into());
        signed.envelope_json(|e| e["payloadType"] = json!(IN_TOTO))
    });
    assert_eq!(code, "ENVELOPE_SIGNATURE");
}

#[test]
fn ds_05_payload_changed_after_signing() {
    // The space changes nothing but the bytes, and the log holds the changed envelope.
    assert_eq!(refused(|a| a.envelope(|e| e.payload.push(b' '))), "ENVELOPE_SIGNATURE");
    assert_eq!(publish_with(|a| a.envelope(|e| e.payload.push(b' '))).code(), "ENVELOPE_SIGNATURE");
}

#[test]
fn ds_06_another_statement_by_the_same_certificate() {
    let mini = Miniature::new();
    let other = mini.provenance(&octo()).payload(|p| p.push(b' ')).bundle()["dsseEnvelope"].clone();
    assert_eq!(refused(|a| a.envelope_json(|e| *e = other)), "LOG_MISMATCH");
}

#[test]
fn ds_07_the_same_payload_signed_again() {
    let payload = Miniature::new().provenance(&octo()).mint().envelope.payload;
    let again = leaf_key(&octo()).sign_other_s(&pae(IN_TOTO, &payload));
    assert_eq!(refused(|a| a.envelope_json(|e| e["signatures"][0]["sig"] = json!(b64(again)))), "LOG_MISMATCH");
}

#[test]
fn ds_08_either_form_of_a_signature_is_good() {
    let payload = Miniature::new().provenance(&octo()).mint().envelope.payload;
    let again = leaf_key(&octo()).sign_other_s(&pae(IN_TOTO, &payload));
    accepted(&provenance_with(|a| a.signature(|s| *s = again)));
}

#[test]
fn ds_10_two_signatures() {
    let garbage = json!({"sig": "AAAA"});
    for order in [[0, 1], [1, 0], [0, 0]] {
        let two = |e: &mut Value| {
            let both = [e["signatures"][0].clone(), garbage.clone()];
            e["signatures"] = order.map(|n| both[n].clone()).into_iter().collect();
        };
        assert_eq!(refused(|a| a.envelope_json(two)), "ENVELOPE_SIGNATURE_COUNT", "{order:?}");
    }
    // Even where the log holds both.
    assert_eq!(refused(|a| a.envelope(|e| e.signatures.push(e.signatures[0].clone()))), "ENVELOPE_SIGNATURE_COUNT");
}

#[test]
fn ds_11_no_signature() {
    for none in [json!([]), Value::Null] {
        assert_eq!(refused(|a| a.envelope_json(|e| e["signatures"] = none)), "ENVELOPE_SIGNATURE_COUNT");
    }
    let missing = |e: &mut Value| drop(e.as_object_mut().unwrap().remove("signatures"));
    assert_eq!(refused(|a| a.envelope_json(missing)), "ENVELOPE_SIGNATURE_COUNT");
}

#[test]
fn ds_13_a_signature_object_with_two_signatures() {
    for to in ["\"sig\":\"AAAA\",\"sig\":", "\"keyid\":\"\",\"sig\":"] {
        assert_eq!(provenance_with(|a| a).answer_text("\"sig\":", to).code(), "BUNDLE_MALFORMED", "{to}");
    }
}

#[test]
fn ds_14_no_key_id_beside_a_certificate() {
    for none in [None, Some("")] {
        accepted(&provenance_with(|a| a.plan(|p| p.keyid = none.map(String::from))));
    }
    accepted(&provenance_with(|a| a.envelope_json(|e| e["signatures"][0]["keyid"] = Value::Null)));
}

#[test]
fn ds_15_a_registry_key_id_beside_a_certificate() {
    let id = Miniature::new().registry.keys[1].key_id.clone();
    assert_eq!(refused(|a| a.plan(|p| p.keyid = Some(id))), "KEY_MISMATCH");
    assert_eq!(refused(|a| a.plan(|p| p.keyid = Some("x".into()))), "KEY_MISMATCH");
}

#[test]
fn ds_16_the_publish_attestations_key_id_is_the_hint() {
    assert_eq!(publish_with(|a| a.plan(|p| p.keyid = None)).code(), "KEY_MISMATCH");
    let other = Miniature::new().registry.keys[0].key_id.clone();
    assert_eq!(publish_with(|a| a.plan(|p| p.keyid = Some(other))).code(), "KEY_MISMATCH");
}

/// A change to the base64 of the payload and of the signature; the bytes that it stands for are good.
#[track_caller]
fn respelled(change: fn(&str) -> String) {
    for pointer in ["/payload", "/signatures/0/sig"] {
        let respell = |e: &mut Value| {
            let text = e.pointer_mut(pointer).unwrap();
            let other = change(text.as_str().unwrap());
            assert_ne!(*text, json!(other), "nothing was respelled at {pointer}");
            *text = json!(other);
        };
        // Text of which the base64 holds all 64 signs and ends in padding.
        let question = provenance_with(|a| {
            let a = a.statement(|s| s["padding"] = json!("????>>>>~~~~?>~"));
            let a = a.payload(|p| p.resize(p.len() + 3 - (p.len() + 2) % 3, b' '));
            a.envelope_json(respell)
        });
        assert_eq!(question.code(), "BUNDLE_MALFORMED", "{pointer}");
    }
}

#[test]
fn ds_20_padded_standard_base64() {
    accepted(&provenance_with(|a| a.payload(|p| p.push(b' '))));
    accepted(&provenance_with(|a| a.payload(|p| p.extend(b"  "))));
}

#[test]
fn ds_21_the_other_alphabet() {
    respelled(|text| text.replace('+', "-").replace('/', "_"));
}

#[test]
fn ds_22_loose_base64() {
    respelled(|text| format!("{text}\n"));
    respelled(|text| format!(" {text}"));
    respelled(|text| format!("{}\n{}", &text[..64], &text[64..]));
    respelled(|text| format!("{}={}", &text[..8], &text[8..]));
    respelled(|text| format!("{text}A"));
    respelled(|text| format!("{text}===="));
}

#[test]
fn ds_22_unpadded_or_with_stray_bits() {
    let padded = |p: &mut Vec<u8>| p.resize(p.len() + 3 - (p.len() + 2) % 3, b' ');
    for (from, to) in [("IA==", "IB=="), ("IA==", "IA"), ("IA==", "IA=")] {
        let respell = |e: &mut Value| {
            let text = e["payload"].as_str().unwrap();
            e["payload"] = json!(format!("{}{to}", text.strip_suffix(from).expect("a payload that ends in one space")));
        };
        assert_eq!(refused(|a| a.payload(padded).envelope_json(respell)), "BUNDLE_MALFORMED", "{to}");
    }
}

#[test]
fn ds_23_empty_payload() {
    assert_eq!(refused(|a| a.payload(Vec::clear)), "STATEMENT_MALFORMED");
}

#[test]
fn ds_24_signatures_of_another_length() {
    for length in [0, 1, 8, 1024] {
        assert_eq!(refused(|a| a.signature(|s| s.resize(length, 0))), "ENVELOPE_SIGNATURE", "{length}");
    }
    for length in [1025, 1 << 18] {
        assert_eq!(refused(|a| a.signature(|s| s.resize(length, 0))), "LIMIT_EXCEEDED", "{length}");
    }
    // Raw r || s, as another standard writes it, and bytes behind the DER.
    let payload = Miniature::new().provenance(&octo()).mint().envelope.payload;
    let raw = leaf_key(&octo()).sign_p1363(&pae(IN_TOTO, &payload));
    assert_eq!(refused(|a| a.signature(|s| *s = raw)), "ENVELOPE_SIGNATURE");
    assert_eq!(refused(|a| a.signature(|s| s.push(0))), "ENVELOPE_SIGNATURE");
}

#[test]
fn ds_25_payload_beyond_the_limit() {
    assert_eq!(refused(|a| a.payload(|p| p.resize((1 << 20) + 1, b' '))), "LIMIT_EXCEEDED");
    accepted(&provenance_with(|a| a.payload(|p| p.resize(1 << 20, b' '))));
}

#[test]
fn ds_26_another_key_signed() {
    let other = Key::p256("somebody else");
    assert_eq!(refused(|a| a.plan(|p| p.signing_key = Some(other.clone()))), "ENVELOPE_SIGNATURE");
    assert_eq!(publish_with(|a| a.plan(|p| p.signing_key = Some(other))).code(), "ENVELOPE_SIGNATURE");
    assert_eq!(refused(|a| a.plan(|p| p.hash = Some(Hash::Sha384))), "ENVELOPE_SIGNATURE");
}
