//! What a requirement must be told before it can decide.

use core::fmt;

use serde::Serialize;

/// Something that must be fetched before a requirement can be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Need {
    /// The answer of the attestations endpoint.
    Attestations,
    /// The packument's publish time.
    PublishTime,
    /// Earlier versions of the package.
    History,
    /// The bytes of the tarball, hashed.
    HashedBytes,
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Attestations => "the attestations",
            Self::PublishTime => "the publish time",
            Self::History => "the package's earlier versions",
            Self::HashedBytes => "the tarball's bytes",
        })
    }
}
