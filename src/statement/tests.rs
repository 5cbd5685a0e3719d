use serde_json::{Value, json};

use super::{PUBLISH_V01, SLSA_V1, Statement, check_provenance, check_publish, untrusted_predicate_type};
use crate::artifact::Artifact;
use crate::error::VerifyError;
use crate::package::PackageId;
use crate::registry_id::RegistryId;

pub(super) const MALFORMED: &str = "ERR_COUNTERSIGN_STATEMENT_MALFORMED";
const TYPE: &str = "ERR_COUNTERSIGN_STATEMENT_TYPE";
const COUNT: &str = "ERR_COUNTERSIGN_SUBJECT_COUNT";
const SUBJECT: &str = "ERR_COUNTERSIGN_SUBJECT_MISMATCH";
const MISMATCH: &str = "ERR_COUNTERSIGN_STATEMENT_MISMATCH";
const LIMIT: &str = "ERR_COUNTERSIGN_LIMIT_EXCEEDED";
pub(super) const CONTRADICTS: &str = "ERR_COUNTERSIGN_PROVENANCE_CONTRADICTS_CERTIFICATE";

fn registry() -> RegistryId {
    RegistryId::new("https://npm.example").unwrap()
}

fn artifact_of(name: &str, version: &str) -> Artifact {
    Artifact::from_tarball(registry(), PackageId::new(name, version).unwrap(), b"a tarball").unwrap()
}

fn artifact() -> Artifact {
    artifact_of("@octo/lib", "1.2.3")
}

fn subject() -> Value {
    json!({"name": "pkg:npm/%40octo/lib@1.2.3", "digest": {"sha512": artifact().sha512().to_hex()}})
}

fn publish() -> Value {
    json!({
        "_type": "https://in-toto.io/Statement/v0.1",
        "subject": [subject()],
        "predicateType": PUBLISH_V01,
        "predicate": {"name": "@octo/lib", "version": "1.2.3", "registry": "https://npm.example"},
    })
}

fn verify(statement: &Value) -> Result<Statement, VerifyError> {
    Statement::verify(statement.to_string().as_bytes(), &artifact())
}

fn code(statement: &Value) -> &'static str {
    verify(statement).unwrap_err().code()
}

fn code_of_text(text: &[u8]) -> &'static str {
    Statement::verify(text, &artifact()).unwrap_err().code()
}

/// `document` with the member at `pointer` replaced.
pub(super) fn with(document: &Value, pointer: &str, value: Value) -> Value {
    let mut changed = document.clone();
    *changed.pointer_mut(pointer).unwrap() = value;
    changed
}

/// `document` without the member at `pointer`.
pub(super) fn without(document: &Value, pointer: &str) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let mut changed = document.clone();
    changed.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name).unwrap();
    changed
}

#[test]
fn as_01_a_publish_statement_about_the_artifact() {
    let statement = verify(&publish()).unwrap();
    assert_eq!(statement.predicate_type(), PUBLISH_V01);
    check_publish(&statement, &artifact()).unwrap();
    assert_eq!(untrusted_predicate_type(publish().to_string().as_bytes()).as_deref(), Some(PUBLISH_V01));
}

#[test]
fn st_01_one_json_object_and_nothing_else() {
    let good = publish().to_string();
    let digest = artifact().sha512().to_hex();
    let array = format!(
        r#"["https://in-toto.io/Statement/v0.1","{PUBLISH_V01}",[["pkg:npm/%40octo/lib@1.2.3",["{digest}",null,null]]],{{}}]"#
    );
    let mut not_utf8 = good.clone().into_bytes();
    not_utf8.splice(1..1, b"\"x\":\"\xff\",".iter().copied());
    let cases: Vec<Vec<u8>> = vec![
        b"".to_vec(),
        b"not json".to_vec(),
        b"null".to_vec(),
        b"\"text\"".to_vec(),
        b"[]".to_vec(),
        array.into_bytes(),
        format!("{good}x").into_bytes(),
        format!("{good}{good}").into_bytes(),
        format!("\u{feff}{good}").into_bytes(),
        good.replace("pkg:npm", "\\ud800").into_bytes(),
        not_utf8,
    ];
    for text in cases {
        assert_eq!(code_of_text(&text), MALFORMED, "{}", String::from_utf8_lossy(&text));
    }
}

