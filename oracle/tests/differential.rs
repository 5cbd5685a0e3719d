//! Whatever our verifier accepts, the peer accepts; what neither should accept, neither does.
//!
//! The other direction does not hold, by intent: ours is stricter.

#[path = "../../tests/support/mod.rs"]
mod support;

use std::path::Path;

use countersign::evidence::Finding;
use countersign::{
    Artifact, Attestations, Claims, DistClaims, PackageId, RegistryId, RegistryKeys, Sha512Digest, Timestamp,
    TrustedRoot, Verifier,
};
use countersign_oracle::{NPM_KEYS, Oracle, PUBLIC_GOOD, verify_npm_response};
use serde_json::{Value, json};
use support::attestation::Attestation;
use support::bundle::Era;
use support::package::Package;
use support::registry::{REGISTRY, response};
use support::{Miniature, flip};

/// After everything that the samples and the minted bundles say: 2026-11-22.
const NOW: i64 = 1_795_305_600;

/// What is judged: both get the same bytes.
struct Subject {
    registry: RegistryId,
    id: PackageId,
    integrity: String,
}

impl Subject {
    fn of(package: &Package) -> Subject {
        Subject {
            registry: RegistryId::new(REGISTRY).unwrap(),
            id: PackageId::new(&package.name, &package.version).unwrap(),
            integrity: package.integrity(),
        }
    }

    fn artifact(&self) -> Artifact {
        Artifact::expected(self.registry.clone(), self.id.clone(), &self.integrity).unwrap()
    }

    fn sha512(&self) -> Vec<u8> {
        let digest: &Sha512Digest = &self.artifact().sha512().clone();
        digest.as_bytes().to_vec()
    }

    /// How many attestations of the response ours finds good; `None` if it refuses the response.
    fn ours(&self, verifier: &Verifier, response: &[u8]) -> Option<usize> {
        let manifest = json!({
            "name": self.id.name(),
            "version": self.id.version(),
            "dist": {"integrity": self.integrity},
        });
        let dist = DistClaims::from_json(manifest.to_string().as_bytes()).unwrap();
        let claims = Claims::new(dist, Attestations::Body(response.into()));
        let now = Timestamp::from_unix(NOW).unwrap();
        let evidence = verifier.verify(&self.artifact(), &claims, now).ok()?;
        let provenance = evidence.examination().provenance();
        let proved = matches!(provenance, Finding::Proven(_) | Finding::Unconfirmed(..));
        Some(usize::from(proved) + usize::from(evidence.publish_attestation().is_some()))
    }
}

fn verifier(registry: RegistryId, root: &str, keys: &[u8]) -> Verifier {
    let keys = RegistryKeys::from_json(registry, keys).unwrap();
    Verifier::new(TrustedRoot::from_json(root.as_bytes()).unwrap(), [keys]).unwrap()
}

/// Both verdicts on one attestation of the miniature.
fn minted(attestation: impl FnOnce(&Miniature, &Package) -> Value) -> (bool, bool) {
    let (mini, package) = (Miniature::new(), Package::new("@octo/lib", "1.2.3"));
    let (root, keys) = (mini.trusted_root().text(), mini.registry.tuf_keys().to_string());
    let response = attestation(&mini, &package).to_string();
    let subject = Subject::of(&package);
    let ours = subject.ours(&verifier(subject.registry.clone(), &root, keys.as_bytes()), response.as_bytes());
    let peer = Oracle::new(&root, keys.as_bytes()).unwrap();
    let verdicts = peer.verify_response(response.as_bytes(), &package.purl(), &package.sha512()).unwrap();
    (ours.is_some_and(|n| n > 0), verdicts.iter().all(|verdict| verdict.outcome.is_ok()))
}

#[test]
fn every_era_is_accepted_by_both() {
    for era in Era::ALL {
        let provenance = minted(|mini, package| response(&[mini.provenance_of(package, era).mint()]));
        let publish = minted(|mini, package| response(&[mini.publish_of(package, era).mint()]));
        assert_eq!((provenance, publish), ((true, true), (true, true)), "{era:?}");
    }
}

