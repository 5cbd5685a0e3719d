//! Every package, for `--verbose`: its verdict, its level, and what of it was proved.

use super::paragraph::labelled;
use super::sheet::Sheet;
use crate::plain_text::plain;
use crate::view::Package;

pub fn package(out: &mut Sheet, package: &Package) {
    let start = out.end();
    let level = package.level().map_or_else(String::new, |level| format!(", {}", level.replace('-', " ")));
    labelled(out, 2, "", 2, &format!("{}: {}{level}", plain(&package.id()), package.verdict));
    out.paint_verdict(start, &format!(": {}", package.verdict), &package.verdict);
    let (proved, rest) = (proved(package), rest(package));
    if !proved.is_empty() {
        labelled(out, 6, "proved", 16, &proved.join("; "));
    }
    if !rest.is_empty() {
        labelled(out, 6, "not", 16, &rest.join("; "));
    }
}

fn proved(package: &Package) -> Vec<String> {
    let mut proved = Vec::new();
    if let Some(signature) = package.registry_signature.as_ref().filter(|signature| signature.status == "verified") {
        let window = signature.window.as_deref().unwrap_or("unknown");
        let key = signature.keyid.as_deref().unwrap_or("an unnamed key");
        proved.push(format!("registry signature by {key}, window {window}"));
    }
    if let Some(attestation) = package.publish_attestation.as_ref().filter(|a| a.status == "verified") {
        proved.push(format!("publish attestation of {}", attestation.time.as_deref().unwrap_or("an unknown time")));
    }
    if let Some(provenance) = package.provenance.as_ref().filter(|provenance| provenance.status == "verified") {
        let stated = [&provenance.repository, &provenance.workflow, &provenance.git_ref];
        let stated: Vec<&str> = stated.into_iter().filter_map(|text| text.as_deref()).collect();
        proved.push(format!("provenance of {}", stated.join(" ")));
    }
    if let Some(publisher) = package.publisher.as_ref().filter(|publisher| publisher.status == "match") {
        proved.push(format!("trusted publisher {}", publisher.expected.as_deref().unwrap_or("of the policy")));
    }
    proved
}

/// What became of the other claims; why they failed stands with the failures.
fn rest(package: &Package) -> Vec<String> {
    let claims = [
        ("registry signature", package.registry_signature.as_ref().map(|claim| &claim.status), "verified"),
        ("publish attestation", package.publish_attestation.as_ref().map(|claim| &claim.status), "verified"),
        ("provenance", package.provenance.as_ref().map(|claim| &claim.status), "verified"),
        ("trusted publisher", package.publisher.as_ref().map(|claim| &claim.status), "match"),
    ];
    let claims = claims.into_iter().filter_map(|(claim, status, good)| Some((claim, status?, good)));
    let rest = claims.filter(|(_, status, good)| status.as_str() != *good);
    let rest = rest.map(|(claim, status, _)| format!("{claim} {}", status.replace('-', " ")));
    rest.chain(package.reason.clone()).collect()
}
