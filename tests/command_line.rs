//! The example program as a user runs it: exit codes, both formats, recording and replay.

#[path = "command_line/explain.rs"]
mod explain;
#[path = "command_line/formats.rs"]
mod formats;
#[path = "command_line/policy.rs"]
mod policy;
#[path = "command_line/registry/mod.rs"]
mod registry;
#[path = "command_line/registry_access.rs"]
mod registry_access;
#[path = "command_line/stream.rs"]
mod stream;
#[path = "command_line/targets.rs"]
mod targets;
#[path = "command_line/terminal.rs"]
mod terminal;
#[path = "command_line/trust_refresh.rs"]
mod trust_refresh;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::thread;

use serde_json::{Value, json};

const AT: &str = "2026-11-22T00:00:00Z";

/// Plain `cargo test` builds the program too. `cargo test --test command_line` alone does not, and would
/// find an older one or none.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let test = std::env::current_exe().unwrap();
        let folder = test.parent().and_then(Path::parent).unwrap().join("examples");
        let program = folder.join(format!("audit-signatures{}", std::env::consts::EXE_SUFFIX));
        assert!(program.exists(), "{} is missing: run `cargo build --example audit-signatures`", program.display());
        program
    })
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    // No person's own .npmrc decides what is tested, and no cache of his is filled: this is no folder.
    let no_folder = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    command.args(arguments).env("HOME", "/nonexistent").env("USERPROFILE", "/nonexistent").stdin(Stdio::null());
    command.env("XDG_CACHE_HOME", no_folder);
    command
}

fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or(-1)
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// A project and a recording that holds what it locks.
struct Case(tempfile::TempDir);

impl Case {
    fn new(packages: &Value) -> Self {
        let case = Self(tempfile::tempdir().unwrap());
        fs::create_dir_all(case.path("recording/packuments")).unwrap();
        case.lock(packages);
        case.write(
            "recording/registry.json",
            &json!({"url": "https://npm.example/", "recordedAt": AT, "absent": "not-recorded"}),
        );
        case
    }

    fn lock(&self, packages: &Value) {
        self.write("package-lock.json", &json!({"lockfileVersion": 3, "packages": packages}));
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, json: &Value) {
        fs::write(self.path(name), json.to_string()).unwrap();
    }

    /// A package that the registry lists and nobody signed.
    fn unsigned(&self, name: &str, version: &str) {
        let file = format!("recording/packuments/{}.json", name.replace('/', "%2f"));
        self.write(&file, &packument(name, version));
    }

    fn audit(&self, more: &[&str]) -> Output {
        let (project, recording) = (self.path("."), self.path("recording"));
        run(&[&[project.as_str(), "--replay", recording.as_str(), "--at", AT], more].concat())
    }

