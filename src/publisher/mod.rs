//! Whether a signer is the trusted publisher that somebody configured.
//!
//! A match means: signed by the workflow that this publisher would authorise. It does not mean
//! published through it: the signing token and the publishing token are different ones, and no
//! certificate speaks of the upload.
//!
//! Each field is compared by itself, and answers [Proven, Contradicted or Unprovable](Answer). Nothing
//! is a pattern but a [ref rule](TrustedPublisher::git_ref), and no URI of a certificate is taken apart:
//! the one that is expected is built from the certificate's own plain values, and compared as a whole.

mod answer;
mod circleci;
mod constraints;
mod environment;
mod field;
mod github;
mod gitlab;
mod matched;
mod narrowing;
mod npm_trust;
mod ref_rule;
mod reusable;
mod spelling;
mod written;

use core::fmt;

use crate::error::ParseError;
use crate::identity::SignerIdentity;

pub use answer::{Answer, FieldAnswer, MatchNote, Source};
use circleci::CircleCi;
pub use field::Field;
use github::GitHub;
use gitlab::GitLab;
pub use matched::{MatchStatus, PublisherMatch};
pub use narrowing::Runner;

/// Who may publish a package, as the registry's trusted publisher form has it, and what a consumer
/// demands beside that.
///
/// If you have one, every value in it is one that a certificate can state: what could never match was
/// refused when it was made. It is compared with the certificate field by field, each by itself; fields
/// of two publishers are never combined.
///
/// ```
/// # use countersign::{ParseError, TrustedPublisher};
/// # fn main() -> Result<(), ParseError> {
/// let publisher = TrustedPublisher::github("octo-org/octo-lib", "release.yml")?
///     .environment("npm")?
///     .git_ref("refs/tags/v*")?
///     .repository_id("602223945")?;
/// let written = r#"{"type":"github","repository":"octo-org/octo-lib","file":"release.yml",
///     "environment":"npm","ref":"refs/tags/v*","repository-id":"602223945"}"#;
/// assert_eq!(serde_json::from_str::<TrustedPublisher>(written).unwrap(), publisher);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrustedPublisher(Kind);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Kind {
    GitHub(Box<GitHub>),
    GitLab(Box<GitLab>),
    CircleCi(Box<CircleCi>),
}

impl TrustedPublisher {
    /// A workflow of GitHub Actions: the repository as `owner/name` and the file of the workflow that
    /// is *started*, which lies in `.github/workflows`. A reusable workflow that it calls is reported
    /// by [`PublisherMatch::callee`] and need not be named.
    ///
    /// Any branch, tag and event of that file matches, as at the registry. The repository matches
    /// whatever the case of its ASCII letters, the file byte by byte; the runner must be GitHub's own.
    ///
    /// # Errors
    /// [`ParseError::PublisherInvalid`] for a repository or a file that can never match.
    pub fn github(repository: &str, workflow_file: &str) -> Result<Self, ParseError> {
        GitHub::new(repository, workflow_file).map(|github| Self(Kind::GitHub(Box::new(github))))
    }

    /// A pipeline of GitLab CI/CD: the project's whole path, `group/subgroup/project`, and its CI file,
    /// mostly `.gitlab-ci.yml`, or the path to it.
    ///
    /// Any branch, tag and event matches. The project matches whatever the case of its ASCII letters,
    /// the file byte by byte; the runner must be GitLab's own, and the host is gitlab.com unless
    /// [`host`](Self::host) says otherwise. A CI file of another project never matches.
    ///
    /// # Errors
    /// [`ParseError::PublisherInvalid`] for a project or a file that can never match.
    pub fn gitlab(project: &str, ci_file: &str) -> Result<Self, ParseError> {
        GitLab::new(project, ci_file).map(|gitlab| Self(Kind::GitLab(Box::new(gitlab))))
    }

    /// A pipeline of CircleCI: three UUIDs, and the repository as `github.com/owner/name`.
    ///
    /// npm lets it publish and takes no provenance from it. So it can be configured and is compared
    /// field by field, and [`Field::Provenance`] is always unprovable, which no waiver excuses: it never
    /// matches.
    ///
    /// # Errors
    /// [`ParseError::PublisherInvalid`] for a value that can never match.
    pub fn circleci(
        org_id: &str,
        project_id: &str,
        pipeline_definition_id: &str,
        vcs_origin: &str,
    ) -> Result<Self, ParseError> {
        let circleci = CircleCi::new(org_id, project_id, pipeline_definition_id, vcs_origin)?;
        Ok(Self(Kind::CircleCi(Box::new(circleci))))
    }

    /// Reads what `npm trust list PACKAGE --json` prints: one JSON document for each publisher of a
    /// package, one after another. The output does not name the package.
    ///
    /// At most 1 MiB, nested at most 64 deep, at most 64 publishers. `id` and `permissions` are read
    /// over: no certificate states them, and a publisher that may do nothing today may have published
    /// yesterday.
    ///
    /// # Errors
    /// [`ParseError::NotJson`] also if there is no publisher at all, [`ParseError::LimitExceeded`],
    /// [`ParseError::Malformed`] for an unknown type, for a member that is unknown, missing or there
    /// twice, [`ParseError::PublisherInvalid`].
    pub fn from_npm_trust_list(output: &[u8]) -> Result<Vec<Self>, ParseError> {
        npm_trust::read(output)
    }

    /// Compares each field with the certificate's.
    pub fn matches(&self, identity: &SignerIdentity) -> PublisherMatch {
        match &self.0 {
            Kind::GitHub(github) => github.matches(self, identity),
            Kind::GitLab(gitlab) => gitlab.matches(self, identity),
            Kind::CircleCi(circleci) => circleci.matches(self, identity),
        }
    }
}

impl fmt::Display for TrustedPublisher {
    /// For people: `github:octo-org/octo-lib#release.yml with environment=npm`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::GitHub(github) => write!(f, "github:{}#{}", github.repository, github.file)?,
            Kind::GitLab(gitlab) => write!(f, "gitlab:{}#{}", gitlab.project, gitlab.file)?,
            Kind::CircleCi(circleci) => {
                write!(f, "circleci:{}#{}", circleci.vcs_origin, circleci.pipeline_definition_id)?;
            }
        }
        for (at, (name, value)) in self.narrowed().into_iter().enumerate() {
            write!(f, "{}{name}={value}", if at == 0 { " with " } else { ", " })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
