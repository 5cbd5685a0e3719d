//! One run of a CI workflow, from which both the certificate and the statement are derived.

use super::certificate::Extension;
use super::der;

pub const GITHUB_ISSUER: &str = "https://token.actions.githubusercontent.com";
pub const GITLAB_ISSUER: &str = "https://gitlab.com";
pub const CIRCLECI_ISSUER: &str = "https://oidc.circleci.com";

/// The arc of Fulcio's extensions: `fulcio(18)` is the build config URI.
pub fn fulcio(number: u32) -> String {
    format!("1.3.6.1.4.1.57264.1.{number}")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    GitHub,
    GitLab,
    CircleCi,
}

/// A reusable workflow that the job was defined in.
#[derive(Clone, Debug)]
pub struct Callee {
    pub repository: String,
    pub path: String,
    pub git_ref: String,
    pub sha: String,
}

#[derive(Clone, Debug)]
pub struct Workflow {
    pub provider: Provider,
    pub issuer: String,
    /// Where the repository lies.
    pub host: String,
    /// `owner/name`, or a GitLab project path.
    pub repository: String,
    /// At CircleCI the project.
    pub repository_id: String,
    /// At CircleCI the organisation.
    pub owner_id: String,
    /// The path of the top-level workflow file; at CircleCI the id of the pipeline definition.
    pub path: String,
    /// The display name of the workflow.
    pub name: String,
    /// A full ref; empty leaves the ref out of the certificate.
    pub git_ref: String,
    pub sha: String,
    pub trigger: String,
    pub run_id: String,
    pub run_attempt: String,
    pub runner: String,
    pub visibility: String,
    pub environment: Option<String>,
    pub callee: Option<Callee>,
    /// The token's subject where it has not the provider's default shape.
    pub subject: Option<String>,
    /// The last Fulcio extension that is written: 6, 21, 22, 23 or 24.
    pub last_extension: u32,
}

impl Workflow {
    pub fn github() -> Workflow {
        Workflow {
            provider: Provider::GitHub,
            issuer: GITHUB_ISSUER.into(),
            host: "github.com".into(),
            repository: "octo-org/octo-lib".into(),
            repository_id: "700100200".into(),
            owner_id: "9100200".into(),
            path: ".github/workflows/release.yml".into(),
            name: "Release".into(),
            git_ref: "refs/tags/v1.2.3".into(),
            sha: "5eed0123456789abcdef0123456789abcdef0123".into(),
            trigger: "push".into(),
            run_id: "20260301120".into(),
            run_attempt: "1".into(),
            runner: "github-hosted".into(),
            visibility: "public".into(),
            environment: None,
            callee: None,
            subject: None,
            last_extension: 24,
        }
    }

    pub fn gitlab() -> Workflow {
        Workflow {
            provider: Provider::GitLab,
            issuer: GITLAB_ISSUER.into(),
            host: "gitlab.com".into(),
            repository: "octo-group/tools/octo-lib".into(),
            path: ".gitlab-ci.yml".into(),
            trigger: "push".into(),
            runner: "gitlab-hosted".into(),
            ..Workflow::github()
        }
    }

    /// A GitLab that somebody hosts.
    pub fn self_managed(host: &str) -> Workflow {
        Workflow { issuer: format!("https://{host}"), host: host.into(), ..Workflow::gitlab() }
    }

    /// A job of CircleCI, of a repository at GitHub.
    pub fn circleci() -> Workflow {
        Workflow {
            provider: Provider::CircleCi,
            issuer: format!("{CIRCLECI_ISSUER}/org/6f1bd1b5-0a2c-4d1e-8f3a-9b7c5d3e1f00"),
            owner_id: "6f1bd1b5-0a2c-4d1e-8f3a-9b7c5d3e1f00".into(),
            repository_id: "6f1bd1b5-0a2c-4d1e-8f3a-9b7c5d3e1f01".into(),
            path: "6f1bd1b5-0a2c-4d1e-8f3a-9b7c5d3e1f02".into(),
            // What Fulcio writes where no job was entered by SSH.
            runner: "\"\"".into(),
            ..Workflow::github()
        }
    }

    fn root(&self) -> String {
        format!("https://{}", self.host)
    }

