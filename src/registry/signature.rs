//! The registry's signature over `name@version:integrity`.

use serde::Serialize;

use super::keys::{KeyKind, KeyOrigin, KeyUsage, RegistryKey, RegistryKeys};
use crate::artifact::Artifact;
use crate::claims::SignatureClaim;
use crate::encoding;
use crate::error::{ParseError, VerifyError};
use crate::limits;
use crate::time::Timestamp;

/// What is known of the time of signing. A publish time is a lower bound of it: npm signed a decade
/// of history later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SigningTime {
    /// From the verified publish attestation.
    Authenticated(Timestamp),
    /// From the unsigned packument: it may refuse, it never raises trust.
    Asserted(Timestamp),
    Unknown,
}

/// How the key's end was judged. Earlier is stronger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Window {
    /// At the authenticated time of the publish attestation.
    Authenticated,
    /// At the packument's unsigned time.
    Asserted,
    /// No time is known, and the key has no end.
    Endless,
    /// No time is known, and the key has an end.
    Unjudged,
}

/// A good signature by a key of the registry, within the key's window as far as that could be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedBy {
    keyid: String,
    origin: KeyOrigin,
    window: Window,
    time: Option<Timestamp>,
    unknown: Vec<String>,
    uncounted: Vec<String>,
}

impl SignedBy {
    /// The id of the key.
    #[must_use]
    pub fn keyid(&self) -> &str {
        &self.keyid
    }

    /// Where the key came from.
    #[must_use]
    pub fn origin(&self) -> KeyOrigin {
        self.origin
    }

    /// How the key's end was judged.
    #[must_use]
    pub fn window(&self) -> Window {
        self.window
    }

    /// The time it was judged at; see [`SignedBy::window`] for where that came from.
    #[must_use]
    pub fn time(&self) -> Option<Timestamp> {
        self.time
    }

    /// Ids of further signatures whose keys are not in the set. They were not verified.
    #[must_use]
    pub fn unknown_keyids(&self) -> &[String] {
        &self.unknown
    }

    /// Ids of further signatures whose keys are in the set and do not count: of an unsupported kind, or
    /// ended by then.
    #[must_use]
    pub fn uncounted_keyids(&self) -> &[String] {
        &self.uncounted
    }
}

/// What the registry's own signature proves. Absence and ignorance are values; a bad signature by a
/// known key is an error.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegistrySignature {
    /// Signed by the registry.
    Verified(SignedBy),
    /// The registry has keys, and this version has no signature.
    Absent,
    /// Only signatures by keys that are not in the set.
    UnknownKey {
        /// Their ids.
        keyids: Vec<String>,
    },
    /// The verifier has no keys for this registry.
    NoKeys,
}

/// Verifies every signature of the manifest over the artifact in hand: its own name, version and
/// digest, never what the response says of itself (pacote builds the message from the response).
///
/// Errors, in order: `Malformed` (base64 of a known key's signature), `RegistrySignature`,
/// `KeyExpired`, `UnsupportedKey`.
pub(crate) fn verify(
    keys: &RegistryKeys,
    artifact: &Artifact,
    signatures: &[SignatureClaim],
    time: SigningTime,
) -> Result<RegistrySignature, VerifyError> {
    if !keys.has(KeyUsage::Signatures) {
        return Ok(RegistrySignature::NoKeys);
    }
    if signatures.is_empty() {
        return Ok(RegistrySignature::Absent);
    }
    let message = format!("{}:{}", artifact.id(), artifact.sha512());
    let (mut good, mut unknown, mut uncounted) = (Vec::new(), Vec::new(), Vec::new());
    let (mut ended, mut unsupported) = (None, None);
    for claim in signatures {
        let Some(key) = keys.find(&claim.keyid, KeyUsage::Signatures) else {
            unknown.push(claim.keyid.clone());
            continue;
        };
        match &key.kind {
            KeyKind::Unsupported(algorithm) => {
                let (keyid, algorithm) = (claim.keyid.as_str().into(), algorithm.as_str().into());
                unsupported = Some(VerifyError::UnsupportedKey { keyid, algorithm });
                uncounted.push(claim.keyid.clone());
                continue;
            }
            KeyKind::Supported(public) => {
                let signature = encoding::bounded_base64(&claim.sig, limits::SIGNATURE_BYTES).ok_or_else(malformed)?;
                // A known key's bad signature is never outvoted by another's good one.
                public
                    .verify(message.as_bytes(), &signature)
                    .map_err(|_| VerifyError::RegistrySignature { keyid: claim.keyid.as_str().into() })?;
            }
        }
        match judge(key, time) {
            Ok((window, time)) => good.push((window, key.keyid.clone(), time)),
            Err(error) => {
                ended = Some(error);
                uncounted.push(claim.keyid.clone());
            }
        }
    }
    for list in [&mut unknown, &mut uncounted] {
        list.sort();
        list.dedup();
    }
    // The strongest, by name where equal: the order in which a response lists them decides nothing.
    if let Some((window, keyid, time)) = good.into_iter().min() {
        return Ok(RegistrySignature::Verified(SignedBy {
            keyid,
            origin: keys.origin(),
            window,
            time,
            unknown,
            uncounted,
        }));
    }
    match ended.or(unsupported) {
        Some(error) => Err(error),
        None => Ok(RegistrySignature::UnknownKey { keyids: unknown }),
    }
}

/// Only the key's end is judged: a publication may be older than the key that signed it later.
fn judge(key: &RegistryKey, time: SigningTime) -> Result<(Window, Option<Timestamp>), VerifyError> {
    let (window, time) = match (time, key.window.end) {
        (SigningTime::Authenticated(time), _) => (Window::Authenticated, time),
        (SigningTime::Asserted(time), _) => (Window::Asserted, time),
        (SigningTime::Unknown, None) => return Ok((Window::Endless, None)),
        (SigningTime::Unknown, Some(_)) => return Ok((Window::Unjudged, None)),
    };
    match key.window.end {
        Some(end) if time > end => Err(VerifyError::KeyExpired { keyid: key.keyid.as_str().into(), end, time }),
        _ => Ok((window, Some(time))),
    }
}

fn malformed() -> VerifyError {
    let reason = "dist.signatures: sig is not canonical base64".into();
    ParseError::Malformed { what: "version manifest", reason }.into()
}
