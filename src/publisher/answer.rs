//! What comparing a publisher with a certificate gives: one of three answers per field.

use core::fmt;

use serde::{Deserialize, Serialize, Serializer};

use super::TrustedPublisher;
use crate::error::Text;

/// A field of a trusted publisher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Field {
    /// Who vouches for the rest: the CI system.
    Issuer,
    /// The repository that the workflow ran in.
    Repository,
    /// The workflow that was started.
    Workflow,
    /// Where it ran.
    Runner,
}

impl Field {
    /// Its name in reports, policies and waivers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Issuer => "issuer",
            Self::Repository => "repository",
            Self::Workflow => "workflow",
            Self::Runner => "runner",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the certificate says of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "answer", rename_all = "lowercase")]
#[non_exhaustive]
pub enum Answer {
    /// The same.
    Proven {
        /// What a careful reader should know of it.
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<MatchNote>,
    },
    /// Something else. No waiver excuses it.
    Contradicted {
        /// What the publisher makes of it.
        expected: Text,
        /// What the certificate says.
        found: Text,
    },
    /// Nothing, or nothing that decides. A waiver by the field's name may excuse it.
    Unprovable {
        /// Why.
        reason: &'static str,
    },
}

/// What a careful reader should know of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum MatchNote {
    /// The names differ in the case of ASCII letters, which GitHub does not tell apart.
    CaseDiffers,
    /// A certificate from before 2023-05 names only the workflow of the signing job; for a reusable
    /// one of the same repository that is not the workflow that was started.
    JobWorkflow,
    /// A certificate from before 2023-05 does not state the runner, so that it was not judged.
    RunnerNotStated,
}

impl MatchNote {
    /// One sentence.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CaseDiffers => "the names differ in the case of letters",
            Self::JobWorkflow => "an early certificate names the signing job's workflow, not the one that was started",
            Self::RunnerNotStated => "an early certificate does not state the runner, which was not judged",
        }
    }
}

/// The part of the certificate that an answer rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Source {
    /// The extension of this number under 1.3.6.1.4.1.57264.1.
    Extension(u32),
    /// The subject alternative name.
    SubjectAltName,
}

impl fmt::Display for Source {
    /// As the project's documents cite it: `1.18`, or `SAN`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Extension(number) => write!(f, "1.{number}"),
            Self::SubjectAltName => f.write_str("SAN"),
        }
    }
}

impl Serialize for Source {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One field, the answer, and where the certificate gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldAnswer {
    field: Field,
    #[serde(flatten)]
    answer: Answer,
    #[serde(rename = "extension", skip_serializing_if = "Option::is_none")]
    source: Option<Source>,
}

impl FieldAnswer {
    pub(super) fn proven(field: Field, source: Source, note: Option<MatchNote>) -> Self {
        Self { field, answer: Answer::Proven { note }, source: Some(source) }
    }

    pub(super) fn contradicted(field: Field, source: Source, expected: &str, found: &str) -> Self {
        let answer = Answer::Contradicted { expected: expected.into(), found: found.into() };
        Self { field, answer, source: Some(source) }
    }

    pub(super) fn unprovable(field: Field, reason: &'static str) -> Self {
        Self { field, answer: Answer::Unprovable { reason }, source: None }
    }

    /// The field.
    #[must_use]
    pub fn field(&self) -> Field {
        self.field
    }

    /// What the certificate says of it.
    #[must_use]
    pub fn answer(&self) -> &Answer {
        &self.answer
    }

    /// The part of the certificate that says it; `None` if none does.
    #[must_use]
    pub fn source(&self) -> Option<Source> {
        self.source
    }
}

/// All fields together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MatchStatus {
    /// Every field is proven.
    Match,
    /// A field is contradicted.
    Mismatch,
    /// No field is contradicted, and one is unprovable.
    Unprovable,
}

/// How a trusted publisher and a signer compare.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct PublisherMatch {
    publisher: TrustedPublisher,
    fields: Vec<FieldAnswer>,
    notes: Vec<MatchNote>,
    callee: Option<Text>,
}

impl PublisherMatch {
    pub(super) fn new(
        publisher: &TrustedPublisher,
        fields: Vec<FieldAnswer>,
        notes: Vec<MatchNote>,
        callee: Option<&str>,
    ) -> Self {
        Self { publisher: publisher.clone(), fields, notes, callee: callee.map(Text::from) }
    }

    /// The publisher that was compared.
    #[must_use]
    pub fn publisher(&self) -> &TrustedPublisher {
        &self.publisher
    }

    /// Each field that was judged.
    #[must_use]
    pub fn fields(&self) -> &[FieldAnswer] {
        &self.fields
    }

    /// The notes of all fields, and of what was not judged.
    #[must_use]
    pub fn notes(&self) -> Vec<MatchNote> {
        let of_fields = self.fields.iter().filter_map(|field| match field.answer {
            Answer::Proven { note } => note,
            _ => None,
        });
        of_fields.chain(self.notes.iter().copied()).collect()
    }

    /// The reusable workflow that signed on behalf of the publisher's, if it was not the publisher's
    /// own file.
    #[must_use]
    pub fn callee(&self) -> Option<&Text> {
        self.callee.as_ref()
    }

    /// All fields together, and nothing waived.
    #[must_use]
    pub fn status(&self) -> MatchStatus {
        self.status_waiving(&[]).0
    }

    /// All fields together, where an unprovable answer of the fields named is excused; and the fields
    /// for which that was needed. A contradiction is never excused.
    #[must_use]
    pub fn status_waiving(&self, waived: &[Field]) -> (MatchStatus, Vec<Field>) {
        let mut used = Vec::new();
        let mut unprovable = false;
        for FieldAnswer { field, answer, .. } in &self.fields {
            match answer {
                Answer::Proven { .. } => {}
                Answer::Contradicted { .. } => return (MatchStatus::Mismatch, Vec::new()),
                Answer::Unprovable { .. } if waived.contains(field) => used.push(*field),
                Answer::Unprovable { .. } => unprovable = true,
            }
        }
        // Comparing nothing proves nothing.
        match unprovable || self.fields.is_empty() {
            true => (MatchStatus::Unprovable, Vec::new()),
            false => (MatchStatus::Match, used),
        }
    }
}
