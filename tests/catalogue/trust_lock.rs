//! PO-33, PO-34, PO-36: what the trust lock pins, and what it says when a later version differs.

use countersign::limits::LOCK_ENTRIES;
use countersign::policy::{Drift, NotRecorded, Recorded, Severity, TrustLock};
use countersign::{Attestations, Level, PublishTime, RegistryId};
use serde_json::{Value, json};

use crate::question::{Question, beside, json as bytes, octo, time};
use crate::support::Miniature;
use crate::support::attestation::Attestation;
use crate::support::bundle::Era;
use crate::support::certificate::{Certificate, Extension, SUBJECT_ALT_NAME};
use crate::support::der;
use crate::support::package::Package;
use crate::support::registry::response;
use crate::support::statement::Build;
use crate::support::workflow::{Callee, Workflow, fulcio};

fn package(version: &str) -> Package {
    Package::new("@octo/lib", version)
}

/// A version that is attested, with its run changed in every layer.
fn version(version: &str, change: impl FnOnce(&mut Workflow)) -> Question {
    minted(&Miniature::new(), version, Era::Mar2026, |a| a.workflow(change))
}

fn minted<'a>(
    mini: &'a Miniature,
    version: &str,
    era: Era,
    change: impl FnOnce(Attestation<'a>) -> Attestation<'a>,
) -> Question {
    let package = package(version);
    let provenance = change(mini.provenance_of(&package, era)).mint();
    let publish = mini.publish_of(&package, era).mint();
    Question::attested(mini, &package).response(&response([&publish, &provenance]))
}

/// A version without attestations, and without the promise of any.
fn plain(version: &str) -> Question {
    Question::signed(&Miniature::new(), &package(version))
}

fn compare(lock: &TrustLock, question: &Question) -> Drift {
    lock.compare(&question.verify().unwrap_or_else(|failures| panic!("this was refused: {failures}")))
}

#[track_caller]
fn record(lock: &mut TrustLock, question: &Question) {
    let drift = compare(lock, question);
    lock.record(&question.verify().unwrap(), &drift.accept()).unwrap();
}

/// A lock that was written and read again.
fn lock_of(questions: &[&Question]) -> TrustLock {
    let mut lock = TrustLock::empty();
    for question in questions {
        record(&mut lock, question);
    }
    let text = lock.to_json();
    let read = TrustLock::from_json(text.as_bytes()).unwrap();
    assert_eq!(read.to_json(), text);
    read
}

fn kinds(drift: &Drift) -> Vec<&'static str> {
    drift.events().iter().map(|event| event.kind().as_str()).collect()
}

/// The events of a version against a lock, and that they are denied.
#[track_caller]
fn events(lock: &TrustLock, question: &Question) -> Vec<&'static str> {
    let drift = compare(lock, question);
    let denied = drift.must_be_clean().map_err(|denied| denied.code());
    assert_eq!(denied, if drift.is_clean() { Ok(()) } else { Err("ERR_COUNTERSIGN_DRIFT") });
    let mut lock = lock.clone();
    let recorded = lock.record(&question.verify().unwrap(), &drift);
    assert!(drift.is_clean() || recorded == Err(NotRecorded::NotAccepted));
    kinds(&drift)
}

/// The one event of 1.2.4 against a lock in which the sound 1.2.3 is pinned.
#[track_caller]
fn next(change: impl FnOnce(&mut Workflow)) -> Vec<&'static str> {
    events(&lock_of(&[&version("1.2.3", |_| ())]), &version("1.2.4", change))
}

/// The event between two runs of one's own.
#[track_caller]
fn between(before: impl FnOnce(&mut Workflow), after: impl FnOnce(&mut Workflow)) -> Vec<&'static str> {
    events(&lock_of(&[&version("1.2.3", before)]), &version("1.2.4", after))
}

#[test]
fn po_33_the_same_publisher_again() {
    assert!(next(|_| ()).is_empty());
    assert!(next(|w| w.git_ref = "refs/tags/v1.2.4".into()).is_empty());
    assert!(next(|w| w.repository = "Octo-Org/octo-lib".into()).is_empty());
    assert!(events(&lock_of(&[&version("1.2.3", |_| ())]), &version("1.2.3", |_| ())).is_empty());
}

