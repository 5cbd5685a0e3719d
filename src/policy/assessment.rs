//! Evidence held against a requirement, check by check. Authorization and reports both come from here.

use super::{Configured, Downgrade, EndedKeys, Exemption, Lift, Need, PublisherSource, Requirement};
use crate::claims::PublishTime;
use crate::error::Denied;
use crate::evidence::{Claim, Examination, Finding, Note, Provenance};
use crate::identity::SignerIdentity;
use crate::publisher::{Answer, Field, FieldAnswer, MatchStatus, PublisherMatch};
use crate::registry::{RegistrySignature, Window};
use crate::time::Timestamp;

/// What a requirement makes of what was found. Nothing denied is consent; only `authorize` says so, and
/// only of evidence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Assessment {
    /// Each check that is not met, in the order of the checks.
    pub(crate) denied: Vec<(Claim, Denied)>,
    /// The publisher that matched, else the nearest miss.
    pub(crate) compared: Option<Compared>,
    /// Whether somebody who is required signed the provenance: the named signer, or the publisher.
    pub(crate) by_somebody_wanted: bool,
    /// What would be denied but for it.
    pub(crate) exempted: Option<Exemption>,
    /// Provenance is wanting, and not asked of a version of that age.
    pub(crate) predates: bool,
    /// An earlier version was published with more, whatever the rule makes of it.
    pub(crate) downgrade: Option<Downgrade>,
    /// What is worth a look and refuses nothing.
    pub(crate) notes: Vec<Note>,
}

/// A publisher held against the certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Compared {
    pub(crate) publisher: PublisherMatch,
    pub(crate) source: PublisherSource,
    /// The fields whose waiver made it a match.
    pub(crate) waived: Vec<Field>,
    pub(crate) is_match: bool,
}

impl Requirement {
    pub(crate) fn assess(&self, examination: &Examination, now: Timestamp) -> Assessment {
        let mut assessment = Assessment::default();
        let mut check = |lift, claim, outcome: Result<(), Denied>| match (outcome, self.lifted(lift, now)) {
            (Ok(()), _) => {}
            (Err(_), Some(exemption)) => assessment.exempted = Some(exemption.clone()),
            (Err(denied), None) => {
                if !assessment.denied.contains(&(claim, denied.clone())) {
                    assessment.denied.push((claim, denied));
                }
            }
        };
        if let Some(ended_keys) = self.registry_signature {
            let outcome = self.signature(examination, ended_keys);
            check(Lift::RegistrySignature, Claim::RegistrySignature, outcome);
        }
        let (mut outcomes, mut notes) = (Vec::new(), Vec::new());
        let mut compared = None;
        if let Some(signer) = &self.signer {
            let outcome = require_provenance(examination).and_then(|found| signer.must_be(found.identity()));
            outcomes.push((Lift::Provenance, outcome));
        }
        if let Some(publishers) = &self.publishers {
            let outcome = require_provenance(examination).and_then(|found| {
                let (nearest, outcome) = self.publisher(publishers, found);
                compared = nearest;
                outcome
            });
            outcomes.push((Lift::TrustedPublisher, outcome));
        }
        let by_somebody_wanted = outcomes.iter().any(|(_, outcome)| outcome.is_ok());
        let exempts = self.since.as_ref().is_some_and(|since| since.exempts(examination));
        let predates = exempts && outcomes.iter().any(|(_, outcome)| outcome.is_err());
        if !predates {
            for (lift, outcome) in outcomes {
                check(lift, Claim::Publisher, outcome);
            }
        }
        if let Some(min_age) = self.min_age {
            check(Lift::MinAge, Claim::PublishAttestation, min_age.judge(examination, now));
        }
        let mut downgrade = None;
        if let Some(rule) = &self.downgrade {
            downgrade = rule.find(examination, now).unwrap_or_default();
            let found = rule.judge(examination, now).map(|note| notes.extend(note));
            check(Lift::Downgrade, Claim::Publisher, found);
        }
        Assessment { compared, by_somebody_wanted, predates, downgrade, notes, ..assessment }
    }

