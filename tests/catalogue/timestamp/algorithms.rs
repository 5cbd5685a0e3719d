//! Hashes, keys and signatures of timestamps.

use super::{SEEN, changed, made_by_and, stamped, tsa};
use crate::question::{Question, accepted, provenance_with};
use crate::support::der;
use crate::support::keys::{Hash, Key};

#[test]
fn ts_13_the_imprint() {
    for hash in [Hash::Sha384, Hash::Sha512] {
        accepted(&provenance_with(|a| {
            let seen = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
            let kept = seen.clone();
            a.timestamped((tsa(0), SEEN))
                .envelope(move |e| *kept.borrow_mut() = e.signatures[0].sig.clone())
                .timestamps(move |list| (list[0].imprint_hash, list[0].imprint) = (hash, hash.of(&seen.borrow())))
        }));
        // The right digest, under another name.
        assert_eq!(changed(move |t| t.imprint_hash = hash), "TIMESTAMP_IMPRINT");
    }
    assert_eq!(changed(|t| t.imprint.truncate(31)), "TIMESTAMP_IMPRINT");
    assert_eq!(changed(|t| t.imprint.push(0)), "TIMESTAMP_IMPRINT");
    assert_eq!(changed(|t| t.imprint.clear()), "TIMESTAMP_IMPRINT");
}

/// With this AlgorithmIdentifier in the imprint.
fn imprinted(algorithm: Vec<u8>) -> Question {
    stamped(move |t| {
        let digest = der::octets(&t.imprint);
        t.info(move |parts| parts[2] = der::sequence(&[algorithm.clone(), digest.clone()]));
    })
}

#[test]
fn ts_13_the_imprints_algorithm() {
    let with = |parameters: Vec<u8>| der::sequence(&[der::oid("2.16.840.1.101.3.4.2.1"), parameters]);
    accepted(&imprinted(with(der::tlv(der::NULL, &[]))));
    assert_eq!(imprinted(with(der::integer(&[1]))).code(), "TIMESTAMP_MALFORMED");
    // SHA-1, MD5, SHA-224, SHA3-256.
    for oid in ["1.3.14.3.2.26", "1.2.840.113549.2.5", "2.16.840.1.101.3.4.2.4", "2.16.840.1.101.3.4.2.8"] {
        assert_eq!(imprinted(der::sequence(&[der::oid(oid)])).code(), "TIMESTAMP_UNSUPPORTED", "{oid}");
    }
}

#[test]
fn ts_14_hashes_of_the_signature() {
    for hash in [Hash::Sha256, Hash::Sha384, Hash::Sha512] {
        accepted(&stamped(move |t| (t.digest, t.signing) = (hash, hash)));
    }
    assert_eq!(changed(|t| t.digest = Hash::Sha512), "TIMESTAMP_UNSUPPORTED");
    assert_eq!(changed(|t| t.signing = Hash::Sha256), "TIMESTAMP_UNSUPPORTED");
    let sha1 = der::sequence(&[der::oid("1.3.14.3.2.26")]);
    assert_eq!(changed(|t| t.signer_info(move |parts| parts[2] = sha1.clone())), "TIMESTAMP_UNSUPPORTED");
}

fn null() -> Vec<u8> {
    der::tlv(der::NULL, &[])
}

/// By an RSA key, under this AlgorithmIdentifier.
fn rsa(hash: Hash, algorithm: Vec<u8>) -> Question {
    made_by_and(
        |a| a.rekey(Key::rsa2048(0)),
        move |t| {
            (t.digest, t.signing) = (hash, hash);
            t.signer_info(move |parts| parts[4] = algorithm.clone());
        },
    )
}

#[test]
fn ts_14_rsa() {
    let plain = der::sequence(&[der::oid("1.2.840.113549.1.1.1"), null()]);
    for (n, hash) in [(11, Hash::Sha256), (12, Hash::Sha384), (13, Hash::Sha512)] {
        accepted(&rsa(hash, plain.clone()));
        let oid = der::oid(&format!("1.2.840.113549.1.1.{n}"));
        accepted(&rsa(hash, der::sequence(&[oid.clone(), null()])));
        assert_eq!(rsa(hash, der::sequence(&[oid])).code(), "TIMESTAMP_MALFORMED");
    }
    let pss = der::sequence(&[der::oid("1.2.840.113549.1.1.10"), der::sequence::<Vec<u8>>(&[])]);
    assert_eq!(rsa(Hash::Sha256, pss).code(), "TIMESTAMP_UNSUPPORTED");
    let sha1 = der::sequence(&[der::oid("1.2.840.113549.1.1.5"), null()]);
    assert_eq!(rsa(Hash::Sha256, sha1).code(), "TIMESTAMP_UNSUPPORTED");
    // Of another kind than the key.
    assert_eq!(rsa(Hash::Sha256, tsa(0).key.algorithm_with(Hash::Sha256)).code(), "TIMESTAMP_SIGNATURE");
    assert_eq!(changed(move |t| t.signer_info(move |parts| parts[4] = plain.clone())), "TIMESTAMP_SIGNATURE");
    let ecdsa = der::sequence(&[der::oid("1.2.840.10045.4.3.3"), null()]);
    assert_eq!(changed(move |t| t.signer_info(move |parts| parts[4] = ecdsa.clone())), "TIMESTAMP_MALFORMED");
}
