//! Our verifier and the crate `sigstore-verify` beside each other, in one run on the same bytes.
//!
//! ```text
//! cargo bench -p countersign-oracle
//! cargo bench -p countersign-oracle --no-default-features --features aws-lc-rs
//! ```
//!
//! Both parse the bundle and verify it in each iteration. Ours judges more of it (`tests/` and the README
//! say what), and reads the response around it; the peer has no registry signatures, so that there its
//! primitive alone is measured. The peer's backend is aws-lc-rs in both runs.

#[path = "../../tests/support/mod.rs"]
mod support;

use std::hint::black_box;

use countersign::evidence::Finding;
use countersign::registry::RegistrySignature;
use countersign::{
    Artifact, Attestations, Claims, DistClaims, Evidence, PackageId, RegistryId, RegistryKeys, Timestamp, TrustedRoot,
    Verifier,
};
use countersign_oracle::{NPM_KEYS, Oracle, PUBLIC_GOOD};
use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::{Value, json};
use support::Miniature;
use support::bundle::Era;
use support::keys::b64;
use support::package::Package;
use support::registry::{REGISTRY, response};

/// npm's provenance of `sigstore@2.0.0`: bundle v0.1, an `intoto` entry with a promise alone, 11 KB.
const REAL_2023: &[u8] = include_bytes!("../../testdata/real/sigstore.js@2.0.0-provenance.sigstore.json");

/// npm's provenance of `sigstore@5.0.0`: bundle v0.3, a `dsse` entry with promise and proof, 11 KB.
const REAL_2026: &[u8] = include_bytes!("../../testdata/real/npm_slsa_bundle_v03.json");

/// A packument with registry signatures by npm's own key.
const REAL_PACKUMENT: &[u8] = include_bytes!("../../testdata/real/@zkochan%2ftest-pnpm-issue219.json");

/// After everything that the real bundles and the minted ones say.
const NOW: i64 = 1_795_305_600;

/// One claim, as each of the two takes it.
struct Case {
    name: &'static str,
    ours: (Artifact, Claims),
    peer: Peer,
}

enum Peer {
    Bundle { bundle: String, predicate_type: String, purl: String, sha512: Vec<u8> },
    RegistrySignature { message: String, keyid: String, signature: String },
}

/// Both verifiers under the same trust.
struct Pair {
    ours: Verifier,
    peer: Oracle,
    now: Timestamp,
}

impl Pair {
    fn new(identity: RegistryId, trusted_root: &str, keys: &[u8]) -> Pair {
        let root = TrustedRoot::from_json(trusted_root.as_bytes()).unwrap();
        let ours = Verifier::new(root, [RegistryKeys::from_json(identity, keys).unwrap()]).unwrap();
        let peer = Oracle::new(trusted_root, keys).unwrap();
        Pair { ours, peer, now: Timestamp::from_unix(NOW).unwrap() }
    }

    fn ours(&self, case: &Case) -> Evidence {
        let (artifact, claims) = &case.ours;
        self.ours.verify(black_box(artifact), black_box(claims), self.now).expect(case.name)
    }

    fn peer(&self, case: &Case) {
        match black_box(&case.peer) {
            Peer::Bundle { bundle, predicate_type, purl, sha512 } => {
                self.peer.verify_attestation(bundle, predicate_type, purl, sha512)
            }
            Peer::RegistrySignature { message, keyid, signature } => {
                self.peer.verify_registry_signature(message.as_bytes(), keyid, signature)
            }
        }
        .expect(case.name);
    }

    fn run(&self, c: &mut Criterion, cases: &[Case]) {
        for case in cases {
            assert!(proves_something(&self.ours(case)), "{} proves nothing", case.name);
            let mut group = c.benchmark_group(case.name);
            group.bench_function(backend(), |b| b.iter(|| self.ours(case)));
            group.bench_function("sigstore-verify", |b| b.iter(|| self.peer(case)));
            group.finish();
        }
    }
}

/// Absence is cheap: a case without its claim would look fast. Provenance alone is not confirmed by the
/// registry, but it was verified.
fn proves_something(evidence: &Evidence) -> bool {
    matches!(evidence.registry_signature(), RegistrySignature::Verified(_))
        || evidence.publish_attestation().is_some()
        || matches!(evidence.examination().provenance(), Finding::Proven(_) | Finding::Unconfirmed(..))
}

