//! The attestations of one answer, by kind: at most one of each, each signed by whom it must be.

use crate::artifact::Artifact;
use crate::claims::AttestationClaim;
use crate::error::VerifyError;
use crate::evidence::{Claim, Finding, LogSummary, Note, Provenance, PublishAttestation};
use crate::grounds::Grounds;
use crate::registry::{KeyKind, KeyUsage, RegistryKeys};
use crate::sigstore::{
    self, ArtifactDigest, Bundle, By, LogEvidence, LoggedEntry, ManagedKey, Material, SignedBundle, Signer, TrustedRoot,
};
use crate::statement::{self, ProvenanceNote, Statement};
use crate::time::Timestamp;

/// One attestation of a known kind.
struct Attestation {
    outer: String,
    inner: Option<String>,
    bundle: Result<Bundle, VerifyError>,
}

/// What an answer holds, by kind. Types are compared as a whole: `…/v1evil` is unknown.
pub(super) struct AttestationSet {
    publish: Vec<Attestation>,
    provenance: Vec<Attestation>,
}

fn is_publish(predicate_type: &str) -> bool {
    predicate_type == statement::PUBLISH_V01
}

fn is_provenance(predicate_type: &str) -> bool {
    [statement::SLSA_V02, statement::SLSA_V1].contains(&predicate_type)
}

impl AttestationSet {
    /// Sorts by label and by what is inside: one whose unsigned label was changed must not escape
    /// from its kind by that. Those of no known kind are noted and never counted.
    pub(super) fn sort(listed: Vec<AttestationClaim<'_>>, notes: &mut Vec<Note>) -> Self {
        let mut set = Self { publish: Vec::new(), provenance: Vec::new() };
        for claim in listed {
            let bundle = Bundle::from_json(claim.bundle.get().as_bytes());
            let payload = bundle.as_ref().ok().and_then(Bundle::untrusted_payload);
            let inner = payload.and_then(statement::untrusted_predicate_type);
            let either = |kind: fn(&str) -> bool| kind(&claim.predicate_type) || inner.as_deref().is_some_and(kind);
            match (either(is_publish), either(is_provenance)) {
                (false, false) => {
                    let message = format!("an attestation of the unknown type {} is ignored", claim.predicate_type);
                    notes.push(Note::new(Claim::Provenance, "NOTE_COUNTERSIGN_UNKNOWN_ATTESTATION", message));
                }
                (true, false) => set.publish.push(Attestation { outer: claim.predicate_type, inner, bundle }),
                (false, true) => set.provenance.push(Attestation { outer: claim.predicate_type, inner, bundle }),
                (true, true) => {
                    let (outer, bundle) = (claim.predicate_type, bundle);
                    set.publish.push(Attestation {
                        outer: outer.clone(),
                        inner: inner.clone(),
                        bundle: bundle.clone(),
                    });
                    set.provenance.push(Attestation { outer, inner, bundle });
                }
            }
        }
        set
    }

    pub(super) fn publish(
        &self,
        root: &TrustedRoot,
        keys: &RegistryKeys,
        artifact: &Artifact,
        now: Timestamp,
        notes: &mut Vec<Note>,
    ) -> Finding<PublishAttestation> {
        let claim = Claim::PublishAttestation;
        // Without a single key for it there is nothing to fail: the registry's provenance stands alone.
        if !self.publish.is_empty() && !keys.has(KeyUsage::Attestations) {
            return Finding::NoKeys;
        }
        found(&self.publish, "publish attestation", |bundle, outer| {
            let (attestation, verified) = publish(bundle, outer, root, keys, artifact, now)?;
            note_entries(claim, &verified, notes);
            Ok(attestation)
        })
    }

    pub(super) fn provenance(
        &self,
        root: &TrustedRoot,
        artifact: &Artifact,
        now: Timestamp,
        notes: &mut Vec<Note>,
    ) -> Finding<Provenance> {
        let claim = Claim::Provenance;
        found(&self.provenance, "provenance", |bundle, outer| {
            let (provenance, verified, note) = provenance(bundle, outer, root, artifact, now)?;
            note_entries(claim, &verified, notes);
            notes.extend(note.map(|message| Note::new(claim, "NOTE_COUNTERSIGN_OPAQUE_BUILD_TYPE", message)));
            Ok(provenance)
        })
    }
}

/// Exactly one, with the same label inside and outside. With "any of them" instead, an attacker would
/// add his own beside the genuine one; with "the first", he would put it in front.
fn found<T>(
    attestations: &[Attestation],
    what: &'static str,
    verify: impl FnOnce(&Bundle, &str) -> Result<T, VerifyError>,
) -> Finding<T> {
    let attestation = match attestations {
        [] => return Finding::Absent,
        [attestation] => attestation,
        _ => return Finding::Failed(VerifyError::AmbiguousAttestation { what }),
    };
    let bundle = match &attestation.bundle {
        Ok(bundle) => bundle,
        Err(error) => return Finding::Failed(error.clone()),
    };
    if let Some(inner) = attestation.inner.as_deref().filter(|inner| *inner != attestation.outer) {
        let (outer, inner) = (attestation.outer.as_str().into(), inner.into());
        return Finding::Failed(VerifyError::PredicateMismatch { outer, inner });
    }
    match verify(bundle, &attestation.outer) {
        Ok(value) => Finding::Proven(value),
        Err(error) => Finding::Failed(error),
    }
}

