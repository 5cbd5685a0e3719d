//! The miniature agrees with itself and with what is known of the formats, and mints the same bytes on
//! every run.

mod support;

use der::{Decode as _, Encode as _};
use p256::ecdsa::signature::Verifier as _;
use serde_json::{Value, json};
use x509_cert::Certificate;

use support::bundle::Era;
use support::certificate::SCT_LIST;
use support::envelope::{IN_TOTO, pae};
use support::keys::{Hash, Key, ssh_key_id, unb64};
use support::merkle::{Tree, leaf_hash, node_hash};
use support::package::{Package, sha1};
use support::plan::leaf_key;
use support::statement::{Build, SLSA_V1};
use support::{Miniature, flip, swap, time};

fn package() -> Package {
    Package::new("@octo/lib", "1.2.3")
}

fn verifies(key: &Key, message: &[u8], signature: &[u8]) -> bool {
    match key {
        Key::P256(k) => p256::ecdsa::DerSignature::from_bytes(signature)
            .is_ok_and(|s| k.verifying_key().verify(message, &s).is_ok()),
        Key::P384(k) => p384::ecdsa::DerSignature::from_bytes(signature)
            .is_ok_and(|s| k.verifying_key().verify(message, &s).is_ok()),
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
