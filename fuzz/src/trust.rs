//! The minted registry and Sigstore instance of `testdata/`, and one package of theirs.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::evidence::{Provenance, PublishAttestation};
use countersign::{
    Artifact, Attestations, Claims, DistClaims, Examination, PackageId, RegistryId, RegistryKeys, Timestamp,
    TrustedRoot, Verifier,
};
use serde_json::Value;

pub const ROOT: &[u8] = include_bytes!("../../testdata/registry-trust/trusted_root.json");
pub const KEYS: &[u8] = include_bytes!("../../testdata/registry-trust/keys.json");
const ARTIFACT: &[u8] = include_bytes!("../../testdata/accept/as-in-march-2026/artifact.json");
pub const MANIFEST: &[u8] = include_bytes!("../../testdata/accept/as-in-march-2026/manifest.json");
pub const RESPONSE: &[u8] = include_bytes!("../../testdata/accept/as-in-march-2026/attestations.json");

pub static VERIFIER: LazyLock<Verifier> = LazyLock::new(|| verifier(root()));

/// What the intact response proves.
pub static INTACT: LazyLock<Examination> = LazyLock::new(|| {
    let intact = examine(&VERIFIER, RESPONSE);
    assert_eq!(intact.failures(), None);
    assert!(intact.provenance().proven().is_some() && intact.publish_attestation().proven().is_some());
    intact
});

pub static ARTIFACT_OF: LazyLock<Artifact> = LazyLock::new(|| {
    let asked: Value = serde_json::from_slice(ARTIFACT).unwrap();
    let text = |member: &str| asked[member].as_str().unwrap();
    let id = PackageId::new(text("name"), text("version")).unwrap();
    Artifact::expected(registry(), id, text("integrity")).unwrap()
});

/// Whether the SHA-512 of the artifact stands in a JSON document.
pub fn names_the_artifact(json: &[u8]) -> bool {
    let integrity = ARTIFACT_OF.sha512().to_string();
    let digest = STANDARD.decode(integrity.strip_prefix("sha512-").unwrap()).unwrap();
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    serde_json::from_slice::<Value>(json).is_ok_and(|json| json.to_string().contains(&digest))
}

pub fn registry() -> RegistryId {
    let asked: Value = serde_json::from_slice(ARTIFACT).unwrap();
    RegistryId::new(asked["registry"].as_str().unwrap()).unwrap()
}

pub fn root() -> TrustedRoot {
    TrustedRoot::from_json(ROOT).unwrap()
}

pub fn verifier(root: TrustedRoot) -> Verifier {
    Verifier::new(root, [RegistryKeys::from_json(registry(), KEYS).unwrap()]).unwrap()
}

pub fn now() -> Timestamp {
    "2026-11-22T00:00:00Z".parse().unwrap()
}

/// What a verifier makes of an answer of the attestations endpoint.
pub fn examine(verifier: &Verifier, response: &[u8]) -> Examination {
    let dist = DistClaims::from_json(MANIFEST).unwrap();
    verifier.examine(&ARTIFACT_OF, &Claims::new(dist, Attestations::Body(response.to_vec())), now())
}

/// What is proved, one of these responses proves. By which authority and which logs is not compared: another
/// root may hold others that are as good.
pub fn assert_known_signer(found: &Examination, known: &[Examination]) {
    if let Some(provenance) = found.provenance().proven() {
        let mut known = known.iter().filter_map(|known| known.provenance().proven());
        let said = |p: &Provenance| (p.identity().clone(), p.predicate_type().to_owned(), *p.log(), p.time());
        assert!(known.any(|known| said(known) == said(provenance)), "{provenance:?}");
    }
    if let Some(publish) = found.publish_attestation().proven() {
        let mut known = known.iter().filter_map(|known| known.publish_attestation().proven());
        let said = |p: &PublishAttestation| (p.keyid().to_owned(), p.origin(), *p.log(), p.time());
        assert!(known.any(|known| said(known) == said(publish)), "{publish:?}");
    }
    if let Some(failures) = found.failures() {
        crate::assert_printable(&failures.to_string());
    }
}
