//! BU: the shape of a bundle, and whose certificates it may bring.

use countersign::{Attestations, Timestamp};
use serde_json::{Value, json};

use crate::question::{Question, accepted, beside, octo, provenance_in, provenance_with, publish_with, refused};
use crate::support::Miniature;
use crate::support::attestation::Minted;
use crate::support::bundle::{Era, Material, V0_1, V0_2, V0_3, V0_3_PARAMETER};
use crate::support::certificate::Authority;
use crate::support::keys::{Key, b64, pem};
use crate::support::plan::{Plan, leaf_key};
use crate::support::registry::response;
use crate::support::sigstore::Sigstore;
use crate::support::time::unix;

/// The code for a provenance whose bundle was changed, and nothing signed again.
#[track_caller]
fn changed(change: impl FnOnce(&mut Value)) -> &'static str {
    refused(|a| a.json(change))
}

/// A bundle of 2024, which carries its certificate as a chain; `further` follow the leaf.
fn chained(further: Vec<Vec<u8>>) -> Question {
    provenance_in(&Miniature::new(), Era::Jun2024, |a| a.plan(|p| p.chain = further))
}

#[test]
fn bu_01_every_form_that_npm_has_served() {
    let mini = Miniature::new();
    for era in Era::ALL {
        let evidence = accepted(&provenance_in(&mini, era, |a| a));
        let promised = evidence.notes().iter().filter(|n| n.code() == "NOTE_COUNTERSIGN_PROMISE_ONLY").count();
        assert_eq!(promised, if era.has_proof() { 0 } else { 2 }, "{era:?}");
    }
    accepted(&provenance_with(|a| a.plan(|p| p.media_type = V0_3_PARAMETER.into())));
}

#[test]
fn bu_02_unknown_media_types() {
    for other in [
        "application/vnd.dev.sigstore.bundle.v0.4+json",
        "application/vnd.dev.sigstore.bundle+json;version=0.4",
        "application/vnd.dev.sigstore.bundle+json;version=1",
        "application/vnd.dev.sigstore.bundle.v0.3+json;x",
        "application/vnd.dev.sigstore.bundle.v0.3+JSON",
        "application/vnd.dev.sigstore.bundle+json; version=0.3",
        "application/vnd.dev.sigstore.bundle+json",
        "",
    ] {
        assert_eq!(refused(|a| a.plan(|p| p.media_type = other.into())), "UNSUPPORTED_BUNDLE", "{other}");
    }
    assert_eq!(changed(|b| b["mediaType"] = Value::Null), "UNSUPPORTED_BUNDLE");
    assert_eq!(changed(|b| drop(b.as_object_mut().unwrap().remove("mediaType"))), "UNSUPPORTED_BUNDLE");
    assert_eq!(changed(|b| b["mediaType"] = json!(0.3)), "BUNDLE_MALFORMED");
}

/// A v0.1 bundle with a promise alone, logged at that time, beside a publish attestation of then.
fn promised_at(time: i64) -> Question {
    let mini = Miniature::new();
    let publish = mini.publish_of(&octo(), Era::Jul2023).at(time).mint();
    beside(&mini, &publish, &mini.provenance_of(&octo(), Era::Jun2024).at(time).mint())
        .with(|q| q.now = Timestamp::from_unix(time + 9999).unwrap())
}

/// This era's provenance under the oldest version's label and in its form.
fn oldest(change: impl FnOnce(&mut Plan)) -> Question {
    provenance_with(|a| {
        a.plan(|p| {
            (p.media_type, p.material) = (V0_1.into(), Material::Chain);
            change(p);
        })
    })
}

#[test]
fn bu_03_the_unsigned_version_weakens_nothing() {
    accepted(&oldest(|_| ()));
    assert_eq!(oldest(|p| p.proof = false).code(), "PROMISE_ONLY");
    assert_eq!(oldest(|p| p.promise = false).code(), "MISSING_LOG_PROMISE");
}

#[test]
fn bu_03_a_promise_alone_is_enough_only_until_proofs_were_served() {
    let last = unix("2024-05-16T00:00:00Z");
    // The publish attestation is logged three seconds after the provenance.
    accepted(&promised_at(last - 5));
    assert_eq!(promised_at(last - 4).code(), "PROMISE_ONLY");
}

#[test]
fn bu_04_key_material_in_the_form_of_another_version() {
    for version in [V0_1, V0_2] {
        assert_eq!(refused(|a| a.plan(|p| p.media_type = version.into())), "BUNDLE_MALFORMED", "{version}");
    }
    for version in [V0_3, V0_3_PARAMETER] {
        let code = provenance_in(&Miniature::new(), Era::Jun2024, |a| a.plan(|p| p.media_type = version.into())).code();
        assert_eq!(code, "BUNDLE_MALFORMED", "{version}");
    }
}

