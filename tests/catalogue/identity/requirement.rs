//! What a requirement makes of several publishers, and of other signers.

use countersign::policy::RequiredSigner;
use countersign::publisher::Field;
use countersign::{Denied, Requirement, TrustedPublisher};
use serde_json::json;

use super::{MISMATCH, UNPROVABLE, denied_by, matched, octo, run};
use crate::attestation_set::publisher;
use crate::question::{Question, accepted, octo as package, provenance_with};
use crate::support::Miniature;
use crate::support::registry::response;
use crate::support::workflow::fulcio;

fn any(publishers: &[TrustedPublisher]) -> Requirement {
    Requirement::any_trusted_publisher(publishers.iter().cloned()).unwrap()
}

#[test]
fn id_20_any_full_match_wins() {
    let other = TrustedPublisher::github("other/lib", "release.yml").unwrap();
    let gitlab = TrustedPublisher::gitlab("octo-org/octo-lib", ".gitlab-ci.yml").unwrap();
    let question = run(|_| ());
    let authorized = any(&[other, gitlab, octo()]).authorize(&accepted(&question), question.now).unwrap();
    assert_eq!(authorized.publisher_match().unwrap().publisher(), &octo());
}

#[test]
fn id_20_the_nearest_miss_is_explained() {
    let far = TrustedPublisher::github("other/lib", "other.yml").unwrap();
    let near = octo().triggers(["schedule"]).unwrap();
    let question = run(|_| ());
    assert_eq!(denied_by(&any(&[far.clone(), near.clone()]), &question), (MISMATCH, "trigger"));
    // What is not stated is nearer than what is contradicted.
    let unstated = octo().environment("npm").unwrap();
    assert_eq!(denied_by(&any(&[near.clone(), unstated]), &question), (UNPROVABLE, "environment"));
    // Of two that miss alike, the first.
    let branch = octo().git_ref("refs/heads/main").unwrap();
    assert_eq!(denied_by(&any(&[near.clone(), branch.clone()]), &question), (MISMATCH, "trigger"));
    assert_eq!(denied_by(&any(&[branch, near.clone()]), &question), (MISMATCH, "ref"));
    let identity = accepted(&question).provenance().unwrap().identity().clone();
    let table = any(&[far, near]).nearest_publisher(&identity).unwrap();
    let rows: Vec<_> =
        table.misses(&[]).map(|row| (row.field(), row.expected().as_str(), row.found().unwrap().as_str())).collect();
    assert_eq!(rows, [(Field::Trigger, "schedule", "push")]);
}

#[test]
fn id_20_the_nearest_miss_counts_waivers() {
    let question = provenance_with(|a| a.leaf(|c| c.remove(&fulcio(11))));
    let (runner, environment) = (octo(), octo().environment("npm").unwrap());
    assert_eq!(denied_by(&any(&[runner.clone(), environment.clone()]), &question), (UNPROVABLE, "runner"));
    let waived = any(&[environment, runner]).waive(Field::Runner);
    assert_eq!(matched(&waived, &question), []);
}

#[test]
fn id_70_the_publishers_attestation_of_something_else() {
    let mini = Miniature::new();
    let kind = "https://example.com/test-results/v1";
    let provenance =
        mini.provenance(&package()).statement(|s| s["predicateType"] = json!(kind)).outer_type(kind).mint();
    let answer = response(&[mini.publish(&package()).mint(), provenance]);
    let advertised = Question::attested(&mini, &package()).response(&answer);
    let denied = |question: &Question| publisher().authorize(&question.verify().unwrap(), question.now).unwrap_err();
    assert_eq!(denied(&advertised), Denied::AttestationsWithheld);
    let question = advertised.manifest(|m| drop(m["dist"].as_object_mut().unwrap().remove("attestations")));
    assert_eq!(denied(&question), Denied::MissingProvenance);
}

#[test]
fn required_signers_are_compared_as_a_whole() {
    let by_owner = |owner: &str| Requirement::provenance(RequiredSigner::github_owner(owner).unwrap());
    let question = run(|_| ());
    assert!(by_owner("Octo-Org").authorize(&accepted(&question), question.now).is_ok());
    assert_eq!(denied_by(&by_owner("octo"), &question), ("SIGNER_MISMATCH", "owner"));
    assert_eq!(denied_by(&by_owner("octo-org-evil"), &question), ("SIGNER_MISMATCH", "owner"));
    let by = |issuer: &str, url: &str| Requirement::provenance(RequiredSigner::repository(issuer, url).unwrap());
    let (issuer, url) = (crate::support::workflow::GITHUB_ISSUER, "https://github.com/octo-org/octo-lib");
    assert!(by(issuer, url).authorize(&accepted(&question), question.now).is_ok());
    assert_eq!(
        denied_by(&by("https://gitlab.com", "https://gitlab.com/octo-org/octo-lib"), &question),
        ("SIGNER_MISMATCH", "issuer")
    );
    let longer = by(issuer, "https://github.com/octo-org/octo-lib-evil");
    assert_eq!(denied_by(&longer, &question), ("SIGNER_MISMATCH", "repository"));
}
