//! What a consumer demands beside the registry's fields: each is a field of its own.

use super::{answer, publisher};
use crate::identity::samples::Stated;
use crate::publisher::{Field, MatchNote, MatchStatus, Runner, TrustedPublisher};

const COMMIT: &str = "16babffb9153811e193c019939391357372b25ce";
const CALLEE: &str = "https://github.com/builders/shared/.github/workflows/build.yml@refs/tags/v1";

/// The answer to one field; every other one must be proven.
#[track_caller]
fn one(publisher: &TrustedPublisher, field: Field, stated: &Stated) -> &'static str {
    let found = publisher.matches(&stated.identity());
    for other in found.fields().iter().filter(|other| other.field() != field) {
        assert_eq!(answer(&found, other.field()), "proven", "{other:?}");
    }
    answer(&found, field)
}

fn called(callee: &str) -> Stated {
    Stated::github().with(9, callee).subject(callee)
}

#[test]
fn what_is_not_demanded_is_not_judged() {
    let found = publisher().matches(&Stated::github().identity());
    assert_eq!(found.fields().len(), 4);
}

#[test]
fn id_02_an_enterprise_has_its_own_issuer() {
    let issued = |issuer: &str| Stated::github().with(1, issuer).with(8, issuer);
    let with = publisher().enterprise("octo-corp").unwrap();
    let of = |stated: &Stated| one(&with, Field::Issuer, stated);
    assert_eq!(of(&issued("https://token.actions.githubusercontent.com/octo-corp")), "proven");
    for other in ["", "/", "/octo-corp/", "/Octo-Corp", "/octo-corp2", "/evil"] {
        let issuer = format!("https://token.actions.githubusercontent.com{other}");
        assert_eq!(of(&issued(&issuer)), "contradicted", "{issuer}");
    }
}

#[test]
fn id_17_id_34_refs() {
    let with = publisher().git_ref("refs/tags/v*").unwrap();
    assert_eq!(one(&with, Field::Ref, &Stated::github()), "proven");
    let branch = "https://github.com/octo-org/octo-lib/.github/workflows/release.yml@refs/heads/main";
    let branch = called(branch).with(18, branch).with(6, "refs/heads/main").with(14, "refs/heads/main");
    assert_eq!(one(&with, Field::Ref, &branch), "contradicted");
    let bare = format!("https://github.com/octo-org/octo-lib/.github/workflows/release.yml@{COMMIT}");
    let bare = called(&bare).with(18, &bare).without(6).without(14);
    assert_eq!(one(&with, Field::Ref, &bare), "unprovable");
}

#[test]
fn id_19_the_workflows_commit() {
    let with = publisher().workflow_digest(&COMMIT.to_ascii_uppercase()).unwrap();
    assert_eq!(one(&with, Field::WorkflowDigest, &Stated::github()), "proven");
    let upper = Stated::github().with(19, &COMMIT.to_ascii_uppercase());
    assert_eq!(one(&with, Field::WorkflowDigest, &upper), "proven");
    for other in ["26babffb9153811e193c019939391357372b25ce", &COMMIT[..39], &COMMIT[..7]] {
        assert_eq!(one(&with, Field::WorkflowDigest, &Stated::github().with(19, other)), "contradicted", "{other}");
    }
    assert_eq!(one(&with, Field::WorkflowDigest, &Stated::github().without(19)), "unprovable");
}

#[test]
fn id_30_allowed_signers() {
    let with = publisher()
        .allowed_signers(["a/a/.github/workflows/a.yml", "builders/shared/.github/workflows/build.yml"])
        .unwrap();
    let of = |stated: &Stated| one(&with, Field::Signer, stated);
    assert_eq!(of(&called(CALLEE)), "proven");
    assert_eq!(of(&Stated::github()), "proven");
    assert_eq!(of(&Stated::github().without(9)), "proven");
    let at = |end: &str| called(&CALLEE.replace("@refs/tags/v1", end));
    for good in [&format!("@{COMMIT}"), "@refs/heads/main@x", "@refs/pull/1/merge", &format!("@{}", "a".repeat(64))] {
        assert_eq!(of(&at(good)), "proven", "{good}");
    }
    for bad in [
        "",
        "@",
        "@v1",
        "@refs/",
        "@refs/heads/",
        "@refs/x",
        "@16babff",
        "@evil.yml@refs/heads/main",
        ".bak@refs/tags/v1",
        "%40refs/tags/v1",
        &format!("@{}", COMMIT.to_ascii_uppercase()),
        "/../evil.yml@refs/tags/v1",
    ] {
        assert_eq!(of(&at(bad)), "contradicted", "{bad}");
    }
    for other in [
        "https://github.com/evil/shared/.github/workflows/build.yml@refs/tags/v1",
        "https://github.com/evilders/shared/.github/workflows/build.yml@refs/tags/v1",
        "https://github.com/builders/shared/.github/workflows/Build.yml@refs/tags/v1",
        "https://github.com/builders/shared/.github/workflows/a.yml@refs/tags/v1",
        "https://github.com/xbuilders/shared/.github/workflows/build.yml@refs/tags/v1",
    ] {
        assert_eq!(of(&called(other)), "contradicted", "{other}");
    }
    let cased = called(&CALLEE.replace("builders/shared", "Builders/SHARED"));
    assert_eq!(of(&cased), "proven");
    assert!(with.matches(&cased.identity()).notes().contains(&MatchNote::CaseDiffers));
}