#[test]
fn po_33_nothing_is_pinned_yet() {
    let question = version("1.2.3", |_| ());
    let drift = compare(&TrustLock::empty(), &question);
    assert_eq!((kinds(&drift), drift.is_clean()), (vec!["first-seen"], true));
    assert_eq!(drift.events()[0].severity(), Severity::Info);
    // Another registry's package of that name is another package.
    let lock = lock_of(&[&question]);
    let elsewhere = plain("1.2.4").with(|q| q.registry = RegistryId::new("https://other.example").unwrap());
    assert_eq!(events(&lock, &elsewhere), ["first-seen"]);
}

#[test]
fn po_33_another_repository() {
    assert_eq!(next(|w| (w.repository, w.repository_id) = ("evil/lib".into(), "1".into())), ["repository-taken-over"]);
    assert_eq!(next(|w| w.repository_id = "1".into()), ["repository-taken-over"]);
    let unnumbered = |w: &mut Workflow| (w.repository, w.repository_id) = ("evil/lib".into(), String::new());
    let opaque = |s: &mut Value| s["predicate"]["buildDefinition"]["buildType"] = json!("x");
    let stranger = minted(&Miniature::new(), "1.2.4", Era::Mar2026, |a| a.workflow(unnumbered).statement(opaque));
    assert_eq!(events(&lock_of(&[&version("1.2.3", |_| ())]), &stranger), ["publisher-changed"]);
}

#[test]
fn po_33_another_issuer() {
    let mini = Miniature::new();
    let gitlab = minted(&mini, "1.2.4", Era::Mar2026, |a| a.plan(|p| p.gitlab()));
    assert_eq!(events(&lock_of(&[&version("1.2.3", |_| ())]), &gitlab), ["publisher-changed"]);
}

#[test]
fn po_33_the_owner_is_another() {
    assert_eq!(next(|w| w.owner_id = "1".into()), ["owner-transferred"]);
    let moved = next(|w| (w.repository, w.owner_id) = ("new-org/octo-lib".into(), "1".into()));
    assert_eq!(moved, ["repository-renamed", "owner-transferred"]);
}

#[test]
fn the_repository_is_renamed() {
    assert_eq!(next(|w| w.repository = "octo-org/new".into()), ["repository-renamed"]);
}

#[test]
fn the_workflow_is_another() {
    assert_eq!(next(|w| w.path = ".github/workflows/evil.yml".into()), ["workflow-changed"]);
    // A reader that splits at the last sign would take both for one.
    let (one, other) = (".github/workflows/a.yml", ".github/workflows/a.yml@refs/heads/x.yml");
    assert_eq!(between(|w| w.path = one.into(), |w| w.path = other.into()), ["workflow-changed"]);
}

#[test]
fn the_ref_moves() {
    assert_eq!(next(|w| w.git_ref = "refs/heads/main".into()), ["ref-moved"]);
    let branch = |name: &'static str| move |w: &mut Workflow| w.git_ref = format!("refs/heads/{name}");
    assert_eq!(between(branch("main"), branch("other")), ["ref-moved"]);
    assert!(between(branch("main"), branch("main")).is_empty());
    assert!(between(branch("main"), |_| ()).is_empty());
}

#[test]
fn the_environment_is_dropped_or_another() {
    let environment = |name: &'static str| move |w: &mut Workflow| w.environment = Some(name.into());
    assert_eq!(between(environment("release"), |_| ()), ["environment-dropped"]);
    assert_eq!(between(environment("release"), environment("test")), ["environment-changed"]);
    assert!(between(environment("release"), environment("Release")).is_empty());
}

#[test]
fn the_runner_becomes_self_hosted() {
    assert_eq!(next(|w| w.runner = "self-hosted".into()), ["runner-self-hosted"]);
}

