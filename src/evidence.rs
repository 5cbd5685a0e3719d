//! What verification found: per claim, and as evidence when nothing failed.

mod attestations;

use core::fmt;

use serde::Serialize;

pub use attestations::{LogSummary, Provenance, PublishAttestation};

use crate::artifact::Artifact;
use crate::claims::{History, PublishTime, RegistryHints};
use crate::error::{Kind, Text, VerifyError};
use crate::level::Level;
use crate::registry::{EndedKeyList, RegistrySignature};
use crate::time::Timestamp;

pub use crate::grounds::{CertificateGrounds, Grounds, LogGrounds};

/// Which claim an error or a note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Claim {
    /// The version's manifest, and what the consumer's own record says of it.
    Manifest,
    /// The registry's signature.
    RegistrySignature,
    /// The registry's publish attestation.
    PublishAttestation,
    /// The provenance.
    Provenance,
    /// The trusted publisher, or another requirement.
    Publisher,
    /// The audit as a whole.
    Audit,
}

/// What was found of one claim.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding<T> {
    /// It holds.
    Proven(T),
    /// It holds by itself, and something that must stand beside it does not.
    Unconfirmed(T, VerifyError),
    /// There is none, and the registry does not say that there is.
    Absent,
    /// Nobody asked.
    NotAsked,
    /// The verifier has no key that it could be judged by.
    NoKeys,
    /// The manifest advertises it, and it was not delivered.
    Withheld,
    /// It could not be fetched.
    Unavailable(Text),
    /// It does not hold.
    Failed(VerifyError),
}

impl<T> Finding<T> {
    /// What was proved, and nothing else.
    #[must_use]
    pub fn proven(&self) -> Option<&T> {
        match self {
            Self::Proven(value) => Some(value),
            _ => None,
        }
    }

    fn failure(&self) -> Option<&VerifyError> {
        match self {
            Self::Failed(error) => Some(error),
            _ => None,
        }
    }
}

/// Something worth knowing that neither proves nor refuses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Note {
    code: &'static str,
    message: String,
    claim: Claim,
}

impl Note {
    /// A note of one's own; its code should begin with `NOTE_`, its message is escaped.
    #[must_use]
    pub fn new(claim: Claim, code: &'static str, message: impl Into<Text>) -> Self {
        Self { code, message: message.into().to_string(), claim }
    }

    /// A stable code, `NOTE_COUNTERSIGN_…`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// What it says, escaped.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// One claim that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Which.
    pub claim: Claim,
    /// Why.
    pub error: VerifyError,
}

/// At least one failure, the gravest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failures(Vec<Failure>);

impl Failures {
    fn new(mut failures: Vec<Failure>) -> Option<Self> {
        failures.sort_by_key(|f| (f.error.rank(), f.claim, f.error.code()));
        (!failures.is_empty()).then_some(Self(failures))
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> &[Failure] {
        &self.0
    }

    /// The gravest.
    #[must_use]
    pub fn gravest(&self) -> Option<&VerifyError> {
        self.0.first().map(|failure| &failure.error)
    }

    /// The gravest one's code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.gravest().map_or("", VerifyError::code)
    }

    /// The gravest one's kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.gravest().map_or(Kind::Unproven, VerifyError::kind)
    }

    /// What to do about the gravest one.
    #[must_use]
    pub fn help(&self) -> &'static str {
        self.gravest().map_or("", VerifyError::help)
    }
}

impl fmt::Display for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, failure) in self.0.iter().enumerate() {
            write!(f, "{}{}", if i == 0 { "" } else { "; " }, failure.error)?;
        }
        Ok(())
    }
}

impl core::error::Error for Failures {}

/// What was looked at and found, claim by claim: for reports. It decides nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examination {
    pub(crate) artifact: Artifact,
    pub(crate) now: Timestamp,
    pub(crate) verifier: [u8; 32],
    pub(crate) claims: [u8; 32],
    pub(crate) manifest: Vec<VerifyError>,
    pub(crate) registry_signature: Result<RegistrySignature, VerifyError>,
    pub(crate) publish: Finding<PublishAttestation>,
    pub(crate) provenance: Finding<Provenance>,
    pub(crate) publish_time: PublishTime,
    pub(crate) hints: RegistryHints,
    pub(crate) asserted: Level,
    pub(crate) history: Option<History>,
    pub(crate) ended_keys: EndedKeyList,
    pub(crate) notes: Vec<Note>,
}

impl Examination {
    /// What it was about.
    #[must_use]
    pub fn artifact(&self) -> &Artifact {
        &self.artifact
    }

    /// The registry's signature.
    ///
    /// # Errors
    /// Why it does not hold.
    pub fn registry_signature(&self) -> Result<&RegistrySignature, &VerifyError> {
        self.registry_signature.as_ref()
    }

