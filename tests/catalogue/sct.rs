//! CT: signed certificate timestamps.

use crate::question::{Question, accepted, octo, provenance_in, provenance_with, refused};
use crate::support::Miniature;
use crate::support::bundle::Era;
use crate::support::certificate::{Certificate, SCT_LIST};
use crate::support::ct_log::Sct;
use crate::support::flip;
use crate::support::keys::{Hash, Key};

/// The code where the certificate's one timestamp was changed before it was signed.
#[track_caller]
fn changed(change: impl FnOnce(&mut Sct)) -> &'static str {
    refused(|a| a.scts(|list| change(&mut list[0])))
}

/// What a log signs of a certificate that states one thing otherwise.
fn other_precertificate() -> Vec<u8> {
    let mut logged = Vec::new();
    let mini = Miniature::new();
    let other = mini.provenance(&octo()).certified(|w| w.name = "Other".into());
    let _ = other.scts(|list| logged = list[0].precertificate.clone()).mint();
    logged
}

/// What the second log says of the same certificate.
fn second(mini: &Miniature) -> impl FnOnce(&mut Vec<Sct>) {
    let log = mini.sigstore.ct_logs[1].clone();
    move |list| list.push(Sct { log_id: log.key.log_id(), key: log.key, ..list[0].clone() })
}

#[test]
fn ct_01_no_timestamp() {
    assert_eq!(refused(|a| a.leaf(|c| c.remove(SCT_LIST))), "MISSING_SCT");
    for era in Era::ALL {
        let question = provenance_in(&Miniature::new(), era, |a| a.leaf(|c| c.remove(SCT_LIST)));
        assert_eq!(question.code(), "MISSING_SCT", "{era:?}");
    }
}

#[test]
fn ct_02_lists_that_cannot_be_read() {
    let lists: [fn(&mut Vec<u8>); 7] = [
        |l| *l = vec![0, 0],
        |l| *l = vec![0, 2, 0, 0],
        Vec::clear,
        |l| l.push(0),
        |l| l.truncate(l.len() - 1),
        |l| l[3] += 1,
        |l| l[3] -= 1,
    ];
    for list in lists {
        assert_eq!(refused(|a| a.sct_list(list)), "SCT_MALFORMED");
    }
    // The extension itself is no OCTET STRING, which path validation sees first.
    for value in [vec![0x0c, 0x00], vec![0x04, 0x01], vec![0x04, 0x01, 0x00, 0x00], vec![0x04, 0x81, 0x01, 0x00]] {
        assert_eq!(refused(|a| a.leaf(|c| c.put(SCT_LIST, value))), "CERTIFICATE_MALFORMED");
    }
}

#[test]
fn ct_03_signatures_that_are_not_good() {
    let bad = |s: &mut Sct| {
        let mut signature = s.key.sign(&s.signed_bytes());
        flip(&mut signature);
        s.signature = Some(signature);
    };
    assert_eq!(changed(bad), "SCT");
    assert_eq!(changed(|s| s.key = Key::p256("evil")), "SCT");
    assert_eq!(changed(|s| s.signed_timestamp = Some(s.timestamp + 1)), "SCT");
    assert_eq!(changed(|s| s.signature = Some(Vec::new())), "SCT");
}

#[test]
fn ct_04_unknown_logs() {
    assert_eq!(changed(|s| s.log_id = vec![7; 32]), "UNKNOWN_CT_LOG");
}

#[test]
fn ct_04_the_logs_window() {
    let question = |start: &str, end: &str| {
        let root = Miniature::new().trusted_root().with(|r| {
            r.ctlogs[0].start = Some(start.into());
            r.ctlogs[0].end = Some(end.into());
        });
        provenance_with(|a| a).trusting(&root)
    };
    // The timestamp is of 2026-03-01T12:00:00.569Z; both seconds count.
    accepted(&question("2026-03-01T12:00:00Z", "2026-03-01T12:00:00Z"));
    assert_eq!(question("2022-10-20T00:00:00Z", "2026-03-01T11:59:59Z").code(), "SCT_KEY_EXPIRED");
    assert_eq!(question("2026-03-01T12:00:01Z", "2031-01-01T00:00:00Z").code(), "SCT_KEY_EXPIRED");
}

#[test]
fn ct_05_the_issuer_is_the_one_that_was_proved() {
    let mini = Miniature::new();
    let [first, other] = mini.sigstore.intermediates.clone();
    assert_eq!(first.certificate.subject, other.certificate.subject);
    let of_other = Hash::Sha256.of(&other.key.spki());
    assert_eq!(changed(|s| s.issuer_key_hash = of_other), "SCT");
    accepted(&provenance_with(|a| a.issued_by(other)));
}

#[test]
fn ct_05_the_certificate_is_this_one() {
    assert_eq!(changed(|s| s.precertificate.push(0)), "SCT");
    assert_eq!(changed(|s| s.entry_type = 0), "SCT");
    // What was logged is the certificate before a claim was put into it.
    let code = refused(|a| a.scts(|list| list[0].precertificate = other_precertificate()));
    assert_eq!(code, "SCT");
}

