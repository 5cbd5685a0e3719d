//! TS: RFC 3161 timestamps. TM: their times beside the log's.

mod algorithms;
mod attributes;
mod authority;
mod response;

use countersign::evidence::Finding;
use serde_json::Value;

use crate::question::{Question, accepted, octo, provenance_in, provenance_with, publish_with, refused};
use crate::support::Miniature;
use crate::support::attestation::Attestation;
use crate::support::bundle::Era;
use crate::support::certificate::Authority;
use crate::support::keys::{Hash, Key};
use crate::support::sigstore::Sigstore;
use crate::support::time::{NOON, rfc3339};
use crate::support::timestamp::Timestamp;
use crate::support::trusted_root::TrustedRoot as TrustedRootMembers;

/// When the timestamp of most cases is made: a second after the log saw the entry.
const SEEN: i64 = NOON + 3;

fn tsa(n: usize) -> Authority {
    Miniature::new().sigstore.tsas[n].clone()
}

/// Sound but for what `change` does to the provenance's one timestamp.
fn stamped(change: impl FnOnce(&mut Timestamp) + 'static) -> Question {
    provenance_with(|a| a.timestamped((tsa(0), SEEN)).timestamps(|list| change(&mut list[0])))
}

#[track_caller]
fn changed(change: impl FnOnce(&mut Timestamp) + 'static) -> &'static str {
    stamped(change).code()
}

/// A provenance that the first timestamp authority has seen, under a root that `change` has changed.
fn trusting(change: impl FnOnce(&mut TrustedRootMembers)) -> Question {
    stamped(|_| ()).trusting(&Miniature::new().trusted_root().with(change))
}

/// The same in an instance whose first timestamp authority is another one.
fn made_by(change: impl FnOnce(&mut Authority)) -> Question {
    made_by_and(change, |_| ())
}

fn made_by_and(change: impl FnOnce(&mut Authority), then: impl FnOnce(&mut Timestamp)) -> Question {
    let mini = Miniature::new().with(|m| change(&mut m.sigstore.tsas[0]));
    let signer = mini.sigstore.tsas[0].clone();
    provenance_in(&mini, Era::Mar2026, |a| a.timestamped((signer, SEEN)).timestamps(|list| then(&mut list[0])))
}

#[test]
fn ts_01_a_time_source_of_its_own() {
    accepted(&stamped(|_| ()));
    accepted(&publish_with(|a| a.timestamped((tsa(0), SEEN))));
    // Nothing but the timestamp says when.
    assert_eq!(refused(|a| a.promise(false)), "NO_VERIFIED_TIME");
    accepted(&provenance_with(|a| a.promise(false).timestamped((tsa(0), SEEN))));
}

#[test]
fn ts_01_by_keys_of_every_kind_that_signs_timestamps() {
    for key in [Key::p256("tsa"), Key::p384("tsa"), Key::p521("tsa"), Key::rsa2048(0), Key::rsa4096(0)] {
        accepted(&made_by(|a| a.rekey(key)));
    }
    let ed25519 = made_by(|a| a.rekey(Key::ed25519("tsa")));
    assert_eq!(ed25519.code(), "TIMESTAMP_UNSUPPORTED");
}

#[test]
fn ts_02_over_something_else() {
    let minted = Miniature::new().provenance(&octo()).mint();
    let envelope = minted.bundle["dsseEnvelope"].to_string().into_bytes();
    let other = minted.envelope.signatures[0].sig.iter().rev().copied().collect();
    for message in [minted.envelope.payload, envelope, other, Vec::new()] {
        assert_eq!(changed(move |t| t.imprint = Hash::Sha256.of(&message)), "TIMESTAMP_IMPRINT");
    }
}

/// An authority of another instance, whose certificate bears the name of the first.
fn stranger() -> Authority {
    Sigstore::new("elsewhere").tsas[0].clone()
}

#[test]
fn ts_03_by_an_unknown_authority() {
    for embedded in [true, false] {
        let stamped = |a: Attestation<'static>| {
            a.timestamped((stranger(), SEEN)).timestamps(move |list| {
                if !embedded {
                    list[0].certificates.clear();
                }
            })
        };
        assert_eq!(provenance_with(stamped).code(), "UNKNOWN_TIMESTAMP_AUTHORITY");
    }
}

#[test]
fn ts_03_by_an_unknown_authority_beside_a_good_one() {
    for by in [[tsa(0), stranger()], [stranger(), tsa(0)]] {
        let code = refused(|a| by.into_iter().fold(a, |a, by| a.timestamped((by, SEEN))));
        assert_eq!(code, "UNKNOWN_TIMESTAMP_AUTHORITY");
    }
    accepted(&provenance_with(|a| a.timestamped((tsa(0), SEEN)).timestamped((tsa(1), SEEN))));
}

#[test]
fn ts_03_without_embedded_certificates() {
    accepted(&stamped(|t| t.certificates.clear()));
    accepted(&stamped(|t| t.signed_data(|parts| drop(parts.remove(3)))));
}

fn until(seconds: i64) -> Option<String> {
    Some(rfc3339(NOON + seconds))
}

#[test]
fn ts_08_no_authority_is_configured() {
    assert_eq!(trusting(|r| r.tsas.clear()).code(), "UNKNOWN_TIMESTAMP_AUTHORITY");
    assert_eq!(trusting(|r| r.left_out.push("timestampAuthorities")).code(), "UNKNOWN_TIMESTAMP_AUTHORITY");
}

#[test]
fn ts_19_thirty_three() {
    let many = |count: usize| {
        provenance_with(|a| {
            a.timestamped((tsa(0), SEEN)).json(move |b| {
                let list = &mut b["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"];
                *list = Value::Array(vec![list[0].clone(); count]);
            })
        })
    };
    accepted(&many(32));
    assert_eq!(many(33).code(), "LIMIT_EXCEEDED");
}

