//! One pinned version against what was proved of another, or of the same one again.
//!
//! Everything is compared with one entry: of two entries, one could supply the repository and the other
//! the workflow of a publisher that never was.

use super::entry::Pin;
use super::signer::PinnedSigner;
use crate::evidence::{Evidence, Finding};
use crate::level::Level;
use crate::policy::drift::{DriftEvent, DriftKind};
use crate::registry::RegistrySignature;
use crate::time::Timestamp;

use super::PinnedVersion;

/// What stands in an event for something that the certificate does not state.
const NOT_STATED: &str = "not stated";
/// How the registry's unsigned word is marked (attacks.md PO-36).
const ASSERTED: &str = "registry-asserted";

/// The events that people without any right in the project can fire.
///
/// GitHub: whoever has an account can open and comment on issues, discussions and pull requests,
/// fork, star and edit a public wiki; `workflow_run` follows such a run, and the four about checks,
/// statuses and deployments are fired by apps that react to a stranger's pull request. GitLab: merge
/// requests, also from forks and mirrors. All others need the right to write.
const BY_OUTSIDERS: [&str; 20] = [
    "check_run",
    "check_suite",
    "deployment_status",
    "discussion",
    "discussion_comment",
    "external_pull_request_event",
    "fork",
    "gollum",
    "issue_comment",
    "issues",
    "merge_request_event",
    "pull_request",
    "pull_request_comment",
    "pull_request_review",
    "pull_request_review_comment",
    "pull_request_review_thread",
    "pull_request_target",
    "status",
    "watch",
    "workflow_run",
];

pub(super) fn compare(before: Pin<'_>, version: &PinnedVersion, evidence: &Evidence) -> Vec<DriftEvent> {
    let mut events = Vec::new();
    if let Some(signer) = before.signer() {
        provenance(before, signer, evidence, &mut events);
    }
    if let Some(keyid) = before.keyid() {
        registry_signature(before, keyid, version, evidence, &mut events);
    }
    events
}

fn provenance(before: Pin<'_>, signer: &PinnedSigner, evidence: &Evidence, events: &mut Vec<DriftEvent>) {
    let who = signer.repository().or(signer.subject());
    if let Some(now) = PinnedSigner::confirmed(evidence) {
        compare_signers(signer, &now, events);
        let level = evidence.examination().level_with_hints();
        if before.level() >= Level::TrustedPublisher && level < Level::TrustedPublisher {
            let say = |level: Level| format!("{} ({ASSERTED})", level.as_str());
            let (before, after) = (say(before.level()), say(level));
            events.push(DriftEvent::new(DriftKind::TrustedPublishingLost, Some(&before), Some(&after)));
        }
        return;
    }
    let unknown = match evidence.examination().provenance() {
        Finding::Absent => {
            events.push(DriftEvent::new(DriftKind::ProvenanceLost, who, None));
            return;
        }
        Finding::NotAsked => "not asked for",
        Finding::Withheld => "advertised and not delivered",
        Finding::Unavailable(_) => "could not be fetched",
        Finding::Unconfirmed(..) => "not confirmed by the registry",
        // Proven without a publish attestation, or by a certificate that names nobody; and what no
        // evidence holds.
        Finding::Proven(_) | Finding::NoKeys | Finding::Failed(_) => "not confirmed by the registry",
    };
    events.push(DriftEvent::new(DriftKind::ProvenanceNotKnown, who, Some(unknown)));
}

pub(super) fn compare_signers(before: &PinnedSigner, now: &PinnedSigner, events: &mut Vec<DriftEvent>) {
    if let Some(event) = other_publisher(before, now) {
        // The finer fields are another's, and equal by his choice.
        events.push(event);
        return;
    }
    if !same(before.folds_case(), before.repository(), now.repository()) {
        events.push(DriftEvent::new(DriftKind::RepositoryRenamed, before.repository(), now.repository()));
    }
    let mut add = |kind, before: Option<&str>, now: Option<&str>| {
        events.push(DriftEvent::new(kind, before, Some(now.unwrap_or(NOT_STATED))));
    };
    if lost_or_other(before.owner_id(), now.owner_id()) {
        add(DriftKind::OwnerTransferred, before.owner_id(), now.owner_id());
    }
    if lost_or_other(before.workflow(), now.workflow()) {
        add(DriftKind::WorkflowChanged, before.workflow(), now.workflow());
    }
    if lost_or_other(before.git_ref(), now.git_ref()) && !now.git_ref().is_some_and(is_tag) {
        add(DriftKind::RefMoved, before.git_ref(), now.git_ref());
    }
    match (before.environment(), now.environment()) {
        (Some(_), None) => add(DriftKind::EnvironmentDropped, before.environment(), None),
        (Some(_), Some(_)) if !same(before.folds_case(), before.environment(), now.environment()) => {
            add(DriftKind::EnvironmentChanged, before.environment(), now.environment());
        }
        _ => {}
    }
    let hosted =
        |runner: Option<&str>| runner.is_some_and(|runner| runner.ends_with("-hosted") && !is_self_hosted(runner));
    if (hosted(before.runner()) && !hosted(now.runner()))
        || (before.runner().is_none() && now.runner().is_some_and(is_self_hosted))
    {
        add(DriftKind::RunnerSelfHosted, before.runner(), now.runner());
    }
    let by_outsiders = |trigger: Option<&str>| trigger.is_some_and(|trigger| BY_OUTSIDERS.contains(&trigger));
    if by_outsiders(now.trigger()) && !by_outsiders(before.trigger()) {
        add(DriftKind::TriggerOpened, before.trigger(), now.trigger());
    }
    if before.callee() != now.callee() {
        events.push(DriftEvent::new(DriftKind::CalleeChanged, before.callee(), now.callee()));
    }
}

