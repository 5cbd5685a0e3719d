//! CircleCI: every field is compared, and nothing ever matches.

use super::answer;
use crate::identity::samples::Stated;
use crate::publisher::{Field, MatchStatus, PublisherMatch, TrustedPublisher};

const ORG: &str = "6f1bd1b5-0a2c-4d1e-8f3a-9b7c5d3e1f00";
const PROJECT: &str = "6f1bd1b5-0a2c-4d1e-8f3a-9b7c5d3e1f01";
const DEFINITION: &str = "6f1bd1b5-0a2c-4d1e-8f3a-9b7c5d3e1f02";
const OTHER: &str = "6f1bd1b5-0a2c-4d1e-8f3a-9b7c5d3e1f0f";
const ORIGIN: &str = "github.com/octo-org/octo-lib";

const FIELDS: [Field; 5] =
    [Field::Issuer, Field::Repository, Field::OrgId, Field::ProjectId, Field::PipelineDefinitionId];

fn publisher() -> TrustedPublisher {
    TrustedPublisher::circleci(ORG, PROJECT, DEFINITION, ORIGIN).unwrap()
}

fn uri(project: &str, definition: &str) -> String {
    format!("https://circleci.com/api/v2/projects/{project}/pipeline-definitions/{definition}")
}

/// A job as Fulcio certifies it.
fn job() -> Stated {
    let issuer = format!("https://oidc.circleci.com/org/{ORG}");
    let mut stated = Stated::gitlab();
    stated.extensions.clear();
    let signer = uri(PROJECT, DEFINITION);
    stated
        .with(1, &issuer)
        .with(8, &issuer)
        .with(9, &signer)
        .subject(&signer)
        .with(11, "\"\"")
        .with(12, ORIGIN)
        .with(14, "refs/heads/main")
        .with(18, "https://circleci.com/api/v2/pipeline/6f1bd1b5-0a2c-4d1e-8f3a-9b7c5d3e1f0a/config")
}

fn compare(stated: &Stated) -> PublisherMatch {
    publisher().matches(&stated.identity())
}

fn answers(stated: &Stated) -> [&'static str; 5] {
    let found = compare(stated);
    FIELDS.map(|field| answer(&found, field))
}

#[test]
fn id_62_nothing_ever_matches() {
    let found = compare(&job());
    assert_eq!(answers(&job()), ["proven"; 5]);
    assert_eq!(found.status(), MatchStatus::Unprovable);
    let last = found.fields().last().unwrap();
    assert_eq!(last.field(), Field::Provenance);
    assert!(last.reason().unwrap().contains("publishes no npm provenance"));
    let all = [&FIELDS[..], &[Field::Provenance, Field::ContextIds, Field::Runner]].concat();
    assert_eq!(found.status_waiving(&all), (MatchStatus::Unprovable, vec![]));
    assert_eq!(found.misses(&all).count(), 1);
}

#[test]
fn each_member_is_contradicted_by_itself() {
    let other_org = format!("https://oidc.circleci.com/org/{OTHER}");
    let cases = [
        (job().with(12, "github.com/octo-org/other"), 1),
        (job().with(12, "github.com/Octo-org/octo-lib"), 1),
        (job().with(1, &other_org).with(8, &other_org), 2),
        (job().with(9, &uri(OTHER, DEFINITION)).subject(&uri(OTHER, DEFINITION)), 3),
        (job().with(9, &uri(PROJECT, OTHER)).subject(&uri(PROJECT, OTHER)), 4),
    ];
    for (stated, at) in cases {
        let mut expected = ["proven"; 5];
        expected[at] = "contradicted";
        assert_eq!(answers(&stated), expected);
        assert_eq!(compare(&stated).status(), MatchStatus::Mismatch);
    }
}

#[test]
fn other_issuers() {
    for issuer in [
        "https://oidc.circleci.com/",
        "http://oidc.circleci.com",
        "https://oidc.circleci.com/org/",
        "https://oidc.circleci.com/org/octo",
        "https://oidc.circleci.com.evil.example",
        "https://token.actions.githubusercontent.example",
        "https://gitlab.com",
    ] {
        assert_eq!(answers(&job().with(1, issuer).with(8, issuer))[0], "contradicted", "{issuer}");
    }
    assert_eq!(answers(&job().without(1).without(8))[0], "unprovable");
}

#[test]
fn the_organisation_is_in_the_issuer_or_in_the_subject() {
    let root = "https://oidc.circleci.com";
    let plain = job().with(1, root).with(8, root);
    assert_eq!(answers(&plain), ["proven", "proven", "unprovable", "proven", "proven"]);
    let subject = |org: &str| format!("org/{org}/project/{PROJECT}/user/{OTHER}");
    assert_eq!(answers(&plain.clone().with(24, &subject(ORG)))[2], "proven");
    assert_eq!(answers(&plain.clone().with(24, &subject(OTHER)))[2], "contradicted");
    for odd in [format!("org/{ORG}"), format!("org/{ORG}/x"), format!("x/org/{ORG}/project/{PROJECT}"), subject("é")] {
        assert_eq!(answers(&plain.clone().with(24, &odd))[2], "unprovable", "{odd}");
    }
}

#[test]
fn a_definition_is_two_uuids_and_nothing_else() {
    for odd in [
        uri("", ""),
        uri(PROJECT, ""),
        format!("{}/x", uri(PROJECT, DEFINITION)),
        format!("{}?x", uri(PROJECT, DEFINITION)),
        uri(PROJECT, &format!("{OTHER}/pipeline-definitions/{DEFINITION}")),
        uri(&format!("{PROJECT}/x"), DEFINITION),
        uri(PROJECT, DEFINITION).replace("v2", "v1"),
    ] {
        assert_eq!(answers(&job().with(9, &odd).subject(&odd))[3..], ["contradicted"; 2], "{odd}");
    }
    assert_eq!(answers(&job().without(9))[3..], ["unprovable"; 2]);
    assert_eq!(answers(&job().without(12))[1], "unprovable");
}

#[test]
fn contexts_and_reruns() {
    let with = publisher().context_ids([OTHER]).unwrap();
    assert_eq!(answer(&with.matches(&job().identity()), Field::ContextIds), "unprovable");
    assert_eq!(answer(&compare(&job()), Field::ContextIds), "not judged");
    assert_eq!(answer(&compare(&job().with(11, "ssh-rerun")), Field::Runner), "contradicted");
    assert_eq!(answer(&compare(&job()), Field::Runner), "not judged");
}

#[test]
fn id_03_id_62_no_other_publisher_is_a_circleci_job() {
    for other in [
        TrustedPublisher::github("octo-org/octo-lib", "release.yml").unwrap(),
        TrustedPublisher::gitlab("octo/sub/lib", ".gitlab-ci.yml").unwrap(),
    ] {
        assert_eq!(answer(&other.matches(&job().identity()), Field::Issuer), "contradicted");
    }
    for stated in [Stated::github(), Stated::gitlab()] {
        assert_eq!(answer(&compare(&stated), Field::Issuer), "contradicted");
    }
}
