//! What a policy made of one package, and what its registry merely says.

use serde::Serialize;

use crate::claims::RegistryHints;
use crate::error::{Text, escaped};
use crate::evidence::Examination;
use crate::policy::{Assessment, Downgrade, DriftEvent, DriftKind, Exemption, Lift, Resolved, Severity};
use crate::publisher::Field;
use crate::time::Timestamp;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Outcome {
    Authorized,
    Denied,
    Observed,
}

/// Which rule decided, and what it excused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PolicyReport {
    rule: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    decision: Outcome,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    waived: Vec<Field>,
    /// Provenance is wanting, and the version is older than what requires it.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    predates: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    exempted: Option<ExemptionReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exemption_ended: Option<ExemptionReport>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct ExemptionReport {
    lifts: Vec<Lift>,
    reason: String,
    expires: Timestamp,
}

impl From<&Exemption> for ExemptionReport {
    fn from(exemption: &Exemption) -> Self {
        Self {
            lifts: exemption.lifted().collect(),
            reason: exemption.reason().to_string(),
            expires: exemption.expires(),
        }
    }
}

impl PolicyReport {
    pub(super) fn of(resolved: &Resolved<'_>, assessment: Option<&Assessment>, examination: &Examination) -> Self {
        let now = examination.now;
        let matched = assessment.and_then(|assessment| assessment.compared.as_ref()).filter(|c| c.is_match);
        let used = assessment.and_then(|assessment| assessment.exempted.as_ref());
        Self {
            rule: escaped(resolved.rule()),
            group: resolved.group().map(escaped),
            decision: match assessment {
                None => Outcome::Observed,
                // Only evidence is authorized, and a claim that failed leaves none.
                Some(assessment) if assessment.denied.is_empty() && examination.failures().is_none() => {
                    Outcome::Authorized
                }
                Some(_) => Outcome::Denied,
            },
            waived: matched.map(|matched| matched.waived.clone()).unwrap_or_default(),
            predates: assessment.is_some_and(|assessment| assessment.predates),
            exempted: used.or_else(|| resolved.exemption(now)).map(Into::into),
            exemption_ended: resolved.ended_exemption(now).map(Into::into),
        }
    }

    pub(super) fn group(&self) -> Option<&str> {
        self.group.as_deref()
    }
}

/// Unsigned, chosen by the registry or by whoever published. It decides nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AssertedReport {
    #[serde(skip_serializing_if = "Option::is_none")]
    trusted_publisher: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oidc_config_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    approver: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<String>,
}

impl AssertedReport {
    pub(super) fn of(hints: &RegistryHints) -> Option<Self> {
        let shown = |text: &Option<String>| text.as_deref().map(escaped);
        let publisher = hints.trusted_publisher.as_ref();
        (*hints != RegistryHints::default()).then(|| Self {
            trusted_publisher: publisher.map(|publisher| escaped(&publisher.id)),
            oidc_config_id: publisher.and_then(|publisher| shown(&publisher.oidc_config_id)),
            approver: shown(&hints.approver),
            repository: shown(&hints.repository),
        })
    }
}

/// One event, and whether a person consented to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct DriftReport {
    event: &'static str,
    severity: Severity,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Text>,
    advice: &'static str,
    /// What an event of the packument's history rests on; the lock is the consumer's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    basis: Option<&'static str>,
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    accepted: bool,
}

impl DriftReport {
    pub(super) fn of(event: &DriftEvent, accepted: bool) -> Self {
        Self {
            event: event.kind().as_str(),
            severity: event.severity(),
            before: event.before().cloned(),
            after: event.after().cloned(),
            advice: event.advice(),
            basis: None,
            accepted: accepted && event.kind() != DriftKind::FirstSeen,
        }
    }

    pub(super) fn downgrade(found: &Downgrade) -> Self {
        Self {
            event: "trust-downgrade",
            severity: Severity::High,
            before: Some(format!("{}: {}", found.from_version(), found.from_level()).as_str().into()),
            after: Some(format!("{}: {}", found.package().version(), found.to_level()).as_str().into()),
            advice: found.advice(),
            basis: Some(found.basis().as_str()),
            accepted: false,
        }
    }
}
