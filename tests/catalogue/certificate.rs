//! CE: the certificate, its path, its windows and its encoding.

use countersign::TrustedRoot;

use crate::question::{Question, accepted, octo, provenance_in, provenance_with, refused};
use crate::support::Miniature;
use crate::support::bundle::Era;
use crate::support::certificate::{
    ANY_USAGE, AUTHORITY_KEY_ID, Authority, BASIC_CONSTRAINTS, CODE_SIGNING, Certificate, EXTENDED_KEY_USAGE,
    Extension, KEY_USAGE, NAME_CONSTRAINTS, SERVER_AUTH, SUBJECT_ALT_NAME, TIME_STAMPING, authority_key_id,
    basic_constraints, extended_key_usage, key_usage, name,
};
use crate::support::keys::Key;
use crate::support::plan::leaf_key;
use crate::support::time::NOON;
use crate::support::trusted_root::AuthorityMember;
use crate::support::{der, flip};

/// The code where the certificate was changed before logs and authority signed it.
#[track_caller]
fn changed(change: impl FnOnce(&mut Certificate)) -> &'static str {
    refused(|a| a.leaf(change))
}

/// A provenance in an instance that was changed before anything was minted.
fn instance(change: impl FnOnce(&mut Miniature)) -> Question {
    provenance_in(&Miniature::new().with(change), Era::Mar2026, |a| a)
}

/// The code with which a changed instance's trusted root is refused.
#[track_caller]
fn untrusted(change: impl FnOnce(&mut Miniature)) -> &'static str {
    let mini = Miniature::new().with(change);
    let error = TrustedRoot::from_json(mini.trusted_root().text().as_bytes()).expect_err("this was trusted");
    error.code().strip_prefix("ERR_COUNTERSIGN_").unwrap()
}

#[test]
fn ce_01_every_generation_of_extensions() {
    for last in [6, 21, 22, 23, 24] {
        let question = provenance_with(|a| a.plan(|p| p.workflow.last_extension = last));
        accepted(&question);
    }
}

#[test]
fn ce_02_flipped_bits() {
    assert_eq!(refused(|a| a.ca_signature(flip)), "CHAIN_INVALID");
    assert_eq!(refused(|a| a.leaf_der(|d| d[20] ^= 1)), "CHAIN_INVALID");
}

#[test]
fn ce_03_certificates_that_nobody_trusted_issued() {
    let evil = Authority::root("evil", "evil.example", "evil").subordinate("ca", "evil-ca", CODE_SIGNING, true);
    assert_eq!(refused(|a| a.issued_by(evil)), "UNKNOWN_AUTHORITY");
    let own = leaf_key(&octo());
    assert_eq!(changed(move |c| (c.signer, c.hash) = (own.clone(), own.hash())), "CHAIN_INVALID");
    let alone = |c: &mut Certificate| c.issuer = name("octo", "octo");
    assert_eq!(changed(alone), "UNKNOWN_AUTHORITY");
}

#[test]
fn ce_04_key_identifiers_decide_nothing() {
    let other = Key::p384("other").spki();
    let stated = other.clone();
    accepted(&provenance_with(|a| a.leaf(move |c| *c.extension(AUTHORITY_KEY_ID) = authority_key_id(&stated))));
    accepted(&provenance_with(|a| a.leaf(|c| c.remove(AUTHORITY_KEY_ID))));
    // They tell "issued by another of that name" from "forged".
    let code =
        refused(|a| a.leaf(move |c| *c.extension(AUTHORITY_KEY_ID) = authority_key_id(&other)).ca_signature(flip));
    assert_eq!(code, "UNKNOWN_AUTHORITY");
}

#[test]
fn ce_10_an_authority_signs_no_packages() {
    assert_eq!(changed(|c| c.extensions.push(basic_constraints(true, None))), "CA_AS_LEAF");
    assert_eq!(changed(|c| c.extensions.push(basic_constraints(true, Some(0)))), "CA_AS_LEAF");
    accepted(&provenance_with(|a| a.leaf(|c| c.extensions.push(basic_constraints(false, None)))));
    assert_eq!(changed(|c| c.extensions.push(basic_constraints(false, Some(0)))), "CERTIFICATE_MALFORMED");
}

#[test]
fn ce_11_key_usage() {
    assert_eq!(changed(|c| c.remove(KEY_USAGE)), "KEY_USAGE");
    assert_eq!(changed(|c| c.extension(KEY_USAGE).critical = false), "KEY_USAGE");
    for named in [&[5][..], &[0, 5], &[2], &[0, 2], &[1]] {
        assert_eq!(changed(|c| *c.extension(KEY_USAGE) = key_usage(named)), "KEY_USAGE", "{named:?}");
    }
}

