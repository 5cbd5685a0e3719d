//! CE-01 to CE-43: the signing certificate's issuer, its usages, its window and its extensions.

use crate::question::{accepted, octo, provenance_with, refused};
use crate::support::certificate::{
    ANY_USAGE, AUTHORITY_KEY_ID, Authority, CODE_SIGNING, Certificate, EXTENDED_KEY_USAGE, Extension, KEY_USAGE,
    NAME_CONSTRAINTS, SERVER_AUTH, SUBJECT_ALT_NAME, TIME_STAMPING, authority_key_id, basic_constraints,
    extended_key_usage, key_usage, name,
};
use crate::support::keys::Key;
use crate::support::plan::leaf_key;
use crate::support::time::{NOON, unix};
use crate::support::{der, flip};

/// The code where the certificate was changed before logs and authority signed it.
#[track_caller]
fn changed(change: impl FnOnce(&mut Certificate)) -> &'static str {
    refused(|a| a.leaf(change))
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
    assert_eq!(refused(|a| a.ca_signature(Vec::clear)), "CHAIN_INVALID");
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
fn ce_34_a_long_life() {
    // How long its key may be used is for its authority to say.
    accepted(&provenance_with(|a| a.leaf(|c| c.valid(NOON - 600, unix("9999-12-31T23:59:59Z")))));
}

#[test]
fn ce_30_ce_66_the_leafs_window() {
    // The log entry is of NOON + 2; both ends count.
    accepted(&provenance_with(|a| a.leaf(|c| c.valid(NOON + 2, NOON + 2))));
    assert_eq!(changed(|c| c.valid(NOON - 600, NOON + 1)), "TIME_OUTSIDE_CERTIFICATE");
    assert_eq!(changed(|c| c.valid(NOON + 3, NOON + 600)), "TIME_OUTSIDE_CERTIFICATE");
    assert_eq!(changed(|c| c.valid(NOON + 600, NOON - 600)), "TIME_OUTSIDE_CERTIFICATE");
}

fn critical(oid: &str) -> Extension {
    Extension::new(oid, true, der::octets(b"x"))
}

#[test]
fn ce_41_critical_extensions_that_nobody_understands() {
    assert_eq!(changed(|c| c.extensions.push(critical("1.2.3.4"))), "CRITICAL_EXTENSION");
    assert_eq!(changed(|c| c.extensions.push(critical(NAME_CONSTRAINTS))), "CRITICAL_EXTENSION");
    // One that is understood in an authority, and one that is never critical.
    assert_eq!(changed(|c| c.extension(AUTHORITY_KEY_ID).critical = true), "CRITICAL_EXTENSION");
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
