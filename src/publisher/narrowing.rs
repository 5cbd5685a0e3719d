//! What a consumer may demand beside the registry's own fields.

use super::constraints::Constraints;
use super::gitlab::GITLAB_HOST;
use super::ref_rule::RefRule;
use super::reusable::Reusable;
use super::spelling::{self, refuse, spelt};
use super::{Kind, TrustedPublisher};
use crate::error::ParseError;
use crate::limits;

/// On whose machines a workflow may run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Runner {
    /// On those of the CI system: the only ones from which npm's trusted publishers may publish.
    #[default]
    Hosted,
    /// On any; the field is not judged.
    Any,
}

/// Each demand is one more field that must be proven. Given twice, the later one holds. All but
/// [`Runner::Any`] only narrow what matches.
impl TrustedPublisher {
    /// The deployment environment that the job names, byte by byte: GitHub and GitLab. It is unprovable
    /// in certificates from before it was stated (1.23, since 2025-11 to 2026-05), and says nothing of
    /// the rules that protect it.
    ///
    /// # Errors
    /// [`ParseError::PublisherInvalid`] for a name that can never match, and for CircleCI.
    pub fn environment(mut self, name: &str) -> Result<Self, ParseError> {
        let spelt = spelt("environment", name, spelling::environment)?;
        self.constraints("environment", name)?.environment = Some(spelt);
        Ok(self)
    }

    /// The full git ref, `refs/heads/main`, or one with a single `*`, `refs/tags/v*`, which stands for
    /// one character or more and never for a slash: GitHub and GitLab. Workflows that were started for
    /// a bare commit have none, and are unprovable.
    ///
    /// # Errors
    /// [`ParseError::PublisherInvalid`] for what git allows in no ref, and for CircleCI.
    pub fn git_ref(mut self, rule: &str) -> Result<Self, ParseError> {
        let parsed = RefRule::new(rule)?;
        self.constraints("ref", rule)?.git_ref = Some(parsed);
        Ok(self)
    }

    /// The repository's number (1.15): GitHub and GitLab. It outlives a renaming, and a repository that
    /// is registered anew under an old name has another.
    ///
    /// # Errors
    /// [`ParseError::PublisherInvalid`] for what is no number as certificates write it, and for CircleCI.
    pub fn repository_id(mut self, id: &str) -> Result<Self, ParseError> {
        let spelt = spelt("repository-id", id, spelling::id)?;
        self.constraints("repository-id", id)?.repository_id = Some(spelt);
        Ok(self)
    }

    /// The number of the repository's owner, or of the GitLab project's namespace (1.17).
    ///
    /// # Errors
    /// As [`repository_id`](Self::repository_id).
    pub fn owner_id(mut self, id: &str) -> Result<Self, ParseError> {
        let spelt = spelt("owner-id", id, spelling::id)?;
        self.constraints("owner-id", id)?.owner_id = Some(spelt);
        Ok(self)
    }

    /// The reusable workflows that the publisher's may call to sign, each as
    /// `owner/name/.github/workflows/file.yml`, at any ref or commit: GitHub. A job of the publisher's
    /// own workflow is always allowed.
    ///
    /// # Errors
    /// [`ParseError::PublisherInvalid`] if there is none, for one that can never match, for more than
    /// 64, and for any CI system but GitHub.
    pub fn allowed_signers<S: AsRef<str>>(
        mut self,
        workflows: impl IntoIterator<Item = S>,
    ) -> Result<Self, ParseError> {
        let allowed = listed("allowed-signers", workflows, Reusable::new)?;
        match &mut self.0 {
            Kind::GitHub(github) => github.allowed_signers = allowed,
            _ => return Err(refuse("allowed-signers", "", "only GitHub's workflows call others that sign")),
        }
        Ok(self)
    }

    /// The events that may start the workflow, such as `push` or `release` (1.20): GitHub and GitLab.
    ///
    /// # Errors
    /// [`ParseError::PublisherInvalid`] if there is none, for what is no event's name, for more than 64,
    /// and for CircleCI.
    pub fn triggers<S: AsRef<str>>(mut self, events: impl IntoIterator<Item = S>) -> Result<Self, ParseError> {
        let events = listed("triggers", events, |event| spelt("trigger", event, spelling::trigger))?;
        self.constraints("triggers", "")?.triggers = events;
        Ok(self)
    }

    /// On whose machines it may run (1.11): GitHub and GitLab.
    ///
    /// # Errors
    /// [`ParseError::PublisherInvalid`] for CircleCI.
    pub fn runner(mut self, runner: Runner) -> Result<Self, ParseError> {
        self.constraints("runner", "")?.runner = runner;
        Ok(self)
    }

    /// What the repository was when it signed (1.22): `public`, `private` or `internal`: GitHub and GitLab.
    ///
    /// # Errors
    /// [`ParseError::PublisherInvalid`] for any other word, and for CircleCI.
    pub fn visibility(mut self, visibility: &str) -> Result<Self, ParseError> {
        let spelt = spelt("visibility", visibility, spelling::visibility)?;
        self.constraints("visibility", visibility)?.visibility = Some(spelt);
        Ok(self)
    }

