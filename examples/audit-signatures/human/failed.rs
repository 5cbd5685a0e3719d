//! Packages that are not verified: where they are, what decided, what was found, what to do.

use super::paragraph::labelled;
use super::sheet::Sheet;
use super::{drift, policy};
use crate::plain_text::plain;
use crate::view::{Package, Remark, Report};

pub fn list(out: &mut Sheet, report: &Report) {
    let failed: Vec<&Package> = report
        .packages
        .iter()
        .filter(|p| !p.is_skipped() && (p.verdict != "verified" || !p.failures.is_empty()))
        .collect();
    if failed.is_empty() {
        return;
    }
    out.heading("Failed");
    for package in failed {
        out.gap();
        let start = out.end();
        let verdict = plain(&package.verdict);
        labelled(out, 2, "", 2, &format!("{}: {verdict}", plain(&package.id())));
        out.paint_verdict(start, &verdict, &verdict);
        for location in &package.locations {
            labelled(out, 4, "at", 14, location);
        }
        reasons(out, package);
        if package.failures.is_empty() {
            labelled(out, 4, "found", 14, "nothing that proves it");
        }
    }
}

/// The policy's part in it, then every check that failed.
pub fn reasons(out: &mut Sheet, package: &Package) {
    policy::reasons(out, package);
    drift::events(out, package);
    for failure in &package.failures {
        check(out, failure);
    }
}

fn check(out: &mut Sheet, failure: &Remark) {
    labelled(out, 4, "checked", 14, &failure.claim.as_deref().unwrap_or("package").replace('-', " "));
    labelled(out, 4, "found", 14, &failure.message);
    if let Some(help) = &failure.help {
        labelled(out, 4, "to do", 14, help);
    }
    labelled(out, 4, "code", 14, &failure.code);
}