/// Signed by a key of the registry, never by a certificate: anybody gets one of those
/// (pacote takes the keyless path when the key id is removed).
fn publish(
    bundle: &Bundle,
    outer: &str,
    root: &TrustedRoot,
    keys: &RegistryKeys,
    artifact: &Artifact,
    now: Timestamp,
) -> Result<(PublishAttestation, SignedBundle), VerifyError> {
    let Material::PublicKey { hint } = bundle.material() else {
        return Err(VerifyError::SignerKind { what: "publish attestation", expected: "a key of the registry" });
    };
    let key = keys.find(hint, KeyUsage::Attestations).ok_or_else(|| VerifyError::UnknownKey { keyid: hint.into() })?;
    let public = match &key.kind {
        KeyKind::Supported(public) => public,
        KeyKind::Unsupported(algorithm) => {
            return Err(VerifyError::UnsupportedKey { keyid: hint.into(), algorithm: algorithm.as_str().into() });
        }
    };
    let by = By::Key(ManagedKey { id: Some(hint), key: public, window: key.window });
    let (verified, statement) = signed_statement(bundle, by, root, artifact, now)?;
    must_be_labelled(&statement, outer)?;
    statement::check_publish(&statement, artifact)?;
    let attestation = PublishAttestation {
        keyid: hint.into(),
        origin: keys.origin(),
        log: summary(&verified),
        first: verified.times().earliest(),
        last: verified.times().latest(),
        grounds: Grounds::of(&verified, None),
    };
    Ok((attestation, verified))
}

/// Signed by a certificate, never by a key: a registry key names no workflow.
fn provenance(
    bundle: &Bundle,
    outer: &str,
    root: &TrustedRoot,
    artifact: &Artifact,
    now: Timestamp,
) -> Result<(Provenance, SignedBundle, Option<String>), VerifyError> {
    if !matches!(bundle.material(), Material::Certificate) {
        return Err(VerifyError::SignerKind { what: "provenance", expected: "a certificate" });
    }
    if let Some(keyid) = bundle.keyid() {
        return Err(VerifyError::KeyMismatch { hint: "".into(), keyid: keyid.into() });
    }
    let (verified, statement) = signed_statement(bundle, By::Certificate, root, artifact, now)?;
    let Signer::Certificate(certificate) = verified.signer() else {
        return Err(VerifyError::SignerKind { what: "provenance", expected: "a certificate" });
    };
    must_be_labelled(&statement, outer)?;
    let identity = certificate.identity()?;
    let (build_type, note) = match statement::check_provenance(&statement, &identity)? {
        ProvenanceNote::Checked { build_type } => (Some(build_type), None),
        opaque @ ProvenanceNote::Opaque { .. } => (None, Some(format!("the provenance is {opaque}"))),
    };
    let provenance = Provenance {
        identity,
        predicate_type: statement.predicate_type().into(),
        log: summary(&verified),
        first: verified.times().earliest(),
        last: verified.times().latest(),
        grounds: Grounds::of(&verified, build_type),
    };
    Ok((provenance, verified, note))
}

/// Proofs 2 to 9 of an attestation: an envelope around a statement about the artifact.
fn signed_statement(
    bundle: &Bundle,
    by: By<'_>,
    root: &TrustedRoot,
    artifact: &Artifact,
    now: Timestamp,
) -> Result<(SignedBundle, Statement), VerifyError> {
    // Not even looked at otherwise: a signature over the tarball says nothing about who published it.
    bundle.untrusted_payload().ok_or(VerifyError::UnsupportedContent)?;
    let digest = ArtifactDigest::sha512(*artifact.sha512().as_bytes());
    let verified = sigstore::prove(bundle, by, &digest, root, now)?;
    let statement = Statement::verify(verified.payload().unwrap_or_default(), artifact)?;
    Ok((verified, statement))
}

fn must_be_labelled(statement: &Statement, outer: &str) -> Result<(), VerifyError> {
    if statement.predicate_type() == outer {
        return Ok(());
    }
    Err(VerifyError::PredicateMismatch { outer: outer.into(), inner: statement.predicate_type().into() })
}

fn summary(verified: &SignedBundle) -> LogSummary {
    let entries = verified.entries();
    LogSummary {
        index: entries.iter().find_map(LoggedEntry::log_index),
        // Where there is no log, "all of none" would read as a proof by one.
        proven: !entries.is_empty() && entries.iter().all(|entry| entry.evidence() != LogEvidence::Promise),
    }
}

fn note_entries(claim: Claim, verified: &SignedBundle, notes: &mut Vec<Note>) {
    if verified.entries().len() > 1 {
        let message = format!("{} log entries were verified, each log counts once", verified.entries().len());
        notes.push(Note::new(claim, "NOTE_COUNTERSIGN_SEVERAL_LOG_ENTRIES", message));
    }
    if verified.entries().is_empty() {
        let message = "its Sigstore instance has no transparency log: only its timestamp authorities saw the signature";
        notes.push(Note::new(claim, "NOTE_COUNTERSIGN_NOT_LOGGED", message));
    } else if !summary(verified).is_proven() {
        let message = "the log promised the entry and no inclusion proof came with it, as usual at that time";
        notes.push(Note::new(claim, "NOTE_COUNTERSIGN_PROMISE_ONLY", message));
    }
}
