//! Artifact, claims and a moment → evidence.

mod attestation_set;
mod publish_time;

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use crate::artifact::Artifact;
use crate::claims::{Attestations, Claims, PublishTime, Response};
use crate::error::{ParseError, Text, VerifyError};
use crate::evidence::{Claim, Evidence, Examination, Failures, Finding, Note, Provenance, PublishAttestation};
use crate::limits;
use crate::registry::{self, RegistryKeys, RegistrySignature, SigningTime, Window};
use crate::registry_id::RegistryId;
use crate::sigstore::TrustedRoot;
use crate::time::Timestamp;

use attestation_set::AttestationSet;

/// Raised whenever the same input may be judged otherwise than before: receipts of an older one are
/// not honoured.
pub(crate) const RULES_VERSION: u32 = 2;

/// Verifies packages. Made once, then shared by reference between threads; it never changes.
#[derive(Debug)]
pub struct Verifier {
    root: TrustedRoot,
    keys: BTreeMap<RegistryId, RegistryKeys>,
    fingerprint: [u8; 32],
}

impl Verifier {
    /// With a trusted root and the keys of any number of registries.
    ///
    /// # Errors
    /// [`ParseError::TrustInvalid`] if two key sets are for one registry: which one counts must not
    /// depend on their order.
    pub fn new(root: TrustedRoot, keys: impl IntoIterator<Item = RegistryKeys>) -> Result<Self, ParseError> {
        let mut by_registry = BTreeMap::new();
        for set in keys {
            if let Some(other) = by_registry.insert(set.registry().clone(), set) {
                let reason = format!("there are two for {}", other.registry()).into();
                return Err(ParseError::TrustInvalid { what: "registry key set", reason });
            }
        }
        let mut hash = Sha256::new();
        hash.update(RULES_VERSION.to_be_bytes());
        hash.update(root.sha256());
        for (registry, set) in &by_registry {
            hash.update(Sha256::digest(registry.as_str().as_bytes()));
            hash.update(set.sha256());
            hash.update([u8::from(set.origin() == crate::registry::KeyOrigin::Trusted)]);
        }
        Ok(Self { root, keys: by_registry, fingerprint: hash.finalize().into() })
    }

    /// Names the rules and all trust material this verifier works with.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        hex::encode(self.fingerprint)
    }

    /// Verifies every claim about the artifact.
    ///
    /// If nothing failed, the evidence says what was proved, what is absent and what is not known.
    ///
    /// # Errors
    /// Every claim that failed, the gravest first: forged, altered, contradicting, or not judgeable.
    pub fn verify(&self, artifact: &Artifact, claims: &Claims, now: Timestamp) -> Result<Evidence, Failures> {
        self.examine(artifact, claims, now).into_evidence()
    }

    /// [`Verifier::verify`] claim by claim, for reports. There is no second path: `verify` is this.
    #[must_use]
    pub fn examine(&self, artifact: &Artifact, claims: &Claims, now: Timestamp) -> Examination {
        let mut notes = Vec::new();
        let (publish, provenance) = self.attestations(artifact, claims, now, &mut notes);
        let provenance = self.confirm(artifact, claims, &publish, provenance);
        let registry_signature = self.registry_signature(artifact, claims, &publish, now);
        note_signature(&registry_signature, &mut notes);
        notes.sort();
        Examination {
            artifact: artifact.clone(),
            now,
            verifier: self.fingerprint,
            claims: digest_of(claims),
            manifest: manifest_failures(artifact, claims),
            registry_signature,
            publish,
            provenance,
            publish_time: claims.publish_time,
            hints: claims.dist.hints.clone(),
            asserted: claims.dist.asserted_level(),
            history: claims.history.clone(),
            ended_keys: self.keys_of(artifact).map(RegistryKeys::ended).unwrap_or_default(),
            notes,
        }
    }

    fn keys_of(&self, artifact: &Artifact) -> Option<&RegistryKeys> {
        self.keys.get(artifact.registry())
    }

    fn registry_signature(
        &self,
        artifact: &Artifact,
        claims: &Claims,
        publish: &Finding<PublishAttestation>,
        now: Timestamp,
    ) -> Result<RegistrySignature, VerifyError> {
        let Some(keys) = self.keys_of(artifact) else {
            return Ok(RegistrySignature::NoKeys);
        };
        let time = match (publish.proven(), claims.publish_time) {
            (Some(publish), _) => SigningTime::Authenticated(publish.last),
            (None, PublishTime::At(time)) => SigningTime::Asserted(time),
            (None, PublishTime::Missing | PublishTime::NotAsked) => SigningTime::Unknown,
        };
        // The time is unsigned: it is looked at after the signature, or it would hide a forged one.
        match registry::verify(keys, artifact, &claims.dist.signatures.0, time)? {
            RegistrySignature::Verified(signed) if signed.time().is_some_and(|time| time > now) => {
                Err(VerifyError::TimeInFuture { time: signed.time().unwrap_or(now), now })
            }
            found => Ok(found),
        }
    }

    fn attestations(
        &self,
        artifact: &Artifact,
        claims: &Claims,
        now: Timestamp,
        notes: &mut Vec<Note>,
    ) -> (Finding<PublishAttestation>, Finding<Provenance>) {
        let advertised = claims.dist.advertised.is_some();
        let body = match &claims.attestations {
            Attestations::Body(body) => body,
            Attestations::Unavailable(reason) => {
                let reason = Text::from(reason.as_str());
                return (Finding::Unavailable(reason.clone()), Finding::Unavailable(reason));
            }
            Attestations::NotFound if advertised => return (Finding::Withheld, Finding::Withheld),
            Attestations::NotAdvertised if !advertised => return (Finding::Absent, Finding::Absent),
            Attestations::NotFound => return (Finding::Absent, Finding::Absent),
            // A caller that says "not advertised" of a manifest that advertises did not ask.
            Attestations::NotAsked | Attestations::NotAdvertised => {
                if advertised {
                    let message = "the manifest advertises attestations, and they were not asked for";
                    notes.push(Note::new(Claim::Provenance, "NOTE_COUNTERSIGN_NOT_ASKED", message));
                }
                return (Finding::NotAsked, Finding::NotAsked);
            }
        };
        let listed = match Response::from_json(body) {
            Ok(listed) => listed,
            Err(error @ ParseError::NotJson { .. }) => {
                let reason = Text::from(error.to_string());
                return (Finding::Unavailable(reason.clone()), Finding::Unavailable(reason));
            }
            Err(error) => return (Finding::Failed(error.clone().into()), Finding::Failed(error.into())),
        };
        let none = RegistryKeys::none(artifact.registry().clone());
        let keys = self.keys_of(artifact).unwrap_or(&none);
        let listed_none = listed.is_empty();
        let set = AttestationSet::sort(listed, notes);
        let mut publish = set.publish(&self.root, keys, artifact, now, notes);
        let mut provenance = set.provenance(&self.root, artifact, now, notes);
        let advertises_provenance = claims.dist.advertised.as_ref().is_some_and(|a| a.provenance.is_some());
        if advertises_provenance && matches!(provenance, Finding::Absent) {
            provenance = Finding::Withheld;
        }
        if advertised && listed_none {
            publish = Finding::Withheld;
        }
        (publish, provenance)
    }

    /// Anyone's workflow can attest anyone's tarball, and the answer that carries it is unsigned. Without
    /// this step an attacker who can write answers gives a hijacked version a provenance of his own
    /// (design decision 7).
    ///
    /// The publish attestation's envelope is public, so that anybody can log it again later; the
    /// packument's time, though unsigned, bounds the publication where it is earlier.
    fn confirm(
        &self,
        artifact: &Artifact,
        claims: &Claims,
        publish: &Finding<PublishAttestation>,
        found: Finding<Provenance>,
    ) -> Finding<Provenance> {
        let Finding::Proven(provenance) = found else { return found };
        if !self.confirms(artifact) {
            return Finding::Proven(provenance);
        }
        let Some(publish) = publish.proven() else {
            return Finding::Unconfirmed(provenance, VerifyError::PublishNotAttested);
        };
        let published = match claims.publish_time {
            PublishTime::At(asserted) => publish.first.min(asserted),
            PublishTime::Missing | PublishTime::NotAsked => publish.first,
        };
        if provenance.last > published.plus(limits::PROVENANCE_AFTER_PUBLISH_SECONDS) {
            let error = VerifyError::ProvenanceAfterPublish { provenance: provenance.last, publish: published };
            return Finding::Unconfirmed(provenance, error);
        }
        Finding::Proven(provenance)
    }
}

