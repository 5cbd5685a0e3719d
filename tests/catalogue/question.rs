//! One package as it is asked about: everything a verifier is given, each part open to change.

use std::sync::LazyLock;

use countersign::{
    Artifact, Attestations, Claims, DistClaims, Evidence, Examination, Failures, PackageId, PublishTime, RegistryId,
    RegistryKeys, Timestamp, TrustedRoot, Verifier,
};
use serde_json::Value;

use crate::support::Miniature;
use crate::support::attestation::{Attestation, Minted};
use crate::support::bundle::Era;
use crate::support::package::Package;
use crate::support::registry::{REGISTRY, response};
use crate::support::statement::SLSA_V1;
use crate::support::trusted_root::TrustedRoot as TrustedRootMembers;

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

    /// Replaces the last occurrence of a text in the answer, which is the provenance's.
    pub fn answer_text(mut self, from: &str, to: &str) -> Question {
        let Attestations::Body(body) = &mut self.attestations else { panic!("no answer to change") };
        let at = body.windows(from.len()).rposition(|w| w == from.as_bytes());
        let at = at.unwrap_or_else(|| panic!("no {from:?} to replace"));
        body.splice(at..at + from.len(), to.bytes());
        self
    }

    /// Trusts this root instead.
    pub fn trusting(self, root: &TrustedRootMembers) -> Question {
        self.with(|q| q.root = root.text().into_bytes())
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

/// The package of most questions.
pub fn octo() -> Package {
    Package::new("@octo/lib", "1.2.3")
}

/// The instance of most questions.
static MINIATURE: LazyLock<Miniature> = LazyLock::new(Miniature::new);

/// Sound but for what `change` does to the provenance.
pub fn provenance_with<'a>(change: impl FnOnce(Attestation<'a>) -> Attestation<'a>) -> Question {
    provenance_in(&MINIATURE, Era::Mar2026, change)
}

/// The same in an instance of one's own, or of an earlier time.
pub fn provenance_in<'a>(
    mini: &'a Miniature,
    era: Era,
    change: impl FnOnce(Attestation<'a>) -> Attestation<'a>,
) -> Question {
    let publish = mini.publish_of(&octo(), era).mint();
    beside(mini, &publish, &change(mini.provenance_of(&octo(), era)).mint())
}

/// Sound but for what `change` does to the publish attestation.
pub fn publish_with<'a>(change: impl FnOnce(Attestation<'a>) -> Attestation<'a>) -> Question {
    let publish = change(MINIATURE.publish(&octo())).mint();
    beside(&MINIATURE, &publish, &MINIATURE.provenance(&octo()).mint())
}

/// Both attestations as they are given.
pub fn beside(mini: &Miniature, publish: &Minted, provenance: &Minted) -> Question {
    Question::attested(mini, &octo()).response(&response([publish, provenance]))
}

/// The one code with which a provenance is refused.
#[track_caller]
pub fn refused<'a>(change: impl FnOnce(Attestation<'a>) -> Attestation<'a>) -> &'static str {
    provenance_with(change).code()
}

/// Panics unless both attestations are proved.
#[track_caller]
pub fn accepted(question: &Question) -> Evidence {
    let evidence = question.verify().unwrap_or_else(|failures| panic!("this was refused: {failures}"));
    assert!(evidence.provenance().is_some() && evidence.publish_attestation().is_some());
    evidence
}