#[test]
fn outsiders_can_start_it() {
    for trigger in ["pull_request_target", "issue_comment", "workflow_run", "pull_request"] {
        assert_eq!(next(|w| w.trigger = trigger.into()), ["trigger-opened-to-outsiders"], "{trigger}");
    }
    for trigger in ["workflow_dispatch", "release", "schedule"] {
        assert!(next(|w| w.trigger = trigger.into()).is_empty(), "{trigger}");
    }
    let opened = |w: &mut Workflow| w.trigger = "pull_request_target".into();
    assert!(between(opened, opened).is_empty());
}

#[test]
fn another_reusable_workflow() {
    let callee = |repository: &str, git_ref: &str| Callee {
        repository: repository.into(),
        path: ".github/workflows/build.yml".into(),
        git_ref: git_ref.into(),
        sha: git_ref.into(),
    };
    let (one, two) = ("ca11ee0123456789abcdef0123456789abcdef01", "ca11ee0123456789abcdef0123456789abcdef02");
    let of = |repository: &'static str, git_ref: &'static str| {
        move |w: &mut Workflow| w.callee = Some(callee(repository, git_ref))
    };
    assert_eq!(next(of("builders/npm", one)), ["callee-changed"]);
    assert_eq!(between(of("builders/npm", one), of("evil/npm", one)), ["callee-changed"]);
    assert_eq!(between(of("builders/npm", one), |_| ()), ["callee-changed"]);
    // Pinned to a commit, as is recommended, it is the same one at the next.
    assert!(between(of("builders/npm", one), of("builders/npm", two)).is_empty());
}

#[test]
fn po_36_trusted_publishing_is_lost_by_the_registrys_word() {
    let lock = lock_of(&[&version("1.2.3", |_| ())]);
    let by_token = version("1.2.4", |_| ()).manifest(|m| m["_npmUser"] = json!({"name": "octocat"}));
    assert_eq!(events(&lock, &by_token), ["trusted-publishing-lost"]);
    let event = serde_json::to_value(compare(&lock, &by_token)).unwrap();
    assert_eq!(event[0]["before"], "trusted-publisher (registry-asserted)");
    assert_eq!(event[0]["after"], "provenance (registry-asserted)");
    // The word alone raises nothing.
    let claimed = plain("1.2.3").manifest(|m| {
        m["_npmUser"] =
            json!({"name": "GitHub Actions", "trustedPublisher": {"id": "github"}, "approver": {"name": "x"}});
    });
    assert_eq!(compare(&TrustLock::empty(), &claimed).events()[0].after().unwrap().as_str(), "registry-signature");
    let lock = lock_of(&[&claimed]);
    let registry = RegistryId::new("https://npm.example").unwrap();
    assert_eq!(lock.baseline(&registry, "@octo/lib").unwrap().level(), Level::RegistrySignature);
    assert!(events(&lock, &plain("1.2.4")).is_empty());
}

#[test]
fn provenance_is_lost() {
    let lock = lock_of(&[&version("1.2.3", |_| ())]);
    assert_eq!(events(&lock, &plain("1.2.4")), ["provenance-lost"]);
    assert_eq!(events(&lock, &plain("1.2.4").with(|q| q.attestations = Attestations::NotFound)), ["provenance-lost"]);
    // To gain some is no event.
    assert!(events(&lock_of(&[&plain("1.2.3")]), &version("1.2.4", |_| ())).is_empty());
}

#[test]
fn provenance_that_is_not_known_is_neither_there_nor_lost() {
    let lock = lock_of(&[&version("1.2.3", |_| ())]);
    for (question, recorded) in not_known() {
        assert_eq!(events(&lock, &question), ["provenance-not-known"], "{recorded:?}");
    }
}

/// 1.2.4 in each way of not knowing its provenance, and what is said of recording it.
fn not_known() -> Vec<(Question, NotRecorded)> {
    let mini = Miniature::new();
    let other = |attestations| version("1.2.4", |_| ()).with(|q| q.attestations = attestations);
    let alone = version("1.2.4", |_| ()).response(&response([&mini.provenance(&package("1.2.4")).mint()]));
    vec![
        (other(Attestations::NotAsked), NotRecorded::ProvenanceNotAsked),
        (other(Attestations::NotAdvertised), NotRecorded::ProvenanceNotAsked),
        (plain("1.2.4").with(|q| q.attestations = Attestations::NotAsked), NotRecorded::ProvenanceNotAsked),
        (other(Attestations::NotFound), NotRecorded::ProvenanceWithheld),
        (other(Attestations::Unavailable("503".into())), NotRecorded::ProvenanceUnavailable),
        (other(Attestations::Body(b"<html>".to_vec())), NotRecorded::ProvenanceUnavailable),
        (alone, NotRecorded::ProvenanceUnconfirmed),
    ]
}

