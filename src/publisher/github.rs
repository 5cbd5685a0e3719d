//! A workflow of GitHub Actions as trusted publisher.
//!
//! npm binds the token's `repository` and `workflow_ref`: the workflow that was *started*, which
//! Fulcio writes into 1.12 and 1.18. The subject and 1.9 name the workflow that contains the job.
//! Anybody may call the publisher's reusable workflow from a repository of his own, and his
//! certificate then has the publisher's workflow in its subject (attacks.md ID-31).

use super::TrustedPublisher;
use super::answer::{Field, FieldAnswer, MatchNote, PublisherMatch, Source};
use crate::error::ParseError;
use crate::identity::{
    BUILD_CONFIG_URI, COMMIT, COMMIT_RAW, GITHUB, GITHUB_ISSUER, ISSUER, ISSUER_RAW, REF, REF_RAW, REPOSITORY,
    REPOSITORY_RAW, RUNNER, SignerIdentity,
};

/// The only runner from which npm lets a trusted publisher publish.
const HOSTED: &str = "github-hosted";
/// Where GitHub looks for workflows, and nowhere below.
const WORKFLOWS: &str = "/.github/workflows/";

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct GitHub {
    repository: Box<str>,
    file: Box<str>,
}

impl GitHub {
    pub(super) fn new(repository: &str, file: &str) -> Result<Self, ParseError> {
        check_repository(repository)?;
        check_file(file)?;
        Ok(Self { repository: repository.into(), file: file.into() })
    }

    pub(super) fn repository(&self) -> &str {
        &self.repository
    }

    pub(super) fn file(&self) -> &str {
        &self.file
    }

    pub(super) fn matches(&self, publisher: &TrustedPublisher, identity: &SignerIdentity) -> PublisherMatch {
        let mut fields = vec![issuer(identity), self.repository_of(identity), self.workflow_of(identity)];
        let mut notes = Vec::new();
        match runner(identity) {
            Some(answer) => fields.push(answer),
            None => notes.push(MatchNote::RunnerNotStated),
        }
        PublisherMatch::new(publisher, fields, notes, identity.callee())
    }

    fn repository_of(&self, identity: &SignerIdentity) -> FieldAnswer {
        let Some((number, found)) = repository(identity) else {
            return FieldAnswer::unprovable(Field::Repository, "the certificate states no repository (1.12)");
        };
        let source = Source::Extension(number);
        let expected = format!("{GITHUB}{}", self.repository);
        if found == expected {
            return FieldAnswer::proven(Field::Repository, source, None);
        }
        // GitHub gives no two owners or repositories names that differ only in ASCII case. Host and
        // scheme are not folded, and no other letter is.
        match found.strip_prefix(GITHUB) {
            Some(name) if name.eq_ignore_ascii_case(&self.repository) => {
                FieldAnswer::proven(Field::Repository, source, Some(MatchNote::CaseDiffers))
            }
            _ => FieldAnswer::contradicted(Field::Repository, source, &expected, found),
        }
    }

    /// The whole URI is built from the certificate's own repository and ref, so that this field says
    /// only which file it was: the repository is judged by itself.
    fn workflow_of(&self, identity: &SignerIdentity) -> FieldAnswer {
        let Some(started) = identity.build_config() else { return self.job_workflow_of(identity) };
        let ends = [identity.extension(REF), identity.extension(COMMIT)];
        let built = self.built(identity.extension(REPOSITORY), ends);
        let source = Source::Extension(BUILD_CONFIG_URI);
        match built.first() {
            None => FieldAnswer::unprovable(
                Field::Workflow,
                "the certificate states no repository (1.12), or neither ref (1.14) nor commit (1.13)",
            ),
            Some(_) if built.iter().any(|uri| identity.is_uri(started, uri)) => {
                FieldAnswer::proven(Field::Workflow, source, None)
            }
            Some(expected) => FieldAnswer::contradicted(Field::Workflow, source, expected, started),
        }
    }

