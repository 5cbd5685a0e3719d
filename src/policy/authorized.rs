//! Evidence that a requirement was satisfied with, and evidence that was only looked at.

use super::assessment::{Assessment, Compared};
use super::{Admitted, Exemption, PublisherSource};
use crate::artifact::{Artifact, Hashed};
use crate::error::VerifyError;
use crate::evidence::{Evidence, Note};
use crate::publisher::{Field, PublisherMatch};
use crate::time::Timestamp;

/// A requirement's consent to one artifact. Only [`Requirement::authorize`](super::Requirement::authorize)
/// makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Authorized {
    artifact: Artifact,
    requirement: String,
    verifier: [u8; 32],
    matched: Option<Compared>,
    exempted: Option<Exemption>,
    predates: bool,
    signer: String,
    at: Timestamp,
    notes: Vec<Note>,
}

impl Authorized {
    pub(super) fn new(evidence: &Evidence, requirement: String, assessment: Assessment, at: Timestamp) -> Self {
        let signer = evidence.provenance().and_then(|p| p.identity().signer()).map(str::to_owned);
        Self {
            artifact: evidence.artifact().clone(),
            requirement,
            verifier: evidence.examination().verifier,
            matched: assessment.compared.filter(|compared| compared.is_match),
            exempted: assessment.exempted,
            predates: assessment.predates,
            signer: signer.unwrap_or_else(|| evidence.artifact().registry().to_string()),
            at,
            notes: assessment.notes,
        }
    }

    /// The artifact it is about.
    #[must_use]
    pub fn artifact(&self) -> &Artifact {
        &self.artifact
    }

    /// Who signed: the workflow, or the registry if no provenance was required or there. "Signed by",
    /// never "published by": no certificate proves the upload.
    #[must_use]
    pub fn publisher(&self) -> &str {
        &self.signer
    }

    /// How the trusted publisher matched, field by field.
    #[must_use]
    pub fn publisher_match(&self) -> Option<&PublisherMatch> {
        self.matched.as_ref().map(|matched| &matched.publisher)
    }

    /// Who configured the publisher that matched.
    #[must_use]
    pub fn publisher_source(&self) -> Option<PublisherSource> {
        self.matched.as_ref().map(|matched| matched.source)
    }

    /// What was wanting, and is excused for this version by name.
    #[must_use]
    pub fn exemption(&self) -> Option<&Exemption> {
        self.exempted.as_ref()
    }

    /// Whether it lacks what is required of later versions, and is older than that.
    #[must_use]
    pub fn predates_requirement(&self) -> bool {
        self.predates
    }

    /// Fields that could not be proved and that the requirement waives by name.
    #[must_use]
    pub fn waived(&self) -> &[Field] {
        self.matched.as_ref().map_or(&[], |matched| &matched.waived)
    }

    /// What the requirement found worth knowing and did not refuse.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// Names the requirement that decided.
    #[must_use]
    pub fn requirement(&self) -> &str {
        &self.requirement
    }

    pub(super) fn verifier(&self) -> &[u8; 32] {
        &self.verifier
    }

    pub(super) fn at(&self) -> Timestamp {
        self.at
    }

    /// Holds the hashed bytes against what was verified. Extraction takes `&Admitted`, so that a digest
    /// which a lock file merely expects is never mistaken for bytes that were hashed.
    ///
    /// # Errors
    /// [`VerifyError::IntegrityMismatch`] if these are not the bytes.
    pub fn admit(self, bytes: Hashed) -> Result<Admitted, VerifyError> {
        bytes.must_be(self.artifact.sha512())?;
        Ok(Admitted::new(self, bytes))
    }
}

/// Evidence that nothing was required of. It can be shown and compared, and never admitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed(Evidence);

impl Observed {
    /// Takes note of evidence without requiring anything of it.
    #[must_use]
    pub fn of(evidence: Evidence) -> Self {
        Self(evidence)
    }

    /// What was seen.
    #[must_use]
    pub fn evidence(&self) -> &Evidence {
        &self.0
    }
}
