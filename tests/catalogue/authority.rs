//! CE-04 to CE-66 for the certificates of authorities: what may issue, for what, when, and under which
//! names.

use countersign::TrustedRoot;

use crate::question::{Question, accepted, octo, provenance_in, provenance_with};
use crate::support::bundle::Era;
use crate::support::certificate::{
    ANY_USAGE, AUTHORITY_KEY_ID, Authority, BASIC_CONSTRAINTS, CODE_SIGNING, Certificate, EXTENDED_KEY_USAGE,
    Extension, KEY_USAGE, NAME_CONSTRAINTS, SUBJECT_KEY_ID, TIME_STAMPING, authority_key_id, basic_constraints,
    extended_key_usage, key_usage, name,
};
use crate::support::keys::{Hash, Key, spki_of};
use crate::support::time::{NOON, unix};
use crate::support::trusted_root::AuthorityMember;
use crate::support::{Miniature, der};

/// A provenance in an instance that was changed before anything was minted.
fn instance(change: impl FnOnce(&mut Miniature)) -> Question {
    provenance_in(&Miniature::new().with(change), Era::Mar2026, |a| a)
}

/// Asserts that a changed instance's trusted root is refused, and for what.
#[track_caller]
fn untrusted(why: &str, change: impl FnOnce(&mut Miniature)) {
    let mini = Miniature::new().with(change);
    let error = TrustedRoot::from_json(mini.trusted_root().text().as_bytes()).expect_err("this was trusted");
    assert_eq!(error.code(), "ERR_COUNTERSIGN_TRUST_INVALID");
    assert!(error.to_string().contains(why), "{error}");
}

/// The same change in the issuing authority and in the root.
#[track_caller]
fn neither(why: &str, change: impl Fn(&mut Certificate)) {
    untrusted(why, |m| m.sigstore.change_intermediate(1, &change));
    untrusted(why, |m| m.sigstore.change_root(&change));
}

#[test]
fn ce_04_authorities_name_each_others_keys() {
    untrusted("does not identify its issuer's key", |m| {
        m.sigstore.change_intermediate(1, |c| c.remove(AUTHORITY_KEY_ID));
    });
    accepted(&instance(|m| m.sigstore.change_root(|c| c.remove(AUTHORITY_KEY_ID))));
    let other = authority_key_id(&Key::p384("other").spki());
    neither("does not identify its issuer's key", |c| *c.extension(AUTHORITY_KEY_ID) = other.clone());
    // The issuer's name and a serial number in place of the key; beside it, only together.
    let key = authority_key_id(&Miniature::new().sigstore.root.key.spki()).value;
    let directory = der::explicit(1, &der::explicit(4, &name("sigstore.example", "sigstore")));
    let serial = der::implicit(2, &[1]);
    let with = |parts: &[&[u8]]| der::tlv(der::SEQUENCE, &parts.concat());
    for value in [with(&[&directory, &serial]), with(&[&key[2..], &directory]), with(&[&key[2..], &serial])] {
        neither("does not identify its issuer's key", |c| c.extension(AUTHORITY_KEY_ID).value = value.clone());
    }
    let all = with(&[&key[2..], &directory, &serial]);
    accepted(&instance(|m| m.sigstore.change_intermediate(0, |c| c.extension(AUTHORITY_KEY_ID).value = all)));
    neither("has no subject key identifier", |c| c.remove(SUBJECT_KEY_ID));
}

#[test]
fn ce_12_authorities_that_may_not_issue() {
    neither("is no authority's", |c| c.remove(BASIC_CONSTRAINTS));
    neither("is no authority's", |c| *c.extension(BASIC_CONSTRAINTS) = basic_constraints(false, None));
    neither("is no authority's", |c| c.extension(BASIC_CONSTRAINTS).critical = false);
    neither("may not sign certificates", |c| c.remove(KEY_USAGE));
    neither("may not sign certificates", |c| *c.extension(KEY_USAGE) = key_usage(&[0, 6]));
}

#[test]
fn ce_12_a_chain_that_is_not_signed_or_out_of_order() {
    let evil = |c: &mut Certificate| c.signer = Key::p384("evil");
    neither("is not signed by the next one", evil);
    untrusted("is not in order", |m| m.sigstore.change_intermediate(1, |c| c.issuer = name("other", "other")));
    let nobody = der::sequence::<Vec<u8>>(&[]);
    untrusted("has no subject", |m| m.sigstore.change_intermediate(1, |c| c.subject = nobody));
}

