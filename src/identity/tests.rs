use super::samples::{Stated, real_bundles, utf8};
use super::{SanInput, SignerIdentity, SubjectKind};

const INCONSISTENT: &str = "ERR_COUNTERSIGN_INCONSISTENT_IDENTITY";
const MALFORMED: &str = "ERR_COUNTERSIGN_EXTENSION_MALFORMED";
const HERE: &str = "https://github.com/octo-org/octo-lib/.github/workflows/release.yml@";

#[test]
fn says_what_the_certificate_says() {
    let identity =
        Stated::github().with(23, "npm production").with(24, "repo:octo-org/octo-lib:ref:refs/tags/v1.2.3").identity();
    assert_eq!(identity.issuer(), Some("https://token.actions.githubusercontent.com"));
    assert_eq!(identity.repository(), Some("https://github.com/octo-org/octo-lib"));
    assert_eq!(identity.owner(), Some("https://github.com/octo-org"));
    assert_eq!((identity.repository_id(), identity.owner_id()), (Some("602223945"), Some("64505099")));
    assert_eq!(identity.workflow_path(), Some(".github/workflows/release.yml"));
    assert_eq!(identity.git_ref(), Some("refs/tags/v1.2.3"));
    assert_eq!(identity.runner(), Some("github-hosted"));
    assert_eq!(identity.trigger(), Some("push"));
    assert_eq!(identity.visibility(), Some("public"));
    assert_eq!(identity.environment(), Some("npm production"));
    assert_eq!(identity.workflow_name().unwrap().as_str(), "Release");
    assert_eq!(identity.subject_kind(), SubjectKind::Uri);
    assert_eq!(identity.callee(), None);
}

#[test]
fn ex_01_early_certificates_have_six_extensions() {
    let identity = Stated::early().identity();
    assert_eq!(identity.issuer(), Some("https://token.actions.githubusercontent.com"));
    assert_eq!(identity.repository(), Some("https://github.com/octo-org/octo-lib"));
    assert_eq!(identity.workflow_path(), Some(".github/workflows/release.yml"));
    assert_eq!(identity.commit(), Some("16babffb9153811e193c019939391357372b25ce"));
    assert_eq!((identity.runner(), identity.run(), identity.build_config()), (None, None, None));
    assert!(identity.is_early());
}

#[test]
fn ex_02_the_issuer_may_stand_in_either() {
    for number in [1, 8] {
        assert!(Stated::github().without(number).identity().is_github());
    }
}

#[test]
fn ex_03_ex_09_what_is_written_twice_agrees() {
    for (number, text) in [
        (1, "https://token.actions.evil.example"),
        (2, "pull_request_target"),
        (3, "0000000000000000000000000000000000000000"),
        (5, "octo-org/octo-lib-evil"),
        (5, "https://github.com/octo-org/octo-lib"),
        (5, "Octo-Org/octo-lib"),
        (6, "refs/heads/main"),
    ] {
        assert_eq!(Stated::github().with(number, text).code(), INCONSISTENT, "1.{number} {text}");
    }
}

#[test]
fn ex_08_no_extension_occurs_twice() {
    for number in [1, 12, 18, 7, 999] {
        let mut stated = Stated::github();
        stated.extensions.push((number, utf8("x")));
        stated.extensions.push((number, utf8("x")));
        assert_eq!(stated.code(), MALFORMED, "{number}");
    }
    let mut same = Stated::github();
    same.extensions.extend(Stated::github().extensions.into_iter().filter(|(number, _)| *number == 12));
    assert_eq!(same.code(), MALFORMED);
}

#[test]
fn ex_10_the_subject_is_the_signer() {
    let evil = format!("{HERE}refs/heads/evil");
    assert_eq!(Stated::github().subject(&evil).code(), INCONSISTENT);
    assert_eq!(Stated::github().with(9, &evil).code(), INCONSISTENT);
    let mut email = Stated::github();
    email.is_email = true;
    assert_eq!(email.code(), INCONSISTENT);
    let parts = Stated::github();
    let extensions = parts.extensions.iter().map(|(number, value)| (*number, value.as_slice()));
    let other = SignerIdentity::from_parts(SanInput::Other, extensions, parts.not_before);
    assert_eq!(other.unwrap_err().code(), INCONSISTENT);
}

#[test]
fn ex_10_the_subject_is_percent_encoded() {
    let raw = format!("{HERE}refs/heads/été 1%");
    let subject = format!("{HERE}refs/heads/%C3%A9t%c3%a9%201%");
    let stated =
        Stated::github().with(9, &raw).with(18, &raw).with(14, "refs/heads/été 1%").with(6, "refs/heads/été 1%");
    assert_eq!(stated.clone().subject(&subject).identity().workflow_path(), Some(".github/workflows/release.yml"));
    assert_eq!(stated.clone().subject(&subject).identity().callee(), None);
    assert_eq!(stated.subject(&subject.replace("%20", "+")).code(), INCONSISTENT);
}

#[test]
fn ex_10_templates_were_html_for_some_months() {
    let plain = format!("{HERE}refs/tags/v1.0.0+build.5");
    let escaped = format!("{HERE}refs/tags/v1.0.0&#43;build.5");
    let tag = "refs/tags/v1.0.0+build.5";
    let stated = Stated::github().with(14, tag).with(6, tag).with(18, &escaped).with(9, &escaped);
    for (time, path) in [
        ("2024-07-31T23:59:59Z", None),
        ("2024-08-01T00:00:00Z", Some(".github/workflows/release.yml")),
        ("2025-05-14T23:59:59Z", Some(".github/workflows/release.yml")),
        ("2025-05-15T00:00:00Z", None),
    ] {
        let identity = stated.clone().subject(&escaped).at(time).identity();
        assert_eq!(identity.workflow_path(), path, "{time}");
        assert_eq!(identity.is_uri(&escaped, &plain), path.is_some(), "{time}");
        assert!(!identity.is_uri(&plain, &escaped), "{time}");
        assert_eq!(stated.clone().subject(&plain).at(time).read().is_ok(), path.is_some(), "{time}");
    }
}

