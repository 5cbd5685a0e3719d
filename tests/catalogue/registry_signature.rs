//! RS: the registry's signature over `name@version:integrity`.

use countersign::registry::{KeyOrigin, RegistrySignature, SignedBy, Window};
use countersign::{Attestations, DistClaims, PublishTime, RegistryId, RegistryKeys, Verifier};
use serde_json::{Value, json};

use crate::question::{Question, json as bytes, time};
use crate::support::Miniature;
use crate::support::bundle::Era;
use crate::support::keys::{b64, signature, unb64};
use crate::support::package::Package;

fn package() -> Package {
    Package::new("@octo/lib", "1.2.3")
}

fn signed() -> Question {
    Question::signed(&Miniature::new(), &package())
}

/// A package whose signatures are those given.
fn with_signatures(signatures: Value) -> Question {
    signed().manifest(|m| m["dist"]["signatures"] = signatures)
}

#[track_caller]
fn verified(question: &Question) -> SignedBy {
    match question.verify().unwrap().registry_signature() {
        RegistrySignature::Verified(signed) => signed.clone(),
        other => panic!("{other:?}"),
    }
}

/// A good signature by the nth key: 0 has ended, 1 is current.
fn good(n: usize) -> Value {
    Miniature::new().registry.signature(&package(), n)
}

fn over(message: &str) -> Value {
    Miniature::new().registry.signature_over(message, 1)
}

fn spec() -> String {
    format!("{}:{}", package().spec(), package().integrity())
}

#[test]
fn rs_01_current_key() {
    let signed = verified(&signed());
    assert_eq!((signed.window(), signed.origin()), (Window::Endless, KeyOrigin::Trusted));
}

#[test]
fn rs_02_ended_key_of_an_older_publication() {
    let question =
        with_signatures(json!([good(0)])).with(|q| q.publish_time = PublishTime::At(time("2024-01-01T00:00:00Z")));
    let signed = verified(&question);
    assert_eq!((signed.window(), signed.time()), (Window::Asserted, Some(time("2024-01-01T00:00:00Z"))));
}

#[test]
fn rs_03_every_flipped_bit_of_the_signature() {
    let signature = good(1);
    let der = unb64(signature["sig"].as_str().unwrap());
    for bit in 0..der.len() * 8 {
        let mut flipped = der.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let question = with_signatures(json!([{"keyid": signature["keyid"], "sig": b64(flipped)}]));
        assert_eq!(question.code(), "REGISTRY_SIGNATURE", "bit {bit}");
    }
}

#[test]
fn rs_04_signature_of_another_version() {
    let other = Miniature::new().registry.signature(&Package::new("@octo/lib", "1.2.4"), 1);
    assert_eq!(with_signatures(json!([other])).code(), "REGISTRY_SIGNATURE");
}

#[test]
fn rs_05_signature_of_another_package() {
    let other = Miniature::new().registry.signature(&Package::new("@octo/evil", "1.2.3"), 1);
    assert_eq!(with_signatures(json!([other])).code(), "REGISTRY_SIGNATURE");
}

#[test]
fn rs_06_signature_of_another_integrity() {
    let other = over(&format!("{}:{}", package().spec(), Package::new("x", "1.0.0").integrity()));
    assert_eq!(with_signatures(json!([other])).code(), "REGISTRY_SIGNATURE");
}

#[test]
fn rs_07_genuine_document_of_another_package() {
    let mini = Miniature::new();
    let evil = mini.registry.manifest(&Package::new("evil", "9.9.9"), None);
    let failures = signed().with(|q| q.manifest = bytes(&evil)).verify().unwrap_err();
    assert_eq!(failures.code(), "ERR_COUNTERSIGN_NAME_VERSION_MISMATCH");
    // The message is built from the package asked for, so the genuine signature does not help either.
    assert!(failures.all().iter().any(|f| f.error.code() == "ERR_COUNTERSIGN_REGISTRY_SIGNATURE"));
}

