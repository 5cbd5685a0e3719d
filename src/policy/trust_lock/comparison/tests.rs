use super::{compare_signers, other_key};
use crate::identity::GITHUB_ISSUER;
use crate::policy::drift::{DriftEvent, DriftKind};
use crate::policy::trust_lock::signer::PinnedSigner;
use crate::time::Timestamp;

fn signer() -> PinnedSigner {
    let some = |text: &str| Some(Box::from(text));
    PinnedSigner {
        issuer: GITHUB_ISSUER.into(),
        subject: None,
        repository: some("https://github.com/octo-org/octo-lib"),
        repository_id: some("700100200"),
        owner: some("https://github.com/octo-org"),
        owner_id: some("9100200"),
        workflow: some(".github/workflows/release.yml"),
        git_ref: some("refs/tags/v1.2.3"),
        environment: some("release"),
        runner: some("github-hosted"),
        trigger: some("push"),
        callee: some("https://github.com/builders/npm/.github/workflows/build.yml"),
    }
}

fn with(change: impl FnOnce(&mut PinnedSigner)) -> PinnedSigner {
    let mut signer = signer();
    change(&mut signer);
    signer
}

fn both(one: impl Fn(&mut PinnedSigner), other: impl Fn(&mut PinnedSigner)) -> impl Fn(&mut PinnedSigner) {
    move |signer| {
        one(signer);
        other(signer);
    }
}

fn drift(before: &PinnedSigner, now: &PinnedSigner) -> Vec<&'static str> {
    let mut events = Vec::new();
    compare_signers(before, now, &mut events);
    events.iter().map(|event: &DriftEvent| event.kind().as_str()).collect()
}

/// What the sound signer changes into.
fn into(change: impl FnOnce(&mut PinnedSigner)) -> Vec<&'static str> {
    drift(&signer(), &with(change))
}

#[test]
fn the_same_signer_is_no_event() {
    assert!(into(|_| ()).is_empty());
    assert!(into(|s| s.git_ref = Some("refs/tags/v1.2.4".into())).is_empty());
    assert!(into(|s| s.repository = Some("https://github.com/Octo-Org/OCTO-lib".into())).is_empty());
    assert!(into(|s| s.environment = Some("Release".into())).is_empty());
}

#[test]
fn another_publisher_hides_its_finer_fields() {
    let other = |s: &mut PinnedSigner| s.workflow = Some("x.yml".into());
    assert_eq!(
        into(|s| {
            other(s);
            s.issuer = "https://gitlab.com".into();
        }),
        ["publisher-changed"]
    );
    let person = into(|s| {
        other(s);
        s.subject = Some("octocat@octo.example".into());
    });
    assert_eq!(person, ["publisher-changed"]);
}

#[test]
fn a_repository_is_its_number() {
    let renamed = |s: &mut PinnedSigner| s.repository = Some("https://github.com/octo-org/new".into());
    let other = |s: &mut PinnedSigner| s.repository_id = Some("1".into());
    assert_eq!(into(renamed), ["repository-renamed"]);
    assert_eq!(into(other), ["repository-taken-over"]);
    assert_eq!(drift(&signer(), &with(both(renamed, other))), ["repository-taken-over"]);
    // Without a number on both sides nothing ties the new name to the old one.
    let unnumbered = |s: &mut PinnedSigner| s.repository_id = None;
    assert_eq!(drift(&with(unnumbered), &with(renamed)), ["publisher-changed"]);
    assert_eq!(drift(&signer(), &with(both(renamed, unnumbered))), ["publisher-changed"]);
    assert_eq!(into(unnumbered), ["publisher-changed"]);
    assert!(drift(&with(unnumbered), &signer()).is_empty());
    // A GitLab project's case counts.
    let gitlab = |s: &mut PinnedSigner| {
        s.issuer = "https://gitlab.com".into();
        s.repository_id = None;
    };
    let upper = |s: &mut PinnedSigner| s.repository = Some("https://github.com/OCTO-org/octo-lib".into());
    assert_eq!(drift(&with(gitlab), &with(both(gitlab, upper))), ["publisher-changed"]);
}

