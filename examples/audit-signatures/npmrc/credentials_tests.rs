//! Which credential is sent where.
#![allow(clippy::unwrap_used)]

use crate::npmrc::sample::{Sample, url};

const NPM: &str = "https://npm.example/";
const WITHHELD: &str = "NOTE_AUDIT_CREDENTIAL_WITHHELD";

fn bearer(token: &str) -> Option<String> {
    Some(format!("Bearer {token}"))
}

#[test]
fn a_credential_is_for_its_origin_and_path() {
    let sample = Sample::new().user(
        "//npm.example/:_authToken=root\n//npm.example/a/:_authToken=a\n//npm.example/a/b:_authToken=b\n\
         //npm.example:8443/:_authToken=port",
    );
    let (access, _) = sample.access(NPM).unwrap();
    let sent = |address: &str| access.authorization(address).map(|header| header.to_str().unwrap().to_owned());
    for (address, token) in [
        ("https://npm.example/x", "root"),
        ("https://npm.example/ab", "root"),
        ("https://npm.example/a", "a"),
        ("https://npm.example/a/x", "a"),
        ("https://npm.example/a/b/c", "b"),
        ("https://npm.example/a/bc", "a"),
        ("https://npm.example/a/../c", "root"),
    ] {
        assert_eq!(sent(address), bearer(token), "{address}");
    }
    for address in [
        "https://evil.example/",
        "http://npm.example/",
        "https://npm.example:8443/",
        "https://npm.example.evil.example/",
    ] {
        assert_eq!(sent(address), None, "{address}");
    }
    assert_eq!(sample.authorization("https://npm.example:8443"), bearer("port"));
}

#[test]
fn a_token_comes_before_auth_and_that_before_a_password() {
    let lines = [
        "//npm.example/:_authToken=t",
        "//npm.example/:_auth=dTpw",
        "//npm.example/:username=u\n//npm.example/:_password=cHc=",
    ];
    let sent = |from: usize| Sample::new().user(&lines.get(from..).unwrap().join("\n")).authorization(NPM).unwrap();
    assert_eq!((sent(0).as_str(), sent(1).as_str(), sent(2).as_str()), ("Bearer t", "Basic dTpw", "Basic dTpwdw=="));
    for half in ["//npm.example/:username=u", "//npm.example/:_password=cHc", "//npm.example/:_authToken="] {
        assert_eq!(Sample::new().user(half).authorization(NPM), None, "{half}");
    }
    assert_eq!(
        Sample::new().user(&lines.get(2).unwrap().replace("cHc=", "cHc")).authorization(NPM).unwrap(),
        "Basic dTpwdw=="
    );
}

#[test]
fn cl_45_equal_spellings_of_a_prefix_are_one() {
    let sample = Sample::new().project("//NPM.example.:443:_authToken=project").user("//npm.example/:_authToken=user");
    assert_eq!(sample.authorization(NPM), bearer("project"));
}

#[test]
fn what_would_begin_another_header_is_refused_without_being_shown() {
    for line in [
        "//npm.example/:_authToken=\"s3cret\\r\\nX-Evil: y\"",
        "//npm.example/:_authToken=s3cret two",
        "//npm.example/:_auth=s3cret\u{e9}",
        "//npm.example/:username=a:b\n//npm.example/:_password=czNjcmV0",
        "//npm.example/:username=a\n//npm.example/:_password=s3cret!",
        "//npm.example/:username=\"a\\nb\"\n//npm.example/:_password=czNjcmV0",
    ] {
        let message = Sample::new().user(line).access(NPM).err().unwrap();
        assert!(message.starts_with("cannot use `//npm.example/:_") && message.contains("line "), "{message}");
        assert!(!message.contains("s3cret") && !message.contains("czNjcmV0"), "{message}");
    }
}

#[test]
fn variables_of_the_users_own_credentials_are_filled_in() {
    for sample in [
        Sample::new().user("//npm.example/:_authToken=${TOKEN}"),
        Sample::new().user("//${HOST}/:_authToken=${TOKEN}"),
        Sample::new().variable("npm_config_//npm.example/:_authToken", "${TOKEN}"),
    ] {
        let sample = sample.variable("TOKEN", "s3cret").variable("HOST", "npm.example");
        assert_eq!(sample.authorization(NPM), bearer("s3cret"));
        let note = sample.notes(NPM, "NOTE_AUDIT_CREDENTIAL");
        assert!(note.contains("A token is used for https://npm.example/") && !note.contains("s3cret"), "{note}");
    }
    let unset = Sample::new().user("//npm.example/:_authToken=${TOKEN}");
    assert_eq!(unset.authorization(NPM), None);
    assert!(unset.notes(NPM, WITHHELD).contains("the variable TOKEN is not set"));
}

/// Both lines are the project's: it would send any variable to any host.
#[test]
fn cl_44_a_project_sends_no_variable_to_a_registry_that_only_it_names() {
    let evil = "https://evil.example/";
    for lines in [
        "registry=https://evil.example/\n//evil.example/:_authToken=${TOKEN}",
        "@corp:registry=https://evil.example/\n//evil.example/:_auth=${TOKEN}",
        "//evil.example/:_authToken=x${TOKEN?}",
        "//evil.example/:username=${TOKEN}\n//evil.example/:_password=cHc=",
    ] {
        let sample = Sample::new().project(lines).variable("TOKEN", "s3cret").user("registry=https://npm.example");
        assert_eq!(sample.authorization(evil), None, "{lines}");
        let note = sample.notes(evil, WITHHELD);
        assert!(
            note.contains("spend your TOKEN on a registry that only the project names")
                && note.contains("--allow-project-credentials")
        );
        assert!(!note.contains("s3cret"), "{note}");
    }
}

