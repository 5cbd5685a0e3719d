//! BU, TL, TS, TR: instances without logs, such as GitHub's own, and what they are not.

use countersign::sigstore::ArtifactDigest;
use countersign::{RegistryKeys, TrustedRoot, Verifier};
use serde_json::{Value, json};

use crate::bundle_question::{ARTIFACT, BundleQuestion, message, unlogged};
use crate::question::{Question, octo, time};
use crate::support::Miniature;
use crate::support::attestation::Attestation;
use crate::support::certificate::{Authority, Certificate, Extension, SCT_LIST, SERVER_AUTH, extended_key_usage};
use crate::support::keys::Key;
use crate::support::time::NOON;
use crate::support::trusted_root::TrustedRoot as Members;

fn refused(change: impl FnOnce(Attestation<'static>) -> Attestation<'static>) -> &'static str {
    unlogged(change).code()
}

fn tsa(n: usize) -> Authority {
    Miniature::github_style().sigstore.tsas[n].clone()
}

#[test]
fn tl_12_dated_by_its_authorities_alone() {
    let verified = unlogged(|a| a).accepted();
    assert!(verified.log_entries().is_empty());
    assert_eq!(verified.times().map(|t| t.as_unix()).collect::<Vec<_>>(), [NOON + 1]);
    let mini = Miniature::github_style();
    let provenance = BundleQuestion::new(&mini, &mini.provenance(&octo()).bundle());
    provenance.about(ArtifactDigest::of(&octo().tarball)).accepted();
    let key = Key::p384("managed");
    unlogged(|a| a.managed_by(Key::p384("managed"))).by_key(&key).accepted();
    // An empty list says the same as none.
    unlogged(|a| a.json(|b| b["verificationMaterial"]["tlogEntries"] = json!([]))).accepted();
}

#[test]
fn tl_12_no_log_proves_nothing_of_a_package() {
    let question = Question::attested(&Miniature::github_style(), &octo());
    let keys = RegistryKeys::from_json(question.registry.clone(), &question.keys).unwrap();
    let verifier = Verifier::new(TrustedRoot::from_json_unlogged(&question.root).unwrap(), [keys]).unwrap();
    let evidence = verifier.verify(&question.artifact(), &question.claims(), question.now).unwrap();
    for log in [evidence.publish_attestation().unwrap().log(), evidence.provenance().unwrap().log()] {
        assert_eq!((log.index(), log.is_proven()), (None, false));
    }
    let notes: Vec<_> = evidence.notes().iter().map(|n| n.code()).collect();
    assert_eq!(notes, ["NOTE_COUNTERSIGN_NOT_LOGGED"; 2]);
}

/// The code with which a root is refused, read either way.
fn root_code(unlogged: bool, root: &Members) -> Option<&'static str> {
    let read = if unlogged { TrustedRoot::from_json_unlogged } else { TrustedRoot::from_json };
    read(root.text().as_bytes()).err().map(|e| e.code().strip_prefix("ERR_COUNTERSIGN_").unwrap())
}

#[test]
fn tr_16_no_logs_is_said_and_never_inferred() {
    let (hub, ours) = (Miniature::github_style().trusted_root(), Miniature::new().trusted_root());
    assert_eq!(root_code(true, &hub), None);
    assert_eq!(root_code(false, &ours), None);
    assert_eq!(root_code(false, &hub), Some("TRUST_INVALID"));
    assert_eq!(root_code(false, &hub.clone().with(|r| r.left_out.clear())), Some("TRUST_INVALID"));
    // A root whose lists somebody emptied, or took out.
    let emptied: [fn(&mut Members); 4] =
        [|r| r.tlogs.clear(), |r| r.ctlogs.clear(), |r| r.left_out = vec!["tlogs"], |r| r.left_out = vec!["ctlogs"]];
    for emptied in emptied {
        assert_eq!(root_code(false, &ours.clone().with(emptied)), Some("TRUST_INVALID"));
    }
    // A list of logs of which none can be used is no list either.
    let unusable = |r: &mut Members| r.tlogs.iter_mut().for_each(|l| l.key_details = "LMS_SHA256".into());
    assert_eq!(root_code(false, &ours.clone().with(unusable)), Some("TRUST_INVALID"));
}