#[test]
fn people_are_told_apart() {
    let person = |name: &str| {
        with(|s| {
            (s.repository, s.repository_id) = (None, None);
            s.subject = Some(name.into());
        })
    };
    assert!(drift(&person("a@octo.example"), &person("a@octo.example")).is_empty());
    assert_eq!(drift(&person("a@octo.example"), &person("b@octo.example")), ["publisher-changed"]);
}

#[test]
fn owner_and_workflow() {
    assert_eq!(into(|s| s.owner_id = Some("1".into())), ["owner-transferred"]);
    assert_eq!(into(|s| s.owner_id = None), ["owner-transferred"]);
    assert!(drift(&with(|s| s.owner_id = None), &signer()).is_empty());
    assert_eq!(into(|s| s.workflow = Some(".github/workflows/evil.yml".into())), ["workflow-changed"]);
    assert_eq!(into(|s| s.workflow = None), ["workflow-changed"]);
}

#[test]
fn a_ref_moves_away_from_tags_and_branches() {
    let of = |git_ref: &str| with(|s| s.git_ref = Some(git_ref.into()));
    let (tag, main, other) = (of("refs/tags/v1"), of("refs/heads/main"), of("refs/heads/other"));
    for (before, now) in
        [(&tag, &main), (&main, &other), (&main, &of("refs/pull/1/merge")), (&tag, &of("refs/heads/refs/tags/v1"))]
    {
        assert_eq!(drift(before, now), ["ref-moved"], "{:?} {:?}", before.git_ref, now.git_ref);
    }
    assert_eq!(drift(&tag, &with(|s| s.git_ref = None)), ["ref-moved"]);
    assert!(drift(&main, &main).is_empty() && drift(&main, &tag).is_empty());
}

#[test]
fn environment_runner_trigger_callee() {
    assert_eq!(into(|s| s.environment = None), ["environment-dropped"]);
    assert_eq!(into(|s| s.environment = Some("test".into())), ["environment-changed"]);
    assert_eq!(into(|s| s.runner = Some("self-hosted".into())), ["runner-self-hosted"]);
    assert_eq!(into(|s| s.runner = None), ["runner-self-hosted"]);
    let unknown = with(|s| s.runner = None);
    assert_eq!(drift(&unknown, &with(|s| s.runner = Some("self-hosted".into()))), ["runner-self-hosted"]);
    let own = with(|s| s.runner = Some("self-hosted".into()));
    assert!(drift(&own, &own).is_empty() && drift(&own, &signer()).is_empty());
    for trigger in super::BY_OUTSIDERS {
        let opened = with(|s| s.trigger = Some(trigger.into()));
        assert_eq!(drift(&signer(), &opened), ["trigger-opened-to-outsiders"], "{trigger}");
        assert!(drift(&opened, &opened).is_empty());
    }
    assert!(into(|s| s.trigger = Some("workflow_dispatch".into())).is_empty());
    assert_eq!(into(|s| s.callee = Some("https://github.com/evil/npm/x.yml".into())), ["callee-changed"]);
    assert_eq!(into(|s| s.callee = None), ["callee-changed"]);
    assert_eq!(drift(&with(|s| s.callee = None), &signer()), ["callee-changed"]);
}

#[test]
fn an_ordinary_rotation_is_no_event() {
    let at = |seconds| Timestamp::from_unix(seconds).unwrap();
    let (past, earlier, future) = (Some(at(50)), Some(at(40)), Some(at(150)));
    for (before, now, newer, event) in [
        (past, None, true, None),
        (past, future, true, None),
        (None, None, true, Some(DriftKind::SigningKeyChanged)),
        (future, None, true, Some(DriftKind::SigningKeyChanged)),
        (Some(at(100)), None, true, Some(DriftKind::SigningKeyChanged)),
        (None, past, true, Some(DriftKind::EndedKeyReused)),
        (future, past, true, Some(DriftKind::EndedKeyReused)),
        (past, earlier, true, Some(DriftKind::EndedKeyReused)),
        (earlier, past, true, Some(DriftKind::SigningKeyChanged)),
        (None, past, false, Some(DriftKind::SigningKeyChanged)),
    ] {
        assert_eq!(other_key(before, now, newer, at(100)), event, "{before:?} {now:?} {newer}");
    }
}
