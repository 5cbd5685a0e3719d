//! The members of the report (design §6) that the formats for people and CI systems show.
//!
//! They are read from the report's own JSON, which is the stable interface, one package at a time: a report
//! of 100,000 packages is never held as JSON.

mod counts;

use std::collections::{BTreeMap, BTreeSet};

use countersign::report::{AuditReport, PackageReport};
use serde::{Deserialize, Serialize};
use serde_json::Value;

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
    /// Those of which there is more to say than that they are verified.
    #[serde(skip)]
    pub packages: Vec<Package>,
    /// Notes of packages: message to how many have it.
    #[serde(skip)]
    pub package_notes: BTreeMap<String, usize>,
}

impl Report {
    pub fn of(report: &AuditReport) -> Result<Self, String> {
        Self::assembled(Self::head(report)?, report.packages().iter().map(Package::of))
    }

    /// Without packages.
    pub fn head(report: &AuditReport) -> Result<Self, String> {
        read(&report.head())
    }

    /// `packages` are all there are; what each of them merely confirms is dropped at once.
    pub fn assembled(head: Self, packages: impl Iterator<Item = Result<Package, String>>) -> Result<Self, String> {
        let mut report = head;
        for package in packages {
            let package = package?;
            let messages: BTreeSet<&str> = package.counted_notes().collect();
            for message in messages {
                *report.package_notes.entry(message.to_owned()).or_default() += 1;
            }
            if !package.is_unremarkable() {
                report.packages.push(package);
            }
        }
        Ok(report)
    }
}

/// The report's members as these types read them.
fn read<T: serde::de::DeserializeOwned>(shown: &impl Serialize) -> Result<T, String> {
    let json = serde_json::to_value(shown).map_err(|e| format!("cannot write the report: {e}"))?;
    of_json(json)
}

fn of_json<T: serde::de::DeserializeOwned>(json: Value) -> Result<T, String> {
    serde_json::from_value(json).map_err(|e| format!("the report has another shape than this program expects: {e}"))
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
    pub integrity: Option<String>,
    /// Where it is another than the report's.
    pub registry_identity: Option<String>,
    #[serde(default)]
    pub locations: Vec<String>,
    pub verdict: String,
    /// Why it was skipped.
    pub reason: Option<String>,
    pub direct: Option<bool>,
    pub dev: Option<bool>,
    pub level: Option<String>,
    pub registry_signature: Option<Signature>,
    pub publish_attestation: Option<PublishAttestation>,
    pub registry_asserted: Option<Asserted>,
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

/// The registry's signature over name, version and digest.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Signature {
    pub status: String,
    pub keyid: Option<String>,
    /// Who says that the key is the registry's.
    pub keys: Option<String>,
    pub window: Option<String>,
    pub time: Option<String>,
    pub time_source: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PublishAttestation {
    pub status: String,
    pub keys: Option<String>,
    pub log_index: Option<u64>,
    pub time: Option<String>,
}

/// What the registry merely says, unsigned.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asserted {
    pub trusted_publisher: Option<String>,
    pub oidc_config_id: Option<String>,
    pub approver: Option<String>,
    pub repository: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Provenance {
    pub status: String,
    pub predicate_type: Option<String>,
    pub issuer: Option<String>,
    pub repository: Option<String>,
    pub workflow: Option<String>,
    #[serde(rename = "ref")]
    pub git_ref: Option<String>,
    pub commit: Option<String>,
    pub run: Option<String>,
    pub signer: Option<String>,
    pub runner: Option<String>,
    pub trigger: Option<String>,
    pub log_index: Option<u64>,
    pub time: Option<String>,
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
    pub decision: Option<String>,
    #[serde(default)]
    pub waived: Vec<String>,
    #[serde(default)]
    pub predates: bool,
    pub exempted: Option<Exemption>,
    pub exemption_ended: Option<Exemption>,
}

impl Policy {
    /// Something was let pass.
    pub fn is_exception(&self) -> bool {
        self.predates || !self.waived.is_empty() || self.exempted.is_some() || self.exemption_ended.is_some()
    }
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
    /// What it rests on, where that is the registry's own unsigned word.
    pub basis: Option<String>,
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

/// Notes that the summary's counts say already.
const COUNTED: [&str; 2] = ["NOTE_COUNTERSIGN_NOT_ASKED", "NOTE_COUNTERSIGN_WINDOW_UNJUDGED"];

impl Package {
    pub fn of(report: &PackageReport) -> Result<Self, String> {
        let mut package: Self = read(report)?;
        // What to do is for people, so the JSON report, which is for machines, goes without it.
        for (failure, help) in package.failures.iter_mut().zip(report.help()) {
            failure.help = Some(help.to_owned());
        }
        Ok(package)
    }

    /// Verified, and nothing else: no name behind it, no exception, no change.
    fn is_unremarkable(&self) -> bool {
        let attested =
            self.provenance.as_ref().is_some_and(|p| matches!(p.status.as_str(), "verified" | "unconfirmed"));
        let excused = self.policy.as_ref().is_some_and(Policy::is_exception);
        self.verdict == "verified" && self.failures.is_empty() && self.drift.is_empty() && !attested && !excused
    }

    fn counted_notes(&self) -> impl Iterator<Item = &str> {
        self.notes.iter().filter(|note| !COUNTED.contains(&note.code.as_str())).map(|note| note.message.as_str())
    }

    /// `name@version`, or the name alone.
    pub fn id(&self) -> String {
        if self.version.is_empty() { self.name.clone() } else { format!("{}@{}", self.name, self.version) }
    }

    /// The level that the rollout counts it under; none if it is not counted.
    pub fn level(&self) -> Option<&str> {
        match (self.verdict.as_str(), self.level.as_deref()) {
            ("skipped", _) => None,
            // It proves nothing, whatever single claim of it holds.
            ("invalid", _) | (_, None) => Some("unproven"),
            (_, Some("staged-publish")) => Some("trusted-publisher"),
            (_, level) => level,
        }
    }

    pub fn is_skipped(&self) -> bool {
        self.verdict == "skipped"
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn another_shape_is_an_error() {
        assert!(read::<Report>(&serde_json::json!({})).unwrap_err().contains("another shape"));
    }
}