    fn report(&self, more: &[&str]) -> (i32, Value) {
        let output = self.audit(&[&["--format", "json"], more].concat());
        (code(&output), serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", err(&output))))
    }
}

fn integrity(fill: &str) -> String {
    format!("sha512-{}Q==", fill.repeat(85))
}

fn packument(name: &str, version: &str) -> Value {
    let manifest = json!({"name": name, "version": version, "dist": {"integrity": integrity("A")}});
    json!({"name": name, "versions": {version: manifest}})
}

fn locked(version: &str) -> Value {
    json!({"version": version, "integrity": integrity("A")})
}

#[test]
fn wrong_usage_and_unreadable_input_exit_with_2() {
    let case = Case::new(&json!({}));
    let project = case.path(".");
    for arguments in
        [vec!["--no-verify"], vec!["--at", "now"], vec!["/nonexistent"], vec!["--replay", "/nonexistent", &project]]
    {
        let output = run(&arguments);
        assert_eq!(code(&output), 2, "{arguments:?}");
        assert!(out(&output).is_empty() && !err(&output).is_empty(), "{arguments:?}");
    }
    case.write("package-lock.json", &json!({"lockfileVersion": 4}));
    let output = case.audit(&[]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("package-lock.json: `lockfileVersion` is 4; expected 1, 2 or 3"), "{}", err(&output));
}

#[test]
fn help_exits_with_0() {
    let output = run(&["--help"]);
    assert_eq!(code(&output), 0);
    assert!(out(&output).contains("--replay"));
}

#[test]
fn cl_03_nothing_to_audit_exits_with_1() {
    let case = Case::new(&json!({"": {"name": "project"}}));
    assert_eq!(case.report(&[]).0, 1);
    case.lock(&json!({
        "node_modules/w": {"resolved": "w", "link": true},
        "node_modules/g": {"resolved": "git+ssh://git.example/g#0"},
    }));
    let (exit, report) = case.report(&[]);
    assert_eq!((exit, &report["summary"]["skipped"]), (1, &json!(2)));
    assert_eq!(report["packages"][1]["reason"], "a link to a folder");
    case.unsigned("d", "1.0.0");
    case.lock(&json!({"node_modules/d": {"version": "1.0.0", "integrity": integrity("A"), "dev": true}}));
    assert_eq!(case.report(&["--omit", "dev"]).1["summary"]["packages"], 0);
    assert!(out(&case.audit(&["--omit", "dev"])).contains("Nothing was audited"));
}

#[test]
fn an_unsigned_package_is_invalid_and_explained() {
    let case = Case::new(&json!({"node_modules/@s/a": locked("1.0.0")}));
    case.unsigned("@s/a", "1.0.0");
    let (exit, report) = case.report(&[]);
    assert_eq!(exit, 1);
    assert_eq!(report["source"], "replay");
    assert_eq!(report["packages"][0]["verdict"], "invalid");
    assert_eq!(report["packages"][0]["failures"][0]["code"], "ERR_COUNTERSIGN_MISSING_REGISTRY_SIGNATURE");
    let text = out(&case.audit(&[]));
    for part in [
        "@s/a@1.0.0: invalid",
        "checked   registry signature",
        "found     there is no",
        "to do     ",
        "0 verified, 1 invalid",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let names: Vec<String> = (0..60).map(|n| format!("p{n}")).collect();
    let packages: serde_json::Map<String, Value> =
        names.iter().map(|name| (format!("node_modules/{name}"), locked("1.0.0"))).collect();
    let case = Case::new(&Value::Object(packages));
    for name in names.iter().step_by(2) {
        case.unsigned(name, "1.0.0");
    }
    for format in ["json", "human"] {
        let first = case.audit(&["--format", format]);
        assert_eq!(first.stdout, case.audit(&["--format", format]).stdout);
        assert!(first.stderr.is_empty());
    }
}

#[test]
fn what_no_registry_answers_for_is_a_verdict_and_never_the_end() {
    let case = Case::new(&json!({
        "node_modules/unknown": locked("1.0.0"),
        "node_modules/unlisted": locked("2.0.0"),
        "node_modules/broken": locked("1.0.0"),
        "node_modules/other": locked("1.0.0"),
        "node_modules/weak": {"version": "1.0.0", "integrity": "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="},
        "node_modules/bare": {"version": "1.0.0"},
        "node_modules/a/b": locked("1.0.0"),
        "node_modules/range": locked("^1.0.0"),
    }));
    for name in ["unlisted", "weak", "bare", "range"] {
        case.unsigned(name, "1.0.0");
    }
    fs::write(case.path("recording/packuments/broken.json"), "<html>").unwrap();
    case.write("recording/packuments/other.json", &packument("evil", "1.0.0"));
    let (exit, report) = case.report(&[]);
    assert_eq!(exit, 1);
    let text = |value: &Value| value.as_str().unwrap().replace("ERR_COUNTERSIGN_", "");
    let found: Vec<[String; 3]> = report["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| [text(&p["name"]), text(&p["verdict"]), text(&p["failures"][0]["code"])])
        .collect();
    let expected = [
        ["a/b", "invalid", "PACKAGE_NAME"],
        ["bare", "unverifiable", "WEAK_INTEGRITY"],
        ["broken", "unverifiable", "NOT_JSON"],
        ["other", "invalid", "NAME_VERSION_MISMATCH"],
        ["range", "invalid", "PACKAGE_VERSION"],
        ["unknown", "unverifiable", "MANIFEST_UNAVAILABLE"],
        ["unlisted", "unverifiable", "MANIFEST_UNAVAILABLE"],
        ["weak", "unverifiable", "WEAK_INTEGRITY"],
    ];
    assert_eq!(found, expected);
}

#[test]
fn lk_09_two_digests_of_one_version_are_both_refused() {
    let case = Case::new(&json!({
        "node_modules/a": locked("1.0.0"),
        "node_modules/b/node_modules/a": {"version": "1.0.0", "integrity": integrity("B")},
    }));
    case.unsigned("a", "1.0.0");
    let (exit, report) = case.report(&[]);
    assert_eq!((exit, &report["summary"]["invalid"]), (1, &json!(2)));
    assert_eq!(report["packages"][1]["failures"][0]["code"], "ERR_COUNTERSIGN_AMBIGUOUS_INTEGRITY");
}

#[test]
fn lk_05_an_alias_is_audited_as_what_it_is() {
    let alias = json!({"name": "evil", "version": "1.0.0", "integrity": integrity("A")});
    let case = Case::new(&json!({"node_modules/lodash": alias}));
    case.unsigned("evil", "1.0.0");
    let (_, report) = case.report(&[]);
    assert_eq!(report["packages"][0]["name"], "evil");
    assert_eq!(report["packages"][0]["locations"], json!(["node_modules/lodash"]));
    // The publisher of a name guards every place where that name is installed.
    let publisher = ["--publisher", "lodash=lodash/lodash:release.yml"];
    let (exit, report) = case.report(&publisher);
    assert_eq!(exit, 1);
    assert_eq!(report["packages"][0]["failures"][0]["code"], "ERR_COUNTERSIGN_SLOT_OCCUPIED");
    case.lock(&json!({"node_modules/lodash": {"resolved": "git+ssh://git.example/evil#0"}}));
    assert_eq!(case.report(&publisher).1["summary"]["skipped"], 0);
}

#[test]
fn other_keys_than_the_trusted_ones_end_the_audit() {
    let case = Case::new(&json!({"node_modules/a": locked("1.0.0")}));
    case.unsigned("a", "1.0.0");
    case.write("recording/keys.json", &json!({"keys": []}));
    let output = case.audit(&[]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("keys that https://npm.example/ answers"), "{}", err(&output));
}

#[test]
fn cl_20_a_hostile_lock_file_cannot_write_to_the_terminal() {
    let hostile = "a\u{1b}[2J\r\n::error::\u{202e}##[x]";
    let location = format!("node_modules/{hostile}");
    let case = Case::new(&json!({location: {"version": hostile, "integrity": hostile}}));
    for format in ["human", "json"] {
        let output = case.audit(&["--format", format]);
        assert_eq!(code(&output), 1);
        let text = out(&output);
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
        assert!(!text.contains('\u{202e}') && !text.contains("##[") && !text.contains("::"), "{text}");
    }
    fs::write(case.path("package-lock.json"), format!("{{\"{}", hostile.replace(['\r', '\n'], ""))).unwrap();
    assert!(!err(&case.audit(&[])).contains('\u{1b}'));
}

#[cfg(target_os = "linux")]
#[test]
fn cl_05_a_report_that_cannot_be_printed_exits_with_2() {
    let case = Case::new(&json!({"node_modules/a": locked("1.0.0")}));
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let (project, recording) = (case.path("."), case.path("recording"));
    let output = command(&[&project, "--replay", &recording, "--at", AT]).stdout(full).output().unwrap();
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("cannot print the report"));
}

/// The minted recording, judged by the trust that was minted with it.
fn demonstration(more: &[&str]) -> Output {
    let testdata = |name: &str| format!("{}/testdata/{name}", env!("CARGO_MANIFEST_DIR"));
    let [project, registry, keys, root] =
        ["project", "registry", "registry-trust/keys.json", "registry-trust/trusted_root.json"].map(testdata);
    let arguments = [&project, "--replay", &registry, "--keys", &keys, "--trusted-root", &root, "--at", AT];
    run(&[arguments.as_slice(), more].concat())
}

#[test]
fn the_demonstration_is_judged_as_its_own_registry_only() {
    let identity = ["--registry-identity", "https://npm.example", "--format", "json"];
    let report: Value = serde_json::from_slice(&demonstration(&identity).stdout).unwrap();
    assert_eq!(report["summary"]["skipped"], 4);
    let signed = |report: &Value| report["summary"]["registrySignature"]["verified"].as_u64().unwrap();
    assert!(signed(&report) > 20);
    // Without its keys nothing of it is trusted: keys never come from a recording.
    let testdata = |name: &str| format!("{}/testdata/{name}", env!("CARGO_MANIFEST_DIR"));
    let (project, registry) = (testdata("project"), testdata("registry"));
    let own = run(&[&[project.as_str(), "--replay", &registry, "--at", AT], identity.as_slice()].concat());
    let report: Value = serde_json::from_slice(&own.stdout).unwrap();
    assert_eq!((code(&own), signed(&report)), (1, 0));
    // As npm, its keys are others than npm's.
    let npm = run(&[&project, "--replay", &registry, "--at", AT]);
    assert_eq!(code(&npm), 2);
}

#[test]
fn a_publisher_is_matched_or_refused_by_name() {
    let status = |publisher: &str| {
        let flags = ["--registry-identity", "https://npm.example", "--format", "json", "--publisher", publisher];
        let report: Value = serde_json::from_slice(&demonstration(&flags).stdout).unwrap();
        let packages = report["packages"].as_array().unwrap();
        let package = packages.iter().find(|p| p["name"] == "@octo/lib").unwrap();
        (package["publisher"]["status"].clone(), package["verdict"].clone())
    };
    assert_eq!(status("@octo/lib=octo-org/octo-lib:release.yml"), (json!("match"), json!("verified")));
    assert_eq!(status("@octo/lib=octo-org/octo-lib:other.yml"), (json!("mismatch"), json!("denied")));
    assert_eq!(status("octo=octo-org/octo-lib:other.yml"), (json!("unconfigured"), json!("verified")));
}

/// A registry that knows `@s/a@1.0.0` and nothing else.
fn small_registry() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(&stream).lines().map(Result::unwrap).take_while(|line| !line.is_empty());
            let request = lines.next().unwrap_or_default();
            lines.for_each(drop);
            let (status, body) = match request.split(' ').nth(1) {
                Some("/@s%2fa") => ("200 OK", packument("@s/a", "1.0.0").to_string()),
                _ => ("404 Not Found", "{}".to_owned()),
            };
            let length = body.len();
            let _ = write!(stream, "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}");
        }
    });
    url
}

#[test]
fn a_recording_replays_as_what_was_seen() {
    let registry = small_registry();
    let case = Case::new(&json!({"node_modules/@s/a": locked("1.0.0"), "node_modules/gone": locked("1.0.0")}));
    let (project, folder) = (case.path("."), case.path("new"));
    let live = command(&[&project, "--registry", &registry, "--record", &folder, "--at", AT, "--format", "json"])
        .env("NO_PROXY", "127.0.0.1")
        .output()
        .unwrap();
    assert_eq!(code(&live), 1, "{}", err(&live));
    let mut live: Value = serde_json::from_slice(&live.stdout).unwrap();
    let replay = run(&[&project, "--replay", &folder, "--at", AT, "--format", "json"]);
    let replay: Value = serde_json::from_slice(&replay.stdout).unwrap();
    assert_eq!((&live["source"], &live["registry"]), (&json!("live"), &json!(registry)));
    assert_eq!(live["packages"][1]["failures"][0]["code"], "ERR_COUNTERSIGN_MANIFEST_UNAVAILABLE");
    live["source"] = json!("replay");
    live["notes"] = json!([]);
    assert_eq!(live, replay);
}
