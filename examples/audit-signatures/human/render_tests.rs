//! What a person reads, for small reports.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::*;

fn summary() -> Value {
    json!({"packages": 3, "verified": 1, "invalid": 1, "denied": 0, "unverifiable": 0, "skipped": 1,
        "registrySignature": {"verified": 2, "unjudged": 1, "missing": 0, "unknownKey": 0, "noKeys": 0, "invalid": 0},
        "provenance": {"verified": 1, "unconfirmed": 0, "absent": 1, "notAsked": 0, "withheld": 0, "unavailable": 0, "unverifiable": 0, "invalid": 0},
        "publisher": {"match": 1, "mismatch": 0, "unprovable": 0, "unconfigured": 1}})
}

/// As a file has it.
fn text(report: &Report) -> String {
    let mut out = Sheet::new(Look::PLAIN);
    who_built_what(&mut out, report);
    what_is_wanting(&mut out, report);
    failed::list(&mut out, report);
    rollout::table(&mut out, report);
    verdicts(&mut out, report);
    out.into_text()
}

fn report(packages: &Value) -> String {
    let report = json!({"schema": "countersign.audit/1", "verifiedAt": "2026-11-22T00:00:00Z", "source": "replay",
        "registry": "https://npm.example/", "registryIdentity": "npm", "notes": [], "summary": summary(), "packages": packages});
    let mut report = report;
    let omitted = "Left out by --omit: 3 of the lock file's entries.";
    let notes = report["notes"].as_array_mut().unwrap();
    notes.push(json!({"code": "NOTE_AUDIT_OMITTED", "message": omitted, "claim": "audit"}));
    let listed = report["packages"].as_array().unwrap().clone();
    let head = serde_json::from_value(report).unwrap();
    let packages = listed.into_iter().map(|package| Ok(serde_json::from_value(package).unwrap()));
    text(&Report::assembled(head, packages).unwrap())
}

fn attested() -> Value {
    json!({"name": "@octo/lib", "version": "1.2.3", "locations": ["node_modules/@octo/lib"], "verdict": "verified",
        "provenance": {"status": "verified", "issuer": "https://token.actions.githubusercontent.com",
            "repository": "https://github.com/octo-org/octo-lib",
            "workflow": ".github/workflows/release.yml", "ref": "refs/tags/v1.2.3",
            "signer": "https://github.com/octo-org/octo-lib/.github/workflows/release.yml@refs/tags/v1.2.3"},
        "publisher": {"status": "match", "fields": []}, "failures": []})
}

fn invalid() -> Value {
    json!({"name": "left-pad", "version": "1.3.0", "locations": ["node_modules/a", "node_modules/b"], "verdict": "invalid",
        "failures": [{"code": "ERR_COUNTERSIGN_REGISTRY_SIGNATURE", "claim": "registry-signature",
            "message": "the registry signature by key SHA256:x is not over this name, version and integrity",
            "help": "Do not install: the manifest was altered after the registry signed it."}]})
}

