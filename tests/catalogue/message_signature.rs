//! BU, TL: signatures of an artifact itself, by certificates and by keys of every kind.

use countersign::sigstore::{ArtifactDigest, BundleKey, LogEvidence};
use serde_json::{Value, json};

use crate::bundle_question::{ARTIFACT, BundleQuestion, Expected, message, message_v2, provenance, provenance_v2};
use crate::question::{octo, time};
use crate::support::attestation::Attestation;
use crate::support::bundle::{Era, V0_1, V0_2, V0_3, V0_3_PARAMETER};
use crate::support::envelope::{IN_TOTO, pae};
use crate::support::keys::{Hash, Key, b64, pem, sha256_hex};
use crate::support::log_body::Kind;
use crate::support::message::Message;
use crate::support::package::Package;
use crate::support::plan::leaf_key;
use crate::support::rekor::Entry;
use crate::support::sigstore::Sigstore;
use crate::support::time::NOON;
use crate::support::workflow::{GITHUB_ISSUER, Workflow};
use crate::support::{Miniature, flip};

fn refused(change: impl FnOnce(Attestation<'static>) -> Attestation<'static>) -> &'static str {
    message(change).code()
}

/// The code where the log recorded a body that says one thing otherwise.
fn recorded(change: impl FnOnce(&mut Value) + 'static) -> &'static str {
    refused(|a| a.body(move |b| change(&mut b["spec"])))
}

#[test]
fn bu_01_bundles_of_every_version() {
    let mini = Miniature::new();
    for era in Era::ALL {
        let verified = BundleQuestion::new(&mini, &mini.message_of(ARTIFACT, era).bundle()).accepted();
        assert!(verified.statement().is_none());
        assert_eq!(verified.times().map(|t| t.as_unix()).collect::<Vec<_>>(), [era.time() + 2]);
        let evidence = if era.has_proof() { LogEvidence::PromiseAndProof } else { LogEvidence::Promise };
        assert_eq!(verified.log_entries()[0].evidence(), evidence);
    }
    let key = Key::p256("managed");
    for media_type in [V0_1, V0_2, V0_3_PARAMETER, V0_3] {
        message(|a| a.managed_by(Key::p256("managed")).media_type(media_type)).by_key(&key).accepted();
    }
}

#[test]
fn bu_03_bu_05_what_a_version_must_carry() {
    // A proof alone, and the label of the version that had none.
    assert_eq!(refused(|a| a.managed_by(Key::p256("k")).media_type(V0_1).promise(false)), "MISSING_LOG_PROMISE");
    assert_eq!(refused(|a| a.inclusion(false)), "MISSING_INCLUSION_PROOF");
    // Of a time at which every entry had a proof, relabelled so that none is asked for.
    assert_eq!(refused(|a| a.managed_by(Key::p256("k")).media_type(V0_1).inclusion(false)), "PROMISE_ONLY");
}

#[test]
fn bu_07_one_content() {
    let envelope = Miniature::new().provenance(&octo()).bundle()["dsseEnvelope"].clone();
    let signature = Miniature::new().message(ARTIFACT).bundle()["messageSignature"].clone();
    assert_eq!(refused(|a| a.json(|b| b["dsseEnvelope"] = envelope)), "BUNDLE_MALFORMED");
    assert_eq!(provenance(|a| a.json(|b| b["messageSignature"] = signature)).code(), "BUNDLE_MALFORMED");
    let none = |b: &mut Value| drop(b.as_object_mut().unwrap().remove("messageSignature"));
    assert_eq!(refused(|a| a.json(none)), "BUNDLE_MALFORMED");
    assert_eq!(refused(|a| a.json(|b| b["messageSignature"] = Value::Null)), "BUNDLE_MALFORMED");
}

#[test]
fn bu_12_the_other_kind_of_signer() {
    // A key where an identity is asked for, and anybody's certificate where a key is.
    assert_eq!(refused(|a| a.managed_by(Key::p256("managed"))), "SIGNER_KIND");
    assert_eq!(message(|a| a).by_key(&leaf_key(&octo())).code(), "SIGNER_KIND");
    assert_eq!(provenance(|a| a.managed_by(Key::p256("managed"))).code(), "SIGNER_KIND");
    assert_eq!(provenance_v2(|a| a.managed_by(Key::p256("managed"))).code(), "SIGNER_KIND");
    assert_eq!(message_v2(|a| a).by_key(&leaf_key(&octo())).code(), "SIGNER_KIND");
    // The key of the certificate itself.
    let key = Key::p256("holder");
    assert_eq!(message(|a| a.leaf_key(Key::p256("holder"))).by_key(&key).code(), "SIGNER_KIND");
}

#[test]
fn bu_13_a_key_that_the_bundle_brings() {
    let brought =
        |b: &mut Value| b["verificationMaterial"]["publicKey"]["rawBytes"] = json!(b64(Key::p256("k").spki()));
    let question = message(|a| a.managed_by(Key::p256("k")).json(brought));
    assert_eq!(question.by_key(&Key::p256("k")).code(), "BUNDLE_MALFORMED");
}

#[test]
fn bu_14_hints_choose_nothing() {
    let key = Key::p256("managed");
    let hinted = |hint: &'static str| message(move |a| a.managed_by(Key::p256("managed")).hint(hint)).by_key(&key);
    // The caller chose the key.
    hinted("another name").accepted();
    assert_eq!(hinted("").code(), "BUNDLE_MALFORMED");
    // And it stays that key, whatever key is hinted at.
    let other = Key::p256("other");
    let question = message(|a| a.managed_by(Key::p256("managed")).plan(|p| p.hint = Key::p256("other").hint()));
    assert_eq!(question.by_key(&other).code(), "MESSAGE_SIGNATURE");
    // An envelope names the key once more.
    let keyid = |id| provenance(move |a| a.managed_by(Key::p256("managed")).keyid(id)).by_key(&key).code();
    assert_eq!([keyid(Some("another name")), keyid(Some("")), keyid(None)], ["KEY_MISMATCH"; 3]);
}

#[test]
fn bu_27_another_instance() {
    let staging = Miniature { sigstore: Sigstore::new("staging"), ..Miniature::new() };
    let ours = Miniature::new();
    let foreign = staging.message(ARTIFACT).bundle();
    BundleQuestion::new(&staging, &foreign).accepted();
    assert_eq!(BundleQuestion::new(&ours, &foreign).code(), "UNKNOWN_LOG");
    // Logged here, issued there.
    let issued = staging.sigstore.intermediates[0].clone();
    assert_eq!(refused(|a| a.issued_by(issued)), "UNKNOWN_AUTHORITY");
    // Issued here, certified in a log there.
    let log = staging.sigstore.ct_logs[0].clone();
    assert_eq!(refused(|a| a.plan(|p| p.ct_logs = vec![log])), "UNKNOWN_CT_LOG");
    // Timestamped there.
    let tsa = staging.sigstore.tsas[0].clone();
    assert_eq!(refused(|a| a.timestamped((tsa, NOON + 1))), "UNKNOWN_TIMESTAMP_AUTHORITY");
}

#[test]
fn bu_30_the_message_digest() {
    let digest = |algorithm: &'static str, digest: Vec<u8>| {
        let stated = json!({"algorithm": algorithm, "digest": b64(digest)});
        message(move |a| a.message_json(|m| m["messageDigest"] = stated))
    };
    assert_eq!(digest("SHA2_256", vec![7; 32]).code(), "MESSAGE_DIGEST");
    assert_eq!(digest("SHA2_256", Hash::Sha256.of(ARTIFACT)[..31].to_vec()).code(), "MESSAGE_DIGEST");
    assert_eq!(digest("SHA2_256", Vec::new()).code(), "MESSAGE_DIGEST");
    // The digest of another hash than that of the key is compared like any.
    digest("SHA2_512", Hash::Sha512.of(ARTIFACT)).accepted();
    assert_eq!(digest("SHA2_512", Hash::Sha256.of(ARTIFACT)).code(), "MESSAGE_DIGEST");
    assert_eq!(digest("SHA2_384", Hash::Sha512.of(ARTIFACT)).code(), "MESSAGE_DIGEST");
    let sha256 = || ArtifactDigest::sha256(Hash::Sha256.of(ARTIFACT).try_into().unwrap());
    assert_eq!(digest("SHA2_512", Hash::Sha512.of(ARTIFACT)).about(sha256()).code(), "DIGEST_NOT_SUPPLIED");
    for unknown in ["SHA1", "sha256", "SHA3_256", "SHA3_384", "HASH_ALGORITHM_UNSPECIFIED", "", "1"] {
        assert_eq!(digest(unknown, Hash::Sha256.of(ARTIFACT)).code(), "BUNDLE_MALFORMED", "{unknown}");
    }
    // It is a shortcut, and may be left out: the signature is over the artifact.
    let left_out = |m: &mut Value| drop(m.as_object_mut().unwrap().remove("messageDigest"));
    message(|a| a.message_json(left_out)).accepted();
    assert_eq!(message(|a| a.message_json(left_out)).about(ArtifactDigest::of(b"other")).code(), "MESSAGE_SIGNATURE");
}

