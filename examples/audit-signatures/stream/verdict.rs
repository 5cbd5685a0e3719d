//! One line in, one line out.

use countersign::report::{PackageReport, Verdict};
use countersign::{Artifact, PackageId, ParseError, Policy, RegistryId, Timestamp, Verifier, VerifyError};
use serde::Serialize;
use serde_json::value::RawValue;

use super::LONGEST_LINE;
use super::lines::Line;
use super::request::{Refused, Request};
use crate::output::line;

const SCHEMA: &str = "countersign.verdict/1";

/// What all workers share.
pub struct Judge {
    pub verifier: Verifier,
    pub identity: RegistryId,
    pub policy: Policy,
    pub now: Timestamp,
}

/// The answer to one line, with its end.
pub struct Answer {
    pub text: Vec<u8>,
    pub is_verified: bool,
}

#[derive(Serialize)]
struct VerdictLine<'a> {
    schema: &'static str,
    line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a RawValue>,
    #[serde(flatten)]
    outcome: Outcome,
}

/// Both have `verdict` and `failures`, so that a reader needs no other case.
#[derive(Serialize)]
#[serde(untagged)]
enum Outcome {
    Package(Box<PackageReport>),
    NoRequest { verdict: Verdict, failures: [Failure; 1] },
}

#[derive(Serialize)]
struct Failure {
    code: &'static str,
    message: String,
    claim: &'static str,
}

impl Judge {
    pub fn answer(&self, asked: &Line) -> Result<Answer, String> {
        let refused = |error| Refused { id: None, error };
        let too_long =
            || refused(ParseError::LimitExceeded { what: "the bytes of a request", limit: LONGEST_LINE as u64 });
        let request = asked.text.as_deref().ok_or_else(too_long).and_then(Request::read);
        let (id, outcome) = match &request {
            Ok(request) => (request.id, Outcome::Package(Box::new(self.report(request)))),
            Err(Refused { id, error }) => (*id, no_request(error)),
        };
        let is_verified = matches!(&outcome, Outcome::Package(report) if report.verdict() == Verdict::Verified);
        let mut text = Vec::new();
        line(&mut text, &VerdictLine { schema: SCHEMA, line: asked.number, id, outcome })?;
        Ok(Answer { text, is_verified })
    }

    fn report(&self, request: &Request<'_>) -> PackageReport {
        self.examined(request).unwrap_or_else(|error| PackageReport::unreadable(request.subject(), &error))
    }

    fn examined(&self, request: &Request<'_>) -> Result<PackageReport, VerifyError> {
        let id = PackageId::new(&request.name, &request.version)?;
        let registry = request.registry.clone().unwrap_or_else(|| self.identity.clone());
        let artifact = Artifact::expected(registry, id, &request.integrity)?;
        let examination = self.verifier.examine(&artifact, &request.claims()?, self.now);
        let resolved = self.policy.resolve(&artifact);
        Ok(PackageReport::examined(&examination, Vec::new(), Some(&resolved)))
    }
}

fn no_request(error: &ParseError) -> Outcome {
    let failure = Failure { code: error.code(), message: error.to_string(), claim: "request" };
    Outcome::NoRequest { verdict: error.verdict().into(), failures: [failure] }
}
