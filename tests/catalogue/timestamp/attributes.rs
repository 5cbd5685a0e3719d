//! What the authority signed.

use super::{changed, stamped, tsa};
use crate::question::{Question, accepted};
use crate::support::Miniature;
use crate::support::der;
use crate::support::keys::Hash;
use crate::support::time::NOON;
use crate::support::timestamp::{
    MESSAGE_DIGEST, SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2, SIGNING_TIME, Timestamp, attribute, certificate_id,
    signing_certificate,
};

#[test]
fn ts_12_no_signed_attributes() {
    // The signature is over the content itself, as it then would have to be.
    let code = changed(|t| {
        t.signature = Some(t.key.sign(&t.tst_info()));
        t.signer_info(|parts| drop(parts.remove(3)));
    });
    assert_eq!(code, "TIMESTAMP_ATTRIBUTES");
    assert_eq!(changed(|t| t.attributes(Vec::clear)), "TIMESTAMP_ATTRIBUTES");
}

#[test]
fn ts_12_each_attribute_is_there_once_with_one_value() {
    for n in 0..3 {
        assert_eq!(changed(move |t| t.attributes(move |list| drop(list.remove(n)))), "TIMESTAMP_ATTRIBUTES", "{n}");
        let twice = move |list: &mut Vec<Vec<u8>>| list.insert(n, list[n].clone());
        assert_eq!(changed(move |t| t.attributes(twice)), "TIMESTAMP_ATTRIBUTES", "{n}");
    }
    let digest = |t: &Timestamp| der::octets(&t.digest.of(&t.tst_info()));
    for values in [0, 2] {
        let code = changed(move |t| {
            let digest = digest(t);
            let attribute = attribute(MESSAGE_DIGEST, &vec![digest; values]);
            t.attributes(move |list| replace(list, MESSAGE_DIGEST, attribute.clone()));
        });
        assert_eq!(code, "TIMESTAMP_MALFORMED", "{values}");
    }
}

#[test]
fn ts_12_attributes_in_order() {
    assert_eq!(changed(|t| t.attributes(|list| list.reverse())), "TIMESTAMP_ATTRIBUTES");
    assert_eq!(changed(|t| t.attributes(|list| list.swap(1, 2))), "TIMESTAMP_ATTRIBUTES");
    // One that nobody reads, and which lies.
    let lying = |list: &mut Vec<Vec<u8>>| {
        list.push(attribute(SIGNING_TIME, &[der::time(0)]));
        list.sort();
    };
    accepted(&stamped(move |t| t.attributes(lying)));
}

#[test]
fn ts_12_as_many_attributes_as_are_read() {
    let many = |count: usize| {
        move |list: &mut Vec<Vec<u8>>| {
            list.extend((list.len()..count).map(|n| attribute(&format!("1.2.3.{n}"), &[der::integer(&[1])])));
            list.sort();
        }
    };
    accepted(&stamped(move |t| t.attributes(many(32))));
    assert_eq!(changed(move |t| t.attributes(many(33))), "LIMIT_EXCEEDED");
}

#[test]
fn ts_12_attributes_about_other_content() {
    assert_eq!(changed(|t| t.message_digest = Some(t.digest.of(b"other"))), "TIMESTAMP_CONTENT");
    assert_eq!(changed(|t| t.message_digest = Some(Hash::Sha256.of(&t.tst_info()))), "TIMESTAMP_CONTENT");
    assert_eq!(changed(|t| t.message_digest = Some(Vec::new())), "TIMESTAMP_CONTENT");
    assert_eq!(changed(|t| t.attested_type = "1.2.840.113549.1.7.1".into()), "TIMESTAMP_CONTENT");
    assert_eq!(changed(|t| t.content_type = "1.2.840.113549.1.7.1".into()), "TIMESTAMP_MALFORMED");
    // What an authority signs as plain data is no time.
    let code = changed(|t| {
        t.content_type = "1.2.840.113549.1.7.1".into();
        t.attested_type = t.content_type.clone();
    });
    assert_eq!(code, "TIMESTAMP_MALFORMED");
}

#[test]
fn ts_12_the_signature() {
    assert_eq!(changed(|t| t.signature = Some(t.key.sign(b"other"))), "TIMESTAMP_SIGNATURE");
    assert_eq!(changed(|t| t.signature = Some(Vec::new())), "TIMESTAMP_SIGNATURE");
    // Over the attributes as they are sent, under their implicit tag.
    let code = changed(|t| {
        let key = t.key.clone();
        t.signer_info(move |parts| {
            let (sent, signature) = (parts[3].clone(), 5);
            parts[signature] = der::octets(&key.sign(&sent));
        });
    });
    assert_eq!(code, "TIMESTAMP_SIGNATURE");
}

#[test]
fn ts_12_the_named_certificate() {
    for hash in [Hash::Sha256, Hash::Sha384, Hash::Sha512] {
        accepted(&stamped(move |t| t.named.0 = hash));
        let code = changed(move |t| t.named = (hash, b"other".to_vec()));
        assert_eq!(code, "TIMESTAMP_CERTIFICATE", "{hash:?}");
    }
    // Another certificate over the same key.
    let mut again = tsa(0);
    again.change(|c| c.valid(NOON - 600, NOON + 600));
    assert_eq!(changed(move |t| t.named.1 = again.der), "TIMESTAMP_CERTIFICATE");
}

/// Puts an attribute in the place of that of this kind.
fn replace(list: &mut [Vec<u8>], oid: &str, attribute: Vec<u8>) {
    let oid = der::oid(oid);
    let place = list.iter().position(|a| a.windows(oid.len()).any(|w| w == oid)).unwrap();
    list[place] = attribute;
    list.sort();
}

/// Names certificates in the signed attributes so.
fn naming(attribute: Vec<u8>) -> Question {
    stamped(move |t| t.attributes(move |list| replace(list, SIGNING_CERTIFICATE_V2, attribute.clone())))
}

#[test]
fn ts_12_forms_of_the_named_certificate() {
    let root = Miniature::new().sigstore.tsa_root.der;
    let [own, other] = [tsa(0).der, root].map(|der| certificate_id(Hash::Sha256, &der));
    let v2 = |ids: &[Vec<u8>]| naming(attribute(SIGNING_CERTIFICATE_V2, &[signing_certificate(ids)]));
    // The first is the signer's, others are of its chain.
    accepted(&v2(&[own.clone(), other.clone()]));
    assert_eq!(v2(&[other, own.clone()]).code(), "TIMESTAMP_CERTIFICATE");
    assert_eq!(v2(&[]).code(), "TIMESTAMP_ATTRIBUTES");
    // Issuer and serial number repeat what is hashed.
    let issuer = der::sequence(&[der::sequence::<Vec<u8>>(&[]), der::integer(&[1])]);
    accepted(&v2(&[der::sequence(&[der::octets(&Hash::Sha256.of(&tsa(0).der)), issuer])]));
    let sha1 = der::sequence(&[der::sequence(&[der::oid("1.3.14.3.2.26")]), der::octets(&[7; 20])]);
    assert_eq!(v2(&[sha1]).code(), "TIMESTAMP_UNSUPPORTED");
    let old = signing_certificate(&[der::sequence(&[der::octets(&[7; 20])])]);
    assert_eq!(naming(attribute(SIGNING_CERTIFICATE, &[old])).code(), "TIMESTAMP_UNSUPPORTED");
}
