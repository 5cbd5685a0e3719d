//! The claims of one package as the report shows them.

use serde::Serialize;

use crate::error::{Verdict, VerifyError, escaped};
use crate::evidence::{Examination, Finding, Provenance, PublishAttestation};
use crate::policy::{Assessment, PublisherSource, Requirement};
use crate::publisher::MatchStatus;
use crate::registry::{KeyOrigin, RegistrySignature, Window};
use crate::time::Timestamp;

/// What became of one claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub(super) enum Status {
    /// Proved.
    Verified,
    /// Proved by itself, without what must stand beside it.
    Unconfirmed,
    /// There is none.
    Absent,
    /// Nobody asked.
    NotAsked,
    /// Advertised and not delivered.
    Withheld,
    /// Could not be fetched.
    Unavailable,
    /// Failed with a code that says so.
    Unverifiable,
    /// Failed.
    Invalid,
    /// No registry signature, though the registry has keys.
    Missing,
    /// Only by keys that are not in the set.
    UnknownKey,
    /// No keys for this registry.
    NoKeys,
}

impl Status {
    fn failed(error: &VerifyError) -> Self {
        match error.verdict() {
            Verdict::Invalid | Verdict::Denied => Self::Invalid,
            Verdict::Unverifiable => Self::Unverifiable,
            Verdict::Unavailable => Self::Unavailable,
        }
    }

    fn of<T>(finding: &Finding<T>) -> Self {
        match finding {
            Finding::Proven(_) => Self::Verified,
            Finding::Unconfirmed(..) => Self::Unconfirmed,
            Finding::Absent => Self::Absent,
            Finding::NoKeys => Self::NoKeys,
            Finding::NotAsked => Self::NotAsked,
            Finding::Withheld => Self::Withheld,
            Finding::Unavailable(_) => Self::Unavailable,
            Finding::Failed(error) => Self::failed(error),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum TimeSource {
    PublishAttestation,
    Packument,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SignatureReport {
    pub(super) status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    keyid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keys: Option<KeyOrigin>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) window: Option<Window>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_source: Option<TimeSource>,
}

impl SignatureReport {
    pub(super) fn of(examination: &Examination) -> Self {
        let bare = |status| Self { status, keyid: None, keys: None, window: None, time: None, time_source: None };
        match examination.registry_signature() {
            Ok(RegistrySignature::Verified(signed)) => Self {
                status: Status::Verified,
                keyid: Some(signed.keyid().into()),
                keys: Some(signed.origin()),
                window: Some(signed.window()),
                time: signed.time(),
                time_source: match signed.window() {
                    Window::Authenticated => Some(TimeSource::PublishAttestation),
                    Window::Asserted => Some(TimeSource::Packument),
                    Window::Endless | Window::Unjudged => None,
                },
            },
            Ok(RegistrySignature::Absent) => bare(Status::Missing),
            Ok(RegistrySignature::UnknownKey { keyids }) => {
                Self { keyid: keyids.first().map(|keyid| escaped(keyid)), ..bare(Status::UnknownKey) }
            }
            Ok(RegistrySignature::NoKeys) => bare(Status::NoKeys),
            Err(error) => bare(Status::failed(error)),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PublishReport {
    pub(super) status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    keys: Option<KeyOrigin>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log_index: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<Timestamp>,
}

impl PublishReport {
    pub(super) fn of(finding: &Finding<PublishAttestation>) -> Self {
        let proven = finding.proven();
        Self {
            status: Status::of(finding),
            keys: proven.map(PublishAttestation::origin),
            log_index: proven.and_then(|attestation| attestation.log().index()),
            time: proven.map(PublishAttestation::time),
        }
    }
}

/// Every member comes from the certificate; what it does not state is omitted.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProvenanceReport {
    pub(super) status: Status,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    identity: Option<Box<IdentityReport>>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct IdentityReport {
    predicate_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workflow: Option<String>,
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    git_ref: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    runner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trigger: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log_index: Option<u64>,
    time: Timestamp,
}

impl ProvenanceReport {
    pub(super) fn of(finding: &Finding<Provenance>) -> Self {
        let shown = match finding {
            Finding::Proven(provenance) | Finding::Unconfirmed(provenance, _) => {
                Some(Box::new(IdentityReport::of(provenance)))
            }
            _ => None,
        };
        Self { status: Status::of(finding), identity: shown }
    }
}

impl IdentityReport {
    fn of(provenance: &Provenance) -> Self {
        let identity = provenance.identity();
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Self {
            predicate_type: provenance.predicate_type().into(),
            issuer: owned(identity.issuer()),
            repository: owned(identity.repository()),
            workflow: owned(identity.workflow_path()),
            git_ref: owned(identity.git_ref()),
            commit: owned(identity.commit()),
            run: owned(identity.run()),
            signer: owned(identity.signer()),
            runner: owned(identity.runner()),
            trigger: owned(identity.trigger()),
            log_index: provenance.log().index(),
            time: provenance.time(),
        }
    }
}

/// How the configured publisher fared.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PublisherReport {
    pub(super) status: PublisherReportStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<PublisherSource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<String>,
    fields: Vec<crate::publisher::FieldAnswer>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum PublisherReportStatus {
    Match,
    Mismatch,
    Unprovable,
    Unconfigured,
}

impl PublisherReport {
    pub(super) fn fields(&self) -> &[crate::publisher::FieldAnswer] {
        &self.fields
    }

    /// The publisher that matched or came nearest; without provenance to hold it against, those that are
    /// configured.
    pub(super) fn of(requirement: Option<&Requirement>, assessment: Option<&Assessment>) -> Self {
        let bare = |status| Self { status, source: None, expected: None, fields: Vec::new() };
        let Some(publishers) = requirement.and_then(Requirement::publishers) else {
            return bare(PublisherReportStatus::Unconfigured);
        };
        let texts: Vec<String> = publishers.iter().map(|configured| configured.publisher.to_string()).collect();
        let expected = Some(texts.join(" or ")).filter(|texts| !texts.is_empty());
        let Some(compared) = assessment.and_then(|assessment| assessment.compared.as_ref()) else {
            return Self { expected, ..bare(PublisherReportStatus::Unprovable) };
        };
        let status = match (compared.is_match, compared.publisher.status()) {
            (true, _) => PublisherReportStatus::Match,
            (false, MatchStatus::Mismatch) => PublisherReportStatus::Mismatch,
            (false, _) => PublisherReportStatus::Unprovable,
        };
        Self { status, source: Some(compared.source), expected, fields: compared.publisher.fields().to_vec() }
    }
}
