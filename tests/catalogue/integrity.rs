//! IN: the integrity of the tarball's bytes.

use countersign::{Artifact, ArtifactHasher, Hashed, ParseError, RegistryId};
use serde_json::json;

use crate::attestation_set::{attested, package, publisher};
use crate::question::Question;

fn hashed(bytes: &[u8]) -> Hashed {
    let mut hasher = ArtifactHasher::new();
    for chunk in bytes.chunks(7) {
        hasher.update(chunk);
    }
    hasher.finish()
}

/// The code that these bytes are turned away with after everything about the package was authorized.
#[track_caller]
fn turned_away(bytes: &[u8]) -> &'static str {
    let question = attested();
    let authorized = publisher().authorize(&question.verify().unwrap(), question.now).unwrap();
    authorized.admit(hashed(bytes)).unwrap_err().code()
}

fn expected(integrity: &str) -> Result<Artifact, ParseError> {
    Artifact::expected(RegistryId::npm(), attested().id(), integrity)
}

#[track_caller]
fn code(integrity: &str) -> &'static str {
    expected(integrity).unwrap_err().code().strip_prefix("ERR_COUNTERSIGN_").unwrap()
}

#[test]
fn in_01_the_bytes_match() {
    let question = attested();
    let authorized = publisher().authorize(&question.verify().unwrap(), question.now).unwrap();
    let admitted = authorized.admit(hashed(&package().tarball)).unwrap();
    assert!(admitted.artifact().is_hashed());
}

#[test]
fn in_02_changed_cut_or_extended_bytes() {
    let good = package().tarball;
    let mut changed = good.clone();
    changed[0] ^= 1;
    for bytes in [&changed[..], &good[..good.len() - 1], &[&good[..], b"\0"].concat()] {
        assert_eq!(turned_away(bytes), "ERR_COUNTERSIGN_INTEGRITY");
    }
}

#[test]
fn in_03_and_in_04_no_strong_digest() {
    for weak in ["sha1-aGVsbG8=", "md5-aGVsbG8=", "sha256-aGVsbG8=", "sha512x-aGVsbG8="] {
        assert_eq!(code(weak), "WEAK_INTEGRITY", "{weak}");
    }
}

#[test]
fn in_05_a_weaker_digest_does_not_rescue() {
    let other = crate::support::package::Package::new("x", "1.0.0").integrity();
    let question = attested().with(|q| q.integrity = format!("{other} sha1-aGVsbG8="));
    assert!(
        question.verify().unwrap_err().all().iter().any(|f| f.error.code() == "ERR_COUNTERSIGN_INTEGRITY_DISAGREEMENT")
    );
}

/// Weaker digests never decide, neither way: the sha512 that stands beside one is bound to the artifact,
/// and a wrong sha1 could only make a good tarball fail.
#[test]
fn in_06_a_weaker_digest_beside_a_good_one_is_not_judged() {
    let good = package().integrity();
    for weak in ["sha1-aGVsbG8=", "md5-aGVsbG8=", "sha256-aGVsbG8="] {
        let artifact = expected(&format!("{good} {weak}")).unwrap();
        assert_eq!(artifact.sha512().to_string(), good, "{weak}");
        assert_eq!(artifact, expected(&format!("{weak} {good}")).unwrap());
    }
}

#[test]
fn in_07_two_sha512() {
    let other = crate::support::package::Package::new("x", "1.0.0").integrity();
    assert_eq!(code(&format!("{} {other}", package().integrity())), "AMBIGUOUS_INTEGRITY");
}

#[test]
fn in_08_an_unknown_algorithm_beside() {
    assert!(expected(&format!("sha3-512-aGVsbG8= {}", package().integrity())).is_ok());
}