#[test]
fn bu_31_the_artifact_is_the_callers() {
    assert_eq!(message(|a| a).about(ArtifactDigest::of(b"another artifact\n")).code(), "MESSAGE_DIGEST");
    message(|a| a).about(ArtifactDigest::sha256(Hash::Sha256.of(ARTIFACT).try_into().unwrap())).accepted();
    let sha512 = ArtifactDigest::sha512(Hash::Sha512.of(ARTIFACT).try_into().unwrap());
    assert_eq!(message(|a| a).about(sha512).code(), "DIGEST_NOT_SUPPLIED");
    // Bundle and log agree on another artifact than the one that was signed.
    let other = |m: &mut Message| m.digest = Hash::Sha256.of(b"another artifact\n");
    assert_eq!(
        message(|a| a.message(other)).about(ArtifactDigest::of(b"another artifact\n")).code(),
        "MESSAGE_SIGNATURE"
    );
    assert_eq!(provenance(|a| a).about(ArtifactDigest::of(b"another artifact\n")).code(), "SUBJECT_MISMATCH");
}

#[test]
fn bu_32_signatures_that_are_not_good() {
    assert_eq!(refused(|a| a.signature(flip)), "MESSAGE_SIGNATURE");
    assert_eq!(refused(|a| a.signature(Vec::clear)), "MESSAGE_SIGNATURE");
    assert_eq!(refused(|a| a.signed_by(Key::p256("evil"))), "MESSAGE_SIGNATURE");
    assert_eq!(
        refused(|a| a
            .plan(|p| p.artifact = b"another artifact\n".to_vec())
            .message(|m| m.digest = Hash::Sha256.of(ARTIFACT))),
        "MESSAGE_SIGNATURE"
    );
    assert_eq!(message_v2(|a| a.signature(flip).plan(|p| p.timestamps.clear())).code(), "NO_VERIFIED_TIME");
    assert_eq!(message_v2(|a| a.signature(flip)).code(), "MESSAGE_SIGNATURE");
    // A key of P-256 signs over SHA-256, whatever the message says.
    for hash in [Hash::Sha384, Hash::Sha512] {
        assert_eq!(refused(|a| a.hash(hash)), "MESSAGE_SIGNATURE");
        assert_eq!(message_v2(|a| a.hash(hash)).code(), "MESSAGE_SIGNATURE");
    }
    // What the envelope's rules would sign.
    let envelopes = pae(IN_TOTO, ARTIFACT);
    assert_eq!(refused(|a| a.signature(move |s| *s = leaf_key_of_messages().sign(&envelopes))), "MESSAGE_SIGNATURE");
}

