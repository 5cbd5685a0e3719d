//! Where a configured publisher comes from.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::publisher::TrustedPublisher;

/// Who says that this is the package's trusted publisher. The report names the one that decided.
///
/// The registry's own hints (`_npmUser.trustedPublisher`, package.json's `repository`) are not among
/// them: they are unsigned, chosen by whoever published, and only compared over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PublisherSource {
    /// The program that embeds the library.
    Caller,
    /// The policy itself.
    Policy,
    /// What `npm trust list --json` printed for the package's owner.
    NpmTrust,
    /// The identity that the trust lock holds of an earlier version.
    TrustLock,
}

impl PublisherSource {
    /// Its name in policies and reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Policy => "policy",
            Self::NpmTrust => "npm-trust",
            Self::TrustLock => "trust-lock",
        }
    }
}

impl fmt::Display for PublisherSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A publisher, and who says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Configured {
    pub(crate) publisher: TrustedPublisher,
    pub(crate) source: PublisherSource,
}
