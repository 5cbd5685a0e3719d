//! EX: Fulcio's extensions, each readable and none against another.

use countersign::Evidence;

use crate::question::{accepted, provenance_in, provenance_with, refused};
use crate::support::Miniature;
use crate::support::bundle::Era;
use crate::support::certificate::{Certificate, Extension, SUBJECT_ALT_NAME, uri_names};
use crate::support::der;
use crate::support::statement::Build;
use crate::support::workflow::{Workflow, fulcio};

/// The code where one extension's value was changed before logs and authority signed the certificate.
#[track_caller]
fn stating(number: u32, value: Vec<u8>) -> &'static str {
    refused(|a| a.leaf(|c| c.extension(&fulcio(number)).value = value))
}

/// The code where the certificate describes another run than the statement does.
#[track_caller]
fn certified(change: impl FnOnce(&mut Workflow)) -> &'static str {
    refused(|a| a.certified(change))
}

fn repository(evidence: &Evidence) -> Option<&str> {
    evidence.provenance().unwrap().identity().repository()
}

#[test]
fn ex_01_certificates_with_six_extensions() {
    let evidence = accepted(&provenance_in(&Miniature::new(), Era::Feb2023, |a| a));
    let identity = evidence.provenance().unwrap().identity();
    assert_eq!(identity.issuer(), Some("https://token.actions.githubusercontent.com"));
    assert_eq!(repository(&evidence), Some("https://github.com/octo-org/octo-lib"));
    assert_eq!((identity.runner(), identity.build_config(), identity.repository_id()), (None, None, None));
}

#[test]
fn ex_02_the_issuer_may_stand_in_either() {
    for number in [1, 8] {
        let evidence = accepted(&provenance_with(|a| a.leaf(|c| c.remove(&fulcio(number)))));
        let issuer = evidence.provenance().unwrap().identity().issuer().map(String::from);
        assert_eq!(issuer.as_deref(), Some("https://token.actions.githubusercontent.com"));
    }
}

#[test]
fn ex_03_ex_09_what_is_written_twice_differs() {
    for (number, other) in [
        (1, "https://token.example"),
        (2, "release"),
        (3, "0000000000000000000000000000000000000000"),
        (5, "evil/lib"),
        (6, "refs/heads/evil"),
    ] {
        assert_eq!(stating(number, other.into()), "INCONSISTENT_IDENTITY", "{number}");
    }
    for (number, other) in [
        (13, "0000000000000000000000000000000000000000"),
        (14, "refs/heads/evil"),
        (20, "release"),
        (8, "https://token.actions.githubusercontent.com/octo-enterprise"),
    ] {
        assert_eq!(stating(number, der::utf8(other)), "INCONSISTENT_IDENTITY", "{number}");
    }
}

#[test]
fn ex_04_the_encoding_of_one_generation_in_the_other() {
    assert_eq!(stating(8, b"https://token.actions.githubusercontent.com".to_vec()), "EXTENSION_MALFORMED");
    assert_eq!(stating(5, der::utf8("octo-org/octo-lib")), "EXTENSION_MALFORMED");
}

#[test]
fn ex_05_values_that_are_no_utf8_string_in_der() {
    let text = b"https://github.com/octo-org/octo-lib";
    let length = text.len() as u8;
    for value in [
        der::tlv(der::PRINTABLE_STRING, text),
        der::tlv(der::IA5_STRING, text),
        der::tlv(der::OCTET_STRING, text),
        der::sequence(&[der::tlv(der::UTF8_STRING, text)]),
        der::raw(der::UTF8_STRING, &[0x81, length], text),
        der::raw(der::UTF8_STRING, &[length - 1], text),
        der::raw(der::UTF8_STRING, &[length + 1], text),
        der::tlv(der::UTF8_STRING, b"\xc3\x28"),
        Vec::new(),
    ] {
        assert_eq!(stating(12, value), "EXTENSION_MALFORMED");
    }
}

#[test]
fn ex_06_text_that_people_do_not_see() {
    for c in ['\0', '\n', '\u{202e}', '\u{200b}', '\u{feff}', '\u{301}', '\u{e9}', ' '] {
        let value = der::utf8(&format!("https://github.com/octo-org/octo{c}-lib"));
        assert_eq!(stating(12, value), "EXTENSION_MALFORMED", "{c:?}");
    }
    for c in ['\0', '\n', '\u{202e}', '\u{200b}', '\u{feff}'] {
        let value = der::utf8(&format!("refs/heads/{c}main"));
        assert_eq!(stating(14, value), "EXTENSION_MALFORMED", "{c:?}");
    }
}

#[test]
fn ex_07_values_beyond_the_limit() {
    assert_eq!(stating(4, vec![b'a'; 4097]), "LIMIT_EXCEEDED");
    assert_eq!(stating(12, der::utf8(&"a".repeat(4096))), "LIMIT_EXCEEDED");
    accepted(&provenance_with(|a| a.leaf(|c| c.extension(&fulcio(4)).value = vec![b'a'; 4096])));
}

#[test]
fn ex_08_an_extension_twice() {
    for first in [true, false] {
        let evil = Extension::new(&fulcio(12), false, der::utf8("https://github.com/evil/lib"));
        let twice = |c: &mut Certificate| {
            let place = if first { 0 } else { c.extensions.len() };
            c.extensions.insert(place, evil);
        };
        assert_eq!(refused(|a| a.leaf(twice)), "CERTIFICATE_MALFORMED");
    }
}