/// Whose certificate signs messages unless a test says otherwise.
fn leaf_key_of_messages() -> Key {
    leaf_key(&Package::new("message", "1.0.0"))
}

#[test]
fn bu_33_keys_of_every_kind() {
    for key in Key::of_every_kind("signer") {
        let own = || (key.clone(), key.clone(), key.clone(), key.clone());
        let (one, two, three, four) = own();
        let questions = [
            message(|a| a.leaf_key(one)),
            message_v2(|a| a.leaf_key(two)),
            message(|a| a.managed_by(three)).by_key(&key),
            message_v2(|a| a.managed_by(four)).by_key(&key),
        ];
        for question in questions {
            // Ed25519 signs bytes, and the digests of an artifact are all that there is.
            match key {
                Key::Ed25519(_) => assert_eq!(question.code(), "UNSUPPORTED_SIGNING_KEY"),
                _ => drop(question.accepted()),
            }
            // Only the hash of the key will do.
            let known = |hash: Hash| match hash {
                Hash::Sha256 => ArtifactDigest::sha256(hash.of(ARTIFACT).try_into().unwrap()),
                Hash::Sha384 => ArtifactDigest::sha384(hash.of(ARTIFACT).try_into().unwrap()),
                Hash::Sha512 => ArtifactDigest::sha512(hash.of(ARTIFACT).try_into().unwrap()),
            };
            let mut question = question;
            for hash in Hash::ALL.into_iter().filter(|_| !matches!(key, Key::Ed25519(_))) {
                question = question.about(known(hash));
                match hash == key.hash() {
                    true => drop(question.accepted()),
                    false => assert_eq!(question.code(), "DIGEST_NOT_SUPPLIED", "{}", key.key_details()),
                }
            }
        }
    }
}