    /// Any publisher that matches in full wins; else the nearest miss is explained. Fields are never
    /// combined across two.
    fn publisher(&self, publishers: &[Configured], found: &Provenance) -> (Option<Compared>, Result<(), Denied>) {
        let waivers: Vec<Field> = self.waived.iter().copied().collect();
        let Some((publisher, source)) = self.nearest(publishers, found.identity()) else {
            return (None, Err(Denied::PublisherUnconfigured));
        };
        let (status, waived) = publisher.status_waiving(&waivers);
        let is_match = status == MatchStatus::Match;
        let outcome = if is_match { Ok(()) } else { Err(explain(&publisher, &waivers)) };
        (Some(Compared { publisher, source, waived, is_match }), outcome)
    }

    /// Of several publishers the first that matches in full; if none does, the nearest miss: the one with the
    /// fewest contradicted fields, then with the fewest unprovable ones, then the first.
    fn nearest(
        &self,
        publishers: &[Configured],
        identity: &SignerIdentity,
    ) -> Option<(PublisherMatch, PublisherSource)> {
        let waivers: Vec<Field> = self.waived.iter().copied().collect();
        let matches = publishers.iter().map(|configured| (configured.publisher.matches(identity), configured.source));
        matches.min_by_key(|(matched, _)| matched.distance(&waivers))
    }

    /// How the publishers and a signer compare: the one that matches in full, else the nearest miss, for a
    /// table of its fields. `None` if no publisher is required. It decides nothing.
    #[must_use]
    pub fn nearest_publisher(&self, identity: &SignerIdentity) -> Option<PublisherMatch> {
        self.nearest(self.publishers.as_deref()?, identity).map(|(publisher, _)| publisher)
    }

    fn signature(&self, examination: &Examination, ended_keys: EndedKeys) -> Result<(), Denied> {
        match examination.registry_signature() {
            Ok(RegistrySignature::Verified(signed)) if signed.window() == Window::Unjudged => {
                let pinned = || self.pinned.contains(examination.artifact().sha512());
                match (ended_keys, examination.publish_time) {
                    (EndedKeys::Accept, _) => Ok(()),
                    (EndedKeys::Pinned, _) if pinned() => Ok(()),
                    (_, PublishTime::NotAsked) => Err(Denied::NotSupplied { need: Need::PublishTime }),
                    _ => Err(Denied::WindowUnjudged { keyid: signed.keyid().into() }),
                }
            }
            Ok(RegistrySignature::Verified(_)) => Ok(()),
            Ok(RegistrySignature::Absent) => Err(Denied::MissingRegistrySignature),
            Ok(RegistrySignature::UnknownKey { keyids }) => {
                Err(Denied::UnknownRegistryKey { keyid: keyids.first().map_or("", String::as_str).into() })
            }
            Ok(RegistrySignature::NoKeys) => Err(Denied::NoRegistryKeys),
            Err(_) => Err(Denied::ClaimFailed { claim: "registry signature" }),
        }
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

/// Only provenance that was proved and counts. Each way of not having it is its own refusal, so that
/// a failed download is never taken for absence, nor absence for consent.
pub(crate) fn require_provenance(examination: &Examination) -> Result<&Provenance, Denied> {
    match examination.provenance() {
        Finding::Proven(provenance) => Ok(provenance),
        Finding::Absent | Finding::NoKeys => Err(Denied::MissingProvenance),
        Finding::Failed(_) => Err(Denied::ClaimFailed { claim: "provenance" }),
        Finding::NotAsked => Err(Denied::NotSupplied { need: Need::Attestations }),
        Finding::Withheld => Err(Denied::AttestationsWithheld),
        Finding::Unavailable(reason) => Err(Denied::AttestationsUnavailable { reason: reason.clone() }),
        Finding::Unconfirmed(_, error) => Err(Denied::ProvenanceUnconfirmed { code: error.code() }),
    }
}