#[test]
fn the_registry_signature_is_lost_or_not_known() {
    let lock = lock_of(&[&version("1.2.3", |_| ())]);
    let signed_by = |list: Value| version("1.2.4", |_| ()).manifest(|m| m["dist"]["signatures"] = list);
    assert_eq!(events(&lock, &signed_by(json!([]))), ["registry-signature-lost"]);
    let unknown = json!([{"keyid": "SHA256:new", "sig": "MEUC"}]);
    assert_eq!(events(&lock, &signed_by(unknown)), ["registry-signature-not-known"]);
    let keyless = plain("1.2.4").with(|q| q.keys = br#"{"keys":[]}"#.to_vec());
    assert_eq!(events(&lock_of(&[&plain("1.2.3")]), &keyless), ["registry-signature-not-known"]);
}

/// Signed by the registry's key of that number alone.
fn signed_with(mini: &Miniature, version: &str, n: usize) -> Question {
    let signature = mini.registry.signature(&package(version), n);
    Question::signed(mini, &package(version)).manifest(|m| m["dist"]["signatures"] = json!([signature]))
}

#[test]
fn another_key_signs() {
    let ended = Miniature::new();
    let endless = Miniature::new().with(|m| m.registry.keys[0].end = None);
    // Both keys are current: no rotation explains it.
    let lock = lock_of(&[&signed_with(&endless, "1.2.3", 0)]);
    assert_eq!(events(&lock, &signed_with(&endless, "1.2.4", 1)), ["signing-key-changed"]);
    // The old key has ended, the new one has not.
    let lock = lock_of(&[&signed_with(&ended, "1.2.3", 0)]);
    assert!(events(&lock, &signed_with(&ended, "1.2.4", 1)).is_empty());
    // The same rotation, before the old key's end.
    let early = signed_with(&ended, "1.2.4", 1).with(|q| q.now = time("2025-01-29T00:00:00Z"));
    assert_eq!(events(&lock, &early), ["signing-key-changed"]);
}

#[test]
fn a_newer_version_is_signed_by_an_ended_key() {
    let mini = Miniature::new();
    let lock = lock_of(&[&signed_with(&mini, "1.2.3", 1)]);
    assert_eq!(events(&lock, &signed_with(&mini, "1.2.4", 0)), ["ended-key-reused"]);
    // Unsigned backdating does not help.
    let backdated =
        signed_with(&mini, "1.2.4", 0).with(|q| q.publish_time = PublishTime::At(time("2020-01-01T00:00:00Z")));
    assert_eq!(events(&lock, &backdated), ["ended-key-reused"]);
    // An older version is what an ended key has signed.
    assert_eq!(events(&lock, &signed_with(&mini, "1.2.2", 0)), ["signing-key-changed", "rollback"]);
}

#[test]
fn po_34_rollback() {
    let lock = lock_of(&[&version("1.2.3", |_| ()), &version("1.2.5", |_| ())]);
    assert_eq!(events(&lock, &version("1.2.4", |_| ())), ["rollback"]);
    assert_eq!(events(&lock, &version("1.2.5-rc.1", |_| ())), ["rollback"]);
    assert!(events(&lock, &version("1.2.6", |_| ())).is_empty());
    // What is pinned may stay.
    assert!(events(&lock, &version("1.2.3", |_| ())).is_empty());
    // Numbers are compared as numbers.
    let lock = lock_of(&[&version("1.2.9", |_| ())]);
    assert!(events(&lock, &version("1.2.10", |_| ())).is_empty());
}

#[test]
fn po_34_the_same_version_with_other_bytes() {
    let mini = Miniature::new();
    let other = Package { tarball: b"others".to_vec(), ..package("1.2.3") };
    let of = |p: &Package| Question::attested(&mini, p).response(&mini.response(p));
    let (first, second) = (of(&package("1.2.3")), of(&other));
    assert_eq!(events(&lock_of(&[&first]), &second), ["artifact-replaced"]);
    // Two that are seen for the first time do not slip in together.
    let mut lock = TrustLock::empty();
    let drifts = [&first, &second].map(|question| compare(&lock, question));
    assert_eq!(lock.record(&first.verify().unwrap(), &drifts[0]), Ok(Recorded::Added));
    assert_eq!(lock.record(&second.verify().unwrap(), &drifts[1]), Err(NotRecorded::NotAccepted));
    assert_eq!(lock.record(&second.verify().unwrap(), &drifts[1].clone().accept()), Err(NotRecorded::NotAccepted));
    record(&mut lock, &second);
    let registry = RegistryId::new("https://npm.example").unwrap();
    let pinned = |q: &Question| lock.pins(&registry, &q.id(), q.artifact().sha512());
    assert!(pinned(&first) && pinned(&second) && !pinned(&version("1.2.4", |_| ())));
}

#[test]
fn po_33_only_what_is_known_is_recorded() {
    let mut lock = TrustLock::empty();
    for (question, reason) in not_known() {
        let drift = compare(&lock, &question).accept();
        assert_eq!(lock.record(&question.verify().unwrap(), &drift), Err(reason));
    }
    let unsigned = plain("1.2.4").manifest(|m| m["dist"]["signatures"] = json!([]));
    let drift = compare(&lock, &unsigned);
    assert_eq!(lock.record(&unsigned.verify().unwrap(), &drift), Err(NotRecorded::NothingProven));
    assert_eq!(lock.to_json(), TrustLock::empty().to_json());
    for known in [plain("1.2.4"), plain("1.2.4").with(|q| q.attestations = Attestations::NotFound)] {
        record(&mut lock, &known);
    }
}

#[test]
fn provenance_of_a_registry_that_attests_nothing_is_not_pinned() {
    let without = |question: Question| {
        question.with(|q| {
            let mut keys: Value = serde_json::from_slice(&q.keys).unwrap();
            keys["keys"].as_array_mut().unwrap().retain(|key| key["keyUsage"] == "npm:signatures");
            q.keys = bytes(&keys);
        })
    };
    let question = without(version("1.2.4", |_| ()));
    assert!(question.verify().unwrap().provenance().is_some());
    let mut lock = TrustLock::empty();
    let drift = compare(&lock, &question);
    assert_eq!(lock.record(&question.verify().unwrap(), &drift), Err(NotRecorded::ProvenanceUnconfirmed));
    assert_eq!(events(&lock_of(&[&version("1.2.3", |_| ())]), &question), ["provenance-not-known"]);
}

#[test]
fn consent_is_to_one_version_and_one_lock() {
    let (one, other) = (version("1.2.3", |_| ()), version("1.2.4", |_| ()));
    let mut lock = TrustLock::empty();
    let of_one = compare(&lock, &one).accept();
    assert_eq!(lock.record(&other.verify().unwrap(), &of_one), Err(NotRecorded::OtherDrift));
    // The same version with other claims, and at another moment.
    let token = version("1.2.3", |_| ()).manifest(|m| m["_npmUser"] = json!({"name": "octocat"}));
    assert_eq!(lock.record(&token.verify().unwrap(), &of_one), Err(NotRecorded::OtherDrift));
    let later = version("1.2.3", |_| ()).with(|q| q.now = time("2026-11-23T00:00:00Z"));
    assert_eq!(lock.record(&later.verify().unwrap(), &of_one), Err(NotRecorded::OtherDrift));
    // Clean against an empty lock says nothing of another one.
    let mut read = lock_of(&[&version("1.2.2", |w| w.path = ".github/workflows/other.yml".into())]);
    assert_eq!(read.record(&one.verify().unwrap(), &of_one), Err(NotRecorded::OtherDrift));
    // What one audit compared is recorded together, in any order.
    let of_other = compare(&lock, &other);
    assert_eq!(lock.record(&other.verify().unwrap(), &of_other), Ok(Recorded::Added));
    assert_eq!(lock.record(&one.verify().unwrap(), &of_one), Ok(Recorded::Added));
    assert_eq!(lock.record(&one.verify().unwrap(), &of_one), Ok(Recorded::Unchanged));
    record(&mut lock, &token);
    assert_eq!(lock.record(&one.verify().unwrap(), &of_one), Ok(Recorded::Changed));
}

#[test]
fn the_order_of_recording_decides_nothing() {
    let mini = Miniature::new();
    let old = minted(&mini, "2.0.0", Era::Jun2024, |a| a.workflow(|w| w.path = ".github/workflows/old.yml".into()))
        .manifest(|m| m["dist"]["signatures"] = json!([mini.registry.signature(&package("2.0.0"), 0)]));
    let new = version("1.9.0", |_| ());
    let untimed = plain("3.0.0");
    let all = [&old, &new, &untimed];
    let expected = lock_of(&all).to_json();
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let lock = lock_of(&order.map(|n| all[n]));
        assert_eq!(lock.to_json(), expected);
        // 1.9.0 was attested last.
        assert!(events(&lock, &version("3.0.1", |_| ())).is_empty());
        let by_old = version("3.0.1", |w| w.path = ".github/workflows/old.yml".into());
        assert_eq!(events(&lock, &by_old), ["workflow-changed"]);
        let publisher = lock.pinned_publisher(&RegistryId::new("https://npm.example").unwrap(), "@octo/lib").unwrap();
        assert_eq!(
            publisher.to_string(),
            "github:octo-org/octo-lib#release.yml with allowed-signers=octo-org/octo-lib/.github/workflows/release.yml, repository-id=700100200, owner-id=9100200"
        );
    }
}

