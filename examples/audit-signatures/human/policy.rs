//! What the policy made of a package: the rule, the publisher field by field, and what was excused.

use super::paragraph::labelled;
use super::sheet::Sheet;
use crate::view::{Field, Package, Policy, Publisher, Report};

/// Where a paragraph's text stands behind its label.
const COLUMN: usize = 14;

/// The rule that decided, and how the publisher that it expects compares with the certificate.
pub fn reasons(out: &mut Sheet, package: &Package) {
    if let Some(policy) = &package.policy {
        labelled(out, 4, "rule", COLUMN, &rule(policy));
    }
    if let Some(publisher) = package.publisher.as_ref().filter(|publisher| publisher.status != "match") {
        compared(out, publisher);
    }
    if let Some(policy) = &package.policy {
        excuses(out, 4, COLUMN, policy);
    }
}

/// What was let pass although it is wanting. A reader who sees only "verified" would not know.
pub fn exceptions(out: &mut Sheet, report: &Report) {
    let excused =
        |package: &&Package| package.policy.as_ref().is_some_and(Policy::is_exception) && package.verdict == "verified";
    let mut packages = report.packages.iter().filter(excused).peekable();
    if packages.peek().is_some() {
        out.heading("Excused by the policy");
    }
    for package in packages {
        labelled(out, 2, "", 2, &package.id());
        if let Some(policy) = &package.policy {
            excuses(out, 6, 16, policy);
        }
    }
}

fn rule(policy: &Policy) -> String {
    let group = policy.group.as_ref().map_or_else(String::new, |group| format!(", group {group}"));
    format!("{}{group}", policy.rule)
}

fn excuses(out: &mut Sheet, indent: usize, column: usize, policy: &Policy) {
    if let Some(exempted) = &policy.exempted {
        let text = format!("from {} until {}: {}", exempted.lifts.join(", "), exempted.expires, exempted.reason);
        labelled(out, indent, "exempt", column, &text);
    }
    if let Some(ended) = &policy.exemption_ended {
        let text = format!("its exemption ended at {} and lifts nothing: {}", ended.expires, ended.reason);
        labelled(out, indent, "ended", column, &text);
    }
    if !policy.waived.is_empty() {
        let text = format!("{}, which the certificate does not prove", policy.waived.join(", "));
        labelled(out, indent, "waived", column, &text);
    }
    if policy.predates {
        let text = "it is older than what requires provenance (since), and is not asked for it";
        labelled(out, indent, "predates", column, text);
    }
}

fn compared(out: &mut Sheet, publisher: &Publisher) {
    let Some(expected) = expected(publisher) else { return };
    labelled(out, 4, "expected", COLUMN, &expected);
    let with = |answer: &'static str| publisher.fields.iter().filter(move |field| field.answer == answer);
    let names = |answer: &'static str| with(answer).map(named).collect::<Vec<_>>().join(", ");
    for (label, answer) in [("proven", "proven"), ("differs", "contradicted"), ("unproved", "unprovable")] {
        if with(answer).next().is_some() {
            labelled(out, 4, label, COLUMN, &names(answer));
        }
    }
    // The failure itself tells of the first.
    for field in with("contradicted").chain(with("unprovable")).skip(1) {
        labelled(out, 4, "", COLUMN, &told(field));
    }
}

/// The publisher that is required, and who says so.
pub fn expected(publisher: &Publisher) -> Option<String> {
    let source = match publisher.source.as_deref() {
        Some("caller") => ", by --publisher",
        Some("policy") => ", by the policy",
        Some("npm-trust") => ", by what npm trust list printed",
        Some("trust-lock") => ", by the trust lock",
        _ => "",
    };
    publisher.expected.as_ref().map(|expected| format!("{expected}{source}"))
}

fn told(field: &Field) -> String {
    match (&field.expected, &field.found, &field.reason) {
        (Some(expected), Some(found), _) => {
            format!("{} is \"{expected}\", the certificate says \"{found}\"", field.field)
        }
        (_, _, Some(reason)) => format!("{}: {reason}", field.field),
        _ => field.field.clone(),
    }
}

/// With the extension that says it.
fn named(field: &Field) -> String {
    match &field.extension {
        Some(extension) => format!("{} ({extension})", field.field),
        None => field.field.clone(),
    }
}
