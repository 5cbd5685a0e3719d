//! A miniature TUF repository: sound as minted, or with one thing changed before it is signed.
// Whole-program tests use a part of it.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use countersign::Timestamp;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::{EncodePublicKey as _, LineEnding};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

pub const TRUSTED_ROOT: &[u8] = include_bytes!("../../../../testdata/trust/trusted_root.json");
pub const KEYS: &[u8] = include_bytes!("../../../../testdata/trust/npm-keys.json");

/// Files by their path below the mirror.
pub type Files = BTreeMap<String, Vec<u8>>;

/// One key pair with the JSON that stands in a root.
#[derive(Clone)]
pub struct Key {
    signing: SigningKey,
    pub id: String,
    pub json: Value,
}

impl Key {
    pub fn new(seed: u8) -> Self {
        Self::owned_by(seed, "somebody")
    }

    /// What stands beside the key is a part of its id.
    pub fn owned_by(seed: u8, owner: &str) -> Self {
        let signing = SigningKey::from_slice(&[seed; 32]).unwrap();
        let public = signing.verifying_key().to_public_key_pem(LineEnding::LF).unwrap();
        let json = json!({
            "keytype": "ecdsa", "scheme": "ecdsa-sha2-nistp256", "keyval": {"public": public}, "x-owner": owner
        });
        let id = sha256(&canonical(&json));
        Self { signing, id, json }
    }

