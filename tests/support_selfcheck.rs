//! The miniature agrees with itself and with what is known of the formats, and mints the same bytes on
//! every run.

mod support;

#[path = "support_selfcheck/real_forms.rs"]
mod real_forms;
#[path = "real/shared.rs"]
mod shared;

use der::{Decode as _, Encode as _};
use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use p256::pkcs8::DecodePublicKey as _;
use serde_json::{Value, json};
use x509_cert::Certificate;

use support::attestation::Attestation;
use support::bundle::Era;
use support::certificate::SCT_LIST;
use support::checkpoint::NoteSignature;
use support::envelope::{IN_TOTO, pae};
use support::keys::{Hash, Key, b64, ssh_key_id, unb64};
use support::log_body::Kind;
use support::merkle::{Tree, leaf_hash, node_hash};
use support::package::{Package, sha1};
use support::plan::leaf_key;
use support::statement::{Build, SLSA_V1};
use support::{Miniature, flip, swap, time};

fn package() -> Package {
    Package::new("@octo/lib", "1.2.3")
}

fn verifies(key: &Key, message: &[u8], signature: &[u8]) -> bool {
    verifies_with(key, key.hash(), message, signature)
}

/// Through the crates' own reading of the SPKI, so that what is written there is checked as well.
fn verifies_with(key: &Key, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
    let (spki, digest) = (key.spki(), hash.of(message));
    match key {
        Key::P256(_) => {
            let key = p256::ecdsa::VerifyingKey::from_public_key_der(&spki).unwrap();
            p256::ecdsa::DerSignature::from_bytes(signature).is_ok_and(|s| key.verify_prehash(&digest, &s).is_ok())
        }
        Key::P384(_) => {
            let key = p384::ecdsa::VerifyingKey::from_public_key_der(&spki).unwrap();
            p384::ecdsa::DerSignature::from_bytes(signature).is_ok_and(|s| key.verify_prehash(&digest, &s).is_ok())
        }
        Key::P521(_) => {
            let key = p521::ecdsa::VerifyingKey::from_public_key_der(&spki).unwrap();
            p521::ecdsa::DerSignature::from_bytes(signature).is_ok_and(|s| key.verify_prehash(&digest, &s).is_ok())
        }
        Key::Ed25519(_) => {
            // RFC 8410, section 4.
            let public = spki.strip_prefix(&hex::decode("302a300506032b6570032100").unwrap()[..]).unwrap();
            let key = ed25519_dalek::VerifyingKey::from_bytes(public.try_into().unwrap()).unwrap();
            ed25519_dalek::Signature::from_slice(signature).is_ok_and(|s| key.verify_strict(message, &s).is_ok())
        }
        Key::Rsa2048(_) | Key::Rsa4096(_) => {
            let key = rsa::PublicKey::from_public_key_der(&spki).unwrap();
            match hash {
                Hash::Sha256 => key.pkcs1v15_verify_prehash::<rsa::sha2::Sha256>(&digest, signature).is_ok(),
                Hash::Sha384 => key.pkcs1v15_verify_prehash::<rsa::sha2::Sha384>(&digest, signature).is_ok(),
                Hash::Sha512 => key.pkcs1v15_verify_prehash::<rsa::sha2::Sha512>(&digest, signature).is_ok(),
            }
        }
    }
}

fn entry(bundle: &Value) -> &Value {
    &bundle["verificationMaterial"]["tlogEntries"][0]
}

#[test]
fn mints_the_same_bytes_twice() {
    for era in Era::ALL {
        let one = Miniature::new().response_of(&package(), era);
        assert_eq!(one, Miniature::new().response_of(&package(), era));
    }
}

