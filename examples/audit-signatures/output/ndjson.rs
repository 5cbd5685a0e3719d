//! One JSON document a line: each package in the order of the lock file, as soon as those before it are
//! done; then those that were skipped; and last the report without its packages, by which a reader knows
//! that the stream is whole.

use std::io::Write;

use countersign::report::{AuditReport, PackageReport};

use super::json::line;

pub fn package(out: &mut dyn Write, package: &PackageReport) -> Result<(), String> {
    line(out, package)
}

pub fn last(out: &mut dyn Write, report: &AuditReport) -> Result<(), String> {
    line(out, &report.head())
}
