//! CT: certificate logs with keys of other kinds (RFC 6962, section 2.1.4: P-256 or RSA, with SHA-256).

use countersign::TrustedRoot;

use crate::bundle_question::{ARTIFACT, BundleQuestion};
use crate::support::ct_log::Sct;
use crate::support::keys::{Hash, Key};
use crate::support::trusted_root::TrustedRoot as Members;
use crate::support::{Miniature, flip};

/// An instance whose certificate logs have an RSA key, and P-256.
fn rsa() -> Miniature {
    Miniature::new().with(|m| m.sigstore.ct_logs[0].key = Key::rsa2048(0))
}

fn signed(mini: &Miniature, change: impl FnOnce(&mut Vec<Sct>)) -> BundleQuestion {
    BundleQuestion::new(mini, &mini.message(ARTIFACT).scts(change).bundle())
}

/// The code where the one timestamp was changed before it was signed.
fn changed(change: impl FnOnce(&mut Sct)) -> &'static str {
    signed(&rsa(), |list| change(&mut list[0])).code()
}

#[test]
fn ct_03_signatures_by_rsa() {
    signed(&rsa(), |_| {}).accepted();
    let longer = Miniature::new().with(|m| m.sigstore.ct_logs[0].key = Key::rsa4096(0));
    signed(&longer, |_| {}).accepted();
    let bad = |s: &mut Sct| {
        let mut signature = s.key.sign(&s.signed_bytes());
        flip(&mut signature);
        s.signature = Some(signature);
    };
    assert_eq!(changed(bad), "SCT");
    assert_eq!(changed(|s| s.signed_timestamp = Some(s.timestamp + 1)), "SCT");
    assert_eq!(changed(|s| s.signature = Some(Vec::new())), "SCT");
    assert_eq!(changed(|s| s.signature = Some(vec![0; 256])), "SCT");
    assert_eq!(changed(|s| s.key = Key::rsa2048(1)), "SCT");
    assert_eq!(changed(|s| s.key = Key::rsa4096(0)), "SCT");
    // By another hash than the one that is stated.
    assert_eq!(changed(|s| s.hash = Hash::Sha512), "SCT");
}

#[test]
fn ct_04_the_logs_window() {
    let mini = rsa();
    let within = |start: &str, end: &str| {
        let root = mini.trusted_root().with(|r| {
            r.ctlogs[0].start = Some(start.into());
            r.ctlogs[0].end = Some(end.into());
        });
        signed(&mini, |_| {}).trusting(&root)
    };
    // The timestamp is of 2026-03-01T12:00:00.569Z.
    within("2026-03-01T12:00:00Z", "2026-03-01T12:00:01Z").accepted();
    assert_eq!(within("2022-01-01T00:00:00Z", "2026-03-01T11:59:59Z").code(), "SCT_KEY_EXPIRED");
    assert_eq!(within("2026-03-01T12:00:01Z", "2031-01-01T00:00:00Z").code(), "SCT_KEY_EXPIRED");
    assert_eq!(changed(|s| s.log_id = vec![7; 32]), "UNKNOWN_CT_LOG");
    // The id by which the root once named a key without its wrapper.
    assert_eq!(changed(|s| s.log_id = Hash::Sha256.of(&s.key.public())), "UNKNOWN_CT_LOG");
}

/// A second timestamp, by a log of an instance.
fn second(mini: &Miniature, n: usize) -> impl FnOnce(&mut Vec<Sct>) {
    let log = mini.sigstore.ct_logs[n].clone();
    move |list| {
        let algorithm = [Hash::Sha256.tls(), log.key.tls()];
        list.push(Sct { log_id: log.key.log_id(), algorithm, key: log.key, ..list[0].clone() });
    }
}

#[test]
fn ct_06_ct_07_one_of_each_kind() {
    let mini = rsa();
    signed(&mini, second(&mini, 1)).accepted();
    for bad in [0, 1] {
        let break_one = |list: &mut Vec<Sct>| {
            second(&mini, 1)(list);
            list[bad].signature = Some(list[1 - bad].key.sign(b"another text"));
        };
        assert_eq!(signed(&mini, break_one).code(), "SCT", "{bad}");
    }
    // Each with the other's algorithms.
    let crossed = |list: &mut Vec<Sct>| {
        second(&mini, 1)(list);
        (list[0].algorithm, list[1].algorithm) = (list[1].algorithm, list[0].algorithm);
    };
    assert_eq!(signed(&mini, crossed).code(), "SCT");
    // One by nobody beside the good one.
    let unknown = |list: &mut Vec<Sct>| list.push(Sct { log_id: vec![7; 32], ..list[0].clone() });
    signed(&mini, unknown).accepted();
    let other = Miniature::new().with(|m| m.sigstore.ct_logs[0].key = Key::rsa2048(1));
    let foreign = second(&other, 0);
    let only_foreign = |list: &mut Vec<Sct>| {
        foreign(list);
        list.remove(0);
    };
    assert_eq!(signed(&mini, only_foreign).code(), "UNKNOWN_CT_LOG");
}