#[test]
fn st_01_a_subject_is_an_object() {
    let digest = artifact().sha512().to_hex();
    let list = json!(["pkg:npm/%40octo/lib@1.2.3", {"sha512": digest}]);
    assert_eq!(code(&with(&publish(), "/subject/0", list)), MALFORMED);
    assert_eq!(code(&with(&publish(), "/subject/0/digest", json!([digest, null, null]))), MALFORMED);
    assert_eq!(code(&with(&publish(), "/subject", subject())), MALFORMED);
}

#[test]
fn st_02_st_03_the_type_is_known() {
    for found in [
        json!("https://in-toto.io/Statement/v2"),
        json!("https://in-toto.io/Statement/v1x"),
        json!("https://in-toto.io/Statement/v1/"),
        json!("http://in-toto.io/Statement/v1"),
        json!(""),
        json!(null),
        json!(["https://in-toto.io/Statement/v1"]),
        json!(1),
    ] {
        assert_eq!(code(&with(&publish(), "/_type", found.clone())), TYPE, "{found}");
    }
    assert_eq!(code(&without(&publish(), "/_type")), TYPE);
}

#[test]
fn st_04_both_versions_are_read() {
    for found in ["https://in-toto.io/Statement/v0.1", "https://in-toto.io/Statement/v1"] {
        assert!(verify(&with(&publish(), "/_type", json!(found))).is_ok());
    }
}

#[test]
fn st_05_no_member_occurs_twice() {
    let good = publish().to_string();
    let digest = artifact().sha512().to_hex();
    for (member, twice) in [
        (format!("\"_type\":\"{}\"", "https://in-toto.io/Statement/v0.1"), "\"_type\":\"x\""),
        (format!("\"predicateType\":\"{PUBLISH_V01}\""), "\"predicateType\":\"x\""),
        ("\"subject\":[".to_owned(), "\"subject\":[],"),
        ("\"predicate\":{".to_owned(), "\"predicate\":{},"),
        (format!("\"sha512\":\"{digest}\""), "\"sha512\":\"00\""),
        ("\"name\":\"pkg:npm/%40octo/lib@1.2.3\"".to_owned(), "\"name\":\"pkg:npm/evil@1.0.0\""),
    ] {
        assert!(good.contains(&member), "{member}");
        let twice = twice.trim_end_matches(',');
        for both in [format!("{twice},{member}"), format!("{member}PLACE")] {
            let text = match both.strip_suffix("PLACE") {
                None => good.replacen(&member, &both, 1),
                // The second after the first: before the brace that closes their object.
                Some(_) if member.ends_with(['[', '{']) => continue,
                Some(_) => good.replacen(&member, &format!("{member},{twice}"), 1),
            };
            assert_eq!(code_of_text(text.as_bytes()), MALFORMED, "{text}");
            assert!(!text.contains("\"predicateType\":\"x\"") || untrusted_predicate_type(text.as_bytes()).is_none());
        }
    }
    let last = good.strip_suffix('}').unwrap();
    for twice in ["\"subject\":[]", "\"predicate\":null", "\"\\u0073ubject\":[]"] {
        assert_eq!(code_of_text(format!("{last},{twice}}}").as_bytes()), MALFORMED, "{twice}");
    }
}

#[test]
fn st_06_names_of_members_are_exact() {
    let good = publish().to_string();
    assert_eq!(code_of_text(good.replace("\"subject\"", "\"Subject\"").as_bytes()), MALFORMED);
    let escaped = good.replace("\"subject\"", "\"\\u0073ubject\"");
    assert!(Statement::verify(escaped.as_bytes(), &artifact()).is_ok());
}

#[test]
fn st_07_the_predicate_type_is_stated() {
    for found in [json!(""), json!(null), json!(7), json!([PUBLISH_V01])] {
        assert_eq!(code(&with(&publish(), "/predicateType", found.clone())), MALFORMED, "{found}");
    }
    assert_eq!(code(&without(&publish(), "/predicateType")), MALFORMED);
}

#[test]
fn st_08_there_is_a_predicate() {
    assert_eq!(code(&with(&publish(), "/predicate", json!(null))), MALFORMED);
    assert_eq!(code(&without(&publish(), "/predicate")), MALFORMED);
}

#[test]
fn st_09_as_16_another_tarball() {
    let other = Artifact::from_tarball(registry(), PackageId::new("@octo/lib", "1.2.3").unwrap(), b"another").unwrap();
    let result = Statement::verify(publish().to_string().as_bytes(), &other);
    assert_eq!(result.unwrap_err().code(), SUBJECT);
}

