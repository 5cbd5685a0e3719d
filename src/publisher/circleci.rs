//! A pipeline of CircleCI as trusted publisher.
//!
//! npm accepts one, and publishes no provenance for it (libnpmpublish `lib/publish.js`, npm/cli
//! `lib/utils/oidc.js`). So what its certificate says is shown, and nothing ever matches: provenance
//! that claims to come from there did not come through npm.

use super::answer::{FieldAnswer, Source};
use super::matched::PublisherMatch;
use super::spelling::{self, spelt};
use super::{Field, TrustedPublisher};
use crate::error::ParseError;
use crate::identity::{BUILD_SIGNER_URI, ISSUER, ISSUER_RAW, REPOSITORY, RUNNER, SignerIdentity, TOKEN_SUBJECT};

const CIRCLECI: &str = "https://oidc.circleci.com";
const PROJECTS: &str = "https://circleci.com/api/v2/projects/";
/// What 1.11 says of a job that somebody entered by SSH.
const SSH_RERUN: &str = "ssh-rerun";
const UUID_CHARS: usize = 36;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct CircleCi {
    pub(super) org_id: Box<str>,
    pub(super) project_id: Box<str>,
    pub(super) pipeline_definition_id: Box<str>,
    pub(super) vcs_origin: Box<str>,
    /// Ascending.
    pub(super) context_ids: Vec<Box<str>>,
}

impl CircleCi {
    pub(super) fn new(org: &str, project: &str, definition: &str, vcs_origin: &str) -> Result<Self, ParseError> {
        Ok(Self {
            org_id: spelt("org-id", org, spelling::uuid)?,
            project_id: spelt("project-id", project, spelling::uuid)?,
            pipeline_definition_id: spelt("pipeline-definition-id", definition, spelling::uuid)?,
            vcs_origin: spelt("vcs-origin", vcs_origin, spelling::vcs_origin)?,
            context_ids: Vec::new(),
        })
    }

    pub(super) fn matches(&self, publisher: &TrustedPublisher, identity: &SignerIdentity) -> PublisherMatch {
        let mut fields = vec![issuer_of(identity), self.origin_of(identity), self.org_of(identity)];
        fields.extend(self.definition_of(identity));
        if identity.runner() == Some(SSH_RERUN) {
            let source = Source::Extension(RUNNER);
            fields.push(FieldAnswer::contradicted(Field::Runner, source, "no job entered by SSH", SSH_RERUN));
        }
        if !self.context_ids.is_empty() {
            let expected = self.context_ids.join(" and ");
            let reason = "no certificate states CircleCI's contexts";
            fields.push(FieldAnswer::unprovable(Field::ContextIds, &expected, reason));
        }
        let reason = "CircleCI publishes no npm provenance, so that none can be its";
        fields.push(FieldAnswer::unprovable(Field::Provenance, "none", reason));
        PublisherMatch::new(publisher, fields, Vec::new(), None)
    }

    fn origin_of(&self, identity: &SignerIdentity) -> FieldAnswer {
        match identity.extension(REPOSITORY) {
            Some(found) => FieldAnswer::equal(Field::Repository, REPOSITORY, &self.vcs_origin, found),
            None => {
                let reason = "the certificate states no origin (1.12)";
                FieldAnswer::unprovable(Field::Repository, &self.vcs_origin, reason)
            }
        }
    }

    /// The organisation's own issuer names it, and so does the token's subject.
    fn org_of(&self, identity: &SignerIdentity) -> FieldAnswer {
        let of_issuer = identity.first_of([ISSUER, ISSUER_RAW]).and_then(|(number, found)| Some((number, org(found)?)));
        let of_subject = || {
            let subject = identity.extension(TOKEN_SUBJECT)?;
            let (org, rest) = subject.strip_prefix("org/")?.split_at_checked(UUID_CHARS)?;
            let (project, _) = rest.strip_prefix("/project/")?.split_at_checked(UUID_CHARS)?;
            (spelling::uuid(org).is_ok() && spelling::uuid(project).is_ok()).then_some((TOKEN_SUBJECT, org))
        };
        match of_issuer.or_else(of_subject) {
            Some((number, found)) => FieldAnswer::equal(Field::OrgId, number, &self.org_id, found),
            None => {
                let reason = "neither issuer (1.8) nor token subject (1.24) states the organisation";
                FieldAnswer::unprovable(Field::OrgId, &self.org_id, reason)
            }
        }
    }

    fn definition_of(&self, identity: &SignerIdentity) -> [FieldAnswer; 2] {
        let expected =
            [(Field::ProjectId, &self.project_id), (Field::PipelineDefinitionId, &self.pipeline_definition_id)];
        let Some(uri) = identity.extension(BUILD_SIGNER_URI) else {
            let reason = "the certificate states no pipeline definition (1.9)";
            return expected.map(|(field, id)| FieldAnswer::unprovable(field, id, reason));
        };
        let Some((project, definition)) = definition(uri) else {
            let source = Source::Extension(BUILD_SIGNER_URI);
            return expected.map(|(field, id)| FieldAnswer::contradicted(field, source, id, uri));
        };
        let [(project_id, this), (definition_id, that)] = expected;
        [
            FieldAnswer::equal(project_id, BUILD_SIGNER_URI, this, project),
            FieldAnswer::equal(definition_id, BUILD_SIGNER_URI, that, definition),
        ]
    }
}

fn issuer_of(identity: &SignerIdentity) -> FieldAnswer {
    match identity.first_of([ISSUER, ISSUER_RAW]) {
        Some((number, found)) => {
            let holds = found == CIRCLECI || org(found).is_some();
            FieldAnswer::of(Field::Issuer, Source::Extension(number), CIRCLECI, found, holds)
        }
        None => FieldAnswer::unprovable(Field::Issuer, CIRCLECI, "the certificate states no issuer (1.8)"),
    }
}

/// The organisation of an issuer that has one.
fn org(issuer: &str) -> Option<&str> {
    issuer.strip_prefix(CIRCLECI)?.strip_prefix("/org/").filter(|org| spelling::uuid(org).is_ok())
}

/// Project and pipeline definition of a URI that consists of nothing else. Both have a fixed length.
fn definition(uri: &str) -> Option<(&str, &str)> {
    let (project, rest) = uri.strip_prefix(PROJECTS)?.split_at_checked(UUID_CHARS)?;
    let definition = rest.strip_prefix("/pipeline-definitions/")?;
    (spelling::uuid(project).is_ok() && spelling::uuid(definition).is_ok()).then_some((project, definition))
}
