//! The members of the report (design §6) that a person is shown.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub verified_at: String,
    pub source: String,
    pub registry: String,
    pub registry_identity: String,
    #[serde(default)]
    pub notes: Vec<Remark>,
    pub summary: Summary,
    pub packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    pub packages: usize,
    pub verified: usize,
    pub invalid: usize,
    pub denied: usize,
    pub unverifiable: usize,
    pub skipped: usize,
    pub registry_signature: SignatureCounts,
    pub provenance: ProvenanceCounts,
    pub publisher: PublisherCounts,
    #[serde(default)]
    pub rollout: Rollout,
}

#[derive(Debug, Default, Deserialize)]
pub struct Rollout {
    pub all: Levels,
    pub direct: Levels,
    pub transitive: Levels,
    pub prod: Levels,
    pub dev: Levels,
    pub groups: BTreeMap<String, Levels>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Levels {
    pub packages: usize,
    pub trusted_publisher: usize,
    pub provenance: usize,
    pub registry_signature: usize,
    pub unproven: usize,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignatureCounts {
    pub verified: usize,
    pub unjudged: usize,
    pub no_keys: usize,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProvenanceCounts {
    pub verified: usize,
    pub unconfirmed: usize,
    pub absent: usize,
    pub not_asked: usize,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PublisherCounts {
    #[serde(rename = "match")]
    pub matched: usize,
    pub mismatch: usize,
    pub unprovable: usize,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Package {
    pub name: String,
    #[serde(default)]
    pub version: String,
    #[serde(default)]
    pub locations: Vec<String>,
    pub verdict: String,
    /// Why it was skipped.
    pub reason: Option<String>,
    pub provenance: Option<Provenance>,
    pub publisher: Option<Publisher>,
    pub policy: Option<Policy>,
    #[serde(default)]
    pub drift: Vec<Event>,
    #[serde(default)]
    pub notes: Vec<Remark>,
    #[serde(default)]
    pub failures: Vec<Remark>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Provenance {
    pub status: String,
    pub issuer: Option<String>,
    pub repository: Option<String>,
    pub workflow: Option<String>,
    #[serde(rename = "ref")]
    pub git_ref: Option<String>,
    pub signer: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Publisher {
    pub status: String,
    /// Who configured it.
    pub source: Option<String>,
    pub expected: Option<String>,
    #[serde(default)]
    pub fields: Vec<Field>,
}

/// One field of a publisher beside what the certificate says of it.
#[derive(Debug, Deserialize)]
pub struct Field {
    pub field: String,
    pub answer: String,
    pub expected: Option<String>,
    pub found: Option<String>,
    pub reason: Option<String>,
    pub extension: Option<String>,
}

/// What the policy made of a package.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Policy {
    pub rule: String,
    pub group: Option<String>,
    #[serde(default)]
    pub waived: Vec<String>,
    #[serde(default)]
    pub predates: bool,
    pub exempted: Option<Exemption>,
    pub exemption_ended: Option<Exemption>,
}

#[derive(Debug, Deserialize)]
pub struct Exemption {
    #[serde(default)]
    pub lifts: Vec<String>,
    pub reason: String,
    pub expires: String,
}

/// A difference from the trust lock.
#[derive(Debug, Deserialize)]
pub struct Event {
    pub event: String,
    pub severity: String,
    pub before: Option<String>,
    pub after: Option<String>,
    pub advice: String,
    #[serde(default)]
    pub accepted: bool,
}

/// A failure or a note.
#[derive(Debug, Deserialize)]
pub struct Remark {
    pub code: String,
    pub message: String,
    pub claim: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Package {
    /// `name@version`, or the name alone.
    pub fn id(&self) -> String {
        if self.version.is_empty() { self.name.clone() } else { format!("{}@{}", self.name, self.version) }
    }

    pub fn is_skipped(&self) -> bool {
        self.verdict == "skipped"
    }
}