#[test]
fn known_answers() {
    assert_eq!(hex::encode(sha1(b"abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
    assert_eq!(time::unix("2000-02-29T23:59:59Z"), 951_868_799);
    assert_eq!(time::rfc3339(951_868_799), "2000-02-29T23:59:59Z");
    assert_eq!(package().purl(), "pkg:npm/%40octo/lib@1.2.3");
    // The first tree heads of RFC 6962's own test data.
    let entries = vec![vec![], vec![0x00], vec![0x10]];
    let tree = Tree { entries, position: 2 };
    assert_eq!(hex::encode(tree.root()), "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77");
}

#[test]
fn key_ids_are_those_of_the_real_keys() {
    let keys: Value = serde_json::from_str(include_str!("../testdata/trust/npm-keys.json")).unwrap();
    for key in keys["keys"].as_array().unwrap() {
        let spki = unb64(key["publicKey"]["rawBytes"].as_str().unwrap());
        let point = &spki[spki.len() - 65..];
        assert_eq!(key["keyId"], ssh_key_id("ecdsa-sha2-nistp256", "nistp256", point));
    }
}

#[test]
fn keys_of_every_kind_sign_what_the_crates_verify() {
    for (key, other) in Key::of_every_kind("one").iter().zip(&Key::of_every_kind("two")) {
        for hash in Hash::ALL {
            let signature = key.sign_with(hash, b"message");
            assert_eq!(signature, key.sign_with(hash, b"message"));
            assert!(verifies_with(key, hash, b"message", &signature), "{} {hash:?}", key.key_details());
            assert!(!verifies_with(key, hash, b"massage", &signature));
            if !matches!(key, Key::Rsa2048(_) | Key::Rsa4096(_)) {
                assert!(!verifies_with(other, hash, b"message", &signature));
            }
        }
    }
    let [one, two] = [Key::rsa2048(0), Key::rsa2048(1)];
    assert!(!verifies(&two, b"message", &one.sign(b"message")));
    assert_eq!(one.sign(b"").len(), 256);
    assert_eq!(Key::rsa4096(0).sign(b"").len(), 512);
}

#[test]
fn audit_paths_lead_to_the_root() {
    for size in 1..20 {
        for position in 0..size {
            let tree = Tree::with(b"entry", position, size);
            let (mut index, mut last) = (position, size - 1);
            let mut hash = leaf_hash(b"entry");
            for sibling in tree.path() {
                if index % 2 == 1 || index == last {
                    hash = node_hash(&sibling, &hash);
                    while index % 2 == 0 && index != 0 {
                        (index, last) = (index / 2, last / 2);
                    }
                } else {
                    hash = node_hash(&hash, &sibling);
                }
                (index, last) = (index / 2, last / 2);
            }
            assert_eq!(hash, tree.root(), "{position} of {size}");
        }
    }
}

#[test]
fn certificates_are_der_and_signed_by_their_issuers() {
    let mini = Miniature::new();
    let leaf = mini.provenance(&package()).mint().leaf.unwrap();
    let sigstore = &mini.sigstore;
    let issued = [
        (&leaf, &sigstore.intermediates[0].key),
        (&sigstore.intermediates[0].der, &sigstore.root.key),
        (&sigstore.intermediates[1].der, &sigstore.root.key),
        (&sigstore.root.der, &sigstore.root.key),
        (&sigstore.tsas[0].der, &sigstore.tsa_root.key),
    ];
    for (der, issuer) in issued {
        let certificate = Certificate::from_der(der).unwrap();
        assert_eq!(&certificate.to_der().unwrap(), der);
        let tbs = certificate.tbs_certificate().to_der().unwrap();
        assert!(verifies(issuer, &tbs, certificate.signature().raw_bytes()));
    }
    let names = sigstore.intermediates.each_ref().map(|a| &a.certificate.subject);
    assert_eq!(names[0], names[1]);
}

#[test]
fn a_change_is_signed_by_every_layer_above_it() {
    let mini = Miniature::new();
    let package = package();
    let minted = mini.provenance(&package).statement(|s| s["subject"][0]["name"] = json!("pkg:npm/evil@1.0.0")).mint();
    let payload = &minted.envelope.payload;
    let signed = pae(IN_TOTO, payload);
    let signature = &minted.envelope.signatures[0].sig;
    assert!(verifies(&leaf_key(&package), &signed, signature));
    let body: Value = serde_json::from_slice(&minted.body).unwrap();
    let hash = hex::encode(Hash::Sha256.of(payload));
    assert_eq!(body["spec"]["payloadHash"]["value"], hash);
    let rekor = &mini.sigstore.rekors[0];
    let set = unb64(entry(&minted.bundle)["inclusionPromise"]["signedEntryTimestamp"].as_str().unwrap());
    let promised = json!({
        "body": entry(&minted.bundle)["canonicalizedBody"],
        "integratedTime": minted.integrated_time,
        "logID": hex::encode(rekor.key.log_id()),
        "logIndex": rekor.shard_offset + 4,
    });
    assert!(verifies(&rekor.key, promised.to_string().as_bytes(), &set));
    let note = entry(&minted.bundle)["inclusionProof"]["checkpoint"]["envelope"].as_str().unwrap();
    let (text, line) = note.split_once("\n\n").unwrap();
    let packed = unb64(line.trim_end().rsplit(' ').next().unwrap());
    let text = format!("{text}\n");
    assert!(verifies(&rekor.key, text.as_bytes(), &packed[4..]));
}

#[test]
fn hooks_without_a_signature_leave_the_rest_alone() {
    let mini = Miniature::new();
    let sound = mini.provenance(&package()).bundle();
    let flipped = mini.provenance(&package()).set(flip).bundle();
    let mut expected = sound.clone();
    expected["verificationMaterial"]["tlogEntries"][0]["inclusionPromise"] =
        entry(&flipped)["inclusionPromise"].clone();
    assert_ne!(flipped, sound);
    assert_eq!(flipped, expected);
    let swapped = mini.provenance(&package()).payload(|p| swap(p, "\"subject\"", "\"subject\":[],\"subject\"")).mint();
    assert!(verifies(
        &leaf_key(&package()),
        &pae(IN_TOTO, &swapped.envelope.payload),
        &swapped.envelope.signatures[0].sig
    ));
}

#[test]
fn certificates_differ_only_where_they_were_changed() {
    let mini = Miniature::new();
    let bare = mini.provenance(&package()).leaf(|c| c.remove(SCT_LIST));
    let leaf = Certificate::from_der(&bare.mint().leaf.unwrap()).unwrap();
    let count = leaf.tbs_certificate().extensions().unwrap().len();
    let full = mini.provenance(&package()).mint().leaf.unwrap();
    let full = Certificate::from_der(&full).unwrap();
    assert_eq!(count + 1, full.tbs_certificate().extensions().unwrap().len());
}

#[test]
fn registry_signatures_cover_name_version_and_integrity() {
    let mini = Miniature::new();
    let package = package();
    let manifest = mini.registry.manifest(&package, None);
    let signature = &manifest["dist"]["signatures"][0];
    let key = &mini.registry.keys[1];
    let message = format!("@octo/lib@1.2.3:{}", package.integrity());
    let sig = unb64(signature["sig"].as_str().unwrap());
    assert_eq!(signature["keyid"], key.key_id);
    assert!(verifies(&key.key, message.as_bytes(), &sig));
    let other = key.key.sign_other_s(message.as_bytes());
    assert_ne!(sig, other);
    assert!(verifies(&key.key, message.as_bytes(), &other));
}

#[test]
#[should_panic(expected = "no layer leaf was built")]
fn a_hook_that_never_ran_is_a_mistake() {
    let mini = Miniature::new();
    mini.publish(&package()).leaf(|c| c.valid(0, 1)).bundle();
}

#[test]
fn every_build_type_names_its_run() {
    let mini = Miniature::new();
    for build in Build::ALL {
        let minted = mini.provenance(&package()).build(build).mint();
        let statement: Value = serde_json::from_slice(&minted.envelope.payload).unwrap();
        assert_eq!(minted.predicate_type, statement["predicateType"]);
        assert!(statement.to_string().contains(build.build_type()));
    }
}

#[test]
fn recordings_have_the_layout_that_replay_expects() {
    let mini = Miniature::new();
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (package(), Package::new("plain", "0.1.0"));
    mini.record(dir.path(), &[&one, &two]);
    let read =
        |file: &str| -> Value { serde_json::from_slice(&std::fs::read(dir.path().join(file)).unwrap()).unwrap() };
    assert_eq!(read("registry.json")["absent"], "not-found");
    assert_eq!(read("keys.json"), mini.registry.endpoint_keys());
    let dist = &read("packuments/@octo%2flib.json")["versions"]["1.2.3"]["dist"];
    assert_eq!(dist["integrity"], one.integrity());
    assert_eq!(dist["attestations"]["provenance"]["predicateType"], SLSA_V1);
    let responses = read("attestations/@octo%2flib@1.2.3.json");
    assert_eq!(responses["attestations"].as_array().unwrap().len(), 2);
    assert!(dir.path().join("tarballs/plain-0.1.0.tgz").exists());
}

/// The chain of a trusted root's authority, each certificate checked against the key above it.
fn assert_issued(chain: &[(&Vec<u8>, &Key)]) {
    for (der, issuer) in chain {
        let certificate = Certificate::from_der(der).unwrap();
        let tbs = certificate.tbs_certificate().to_der().unwrap();
        assert!(verifies(issuer, &tbs, certificate.signature().raw_bytes()));
        assert_eq!(certificate.signature_algorithm().to_der().unwrap(), issuer.algorithm());
    }
}

#[test]
fn authorities_logs_and_leaves_can_be_of_every_kind() {
    for key in Key::of_every_kind("kind") {
        let mini = Miniature::new().with(|m| {
            m.sigstore.rekey_root(key.clone());
            m.sigstore.rekey_tsa_root(key.clone());
            m.sigstore.intermediates[0].rekey(key.clone());
            m.sigstore.tsas[0].rekey(key.clone());
            m.sigstore.ct_logs[0].key = key.clone();
        });
        let leaf_key = key.clone();
        let mut signed = None;
        let signed_too = &mut signed;
        let minted = mini
            .provenance(&package())
            .leaf_key(leaf_key)
            .scts(move |list| *signed_too = Some((list[0].signed_bytes(), list[0].encode())))
            .mint();
        let (sigstore, leaf) = (&mini.sigstore, minted.leaf.unwrap());
        assert_issued(&[
            (&leaf, &key),
            (&sigstore.intermediates[0].der, &key),
            (&sigstore.intermediates[1].der, &key),
            (&sigstore.root.der, &key),
            (&sigstore.tsas[0].der, &key),
            (&sigstore.tsas[1].der, &key),
        ]);
        assert!(verifies(&key, &pae(IN_TOTO, &minted.envelope.payload), &minted.envelope.signatures[0].sig));
        let (bytes, sct) = signed.unwrap();
        let algorithm = [sct[43], sct[44]];
        let expected = match key {
            Key::Ed25519(_) => [8, 7],
            Key::Rsa2048(_) | Key::Rsa4096(_) => [4, 1],
            _ => [4, 3],
        };
        assert_eq!(algorithm, expected);
        assert!(verifies_with(&key, Hash::Sha256, &bytes, &sct[47..]));
    }
}

#[test]
fn a_p256_key_can_sign_with_another_hash() {
    let mini = Miniature::new();
    let key = Key::p256("issuer");
    let mut authority = mini.sigstore.intermediates[0].clone();
    authority.rekey(key.clone());
    let signer = key.clone();
    let leaf = mini.provenance(&package()).issued_by(authority).leaf(move |c| c.signed_by(&signer, Hash::Sha384));
    let certificate = Certificate::from_der(&leaf.mint().leaf.unwrap()).unwrap();
    let tbs = certificate.tbs_certificate().to_der().unwrap();
    assert!(verifies_with(&key, Hash::Sha384, &tbs, certificate.signature().raw_bytes()));
    assert_eq!(certificate.signature_algorithm().oid.to_string(), "1.2.840.10045.4.3.3");
}

#[test]
fn rekor_v2_signs_its_checkpoint_and_nothing_else() {
    let mini = Miniature::rekor_v2();
    for (n, kind) in [(2, Kind::HashedRekordV2), (3, Kind::DsseV2)] {
        let log = mini.sigstore.rekors[n].clone();
        let minted = mini.provenance(&package()).rekor_v2().kind(kind).logged_by(log.clone()).mint();
        let entry = entry(&minted.bundle);
        assert_eq!(entry["kindVersion"], json!({"kind": kind.name(), "version": "0.0.2"}));
        assert!(entry.get("integratedTime").is_none() && entry.get("inclusionPromise").is_none());
        let note = entry["inclusionProof"]["checkpoint"]["envelope"].as_str().unwrap();
        let (text, line) = note.split_once("\n\n").unwrap();
        assert_eq!(text.lines().next().unwrap(), log.name);
        let packed = unb64(line.trim_end().rsplit(' ').next().unwrap());
        assert_eq!(packed[..4], log.log_id()[..4]);
        assert!(verifies(&log.key, format!("{text}\n").as_bytes(), &packed[4..]));
        assert_eq!(mini.trusted_root().tlogs[n].log_id, log.log_id());
        let tokens = &minted.bundle["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"];
        assert_eq!(tokens.as_array().unwrap().len(), 1);
    }
}

#[test]
fn witnesses_sign_the_time_with_the_checkpoint() {
    let (mini, key) = (Miniature::rekor_v2(), Key::ed25519("witness"));
    let witness = NoteSignature::cosignature("witness.example/w1", &key, 1_700_000_000);
    let minted = mini.message(b"artifact").rekor_v2().checkpoint(|c| c.signatures.push(witness)).bundle();
    let note = entry(&minted)["inclusionProof"]["checkpoint"]["envelope"].as_str().unwrap();
    let (text, lines) = note.split_once("\n\n").unwrap();
    let packed = unb64(lines.trim_end().rsplit(' ').next().unwrap());
    assert_eq!(packed[4..12], 1_700_000_000_u64.to_be_bytes());
    let signed = format!("cosignature/v1\ntime 1700000000\n{text}\n");
    assert!(verifies(&key, signed.as_bytes(), &packed[12..]));
}

#[test]
fn messages_are_signed_and_logged_over_their_digest() {
    let mini = Miniature::rekor_v2();
    for key in Key::of_every_kind("managed") {
        let hash = key.hash();
        for managed in [false, true] {
            let by = |a: Attestation<'_>| match managed {
                true => a.managed_by(key.clone()).bundle(),
                false => a.leaf_key(key.clone()).bundle(),
            };
            let [one, two] = [by(mini.message(b"artifact")), by(mini.message(b"artifact").rekor_v2())];
            let message = &one["messageSignature"];
            assert_eq!(message, &two["messageSignature"]);
            assert!(verifies(&key, b"artifact", &unb64(message["signature"].as_str().unwrap())));
            let digest = json!({"algorithm": hash.enum_name(), "digest": b64(hash.of(b"artifact"))});
            assert_eq!(message["messageDigest"], digest);
            let body = |b: &Value| -> Value {
                serde_json::from_slice(&unb64(entry(b)["canonicalizedBody"].as_str().unwrap())).unwrap()
            };
            let value = hex::encode(hash.of(b"artifact"));
            assert_eq!(body(&one)["spec"]["data"]["hash"], json!({"algorithm": hash.name(), "value": value}));
            let record = &body(&two)["spec"]["hashedRekordV002"];
            assert_eq!(record["data"], digest);
            assert_eq!(record["signature"]["verifier"]["keyDetails"], key.key_details());
        }
    }
}

#[test]
fn messages_come_in_the_bundles_of_every_era() {
    let mini = Miniature::new();
    for era in Era::ALL {
        let bundle = mini.message_of(b"artifact", era).bundle();
        assert_eq!(bundle["mediaType"], era.media_type(era.material()));
        assert_eq!(entry(&bundle)["kindVersion"], json!({"kind": "hashedrekord", "version": "0.0.1"}));
        assert_eq!(entry(&bundle)["inclusionProof"].is_object(), era.has_proof());
        assert!(entry(&bundle)["inclusionPromise"].is_object());
    }
}

#[test]
fn an_instance_without_logs_is_dated_by_its_authorities() {
    let mini = Miniature::github_style();
    let minted = mini.message(b"artifact").mint();
    let material = &minted.bundle["verificationMaterial"];
    assert!(material.get("tlogEntries").is_none() && minted.entry.is_null());
    assert_eq!(material["timestampVerificationData"]["rfc3161Timestamps"].as_array().unwrap().len(), 1);
    let sigstore = &mini.sigstore;
    assert_issued(&[
        (&minted.leaf.unwrap(), &sigstore.intermediates[0].key),
        (&sigstore.intermediates[0].der, &sigstore.links[0].key),
        (&sigstore.links[0].der, &sigstore.root.key),
        (&sigstore.tsas[0].der, &sigstore.tsa_links[0].key),
        (&sigstore.tsa_links[0].der, &sigstore.root.key),
    ]);
    assert_eq!(sigstore.tsa_root.der, sigstore.root.der);
    let foreign = Miniature::new().message(b"artifact").mint().entry;
    let logged = mini.message(b"artifact").also_logged(foreign.clone()).bundle();
    assert_eq!(logged["verificationMaterial"]["tlogEntries"], json!([foreign]));
}
