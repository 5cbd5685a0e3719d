//! What one package must show.

use std::collections::BTreeSet;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::authorized::Matched;
use super::{Authorized, Need, RequiredSigner};
use crate::claims::{DistClaims, PublishTime};
use crate::error::{Denied, ParseError};
use crate::evidence::{Evidence, Examination, Finding, Provenance};
use crate::identity::SignerIdentity;
use crate::package::PackageId;
use crate::publisher::{Answer, Field, FieldAnswer, MatchStatus, PublisherMatch, TrustedPublisher};
use crate::registry::{RegistrySignature, Window};
use crate::time::Timestamp;

/// Whether a signature by an ended key counts when no time says on which side of the end it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum EndedKeys {
    /// It does not.
    Deny,
    /// It does: for old packages whose packument has no times.
    Accept,
}

/// What one package must show. It always names somebody: the registry, a signer, or a publisher.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Requirement {
    registry_signature: Option<EndedKeys>,
    signer: Option<RequiredSigner>,
    publishers: Vec<TrustedPublisher>,
    waived: BTreeSet<Field>,
}

impl Requirement {
    /// The registry must have signed it.
    #[must_use]
    pub fn registry_signature(ended_keys: EndedKeys) -> Self {
        Self { registry_signature: Some(ended_keys), signer: None, publishers: Vec::new(), waived: BTreeSet::new() }
    }

    /// There must be provenance by that signer.
    #[must_use]
    pub fn provenance(signer: RequiredSigner) -> Self {
        Self { registry_signature: None, signer: Some(signer), publishers: Vec::new(), waived: BTreeSet::new() }
    }

    /// The workflow of that trusted publisher must have signed the provenance.
    #[must_use]
    pub fn trusted_publisher(publisher: TrustedPublisher) -> Self {
        Self { registry_signature: None, signer: None, publishers: vec![publisher], waived: BTreeSet::new() }
    }

    /// As [`Requirement::trusted_publisher`], for a package that has several: one must match in full;
    /// fields are never combined across two.
    ///
    /// # Errors
    /// [`ParseError::RequirementInvalid`] if there is none: nothing would be required.
    pub fn any_trusted_publisher(publishers: impl IntoIterator<Item = TrustedPublisher>) -> Result<Self, ParseError> {
        let publishers: Vec<_> = publishers.into_iter().collect();
        if publishers.is_empty() {
            return Err(ParseError::RequirementInvalid { reason: "it lists no trusted publisher" });
        }
        Ok(Self { registry_signature: None, signer: None, publishers, waived: BTreeSet::new() })
    }

    /// Also requires a registry signature.
    #[must_use]
    pub fn and_registry_signature(self, ended_keys: EndedKeys) -> Self {
        Self { registry_signature: Some(ended_keys), ..self }
    }

    /// Lets one field be unprovable. A field that is contradicted stays so, and so does
    /// [`Field::Provenance`].
    #[must_use]
    pub fn waive(mut self, field: Field) -> Self {
        self.waived.insert(field);
        self
    }

    /// What must be fetched before this requirement can be judged. Known before any I/O.
    #[must_use]
    pub fn needs(&self, _id: &PackageId, dist: &DistClaims) -> BTreeSet<Need> {
        let mut needs = BTreeSet::new();
        if self.needs_provenance() && dist.advertises_attestations() {
            needs.insert(Need::Attestations);
        }
        if self.registry_signature == Some(EndedKeys::Deny) {
            needs.insert(Need::PublishTime);
        }
        needs
    }

    /// Decides. The evidence is sound in any case; this says whether it is what is wanted.
    ///
    /// # Errors
    /// In order: [`Denied::JudgedBeforeVerified`]; for a registry signature
    /// [`Denied::MissingRegistrySignature`], [`Denied::UnknownRegistryKey`], [`Denied::NoRegistryKeys`],
    /// [`Denied::NotSupplied`] or [`Denied::WindowUnjudged`]; for provenance [`Denied::NotSupplied`],
    /// [`Denied::MissingProvenance`], [`Denied::AttestationsWithheld`],
    /// [`Denied::AttestationsUnavailable`], [`Denied::ProvenanceUnconfirmed`], then
    /// [`Denied::SignerMismatch`], [`Denied::RepositoryRenamed`], [`Denied::PublisherMismatch`],
    /// [`Denied::PublisherUnprovable`].
    pub fn authorize(&self, evidence: &Evidence, now: Timestamp) -> Result<Authorized, Denied> {
        if now < evidence.verified_at() {
            return Err(Denied::JudgedBeforeVerified);
        }
        if let Some(ended_keys) = self.registry_signature {
            require_signature(evidence, ended_keys)?;
        }
        let matched = if self.needs_provenance() {
            let provenance = require_provenance(evidence.examination())?;
            if let Some(signer) = &self.signer {
                signer.must_be(provenance.identity())?;
            }
            self.require_publisher(provenance)?
        } else {
            None
        };
        Ok(Authorized::new(evidence, self.fingerprint(), matched, now))
    }

