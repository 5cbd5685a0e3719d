//! Whatever a registry does to one package is that package's verdict.

use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use super::server::{Answer, Server, locked, minted, project};
use super::{audit, command, report, verdict, verdicts};

const GOOD: [&str; 4] = ["@octo/lib", "signed", "signed-before-the-key-ended", "attested-by-actions-attest"];

/// Each with what becomes of a package whose manifest is answered in that way.
const MANIFESTS: [(&str, &str); 16] = [
    ("broken-off", "unverifiable MANIFEST_UNAVAILABLE"),
    ("dripping", "unverifiable MANIFEST_UNAVAILABLE"),
    ("hanging", "unverifiable MANIFEST_UNAVAILABLE"),
    ("endless", "invalid LIMIT_EXCEEDED"),
    ("bomb", "invalid LIMIT_EXCEEDED"),
    ("short-length", "unverifiable NOT_JSON"),
    ("elsewhere", "unverifiable MANIFEST_UNAVAILABLE"),
    ("loop", "unverifiable MANIFEST_UNAVAILABLE"),
    ("status-404", "unverifiable MANIFEST_UNAVAILABLE"),
    ("status-401", "unverifiable MANIFEST_UNAVAILABLE"),
    ("status-429", "unverifiable MANIFEST_UNAVAILABLE"),
    ("status-500", "unverifiable MANIFEST_UNAVAILABLE"),
    ("html", "unverifiable NOT_JSON"),
    ("deep", "invalid LIMIT_EXCEEDED"),
    ("empty", "unverifiable NOT_JSON"),
    ("another-package", "invalid NAME_VERSION_MISMATCH"),
];

/// And of a package whose attestations are.
const ATTESTATIONS: [(&str, &str, &str); 5] = [
    ("attested-in-2023", "status-404", "unverifiable ATTESTATIONS_WITHHELD"),
    ("attested-in-2024", "status-500", "unverifiable ATTESTATIONS_UNAVAILABLE"),
    ("attested-in-2025", "endless", "invalid LIMIT_EXCEEDED"),
    ("built-on-gitlab", "another-package", "invalid SUBJECT_MISMATCH"),
    ("attested-in-summer-2023", "html", "unverifiable ATTESTATIONS_UNAVAILABLE"),
];