#[test]
fn bu_33_another_key_of_the_same_kind() {
    for (key, other) in Key::of_every_kind("one").into_iter().zip(Key::of_every_kind("two")) {
        let other = match other {
            Key::Ed25519(_) | Key::Rsa4096(_) => continue,
            Key::Rsa2048(_) => Key::rsa2048(1),
            other => other,
        };
        let details = key.key_details();
        let question = message(|a| a.managed_by(key)).by_key(&other);
        assert_eq!(question.code(), "MESSAGE_SIGNATURE", "{details}");
    }
}

#[test]
fn bu_34_the_keys_own_window() {
    let key = BundleKey::from_pem(&Key::p256("managed").pem()).unwrap();
    let within = |start: &str, end: Option<&str>, v2: bool| {
        let key = key.clone().within(time(start), end.map(time));
        let by = |a: Attestation<'static>| a.managed_by(Key::p256("managed"));
        let question = if v2 { message_v2(by) } else { message(by) };
        question.with(|q| q.expected = Expected::Key(key))
    };
    // Rekor v1 signs 2026-03-01T12:00:02Z, the authority 2026-03-01T12:00:01Z; both ends count.
    for (v2, at, before, after) in [
        (false, "2026-03-01T12:00:02Z", "2026-03-01T12:00:01Z", "2026-03-01T12:00:03Z"),
        (true, "2026-03-01T12:00:01Z", "2026-03-01T12:00:00Z", "2026-03-01T12:00:02Z"),
    ] {
        within(at, Some(at), v2).accepted();
        within(at, None, v2).accepted();
        assert_eq!(within("2020-01-01T00:00:00Z", Some(before), v2).code(), "KEY_EXPIRED");
        assert_eq!(within(after, None, v2).code(), "KEY_NOT_YET_VALID");
    }
    // No window, and still no signature without a time.
    let undated = message(|a| a.managed_by(Key::p256("managed")).promise(false));
    assert_eq!(undated.by_key(&Key::p256("managed")).code(), "NO_VERIFIED_TIME");
}

#[test]
fn bu_35_whose_certificate() {
    let uri = Workflow::github().signer_uri();
    message(|a| a).by_certificate(&uri, GITHUB_ISSUER).accepted();
    for (identity, issuer) in [
        (&uri[..uri.len() - 1], GITHUB_ISSUER),
        (&format!("{uri}/"), GITHUB_ISSUER),
        (&uri.to_uppercase(), GITHUB_ISSUER),
        (".*", GITHUB_ISSUER),
        ("", GITHUB_ISSUER),
        (&uri, "https://token.actions.githubusercontent.com/"),
        (&uri, "https://gitlab.com"),
        (&uri, ""),
    ] {
        assert_eq!(message(|a| a).by_certificate(identity, issuer).code(), "IDENTITY_MISMATCH", "{identity} {issuer}");
        assert_eq!(provenance(|a| a).by_certificate(identity, issuer).code(), "IDENTITY_MISMATCH");
    }
}

