//! What was found of one package, and what follows from it.

use core::cmp::{Ordering, Reverse};

use serde::Serialize;

use super::claims::{ProvenanceReport, PublishReport, PublisherReport, PublisherReportStatus, SignatureReport};
use super::decision::{AssertedReport, DriftReport, PolicyReport};
use super::failure::FailureReport;
use super::role::Role;
use crate::error::{Denied, Text, VerifyError, escaped};
use crate::evidence::{Claim, Examination, Finding, Note};
use crate::level::Level;
use crate::policy::{Assessment, Drift, DriftEvent, Lift, Resolved, Severity};
use crate::publisher::FieldAnswer;
use crate::registry::RegistrySignature;
use crate::registry_id::RegistryId;

/// Which entry of a dependency tree a report is about, as its lock file writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The registry's name of the package.
    pub name: String,
    /// The version.
    pub version: String,
    /// The integrity, where there is one.
    pub integrity: Option<String>,
    /// Where it is installed.
    pub locations: Vec<String>,
}

/// What follows for one package. Ordered from the best to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Verdict {
    /// No registry package.
    Skipped,
    /// Something was proved and nothing speaks against it.
    Verified,
    /// Not known.
    Unverifiable,
    /// Sound, and not what is required.
    Denied,
    /// Forged, altered, or broken.
    Invalid,
}

/// What was found of one package.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PackageReport {
    name: String,
    version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    integrity: Option<String>,
    /// Where it is another than the report's.
    #[serde(skip_serializing_if = "Option::is_none")]
    registry_identity: Option<RegistryId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<&'static str>,
    locations: Vec<String>,
    verdict: Verdict,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    role: Option<Role>,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<Level>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    claims: Option<ClaimReports>,
    #[serde(skip_serializing_if = "Option::is_none")]
    registry_asserted: Option<AssertedReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<PolicyReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    drift: Option<Vec<DriftReport>>,
    failures: Vec<FailureReport>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<Note>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClaimReports {
    pub(super) registry_signature: SignatureReport,
    pub(super) publish_attestation: PublishReport,
    pub(super) provenance: ProvenanceReport,
    pub(super) publisher: PublisherReport,
}

impl PackageReport {
    /// A package whose claims were examined, judged by what a policy says of it, if there is one, at the
    /// moment of the examination. Name, version and digest are those that were examined.
    #[must_use]
    pub fn examined(examination: &Examination, locations: Vec<String>, resolved: Option<&Resolved<'_>>) -> Self {
        let requirement = resolved.and_then(Resolved::requirement);
        let assessment = requirement.map(|requirement| requirement.assess(examination, examination.now));
        let publisher = PublisherReport::of(requirement, assessment.as_ref());
        let matched = publisher.status == PublisherReportStatus::Match;
        let by_somebody_wanted = assessment.as_ref().is_some_and(|assessment| assessment.by_somebody_wanted);
        let mut failures = failures_of(examination, by_somebody_wanted, resolved);
        if let Some(assessment) = &assessment {
            add_denials(&mut failures, assessment);
        }
        let mut notes = examination.notes().to_vec();
        notes.extend(assessment.iter().flat_map(|assessment| assessment.notes.clone()));
        notes.sort();
        let artifact = examination.artifact();
        let subject = Subject {
            name: artifact.id().name().into(),
            version: artifact.id().version().into(),
            integrity: Some(artifact.sha512().to_string()),
            locations,
        };
        let report = Self {
            registry_identity: Some(artifact.registry().clone()),
            bytes: Some(if artifact.is_hashed() { "hashed" } else { "expected" }),
            level: Some(if matched { Level::TrustedPublisher } else { examination.proved_level() }),
            claims: Some(ClaimReports {
                registry_signature: SignatureReport::of(examination),
                publish_attestation: PublishReport::of(examination.publish_attestation()),
                provenance: ProvenanceReport::of(examination.provenance()),
                publisher,
            }),
            registry_asserted: AssertedReport::of(examination.hints()),
            drift: assessment
                .as_ref()
                .and_then(|a| a.downgrade.as_ref())
                .map(|found| vec![DriftReport::downgrade(found)]),
            policy: resolved
                .filter(|resolved| !resolved.is_silent())
                .map(|resolved| PolicyReport::of(resolved, assessment.as_ref(), examination)),
            notes,
            ..Self::bare(subject)
        };
        report.failed(failures)
    }

    /// Adds failures; the gravest decides.
    fn failed(mut self, failures: Vec<FailureReport>) -> Self {
        self.failures.extend(failures);
        self.failures.sort_by_key(|failure| (Reverse(failure.verdict), failure.rank));
        self.verdict = self.failures.first().map_or(Verdict::Verified, |gravest| gravest.verdict);
        self
    }

