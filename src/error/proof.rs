//! Which numbered proof of a bundle an error belongs to.

use super::VerifyError;

impl VerifyError {
    /// The number of the [proof](crate::sigstore) that failed, from 1 to 11. `None` where several can fail
    /// with this error, or none of them: then nothing is said about where it was.
    #[must_use]
    pub fn proof(&self) -> Option<u8> {
        let number = match self {
            Self::BundleMalformed { .. }
            | Self::UnsupportedBundle { .. }
            | Self::UnsupportedContent
            | Self::EnvelopeSignatureCount { .. }
            | Self::PayloadType { .. } => 1,
            Self::MissingLogEntry
            | Self::UnknownLog { .. }
            | Self::LogPromise
            | Self::MissingLogPromise
            | Self::MissingInclusionProof
            | Self::PromiseOnly { .. }
            | Self::InclusionProof { .. }
            | Self::CheckpointMalformed { .. }
            | Self::CheckpointUnsigned { .. }
            | Self::CheckpointSignature
            | Self::CheckpointMismatch { .. } => 2,
            Self::TimestampMalformed { .. }
            | Self::TimestampStatus { .. }
            | Self::TimestampUnsupported { .. }
            | Self::TimestampAttributes { .. }
            | Self::TimestampContent { .. }
            | Self::TimestampImprint
            | Self::UnknownTimestampAuthority
            | Self::TimestampCertificate
            | Self::TimestampSignature
            | Self::TimeOutsideTimestampAuthority { .. } => 3,
            Self::NoVerifiedTime | Self::LogKeyExpired { .. } => 4,
            Self::UntrustedCertificate
            | Self::UnknownAuthority
            | Self::CaAsLeaf
            | Self::KeyUsage { .. }
            | Self::ExtendedKeyUsage
            | Self::TimeOutsideAuthority { .. } => 5,
            // A timestamp authority's certificate is judged by the same walk.
            Self::TimeOutsideCertificate { which: "the signing certificate", .. } => 5,
            Self::MissingSct
            | Self::SctMalformed { .. }
            | Self::UnknownCtLog { .. }
            | Self::Sct
            | Self::SctKeyExpired { .. } => 6,
            Self::EnvelopeSignature | Self::MessageSignature | Self::MessageDigest | Self::DigestNotSupplied { .. } => {
                7
            }
            Self::LogMismatch { .. } => 8,
            Self::StatementType { .. } | Self::SubjectCount { .. } | Self::SubjectMismatch { .. } => 9,
            Self::ExtensionMalformed { .. } | Self::InconsistentIdentity { .. } => 10,
            Self::StatementMismatch { .. } | Self::ProvenanceContradictsCertificate { .. } => 11,
            _ => return None,
        };
        Some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_named_only_where_it_is_the_only_one() {
        assert_eq!(VerifyError::Sct.proof(), Some(6));
        assert_eq!(VerifyError::LogMismatch { what: "signature" }.proof(), Some(8));
        // A registry's key may be unknown for its signature too, and a subject name is read twice.
        assert_eq!(VerifyError::UnknownKey { keyid: "x".into() }.proof(), None);
        assert_eq!(VerifyError::SubjectAltName { reason: "x" }.proof(), None);
        assert_eq!(VerifyError::PublishNotAttested.proof(), None);
    }
}
