//! Who may make a timestamp, and when.

use countersign::TrustedRoot;

use super::{SEEN, changed, made_by, stamped, stranger, trusting, tsa, until};
use crate::question::{accepted, provenance_in, provenance_with};
use crate::support::Miniature;
use crate::support::bundle::Era;
use crate::support::certificate::{
    Authority, CODE_SIGNING, Certificate, EXTENDED_KEY_USAGE, KEY_USAGE, TIME_STAMPING, extended_key_usage, key_usage,
};
use crate::support::der;
use crate::support::keys::{Hash, Key};
use crate::support::time::NOON;

/// What is wrong with the trusted root of such an instance.
#[track_caller]
fn root_refused(change: impl FnOnce(&mut Authority)) -> String {
    let mini = Miniature::new().with(|m| change(&mut m.sigstore.tsas[0]));
    let error = TrustedRoot::from_json(mini.trusted_root().text().as_bytes()).unwrap_err();
    assert_eq!(error.code(), "ERR_COUNTERSIGN_TRUST_INVALID");
    error.to_string()
}

#[test]
fn ts_04_certificates_at_the_stated_time() {
    let ends = |seconds: i64| move |c: &mut Certificate| c.valid(NOON - 600, NOON + seconds);
    // Ended today, and not when it signed.
    accepted(&made_by(|a| a.change(ends(3))));
    assert_eq!(made_by(|a| a.change(ends(2))).code(), "TIME_OUTSIDE_CERTIFICATE");
    let begins = |seconds: i64| move |c: &mut Certificate| c.valid(NOON + seconds, NOON + 600);
    accepted(&made_by(|a| a.change(begins(3))));
    assert_eq!(made_by(|a| a.change(begins(4))).code(), "TIME_OUTSIDE_CERTIFICATE");
    // Of its root, too.
    let root = |change: fn(&mut Certificate)| {
        let mini = Miniature::new().with(|m| m.sigstore.tsa_root.change(change));
        provenance_in(&mini, Era::Mar2026, |a| a.timestamped((tsa(0), SEEN)))
    };
    accepted(&root(|c| c.valid(NOON + 3, NOON + 3)));
    assert_eq!(root(|c| c.valid(NOON - 600, NOON + 2)).code(), "TIME_OUTSIDE_CERTIFICATE");
    assert_eq!(root(|c| c.valid(NOON + 4, NOON + 600)).code(), "TIME_OUTSIDE_CERTIFICATE");
}

#[test]
fn ts_05_the_window_of_another_authority() {
    // The second authority of the same root is in service throughout.
    assert_eq!(trusting(|r| r.tsas[0].end = until(2)).code(), "TIME_OUTSIDE_TIMESTAMP_AUTHORITY");
    assert_eq!(trusting(|r| r.tsas[0].start = until(4)).code(), "TIME_OUTSIDE_TIMESTAMP_AUTHORITY");
    accepted(&trusting(|r| r.tsas[1].end = until(2)));
}

#[test]
fn ts_05_one_authority_listed_twice() {
    // Each entry of the trusted root is judged by itself, and one that holds is enough.
    for [first, second] in [[until(2), None], [None, until(2)]] {
        accepted(&trusting(|r| {
            r.tsas[1] = r.tsas[0].clone();
            (r.tsas[0].end, r.tsas[1].end) = (first, second);
        }));
    }
    let neither = trusting(|r| {
        r.tsas[1] = r.tsas[0].clone();
        (r.tsas[0].end, r.tsas[1].start) = (until(2), until(4));
    });
    assert_eq!(neither.code(), "TIME_OUTSIDE_TIMESTAMP_AUTHORITY");
}

#[test]
fn ts_06_an_authority_without_certificates() {
    for chain in [vec![], vec![Miniature::new().sigstore.tsa_root.der]] {
        let root = Miniature::new().trusted_root().with(|r| r.tsas[0].chain = chain);
        let error = TrustedRoot::from_json(root.text().as_bytes()).unwrap_err();
        assert_eq!(error.code(), "ERR_COUNTERSIGN_TRUST_INVALID");
    }
    let leaf = Miniature::new().trusted_root().with(|r| r.tsas[0].chain.truncate(1));
    let error = TrustedRoot::from_json(leaf.text().as_bytes()).unwrap_err();
    assert!(error.to_string().contains("its chain is empty"), "{error}");
}

#[test]
fn ts_07_one_authority_in_the_place_of_another() {
    // Both have one root; the second is retired. Its key signs as the first, and its certificate rides along.
    let code = changed(|t| {
        t.key = tsa(1).key;
        t.certificates = vec![tsa(1).der];
    });
    assert_eq!(code, "TIMESTAMP_SIGNATURE");
    // Under its own name it is unknown, whatever its certificate says.
    let question = provenance_with(|a| a.timestamped((tsa(1), SEEN)));
    let root = Miniature::new().trusted_root().with(|r| r.tsas.truncate(1));
    assert_eq!(question.trusting(&root).code(), "UNKNOWN_TIMESTAMP_AUTHORITY");
}