#[test]
fn what_is_altered_is_refused_by_both() {
    type Change = fn(Attestation<'_>) -> Attestation<'_>;
    let changes: [(&str, Change); 8] = [
        ("envelope signature", |a| a.signature(flip)),
        ("signed bytes", |a| a.pae(flip)),
        ("signed entry timestamp", |a| a.set(flip)),
        ("checkpoint", |a| a.checkpoint_text(|text| *text = text.replacen("\n7\n", "\n8\n", 1))),
        ("proof", |a| a.proof(|proof| proof["rootHash"] = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="))),
        ("certificate", |a| a.ca_signature(flip)),
        ("certificate timestamps", |a| a.sct_list(flip)),
        ("subject", |a| a.statement(|s| s["subject"] = json!([]))),
    ];
    for (what, change) in changes {
        let provenance = |mini: &Miniature, package: &Package| response(&[change(mini.provenance(package)).mint()]);
        assert_eq!(minted(provenance), (false, false), "{what}");
    }
}

#[test]
fn the_bundles_that_packages_ship_are_accepted_by_both() {
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/real");
    let ours = verifier(RegistryId::npm(), PUBLIC_GOOD, NPM_KEYS);
    for (file, version) in
        [("npm_slsa_bundle_v03.json", "5.0.0"), ("sigstore.js@2.0.0-provenance.sigstore.json", "2.0.0")]
    {
        let bundle: Value = serde_json::from_slice(&std::fs::read(testdata.join(file)).unwrap()).unwrap();
        let subject = Subject {
            registry: RegistryId::npm(),
            id: PackageId::new("sigstore", version).unwrap(),
            integrity: stated_integrity(&bundle),
        };
        let predicate_type = "https://slsa.dev/provenance/v1";
        let response = json!({"attestations": [{"predicateType": predicate_type, "bundle": bundle}]}).to_string();
        assert_eq!(subject.ours(&ours, response.as_bytes()), Some(1), "{file}");
        let purl = format!("pkg:npm/sigstore@{version}");
        let verdicts = verify_npm_response(response.as_bytes(), &purl, &subject.sha512(), NPM_KEYS).unwrap();
        assert_eq!(verdicts[0].outcome, Ok(()), "{file}");
    }
}

/// Real responses, good and tampered with, where they are present beside the clone.
#[test]
fn what_ours_accepts_of_real_responses_the_peer_accepts() {
    let given = std::env::var_os("COUNTERSIGN_SHARED").map(std::path::PathBuf::from);
    let shared = given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared")).join("real");
    let Ok(manifest) = std::fs::read(shared.join("manifest.json")) else {
        println!("skipped: no shared reference data");
        return;
    };
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let ours = verifier(RegistryId::npm(), PUBLIC_GOOD, NPM_KEYS);
    let mut accepted = 0;
    for sample in manifest["samples"].as_array().unwrap() {
        if !sample["kind"].as_str().unwrap().starts_with("npm-attestations-response") {
            continue;
        }
        let text = |key: &str| sample[key].as_str().unwrap();
        let subject = Subject {
            registry: RegistryId::npm(),
            id: PackageId::new(text("package"), text("version")).unwrap(),
            integrity: text("integrity").into(),
        };
        let response = std::fs::read(shared.join(text("file"))).unwrap();
        let Some(found) = subject.ours(&ours, &response) else { continue };
        let verdicts = verify_npm_response(&response, &subject.id.purl(), &subject.sha512(), NPM_KEYS).unwrap();
        let good = verdicts.iter().filter(|verdict| verdict.outcome.is_ok()).count();
        assert!(good >= found, "{}: ours finds {found} good, the peer says {verdicts:?}", text("id"));
        accepted += found;
    }
    assert!(accepted > 0, "not one real response was accepted");
}

fn stated_integrity(bundle: &Value) -> String {
    use base64::Engine as _;
    let payload = bundle["dsseEnvelope"]["payload"].as_str().unwrap();
    let payload = base64::engine::general_purpose::STANDARD.decode(payload).unwrap();
    let statement: Value = serde_json::from_slice(&payload).unwrap();
    let sha512 = hex::decode(statement["subject"][0]["digest"]["sha512"].as_str().unwrap()).unwrap();
    format!("sha512-{}", support::keys::b64(sha512))
}
