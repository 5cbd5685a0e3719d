//! TM: times, and what must hold at each of them.

use countersign::{PublishTime, Timestamp};
use serde_json::json;

use crate::question::{Question, accepted, beside, octo, provenance_with, publish_with, refused};
use crate::support::Miniature;
use crate::support::attestation::Attestation;
use crate::support::bundle::Era;
use crate::support::package::Package;
use crate::support::time::{NOON, unix};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(seconds).unwrap()
}

#[test]
fn tm_01_nothing_signed_says_when() {
    assert_eq!(refused(|a| a.plan(|p| p.promise = false)), "NO_VERIFIED_TIME");
}

#[test]
fn tm_02_a_time_beside_a_bad_promise() {
    let moved = |e: &mut serde_json::Value| e["integratedTime"] = json!((NOON + 3).to_string());
    assert_eq!(refused(|a| a.entry_json(moved)), "LOG_PROMISE");
}

#[test]
fn tm_03_the_time_of_a_foreign_entry() {
    let mini = Miniature::new();
    let foreign = mini.provenance(&Package::new("other", "1.0.0")).mint().entry;
    // Its own entry has no time; the foreign one would lend it one within the certificate's window.
    let code = refused(|a| a.promise(false).plan(|p| p.further_entries.push(foreign)));
    assert_eq!(code, "LOG_MISMATCH");
}

/// An entry of the same bundle, logged at another time.
fn logged_again(seconds: i64) -> serde_json::Value {
    Miniature::new().provenance(&octo()).plan(|p| (p.integrated_at, p.position) = (NOON + seconds, 2)).mint().entry
}

/// With a second entry of its own behind the first, or before it.
fn twice<'a>(a: Attestation<'a>, seconds: i64, first: bool) -> Attestation<'a> {
    a.plan(move |p| p.further_entries.push(logged_again(seconds))).json(move |b| {
        if first {
            b["verificationMaterial"]["tlogEntries"].as_array_mut().unwrap().reverse();
        }
    })
}

#[test]
fn tm_05_tm_06_every_time_counts_wherever_it_stands() {
    for first in [true, false] {
        accepted(&provenance_with(|a| twice(a, 60, first)));
        assert_eq!(refused(|a| twice(a, 601, first)), "TIME_OUTSIDE_CERTIFICATE");
        assert_eq!(refused(|a| twice(a, -1, first)), "TIME_OUTSIDE_CERTIFICATE");
    }
}

#[test]
fn tm_05_of_a_managed_key_too() {
    let mini = Miniature::new();
    // The current key begins at 2025-01-13.
    for (seconds, code) in [(-40_000_000, Some("KEY_NOT_YET_VALID")), (1, None)] {
        let again = mini.publish(&octo()).plan(|p| (p.integrated_at, p.position) = (NOON + 5 + seconds, 2));
        let again = again.mint().entry;
        for first in [true, false] {
            let again = again.clone();
            let question = publish_with(|a| {
                a.plan(|p| p.further_entries.push(again)).json(move |b| {
                    if first {
                        b["verificationMaterial"]["tlogEntries"].as_array_mut().unwrap().reverse();
                    }
                })
            });
            match code {
                Some(code) => assert_eq!(question.code(), code),
                None => drop(accepted(&question)),
            }
        }
    }
}

#[test]
fn tm_05_of_a_managed_key_that_has_ended() {
    let mini = Miniature::new();
    let era = Era::Jun2024;
    // The key of 2024 ends at 2025-01-29.
    for (time, code) in [("2025-01-29T00:00:00Z", None), ("2025-01-29T00:00:01Z", Some("KEY_EXPIRED"))] {
        let later = mini.publish_of(&octo(), era).plan(|p| (p.integrated_at, p.position) = (unix(time), 2)).mint();
        let publish = mini.publish_of(&octo(), era).plan(|p| p.further_entries.push(later.entry)).mint();
        let question = beside(&mini, &publish, &mini.provenance_of(&octo(), era).mint());
        match code {
            Some(code) => assert_eq!(question.code(), code),
            None => drop(accepted(&question)),
        }
    }
}