#[test]
fn bu_05_newer_versions_need_the_proof() {
    for era in [Era::Jun2024, Era::Sep2025, Era::Mar2026] {
        let question = provenance_in(&Miniature::new(), era, |a| a.plan(|p| p.proof = false));
        assert_eq!(question.code(), "MISSING_INCLUSION_PROOF", "{era:?}");
    }
    assert_eq!(publish_with(|a| a.plan(|p| p.proof = false)).code(), "MISSING_INCLUSION_PROOF");
}

#[test]
fn bu_06_not_exactly_one_key_material() {
    let key = json!({"hint": "SHA256:x"});
    assert_eq!(changed(|b| b["verificationMaterial"]["publicKey"] = key), "BUNDLE_MALFORMED");
    let both = |b: &mut Value| {
        let certificate = b["verificationMaterial"]["certificate"].clone();
        b["verificationMaterial"]["x509CertificateChain"] = json!({"certificates": [certificate]});
    };
    assert_eq!(changed(both), "BUNDLE_MALFORMED");
    assert_eq!(changed(|b| b["verificationMaterial"]["certificate"] = Value::Null), "BUNDLE_MALFORMED");
}

#[test]
fn bu_07_not_exactly_one_envelope() {
    let message = json!({"messageDigest": {"algorithm": "SHA2_256", "digest": ""}, "signature": ""});
    let second = message.clone();
    assert_eq!(changed(|b| b["messageSignature"] = second), "BUNDLE_MALFORMED");
    assert_eq!(changed(|b| drop(b.as_object_mut().unwrap().remove("dsseEnvelope"))), "BUNDLE_MALFORMED");
    let instead = |b: &mut Value| {
        b.as_object_mut().unwrap().remove("dsseEnvelope");
        b["messageSignature"] = message;
    };
    assert_eq!(changed(instead), "UNSUPPORTED_CONTENT");
}

#[test]
fn bu_08_empty_chain() {
    let empty = |b: &mut Value| b["verificationMaterial"]["x509CertificateChain"]["certificates"] = json!([]);
    assert_eq!(provenance_in(&Miniature::new(), Era::Jun2024, |a| a.json(empty)).code(), "BUNDLE_MALFORMED");
}

#[test]
fn bu_09_empty_certificate() {
    assert_eq!(refused(|a| a.leaf_der(Vec::clear)), "BUNDLE_MALFORMED");
}

#[test]
fn bu_10_a_bare_public_key_in_the_certificates_place() {
    assert_eq!(refused(|a| a.leaf_der(|d| *d = leaf_key(&octo()).spki())), "CERTIFICATE_MALFORMED");
}

#[test]
fn bu_11_anything_else_in_the_certificates_place() {
    assert_eq!(refused(|a| a.leaf_der(|d| *d = pem("CERTIFICATE", d).into_bytes())), "CERTIFICATE_MALFORMED");
    assert_eq!(refused(|a| a.leaf_der(|d| d.extend(d.clone()))), "CERTIFICATE_MALFORMED");
    assert_eq!(refused(|a| a.leaf_der(|d| d.push(0))), "CERTIFICATE_MALFORMED");
    let pkcs7 = |d: &mut Vec<u8>| *d = [&[0x30, 0x82, (d.len() >> 8) as u8, d.len() as u8][..], d].concat();
    assert_eq!(refused(|a| a.leaf_der(pkcs7)), "CERTIFICATE_MALFORMED");
}

#[test]
fn bu_12_a_key_names_no_workflow() {
    let mini = Miniature::new();
    let forged = mini.provenance(&octo()).plan(|p| p.signed_by_registry(&mini, 1, Era::Mar2026)).mint();
    assert_eq!(beside(&mini, &mini.publish(&octo()).mint(), &forged).code(), "SIGNER_KIND");
}

#[test]
fn bu_13_a_key_that_travels_with_what_it_signed() {
    let raw = b64(Key::p256("npm key 1").spki());
    let own = publish_with(|a| a.json(|b| b["verificationMaterial"]["publicKey"]["rawBytes"] = json!(raw)));
    assert_eq!(own.code(), "BUNDLE_MALFORMED");
}

#[test]
fn bu_14_hints_that_name_no_key() {
    let named = |name: &'static str| publish_with(|a| a.hint(name).keyid(Some(name)));
    assert_eq!(named("SHA256:x").code(), "UNKNOWN_KEY");
    assert_eq!(named("").code(), "BUNDLE_MALFORMED");
    let missing = |b: &mut Value| b["verificationMaterial"]["publicKey"] = json!({});
    assert_eq!(publish_with(|a| a.json(missing)).code(), "BUNDLE_MALFORMED");
}

