//! The lock files that each package manager made of one project (`testdata/lockfiles/`), audited by the program with
//! one recording: the same packages get the same verdicts.

#[path = "support/mod.rs"]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use support::Miniature;
use support::recording::Recording;
use support::registry::packument;

const AT: &str = "2026-11-22T00:00:00Z";

/// Each kind, its file, and whether it says what is there for development.
const KINDS: [(&str, &str, bool); 10] = [
    ("npm-v1", "package-lock.json", true),
    ("npm-v2", "package-lock.json", true),
    ("npm-v3", "package-lock.json", true),
    ("npm-shrinkwrap", "npm-shrinkwrap.json", true),
    ("pnpm-6", "pnpm-lock.yaml", true),
    ("pnpm-9", "pnpm-lock.yaml", true),
    ("yarn-classic", "yarn.lock", false),
    ("bun-v1", "bun.lock", true),
    ("bun-v2", "bun.lock", true),
    ("deno-v5", "deno.lock", false),
];

/// What the recorded registry says of these is not what a sound registry says.
const UNSIGNED: &str = "is-odd";
const ALTERED: &str = "kind-of";
const UNKNOWN: &str = "has-flag";

/// Name, version, verdict and codes of what was audited.
type Verdicts = BTreeSet<(String, String, String, Vec<String>)>;

fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/lockfiles").join(name)
}

/// The digest of each package, as npm locked it.
fn locked() -> BTreeMap<(String, String), String> {
    let mut locked = BTreeMap::new();
    for (folder, members) in [("npm-v3", "packages"), ("npm-6", "dependencies")] {
        let text = fs::read(testdata(folder).join("package-lock.json")).unwrap();
        let lock: Value = serde_json::from_slice(&text).unwrap();
        for (location, entry) in lock[members].as_object().unwrap() {
            let Some(integrity) = entry["integrity"].as_str() else { continue };
            let slot = location.rsplit_once("node_modules/").map_or(location.as_str(), |(_, name)| name);
            let name = entry["name"].as_str().unwrap_or(slot).to_owned();
            let version = entry["version"].as_str().unwrap();
            if !version.contains(':') {
                locked.insert((name, version.to_owned()), integrity.to_owned());
            }
        }
    }
    // What pnpm installs for itself, in its lock file's first document.
    let itself = "sha512-LmVHHP5dTJwrwZg2Jjqp7K5jpvcnYvYD1LMpvGadMsMv5+WXoDSLBQ0+zmuBJmuZGh2J2K845ygj/YukxUnr4A==";
    locked.insert(("is-number".into(), "5.0.0".into()), itself.into());
    locked
}

/// A recording of a registry that signed these packages, and the trust in its keys.
struct Registry(tempfile::TempDir);

