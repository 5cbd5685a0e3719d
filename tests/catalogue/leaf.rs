//! CE-46 to CE-69: the leaf's name, its key, and its encoding.

use crate::question::{accepted, octo, provenance_with, refused};
use crate::support::Miniature;
use crate::support::certificate::{
    BASIC_CONSTRAINTS, Certificate, Extension, NAME_CONSTRAINTS, SUBJECT_ALT_NAME, name, uri_names,
};
use crate::support::der;
use crate::support::keys::{Key, spki_of};
use crate::support::plan::leaf_key;
use crate::support::time::NOON;

/// The code where the certificate was changed before logs and authority signed it.
#[track_caller]
fn changed(change: impl FnOnce(&mut Certificate)) -> &'static str {
    refused(|a| a.leaf(change))
}

/// The code where its encoding was changed before the authority signed it, and the logs saw it so.
#[track_caller]
fn encoded(change: impl FnOnce(&mut Vec<u8>)) -> &'static str {
    refused(|a| a.tbs(change))
}

#[test]
fn ce_41_what_only_an_authority_may_say() {
    let host = der::sequence(&[der::sequence(&[der::implicit(2, b"octo.example")])]);
    let constraints = der::sequence(&[der::explicit(0, &host[2..])]);
    let limits = Extension::new(NAME_CONSTRAINTS, false, constraints);
    assert_eq!(changed(|c| c.extensions.push(limits)), "CERTIFICATE_MALFORMED");
}

#[test]
fn ce_46_a_subject_beside_the_name() {
    assert_eq!(changed(|c| c.subject = name("octo-org", "octo-lib")), "SUBJECT_ALT_NAME");
    let subject_alone = |c: &mut Certificate| {
        c.subject = name("octo-org", "octo-lib");
        c.remove(SUBJECT_ALT_NAME);
    };
    assert_eq!(changed(subject_alone), "SUBJECT_ALT_NAME");
}

#[test]
fn ce_47_no_name() {
    assert_eq!(changed(|c| c.remove(SUBJECT_ALT_NAME)), "SUBJECT_ALT_NAME");
    assert_eq!(changed(|c| *c.extension(SUBJECT_ALT_NAME) = uri_names(&[])), "SUBJECT_ALT_NAME");
    assert_eq!(changed(|c| c.extension(SUBJECT_ALT_NAME).value = b"x".to_vec()), "SUBJECT_ALT_NAME");
}

#[test]
fn ce_48_a_name_that_a_reader_may_skip() {
    assert_eq!(changed(|c| c.extension(SUBJECT_ALT_NAME).critical = false), "SUBJECT_ALT_NAME");
}

/// Those that Sigstore's registry of algorithms has.
#[test]
fn ce_50_keys_of_every_kind() {
    for key in Key::of_every_kind("leaf") {
        accepted(&provenance_with(|a| a.plan(|p| p.leaf_key = key)));
    }
}

/// A SubjectPublicKeyInfo of an algorithm without parameters.
fn spki(oid: &str, key: &[u8]) -> Vec<u8> {
    der::sequence(&[der::sequence(&[der::oid(oid)]), der::bits(key)])
}

/// An RSA key with a modulus of that many bytes.
fn rsa(length: usize) -> Vec<u8> {
    let key = der::sequence(&[der::integer(&vec![0xc5; length]), der::integer(&[1, 0, 1])]);
    let algorithm = [der::oid("1.2.840.113549.1.1.1"), der::tlv(der::NULL, &[])];
    der::sequence(&[der::sequence(&algorithm), der::bits(&key)])
}

#[test]
fn ce_50_ce_52_keys_that_are_not_supported() {
    let point = leaf_key(&octo()).point();
    for spki in [
        rsa(128),
        rsa(1024),
        spki("1.2.840.113549.1.1.10", &[7; 32]),
        spki("1.2.840.10040.4.1", &[7; 32]),
        spki("1.2.3.4", &[7; 32]),
        spki_of("1.3.132.0.10", &point),
    ] {
        assert_eq!(changed(|c| c.spki = spki), "UNSUPPORTED_SIGNING_KEY");
    }
}

/// Nobody else's signature is by them.
#[test]
fn ce_50_keys_of_somebody_else() {
    for spki in [rsa(256), spki("1.3.101.112", &[7; 32])] {
        assert_eq!(changed(|c| c.spki = spki), "ENVELOPE_SIGNATURE");
    }
}

