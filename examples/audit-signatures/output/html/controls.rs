//! What filters and sorts, and what says so when nothing is left. Without the script it stays hidden, and
//! every package stands in the table.

use maud::{Markup, html};

use super::head::by_verdict;
use crate::view::Summary;

const LEVELS: [&str; 4] = ["unproven", "registry-signature", "provenance", "trusted-publisher"];

pub fn toolbar(summary: &Summary) -> Markup {
    html! {
        form.toolbar #filters role="search" aria-label="Filter packages" hidden {
            label.text { span { "Filter" } input #text type="search" placeholder="name, version, repository, reason" autocomplete="off" spellcheck="false"; }
            fieldset {
                legend { "Verdict" }
                label { input type="radio" name="verdict" value="" checked; span { "all " b { (summary.packages) } } }
                @for (verdict, packages) in by_verdict(summary) {
                    @if packages > 0 {
                        label { input type="radio" name="verdict" value=(verdict); span class=(verdict) { (verdict) " " b { (packages) } } }
                    }
                }
            }
            label.level {
                span { "Level" }
                select #level {
                    option value="" { "any" }
                    @for level in LEVELS { option value=(level) { (level.replace('-', " ")) } }
                }
            }
            output #shown for="text level" aria-live="polite" {}
        }
        "\n"
    }
}

pub fn columns() -> Markup {
    html! {
        thead {
            tr {
                @for column in ["Package", "Version", "Verdict", "Level", "Repository"] {
                    th scope="col" { (column) }
                }
            }
        }
        "\n"
    }
}

pub fn nothing_matches() -> Markup {
    html! { p.nothing #nothing hidden { "No package matches. Clear the filter to see all of them." } "\n" }
}