#[test]
fn rs_08_names_are_compared_as_bytes() {
    for name in ["@Octo/lib", "@octo/lib ", "@octo/li\u{0}b", "@octo%2flib", "@оcto/lib", "@octo/l\u{131}b"] {
        let question = signed().manifest(|m| m["name"] = json!(name));
        assert_eq!(question.code(), "NAME_VERSION_MISMATCH", "{name}");
    }
}

#[test]
fn rs_09_versions_are_compared_as_bytes() {
    for version in ["v1.2.3", "=1.2.3", "1.2.3+build", "1.2.03", "01.2.3"] {
        let question = signed().manifest(|m| m["version"] = json!(version));
        assert_eq!(question.code(), "NAME_VERSION_MISMATCH", "{version}");
    }
}

#[test]
fn rs_10_no_name_or_version_can_shift_the_delimiters() {
    for (name, version) in [("a@1", "1.0.0"), ("a:b", "1.0.0"), ("a", "1.0.0:sha512-x"), ("a", "1.0.0@2")] {
        assert!(
            countersign::PackageId::new(name, version).is_err_and(|e| e.code().contains("PACKAGE")),
            "{name} {version}"
        );
    }
}

#[test]
fn rs_11_no_signature() {
    for question in [
        with_signatures(json!([])),
        signed().manifest(|m| drop(m["dist"].as_object_mut().unwrap().remove("signatures"))),
    ] {
        assert_eq!(question.verify().unwrap().registry_signature(), &RegistrySignature::Absent);
    }
}

#[test]
fn rs_12_registry_without_keys() {
    let question = signed().with(|q| q.keys = br#"{"keys":[]}"#.to_vec());
    assert_eq!(question.verify().unwrap().registry_signature(), &RegistrySignature::NoKeys);
}

#[test]
fn rs_13_one_key_twice_counts_once() {
    assert_eq!(verified(&with_signatures(json!([good(1), good(1)]))), verified(&signed()));
}

#[test]
fn rs_14_an_unknown_key_beside_a_good_one_is_noted() {
    let question = with_signatures(json!([{"keyid": "SHA256:new", "sig": "%%%"}, good(1)]));
    assert_eq!(verified(&question).unknown_keyids(), ["SHA256:new"]);
    let notes: Vec<_> = question.verify().unwrap().notes().iter().map(|n| n.code()).collect();
    assert_eq!(notes, ["NOTE_COUNTERSIGN_UNKNOWN_KEYID"]);
}

#[test]
fn rs_15_only_unknown_keys() {
    let question = with_signatures(json!([{"keyid": "SHA256:new", "sig": "MEUC"}]));
    let expected = RegistrySignature::UnknownKey { keyids: vec!["SHA256:new".into()] };
    assert_eq!(question.verify().unwrap().registry_signature(), &expected);
}

#[test]
fn rs_16_a_bad_signature_is_not_outvoted() {
    let mut bad = good(0);
    bad["sig"] = good(1)["sig"].clone();
    for list in [json!([good(1), bad]), json!([bad, good(1)])] {
        assert_eq!(with_signatures(list).code(), "REGISTRY_SIGNATURE");
    }
}

#[test]
fn rs_17_one_id_stands_once_per_usage() {
    let mini = Miniature::new();
    assert_eq!(mini.registry.tuf_keys()["keys"].as_array().unwrap().len(), 4);
    verified(&signed());
}

/// The code that a key set is refused with.
fn key_set_code(registry: RegistryId, change: impl FnOnce(&mut Value)) -> &'static str {
    let mut keys = Miniature::new().registry.tuf_keys();
    change(&mut keys);
    RegistryKeys::from_json(registry, &bytes(&keys)).unwrap_err().code()
}

fn example() -> RegistryId {
    RegistryId::new("https://npm.example").unwrap()
}

#[test]
fn rs_18_one_id_twice_for_one_usage() {
    let code = key_set_code(example(), |k| k["keys"][2]["keyId"] = k["keys"][0]["keyId"].clone());
    assert_eq!(code, "ERR_COUNTERSIGN_TRUST_INVALID");
}

