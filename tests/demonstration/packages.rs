//! About three dozen packages, each of which shows one thing that can be found.

use serde_json::{Value, json};

use crate::support::attestation::Attestation;
use crate::support::bundle::Era;
use crate::support::package::Package;
use crate::support::plan::leaf_key;
use crate::support::registry::response;
use crate::support::sigstore::Sigstore;
use crate::support::statement::{Build, SLSA_V1};
use crate::support::time::rfc3339_millis;
use crate::support::{Miniature, flip};

/// One package of the demonstration.
pub struct Shown {
    pub package: Package,
    /// `None`: the registry's document was not recorded.
    pub manifest: Option<Value>,
    pub published: Option<String>,
    pub response: Option<Value>,
    integrity: Option<String>,
    location: Option<String>,
}

impl Shown {
    /// Signed by the registry, with nothing else.
    fn signed(mini: &Miniature, name: &str, version: &str) -> Shown {
        let package = Package::new(name, version);
        Shown {
            manifest: Some(mini.registry.manifest(&package, None)),
            published: Some("2026-03-01T12:00:05.000Z".into()),
            response: None,
            integrity: Some(package.integrity()),
            location: None,
            package,
        }
    }

    /// Signed and attested as in that era.
    fn attested(mini: &Miniature, name: &str, version: &str, era: Era) -> Shown {
        let shown = Shown::signed(mini, name, version);
        Shown {
            manifest: Some(mini.registry.manifest(&shown.package, Some(SLSA_V1))),
            published: Some(rfc3339_millis(era.time() + 5)),
            response: Some(mini.response_of(&shown.package, era)),
            ..shown
        }
    }

