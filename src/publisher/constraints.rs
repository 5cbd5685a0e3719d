//! What a consumer may demand beside the registry's own fields. A constraint that is not set is not
//! judged; one that is set is a field like the others.

use super::answer::{FieldAnswer, MatchNote, Source};
use super::ref_rule::RefRule;
use super::{Field, Runner};
use crate::identity::{
    BUILD_CONFIG_DIGEST, COMMIT, OWNER_ID, REF, REF_RAW, REPOSITORY_ID, RUNNER, SignerIdentity, TRIGGER, TRIGGER_RAW,
    VISIBILITY,
};

/// What an early certificate says of the rest is not enough (design decision 11).
const PLAIN_RULE_ONLY: &str = "a certificate from before 2023-05 satisfies a plain rule and no more";

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Constraints {
    pub(super) environment: Option<Box<str>>,
    pub(super) git_ref: Option<RefRule>,
    pub(super) repository_id: Option<Box<str>>,
    pub(super) owner_id: Option<Box<str>>,
    /// Ascending, so that one rule has one written form.
    pub(super) triggers: Vec<Box<str>>,
    pub(super) runner: Runner,
    pub(super) visibility: Option<Box<str>>,
    /// In small letters.
    pub(super) workflow_digest: Option<Box<str>>,
}

impl Constraints {
    /// The answers to all but the environment, which each CI system states in its own way.
    pub(super) fn answers(&self, identity: &SignerIdentity) -> Vec<FieldAnswer> {
        let answers = [
            self.ref_of(identity),
            self.repository_id.as_deref().map(|id| {
                let absent = "the certificate states no number of the repository (1.15)";
                stated(Field::RepositoryId, REPOSITORY_ID, id, identity, absent)
            }),
            self.owner_id.as_deref().map(|id| {
                let absent = "the certificate states no number of the owner (1.17)";
                stated(Field::OwnerId, OWNER_ID, id, identity, absent)
            }),
            self.trigger_of(identity),
            self.visibility.as_deref().map(|visibility| {
                let absent = "the certificate does not state whether the repository was public (1.22)";
                stated(Field::Visibility, VISIBILITY, visibility, identity, absent)
            }),
            self.digest_of(identity),
        ];
        let plain_only = identity.is_early() && identity.build_config().is_none();
        let judged = answers.into_iter().flatten();
        judged.map(|answer| if plain_only { answer.doubting(PLAIN_RULE_ONLY) } else { answer }).collect()
    }

    /// What a reader should know of what was not demanded.
    pub(super) fn notes(&self, identity: &SignerIdentity) -> Vec<MatchNote> {
        let mut notes = Vec::new();
        if self.repository_id.is_none() && self.owner_id.is_none() {
            notes.push(MatchNote::NameOnlyPin);
        }
        if self.visibility.is_none() && identity.visibility().is_some_and(|visibility| visibility != "public") {
            notes.push(MatchNote::NotPublic);
        }
        notes
    }

    /// `None` if any runner will do.
    pub(super) fn runner_of(&self, hosted: &str, identity: &SignerIdentity) -> Option<FieldAnswer> {
        let absent = "the certificate states no runner (1.11)";
        (self.runner == Runner::Hosted).then(|| stated(Field::Runner, RUNNER, hosted, identity, absent))
    }

    fn ref_of(&self, identity: &SignerIdentity) -> Option<FieldAnswer> {
        let rule = self.git_ref.as_ref()?;
        let Some((number, found)) = identity.first_of([REF, REF_RAW]) else {
            let reason = "the certificate states no ref (1.14): it was issued for a bare commit";
            return Some(FieldAnswer::unprovable(Field::Ref, rule.as_str(), reason));
        };
        let source = Source::Extension(number);
        Some(FieldAnswer::of(Field::Ref, source, rule.as_str(), found, rule.allows(found)))
    }

    fn trigger_of(&self, identity: &SignerIdentity) -> Option<FieldAnswer> {
        if self.triggers.is_empty() {
            return None;
        }
        let expected = self.triggers.join(" or ");
        let Some((number, found)) = identity.first_of([TRIGGER, TRIGGER_RAW]) else {
            let reason = "the certificate states no event (1.20)";
            return Some(FieldAnswer::unprovable(Field::Trigger, &expected, reason));
        };
        let holds = self.triggers.iter().any(|trigger| **trigger == *found);
        Some(FieldAnswer::of(Field::Trigger, Source::Extension(number), &expected, found, holds))
    }

    fn digest_of(&self, identity: &SignerIdentity) -> Option<FieldAnswer> {
        let expected = self.workflow_digest.as_deref()?;
        let Some(found) = identity.build_config_digest() else {
            let reason = "the certificate does not state the commit of the workflow's file (1.19)";
            return Some(FieldAnswer::unprovable(Field::WorkflowDigest, expected, reason));
        };
        let source = Source::Extension(BUILD_CONFIG_DIGEST);
        // Hexadecimal digits are the same number in either case, and nothing else is folded.
        let holds = found.eq_ignore_ascii_case(expected);
        Some(FieldAnswer::of(Field::WorkflowDigest, source, expected, found, holds))
    }
}

/// One extension, byte by byte.
fn stated(field: Field, number: u32, expected: &str, identity: &SignerIdentity, absent: &'static str) -> FieldAnswer {
    match identity.extension(number) {
        Some(found) => FieldAnswer::equal(field, number, expected, found),
        None => FieldAnswer::unprovable(field, expected, absent),
    }
}

/// The expected `kind` of revision at the end of a workflow's URI: the certificate's own ref, else its
/// own commit. Nothing that a publisher configures stands there.
pub(super) fn revisions(identity: &SignerIdentity) -> [Option<&str>; 2] {
    [identity.extension(REF), identity.extension(COMMIT)]
}