#[test]
fn ce_50_a_curve_in_its_parameters() {
    // secp256r1 spelt out (RFC 3279 §2.3.5): whoever chooses the generator knows everybody's key.
    let field = der::sequence(&[der::oid("1.2.840.10045.1.1"), der::integer(&[0xff; 32])]);
    let curve = der::sequence(&[der::octets(&[1; 32]), der::octets(&[2; 32])]);
    let point = leaf_key(&octo()).point();
    let order = der::integer(&[0xfe; 32]);
    let parameters = der::sequence(&[der::integer(&[1]), field, curve, der::octets(&point), order]);
    let algorithm = der::sequence(&[der::oid("1.2.840.10045.2.1"), parameters]);
    let spki = der::sequence(&[algorithm, der::bits(&point)]);
    assert_eq!(changed(|c| c.spki = spki), "CERTIFICATE_MALFORMED");
}

#[test]
fn ce_51_signature_algorithms() {
    let sha256 = Key::p256("x").algorithm();
    let inner = sha256.clone();
    assert_eq!(changed(|c| c.algorithm = inner), "CERTIFICATE_MALFORMED");
    assert_eq!(changed(|c| c.outer_algorithm = sha256), "CERTIFICATE_MALFORMED");
    for other in [
        der::sequence(&[der::oid("1.2.840.10045.4.1")]),
        der::sequence(&[der::oid("1.2.840.10045.4.3.3"), der::tlv(der::NULL, &[])]),
        Key::p256("x").algorithm(),
    ] {
        let both = |c: &mut Certificate| (c.algorithm, c.outer_algorithm) = (other.clone(), other);
        assert_eq!(changed(both), "CHAIN_INVALID");
    }
}

#[test]
fn ce_53_points() {
    let point = leaf_key(&octo()).point();
    let compressed = [&[2 + (point[64] & 1)], &point[1..33]].concat();
    let hybrid = [&[6 + (point[64] & 1)], &point[1..]].concat();
    let mut off_curve = point.clone();
    off_curve[64] ^= 1;
    for other in [vec![0], compressed, hybrid, off_curve, point[..64].to_vec(), Vec::new()] {
        let spki = spki_of("1.2.840.10045.3.1.7", &other);
        assert_eq!(changed(|c| c.spki = spki), "CERTIFICATE_MALFORMED");
    }
}

#[test]
fn ce_60_encodings_that_are_not_der() {
    let usage = |encoded: &[Vec<u8>]| {
        let encoded = der::sequence(encoded);
        changed(move |c| c.extension("2.5.29.15").encoded = Some(encoded))
    };
    let (oid, value) = (der::oid("2.5.29.15"), der::octets(&[3, 2, 7, 0x80]));
    for parts in [
        // BOOLEAN 1, a length of two octets, a constructed string,
        // something behind the value.
        vec![oid.clone(), der::tlv(der::BOOLEAN, &[1]), value.clone()],
        vec![oid.clone(), der::raw(der::BOOLEAN, &[0x81, 1], &[0xff]), value.clone()],
        vec![oid.clone(), der::boolean(true), der::tlv(0x24, &value)],
        vec![oid.clone(), der::boolean(true), value.clone(), der::boolean(true)],
    ] {
        assert_eq!(usage(&parts), "CERTIFICATE_MALFORMED");
    }
    // In the KeyUsage itself: eight unused bits, an unused bit that is set, bytes behind it, a length of
    // two octets.
    for bits in [&[3, 2, 8, 0x80][..], &[3, 2, 7, 0x81], &[3, 2, 7, 0x80, 0], &[3, 0x81, 2, 7, 0x80]] {
        let parts = [oid.clone(), der::boolean(true), der::octets(bits)];
        assert_eq!(usage(&parts), "CERTIFICATE_MALFORMED", "{bits:?}");
    }
    assert_eq!(
        encoded(|t| *t = der::raw(der::SEQUENCE, &[0x80], &[&t[4..], &[0, 0]].concat())),
        "CERTIFICATE_MALFORMED"
    );
    assert_eq!(encoded(|t| t.push(0)), "CERTIFICATE_MALFORMED");
}

#[test]
fn ce_61_serial_numbers() {
    let numbered = |contents: &[u8]| changed(|c| c.serial = der::tlv(der::INTEGER, contents));
    for serial in [&[][..], &[0], &[0xff], &[0x80, 0], &[1; 21], &[0, 1]] {
        assert_eq!(numbered(serial), "CERTIFICATE_MALFORMED", "{serial:?}");
    }
    for serial in [&[1][..], &[0x7f; 20], &[0, 0x80]] {
        accepted(&provenance_with(|a| a.leaf(|c| c.serial = der::tlv(der::INTEGER, serial))));
    }
}

