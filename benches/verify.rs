//! What verification costs an embedder, per claim and per package, one core.
//!
//! ```text
//! cargo bench
//! cargo bench --no-default-features --features aws-lc-rs
//! ```
//!
//! Everything is minted, so that the numbers need no network and no data but this repository's. Each
//! iteration parses the response and verifies it, as an embedder must; the manifest's claims are parsed
//! beforehand, as embedders keep them in their own types. `oracle/` has the same beside a peer.

#[path = "../tests/support/mod.rs"]
mod support;

use std::hint::black_box;
use std::time::Duration;

use countersign::{
    Artifact, Attestations, Claims, DistClaims, PackageId, RegistryId, RegistryKeys, Timestamp, TrustedRoot, Verifier,
};
use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::Value;
use support::Miniature;
use support::bundle::Era;
use support::package::Package;
use support::registry::{REGISTRY, response};
use support::statement::SLSA_V1;

/// A large project's lock file.
const PACKAGES: usize = 1_000;

/// How many of them carry attestations: one in twenty, as in real trees of 2026.
const ATTESTED: usize = 50;

/// What is verified, with everything that was claimed about it.
type Case = (Artifact, Claims);

struct Bench {
    mini: Miniature,
    verifier: Verifier,
    now: Timestamp,
}

impl Bench {
    fn new() -> Bench {
        let mini = Miniature::new();
        let root = TrustedRoot::from_json(mini.trusted_root().text().as_bytes()).unwrap();
        let keys = RegistryKeys::from_json(identity(), mini.registry.tuf_keys().to_string().as_bytes()).unwrap();
        Bench {
            verifier: Verifier::new(root, [keys]).unwrap(),
            now: Timestamp::from_unix(Era::Mar2026.time() + 86_400).unwrap(),
            mini,
        }
    }

    /// Signed by the registry, and nothing else.
    fn signed(&self, package: &Package) -> Case {
        case(package, &self.mini.registry.manifest(package, None), Attestations::NotAdvertised)
    }

    /// Attestations alone: the manifest has no signature.
    fn attested_by(&self, package: &Package, response: &Value) -> Case {
        let mut manifest = self.mini.registry.manifest(package, None);
        manifest["dist"]["signatures"] = serde_json::json!([]);
        case(package, &manifest, body(response))
    }

    /// Signed by the registry, with both attestations.
    fn fully_attested(&self, package: &Package) -> Case {
        let manifest = self.mini.registry.manifest(package, Some(SLSA_V1));
        case(package, &manifest, body(&self.mini.response(package)))
    }

    fn verify(&self, (artifact, claims): &Case) {
        self.verifier.verify(black_box(artifact), black_box(claims), self.now).expect("a sound package");
    }
}

fn identity() -> RegistryId {
    RegistryId::new(REGISTRY).unwrap()
}

fn body(response: &Value) -> Attestations {
    Attestations::Body(response.to_string().into_bytes())
}

fn case(package: &Package, manifest: &Value, attestations: Attestations) -> Case {
    let id = PackageId::new(&package.name, &package.version).unwrap();
    let artifact = Artifact::expected(identity(), id, &package.integrity()).unwrap();
    let dist = DistClaims::from_json(manifest.to_string().as_bytes()).unwrap();
    (artifact, Claims::new(dist, attestations))
}

/// One claim at a time, then all three together.
fn claims(c: &mut Criterion) {
    let bench = Bench::new();
    let package = Package::new("@octo/lib", "1.2.3");
    let publish = bench.mini.publish(&package).mint();
    let provenance = bench.mini.provenance(&package).mint();
    let cases = [
        ("registry signature", bench.signed(&package)),
        ("publish attestation", bench.attested_by(&package, &response(&[publish]))),
        ("provenance", bench.attested_by(&package, &response(&[provenance]))),
        ("fully attested package", bench.fully_attested(&package)),
    ];
    let mut group = c.benchmark_group(backend());
    for (name, case) in &cases {
        group.bench_function(*name, |b| b.iter(|| bench.verify(case)));
    }
    group.finish();
}

/// A whole lock file, one package after the other.
fn lock_file(c: &mut Criterion) {
    let bench = Bench::new();
    let packages = (0..PACKAGES).map(|n| Package::new(&format!("package-{n}"), "1.0.0"));
    let cases: Vec<Case> = packages
        .enumerate()
        .map(|(n, package)| if n < ATTESTED { bench.fully_attested(&package) } else { bench.signed(&package) })
        .collect();
    let mut group = c.benchmark_group(backend());
    group.sample_size(10).measurement_time(Duration::from_secs(10));
    group.bench_function("1,000 packages, 50 of them fully attested", |b| {
        b.iter(|| cases.iter().for_each(|case| bench.verify(case)));
    });
    group.finish();
}

fn backend() -> &'static str {
    if cfg!(feature = "aws-lc-rs") { "aws-lc-rs" } else { "rustcrypto" }
}

criterion_group!(benches, claims, lock_file);
criterion_main!(benches);
