//! One package: a row that says what came of it, and a row that unfolds and says why.

use maud::{Markup, html};

use super::proofs;
use super::shown::{address, message, name};
use crate::plain_text::plain;
use crate::view::Package;

/// A table body of its own, so that both rows move and vanish together.
pub fn body(package: &Package, number: usize) -> Markup {
    let verdict = plain(&package.verdict);
    let level = package.level().map(plain);
    let id = format!("p{number}");
    html! {
        tbody id=(id) data-verdict=(verdict) data-level=(level.as_deref().unwrap_or_default()) {
            tr.package {
                th scope="row" {
                    details { summary aria-controls={ (id) "-proofs" } { span.name { (name(&package.name)) } } }
                    @if let Some(why) = why(package) { p.why { (message(why)) } }
                }
                td.version { (name(&package.version)) }
                td.verdict { span class={ "pill " (verdict) } { (verdict) } }
                td.level { @if let Some(level) = &level { span class={ "swatch " (level) } aria-hidden="true" {} (level.replace('-', " ")) } }
                td.repository { (repository(package)) }
            }
            tr.proofs id={ (id) "-proofs" } { td colspan="5" { (proofs::of(package)) } }
        }
    }
}

/// In one sentence, the gravest first.
fn why(package: &Package) -> Option<&str> {
    let failure = package.failures.first().map(|failure| failure.message.as_str());
    let nothing =
        matches!(package.verdict.as_str(), "invalid" | "denied" | "unverifiable").then_some("nothing proves it");
    failure.or(package.reason.as_deref()).or(nothing)
}

/// Of the certificate. One that the registry does not confirm is shown below, as what it is.
fn repository(package: &Package) -> Markup {
    let provenance = package.provenance.as_ref().filter(|provenance| provenance.status == "verified");
    html! {
        @if let Some(provenance) = provenance {
            @match (&provenance.repository, &provenance.signer) {
                (Some(repository), _) => (address(repository)),
                (None, Some(signer)) => (name(signer)),
                (None, None) => {}
            }
            @if let Some(workflow) = &provenance.workflow { small { (name(workflow)) } }
        }
    }
}