#[test]
fn id_30_who_called_whom_is_not_known_without_the_started_workflow() {
    let with = publisher().allowed_signers(["octo-org/octo-lib/.github/workflows/release.yml"]).unwrap();
    assert_eq!(one(&with, Field::Signer, &Stated::early()), "unprovable");
    let found = with.matches(&Stated::github().without(18).identity());
    assert_eq!(answer(&found, Field::Signer), "unprovable");
}

#[test]
fn id_35_id_36_triggers() {
    let with = publisher().triggers(["push", "release"]).unwrap();
    assert_eq!(one(&with, Field::Trigger, &Stated::github()), "proven");
    for event in ["pull_request_target", "issue_comment", "workflow_run", "pull_request", "schedule", "Push", "push2"] {
        let stated = Stated::github().with(2, event).with(20, event);
        assert_eq!(one(&with, Field::Trigger, &stated), "contradicted", "{event}");
        assert_eq!(one(&with, Field::Trigger, &stated.without(20)), "contradicted", "{event}");
    }
    assert_eq!(one(&with, Field::Trigger, &Stated::github().without(20)), "proven");
    assert_eq!(one(&with, Field::Trigger, &Stated::github().without(2).without(20)), "unprovable");
}

#[test]
fn id_38_any_runner() {
    let with = publisher().runner(Runner::Any).unwrap();
    for stated in [Stated::github(), Stated::github().with(11, "self-hosted"), Stated::github().without(11)] {
        assert_eq!(one(&with, Field::Runner, &stated), "not judged");
    }
    assert!(!with.matches(&Stated::early().identity()).notes().contains(&MatchNote::RunnerNotStated));
}

#[test]
fn id_39_visibility() {
    let with = publisher().visibility("public").unwrap();
    assert_eq!(one(&with, Field::Visibility, &Stated::github()), "proven");
    for other in ["private", "internal"] {
        let stated = Stated::github().with(22, other);
        assert_eq!(one(&with, Field::Visibility, &stated), "contradicted", "{other}");
        let without = publisher().matches(&stated.identity());
        assert_eq!(without.status(), MatchStatus::Match);
        assert!(without.notes().contains(&MatchNote::NotPublic));
    }
    assert_eq!(one(&with, Field::Visibility, &Stated::github().without(22)), "unprovable");
}

#[test]
fn id_41_id_42_id_43_id_45_numbers() {
    let repository = publisher().repository_id("602223945").unwrap();
    let owner = publisher().owner_id("64505099").unwrap();
    for (with, field, number) in [(&repository, Field::RepositoryId, 15), (&owner, Field::OwnerId, 17)] {
        assert_eq!(one(with, field, &Stated::github()), "proven");
        assert!(!with.matches(&Stated::github().identity()).notes().contains(&MatchNote::NameOnlyPin));
        for other in ["602223946", "0602223945", "60222394", "6022239450", "064505099", "64505099.0"] {
            assert_eq!(one(with, field, &Stated::github().with(number, other)), "contradicted", "{other}");
        }
        assert_eq!(one(with, field, &Stated::github().without(number)), "unprovable");
        assert_eq!(one(with, field, &Stated::early()), "unprovable");
    }
}

#[test]
fn id_43_early_certificates_prove_no_more_than_a_plain_rule() {
    let with = publisher().git_ref("refs/tags/v1.2.3").unwrap();
    assert_eq!(one(&with, Field::Ref, &Stated::early()), "unprovable");
    let with = publisher().triggers(["push"]).unwrap();
    assert_eq!(one(&with, Field::Trigger, &Stated::early()), "unprovable");
    assert_eq!(one(&with, Field::Trigger, &Stated::early().with(2, "schedule")), "contradicted");
    assert_eq!(one(&with, Field::Trigger, &Stated::github().at("2023-04-18T00:00:00Z")), "proven");
}

fn in_environment(stated: &Stated) -> &'static str {
    one(&publisher().environment("npm").unwrap(), Field::Environment, stated)
}

