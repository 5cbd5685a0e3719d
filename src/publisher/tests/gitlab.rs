//! GitLab CI/CD.

use super::answer;
use crate::identity::samples::Stated;
use crate::publisher::{Field, MatchNote, MatchStatus, PublisherMatch, Source, TrustedPublisher};

fn publisher() -> TrustedPublisher {
    TrustedPublisher::gitlab("octo/sub/lib", ".gitlab-ci.yml").unwrap()
}

fn compare(stated: &Stated) -> PublisherMatch {
    publisher().matches(&stated.identity())
}

/// The answers to issuer, repository, workflow and runner.
fn answers(stated: &Stated) -> [&'static str; 4] {
    let found = compare(stated);
    [Field::Issuer, Field::Repository, Field::Workflow, Field::Runner].map(|field| answer(&found, field))
}

/// A pipeline whose CI file is at `uri`.
fn at(uri: &str) -> Stated {
    Stated::gitlab().with(9, uri).with(18, uri).subject(uri)
}

/// A pipeline of a GitLab that somebody hosts, as Fulcio certifies it.
fn self_managed(host: &str) -> Stated {
    let issuer = format!("https://{host}");
    at(&format!("{issuer}/octo/sub/lib//.gitlab-ci.yml@refs/heads/main")).with(1, &issuer).with(8, &issuer)
}

#[test]
fn id_60_every_field_is_proven() {
    let found = compare(&Stated::gitlab());
    assert_eq!((found.status(), found.notes()), (MatchStatus::Match, vec![MatchNote::NameOnlyPin]));
    assert_eq!(answers(&Stated::gitlab()), ["proven"; 4]);
    let sources: Vec<_> = found.fields().iter().map(|field| field.source().unwrap()).collect();
    assert_eq!(sources, [8, 12, 18, 11].map(Source::Extension));
}

#[test]
fn id_61_projects() {
    for project in
        ["octo/sub", "octo/sub/lib/lib", "octo/lib", "sub/lib", "octo/sub/lib-x", "octo/sub/lib.git", "x/octo/sub/lib"]
    {
        let uri = format!("https://gitlab.com/{project}//.gitlab-ci.yml@refs/heads/main");
        let stated = at(&uri).with(12, &format!("https://gitlab.com/{project}"));
        assert_eq!(answers(&stated), ["proven", "contradicted", "proven", "proven"], "{project}");
    }
    let cased = at("https://gitlab.com/Octo/sub/LIB//.gitlab-ci.yml@refs/heads/main")
        .with(12, "https://gitlab.com/Octo/sub/LIB");
    assert_eq!(compare(&cased).notes(), [MatchNote::CaseDiffers, MatchNote::NameOnlyPin]);
    assert_eq!(compare(&cased).status(), MatchStatus::Match);
    for host in
        ["https://gitlab.example/", "http://gitlab.com/", "https://gitlab.com.evil.example/", "https://GitLab.com/"]
    {
        let stated = Stated::gitlab().with(12, &format!("{host}octo/sub/lib"));
        assert_eq!(answers(&stated)[1..3], ["contradicted", "unprovable"], "{host}");
    }
}

#[test]
fn id_61_ci_files() {
    for uri in [
        "https://gitlab.com/octo/sub/lib/.gitlab-ci.yml@refs/heads/main",
        "https://gitlab.com/octo/sub/lib///.gitlab-ci.yml@refs/heads/main",
        "https://gitlab.com/octo/sub/lib//ci/.gitlab-ci.yml@refs/heads/main",
        "https://gitlab.com/octo/sub/lib//.gitlab-ci.yaml@refs/heads/main",
        "https://gitlab.com/octo/sub/lib//.Gitlab-ci.yml@refs/heads/main",
        "https://gitlab.com/octo/sub/lib//.gitlab-ci.yml@refs/heads/other",
        "https://gitlab.com/octo/sub/lib//.gitlab-ci.yml",
        "https://gitlab.com/octo/other//.gitlab-ci.yml@refs/heads/main",
        "https://gitlab.com/octo/sub//lib//.gitlab-ci.yml@refs/heads/main",
        "https://gitlab.example/octo/sub/lib//.gitlab-ci.yml@refs/heads/main",
        "https://gitlab.com/octo/sub/lib//.gitlab-ci.yml@evil/lib@refs/heads/main",
    ] {
        assert_eq!(answers(&at(uri)), ["proven", "proven", "contradicted", "proven"], "{uri}");
    }
    let commit = "16babffb9153811e193c019939391357372b25ce";
    assert_eq!(answers(&at(&format!("https://gitlab.com/octo/sub/lib//.gitlab-ci.yml@{commit}")))[2], "proven");
    let deep = TrustedPublisher::gitlab("octo/sub/lib", "ci/publish.yml").unwrap();
    let stated = at("https://gitlab.com/octo/sub/lib//ci/publish.yml@refs/heads/main");
    assert_eq!(deep.matches(&stated.identity()).status(), MatchStatus::Match);
}