    /// The registry's publish attestation.
    #[must_use]
    pub fn publish_attestation(&self) -> &Finding<PublishAttestation> {
        &self.publish
    }

    /// The provenance.
    #[must_use]
    pub fn provenance(&self) -> &Finding<Provenance> {
        &self.provenance
    }

    /// How much was proved. A trusted publisher or an approval is in no certificate: for those see
    /// [`DistClaims::asserted_level`](crate::DistClaims::asserted_level).
    #[must_use]
    pub fn proved_level(&self) -> Level {
        match (self.provenance.proven(), &self.registry_signature) {
            (Some(_), _) => Level::Provenance,
            (None, Ok(RegistrySignature::Verified(_))) => Level::RegistrySignature,
            _ => Level::Unproven,
        }
    }

    /// What was proved, and beside proved provenance also what the registry says, unsigned, of a trusted
    /// publisher or an approval. For comparison with a later version alone: it raises no trust.
    #[must_use]
    pub fn level_with_hints(&self) -> Level {
        match self.proved_level() {
            Level::Provenance if self.hints.approver.is_some() => Level::StagedPublish,
            Level::Provenance if self.hints.trusted_publisher.is_some() => Level::TrustedPublisher,
            proved => proved,
        }
    }

    /// What the registry says, unsigned, about who published. It decides nothing.
    #[must_use]
    pub fn hints(&self) -> &RegistryHints {
        &self.hints
    }

    /// What the manifest says, unsigned, about how the version was published: [`DistClaims::asserted_level`](crate::DistClaims::asserted_level).
    #[must_use]
    pub fn asserted_level(&self) -> Level {
        self.asserted
    }

    /// What the registry says, unsigned, about all versions, if it was supplied. Nothing of it is proved.
    #[must_use]
    pub fn history(&self) -> Option<&History> {
        self.history.as_ref()
    }

    /// What is worth knowing.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// Every claim that failed; `None` if none did.
    #[must_use]
    pub fn failures(&self) -> Option<Failures> {
        let of = |claim| move |error: &VerifyError| Failure { claim, error: error.clone() };
        let manifest = self.manifest.iter().map(of(Claim::Manifest));
        let signature = self.registry_signature.as_ref().err().map(of(Claim::RegistrySignature));
        let publish = self.publish.failure().map(of(Claim::PublishAttestation));
        let provenance = self.provenance.failure().map(of(Claim::Provenance));
        Failures::new(manifest.chain(signature).chain(publish).chain(provenance).collect())
    }

    /// The evidence, if no claim failed.
    ///
    /// # Errors
    /// All failures.
    pub fn into_evidence(self) -> Result<Evidence, Failures> {
        match self.failures() {
            Some(failures) => Err(failures),
            None => Ok(Evidence(self)),
        }
    }
}

/// What was proved about one artifact. No claim about it failed; some may be absent or not known.
///
/// Only [`Verifier`](crate::Verifier) makes one, and it cannot be read back from storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence(Examination);

impl Evidence {
    /// What it is about.
    #[must_use]
    pub fn artifact(&self) -> &Artifact {
        &self.0.artifact
    }

    /// The moment it was verified for.
    #[must_use]
    pub fn verified_at(&self) -> Timestamp {
        self.0.now
    }

    /// The registry's signature; not every outcome proves something.
    #[must_use]
    pub fn registry_signature(&self) -> &RegistrySignature {
        match &self.0.registry_signature {
            Ok(signature) => signature,
            // No evidence is made of an examination with a failure.
            Err(_) => &RegistrySignature::Absent,
        }
    }

    /// The publish attestation, if it was proved.
    #[must_use]
    pub fn publish_attestation(&self) -> Option<&PublishAttestation> {
        self.0.publish.proven()
    }

    /// The provenance, if it was proved and counts.
    #[must_use]
    pub fn provenance(&self) -> Option<&Provenance> {
        self.0.provenance.proven()
    }

    /// When the registry's attestation was logged: it was published by then, and possibly earlier. See
    /// [`PublishAttestation::time`].
    #[must_use]
    pub fn published_at(&self) -> Option<Timestamp> {
        self.publish_attestation().map(PublishAttestation::time)
    }

    /// What is worth knowing.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.0.notes
    }

    /// Names the verifier's rules and trust material; equal to its `fingerprint`.
    #[must_use]
    pub fn verifier(&self) -> String {
        hex::encode(self.0.verifier)
    }

    /// Names the claims that were verified: SHA-256 of their stored form.
    #[must_use]
    pub fn claims(&self) -> String {
        hex::encode(self.0.claims)
    }

    /// Everything that was found.
    #[must_use]
    pub fn examination(&self) -> &Examination {
        &self.0
    }
}