/// Whether it is somebody else, for all that the certificate says. What cannot be told apart from
/// somebody else is.
fn other_publisher(before: &PinnedSigner, now: &PinnedSigner) -> Option<DriftEvent> {
    let changed = |before, now| Some(DriftEvent::new(DriftKind::PublisherChanged, before, now));
    if before.issuer() != now.issuer() {
        return changed(Some(before.issuer()), Some(now.issuer()));
    }
    if before.subject() != now.subject() {
        return changed(before.subject().or(before.repository()), now.subject().or(now.repository()));
    }
    let same_name = same(before.folds_case(), before.repository(), now.repository());
    match (before.repository_id(), now.repository_id()) {
        (Some(one), Some(other)) if one != other => {
            let say = |signer: &PinnedSigner, id| format!("{} (id {id})", signer.repository().unwrap_or(NOT_STATED));
            let (before, now) = (say(before, one), say(now, other));
            Some(DriftEvent::new(DriftKind::RepositoryTakenOver, Some(&before), Some(&now)))
        }
        (Some(_), Some(_)) => None,
        (Some(id), None) if same_name => changed(Some(id), Some(NOT_STATED)),
        _ if same_name => None,
        _ => changed(before.repository(), Some(now.repository().unwrap_or(NOT_STATED))),
    }
}

fn registry_signature(
    before: Pin<'_>,
    keyid: &str,
    version: &PinnedVersion,
    evidence: &Evidence,
    events: &mut Vec<DriftEvent>,
) {
    let now = match evidence.registry_signature() {
        RegistrySignature::Verified(signed) => signed.keyid(),
        RegistrySignature::Absent => {
            events.push(DriftEvent::new(DriftKind::RegistrySignatureLost, Some(keyid), None));
            return;
        }
        RegistrySignature::UnknownKey { keyids } => {
            let now = keyids.first().map(String::as_str);
            events.push(DriftEvent::new(DriftKind::RegistrySignatureNotKnown, Some(keyid), now));
            return;
        }
        RegistrySignature::NoKeys => {
            let now = Some("no keys are trusted");
            events.push(DriftEvent::new(DriftKind::RegistrySignatureNotKnown, Some(keyid), now));
            return;
        }
    };
    if now == keyid {
        return;
    }
    let newer = version.parsed().cmp_precedence(before.version.parsed()).is_gt();
    let end = |id: &str| evidence.examination().ended_keys.iter().find(|(key, _)| key == id).map(|(_, end)| *end);
    if let Some(kind) = other_key(end(keyid), end(now), newer, evidence.verified_at()) {
        events.push(DriftEvent::new(kind, Some(keyid), Some(now)));
    }
}

/// What it means that another key signed, by the ends of both. Of a key that is no longer in the key set
/// no end is known.
fn other_key(before: Option<Timestamp>, now: Option<Timestamp>, newer: bool, at: Timestamp) -> Option<DriftKind> {
    let has_ended = |end: Option<Timestamp>| end.is_some_and(|end| end < at);
    let outlives = before.is_none_or(|before| now.is_some_and(|now| now < before));
    match (has_ended(before), has_ended(now)) {
        (true, false) => None,
        (_, true) if newer && outlives => Some(DriftKind::EndedKeyReused),
        _ => Some(DriftKind::SigningKeyChanged),
    }
}

fn same(folds_case: bool, one: Option<&str>, other: Option<&str>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) if folds_case => one.eq_ignore_ascii_case(other),
        _ => one == other,
    }
}

/// Something was pinned, and now it is another, or not stated. What was not pinned cannot differ.
fn lost_or_other(before: Option<&str>, now: Option<&str>) -> bool {
    before.is_some() && before != now
}

fn is_tag(git_ref: &str) -> bool {
    git_ref.starts_with("refs/tags/")
}

fn is_self_hosted(runner: &str) -> bool {
    runner == "self-hosted"
}

#[cfg(test)]
mod tests;
