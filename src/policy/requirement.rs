//! What one package must show.

use std::collections::BTreeSet;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::authorized::Matched;
use super::{Authorized, DowngradeRule, Need, RequiredSigner};
use crate::claims::{DistClaims, PublishTime};
use crate::error::{Denied, ParseError};
use crate::evidence::{Evidence, Examination, Finding, Provenance};
use crate::package::PackageId;
use crate::publisher::{Answer, Field, FieldAnswer, MatchStatus, TrustedPublisher};
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
    downgrade: Option<DowngradeRule>,
}

impl Requirement {
    /// The registry must have signed it.
    #[must_use]
    pub fn registry_signature(ended_keys: EndedKeys) -> Self {
        Self {
            registry_signature: Some(ended_keys),
            signer: None,
            publishers: Vec::new(),
            waived: BTreeSet::new(),
            downgrade: None,
        }
    }

    /// There must be provenance by that signer.
    #[must_use]
    pub fn provenance(signer: RequiredSigner) -> Self {
        Self {
            registry_signature: None,
            signer: Some(signer),
            publishers: Vec::new(),
            waived: BTreeSet::new(),
            downgrade: None,
        }
    }

    /// The workflow of that trusted publisher must have signed the provenance.
    #[must_use]
    pub fn trusted_publisher(publisher: TrustedPublisher) -> Self {
        Self {
            registry_signature: None,
            signer: None,
            publishers: vec![publisher],
            waived: BTreeSet::new(),
            downgrade: None,
        }
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
        Ok(Self { registry_signature: None, signer: None, publishers, waived: BTreeSet::new(), downgrade: None })
    }

    /// Also requires a registry signature.
    #[must_use]
    pub fn and_registry_signature(self, ended_keys: EndedKeys) -> Self {
        Self { registry_signature: Some(ended_keys), ..self }
    }

    /// Also compares with earlier versions. It only refuses: what else is required stays required.
    #[must_use]
    pub fn no_downgrade(self, rule: DowngradeRule) -> Self {
        Self { downgrade: Some(rule), ..self }
    }

    /// Lets one field be unprovable. A field that is contradicted stays so.
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
        if self.downgrade.is_some() {
            needs.insert(Need::History);
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
    /// [`Denied::SignerMismatch`], [`Denied::PublisherMismatch`], [`Denied::PublisherUnprovable`]; then
    /// those of [`DowngradeRule::judge`].
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
        let note = match &self.downgrade {
            Some(rule) => rule.judge(evidence.examination(), now)?,
            None => None,
        };
        Ok(Authorized::new(evidence, self.fingerprint(), matched, now).noting(note))
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
        let waived: Vec<Field> = self.waived.iter().copied().collect();
        let mut nearest: Option<(usize, Denied)> = None;
        for publisher in &self.publishers {
            let matched = publisher.matches(provenance.identity());
            if let (MatchStatus::Match, used) = matched.status_waiving(&waived) {
                return Ok(Some(Matched { publisher: matched, waived: used }));
            }
            let misses: Vec<&FieldAnswer> = matched.fields().iter().filter(|f| is_miss(f, &waived)).collect();
            if nearest.as_ref().is_none_or(|(least, _)| misses.len() < *least) {
                nearest = Some((misses.len(), explain(&misses)));
            }
        }
        nearest.map_or(Ok(None), |(_, denied)| Err(denied))
    }
}

fn is_miss(field: &FieldAnswer, waived: &[Field]) -> bool {
    match field.answer() {
        Answer::Proven { .. } => false,
        Answer::Contradicted { .. } => true,
        Answer::Unprovable { .. } => !waived.contains(&field.field()),
    }
}

/// A contradiction is named before what is merely unprovable.
fn explain(misses: &[&FieldAnswer]) -> Denied {
    let contradicted = misses.iter().find_map(|miss| match miss.answer() {
        Answer::Contradicted { expected, found } => Some(Denied::PublisherMismatch {
            field: miss.field().as_str(),
            expected: expected.clone(),
            found: found.clone(),
        }),
        _ => None,
    });
    let unprovable = misses.iter().find_map(|miss| match miss.answer() {
        Answer::Unprovable { reason } => {
            Some(Denied::PublisherUnprovable { field: miss.field().as_str(), reason: (*reason).into() })
        }
        _ => None,
    });
    contradicted
        .or(unprovable)
        .unwrap_or(Denied::PublisherUnprovable { field: "publisher", reason: "nothing was compared".into() })
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
