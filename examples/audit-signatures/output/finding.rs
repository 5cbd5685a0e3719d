//! What is wrong with a package, as the formats for CI systems say it: one code, one message, what to do.

use countersign::report::{AuditReport, Verdict};

use crate::plain_text::{plain, plain_within};
use crate::view::Package;

/// The longest message is made of a sentence and three digests.
const LONGEST_MESSAGE: usize = 2048;

/// Of a package that has a verdict and no failure. None is known; nobody may conclude from an empty list
/// that the package is verified.
const UNPROVED: &str = "ERR_COUNTERSIGN_UNPROVED";

/// How grave a finding is, the gravest first.
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const HOSTILE: &str = "a\u{1b}[2J\n::error::\u{202e}";

    fn package(verdict: &str, failures: &Value) -> Package {
        serde_json::from_value(json!({"name": "a", "verdict": verdict, "failures": failures})).unwrap()
    }

    #[test]
    fn whatever_is_not_known_to_be_good_is_an_error() {
        for (verdict, expected) in [
            ("verified", None),
            ("skipped", None),
            ("unverifiable", Some(Gravity::Warning)),
            ("denied", Some(Gravity::Error)),
            ("invalid", Some(Gravity::Error)),
            ("a verdict of later", Some(Gravity::Error)),
        ] {
            assert_eq!(gravity(&package(verdict, &json!([]))), expected, "{verdict}");
        }
    }

    #[test]
    fn a_package_that_is_not_verified_is_never_without_a_finding() {
        for verdict in ["unverifiable", "denied", "invalid"] {
            let findings = of(&package(verdict, &json!([])));
            assert_eq!(findings.iter().map(|finding| finding.code.as_str()).collect::<Vec<_>>(), [UNPROVED]);
        }
        // Nor one that is with any: what was lifted is no failure of it.
        for verdict in ["verified", "skipped"] {
            assert!(of(&package(verdict, &json!([{"code": "x", "message": "x"}]))).is_empty(), "{verdict}");
        }
    }

    #[test]
    fn cl_25_no_part_of_a_finding_acts_on_a_log() {
        let failure = json!({"code": HOSTILE, "message": HOSTILE, "claim": HOSTILE, "help": HOSTILE});
        let findings = of(&package("invalid", &json!([failure])));
        let [Finding { code, message, help, claim }] = &findings[..] else { unreachable!("{findings:?}") };
        for text in [code, message, help, claim] {
            assert_eq!(text, "a\\u{1b}[2J\\u{a}:\\u{3a}error:\\u{3a}\\u{202e}");
        }
    }

    #[test]
    fn a_sentence_with_three_digests_is_whole() {
        let long = "x".repeat(LONGEST_MESSAGE);
        let of_length =
            |text: &str| of(&package("invalid", &json!([{"code": "x", "message": text}]))).remove(0).message;
        assert_eq!(of_length(&long), long);
        assert!(of_length(&format!("{long}yy")).ends_with("x… (2 more characters)"));
    }
}
