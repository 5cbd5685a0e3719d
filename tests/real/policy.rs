//! The command with a policy, over attested packages of npm's public registry.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::shared;

/// Plain `cargo test` builds the program too.
fn run(arguments: &[&str]) -> Output {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap().join("examples");
    let program = folder.join(format!("audit-signatures{}", std::env::consts::EXE_SUFFIX));
    Command::new(program).args(arguments).output().unwrap()
}

fn policy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real/policies/attested.toml")
}

/// The audit's arguments, if there is something to audit.
fn audit(more: &[&str]) -> Option<Output> {
    let folder = shared::folder()?;
    let [project, registry] = ["project-attested", "registry"].map(|name| folder.join(name).display().to_string());
    let inputs = [&project, "--replay", &registry, "--at", "2026-11-22T00:00:00Z"];
    let command = more.iter().take_while(|argument| !argument.starts_with("--")).copied();
    let flags = more.iter().skip_while(|argument| !argument.starts_with("--")).copied();
    Some(run(&command.chain(inputs).chain(flags).collect::<Vec<_>>()))
}

#[test]
fn publishers_match_differ_and_cannot_be_proved() {
    let policy = policy().display().to_string();
    let Some(output) = audit(&["--policy", &policy, "--format", "json"]) else { return };
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let found: Vec<[Value; 4]> = report["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| {
            let id = format!("{}@{}", p["name"].as_str().unwrap(), p["version"].as_str().unwrap());
            [json!(id), p["verdict"].clone(), p["publisher"]["status"].clone(), p["policy"]["group"].clone()]
        })
        .collect();
    let expected = [
        ["@laurentsimon/provenance-npm-test@1.0.0", "verified", "match", "tools"],
        ["@laurentsimon/provenance-npm-test@1.0.5", "denied", "mismatch", "tools"],
        ["@modelcontextprotocol/server-filesystem@2026.7.10", "verified", "unconfigured", ""],
        ["@playwright/cli@0.1.1", "denied", "mismatch", "tools"],
        ["nuxt@3.13.0", "verified", "match", "framework"],
        ["sigstore@0.4.0", "unverifiable", "unprovable", "tools"],
        ["sigstore@1.0.0", "unverifiable", "unprovable", "tools"],
        ["sigstore@2.3.1", "verified", "match", "tools"],
    ];
    let expected = expected.map(|row| row.map(|text| if text.is_empty() { Value::Null } else { json!(text) }));
    assert_eq!(found, expected);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_stranger_sees_why() {
    let policy = policy().display().to_string();
    let Some(output) = audit(&["--policy", &policy]) else { return };
    let text = String::from_utf8(output.stdout).unwrap();
    let denied = "
  @playwright/cli@0.1.1: denied
    at        node_modules/@playwright/cli
    rule      @playwright/*, group tools
    expected  github:microsoft/playwright#publish.yml, by the policy
    proven    issuer (1.8), workflow (1.18), runner (1.11)
    differs   repository (1.12)
    exempt    from registry-signature until 2027-06-01T00:00:00Z: the recording lacks it
    checked   publisher
    found     the trusted publisher's repository is \"https://github.com/microsoft/playwright\", the
              certificate says \"https://github.com/microsoft/playwright-cli\"
";
    assert!(text.contains(denied), "{text}");
    assert!(text.contains("4 verified, 0 invalid, 2 denied, 2 unverifiable, 0 skipped"), "{text}");
    let unproved = "
  sigstore@1.0.0: unverifiable
    at        node_modules/holder-2/node_modules/sigstore
    rule      sigstore, group tools
    expected  github:sigstore/sigstore-js#release.yml or github:sigstore/sigstore-js#publish.yml
              with owner-id=71096353, by the policy
    proven    issuer (1.1), repository (1.5), workflow (SAN)
    unproved  owner-id
    checked   publisher
    found     the trusted publisher's owner-id cannot be proved: the certificate states no number of
              the owner (1.17)
";
    assert!(text.contains(unproved), "{text}");
    let excused = "
Excused by the policy
  @laurentsimon/provenance-npm-test@1.0.0
      exempt    from registry-signature until 2027-06-01T00:00:00Z: the recording lacks it
";
    assert!(text.contains(excused), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
}

#[test]
fn a_first_policy_verifies_what_it_was_made_of() {
    let Some(init) = audit(&["policy", "init"]) else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.toml").display().to_string();
    std::fs::write(&file, &init.stdout).unwrap();
    let output = audit(&["--policy", &file, "--format", "json"]).unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = report["packages"].as_array().unwrap();
    let verified: Vec<&Value> = packages.iter().filter(|p| p["verdict"] == "verified").map(|p| &p["name"]).collect();
    assert_eq!(verified, ["nuxt", "sigstore"]);
    // 2.3.1 has another workflow; without its registry signature nobody vouched for it.
    assert_eq!(report["summary"]["publisher"], json!({"match": 3, "mismatch": 1, "unprovable": 0, "unconfigured": 4}));
}
