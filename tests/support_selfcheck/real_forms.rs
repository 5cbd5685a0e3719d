//! What is minted has the form of what is real: the shared reference data, taken apart and written anew.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use der::{Decode as _, Encode as _};
use serde_json::Value;
use x509_cert::Certificate;

use crate::package;
use crate::shared;
use crate::support::Miniature;
use crate::support::certificate::{
    AUTHORITY_KEY_ID, BASIC_CONSTRAINTS, EXTENDED_KEY_USAGE, KEY_USAGE, SUBJECT_ALT_NAME, SUBJECT_KEY_ID,
};
use crate::support::checkpoint::{Checkpoint, NoteSignature};
use crate::support::envelope::{Envelope, EnvelopeSignature};
use crate::support::keys::{Hash, Key, b64, note_id, unb64};
use crate::support::log_body::{Kind, Verifier};
use crate::support::message::{Content, Message};
use crate::support::rekor::Rekor;

const REAL_GITHUB: &str = "real/github";

fn json(path: &Path) -> Value {
    serde_json::from_slice(&shared::bytes(path)).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Every bundle below `conformance` and `real/github` that is expected to be sound.
fn bundles(shared: &Path) -> Vec<PathBuf> {
    let entries = |folder: &str| {
        let entries = std::fs::read_dir(shared.join(folder)).unwrap();
        entries.map(|e| e.unwrap().path()).collect::<BTreeSet<PathBuf>>()
    };
    let sound = |p: &PathBuf| !p.to_str().unwrap().ends_with("_fail");
    let conformance = entries("conformance").into_iter().filter(sound).map(|p| p.join("bundle.sigstore.json"));
    conformance.filter(|p| p.exists()).chain(entries(REAL_GITHUB)).collect()
}

fn content(bundle: &Value) -> Content {
    if let Some(envelope) = bundle.get("dsseEnvelope") {
        let signatures = envelope["signatures"].as_array().unwrap();
        return Content::Envelope(Envelope {
            payload_type: text(&envelope["payloadType"]).into(),
            payload: unb64(text(&envelope["payload"])),
            signatures: signatures
                .iter()
                .map(|s| EnvelopeSignature { sig: unb64(text(&s["sig"])), keyid: None })
                .collect(),
        });
    }
    let message = &bundle["messageSignature"];
    assert_eq!(message["messageDigest"]["algorithm"], "SHA2_256");
    Content::Message(Message {
        algorithm: Hash::Sha256,
        digest: unb64(text(&message["messageDigest"]["digest"])),
        signature: unb64(text(&message["signature"])),
    })
}

/// The certificate that signed, or the key that stands beside the bundle.
fn verifier(bundle: &Value, path: &Path) -> Verifier {
    let material = &bundle["verificationMaterial"];
    let chain = &material["x509CertificateChain"]["certificates"][0]["rawBytes"];
    let raw = material["certificate"]["rawBytes"].as_str().or(chain.as_str());
    let of_key = || {
        let pem = String::from_utf8(shared::bytes(&path.with_file_name("key.pub"))).unwrap();
        unb64(&pem.lines().filter(|l| !l.starts_with('-')).collect::<String>())
    };
    Verifier {
        certificate: raw.is_some(),
        der: raw.map_or_else(of_key, unb64),
        key_details: "PKIX_ECDSA_P256_SHA_256",
        hash: Hash::Sha256,
    }
}

/// The kinds whose bodies follow from the bundle alone.
fn kind(entry: &Value) -> Option<Kind> {
    let kinds = [Kind::HashedRekord, Kind::HashedRekordV2, Kind::DsseV2];
    let version = &entry["kindVersion"];
    kinds.into_iter().find(|k| version["kind"] == k.name() && version["version"] == k.version())
}

#[test]
fn entry_bodies_are_written_as_the_logs_write_them() {
    let Some(shared) = shared::folder() else { return };
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for path in bundles(&shared) {
        let bundle = json(&path);
        for entry in bundle["verificationMaterial"]["tlogEntries"].as_array().into_iter().flatten() {
            let Some(kind) = kind(entry) else { continue };
            let body = kind.body(&content(&bundle), &verifier(&bundle, &path)).to_string();
            let real = String::from_utf8(unb64(text(&entry["canonicalizedBody"]))).unwrap();
            assert_eq!(body, real, "{}", path.display());
            *seen.entry(format!("{kind:?}")).or_default() += 1;
        }
    }
    println!("{seen:?}");
    assert!(["DsseV2", "HashedRekord", "HashedRekordV2"].iter().all(|k| seen[*k] >= 2), "{seen:?}");
}

fn members(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn entries_of_rekor_v2_have_the_members_of_real_ones() {
    let Some(shared) = shared::folder() else { return };
    let mini = Miniature::rekor_v2();
    let minted = mini.message(b"artifact").rekor_v2().mint();
    let envelope = mini.provenance(&package()).rekor_v2().bundle();
    for (folder, ours) in [("rekor2-happy-path", &minted.bundle), ("rekor2-dsse-happy-path", &envelope)] {
        let real = json(&shared.join("conformance").join(folder).join("bundle.sigstore.json"));
        let material = |b: &Value| b["verificationMaterial"].clone();
        let entry = |b: &Value| material(b)["tlogEntries"][0].clone();
        assert_eq!(real["mediaType"], ours["mediaType"]);
        assert_eq!(members(&real), members(ours));
        assert_eq!(members(&material(&real)), members(&material(ours)));
        assert_eq!(members(&entry(&real)), members(&entry(ours)));
        assert_eq!(members(&entry(&real)["inclusionProof"]), members(&entry(ours)["inclusionProof"]));
        assert_eq!(entry(&real)["logIndex"], entry(&real)["inclusionProof"]["logIndex"]);
        assert_eq!(entry(ours)["logIndex"], entry(ours)["inclusionProof"]["logIndex"]);
    }
}

#[test]
fn logs_are_identified_as_the_real_ones_are() {
    let Some(shared) = shared::folder() else { return };
    for root in ["production.json", "staging.json"] {
        let root = json(&shared.join("conformance/roots").join(root));
        let mut ed25519 = 0;
        for log in root["tlogs"].as_array().unwrap() {
            let spki = unb64(text(&log["publicKey"]["rawBytes"]));
            let name = text(&log["baseUrl"]).strip_prefix("https://").unwrap();
            let id = match text(&log["publicKey"]["keyDetails"]) {
                "PKIX_ED25519" => note_id(name, 1, &spki[12..]),
                _ => Hash::Sha256.of(&spki),
            };
            assert_eq!(log["logId"]["keyId"], b64(id));
            ed25519 += usize::from(log["publicKey"]["keyDetails"] == Key::ed25519("any").key_details());
        }
        assert!(ed25519 > 0);
    }
}

#[test]
fn checkpoints_are_written_as_the_logs_write_them() {
    let Some(shared) = shared::folder() else { return };
    let mut cosigned = 0;
    for folder in ["rekor2-happy-path", "rekor2-dsse-happy-path", "rekor2-checkpoint-cosigned"] {
        let bundle = json(&shared.join("conformance").join(folder).join("bundle.sigstore.json"));
        let entry = &bundle["verificationMaterial"]["tlogEntries"][0];
        let proof = &entry["inclusionProof"];
        let real = text(&proof["checkpoint"]["envelope"]);
        let lines: Vec<&str> = real.lines().skip(4).collect();
        let signatures = lines.iter().map(|line| {
            let [_, name, packed] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
            let packed = unb64(packed);
            // A witness signs a time of eight octets with the checkpoint.
            cosigned += usize::from(packed.len() == 4 + 8 + 64);
            let (hint, signature) = (packed[..4].to_vec(), Some(packed[4..].to_vec()));
            NoteSignature { hint, signature, ..NoteSignature::new(name, &Key::ed25519("any")) }
        });
        let log = Rekor::v2(Key::ed25519("any"), real.lines().next().unwrap());
        let checkpoint = Checkpoint {
            origin: log.origin(),
            size: text(&proof["treeSize"]).into(),
            root: text(&proof["rootHash"]).into(),
            extensions: Vec::new(),
            signatures: signatures.collect(),
        };
        assert_eq!(checkpoint.text(), real);
        let of_log = checkpoint.signatures.iter().find(|s| s.name == log.name).unwrap();
        assert_eq!(of_log.hint, unb64(text(&entry["logId"]["keyId"]))[..4]);
    }
    assert!(cosigned >= 3);
}

#[test]
fn managed_keys_are_hinted_at_as_real_ones_are() {
    let Some(shared) = shared::folder() else { return };
    let path = shared.join("conformance/managed-key-happy-path/bundle.sigstore.json");
    let bundle = json(&path);
    let hint = b64(Hash::Sha256.of(&verifier(&bundle, &path).der));
    assert_eq!(bundle["verificationMaterial"]["publicKey"]["hint"], hint);
    let key = Key::p256("managed");
    let ours = Miniature::new().message(b"artifact").managed_by(key.clone()).bundle();
    assert_eq!(ours["verificationMaterial"]["publicKey"]["hint"], b64(Hash::Sha256.of(&key.spki())));
}

/// What an extension says that does not follow from keys and names.
fn extensions(der: &[u8]) -> BTreeMap<String, (bool, Vec<u8>)> {
    let certificate = Certificate::from_der(der).unwrap();
    let of_key_or_name = [SUBJECT_KEY_ID, AUTHORITY_KEY_ID, SUBJECT_ALT_NAME];
    let stated = |e: &x509_cert::ext::Extension| {
        let oid = e.extn_id.to_string();
        let value = match of_key_or_name.contains(&oid.as_str()) || oid.starts_with("1.3.6.1.4.1.57264") {
            true => Vec::new(),
            false => e.extn_value.as_bytes().to_vec(),
        };
        (oid, (e.critical, value))
    };
    certificate.tbs_certificate().extensions().unwrap().iter().map(stated).collect()
}

fn chain(authority: &Value) -> Vec<Vec<u8>> {
    let certificates = authority["certChain"]["certificates"].as_array().unwrap();
    certificates.iter().map(|c| unb64(text(&c["rawBytes"]))).collect()
}

#[test]
fn an_instance_without_logs_looks_like_the_real_one() {
    let Some(shared) = shared::folder() else { return };
    let mini = Miniature::github_style();
    let (real, ours) = (json(&shared.join("conformance/roots/github.json")), mini.trusted_root().json());
    assert_eq!(members(&real), members(&ours));
    for role in ["certificateAuthorities", "timestampAuthorities"] {
        let (real, ours) = (&real[role], &ours[role]);
        for real in real.as_array().unwrap() {
            assert_eq!(members(real), members(&ours[0]));
            let (real, ours) = (chain(real), chain(&ours[0]));
            assert_eq!(real.len(), ours.len());
            for (real, ours) in real.iter().zip(&ours) {
                assert_eq!(extensions(real), extensions(ours), "{role}");
            }
        }
    }
    let name = "cli__github_provenance_demo-0.0.12-py3-none-any-bundle.jsonl~2.json";
    let real = json(&shared.join(REAL_GITHUB).join(name));
    let ours = mini.provenance(&package()).workflow(|w| w.last_extension = 22).bundle();
    assert_eq!(members(&real), members(&ours));
    let material = |b: &Value| b["verificationMaterial"].clone();
    assert_eq!(members(&material(&real)), members(&material(&ours)));
    let leaf = |b: &Value| extensions(&unb64(text(&material(b)["certificate"]["rawBytes"])));
    assert_eq!(leaf(&real), leaf(&ours));
}

#[test]
fn certificates_by_rsa_name_their_algorithm_as_real_ones_do() {
    let Some(shared) = shared::folder() else { return };
    let root = json(&shared.join("conformance/bundle-with-sct-with-extensions/trusted_root.json"));
    let real = Certificate::from_der(&chain(&root["certificateAuthorities"][0])[0]).unwrap();
    let mini = Miniature::new().with(|m| m.sigstore.rekey_root(Key::rsa4096(0)));
    let ours = Certificate::from_der(&mini.sigstore.root.der).unwrap();
    assert_eq!(real.signature_algorithm(), ours.signature_algorithm());
    let algorithm = |c: &Certificate| c.tbs_certificate().subject_public_key_info().algorithm.to_der().unwrap();
    assert_eq!(algorithm(&real), algorithm(&ours));
    for usage in [KEY_USAGE, BASIC_CONSTRAINTS] {
        assert_eq!(extensions(&real.to_der().unwrap())[usage], extensions(&mini.sigstore.root.der)[usage]);
    }
    assert!(!extensions(&mini.sigstore.root.der).contains_key(EXTENDED_KEY_USAGE));
}

#[test]
fn rsa_keys_of_logs_can_be_named_as_staging_named_its() {
    let Some(shared) = shared::folder() else { return };
    let root = json(&shared.join("real/trusted-roots/staging-352d5157.json"));
    let logs = root["ctlogs"].as_array().unwrap();
    let real = logs.iter().find(|l| l["publicKey"]["keyDetails"] == "PKCS1_RSA_PKCS1V5").unwrap();
    let mini = Miniature::new().with(|m| m.sigstore.ct_logs[0].key = Key::rsa4096(0));
    let log = mini.sigstore.ct_logs[0].clone();
    let ours = mini.trusted_root().with(|r| r.ctlogs[0].as_pkcs1(&log)).json();
    let ours = &ours["ctlogs"][0];
    assert_eq!(real["publicKey"]["keyDetails"], ours["publicKey"]["keyDetails"]);
    let raw = |log: &Value| unb64(text(&log["publicKey"]["rawBytes"]));
    assert_eq!(raw(real).len(), raw(ours).len());
    assert_eq!(raw(real)[..8], raw(ours)[..8]);
    assert_eq!(ours["logId"]["keyId"], b64(log.key.log_id()));
}
