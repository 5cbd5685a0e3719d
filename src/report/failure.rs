//! One failed check, as the report lists it.

use serde::Serialize;

use super::package::Verdict;
use crate::error::{self, Denied, VerifyError};
use crate::evidence::Claim;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct FailureReport {
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) claim: Claim,
    #[serde(skip)]
    pub(super) help: &'static str,
    #[serde(skip)]
    pub(super) verdict: Verdict,
    #[serde(skip)]
    pub(super) rank: u8,
}

impl FailureReport {
    pub(super) fn verify(error: &VerifyError, claim: Claim) -> Self {
        Self {
            code: error.code(),
            message: error.to_string(),
            claim,
            help: error.help(),
            verdict: error.verdict().into(),
            rank: error.rank(),
        }
    }

    pub(super) fn denied(error: &Denied, claim: Claim) -> Self {
        Self {
            code: error.code(),
            message: error.to_string(),
            claim,
            help: error.help(),
            verdict: error.verdict().into(),
            rank: error.rank(),
        }
    }
}

impl From<error::Verdict> for Verdict {
    fn from(verdict: error::Verdict) -> Self {
        match verdict {
            error::Verdict::Invalid => Self::Invalid,
            error::Verdict::Denied => Self::Denied,
            error::Verdict::Unverifiable | error::Verdict::Unavailable => Self::Unverifiable,
        }
    }
}
