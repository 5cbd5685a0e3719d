//! Whether a signer is the trusted publisher that somebody configured.
//!
//! A match means: signed by the workflow that this publisher would authorise. It does not mean
//! published through it: the signing token and the publishing token are different ones, and no
//! certificate speaks of the upload.

mod answer;
mod github;

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::error::ParseError;
use crate::identity::SignerIdentity;

pub use answer::{Answer, Field, FieldAnswer, MatchNote, MatchStatus, PublisherMatch, Source};
use github::GitHub;

/// Who may publish a package, as the registry's trusted publisher form has it.
///
/// If you have one, it can match: what no certificate could ever state was refused when it was made.
/// It is compared with the certificate field by field, each by itself; fields of two publishers are
/// never combined.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct TrustedPublisher(Kind);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Kind {
    GitHub(GitHub),
}

/// The written form. Its members are named as `npm trust list --json` names them; one that is not
/// known is refused, because a rule that is not understood would be one that is not kept.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
enum Written {
    GitHub { repository: String, file: String },
}

impl TrustedPublisher {
    /// A workflow of GitHub Actions: the repository as `owner/name` and the file of the workflow that
    /// is *started*, which lies in `.github/workflows`. A reusable workflow that it calls is reported
    /// by [`PublisherMatch::callee`] and need not be named.
    ///
    /// Any branch, tag and event of that file matches, as at the registry. The repository matches
    /// whatever the case of its ASCII letters, the file byte by byte.
    ///
    /// # Errors
    /// [`ParseError::PublisherInvalid`] for a repository or a file that can never match.
    pub fn github(repository: &str, workflow_file: &str) -> Result<Self, ParseError> {
        GitHub::new(repository, workflow_file).map(|github| Self(Kind::GitHub(github)))
    }

    /// Compares each field with the certificate's.
    pub fn matches(&self, identity: &SignerIdentity) -> PublisherMatch {
        match &self.0 {
            Kind::GitHub(github) => github.matches(self, identity),
        }
    }
}

impl fmt::Display for TrustedPublisher {
    /// `github:octo-org/octo-lib#release.yml`: one text for one publisher, for people and for
    /// fingerprints.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::GitHub(github) => write!(f, "github:{}#{}", github.repository(), github.file()),
        }
    }
}

impl TryFrom<Written> for TrustedPublisher {
    type Error = ParseError;
    fn try_from(written: Written) -> Result<Self, ParseError> {
        match written {
            Written::GitHub { repository, file } => Self::github(&repository, &file),
        }
    }
}

impl From<TrustedPublisher> for Written {
    fn from(publisher: TrustedPublisher) -> Self {
        match publisher.0 {
            Kind::GitHub(github) => {
                Self::GitHub { repository: github.repository().to_owned(), file: github.file().to_owned() }
            }
        }
    }
}

#[cfg(test)]
mod tests;
