//! What a consumer demands beside the registry's fields.

use countersign::publisher::{Field, MatchNote, Runner};
use countersign::{Requirement, TrustedPublisher};

use super::{MISMATCH, UNPROVABLE, denied, denied_by, matched, octo_with, octo_workflow, run};
use crate::attestation_set::publisher;
use crate::question::{Question, provenance_in, provenance_with, refused};
use crate::support::Miniature;
use crate::support::bundle::Era;
use crate::support::workflow::{Callee, fulcio};

/// A provenance whose certificate lacks these extensions.
fn without(numbers: &[u32]) -> Question {
    provenance_with(|a| a.leaf(|c| numbers.iter().for_each(|number| c.remove(&fulcio(*number)))))
}

fn at_ref(git_ref: &str) -> Question {
    run(|w| w.git_ref = git_ref.into())
}

#[test]
fn id_17_one_ref() {
    let main = octo_with(|p| p.git_ref("refs/heads/main"));
    assert_eq!(matched(&main, &at_ref("refs/heads/main")), []);
    for other in
        ["refs/heads/main2", "refs/heads/Main", "refs/tags/main", "main", "refs/heads/main/../x", "refs/pull/1/merge"]
    {
        assert_eq!(denied_by(&main, &at_ref(other)), (MISMATCH, "ref"), "{other}");
    }
    assert_eq!(denied_by(&main, &at_ref("")), (UNPROVABLE, "ref"));
}

#[test]
fn id_18_refs_of_one_kind() {
    let tags = octo_with(|p| p.git_ref("refs/tags/v*"));
    assert_eq!(matched(&tags, &at_ref("refs/tags/v1.2.3")), []);
    for other in ["refs/tags/v1/../../heads/x", "refs/tags/v1/x", "refs/tags/v", "refs/tags/1", "refs/heads/v1"] {
        assert_eq!(denied_by(&tags, &at_ref(other)), (MISMATCH, "ref"), "{other}");
    }
    assert_eq!(refused(|a| a.certified(|w| w.git_ref = "refs/tags/v1\nrefs/heads/x".into())), "EXTENSION_MALFORMED");
}

#[test]
fn id_34_an_unprotected_branch() {
    let branch = at_ref("refs/heads/unprotected");
    assert_eq!(matched(&publisher(), &branch), []);
    assert_eq!(denied_by(&octo_with(|p| p.git_ref("refs/heads/main")), &branch), (MISMATCH, "ref"));
}

#[test]
fn id_19_the_workflows_commit() {
    let sha = "5eed0123456789abcdef0123456789abcdef0123";
    for commit in [sha, &sha.to_ascii_uppercase()] {
        assert_eq!(matched(&octo_with(|p| p.workflow_digest(commit)), &run(|_| ())), []);
    }
    let other = octo_with(|p| p.workflow_digest(&sha.replace("5eed", "6eed")));
    assert_eq!(denied_by(&other, &run(|_| ())), (MISMATCH, "workflow-digest"));
    assert_eq!(denied_by(&octo_with(|p| p.workflow_digest(sha)), &without(&[19])), (UNPROVABLE, "workflow-digest"));
    let short = TrustedPublisher::github("octo-org/octo-lib", "release.yml").unwrap().workflow_digest(&sha[..12]);
    assert_eq!(short.unwrap_err().code(), "ERR_COUNTERSIGN_PUBLISHER_INVALID");
}

#[test]
fn id_30_only_named_workflows_may_sign() {
    let builders =
        || Callee { repository: "builders/npm".into(), path: ".github/workflows/build.yml".into(), ..octo_workflow() };
    let allowed = octo_with(|p| p.allowed_signers(["builders/npm/.github/workflows/build.yml"]));
    assert_eq!(matched(&allowed, &run(|w| w.callee = Some(builders()))), []);
    assert_eq!(matched(&allowed, &run(|_| ())), []);
    for other in [
        Callee { repository: "evil/npm".into(), ..builders() },
        Callee { repository: "builders/npm-evil".into(), ..builders() },
        Callee { path: ".github/workflows/other.yml".into(), ..builders() },
        Callee { path: ".github/workflows/build.yml@evil.yml".into(), ..builders() },
        Callee { path: ".github/workflows/dir/build.yml".into(), ..builders() },
        Callee { git_ref: "v1".into(), ..builders() },
        Callee { git_ref: "evil.yml@refs/heads/main".into(), ..builders() },
    ] {
        let question = run(|w| w.callee = Some(other.clone()));
        assert_eq!(denied_by(&allowed, &question), (MISMATCH, "signer"), "{other:?}");
    }
    let early = provenance_in(&Miniature::new(), Era::Feb2023, |a| a);
    assert_eq!(denied_by(&allowed, &early), (UNPROVABLE, "signer"));
}

