//! The publisher's fields beside what the certificate says of each.

use countersign::evidence::{Examination, Finding};
use countersign::report::PackageReport;
use serde::{Deserialize, Serialize};

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

#[derive(Deserialize)]
struct Reported {
    publisher: Option<Publisher>,
}

#[derive(Deserialize)]
struct Publisher {
    fields: Vec<Field>,
}

#[derive(Deserialize)]
struct Field {
    field: String,
    answer: String,
    expected: Option<String>,
    found: Option<String>,
    reason: Option<String>,
    note: Option<String>,
    extension: Option<String>,
}

/// The fields of the publisher that matched, else of the one that came nearest.
pub fn rows(report: &PackageReport, examination: Option<&Examination>) -> Result<Vec<PublisherRow>, String> {
    let reported: Reported = serde_json::to_value(report)
        .and_then(serde_json::from_value)
        .map_err(|e| format!("cannot read the package's report: {e}"))?;
    let fields = reported.publisher.map(|publisher| publisher.fields).unwrap_or_default();
    Ok(fields.into_iter().map(|field| row(field, examination)).collect())
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
        note: field.reason.or(field.note).unwrap_or_default(),
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