/// An authority under two others, of which the upper one is the root; and what a consumer trusts.
fn chain_of_three(change: impl FnOnce(&mut Authority, &mut Authority)) -> (Authority, String) {
    let mut root = Authority::root("long root", "sigstore.example", "top");
    let mut middle = root.subordinate("long middle", "middle", CODE_SIGNING, true);
    middle.change(|c| *c.extension(BASIC_CONSTRAINTS) = basic_constraints(true, Some(1)));
    change(&mut middle, &mut root);
    let issuing = middle.subordinate("long issuing", "ca", CODE_SIGNING, true);
    let chain = vec![issuing.der.clone(), middle.der, root.der.clone()];
    let member = AuthorityMember::new(&root, "https://fulcio.example", chain, "2022-04-13T20:06:15Z");
    let trusted = Miniature::new().trusted_root().with(|r| r.authorities = vec![member]);
    (issuing, trusted.text())
}

#[test]
fn ce_13_path_lengths() {
    let limited = |length| move |c: &mut Certificate| *c.extension(BASIC_CONSTRAINTS) = basic_constraints(true, length);
    untrusted("is longer than a certificate of it allows", |m| m.sigstore.change_root(limited(Some(0))));
    accepted(&instance(|m| m.sigstore.change_root(limited(Some(1)))));
    for (middle, root, good) in [(Some(1), Some(2), true), (Some(0), Some(2), false), (Some(1), Some(1), false)] {
        let (issuing, trusted) = chain_of_three(|m, r| {
            m.change(limited(middle));
            r.change(limited(root));
        });
        match TrustedRoot::from_json(trusted.as_bytes()) {
            Ok(_) => {
                assert!(good, "{middle:?} {root:?}");
                accepted(&provenance_with(|a| a.issued_by(issuing)).with(|q| q.root = trusted.into()));
            }
            Err(error) => {
                assert!(!good && error.to_string().contains("is longer than"), "{middle:?} {root:?}: {error}");
            }
        }
    }
}

#[test]
fn ce_14_a_leaf_straight_from_a_root_of_the_issuers_name() {
    // root and issuing authority bear one name, with another authority between them.
    let mini = Miniature::new();
    let root = Authority::root("long root", "sigstore.example", "ca");
    let mut middle = root.subordinate("long middle", "middle", CODE_SIGNING, true);
    middle.change(|c| *c.extension(BASIC_CONSTRAINTS) = basic_constraints(true, Some(1)));
    let issuing = middle.subordinate("long issuing", "ca", CODE_SIGNING, true);
    assert_eq!(root.certificate.subject, issuing.certificate.subject);
    let chain = vec![issuing.der.clone(), middle.der, root.der.clone()];
    let member = AuthorityMember::new(&root, "https://fulcio.example", chain, "2022-04-13T20:06:15Z");
    let trusted = mini.trusted_root().with(|r| r.authorities = vec![member]);
    accepted(&provenance_with(|a| a.issued_by(issuing)).trusting(&trusted));
    assert_eq!(provenance_with(|a| a.issued_by(root)).trusting(&trusted).code(), "CHAIN_INVALID");
}

#[test]
fn ce_14_a_long_chain() {
    let with = |links: usize| {
        let mut chain = vec![Authority::root("root", "sigstore.example", "top")];
        for n in 0..links {
            let mut below = chain[0].subordinate(&format!("link {n}"), &format!("link {n}"), CODE_SIGNING, true);
            below.change(|c| *c.extension(BASIC_CONSTRAINTS) = basic_constraints(true, None));
            chain.insert(0, below);
        }
        let ders = chain.iter().map(|a| a.der.clone()).collect();
        let member = AuthorityMember::new(&chain[0], "https://fulcio.example", ders, "2022-04-13T20:06:15Z");
        let trusted = Miniature::new().trusted_root().with(|r| r.authorities = vec![member]);
        (chain.remove(0), trusted)
    };
    let (issuing, trusted) = with(3);
    accepted(&provenance_with(|a| a.issued_by(issuing)).trusting(&trusted));
    let error = TrustedRoot::from_json(with(4).1.text().as_bytes()).expect_err("this was trusted");
    assert_eq!(error.code(), "ERR_COUNTERSIGN_LIMIT_EXCEEDED");
}

