use super::read;
use crate::publisher::TrustedPublisher;

const GITHUB: &str = r#"
{
  "id": "0b8ad8ea-2c1d-4c3b-9a39-1f6e8d1a0b11",
  "type": "github",
  "file": "release.yml",
  "repository": "octo-org/octo-lib",
  "environment": "npm",
  "permissions": [
    "createPackage"
  ]
}
"#;
const GITLAB: &str = r#"
{
  "id": "0b8ad8ea-2c1d-4c3b-9a39-1f6e8d1a0b12",
  "type": "gitlab",
  "file": ".gitlab-ci.yml",
  "project": "octo/sub/lib",
  "permissions": []
}
"#;
const CIRCLECI: &str = r#"
{
  "id": "0b8ad8ea-2c1d-4c3b-9a39-1f6e8d1a0b13",
  "type": "circleci",
  "orgId": "6f1bd1b5-0a2c-4d1e-8f3a-9b7c5d3e1f00",
  "projectId": "6f1bd1b5-0a2c-4d1e-8f3a-9b7c5d3e1f01",
  "pipelineDefinitionId": "6f1bd1b5-0a2c-4d1e-8f3a-9b7c5d3e1f02",
  "vcsOrigin": "github.com/octo-org/octo-lib",
  "contextIds": ["6f1bd1b5-0a2c-4d1e-8f3a-9b7c5d3e1f03"]
}

"#;

#[track_caller]
fn code(output: &str) -> &'static str {
    let code = read(output.as_bytes()).expect_err("this was read").code();
    code.strip_prefix("ERR_COUNTERSIGN_").unwrap()
}

/// The same with one text in it replaced.
#[track_caller]
fn changed(from: &str, to: &str) -> String {
    assert!(GITHUB.contains(from), "no {from:?} to replace");
    GITHUB.replace(from, to)
}

#[test]
fn documents_one_after_another() {
    let github = TrustedPublisher::github("octo-org/octo-lib", "release.yml").unwrap().environment("npm").unwrap();
    let gitlab = TrustedPublisher::gitlab("octo/sub/lib", ".gitlab-ci.yml").unwrap();
    let id = |last: u8| format!("6f1bd1b5-0a2c-4d1e-8f3a-9b7c5d3e1f0{last}");
    let circleci = TrustedPublisher::circleci(&id(0), &id(1), &id(2), "github.com/octo-org/octo-lib").unwrap();
    let circleci = circleci.context_ids([id(3)]).unwrap();
    let all = [GITHUB, GITLAB, CIRCLECI].concat();
    assert_eq!(read(all.as_bytes()).unwrap(), [github.clone(), gitlab, circleci]);
    assert_eq!(read(GITHUB.trim().as_bytes()).unwrap(), [github]);
    // What a certificate does not state is read over, whatever stands there.
    for permissions in ["", "7", "{\"type\": \"gitlab\"}"] {
        assert_eq!(read(changed("\"createPackage\"", permissions).as_bytes()).unwrap().len(), 1, "{permissions}");
    }
}

#[test]
fn nothing_is_no_publisher() {
    for output in ["", " ", "\n\n", "undefined", "npm error code E403", "<html>", "null", "7", "\u{feff}{}"] {
        assert_eq!(code(output), "NOT_JSON", "{output:?}");
    }
    for output in ["[]", "[{}]", "{}", &format!("[{GITHUB}]"), &format!("[{GITHUB},{GITLAB}]")] {
        assert_eq!(code(output), "MALFORMED", "{output:?}");
    }
}

#[test]
fn what_follows_is_a_document_or_an_error() {
    assert_eq!(code(&format!("{GITHUB},{GITLAB}")), "MALFORMED");
    assert_eq!(code(&format!("{GITHUB} npm notice")), "MALFORMED");
    assert_eq!(code(&format!("{GITHUB} null")), "MALFORMED");
    assert_eq!(code(&format!("{GITHUB} []")), "MALFORMED");
    assert_eq!(code(&format!("{GITHUB} {{")), "NOT_JSON");
    assert_eq!(code(GITHUB.trim().trim_end_matches('}')), "NOT_JSON");
    assert_eq!(code(&format!("{GITHUB}\0")), "MALFORMED");
}

