//! The written form of a publisher, in whatever format serde reads or writes.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::gitlab::GITLAB_HOST;
use super::narrowing::Runner;
use super::spelling::refuse;
use super::{Kind, TrustedPublisher};
use crate::error::ParseError;
use crate::json;

/// The members `type`, `repository`, `project`, `file` and `environment` are named as `npm trust list
/// --json` names them. One that is not known, or belongs to another CI system, is refused, because a
/// rule that is not understood would be one that is not kept.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Written {
    r#type: String,
    #[serde(deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    repository: Option<String>,
    #[serde(deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    project: Option<String>,
    #[serde(deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    org_id: Option<String>,
    #[serde(deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    project_id: Option<String>,
    #[serde(deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    pipeline_definition_id: Option<String>,
    #[serde(deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    vcs_origin: Option<String>,
    #[serde(deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    context_ids: Option<Vec<String>>,
    #[serde(deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    enterprise: Option<String>,
    #[serde(deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    host: Option<String>,
    #[serde(deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    environment: Option<String>,
    #[serde(deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    r#ref: Option<String>,
    #[serde(deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    repository_id: Option<String>,
    #[serde(deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    owner_id: Option<String>,
    #[serde(deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    allowed_signers: Option<Vec<String>>,
    #[serde(deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    triggers: Option<Vec<String>>,
    #[serde(deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    runner: Option<String>,
    #[serde(deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    visibility: Option<String>,
    #[serde(deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    workflow_digest: Option<String>,
}

impl Serialize for TrustedPublisher {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written::of(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for TrustedPublisher {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        json::as_object::<Written, D>(deserializer)?.publisher().map_err(D::Error::custom)
    }
}

impl Written {
    fn publisher(mut self) -> Result<TrustedPublisher, ParseError> {
        let publisher = match &*self.r#type {
            "github" => TrustedPublisher::github(
                &needed("repository", self.repository.take())?,
                &needed("file", self.file.take())?,
            ),
            "gitlab" => {
                TrustedPublisher::gitlab(&needed("project", self.project.take())?, &needed("file", self.file.take())?)
            }
            "circleci" => TrustedPublisher::circleci(
                &needed("org-id", self.org_id.take())?,
                &needed("project-id", self.project_id.take())?,
                &needed("pipeline-definition-id", self.pipeline_definition_id.take())?,
                &needed("vcs-origin", self.vcs_origin.take())?,
            ),
            other => Err(refuse("type", other, "write github, gitlab or circleci")),
        }?;
        for (member, left) in [
            ("repository", &self.repository),
            ("project", &self.project),
            ("file", &self.file),
            ("org-id", &self.org_id),
            ("project-id", &self.project_id),
            ("pipeline-definition-id", &self.pipeline_definition_id),
            ("vcs-origin", &self.vcs_origin),
        ] {
            if let Some(value) = left {
                return Err(refuse(member, value, "this member belongs to another type of publisher"));
            }
        }
        self.narrow(publisher)
    }

    fn narrow(self, publisher: TrustedPublisher) -> Result<TrustedPublisher, ParseError> {
        type Narrow = fn(TrustedPublisher, &str) -> Result<TrustedPublisher, ParseError>;
        let texts: [(Option<String>, Narrow); 9] = [
            (self.enterprise, TrustedPublisher::enterprise),
            (self.host, TrustedPublisher::host),
            (self.environment, TrustedPublisher::environment),
            (self.r#ref, TrustedPublisher::git_ref),
            (self.repository_id, TrustedPublisher::repository_id),
            (self.owner_id, TrustedPublisher::owner_id),
            (self.runner, |publisher, word| publisher.runner(runner(word)?)),
            (self.visibility, TrustedPublisher::visibility),
            (self.workflow_digest, TrustedPublisher::workflow_digest),
        ];
        let mut publisher = publisher;
        for (value, narrow) in texts {
            if let Some(value) = value {
                publisher = narrow(publisher, &value)?;
            }
        }
        if let Some(workflows) = self.allowed_signers {
            publisher = publisher.allowed_signers(workflows)?;
        }
        if let Some(events) = self.triggers {
            publisher = publisher.triggers(events)?;
        }
        match self.context_ids {
            Some(ids) => publisher.context_ids(ids),
            None => Ok(publisher),
        }
    }

    fn of(publisher: &TrustedPublisher) -> Self {
        let own = |value: &str| Some(value.to_owned());
        let mut written = Self::default();
        let constraints = match &publisher.0 {
            Kind::GitHub(github) => {
                written.r#type = "github".into();
                written.repository = own(&github.repository);
                written.file = own(&github.file);
                written.enterprise = github.enterprise.as_deref().and_then(own);
                written.allowed_signers = list(github.allowed_signers.iter().map(|signer| &*signer.path));
                &github.constraints
            }
            Kind::GitLab(gitlab) => {
                written.r#type = "gitlab".into();
                written.project = own(&gitlab.project);
                written.file = own(&gitlab.file);
                written.host = own(&gitlab.host).filter(|host| host != GITLAB_HOST);
                &gitlab.constraints
            }
            Kind::CircleCi(circleci) => {
                return Self {
                    r#type: "circleci".into(),
                    org_id: own(&circleci.org_id),
                    project_id: own(&circleci.project_id),
                    pipeline_definition_id: own(&circleci.pipeline_definition_id),
                    vcs_origin: own(&circleci.vcs_origin),
                    context_ids: list(circleci.context_ids.iter().map(|id| &**id)),
                    ..written
                };
            }
        };
        Self {
            environment: constraints.environment.as_deref().and_then(own),
            r#ref: constraints.git_ref.as_ref().map(|rule| rule.as_str().to_owned()),
            repository_id: constraints.repository_id.as_deref().and_then(own),
            owner_id: constraints.owner_id.as_deref().and_then(own),
            triggers: list(constraints.triggers.iter().map(|event| &**event)),
            runner: (constraints.runner == Runner::Any).then(|| "any".to_owned()),
            visibility: constraints.visibility.as_deref().and_then(own),
            workflow_digest: constraints.workflow_digest.as_deref().and_then(own),
            ..written
        }
    }
}

fn needed(member: &'static str, value: Option<String>) -> Result<String, ParseError> {
    value.ok_or_else(|| refuse(member, "", "this type of publisher needs it"))
}

fn runner(word: &str) -> Result<Runner, ParseError> {
    match word {
        "hosted" => Ok(Runner::Hosted),
        "any" => Ok(Runner::Any),
        other => Err(refuse("runner", other, "write hosted or any")),
    }
}

fn list<'a>(values: impl Iterator<Item = &'a str>) -> Option<Vec<String>> {
    let list: Vec<String> = values.map(str::to_owned).collect();
    (!list.is_empty()).then_some(list)
}
