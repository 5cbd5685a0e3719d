//! A response and everything else that is needed to judge it.

use std::sync::LazyLock;

use countersign::evidence::{Examination, Finding, Note, Provenance, PublishAttestation};
use countersign::policy::RequiredSigner;
use countersign::registry::RegistrySignature;
use countersign::{Artifact, Attestations, Claims, DistClaims, Evidence, Failures, Requirement, Timestamp, Verifier};

use crate::place::Place;
use crate::{minted, real};

/// The real responses where they are; else minted ones, so that a bare clone sweeps too. And a minted one
/// that is ahead of them: npm has not served entries of Rekor v2 and timestamps yet.
pub static SUBJECTS: LazyLock<Vec<Subject>> = LazyLock::new(|| {
    let mut subjects = real::subjects().unwrap_or_else(|| {
        println!("swept: minted responses of every era, in place of real ones");
        minted::subjects()
    });
    subjects.push(minted::rekor_v2());
    for subject in &subjects {
        let evidence = subject.verify(&subject.response).unwrap_or_else(|f| panic!("{}: {f}", subject.name));
        assert_eq!(subject.judge(&subject.response), Verdict::Same, "{}", subject.name);
        assert!(evidence.publish_attestation().is_some() && evidence.provenance().is_some(), "{}", subject.name);
    }
    subjects
});

pub struct Subject {
    pub name: String,
    pub verifier: Verifier,
    pub artifact: Artifact,
    /// Advertises provenance, as every manifest of an attested version does.
    pub manifest: Vec<u8>,
    pub signer: RequiredSigner,
    pub response: Vec<u8>,
    pub found: Found,
    /// Where it may be damaged besides the places that all may be.
    pub open: &'static [Place],
}

/// What evidence says. The digest of the claims is left out: it names the response byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    artifact: Artifact,
    verified_at: Timestamp,
    verifier: String,
    registry_signature: RegistrySignature,
    publish: Finding<PublishAttestation>,
    provenance: Finding<Provenance>,
    notes: Vec<Note>,
}

/// What became of a mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Refused(&'static str),
    /// Sound as far as it goes, proving nothing that the whole response does not, and too little for
    /// what is required.
    Less,
    /// As if nothing had been changed.
    Same,
    /// What must never be.
    Other(String),
}

pub fn now() -> Timestamp {
    "2026-11-22T00:00:00Z".parse().unwrap()
}

impl Subject {
    pub fn new(
        name: impl Into<String>,
        verifier: Verifier,
        artifact: Artifact,
        manifest: Vec<u8>,
        signer: RequiredSigner,
        response: Vec<u8>,
    ) -> Self {
        let dist = DistClaims::from_json(&manifest).unwrap();
        let claims = Claims::new(dist, Attestations::Body(response.clone()));
        let found = Found::of(&verifier.verify(&artifact, &claims, now()).unwrap());
        Self { name: name.into(), verifier, artifact, manifest, signer, response, found, open: &[] }
    }

    pub fn claims(&self, response: &[u8]) -> Claims {
        Claims::new(DistClaims::from_json(&self.manifest).unwrap(), Attestations::Body(response.to_vec()))
    }

    pub fn verify(&self, response: &[u8]) -> Result<Evidence, Failures> {
        self.verifier.verify(&self.artifact, &self.claims(response), now())
    }

    pub fn judge(&self, response: &[u8]) -> Verdict {
        let evidence = match self.verify(response) {
            Ok(evidence) => evidence,
            Err(failures) => return Verdict::Refused(failures.code()),
        };
        let found = Found::of(&evidence);
        let wanted = Requirement::provenance(self.signer.clone()).authorize(&evidence, now());
        match wanted {
            Ok(_) if found == self.found => Verdict::Same,
            Ok(_) => Verdict::Other(format!("accepted with other evidence: {found:?}")),
            Err(_) if found.is_part_of(&self.found) => Verdict::Less,
            Err(_) => Verdict::Other(format!("not wanted, and something else is proved: {found:?}")),
        }
    }
}

impl Found {
    fn of(evidence: &Evidence) -> Self {
        let examination: &Examination = evidence.examination();
        Self {
            artifact: evidence.artifact().clone(),
            verified_at: evidence.verified_at(),
            verifier: evidence.verifier(),
            registry_signature: evidence.registry_signature().clone(),
            publish: examination.publish_attestation().clone(),
            provenance: examination.provenance().clone(),
            notes: evidence.notes().to_vec(),
        }
    }

    /// Whether everything that is proved here is proved there, too. Notes may differ: of an attestation
    /// whose kind is not known they repeat the name. So may the window of the registry's signature, which
    /// the publish attestation's time decides.
    fn is_part_of(&self, whole: &Self) -> bool {
        let publish = match &self.publish {
            Finding::Proven(_) => self.publish == whole.publish,
            Finding::Unconfirmed(..) | Finding::Failed(_) => false,
            _ => true,
        };
        let provenance = match &self.provenance {
            Finding::Proven(_) | Finding::Failed(_) => false,
            Finding::Unconfirmed(provenance, _) => Some(provenance) == whole.provenance.proven(),
            _ => true,
        };
        let rest = |found: &Self| {
            let Self { artifact, verified_at, verifier, registry_signature, .. } = found.clone();
            let signer = match registry_signature {
                RegistrySignature::Verified(signed) => Ok(signed.keyid().to_owned()),
                other => Err(other),
            };
            (artifact, verified_at, verifier, signer)
        };
        publish && provenance && rest(self) == rest(whole)
    }
}
