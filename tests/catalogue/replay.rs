//! BU, TL: genuine parts of one bundle, shown as parts of another.

use countersign::Timestamp;
use countersign::sigstore::{ArtifactDigest, BundleKey};
use serde_json::{Value, json};

use crate::bundle_question::{ARTIFACT, BundleQuestion, Expected, message, message_v2, provenance, provenance_v2};
use crate::question::octo;
use crate::support::Miniature;
use crate::support::attestation::Attestation;
use crate::support::certificate::{Certificate, SUBJECT_ALT_NAME};
use crate::support::checkpoint::NoteSignature;
use crate::support::der;
use crate::support::envelope::{IN_TOTO, pae};
use crate::support::keys::{Hash, Key, b64, unb64};
use crate::support::log_body::Kind;
use crate::support::rekor::Rekor;
use crate::support::time::NOON;
use crate::support::workflow::Workflow;

/// An envelope's signature as one over an artifact, which is the envelope's encoding.
fn envelope_as_message(bundle: &mut Value) {
    let envelope = bundle.as_object_mut().unwrap().remove("dsseEnvelope").unwrap();
    let signed = encoding(&envelope);
    bundle["messageSignature"] = json!({
        "messageDigest": {"algorithm": "SHA2_256", "digest": b64(Hash::Sha256.of(&signed))},
        "signature": envelope["signatures"][0]["sig"],
    });
}

fn encoding(envelope: &Value) -> Vec<u8> {
    pae(IN_TOTO, &unb64(envelope["payload"].as_str().unwrap()))
}

/// Of octo's provenance, which the tests below relabel.
fn octos_encoding() -> Vec<u8> {
    encoding(&Miniature::rekor_v2().provenance(&octo()).bundle()["dsseEnvelope"])
}

#[test]
fn bu_07_an_envelope_is_no_signature_of_its_subject() {
    for v2 in [false, true] {
        let relabelled = || match v2 {
            false => provenance(|a| a.json(envelope_as_message)),
            true => provenance_v2(|a| a.json(envelope_as_message)),
        };
        // Of the tarball, and of the statement: neither is what was signed.
        assert_eq!(relabelled().code(), "MESSAGE_DIGEST");
        let payload = Miniature::rekor_v2().provenance(&octo()).mint().envelope.payload;
        assert_eq!(relabelled().about(ArtifactDigest::of(&payload)).code(), "MESSAGE_DIGEST");
        let undigested = |b: &mut Value| {
            envelope_as_message(b);
            b["messageSignature"].as_object_mut().unwrap().remove("messageDigest");
        };
        let undigested = match v2 {
            false => provenance(|a| a.json(undigested)),
            true => provenance_v2(|a| a.json(undigested)),
        };
        assert_eq!(undigested.code(), "MESSAGE_SIGNATURE");
        assert_eq!(undigested.about(ArtifactDigest::of(&payload)).code(), "MESSAGE_SIGNATURE");
    }
}

#[test]
fn tl_24_what_an_entry_says_was_signed() {
    let encoded = || ArtifactDigest::of(&octos_encoding());
    // Entries of envelopes are of no artifact, not even of one that consists of the encoding.
    for kind in [Kind::Dsse, Kind::Intoto] {
        assert_eq!(provenance(|a| a.kind(kind).json(envelope_as_message)).about(encoded()).code(), "LOG_MISMATCH");
    }
    let in_dsse = provenance_v2(|a| a.kind(Kind::DsseV2).json(envelope_as_message));
    assert_eq!(in_dsse.about(encoded()).code(), "LOG_MISMATCH");
    // `hashedrekord/0.0.2` states a digest of the signed bytes, whatever they are: these were signed.
    let verified = provenance_v2(|a| a.json(envelope_as_message)).about(encoded()).accepted();
    assert!(verified.statement().is_none());
    // A file that is an envelope's encoding, signed as a file. Rekor v1 tells one from the other.
    let as_envelope = |b: &mut Value| {
        let message = b.as_object_mut().unwrap().remove("messageSignature").unwrap();
        let payload = Miniature::new().provenance(&octo()).mint().envelope.payload;
        b["dsseEnvelope"] = json!({"payload": b64(payload), "payloadType": IN_TOTO,
            "signatures": [{"sig": message["signature"], "keyid": ""}]});
    };
    let tarball = || ArtifactDigest::of(&octo().tarball);
    let signed = octos_encoding();
    let file = signed.clone();
    let question = message(|a| a.plan(|p| p.artifact = file).json(as_envelope)).about(tarball());
    assert_eq!(question.code(), "LOG_MISMATCH");
    message_v2(|a| a.plan(|p| p.artifact = signed).json(as_envelope)).about(tarball()).accepted();
}