#[test]
fn ce_62_object_identifiers() {
    for oid in [
        // An arc of 2^64, a padded arc, a cut arc, none.
        &[0x2a, 0x82, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00][..],
        &[0x2a, 0x80, 0x03],
        &[0x2a, 0x83],
        &[],
    ] {
        let parts = der::sequence(&[der::tlv(der::OID, oid), der::octets(b"x")]);
        let more = |c: &mut Certificate| {
            c.extensions.push(Extension { encoded: Some(parts), ..Extension::new("1.2.3", false, Vec::new()) });
        };
        assert_eq!(changed(more), "CERTIFICATE_MALFORMED", "{oid:?}");
    }
}

#[test]
fn ce_63_other_versions() {
    assert_eq!(changed(|c| c.version = Vec::new()), "CERTIFICATE_MALFORMED");
    for version in [0, 1, 3] {
        let other = der::explicit(0, &der::integer(&[version]));
        assert_eq!(changed(|c| c.version = other), "CERTIFICATE_MALFORMED", "{version}");
    }
}

#[test]
fn ce_64_lengths_beyond_the_input() {
    for length in [&[0x84, 0xff, 0xff, 0xff, 0xff][..], &[0x88, 0x80, 0, 0, 0, 0, 0, 0, 0], &[0x7f]] {
        let short = der::raw(der::SEQUENCE, length, &[0; 10]);
        assert_eq!(refused(|a| a.leaf_der(|d| *d = short)), "CERTIFICATE_MALFORMED");
    }
}

#[test]
fn ce_65_times_in_another_spelling() {
    let utc = |text: &'static str| der::tlv(der::UTC_TIME, text.as_bytes());
    let generalized = |text: &'static str| der::tlv(der::GENERALIZED_TIME, text.as_bytes());
    for end in [
        utc("2603011210Z"),
        utc("260301121000+0000"),
        utc("260301121000"),
        utc("260230121000Z"),
        utc("260301241000Z"),
        utc("260301126000Z"),
        utc("260301121060Z"),
        utc("2603011210\u{661}Z"),
        generalized("20260301121000.5Z"),
        generalized("20260301121000"),
        generalized("20261301121000Z"),
    ] {
        let until = |c: &mut Certificate| c.validity = der::sequence(&[der::time(NOON), end]);
        assert_eq!(changed(until), "CERTIFICATE_MALFORMED");
    }
    // Two digits of a year below 50 are of this century, the others of the last.
    let last_century = |c: &mut Certificate| c.validity = der::sequence(&[utc("700101000000Z"), utc("991231235959Z")]);
    assert_eq!(changed(last_century), "TIME_OUTSIDE_CERTIFICATE");
}

#[test]
fn ce_67_too_much_of_it() {
    let extensions = |count: usize| {
        move |c: &mut Certificate| {
            for n in c.extensions.len()..count {
                c.extensions.push(Extension::new(&format!("1.2.3.{n}"), false, b"x".to_vec()));
            }
        }
    };
    accepted(&provenance_with(|a| a.leaf(extensions(128))));
    assert_eq!(changed(extensions(129)), "LIMIT_EXCEEDED");
    let long = |c: &mut Certificate| c.extensions.push(Extension::new("1.2.3.4", false, vec![0; 64 << 10]));
    assert_eq!(changed(long), "LIMIT_EXCEEDED");
}

#[test]
fn ce_68_nested_deeply() {
    let deep = (0..15_000).fold(
        Vec::new(),
        |inner: Vec<u8>, _| {
            if inner.len() < 100 { der::tlv(der::SEQUENCE, &inner) } else { inner }
        },
    );
    accepted(&provenance_with(|a| a.leaf(|c| c.extensions.push(Extension::new("1.2.3.4", false, deep)))));
    assert_eq!(refused(|a| a.leaf_der(|d| *d = [0x30, 0x80].repeat(20_000))), "CERTIFICATE_MALFORMED");
}

#[test]
fn ce_69_any_byte_changed() {
    let length = Miniature::new().provenance(&octo()).mint().leaf.unwrap().len();
    for at in (0..length).step_by(17) {
        for change in [|b: u8| b ^ 1, |b: u8| b.wrapping_add(0x80)] {
            let question = provenance_with(|a| a.leaf_der(move |d| d[at] = change(d[at])));
            assert!(question.verify().is_err(), "{at}");
        }
    }
}

#[test]
fn ce_69_cut_anywhere() {
    let leaf = Miniature::new().provenance(&octo()).mint().leaf.unwrap();
    for length in (1..leaf.len()).step_by(29) {
        assert_eq!(refused(|a| a.leaf_der(move |d| d.truncate(length))), "CERTIFICATE_MALFORMED", "{length}");
    }
    let basic = |c: &mut Certificate| c.extensions.push(Extension::new(BASIC_CONSTRAINTS, true, b"x".to_vec()));
    assert_eq!(changed(basic), "CERTIFICATE_MALFORMED");
}
