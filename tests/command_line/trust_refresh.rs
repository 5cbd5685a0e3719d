//! `--refresh-trust` as a user runs it, against a minted repository on a loopback socket.

#[path = "../../examples/audit-signatures/trust_refresh/tests/repository.rs"]
mod repository;
#[path = "../../examples/audit-signatures/trust_refresh/tests/server.rs"]
mod server;

use serde_json::{Value, json};

use super::{Case, code, err, locked, run};
use server::Server;

/// A project with one unsigned package, and a machine that trusts the minted root at first.
fn case() -> Case {
    let case = Case::new(&json!({"node_modules/a": locked("1.0.0")}));
    case.unsigned("a", "1.0.0");
    std::fs::write(case.path("root.json"), repository::first_root()).unwrap();
    case
}

fn flags(case: &Case, server: &Server, flag: &str) -> Vec<String> {
    let (root, cache) = (case.path("root.json"), case.path("cache"));
    let identity = "https://npm.example";
    [flag, "--tuf-mirror", &server.url, "--tuf-root", &root, "--trust-cache", &cache, "--registry-identity", identity]
        .map(str::to_owned)
        .to_vec()
}

fn report(case: &Case, flags: &[String]) -> (i32, Value) {
    case.report(&flags.iter().map(String::as_str).collect::<Vec<_>>())
}

fn note(report: &Value, code: &str) -> String {
    let notes = report["notes"].as_array().unwrap();
    let note = notes.iter().find(|note| note["code"] == code).unwrap_or_else(|| panic!("no {code} in {notes:?}"));
    note["message"].as_str().unwrap().to_owned()
}

#[test]
fn refreshed_trust_is_used_and_said() {
    let (case, server) = (case(), Server::start(repository::sound(5)));
    for flag in ["--refresh-trust", "--require-fresh-trust"] {
        let (exit, report) = report(&case, &flags(&case, &server, flag));
        assert_eq!(exit, 1, "{report}");
        let message = note(&report, "NOTE_AUDIT_TRUST_REFRESHED");
        assert!(message.contains("root version 1, timestamp version 5"), "{message}");
    }
    assert!(server.requests().iter().all(|request| !request.to_ascii_lowercase().contains("authorization")));
}

#[test]
fn a_failed_refresh_warns_or_ends_the_run() {
    let (case, server) = (case(), Server::start(repository::Files::new()));
    let (exit, report) = report(&case, &flags(&case, &server, "--refresh-trust"));
    assert_eq!(exit, 1, "{report}");
    let message = note(&report, "NOTE_AUDIT_TRUST_NOT_REFRESHED");
    assert!(message.contains("has no timestamp.json"), "{message}");
    assert!(message.contains("the built-in snapshot of 2026-11-05, ") && message.contains(" days old"), "{message}");
    let flags = flags(&case, &server, "--require-fresh-trust");
    let output = case.audit(&flags.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(code(&output), 2);
    assert!(output.stdout.is_empty());
    assert!(
        err(&output).contains("the trust could not be refreshed: ") && err(&output).contains("has no timestamp.json")
    );
}

#[test]
fn cl_09_refresh_flags_that_contradict_each_other_are_refused() {
    for line in [
        "--refresh-trust --keys k",
        "--refresh-trust --trusted-root r",
        "--require-fresh-trust --keys k",
        "--require-fresh-trust --trusted-root r",
        "--tuf-mirror https://tuf.example",
        "--trust-cache c",
        "--refresh-trust --tuf-root r",
        "--refresh-trust --tuf-mirror tuf.example",
        "--refresh-trust --tuf-mirror https://user:secret@tuf.example",
        "--refresh-trust --tuf-mirror https://tuf.example/?token=secret",
    ] {
        let output = run(&line.split(' ').collect::<Vec<_>>());
        assert_eq!(code(&output), 2, "{line}");
        assert!(err(&output).contains("error: "), "{line}: {}", err(&output));
    }
}