    /// With what differs from the trust lock. An event of at least that severity denies, unless a person
    /// accepted it; below that it is only shown. `None` compares and never denies.
    #[must_use]
    pub fn with_drift(mut self, drift: &Drift, denies_from: Option<Severity>) -> Self {
        let events = drift.events().iter().map(|event| DriftReport::of(event, drift.is_accepted()));
        self.drift.get_or_insert_default().extend(events);
        let gravest = drift.events().iter().map(DriftEvent::severity).max();
        let grave = denies_from.is_some_and(|least| gravest >= Some(least));
        match drift.must_be_clean() {
            Err(denied) if grave => self.failed(vec![FailureReport::denied(&denied, Claim::Publisher)]),
            _ => self,
        }
    }

    /// With what is worth knowing of how its documents were come by.
    #[must_use]
    pub fn with_notes(mut self, notes: impl IntoIterator<Item = Note>) -> Self {
        self.notes.extend(notes);
        self.notes.sort();
        self
    }

    /// With its place in the dependency tree, for the rollout's counts.
    #[must_use]
    pub fn in_tree(mut self, role: Role) -> Self {
        self.role = Some(role);
        self
    }

    /// A package whose documents or lock file entry could not be read: nothing of it was examined.
    #[must_use]
    pub fn unreadable(subject: Subject, error: &VerifyError) -> Self {
        let failure = FailureReport::verify(error, Claim::Manifest);
        Self { verdict: failure.verdict, failures: vec![failure], ..Self::bare(subject) }
    }

    /// A package whose manifest could not be fetched.
    #[must_use]
    pub fn unavailable(subject: Subject, reason: &str) -> Self {
        let failure = FailureReport {
            code: "ERR_COUNTERSIGN_MANIFEST_UNAVAILABLE",
            message: Text::from(format!("the version's manifest could not be fetched: {reason}")).to_string(),
            claim: Claim::Manifest,
            help: "Try again; if the registry does not know this version, the lock file names one that it should.",
            verdict: Verdict::Unverifiable,
            rank: u8::MAX,
        };
        Self { verdict: failure.verdict, failures: vec![failure], ..Self::bare(subject) }
    }

    /// A package whose bytes were to be hashed and could not be obtained: its consumer has no digest of its
    /// own, or asked for them.
    #[must_use]
    pub fn without_bytes(subject: Subject, reason: &str) -> Self {
        let failure = FailureReport {
            code: "ERR_COUNTERSIGN_TARBALL_UNAVAILABLE",
            message: Text::from(format!("the tarball could not be hashed: {reason}")).to_string(),
            claim: Claim::Manifest,
            help: "Try again, or state the digest that it must have; the registry's own word for it proves nothing.",
            verdict: Verdict::Unverifiable,
            rank: u8::MAX,
        };
        Self { verdict: failure.verdict, failures: vec![failure], ..Self::bare(subject) }
    }

    /// A package that is installed and is not what the consumer's record has in its place, so that no digest
    /// of the consumer's own belongs to it.
    #[must_use]
    pub fn not_as_locked(subject: Subject, reason: &str) -> Self {
        let failure = FailureReport {
            code: "ERR_COUNTERSIGN_NOT_AS_LOCKED",
            message: Text::from(format!("what is installed is not what is locked: {reason}")).to_string(),
            claim: Claim::Manifest,
            help: "Install anew from the lock file (`npm ci`); if it differs again, find out what changes the tree.",
            verdict: Verdict::Unverifiable,
            rank: u8::MAX,
        };
        Self { verdict: failure.verdict, failures: vec![failure], ..Self::bare(subject) }
    }

    /// A package, or whatever stands in its place, that a rule turns away before anything is examined.
    #[must_use]
    pub fn denied(subject: Subject, denied: &Denied) -> Self {
        let failure = FailureReport::denied(denied, Claim::Publisher);
        Self { verdict: failure.verdict, failures: vec![failure], ..Self::bare(subject) }
    }

    /// An entry that is no registry package.
    #[must_use]
    pub fn skipped(subject: Subject, reason: &str) -> Self {
        Self { verdict: Verdict::Skipped, reason: Some(Text::from(reason).to_string()), ..Self::bare(subject) }
    }

    fn bare(subject: Subject) -> Self {
        let mut locations: Vec<String> = subject.locations.iter().map(|location| escaped(location)).collect();
        locations.sort();
        Self {
            name: escaped(&subject.name),
            version: escaped(&subject.version),
            integrity: subject.integrity.as_deref().map(escaped),
            registry_identity: None,
            bytes: None,
            locations,
            verdict: Verdict::Unverifiable,
            reason: None,
            role: None,
            level: None,
            claims: None,
            registry_asserted: None,
            policy: None,
            drift: None,
            failures: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// What follows.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// Name and version.
    #[must_use]
    pub fn package(&self) -> (&str, &str) {
        (&self.name, &self.version)
    }

    /// Where it is installed, sorted.
    #[must_use]
    pub fn locations(&self) -> &[String] {
        &self.locations
    }

    /// The codes of the failures, the gravest first.
    pub fn codes(&self) -> impl Iterator<Item = &'static str> {
        self.failures.iter().map(|failure| failure.code)
    }

    /// What to do about each failure, in the order of [`PackageReport::codes`].
    pub fn help(&self) -> impl Iterator<Item = &'static str> {
        self.failures.iter().map(|failure| failure.help)
    }