/// What npm really signed.
fn real(c: &mut Criterion) {
    let pair = Pair::new(RegistryId::npm(), PUBLIC_GOOD, NPM_KEYS);
    pair.run(
        c,
        &[
            real_signature(),
            real_provenance("real provenance, 2023", "2.0.0", REAL_2023),
            real_provenance("real provenance, 2026", "5.0.0", REAL_2026),
        ],
    );
}

/// What the tests' miniature Sigstore and registry sign: the form of March 2026.
fn minted(c: &mut Criterion) {
    let mini = Miniature::new();
    let (root, keys) = (mini.trusted_root().text(), mini.registry.tuf_keys().to_string());
    let pair = Pair::new(RegistryId::new(REGISTRY).unwrap(), &root, keys.as_bytes());
    let package = Package::new("@octo/lib", "1.2.3");
    pair.run(
        c,
        &[
            minted_attestation("publish attestation", &package, mini.publish_of(&package, Era::Mar2026).mint()),
            minted_attestation("provenance", &package, mini.provenance_of(&package, Era::Mar2026).mint()),
        ],
    );
}

fn real_signature() -> Case {
    let packument: Value = serde_json::from_slice(REAL_PACKUMENT).unwrap();
    let manifest = &packument["versions"]["1.0.1"];
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (name, integrity) = (text(&packument["name"]), text(&manifest["dist"]["integrity"]));
    let signature = &manifest["dist"]["signatures"][0];
    Case {
        name: "registry signature",
        peer: Peer::RegistrySignature {
            message: format!("{name}@1.0.1:{integrity}"),
            keyid: text(&signature["keyid"]),
            signature: text(&signature["sig"]),
        },
        ours: (
            Artifact::expected(RegistryId::npm(), PackageId::new(&name, "1.0.1").unwrap(), &integrity).unwrap(),
            Claims::new(DistClaims::from_json(manifest.to_string().as_bytes()).unwrap(), Attestations::NotAdvertised),
        ),
    }
}

fn real_provenance(name: &'static str, version: &str, bundle: &[u8]) -> Case {
    let bundle: Value = serde_json::from_slice(bundle).unwrap();
    let sha512 = stated_sha512(&bundle);
    let integrity = format!("sha512-{}", b64(&sha512));
    let id = PackageId::new("sigstore", version).unwrap();
    let artifact = Artifact::expected(RegistryId::npm(), id, &integrity).unwrap();
    attestation(name, artifact, &bundle, &format!("pkg:npm/sigstore@{version}"), sha512)
}

fn minted_attestation(name: &'static str, package: &Package, minted: support::attestation::Minted) -> Case {
    let id = PackageId::new(&package.name, &package.version).unwrap();
    let identity = RegistryId::new(REGISTRY).unwrap();
    let artifact = Artifact::expected(identity, id, &package.integrity()).unwrap();
    let wrapped = response(&[minted])["attestations"][0].take();
    attestation(name, artifact, &wrapped["bundle"], &package.purl(), package.sha512())
}

/// The attestation alone: its package has no registry signature here.
fn attestation(name: &'static str, artifact: Artifact, bundle: &Value, purl: &str, sha512: Vec<u8>) -> Case {
    let predicate_type = statement(bundle)["predicateType"].as_str().unwrap().to_owned();
    let manifest = json!({
        "name": artifact.id().name(),
        "version": artifact.id().version(),
        "dist": {"integrity": format!("sha512-{}", b64(&sha512))},
    });
    let response = json!({"attestations": [{"predicateType": predicate_type, "bundle": bundle}]});
    let dist = DistClaims::from_json(manifest.to_string().as_bytes()).unwrap();
    Case {
        name,
        ours: (artifact, Claims::new(dist, Attestations::Body(response.to_string().into_bytes()))),
        peer: Peer::Bundle { bundle: bundle.to_string(), predicate_type, purl: purl.into(), sha512 },
    }
}

fn statement(bundle: &Value) -> Value {
    use base64::Engine as _;
    let payload = bundle["dsseEnvelope"]["payload"].as_str().unwrap();
    serde_json::from_slice(&base64::engine::general_purpose::STANDARD.decode(payload).unwrap()).unwrap()
}

fn stated_sha512(bundle: &Value) -> Vec<u8> {
    hex::decode(statement(bundle)["subject"][0]["digest"]["sha512"].as_str().unwrap()).unwrap()
}

fn backend() -> &'static str {
    if cfg!(feature = "aws-lc-rs") { "countersign, aws-lc-rs" } else { "countersign, rustcrypto" }
}

criterion_group!(benches, real, minted);
criterion_main!(benches);
