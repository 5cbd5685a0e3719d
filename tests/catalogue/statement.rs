//! ST: the in-toto statement.

use serde_json::{Value, json};

use crate::attestation_set::{answered, attested, mini, package, provenance, publish};
use crate::question::Question;
use crate::support::keys::b64;
use crate::support::package::Package;
use crate::support::registry::response;
use crate::support::swap;

/// The package with a provenance whose statement was changed before everything above it was made.
fn stating(change: impl FnOnce(&mut Value)) -> Question {
    answered(&[publish(), mini().provenance(&package()).statement(change).mint()])
}

/// The same for the payload's bytes. The unreadable inside cannot be told from its label, so these
/// keep the label.
fn saying(change: impl FnOnce(&mut Vec<u8>)) -> Question {
    let kind = provenance().predicate_type;
    answered(&[publish(), mini().provenance(&package()).outer_type(&kind).payload(change).mint()])
}

#[test]
fn st_01_payload_that_is_no_single_json_object() {
    let payloads: [fn(&mut Vec<u8>); 7] = [
        |p| *p = b"no json".to_vec(),
        |p| *p = [b"[", &p[..], b"]"].concat(),
        |p| p.extend(b" x"),
        |p| p.extend(p.clone()),
        |p| *p = [b"\xef\xbb\xbf", &p[..]].concat(),
        |p| swap(p, "predicateType", "predicate\u{ff}Type"),
        |p| swap(p, "\"name\":\"", "\"name\":\"\\ud800"),
    ];
    for payload in payloads {
        assert_eq!(saying(payload).code(), "STATEMENT_MALFORMED");
    }
}

#[test]
fn st_02_unknown_statement_type() {
    for kind in
        ["https://in-toto.io/Statement/v2", "https://in-toto.io/Statement/v1x", "https://in-toto.io/Statement/v1/", ""]
    {
        assert_eq!(stating(|s| s["_type"] = json!(kind)).code(), "STATEMENT_TYPE", "{kind}");
    }
}

#[test]
fn st_03_statement_type_missing_or_no_text() {
    for kind in [Value::Null, json!(["https://in-toto.io/Statement/v1"]), json!(1)] {
        assert_eq!(stating(|s| s["_type"] = kind).code(), "STATEMENT_TYPE");
    }
    assert_eq!(stating(|s| drop(s.as_object_mut().unwrap().remove("_type"))).code(), "STATEMENT_TYPE");
}

#[test]
fn st_04_both_statement_types() {
    for kind in ["https://in-toto.io/Statement/v0.1", "https://in-toto.io/Statement/v1"] {
        assert!(stating(|s| s["_type"] = json!(kind)).verify().unwrap().provenance().is_some());
    }
}

#[test]
fn st_05_members_that_occur_twice() {
    for (from, to) in [
        ("\"subject\":", "\"subject\":[],\"subject\":"),
        ("\"_type\":", "\"_type\":\"x\",\"_type\":"),
        ("\"sha512\":", "\"sha512\":\"00\",\"sha512\":"),
        ("\"name\":", "\"name\":\"x\",\"name\":"),
    ] {
        assert_eq!(saying(|p| swap(p, from, to)).code(), "STATEMENT_MALFORMED", "{to}");
    }
    let evil = "\"predicateType\":\"https://slsa.dev/provenance/v0.2\",\"predicateType\":";
    assert_eq!(saying(|p| swap(p, "\"predicateType\":", evil)).code(), "STATEMENT_MALFORMED");
}

#[test]
fn st_06_members_in_another_spelling() {
    assert_eq!(saying(|p| swap(p, "\"subject\"", "\"Subject\"")).code(), "STATEMENT_MALFORMED");
    assert!(saying(|p| swap(p, "\"subject\"", "\"\\u0073ubject\"")).verify().unwrap().provenance().is_some());
}