    /// What Fulcio takes for the host, whatever GitLab it is (sigstore/fulcio#1325).
    fn certified_root(&self) -> &'static str {
        match self.provider {
            Provider::GitLab => "https://gitlab.com",
            _ => "https://github.com",
        }
    }

    pub fn owner(&self) -> &str {
        self.repository.rsplit_once('/').map_or("", |(o, _)| o)
    }

    pub fn repository_uri(&self) -> String {
        format!("{}/{}", self.root(), self.repository)
    }

    /// The ref, or the commit where a run has no ref.
    pub fn revision(&self) -> &str {
        if self.git_ref.is_empty() { &self.sha } else { &self.git_ref }
    }

    /// `owner/name/path@revision` of the workflow that was started.
    pub fn workflow_ref(&self) -> String {
        file_at(self.provider, &self.repository, &self.path, self.revision())
    }

    pub fn build_config_uri(&self) -> String {
        format!("{}/{}", self.root(), self.workflow_ref())
    }

    /// The workflow that defines the job: the callee's, or the same.
    pub fn signer_uri(&self) -> String {
        match &self.callee {
            _ if self.provider == Provider::CircleCi => {
                let project = format!("https://circleci.com/api/v2/projects/{}", self.repository_id);
                format!("{project}/pipeline-definitions/{}", self.path)
            }
            Some(c) => format!("{}/{}", self.root(), file_at(self.provider, &c.repository, &c.path, &c.git_ref)),
            None => self.build_config_uri(),
        }
    }

    pub fn signer_digest(&self) -> &str {
        self.callee.as_ref().map_or(&self.sha, |c| &c.sha)
    }

    pub fn invocation_uri(&self) -> String {
        let uri = self.repository_uri();
        match self.provider {
            Provider::GitHub => format!("{uri}/actions/runs/{}/attempts/{}", self.run_id, self.run_attempt),
            Provider::GitLab => format!("{uri}/-/jobs/{}", self.run_id),
            Provider::CircleCi => format!("https://app.circleci.com//workflow/{0}/job/{0}", self.run_id),
        }
    }

    pub fn token_subject(&self) -> String {
        match (&self.subject, &self.environment, self.provider) {
            (Some(subject), ..) => subject.clone(),
            (_, _, Provider::GitLab) => {
                format!("project_path:{}:ref_type:{}:ref:{}", self.repository, self.ref_type(), self.ref_name())
            }
            (_, _, Provider::CircleCi) => {
                format!("org/{}/project/{}/user/{1}", self.owner_id, self.repository_id)
            }
            (_, Some(e), _) => format!("repo:{}:environment:{}", self.repository, e.replace(':', "%3A")),
            (_, None, _) => format!("repo:{}:ref:{}", self.repository, self.git_ref),
        }
    }

    /// `OWNER@ID/NAME@ID`, as in the subjects of repositories made since 2026-07.
    pub fn numbered_repository(&self) -> String {
        let name = self.repository.rsplit_once('/').map_or("", |(_, name)| name);
        format!("{}@{}/{name}@{}", self.owner(), self.owner_id, self.repository_id)
    }

    pub fn ref_type(&self) -> &'static str {
        if self.git_ref.starts_with("refs/tags/") { "tag" } else { "branch" }
    }

    /// The ref without its namespace.
    pub fn ref_name(&self) -> &str {
        let tag = self.git_ref.strip_prefix("refs/tags/");
        tag.or(self.git_ref.strip_prefix("refs/heads/")).unwrap_or(&self.git_ref)
    }

    /// The extensions that Fulcio writes for this run; as there, an empty value is left out.
    pub fn extensions(&self) -> Vec<Extension> {
        let raw = self.legacy_claims().into_iter();
        let raw = raw.map(|(n, v)| (n, v.clone().into_bytes(), v.is_empty()));
        let modern = self.claims().into_iter();
        let modern = modern.map(|(n, v)| (n, der::utf8(&v), v.is_empty()));
        raw.chain(modern)
            .filter(|(n, _, empty)| *n <= self.last_extension && !empty)
            .map(|(n, value, _)| Extension::new(&fulcio(n), false, value))
            .collect()
    }

    fn legacy_claims(&self) -> Vec<(u32, String)> {
        let mut claims = vec![(1, self.issuer.clone())];
        if self.provider == Provider::GitHub {
            claims.extend([
                (2, self.trigger.clone()),
                (3, self.sha.clone()),
                (4, self.name.clone()),
                (5, self.repository.clone()),
                (6, self.git_ref.clone()),
            ]);
        }
        claims
    }

    fn claims(&self) -> Vec<(u32, String)> {
        match self.provider {
            Provider::CircleCi => self.circleci_claims(),
            _ => self.repository_claims(),
        }
    }

    fn circleci_claims(&self) -> Vec<(u32, String)> {
        vec![
            (8, self.issuer.clone()),
            (9, self.signer_uri()),
            (11, self.runner.clone()),
            (12, format!("{}/{}", self.host, self.repository)),
            (14, self.git_ref.clone()),
            (18, format!("https://circleci.com/api/v2/pipeline/{}/config", self.run_id)),
            (21, self.invocation_uri()),
            (24, self.token_subject()),
        ]
    }

    fn repository_claims(&self) -> Vec<(u32, String)> {
        // Fulcio fills these three with a host of its own.
        let certified = |uri: String| uri.replacen(&self.root(), self.certified_root(), 1);
        vec![
            (8, self.issuer.clone()),
            (9, self.signer_uri()),
            (10, self.signer_digest().into()),
            (11, self.runner.clone()),
            (12, certified(self.repository_uri())),
            (13, self.sha.clone()),
            (14, self.git_ref.clone()),
            (15, self.repository_id.clone()),
            (16, format!("{}/{}", self.certified_root(), self.owner())),
            (17, self.owner_id.clone()),
            (18, self.build_config_uri()),
            (19, self.sha.clone()),
            (20, self.trigger.clone()),
            (21, certified(self.invocation_uri())),
            (22, self.visibility.clone()),
            (23, self.environment.clone().unwrap_or_default()),
            (24, self.token_subject()),
        ]
    }
}

fn file_at(provider: Provider, repository: &str, path: &str, revision: &str) -> String {
    let slash = match provider {
        Provider::GitLab => "//",
        _ => "/",
    };
    format!("{repository}{slash}{path}@{revision}")
}