    /// Without 1.18, which is excusable only before it was introduced: afterwards a certificate
    /// without it hides who called whom.
    fn job_workflow_of(&self, identity: &SignerIdentity) -> FieldAnswer {
        if !identity.is_early() {
            return FieldAnswer::unprovable(
                Field::Workflow,
                "the certificate does not state the started workflow (1.18)",
            );
        }
        let ends = [identity.extension(REF_RAW), identity.extension(COMMIT_RAW)];
        let built = self.built(identity.repository(), ends);
        let (Some(expected), Some(found)) = (built.first(), identity.subject_uri()) else {
            return FieldAnswer::unprovable(Field::Workflow, "the early certificate states too little");
        };
        if built.iter().any(|uri| uri == found) {
            return FieldAnswer::proven(Field::Workflow, Source::SubjectAltName, Some(MatchNote::JobWorkflow));
        }
        if identity.callee().is_some() {
            return FieldAnswer::unprovable(
                Field::Workflow,
                "an early certificate does not state which workflow called a reusable one of another repository",
            );
        }
        FieldAnswer::contradicted(Field::Workflow, Source::SubjectAltName, expected, found)
    }

    fn built(&self, repository: Option<&str>, ends: [Option<&str>; 2]) -> Vec<String> {
        let Some(repository) = repository else { return Vec::new() };
        ends.into_iter().flatten().map(|end| format!("{repository}{WORKFLOWS}{}@{end}", self.file)).collect()
    }
}

fn issuer(identity: &SignerIdentity) -> FieldAnswer {
    let stated = [ISSUER, ISSUER_RAW].into_iter().find_map(|number| Some((number, identity.extension(number)?)));
    match stated {
        None => FieldAnswer::unprovable(Field::Issuer, "the certificate states no issuer (1.8)"),
        Some((number, GITHUB_ISSUER)) => FieldAnswer::proven(Field::Issuer, Source::Extension(number), None),
        Some((number, found)) => {
            FieldAnswer::contradicted(Field::Issuer, Source::Extension(number), GITHUB_ISSUER, found)
        }
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

/// `None` if the certificate is too early to state it.
fn runner(identity: &SignerIdentity) -> Option<FieldAnswer> {
    match identity.runner() {
        Some(HOSTED) => Some(FieldAnswer::proven(Field::Runner, Source::Extension(RUNNER), None)),
        Some(found) => Some(FieldAnswer::contradicted(Field::Runner, Source::Extension(RUNNER), HOSTED, found)),
        None if identity.is_early() => None,
        None => Some(FieldAnswer::unprovable(Field::Runner, "the certificate states no runner (1.11)")),
    }
}

fn check_repository(repository: &str) -> Result<(), ParseError> {
    let refuse = |reason| Err(ParseError::PublisherInvalid { field: "repository", value: repository.into(), reason });
    if repository.contains("://") || repository.starts_with("github.com") {
        return refuse("write owner/name, not a URL");
    }
    let Some((owner, name)) = repository.split_once('/') else { return refuse("write owner/name") };
    let of_owner = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if owner.is_empty() || !owner.bytes().all(of_owner) {
        return refuse("an owner is letters, digits and hyphens");
    }
    let of_name = |b: u8| of_owner(b) || b == b'.';
    if name.is_empty() || !name.bytes().all(of_name) {
        return refuse("after the owner and one slash comes a name of letters, digits and -_.");
    }
    if matches!(name, "." | "..") {
        return refuse("dots alone are no name");
    }
    if name.len().checked_sub(4).and_then(|at| name.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(".git")) {
        return refuse("leave out .git");
    }
    Ok(())
}

fn check_file(file: &str) -> Result<(), ParseError> {
    let refuse = |reason| Err(ParseError::PublisherInvalid { field: "workflow file", value: file.into(), reason });
    if file.contains(['/', '\\']) {
        return refuse("write the file's name alone: it lies in .github/workflows");
    }
    let Some(stem) = file.strip_suffix(".yml").or_else(|| file.strip_suffix(".yaml")) else {
        return refuse("a workflow's file ends in .yml or .yaml");
    };
    if stem.is_empty() || stem.trim() != stem {
        return refuse("before the ending comes a name, without space around it");
    }
    if !file.bytes().all(|b| b.is_ascii_graphic() || b == b' ') {
        return refuse("only printable ASCII characters are supported in a file's name");
    }
    Ok(())
}