#[test]
fn bounds_come_before_the_work() {
    let long = format!("{GITHUB}{}", " ".repeat(1 << 20));
    assert_eq!(code(&long), "LIMIT_EXCEEDED");
    let full = format!("{GITHUB}{}", " ".repeat((1 << 20) - GITHUB.len()));
    assert_eq!(read(full.as_bytes()).unwrap().len(), 1);
    let nested = |depth: usize| changed("\"createPackage\"", &format!("{}{}", "[".repeat(depth), "]".repeat(depth)));
    assert_eq!(code(&nested(63)), "LIMIT_EXCEEDED");
    assert_eq!(read(nested(62).as_bytes()).unwrap().len(), 1);
    assert_eq!(code(&"[".repeat(100_000)), "LIMIT_EXCEEDED");
    assert_eq!(read(GITHUB.repeat(64).as_bytes()).unwrap().len(), 64);
    assert_eq!(code(&GITHUB.repeat(65)), "LIMIT_EXCEEDED");
}

#[test]
fn members_are_known_single_and_of_their_type() {
    for (from, to) in [
        ("\"github\"", "\"bitbucket\""),
        ("\"github\"", "\"GitHub\""),
        ("\"github\"", "null"),
        ("\"github\"", "[\"github\"]"),
        ("\"github\"", "\"gitlab\""),
        ("\"github\"", "\"circleci\""),
        ("\"type\"", "\"kind\""),
        ("\"file\": \"release.yml\",", ""),
        ("\"repository\": \"octo-org/octo-lib\",", ""),
        ("\"repository\"", "\"project\""),
        ("\"file\": \"release.yml\"", "\"file\": \"release.yml\", \"file\": \"release.yml\""),
        ("\"type\": \"github\"", "\"type\": \"github\", \"type\": \"gitlab\""),
        ("\"id\":", "\"id\": 1, \"id\":"),
        // An escape spells the same name.
        ("\"file\"", "\"f\\u0069le\": \"other.yml\", \"file\""),
        ("\"environment\"", "\"ref\""),
        ("\"environment\"", "\"orgId\""),
        ("\"environment\"", "\"vcsOrigin\""),
        ("\"environment\": \"npm\"", "\"contextIds\": []"),
        ("\"environment\": \"npm\"", "\"environment\": [\"npm\"]"),
        ("\"release.yml\"", "\"release.yml\\ud800\""),
        ("\"release.yml\"", "\"release.yml"),
    ] {
        assert_eq!(code(&changed(from, to)), "MALFORMED", "{from} {to}");
    }
    assert_eq!(code(&CIRCLECI.replace("\"vcsOrigin\"", "\"environment\"")), "MALFORMED");
}

#[test]
fn values_are_those_of_the_constructors() {
    for (from, to) in [
        ("\"release.yml\"", "\".github/workflows/release.yml\""),
        ("\"release.yml\"", "\"\""),
        ("octo-org/octo-lib", "https://github.com/octo-org/octo-lib"),
        ("\"npm\"", "\"\""),
        ("\"npm\"", "\"n\\u202epm\""),
    ] {
        assert_eq!(code(&changed(from, to)), "PUBLISHER_INVALID", "{from} {to}");
    }
    // An escape is the letter it stands for.
    let escaped = read(changed("release.yml", "rele\\u0061se.yml").as_bytes()).unwrap();
    assert_eq!(escaped, read(GITHUB.as_bytes()).unwrap());
    assert_eq!(code(&CIRCLECI.replace("1f03", "1F03")), "PUBLISHER_INVALID");
}
