//! Through which proxy, and what is said about it.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::npmrc::sample::Sample;

const NPM: &str = "https://npm.example/";

fn of(sample: &Sample, registry: &str) -> Option<String> {
    sample.access(registry).unwrap().0.proxy().map(|proxy| format!("{}:{}", proxy.host(), proxy.port()))
}

#[test]
fn the_configuration_comes_before_the_environment() {
    let sample =
        Sample::new().variable("HTTPS_PROXY", "http://env.example:1").variable("ALL_PROXY", "http://all.example:2");
    assert_eq!(of(&sample, NPM).unwrap(), "env.example:1");
    let sample = sample.user("proxy=http://proxy.example:3");
    assert_eq!(of(&sample, NPM).unwrap(), "proxy.example:3");
    let sample = sample.user("proxy=http://proxy.example:3\nhttps-proxy=https://secure.example");
    assert_eq!(of(&sample, NPM).unwrap(), "secure.example:443");
    let sample = sample.user("proxy=false\nhttps-proxy=null");
    assert_eq!(of(&sample, NPM).unwrap(), "env.example:1");
    assert_eq!(of(&Sample::new().variable("all_proxy", "all.example:2"), NPM).unwrap(), "all.example:2");
    assert_eq!(of(&Sample::new().variable("http_proxy", "http.example:2"), NPM), None);
    assert_eq!(
        of(&Sample::new().variable("http_proxy", "http.example:2"), "http://npm.example").unwrap(),
        "http.example:2"
    );
    assert_eq!(of(&Sample::new(), NPM), None);
}

/// To a proxy, localhost is another machine, and credentials are sent there over http.
#[test]
fn this_machine_is_not_asked_for_through_a_proxy() {
    let sample = Sample::new().variable("HTTPS_PROXY", "http://proxy.example:1");
    for registry in ["http://localhost:4873", "http://127.0.0.1:4873", "https://[::1]/"] {
        assert_eq!(of(&sample, registry), None, "{registry}");
    }
}

#[test]
fn exemptions_are_names_and_what_is_below_them() {
    let exempt = |list: &str, registry: &str| is_exempt(list, &RegistryUrl::parse(registry).unwrap());
    for list in
        ["npm.example", "example", ".example", "*.example", "*", "a, npm.example", "NPM.example", "npm.example:443"]
    {
        assert!(exempt(list, NPM), "{list}");
    }
    for list in ["", ",", ".", "pm.example", "x.npm.example", "npm.example:8443", "npm"] {
        assert!(!exempt(list, NPM), "{list}");
    }
    let sample = Sample::new().variable("HTTPS_PROXY", "http://proxy.example:1").variable("NO_PROXY", "npm.example");
    assert_eq!(of(&sample, NPM), None);
    let sample = sample.user("noproxy[]=a.example\nnoproxy[]=b.example");
    assert_eq!((of(&sample, "https://b.example"), of(&sample, NPM).is_some()), (None, true));
}

#[test]
fn a_proxys_password_is_the_proxys() {
    let sample = Sample::new().user("https-proxy=http://user:s3cret@proxy.example:8080");
    let note = sample.notes(NPM, "NOTE_AUDIT_PROXY");
    assert!(note.contains("the proxy http://proxy.example:8080, named by") && !note.contains("user:"), "{note}");
    let (access, _) = sample.access(NPM).unwrap();
    assert_eq!(access.proxy().unwrap().password(), Some("s3cret"));
    assert_eq!(access.authorization(NPM), None);
}

#[test]
fn a_projects_proxy_is_noted_as_such() {
    let note = Sample::new().project("https-proxy=http://proxy.example").notes(NPM, "NOTE_AUDIT_PROXY");
    assert!(note.contains("the project's own file; it sees which hosts are asked"), "{note}");
    assert!(
        !Sample::new().user("https-proxy=http://proxy.example").notes(NPM, "NOTE_AUDIT_PROXY").contains("own file")
    );
}

/// Without it the registry would be asked directly, which the user did not want.
#[test]
fn a_proxy_that_cannot_be_used_is_an_error() {
    for (address, expected) in [
        ("socks5://user:s3cret@proxy.example", "SOCKS"),
        ("ftp://user:s3cret@proxy.example", "no address of a proxy"),
        ("http://user:s3cret@", "no address of a proxy"),
    ] {
        let message = Sample::new().variable("https_proxy", address).access(NPM).err().unwrap();
        assert!(message.contains(expected) && message.contains("https_proxy"), "{message}");
        assert!(!message.contains("s3cret"), "{message}");
    }
}
