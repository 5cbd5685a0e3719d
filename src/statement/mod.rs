//! The in-toto statement inside a verified envelope, bound to one artifact (proof 9), and what its
//! predicate says beside the certificate (proof 11).

mod gitlab;
mod provenance;
mod publish;
mod slsa_v0_2;
mod slsa_v1;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::artifact::Artifact;
use crate::crypto::Hash;
use crate::error::{ParseError, VerifyError};
use crate::json;
use crate::limits;
use crate::sigstore::{InTotoStatement, Subject};

pub(crate) use provenance::ProvenanceNote;
pub(crate) use provenance::check_provenance;
pub(crate) use publish::check_publish;

/// The registry's own word that it published this (npm/attestation, `specs/publish/v0.1`).
pub(crate) const PUBLISH_V01: &str = "https://github.com/npm/attestation/tree/main/specs/publish/v0.1";
/// SLSA provenance as npm wrote it until 2023-07, and still writes it at GitLab.
pub(crate) const SLSA_V02: &str = "https://slsa.dev/provenance/v0.2";
/// SLSA provenance as npm writes it at GitHub.
pub(crate) const SLSA_V1: &str = "https://slsa.dev/provenance/v1";

/// What a payload that nobody has verified calls its predicate, only to find the kind of proof it
/// needs. `None` if it cannot be read.
pub(crate) fn untrusted_predicate_type(payload: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Label {
        #[serde(rename = "predicateType")]
        predicate_type: String,
    }
    let label: Label = json::read("statement", payload, limits::STATEMENT_BYTES).ok()?;
    Some(label.predicate_type)
}

/// A statement about exactly one subject, which is the artifact it was verified for.
#[derive(Debug)]
pub(crate) struct Statement {
    predicate_type: String,
    predicate: Box<RawValue>,
}

impl Statement {
    /// Proof 9, for a payload whose signature and log entries were proved.
    ///
    /// Errors, in order: `LimitExceeded` (1 MiB, depth 64, 1024 subjects), `StatementMalformed`, `StatementType`,
    /// `SubjectCount`, `SubjectMismatch`.
    pub(crate) fn verify(payload: &[u8], artifact: &Artifact) -> Result<Self, VerifyError> {
        let statement = InTotoStatement::read(payload)?;
        let [subject] = statement.subjects() else {
            return Err(VerifyError::SubjectCount { found: statement.subjects().len() });
        };
        check_subject(subject, artifact)?;
        let (predicate_type, predicate) = statement.into_predicate();
        if predicate_type.is_empty() {
            return Err(malformed("predicateType is empty"));
        }
        let predicate = predicate.ok_or_else(|| malformed("there is no predicate"))?;
        Ok(Self { predicate_type, predicate })
    }

    /// The kind of its predicate.
    pub(crate) fn predicate_type(&self) -> &str {
        &self.predicate_type
    }

    /// The predicate, not read yet.
    pub(crate) fn predicate(&self) -> &RawValue {
        &self.predicate
    }
}

/// The expected text is built and compared as bytes. Nothing is decoded: a name that only decodes to
/// the artifact's is the name of something else to the next reader.
fn check_subject(subject: &Subject, artifact: &Artifact) -> Result<(), VerifyError> {
    let same = |what, expected: String, found: Option<&str>| match found {
        Some(found) if found == expected => Ok(()),
        other => Err(VerifyError::SubjectMismatch {
            what,
            expected: expected.into(),
            found: other.unwrap_or("missing").into(),
        }),
    };
    same("name", artifact.id().purl(), subject.name())?;
    same("sha512", artifact.sha512().to_hex(), subject.digest(Hash::Sha512))?;
    if let Some((sha256, sha384)) = artifact.further_digests() {
        if let Some(found) = subject.digest(Hash::Sha256) {
            same("sha256", hex::encode(sha256), Some(found))?;
        }
        if let Some(found) = subject.digest(Hash::Sha384) {
            same("sha384", hex::encode(sha384), Some(found))?;
        }
    }
    Ok(())
}

fn malformed(reason: &str) -> VerifyError {
    VerifyError::StatementMalformed { reason: reason.into() }
}

/// What went wrong while reading a verified payload: it was signed as it is, so that even what is no
/// JSON at all is a malformed statement and no failed download.
fn unreadable(error: ParseError) -> VerifyError {
    match error {
        ParseError::NotJson { reason, .. } | ParseError::Malformed { reason, .. } => {
            VerifyError::StatementMalformed { reason }
        }
        other => other.into(),
    }
}

#[cfg(test)]
mod callee_tests;
#[cfg(test)]
mod provenance_tests;
#[cfg(test)]
mod real_tests;
#[cfg(test)]
mod tests;
