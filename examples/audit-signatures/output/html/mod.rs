//! One page that needs nothing else: no file beside it, no network, no script to be read.
//!
//! `head` is what a reader sees first, `rollout` the bars, `controls` what filters, `package` a row of the
//! table and `proofs` what unfolds below it. `shown` is the way of all text from outside. The page is
//! written package by package, so that 100,000 of them are never one string.

mod controls;
mod head;
mod package;
mod proofs;
mod rollout;
mod shown;

use std::io::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::report::{AuditReport, PackageReport, Verdict};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use super::Context;
use crate::view::{Package, Report};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

pub fn write(out: &mut dyn Write, report: &AuditReport, context: &Context) -> Result<(), String> {
    let head = Report::head(report)?;
    let mut packages: Vec<&PackageReport> = report.packages().iter().collect();
    // Stable: within a verdict the report's own order stays.
    packages.sort_by_key(|package| worst_first(package.verdict()));
    page(out, &head, &context.audited.display().to_string(), packages.into_iter().map(Package::of))
}

fn page(
    out: &mut dyn Write,
    report: &Report,
    audited: &str,
    packages: impl Iterator<Item = Result<Package, String>>,
) -> Result<(), String> {
    let mut put = |text: &str| out.write_all(text.as_bytes()).map_err(|e| e.to_string());
    let title = head::title(audited);
    put(&document_head(&title).into_string())?;
    put("<body>\n")?;
    put(&head::header(report, &title).into_string())?;
    put("<main>\n")?;
    put(&rollout::section(report).into_string())?;
    put("<section aria-labelledby=\"packages\">\n<h2 id=\"packages\">Packages</h2>\n")?;
    put(&controls::toolbar(&report.summary).into_string())?;
    put("<table class=\"packages\">\n")?;
    put(&controls::columns().into_string())?;
    for (number, package) in packages.enumerate() {
        put(&package::body(&package?, number).into_string())?;
        put("\n")?;
    }
    put("</table>\n")?;
    put(&controls::nothing_matches().into_string())?;
    put("</section>\n</main>\n")?;
    put(&head::footer().into_string())?;
    put("<script>")?;
    put(&unix(SCRIPT))?;
    put("</script>\n</body>\n</html>\n")
}

/// Nothing may be fetched, and no style or script may act but the page's own two: what an attacker could
/// get into the page in spite of all escaping stays dead text.
fn document_head(title: &str) -> Markup {
    let (style, script) = (unix(STYLE), unix(SCRIPT));
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        digest(&style),
        digest(&script)
    );
    html! {
        (DOCTYPE) "\n"
        (PreEscaped("<html lang=\"en\">\n<head>\n"))
        meta charset="utf-8"; "\n"
        meta http-equiv="Content-Security-Policy" content=(policy); "\n"
        meta name="viewport" content="width=device-width, initial-scale=1"; "\n"
        meta name="referrer" content="no-referrer"; "\n"
        meta name="color-scheme" content="light dark"; "\n"
        title { (title) ": package signatures" } "\n"
        style { (PreEscaped(style)) } "\n"
        (PreEscaped("</head>\n"))
    }
}

/// The line ends that a browser hashes, whatever a checkout made of them.
fn unix(text: &str) -> String {
    text.replace("\r\n", "\n")
}

fn digest(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

fn worst_first(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Invalid => 0,
        Verdict::Denied => 1,
        Verdict::Verified => 3,
        Verdict::Skipped => 4,
        // A verdict that is not known here is not a good one.
        _ => 2,
    }
}

#[cfg(test)]
#[path = "page_tests.rs"]
mod tests;