impl Registry {
    fn minted() -> Self {
        let registry = Self(tempfile::tempdir().unwrap());
        let mini = Miniature::new();
        let recording = Recording::create(&registry.0.path().join("recording"), "https://npm.example/", "not-found");
        recording.keys(&mini.registry.endpoint_keys());
        let mut packages: BTreeMap<String, Vec<(Value, Option<&str>)>> = BTreeMap::new();
        for ((name, version), integrity) in locked() {
            if name == UNKNOWN {
                continue;
            }
            let integrity = if name == ALTERED { format!("sha512-{}Q==", "A".repeat(85)) } else { integrity };
            let signature = mini.registry.signature_over(&format!("{name}@{version}:{integrity}"), 1);
            let signatures = if name == UNSIGNED { json!([]) } else { json!([signature]) };
            let dist = json!({"integrity": integrity, "signatures": signatures});
            let manifest = json!({"name": name, "version": version, "dist": dist});
            packages.entry(name).or_default().push((manifest, Some("2026-03-01T12:00:05.000Z")));
        }
        for (name, versions) in packages {
            let mut packument = packument(&versions);
            packument["name"] = json!(name);
            recording.packument(&packument);
        }
        fs::write(registry.path("keys.json"), mini.registry.tuf_keys().to_string()).unwrap();
        fs::write(registry.path("trusted_root.json"), mini.trusted_root().text()).unwrap();
        registry
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn audit(&self, project: &Path, more: &[&str]) -> Output {
        let test = std::env::current_exe().unwrap();
        let folder = test.parent().and_then(Path::parent).unwrap().join("examples");
        let program = folder.join(format!("audit-signatures{}", std::env::consts::EXE_SUFFIX));
        assert!(program.exists(), "{} is missing: run `cargo build --example audit-signatures`", program.display());
        let [recording, keys, root] = ["recording", "keys.json", "trusted_root.json"].map(|name| self.path(name));
        Command::new(program)
            .arg(project)
            .args(["--replay", &recording, "--keys", &keys, "--trusted-root", &root, "--at", AT])
            .args(["--registry-identity", "https://npm.example", "--format", "json"])
            .args(more)
            .env("HOME", "/nonexistent")
            .env("USERPROFILE", "/nonexistent")
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    fn report(&self, project: &Path, more: &[&str]) -> Value {
        let output = self.audit(project, more);
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{}: {}", project.display(), String::from_utf8_lossy(&output.stderr)))
    }

    fn verdicts(&self, project: &Path, more: &[&str]) -> Verdicts {
        audited(&self.report(project, more)).map(verdict).collect()
    }

    /// The verdicts of a project that is this one file.
    fn of_text(&self, file: &str, text: &str) -> Verdicts {
        let project = tempfile::tempdir().unwrap();
        fs::write(project.path().join(file), text).unwrap();
        self.verdicts(project.path(), &[])
    }
}

fn audited(report: &Value) -> impl Iterator<Item = &Value> {
    report["packages"].as_array().unwrap().iter().filter(|package| package["verdict"] != "skipped")
}

fn verdict(package: &Value) -> (String, String, String, Vec<String>) {
    let text = |member: &str| package[member].as_str().unwrap_or_default().to_owned();
    let failures = package["failures"].as_array().unwrap();
    let codes = failures.iter().map(|f| f["code"].as_str().unwrap().replace("ERR_COUNTERSIGN_", "")).collect();
    (text("name"), text("version"), text("verdict"), codes)
}

fn row(name: &str, version: &str, verdict: &str, codes: &[&str]) -> (String, String, String, Vec<String>) {
    (name.into(), version.into(), verdict.into(), codes.iter().map(|code| (*code).to_owned()).collect())
}

/// What the project asks for, with all that comes with it.
fn expected() -> Verdicts {
    let sound = [
        ("@types/debug", "4.1.12"),
        ("@types/ms", "2.1.0"),
        ("acorn", "8.14.0"),
        ("acorn-jsx", "5.3.2"),
        ("debug", "4.3.4"),
        ("graceful-fs", "4.2.12"),
        ("is-number", "6.0.0"),
        ("is-number", "7.0.0"),
        ("jsonfile", "4.0.0"),
        ("ms", "2.1.3"),
        ("picocolors", "1.1.1"),
    ];
    let mut verdicts: Verdicts = sound.into_iter().map(|(name, version)| row(name, version, "verified", &[])).collect();
    verdicts.insert(row(UNSIGNED, "3.0.1", "unverifiable", &["MISSING_REGISTRY_SIGNATURE"]));
    verdicts.insert(row(ALTERED, "6.0.3", "invalid", &["INTEGRITY_DISAGREEMENT", "REGISTRY_SIGNATURE"]));
    verdicts.insert(row(UNKNOWN, "4.0.0", "unverifiable", &["MANIFEST_UNAVAILABLE"]));
    verdicts
}

#[test]
fn lk_01_every_kind_of_lock_file_gives_the_same_verdicts() {
    let registry = Registry::minted();
    for (kind, _, _) in KINDS {
        assert_eq!(registry.verdicts(&testdata(kind), &[]), expected(), "{kind}");
    }
}

#[test]
fn lk_03_yarn_berry_locks_no_digest_that_a_registry_signed() {
    let weak = |(name, version, _, _): (String, String, String, Vec<String>)| {
        row(&name, &version, "unverifiable", &["WEAK_INTEGRITY"])
    };
    let all: Verdicts = expected().into_iter().map(weak).collect();
    assert_eq!(Registry::minted().verdicts(&testdata("yarn-berry"), &[]), all);
}

/// These could not lock the same tree: npm 6 and deno before 2.3 know no `overrides`, npm 6 no workspaces.
#[test]
fn lk_01_what_older_managers_cannot_lock_is_all_that_differs() {
    let registry = Registry::minted();
    let mut overridden = expected();
    overridden.remove(&row("ms", "2.1.3", "verified", &[]));
    overridden.insert(row("ms", "2.1.2", "verified", &[]));
    assert_eq!(registry.verdicts(&testdata("deno-v4"), &[]), overridden);
    overridden.remove(&row("is-number", "7.0.0", "verified", &[]));
    assert_eq!(registry.verdicts(&testdata("npm-6"), &[]), overridden);
}

#[test]
fn lk_01_what_pnpm_installs_for_itself_is_audited_too() {
    let mut both = expected();
    both.insert(row("is-number", "5.0.0", "verified", &[]));
    assert_eq!(Registry::minted().verdicts(&testdata("pnpm-9-two-documents"), &[]), both);
}

#[test]
fn lk_05_the_alias_is_a_place_of_the_package_in_every_kind() {
    let registry = Registry::minted();
    // deno alone does not lock under which name the project itself installs.
    for (kind, _, _) in KINDS.iter().filter(|(kind, _, _)| !kind.starts_with("deno")) {
        let verdicts = registry.verdicts(&testdata(kind), &["--publisher", "kind=o/r:release.yml"]);
        assert!(verdicts.contains(&row(ALTERED, "6.0.3", "denied", &["SLOT_OCCUPIED"])), "{kind}: {verdicts:?}");
    }
}

#[test]
fn lk_21_omit_leaves_out_the_same_or_is_refused() {
    let registry = Registry::minted();
    let mut left = expected();
    for (name, version) in [("debug", "4.3.4"), ("ms", "2.1.3"), ("picocolors", "1.1.1")] {
        assert!(left.remove(&row(name, version, "verified", &[])));
    }
    for (kind, _, tells) in KINDS {
        if tells {
            assert_eq!(registry.verdicts(&testdata(kind), &["--omit", "dev"]), left, "{kind}");
        } else {
            let output = registry.audit(&testdata(kind), &["--omit", "dev"]);
            let error = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{kind}");
            assert!(error.contains("--omit dev") && error.contains("does not say which packages are dev"), "{error}");
        }
    }
}

/// One package in each format, under a name and with a version of the attacker's choice.
fn one_package(name: &str, version: &str) -> [(&'static str, String); 6] {
    let integrity = format!("sha512-{}Q==", "A".repeat(85));
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    [
        (
            "package-lock.json",
            json!({"lockfileVersion": 3, "packages": {"node_modules/x": {"name": name, "version": version, "integrity": integrity}}}).to_string(),
        ),
        (
            "pnpm-lock.yaml",
            format!("lockfileVersion: '9.0'\npackages:\n  {}:\n    resolution: {{integrity: {integrity}}}\n", quoted(&format!("{name}@{version}"))),
        ),
        (
            "yarn.lock",
            format!("# yarn lockfile v1\n\n\"x@npm:{name}@1\":\n  version \"{version}\"\n  integrity {integrity}\n"),
        ),
        ("bun.lock", json!({"lockfileVersion": 1, "packages": {"x": [format!("{name}@{version}"), "", {}, integrity]}}).to_string()),
        ("deno.lock", json!({"version": "5", "npm": {format!("{name}@{version}"): {"integrity": integrity}}}).to_string()),
        ("npm-shrinkwrap.json", json!({"lockfileVersion": 1, "dependencies": {"x": {"version": format!("npm:{name}@{version}"), "integrity": integrity}}}).to_string()),
    ]
}

#[test]
fn lk_13_lk_15_lk_20_hostile_names_are_data() {
    let registry = Registry::minted();
    for name in ["../../etc", "/etc/passwd", "C:evil", "a/../b", "@s%2fa", ".hidden", "a b"] {
        for (file, text) in one_package(name, "1.0.0") {
            let verdicts = registry.of_text(file, &text);
            assert_eq!(verdicts, [row(name, "1.0.0", "invalid", &["PACKAGE_NAME"])].into(), "{file}");
        }
    }
    for name in ["__proto__", "constructor", "debug-", "@types/debuG", "Debug"] {
        for (file, text) in one_package(name, "4.3.4") {
            let verdicts = registry.of_text(file, &text);
            assert!(verdicts.iter().all(|(found, _, verdict, _)| found == name && verdict != "verified"), "{file}");
        }
    }
}

#[test]
fn lk_14_lk_16_what_is_no_version_is_refused_as_one() {
    let registry = Registry::minted();
    let long = format!("1.0.{}", "1".repeat(300));
    for version in ["^4.3.4", "4.3", "v4.3.4", "latest", "4.3.4 ", "--upload-pack=x", long.as_str()] {
        for (file, text) in one_package("debug", version) {
            let verdicts = registry.of_text(file, &text);
            let [(_, _, verdict, codes)] = Vec::from_iter(verdicts).try_into().unwrap();
            assert_eq!((verdict.as_str(), codes), ("invalid", vec!["PACKAGE_VERSION".to_owned()]), "{file} {version}");
        }
    }
}

#[test]
fn lk_22_lk_23_a_lock_file_without_packages_is_not_clean() {
    let registry = Registry::minted();
    for (file, text) in [
        ("package-lock.json", r#"{"lockfileVersion": 1}"#),
        ("pnpm-lock.yaml", "lockfileVersion: '9.0'\nimporters:\n  .: {}\n  w: {}\n"),
        ("yarn.lock", "# yarn lockfile v1\n\n\n"),
        (
            "yarn.lock",
            "__metadata:\n  version: 8\n\n\"p@workspace:.\":\n  version: 0.0.0-use.local\n  resolution: \"p@workspace:.\"\n",
        ),
        ("bun.lock", r#"{"lockfileVersion": 1, "workspaces": {"": {}}, "packages": {"w": ["w@workspace:w"]}}"#),
        (
            "deno.lock",
            r#"{"version": "5", "remote": {"https://deno.example/x.ts": "00"}, "jsr": {"@std/x@1.0.0": {}}}"#,
        ),
    ] {
        let project = tempfile::tempdir().unwrap();
        fs::write(project.path().join(file), text).unwrap();
        assert_eq!(registry.audit(project.path(), &[]).status.code(), Some(1), "{file} {text}");
        assert_eq!(audited(&registry.report(project.path(), &[])).count(), 0, "{file} {text}");
    }
}