#[test]
fn ts_07_another_signer_is_named() {
    for part in [0, 1] {
        let code = changed(move |t| {
            t.signer_info(move |parts| {
                let (own, other) = (tsa(0).certificate, stranger().certificate);
                let mut named = [own.issuer, own.serial];
                named[part] = [other.issuer, other.serial][part].clone();
                parts[1] = der::sequence(&named);
            });
        });
        assert_eq!(code, "UNKNOWN_TIMESTAMP_AUTHORITY", "{part}");
    }
    accepted(&stamped(|t| t.by_key_id = true));
    let code = changed(|t| {
        t.by_key_id = true;
        t.signer_info(|parts| parts[1] = der::implicit(0, &[7; 20]));
    });
    assert_eq!(code, "UNKNOWN_TIMESTAMP_AUTHORITY");
}

/// A certificate for timestamps that says what the first authority's does, over a key of one's own.
fn forged() -> Authority {
    let mut forged = tsa(0);
    forged.rekey(Key::p384("mallory"));
    forged.change(|c| c.signed_by(&Key::p384("mallory"), Hash::Sha384));
    forged
}

#[test]
fn ts_10_certificates_that_ride_along() {
    // As hints they change nothing, first or last.
    accepted(&stamped(|t| t.certificates.insert(0, forged().der)));
    accepted(&stamped(|t| t.certificates.push(b"no certificate".to_vec())));
    // And give no key.
    let code = changed(|t| {
        t.key = forged().key;
        t.certificates.insert(0, forged().der);
    });
    assert_eq!(code, "TIMESTAMP_SIGNATURE");
    let code = changed(|t| {
        t.key = forged().key;
        t.named.1 = forged().der;
        t.certificates = vec![forged().der];
    });
    assert_eq!(code, "TIMESTAMP_CERTIFICATE");
}

#[test]
fn ts_11_the_purpose_of_the_signer() {
    let usage = |a: &mut Authority, usages: &[&str]| {
        let mut extension = extended_key_usage(usages);
        extension.critical = true;
        a.change(|c| *c.extension(EXTENDED_KEY_USAGE) = extension);
    };
    for usages in [&[CODE_SIGNING][..], &[TIME_STAMPING, CODE_SIGNING], &[CODE_SIGNING, TIME_STAMPING], &[]] {
        let error = root_refused(|a| usage(a, usages));
        assert!(error.contains("not for timestamps alone") || usages.is_empty(), "{usages:?}: {error}");
    }
    let error = root_refused(|a| a.change(|c| c.remove(EXTENDED_KEY_USAGE)));
    assert!(error.contains("not for timestamps alone"), "{error}");
    accepted(&made_by(|a| usage(a, &[TIME_STAMPING])));
    // A real root lists one whose usage is not critical: it makes no timestamps, and spoils nothing.
    let lenient = |a: &mut Authority| a.change(|c| c.extension(EXTENDED_KEY_USAGE).critical = false);
    assert_eq!(made_by(lenient).code(), "UNKNOWN_TIMESTAMP_AUTHORITY");
    let mini = Miniature::new().with(|m| lenient(&mut m.sigstore.tsas[0]));
    accepted(&provenance_in(&mini, Era::Mar2026, |a| a.timestamped((tsa(1), SEEN))));
}

#[test]
fn ts_11_the_profile_of_the_signer() {
    let error = root_refused(|a| a.change(|c| *c.extension(KEY_USAGE) = key_usage(&[1])));
    assert!(error.contains("may not sign"), "{error}");
    accepted(&made_by(|a| a.change(|c| c.remove(KEY_USAGE))));
    let root = Miniature::new().sigstore.tsa_root;
    let error = root_refused(|a| *a = root.subordinate("sub", "sub", TIME_STAMPING, true));
    assert!(error.contains("that of an authority"), "{error}");
    let error = root_refused(|a| {
        a.change(|c| c.extensions.push(crate::support::certificate::Extension::new("1.2.3", true, vec![5, 0])));
    });
    assert!(error.contains("1.2.3"), "{error}");
}

#[test]
fn ts_11_the_authority_issued_its_signer() {
    let error = root_refused(|a| a.change(|c| c.signed_by(&Key::p384("mallory"), Hash::Sha384)));
    assert!(error.contains("not signed by the next one"), "{error}");
    let error = root_refused(|a| *a = stranger());
    assert!(error.contains("not in order"), "{error}");
    // A root for other purposes alone.
    let mini = Miniature::new().with(|m| {
        m.sigstore.tsa_root.change(|c| c.extensions.push(extended_key_usage(&[CODE_SIGNING])));
    });
    let error = TrustedRoot::from_json(mini.trusted_root().text().as_bytes()).unwrap_err();
    assert_eq!(error.code(), "ERR_COUNTERSIGN_TRUST_INVALID");
}

#[test]
fn tm_11_both_ends_of_an_authoritys_window_count() {
    accepted(&trusting(|r| (r.tsas[0].start, r.tsas[0].end) = (until(3), until(3))));
    assert_eq!(trusting(|r| r.tsas[0].start = until(4)).code(), "TIME_OUTSIDE_TIMESTAMP_AUTHORITY");
    assert_eq!(trusting(|r| r.tsas[0].end = until(2)).code(), "TIME_OUTSIDE_TIMESTAMP_AUTHORITY");
}
