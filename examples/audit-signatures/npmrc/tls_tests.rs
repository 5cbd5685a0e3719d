//! What weakens TLS, and who may.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::npmrc::sample::Sample;

const NPM: &str = "https://npm.example/";

fn is_checked(sample: &Sample) -> bool {
    !sample.access(NPM).unwrap().0.tls().disable_verification()
}

#[test]
fn strict_ssl_alone_is_an_error_that_says_what_to_do() {
    for sample in [
        Sample::new().user("\nstrict-ssl=false"),
        Sample::new().user("\nstrict-ssl=${NO_TLS}").variable("NO_TLS", "0"),
        Sample::new().user("\nstrict-ssl=null"),
        Sample::new().user("\nstrict-ssl=nonsense"),
    ] {
        let message = sample.access(NPM).err().unwrap();
        assert!(message.contains("`strict-ssl` is off by") && message.contains("line 2"), "{message}");
        assert!(message.contains("Expected: strict-ssl=true") && message.contains("--insecure-tls"), "{message}");
    }
    let variable = Sample::new().variable("NPM_CONFIG_STRICT_SSL", "false").access(NPM).err().unwrap();
    assert!(variable.contains("NPM_CONFIG_STRICT_SSL"), "{variable}");
}

#[test]
fn with_the_flag_it_counts_and_is_noted() {
    let mut sample = Sample::new().user("strict-ssl=false");
    sample.arguments.insecure_tls = true;
    assert!(!is_checked(&sample));
    assert!(sample.notes(NPM, "NOTE_AUDIT_INSECURE_TLS").contains("No registry's certificate is checked"));
}

#[test]
fn the_flag_alone_weakens_nothing() {
    let mut sample = Sample::new();
    sample.arguments.insecure_tls = true;
    assert!(is_checked(&sample));
    assert!(sample.notes(NPM, "NOTE_AUDIT_INSECURE_TLS_UNUSED").contains("changes nothing"));
}

#[test]
fn cl_44_a_project_never_weakens_tls() {
    let mut sample = Sample::new().project("strict-ssl=false");
    for insecure in [false, true] {
        sample.arguments.insecure_tls = insecure;
        assert!(is_checked(&sample));
        assert!(sample.notes(NPM, "NOTE_AUDIT_NPMRC_IGNORED").contains("`strict-ssl`"));
    }
}

#[test]
fn a_project_or_the_environment_may_be_stricter() {
    assert!(is_checked(&Sample::new().project("strict-ssl=true").user("strict-ssl=false")));
    assert!(is_checked(&Sample::new().user("strict-ssl=false").variable("npm_config_strict_ssl", "true")));
    assert!(is_checked(&Sample::new().user("strict-ssl=true")) && is_checked(&Sample::new().user("strict-ssl")));
}

#[test]
fn authorities_that_cannot_be_used_are_an_error() {
    for (text, expected) in [
        ("", "it holds no certificate"),
        ("-----BEGIN CERTIFICATE-----\nnonsense\n", "not well-formed PEM"),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "its certificate 1 is none that can be trusted",
        ),
    ] {
        let message = Sample::new().file("home/ca.pem", text).user("cafile=~/ca.pem").access(NPM).err().unwrap();
        assert!(message.contains(expected) && message.contains("`cafile` of"), "{message}");
    }
    let missing = Sample::new().user("cafile=~/ca.pem").access(NPM).err().unwrap();
    assert!(missing.contains("`cafile` of") && missing.contains("cannot read"), "{missing}");
    let large = Sample::new().file("home/ca.pem", &" ".repeat(4 * 1024 * 1024 + 1)).user("cafile=~/ca.pem");
    assert!(large.access(NPM).err().unwrap().contains("is larger than"));
    let inline = Sample::new().user("ca[]=x\nca[]=y").access(NPM).err().unwrap();
    assert!(inline.contains("cannot use `ca` of") && inline.contains("holds no certificate"), "{inline}");
    assert!(Sample::new().user("cafile=null\nca=").access(NPM).is_ok());
}

/// Its authority and its proxy together would read the user's own credentials.
#[test]
fn cl_44_a_project_names_no_certificate_authorities() {
    for line in ["cafile=/nonexistent/ca.pem", "ca=nonsense", "ca[]=nonsense", "cafile=${HOME}/ca.pem"] {
        let sample = Sample::new().project(line);
        assert!(matches!(sample.access(NPM).unwrap().0.tls().root_certs(), RootCerts::WebPki), "{line}");
        assert!(sample.notes(NPM, "NOTE_AUDIT_NPMRC_IGNORED").contains("can read what you send"), "{line}");
    }
}
