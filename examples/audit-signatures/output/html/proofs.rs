//! Everything the report has of one package.

use maud::{Markup, html};

use super::shown::{address, message, name};
use crate::human::expected;
use crate::view::{
    Asserted, Event, Exemption, Field, Package, Policy, Provenance, PublishAttestation, Publisher, Remark, Signature,
};

pub fn of(package: &Package) -> Markup {
    html! {
        div.grid {
            @for failure in &package.failures { (failed(failure)) }
            @for event in &package.drift { (drift(event)) }
            (about(package))
            @if let Some(signature) = &package.registry_signature { (signed(signature)) }
            @if let Some(attestation) = &package.publish_attestation { (attested(attestation)) }
            @if let Some(provenance) = &package.provenance { (built(provenance)) }
            @if let Some(publisher) = &package.publisher { (published(publisher)) }
            @if let Some(policy) = &package.policy { (required(policy)) }
            @if let Some(asserted) = &package.registry_asserted { (unsigned(asserted)) }
            @for note in &package.notes { section.note { h3 { "Note" } p { (message(&note.message)) } p.code { (name(&note.code)) } } }
        }
    }
}

fn failed(failure: &Remark) -> Markup {
    let claim = failure.claim.as_deref().unwrap_or("package").replace('-', " ");
    html! {
        section.failure {
            h3 { "Failed: " (name(&claim)) }
            p { (message(&failure.message)) }
            @if let Some(help) = &failure.help { p.help { b { "To do: " } (message(help)) } }
            p.code { (name(&failure.code)) }
        }
    }
}

fn drift(event: &Event) -> Markup {
    html! {
        section.drift {
            h3 { "Drift: " (name(&event.event)) " " (status(if event.accepted { "accepted" } else { &event.severity })) }
            dl {
                (row("before", event.before.as_ref()))
                (row("now", event.after.as_ref()))
                (row("rests on", event.basis.as_ref()))
            }
            p.help { (message(&event.advice)) }
        }
    }
}

fn about(package: &Package) -> Markup {
    let dependency = match (package.direct, package.dev) {
        (Some(true), Some(true)) => Some("direct, for development"),
        (Some(true), _) => Some("direct"),
        (Some(false), Some(true)) => Some("transitive, for development"),
        (Some(false), _) => Some("transitive"),
        (None, _) => None,
    };
    html! {
        section {
            h3 { "Package" }
            dl {
                @for location in &package.locations { (row("installed at", Some(location))) }
                (row("dependency", dependency))
                (row("level", package.level.as_ref().filter(|level| *level == "staged-publish")))
                (row("skipped, as", package.reason.as_ref()))
                (row("integrity", package.integrity.as_ref()))
                (row("judged as", package.registry_identity.as_ref()))
            }
        }
    }
}

fn signed(signature: &Signature) -> Markup {
    html! {
        section {
            h3 { "Registry signature " (status(&signature.status)) }
            dl {
                (row("key", signature.keyid.as_ref()))
                (row("key is", signature.keys.as_ref()))
                (row("key's window", signature.window.as_ref()))
                (row("time", signature.time.as_ref()))
                (row("time from", signature.time_source.as_ref()))
            }
        }
    }
}

fn attested(attestation: &PublishAttestation) -> Markup {
    html! {
        section {
            h3 { "Publish attestation " (status(&attestation.status)) }
            dl {
                (row("key is", attestation.keys.as_ref()))
                (row("time", attestation.time.as_ref()))
                (row("log index", attestation.log_index.map(|index| index.to_string())))
            }
        }
    }
}

