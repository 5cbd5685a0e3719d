//! Who vouches for the rest, and what kind of name the certificate has.

use serde_json::json;

use super::{MISMATCH, denied, matched, opaque, run};
use crate::attestation_set::publisher;
use crate::question::{provenance_with, refused};
use crate::support::certificate::{Certificate, Extension, SUBJECT_ALT_NAME, uri_names};
use crate::support::der;
use crate::support::workflow::{Workflow, fulcio};

#[test]
fn id_01_every_field_is_the_publishers() {
    assert_eq!(matched(&publisher(), &run(|_| ())), []);
}

#[test]
fn id_02_other_issuers() {
    for issuer in [
        "https://token.actions.githubusercontent.com/octo-enterprise",
        "https://token.actions.githubusercontent.com/",
        "http://token.actions.githubusercontent.com",
        "https://TOKEN.actions.githubusercontent.com",
        "https://token.actions.githubusercontent.com:443",
        "https://token.actions.githubusercontent.com.evil.example",
    ] {
        assert_eq!(denied(&opaque(|w| w.issuer = issuer.into())), (MISMATCH, "issuer"), "{issuer}");
    }
    // Where the build type speaks of GitHub, the provenance contradicts such a certificate.
    let evil = |w: &mut Workflow| w.issuer = "https://token.evil.example".into();
    assert_eq!(refused(|a| a.workflow(evil)), "PROVENANCE_CONTRADICTS_CERTIFICATE");
}

#[test]
fn id_03_id_62_another_ci_system() {
    let gitlab = provenance_with(|a| a.plan(|p| p.gitlab()));
    assert_eq!(denied(&gitlab), (MISMATCH, "issuer"));
    let namesake = provenance_with(|a| a.plan(|p| p.gitlab()).workflow(|w| w.repository = "octo-org/octo-lib".into()));
    assert_eq!(denied(&namesake), (MISMATCH, "issuer"));
}

#[test]
fn id_03_id_62_a_person() {
    let person = |c: &mut Certificate| {
        let name = der::sequence(&[der::implicit(1, b"octocat@octo.example")]);
        *c.extension(SUBJECT_ALT_NAME) = Extension::new(SUBJECT_ALT_NAME, true, name);
        c.extensions.retain(|e| !e.oid.starts_with("1.3.6.1.4.1.57264.1."));
        let list = c.extensions.pop().unwrap();
        c.put(&fulcio(1), b"https://accounts.example".to_vec());
        c.put(&fulcio(8), der::utf8("https://accounts.example"));
        c.extensions.push(list);
    };
    assert_eq!(refused(|a| a.leaf(person)), "PROVENANCE_CONTRADICTS_CERTIFICATE");
    let unknown = |s: &mut serde_json::Value| s["predicate"]["buildDefinition"]["buildType"] = json!("x");
    assert_eq!(denied(&provenance_with(|a| a.leaf(person).statement(unknown))), (MISMATCH, "issuer"));
}

#[test]
fn id_04_the_text_in_another_kind_of_name() {
    let uri = Workflow::github().signer_uri();
    let text = uri.as_bytes();
    for name in [
        der::implicit(1, text),
        der::implicit(2, text),
        der::implicit(7, &[127, 0, 0, 1]),
        der::explicit(0, &[der::oid("1.3.6.1.4.1.57264.1.7"), der::explicit(0, &der::utf8(&uri))].concat()),
    ] {
        let names = Extension::new(SUBJECT_ALT_NAME, true, der::sequence(&[name]));
        let code = refused(|a| a.leaf(|c| *c.extension(SUBJECT_ALT_NAME) = names));
        assert_eq!(code, "INCONSISTENT_IDENTITY");
    }
}

#[test]
fn id_05_two_names() {
    let own = Workflow::github().signer_uri();
    let evil = own.replace("octo-org", "evil");
    for uris in [[&*own, &*evil], [&*evil, &*own], [&*own, &*own]] {
        assert_eq!(refused(|a| a.leaf(|c| *c.extension(SUBJECT_ALT_NAME) = uri_names(&uris))), "SUBJECT_ALT_NAME");
    }
    let email = der::sequence(&[der::implicit(6, own.as_bytes()), der::implicit(1, b"octocat@octo.example")]);
    let names = Extension::new(SUBJECT_ALT_NAME, true, email);
    assert_eq!(refused(|a| a.leaf(|c| *c.extension(SUBJECT_ALT_NAME) = names)), "SUBJECT_ALT_NAME");
}
