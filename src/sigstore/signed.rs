//! Proof 7: the content's signature is by the key of proof 5.

use super::artifact_digest::ArtifactDigest;
use super::bundle::Content;
use super::dsse::{self, VerifiedPayload};
use super::message::{self, VerifiedMessage};
use crate::crypto::PublicKey;
use crate::error::VerifyError;

/// What was signed, of whichever of the two kinds.
#[derive(Clone, Debug)]
pub(super) enum Signed {
    /// A payload in an envelope.
    Payload(VerifiedPayload),
    /// The artifact itself.
    Message(VerifiedMessage),
}

/// Errors as [`dsse::verify`] or [`message::verify`].
pub(super) fn verify(content: &Content, artifact: &ArtifactDigest, key: &PublicKey) -> Result<Signed, VerifyError> {
    match content {
        Content::Envelope(envelope) => dsse::verify(envelope, key).map(Signed::Payload),
        Content::Message(signature) => message::verify(signature, artifact, key).map(Signed::Message),
    }
}
