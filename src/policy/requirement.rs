//! What one package must show.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{
    Authorized, Configured, DowngradeRule, Exemption, Lift, MinAge, Need, PublisherSource, RequiredSigner, Since,
};
use crate::claims::DistClaims;
use crate::error::{Denied, ParseError};
use crate::evidence::Evidence;
use crate::integrity::Sha512Digest;
use crate::package::PackageId;
use crate::publisher::{Field, TrustedPublisher};
use crate::time::Timestamp;

/// Whether a signature by an ended key counts when no time says on which side of the end it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum EndedKeys {
    /// It does not.
    Deny,
    /// It does if this very tarball is pinned: it was seen before.
    Pinned,
    /// It does: for old packages whose packument has no times.
    Accept,
}

/// What one package must show. It always names somebody: the registry, a signer, or a publisher.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Requirement {
    pub(super) registry_signature: Option<EndedKeys>,
    pub(super) signer: Option<RequiredSigner>,
    /// `Some` requires one of them; of none, nothing matches.
    pub(super) publishers: Option<Vec<Configured>>,
    pub(super) waived: BTreeSet<Field>,
    pub(super) since: Option<Since>,
    pub(super) min_age: Option<MinAge>,
    pub(super) downgrade: Option<DowngradeRule>,
    pub(super) exemption: Option<Exemption>,
    pub(super) pinned: BTreeSet<Sha512Digest>,
}

impl Requirement {
    /// Not public: whoever holds a requirement requires something.
    pub(super) fn nothing() -> Self {
        Self {
            registry_signature: None,
            signer: None,
            publishers: None,
            waived: BTreeSet::new(),
            since: None,
            min_age: None,
            downgrade: None,
            exemption: None,
            pinned: BTreeSet::new(),
        }
    }

    /// The registry must have signed it.
    #[must_use]
    pub fn registry_signature(ended_keys: EndedKeys) -> Self {
        Self { registry_signature: Some(ended_keys), ..Self::nothing() }
    }

    /// There must be provenance by that signer.
    #[must_use]
    pub fn provenance(signer: RequiredSigner) -> Self {
        Self { signer: Some(signer), ..Self::nothing() }
    }

    /// The workflow of that trusted publisher must have signed the provenance.
    #[must_use]
    pub fn trusted_publisher(publisher: TrustedPublisher) -> Self {
        let publisher = Configured { publisher, source: PublisherSource::Caller };
        Self { publishers: Some(vec![publisher]), ..Self::nothing() }
    }

    /// As [`Requirement::trusted_publisher`], for a package that has several: one must match in full;
    /// fields are never combined across two.
    ///
    /// # Errors
    /// [`ParseError::RequirementInvalid`] if there is none: nothing would be required.
    pub fn any_trusted_publisher(publishers: impl IntoIterator<Item = TrustedPublisher>) -> Result<Self, ParseError> {
        Self::any_publisher_of(PublisherSource::Caller, publishers)
    }

    /// As [`Requirement::any_trusted_publisher`], and says who configured them.
    ///
    /// # Errors
    /// The same.
    pub fn any_publisher_of(
        source: PublisherSource,
        publishers: impl IntoIterator<Item = TrustedPublisher>,
    ) -> Result<Self, ParseError> {
        let publishers: Vec<_> = publishers.into_iter().map(|publisher| Configured { publisher, source }).collect();
        if publishers.is_empty() {
            return Err(ParseError::RequirementInvalid { reason: "it lists no trusted publisher" });
        }
        Ok(Self { publishers: Some(publishers), ..Self::nothing() })
    }

    /// Also requires a registry signature.
    #[must_use]
    pub fn and_registry_signature(self, ended_keys: EndedKeys) -> Self {
        Self { registry_signature: Some(ended_keys), ..self }
    }

    /// Also requires that the provenance is by that signer.
    #[must_use]
    pub fn and_provenance(self, signer: RequiredSigner) -> Self {
        Self { signer: Some(signer), ..self }
    }

    /// Also requires an age.
    #[must_use]
    pub fn and_min_age(self, min_age: MinAge) -> Self {
        Self { min_age: Some(min_age), ..self }
    }

    /// Also compares with earlier versions. It only refuses: what else is required stays required.
    #[must_use]
    pub fn no_downgrade(self, rule: DowngradeRule) -> Self {
        Self { downgrade: Some(rule), ..self }
    }

    /// Asks no provenance of versions that are older than that.
    #[must_use]
    pub fn since(self, since: Since) -> Self {
        Self { since: Some(since), ..self }
    }

    /// A tarball that was seen before, for [`EndedKeys::Pinned`].
    #[must_use]
    pub fn pinned(mut self, sha512: Sha512Digest) -> Self {
        self.pinned.insert(sha512);
        self
    }

    /// Lets one field be unprovable. A field that is contradicted stays so, and nothing excuses
    /// [`Field::Issuer`], [`Field::Repository`] and [`Field::Provenance`].
    #[must_use]
    pub fn waive(mut self, field: Field) -> Self {
        self.waived.insert(field);
        self
    }

    /// What must be fetched before this requirement can be judged. Known before any I/O, and no more
    /// than it uses.
    #[must_use]
    pub fn needs(&self, _id: &PackageId, dist: &DistClaims) -> BTreeSet<Need> {
        // What is lifted may yet be judged: an exemption ends at a moment that is not known here.
        let advertised = dist.advertises_attestations();
        let mut needs = BTreeSet::new();
        if self.needs_provenance() && advertised {
            needs.insert(Need::Attestations);
        }
        if matches!(self.registry_signature, Some(EndedKeys::Deny | EndedKeys::Pinned)) {
            needs.insert(Need::PublishTime);
        }
        needs.extend(self.min_age.and_then(|min_age| min_age.needs(advertised)));
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
    /// [`Denied::SignerMismatch`], [`Denied::PublisherUnconfigured`], [`Denied::RepositoryRenamed`],
    /// [`Denied::PublisherMismatch`], [`Denied::PublisherUnprovable`]; for an age [`Denied::NotSupplied`], [`Denied::AgeUnprovable`],
    /// [`Denied::TooYoung`]; then those of [`DowngradeRule::judge`].
    pub fn authorize(&self, evidence: &Evidence, now: Timestamp) -> Result<Authorized, Denied> {
        if now < evidence.verified_at() {
            return Err(Denied::JudgedBeforeVerified);
        }
        let assessment = self.assess(evidence.examination(), now);
        match assessment.denied.first() {
            Some((_, denied)) => Err(denied.clone()),
            None => Ok(Authorized::new(evidence, self.fingerprint(), assessment, now)),
        }
    }

    /// Names exactly what is required.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let json = serde_json::to_vec(self).unwrap_or_default();
        hex::encode(Sha256::digest(json))
    }

    /// The publishers of which one must match, where that is required.
    pub(crate) fn publishers(&self) -> Option<&[Configured]> {
        self.publishers.as_deref()
    }

    pub(super) fn needs_provenance(&self) -> bool {
        self.signer.is_some() || self.publishers.is_some()
    }

    pub(super) fn lifted(&self, lift: Lift, now: Timestamp) -> Option<&Exemption> {
        self.exemption.as_ref().filter(|exemption| exemption.lifts(lift, now))
    }
}