#[test]
fn ts_19_the_largest_token() {
    let padded = |length: usize| {
        let size = |padding: usize| {
            let mut token = Timestamp::new(&tsa(0), b"", SEEN);
            token.certificates.push(vec![0; padding]);
            token.encode().len()
        };
        // Signatures differ by an octet or two in length.
        let padding = length - (size(60_000) - 60_000);
        let near = (padding - 8..padding + 8).collect::<Vec<_>>();
        near.into_iter().map(|padding| stamped(move |t| t.certificates.push(vec![0; padding])))
    };
    let codes: Vec<_> =
        padded(64 << 10).map(|question| question.verify().err().map(|e| e.all()[0].error.code())).collect();
    let refused = codes.iter().filter(|code| **code == Some("ERR_COUNTERSIGN_LIMIT_EXCEEDED")).count();
    assert!((1..16).contains(&refused), "{codes:?}");
    assert_eq!(codes.iter().filter(|code| code.is_none()).count(), 16 - refused, "{codes:?}");
    assert!(codes[0].is_none() && codes[15].is_some());
}

#[test]
fn tm_04_log_and_authority_must_both_hold() {
    // The certificate is good from NOON to NOON + 600.
    for (logged, seen, code) in [
        (2, -1, "TIME_OUTSIDE_CERTIFICATE"),
        (2, 601, "TIME_OUTSIDE_CERTIFICATE"),
        (-1, 3, "TIME_OUTSIDE_CERTIFICATE"),
        (601, 3, "TIME_OUTSIDE_CERTIFICATE"),
    ] {
        let code_found = refused(|a| a.integrated_at(NOON + logged).timestamped((tsa(0), NOON + seen)));
        assert_eq!(code_found, code, "{logged} {seen}");
    }
    accepted(&provenance_with(|a| a.integrated_at(NOON + 2).timestamped((tsa(0), NOON))));
}

#[test]
fn tm_04_and_the_logs_key_at_both() {
    let question = provenance_with(|a| a.timestamped((tsa(0), NOON + 60)));
    let root = Miniature::new().trusted_root().with(|r| r.tlogs[0].end = until(30));
    assert_eq!(question.trusting(&root).code(), "LOG_KEY_EXPIRED");
}

#[test]
fn tm_05_tm_06_every_timestamp_counts_wherever_it_stands() {
    for times in [[3, 601], [601, 3], [3, -1], [-1, 3]] {
        let code = refused(|a| times.iter().fold(a, |a, time| a.timestamped((tsa(0), NOON + time))));
        assert_eq!(code, "TIME_OUTSIDE_CERTIFICATE", "{times:?}");
        // With no time by the log, too.
        let code = refused(|a| times.iter().fold(a.promise(false), |a, time| a.timestamped((tsa(0), NOON + time))));
        assert_eq!(code, "TIME_OUTSIDE_CERTIFICATE", "{times:?}");
    }
    accepted(&provenance_with(|a| a.timestamped((tsa(0), NOON + 3)).timestamped((tsa(1), NOON + 60))));
}

#[test]
fn tm_05_of_a_managed_key_too() {
    // The current key begins at 2025-01-13.
    for times in [[3, -40_000_000], [-40_000_000, 3]] {
        let question = publish_with(|a| times.iter().fold(a, |a, time| a.timestamped((tsa(0), NOON + time))));
        assert_eq!(question.code(), "KEY_NOT_YET_VALID", "{times:?}");
    }
}

#[test]
fn tm_05_the_second_of_two_does_not_verify() {
    for bad in [0, 1] {
        let question = provenance_with(|a| {
            a.timestamped((tsa(0), SEEN)).timestamped((tsa(1), SEEN)).timestamps(move |list| {
                list[bad].imprint = Hash::Sha256.of(b"other");
            })
        });
        assert_eq!(question.code(), "TIMESTAMP_IMPRINT", "{bad}");
    }
}

#[test]
fn tm_08_no_timestamp_is_after_now() {
    let until = |seconds: i64| {
        let now = countersign::Timestamp::from_unix(NOON + seconds).unwrap();
        provenance_with(|a| a.timestamped((tsa(0), NOON + 10))).with(|q| q.now = now)
    };
    accepted(&until(10));
    assert_eq!(until(9).code(), "TIME_IN_FUTURE");
}

#[test]
fn tm_11_both_ends_of_the_signers_certificate_count() {
    // As the log's time stands in `time.rs`: without the publish attestation's, which is a minute before.
    for (seconds, good) in [(-1, false), (0, true), (600, true), (601, false)] {
        let question = provenance_with(|a| a.timestamped((tsa(0), NOON + seconds)));
        let question = question.with(|q| q.keys = br#"{"keys":[]}"#.to_vec());
        let found = question.examine();
        assert_eq!(found.provenance().proven().is_some(), good, "{seconds}");
        assert_eq!(format!("{:?}", found.failures()).contains("TimeOutsideCertificate"), !good, "{seconds}");
    }
}

#[test]
fn a_provenance_is_as_late_as_its_latest_time() {
    // At most a minute after the publication, which is of NOON + 5.
    for (seconds, confirmed) in [(65, true), (66, false)] {
        let question = provenance_with(|a| a.timestamped((tsa(0), NOON + seconds)));
        let found = question.examine();
        match found.provenance() {
            Finding::Proven(_) => assert!(confirmed, "{seconds}"),
            Finding::Unconfirmed(_, error) => {
                assert!(!confirmed && error.code() == "ERR_COUNTERSIGN_PROVENANCE_AFTER_PUBLISH", "{seconds}");
            }
            other => panic!("{other:?}"),
        }
    }
}