#[test]
fn ce_24_extended_key_usage_of_authorities() {
    accepted(&instance(|m| m.sigstore.change_intermediate(0, |c| c.remove(EXTENDED_KEY_USAGE))));
    let both = extended_key_usage(&[TIME_STAMPING, CODE_SIGNING]);
    accepted(&instance(|m| m.sigstore.change_root(|c| c.extensions.push(both))));
    for usage in [TIME_STAMPING, ANY_USAGE] {
        neither("is for another purpose", |c| {
            c.remove(EXTENDED_KEY_USAGE);
            c.extensions.push(extended_key_usage(&[usage]));
        });
    }
}

#[test]
fn ce_31_the_intermediates_window() {
    let within = |from, to| instance(move |m| m.sigstore.change_intermediate(0, |c| c.valid(from, to)));
    accepted(&within(NOON + 2, NOON + 2));
    assert_eq!(within(NOON - 600, NOON + 1).code(), "TIME_OUTSIDE_CERTIFICATE");
    assert_eq!(within(NOON + 3, NOON + 600).code(), "TIME_OUTSIDE_CERTIFICATE");
    assert_eq!(within(NOON + 600, NOON - 600).code(), "TIME_OUTSIDE_CERTIFICATE");
}

#[test]
fn ce_32_the_roots_window() {
    let within = |from, to| instance(move |m| m.sigstore.change_root(|c| c.valid(from, to)));
    accepted(&within(NOON + 2, NOON + 2));
    assert_eq!(within(NOON - 600, NOON + 1).code(), "TIME_OUTSIDE_CERTIFICATE");
    assert_eq!(within(NOON + 3, NOON + 600).code(), "TIME_OUTSIDE_CERTIFICATE");
    assert_eq!(within(NOON + 600, NOON - 600).code(), "TIME_OUTSIDE_CERTIFICATE");
}

#[test]
fn ce_31_ce_32_ce_33_at_each_of_several_times() {
    // Logged at NOON + 2, which is within every window, and once more.
    let twice = |mini: &Miniature, seconds: i64| {
        let again = mini.provenance(&octo()).plan(|p| (p.integrated_at, p.position) = (NOON + seconds, 2)).mint().entry;
        provenance_in(mini, Era::Mar2026, |a| a.also_logged(again))
    };
    let (from, to) = (NOON - 600, NOON + 5);
    let intermediate = Miniature::new().with(|m| m.sigstore.change_intermediate(0, |c| c.valid(from, to)));
    let root = Miniature::new().with(|m| m.sigstore.change_root(|c| c.valid(from, to)));
    for mini in [&intermediate, &root] {
        accepted(&twice(mini, 5));
        assert_eq!(twice(mini, 6).code(), "TIME_OUTSIDE_CERTIFICATE");
    }
    let mini = Miniature::new();
    let until = mini.trusted_root().with(|r| r.authorities[0].end = Some("2026-03-01T12:00:05Z".into()));
    accepted(&twice(&mini, 5).trusting(&until));
    assert_eq!(twice(&mini, 6).trusting(&until).code(), "TIME_OUTSIDE_AUTHORITY");
}

#[test]
fn ce_33_when_the_trusted_root_vouches_for_it() {
    let question = |start: &str, end: &str| {
        let root = Miniature::new().trusted_root().with(|r| {
            r.authorities[0].start = Some(start.into());
            r.authorities[0].end = Some(end.into());
        });
        provenance_with(|a| a).trusting(&root)
    };
    accepted(&question("2026-03-01T12:00:02Z", "2026-03-01T12:00:02Z"));
    assert_eq!(question("2022-01-01T00:00:00Z", "2026-03-01T12:00:01Z").code(), "TIME_OUTSIDE_AUTHORITY");
    assert_eq!(question("2026-03-01T12:00:03Z", "2031-01-01T00:00:00Z").code(), "TIME_OUTSIDE_AUTHORITY");
}

#[test]
fn ce_40_two_authorities_of_one_name() {
    for issuer in Miniature::new().sigstore.intermediates {
        accepted(&provenance_with(|a| a.issued_by(issuer)));
    }
}