#[test]
fn ce_12_intermediates_that_may_not_issue() {
    let of = |change: fn(&mut Certificate)| untrusted(move |m| m.sigstore.change_intermediate(1, change));
    assert_eq!(of(|c| c.remove(BASIC_CONSTRAINTS)), "TRUST_INVALID");
    assert_eq!(of(|c| *c.extension(BASIC_CONSTRAINTS) = basic_constraints(false, None)), "TRUST_INVALID");
    assert_eq!(of(|c| c.remove(KEY_USAGE)), "TRUST_INVALID");
    assert_eq!(of(|c| *c.extension(KEY_USAGE) = key_usage(&[0])), "TRUST_INVALID");
    assert_eq!(untrusted(|m| m.sigstore.change_root(|c| c.remove(BASIC_CONSTRAINTS))), "TRUST_INVALID");
    assert_eq!(untrusted(|m| m.sigstore.change_root(|c| c.remove(KEY_USAGE))), "TRUST_INVALID");
}

#[test]
fn ce_12_a_chain_that_is_not_signed_or_out_of_order() {
    let forged = |c: &mut Certificate| (c.signer, c.issuer) = (Key::p384("evil"), c.issuer.clone());
    assert_eq!(untrusted(|m| m.sigstore.change_intermediate(1, forged)), "TRUST_INVALID");
    let misnamed = |c: &mut Certificate| c.issuer = name("other", "other");
    assert_eq!(untrusted(|m| m.sigstore.change_intermediate(1, misnamed)), "TRUST_INVALID");
    assert_eq!(untrusted(|m| m.sigstore.change_root(|c| c.signer = Key::p384("evil"))), "TRUST_INVALID");
}

#[test]
fn ce_13_path_lengths() {
    let limited = |c: &mut Certificate| *c.extension(BASIC_CONSTRAINTS) = basic_constraints(true, Some(0));
    assert_eq!(untrusted(|m| m.sigstore.change_root(limited)), "TRUST_INVALID");
    let enough = |c: &mut Certificate| *c.extension(BASIC_CONSTRAINTS) = basic_constraints(true, Some(1));
    accepted(&instance(|m| m.sigstore.change_root(enough)));
}

#[test]
fn ce_14_a_leaf_straight_from_a_root_of_the_issuers_name() {
    // root and issuing authority bear one name, with another authority between them.
    let mut mini = Miniature::new();
    let root = Authority::root("long root", "sigstore.example", "ca");
    let mut middle = root.subordinate("long middle", "middle", CODE_SIGNING, true);
    middle.change(|c| *c.extension(BASIC_CONSTRAINTS) = basic_constraints(true, Some(1)));
    let issuing = middle.subordinate("long issuing", "ca", CODE_SIGNING, true);
    assert_eq!(root.certificate.subject, issuing.certificate.subject);
    mini.sigstore.label = "sigstore".into();
    let chain = vec![issuing.der.clone(), middle.der, root.der.clone()];
    let member = AuthorityMember::new(&root, "https://fulcio.example", chain, "2022-04-13T20:06:15Z");
    let trusted = mini.trusted_root().with(|r| r.authorities = vec![member]);
    accepted(&provenance_with(|a| a.issued_by(issuing)).trusting(&trusted));
    assert_eq!(provenance_with(|a| a.issued_by(root)).trusting(&trusted).code(), "CHAIN_INVALID");
}

#[test]
fn ce_20_ce_21_ce_22_ce_23_extended_key_usage() {
    assert_eq!(changed(|c| c.remove(EXTENDED_KEY_USAGE)), "EXTENDED_KEY_USAGE");
    for usages in [
        &[SERVER_AUTH][..],
        &[TIME_STAMPING],
        &[ANY_USAGE],
        &[CODE_SIGNING, SERVER_AUTH],
        &[SERVER_AUTH, CODE_SIGNING],
        &[CODE_SIGNING, ANY_USAGE],
    ] {
        let code = changed(|c| *c.extension(EXTENDED_KEY_USAGE) = extended_key_usage(usages));
        assert_eq!(code, "EXTENDED_KEY_USAGE", "{usages:?}");
    }
}

#[test]
fn ce_24_extended_key_usage_of_authorities() {
    accepted(&instance(|m| m.sigstore.change_intermediate(0, |c| c.remove(EXTENDED_KEY_USAGE))));
    let other = |c: &mut Certificate| *c.extension(EXTENDED_KEY_USAGE) = extended_key_usage(&[TIME_STAMPING]);
    assert_eq!(untrusted(|m| m.sigstore.change_intermediate(1, other)), "TRUST_INVALID");
    let any = |c: &mut Certificate| *c.extension(EXTENDED_KEY_USAGE) = extended_key_usage(&[ANY_USAGE]);
    assert_eq!(untrusted(|m| m.sigstore.change_intermediate(1, any)), "TRUST_INVALID");
}