    /// Names exactly what is required.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let json = serde_json::to_vec(self).unwrap_or_default();
        hex::encode(Sha256::digest(json))
    }

    fn needs_provenance(&self) -> bool {
        self.signer.is_some() || !self.publishers.is_empty()
    }

    /// Any publisher that matches in full wins; else the nearest miss is explained.
    pub(crate) fn require_publisher(&self, provenance: &Provenance) -> Result<Option<Matched>, Denied> {
        let Some(nearest) = self.nearest_publisher(provenance.identity()) else { return Ok(None) };
        match nearest.status_waiving(&self.waivers()) {
            (MatchStatus::Match, waived) => Ok(Some(Matched { publisher: nearest, waived })),
            _ => Err(explain(&nearest, &self.waivers())),
        }
    }

    /// How the publishers and a signer compare: the one that matches in full, else the nearest miss,
    /// for a table of its fields. `None` if no publisher is required.
    #[must_use]
    pub fn nearest_publisher(&self, identity: &SignerIdentity) -> Option<PublisherMatch> {
        PublisherMatch::nearest(&self.publishers, identity, &self.waivers())
    }

    fn waivers(&self) -> Vec<Field> {
        self.waived.iter().copied().collect()
    }
}

/// The gravest miss: a contradiction before what is unprovable, and of each the first.
fn explain(matched: &PublisherMatch, waived: &[Field]) -> Denied {
    if let Some(denied) = renamed(matched) {
        return denied;
    }
    let misses: Vec<&FieldAnswer> = matched.misses(waived).collect();
    let contradicted = misses.iter().find_map(|miss| match miss.answer() {
        Answer::Contradicted { expected, found } => Some(Denied::PublisherMismatch {
            field: miss.field().as_str(),
            expected: expected.clone(),
            found: found.clone(),
        }),
        _ => None,
    });
    let unprovable = misses.iter().find_map(|miss| {
        let reason = miss.reason()?.into();
        Some(Denied::PublisherUnprovable { field: miss.field().as_str(), reason })
    });
    contradicted
        .or(unprovable)
        .unwrap_or(Denied::PublisherUnprovable { field: "publisher", reason: "nothing was compared".into() })
}

/// If the name alone is another, and the pinned number is the repository's.
fn renamed(matched: &PublisherMatch) -> Option<Denied> {
    let pinned =
        |field: &FieldAnswer| field.field() == Field::RepositoryId && matches!(field.answer(), Answer::Proven { .. });
    let mut contradicted = matched.fields().iter().filter(|f| matches!(f.answer(), Answer::Contradicted { .. }));
    match (contradicted.next(), contradicted.next()) {
        (Some(name), None) if name.field() == Field::Repository && matched.fields().iter().any(pinned) => {
            let found = name.found()?.clone();
            Some(Denied::RepositoryRenamed { expected: name.expected().clone(), found })
        }
        _ => None,
    }
}

fn require_signature(evidence: &Evidence, ended_keys: EndedKeys) -> Result<(), Denied> {
    match evidence.registry_signature() {
        RegistrySignature::Verified(signed) if signed.window() == Window::Unjudged => {
            match (ended_keys, evidence.examination().publish_time) {
                (EndedKeys::Accept, _) => Ok(()),
                (EndedKeys::Deny, PublishTime::NotAsked) => Err(Denied::NotSupplied { need: Need::PublishTime }),
                (EndedKeys::Deny, _) => Err(Denied::WindowUnjudged { keyid: signed.keyid().into() }),
            }
        }
        RegistrySignature::Verified(_) => Ok(()),
        RegistrySignature::Absent => Err(Denied::MissingRegistrySignature),
        RegistrySignature::UnknownKey { keyids } => {
            Err(Denied::UnknownRegistryKey { keyid: keyids.first().map_or("", String::as_str).into() })
        }
        RegistrySignature::NoKeys => Err(Denied::NoRegistryKeys),
    }
}

/// Only provenance that was proved and counts. Each way of not having it is its own refusal, so that
/// a failed download is never taken for absence, nor absence for consent.
pub(crate) fn require_provenance(examination: &Examination) -> Result<&Provenance, Denied> {
    match examination.provenance() {
        Finding::Proven(provenance) => Ok(provenance),
        Finding::Absent | Finding::NoKeys | Finding::Failed(_) => Err(Denied::MissingProvenance),
        Finding::NotAsked => Err(Denied::NotSupplied { need: Need::Attestations }),
        Finding::Withheld => Err(Denied::AttestationsWithheld),
        Finding::Unavailable(reason) => Err(Denied::AttestationsUnavailable { reason: reason.clone() }),
        Finding::Unconfirmed(_, error) => Err(Denied::ProvenanceUnconfirmed { code: error.code() }),
    }
}
