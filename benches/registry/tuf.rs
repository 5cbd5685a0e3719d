//! A TUF repository of two targets: the trusted root, and the keys of one registry.
//!
//! npm takes both from nowhere else. It has the form of Sigstore's: one key for all roles here, and no
//! consistent snapshots, which a client must follow as well.

use serde_json::{Value, json};

use crate::support::keys::{Hash, Key};

const EXPIRES: &str = "2099-01-01T00:00:00Z";

/// Path below the repository's address, and content.
pub fn repository(trusted_root: &[u8], registry: &str, keys: &[u8]) -> Vec<(String, Vec<u8>)> {
    let key = Key::ed25519("tuf");
    let named = [("trusted_root.json".to_owned(), trusted_root), (format!("{registry}/keys.json"), keys)];
    let public = json!({"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": hex::encode(key.public())}});
    let id = hex::encode(Hash::Sha256.of(public.to_string().as_bytes()));
    let role = json!({"keyids": [id], "threshold": 1});
    let root = json!({
        "_type": "root",
        "consistent_snapshot": false,
        "keys": {&id: public},
        "roles": {"root": role, "targets": role, "snapshot": role, "timestamp": role},
    });
    let targets: Value = named.iter().map(|(name, content)| (name.clone(), described(content))).collect();
    let targets = json!({"_type": "targets", "targets": targets});
    let snapshot = json!({"_type": "snapshot", "meta": {"targets.json": {"version": 1}}});
    let timestamp = json!({"_type": "timestamp", "meta": {"snapshot.json": {"version": 1}}});

    let mut files: Vec<(String, Vec<u8>)> =
        named.into_iter().map(|(name, content)| (format!("targets/{name}"), content.to_vec())).collect();
    for (name, signed) in [("root", root), ("targets", targets), ("snapshot", snapshot), ("timestamp", timestamp)] {
        files.push((format!("{name}.json"), document(&key, &id, signed)));
    }
    files
}

fn described(content: &[u8]) -> Value {
    json!({"length": content.len(), "hashes": {"sha256": hex::encode(Hash::Sha256.of(content))}})
}

/// serde_json sorts the members and writes no blank, which is canonical JSON for texts such as these.
fn document(key: &Key, id: &str, mut signed: Value) -> Vec<u8> {
    signed["version"] = json!(1);
    signed["spec_version"] = json!("1.0.0");
    signed["expires"] = json!(EXPIRES);
    let sig = hex::encode(key.sign(signed.to_string().as_bytes()));
    json!({"signed": signed, "signatures": [{"keyid": id, "sig": sig}]}).to_string().into_bytes()
}
