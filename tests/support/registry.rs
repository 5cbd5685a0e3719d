//! An npm-style registry: signing keys, signed manifests, packuments, attestation responses.

use serde_json::{Map, Value, json};

use super::attestation::Minted;
use super::keys::{Key, b64};
use super::package::Package;
use super::time::unix;
use super::trusted_root::window;

/// As the publish predicate spells it; every other address lies below it.
pub const REGISTRY: &str = "https://npm.example";

#[derive(Clone)]
pub struct Registry {
    pub url: String,
    /// The ended key first, then the current one.
    pub keys: Vec<RegistryKey>,
}

#[derive(Clone)]
pub struct RegistryKey {
    pub key: Key,
    pub key_id: String,
    /// `keytype` and `scheme` of the endpoint form.
    pub scheme: String,
    /// `keyDetails` of the TUF form.
    pub key_details: String,
    /// Each usage of the TUF form, with its start.
    pub usages: Vec<(String, Option<String>)>,
    pub end: Option<String>,
}

impl RegistryKey {
    pub fn new(label: &str, starts: [&str; 2], end: Option<&str>) -> RegistryKey {
        let key = Key::p256(label);
        RegistryKey {
            key_id: key.key_id(),
            key,
            scheme: "ecdsa-sha2-nistp256".into(),
            key_details: "PKIX_ECDSA_P256_SHA_256".into(),
            usages: vec![
                ("npm:signatures".into(), Some(starts[0].into())),
                ("npm:attestations".into(), Some(starts[1].into())),
            ],
            end: end.map(String::from),
        }
    }

    fn endpoint_json(&self) -> Value {
        json!({
            "expires": self.end,
            "keyid": self.key_id,
            "keytype": self.scheme,
            "scheme": self.scheme,
            "key": b64(self.key.spki()),
        })
    }

    fn tuf_json(&self) -> impl Iterator<Item = Value> + '_ {
        self.usages.iter().map(|(usage, start)| {
            json!({
                "keyId": self.key_id,
                "keyUsage": usage,
                "publicKey": {
                    "rawBytes": b64(self.key.spki()),
                    "keyDetails": self.key_details,
                    "validFor": window(start, &self.end),
                },
            })
        })
    }
}

impl Registry {
    pub fn new(label: &str) -> Registry {
        let old = ["1999-01-01T00:00:00.000Z", "2022-12-01T00:00:00.000Z"];
        let new = ["2025-01-13T00:00:00.000Z"; 2];
        Registry {
            url: REGISTRY.into(),
            keys: vec![
                RegistryKey::new(&format!("{label} key 0"), old, Some("2025-01-29T00:00:00.000Z")),
                RegistryKey::new(&format!("{label} key 1"), new, None),
            ],
        }
    }

    /// The number of the key in use at a time.
    pub fn key_at(&self, time: i64) -> usize {
        usize::from(time >= unix("2025-01-13T00:00:00Z"))
    }

    /// What `/-/npm/v1/keys` answers.
    pub fn endpoint_keys(&self) -> Value {
        let keys: Vec<Value> = self.keys.iter().map(RegistryKey::endpoint_json).collect();
        json!({ "keys": keys })
    }

    /// The key set as a TUF target: one member per key and usage.
    pub fn tuf_keys(&self) -> Value {
        let keys: Vec<Value> = self.keys.iter().flat_map(RegistryKey::tuf_json).collect();
        json!({ "keys": keys })
    }

    /// A signature entry by key `n` over `name@version:integrity`.
    pub fn signature(&self, package: &Package, n: usize) -> Value {
        self.signature_over(&format!("{}:{}", package.spec(), package.integrity()), n)
    }

    pub fn signature_over(&self, message: &str, n: usize) -> Value {
        let key = &self.keys[n];
        json!({"keyid": key.key_id, "sig": b64(key.key.sign(message.as_bytes()))})
    }

    pub fn tarball_url(&self, package: &Package) -> String {
        format!("{}/{}/-/{}", self.url, package.name, package.file())
    }

    pub fn attestations_url(&self, package: &Package) -> String {
        let (name, version) = (package.escaped_name(), &package.version);
        format!("{}/-/npm/v1/attestations/{name}@{version}", self.url)
    }

    /// A version's manifest, signed by the current key; `provenance` is the advertised predicate type.
    pub fn manifest(&self, package: &Package, provenance: Option<&str>) -> Value {
        let mut manifest = json!({
            "name": package.name,
            "version": package.version,
            "dist": {
                "integrity": package.integrity(),
                "shasum": package.shasum(),
                "tarball": self.tarball_url(package),
                "signatures": [self.signature(package, self.keys.len() - 1)],
            },
            "_npmUser": {"name": "octocat", "email": "octocat@octo.example"},
        });
        if let Some(predicate_type) = provenance {
            manifest["dist"]["attestations"] = json!({
                "url": self.attestations_url(package),
                "provenance": {"predicateType": predicate_type},
            });
            manifest["_npmUser"] = json!({
                "name": "GitHub Actions",
                "email": "npm-oidc-no-reply@github.example",
                "trustedPublisher": {"id": "github", "oidcConfigId": "oidc:00000000-0000-4000-8000-000000000001"},
            });
        }
        manifest
    }
}

/// All of a package's manifests with their publish times; `None` leaves the time out.
pub fn packument(versions: &[(Value, Option<&str>)]) -> Value {
    let mut times = Map::new();
    let mut manifests = Map::new();
    let mut latest = Value::Null;
    for (manifest, time) in versions {
        let version = manifest["version"].as_str().unwrap_or_default();
        if let Some(time) = time {
            times.insert(version.into(), json!(time));
        }
        latest = json!(version);
        manifests.insert(version.into(), manifest.clone());
    }
    json!({
        "name": versions.first().map(|(m, _)| m["name"].clone()),
        "dist-tags": {"latest": latest},
        "time": times,
        "versions": manifests,
    })
}

/// What the attestations endpoint answers.
pub fn response<'m>(attestations: impl IntoIterator<Item = &'m Minted>) -> Value {
    let members: Vec<Value> = attestations
        .into_iter()
        .map(|a| {
            json!({
                "predicateType": a.predicate_type,
                "bundle": a.bundle,
                "signedAccessSignatureUrl": "",
            })
        })
        .collect();
    json!({ "attestations": members })
}