/// The manifest must speak of the package that was asked for, and of the same tarball as the
/// consumer's own record: else a genuine signature of something else would be accepted.
fn manifest_failures(artifact: &Artifact, claims: &Claims) -> Vec<VerifyError> {
    let mut failures = Vec::new();
    let (dist, id) = (&claims.dist, artifact.id());
    if dist.name != id.name() || dist.version != id.version() {
        failures.push(VerifyError::NameVersionMismatch {
            what: "version manifest",
            expected: id.to_string().into(),
            found: format!("{}@{}", dist.name, dist.version).into(),
        });
    }
    if let Some(history) = claims.history.as_ref().filter(|history| history.name() != id.name()) {
        failures.push(VerifyError::NameVersionMismatch {
            what: "packument",
            expected: id.name().into(),
            found: history.name().into(),
        });
    }
    if let Some(sha512) = dist.sha512.filter(|sha512| sha512 != artifact.sha512()) {
        failures.push(VerifyError::IntegrityDisagreement {
            expected: artifact.sha512().to_string().into(),
            found: sha512.to_string().into(),
        });
    }
    failures
}

fn note_signature(signature: &Result<RegistrySignature, VerifyError>, notes: &mut Vec<Note>) {
    let Ok(RegistrySignature::Verified(signed)) = signature else { return };
    let claim = Claim::RegistrySignature;
    if signed.window() == Window::Unjudged {
        let message = "the signing key has ended, and nothing says when this version was signed";
        notes.push(Note::new(claim, "NOTE_COUNTERSIGN_WINDOW_UNJUDGED", message));
    }
    for keyid in signed.uncounted_keyids() {
        let message =
            format!("a further signature by key {keyid} does not count: it has ended, or its kind is not supported");
        notes.push(Note::new(claim, "NOTE_COUNTERSIGN_SIGNATURE_NOT_COUNTED", message));
    }
    for keyid in signed.unknown_keyids() {
        let message = format!("a further signature names key {keyid}, which is not in the key set");
        notes.push(Note::new(claim, "NOTE_COUNTERSIGN_UNKNOWN_KEYID", message));
    }
}

/// Names the claims that were verified, so that a receipt or a report can say which they were.
fn digest_of(claims: &Claims) -> [u8; 32] {
    let json = serde_json::to_vec(claims).unwrap_or_default();
    Sha256::digest(json).into()
}
