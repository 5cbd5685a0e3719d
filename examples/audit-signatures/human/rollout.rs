//! How far a team has come: how many packages have which level, as one table.

use std::fmt::Write as _;

use anstyle::Style;

use super::paragraph::labelled;
use super::sheet::Sheet;
use crate::plain_text::plain;
use crate::view::{Levels, Report};

/// The widest name that stands on the line of its counts.
const WIDEST: usize = 22;

/// What the table takes; narrower terminals get sentences.
const TABLE: usize = 94;

/// The tree and its parts, where there are parts, and each group of the policy.
pub fn table(out: &mut Sheet, report: &Report) {
    let rollout = &report.summary.rollout;
    if rollout.all.packages == 0 {
        return;
    }
    if out.width() < TABLE {
        out.heading("Rollout");
        for (part, levels) in rollout.parts() {
            labelled(out, 2, "", 2, &plain(&part));
            labelled(out, 6, "", 6, &told(levels));
        }
        return;
    }
    out.gap();
    let start = out.end();
    let _ = writeln!(
        out,
        "{:24}{:>9}{:>19}{:>12}{:>20}{:>10}",
        "Rollout", "packages", "trusted publisher", "provenance", "registry signature", "unproven"
    );
    out.paint(start, "Rollout", Style::new().bold());
    for (part, levels) in rollout.parts() {
        row(out, &plain(&part), levels);
    }
}

fn told(levels: &Levels) -> String {
    let Levels { packages, trusted_publisher, provenance, registry_signature, unproven } = levels;
    format!(
        "{packages} packages: {trusted_publisher} trusted publisher, {provenance} provenance, \
         {registry_signature} registry signature, {unproven} unproven"
    )
}

fn row(out: &mut Sheet, name: &str, levels: &Levels) {
    if name.chars().count() > WIDEST {
        labelled(out, 2, "", 2, name);
    }
    let name = if name.chars().count() > WIDEST { "" } else { name };
    let Levels { packages, trusted_publisher, provenance, registry_signature, unproven } = levels;
    let _ = writeln!(
        out,
        "  {name:WIDEST$}{packages:>9}{trusted_publisher:>19}{provenance:>12}{registry_signature:>20}{unproven:>10}"
    );
}
