//! How far a team has come: how many packages have which level, as one table.

use std::fmt::Write as _;

use crate::plain_text::plain;
use crate::view::{Levels, Report};

/// The widest name that stands on the line of its counts.
const WIDEST: usize = 22;

/// The tree and its parts, where there are parts, and each group of the policy.
pub fn table(out: &mut String, report: &Report) {
    let rollout = &report.summary.rollout;
    if rollout.all.packages == 0 {
        return;
    }
    let _ = writeln!(
        out,
        "\n{:24}{:>9}{:>19}{:>12}{:>20}{:>10}",
        "Rollout", "packages", "trusted publisher", "provenance", "registry signature", "unproven"
    );
    for (part, levels) in rollout.parts() {
        row(out, &plain(&part), levels);
    }
}

fn row(out: &mut String, name: &str, levels: &Levels) {
    if name.chars().count() > WIDEST {
        super::labelled(out, 2, "", 2, name);
    }
    let name = if name.chars().count() > WIDEST { "" } else { name };
    let Levels { packages, trusted_publisher, provenance, registry_signature, unproven } = levels;
    let _ = writeln!(
        out,
        "  {name:WIDEST$}{packages:>9}{trusted_publisher:>19}{provenance:>12}{registry_signature:>20}{unproven:>10}"
    );
}