#[test]
fn st_07_predicate_type_missing() {
    let kind = provenance().predicate_type;
    let without = mini()
        .provenance(&package())
        .outer_type(&kind)
        .statement(|s| drop(s.as_object_mut().unwrap().remove("predicateType")))
        .mint();
    assert_eq!(answered(&[publish(), without]).code(), "STATEMENT_MALFORMED");
    let empty = mini().provenance(&package()).outer_type(&kind).statement(|s| s["predicateType"] = json!("")).mint();
    assert_eq!(answered(&[publish(), empty]).code(), "PREDICATE_MISMATCH");
}

#[test]
fn st_08_predicate_missing() {
    for remove in [true, false] {
        let change = move |s: &mut Value| {
            if remove { drop(s.as_object_mut().unwrap().remove("predicate")) } else { s["predicate"] = Value::Null }
        };
        assert_eq!(stating(change).code(), "STATEMENT_MALFORMED");
        let forged = mini().publish(&package()).statement(change).mint();
        assert_eq!(answered(&[forged, provenance()]).code(), "STATEMENT_MALFORMED");
    }
}

#[test]
fn st_09_another_digest() {
    let other = hex::encode(Package::new("x", "1.0.0").sha512());
    assert_eq!(stating(|s| s["subject"][0]["digest"]["sha512"] = json!(other)).code(), "SUBJECT_MISMATCH");
}

#[test]
fn st_10_no_subject() {
    assert_eq!(stating(|s| s["subject"] = json!([])).code(), "SUBJECT_COUNT");
}

#[test]
fn st_11_no_digest() {
    assert_eq!(stating(|s| s["subject"][0]["digest"] = json!({})).code(), "SUBJECT_MISMATCH");
}

#[test]
fn st_12_only_other_digests() {
    let sha512 = hex::encode(package().sha512());
    for name in ["sha256", "sha1", "SHA512", "sha-512"] {
        assert_eq!(
            stating(|s| s["subject"][0]["digest"] = json!({ name: sha512 })).code(),
            "SUBJECT_MISMATCH",
            "{name}"
        );
    }
}

#[test]
fn st_13_further_digests_count_where_the_bytes_are_in_hand() {
    use countersign::Artifact;
    let forged = stating(|s| s["subject"][0]["digest"]["sha256"] = json!("00".repeat(32)));
    let artifact = Artifact::from_tarball(forged.registry.clone(), forged.id(), &forged.package.tarball).unwrap();
    let failures = forged.verifier().verify(&artifact, &forged.claims(), forged.now).unwrap_err();
    assert_eq!(failures.code(), "ERR_COUNTERSIGN_SUBJECT_MISMATCH");
    // Without the bytes it can be neither compared nor shown; the sha512 decides.
    assert!(forged.verify().unwrap().provenance().is_some());
}

#[test]
fn st_14_the_digest_has_one_spelling() {
    let sha512 = hex::encode(package().sha512());
    for other in [
        sha512.to_uppercase(),
        format!("0x{sha512}"),
        format!(" {sha512}"),
        b64(package().sha512()),
        sha512[..64].into(),
        format!("{sha512}00"),
    ] {
        assert_eq!(
            stating(|s| s["subject"][0]["digest"]["sha512"] = json!(other)).code(),
            "SUBJECT_MISMATCH",
            "{other}"
        );
    }
}

fn second_subject(first: bool) -> Question {
    stating(|s| {
        let other = json!({"name": "pkg:npm/evil@1.0.0", "digest": {"sha512": "00".repeat(64)}});
        let list = s["subject"].as_array_mut().unwrap();
        list.insert(if first { 0 } else { 1 }, other);
    })
}

#[test]
fn st_15_a_second_subject_behind() {
    assert_eq!(second_subject(false).code(), "SUBJECT_COUNT");
}

#[test]
fn st_16_a_second_subject_in_front() {
    assert_eq!(second_subject(true).code(), "SUBJECT_COUNT");
}

