//! What `npm trust list --json` prints (npm/cli `lib/commands/trust/`).

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::TrustedPublisher;
use crate::error::ParseError;
use crate::{json, limits};

const WHAT: &str = "npm trust list";

/// One publisher as npm prints it. A member that is not known may be a demand.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Printed {
    r#type: String,
    #[serde(rename = "id")]
    _id: Option<IgnoredAny>,
    #[serde(rename = "permissions")]
    _permissions: Option<IgnoredAny>,
    repository: Option<String>,
    project: Option<String>,
    file: Option<String>,
    environment: Option<String>,
    org_id: Option<String>,
    project_id: Option<String>,
    pipeline_definition_id: Option<String>,
    vcs_origin: Option<String>,
    context_ids: Option<Vec<String>>,
}

/// Errors, in order: `NotJson`, `LimitExceeded` (bytes, depth), then by document `LimitExceeded`
/// (count), `Malformed`, `PublisherInvalid`.
pub(super) fn read(output: &[u8]) -> Result<Vec<TrustedPublisher>, ParseError> {
    let documents =
        json::read_each::<Printed>(WHAT, output, limits::NPM_TRUST_LIST_BYTES, limits::PUBLISHER_ALTERNATIVES)?;
    documents.into_iter().map(Printed::publisher).collect()
}

impl Printed {
    fn publisher(self) -> Result<TrustedPublisher, ParseError> {
        let Self { repository, project, file, environment, context_ids, .. } = self;
        let circleci = [self.org_id, self.project_id, self.pipeline_definition_id, self.vcs_origin];
        let none = circleci.iter().all(Option::is_none) && context_ids.is_none();
        let publisher = match (&*self.r#type, repository, project, file) {
            ("github", Some(repository), None, Some(file)) if none => TrustedPublisher::github(&repository, &file),
            ("gitlab", None, Some(project), Some(file)) if none => TrustedPublisher::gitlab(&project, &file),
            ("circleci", None, None, None) => match &circleci {
                [Some(org), Some(project), Some(definition), Some(origin)] => {
                    TrustedPublisher::circleci(org, project, definition, origin)
                }
                _ => return malformed("a publisher of type circleci lacks a member"),
            },
            ("github" | "gitlab" | "circleci", ..) => {
                return malformed("a publisher has other members than those of its type");
            }
            _ => return malformed("a publisher's type is none of github, gitlab, circleci"),
        }?;
        let publisher = match context_ids.filter(|ids| !ids.is_empty()) {
            Some(ids) => publisher.context_ids(ids)?,
            None => publisher,
        };
        match environment {
            Some(name) => publisher.environment(&name),
            None => Ok(publisher),
        }
    }
}

fn malformed<T>(reason: &str) -> Result<T, ParseError> {
    Err(ParseError::Malformed { what: WHAT, reason: reason.into() })
}

#[cfg(test)]
mod tests;
