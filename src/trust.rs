//! The trust snapshot that is compiled in.

use crate::error::ParseError;
use crate::evidence::{Claim, Note};
use crate::registry::RegistryKeys;
use crate::registry_id::RegistryId;
use crate::sigstore::TrustedRoot;
use crate::time::Timestamp;

/// Older than this, a snapshot deserves a warning: keys rotate about once a year.
const FRESH_SECONDS: i64 = 180 * 24 * 60 * 60;

/// Sigstore's public-good trusted root and npm's keys as they were on one day, so that verification
/// needs no network. Callers with fresher files pass those instead.
#[derive(Clone, Copy, Debug)]
pub struct TrustSnapshot;

impl TrustSnapshot {
    /// 2026-11-05, when `@sigstore/tuf` 5.0.1 was published, whose TUF targets these are.
    #[must_use]
    pub fn date() -> Timestamp {
        Timestamp::from_unix(1_793_836_800).unwrap_or_default()
    }

    /// The public-good instance's trusted root.
    ///
    /// # Errors
    /// As [`TrustedRoot::from_json`]; the compiled-in one is read in a test.
    pub fn trusted_root() -> Result<TrustedRoot, ParseError> {
        TrustedRoot::from_json(include_bytes!("../testdata/trust/trusted_root.json"))
    }

    /// npm's keys.
    ///
    /// # Errors
    /// As [`RegistryKeys::from_json`]; the compiled-in ones are read in a test.
    pub fn npm_keys() -> Result<RegistryKeys, ParseError> {
        RegistryKeys::from_json(RegistryId::npm(), include_bytes!("../testdata/trust/npm-keys.json"))
    }

    /// A warning, if the snapshot is older than 180 days at `now`.
    #[must_use]
    pub fn warning(now: Timestamp) -> Option<Note> {
        let age = now.seconds_since(Self::date());
        (age > FRESH_SECONDS).then(|| {
            let days = age / (24 * 60 * 60);
            let message = format!(
                "the built-in trust snapshot of {} is {days} days old: use a newer version, or pass fresh files",
                Self::date()
            );
            Note::new(Claim::Audit, "NOTE_COUNTERSIGN_STALE_TRUST", message)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::TrustSnapshot;

    #[test]
    fn the_snapshot_is_usable() {
        assert!(TrustSnapshot::npm_keys().is_ok());
        assert!(TrustSnapshot::trusted_root().is_ok());
        assert_eq!(TrustSnapshot::date().to_string(), "2026-11-05T00:00:00Z");
    }

    #[test]
    fn tr_41_an_old_snapshot_warns() {
        let days = |n: i64| TrustSnapshot::date().plus(n * 24 * 60 * 60);
        assert_eq!(TrustSnapshot::warning(days(180)), None);
        assert_eq!(TrustSnapshot::warning(days(181)).unwrap().code(), "NOTE_COUNTERSIGN_STALE_TRUST");
    }
}