#[test]
fn fields_of_two_pins_are_never_combined() {
    let evil = |w: &mut Workflow| w.path = ".github/workflows/evil.yml".into();
    let at_branch = |w: &mut Workflow| w.git_ref = "refs/heads/main".into();
    // One had the workflow, the other the branch.
    let lock = lock_of(&[&version("1.2.3", evil), &version("1.2.4", at_branch)]);
    let both = version("1.2.5", |w| {
        evil(w);
        at_branch(w);
    });
    assert_eq!(events(&lock, &both), ["workflow-changed"]);
}

#[test]
fn an_attestation_that_is_logged_again_makes_no_baseline() {
    let mini = Miniature::new();
    let again = mini.publish(&octo()).integrated_at(crate::support::time::NOON + 86_400).mint();
    let once = version("1.2.3", |_| ());
    let mut lock = lock_of(&[&once]);
    let before = lock.to_json();
    let relogged =
        beside(&mini, &again, &mini.provenance(&octo()).mint()).with(|q| q.publish_time = PublishTime::NotAsked);
    // The provenance is earlier than both.
    record(&mut lock, &relogged);
    assert_eq!(lock.to_json(), before);
}

#[test]
fn a_drift_is_written_as_its_events_the_gravest_first() {
    let lock = lock_of(&[&version("1.2.3", |_| ())]);
    let question = version("1.2.2", |w| w.path = ".github/workflows/evil.yml".into())
        .manifest(|m| m["dist"]["signatures"] = json!([]));
    let drift = compare(&lock, &question);
    assert_eq!(kinds(&drift), ["registry-signature-lost", "workflow-changed", "rollback"]);
    let shown = serde_json::to_value(&drift).unwrap();
    assert_eq!(shown[2]["event"], "rollback");
    assert_eq!(shown[2]["severity"], "high");
    assert_eq!((&shown[2]["before"], &shown[2]["after"]), (&json!("1.2.3"), &json!("1.2.2")));
    assert!(shown[2]["advice"].is_string() && shown[0].get("after").is_none());
    let denied = drift.must_be_clean().unwrap_err();
    assert!(denied.to_string().starts_with("registry-signature-lost:"), "{denied}");
    assert_eq!(drift.accept().must_be_clean(), Ok(()));
}

