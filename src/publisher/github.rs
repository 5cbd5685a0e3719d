//! A workflow of GitHub Actions as trusted publisher.
//!
//! npm binds the token's `repository` and `workflow_ref`: the workflow that was *started*, which
//! Fulcio writes into 1.12 and 1.18. The subject and 1.9 name the workflow that contains the job.
//! Anybody may call the publisher's reusable workflow from a repository of his own, and his
//! certificate then has the publisher's workflow in its subject (attacks.md ID-31).

use super::answer::{FieldAnswer, MatchNote, Source};
use super::constraints::{Constraints, revisions};
use super::matched::PublisherMatch;
use super::reusable::{self, Reusable, WORKFLOWS};
use super::{Field, TrustedPublisher, environment, spelling};
use crate::error::ParseError;
use crate::identity::{
    BUILD_CONFIG_URI, COMMIT_RAW, GITHUB, GITHUB_ISSUER, ISSUER, ISSUER_RAW, REF_RAW, REPOSITORY, REPOSITORY_RAW,
    SignerIdentity,
};

/// What 1.11 says of the only runners from which npm lets a trusted publisher publish.
const HOSTED: &str = "github-hosted";

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct GitHub {
    pub(super) repository: Box<str>,
    pub(super) file: Box<str>,
    pub(super) enterprise: Option<Box<str>>,
    /// Ascending; empty if any workflow may contain the job.
    pub(super) allowed_signers: Vec<Reusable>,
    pub(super) constraints: Constraints,
}

impl GitHub {
    pub(super) fn new(repository: &str, file: &str) -> Result<Self, ParseError> {
        Ok(Self {
            repository: spelling::spelt("repository", repository, spelling::repository)?,
            file: spelling::spelt("workflow file", file, spelling::workflow_file)?,
            enterprise: None,
            allowed_signers: Vec::new(),
            constraints: Constraints::default(),
        })
    }

    pub(super) fn matches(&self, publisher: &TrustedPublisher, identity: &SignerIdentity) -> PublisherMatch {
        let mut fields = vec![self.issuer_of(identity), self.repository_of(identity), self.workflow_of(identity)];
        let mut notes = Vec::new();
        match self.constraints.runner_of(HOSTED, identity) {
            // Before 2023-05 no certificate could state it.
            Some(_) if identity.runner().is_none() && identity.is_early() => notes.push(MatchNote::RunnerNotStated),
            answer => fields.extend(answer),
        }
        fields.extend(self.constraints.environment.as_deref().map(|name| environment::of_github(name, identity)));
        if !self.allowed_signers.is_empty() {
            fields.push(reusable::signer_of(&self.allowed_signers, identity));
        }
        fields.extend(self.constraints.answers(identity));
        notes.extend(self.constraints.notes(identity));
        PublisherMatch::new(publisher, fields, notes, identity.callee())
    }

    fn issuer_of(&self, identity: &SignerIdentity) -> FieldAnswer {
        let expected = match &self.enterprise {
            Some(slug) => format!("{GITHUB_ISSUER}/{slug}"),
            None => GITHUB_ISSUER.into(),
        };
        match identity.first_of([ISSUER, ISSUER_RAW]) {
            Some((number, found)) => FieldAnswer::equal(Field::Issuer, number, &expected, found),
            None => FieldAnswer::unprovable(Field::Issuer, &expected, "the certificate states no issuer (1.8)"),
        }
    }

    fn repository_of(&self, identity: &SignerIdentity) -> FieldAnswer {
        let expected = format!("{GITHUB}{}", self.repository);
        let Some((number, found)) = repository(identity) else {
            let reason = "the certificate states no repository (1.12)";
            return FieldAnswer::unprovable(Field::Repository, &expected, reason);
        };
        let answer = FieldAnswer::equal(Field::Repository, number, &expected, found);
        // GitHub gives no two owners or repositories names that differ only in ASCII case. Host and
        // scheme are not folded, and no other letter is.
        match found.strip_prefix(GITHUB) {
            Some(name) if found != expected && name.eq_ignore_ascii_case(&self.repository) => {
                let source = Source::Extension(number);
                let folded = FieldAnswer::proven(Field::Repository, source, &expected, found);
                folded.noting(MatchNote::CaseDiffers)
            }
            _ => answer,
        }
    }

    /// The whole URI is built from the certificate's own repository and ref, so that this field says
    /// only which file it was: the repository is judged by itself.
    fn workflow_of(&self, identity: &SignerIdentity) -> FieldAnswer {
        let Some(started) = identity.build_config() else { return self.job_workflow_of(identity) };
        let built = self.built(identity.extension(REPOSITORY), revisions(identity));
        let source = Source::Extension(BUILD_CONFIG_URI);
        let same = built.iter().find(|uri| identity.is_uri(started, uri));
        match same.or(built.first()) {
            Some(expected) => FieldAnswer::of(Field::Workflow, source, expected, started, same.is_some()),
            None => {
                self.unprovable("the certificate states no repository (1.12), or neither ref (1.14) nor commit (1.13)")
            }
        }
    }

    /// Without 1.18, which is excusable only before it was introduced: afterwards a certificate
    /// without it hides who called whom.
    fn job_workflow_of(&self, identity: &SignerIdentity) -> FieldAnswer {
        if !identity.is_early() {
            return self.unprovable("the certificate does not state the started workflow (1.18)");
        }
        let ends = [identity.extension(REF_RAW), identity.extension(COMMIT_RAW)];
        let built = self.built(identity.repository(), ends);
        let (Some(first), Some(found)) = (built.first(), identity.subject_uri()) else {
            return self.unprovable("the early certificate states too little");
        };
        if let Some(same) = built.iter().find(|uri| *uri == found) {
            let answer = FieldAnswer::proven(Field::Workflow, Source::SubjectAltName, same, found);
            return answer.noting(MatchNote::JobWorkflow);
        }
        if identity.callee().is_some() {
            return self.unprovable(
                "an early certificate does not state which workflow called a reusable one of another repository",
            );
        }
        FieldAnswer::contradicted(Field::Workflow, Source::SubjectAltName, first, found)
    }

    fn built(&self, repository: Option<&str>, ends: [Option<&str>; 2]) -> Vec<String> {
        let Some(repository) = repository else { return Vec::new() };
        ends.into_iter().flatten().map(|end| format!("{repository}{WORKFLOWS}{}@{end}", self.file)).collect()
    }

    fn unprovable(&self, reason: &'static str) -> FieldAnswer {
        FieldAnswer::unprovable(Field::Workflow, &self.file, reason)
    }
}

/// 1.12, or what 1.5 comes to in a certificate from before it.
fn repository(identity: &SignerIdentity) -> Option<(u32, &str)> {
    let number = match identity.extension(REPOSITORY) {
        Some(_) => REPOSITORY,
        None if identity.is_early() => REPOSITORY_RAW,
        None => return None,
    };
    Some((number, identity.repository()?))
}