/// The publisher's own file among the allowed signers does not make a foreign caller his.
#[test]
fn id_31_an_allowed_signer_is_no_publisher() {
    let allowed = octo_with(|p| p.allowed_signers(["octo-org/octo-lib/.github/workflows/release.yml"]));
    let evil = run(|w| (w.repository, w.callee) = ("evil/lib".into(), Some(octo_workflow())));
    assert_eq!(denied_by(&allowed, &evil), (MISMATCH, "repository"));
}

#[test]
fn id_35_other_events() {
    let allowed = octo_with(|p| p.triggers(["push", "release"]));
    assert_eq!(matched(&allowed, &run(|_| ())), []);
    assert_eq!(matched(&allowed, &run(|w| w.trigger = "release".into())), []);
    for event in ["pull_request_target", "issue_comment", "workflow_run", "pull_request", "schedule", "Push", "pushed"]
    {
        let question = run(|w| w.trigger = event.into());
        assert_eq!(denied_by(&allowed, &question), (MISMATCH, "trigger"), "{event}");
        assert_eq!(matched(&publisher(), &question), [], "{event}");
    }
}

#[test]
fn id_36_no_event_is_stated() {
    let allowed = octo_with(|p| p.triggers(["push"]));
    assert_eq!(denied_by(&allowed, &without(&[2, 20])), (UNPROVABLE, "trigger"));
    assert_eq!(matched(&allowed, &without(&[20])), []);
    let early = provenance_in(&Miniature::new(), Era::Feb2023, |a| a);
    assert_eq!(denied_by(&allowed, &early), (UNPROVABLE, "trigger"));
}

/// A genuine workflow that ran poisoned code: every field is the publisher's, and no certificate tells.
#[test]
fn id_37_a_genuine_workflow_with_a_poisoned_cache() {
    let all = octo_with(|p| {
        p.git_ref("refs/tags/v*")?
            .triggers(["push"])?
            .visibility("public")?
            .repository_id("700100200")?
            .owner_id("9100200")
    });
    assert_eq!(matched(&all, &run(|_| ())), []);
}

#[test]
fn id_38_runners() {
    for runner in ["self-hosted", "Github-hosted", "gitlab-hosted"] {
        assert_eq!(denied(&run(|w| w.runner = runner.into())), (MISMATCH, "runner"), "{runner}");
    }
    let question = without(&[11]);
    assert_eq!(denied(&question), (UNPROVABLE, "runner"));
    let waiving = publisher().waive(Field::Runner);
    assert_eq!(matched(&waiving, &question), []);
    // Of this field alone, and never of what the certificate contradicts.
    assert_eq!(denied_by(&publisher().waive(Field::Workflow), &question), (UNPROVABLE, "runner"));
    assert_eq!(denied_by(&waiving, &run(|w| w.runner = "self-hosted".into())), (MISMATCH, "runner"));
}

#[test]
fn id_38_any_runner_if_it_is_said() {
    let any = octo_with(|p| p.runner(Runner::Any));
    assert_eq!(matched(&any, &run(|w| w.runner = "self-hosted".into())), []);
    assert_eq!(matched(&any, &without(&[11])), []);
    assert_eq!(denied_by(&any, &run(|w| w.repository = "evil/lib".into())), (MISMATCH, "repository"));
}

#[test]
fn id_39_a_private_repository() {
    let private = run(|w| w.visibility = "private".into());
    assert_eq!(matched(&publisher(), &private), [MatchNote::NotPublic]);
    let public = octo_with(|p| p.visibility("public"));
    assert_eq!(denied_by(&public, &private), (MISMATCH, "visibility"));
    assert_eq!(matched(&public, &run(|_| ())), []);
    assert_eq!(denied_by(&public, &without(&[22])), (UNPROVABLE, "visibility"));
}

/// Two publishers that each have one demand right are nobody.
#[test]
fn id_20_demands_are_not_combined() {
    let with = |git_ref: &str, event: &str| {
        let octo = TrustedPublisher::github("octo-org/octo-lib", "release.yml").unwrap();
        octo.git_ref(git_ref).unwrap().triggers([event]).unwrap()
    };
    let both = [with("refs/heads/main", "push"), with("refs/tags/v*", "schedule")];
    let both = Requirement::any_trusted_publisher(both).unwrap();
    assert_eq!(denied_by(&both, &run(|_| ())), (MISMATCH, "ref"));
}