#[test]
fn ex_11_github_paths_begin_with_each_other() {
    let elsewhere = "https://github.com/evil/octo-lib/.github/workflows/release.yml@refs/tags/v1.2.3";
    for (number, text) in [
        (18, elsewhere),
        (18, "https://github.com/octo-org/octo-lib-evil/.github/workflows/release.yml@refs/tags/v1.2.3"),
        (18, "https://github.com/octo-org/octo-lib"),
        (18, "https://github.com/octo-org/octo-lib/"),
        (16, "https://github.com/octo"),
        (16, "https://github.com/evil"),
        (16, "https://github.com/octo-org/"),
        (16, "https://github.com/octo-org/octo-lib"),
    ] {
        assert_eq!(Stated::github().with(number, text).code(), INCONSISTENT, "1.{number} {text}");
    }
}

#[test]
fn id_11_a_github_repository_is_owner_and_name() {
    for uri in [
        "https://github.com/octo-org",
        "https://github.com/octo-org/",
        "https://github.com//octo-lib",
        "https://github.com/octo-org/octo-lib/",
        "https://github.com/octo-org/octo-lib/../evil",
        "https://github.com@evil.example/octo-lib",
        "https://github.com.evil.example/octo-org/octo-lib",
        "http://github.com/octo-org/octo-lib",
    ] {
        let stated = Stated::github().without(5).without(16).without(18).with(12, uri);
        assert_eq!(stated.code(), INCONSISTENT, "{uri}");
    }
}

#[test]
fn id_04_a_github_certificate_names_a_workflow() {
    let mut stated = Stated::early().subject("mona@github.example");
    stated.is_email = true;
    assert_eq!(stated.code(), INCONSISTENT);
    assert_eq!(Stated::early().subject("https://github.com.evil.example/x").code(), INCONSISTENT);
}

#[test]
fn ex_12_a_bare_commit_has_no_ref() {
    let commit = "16babffb9153811e193c019939391357372b25ce";
    let uri = format!("{HERE}{commit}");
    let identity = Stated::github().without(14).without(6).with(9, &uri).with(18, &uri).subject(&uri).identity();
    assert_eq!(identity.git_ref(), None);
    assert_eq!(identity.workflow_path(), Some(".github/workflows/release.yml"));
}

#[test]
fn id_16_at_signs_are_not_separators() {
    for (file, git_ref) in [
        ("release.yml", "refs/tags/@octo/lib@1.2.3"),
        ("a@b.yml", "refs/heads/main"),
        ("release.yml", "refs/heads/x@refs/tags/v1"),
        ("release.yml@refs/heads/x", "refs/tags/v1"),
    ] {
        let uri = format!("https://github.com/octo-org/octo-lib/.github/workflows/{file}@{git_ref}");
        let stated = Stated::github().with(6, git_ref).with(14, git_ref).with(9, &uri).with(18, &uri).subject(&uri);
        assert_eq!(stated.identity().workflow_path(), Some(format!(".github/workflows/{file}").as_str()), "{uri}");
    }
}

#[test]
fn id_30_the_callee_is_reported() {
    let callee = "https://github.com/builders/shared/.github/workflows/build.yml@refs/tags/v1";
    let identity = Stated::github().with(9, callee).subject(callee).identity();
    assert_eq!(identity.callee(), Some(callee));
    assert_eq!(identity.workflow_path(), Some(".github/workflows/release.yml"));
    let early = Stated::early().subject(callee).identity();
    assert_eq!((early.callee(), early.workflow_path()), (Some(callee), None));
}

#[test]
fn id_60_gitlab_sets_the_path_apart_with_two_slashes() {
    let identity = Stated::gitlab().identity();
    assert_eq!(identity.workflow_path(), Some(".gitlab-ci.yml"));
    assert_eq!(identity.repository(), Some("https://gitlab.com/octo/sub/lib"));
}

#[test]
fn people_have_e_mail_addresses() {
    let stated = Stated { subject: "mona@github.example".into(), is_email: true, ..Stated::early() };
    let stated = Stated { extensions: Vec::new(), ..stated }.with(8, "https://accounts.google.com");
    let identity = stated.identity();
    assert_eq!((identity.subject_kind(), identity.signer()), (SubjectKind::Email, Some("mona@github.example")));
    assert_eq!((identity.repository(), identity.callee(), identity.workflow_path()), (None, None, None));
}

#[test]
fn every_real_certificate_is_consistent() {
    let mut read = 0;
    for kind in ["npm-attestations-response", "npm-bundle-standalone", "github-attestation", "sigstore-bundle"] {
        for bundle in real_bundles(kind) {
            let Some(stated) = bundle.certificate else { continue };
            let identity = stated.read().unwrap_or_else(|error| panic!("{}: {error}", bundle.file));
            assert!(identity.issuer().is_some(), "{}", bundle.file);
            if identity.is_github() {
                let callee_is_elsewhere = identity.is_early() && identity.callee().is_some();
                assert!(identity.workflow_path().is_some() || callee_is_elsewhere, "{}", bundle.file);
            }
            read += 1;
        }
    }
    assert!(read == 0 || read > 60, "{read}");
}