#[test]
fn rs_19_npms_ids_are_those_of_their_keys() {
    let mini = Miniature::new();
    assert!(RegistryKeys::from_json(RegistryId::npm(), &bytes(&mini.registry.tuf_keys())).is_ok());
    let code = key_set_code(RegistryId::npm(), |k| {
        for n in [0, 1] {
            k["keys"][n]["keyId"] = json!("SHA256:jl3bwswu80PjjokCgh0o2w5c2U4LhQAE57gj9cz1kzA");
        }
    });
    assert_eq!(code, "ERR_COUNTERSIGN_TRUST_INVALID");
}

#[test]
fn rs_20_key_ended_before_the_publication() {
    let question =
        with_signatures(json!([good(0)])).with(|q| q.publish_time = PublishTime::At(time("2026-01-01T00:00:00Z")));
    assert_eq!(question.code(), "KEY_EXPIRED");
    // A good signature by a current key beside it is still one.
    let both = with_signatures(json!([good(0), good(1)]))
        .with(|q| q.publish_time = PublishTime::At(time("2026-01-01T00:00:00Z")));
    assert_eq!(verified(&both).keyid(), good(1)["keyid"]);
}

#[test]
fn rs_21_the_window_is_closed() {
    let end = Miniature::new().registry.keys[0].end.clone().unwrap();
    let published = |text: &str| {
        let packument = json!({"name": package().name, "time": {"1.2.3": text},
            "versions": {"1.2.3": serde_json::from_slice::<Value>(&with_signatures(json!([good(0)])).manifest).unwrap()}});
        let packument = bytes(&packument);
        let id = signed().id();
        let (_, time) = countersign::Packument::from_json(&packument).unwrap().version(&id).unwrap().unwrap();
        with_signatures(json!([good(0)])).with(|q| q.publish_time = time)
    };
    assert_eq!(verified(&published(&end)).window(), Window::Asserted);
    let later = end.replace(".000Z", "Z").replace('Z', ".001Z");
    assert_eq!(published(&later).code(), "KEY_EXPIRED");
}

#[test]
fn rs_22_no_publish_time_is_not_judged_and_never_2015() {
    for missing in [PublishTime::Missing, PublishTime::NotAsked] {
        let question = with_signatures(json!([good(0)])).with(|q| q.publish_time = missing);
        assert_eq!(verified(&question).window(), Window::Unjudged);
        let notes: Vec<_> = question.verify().unwrap().notes().iter().map(|n| n.code()).collect();
        assert_eq!(notes, ["NOTE_COUNTERSIGN_WINDOW_UNJUDGED"]);
    }
}

#[test]
fn rs_24_a_backdated_publish_time_does_not_outweigh_the_attested_one() {
    let question = Question::attested(&Miniature::new(), &package())
        .manifest(|m| m["dist"]["signatures"] = json!([good(0)]))
        .with(|q| q.publish_time = PublishTime::At(time("2020-01-01T00:00:00Z")));
    assert_eq!(question.code(), "KEY_EXPIRED");
}

#[test]
fn rs_25_a_publication_older_than_the_key_is_judged_by_the_end_alone() {
    let question = signed().with(|q| q.publish_time = PublishTime::At(time("2011-01-01T00:00:00Z")));
    assert_eq!(verified(&question).window(), Window::Asserted);
}

#[test]
fn rs_26_publish_time_in_the_future() {
    let question = signed().with(|q| q.publish_time = PublishTime::At(time("2026-11-22T00:00:01Z")));
    assert_eq!(question.code(), "TIME_IN_FUTURE");
    let now = signed().with(|q| q.publish_time = PublishTime::At(time("2026-11-22T00:00:00Z")));
    verified(&now);
}

#[test]
fn rs_27_a_key_for_attestations_signs_no_package() {
    let question = signed().with(|q| {
        let mut keys: Value = serde_json::from_slice(&q.keys).unwrap();
        let kept = keys["keys"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|k| k["keyId"] != good(1)["keyid"] || k["keyUsage"] == "npm:attestations");
        keys["keys"] = json!(kept.cloned().collect::<Vec<_>>());
        q.keys = bytes(&keys);
    });
    assert!(matches!(question.verify().unwrap().registry_signature(), RegistrySignature::UnknownKey { .. }));
}