#[test]
fn bu_15_the_trusted_roots_own_certificates_may_follow() {
    let sigstore = Miniature::new().sigstore;
    let [ca, root] = [sigstore.intermediates[0].der.clone(), sigstore.root.der.clone()];
    for further in [vec![ca.clone(), root.clone()], vec![root.clone(), ca.clone()], vec![ca], vec![root]] {
        accepted(&chained(further));
    }
}

#[test]
fn bu_16_an_authority_that_the_bundle_brings() {
    let sigstore = Miniature::new().sigstore;
    let evil = Authority::root("evil", "sigstore.example", "sigstore");
    let staging = Sigstore::new("staging").intermediates[0].der.clone();
    for brought in [evil.der.clone(), staging, sigstore.intermediates[0].der[1..].to_vec()] {
        assert_eq!(chained(vec![brought.clone()]).code(), "UNTRUSTED_CERTIFICATE");
        assert_eq!(chained(vec![sigstore.root.der.clone(), brought]).code(), "UNTRUSTED_CERTIFICATE");
    }
}

#[test]
fn bu_17_the_leaf_is_not_first() {
    let swapped = |b: &mut Value| {
        b["verificationMaterial"]["x509CertificateChain"]["certificates"].as_array_mut().unwrap().reverse();
    };
    let question = provenance_in(&Miniature::new(), Era::Jul2023, |a| a.json(swapped));
    assert_eq!(question.code(), "CA_AS_LEAF");
}

#[test]
fn bu_18_eleven_certificates() {
    let root = Miniature::new().sigstore.root.der;
    accepted(&chained(vec![root.clone(); 9]));
    assert_eq!(chained(vec![root; 10]).code(), "LIMIT_EXCEEDED");
}

#[test]
fn bu_19_an_authoritys_own_certificate() {
    let sigstore = Miniature::new().sigstore;
    for own in [sigstore.intermediates[0].clone(), sigstore.intermediates[1].clone(), sigstore.root] {
        let code = refused(|a| a.leaf_der(|d| *d = own.der.clone()).plan(|p| p.signing_key = Some(own.key.clone())));
        assert_eq!(code, "CA_AS_LEAF");
    }
}

/// An authority with a genuine one's name and another key.
fn namesake() -> Authority {
    let mut evil = Miniature::new().sigstore.intermediates[0].clone();
    evil.key = Key::p384("evil");
    let spki = evil.key.spki();
    evil.change(|c| c.spki = spki);
    evil
}

#[test]
fn bu_20_an_authority_of_the_same_name() {
    assert_eq!(refused(|a| a.issued_by(namesake())), "UNKNOWN_AUTHORITY");
    let brought = provenance_in(&Miniature::new(), Era::Jun2024, |a| {
        a.issued_by(namesake()).plan(|p| p.chain = vec![namesake().der])
    });
    assert_eq!(brought.code(), "UNTRUSTED_CERTIFICATE");
}

#[test]
fn bu_21_members_in_another_spelling() {
    let renamed = |from: &'static str, to: &'static str| {
        changed(move |b| {
            let value = b.as_object_mut().unwrap().remove(from).unwrap();
            b[to] = value;
        })
    };
    assert_eq!(renamed("mediaType", "media_type"), "UNSUPPORTED_BUNDLE");
    assert_eq!(renamed("verificationMaterial", "verification_material"), "BUNDLE_MALFORMED");
    assert_eq!(renamed("dsseEnvelope", "dsse_envelope"), "BUNDLE_MALFORMED");
}

#[test]
fn bu_22_members_that_nobody_knows() {
    accepted(&provenance_with(|a| {
        a.json(|b| {
            for pointer in ["", "/verificationMaterial", "/verificationMaterial/tlogEntries/0", "/dsseEnvelope"] {
                b.pointer_mut(pointer).unwrap()["fromTheFuture"] = json!({"x": [1]});
            }
        })
    }));
}

#[test]
fn bu_23_integers() {
    let index = |value: Value| {
        provenance_with(|a| a.json(move |b| b["verificationMaterial"]["tlogEntries"][0]["logIndex"] = value))
    };
    accepted(&index(json!(100_000_004)));
    for other in ["0100000004", "+100000004", " 100000004", "100000004 ", "100000004.0", "0x5f5e104", "", "-1"] {
        assert_eq!(index(json!(other)).code(), "BUNDLE_MALFORMED", "{other}");
    }
    for other in [json!(100_000_004.0), json!(1e300), json!(-1), json!(u64::MAX), json!(true), json!(null)] {
        assert_eq!(index(other.clone()).code(), "BUNDLE_MALFORMED", "{other}");
    }
    assert_eq!(index(json!("9223372036854775808")).code(), "BUNDLE_MALFORMED");
}