/// One host, two tenants: the user's registry is not the project's.
#[test]
fn cl_44_a_registry_is_named_with_its_path() {
    let sample = Sample::new().user("registry=https://shared.example/alice/").variable("TOKEN", "s3cret");
    let sample = sample.project("registry=https://shared.example/mallory/\n//shared.example/:_authToken=${TOKEN}");
    assert_eq!(sample.authorization("https://shared.example/mallory/"), None);
    assert_eq!(sample.authorization("https://shared.example/alice/"), bearer("s3cret"));
}

#[test]
fn a_project_sends_a_variable_to_a_registry_that_the_user_names_too() {
    let project = || {
        Sample::new().project("registry=https://npm.example\n//npm.example/:_authToken=${TOKEN}").variable("TOKEN", "t")
    };
    assert_eq!(project().authorization(NPM), None);
    assert_eq!(project().user("registry=https://npm.example").authorization(NPM), bearer("t"));
    assert_eq!(project().user("@corp:registry=https://npm.example").authorization(NPM), bearer("t"));
    assert_eq!(project().variable("npm_config_registry", NPM).authorization(NPM), bearer("t"));
    let mut flagged = project();
    flagged.flag = Some(url(NPM));
    assert_eq!(flagged.authorization(NPM), bearer("t"));
    assert!(flagged.notes(NPM, "NOTE_AUDIT_CREDENTIAL").ends_with("line 2, from the variable TOKEN."));
    let mut allowed = project();
    allowed.arguments.allow_project_credentials = true;
    assert_eq!(allowed.authorization(NPM), bearer("t"));
}

#[test]
fn a_credential_that_is_withheld_hides_none_of_the_users() {
    let sample = Sample::new().project("//npm.example/:_authToken=${TOKEN}").user("//npm.example/:_authToken=mine");
    assert_eq!(sample.variable("TOKEN", "t").authorization(NPM), bearer("mine"));
}

#[test]
fn a_literal_credential_of_a_project_is_its_own_to_send() {
    assert_eq!(Sample::new().project("//npm.example/:_authToken=public").authorization(NPM), bearer("public"));
}

#[test]
fn credentials_that_name_no_registry_are_never_sent() {
    for (line, key) in [
        ("_authToken=s3cret", "_authToken"),
        ("_auth=s3cret", "_auth"),
        ("_password=s3cret\nusername=u", "_password"),
        ("cert=s3cret", "cert"),
    ] {
        let sample = Sample::new().user(line);
        assert_eq!(sample.authorization(NPM), None);
        let note = sample.notes(NPM, "NOTE_AUDIT_CREDENTIAL_UNSCOPED");
        assert!(
            note.contains(&format!("`{key}`")) && note.contains("names no registry") && !note.contains("s3cret"),
            "{note}"
        );
    }
    let sample = Sample::new().variable("NPM_CONFIG__AUTHTOKEN", "s3cret");
    assert_eq!(sample.authorization(NPM), None);
    assert!(sample.notes(NPM, "NOTE_AUDIT_CREDENTIAL_UNSCOPED").contains("NPM_CONFIG__AUTHTOKEN"));
}

#[test]
fn over_http_only_this_machine_is_told_a_secret() {
    let of = |host: &str| Sample::new().user(&format!("//{host}/:_authToken=t"));
    for host in ["localhost:4873", "127.0.0.1", "[::1]:80"] {
        assert_eq!(of(host).authorization(&format!("http://{host}/")), bearer("t"), "{host}");
    }
    for host in ["npm.example", "localhost.evil.example", "10.0.0.1"] {
        assert_eq!(of(host).authorization(&format!("http://{host}/")), None, "{host}");
        assert!(of(host).notes(&format!("http://{host}/"), WITHHELD).contains("over http, which others can read"));
    }
}

#[test]
fn nobody_who_is_unchecked_is_told_a_secret() {
    let mut sample = Sample::new().user("strict-ssl=false\n//npm.example/:_authToken=t");
    sample.arguments.insecure_tls = true;
    assert_eq!(sample.authorization(NPM), None);
    assert!(sample.notes(NPM, WITHHELD).contains("anybody may answer"));
}

/// A certificate is a file of the user's, wherever the line stands that names it.
#[test]
fn cl_44_a_project_shows_no_client_certificate_of_the_users() {
    let sample = Sample::new().project("//evil.example/:certfile=/etc/passwd\n//evil.example/:keyfile=/etc/passwd");
    let (access, _) = sample.access("https://evil.example").unwrap();
    assert!(!access.has_credentials("https://evil.example/"));
    assert!(
        sample
            .notes("https://evil.example", WITHHELD)
            .contains("spend your certificate on a registry that only the project names")
    );
}

#[test]
fn a_client_certificate_that_cannot_be_used_is_named() {
    let sample = Sample::new().file("home/cert.pem", "nothing").file("home/key.pem", "nothing");
    let sample = sample.user("//npm.example/:certfile=~/cert.pem\n//npm.example/:keyfile=~/key.pem");
    let message = sample.access(NPM).err().unwrap();
    assert!(message.contains("cert.pem: it holds no certificate"), "{message}");
    let missing = Sample::new().user("//npm.example/:certfile=~/cert.pem\n//npm.example/:keyfile=~/key.pem");
    assert!(missing.access(NPM).err().unwrap().contains("cannot read"));
}
