//! Annotations of a GitHub Actions run: workflow commands, one a line.
//!
//! GitHub shows ten errors and ten warnings of a step and drops the rest without a word, so the tenth says
//! how many more there are.

use std::io::Write;

use countersign::report::{AuditReport, PackageReport, Verdict};

use super::Context;
use super::finding::{self, Gravity};
use crate::plain_text::plain;
use crate::view::Package;

/// Of each kind, in one step.
const MOST_SHOWN: usize = 10;

pub fn write(out: &mut dyn Write, report: &AuditReport, context: &Context) -> Result<(), String> {
    let places = context.places(report);
    // The gravest first: what is forged must not be pushed out of sight by what is merely not wanted, nor what
    // is not known here.
    let known = [Verdict::Denied, Verdict::Unverifiable, Verdict::Verified, Verdict::Skipped];
    let mut packages: Vec<&PackageReport> = report.packages().iter().collect();
    packages.sort_by_key(|package| known.iter().position(|verdict| *verdict == package.verdict()));
    for (gravity, command) in [(Gravity::Error, "error"), (Gravity::Warning, "warning")] {
        let mut lines = Vec::new();
        let mut more = 0_usize;
        for package in &packages {
            let package = Package::of(package)?;
            if finding::gravity(&package) != Some(gravity) {
                continue;
            }
            if lines.len() == MOST_SHOWN {
                more += 1;
                continue;
            }
            let id = plain(&package.id());
            let title = format!("{id} is {}", plain(&package.verdict));
            let mut properties = Vec::new();
            if let Some(file) = places.name() {
                properties.push(format!("file={}", property(&file)));
                properties.extend(places.line(&package.locations).map(|line| format!("line={line}")));
            }
            properties.push(format!("title={}", property(&title)));
            let told: Vec<String> = finding::of(&package)
                .into_iter()
                .map(|finding| format!("{}\n{}\n{}", finding.message, finding.help, finding.code))
                .collect();
            lines.push(format!("::{command} {}::{}", properties.join(","), data(&told.join("\n\n"))));
        }
        if more > 0 {
            lines.truncate(MOST_SHOWN - 1);
            let message = format!("{} more packages are not shown here; the report has them all.", more + 1);
            lines.push(format!("::{command} title=countersign::{}", data(&message)));
        }
        for line in lines {
            writeln!(out, "{line}").map_err(|e| e.to_string())?;
        }
    }
    if !finding::is_audited(report) {
        let message = "Nothing was audited, so nothing is proved.";
        writeln!(out, "::error title=countersign::{message}").map_err(|e| e.to_string())?;
    }
    writeln!(out, "::notice title=countersign::{}", data(&totals(report)?)).map_err(|e| e.to_string())
}

fn totals(report: &AuditReport) -> Result<String, String> {
    let summary = crate::view::Report::head(report)?.summary;
    Ok(format!(
        "{} verified, {} invalid, {} denied, {} unverifiable, {} skipped",
        summary.verified, summary.invalid, summary.denied, summary.unverifiable, summary.skipped
    ))
}

/// As GitHub's own toolkit writes the text behind the command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// As it writes a property, which ends at a comma or a colon.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cl_25_no_text_ends_its_place() {
        assert_eq!(property("a,b:c%\r\n::x"), "a%2Cb%3Ac%25%0D%0A%3A%3Ax");
        assert_eq!(data("100%\nx\r"), "100%25%0Ax%0D");
    }
}
