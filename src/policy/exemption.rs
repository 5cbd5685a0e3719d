//! What one exact version is excused from, why, and until when.

use core::fmt;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::error::{ParseError, Text};
use crate::integrity::Sha512Digest;
use crate::json;
use crate::limits;
use crate::package::PackageId;
use crate::time::Timestamp;

/// What an exemption can lift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Lift {
    /// That the registry signed it.
    RegistrySignature,
    /// That there is provenance by somebody.
    Provenance,
    /// That the trusted publisher's workflow signed it.
    TrustedPublisher,
    /// That it is old enough.
    MinAge,
    /// That it was published no weaker than earlier versions.
    Downgrade,
}

/// One exact version, excused for a reason and until a moment. Ranges never are: the next version of a
/// range is whatever an attacker publishes.
///
/// An exemption lifts what is wanting. It never makes a claim that failed hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Exemption {
    id: PackageId,
    sha512: Option<Sha512Digest>,
    lifts: BTreeSet<Lift>,
    reason: String,
    expires: Timestamp,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Written {
    package: String,
    #[serde(default, deserialize_with = "json::stated", skip_serializing_if = "Option::is_none")]
    sha512: Option<Sha512Digest>,
    lifts: Vec<Lift>,
    reason: String,
    expires: Timestamp,
}

impl Exemption {
    /// The version it is for.
    #[must_use]
    pub fn id(&self) -> &PackageId {
        &self.id
    }

    /// What it lifts while it holds.
    pub fn lifted(&self) -> impl Iterator<Item = Lift> + '_ {
        self.lifts.iter().copied()
    }

    /// Why, in the words of whoever wrote it; escaped.
    #[must_use]
    pub fn reason(&self) -> Text {
        self.reason.as_str().into()
    }

    /// The first moment at which it holds no longer.
    #[must_use]
    pub fn expires(&self) -> Timestamp {
        self.expires
    }

    /// Whether it is for this tarball of its version: any, or the one that it states.
    pub(super) fn is_for(&self, sha512: &Sha512Digest) -> bool {
        self.sha512.is_none_or(|stated| stated == *sha512)
    }

    pub(super) fn lifts(&self, lift: Lift, now: Timestamp) -> bool {
        now < self.expires && self.lifts.contains(&lift)
    }
}

impl fmt::Display for Exemption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exempt until {}: {}", self.expires, self.reason())
    }
}

impl TryFrom<Written> for Exemption {
    type Error = ParseError;

    fn try_from(written: Written) -> Result<Self, ParseError> {
        let refuse = |why: &str| {
            let package = &written.package;
            ParseError::PolicyInvalid { reason: format!("the exemption of \"{package}\": {why}").into() }
        };
        // A version holds no `@`.
        let (name, version) =
            written.package.rsplit_once('@').ok_or_else(|| refuse("write name@version, such as @octo/lib@1.2.3"))?;
        // Old packages may have such names, and whoever writes one here means many.
        if name.contains('*') {
            return Err(refuse("it needs one exact name"));
        }
        let id = PackageId::new(name, version).map_err(|error| match error {
            ParseError::PackageVersion { .. } => {
                refuse("it needs one exact version: a range would excuse the next one")
            }
            other => refuse(&other.to_string()),
        })?;
        let lifts: BTreeSet<Lift> = written.lifts.iter().copied().collect();
        if lifts.is_empty() || lifts.len() != written.lifts.len() {
            return Err(refuse("`lifts` is empty, or lists something twice"));
        }
        if written.reason.trim().is_empty() || written.reason.len() > limits::REASON_BYTES {
            return Err(refuse("it needs a reason of a few words"));
        }
        Ok(Self { id, sha512: written.sha512, lifts, reason: written.reason, expires: written.expires })
    }
}

impl From<Exemption> for Written {
    fn from(exemption: Exemption) -> Self {
        Self {
            package: exemption.id.to_string(),
            sha512: exemption.sha512,
            lifts: exemption.lifts.into_iter().collect(),
            reason: exemption.reason,
            expires: exemption.expires,
        }
    }
}