#[test]
fn ct_06_one_by_an_unknown_log_beside_a_good_one() {
    for first in [true, false] {
        let unknown = move |list: &mut Vec<Sct>| {
            let other = Sct { log_id: vec![7; 32], ..list[0].clone() };
            list.insert(if first { 0 } else { 1 }, other);
        };
        accepted(&provenance_with(|a| a.scts(unknown)));
    }
}

#[test]
fn ct_07_every_one_by_a_known_log_must_hold() {
    let mini = Miniature::new();
    accepted(&provenance_with(|a| a.scts(second(&mini))));
    for bad in [0, 1] {
        let code = refused(|a| a.scts(second(&mini)).scts(move |list| list[bad].key = Key::p256("evil")));
        assert_eq!(code, "SCT", "{bad}");
    }
    // The same log twice, once badly.
    let code = refused(|a| a.scts(|list| list.push(Sct { key: Key::p256("evil"), ..list[0].clone() })));
    assert_eq!(code, "SCT");
}

#[test]
fn ct_09_times() {
    // 2026-11-22T00:00:00Z is now.
    let now = 1_795_305_600_000;
    accepted(&provenance_with(|a| a.scts(move |list| list[0].timestamp = now + 999)));
    assert_eq!(changed(move |s| s.timestamp = now + 1000), "TIME_IN_FUTURE");
    assert_eq!(changed(|s| s.timestamp = u64::MAX), "SCT_MALFORMED");
    assert_eq!(changed(|s| s.timestamp = 0), "SCT_KEY_EXPIRED");
}

#[test]
fn ct_10_other_versions_and_algorithms() {
    assert_eq!(changed(|s| s.version = 1), "SCT_MALFORMED");
    for algorithm in [[5, 3], [5, 1], [2, 3], [8, 7], [0, 0]] {
        assert_eq!(changed(move |s| s.algorithm = algorithm), "SCT_MALFORMED", "{algorithm:?}");
    }
    // RSA, by a log whose key is of P-256.
    assert_eq!(changed(|s| s.algorithm = [4, 1]), "SCT");
}

/// A provenance whose certificate log has a key of another kind.
fn logged_with(key: Key) -> (Miniature, Question) {
    let mini = Miniature::new().with(|m| m.sigstore.ct_logs[0].key = key);
    let question = provenance_in(&mini, Era::Mar2026, |a| a.scts(|list| list[0].hash = list[0].key.hash()));
    (mini, question)
}

/// RFC 6962 §2.1.4 has P-256 and RSA.
#[test]
fn ct_10_a_log_may_not_have_any_key() {
    assert_eq!(logged_with(Key::p384("ct 384")).1.code(), "UNSUPPORTED_KEY");
}

#[test]
fn ct_10_a_log_whose_key_is_not_supported() {
    let (mini, question) = logged_with(Key::p256("ct 256"));
    let root = mini.trusted_root().with(|r| r.ctlogs[0].key_details = "PKIX_ED25519".into());
    assert_eq!(question.trusting(&root).code(), "UNSUPPORTED_KEY");
}

#[test]
fn ct_11_extensions_are_signed_and_mean_nothing() {
    accepted(&provenance_with(|a| a.scts(|list| list[0].extensions = b"leaf index".to_vec())));
}

#[test]
fn ct_12_wherever_the_list_stands() {
    for place in [0, 1, 5] {
        let moved = move |c: &mut Certificate| {
            let list = c.extensions.pop().unwrap();
            c.extensions.insert(place, list);
        };
        accepted(&provenance_with(|a| a.leaf(moved)));
    }
}

#[test]
fn ct_13_critical_or_twice() {
    assert_eq!(refused(|a| a.leaf(|c| c.extension(SCT_LIST).critical = true)), "CRITICAL_EXTENSION");
    let twice = |c: &mut Certificate| c.extensions.push(c.extensions.last().unwrap().clone());
    assert_eq!(refused(|a| a.leaf(twice)), "CERTIFICATE_MALFORMED");
}

#[test]
fn ct_14_a_key_has_one_role() {
    let sigstore = Miniature::new().sigstore;
    let rekor = sigstore.rekors[0].key.clone();
    assert_eq!(changed(|s| (s.log_id, s.key) = (rekor.log_id(), rekor)), "UNKNOWN_CT_LOG");
    let ct = sigstore.ct_logs[0].key.clone();
    assert_eq!(refused(|a| a.plan(|p| p.rekor.key = ct)), "UNKNOWN_LOG");
}

#[test]
fn ct_15_thirty_three() {
    let many = |count: usize| move |list: &mut Vec<Sct>| *list = vec![list[0].clone(); count];
    accepted(&provenance_with(|a| a.scts(many(32))));
    assert_eq!(refused(|a| a.scts(many(33))), "LIMIT_EXCEEDED");
}
