//! Somebody, by issuer and by owner or repository.

use serde::Serialize;

use crate::error::{Denied, ParseError};
use crate::identity::SignerIdentity;

const GITHUB: &str = "https://token.actions.githubusercontent.com";
const GITLAB: &str = "https://gitlab.com";

/// Who must have signed the provenance. Provenance by anybody would be met by any attacker's own
/// repository, so this names an issuer and an owner or a repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RequiredSigner {
    issuer: String,
    source: Source,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Source {
    Owner(String),
    Repository(String),
}

impl RequiredSigner {
    /// Any workflow of any repository of a GitHub user or organisation.
    ///
    /// # Errors
    /// [`ParseError::RequirementInvalid`] if it is no name of an owner.
    pub fn github_owner(owner: &str) -> Result<Self, ParseError> {
        let legal = !owner.is_empty() && owner.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if !legal {
            return Err(ParseError::RequirementInvalid { reason: "write a GitHub owner like octo-org" });
        }
        Ok(Self { issuer: GITHUB.into(), source: Source::Owner(format!("https://github.com/{owner}")) })
    }

    /// Any workflow of one repository, by the issuer of its CI and the repository's URL.
    ///
    /// # Errors
    /// [`ParseError::RequirementInvalid`] if the issuer is not GitHub's or GitLab's, whose certificates
    /// are understood, or the repository is no https URL.
    pub fn repository(issuer: &str, url: &str) -> Result<Self, ParseError> {
        if ![GITHUB, GITLAB].contains(&issuer) {
            return Err(ParseError::RequirementInvalid {
                reason: "its issuer is none whose certificates are understood",
            });
        }
        if url.strip_prefix("https://").is_none_or(str::is_empty) {
            return Err(ParseError::RequirementInvalid { reason: "write the repository as an https URL" });
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
        let equal = |found: &str| found == expected || (self.issuer == GITHUB && found.eq_ignore_ascii_case(expected));
        if found.is_some_and(equal) { Ok(()) } else { Err(mismatch(field, expected, found)) }
    }
}