#[test]
fn the_whole_report_is_calm() {
    let skipped =
        json!({"name": "web", "verdict": "skipped", "reason": "a link to a folder", "locations": ["node_modules/web"]});
    let text = report(&json!([attested(), invalid(), skipped]));
    let expected = "\
Audited 2 packages of a recording of https://npm.example/, judged as npm at 2026-11-22T00:00:00Z.
Left out by --omit: 3 of the lock file's entries.

Proved
       2  signed by the registry with a trusted key, for the digest that the lock file expects
       1  built by the CI workflow below, confirmed by the registry's publish attestation
       1  from the trusted publisher that was required

Built by (repository on https://github.com/, workflow, ref)
  @octo/lib@1.2.3 (trusted publisher)
      octo-org/octo-lib  .github/workflows/release.yml  refs/tags/v1.2.3

Not judged
       1  signed with a key that has ended since, and no time says on which side of its end
       1  without provenance

Skipped, because no registry answers for them
       1  a link to a folder
          node_modules/web

Failed

  left-pad@1.3.0: invalid
    at        node_modules/a
    at        node_modules/b
    checked   registry signature
    found     the registry signature by key SHA256:x is not over this name, version and integrity
    to do     Do not install: the manifest was altered after the registry signed it.
    code      ERR_COUNTERSIGN_REGISTRY_SIGNATURE

1 verified, 1 invalid, 0 denied, 0 unverifiable, 1 skipped
";
    assert_eq!(text, expected);
}

#[test]
fn notes_are_said_once_and_long_lists_are_cut() {
    let note = |code: &str, message: &str| json!({"code": code, "message": message, "claim": "provenance"});
    let mut package = attested();
    package["notes"] =
        json!([note("NOTE_COUNTERSIGN_X", "worth a look"), note("NOTE_COUNTERSIGN_NOT_ASKED", "counted")]);
    let skipped =
        |n: usize| json!({"name": "web", "verdict": "skipped", "reason": "a link", "locations": [format!("w{n}")]});
    let packages = [package.clone(), package].into_iter().chain((0..12).map(skipped)).collect();
    let text = report(&Value::Array(packages));
    assert!(text.contains("  note  worth a look (2 packages)\n") && !text.contains("counted"), "{text}");
    assert!(text.contains("      12  a link\n          w0\n"), "{text}");
    assert!(text.contains("          w9\n          and 2 more, which --format json lists\n"), "{text}");
}

#[test]
fn a_callee_of_another_repository_is_shown() {
    let mut package = attested();
    let signer = "https://github.com/octo-org/octo-lib-evil/.github/workflows/build.yml@refs/tags/v1";
    package["provenance"]["signer"] = json!(signer);
    assert!(report(&json!([package])).contains(&format!("      signed in {signer}\n")));
}

#[test]
fn an_identity_without_a_repository_shows_its_issuer_and_signer() {
    let mut package = attested();
    package["provenance"] =
        json!({"status": "verified", "issuer": "https://accounts.example", "signer": "a@b.example"});
    let text = report(&json!([package, attested()]));
    assert!(text.contains("Built by (repository, workflow, ref)\n"), "{text}");
    let row = "      issuer    https://accounts.example\n      signed in a@b.example\n";
    assert!(text.contains(row) && text.contains("      https://github.com/octo-org/octo-lib  .github/"), "{text}");
}

#[test]
fn long_identities_wrap_and_nothing_is_wider_than_the_terminal() {
    let mut package = attested();
    package["provenance"]["ref"] = json!(format!("refs/heads/{}", "x".repeat(150)));
    let mut failure = invalid();
    failure["failures"][0]["message"] =
        json!(format!("expected sha512-{} found sha512-{}", "a".repeat(88), "Q".repeat(88)));
    let text = report(&json!([package, failure]));
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    assert_eq!(text.matches('Q').count(), 88);
}

#[test]
fn cl_20_nothing_from_outside_acts_on_the_terminal() {
    let hostile = "\u{1b}]0;x\u{7}\r\n::error::\u{202e}##[x]";
    let mut package = attested();
    for member in ["repository", "workflow", "ref", "signer"] {
        package["provenance"][member] = json!(hostile);
    }
    package["name"] = json!(hostile);
    let mut failure = invalid();
    failure["failures"][0] = json!({"code": hostile, "claim": hostile, "message": hostile, "help": hostile});
    failure["verdict"] = json!(hostile);
    let skipped = json!({"name": hostile, "verdict": "skipped", "reason": hostile, "locations": [hostile]});
    let text = report(&json!([package, failure, skipped]));
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
    assert!(!text.contains('\u{202e}') && !text.contains("##[") && !text.contains("::"), "{text}");
}

#[test]
fn a_good_provenance_of_a_refused_package_is_not_mistaken_for_consent() {
    let mut package = attested();
    package["verdict"] = json!("denied");
    assert!(report(&json!([package])).contains("  @octo/lib@1.2.3 (denied, see below)\n"));
}

#[test]
fn a_stranger_sees_why_the_policy_refuses() {
    let mut package = attested();
    package["verdict"] = json!("denied");
    package["policy"] = json!({"rule": "@octo/*", "group": "core", "decision": "denied",
        "exemptionEnded": {"reason": "until the fork is gone", "expires": "2026-01-01T00:00:00Z"}});
    package["publisher"] = json!({"status": "mismatch", "source": "policy", "expected": "github:octo-org/octo-lib#release.yml",
        "fields": [{"field": "issuer", "answer": "proven", "extension": "1.8"},
            {"field": "repository", "answer": "contradicted", "expected": "https://github.com/octo-org/octo-lib",
                "found": "https://github.com/mallory/fork", "extension": "1.12"},
            {"field": "runner", "answer": "unprovable", "reason": "the certificate states no runner (1.11)"}]});
    let text = report(&json!([package]));
    let expected = "
  @octo/lib@1.2.3: denied
    at        node_modules/@octo/lib
    rule      @octo/*, group core
    expected  github:octo-org/octo-lib#release.yml, by the policy
    proven    issuer (1.8)
    differs   repository (1.12)
    unproved  runner
              runner: the certificate states no runner (1.11)
    ended     its exemption ended at 2026-01-01T00:00:00Z and lifts nothing: until the fork is gone
";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn what_is_excused_is_shown() {
    let mut package = attested();
    package["policy"] = json!({"rule": "@octo/lib", "decision": "authorized", "waived": ["runner"], "predates": true,
        "exempted": {"lifts": ["registry-signature"], "reason": "the mirror\u{1b}[2J lost it", "expires": "2027-01-01T00:00:00Z"}});
    let expected = "
Excused by the policy
  @octo/lib@1.2.3
      exempt    from registry-signature until 2027-01-01T00:00:00Z: the mirror\\u{1b}[2J lost it
      waived    runner, which the certificate does not prove
      predates  it is older than what requires provenance (since), and is not asked for it
";
    let text = report(&json!([package]));
    assert!(text.contains(expected), "{text}");
}

#[test]
fn the_rollout_shows_parts_only_where_there_are_some() {
    let levels = |n: usize| json!({"packages": n, "trustedPublisher": 1, "provenance": 2, "registrySignature": 3, "unproven": 0});
    let mut summary = summary();
    summary["rollout"] = json!({"all": levels(7), "direct": levels(2), "transitive": levels(5), "prod": levels(7),
        "dev": levels(0), "groups": {"core": levels(1), "a group whose name is longer than its column": levels(1)}});
    let whole = json!({"schema": "countersign.audit/1", "verifiedAt": "2026-11-22T00:00:00Z", "source": "replay",
        "registry": "https://npm.example/", "registryIdentity": "npm", "summary": summary, "packages": []});
    let text = text(&serde_json::from_value(whole).unwrap());
    let expected = "
Rollout                  packages  trusted publisher  provenance  registry signature  unproven
  all                           7                  1           2                   3         0
  direct                        2                  1           2                   3         0
  transitive                    5                  1           2                   3         0
  group a group whose name is longer than its column
                                1                  1           2                   3         0
  group core                    1                  1           2                   3         0

1 verified";
    assert!(text.contains(expected), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
}