#[test]
fn tl_01_tl_10_the_entry_of_another_artifact() {
    let mini = Miniature::new();
    let foreign = mini.message(b"another artifact\n").mint().entry;
    let alone = foreign.clone();
    assert_eq!(refused(|a| a.entry_json(move |e| *e = alone)), "LOG_MISMATCH");
    assert_eq!(refused(|a| a.also_logged(foreign)), "LOG_MISMATCH");
    // The same artifact, signed by another.
    let foreign = mini.message(ARTIFACT).managed_by(Key::p256("evil")).mint().entry;
    assert_eq!(refused(|a| a.entry_json(move |e| *e = foreign)), "LOG_MISMATCH");
}

#[test]
fn tl_02_tl_04_the_key_and_the_signature() {
    let der = Miniature::new().provenance(&octo()).mint().leaf.unwrap();
    let other = b64(pem("CERTIFICATE", &der));
    assert_eq!(recorded(move |s| s["signature"]["publicKey"]["content"] = json!(other)), "LOG_MISMATCH");
    let bare = b64(leaf_key_of_messages().pem());
    assert_eq!(recorded(move |s| s["signature"]["publicKey"]["content"] = json!(bare)), "LOG_MISMATCH");
    let again = b64(leaf_key_of_messages().sign_other_s(ARTIFACT));
    assert_eq!(recorded(move |s| s["signature"]["content"] = json!(again)), "LOG_MISMATCH");
    assert_eq!(recorded(|s| s["signature"]["content"] = json!("%")), "LOG_ENTRY_MALFORMED");
    let key = Key::p256("managed");
    let certified = b64(pem("CERTIFICATE", &der));
    for other in [b64(Key::p256("other").pem()), certified, b64(pem("EC PUBLIC KEY", &key.spki()))] {
        let question = message(|a| {
            let by_key = a.managed_by(Key::p256("managed"));
            by_key.body(move |b| b["spec"]["signature"]["publicKey"]["content"] = json!(other))
        });
        assert_eq!(question.by_key(&key).code(), "LOG_MISMATCH");
    }
}

#[test]
fn tl_03_tl_25_the_artifacts_hash() {
    let hash = |algorithm: &'static str, value: String| {
        recorded(move |s| s["data"]["hash"] = json!({"algorithm": algorithm, "value": value}))
    };
    assert_eq!(hash("sha256", sha256_hex(b"another artifact\n")), "LOG_MISMATCH");
    // The artifact's, by a hash that the key does not sign with.
    assert_eq!(hash("sha512", hex::encode(Hash::Sha512.of(ARTIFACT))), "LOG_MISMATCH");
    assert_eq!(hash("sha384", hex::encode(Hash::Sha384.of(ARTIFACT))), "LOG_MISMATCH");
    for unknown in ["sha1", "md5", "SHA256", "SHA2_256", ""] {
        assert_eq!(hash(unknown, sha256_hex(ARTIFACT)), "LOG_ENTRY_MALFORMED", "{unknown}");
    }
    assert_eq!(hash("sha256", sha256_hex(ARTIFACT).to_uppercase()), "LOG_ENTRY_MALFORMED");
    assert_eq!(hash("sha256", sha256_hex(ARTIFACT)[2..].into()), "LOG_ENTRY_MALFORMED");
    assert_eq!(hash("sha512", sha256_hex(ARTIFACT)), "LOG_ENTRY_MALFORMED");
}

#[test]
fn tl_21_entries_of_the_other_content() {
    // What was logged is an envelope's signature, under the kind of an artifact's, and the other way round.
    assert_eq!(provenance(|a| a.kind(Kind::HashedRekord)).code(), "LOG_MISMATCH");
    let mini = Miniature::new();
    for era in [Era::Jun2024, Era::Mar2026] {
        let of_envelope = mini.provenance_of(&octo(), era).at(NOON).mint().entry;
        assert_eq!(refused(|a| a.entry_json(move |e| *e = of_envelope)), "LOG_MISMATCH");
    }
    let as_dsse = |e: &mut Entry| e.kind = "dsse".into();
    assert_eq!(refused(|a| a.entry(as_dsse)), "LOG_MISMATCH");
    assert_eq!(refused(|a| a.entry(as_dsse).body(|b| b["kind"] = json!("dsse"))), "LOG_ENTRY_MALFORMED");
}