#[test]
fn ex_10_the_subject_is_not_the_signer() {
    let other = "https://github.com/octo-org/octo-lib/.github/workflows/evil.yml@refs/tags/v1.2.3";
    assert_eq!(stating(9, der::utf8(other)), "INCONSISTENT_IDENTITY");
    assert_eq!(refused(|a| a.leaf(|c| *c.extension(SUBJECT_ALT_NAME) = uri_names(&[other]))), "INCONSISTENT_IDENTITY");
}

#[test]
fn ex_11_uris_that_do_not_begin_with_each_other() {
    let started = "https://github.com/evil/lib/.github/workflows/release.yml@refs/tags/v1.2.3";
    assert_eq!(stating(18, der::utf8(started)), "INCONSISTENT_IDENTITY");
    assert_eq!(stating(16, der::utf8("https://github.com/evil")), "INCONSISTENT_IDENTITY");
    assert_eq!(stating(16, der::utf8("https://github.com/octo-or")), "INCONSISTENT_IDENTITY");
    for other in ["https://github.com/octo-org", "https://github.com/octo-org/octo-lib/x", "https://evil.example/a/b"] {
        // Without 1.5, which would contradict it first.
        let moved = |c: &mut Certificate| {
            c.remove(&fulcio(5));
            c.remove(&fulcio(16));
            c.remove(&fulcio(18));
            c.extension(&fulcio(12)).value = der::utf8(other);
        };
        assert_eq!(refused(|a| a.leaf(moved)), "INCONSISTENT_IDENTITY", "{other}");
    }
}

#[test]
fn ex_12_a_run_for_a_bare_commit() {
    let mini = Miniature::new();
    let question = provenance_in(&mini, Era::Mar2026, |a| {
        a.plan(|p| p.build = Build::AttestV1).workflow(|w| w.git_ref = String::new())
    });
    let evidence = accepted(&question);
    let identity = evidence.provenance().unwrap().identity();
    assert_eq!((identity.git_ref(), identity.workflow_path()), (None, Some(".github/workflows/release.yml")));
}

#[test]
fn ex_13_numbers_of_the_future() {
    let future = Extension::new(&fulcio(25), false, b"\xff".to_vec());
    accepted(&provenance_with(|a| a.leaf(|c| c.extensions.push(future))));
}

#[test]
fn ex_14_a_critical_one() {
    assert_eq!(refused(|a| a.leaf(|c| c.extension(&fulcio(12)).critical = true)), "CRITICAL_EXTENSION");
}

#[test]
fn ex_15_identifiers_that_look_alike() {
    for oid in ["1.3.6.1.4.1.57264.1.12.1", "1.3.6.1.4.1.57265.1.12", "1.3.6.1.4.1.57264.2.12", "1.3.6.1.4.1.57264.12"]
    {
        let evil = Extension::new(oid, false, der::utf8("https://github.com/evil/lib"));
        let beside = |c: &mut Certificate| c.extensions.insert(0, evil);
        let evidence = accepted(&provenance_with(|a| a.leaf(beside)));
        assert_eq!(repository(&evidence), Some("https://github.com/octo-org/octo-lib"), "{oid}");
    }
}

#[test]
fn the_certificate_and_the_statement_describe_one_run() {
    assert_eq!(certified(|w| w.repository = "evil/lib".into()), "PROVENANCE_CONTRADICTS_CERTIFICATE");
    assert_eq!(certified(|w| w.path = ".github/workflows/evil.yml".into()), "PROVENANCE_CONTRADICTS_CERTIFICATE");
    assert_eq!(certified(|w| w.git_ref = "refs/heads/evil".into()), "PROVENANCE_CONTRADICTS_CERTIFICATE");
    assert_eq!(certified(|w| w.sha = "00".repeat(20)), "PROVENANCE_CONTRADICTS_CERTIFICATE");
    assert_eq!(certified(|w| w.run_id = "1".into()), "PROVENANCE_CONTRADICTS_CERTIFICATE");
    assert_eq!(certified(|w| w.trigger = "pull_request_target".into()), "PROVENANCE_CONTRADICTS_CERTIFICATE");
    assert_eq!(certified(|w| w.repository_id = "1".into()), "PROVENANCE_CONTRADICTS_CERTIFICATE");
    assert_eq!(certified(|w| w.owner_id = "1".into()), "PROVENANCE_CONTRADICTS_CERTIFICATE");
}

#[test]
fn the_build_type_is_of_the_certificates_ci_system() {
    for build in [Build::GitLab, Build::Delegator] {
        let code = refused(|a| a.plan(|p| p.build = build));
        assert_eq!(code, "PROVENANCE_CONTRADICTS_CERTIFICATE", "{build:?}");
    }
    let code = refused(|a| a.plan(|p| (p.gitlab(), p.build = Build::GhaV2).0));
    assert_eq!(code, "PROVENANCE_CONTRADICTS_CERTIFICATE");
}

#[test]
fn a_second_source_beside_the_certificates() {
    let again = |list: &mut serde_json::Value| {
        let list = list.as_array_mut().unwrap();
        list.push(list[0].clone());
    };
    let v1 = refused(|a| a.statement(|s| again(&mut s["predicate"]["buildDefinition"]["resolvedDependencies"])));
    assert_eq!(v1, "STATEMENT_MALFORMED");
    for build in [Build::GhaV2, Build::Delegator] {
        let code = refused(|a| {
            let built = a.plan(|p| if build == Build::Delegator { p.delegated() } else { p.build = build });
            built.statement(|s| again(&mut s["predicate"]["materials"]))
        });
        assert_eq!(code, "STATEMENT_MALFORMED", "{build:?}");
    }
}