#[test]
fn bu_24_no_timestamps_in_three_spellings() {
    for none in [Value::Null, json!({}), json!({"rfc3161Timestamps": []}), json!({"rfc3161Timestamps": null})] {
        accepted(&provenance_with(|a| a.json(|b| b["verificationMaterial"]["timestampVerificationData"] = none)));
    }
}

#[test]
fn bu_25_null_where_something_is_required() {
    for pointer in [
        "/verificationMaterial",
        "/verificationMaterial/certificate/rawBytes",
        "/verificationMaterial/tlogEntries/0",
        "/verificationMaterial/tlogEntries/0/logId",
        "/verificationMaterial/tlogEntries/0/kindVersion",
        "/verificationMaterial/tlogEntries/0/canonicalizedBody",
        "/dsseEnvelope",
        "/dsseEnvelope/payload",
        "/dsseEnvelope/signatures/0/sig",
    ] {
        assert_eq!(changed(|b| *b.pointer_mut(pointer).unwrap() = Value::Null), "BUNDLE_MALFORMED", "{pointer}");
    }
}

#[test]
fn bu_26_members_that_occur_twice() {
    for member in [
        "mediaType",
        "verificationMaterial",
        "dsseEnvelope",
        "certificate",
        "rawBytes",
        "tlogEntries",
        "logId",
        "keyId",
        "logIndex",
        "integratedTime",
        "canonicalizedBody",
        "inclusionProof",
        "inclusionPromise",
        "rootHash",
        "payload",
        "payloadType",
        "signatures",
        "keyid",
    ] {
        let (from, to) = (format!("\"{member}\":"), format!("\"{member}\":null,\"{member}\":"));
        assert_eq!(provenance_with(|a| a).answer_text(&from, &to).code(), "BUNDLE_MALFORMED", "{member}");
    }
}

#[test]
fn bu_27_a_bundle_of_another_instance() {
    let other = Miniature { sigstore: Sigstore::new("staging"), ..Miniature::new() };
    let publish = Miniature::new().publish(&octo()).mint();
    let whole = beside(&Miniature::new(), &publish, &other.provenance(&octo()).mint());
    assert_eq!(whole.code(), "UNKNOWN_LOG");
    // Logged here, so that its certificate alone is the other's.
    let ours = Miniature::new().sigstore.rekors[0].clone();
    let logged = beside(&Miniature::new(), &publish, &other.provenance(&octo()).logged_by(ours).mint());
    assert_eq!(logged.code(), "UNKNOWN_AUTHORITY");
}

#[test]
fn bu_28_an_answer_cut_anywhere() {
    let mut question = provenance_with(|a| a);
    let Attestations::Body(body) = question.attestations.clone() else { unreachable!() };
    let (verifier, artifact) = (question.verifier(), question.artifact());
    for length in (0..body.len()).step_by(11) {
        question.attestations = Attestations::Body(body[..length].to_vec());
        let found = verifier.examine(&artifact, &question.claims(), question.now);
        assert!(found.provenance().proven().is_none() && found.publish_attestation().proven().is_none(), "{length}");
    }
}

/// The JSON pointer of every value below this one.
fn pointers(value: &Value, above: &str, found: &mut Vec<String>) {
    let below: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, v)| (format!("{above}/{name}"), v)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(n, v)| (format!("{above}/{n}"), v)).collect(),
        _ => Vec::new(),
    };
    for (pointer, value) in below {
        pointers(value, &pointer, found);
        found.push(pointer);
    }
}

#[test]
fn bu_29_every_value_replaced_by_another() {
    const OPTIONAL: [&str; 3] = [
        "/verificationMaterial/timestampVerificationData",
        "/verificationMaterial/timestampVerificationData/rfc3161Timestamps",
        "/dsseEnvelope/signatures/0/keyid",
    ];
    let mini = Miniature::new();
    let (publish, sound) = (mini.publish(&octo()).mint(), mini.provenance(&octo()).mint());
    let mut question = beside(&mini, &publish, &sound);
    let (verifier, artifact) = (question.verifier(), question.artifact());
    let answer = |both: &[&Minted]| response(both.iter().copied()).to_string().into_bytes();
    let mut all = Vec::new();
    pointers(&sound.bundle, "", &mut all);
    for pointer in all {
        for other in [json!(null), json!(true), json!(0), json!(-1), json!(1e308), json!(""), json!([]), json!({})] {
            let mut forged = sound.clone();
            *forged.bundle.pointer_mut(&pointer).unwrap() = other.clone();
            question.attestations = Attestations::Body(answer(&[&publish, &forged]));
            let found = verifier.examine(&artifact, &question.claims(), question.now);
            let proven = found.provenance().proven().is_some();
            assert!(!proven || OPTIONAL.contains(&&*pointer), "{pointer} as {other} is accepted");
        }
    }
}