#[test]
fn st_10_st_15_st_16_exactly_one_subject() {
    let other = json!({"name": "pkg:npm/other@1.0.0", "digest": {"sha512": "00"}});
    for list in [json!([]), json!([subject(), other]), json!([other, subject()]), json!([subject(), subject()])] {
        assert_eq!(code(&with(&publish(), "/subject", list.clone())), COUNT, "{list}");
    }
    let many = |n| with(&publish(), "/subject", Value::Array(vec![subject(); n]));
    assert_eq!(verify(&many(1024)).unwrap_err(), VerifyError::SubjectCount { found: 1024 });
    assert_eq!(code(&many(1025)), "ERR_COUNTERSIGN_LIMIT_EXCEEDED");
}

#[test]
fn st_11_st_12_sha512_is_required() {
    let digest = artifact().sha512().to_hex();
    for map in [
        json!({}),
        json!({"sha256": "00"}),
        json!({"sha1": digest}),
        json!({"SHA512": digest}),
        json!({"sha-512": digest}),
        json!({"sha512": null}),
    ] {
        assert_eq!(code(&with(&publish(), "/subject/0/digest", map.clone())), SUBJECT, "{map}");
    }
    assert_eq!(code(&with(&publish(), "/subject/0/digest", json!({"sha512": 7}))), MALFORMED);
}

#[test]
fn st_13_further_digests_agree_where_the_bytes_are_in_hand() {
    use sha2::{Digest as _, Sha256, Sha384};
    let sha512 = artifact().sha512().to_hex();
    let (sha256, sha384) = (hex::encode(Sha256::digest(b"a tarball")), hex::encode(Sha384::digest(b"a tarball")));
    let digests = json!({"sha512": sha512, "sha384": sha384, "sha256": sha256, "sha1": "ignored", "gitCommit": 7});
    let good = with(&publish(), "/subject/0/digest", digests);
    assert!(verify(&good).is_ok());
    let unseen = Artifact::expected(registry(), artifact().id().clone(), &artifact().sha512().to_string()).unwrap();
    for name in ["sha256", "sha384"] {
        let bad = with(&good, &format!("/subject/0/digest/{name}"), json!("00"));
        assert_eq!(code(&bad), SUBJECT, "{name}");
        assert!(Statement::verify(bad.to_string().as_bytes(), &unseen).is_ok());
    }
}

#[test]
fn st_14_one_spelling_of_a_digest() {
    let digest = artifact().sha512().to_hex();
    for text in [
        digest.to_uppercase(),
        format!("0x{digest}"),
        format!(" {digest}"),
        format!("{digest}\n"),
        artifact().sha512().to_string(),
        digest[..64].to_owned(),
        format!("{digest}00"),
        String::new(),
    ] {
        assert_eq!(code(&with(&publish(), "/subject/0/digest/sha512", json!(text))), SUBJECT, "{text}");
    }
}

#[test]
fn st_17_st_18_st_21_st_22_one_spelling_of_a_name() {
    for name in [
        "pkg:npm/@octo/lib@1.2.3",
        "pkg:npm/%2540octo/lib@1.2.3",
        "pkg:npm/%40Octo/lib@1.2.3",
        "pkg:NPM/%40octo/lib@1.2.3",
        "PKG:npm/%40octo/lib@1.2.3",
        "pkg:npm//%40octo/lib@1.2.3",
        "pkg:npm/%40octo%2Flib@1.2.3",
        "pkg:npm/%40octo/lib@1.2.3?x=y",
        "pkg:npm/%40octo/lib@1.2.3#sub",
        "pkg:npm/%40octo/lib@1.2.3/",
        "pkg:npm/%40octo/lib@1.2.3@2.0.0",
        "pkg:npm/%40octo/l%69b@1.2.3",
        "pkg:npm/%40octo/lib@1.2.3\0",
        "pkg:npm/%40octo/lib@1.2.3\n",
        "\u{202e}pkg:npm/%40octo/lib@1.2.3",
        "pkg:npm/%40octo/lib@1.2.4",
        "pkg:npm/%40octo/lib",
        "@octo/lib@1.2.3",
        "",
    ] {
        assert_eq!(code(&with(&publish(), "/subject/0/name", json!(name))), SUBJECT, "{name}");
    }
}