#[test]
fn rs_28_an_unknown_scheme_spoils_only_its_own_key() {
    let foreign = |scheme: &str| {
        let mut keys = Miniature::new().registry.endpoint_keys();
        let mut key = keys["keys"][1].clone();
        (key["keyid"], key["scheme"], key["keytype"]) = (json!("other"), json!(scheme), json!(scheme));
        keys["keys"].as_array_mut().unwrap().push(key);
        bytes(&keys)
    };
    for scheme in ["ecdsa-sha2-nistp384", "rsa", "ed25519"] {
        let keys = foreign(scheme);
        let only = with_signatures(json!([{"keyid": "other", "sig": "MEUC"}])).with(|q| q.keys = keys.clone());
        assert_eq!(only.code(), "UNSUPPORTED_KEY", "{scheme}");
        verified(&signed().with(|q| q.keys = keys));
    }
}

#[test]
fn rs_29_a_key_of_another_kind_than_it_says() {
    use crate::support::keys::Key;
    for key in [b64(Key::p384("x").spki()), b64("no key"), "%".into(), String::new()] {
        let code = key_set_code(example(), |k| k["keys"][0]["publicKey"]["rawBytes"] = json!(key));
        assert_eq!(code, "ERR_COUNTERSIGN_TRUST_INVALID");
    }
}

#[test]
fn rs_30_answered_keys_are_never_npms_and_are_marked_elsewhere() {
    let keys = bytes(&Miniature::new().registry.endpoint_keys());
    let refused = RegistryKeys::asserted_by_registry(RegistryId::npm(), &keys).unwrap_err();
    assert_eq!(refused.code(), "ERR_COUNTERSIGN_TRUST_INVALID");
    let question = signed();
    let asserted = RegistryKeys::asserted_by_registry(example(), &keys).unwrap();
    let root = countersign::TrustedRoot::from_json(&question.root).unwrap();
    let verifier = Verifier::new(root, [asserted]).unwrap();
    let evidence = verifier.verify(&question.artifact(), &question.claims(), question.now).unwrap();
    match evidence.registry_signature() {
        RegistrySignature::Verified(signed) => assert_eq!(signed.origin(), KeyOrigin::RegistryAsserted),
        other => panic!("{other:?}"),
    }
}

#[test]
fn rs_31_keys_of_another_registry_are_not_tried() {
    let question = signed();
    let other = RegistryId::new("https://other.example").unwrap();
    let keys = RegistryKeys::from_json(other, &question.keys).unwrap();
    let root = countersign::TrustedRoot::from_json(&question.root).unwrap();
    let verifier = Verifier::new(root, [keys]).unwrap();
    let evidence = verifier.verify(&question.artifact(), &question.claims(), question.now).unwrap();
    assert_eq!(evidence.registry_signature(), &RegistrySignature::NoKeys);
}

fn current() -> crate::support::keys::Key {
    Miniature::new().registry.keys[1].key.clone()
}

/// The package with this signature by the current key's id.
fn with_der(der: &[u8]) -> Question {
    with_signatures(json!([{"keyid": good(1)["keyid"], "sig": b64(der)}]))
}

#[test]
fn rs_32_high_s_is_the_same_signature() {
    verified(&with_der(&current().sign_other_s(spec().as_bytes())));
    verified(&with_der(&current().sign(spec().as_bytes())));
}

#[test]
fn rs_33_scalars_out_of_range() {
    let n = hex::decode("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551").unwrap();
    let good = current().sign_p1363(spec().as_bytes());
    let (r, s) = good.split_at(32);
    let above = {
        let mut above = n.clone();
        above[31] += 1;
        above
    };
    for (r, s) in
        [(&[0][..], s), (r, &[0][..]), (&n[..], s), (r, &n[..]), (&above[..], s), (&[&[1], r].concat()[..], s)]
    {
        assert_eq!(with_der(&signature(r, s)).code(), "REGISTRY_SIGNATURE");
    }
    let negative = [&[0x30, 0x06, 0x02, 0x01, 0x81, 0x02, 0x01, 0x81][..]].concat();
    assert_eq!(with_der(&negative).code(), "REGISTRY_SIGNATURE");
}

