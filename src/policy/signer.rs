//! Somebody, by issuer and by owner or repository.

use serde::{Deserialize, Serialize};

use crate::error::{Denied, ParseError};
use crate::identity::{self, GITHUB_ISSUER, GITLAB_ISSUER, SignerIdentity};
use crate::json;

/// Who must have signed the provenance. Provenance by anybody would be met by any attacker's own
/// repository, so this names an issuer and an owner or a repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct RequiredSigner {
    issuer: String,
    source: Source,
}

/// By its URL, as certificates have it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    Owner(String),
    Repository(String),
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Written {
    issuer: String,
    #[serde(default, deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    #[serde(default, deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    repository: Option<String>,
}

impl RequiredSigner {
    /// Any workflow of any repository of a GitHub user or organisation, or of a GitLab group: by the issuer
    /// of its CI and the owner's name or path, without a host.
    ///
    /// # Errors
    /// [`ParseError::RequirementInvalid`] if the issuer is not GitHub's or GitLab's, whose certificates
    /// are understood, or the owner is none that it could have.
    pub fn owner(issuer: &str, owner: &str) -> Result<Self, ParseError> {
        let host = host(issuer)?;
        let refuse = |reason| Err(ParseError::RequirementInvalid { reason });
        let legal = |part: &str, more: &[u8]| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || more.contains(&b))
        };
        if issuer == GITHUB_ISSUER && !legal(owner, b"-_") {
            return refuse("write a GitHub owner like octo-org");
        }
        if issuer == GITLAB_ISSUER && !owner.split('/').all(|part| legal(part, b"-_.") && part != "." && part != "..") {
            return refuse("write a GitLab group like octo-group/tools");
        }
        Ok(Self { issuer: issuer.into(), source: Source::Owner(format!("{host}{owner}")) })
    }

    /// [`RequiredSigner::owner`] for GitHub.
    ///
    /// # Errors
    /// [`ParseError::RequirementInvalid`] if it is no name of an owner.
    pub fn github_owner(owner: &str) -> Result<Self, ParseError> {
        Self::owner(GITHUB_ISSUER, owner)
    }

    /// Any workflow of one repository, by the issuer of its CI and the repository's URL.
    ///
    /// # Errors
    /// [`ParseError::RequirementInvalid`] if the issuer is not GitHub's or GitLab's, whose certificates
    /// are understood, or the repository is no https URL of that host.
    pub fn repository(issuer: &str, url: &str) -> Result<Self, ParseError> {
        let host = host(issuer)?;
        let path = url.strip_prefix(host).unwrap_or_default();
        let parts = path.split('/').count();
        let plain = path.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./".contains(&b));
        let whole = path.split('/').all(|part| !matches!(part, "" | "." | "..")) && !path.ends_with(".git");
        if !plain || !whole || parts < 2 || (issuer == GITHUB_ISSUER && parts != 2) {
            return Err(ParseError::RequirementInvalid {
                reason: "write the repository as its https URL, without .git or a slash at its end",
            });
        }
        Ok(Self { issuer: issuer.into(), source: Source::Repository(url.into()) })
    }

    /// Whether the certificate names this issuer and this owner or repository.
    pub(super) fn must_be(&self, identity: &SignerIdentity) -> Result<(), Denied> {
        let mismatch = |field, expected: &str, found: Option<&str>| Denied::SignerMismatch {
            field,
            expected: expected.into(),
            found: found.unwrap_or("nothing").into(),
        };
        if identity.issuer() != Some(&*self.issuer) {
            return Err(mismatch("issuer", &self.issuer, identity.issuer()));
        }
        let (field, expected, found) = match &self.source {
            Source::Owner(owner) => ("owner", owner, identity.owner()),
            Source::Repository(repository) => ("repository", repository, identity.repository()),
        };
        // GitHub's names are unique without regard to ASCII case, and to that alone.
        let equal =
            |found: &str| found == expected || (self.issuer == GITHUB_ISSUER && found.eq_ignore_ascii_case(expected));
        if found.is_some_and(equal) { Ok(()) } else { Err(mismatch(field, expected, found)) }
    }
}

/// What every URL of that CI system's certificates begins with.
fn host(issuer: &str) -> Result<&'static str, ParseError> {
    match issuer {
        GITHUB_ISSUER => Ok(identity::GITHUB),
        GITLAB_ISSUER => Ok(identity::GITLAB),
        _ => Err(ParseError::RequirementInvalid {
            reason: "its issuer is none whose certificates are understood: \
                     https://token.actions.githubusercontent.com or https://gitlab.com",
        }),
    }
}

impl TryFrom<Written> for RequiredSigner {
    type Error = ParseError;

    fn try_from(written: Written) -> Result<Self, ParseError> {
        match (written.owner, written.repository) {
            (Some(owner), None) => Self::owner(&written.issuer, &owner),
            (None, Some(url)) => Self::repository(&written.issuer, &url),
            _ => {
                Err(ParseError::RequirementInvalid { reason: "beside `issuer` stands either `owner` or `repository`" })
            }
        }
    }
}

impl From<RequiredSigner> for Written {
    fn from(signer: RequiredSigner) -> Self {
        let bare = |url: String| url.splitn(4, '/').nth(3).unwrap_or_default().to_owned();
        let (owner, repository) = match signer.source {
            Source::Owner(url) => (Some(bare(url)), None),
            Source::Repository(url) => (None, Some(url)),
        };
        Self { issuer: signer.issuer, owner, repository }
    }
}
