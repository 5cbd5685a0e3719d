//! The versions that are older than a package's trusted publisher.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::error::ParseError;
use crate::evidence::Examination;
use crate::integrity::Sha512Digest;
use crate::json;
use crate::limits;
use crate::package::PackageId;
use crate::time::Timestamp;

/// Which of a package's versions need no provenance, because they are older than its publisher: those
/// whose *authenticated* time is earlier, and exact tarballs that somebody listed.
///
/// Neither a version range nor the packument's time exempts: an attacker with a token chooses the one
/// and a registry, or whoever stands before it, the other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Since {
    before: Option<Timestamp>,
    versions: BTreeSet<(String, Sha512Digest)>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Written {
    #[serde(default, deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    before: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    versions: Vec<Listed>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    version: String,
    sha512: Sha512Digest,
}

impl Since {
    /// Versions published before that moment, by the time of their publish attestation.
    #[must_use]
    pub fn time(before: Timestamp) -> Self {
        Self { before: Some(before), versions: BTreeSet::new() }
    }

    /// As before, and also that tarball of that version.
    ///
    /// # Errors
    /// [`ParseError::PackageVersion`] if it is no exact version; [`ParseError::LimitExceeded`] beyond
    /// 10,000 of them.
    pub fn and_version(mut self, version: &str, sha512: Sha512Digest) -> Result<Self, ParseError> {
        // Any name will do: only the version is asked about.
        PackageId::new("x", version)?;
        if self.versions.len() >= limits::SINCE_VERSIONS {
            return Err(ParseError::LimitExceeded { what: "since.versions", limit: 10_000 });
        }
        self.versions.insert((version.into(), sha512));
        Ok(self)
    }

    pub(super) fn exempts(&self, examination: &Examination) -> bool {
        let artifact = examination.artifact();
        let published = examination.publish_attestation().proven().map(|publish| publish.time());
        let earlier = self.before.zip(published).is_some_and(|(before, published)| published < before);
        earlier || self.versions.contains(&(artifact.id().version().to_owned(), *artifact.sha512()))
    }
}

impl TryFrom<Written> for Since {
    type Error = ParseError;

    fn try_from(written: Written) -> Result<Self, ParseError> {
        if written.before.is_none() && written.versions.is_empty() {
            return Err(ParseError::PolicyInvalid { reason: "`since` states neither `before` nor `versions`".into() });
        }
        let listed = written.versions.len();
        let start = Self { before: written.before, versions: BTreeSet::new() };
        let since = written.versions.into_iter().try_fold(start, |since, listed| {
            since.and_version(&listed.version, listed.sha512).map_err(|error| ParseError::PolicyInvalid {
                reason: format!("`since`: {error}; a range would exempt what an attacker publishes next").into(),
            })
        })?;
        if since.versions.len() != listed {
            return Err(ParseError::PolicyInvalid { reason: "`since` lists one version twice".into() });
        }
        Ok(since)
    }
}

impl From<Since> for Written {
    fn from(since: Since) -> Self {
        let versions = since.versions.into_iter().map(|(version, sha512)| Listed { version, sha512 }).collect();
        Self { before: since.before, versions }
    }
}
