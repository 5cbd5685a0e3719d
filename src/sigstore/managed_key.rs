//! Proof 5, for keys: the key that the caller chose by the bundle's hint, valid at every verified time.

use super::bundle::Content;
use super::time::VerifiedTimes;
use crate::crypto::PublicKey;
use crate::error::VerifyError;
use crate::time::Window;

/// A key that the trust configuration holds for this use, such as a registry's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ManagedKey<'a> {
    /// Its id, which the bundle's hint must be; `None` if the key itself was given and has no name.
    pub(crate) id: Option<&'a str>,
    /// The key.
    pub(crate) key: &'a PublicKey,
    /// When it was in use; both ends count.
    pub(crate) window: Window,
}

/// A managed key that is the one named, and was in use whenever this was signed.
#[derive(Clone, Copy, Debug)]
pub(super) struct VerifiedKey<'a> {
    key: &'a PublicKey,
}

impl<'a> VerifiedKey<'a> {
    pub(super) fn key(self) -> &'a PublicKey {
        self.key
    }
}

/// If hint, envelope and key do not all name one key, `KEY_MISMATCH`; if a time is outside its
/// window, `KEY_EXPIRED` or `KEY_NOT_YET_VALID`.
pub(super) fn verify<'a>(
    hint: &str,
    content: &Content,
    managed: &ManagedKey<'a>,
    times: &VerifiedTimes,
) -> Result<VerifiedKey<'a>, VerifyError> {
    // sigstore_bundle.proto: the hint must equal the envelope's key id. Neither is signed; a reader
    // that selects by one and reports the other can be shown two different keys.
    let keyid = match content {
        Content::Envelope(envelope) => envelope.keyid.as_deref().unwrap_or_default(),
        Content::Message(_) => hint,
    };
    if managed.id.is_some_and(|id| id != hint) || keyid != hint {
        return Err(VerifyError::KeyMismatch { hint: hint.into(), keyid: keyid.into() });
    }
    let keyid = || hint.into();
    for time in times.iter() {
        // A retired key may have leaked; whoever holds it logs a signature today (CVE-2026-54787).
        if let Some(end) = managed.window.end.filter(|end| time > *end) {
            return Err(VerifyError::KeyExpired { keyid: keyid(), end, time });
        }
        if time < managed.window.start {
            let start = managed.window.start;
            return Err(VerifyError::KeyNotYetValid { keyid: keyid(), start, time });
        }
    }
    Ok(VerifiedKey { key: managed.key })
}