#[test]
fn ce_41_critical_extensions_that_nobody_understands() {
    for oid in ["1.2.3.4", "2.5.29.33", "2.5.29.54"] {
        let more = Extension::new(oid, true, der::octets(b"x"));
        neither(&format!("critical extension {oid} is not understood"), |c| c.extensions.push(more.clone()));
    }
    neither("critical extension 2.5.29.35", |c| c.extension(AUTHORITY_KEY_ID).critical = true);
    // Policy constraints bind whether they are critical or not.
    let policies = Extension::new("2.5.29.36", false, der::sequence(&[der::implicit(0, &[0])]));
    neither("restricts policies", |c| c.extensions.push(policies.clone()));
}

#[test]
fn ce_43_an_extension_twice() {
    for oid in [BASIC_CONSTRAINTS, KEY_USAGE, SUBJECT_KEY_ID] {
        neither("occurs twice", |c| {
            let again = c.extension(oid).clone();
            c.extensions.push(again);
        });
    }
}

/// Name constraints: those permitted and those excluded, each a GeneralSubtree's contents.
fn constraints(permitted: &[&[u8]], excluded: &[&[u8]]) -> Extension {
    let list = |number: u8, subtrees: &[&[u8]]| {
        let subtrees: Vec<_> = subtrees.iter().map(|contents| der::tlv(der::SEQUENCE, contents)).collect();
        if subtrees.is_empty() { Vec::new() } else { der::explicit(number, &subtrees.concat()) }
    };
    Extension::new(NAME_CONSTRAINTS, true, der::sequence(&[list(0, permitted), list(1, excluded)]))
}

/// In an issuing authority and in a root, where path validation reads them from elsewhere.
fn constrained(extension: &Extension) -> [Question; 2] {
    [
        instance(|m| m.sigstore.change_intermediate(0, |c| c.extensions.push(extension.clone()))),
        instance(|m| m.sigstore.change_root(|c| c.extensions.push(extension.clone()))),
    ]
}

#[test]
fn ce_44_ce_45_names_that_an_authority_may_not_issue_for() {
    // Constraints on URIs and on directory names are not read: they refuse everything.
    let uri = der::implicit(6, b"github.com");
    let elsewhere = der::implicit(6, b"elsewhere.example");
    let directory = der::explicit(4, &name("octo", "octo"));
    for base in [&uri, &elsewhere, &directory] {
        for extension in [constraints(&[base], &[]), constraints(&[], &[base])] {
            for question in constrained(&extension) {
                assert_eq!(question.code(), "CHAIN_INVALID", "{base:?}");
            }
        }
    }
    // A host is no URI, and nobody is named by a host.
    let host = der::implicit(2, b"elsewhere.example");
    for question in constrained(&constraints(&[&host], &[])) {
        accepted(&question);
    }
    // RFC 5280 has neither a minimum nor a maximum.
    let minimum = [host.clone(), der::implicit(0, &[1])].concat();
    let maximum = [host, der::implicit(1, &[1])].concat();
    for base in [minimum, maximum] {
        for question in constrained(&constraints(&[&base], &[])) {
            assert_eq!(question.code(), "CHAIN_INVALID", "{base:?}");
        }
    }
}

#[test]
fn ce_45_constraints_that_would_be_passed_over() {
    let refused = |why: &str, extension: Extension| neither(why, |c| c.extensions.push(extension.clone()));
    let email = der::implicit(1, b"octo.example");
    refused("constraints on e-mail addresses", constraints(&[&email], &[]));
    refused("constraints on e-mail addresses", constraints(&[], &[&email]));
    refused("not host names", constraints(&[&der::implicit(2, b".octo.example")], &[]));
    let not_critical = Extension { critical: false, ..constraints(&[&der::implicit(2, b"octo.example")], &[]) };
    refused("are not critical", not_critical);
    refused("constrain nothing", constraints(&[], &[]));
    for empty in [[der::explicit(0, &[]), Vec::new()], [Vec::new(), der::explicit(1, &[])]] {
        refused("constrain nothing", Extension::new(NAME_CONSTRAINTS, true, der::sequence(&empty)));
    }
    refused("extension 2.5.29.30", Extension::new(NAME_CONSTRAINTS, true, der::tlv(der::NULL, &[])));
}

