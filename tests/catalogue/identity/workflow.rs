//! The workflow: its file, who calls whom, and what early certificates say of it.

use countersign::publisher::MatchNote;
use serde_json::json;

use super::{MISMATCH, UNPROVABLE, denied, github, matched, octo_workflow, opaque, run};
use crate::attestation_set::publisher;
use crate::question::{accepted, provenance_in, provenance_with, refused};
use crate::support::Miniature;
use crate::support::bundle::Era;
use crate::support::certificate::Certificate;
use crate::support::der;
use crate::support::statement::Build;
use crate::support::workflow::{Callee, Workflow, fulcio};

#[test]
fn id_13_id_14_id_15_id_33_other_workflows() {
    for path in [
        ".github/workflows/evil.yml",
        ".github/workflows/release.yaml",
        ".github/workflows/Release.yml",
        ".github/workflows/xrelease.yml",
        ".github/workflows/release.yml.bak",
        ".github/workflows/dir/release.yml",
        ".github/workflows/../evil.yml",
        ".github/workflows/./release.yml",
        ".github//workflows/release.yml",
        ".github\\workflows\\release.yml",
        ".github/workflows/rel",
        "release.yml",
    ] {
        assert_eq!(denied(&run(|w| w.path = path.into())), (MISMATCH, "workflow"), "{path}");
    }
}

#[test]
fn id_16_at_signs_separate_nothing() {
    let named = run(|w| w.path = ".github/workflows/a@b.yml".into());
    assert_eq!(matched(&github("octo-org/octo-lib", "a@b.yml"), &named), []);
    for git_ref in ["refs/heads/main@evil", "refs/tags/v1@refs/heads/main", "refs/tags/pkg@1.2.3"] {
        assert_eq!(matched(&publisher(), &run(|w| w.git_ref = git_ref.into())), [], "{git_ref}");
    }
    // A reader that splits at the first sign would take this for release.yml.
    let longer = run(|w| w.path = ".github/workflows/release.yml@refs/heads/x.yml".into());
    assert_eq!(denied(&longer), (MISMATCH, "workflow"));
    // The ref at the end is the certificate's own.
    let other_end = |c: &mut Certificate| {
        let uri = "https://github.com/octo-org/octo-lib/.github/workflows/release.yml@refs/heads/other";
        c.extension(&fulcio(18)).value = der::utf8(uri);
    };
    assert_eq!(refused(|a| a.leaf(other_end)), "PROVENANCE_CONTRADICTS_CERTIFICATE");
    let unknown = |s: &mut serde_json::Value| s["predicate"]["buildDefinition"]["buildType"] = json!("x");
    assert_eq!(denied(&provenance_with(|a| a.leaf(other_end).statement(unknown))), (MISMATCH, "workflow"));
}

#[test]
fn id_30_the_publisher_calls_somebodys_reusable_workflow() {
    let builder = Callee { repository: "builders/npm".into(), ..octo_workflow() };
    let question = run(|w| w.callee = Some(builder));
    let authorized = publisher().authorize(&accepted(&question), question.now).unwrap();
    let callee = authorized.publisher_match().unwrap().callee().unwrap().to_string();
    assert_eq!(callee, "https://github.com/builders/npm/.github/workflows/release.yml@refs/tags/v1.2.3");
}

#[test]
fn id_31_somebody_calls_the_publishers_reusable_workflow() {
    let evil = |w: &mut Workflow| (w.repository, w.callee) = ("evil/lib".into(), Some(octo_workflow()));
    let own_file = |w: &mut Workflow| w.path = ".github/workflows/evil.yml".into();
    for question in [
        run(evil),
        run(|w| (evil(w), own_file(w)).0),
        opaque(evil),
        provenance_with(|a| a.plan(|p| p.build = Build::AttestV1).workflow(evil)),
        provenance_in(&Miniature::new(), Era::Jul2023, |a| a.workflow(evil)),
    ] {
        let evidence = accepted(&question);
        let identity = evidence.provenance().unwrap().identity();
        assert!(identity.subject().unwrap().starts_with("https://github.com/octo-org/octo-lib/"));
        assert_eq!(denied(&question), (MISMATCH, "repository"));
    }
}

#[test]
fn id_31_from_another_workflow_of_the_publishers_repository() {
    let other = |w: &mut Workflow| {
        (w.path, w.callee) = (".github/workflows/pull-request.yml".into(), Some(octo_workflow()));
    };
    assert_eq!(denied(&run(other)), (MISMATCH, "workflow"));
}

#[test]
fn id_34_id_37_any_ref_and_event_of_the_workflow() {
    assert_eq!(matched(&publisher(), &run(|w| w.git_ref = "refs/heads/unprotected".into())), []);
    assert_eq!(matched(&publisher(), &run(|w| w.trigger = "workflow_dispatch".into())), []);
}

#[test]
fn id_43_what_a_certificate_does_not_state() {
    for (numbers, field) in [(&[18][..], "workflow"), (&[5, 12, 16, 18], "repository")] {
        let without = |c: &mut Certificate| numbers.iter().for_each(|n| c.remove(&fulcio(*n)));
        assert_eq!(denied(&provenance_with(|a| a.leaf(without))), (UNPROVABLE, field));
    }
}

#[test]
fn id_43_early_certificates_satisfy_a_plain_rule() {
    let early = |change: fn(&mut Workflow)| provenance_in(&Miniature::new(), Era::Feb2023, |a| a.workflow(change));
    assert_eq!(matched(&publisher(), &early(|_| ())), [MatchNote::JobWorkflow, MatchNote::RunnerNotStated]);
    assert_eq!(denied(&early(|w| w.path = ".github/workflows/x.yml".into())), (MISMATCH, "workflow"));
    assert_eq!(denied(&early(|w| w.repository = "evil/lib".into())), (MISMATCH, "repository"));
    let reusable = early(|w| w.callee = Some(Callee { repository: "evil/lib".into(), ..octo_workflow() }));
    assert_eq!(denied(&reusable), (UNPROVABLE, "workflow"));
}
