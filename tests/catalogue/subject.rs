//! ST: which artifact the statement of a bundle is about, where all that is asked for is its digest.

use countersign::sigstore::ArtifactDigest;
use serde_json::{Value, json};

use crate::bundle_question::{BundleQuestion, provenance};
use crate::question::octo;
use crate::support::keys::Hash;

fn about(subject: Value) -> BundleQuestion {
    provenance(|a| a.statement(|s| s["subject"] = subject))
}

/// The hex digests of octo's tarball: SHA-256, SHA-384, SHA-512.
fn digests() -> [String; 3] {
    Hash::ALL.map(|hash| hex::encode(hash.of(&octo().tarball)))
}

/// What a caller knows who has one digest.
fn known(hash: Hash) -> ArtifactDigest {
    let digest = hash.of(&octo().tarball);
    match hash {
        Hash::Sha256 => ArtifactDigest::sha256(digest.try_into().unwrap()),
        Hash::Sha384 => ArtifactDigest::sha384(digest.try_into().unwrap()),
        Hash::Sha512 => ArtifactDigest::sha512(digest.try_into().unwrap()),
    }
}

#[test]
fn st_10_by_each_digest_among_several_subjects() {
    let [sha256, sha384, sha512] = digests();
    for digest in [
        json!({"sha256": sha256}),
        json!({"sha384": sha384}),
        json!({"sha512": sha512, "sha1": "00"}),
        json!({"sha256": sha256, "sha384": sha384, "sha512": sha512}),
    ] {
        let own = json!({"name": "octo.tgz", "digest": digest});
        let other = json!({"name": "other.tgz", "digest": {"sha256": "00".repeat(32)}});
        for subjects in [json!([own]), json!([own, other]), json!([other, {"digest": {}}, own])] {
            about(subjects).accepted();
        }
    }
}

#[test]
fn st_10_by_none() {
    let [sha256, sha384, sha512] = digests();
    for digest in [
        json!({}),
        json!({"sha1": "00"}),
        json!({"sha-256": sha256}),
        json!({"SHA256": sha256}),
        json!({"sha256": sha256.to_uppercase()}),
        json!({"sha256": &sha256[..62]}),
        json!({"sha256": ""}),
        json!({"sha256": sha384}),
        json!({"sha256": null}),
        // Of two digests, each a different artifact's, a reader takes the one he likes.
        json!({"sha256": sha256, "sha512": "00".repeat(64)}),
        json!({"sha256": "00".repeat(32), "sha512": sha512}),
        json!({"sha384": sha384, "sha512": ""}),
    ] {
        assert_eq!(about(json!([{"name": "octo.tgz", "digest": digest}])).code(), "SUBJECT_MISMATCH", "{digest}");
    }
    assert_eq!(about(json!([])).code(), "SUBJECT_MISMATCH");
    // Half by one subject, half by another.
    let halves = json!([
        {"digest": {"sha256": sha256, "sha512": "00".repeat(64)}},
        {"digest": {"sha256": "00".repeat(32), "sha512": sha512}},
    ]);
    assert_eq!(about(halves).code(), "SUBJECT_MISMATCH");
}

#[test]
fn st_10_by_a_digest_that_the_caller_has_not() {
    let [sha256, _, sha512] = digests();
    let only = |digest: Value| about(json!([{"digest": digest}]));
    only(json!({"sha256": sha256})).about(known(Hash::Sha256)).accepted();
    // Nothing to compare is nothing that agrees.
    assert_eq!(only(json!({"sha512": sha512})).about(known(Hash::Sha256)).code(), "SUBJECT_MISMATCH");
    assert_eq!(only(json!({"sha256": sha256})).about(known(Hash::Sha384)).code(), "SUBJECT_MISMATCH");
    assert_eq!(only(json!({"sha256": sha256})).about(known(Hash::Sha512)).code(), "SUBJECT_MISMATCH");
    assert_eq!(only(json!({})).about(known(Hash::Sha512)).code(), "SUBJECT_MISMATCH");
}

#[test]
fn st_02_st_10_statements_that_are_none() {
    let code = |change: fn(&mut Value)| provenance(|a| a.statement(change)).code();
    assert_eq!(code(|s| s["_type"] = json!("https://in-toto.io/Statement/v2")), "STATEMENT_TYPE");
    assert_eq!(code(|s| drop(s.as_object_mut().unwrap().remove("subject"))), "STATEMENT_MALFORMED");
    assert_eq!(code(|s| s["subject"] = s["subject"][0].clone()), "STATEMENT_MALFORMED");
    assert_eq!(code(|s| s["subject"][0]["digest"]["sha256"] = json!(7)), "STATEMENT_MALFORMED");
    let other_bytes = |p: &mut Vec<u8>| p.push(0xff);
    assert_eq!(provenance(|a| a.payload(other_bytes)).code(), "STATEMENT_MALFORMED");
}