#[test]
fn id_61_the_signer_is_the_ci_file() {
    let other = "https://gitlab.com/evil/lib//.gitlab-ci.yml@refs/heads/main";
    let stated = Stated::gitlab().with(9, other).subject(other);
    assert_eq!(answers(&stated), ["proven", "proven", "contradicted", "proven"]);
    assert_eq!(compare(&stated).fields()[2].source(), Some(Source::Extension(9)));
}

#[test]
fn id_02_the_host_is_configured_or_gitlab_com() {
    for host in ["gitlab.example", "gitlab.com.evil.example", "gitlab.com:443", "gitlab.com/", "GitLab.com"] {
        assert_eq!(answers(&self_managed(host)), ["contradicted", "proven", "proven", "proven"], "{host}");
    }
    let configured = publisher().host("gitlab.example").unwrap();
    let status = |stated: &Stated| configured.matches(&stated.identity()).status();
    assert_eq!(status(&self_managed("gitlab.example")), MatchStatus::Match);
    let own = self_managed("gitlab.example").with(12, "https://gitlab.example/octo/sub/lib");
    assert_eq!(status(&own), MatchStatus::Match);
    assert_eq!(status(&self_managed("gitlab.other.example")), MatchStatus::Mismatch);
    assert_eq!(status(&Stated::gitlab()), MatchStatus::Mismatch);
    // The issuer is that GitLab's, and the file is not of it.
    let elsewhere = Stated::gitlab().with(1, "https://gitlab.example").with(8, "https://gitlab.example");
    assert_eq!(answer(&configured.matches(&elsewhere.identity()), Field::Workflow), "contradicted");
}

#[test]
fn what_is_not_stated_is_unprovable() {
    for (number, index) in [(12, 1), (18, 2), (11, 3)] {
        assert_eq!(answers(&Stated::gitlab().without(number))[index], "unprovable", "{number}");
        // GitLab's certificates never were of the early kind.
        let early = Stated::gitlab().without(number).at("2023-02-15T00:00:00Z");
        assert_eq!(answers(&early)[index], "unprovable", "{number}");
    }
    assert_eq!(answers(&Stated::gitlab().without(1).without(8))[0], "unprovable");
    assert_eq!(answers(&Stated::gitlab().without(13).without(14))[2], "unprovable");
}

#[test]
fn id_38_the_runner_is_gitlabs() {
    for runner in ["self-hosted", "github-hosted", "GitLab-hosted"] {
        assert_eq!(answers(&Stated::gitlab().with(11, runner))[3], "contradicted", "{runner}");
    }
}

#[test]
fn id_50_id_51_the_environment_is_stated_or_not() {
    let with = publisher().environment("npm").unwrap();
    let of = |stated: Stated| answer(&with.matches(&stated.identity()), Field::Environment);
    assert_eq!(of(Stated::gitlab().with(23, "npm")), "proven");
    assert_eq!(of(Stated::gitlab().with(23, "NPM")), "contradicted");
    assert_eq!(of(Stated::gitlab()), "unprovable");
    assert_eq!(of(Stated::gitlab().at("2026-05-13T00:00:00Z")), "contradicted");
    // GitLab's token subject has no environment, whatever it looks like.
    assert_eq!(of(Stated::gitlab().with(24, "repo:octo/sub/lib:environment:npm")), "unprovable");
}