#[test]
fn st_17_scope_sign_not_encoded() {
    assert_eq!(stating(|s| s["subject"][0]["name"] = json!("pkg:npm/@octo/lib@1.2.3")).code(), "SUBJECT_MISMATCH");
}

#[test]
fn st_18_other_spellings_of_the_purl() {
    for name in [
        "pkg:npm/%2540octo/lib@1.2.3",
        "pkg:npm/%40Octo/lib@1.2.3",
        "pkg:NPM/%40octo/lib@1.2.3",
        "PKG:npm/%40octo/lib@1.2.3",
        "pkg:npm//%40octo/lib@1.2.3",
        "pkg:npm/%40octo/lib@1.2.3?x=y",
        "pkg:npm/%40octo/lib@1.2.3#sub",
        "pkg:npm/%40octo/lib@1.2.3/",
        "pkg:npm/%40octo/lib@1.2.3@2.0.0",
        "pkg:npm/%40octo%2Flib@1.2.3",
        "npm/%40octo/lib@1.2.3",
        "",
    ] {
        assert_eq!(stating(|s| s["subject"][0]["name"] = json!(name)).code(), "SUBJECT_MISMATCH", "{name}");
    }
}

/// A sound package of that name and version, attested end to end.
fn whole(name: &str, version: &str) -> Question {
    Question::attested(&mini(), &Package::new(name, version))
}

#[test]
fn st_19_names_with_legacy_characters() {
    for name in ["a~b", "a!b", "it's", "JSONStream", "a(b)*"] {
        assert!(whole(name, "1.0.0").verify().unwrap().provenance().is_some(), "{name}");
    }
}

#[test]
fn st_20_versions_with_prerelease_and_build() {
    for version in ["1.0.0-rc.1", "1.0.0+build.5"] {
        assert!(whole("x", version).verify().unwrap().provenance().is_some(), "{version}");
    }
    let encoded = mini()
        .provenance(&Package::new("x", "1.0.0+b"))
        .statement(|s| s["subject"][0]["name"] = json!("pkg:npm/x@1.0.0%2Bb"))
        .mint();
    let publish = mini().publish(&Package::new("x", "1.0.0+b")).mint();
    let question = whole("x", "1.0.0+b").response(&response(&[publish, encoded]));
    assert_eq!(question.code(), "SUBJECT_MISMATCH");
}

#[test]
fn st_21_percent_encoding_is_not_undone() {
    assert_eq!(stating(|s| s["subject"][0]["name"] = json!("pkg:npm/%40octo/l%69b@1.2.3")).code(), "SUBJECT_MISMATCH");
}

#[test]
fn st_22_control_characters() {
    for c in ['\0', '\n', '\u{202e}'] {
        let question = stating(|s| s["subject"][0]["name"] = json!(format!("pkg:npm/%40octo/lib@1.2.3{c}")));
        assert_eq!(question.code(), "SUBJECT_MISMATCH");
        assert!(!question.verify().unwrap_err().to_string().contains(c), "an error shows {c:?} as it is");
    }
}

#[test]
fn st_23_nesting() {
    let deep = format!("{}{}", "[".repeat(65), "]".repeat(65));
    assert_eq!(saying(|p| swap(p, "\"predicate\":", &format!("\"x\":{deep},\"predicate\":"))).code(), "LIMIT_EXCEEDED");
}

#[test]
fn st_24_numbers_where_text_belongs() {
    for number in ["1e400", "-0", "9223372036854775808", "18446744073709551616"] {
        let question = saying(|p| swap(p, "\"invocationId\":\"", &format!("\"invocationId\":{number},\"x\":\"")));
        assert_eq!(question.code(), "STATEMENT_MALFORMED", "{number}");
    }
}

#[test]
fn the_unchanged_package_is_accepted() {
    assert!(attested().verify().unwrap().provenance().is_some());
}
