//! One package as it is asked about: everything a verifier is given, each part open to change.

use countersign::{
    Artifact, Attestations, Claims, DistClaims, Evidence, Examination, Failures, PackageId, PublishTime, RegistryId,
    RegistryKeys, Timestamp, TrustedRoot, Verifier,
};
use serde_json::Value;

use crate::support::Miniature;
use crate::support::package::Package;
use crate::support::registry::REGISTRY;
use crate::support::statement::SLSA_V1;

/// Sound until something is changed.
pub struct Question {
    pub package: Package,
    pub registry: RegistryId,
    pub keys: Vec<u8>,
    pub root: Vec<u8>,
    pub manifest: Vec<u8>,
    pub attestations: Attestations,
    pub publish_time: PublishTime,
    pub integrity: String,
    pub now: Timestamp,
}

pub fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn json(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

impl Question {
    /// A package with registry signature, publish attestation and provenance.
    pub fn attested(mini: &Miniature, package: &Package) -> Question {
        Question {
            manifest: json(&mini.registry.manifest(package, Some(SLSA_V1))),
            attestations: Attestations::Body(json(&mini.response(package))),
            ..Question::signed(mini, package)
        }
    }

    /// A package with a registry signature and nothing else.
    pub fn signed(mini: &Miniature, package: &Package) -> Question {
        Question {
            package: package.clone(),
            registry: RegistryId::new(REGISTRY).unwrap(),
            keys: json(&mini.registry.tuf_keys()),
            root: mini.trusted_root().text().into_bytes(),
            manifest: json(&mini.registry.manifest(package, None)),
            attestations: Attestations::NotAdvertised,
            publish_time: PublishTime::NotAsked,
            integrity: package.integrity(),
            now: time("2026-11-22T00:00:00Z"),
        }
    }

    pub fn with(mut self, change: impl FnOnce(&mut Question)) -> Question {
        change(&mut self);
        self
    }

    /// Changes the manifest as JSON.
    pub fn manifest(mut self, change: impl FnOnce(&mut Value)) -> Question {
        let mut manifest = serde_json::from_slice(&self.manifest).unwrap();
        change(&mut manifest);
        self.manifest = json(&manifest);
        self
    }

    /// Answers with these attestations instead.
    pub fn response(self, response: &Value) -> Question {
        self.with(|q| q.attestations = Attestations::Body(json(response)))
    }

    pub fn verifier(&self) -> Verifier {
        let keys = RegistryKeys::from_json(self.registry.clone(), &self.keys).unwrap();
        Verifier::new(TrustedRoot::from_json(&self.root).unwrap(), [keys]).unwrap()
    }

    pub fn id(&self) -> PackageId {
        PackageId::new(&self.package.name, &self.package.version).unwrap()
    }

    pub fn artifact(&self) -> Artifact {
        Artifact::expected(self.registry.clone(), self.id(), &self.integrity).unwrap()
    }

    pub fn claims(&self) -> Claims {
        let dist = DistClaims::from_json(&self.manifest).unwrap();
        Claims::new(dist, self.attestations.clone()).with_publish_time(self.publish_time)
    }

    pub fn examine(&self) -> Examination {
        self.verifier().examine(&self.artifact(), &self.claims(), self.now)
    }

    pub fn verify(&self) -> Result<Evidence, Failures> {
        self.verifier().verify(&self.artifact(), &self.claims(), self.now)
    }

    /// The one code it is refused with; panics if it is accepted, or refused for two reasons.
    #[track_caller]
    pub fn code(&self) -> &'static str {
        let failures = self.verify().expect_err("this was accepted");
        let codes: Vec<_> = failures.all().iter().map(|f| f.error.code()).collect();
        assert_eq!(codes.len(), 1, "refused for more than one reason: {codes:?}");
        codes[0].strip_prefix("ERR_COUNTERSIGN_").unwrap()
    }
}