#[test]
fn a_delegated_build_is_pinned_with_its_builder() {
    let mini = Miniature::new();
    let delegated = |version: &str| minted(&mini, version, Era::Mar2026, |a| a.plan(|p| p.delegated()));
    let lock = lock_of(&[&delegated("1.2.3")]);
    assert!(lock.to_json().contains("delegator_lowperms-generic_slsa3.yml@refs/tags/v1.6.0"));
    assert!(events(&lock, &delegated("1.2.4")).is_empty());
    let plain = minted(&mini, "1.2.4", Era::Mar2026, |a| a.build(Build::NpmV1));
    assert_eq!(events(&lock, &plain), ["callee-changed"]);
}

/// A provenance that a person signed, whom the certificate's issuer vouches for or not.
fn by_person(version: &str, name: &'static str, issued: bool) -> Question {
    let person = move |c: &mut Certificate| {
        let names = der::sequence(&[der::implicit(1, name.as_bytes())]);
        *c.extension(SUBJECT_ALT_NAME) = Extension::new(SUBJECT_ALT_NAME, true, names);
        c.extensions.retain(|e| !e.oid.starts_with("1.3.6.1.4.1.57264.1."));
        if issued {
            let list = c.extensions.pop().unwrap();
            c.put(&fulcio(8), der::utf8("https://accounts.example"));
            // Whatever stands beside a person, he is who signed.
            c.put(&fulcio(12), der::utf8("https://git.example/octo-lib"));
            c.extensions.push(list);
        }
    };
    let opaque = |s: &mut Value| s["predicate"]["buildDefinition"]["buildType"] = json!("x");
    minted(&Miniature::new(), version, Era::Mar2026, |a| a.leaf(person).statement(opaque))
}

