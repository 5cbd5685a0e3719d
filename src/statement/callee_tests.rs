//! Workflows that sign for others: reusable ones, and the generator's delegator.

use serde_json::json;

use super::provenance_tests::{CONTRADICTS, HERE, NPM, attest, code, is_checked, v0_2, v1, with};
use crate::identity::samples::Stated;

#[test]
fn id_30_a_reusable_workflow_signs_for_its_caller() {
    let callee = "https://github.com/builders/shared/.github/workflows/build.yml@refs/tags/v1";
    let stated = Stated::github().with(9, callee).subject(callee);
    assert!(is_checked(&v1(NPM), &stated));
    assert_eq!(code(&attest(), &stated), CONTRADICTS);
    assert!(is_checked(&with(&attest(), "/runDetails/builder/id", callee), &stated));
}

#[test]
fn an_early_callee_elsewhere_leaves_the_caller_open() {
    let callee = "https://github.com/builders/shared/.github/workflows/build.yml@refs/tags/v1";
    let mut predicate = v0_2("https://github.com/npm/cli/gha@v1");
    predicate["builder"]["id"] = json!("https://github.com/npm/cli@9.5.0");
    predicate["invocation"]["configSource"]["entryPoint"] =
        predicate["invocation"]["environment"]["GITHUB_WORKFLOW_REF"].clone();
    predicate["materials"][0]["uri"] = json!("git+https://github.com/octo-org/octo-lib");
    assert!(is_checked(&predicate, &Stated::early()));
    assert!(is_checked(&predicate, &Stated::early().subject(callee)));
    let evil = with(
        &predicate,
        "/invocation/configSource/entryPoint",
        "evil/repo/.github/workflows/release.yml@refs/tags/v1.2.3",
    );
    assert_eq!(code(&evil, &Stated::early().subject(callee)), CONTRADICTS);
    let other = with(
        &predicate,
        "/invocation/configSource/entryPoint",
        "octo-org/octo-lib/.github/workflows/other.yml@refs/tags/v1.2.3",
    );
    assert_eq!(code(&other, &Stated::early()), CONTRADICTS);
}

#[test]
fn the_delegator_signs_only_for_its_own_builder() {
    let generator = "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/";
    let build_type = "https://github.com/slsa-framework/slsa-github-generator/delegator-generic@v0";
    let predicate = |builder: &str| with(&v0_2(build_type), "/builder/id", builder);
    let signed_by = |callee: &str| Stated::github().with(9, callee).subject(callee);
    let delegator = signed_by(&format!("{generator}delegator_lowperms-generic_slsa3.yml@refs/tags/v1.6.0"));
    assert!(is_checked(&predicate(&format!("{generator}builder_nodejs_slsa3.yml@refs/tags/v1.6.0")), &delegator));
    for builder in [
        format!("{generator}builder_nodejs_slsa3.yml@refs/tags/v1.5.0"),
        format!("{generator}builder_nodejs_slsa3.yml@refs/tags/v1.6.0x"),
        format!("{generator}delegator_lowperms-generic_slsa3.yml@refs/tags/v1.6.0"),
        "https://github.com/evil/evil/.github/workflows/builder_nodejs_slsa3.yml@refs/tags/v1.6.0".into(),
    ] {
        assert_eq!(code(&predicate(&builder), &delegator), CONTRADICTS, "{builder}");
    }
    let good = predicate(&format!("{generator}builder_nodejs_slsa3.yml@refs/tags/v1.6.0"));
    for callee in [
        format!("{HERE}refs/tags/v1.2.3"),
        "https://github.com/evil/slsa-github-generator/.github/workflows/delegator_lowperms-generic_slsa3.yml@refs/tags/v1.6.0".into(),
        format!("{generator}builder_nodejs_slsa3.yml@refs/tags/v1.6.0"),
        format!("{generator}delegator_lowperms-generic_slsa3.yml@evil.yml@refs/tags/v1.6.0"),
    ] {
        assert_eq!(code(&good, &signed_by(&callee)), CONTRADICTS, "{callee}");
    }
}
