//! What comparing a publisher with a certificate gives: one of three answers per field.

use core::fmt;

use serde::{Serialize, Serializer};

use super::Field;
use crate::error::Text;

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
    /// The names differ in the case of ASCII letters, which GitHub and GitLab do not tell apart.
    CaseDiffers,
    /// A certificate from before 2023-05 names only the workflow of the signing job; for a reusable
    /// one of the same repository that is not the workflow that was started.
    JobWorkflow,
    /// A certificate from before 2023-05 does not state the runner, so that it was not judged.
    RunnerNotStated,
    /// The publisher pins neither the repository's number nor its owner's: whoever registers a name
    /// that was given up is taken for its former holder.
    NameOnlyPin,
    /// The repository was not public when it signed: nobody outside can read what was built.
    NotPublic,
    /// The environment is read from the token's subject, as its own extension is not there.
    FromTokenSubject,
}

impl MatchNote {
    /// One sentence.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CaseDiffers => "the names differ in the case of letters",
            Self::JobWorkflow => "an early certificate names the signing job's workflow, not the one that was started",
            Self::RunnerNotStated => "an early certificate does not state the runner, which was not judged",
            Self::NameOnlyPin => "name-only pin: a name can be given up and registered by somebody else",
            Self::NotPublic => "the repository was not public when it signed",
            Self::FromTokenSubject => "the environment is the one in the token's subject",
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

/// One field: what the publisher says, what the certificate says, and the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldAnswer {
    field: Field,
    answer: Answer,
    source: Option<Source>,
    expected: Text,
    found: Option<Text>,
}

impl Serialize for FieldAnswer {
    /// Both sides, whatever the answer: who reads a report need not believe it.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Row<'a> {
            field: Field,
            answer: &'static str,
            #[serde(skip_serializing_if = "Option::is_none")]
            note: Option<MatchNote>,
            #[serde(skip_serializing_if = "Option::is_none")]
            reason: Option<&'static str>,
            expected: &'a Text,
            #[serde(skip_serializing_if = "Option::is_none")]
            found: Option<&'a Text>,
            #[serde(skip_serializing_if = "Option::is_none")]
            extension: Option<Source>,
        }
        let (answer, note, reason) = match &self.answer {
            Answer::Proven { note } => ("proven", *note, None),
            Answer::Contradicted { .. } => ("contradicted", None, None),
            Answer::Unprovable { reason } => ("unprovable", None, Some(*reason)),
        };
        let (expected, found) = (&self.expected, self.found.as_ref());
        Row { field: self.field, answer, note, reason, expected, found, extension: self.source }.serialize(serializer)
    }
}

impl FieldAnswer {
    /// What remains of the comparison `holds`.
    pub(super) fn of(field: Field, source: Source, expected: &str, found: &str, holds: bool) -> Self {
        let (expected, found) = (Text::from(expected), Text::from(found));
        let answer = match holds {
            true => Answer::Proven { note: None },
            false => Answer::Contradicted { expected: expected.clone(), found: found.clone() },
        };
        Self { field, answer, source: Some(source), expected, found: Some(found) }
    }

    /// Byte by byte.
    pub(super) fn equal(field: Field, number: u32, expected: &str, found: &str) -> Self {
        Self::of(field, Source::Extension(number), expected, found, expected == found)
    }

    pub(super) fn proven(field: Field, source: Source, expected: &str, found: &str) -> Self {
        Self::of(field, source, expected, found, true)
    }

    pub(super) fn contradicted(field: Field, source: Source, expected: &str, found: &str) -> Self {
        Self::of(field, source, expected, found, false)
    }

    pub(super) fn unprovable(field: Field, expected: &str, reason: &'static str) -> Self {
        Self { field, answer: Answer::Unprovable { reason }, source: None, expected: expected.into(), found: None }
    }

    /// The same with a note, if it is proven.
    pub(super) fn noting(mut self, new: MatchNote) -> Self {
        if let Answer::Proven { note } = &mut self.answer {
            *note = Some(new);
        }
        self
    }

    /// The same, or unprovable if it was proven.
    pub(super) fn doubting(self, reason: &'static str) -> Self {
        match self.answer {
            Answer::Proven { .. } => Self { answer: Answer::Unprovable { reason }, ..self },
            _ => self,
        }
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

    /// What the publisher makes of the field, whatever the answer.
    #[must_use]
    pub fn expected(&self) -> &Text {
        &self.expected
    }

    /// What the certificate says, whatever the answer; `None` if it says nothing of it.
    #[must_use]
    pub fn found(&self) -> Option<&Text> {
        self.found.as_ref()
    }

    /// Why it is unprovable, if it is.
    #[must_use]
    pub fn reason(&self) -> Option<&'static str> {
        match self.answer {
            Answer::Unprovable { reason } => Some(reason),
            _ => None,
        }
    }
}
