//! A miniature Sigstore and registry, from which tests mint packages that are sound but for one thing.
//!
//! Everything is a pure function of its inputs: no clock, no randomness, no network. A case changes one
//! layer, and every layer above it is built, signed and logged over the change:
//!
//! ```text
//! let mini = Miniature::new();
//! let package = Package::new("@octo/lib", "1.2.3");
//! mini.provenance(&package).bundle()                                     // sound
//! mini.provenance(&package).statement(|s| s["subject"] = json!([])).bundle()
//! mini.provenance(&package).leaf(|c| c.remove(SCT_LIST)).bundle()
//! mini.publish(&package).set(flip).bundle()
//! mini.message(b"artifact").managed_by(Key::p384("key")).rekor_v2().bundle()
//! response(&[mini.publish(&package).mint(), mini.provenance(&package).mint()])
//! mini.trusted_root().with(|r| r.tlogs[0].end = Some("2025-01-01T00:00:00Z".into())).text()
//! ```
//!
//! `attestation.rs` lists the layers in the order in which they are built.

#![allow(dead_code)]

pub mod attestation;
pub mod bundle;
pub mod certificate;
pub mod checkpoint;
pub mod ct_log;
pub mod der;
pub mod envelope;
pub mod keys;
pub mod log_body;
pub mod merkle;
pub mod message;
pub mod order;
pub mod package;
pub mod plan;
pub mod recording;
pub mod registry;
pub mod rekor;
pub mod rsa_key;
pub mod sigstore;
pub mod statement;
pub mod time;
pub mod timestamp;
pub mod trusted_root;
pub mod workflow;

use std::path::Path;

use serde_json::Value;

use attestation::Attestation;
use bundle::Era;
use package::Package;
use plan::Plan;
use recording::Recording;
use registry::{Registry, packument, response};
use sigstore::Sigstore;
use time::rfc3339_millis;
use trusted_root::TrustedRoot;

/// One Sigstore instance and one registry that relies on it.
#[derive(Clone)]
pub struct Miniature {
    pub sigstore: Sigstore,
    pub registry: Registry,
}

impl Miniature {
    pub fn new() -> Miniature {
        Miniature { sigstore: Sigstore::new("sigstore"), registry: Registry::new("npm") }
    }

    /// An instance that runs Rekor v2 beside its older logs.
    pub fn rekor_v2() -> Miniature {
        Miniature { sigstore: Sigstore::new("sigstore").with_rekor_v2(), ..Miniature::new() }
    }

    /// An instance that has no logs, as GitHub's.
    pub fn github_style() -> Miniature {
        Miniature { sigstore: Sigstore::github_style("hub"), ..Miniature::new() }
    }

    /// Changes the instance before anything is minted from it.
    pub fn with(mut self, change: impl FnOnce(&mut Miniature)) -> Miniature {
        change(&mut self);
        self
    }

    pub fn provenance(&self, package: &Package) -> Attestation<'_> {
        self.provenance_of(package, Era::Mar2026)
    }

    pub fn provenance_of(&self, package: &Package, era: Era) -> Attestation<'_> {
        Attestation::new(self, package, Plan::provenance(self, package, era))
    }

    pub fn publish(&self, package: &Package) -> Attestation<'_> {
        self.publish_of(package, Era::Mar2026)
    }

    pub fn publish_of(&self, package: &Package, era: Era) -> Attestation<'_> {
        Attestation::new(self, package, Plan::publish(self, package, era))
    }

    /// A signature of an artifact by a certificate, without an envelope.
    pub fn message(&self, artifact: &[u8]) -> Attestation<'_> {
        self.message_of(artifact, Era::Mar2026)
    }

    pub fn message_of(&self, artifact: &[u8], era: Era) -> Attestation<'_> {
        let package = Package::new("message", "1.0.0");
        Attestation::new(self, &package, Plan::message(self, artifact, era))
    }

    /// The response for a package of which both attestations are sound.
    pub fn response(&self, package: &Package) -> Value {
        self.response_of(package, Era::Mar2026)
    }

    pub fn response_of(&self, package: &Package, era: Era) -> Value {
        let publish = self.publish_of(package, era).mint();
        response(&[publish, self.provenance_of(package, era).mint()])
    }

    pub fn trusted_root(&self) -> TrustedRoot {
        self.sigstore.trusted_root()
    }

    /// Records packages as if all of them had been published, signed and attested.
    pub fn record(&self, dir: &Path, packages: &[&Package]) -> Recording {
        let url = format!("{}/", self.registry.url);
        let recording = Recording::create(dir, &url, "not-found");
        recording.keys(&self.registry.endpoint_keys());
        let mut names: Vec<&str> = packages.iter().map(|p| p.name.as_str()).collect();
        names.dedup();
        let published = rfc3339_millis(Era::Mar2026.time() + 5);
        for name in names {
            let versions: Vec<_> = packages
                .iter()
                .filter(|p| p.name == name)
                .map(|p| {
                    let manifest = self.registry.manifest(p, Some(statement::SLSA_V1));
                    (manifest, Some(published.as_str()))
                })
                .collect();
            recording.packument(&packument(&versions));
        }
        for package in packages {
            recording.attestations(package, &self.response(package));
            recording.tarball(package);
        }
        recording
    }
}

impl Default for Miniature {
    fn default() -> Miniature {
        Miniature::new()
    }
}

/// Replaces one text in some bytes by another; a text that is not there is a mistake in the case.
pub fn swap(bytes: &mut Vec<u8>, from: &str, to: &str) {
    let at = bytes.windows(from.len()).position(|w| w == from.as_bytes());
    let at = at.unwrap_or_else(|| panic!("no {from:?} to replace"));
    bytes.splice(at..at + from.len(), to.bytes());
}

/// Changes the last byte, which belongs to the last integer of a DER signature.
pub fn flip(bytes: &mut Vec<u8>) {
    let last = bytes.pop().expect("some bytes to change");
    bytes.push(last ^ 1);
}