    /// Signed, with a good publish attestation and a provenance that is made otherwise.
    fn provenance(mini: &Miniature, name: &str, change: impl FnOnce(Attestation<'_>) -> Attestation<'_>) -> Shown {
        let shown = Shown::attested(mini, name, "1.0.0", Era::Mar2026);
        let provenance = change(mini.provenance(&shown.package)).mint();
        shown.answering(&response(&[mini.publish(&Package::new(name, "1.0.0")).mint(), provenance]))
    }

    fn answering(self, response: &Value) -> Shown {
        Shown { response: Some(response.clone()), ..self }
    }

    fn with_manifest(mut self, change: impl FnOnce(&mut Value)) -> Shown {
        change(self.manifest.as_mut().unwrap());
        self
    }

    fn signatures(self, signatures: Value) -> Shown {
        self.with_manifest(|m| m["dist"]["signatures"] = signatures)
    }

    fn published(self, published: Option<&str>) -> Shown {
        Shown { published: published.map(String::from), ..self }
    }

    fn locked(self, integrity: &str) -> Shown {
        Shown { integrity: Some(integrity.into()), ..self }
    }

    pub fn lock_entry(&self) -> (String, Value) {
        let Package { name, version, .. } = &self.package;
        let base = name.rsplit('/').next().unwrap();
        let mut entry = json!({
            "version": version,
            "resolved": format!("https://npm.example/{name}/-/{base}-{version}.tgz"),
            "integrity": self.integrity,
        });
        let location = self.location.clone().unwrap_or_else(|| format!("node_modules/{name}"));
        if self.location.is_some() {
            entry["name"] = json!(name);
        }
        (location, entry)
    }
}

pub fn all(mini: &Miniature) -> Vec<Shown> {
    [verified(mini), invalid(mini), unverifiable(mini), denied(mini)].into_iter().flatten().collect()
}

fn verified(mini: &Miniature) -> Vec<Shown> {
    let key = |package: &Package, n: usize| mini.registry.signature(package, n);
    let old = Package::new("signed-before-the-key-ended", "0.1.0");
    let untimed = Package::new("signed-by-an-ended-key", "0.2.0");
    let rotated = Package::new("signed-by-two-keys", "1.0.0");
    vec![
        Shown::attested(mini, "@octo/lib", "1.2.3", Era::Mar2026),
        Shown::attested(mini, "attested-in-2023", "0.9.0", Era::Feb2023),
        Shown::attested(mini, "attested-in-summer-2023", "0.9.5", Era::Jul2023),
        Shown::attested(mini, "attested-in-2024", "1.0.0", Era::Jun2024),
        Shown::attested(mini, "attested-in-2025", "1.1.0", Era::Sep2025),
        Shown::provenance(mini, "built-by-a-reusable-workflow", |a| a.plan(|p| p.delegated())),
        Shown::provenance(mini, "built-on-gitlab", |a| a.plan(|p| p.gitlab())),
        Shown::provenance(mini, "attested-by-actions-attest", |a| a.build(Build::AttestV1)),
        Shown::provenance(mini, "built-by-an-unknown-builder", |a| {
            a.statement(|s| s["predicate"]["buildDefinition"]["buildType"] = json!("https://builder.example/v1"))
        }),
        Shown::signed(mini, "signed", "1.0.0"),
        Shown {
            location: Some("node_modules/an-alias".into()),
            ..Shown::signed(mini, "installed-under-an-alias", "1.0.0")
        },
        Shown::signed(mini, &old.name, "0.1.0")
            .signatures(json!([key(&old, 0)]))
            .published(Some("2023-05-05T05:05:05.555Z")),
        Shown::signed(mini, &untimed.name, "0.2.0").signatures(json!([key(&untimed, 0)])).published(None),
        Shown::signed(mini, &rotated.name, "1.0.0")
            .signatures(json!([{"keyid": "SHA256:next", "sig": "AAAA"}, key(&rotated, 1)])),
        Shown { response: None, ..Shown::attested(mini, "attestations-not-asked-for", "1.0.0", Era::Mar2026) },
    ]
}

fn invalid(mini: &Miniature) -> Vec<Shown> {
    let signed = |name: &str| Shown::signed(mini, name, "1.0.0");
    let late = Package::new("signed-after-the-key-ended", "1.0.0");
    let two = Package::new("attested-twice", "1.0.0");
    let keyless = Package::new("publish-signed-by-a-stranger", "1.0.0");
    let other = Package::new("another-tarball", "1.0.0");
    vec![
        signed("signature-of-another-version")
            .signatures(json!([mini.registry.signature(&Package::new("signature-of-another-version", "0.9.9"), 1)])),
        signed("signature-unreadable").with_manifest(|m| m["dist"]["signatures"][0]["sig"] = json!("not base64")),
        signed("manifest-of-another-package").with_manifest(|m| m["name"] = json!("somebody-elses")),
        signed("lock-file-disagrees").locked(&other.integrity()),
        signed("locked-to-two-tarballs").locked(&format!(
            "{} {}",
            Package::new("locked-to-two-tarballs", "1.0.0").integrity(),
            other.integrity()
        )),
        signed(&late.name).signatures(json!([mini.registry.signature(&late, 0)])),
        Shown::provenance(mini, "provenance-of-another-package", |a| {
            a.statement(|s| s["subject"][0]["name"] = json!("pkg:npm/another@1.0.0"))
        }),
        Shown::provenance(mini, "provenance-contradicts-its-certificate", |a| {
            a.certified(|w| w.repository = "mallory/fork".into())
        }),
        Shown::provenance(mini, "provenance-altered", |a| a.signature(flip)),
        Shown::provenance(mini, "certificate-never-logged", |a| a.sct_list(flip)),
        Shown::provenance(mini, "log-entry-of-another-package", |a| {
            let foreign = mini
                .provenance(&Package::new("another", "1.0.0"))
                .plan(|p| p.leaf_key = leaf_key(&Package::new("log-entry-of-another-package", "1.0.0")))
                .mint()
                .entry;
            a.json(move |b| b["verificationMaterial"]["tlogEntries"][0] = foreign)
        }),
        Shown::attested(mini, &two.name, "1.0.0", Era::Mar2026).answering(&response(&[
            mini.publish(&two).mint(),
            mini.provenance(&two).mint(),
            mini.provenance(&two).workflow(|w| w.repository = "mallory/fork".into()).mint(),
        ])),
        Shown::attested(mini, &keyless.name, "1.0.0", Era::Mar2026).answering(&response(&[
            mini.publish(&keyless).plan(|p| p.signed_by_certificate(Era::Mar2026)).mint(),
            mini.provenance(&keyless).mint(),
        ])),
    ]
}

fn unverifiable(mini: &Miniature) -> Vec<Shown> {
    let unconfirmed = Package::new("provenance-not-confirmed", "1.0.0");
    let stranger = Sigstore::new("elsewhere").tsas[0].clone();
    vec![
        Shown::signed(mini, "not-signed", "1.0.0").signatures(json!([])),
        Shown::signed(mini, "signed-by-an-unknown-key", "1.0.0")
            .signatures(json!([{"keyid": "SHA256:next", "sig": "AAAA"}])),
        Shown {
            response: Some(json!({"attestations": []})),
            ..Shown::attested(mini, "attestations-withheld", "1.0.0", Era::Mar2026)
        },
        Shown::attested(mini, &unconfirmed.name, "1.0.0", Era::Mar2026)
            .answering(&response(&[mini.provenance(&unconfirmed).mint()])),
        Shown::provenance(mini, "timestamped", |a| a.timestamped((stranger, Era::Mar2026.time() + 2))),
        Shown::signed(mini, "locked-to-sha1", "1.0.0").locked("sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="),
        Shown { manifest: None, ..Shown::signed(mini, "not-recorded", "1.0.0") },
    ]
}

/// Denied where the command names a trusted publisher for them.
fn denied(mini: &Miniature) -> Vec<Shown> {
    vec![
        Shown::provenance(mini, "published-from-a-fork", |a| a.workflow(|w| w.repository = "mallory/fork".into())),
        Shown::signed(mini, "provenance-lost", "1.0.1"),
    ]
}

/// Entries that an audit skips, with their reasons.
pub fn not_from_a_registry() -> Vec<(String, Value)> {
    vec![
        ("workspaces/app".into(), json!({"name": "app", "version": "1.0.0"})),
        ("node_modules/app".into(), json!({"resolved": "workspaces/app", "link": true})),
        (
            "node_modules/from-git".into(),
            json!({"version": "1.0.0", "resolved": "git+ssh://git@git.example/octo/from-git.git#0123456789abcdef0123456789abcdef01234567"}),
        ),
        ("node_modules/from-a-file".into(), json!({"version": "1.0.0", "resolved": "file:vendor/from-a-file"})),
    ]
}