#[test]
fn in_09_other_spellings() {
    let good = package().integrity();
    for other in [
        good.replace("sha512-", "SHA512-"),
        good.replace("sha512-", "sha512="),
        format!("{good}?x"),
        format!(" {good}"),
        format!("{good}\u{a0}"),
        "sha512-".into(),
        String::new(),
    ] {
        assert_eq!(code(&other), "INTEGRITY_MALFORMED", "{other}");
    }
}

#[test]
fn in_10_trailing_bits() {
    let good = package().integrity();
    let last = good.trim_end_matches('=').chars().last().unwrap();
    let bent = format!("{}{}==", &good[..good.len() - 3], char::from_u32(u32::from(last) + 1).unwrap());
    assert_eq!(code(&bent), "INTEGRITY_MALFORMED");
}

/// The registry lists another tarball than the lock file.
fn disagreeing() -> Question {
    let other = crate::support::package::Package::new("x", "1.0.0").integrity();
    attested().manifest(|m| m["dist"]["integrity"] = json!(other))
}

#[test]
fn in_11_lock_file_and_registry_disagree() {
    assert_eq!(disagreeing().code(), "INTEGRITY_DISAGREEMENT");
}

#[test]
fn in_12_a_weak_lock_entry_stays_weak_though_the_registry_has_sha512() {
    assert_eq!(code("sha1-aGVsbG8="), "WEAK_INTEGRITY");
}

#[test]
fn in_13_a_signature_over_the_registrys_digest_does_not_help_the_lock_files() {
    let other = crate::support::package::Package { tarball: b"other".to_vec(), ..package() };
    let question = attested().with(|q| q.integrity = other.integrity());
    let codes: Vec<_> = question.verify().unwrap_err().all().iter().map(|f| f.error.code()).collect();
    assert!(
        codes.contains(&"ERR_COUNTERSIGN_INTEGRITY_DISAGREEMENT")
            && codes.contains(&"ERR_COUNTERSIGN_REGISTRY_SIGNATURE"),
        "{codes:?}"
    );
}

#[test]
fn in_14_empty_and_tiny_bytes_are_only_hashed() {
    for bytes in [&b""[..], b"x", b"no gzip"] {
        assert_eq!(turned_away(bytes), "ERR_COUNTERSIGN_INTEGRITY");
    }
    let empty = Artifact::from_tarball(RegistryId::npm(), attested().id(), b"").unwrap_err();
    assert_eq!(empty.code(), "ERR_COUNTERSIGN_MALFORMED");
}

/// The digest is of the bytes on the wire. What a client has decoded on the way is other bytes.
#[test]
fn in_15_decoded_bytes_are_other_bytes() {
    let wire = package().tarball;
    let decoded = [b"decoded: ", &wire[..]].concat();
    assert_eq!(turned_away(&decoded), "ERR_COUNTERSIGN_INTEGRITY");
    let artifact = Artifact::from_tarball(attested().registry, attested().id(), &wire).unwrap();
    assert_eq!(artifact.sha512().to_string(), package().integrity());
}

#[test]
fn in_16_a_short_read_is_another_digest() {
    let good = package().tarball;
    for length in 0..good.len() {
        assert_eq!(turned_away(&good[..length]), "ERR_COUNTERSIGN_INTEGRITY");
    }
}

/// Nothing here opens a file: consent is to a digest, and whatever lies under a path afterwards has to
/// be hashed again and be that digest.
#[test]
fn in_20_bytes_that_were_swapped_after_hashing() {
    let question = attested();
    let good = hashed(&package().tarball);
    let artifact = Artifact::hashed(question.registry.clone(), question.id(), good.clone());
    let evidence = question.verifier().verify(&artifact, &question.claims(), question.now).unwrap();
    let consent = || publisher().authorize(&evidence, question.now).unwrap();
    assert_eq!(consent().admit(hashed(b"swapped")).unwrap_err().code(), "ERR_COUNTERSIGN_INTEGRITY");
    assert_eq!(consent().admit(good).unwrap().artifact().sha512(), artifact.sha512());
}
