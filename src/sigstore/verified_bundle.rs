//! The general verifier: any bundle, an artifact, and who is expected to have signed it.

use super::artifact_digest::ArtifactDigest;
use super::bundle::Bundle;
use super::expectation::Expectation;
use super::in_toto::InTotoStatement;
use super::log_entry::LoggedEntry;
use super::signed::Signed;
use super::trusted_root::TrustedRoot;
use super::{SignedBundle, Signer, prove};
use crate::error::VerifyError;
use crate::identity::SignerIdentity;
use crate::time::Timestamp;

/// A bundle that was verified for one artifact and one expected signer.
///
/// If you have one, proofs 1 to 8 of [the module](super) hold, the message signature or one subject of
/// the in-toto statement is about the artifact (9), and the signer is the expected one, named by a
/// certificate that does not contradict itself (10). What a statement *says* is the signer's word.
#[derive(Clone, Debug)]
pub struct VerifiedBundle {
    bundle: SignedBundle,
    identity: Option<SignerIdentity>,
}

impl TrustedRoot {
    /// Verifies a bundle as the Sigstore client specification says, and where that leaves room, strictly.
    ///
    /// # Errors
    /// In this order: those of the log entries (proof 2), timestamps (3), times (4), key (5, with
    /// `SIGNER_KIND` if it is of the other kind than expected), SCT (6), signature (7), binding (8),
    /// then `STATEMENT_MALFORMED`, `STATEMENT_TYPE`, `SUBJECT_MISMATCH` (9), those of the certificate's
    /// extensions (10), `IDENTITY_MISMATCH`.
    pub fn verify_bundle(
        &self,
        bundle: &Bundle,
        artifact: &ArtifactDigest,
        expectation: &Expectation<'_>,
        now: Timestamp,
    ) -> Result<VerifiedBundle, VerifyError> {
        let bundle = prove(bundle, expectation.by(), artifact, self, now)?; // 2 to 8
        if let Signed::Payload(payload) = &bundle.signed {
            InTotoStatement::read(payload.bytes())?.must_name(artifact)?; // 9
        }
        let identity = match bundle.signer() {
            Signer::Certificate(certificate) => Some(certificate.identity()?), // 10
            Signer::Key => None,
        };
        expectation.check(identity.as_ref())?;
        Ok(VerifiedBundle { bundle, identity })
    }
}

impl VerifiedBundle {
    /// What the certificate says about its holder; `None` if a key signed.
    #[must_use]
    pub fn identity(&self) -> Option<&SignerIdentity> {
        self.identity.as_ref()
    }

    /// The in-toto statement, byte for byte; `None` if the artifact itself was signed.
    #[must_use]
    pub fn statement(&self) -> Option<&[u8]> {
        self.bundle.payload()
    }

    /// The authenticated times, ascending; everything held at each of them.
    pub fn times(&self) -> impl Iterator<Item = Timestamp> + '_ {
        self.bundle.times().iter()
    }

    /// The log entries, each about this bundle. Two of one log are two entries and one witness.
    #[must_use]
    pub fn log_entries(&self) -> &[LoggedEntry] {
        self.bundle.entries()
    }
}
