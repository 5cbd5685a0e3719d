//! A decision as an embedder may write it down. It is never read back: what was written is no consent.

use serde::{Serialize, Serializer};

use super::{Authorized, Decision, Exemption, PublisherSource};
use crate::evidence::Note;
use crate::integrity::Sha512Digest;
use crate::publisher::{Field, FieldAnswer};
use crate::registry_id::RegistryId;
use crate::time::Timestamp;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    decision: &'static str,
    registry: &'a RegistryId,
    name: &'a str,
    version: &'a str,
    sha512: &'a Sha512Digest,
    at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    consent: Option<Consent<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Consent<'a> {
    signer: &'a str,
    requirement: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    publisher: Option<Publisher<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exemption: Option<&'a Exemption>,
    predates_requirement: bool,
    #[serde(skip_serializing_if = "<[Note]>::is_empty")]
    notes: &'a [Note],
}

#[derive(Serialize)]
struct Publisher<'a> {
    source: Option<PublisherSource>,
    expected: String,
    fields: &'a [FieldAnswer],
    waived: &'a [Field],
}

impl<'a> Consent<'a> {
    fn of(authorized: &'a Authorized) -> Self {
        let publisher = authorized.publisher_match().map(|matched| Publisher {
            source: authorized.publisher_source(),
            expected: matched.publisher().to_string(),
            fields: matched.fields(),
            waived: authorized.waived(),
        });
        Self {
            signer: authorized.publisher(),
            requirement: authorized.requirement(),
            publisher,
            exemption: authorized.exemption(),
            predates_requirement: authorized.predates_requirement(),
            notes: authorized.notes(),
        }
    }
}

impl Serialize for Authorized {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let artifact = self.artifact();
        Written {
            decision: "authorized",
            registry: artifact.registry(),
            name: artifact.id().name(),
            version: artifact.id().version(),
            sha512: artifact.sha512(),
            at: self.at(),
            consent: Some(Consent::of(self)),
        }
        .serialize(serializer)
    }
}

impl Serialize for Decision {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let observed = match self {
            Self::Authorized(authorized) => return authorized.serialize(serializer),
            Self::Observed(observed) => observed.evidence(),
        };
        let artifact = observed.artifact();
        Written {
            decision: "observed",
            registry: artifact.registry(),
            name: artifact.id().name(),
            version: artifact.id().version(),
            sha512: artifact.sha512(),
            at: observed.verified_at(),
            consent: None,
        }
        .serialize(serializer)
    }
}