#[test]
fn tl_65_two_logs_of_one_name() {
    let mini = Miniature::rekor_v2().with(|m| m.sigstore.rekors[3].name = m.sigstore.rekors[2].name.clone());
    let of = |change: fn(Attestation<'_>) -> Attestation<'_>| {
        BundleQuestion::new(&mini, &change(mini.message(ARTIFACT).rekor_v2()).bundle())
    };
    of(|a| a).accepted();
    of(|a| a.plan(|p| p.rekor = namesake())).accepted();
    // The id says which of the two, and the other's signature is that of a stranger.
    assert_eq!(of(|a| a.entry(|e| e.log_id = namesake().log_id())).code(), "CHECKPOINT_UNSIGNED");
    let by_other = mini.message(ARTIFACT).rekor_v2().checkpoint(|c| {
        c.signatures = vec![NoteSignature::new(&namesake().name, &namesake().key)];
    });
    let bundle = by_other.bundle();
    assert_eq!(BundleQuestion::new(&mini, &bundle).code(), "CHECKPOINT_UNSIGNED");
    // Nor does it help that the trusted root gives both the same hint.
    let hint = namesake().log_id();
    let root = mini.trusted_root().with(|r| r.tlogs[2].checkpoint_key_id = Some(hint));
    assert_eq!(BundleQuestion::new(&mini, &bundle).trusting(&root).code(), "CHECKPOINT_SIGNATURE");
}

/// The P-256 log under the name of the Ed25519 one.
fn namesake() -> Rekor {
    let [named, keyed] = [2, 3].map(|n: usize| Miniature::rekor_v2().sigstore.rekors[n].clone());
    Rekor { name: named.name, ..keyed }
}

#[test]
fn tl_33_a_proof_alone_dated_by_an_authority() {
    let mini = Miniature::new();
    let proved = |stated: i64| {
        let tsa = mini.sigstore.tsas[0].clone();
        message(move |a| a.promise(false).timestamped((tsa, NOON + 9)).entry(move |e| e.integrated_time = stated))
    };
    // What the entry states beside it is nobody's word, even where it contradicts the certificate.
    for stated in [NOON + 2, NOON + 86_400, 1] {
        let verified = proved(stated).accepted();
        assert_eq!(verified.times().map(|t| t.as_unix()).collect::<Vec<_>>(), [NOON + 9]);
        let [entry] = verified.log_entries() else { panic!("one entry") };
        assert_eq!((entry.integrated_time(), entry.log_index()), (None, None));
    }
    // The log must have been in service then.
    let until = |end: &str| {
        let root = mini.trusted_root().with(|r| r.tlogs[0].end = Some(end.into()));
        proved(NOON + 2).trusting(&root)
    };
    until("2026-03-01T12:00:09Z").accepted();
    assert_eq!(until("2026-03-01T12:00:08Z").code(), "LOG_KEY_EXPIRED");
}

#[test]
fn tm_04_the_log_is_in_service_at_every_time() {
    // Its own promise is within its window; the authority's time is after it.
    let mini = Miniature::new();
    let tsa = mini.sigstore.tsas[0].clone();
    let question = message(|a| a.timestamped((tsa, NOON + 9)));
    question.accepted();
    let root = mini.trusted_root().with(|r| r.tlogs[0].end = Some("2026-03-01T12:00:05Z".into()));
    assert_eq!(question.trusting(&root).code(), "LOG_KEY_EXPIRED");
}

#[test]
fn bu_34_a_managed_key_is_good_at_every_time() {
    let mini = Miniature::new();
    let key = Key::p256("managed");
    let known = BundleKey::from_pem(&key.pem()).unwrap();
    let [first, last] = [NOON + 2, NOON + 9].map(|t| Timestamp::from_unix(t).unwrap());
    for (start, end, code) in [
        (first, Some(last), None),
        // Within at the first time alone, and at the last alone.
        (first, Some(first), Some("KEY_EXPIRED")),
        (last, Some(last), Some("KEY_NOT_YET_VALID")),
    ] {
        let tsa = mini.sigstore.tsas[0].clone();
        let question = message(|a| a.managed_by(Key::p256("managed")).timestamped((tsa, NOON + 9)));
        let known = known.clone().within(start, end);
        let question = question.with(|q| q.expected = Expected::Key(known));
        match code {
            None => drop(question.accepted()),
            Some(code) => assert_eq!(question.code(), code),
        }
    }
}

#[test]
fn ce_47_nobody_is_whom_nobody_expects() {
    // Of an authority that certifies an empty name, for a caller who left the name empty.
    for tag in [1, 6] {
        let nameless = move |c: &mut Certificate| {
            c.extension(SUBJECT_ALT_NAME).value = der::sequence(&[der::implicit(tag, b"")]);
        };
        let issuer = "https://accounts.example";
        let named = |w: &mut Workflow| (w.issuer, w.last_extension) = (issuer.into(), 6);
        let question = message(|a| a.workflow(named).leaf(nameless)).by_certificate("", issuer);
        assert_eq!(question.code(), "SUBJECT_ALT_NAME");
    }
}
