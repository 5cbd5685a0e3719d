//! The deployment environment.

use countersign::Requirement;
use countersign::publisher::{Field, MatchNote};

use super::{MISMATCH, UNPROVABLE, denied_by, matched, octo, octo_with, run};
use crate::question::{Question, beside, octo as package, provenance_in};
use crate::support::Miniature;
use crate::support::bundle::Era;
use crate::support::workflow::Workflow;

fn npm() -> Requirement {
    octo_with(|p| p.environment("npm"))
}

fn named(name: &str) -> Question {
    run(|w| w.environment = Some(name.into()))
}

/// A package of 2026-08, when certificates state the environment of every job that has one.
fn of_august(change: impl FnOnce(&mut Workflow)) -> Question {
    let mini = Miniature::new();
    let seconds = 180 * 86_400;
    let publish = mini.publish(&package()).plan(|p| p.later(seconds)).mint();
    let provenance = mini.provenance(&package()).plan(|p| p.later(seconds)).workflow(change).mint();
    beside(&mini, &publish, &provenance)
}

/// A package whose certificate has no 1.23, and this token subject.
fn subject(text: &str) -> Question {
    run(|w| (w.subject, w.last_extension) = (Some(text.into()), 24))
}

#[test]
fn id_50_certificates_from_before_it_was_stated() {
    for era in [Era::Feb2023, Era::Jul2023, Era::Jun2024, Era::Sep2025, Era::Mar2026] {
        let question = provenance_in(&Miniature::new(), era, |a| a);
        assert_eq!(denied_by(&npm(), &question), (UNPROVABLE, "environment"), "{era:?}");
        assert!(npm().waive(Field::Environment).authorize(&question.verify().unwrap(), question.now).is_ok());
    }
}

#[test]
fn id_50_later_ones_would_state_it() {
    assert_eq!(denied_by(&npm(), &of_august(|_| ())), (MISMATCH, "environment"));
    assert_eq!(denied_by(&npm().waive(Field::Environment), &of_august(|_| ())), (MISMATCH, "environment"));
    assert_eq!(matched(&npm(), &of_august(|w| w.environment = Some("npm".into()))), []);
    assert_eq!(matched(&octo_with(Ok), &of_august(|_| ())), []);
}

#[test]
fn id_50_the_token_subject_can_state_it() {
    let numbered = Workflow::github().numbered_repository();
    for repository in ["octo-org/octo-lib", &*numbered] {
        let stated = subject(&format!("repo:{repository}:environment:npm"));
        assert_eq!(matched(&npm(), &stated), [MatchNote::FromTokenSubject], "{repository}");
        let other = subject(&format!("repo:{repository}:environment:NPM"));
        assert_eq!(denied_by(&npm(), &other), (MISMATCH, "environment"), "{repository}");
    }
    let colon = octo_with(|p| p.environment("a:b"));
    assert_eq!(matched(&colon, &subject("repo:octo-org/octo-lib:environment:a%3Ab")), [MatchNote::FromTokenSubject]);
}

#[test]
fn id_50_the_token_subject_never_states_its_absence() {
    for text in [
        "repo:octo-org/octo-lib:ref:refs/tags/v1.2.3",
        "repo:octo-org/octo-lib:environment:npm:ref:refs/heads/main",
        "repo:octo-org/octo-lib:environment:",
        "repo:evil/octo-lib:environment:npm",
        "repo:octo-org@1/octo-lib@2:environment:npm",
        "environment:npm",
    ] {
        assert_eq!(denied_by(&npm(), &subject(text)), (UNPROVABLE, "environment"), "{text}");
    }
}

#[test]
fn id_51_other_environments() {
    assert_eq!(matched(&npm(), &named("npm")), []);
    for other in ["staging", "NPM", "Npm", "npm2", "np", "npm-x", "n:pm"] {
        assert_eq!(denied_by(&npm(), &named(other)), (MISMATCH, "environment"), "{other}");
    }
    // An empty one is none.
    assert_eq!(denied_by(&npm(), &named("")), (UNPROVABLE, "environment"));
    assert_eq!(octo().environment("").unwrap_err().code(), "ERR_COUNTERSIGN_PUBLISHER_INVALID");
    // Where none is configured any will do, as at the registry.
    assert_eq!(matched(&octo_with(Ok), &named("staging")), []);
}

#[test]
fn id_51_the_extension_outranks_the_subject() {
    let both = run(|w| {
        w.environment = Some("staging".into());
        (w.subject, w.last_extension) = (Some("repo:octo-org/octo-lib:environment:npm".into()), 24);
    });
    assert_eq!(denied_by(&npm(), &both), (MISMATCH, "environment"));
}