#[test]
fn po_33_people_of_one_issuer_are_told_apart() {
    let octocat = |version| by_person(version, "octocat@octo.example", true);
    let lock = lock_of(&[&octocat("1.2.3")]);
    assert!(events(&lock, &octocat("1.2.4")).is_empty());
    assert_eq!(events(&lock, &by_person("1.2.4", "evil@octo.example", true)), ["publisher-changed"]);
    assert_eq!(events(&lock, &version("1.2.4", |_| ())), ["publisher-changed"]);
    let registry = RegistryId::new("https://npm.example").unwrap();
    assert_eq!(lock.pinned_publisher(&registry, "@octo/lib"), None);
    // Whom nobody vouches for is nobody.
    let nobody = by_person("1.2.4", "octocat@octo.example", false);
    let drift = compare(&TrustLock::empty(), &nobody);
    let recorded = TrustLock::empty().record(&nobody.verify().unwrap(), &drift);
    assert_eq!(recorded, Err(NotRecorded::SignerUnnamed));
    assert_eq!(events(&lock, &nobody), ["provenance-not-known"]);
}

#[test]
fn a_lock_is_never_filled_beyond_what_is_read() {
    let entry = r#"{"keyid":"k","level":"registry-signature","provenance":"none"}"#;
    let digest = Package::new("x", "0.0.0").integrity();
    let lock = |count: usize| {
        let list: Vec<_> = (0..count).map(|n| format!(r#""0.0.{n}":{{"{digest}":{entry}}}"#)).collect();
        let packages = format!(r#"{{"packages":{{"@octo/lib":{{{}}}}}}}"#, list.join(","));
        let json = format!(r#"{{"registries":{{"https://npm.example":{packages}}},"schema":"countersign.lock/1"}}"#);
        TrustLock::from_json(json.as_bytes()).unwrap()
    };
    let question = plain("1.2.4");
    let recorded = |mut lock: TrustLock| {
        let drift = compare(&lock, &question).accept();
        let recorded = lock.record(&question.verify().unwrap(), &drift);
        assert!(TrustLock::from_json(lock.to_json().as_bytes()).is_ok());
        recorded
    };
    assert_eq!(recorded(lock(LOCK_ENTRIES - 1)), Ok(Recorded::Added));
    assert_eq!(recorded(lock(LOCK_ENTRIES)), Err(NotRecorded::Full));
}
