//! The publisher's fields beside what the certificate says of each.

use countersign::publisher::{Answer, FieldAnswer};
use countersign::report::PackageReport;
use serde::{Deserialize, Serialize};

use crate::human;
use crate::view::Publisher;

/// The publisher that is required, who says so, and each of its fields.
#[derive(Serialize)]
pub struct ExplainedPublisher {
    pub expected: String,
    pub fields: Vec<PublisherRow>,
}

/// One field.
#[derive(Serialize)]
pub struct PublisherRow {
    pub field: &'static str,
    pub expected: String,
    /// What the certificate says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// Where it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extension: Option<String>,
    pub answer: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<&'static str>,
}

#[derive(Deserialize)]
struct Reported {
    publisher: Option<Publisher>,
}

/// The publisher that matched, else the one that came nearest; `None` if none is required.
pub fn of(report: &PackageReport) -> Result<Option<ExplainedPublisher>, String> {
    let reported: Reported = serde_json::to_value(report)
        .and_then(serde_json::from_value)
        .map_err(|e| format!("cannot read the package's report: {e}"))?;
    let Some(publisher) = reported.publisher else { return Ok(None) };
    let explained = human::expected(&publisher).map(|expected| ExplainedPublisher {
        expected: format!("{expected}: {}", publisher.status),
        fields: report.publisher_fields().iter().map(row).collect(),
    });
    Ok(explained)
}

fn row(field: &FieldAnswer) -> PublisherRow {
    let (answer, note) = match field.answer() {
        Answer::Proven { note } => ("proven", note.map(|note| note.as_str())),
        Answer::Contradicted { .. } => ("contradicted", None),
        Answer::Unprovable { reason } => ("unprovable", Some(*reason)),
        _ => ("not known", None),
    };
    PublisherRow {
        field: field.field().as_str(),
        expected: field.expected().to_string(),
        certificate: field.found().map(ToString::to_string),
        extension: field.source().map(|source| source.to_string()),
        answer,
        note,
    }
}
