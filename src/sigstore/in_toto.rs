//! An in-toto statement as it stands: its type, what it is about, and a predicate that nobody has read
//! (in-toto attestation framework, `spec/v1/statement.md`).

use serde::Deserialize;
use serde_json::value::RawValue;

use super::artifact_digest::ArtifactDigest;
use crate::crypto::Hash;
use crate::error::{ParseError, VerifyError};
use crate::json::{self, Bounded};
use crate::limits;

/// npm writes v0.1 around its publish attestations and SLSA v0.2, and v1 around SLSA v1.
const STATEMENT_TYPES: [&str; 2] = ["https://in-toto.io/Statement/v0.1", "https://in-toto.io/Statement/v1"];

/// A statement of a known type, with a predicate type. What it says is the signer's word.
#[derive(Debug)]
pub(crate) struct InTotoStatement {
    predicate_type: String,
    subjects: Vec<Subject>,
    predicate: Option<Box<RawValue>>,
}

/// One thing that a statement is about.
#[derive(Debug, Deserialize)]
pub(crate) struct Subject {
    name: Option<String>,
    digest: Digests,
}

/// Digests by other names are neither read nor counted.
#[derive(Debug, Deserialize)]
struct Digests {
    sha512: Option<String>,
    sha384: Option<String>,
    sha256: Option<String>,
}

#[derive(Deserialize)]
struct Document {
    // Read as it stands, so that a type which is no text is still a wrong type.
    #[serde(rename = "_type", default)]
    kind: Option<Box<RawValue>>,
    #[serde(rename = "predicateType")]
    predicate_type: String,
    subject: Bounded<Subject, { limits::SUBJECTS }>,
    #[serde(default)]
    predicate: Option<Box<RawValue>>,
}

impl InTotoStatement {
    /// Reads a payload whose signature was proved.
    ///
    /// Errors, in order: `LimitExceeded` (1 MiB, depth 64, 1024 subjects), `StatementMalformed`,
    /// `StatementType`.
    pub(crate) fn read(payload: &[u8]) -> Result<Self, VerifyError> {
        // A member that is skipped is not decoded, so that its encoding is checked here.
        core::str::from_utf8(payload).map_err(|_| malformed("it is not UTF-8"))?;
        let document: Document = json::read("statement", payload, limits::STATEMENT_BYTES).map_err(unreadable)?;
        let Document { kind, predicate_type, subject, predicate } = document;
        check_type(kind.as_deref())?;
        Ok(Self { predicate_type, subjects: subject.0, predicate })
    }

    pub(crate) fn subjects(&self) -> &[Subject] {
        &self.subjects
    }

    /// The kind of its predicate, and the predicate, if there is one.
    pub(crate) fn into_predicate(self) -> (String, Option<Box<RawValue>>) {
        (self.predicate_type, self.predicate)
    }

    /// Proof 9 for a bundle in general: one of its subjects is the artifact.
    ///
    /// `SUBJECT_MISMATCH` otherwise.
    pub(super) fn must_name(&self, artifact: &ArtifactDigest) -> Result<(), VerifyError> {
        if self.subjects.iter().any(|subject| subject.is(artifact)) {
            return Ok(());
        }
        let expected = artifact.known().next().map(|(_, digest)| hex::encode(digest)).unwrap_or_default();
        let found = match self.subjects.as_slice() {
            [] => "missing".into(),
            [one] => one.some_digest().unwrap_or("missing").into(),
            several => format!("none of those of {} subjects", several.len()).into(),
        };
        Err(VerifyError::SubjectMismatch { what: "digest", expected: expected.into(), found })
    }
}

impl Subject {
    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// What it says the thing hashes to: lower-case hex, or whatever the signer wrote.
    pub(crate) fn digest(&self, hash: Hash) -> Option<&str> {
        match hash {
            Hash::Sha256 => self.digest.sha256.as_deref(),
            Hash::Sha384 => self.digest.sha384.as_deref(),
            Hash::Sha512 => self.digest.sha512.as_deref(),
        }
    }

    fn some_digest(&self) -> Option<&str> {
        [Hash::Sha256, Hash::Sha384, Hash::Sha512].into_iter().find_map(|hash| self.digest(hash))
    }

    /// At least one digest is the artifact's, and none that can be compared is another's: a subject
    /// with two digests of two artifacts would be either, as the reader likes.
    fn is(&self, artifact: &ArtifactDigest) -> bool {
        let mut compared =
            artifact.known().filter_map(|(hash, digest)| Some(self.digest(hash)? == hex::encode(digest))).peekable();
        compared.peek().is_some() && compared.all(|same| same)
    }
}

fn check_type(kind: Option<&RawValue>) -> Result<(), VerifyError> {
    let raw = kind.map_or("missing", RawValue::get);
    match serde_json::from_str::<String>(raw) {
        Ok(text) if STATEMENT_TYPES.contains(&text.as_str()) => Ok(()),
        Ok(text) => Err(VerifyError::StatementType { found: text.into() }),
        Err(_) => Err(VerifyError::StatementType { found: raw.into() }),
    }
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
