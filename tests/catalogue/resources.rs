//! RE: bounds come before the work they bound.

use std::time::{Duration, Instant};

use countersign::{Attestations, DistClaims, Packument, RegistryId, RegistryKeys, TrustedRoot};
use serde_json::{Value, json};

use crate::attestation_set::{answered, attested, mini, package, provenance, publish};
use crate::question::{Question, json as bytes};

const LIMIT: &str = "ERR_COUNTERSIGN_LIMIT_EXCEEDED";

/// Runs on a small stack, as a package manager's worker may have, and must end soon.
fn bounded<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let started = Instant::now();
        let worker = std::thread::Builder::new().stack_size(256 << 10).spawn_scoped(scope, work).unwrap();
        let result = worker.join().unwrap();
        // Far above what it takes: this only tells linear work from quadratic.
        assert!(started.elapsed() < Duration::from_secs(20));
        result
    })
}

fn response_code(body: Vec<u8>) -> &'static str {
    let failures = attested().with(|q| q.attestations = Attestations::Body(body)).verify().unwrap_err();
    failures.code()
}

#[test]
fn re_01_documents_that_are_too_long() {
    let padded = |length: usize| [&b"{\"attestations\":[]"[..], &vec![b' '; length], b"}"].concat();
    assert_eq!(response_code(padded(2 << 20)), LIMIT);
    let keys = [b"{\"keys\":[]".to_vec(), vec![b' '; 256 << 10], b"}".to_vec()].concat();
    assert_eq!(RegistryKeys::from_json(RegistryId::npm(), &keys).unwrap_err().code(), LIMIT);
    assert_eq!(DistClaims::from_json(&long(8 << 20)).unwrap_err().code(), LIMIT);
    assert_eq!(Packument::from_json(&long(128 << 20)).unwrap_err().code(), LIMIT);
    assert_eq!(TrustedRoot::from_json(&long(1 << 20)).unwrap_err().code(), LIMIT);
}

/// The beginning of an object, and so many more bytes.
fn long(length: usize) -> Vec<u8> {
    let mut bytes = vec![b' '; length + 1];
    bytes[0] = b'{';
    bytes
}

#[test]
fn re_04_nesting() {
    for depth in [65, 100_000] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")] {
            let deep = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let code = bounded(|| {
                let manifest = format!("{{\"name\":\"x\",\"version\":\"1.0.0\",\"dist\":{{}},\"x\":{deep}}}");
                DistClaims::from_json(manifest.as_bytes()).unwrap_err().code()
            });
            assert_eq!(code, LIMIT);
            let body = format!("{{\"attestations\":[{{\"predicateType\":\"x\",\"bundle\":{deep}}}]}}");
            assert_eq!(bounded(|| response_code(body.into_bytes())), LIMIT);
        }
    }
}

#[test]
fn re_05_nested_der() {
    let deep = (0..20_000).fold(vec![0x05, 0x00], |inner, _| crate::support::der::tlv(0x30, &inner));
    let forged = mini()
        .provenance(&package())
        .json(|b| {
            b["verificationMaterial"]["certificate"]["rawBytes"] = json!(crate::support::keys::b64(deep));
        })
        .mint();
    let code = bounded(|| answered(&[publish(), forged]).code());
    assert!(["LIMIT_EXCEEDED", "CERTIFICATE_MALFORMED", "BUNDLE_MALFORMED"].contains(&code), "{code}");
}

/// The bundle with very many elements at one place.
fn crowded(pointer: &str, element: Value, count: usize) -> Question {
    let forged = mini()
        .provenance(&package())
        .json(|b| {
            *b.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}")) = json!(vec![element; count]);
        })
        .mint();
    answered(&[publish(), forged])
}

#[test]
fn re_06_very_many_elements() {
    let signature = json!({"keyid": "x", "sig": "y"});
    let many = json!({"name": "x", "version": "1.0.0", "dist": {"signatures": vec![signature; 100_000]}});
    assert_eq!(bounded(|| DistClaims::from_json(&bytes(&many)).unwrap_err().code()), LIMIT);
    for (pointer, element) in [
        ("/dsseEnvelope/signatures", json!({"sig": ""})),
        ("/verificationMaterial/tlogEntries", json!({})),
        ("/verificationMaterial/tlogEntries/0/inclusionProof/hashes", json!("")),
    ] {
        let code = bounded(|| crowded(pointer, element, 100_000).code());
        assert!(
            ["LIMIT_EXCEEDED", "ENVELOPE_SIGNATURE_COUNT", "BUNDLE_MALFORMED"].contains(&code),
            "{pointer}: {code}"
        );
    }
    let subjects =
        mini().provenance(&package()).statement(|s| s["subject"] = json!(vec![s["subject"][0].clone(); 4_000])).mint();
    let code = bounded(|| answered(&[publish(), subjects]).code());
    assert!(["LIMIT_EXCEEDED", "SUBJECT_COUNT"].contains(&code), "{code}");
}

