//! The publisher's fields beside what the certificate says of each.

use countersign::evidence::{Examination, Finding};
use countersign::publisher::MatchNote;
use countersign::report::PackageReport;
use serde::{Deserialize, Serialize};

use crate::human::{self, Field, Publisher};

/// One field.
#[derive(Serialize)]
pub struct PublisherRow {
    pub field: String,
    pub expected: String,
    pub certificate: String,
    pub extension: String,
    pub answer: String,
    pub note: String,
}

/// The publisher that is required, who says so, and each of its fields.
#[derive(Serialize)]
pub struct ExplainedPublisher {
    pub expected: String,
    pub fields: Vec<PublisherRow>,
}

#[derive(Deserialize)]
struct Reported {
    publisher: Option<Publisher>,
}

/// The publisher that matched, else the one that came nearest; `None` if none is required.
pub fn of(report: &PackageReport, examination: Option<&Examination>) -> Result<Option<ExplainedPublisher>, String> {
    let reported: Reported = serde_json::to_value(report)
        .and_then(serde_json::from_value)
        .map_err(|e| format!("cannot read the package's report: {e}"))?;
    let Some(publisher) = reported.publisher else { return Ok(None) };
    let explained = human::expected(&publisher).map(|expected| ExplainedPublisher {
        expected: format!("{expected}: {}", publisher.status),
        fields: publisher.fields.into_iter().map(|field| row(field, examination)).collect(),
    });
    Ok(explained)
}

/// The sentence that the library has for a note.
fn sentence(note: String) -> String {
    let known = [MatchNote::CaseDiffers, MatchNote::JobWorkflow, MatchNote::RunnerNotStated];
    let named = |known: &&MatchNote| serde_json::to_value(known).is_ok_and(|name| name == *note);
    known.iter().find(named).map_or(note.clone(), |known| known.as_str().to_owned())
}

fn row(field: Field, examination: Option<&Examination>) -> PublisherRow {
    let extension = field.extension.unwrap_or_default();
    let certificate = match field.found {
        Some(found) => found,
        None => stated(examination, &extension).unwrap_or_default(),
    };
    PublisherRow {
        field: field.field,
        expected: field.expected.unwrap_or_else(|| match field.answer.as_str() {
            "proven" => "the same".into(),
            _ => String::new(),
        }),
        certificate,
        extension,
        answer: field.answer,
        note: field.reason.or(field.note.map(sentence)).unwrap_or_default(),
    }
}

/// What the certificate says in that place.
fn stated(examination: Option<&Examination>, place: &str) -> Option<String> {
    let identity = match examination?.provenance() {
        Finding::Proven(provenance) | Finding::Unconfirmed(provenance, _) => provenance.identity(),
        _ => return None,
    };
    if place == "SAN" {
        return identity.subject().map(str::to_owned);
    }
    let number: u32 = place.strip_prefix("1.")?.parse().ok()?;
    identity.extensions().find(|(of, _)| *of == number).map(|(_, text)| text.to_owned())
}