#[test]
fn tr_16_what_is_logged_does_not_become_unlogged() {
    let ours = Miniature::new().trusted_root();
    assert_eq!(root_code(true, &ours), Some("TRUST_INVALID"));
    assert_eq!(root_code(true, &ours.clone().with(|r| r.tlogs.clear())), Some("TRUST_INVALID"));
    assert_eq!(root_code(true, &ours.clone().with(|r| r.ctlogs.clear())), Some("TRUST_INVALID"));
    let unusable = |r: &mut Members| {
        r.ctlogs.clear();
        r.tlogs.iter_mut().for_each(|l| l.key_details = "LMS_SHA256".into());
    };
    assert_eq!(root_code(true, &ours.clone().with(unusable)), Some("TRUST_INVALID"));
    // Its bundles are no bundles of an instance with logs, and the other way round.
    let mini = Miniature::github_style();
    assert_eq!(message(|a| a).with(|q| q.logged = false).trusting(&mini.trusted_root()).code(), "UNKNOWN_LOG");
    assert_eq!(unlogged(|a| a).with(|q| q.logged = true).trusting(&ours).code(), "MISSING_LOG_ENTRY");
}

#[test]
fn tr_16_authorities_are_what_is_left_to_say_when() {
    let root = Miniature::github_style().trusted_root();
    assert_eq!(root_code(true, &root.clone().with(|r| r.tsas.clear())), Some("TRUST_INVALID"));
    assert_eq!(root_code(true, &root.clone().with(|r| r.left_out.push("timestampAuthorities"))), Some("TRUST_INVALID"));
    assert_eq!(root_code(true, &root.with(|r| r.authorities.clear())), Some("TRUST_INVALID"));
}

#[test]
fn tl_09_an_entry_where_there_is_no_log() {
    let foreign = Miniature::new().message(ARTIFACT).mint().entry;
    assert_eq!(refused(|a| a.also_logged(foreign)), "UNKNOWN_LOG");
    // A genuine entry of this very bundle, in a log of somebody else.
    let ours = Miniature::new().sigstore.rekors[0].clone();
    assert_eq!(refused(|a| a.plan(|p| (p.logged, p.rekor) = (true, ours))), "UNKNOWN_LOG");
}

#[test]
fn tm_01_nothing_says_when() {
    assert_eq!(refused(|a| a.plan(|p| p.timestamps.clear())), "NO_VERIFIED_TIME");
    for none in [json!({}), json!({"rfc3161Timestamps": []}), Value::Null] {
        let without = |b: &mut Value| b["verificationMaterial"]["timestampVerificationData"] = none;
        assert_eq!(refused(|a| a.json(without)), "NO_VERIFIED_TIME");
    }
    let key = Key::p256("managed");
    let undated = unlogged(|a| a.managed_by(Key::p256("managed")).plan(|p| p.timestamps.clear()));
    assert_eq!(undated.by_key(&key).code(), "NO_VERIFIED_TIME");
}

#[test]
fn tm_05_every_timestamp_counts() {
    let both = |second: i64| unlogged(move |a| a.timestamped((tsa(1), second)));
    let verified = both(NOON + 5).accepted();
    assert_eq!(verified.times().map(|t| t.as_unix()).collect::<Vec<_>>(), [NOON + 1, NOON + 5]);
    // The certificate ends at NOON + 600.
    both(NOON + 600).accepted();
    assert_eq!(both(NOON + 601).code(), "TIME_OUTSIDE_CERTIFICATE");
    assert_eq!(both(NOON - 1).code(), "TIME_OUTSIDE_CERTIFICATE");
    assert_eq!(both(time("2026-11-22T00:00:01Z").as_unix()).code(), "TIME_IN_FUTURE");
}