#[test]
fn ce_50_ce_51_authorities_with_keys_of_every_kind() {
    for key in Key::of_every_kind("authority") {
        accepted(&instance(|m| {
            m.sigstore.rekey_root(key.clone());
            m.sigstore.intermediates[0].rekey(key);
        }));
    }
    // Curve and hash need not be of one size: GitHub's staging instance has P-256 with SHA-384.
    for key in [Key::p256("authority"), Key::p384("authority"), Key::p521("authority"), Key::rsa2048(0)] {
        for hash in Hash::ALL {
            let mini = Miniature::new().with(|m| m.sigstore.intermediates[0].rekey(key.clone()));
            let signer = key.clone();
            accepted(&provenance_in(&mini, Era::Mar2026, |a| a.leaf(move |c| c.signed_by(&signer, hash))));
        }
    }
}

#[test]
fn ce_50_ce_52_authorities_whose_keys_are_not_supported() {
    // They issue nothing; the other one does.
    let rsa = der::sequence(&[der::integer(&[0xc5; 128]), der::integer(&[1, 0, 1])]);
    let spki = |oid: &str, key: &[u8]| {
        der::sequence(&[der::sequence(&[der::oid(oid), der::tlv(der::NULL, &[])]), der::bits(key)])
    };
    let point = Key::p256("x").point();
    for spki in
        [spki("1.2.840.113549.1.1.1", &rsa), spki("1.2.840.10040.4.1", &[7; 32]), spki_of("1.3.132.0.10", &point)]
    {
        let mini = Miniature::new().with(|m| m.sigstore.change_intermediate(0, |c| c.spki = spki));
        assert_eq!(provenance_in(&mini, Era::Mar2026, |a| a).code(), "UNKNOWN_AUTHORITY");
        let other = mini.sigstore.intermediates[1].clone();
        accepted(&provenance_in(&mini, Era::Mar2026, |a| a.issued_by(other)));
    }
}

#[test]
fn ce_51_ce_63_authorities_of_another_form() {
    let sha256 = Key::p256("x").algorithm();
    neither("two different signature algorithms", |c| c.algorithm = sha256.clone());
    for version in [0, 1, 3] {
        let other = der::explicit(0, &der::integer(&[version]));
        untrusted("certificate is malformed", |m| m.sigstore.change_root(|c| c.version = other));
    }
    // A signature that says it is with SHA-1 is of no supported kind: the authority issues nothing.
    let sha1 = der::sequence(&[der::oid("1.2.840.10045.4.1")]);
    let old = |c: &mut Certificate| (c.algorithm, c.outer_algorithm) = (sha1.clone(), sha1.clone());
    let question = instance(|m| m.sigstore.change_intermediate(0, old));
    assert_eq!(question.code(), "UNKNOWN_AUTHORITY");
}

#[test]
fn ce_53_points() {
    let point = Key::p384("authority").point();
    let compressed = [&[2 + (point[96] & 1)], &point[1..49]].concat();
    let hybrid = [&[6 + (point[96] & 1)], &point[1..]].concat();
    let mut off_curve = point.clone();
    off_curve[96] ^= 1;
    for (why, other) in
        [("uncompressed", vec![0]), ("uncompressed", compressed), ("uncompressed", hybrid), ("on the curve", off_curve)]
    {
        let spki = spki_of("1.3.132.0.34", &other);
        untrusted(why, |m| m.sigstore.change_intermediate(1, |c| c.spki = spki));
    }
}

#[test]
fn ce_61_serial_numbers() {
    let numbered = |contents: &[u8]| {
        let serial = der::tlv(der::INTEGER, contents);
        move |c: &mut Certificate| c.serial = serial.clone()
    };
    untrusted("serial number", |m| m.sigstore.change_intermediate(1, numbered(&[0])));
    // Old roots have it: nobody but themselves numbered them.
    accepted(&instance(|m| m.sigstore.change_root(numbered(&[0]))));
    neither("serial number", numbered(&[0xff]));
    neither("serial number", numbered(&[1; 21]));
}

#[test]
fn ce_65_an_authority_without_an_end() {
    let forever = unix("9999-12-31T23:59:59Z");
    accepted(&instance(|m| {
        m.sigstore.change_root(|c| c.valid(NOON - 600, forever));
        m.sigstore.change_intermediate(0, |c| c.valid(NOON - 600, forever));
    }));
}
