//! The trust lock as a user has it: a run that records, a registry that has moved on, a run that notices.

#[path = "support/mod.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use support::Miniature;
use support::attestation::Attestation;
use support::package::Package;
use support::recording::Recording;
use support::registry::{packument, response};
use support::statement::SLSA_V1;

/// Plain `cargo test` builds the program too.
fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap().join("examples");
    folder.join(format!("audit-signatures{}", std::env::consts::EXE_SUFFIX))
}

/// One version of a package as its registry has it, and whether it was built by a workflow.
struct Version {
    package: Package,
    response: Option<Value>,
}

fn attested(
    mini: &Miniature,
    name: &str,
    version: &str,
    change: impl Fn(Attestation<'_>) -> Attestation<'_>,
) -> Version {
    let package = Package::new(name, version);
    let provenance = change(mini.provenance(&package)).mint();
    let response = Some(response([&mini.publish(&package).mint(), &provenance]));
    Version { package, response }
}

fn signed(name: &str, version: &str) -> Version {
    Version { package: Package::new(name, version), response: None }
}

/// A project that locks these versions, beside a recording that has them.
struct Project(tempfile::TempDir);

impl Project {
    fn new(mini: &Miniature, versions: &[Version]) -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        project.write("keys.json", &mini.registry.tuf_keys().to_string());
        project.write("trusted_root.json", &mini.trusted_root().text());
        project.publish(mini, versions);
        project
    }

    /// Records and locks these versions in place of the former ones.
    fn publish(&self, mini: &Miniature, versions: &[Version]) {
        let _ = fs::remove_dir_all(self.path("recording"));
        let recording = Recording::create(&self.path("recording"), "https://npm.example/", "not-found");
        recording.keys(&mini.registry.endpoint_keys());
        let mut packages = json!({"": {"name": "project", "dependencies": {}}});
        for Version { package, response } in versions {
            let manifest = mini.registry.manifest(package, response.as_ref().map(|_| SLSA_V1));
            recording.packument(&packument(&[(manifest, Some("2026-03-01T12:00:05.000Z"))]));
            if let Some(response) = response {
                recording.attestations(package, response);
            }
            packages[""]["dependencies"][&package.name] = json!(package.version);
            packages[format!("node_modules/{}", package.name)] =
                json!({"version": package.version, "integrity": package.integrity()});
        }
        let lock = json!({"lockfileVersion": 3, "packages": packages});
        self.write("package-lock.json", &lock.to_string());
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn audit(&self, more: &[&str]) -> Output {
        let mut command = Command::new(program());
        command.current_dir(self.0.path()).args([".", "--replay", "recording", "--at", "2026-11-22T00:00:00Z"]);
        command.args(["--registry-identity", "https://npm.example", "--keys", "keys.json"]);
        command.args(["--trusted-root", "trusted_root.json"]).args(more).env("HOME", "/nonexistent");
        command.output().unwrap()
    }

    /// The exit code and the report.
    #[track_caller]
    fn report(&self, more: &[&str]) -> (i32, Value) {
        let output = self.audit(&[&["--format", "json"], more].concat());
        let report = serde_json::from_slice(&output.stdout);
        let report = report.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        (output.status.code().unwrap(), report)
    }

    fn lock(&self) -> String {
        fs::read_to_string(self.path("countersign.lock")).unwrap()
    }
}

/// Every package's events but the first sight.
fn events(report: &Value) -> Vec<(String, String)> {
    let packages = report["packages"].as_array().unwrap();
    let of = |package: &Value| {
        let name = package["name"].as_str().unwrap().to_owned();
        let events = package["drift"].as_array().cloned().unwrap_or_default();
        events.into_iter().map(move |event| (name.clone(), event["event"].as_str().unwrap().to_owned()))
    };
    packages.iter().flat_map(of).filter(|(_, event)| event != "first-seen").collect()
}

fn verdicts(report: &Value) -> Vec<(&str, &str)> {
    let packages = report["packages"].as_array().unwrap();
    packages.iter().map(|p| (p["name"].as_str().unwrap(), p["verdict"].as_str().unwrap())).collect()
}

fn to_npm(attestation: Attestation<'_>) -> Attestation<'_> {
    attestation.workflow(|w| w.environment = Some("npm".into()))
}

fn first(mini: &Miniature) -> Vec<Version> {
    vec![
        attested(mini, "environment", "1.0.0", to_npm),
        attested(mini, "lost", "1.0.0", |a| a),
        attested(mini, "moved", "1.0.0", |a| a),
        signed("plain", "1.0.0"),
        attested(mini, "same", "1.0.0", to_npm),
    ]
}

fn elsewhere(attestation: Attestation<'_>) -> Attestation<'_> {
    attestation.workflow(|w| {
        w.repository = "someone/else".into();
        (w.repository_id, w.owner_id) = ("1".into(), "2".into());
    })
}

/// The next release of each: one by another repository, one by a token, one past its environment.
fn second(mini: &Miniature) -> Vec<Version> {
    vec![
        attested(mini, "environment", "1.1.0", |a| a),
        signed("lost", "1.1.0"),
        attested(mini, "moved", "1.1.0", elsewhere),
        signed("plain", "1.1.0"),
        attested(mini, "same", "1.1.0", to_npm),
    ]
}

const LOCK: [&str; 2] = ["--lock", "countersign.lock"];

#[test]
fn po_33_po_35_a_second_run_names_what_changed_and_nothing_else() {
    let mini = Miniature::new();
    let project = Project::new(&mini, &first(&mini));
    let (exit, report) = project.report(&[&LOCK[..], &["--update-lock"]].concat());
    assert_eq!((exit, events(&report)), (0, vec![]));
    let recorded = project.lock();
    // Once more: the same bytes, and nothing new.
    assert_eq!(project.report(&[&LOCK[..], &["--update-lock"]].concat()).0, 0);
    assert_eq!(project.lock(), recorded);

    project.publish(&mini, &second(&mini));
    assert_eq!(project.report(&[]).0, 0, "without a lock everything is sound");
    let (exit, report) = project.report(&LOCK);
    let expected =
        [("environment", "environment-dropped"), ("lost", "provenance-lost"), ("moved", "repository-taken-over")];
    assert_eq!(exit, 1);
    assert_eq!(events(&report), expected.map(|(name, event)| (name.to_owned(), event.to_owned())));
    let denied = ["environment", "lost", "moved"].map(|name| (name, "denied"));
    assert_eq!(verdicts(&report), [&denied[..], &[("plain", "verified"), ("same", "verified")]].concat());
    assert_eq!(project.lock(), recorded, "nobody asked to record");
}

#[test]
fn po_33_only_what_is_clean_or_accepted_is_recorded() {
    let mini = Miniature::new();
    let project = Project::new(&mini, &first(&mini));
    let update = [&LOCK[..], &["--update-lock"]].concat();
    project.report(&update);
    project.publish(&mini, &second(&mini));
    let (exit, report) = project.report(&[&update[..], &["--accept-drift", "moved@1.1.0"]].concat());
    assert_eq!(exit, 1);
    let moved = &report["packages"][2];
    assert_eq!((&moved["verdict"], &moved["drift"][0]["accepted"]), (&json!("verified"), &json!(true)));
    let lock: Value = serde_json::from_str(&project.lock()).unwrap();
    let versions = |name: &str| {
        let packages = lock.pointer("/registries/https:~1~1npm.example/packages");
        let packages = packages.or_else(|| lock.pointer("/registries/https:~1~1npm.example")).unwrap();
        packages[name].as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(versions("moved"), ["1.0.0", "1.1.0"]);
    assert_eq!(versions("same"), ["1.0.0", "1.1.0"]);
    assert_eq!(versions("lost"), ["1.0.0"]);
    assert_eq!(versions("environment"), ["1.0.0"]);
    // What was accepted is the baseline now, and consent to another version is none to this one.
    let (_, report) = project.report(&[&LOCK[..], &["--accept-drift", "lost@1.0.0"]].concat());
    assert_eq!(events(&report).len(), 2);
    assert!(
        report["notes"].to_string().contains("--accept-drift lost@1.0.0: this version does not differ"),
        "{report}"
    );
}

#[test]
fn fail_on_says_from_which_severity_on_drift_denies() {
    let mini = Miniature::new();
    let project = Project::new(&mini, &first(&mini));
    let update = [&LOCK[..], &["--update-lock"]].concat();
    project.report(&update);
    project.publish(&mini, &second(&mini));
    let none = [&LOCK[..], &["--fail-on", "drift=none"]].concat();
    let (exit, report) = project.report(&none);
    assert_eq!((exit, events(&report).len()), (0, 3));
    assert_eq!(project.report(&[&LOCK[..], &["--fail-on", "drift=high"]].concat()).0, 1);
    // It is shown and not denied; and it is not recorded either.
    let before = project.lock();
    let (_, report) = project.report(&[&none[..], &["--update-lock"]].concat());
    assert!(report["notes"].to_string().contains("3, because it differs from what is pinned"), "{}", report["notes"]);
    assert!(!project.lock().contains("someone/else") && project.lock() != before);
}

#[test]
fn po_34_a_lock_that_cannot_be_used_ends_the_audit() {
    let mini = Miniature::new();
    let project = Project::new(&mini, &first(&mini));
    project.report(&[&LOCK[..], &["--update-lock"]].concat());
    let good = project.lock();
    for broken in [&good[..good.len() / 2], "", "[]", &good.replace("countersign.lock/1", "countersign.lock/2")] {
        project.write("countersign.lock", broken);
        for more in [&LOCK[..], &[&LOCK[..], &["--update-lock"]].concat()] {
            let output = project.audit(more);
            let problem = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{problem}");
            assert!(output.stdout.is_empty() && problem.contains("the trust lock cannot be used"), "{problem}");
            assert_eq!(project.lock(), broken, "it was written over");
        }
    }
    let missing = project.audit(&["--lock", "contersign.lock"]);
    assert_eq!(missing.status.code(), Some(2), "a mistyped name passes for a lock without pins");
}

#[test]
fn rules_rely_on_the_lock_and_on_what_npm_printed() {
    let mini = Miniature::new();
    let project = Project::new(&mini, &first(&mini));
    let policy = |from: &str| {
        format!(
            "schema = 1\ndefault = \"observe\"\n[[rules]]\npackages = [\"moved\"]\nrequire = [\"trusted-publisher\"]\npublishers-from = [\"{from}\"]\n"
        )
    };
    project.write("policy.toml", &policy("trust-lock"));
    let with_policy = [&LOCK[..], &["--policy", "policy.toml"]].concat();
    let codes = |report: &Value| report["packages"][2]["failures"].to_string();
    let (_, report) = project.report(&[&with_policy[..], &["--update-lock"]].concat());
    assert!(codes(&report).contains("PUBLISHER_UNCONFIGURED"), "{report}");
    project.report(&[&LOCK[..], &["--update-lock"]].concat());
    let (exit, report) = project.report(&with_policy);
    assert_eq!((exit, &report["packages"][2]["publisher"]["source"]), (0, &json!("trust-lock")));
    project.publish(&mini, &second(&mini));
    let (_, report) = project.report(&with_policy);
    assert!(codes(&report).contains("PUBLISHER_MISMATCH") && codes(&report).contains("DRIFT"), "{report}");

    project.publish(&mini, &first(&mini));
    let listed = json!({"id": "1", "type": "github", "file": "release.yml", "repository": "octo-org/octo-lib",
        "permissions": ["createPackage"]});
    project.write("trust.json", &listed.to_string());
    let (exit, report) = project.report(&["--npm-trust", "moved=trust.json"]);
    assert_eq!((exit, &report["packages"][2]["publisher"]["source"]), (0, &json!("npm-trust")));
    project.write("policy.toml", &policy("npm-trust"));
    let both = ["--policy", "policy.toml", "--npm-trust", "moved=trust.json"];
    assert_eq!(project.report(&both).0, 0);
    project.write("trust.json", &listed.to_string().replace("octo-org", "someone"));
    let (exit, report) = project.report(&both);
    assert_eq!(exit, 1);
    assert!(codes(&report).contains("PUBLISHER_MISMATCH"), "{report}");
    // A rule that does not ask for it would silently not use it.
    project.write("policy.toml", &policy("trust-lock"));
    let refused = project.audit(&both);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8(refused.stderr).unwrap().contains("takes no publishers from npm-trust"));
    project.write("trust.json", "[]");
    let refused = project.audit(&["--npm-trust", "moved=trust.json"]);
    assert_eq!(refused.status.code(), Some(2));
}