#[test]
fn ts_05_each_authority_has_its_own_window() {
    let mini = Miniature::github_style();
    let windows = |r: &mut Members| {
        r.tsas[0].end = Some("2026-03-01T12:00:00Z".into());
        r.tsas[1].start = Some("2026-03-01T12:00:00Z".into());
    };
    let root = mini.trusted_root().with(windows);
    // By the retired one, within the window of the other.
    assert_eq!(unlogged(|a| a).trusting(&root).code(), "TIME_OUTSIDE_TIMESTAMP_AUTHORITY");
    let by = |n: usize, at: i64| unlogged(move |a| a.plan(move |p| p.timestamps = vec![(tsa(n), at)])).trusting(&root);
    by(1, NOON + 1).accepted();
    by(1, NOON).accepted();
    by(0, NOON).accepted();
    assert_eq!(by(1, NOON - 1).code(), "TIME_OUTSIDE_TIMESTAMP_AUTHORITY");
}

#[test]
fn ce_31_each_authority_of_certificates_too() {
    let mini = Miniature::github_style();
    let retired = |r: &mut Members| r.authorities[0].end = Some("2026-03-01T12:00:00Z".into());
    let root = mini.trusted_root().with(retired);
    assert_eq!(unlogged(|a| a).trusting(&root).code(), "TIME_OUTSIDE_AUTHORITY");
    let second = mini.sigstore.intermediates[1].clone();
    unlogged(|a| a.issued_by(second)).trusting(&root).accepted();
}

/// A bundle of an instance that was changed before anything was minted from it.
fn changed(change: impl FnOnce(&mut Miniature)) -> BundleQuestion {
    let mini = Miniature::github_style().with(change);
    BundleQuestion::new(&mini, &mini.message(ARTIFACT).bundle())
}

#[test]
fn ce_31_a_link_of_the_chain() {
    // Between the issuing authority and the root stands one without an extended key usage.
    let ended = |c: &mut Certificate| c.valid(NOON - 86_400, NOON);
    assert_eq!(changed(|m| m.sigstore.links[0].change(ended)).code(), "TIME_OUTSIDE_CERTIFICATE");
    assert_eq!(changed(|m| m.sigstore.tsa_links[0].change(ended)).code(), "TIME_OUTSIDE_CERTIFICATE");
    assert_eq!(changed(|m| m.sigstore.root.change(ended)).code(), "TIME_OUTSIDE_CERTIFICATE");
    // One that names another purpose issues for that one alone.
    let other = |c: &mut Certificate| c.extensions.push(extended_key_usage(&[SERVER_AUTH]));
    let mini = Miniature::github_style().with(|m| m.sigstore.links[0].change(other));
    assert_eq!(root_code(true, &mini.trusted_root()), Some("TRUST_INVALID"));
}

#[test]
fn ct_01_no_certificate_log_and_so_no_word_of_one() {
    // What stands there is by nobody who is known, and proves nothing either way.
    let brought = |c: &mut Certificate| c.extensions.push(Extension::new(SCT_LIST, false, vec![4, 2, 0, 0]));
    unlogged(|a| a.leaf(brought)).accepted();
    let critical = |c: &mut Certificate| c.extensions.push(Extension::new(SCT_LIST, true, vec![4, 2, 0, 0]));
    assert_eq!(refused(|a| a.leaf(critical)), "CRITICAL_EXTENSION");
}

#[test]
fn ce_50_authorities_of_other_kinds() {
    for key in [Key::p256("ca"), Key::p521("ca"), Key::rsa2048(1), Key::rsa4096(0)] {
        let (root, issuing, stamping) = (key.clone(), key.clone(), key.clone());
        let rekeyed = |m: &mut Miniature| {
            m.sigstore.rekey_root(root);
            m.sigstore.intermediates[0].rekey(issuing);
        };
        changed(rekeyed).accepted();
        let rekeyed = |m: &mut Miniature| {
            m.sigstore.rekey_tsa_root(stamping.clone());
            m.sigstore.tsas[0].rekey(stamping);
        };
        changed(rekeyed).accepted();
    }
}