#[test]
fn ct_08_the_same_log_twice() {
    let again = |list: &mut Vec<Sct>| list.push(Sct { timestamp: list[0].timestamp + 1, ..list[0].clone() });
    signed(&rsa(), again).accepted();
    let badly = |list: &mut Vec<Sct>| list.push(Sct { key: Key::rsa2048(1), ..list[0].clone() });
    assert_eq!(signed(&rsa(), badly).code(), "SCT");
}

#[test]
fn ct_10_the_algorithms_of_another_kind() {
    assert_eq!(changed(|s| s.algorithm = [4, 3]), "SCT");
    for algorithm in [[5, 1], [6, 1], [2, 1], [8, 4], [4, 2], [0, 0]] {
        assert_eq!(changed(|s| s.algorithm = algorithm), "SCT_MALFORMED", "{algorithm:?}");
    }
}

#[test]
fn ct_10_keys_that_rfc_6962_does_not_have() {
    for key in [Key::p384("ct"), Key::p521("ct"), Key::ed25519("ct")] {
        let mini = Miniature::new().with(|m| m.sigstore.ct_logs[0].key = key.clone());
        // It is known, and cannot be judged; one that can be judged is enough beside it.
        let question = signed(&mini, |list| list[0].algorithm = [4, 3]);
        assert_eq!(question.code(), "UNSUPPORTED_KEY", "{}", key.key_details());
        let beside = |list: &mut Vec<Sct>| {
            list[0].algorithm = [4, 3];
            second(&mini, 1)(list);
        };
        signed(&mini, beside).accepted();
    }
}

#[test]
fn ct_14_a_key_has_one_role() {
    let mini = Miniature::rekor_v2();
    for n in [0, 2, 3] {
        let key = mini.sigstore.rekors[n].key.clone();
        let question = signed(&mini, |list| (list[0].log_id, list[0].key) = (key.log_id(), key));
        assert_eq!(question.code(), "UNKNOWN_CT_LOG");
    }
    // And the log that certificates are in is none for signatures.
    let rsa = rsa();
    let log = rsa.sigstore.ct_logs[0].key.clone();
    let bundle = rsa.message(ARTIFACT).plan(|p| p.rekor.key = log).bundle();
    assert_eq!(BundleQuestion::new(&rsa, &bundle).code(), "UNKNOWN_LOG");
}

#[test]
fn ct_10_a_key_without_its_wrapper() {
    // As staging's root lists a log of 2021: known, of a form that is not read, and no hindrance.
    let mini = rsa();
    let log = mini.sigstore.ct_logs[0].clone();
    let root = mini.trusted_root().with(|r| r.ctlogs[0].as_pkcs1(&log));
    assert_eq!(signed(&mini, |_| {}).trusting(&root).code(), "UNSUPPORTED_KEY");
    signed(&mini, second(&mini, 1)).trusting(&root).accepted();
}

#[test]
fn tr_12_what_the_root_says_of_a_key() {
    let mini = rsa();
    let log = mini.sigstore.ct_logs[0].clone();
    let code = |change: &dyn Fn(&mut Members)| {
        let root = mini.trusted_root().with(change);
        TrustedRoot::from_json(root.text().as_bytes()).unwrap_err().code().strip_prefix("ERR_COUNTERSIGN_").unwrap()
    };
    assert_eq!(code(&|r| r.ctlogs[0].key_details = "PKIX_ECDSA_P256_SHA_256".into()), "TRUST_INVALID");
    assert_eq!(code(&|r| r.ctlogs[1].key_details = "PKIX_RSA_PKCS1V15_2048_SHA256".into()), "TRUST_INVALID");
    // One form under the name of the other.
    assert_eq!(code(&|r| r.ctlogs[0].spki = log.key.public()), "TRUST_INVALID");
    assert_eq!(code(&|r| r.ctlogs[0].log_id = Hash::Sha256.of(&log.key.public())), "TRUST_INVALID");
    assert_eq!(code(&|r| r.ctlogs[0].spki.push(0)), "TRUST_INVALID");
    assert_eq!(code(&|r| r.ctlogs.push(r.ctlogs[0].clone())), "TRUST_INVALID");
}
