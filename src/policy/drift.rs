//! What differs from the trust lock.

mod kind;

use core::cmp::Reverse;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use crate::error::{Denied, Text};
use crate::evidence::Evidence;
use crate::integrity::Sha512Digest;
use crate::package::PackageId;
use crate::registry_id::RegistryId;
use crate::time::Timestamp;

pub use kind::{DriftKind, Severity};

/// One difference between what is pinned and what was proved now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriftEvent {
    kind: DriftKind,
    before: Option<Text>,
    after: Option<Text>,
}

impl DriftEvent {
    pub(super) fn new(kind: DriftKind, before: Option<&str>, after: Option<&str>) -> Self {
        Self { kind, before: before.map(Text::from), after: after.map(Text::from) }
    }

    /// What sort of change it is.
    #[must_use]
    pub fn kind(&self) -> DriftKind {
        self.kind
    }

    /// How grave it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.kind.severity()
    }

    /// What is pinned, for people; `None` if nothing is.
    #[must_use]
    pub fn before(&self) -> Option<&Text> {
        self.before.as_ref()
    }

    /// What was found now, for people; `None` if nothing was.
    #[must_use]
    pub fn after(&self) -> Option<&Text> {
        self.after.as_ref()
    }

    /// What the person who reads it can do.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        self.kind.advice()
    }
}

impl Serialize for DriftEvent {
    /// `{event, severity, before, after, advice}`; what is not known is left out.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let known = [&self.before, &self.after].into_iter().flatten().count();
        let mut event = serializer.serialize_struct("DriftEvent", known.saturating_add(3))?;
        event.serialize_field("event", &self.kind)?;
        event.serialize_field("severity", &self.severity())?;
        match &self.before {
            Some(before) => event.serialize_field("before", before)?,
            None => event.skip_field("before")?,
        }
        match &self.after {
            Some(after) => event.serialize_field("after", after)?,
            None => event.skip_field("after")?,
        }
        event.serialize_field("advice", self.advice())?;
        event.end()
    }
}

/// Which evidence was compared with which lock: consent to one difference is no consent to another.
#[derive(Clone, Debug, PartialEq, Eq)]
struct About {
    registry: RegistryId,
    id: PackageId,
    sha512: Sha512Digest,
    claims: [u8; 32],
    verifier: [u8; 32],
    at: Timestamp,
}

impl About {
    fn of(evidence: &Evidence) -> Self {
        let (artifact, examination) = (evidence.artifact(), evidence.examination());
        Self {
            registry: artifact.registry().clone(),
            id: artifact.id().clone(),
            sha512: *artifact.sha512(),
            claims: examination.claims,
            verifier: examination.verifier,
            at: evidence.verified_at(),
        }
    }
}

/// How one version differs from what the trust lock pins of its package. Only
/// [`TrustLock::compare`](super::TrustLock::compare) makes one. It is written as the list of its events.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Drift {
    about: About,
    lock: [u8; 32],
    events: Vec<DriftEvent>,
    accepted: bool,
}

impl Drift {
    pub(super) fn new(evidence: &Evidence, lock: [u8; 32], mut events: Vec<DriftEvent>) -> Self {
        events.sort_by_key(|event| (Reverse(event.severity()), event.kind));
        Self { about: About::of(evidence), lock, events, accepted: false }
    }

    /// Every difference, the gravest first.
    #[must_use]
    pub fn events(&self) -> &[DriftEvent] {
        &self.events
    }

    /// Whether there is none, or none but that the package is seen for the first time.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.events.iter().all(|event| event.kind == DriftKind::FirstSeen)
    }

    /// A person's consent to these very differences, for this very version.
    pub fn accept(self) -> Self {
        Self { accepted: true, ..self }
    }

    /// Whether a person has consented.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.accepted
    }

    /// Refuses a version that differs, unless the difference was [accepted](Self::accept).
    ///
    /// # Errors
    /// [`Denied::Drift`] with the gravest event.
    pub fn must_be_clean(&self) -> Result<(), Denied> {
        let gravest = self.events.iter().find(|event| event.kind != DriftKind::FirstSeen);
        match gravest {
            Some(event) if !self.accepted => Err(Denied::Drift {
                event: event.kind.as_str(),
                before: event.before.clone().unwrap_or_else(|| Text::from("nothing")),
                after: event.after.clone().unwrap_or_else(|| Text::from("nothing")),
            }),
            _ => Ok(()),
        }
    }

    /// Whether it was made of this evidence and of that lock.
    pub(super) fn is_of(&self, evidence: &Evidence, lock: &[u8; 32]) -> bool {
        self.about == About::of(evidence) && self.lock == *lock
    }

    /// Whether it holds an event of that kind.
    pub(super) fn has(&self, kind: DriftKind) -> bool {
        self.events.iter().any(|event| event.kind == kind)
    }
}

impl Serialize for Drift {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.events.serialize(serializer)
    }
}