fn bomb() -> Answer {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(b"{").unwrap();
    for _ in 0..144 {
        encoder.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    let body = encoder.finish().unwrap();
    let head = format!(
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    Answer::Raw([head.into_bytes(), body].concat())
}

fn hostile(behaviour: &str, path: &str, elsewhere: &str) -> Option<Answer> {
    let redirect = |to: &str| Answer::status("302 Found", &format!("Location: {to}\r\n"), "");
    Some(match behaviour {
        "broken-off" => Answer::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\n{".to_vec()),
        "dripping" => Answer::Drip,
        "hanging" => Answer::Hang,
        "endless" => Answer::Endless,
        "bomb" => bomb(),
        "short-length" => {
            Answer::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n\r\n{\"name\":\"x\"}".to_vec())
        }
        "elsewhere" => redirect(&format!("{elsewhere}{path}")),
        "loop" => redirect(&format!("/{path}")),
        "status-404" => Answer::status("404 Not Found", "", "{}"),
        "status-401" => Answer::status("401 Unauthorized", "WWW-Authenticate: Basic\r\n", "{}"),
        "status-429" => Answer::status("429 Too Many Requests", "Retry-After: 86400\r\n", "{}"),
        "status-500" => Answer::status("500 Internal Server Error", "", "{}"),
        "html" => Answer::status("200 OK", "Content-Type: text/html\r\n", "<!doctype html><p>Sign in"),
        "deep" => Answer::status("200 OK", "", &"[".repeat(100_000)),
        "empty" => Answer::status("200 OK", "", ""),
        "another-package" if path.starts_with("-/") => minted("-/npm/v1/attestations/@octo%2flib@1.2.3"),
        "another-package" => minted(if path.contains('/') { "signed/1.0.0" } else { "signed" }),
        _ => return None,
    })
}

#[test]
fn each_hostile_answer_is_its_own_packages_verdict() {
    let elsewhere = Server::minted();
    let other = elsewhere.url.clone();
    let registry = Server::new(move |path| {
        let attested =
            ATTESTATIONS.iter().find(|(name, ..)| path.starts_with(&format!("-/npm/v1/attestations/{name}@")));
        let behaviour = match attested {
            Some((_, behaviour, _)) => behaviour,
            None => path.split('/').next().unwrap(),
        };
        hostile(behaviour, path, &other).unwrap_or_else(|| minted(path))
    });
    let names = ATTESTATIONS.map(|(name, ..)| name);
    let mut entries = locked(&[&GOOD[..], &names].concat());
    let integrity = entries["node_modules/signed"]["integrity"].clone();
    for (behaviour, _) in MANIFESTS {
        entries.insert(format!("node_modules/{behaviour}"), json!({"version": "1.0.0", "integrity": integrity}));
    }
    let project = project(&entries);
    let token = format!("{}:_authToken=s3cret\n", registry.url.trim_start_matches("http:"));
    std::fs::write(project.path().join(".npmrc"), token).unwrap();
    let started = Instant::now();
    let (exit, report) = report(audit(project.path(), &registry, &["--timeout", "4"]));
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
    assert_eq!(exit, 1);
    for name in GOOD {
        assert_eq!(verdict(&report, name), "verified");
    }
    for (behaviour, expected) in MANIFESTS {
        assert_eq!(verdict(&report, behaviour), expected, "{behaviour}");
    }
    for (name, behaviour, expected) in ATTESTATIONS {
        assert_eq!(verdict(&report, name), expected, "{name}: {behaviour}");
    }
    assert_eq!(verdicts(&report).len(), GOOD.len() + MANIFESTS.len() + ATTESTATIONS.len());
    // cl_41, cl_43: nobody else was asked, so that nobody else was told the token, which the registry itself was.
    assert!(elsewhere.asked().is_empty(), "{:?}", elsewhere.asked());
    assert!(registry.heard().contains("bearer s3cret"));
}

#[test]
fn cl_40_addresses_in_documents_are_not_asked() {
    let elsewhere = Server::minted();
    let other = elsewhere.url.clone();
    let registry = Server::new(move |path| match minted(path) {
        Answer::Document(body) => {
            let text = String::from_utf8(body).unwrap().replace("https://npm.example/", &other);
            Answer::Document(text.into_bytes())
        }
        answer => answer,
    });
    let project = project(&locked(&["@octo/lib", "signed"]));
    let (_, report) = report(audit(project.path(), &registry, &[]));
    assert_eq!(verdict(&report, "signed"), "verified");
    assert!(elsewhere.asked().is_empty(), "{:?}", elsewhere.asked());
    assert!(registry.asked().contains(&"-/npm/v1/attestations/@octo%2flib@1.2.3".to_owned()));
}

#[test]
fn re_14_attestations_have_one_page() {
    let registry = Server::new(|path| match minted(path) {
        Answer::Document(body) if path.starts_with("-/npm/v1/attestations") => {
            let mut page: serde_json::Value = serde_json::from_slice(&body).unwrap();
            page["next"] = json!("/-/npm/v1/attestations/more");
            Answer::status("200 OK", "Link: </-/npm/v1/attestations/more>; rel=\"next\"\r\n", &page.to_string())
        }
        answer => answer,
    });
    let project = project(&locked(&["@octo/lib"]));
    assert_eq!(verdict(&report(audit(project.path(), &registry, &[])).1, "@octo/lib"), "verified");
    assert!(!registry.heard().contains("more"));
}

/// Asserted keys are fetched once: a registry cannot have one package judged by other keys than the next.
#[test]
fn keys_that_change_between_calls_are_asked_for_once() {
    let calls = AtomicUsize::new(0);
    let registry = Server::new(move |path| match path {
        "-/npm/v1/keys" if calls.fetch_add(1, Ordering::SeqCst) > 0 => Answer::json(&json!({"keys": []})),
        _ => minted(path),
    });
    let project = project(&locked(&["signed", "signed-by-an-unknown-key", "signed-by-two-keys"]));
    let path = project.path().to_str().unwrap();
    let mut audit =
        command(&[path, "--registry", &registry.url, "--registry-identity", &registry.url, "--at", super::super::AT]);
    audit.env("NO_PROXY", "127.0.0.1");
    let (exit, report) = report(audit);
    assert_eq!(exit, 1);
    assert_eq!(verdict(&report, "signed"), "verified");
    assert_eq!(verdict(&report, "signed-by-an-unknown-key"), "unverifiable UNKNOWN_KEY");
    assert_eq!(report["packages"][0]["registrySignature"]["keys"], "registry-asserted");
    assert_eq!(registry.asked().iter().filter(|path| *path == "-/npm/v1/keys").count(), 1);
}

#[test]
fn a_registry_without_keys_is_named_and_counted() {
    for status in ["400 Bad Request", "404 Not Found"] {
        let registry = Server::new(move |path| match path {
            "-/npm/v1/keys" => Answer::status(status, "", "{}"),
            _ => minted(path),
        });
        let project = project(&locked(&["signed", "signed-by-two-keys"]));
        let path = project.path().to_str().unwrap();
        let audit = || {
            let identity = ["--registry-identity", &registry.url];
            let mut audit =
                command(&[&[path, "--registry", &registry.url, "--at", super::super::AT], &identity[..]].concat());
            audit.env("NO_PROXY", "127.0.0.1");
            audit
        };
        let (exit, report) = report(audit());
        assert_eq!(exit, 1);
        assert_eq!(verdict(&report, "signed"), "unverifiable NO_REGISTRY_KEYS");
        assert_eq!(report["summary"]["registrySignature"]["noKeys"], 2);
        assert_eq!(report["summary"]["registrySignature"]["missing"], 0);
        let output = audit().output().unwrap();
        let text = super::super::out(&output).split_whitespace().collect::<Vec<_>>().join(" ");
        let expected = format!("no keys of {} are known (2 packages)", registry.url.trim_end_matches('/'));
        assert!(text.contains(&expected), "{expected}: {text}");
    }
    // What could not be compared is said.
    let registry = Server::new(|path| match path {
        "-/npm/v1/keys" => Answer::status("403 Forbidden", "", "{}"),
        _ => minted(path),
    });
    let one = project(&locked(&["signed"]));
    let (exit, told) = report(audit(one.path(), &registry, &[]));
    assert_eq!(exit, 0);
    let notes = told["notes"].as_array().unwrap();
    let note = notes.iter().find(|note| note["code"] == "NOTE_AUDIT_KEYS_NOT_COMPARED").unwrap();
    assert!(note["message"].as_str().unwrap().contains("answered 403 Forbidden"), "{note}");
    // For keys that were given, a registry that has none is no other registry.
    let registry = Server::new(|path| match path {
        "-/npm/v1/keys" => Answer::status("400 Bad Request", "", "{}"),
        _ => minted(path),
    });
    let project = project(&locked(&["signed"]));
    assert_eq!(report(audit(project.path(), &registry, &[])).0, 0);
}