#[test]
fn st_19_st_20_names_and_versions_stand_as_npm_writes_them() {
    for (name, version, purl) in [
        ("JSONStream", "1.3.5", "pkg:npm/JSONStream@1.3.5"),
        ("a~b!c'(d)*", "1.0.0-rc.1", "pkg:npm/a~b!c'(d)*@1.0.0-rc.1"),
        ("x", "1.0.0+build.5", "pkg:npm/x@1.0.0+build.5"),
    ] {
        let artifact = artifact_of(name, version);
        let good = with(&publish(), "/subject/0/name", json!(purl));
        assert!(Statement::verify(good.to_string().as_bytes(), &artifact).is_ok(), "{purl}");
        let bad = with(
            &publish(),
            "/subject/0/name",
            json!(purl.replace('+', "%2B").replace('~', "%7E").replace("JS", "js")),
        );
        assert_eq!(Statement::verify(bad.to_string().as_bytes(), &artifact).is_ok(), bad == good, "{purl}");
    }
}

#[test]
fn st_23_depth_and_size_are_bounded() {
    let mut deep = json!(1);
    for _ in 0..64 {
        deep = json!([deep]);
    }
    assert_eq!(code(&with(&publish(), "/predicate", deep)), LIMIT);
    let long = with(&publish(), "/predicate", json!("x".repeat(1 << 20)));
    assert_eq!(code(&long), LIMIT);
    assert_eq!(untrusted_predicate_type(long.to_string().as_bytes()), None);
}

#[test]
fn st_24_numbers_are_no_names() {
    for number in ["1e400", "-0", "9223372036854775808", "18446744073709551616"] {
        let text = publish().to_string().replace("\"@octo/lib\"", number);
        let result = Statement::verify(text.as_bytes(), &artifact()).and_then(|s| check_publish(&s, &artifact()));
        assert_eq!(result.unwrap_err().code(), MALFORMED, "{number}");
    }
}

#[test]
fn as_20_as_21_the_publish_predicate_is_about_this_package_and_registry() {
    let check =
        |statement: &Value| verify(statement).and_then(|s| check_publish(&s, &artifact())).map_err(|e| e.code());
    for (member, text) in [
        ("name", "@octo/lib2"),
        ("name", "@Octo/lib"),
        ("version", "1.2.4"),
        ("version", "v1.2.3"),
        ("registry", "https://evil.example"),
        ("registry", "https://npm.example/"),
        ("registry", "http://npm.example"),
        ("registry", "npm"),
        ("registry", ""),
    ] {
        let changed = with(&publish(), &format!("/predicate/{member}"), json!(text));
        assert_eq!(check(&changed), Err(MISMATCH), "{member} {text}");
    }
    for member in ["name", "version", "registry"] {
        let pointer = format!("/predicate/{member}");
        assert_eq!(check(&without(&publish(), &pointer)), Err(MALFORMED), "{member}");
        assert_eq!(check(&with(&publish(), &pointer, json!(null))), Err(MALFORMED), "{member}");
    }
    let list = json!(["@octo/lib", "1.2.3", "https://npm.example"]);
    assert_eq!(check(&with(&publish(), "/predicate", list)), Err(MALFORMED));
    let other_version = with(&publish(), "/subject/0/name", json!("pkg:npm/%40octo/lib@1.2.4"));
    assert_eq!(check(&other_version), Err(SUBJECT));
}

#[test]
fn as_07_as_08_types_are_compared_by_equality() {
    for found in [SLSA_V1, "https://slsa.dev/provenance/v1evil", ""] {
        let changed = with(&publish(), "/predicateType", json!(if found.is_empty() { "x" } else { found }));
        let result = verify(&changed).and_then(|s| check_publish(&s, &artifact()));
        assert_eq!(result.unwrap_err().code(), MALFORMED, "{found}");
    }
    let identity = crate::identity::samples::Stated::github().identity();
    for found in [
        PUBLISH_V01,
        "https://slsa.dev/provenance/v1evil",
        "https://slsa.dev/provenance/v1.1",
        "https://slsa.dev/provenance/v1/",
    ] {
        let statement = verify(&with(&publish(), "/predicateType", json!(found))).unwrap();
        assert_eq!(check_provenance(&statement, &identity).unwrap_err().code(), MALFORMED, "{found}");
    }
}

#[test]
fn the_peek_never_panics() {
    let good = publish().to_string();
    for end in 0..good.len() {
        assert_eq!(untrusted_predicate_type(&good.as_bytes()[..end]), None);
    }
    for at in 0..good.len() {
        let mut bytes = good.clone().into_bytes();
        bytes[at] = bytes[at].wrapping_add(1);
        let _ = untrusted_predicate_type(&bytes);
        let _ = Statement::verify(&bytes, &artifact());
    }
}