    pub fn sign(&self, signed: &Value) -> Value {
        let signature: Signature = self.signing.sign(&canonical(signed));
        json!({"keyid": self.id, "sig": hex(signature.to_der().as_bytes())})
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Canonical JSON as TUF has it: sorted, without space, only `"` and `\` escaped.
pub fn canonical(value: &Value) -> Vec<u8> {
    fn text(text: &str) -> String {
        format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    }
    fn write(value: &Value) -> String {
        match value {
            Value::Object(object) => {
                let sorted: BTreeMap<_, _> = object.iter().collect();
                let members: Vec<_> = sorted.iter().map(|(key, value)| text(key) + ":" + &write(value)).collect();
                format!("{{{}}}", members.join(","))
            }
            Value::Array(items) => format!("[{}]", items.iter().map(write).collect::<Vec<_>>().join(",")),
            Value::String(string) => text(string),
            other => other.to_string(),
        }
    }
    write(value).into_bytes()
}

pub fn signed_by(signed: &Value, keys: &[Key]) -> Vec<u8> {
    let signatures: Vec<_> = keys.iter().map(|key| key.sign(signed)).collect();
    json!({"signatures": signatures, "signed": signed}).to_string().into_bytes()
}

/// So many seconds from now, by the machine's clock.
pub fn expires(seconds: i64) -> String {
    let step = Duration::from_secs(seconds.unsigned_abs());
    let moment = if seconds < 0 { SystemTime::now() - step } else { SystemTime::now() + step };
    Timestamp::from(moment).to_string()
}

/// A moment of its own for each file would make two of one version differ.
const UNEXPIRED: &str = "2099-01-01T00:00:00Z";

/// Who signs what in the standard repository. The root needs two of its three.
pub fn role_keys(role: &str) -> Vec<Key> {
    match role {
        "root" => vec![Key::new(1), Key::new(2)],
        "timestamp" => vec![Key::new(4)],
        "snapshot" => vec![Key::new(5)],
        "targets" => vec![Key::new(6)],
        // Whoever is delegated to.
        _ => vec![Key::new(8)],
    }
}

/// The signed part of a root with these root keys.
pub fn root(version: u64, root_keys: &[Key]) -> Value {
    let others = ["timestamp", "snapshot", "targets"];
    let mut keys: serde_json::Map<String, Value> =
        root_keys.iter().map(|key| (key.id.clone(), key.json.clone())).collect();
    let ids: Vec<_> = root_keys.iter().map(|key| key.id.clone()).collect();
    let mut roles = json!({"root": {"keyids": ids, "threshold": 2}});
    for role in others {
        let of_role = role_keys(role);
        let ids: Vec<_> = of_role.iter().map(|key| key.id.clone()).collect();
        keys.extend(of_role.into_iter().map(|key| (key.id.clone(), key.json)));
        roles[role] = json!({"keyids": ids, "threshold": 1});
    }
    json!({
        "_type": "root", "spec_version": "1.0", "consistent_snapshot": true, "version": version,
        "expires": UNEXPIRED, "keys": keys, "roles": roles
    })
}

pub fn standard_root_keys() -> Vec<Key> {
    vec![Key::new(1), Key::new(2), Key::new(3)]
}

/// One more root, signed as it has to be and like the first in all but its version.
pub fn next_root(version: u64) -> Vec<u8> {
    signed_by(&root(version, &standard_root_keys()), &role_keys("root"))
}

/// The root that every test trusts at first.
pub fn first_root() -> Vec<u8> {
    signed_by(&root(1, &standard_root_keys()), &role_keys("root"))
}

pub fn target(bytes: &[u8]) -> Value {
    json!({"length": bytes.len(), "hashes": {"sha256": sha256(bytes)}})
}

/// The signed part of a targets role.
pub fn targets_role(version: u64, targets: Value) -> Value {
    json!({"_type": "targets", "spec_version": "1.0", "version": version, "expires": UNEXPIRED, "targets": targets})
}

/// The signed part of the role that has the registry's keys.
pub fn keys_role(version: u64) -> Value {
    targets_role(version, json!({"npm.example/keys.json": target(KEYS)}))
}

/// A delegation to one key.
pub fn delegations(name: &str, paths: &[&str], terminating: bool) -> Value {
    let key = Key::new(8);
    json!({
        "keys": {key.id.clone(): key.json},
        "roles": [{"name": name, "keyids": [key.id], "threshold": 1, "paths": paths, "terminating": terminating}]
    })
}

/// Changes the signed part of one role before it is signed.
pub type Edit<'a> = &'a dyn Fn(&str, &mut Value);

/// A role need not say how long the files below it are and what they hash to. Where it does, nothing
/// else of a changed file is looked at.
pub fn by_version_alone(signed: &mut Value) {
    if let Some(meta) = signed.get_mut("meta").and_then(Value::as_object_mut) {
        meta.values_mut().for_each(|meta| *meta = json!({"version": meta["version"]}));
    }
}

/// All but the root: every role at `version`, laid out as the public-good repository is.
pub fn mint(version: u64, edit: Edit<'_>) -> Files {
    mint_with(version, &[("npm.example", keys_role(version))], edit)
}

/// The same with other delegated roles; the targets role delegates `npm.example/*` to the first.
pub fn mint_with(version: u64, delegated: &[(&str, Value)], edit: Edit<'_>) -> Files {
    let mut files = Files::new();
    let mut meta = json!({});
    let mut put = |files: &mut Files, role: &str, mut signed: Value, keys: &[Key]| {
        edit(role, &mut signed);
        let bytes = signed_by(&signed, keys);
        meta[format!("{role}.json")] =
            json!({"version": signed["version"], "length": bytes.len(), "hashes": {"sha256": sha256(&bytes)}});
        files.insert(format!("{}.{role}.json", signed["version"]), bytes);
    };
    for (role, signed) in delegated {
        put(&mut files, role, signed.clone(), &[Key::new(8)]);
    }
    let mut targets = targets_role(version, json!({"trusted_root.json": target(TRUSTED_ROOT)}));
    if let Some((name, _)) = delegated.first() {
        targets["delegations"] = delegations(name, &["npm.example/*"], true);
    }
    put(&mut files, "targets", targets, &role_keys("targets"));
    let mut snapshot = json!({
        "_type": "snapshot", "spec_version": "1.0", "version": version, "expires": UNEXPIRED, "meta": meta
    });
    edit("snapshot", &mut snapshot);
    let bytes = signed_by(&snapshot, &role_keys("snapshot"));
    let of_snapshot =
        json!({"version": snapshot["version"], "length": bytes.len(), "hashes": {"sha256": sha256(&bytes)}});
    files.insert(format!("{}.snapshot.json", snapshot["version"]), bytes);
    let mut timestamp = json!({
        "_type": "timestamp", "spec_version": "1.0", "version": version, "expires": UNEXPIRED,
        "meta": {"snapshot.json": of_snapshot}
    });
    edit("timestamp", &mut timestamp);
    files.insert("timestamp.json".into(), signed_by(&timestamp, &role_keys("timestamp")));
    files.insert(format!("targets/{}.trusted_root.json", sha256(TRUSTED_ROOT)), TRUSTED_ROOT.to_vec());
    files.insert(format!("targets/npm.example/{}.keys.json", sha256(KEYS)), KEYS.to_vec());
    files
}

/// Nothing changed.
pub fn sound(version: u64) -> Files {
    mint(version, &|_, _| {})
}
