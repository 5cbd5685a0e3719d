//! ID: whether the signer is the trusted publisher, by the certificate alone.

mod ci_systems;
mod demands;
mod environment;
mod issuer;
mod numbers;
mod repository;
mod requirement;
mod workflow;

use countersign::publisher::MatchNote;
use countersign::{Denied, Requirement, TrustedPublisher};
use serde_json::{Value, json};

use crate::attestation_set::publisher;
use crate::question::{Question, accepted, provenance_with};
use crate::support::workflow::{Callee, Workflow};

const MISMATCH: &str = "PUBLISHER_MISMATCH";
const UNPROVABLE: &str = "PUBLISHER_UNPROVABLE";

/// The code with which the sound evidence is denied, and the field.
#[track_caller]
fn denied_by(requirement: &Requirement, question: &Question) -> (&'static str, &'static str) {
    let denied = requirement.authorize(&accepted(question), question.now).expect_err("this was authorized");
    let field = match denied {
        Denied::PublisherMismatch { field, .. }
        | Denied::PublisherUnprovable { field, .. }
        | Denied::SignerMismatch { field, .. } => field,
        _ => "",
    };
    (denied.code().strip_prefix("ERR_COUNTERSIGN_").unwrap(), field)
}

#[track_caller]
fn denied(question: &Question) -> (&'static str, &'static str) {
    denied_by(&publisher(), question)
}

/// The notes of the match, but for the one that every publisher without a number has (ID-45).
#[track_caller]
fn matched(requirement: &Requirement, question: &Question) -> Vec<MatchNote> {
    let authorized = requirement.authorize(&accepted(question), question.now).expect("this was denied");
    let notes = authorized.publisher_match().unwrap().notes();
    notes.into_iter().filter(|note| *note != MatchNote::NameOnlyPin).collect()
}

/// A provenance of another run, in every layer.
fn run(change: impl FnOnce(&mut Workflow)) -> Question {
    provenance_with(|a| a.workflow(change))
}

/// The same, of a build type that says nothing of the CI system.
fn opaque(change: impl FnOnce(&mut Workflow)) -> Question {
    provenance_with(|a| a.workflow(change).statement(of_unknown_build))
}

fn of_unknown_build(statement: &mut Value) {
    statement["predicate"]["buildDefinition"]["buildType"] = json!("x");
}

fn octo() -> TrustedPublisher {
    TrustedPublisher::github("octo-org/octo-lib", "release.yml").unwrap()
}

fn github(repository: &str, file: &str) -> Requirement {
    Requirement::trusted_publisher(TrustedPublisher::github(repository, file).unwrap())
}

/// The publisher with one demand more.
#[track_caller]
fn octo_with(
    demand: impl FnOnce(TrustedPublisher) -> Result<TrustedPublisher, countersign::ParseError>,
) -> Requirement {
    Requirement::trusted_publisher(demand(octo()).unwrap())
}

/// The publisher's own workflow, as a reusable one.
fn octo_workflow() -> Callee {
    Callee {
        repository: "octo-org/octo-lib".into(),
        path: ".github/workflows/release.yml".into(),
        git_ref: "refs/tags/v1.2.3".into(),
        sha: Workflow::github().sha,
    }
}