    /// Leaves out what the report says of all its packages.
    pub(super) fn within(mut self, identity: &RegistryId) -> Self {
        self.registry_identity = self.registry_identity.filter(|own| own != identity);
        self
    }

    pub(super) fn role(&self) -> Option<Role> {
        self.role
    }

    /// How much is proved of it; `None` if nothing of it was examined.
    #[must_use]
    pub fn level(&self) -> Option<Level> {
        self.level
    }

    /// The group of the rule that decided.
    #[must_use]
    pub fn group(&self) -> Option<&str> {
        self.policy.as_ref().and_then(PolicyReport::group)
    }

    /// How the fields of the publisher that matched, or came nearest, compare with the certificate's. Empty if
    /// none is required, or there was nothing to compare it with.
    #[must_use]
    pub fn publisher_fields(&self) -> &[FieldAnswer] {
        self.claims.as_ref().map(|claims| claims.publisher.fields()).unwrap_or_default()
    }

    pub(super) fn claims(&self) -> Option<&ClaimReports> {
        self.claims.as_ref()
    }

    pub(super) fn order(&self, other: &Self) -> Ordering {
        let names = self.name.cmp(&other.name).then_with(|| self.version.cmp(&other.version));
        names.then_with(|| self.integrity.cmp(&other.integrity)).then_with(|| self.locations.cmp(&other.locations))
    }
}

/// Everything that lowers the verdict without a policy: failed claims, and what is wanting where it
/// should be.
fn failures_of(
    examination: &Examination,
    by_somebody_wanted: bool,
    resolved: Option<&Resolved<'_>>,
) -> Vec<FailureReport> {
    let mut failures: Vec<FailureReport> = examination
        .failures()
        .iter()
        .flat_map(|failures| failures.all())
        .map(|failure| FailureReport::verify(&failure.error, failure.claim))
        .collect();
    let lifted = resolved.is_some_and(|r| r.lifted(Lift::RegistrySignature, examination.now).is_some());
    failures.extend(signature_wanting(examination, by_somebody_wanted, lifted));
    match examination.provenance() {
        Finding::Withheld => failures.push(FailureReport::denied(&Denied::AttestationsWithheld, Claim::Provenance)),
        Finding::Unavailable(reason) => {
            let denied = Denied::AttestationsUnavailable { reason: reason.clone() };
            failures.push(FailureReport::denied(&denied, Claim::Provenance));
        }
        Finding::Unconfirmed(_, error) => failures.push(FailureReport::verify(error, Claim::Provenance)),
        _ => {}
    }
    failures
}

/// Without a registry signature something else must bind the package to its registry, or to somebody
/// who is wanted: provenance by just anybody would let an attacker bring his own (design decision 14).
///
/// An exemption lifts what npm owes every version; that nothing at all is proved it does not lift.
fn signature_wanting(examination: &Examination, by_somebody_wanted: bool, lifted: bool) -> Option<FailureReport> {
    let claim = Claim::RegistrySignature;
    let proved = examination.publish_attestation().proven().is_some() || by_somebody_wanted;
    match examination.registry_signature() {
        Ok(RegistrySignature::Absent) => {
            // npm signs every version, so that one without is not what npm serves. Of another registry
            // that is not known: there it only leaves the package unproved.
            let verdict = match (examination.artifact().registry().is_npm() && !lifted, proved) {
                (true, _) => Verdict::Invalid,
                (false, false) => Verdict::Unverifiable,
                (false, true) => return None,
            };
            Some(FailureReport { verdict, ..FailureReport::denied(&Denied::MissingRegistrySignature, claim) })
        }
        Ok(RegistrySignature::UnknownKey { keyids }) => {
            let keyid = keyids.first().map_or("", String::as_str).into();
            Some(FailureReport::denied(&Denied::UnknownRegistryKey { keyid }, claim))
        }
        Ok(RegistrySignature::NoKeys) if !proved => Some(FailureReport::denied(&Denied::NoRegistryKeys, claim)),
        _ => None,
    }
}

/// What the requirement denies. What is wanting anyway is not said twice; that it is also required can make it
/// graver.
fn add_denials(failures: &mut Vec<FailureReport>, assessment: &Assessment) {
    let (known, denied) = (failures.len(), &assessment.denied);
    for (claim, denied) in denied.iter().filter(|(_, denied)| !matches!(denied, Denied::ClaimFailed { .. })) {
        let failure = FailureReport::denied(denied, *claim);
        match failures.iter_mut().take(known).find(|other| other.code == failure.code) {
            Some(other) => other.verdict = other.verdict.max(failure.verdict),
            None => failures.push(failure),
        }
    }
}
