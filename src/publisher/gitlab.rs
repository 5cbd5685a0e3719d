//! A pipeline of GitLab CI/CD as trusted publisher.
//!
//! For a GitLab that somebody hosts, Fulcio writes `https://gitlab.com` into 1.12, 1.16 and 1.21 all the
//! same (sigstore/fulcio#1325). Which host it was is stated by the issuer (1.8) and in 1.9 and 1.18,
//! which are GitLab's own `ci_config_ref_uri`.

use super::answer::{FieldAnswer, MatchNote, Source};
use super::constraints::{Constraints, revisions};
use super::matched::PublisherMatch;
use super::{Field, TrustedPublisher, environment, spelling};
use crate::error::ParseError;
use crate::identity::{BUILD_CONFIG_URI, BUILD_SIGNER_URI, ISSUER, ISSUER_RAW, REPOSITORY, SignerIdentity};

/// What 1.11 says of the only runners from which npm lets a trusted publisher publish.
const HOSTED: &str = "gitlab-hosted";
/// The host of everybody who hosts none.
pub(super) const GITLAB_HOST: &str = "gitlab.com";
/// What Fulcio's part of the URIs begins with, whatever GitLab it is.
const GITLAB: &str = "https://gitlab.com/";

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct GitLab {
    pub(super) project: Box<str>,
    pub(super) file: Box<str>,
    pub(super) host: Box<str>,
    pub(super) constraints: Constraints,
}

impl GitLab {
    pub(super) fn new(project: &str, file: &str) -> Result<Self, ParseError> {
        Ok(Self {
            project: spelling::spelt("project", project, spelling::project)?,
            file: spelling::spelt("CI file", file, spelling::ci_file)?,
            host: GITLAB_HOST.into(),
            constraints: Constraints::default(),
        })
    }

    pub(super) fn matches(&self, publisher: &TrustedPublisher, identity: &SignerIdentity) -> PublisherMatch {
        let mut fields = vec![self.issuer_of(identity), self.project_of(identity), self.workflow_of(identity)];
        fields.extend(self.constraints.runner_of(HOSTED, identity));
        fields.extend(self.constraints.environment.as_deref().map(|name| environment::stated(name, identity)));
        fields.extend(self.constraints.answers(identity));
        // There are no reusable workflows of another project: 1.9 is 1.18.
        PublisherMatch::new(publisher, fields, self.constraints.notes(identity), None)
    }

    fn issuer_of(&self, identity: &SignerIdentity) -> FieldAnswer {
        let expected = format!("https://{}", self.host);
        match identity.first_of([ISSUER, ISSUER_RAW]) {
            Some((number, found)) => FieldAnswer::equal(Field::Issuer, number, &expected, found),
            None => FieldAnswer::unprovable(Field::Issuer, &expected, "the certificate states no issuer (1.8)"),
        }
    }

    fn project_of(&self, identity: &SignerIdentity) -> FieldAnswer {
        let expected = format!("https://{}/{}", self.host, self.project);
        let Some(found) = identity.extension(REPOSITORY) else {
            let reason = "the certificate states no project (1.12)";
            return FieldAnswer::unprovable(Field::Repository, &expected, reason);
        };
        let source = Source::Extension(REPOSITORY);
        let answer = |holds| FieldAnswer::of(Field::Repository, source, &expected, found, holds);
        match project(identity) {
            Some(path) if path == &*self.project => answer(true),
            // No two projects of a GitLab have paths that differ only in case.
            Some(path) if path.eq_ignore_ascii_case(&self.project) => answer(true).noting(MatchNote::CaseDiffers),
            _ => answer(false),
        }
    }

    /// Built of the certificate's own issuer, project and ref, each of which is judged by itself or is
    /// nobody's to choose. A CI file of another project (`file@group/project`) or from elsewhere has
    /// another URI.
    fn workflow_of(&self, identity: &SignerIdentity) -> FieldAnswer {
        let unprovable = |reason| FieldAnswer::unprovable(Field::Workflow, &self.file, reason);
        let (Some(issuer), Some(started)) = (identity.issuer(), identity.build_config()) else {
            return unprovable("the certificate does not state the CI file (1.18)");
        };
        let Some(path) = project(identity) else {
            return unprovable("the certificate states no project of this GitLab (1.12)");
        };
        let ends = revisions(identity).into_iter().flatten();
        let built: Vec<String> = ends.map(|end| format!("{issuer}/{path}//{}@{end}", self.file)).collect();
        let same = built.iter().find(|uri| identity.is_uri(started, uri));
        let Some(expected) = same.or(built.first()) else {
            return unprovable("the certificate states neither ref (1.14) nor commit (1.13)");
        };
        let source = Source::Extension(BUILD_CONFIG_URI);
        match identity.callee() {
            Some(signer) if same.is_some() => {
                let source = Source::Extension(BUILD_SIGNER_URI);
                FieldAnswer::contradicted(Field::Workflow, source, expected, signer)
            }
            _ => FieldAnswer::of(Field::Workflow, source, expected, started, same.is_some()),
        }
    }
}

/// The project's path in 1.12, after the issuer's own host or after the one that Fulcio writes for all.
fn project(identity: &SignerIdentity) -> Option<&str> {
    let uri = identity.extension(REPOSITORY)?;
    let own = identity.issuer().and_then(|issuer| uri.strip_prefix(issuer)).and_then(|rest| rest.strip_prefix('/'));
    own.or_else(|| uri.strip_prefix(GITLAB))
}
