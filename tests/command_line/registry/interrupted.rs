//! Runs that end before their work does: by a person, by a deadline, by a kill.
#![cfg(unix)]

use std::fs;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::server::{Answer, Server, locked, minted, project};
use super::{audit, report, verdict};

/// A registry that never answers for one package, which comes last.
fn hanging(at: &'static str) -> Server {
    Server::new(move |path| if path.starts_with(at) { Answer::Hang } else { minted(path) })
}

fn started(mut audit: Command) -> Child {
    audit.args(["--format", "json"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn until_asked(registry: &Server, path: &str) {
    let since = Instant::now();
    while !registry.asked().iter().any(|asked| asked.starts_with(path)) {
        assert!(since.elapsed() < Duration::from_secs(30), "{:?}", registry.asked());
        thread::sleep(Duration::from_millis(20));
    }
}

fn interrupted(child: Child) -> (Output, Duration) {
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let since = Instant::now();
    (child.wait_with_output().unwrap(), since.elapsed())
}

#[test]
fn cl_08_ctrl_c_ends_with_what_is_known_so_far() {
    let registry = hanging("signed-by-two-keys");
    let project = project(&locked(&["@octo/lib", "signed", "signed-by-two-keys"]));
    let lock = project.path().join("countersign.lock");
    let update = ["--lock", lock.to_str().unwrap(), "--update-lock"];
    let child = started(audit(project.path(), &registry, &update));
    until_asked(&registry, "signed-by-two-keys");
    // The others are done by then, or their requests have long been answered.
    thread::sleep(Duration::from_millis(500));
    let (output, took) = interrupted(child);
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert_eq!(output.status.code(), Some(2));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(verdict(&report, "@octo/lib"), "verified");
    assert_eq!(verdict(&report, "signed"), "verified");
    assert_eq!(verdict(&report, "signed-by-two-keys"), "unverifiable MANIFEST_UNAVAILABLE");
    assert_eq!(report["summary"]["packages"], 3);
    assert!(report["notes"].to_string().contains("NOTE_AUDIT_INTERRUPTED"));
    // Nothing is recorded of an audit that did not finish.
    assert!(!lock.exists());
}

#[test]
fn cl_08_ctrl_c_ends_a_run_that_has_only_begun() {
    let registry = hanging("-/npm/v1/keys");
    let project = project(&locked(&["signed"]));
    let child = started(audit(project.path(), &registry, &[]));
    until_asked(&registry, "-/npm/v1/keys");
    let (output, took) = interrupted(child);
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert_eq!(output.status.code(), Some(2));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(verdict(&report, "signed"), "unverifiable MANIFEST_UNAVAILABLE");
}

#[test]
fn cl_08_a_deadline_ends_a_run_that_waits() {
    let registry = hanging("signed-by-two-keys");
    let project = project(&locked(&["signed", "signed-by-two-keys"]));
    let since = Instant::now();
    let sarif = project.path().join("report.sarif");
    let flags = ["--deadline", "3", "--output", &format!("sarif={}", sarif.display())];
    let (exit, report) = report(audit(project.path(), &registry, &flags));
    assert!(since.elapsed() < Duration::from_secs(12), "{:?}", since.elapsed());
    assert_eq!(exit, 1);
    assert_eq!(verdict(&report, "signed"), "verified");
    assert_eq!(verdict(&report, "signed-by-two-keys"), "unverifiable MANIFEST_UNAVAILABLE");
    let sarif: Value = serde_json::from_slice(&fs::read(sarif).unwrap()).unwrap();
    assert_eq!(sarif["runs"][0]["invocations"][0]["executionSuccessful"], false);
}

#[test]
fn po_34_a_kill_at_any_moment_leaves_cache_and_lock_usable() {
    let registry = Server::minted();
    let project = project(&locked(&["@octo/lib", "signed", "signed-by-two-keys", "attested-in-2024"]));
    let (lock, cache) = (project.path().join("countersign.lock"), project.path().join("cache"));
    let more = ["--lock", lock.to_str().unwrap(), "--update-lock", "--cache", cache.to_str().unwrap()];
    // How long one takes.
    let since = Instant::now();
    assert_eq!(report(audit(project.path(), &registry, &more)).0, 0);
    let whole = since.elapsed();
    let expected = fs::read(&lock).unwrap();
    for n in 0..20 {
        // Something to write each time.
        let _ = fs::remove_file(&lock);
        if n % 4 == 0 {
            let _ = fs::remove_dir_all(&cache);
        }
        let mut child = started(audit(project.path(), &registry, &more));
        thread::sleep(whole * n / 18);
        let _ = child.kill();
        child.wait().unwrap();
        if lock.exists() {
            assert_eq!(fs::read(&lock).unwrap(), expected, "after {n}");
        }
        if n % 5 == 4 {
            let (exit, report) = report(audit(project.path(), &registry, &more));
            assert_eq!(exit, 0, "after {n}: {report}");
            assert_eq!(fs::read(&lock).unwrap(), expected);
        }
    }
    let (exit, _) = report(audit(project.path(), &registry, &[&more[..], &["--offline"]].concat()));
    assert_eq!(exit, 0);
}

#[test]
fn cl_05_a_report_that_nobody_reads_exits_with_2() {
    let registry = Server::minted();
    let project = project(&locked(&["@octo/lib", "signed"]));
    for format in ["human", "json", "ndjson"] {
        let mut audit = audit(project.path(), &registry, &["--format", format]);
        let mut child = audit.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        drop(child.stdout.take());
        assert_eq!(child.wait().unwrap().code(), Some(2), "{format}");
    }
}