#[test]
fn rs_34_der_is_strict() {
    let der = current().sign(spec().as_bytes());
    let body = &der[2..];
    for other in [
        [&[0x30, 0x81, der[1]], body].concat(),
        [&[0x30, 0x80], body, &[0, 0]].concat(),
        [&der[..], &[0]].concat(),
        [&[0x31, der[1]], body].concat(),
        vec![0x30, 0x00],
        [&[0x30, der[1] + 2], body, &[0x05, 0x00]].concat(),
        vec![],
    ] {
        assert_eq!(with_der(&other).code(), "REGISTRY_SIGNATURE", "{}", hex::encode(&other));
    }
}

#[test]
fn rs_35_raw_scalars_are_no_signature() {
    assert_eq!(with_der(&current().sign_p1363(spec().as_bytes())).code(), "REGISTRY_SIGNATURE");
}

#[test]
fn rs_36_base64_has_one_spelling() {
    let sig = good(1)["sig"].as_str().unwrap().to_owned();
    let unpadded = sig.trim_end_matches('=').to_owned();
    for other in [
        format!("{sig}="),
        format!("{sig}\n"),
        format!(" {sig}"),
        format!("{}\n{}", &sig[..4], &sig[4..]),
        format!("{unpadded}A"),
        sig.replace(['+', '/'], "-") + "-",
        "MEUB".repeat(3) + "AAB=",
    ] {
        let question = with_signatures(json!([{"keyid": good(1)["keyid"], "sig": other}]));
        assert_eq!(question.code(), "MALFORMED", "{other}");
    }
}

#[test]
fn rs_37_other_messages() {
    for message in
        [format!("{}\n", spec()), format!("{}\r\n", spec()), format!("\"{}\"", spec()), spec().replace(':', " ")]
    {
        assert_eq!(with_signatures(json!([over(&message)])).code(), "REGISTRY_SIGNATURE", "{message:?}");
    }
}

#[test]
fn rs_38_other_hashes() {
    use crate::support::keys::Hash;
    let message = spec();
    for der in [
        current().sign_with(Hash::Sha384, message.as_bytes()),
        current().sign_with(Hash::Sha512, message.as_bytes()),
        current().sign(Hash::Sha256.of(message.as_bytes()).as_ref()),
    ] {
        assert_eq!(with_der(der.as_ref()).code(), "REGISTRY_SIGNATURE");
    }
}

#[test]
fn rs_39_a_pgp_signature_is_never_considered() {
    let question =
        with_signatures(json!([])).manifest(|m| m["dist"]["npm-signature"] = json!("-----BEGIN PGP SIGNATURE-----"));
    assert_eq!(question.verify().unwrap().registry_signature(), &RegistrySignature::Absent);
}

#[test]
fn rs_41_seventeen_signatures() {
    let manifest = with_signatures(json!(vec![good(1); 17])).manifest;
    assert_eq!(DistClaims::from_json(&manifest).unwrap_err().code(), "ERR_COUNTERSIGN_LIMIT_EXCEEDED");
    verified(&with_signatures(json!(vec![good(1); 16])));
}

#[test]
fn an_attested_package_is_judged_at_its_attested_time() {
    let mini = Miniature::new();
    for era in Era::ALL {
        let question = Question::attested(&mini, &package()).response(&mini.response_of(&package(), era));
        let evidence = question.verify().unwrap();
        match evidence.registry_signature() {
            RegistrySignature::Verified(signed) => assert_eq!(signed.window(), Window::Authenticated),
            other => panic!("{other:?}"),
        }
        assert!(evidence.provenance().is_some() && matches!(question.attestations, Attestations::Body(_)));
    }
}
