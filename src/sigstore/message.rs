//! Proof 7, for message signatures: the signature is by the key of proof 5, over the artifact itself.

use super::artifact_digest::ArtifactDigest;
use super::bundle::MessageSignature;
use crate::crypto::{Hash, PublicKey, Scheme};
use crate::error::VerifyError;

/// An artifact whose digest its signer signed.
#[derive(Clone, Debug)]
pub(super) struct VerifiedMessage {
    hash: Hash,
    digest: Vec<u8>,
}

impl VerifiedMessage {
    /// The hash that goes with the signer's key, and what the artifact has under it.
    pub(super) fn digest(&self) -> (Hash, &[u8]) {
        (self.hash, &self.digest)
    }
}

/// If the artifact's digest for this kind of key was not given, `DIGEST_NOT_SUPPLIED`; if the bundle
/// says that the artifact hashes to something else, `MESSAGE_DIGEST`; if the signature is not by this
/// key over the artifact, `MESSAGE_SIGNATURE`.
pub(super) fn verify(
    message: &MessageSignature,
    artifact: &ArtifactDigest,
    key: &PublicKey,
) -> Result<VerifiedMessage, VerifyError> {
    // The key decides (algorithm registry of the client-spec): a hash that the bundle may choose is
    // one that an attacker can break at leisure.
    let hash = match key.scheme() {
        Scheme::Ecdsa(hash) | Scheme::RsaPkcs1(hash) => hash,
        // Ed25519 signs bytes, not digests; Ed25519ph is another algorithm with the same keys.
        Scheme::Ed25519 => return Err(VerifyError::UnsupportedSigningKey { algorithm: "Ed25519ph".into() }),
    };
    if let Some((stated, digest)) = &message.digest {
        // sigstore_common.proto: a shortcut for clients. A signature that holds beside a digest that
        // does not would let two readers take it for two artifacts.
        if digest.as_slice() != known(artifact, *stated)? {
            return Err(VerifyError::MessageDigest);
        }
    }
    let digest = known(artifact, hash)?;
    key.verify_digest(hash, digest, &message.signature).map_err(|_| VerifyError::MessageSignature)?;
    Ok(VerifiedMessage { hash, digest: digest.to_vec() })
}

fn known(artifact: &ArtifactDigest, hash: Hash) -> Result<&[u8], VerifyError> {
    artifact.get(hash).ok_or(VerifyError::DigestNotSupplied { algorithm: hash.name() })
}
