//! Responses as npm served them, the smallest of each era.

use countersign::policy::RequiredSigner;
use countersign::{Artifact, PackageId, RegistryId, TrustSnapshot, Verifier};
use serde_json::{Value, json};

use crate::shared;
use crate::subject::Subject;

const SMALLEST: [&str; 3] = [
    // 2023: bundles v0.1 with the log's promise alone, and the authorities' certificates.
    "npmatt-sigstore@1.0.0",
    // 2024: bundles v0.2 with promise and proof of intoto entries.
    "npmatt-sigstore@2.3.1",
    // 2026: a bundle v0.3, promise and proof of dsse entries.
    "npmatt-@playwright_cli@0.1.1",
];

/// `None` where there is no real data.
pub fn subjects() -> Option<Vec<Subject>> {
    let folder = shared::folder()?.join("real");
    let manifest: Value = serde_json::from_slice(&shared::bytes(&folder.join("manifest.json"))).unwrap();
    let samples = manifest["samples"].as_array().unwrap();
    let subject = |id: &str| {
        let sample = samples.iter().find(|sample| sample["id"] == id).unwrap();
        let text = |member: &str| sample[member].as_str().unwrap();
        let package = PackageId::new(text("package"), text("version")).unwrap();
        let manifest = json!({
            "name": package.name(), "version": package.version(),
            "dist": {
                "integrity": text("integrity"),
                "attestations": {
                    "url": "https://npm.example/", "provenance": {"predicateType": "https://slsa.dev/provenance/v1"},
                },
            },
        });
        // Early certificates state owner and name alone.
        let repository = text("repository");
        let repository = match repository.strip_prefix("https://") {
            Some(_) => repository.to_owned(),
            None => format!("https://github.com/{repository}"),
        };
        Subject::new(
            package.to_string(),
            Verifier::new(TrustSnapshot::trusted_root().unwrap(), [TrustSnapshot::npm_keys().unwrap()]).unwrap(),
            Artifact::expected(RegistryId::npm(), package, text("integrity")).unwrap(),
            manifest.to_string().into_bytes(),
            RequiredSigner::repository(text("issuer"), &repository).unwrap(),
            shared::bytes(&folder.join(text("file"))),
        )
    };
    Some(SMALLEST.map(subject).into())
}