fn built(provenance: &Provenance) -> Markup {
    let link = |label: &str, text: &Option<String>| {
        html! {
            @if let Some(text) = text { div { dt { (label) } dd { (address(text)) } } }
        }
    };
    html! {
        section.wide[provenance.issuer.is_some()] {
            h3 { "Provenance " (status(&provenance.status)) }
            dl {
                (link("repository", &provenance.repository))
                (row("workflow", provenance.workflow.as_ref()))
                (row("ref", provenance.git_ref.as_ref()))
                (row("commit", provenance.commit.as_ref()))
                (link("run", &provenance.run))
                (row("trigger", provenance.trigger.as_ref()))
                (row("runner", provenance.runner.as_ref()))
                (row("signed in", provenance.signer.as_ref()))
                (row("issuer", provenance.issuer.as_ref()))
                (row("predicate", provenance.predicate_type.as_ref()))
                (row("time", provenance.time.as_ref()))
                (row("log index", provenance.log_index.map(|index| index.to_string())))
            }
        }
    }
}

fn published(publisher: &Publisher) -> Markup {
    html! {
        section.wide[!publisher.fields.is_empty()] {
            h3 { "Trusted publisher " (status(&publisher.status)) }
            dl { (row("required", expected(publisher))) }
            @if !publisher.fields.is_empty() {
                table.fields {
                    thead { tr { @for column in ["Field", "Answer", "Required", "The certificate says"] { th scope="col" { (column) } } } }
                    tbody { @for field in &publisher.fields { (compared(field)) } }
                }
            }
        }
    }
}

fn compared(field: &Field) -> Markup {
    html! {
        tr {
            th scope="row" { (name(&field.field)) }
            td { (status(&field.answer)) }
            td data-label="required" { @if let Some(expected) = &field.expected { (name(expected)) } }
            td data-label="certificate" {
                @if let Some(found) = &field.found { (name(found)) } @else { "nothing" }
                @if let Some(extension) = &field.extension { " " small { "extension " (name(extension)) } }
                @if let Some(reason) = &field.reason { " " small { (message(reason)) } }
            }
        }
    }
}

fn required(policy: &Policy) -> Markup {
    let exempted = |exemption: &Exemption| {
        format!("from {} until {}: {}", exemption.lifts.join(", "), exemption.expires, exemption.reason)
    };
    let ended = |exemption: &Exemption| format!("at {}, and lifts nothing: {}", exemption.expires, exemption.reason);
    let waived = (!policy.waived.is_empty())
        .then(|| format!("{}, which the certificate does not prove", policy.waived.join(", ")));
    html! {
        section {
            h3 { "Policy " @if let Some(decision) = &policy.decision { (status(decision)) } }
            dl {
                (row("rule", Some(&policy.rule)))
                (row("group", policy.group.as_ref()))
                (row("waived", waived))
                (row("exempt", policy.exempted.as_ref().map(exempted)))
                (row("exemption ended", policy.exemption_ended.as_ref().map(ended)))
                (row("predates", policy.predates.then_some("it is older than what requires provenance, and is not asked for it")))
            }
        }
    }
}

fn unsigned(asserted: &Asserted) -> Markup {
    html! {
        section {
            h3 { "The registry says " span.status { "unsigned" } }
            dl {
                (row("publisher", asserted.trusted_publisher.as_ref()))
                (row("configuration", asserted.oidc_config_id.as_ref()))
                (row("approver", asserted.approver.as_ref()))
                (row("repository", asserted.repository.as_ref()))
            }
        }
    }
}

/// What is not known is left out, as in the report.
fn row(label: &str, text: Option<impl AsRef<str>>) -> Markup {
    html! { @if let Some(text) = text { div { dt { (label) } dd { (message(text.as_ref())) } } } }
}

/// A word with a colour, which says nothing that the word does not.
fn status(word: &str) -> Markup {
    let tone = match word {
        "verified" | "match" | "proven" | "authorized" | "accepted" => "good",
        "invalid" | "mismatch" | "contradicted" | "denied" | "missing" | "high" => "bad",
        "absent" | "not-asked" | "unconfigured" | "observed" | "info" | "no-keys" => "",
        _ => "doubt",
    };
    html! { span class={ "status " (tone) } { (name(&word.replace('-', " "))) } }
}
