//! `--refresh-trust` as a user runs it, against a minted repository on a loopback socket.

#[path = "../../examples/audit-signatures/trust_refresh/tests/repository.rs"]
mod repository;
#[path = "../../examples/audit-signatures/trust_refresh/tests/server.rs"]
mod server;

use serde_json::{Value, json};

use super::{AT, Case, code, command, err, locked, run};
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
    for more in [&["--refresh-trust"][..], &["--require-fresh-trust"], &["--refresh-trust", "--require-fresh-trust"]] {
        let mut flags = flags(&case, &server, more[0]);
        flags.extend(more[1..].iter().map(|flag| flag.to_string()));
        let (exit, report) = report(&case, &flags);
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
    let reason = format!("the trust could not be refreshed: {} has no timestamp.json. Without ", server.url);
    assert!(err(&output).contains(&reason), "{}", err(&output));
}

/// A log that only has verdicts would look like that of a run with fresh trust.
#[test]
fn a_failed_refresh_is_said_where_the_report_does_not_say_it() {
    let (case, server) = (case(), Server::start(repository::Files::new()));
    let flags = flags(&case, &server, "--refresh-trust");
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let warning = "audit-signatures: warning: The trust could not be refreshed: ";
    for silent in [&["--format", "github"][..], &["--format", "junit"], &["--format", "npm-json"], &["--quiet"]] {
        let output = case.audit(&[silent, &flags[..]].concat());
        assert!(err(&output).contains(warning), "{silent:?}: {}", err(&output));
    }
    for telling in [&["--format", "json"][..], &["--format", "human"], &["--format", "sarif"]] {
        let output = case.audit(&[telling, &flags[..]].concat());
        assert!(!err(&output).contains(warning), "{telling:?}: {}", err(&output));
        assert!(
            super::out(&output).split_whitespace().collect::<Vec<_>>().join(" ").contains("could not be refreshed")
        );
    }
}

#[test]
fn cl_09_refresh_flags_that_contradict_each_other_are_refused() {
    let missing = |flag: &str| format!("the following required arguments were not provided:\n  {flag}");
    for (line, reason) in [
        ("--refresh-trust --keys k", "'--refresh-trust' cannot be used with '--keys <FILE>'".to_owned()),
        (
            "--refresh-trust --trusted-root r",
            "'--refresh-trust' cannot be used with '--trusted-root <FILE>'".to_owned(),
        ),
        ("--require-fresh-trust --keys k", "'--require-fresh-trust' cannot be used with '--keys <FILE>'".to_owned()),
        (
            "--require-fresh-trust --trusted-root r",
            "'--require-fresh-trust' cannot be used with '--trusted-root <FILE>'".to_owned(),
        ),
        ("--tuf-mirror https://tuf.example", missing("<--refresh-trust|--require-fresh-trust>")),
        ("--trust-cache c", missing("<--refresh-trust|--require-fresh-trust>")),
        ("--tuf-root r --tuf-mirror https://tuf.example", missing("<--refresh-trust|--require-fresh-trust>")),
        ("--refresh-trust --tuf-root r", missing("--tuf-mirror <URL>")),
        ("--refresh-trust --tuf-mirror tuf.example", "`tuf.example` is no registry address".to_owned()),
        (
            "--refresh-trust --tuf-mirror https://user:secret@tuf.example",
            "`(not shown)@tuf.example` is no registry address: it holds a user or a password".to_owned(),
        ),
        ("--refresh-trust --tuf-mirror https://tuf.example/?token=secret", "it has a query or a fragment".to_owned()),
    ] {
        let output = run(&line.split(' ').collect::<Vec<_>>());
        assert_eq!(code(&output), 2, "{line}");
        assert!(err(&output).contains(&reason), "{line}: {}", err(&output));
    }
}

#[cfg(unix)]
#[test]
fn cl_51_the_programs_own_cache_folder_is_no_link() {
    let (case, server) = (case(), Server::start(repository::sound(5)));
    let (home, elsewhere) = (case.path("home"), case.path("elsewhere"));
    for folder in [&home, &elsewhere] {
        std::fs::create_dir(folder).unwrap();
    }
    let mut line: Vec<String> =
        vec![case.path("."), "--replay".into(), case.path("recording"), "--at".into(), AT.into()];
    line.extend(flags(&case, &server, "--require-fresh-trust"));
    let chosen = line.iter().position(|word| word == "--trust-cache").unwrap();
    line.drain(chosen..chosen + 2);
    let line: Vec<_> = line.iter().map(String::as_str).collect();
    let audit = || command(&line).env("XDG_CACHE_HOME", &home).output().unwrap();
    std::os::unix::fs::symlink(&elsewhere, case.path("home/countersign")).unwrap();
    let output = audit();
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("countersign is a link or no folder"), "{}", err(&output));
    std::fs::remove_file(case.path("home/countersign")).unwrap();
    assert_eq!(code(&audit()), 1);
    assert!(std::path::Path::new(&case.path("home/countersign/tuf")).is_dir());
}