#[test]
fn re_06_very_many_keys() {
    let key = mini().registry.endpoint_keys()["keys"][0].clone();
    let many = bytes(&json!({ "keys": vec![key; 65] }));
    assert_eq!(RegistryKeys::from_json(RegistryId::npm(), &many).unwrap_err().code(), LIMIT);
}

#[test]
fn re_07_long_strings_numbers_and_escapes() {
    for value in
        [format!("\"{}\"", "x".repeat(4 << 20)), "9".repeat(1_000_000), format!("\"{}\"", "\\u0041".repeat(500_000))]
    {
        let manifest = format!("{{\"name\":\"x\",\"version\":\"1.0.0\",\"x\":{value},\"dist\":{{}}}}");
        assert!(bounded(|| DistClaims::from_json(manifest.as_bytes())).is_ok());
        let named = format!("{{\"name\":{value},\"version\":\"1.0.0\",\"dist\":{{}}}}");
        bounded(|| drop(DistClaims::from_json(named.as_bytes())));
    }
}

#[test]
fn re_08_very_many_members() {
    let members: String = (0..100_000).map(|n| format!("\"k{n}\":{n},")).collect();
    let manifest = format!("{{{members}\"name\":\"x\",\"version\":\"1.0.0\",\"dist\":{{}}}}");
    assert!(bounded(|| DistClaims::from_json(manifest.as_bytes())).is_ok());
    let versions: String = (0..100_000).map(|n| format!("\"{n}.0.0\":{{}},")).collect();
    let packument = format!("{{\"name\":\"x\",\"versions\":{{{versions}\"x\":1}}}}");
    assert!(bounded(|| Packument::from_json(packument.as_bytes()).map(drop)).is_ok());
}

/// Lengths that are announced inside a document are held against what is left of it, and nothing is
/// allocated for them.
#[test]
fn re_09_announced_lengths_are_not_believed() {
    let announcing = |der: &mut Vec<u8>| drop(der.splice(..4, [0x30, 0x84, 0x7f, 0xff, 0xff, 0xff]));
    let forged = mini().provenance(&package()).leaf_der(announcing).mint();
    assert_eq!(bounded(|| answered(&[publish(), forged]).code()), "CERTIFICATE_MALFORMED");
    let forged = mini().provenance(&package()).sct_list(|list| list[..2].fill(0xff)).mint();
    assert_eq!(bounded(|| answered(&[publish(), forged]).code()), "SCT_MALFORMED");
}

#[test]
fn re_10_thirty_three_log_entries() {
    let entry = provenance().entry;
    assert_eq!(crowded("/verificationMaterial/tlogEntries", entry, 33).code(), "LIMIT_EXCEEDED");
}

#[test]
fn re_11_thirty_three_timestamps() {
    let forged = mini()
        .provenance(&package())
        .json(|b| {
            let token = json!({"signedTimestamp": "AAAA"});
            b["verificationMaterial"]["timestampVerificationData"] = json!({"rfc3161Timestamps": vec![token; 33]});
        })
        .mint();
    assert_eq!(answered(&[publish(), forged]).code(), "LIMIT_EXCEEDED");
}

#[test]
fn re_12_the_element_after_the_last_is_not_read() {
    // Were it read, this would be malformed instead.
    let mut list = vec![provenance().entry; 32];
    list.push(json!(7));
    let forged = mini().provenance(&package()).json(|b| b["verificationMaterial"]["tlogEntries"] = json!(list)).mint();
    assert_eq!(answered(&[publish(), forged]).code(), "LIMIT_EXCEEDED");
}

#[test]
fn re_13_as_many_entries_as_are_legal() {
    let question = crowded("/verificationMaterial/tlogEntries", provenance().entry, 32);
    let evidence = bounded(|| question.verify()).unwrap();
    let notes: Vec<_> = evidence.notes().iter().map(|n| n.code()).collect();
    assert_eq!(notes, ["NOTE_COUNTERSIGN_SEVERAL_LOG_ENTRIES"]);
}

#[test]
fn re_14_no_further_page_is_followed() {
    // The library opens no connection; a link to a next page is a member that nobody reads.
    let mut response = mini().response(&package());
    response["next"] = json!("https://npm.example/page/2");
    assert!(attested().response(&response).verify().unwrap().provenance().is_some());
}