#[test]
fn tm_05_of_authorities_and_logs_too() {
    // Each window ends between the first entry's time and the second's.
    let end = Some("2026-03-01T12:00:30Z".to_string());
    let question = || provenance_with(|a| twice(a, 60, false));
    let root = Miniature::new().trusted_root();
    let authority = root.clone().with(|r| r.authorities[0].end = end.clone());
    assert_eq!(question().trusting(&authority).code(), "TIME_OUTSIDE_AUTHORITY");
    let mini = Miniature::new().with(|m| m.sigstore.change_root(|c| c.valid(NOON - 600, NOON + 30)));
    assert_eq!(question().trusting(&mini.trusted_root()).code(), "TIME_OUTSIDE_CERTIFICATE");
}

#[test]
fn tm_07_the_present_does_not_judge_the_past() {
    for now in ["2026-03-01T12:00:05Z", "2031-01-01T00:00:00Z", "2106-02-07T06:28:16Z"] {
        accepted(&provenance_with(|a| a).with(|q| q.now = now.parse().unwrap()));
    }
}

#[test]
fn tm_08_no_time_is_after_now() {
    // The provenance is of NOON + 2, the publish attestation of NOON + 5.
    let until = |now: i64| provenance_with(|a| a).with(|q| q.now = at(now));
    accepted(&until(NOON + 5));
    assert_eq!(until(NOON + 4).code(), "TIME_IN_FUTURE");
    let later = provenance_with(|a| a.plan(|p| p.integrated_at = NOON + 6)).with(|q| q.now = at(NOON + 5));
    assert_eq!(later.code(), "TIME_IN_FUTURE");
    // The last of several counts.
    let second = provenance_with(|a| twice(a, 60, true)).with(|q| q.now = at(NOON + 59));
    assert_eq!(second.code(), "TIME_IN_FUTURE");
}

#[test]
fn tm_08_nor_is_the_publish_time_of_the_packument() {
    let of = |seconds: i64| {
        let question = Question::signed(&Miniature::new(), &octo()).with(|q| q.now = at(NOON));
        question.with(|q| q.publish_time = PublishTime::At(at(NOON + seconds)))
    };
    assert!(of(0).verify().is_ok());
    assert_eq!(of(1).code(), "TIME_IN_FUTURE");
}

#[test]
fn tm_09_tm_10_numbers_that_are_no_time() {
    for other in ["9223372036854775807", "253402300800"] {
        let time = other.parse().unwrap();
        assert_eq!(refused(|a| a.plan(|p| p.integrated_at = time)), "LOG_ENTRY_MALFORMED", "{other}");
    }
    assert_eq!(refused(|a| a.plan(|p| p.integrated_at = -1)), "BUNDLE_MALFORMED");
    let last = provenance_with(|a| a.plan(|p| p.integrated_at = 253_402_300_799));
    assert_eq!(last.code(), "TIME_IN_FUTURE");
}

#[test]
fn tm_11_both_ends_of_a_window_count() {
    // The leaf's: NOON to NOON + 600.
    for (seconds, code) in [(0, None), (600, None), (601, Some("TIME_OUTSIDE_CERTIFICATE"))] {
        let question = provenance_with(|a| a.plan(|p| p.integrated_at = NOON + seconds));
        let question = question.with(|q| q.keys = br#"{"keys":[]}"#.to_vec());
        let found = question.examine();
        match code {
            None => assert!(found.provenance().proven().is_some(), "{seconds}"),
            Some(code) => assert!(format!("{:?}", found.failures()).contains("TimeOutsideCertificate"), "{code}"),
        }
    }
}

#[test]
fn tm_11_both_ends_of_a_registry_keys_window_count() {
    let question = |start: &str, end: &str| {
        let mini = Miniature::new().with(|m| {
            let key = &mut m.registry.keys[1];
            key.usages[1].1 = Some(start.into());
            key.end = Some(end.into());
        });
        let keys = mini.registry.tuf_keys().to_string().into_bytes();
        provenance_with(|a| a).with(|q| q.keys = keys)
    };
    // The publish attestation is of 2026-03-01T12:00:05Z, and the registry signature is judged by it too.
    accepted(&question("2026-03-01T12:00:05.000Z", "2026-03-01T12:00:05.000Z"));
    assert_eq!(question("2026-03-01T12:00:06.000Z", "2031-01-01T00:00:00.000Z").code(), "KEY_NOT_YET_VALID");
    let ended = question("2025-01-13T00:00:00.000Z", "2026-03-01T12:00:04.000Z").verify().unwrap_err();
    assert_eq!(ended.code(), "ERR_COUNTERSIGN_KEY_EXPIRED");
}
