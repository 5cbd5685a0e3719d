//! JUnit's XML: one test case a package, for CI systems that know nothing else.

use std::io::Write;

use countersign::report::AuditReport;
use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::Context;
use super::finding::{self, Gravity};
use crate::plain_text::plain;
use crate::view::Package;

pub fn write(out: &mut dyn Write, report: &AuditReport, context: &Context) -> Result<(), String> {
    let places = context.places(report);
    let file = places.name().unwrap_or_else(|| plain(&context.audited.display().to_string()));
    let mut suite = TestSuite::new(file.clone());
    suite.add_property(Property::new("registry", plain(report.registry())));
    suite.add_property(Property::new("registryIdentity", plain(report.registry_identity().as_str())));
    suite.add_property(Property::new("verifiedAt", report.verified_at().to_string()));
    for package in report.packages() {
        let package = Package::of(package)?;
        let mut case = TestCase::new(plain(&package.id()), status(&package));
        case.set_classname(plain(package.locations.first().map_or(file.as_str(), String::as_str)));
        if let Some(line) = places.line(&package.locations) {
            case.extra.insert("file".into(), file.as_str().into());
            case.extra.insert("line".into(), line.to_string().into());
        }
        suite.add_test_case(case);
    }
    if !finding::is_audited(report) {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message("Nothing was audited, so nothing is proved.");
        suite.add_test_case(TestCase::new("audit", status));
    }
    let mut whole = Report::new("countersign");
    whole.add_test_suite(suite);
    whole.serialize(out).map_err(|e| e.to_string())
}

/// What is not known is an error of the test, what is wrong is its failure; neither is a success.
fn status(package: &Package) -> TestCaseStatus {
    let findings = finding::of(package);
    let (Some(gravity), Some(gravest)) = (finding::gravity(package), findings.first()) else {
        if !package.is_skipped() {
            return TestCaseStatus::success();
        }
        let mut status = TestCaseStatus::skipped();
        status.set_message(plain(package.reason.as_deref().unwrap_or("no registry package")));
        return status;
    };
    let mut status = TestCaseStatus::non_success(match gravity {
        Gravity::Error => NonSuccessKind::Failure,
        Gravity::Warning => NonSuccessKind::Error,
    });
    let told: Vec<String> =
        findings.iter().map(|finding| format!("{}: {}\n{}", finding.code, finding.message, finding.help)).collect();
    status.set_message(gravest.message.clone()).set_type(gravest.code.clone()).set_description(told.join("\n\n"));
    status
}