#[test]
fn ce_30_the_leafs_window() {
    // The log entry is of NOON + 2; both ends count.
    accepted(&provenance_with(|a| a.leaf(|c| c.valid(NOON + 2, NOON + 2))));
    assert_eq!(changed(|c| c.valid(NOON - 600, NOON + 1)), "TIME_OUTSIDE_CERTIFICATE");
    assert_eq!(changed(|c| c.valid(NOON + 3, NOON + 600)), "TIME_OUTSIDE_CERTIFICATE");
    assert_eq!(changed(|c| c.valid(NOON + 600, NOON - 600)), "TIME_OUTSIDE_CERTIFICATE");
}

#[test]
fn ce_31_the_intermediates_window() {
    let within = |from, to| instance(move |m| m.sigstore.change_intermediate(0, |c| c.valid(from, to)));
    accepted(&within(NOON + 2, NOON + 2));
    assert_eq!(within(NOON - 600, NOON + 1).code(), "TIME_OUTSIDE_CERTIFICATE");
    assert_eq!(within(NOON + 3, NOON + 600).code(), "TIME_OUTSIDE_CERTIFICATE");
}

#[test]
fn ce_32_the_roots_window() {
    let within = |from, to| instance(move |m| m.sigstore.change_root(|c| c.valid(from, to)));
    accepted(&within(NOON + 2, NOON + 2));
    assert_eq!(within(NOON - 600, NOON + 1).code(), "TIME_OUTSIDE_CERTIFICATE");
    assert_eq!(within(NOON + 3, NOON + 600).code(), "TIME_OUTSIDE_CERTIFICATE");
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

fn critical(oid: &str) -> Extension {
    Extension::new(oid, true, der::octets(b"x"))
}

#[test]
fn ce_41_critical_extensions_that_nobody_understands() {
    assert_eq!(changed(|c| c.extensions.push(critical("1.2.3.4"))), "CRITICAL_EXTENSION");
    assert_eq!(changed(|c| c.extensions.push(critical(NAME_CONSTRAINTS))), "CRITICAL_EXTENSION");
    let more = |c: &mut Certificate| c.extensions.push(critical("1.2.3.4"));
    assert_eq!(untrusted(|m| m.sigstore.change_intermediate(1, more)), "TRUST_INVALID");
    assert_eq!(untrusted(|m| m.sigstore.change_root(more)), "TRUST_INVALID");
}

#[test]
fn ce_42_other_extensions_that_nobody_understands() {
    let more = |c: &mut Certificate| c.extensions.push(Extension::new("1.2.3.4", false, b"x".to_vec()));
    accepted(&provenance_with(|a| a.leaf(more)));
}

#[test]
fn ce_43_an_extension_twice() {
    for oid in ["1.3.6.1.4.1.57264.1.12", SUBJECT_ALT_NAME, EXTENDED_KEY_USAGE, "1.2.3.4"] {
        let twice = |c: &mut Certificate| {
            c.put(oid, c.extensions.iter().find(|e| e.oid == oid).map_or(b"x".to_vec(), |e| e.value.clone()));
            let again = c.extension(oid).clone();
            c.extensions.insert(0, again);
        };
        assert_eq!(changed(twice), "CERTIFICATE_MALFORMED", "{oid}");
    }
}

#[test]
fn ce_44_names_that_an_authority_may_not_issue_for() {
    let subtree = |host: &str| {
        let base = der::sequence(&[der::implicit(6, host.as_bytes())]);
        Extension::new(NAME_CONSTRAINTS, true, der::sequence(&[der::explicit(0, &base)]))
    };
    let limited = subtree("elsewhere.example");
    let question = instance(move |m| m.sigstore.change_intermediate(0, |c| c.extensions.push(limited)));
    assert_eq!(question.code(), "CHAIN_INVALID");
}

#[test]
fn ce_51_ce_63_authorities_of_another_form() {
    let sha256 = Key::p256("x").algorithm();
    assert_eq!(untrusted(|m| m.sigstore.change_root(|c| c.algorithm = sha256)), "TRUST_INVALID");
    for version in [0, 1, 3] {
        let other = der::explicit(0, &der::integer(&[version]));
        assert_eq!(untrusted(|m| m.sigstore.change_root(|c| c.version = other)), "TRUST_INVALID", "{version}");
    }
}
