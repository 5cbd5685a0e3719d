//! What is read first: what was audited, what came of it, what was proved and what is not known.

use std::path::{self, Path};

use maud::{Markup, html};

use super::rollout::bar;
use super::shown::{message, name};
use crate::plain_text::plain;
use crate::view::{Report, Summary};

/// What the person called it; of a whole path only the project's folder, because the page goes to others.
pub fn title(audited: &str) -> String {
    let absolute = match audited {
        "." | "./" => path::absolute(Path::new(audited)).ok(),
        _ => Some(Path::new(audited).to_path_buf()).filter(|path| path.is_absolute()),
    };
    let is_file = |path: &Path| path.extension().is_some();
    let folder = absolute.as_deref().and_then(|path| if is_file(path) { path.parent() } else { Some(path) });
    let folder = folder.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    plain(&folder.unwrap_or_else(|| audited.to_owned()))
}

pub fn header(report: &Report, title: &str) -> Markup {
    let summary = &report.summary;
    html! {
        header {
            p.eyebrow { "Package signatures and provenance" }
            h1 { (title) }
            p.outcome.clean[is_clean(summary)] { (outcome(summary)) }
            (verdicts(summary))
            dl.facts {
                div { dt { "Judged at" } dd { time datetime=(plain(&report.verified_at)) { (name(&report.verified_at)) } } }
                div { dt { "Registry" } dd { (name(&report.registry)) } }
                div { dt { "Judged as" } dd { (name(&report.registry_identity)) } }
                div { dt { "Documents" } dd { @if report.source == "replay" { "from a recording" } @else { "fetched" } } }
            }
        }
        "\n"
        section.columns aria-label="What was proved" {
            div {
                h2 { "Proved" }
                (counts(&report.proved()))
            }
            @let not_judged = summary.not_judged();
            @if !not_judged.is_empty() {
                div { h2 { "Not judged" } (counts(&not_judged)) }
            }
            @if !report.notes.is_empty() {
                div.wide {
                    h2 { "Notes" }
                    ul.notes { @for note in &report.notes { li { (message(&note.message)) } } }
                }
            }
        }
        "\n"
    }
}

fn audited(summary: &Summary) -> usize {
    summary.packages.saturating_sub(summary.skipped)
}

fn is_clean(summary: &Summary) -> bool {
    audited(summary) > 0 && summary.verified == audited(summary)
}

fn outcome(summary: &Summary) -> String {
    let (audited, verified) = (audited(summary), summary.verified);
    match audited {
        0 => "Nothing was audited, so nothing is proved.".into(),
        1 if verified == 1 => "The one package is verified.".into(),
        _ if verified == audited => format!("All {audited} packages are verified."),
        _ => format!("{} of {audited} packages are not verified.", audited.saturating_sub(verified)),
    }
}

/// The verdicts from the worst to the best.
pub fn by_verdict(summary: &Summary) -> [(&'static str, usize); 5] {
    [
        ("invalid", summary.invalid),
        ("denied", summary.denied),
        ("unverifiable", summary.unverifiable),
        ("verified", summary.verified),
        ("skipped", summary.skipped),
    ]
}

fn verdicts(summary: &Summary) -> Markup {
    let shares = by_verdict(summary);
    html! {
        div.verdicts {
            (bar(&shares))
            ul.legend {
                @for (verdict, packages) in shares {
                    li.none[packages == 0] { span class={ "swatch " (verdict) } aria-hidden="true" {} b { (packages) } " " (verdict) }
                }
            }
        }
    }
}

fn counts(lines: &[(usize, &'static str)]) -> Markup {
    html! {
        ul.counts {
            @for (packages, text) in lines { li { b { (packages) } span { (text) } } }
        }
    }
}

pub fn footer() -> Markup {
    html! {
        footer {
            h2 { "What the words say" }
            dl {
                dt { "verified" } dd { "something was proved, and nothing speaks against it" }
                dt { "invalid" } dd { "forged, altered or broken: do not install" }
                dt { "denied" } dd { "sound, and not what is required of it" }
                dt { "unverifiable" } dd { "not known: a proof, a key or an answer is wanting" }
                dt { "skipped" } dd { "no registry answers for it" }
                dt { "trusted publisher" } dd { "built by the workflow that is required for this package" }
                dt { "provenance" } dd { "built by a CI workflow that the certificate names, whichever it is" }
                dt { "registry signature" } dd { "the registry signed this name, version and digest" }
            }
            p { "Made by audit-signatures. This page holds all that it shows, and requests nothing." }
        }
        "\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_tells_nothing_of_the_machine() {
        assert_eq!(title("packages/app"), "packages/app");
        assert_eq!(title("a\u{202e}b"), "a\\u{202e}b");
        assert!(!title(".").contains(['/', '\\']) && title(".") != ".");
        #[cfg(unix)]
        assert_eq!([title("/srv/ci/app"), title("/srv/ci/app/package-lock.json")], ["app", "app"]);
    }
}
