//! A whole comparison of one publisher with one signer, and the nearest of several.

use serde::Serialize;

use super::{Answer, Field, FieldAnswer, MatchNote, TrustedPublisher};
use crate::error::Text;

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

    /// How far it is from a match: contradicted fields first, then those unprovable. None at all is a
    /// match, for which the least of several publishers stands.
    pub(crate) fn distance(&self, waived: &[Field]) -> (usize, usize) {
        let contradicted = |miss: &&FieldAnswer| matches!(miss.answer(), Answer::Contradicted { .. });
        let misses: Vec<&FieldAnswer> = self.misses(waived).collect();
        // Comparing nothing is no match.
        let nothing = usize::from(self.fields.is_empty());
        (misses.iter().copied().filter(contradicted).count(), misses.len().saturating_add(nothing))
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

    /// The fields that stand in the way of a match: those contradicted, and those unprovable and not
    /// waived.
    pub fn misses(&self, waived: &[Field]) -> impl Iterator<Item = &FieldAnswer> {
        self.fields.iter().filter(move |field| match field.answer() {
            Answer::Proven { .. } => false,
            Answer::Contradicted { .. } => true,
            Answer::Unprovable { .. } => !is_waived(field, waived),
        })
    }

    /// The notes of all fields, and of what was not judged.
    #[must_use]
    pub fn notes(&self) -> Vec<MatchNote> {
        let of_fields = self.fields.iter().filter_map(|field| match field.answer() {
            Answer::Proven { note } => *note,
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
    /// for which that was needed. A contradiction is never excused, nor is any of
    /// [`Field::Issuer`], [`Field::Repository`] and [`Field::Provenance`].
    #[must_use]
    pub fn status_waiving(&self, waived: &[Field]) -> (MatchStatus, Vec<Field>) {
        let mut used = Vec::new();
        // Comparing nothing proves nothing.
        let mut unprovable = self.fields.is_empty();
        for field in &self.fields {
            match field.answer() {
                Answer::Proven { .. } => {}
                Answer::Contradicted { .. } => return (MatchStatus::Mismatch, Vec::new()),
                Answer::Unprovable { .. } if is_waived(field, waived) => used.push(field.field()),
                Answer::Unprovable { .. } => unprovable = true,
            }
        }
        match unprovable {
            true => (MatchStatus::Unprovable, Vec::new()),
            false => (MatchStatus::Match, used),
        }
    }
}

fn is_waived(field: &FieldAnswer, waived: &[Field]) -> bool {
    field.field().may_be_waived() && waived.contains(&field.field())
}
