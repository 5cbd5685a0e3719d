//! What is wrong with a package, as the formats for CI systems say it: one code, one message, what to do.

use countersign::report::{AuditReport, Verdict};

use crate::plain_text::{plain, plain_within};
use crate::view::Package;

/// The longest message is made of a sentence and three digests.
const LONGEST_MESSAGE: usize = 2048;

/// Of a package that has a verdict and no failure. None is known; nobody may conclude from an empty list
/// that the package is verified.
const UNPROVED: &str = "ERR_COUNTERSIGN_UNPROVED";

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gravity {
    /// Forged, altered, broken, or not what is required.
    Error,
    /// Not known.
    Warning,
}

/// One failure, fit for a log.
#[derive(Debug)]
pub struct Finding {
    pub code: String,
    pub message: String,
    pub help: String,
    pub claim: String,
}

/// Whether there was anything to audit. If not, that nothing is wrong says nothing.
pub fn is_audited(report: &AuditReport) -> bool {
    report.packages().iter().any(|package| package.verdict() != Verdict::Skipped)
}

/// `None` for a package that is verified or that no registry answers for.
pub fn gravity(package: &Package) -> Option<Gravity> {
    match package.verdict.as_str() {
        "verified" | "skipped" => None,
        "unverifiable" => Some(Gravity::Warning),
        _ => Some(Gravity::Error),
    }
}

/// At least one for a package with a gravity, the gravest first; none for any other.
pub fn of(package: &Package) -> Vec<Finding> {
    if gravity(package).is_none() {
        return Vec::new();
    }
    let findings: Vec<Finding> = package
        .failures
        .iter()
        .map(|failure| Finding {
            code: plain(&failure.code),
            message: plain_within(&failure.message, LONGEST_MESSAGE),
            help: plain_within(failure.help.as_deref().unwrap_or_default(), LONGEST_MESSAGE),
            claim: plain(failure.claim.as_deref().unwrap_or("package")),
        })
        .collect();
    if !findings.is_empty() {
        return findings;
    }
    vec![Finding {
        code: UNPROVED.into(),
        message: "nothing that proves it".into(),
        help: "Run again with --format json, and report this package.".into(),
        claim: "package".into(),
    }]
}