#[test]
fn id_50_id_51_environments() {
    assert_eq!(in_environment(&Stated::github().with(23, "npm")), "proven");
    for other in ["NPM", "npm2", "np", "n%70m", "npm/x"] {
        assert_eq!(in_environment(&Stated::github().with(23, other)), "contradicted", "{other}");
    }
    assert_eq!(in_environment(&Stated::github()), "unprovable");
    assert_eq!(in_environment(&Stated::github().with(23, "")), "unprovable");
    assert_eq!(in_environment(&Stated::early()), "unprovable");
    assert_eq!(in_environment(&Stated::github().at("2026-05-12T23:59:59Z")), "unprovable");
    assert_eq!(in_environment(&Stated::github().at("2026-05-13T00:00:00Z")), "contradicted");
    assert_eq!(in_environment(&Stated::github().at("2026-05-13T00:00:00Z").with(23, "")), "contradicted");
}

#[test]
fn id_50_the_token_subject_of_the_default_shape() {
    let with = |subject: &str| Stated::github().with(24, subject);
    for good in ["repo:octo-org/octo-lib:environment:npm", "repo:octo-org@64505099/octo-lib@602223945:environment:npm"]
    {
        assert_eq!(in_environment(&with(good)), "proven", "{good}");
        assert_eq!(in_environment(&with(&good.replace(":npm", ":NPM"))), "contradicted");
        // What has an extension of its own is read there.
        assert_eq!(in_environment(&with(good).with(23, "other")), "contradicted");
        assert_eq!(in_environment(&with(&good.replace(":npm", ":other")).with(23, "npm")), "proven");
    }
    for other in [
        "repo:octo-org/octo-lib:ref:refs/tags/v1.2.3",
        "repo:octo-org/octo-lib:environment:",
        "repo:octo-org/octo-lib:environment:npm:ref:refs/heads/main",
        "repo:evil/octo-lib:environment:npm",
        "xrepo:octo-org/octo-lib:environment:npm",
        "environment:npm",
        "repo:octo-org/octo-lib:x:environment:npm",
        "repo:octo-org@1/octo-lib@602223945:environment:npm",
        "repo:octo-org@64505099/octo-lib@1:environment:npm",
        "repo:octo-org/octo-lib@602223945:environment:npm",
        "repo:Octo-org/octo-lib:environment:npm",
    ] {
        assert_eq!(in_environment(&with(other)), "unprovable", "{other}");
        assert_eq!(in_environment(&with(other).at("2026-06-01T00:00:00Z")), "contradicted", "{other}");
    }
    let colon = publisher().environment("a:b").unwrap();
    let stated = with("repo:octo-org/octo-lib:environment:a%3Ab");
    assert_eq!(one(&colon, Field::Environment, &stated), "proven");
    assert_eq!(colon.matches(&stated.identity()).notes()[0], MatchNote::FromTokenSubject);
}

#[test]
fn everything_is_there_for_a_table() {
    let with = publisher().environment("npm").unwrap();
    let found = with.matches(
        &Stated::github()
            .with(12, "https://github.com/Octo-Org/octo-lib")
            .without(5)
            .without(16)
            .without(18)
            .identity(),
    );
    let row = |field| found.fields().iter().find(|answer| answer.field() == field).unwrap();
    let text = |field| (row(field).expected().to_string(), row(field).found().map(ToString::to_string));
    let (expected, stated) = text(Field::Repository);
    assert_eq!(expected, "https://github.com/octo-org/octo-lib");
    assert_eq!(stated.as_deref(), Some("https://github.com/Octo-Org/octo-lib"));
    assert_eq!(text(Field::Environment), ("npm".to_owned(), None));
    assert!(row(Field::Environment).reason().is_some() && row(Field::Environment).source().is_none());
    assert_eq!(text(Field::Workflow), ("release.yml".to_owned(), None));
}

#[test]
fn the_nearest_of_several() {
    let github = |repository: &str, file: &str| TrustedPublisher::github(repository, file).unwrap();
    let nearest = |publishers: &[TrustedPublisher], waived: &[Field]| {
        let identity = Stated::github().identity();
        let matches = publishers.iter().map(|publisher| publisher.matches(&identity));
        matches.min_by_key(|matched| matched.distance(waived)).unwrap().publisher().clone()
    };
    let (far, near) = (github("other/lib", "other.yml"), github("octo-org/octo-lib", "other.yml"));
    assert_eq!(nearest(&[far.clone(), near.clone()], &[]), near);
    let same = github("other/lib", "release.yml");
    assert_eq!(nearest(&[near.clone(), same.clone()], &[]), near);
    assert_eq!(nearest(&[same.clone(), near.clone()], &[]), same);
    // One contradiction weighs more than any number of what is not stated.
    let unstated = publisher().environment("npm").unwrap();
    assert_eq!(nearest(&[near.clone(), unstated.clone()], &[]), unstated);
    assert_eq!(nearest(&[near.clone(), unstated.clone(), publisher()], &[]), publisher());
    assert_eq!(nearest(&[near, unstated.clone(), publisher()], &[Field::Environment]), unstated);
}
