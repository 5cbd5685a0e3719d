//! How far a team has come, as bars.

use maud::{Markup, html};

use super::shown::name;
use crate::view::{Levels, Report};

/// The levels from the best to the worst: class, name, count.
fn shares(levels: &Levels) -> [(&'static str, usize); 4] {
    [
        ("trusted-publisher", levels.trusted_publisher),
        ("provenance", levels.provenance),
        ("registry-signature", levels.registry_signature),
        ("unproven", levels.unproven),
    ]
}

pub fn section(report: &Report) -> Markup {
    let rollout = &report.summary.rollout;
    html! {
        @if rollout.all.packages > 0 {
            section aria-labelledby="rollout" {
                h2 #rollout { "Rollout" }
                table.rollout {
                    thead {
                        tr {
                            th scope="col" { "Part" }
                            th scope="col" { "Packages" }
                            @for (level, _) in shares(&rollout.all) {
                                th scope="col" { span class={ "swatch " (level) } aria-hidden="true" {} (level.replace('-', " ")) }
                            }
                        }
                    }
                    @for (part, levels) in rollout.parts() {
                        tbody {
                            tr.bar aria-hidden="true" { td colspan="6" { (bar(&shares(levels))) } }
                            tr {
                                th scope="row" { (name(&part)) }
                                td data-label="packages" { (levels.packages) }
                                @for (level, packages) in shares(levels) {
                                    td.none[packages == 0] data-label=(level.replace('-', " ")) {
                                        (packages)
                                        @if let Some(percent) = percent(packages, levels.packages) { small { (percent) "%" } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            "\n"
        }
    }
}

/// Never 100 for less than all, never 0 for some.
fn percent(part: usize, whole: usize) -> Option<usize> {
    let rounded = part.saturating_mul(200).saturating_add(whole).checked_div(whole.saturating_mul(2))?;
    Some(match part {
        0 => 0,
        _ if part == whole => 100,
        _ => rounded.clamp(1, 99),
    })
}

/// A picture of numbers that stand beside it as text. Its widths are attributes, because the page's policy
/// lets no style stand on an element.
pub fn bar(shares: &[(&'static str, usize)]) -> Markup {
    let whole: usize = shares.iter().map(|(_, packages)| packages).sum();
    let mut left = 0;
    let pieces: Vec<(&str, usize, usize)> = shares
        .iter()
        .filter(|(_, packages)| *packages > 0)
        .map(|(class, packages)| {
            let start = left;
            left += packages;
            (*class, start, *packages)
        })
        .collect();
    html! {
        svg.bar viewBox={ "0 0 " (whole.max(1)) " 1" } preserveAspectRatio="none" aria-hidden="true" focusable="false" {
            @for (class, start, width) in pieces {
                rect class=(class) x=(start) y="0" width=(width) height="1" {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_never_rounded_into_all_or_none() {
        assert_eq!((percent(999, 1000), percent(1, 1000)), (Some(99), Some(1)));
        assert_eq!((percent(0, 3), percent(3, 3), percent(2, 3), percent(0, 0)), (Some(0), Some(100), Some(67), None));
    }

    #[test]
    fn a_bar_is_as_long_as_its_parts() {
        let svg = bar(&[("verified", 3), ("denied", 0), ("invalid", 1)]).into_string();
        assert!(svg.contains("viewBox=\"0 0 4 1\"") && !svg.contains("denied"), "{svg}");
        assert!(svg.contains("<rect class=\"invalid\" x=\"3\" y=\"0\" width=\"1\" height=\"1\">"), "{svg}");
    }
}