    /// The commit that the workflow's file was read from (1.19), all of its hexadecimal digits, in
    /// either case: GitHub and GitLab.
    ///
    /// # Errors
    /// [`ParseError::PublisherInvalid`] for a commit that is shortened, and for CircleCI.
    pub fn workflow_digest(mut self, commit: &str) -> Result<Self, ParseError> {
        let spelt = spelt("workflow-digest", commit, spelling::digest)?;
        self.constraints("workflow-digest", commit)?.workflow_digest = Some(spelt.to_ascii_lowercase().into());
        Ok(self)
    }

    /// The GitHub enterprise that has an issuer of its own, by its short name; GitHub's common issuer
    /// then no longer matches.
    ///
    /// # Errors
    /// [`ParseError::PublisherInvalid`] for what is no short name, and for any CI system but GitHub.
    pub fn enterprise(mut self, slug: &str) -> Result<Self, ParseError> {
        let slug = spelt("enterprise", slug, spelling::enterprise)?;
        match &mut self.0 {
            Kind::GitHub(github) => github.enterprise = Some(slug),
            _ => return Err(refuse("enterprise", &slug, "only GitHub has enterprises")),
        }
        Ok(self)
    }

    /// The host of the GitLab, if it is not gitlab.com. Its certificates must come from an authority
    /// that knows this GitLab.
    ///
    /// # Errors
    /// [`ParseError::PublisherInvalid`] for what is no host's name, and for any CI system but GitLab.
    pub fn host(mut self, host: &str) -> Result<Self, ParseError> {
        let host = spelt("host", host, spelling::host)?;
        match &mut self.0 {
            Kind::GitLab(gitlab) => gitlab.host = host,
            _ => return Err(refuse("host", &host, "only a GitLab can be anywhere")),
        }
        Ok(self)
    }

    /// The contexts that CircleCI must have granted, by UUID. No certificate states them, so that
    /// [`Field::ContextIds`](super::Field::ContextIds) is unprovable.
    ///
    /// # Errors
    /// [`ParseError::PublisherInvalid`] if there is none, for what is no UUID, for more than 64, and for
    /// any CI system but CircleCI.
    pub fn context_ids<S: AsRef<str>>(mut self, ids: impl IntoIterator<Item = S>) -> Result<Self, ParseError> {
        let ids = listed("context-ids", ids, |id| spelt("context-id", id, spelling::uuid))?;
        match &mut self.0 {
            Kind::CircleCi(circleci) => circleci.context_ids = ids,
            _ => return Err(refuse("context-ids", &ids.join(", "), "only CircleCI has contexts")),
        }
        Ok(self)
    }

    fn constraints(&mut self, field: &'static str, value: &str) -> Result<&mut Constraints, ParseError> {
        match &mut self.0 {
            Kind::GitHub(github) => Ok(&mut github.constraints),
            Kind::GitLab(gitlab) => Ok(&mut gitlab.constraints),
            Kind::CircleCi(_) => Err(refuse(field, value, "CircleCI's certificates are not judged by it")),
        }
    }

    /// Every demand by its written name.
    pub(super) fn narrowed(&self) -> Vec<(&'static str, String)> {
        let mut found = Vec::new();
        let mut add = |name, value: Option<String>| found.extend(value.map(|value| (name, value)));
        let constraints = match &self.0 {
            Kind::GitHub(github) => {
                add("enterprise", github.enterprise.as_deref().map(str::to_owned));
                let signers: Vec<&str> = github.allowed_signers.iter().map(|signer| &*signer.path).collect();
                add("allowed-signers", (!signers.is_empty()).then(|| signers.join("|")));
                &github.constraints
            }
            Kind::GitLab(gitlab) => {
                add("host", (&*gitlab.host != GITLAB_HOST).then(|| gitlab.host.to_string()));
                &gitlab.constraints
            }
            Kind::CircleCi(circleci) => {
                add("org-id", Some(circleci.org_id.to_string()));
                add("project-id", Some(circleci.project_id.to_string()));
                add("context-ids", (!circleci.context_ids.is_empty()).then(|| circleci.context_ids.join("|")));
                return found;
            }
        };
        let owned = |value: &Option<Box<str>>| value.as_deref().map(str::to_owned);
        add("environment", owned(&constraints.environment));
        add("ref", constraints.git_ref.as_ref().map(ToString::to_string));
        add("repository-id", owned(&constraints.repository_id));
        add("owner-id", owned(&constraints.owner_id));
        add("triggers", (!constraints.triggers.is_empty()).then(|| constraints.triggers.join("|")));
        add("runner", (constraints.runner == Runner::Any).then(|| "any".to_owned()));
        add("visibility", owned(&constraints.visibility));
        add("workflow-digest", owned(&constraints.workflow_digest));
        found
    }
}

/// A list that demands something, in ascending order and without repetition: one demand, one form.
fn listed<S: AsRef<str>, T: Ord>(
    field: &'static str,
    values: impl IntoIterator<Item = S>,
    read: impl Fn(&str) -> Result<T, ParseError>,
) -> Result<Vec<T>, ParseError> {
    let mut list = Vec::new();
    for value in values {
        if list.len() >= limits::PUBLISHER_ALTERNATIVES {
            return Err(refuse(field, value.as_ref(), "write 64 at most"));
        }
        list.push(read(value.as_ref())?);
    }
    if list.is_empty() {
        return Err(refuse(field, "", "name at least one, or leave the member out"));
    }
    list.sort();
    list.dedup();
    Ok(list)
}
