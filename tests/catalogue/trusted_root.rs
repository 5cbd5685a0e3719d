//! TR: what a trusted root says of its logs and authorities, and when it vouches for them.

use countersign::TrustedRoot;

use crate::bundle_question::{message, message_v2};
use crate::support::Miniature;
use crate::support::keys::note_id;
use crate::support::trusted_root::TrustedRoot as Members;

/// The code with which a changed root is refused.
#[track_caller]
fn code(change: impl FnOnce(&mut Members)) -> &'static str {
    let root = Miniature::rekor_v2().trusted_root().with(change);
    let error = TrustedRoot::from_json(root.text().as_bytes()).expect_err("this was accepted");
    error.code().strip_prefix("ERR_COUNTERSIGN_").unwrap()
}

#[test]
fn tr_12_a_form_of_its_own() {
    for media_type in
        ["", "application/json", "application/vnd.dev.sigstore.trustedroot+json;version=0.3", "trustedroot"]
    {
        assert_eq!(code(|r| r.media_type = media_type.into()), "TRUST_INVALID", "{media_type}");
    }
}

#[test]
fn tr_13_a_part_of_a_second_makes_a_window_smaller() {
    // The log's promise is of 2026-03-01T12:00:02Z.
    let mini = Miniature::new();
    let within = |start: &str, end: &str| {
        let window = |r: &mut Members| (r.tlogs[0].start, r.tlogs[0].end) = (Some(start.into()), Some(end.into()));
        message(|a| a).trusting(&mini.trusted_root().with(window))
    };
    within("2026-03-01T12:00:01.000000001Z", "2026-03-01T12:00:02.999999999Z").accepted();
    assert_eq!(within("2026-03-01T12:00:02.1Z", "2027-01-01T00:00:00Z").code(), "LOG_KEY_EXPIRED");
    assert_eq!(within("2026-01-01T00:00:00Z", "2026-03-01T12:00:01.9Z").code(), "LOG_KEY_EXPIRED");
}

#[test]
fn tr_13_a_window_that_ends_before_it_starts() {
    type Bounds = (Option<String>, Option<String>);
    let (start, end) = (Some("2026-01-01T00:00:01Z".to_owned()), Some("2026-01-01T00:00:00Z".to_owned()));
    let none = (start.clone(), start.clone());
    let reversed: [fn(&mut Members, Bounds); 4] = [
        |r, w| (r.tlogs[3].start, r.tlogs[3].end) = w,
        |r, w| (r.ctlogs[1].start, r.ctlogs[1].end) = w,
        |r, w| (r.authorities[1].start, r.authorities[1].end) = w,
        |r, w| (r.tsas[1].start, r.tsas[1].end) = w,
    ];
    for change in reversed {
        assert_eq!(code(|r| change(r, (start.clone(), end.clone()))), "TRUST_INVALID");
        // One second is a window.
        let root = Miniature::rekor_v2().trusted_root().with(|r| change(r, none.clone()));
        assert!(TrustedRoot::from_json(root.text().as_bytes()).is_ok());
    }
}

#[test]
fn tr_14_trees_of_another_hash() {
    let mini = Miniature::new();
    for algorithm in ["SHA2_512", "SHA3_256", "sha256", ""] {
        // Its leaves and nodes would be other ones: nothing is known of such a log.
        let root = mini.trusted_root().with(|r| r.tlogs[0].hash_algorithm = algorithm.into());
        assert_eq!(message(|a| a).trusting(&root).code(), "UNSUPPORTED_KEY", "{algorithm}");
        let root = mini.trusted_root().with(|r| r.ctlogs[0].hash_algorithm = algorithm.into());
        assert_eq!(message(|a| a).trusting(&root).code(), "UNSUPPORTED_KEY", "{algorithm}");
    }
}

#[test]
fn tr_14_ids_in_the_form_of_another_kind_of_key() {
    // Only Ed25519 has an id with the log's name in it.
    let sigstore = Miniature::rekor_v2().sigstore;
    for n in [0, 3] {
        let log = sigstore.rekors[n].clone();
        for kind in [1, 2] {
            let id = note_id(&log.name, kind, &log.key.public());
            assert_eq!(code(|r| r.tlogs[n].log_id = id), "TRUST_INVALID", "{n} {kind}");
        }
    }
    let log = sigstore.rekors[2].clone();
    for id in [
        note_id("another.example", 1, &log.key.public()),
        note_id(&log.name, 4, &log.key.public()),
        note_id(&log.name, 1, &log.key.spki()),
    ] {
        assert_eq!(code(|r| r.tlogs[2].log_id = id), "TRUST_INVALID");
    }
    // Or that of any other key.
    let id = log.key.log_id();
    let root = Miniature::rekor_v2().trusted_root().with(|r| r.tlogs[2].log_id = id.clone());
    let hint = id[..4].to_vec();
    let named = message_v2(|a| a.entry(|e| e.log_id = id).checkpoint(|c| c.signatures[0].hint = hint));
    named.trusting(&root).accepted();
}
