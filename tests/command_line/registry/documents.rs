//! Which documents are fetched, from whom, and which are kept.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::server::{Answer, Server, locked, minted, project, without_signatures};
use super::{audit, notes, report, verdict};

#[test]
fn the_small_document_is_fetched_and_the_packument_where_it_is_needed() {
    let registry = Server::minted();
    let project = project(&locked(&["signed", "signed-before-the-key-ended", "@octo/lib"]));
    let (exit, report) = report(audit(project.path(), &registry, &[]));
    assert_eq!(exit, 0, "{report}");
    let expected = [
        "-/npm/v1/attestations/@octo%2flib@1.2.3",
        "-/npm/v1/keys",
        "@octo%2flib",
        "@octo%2flib/1.2.3",
        "signed-before-the-key-ended",
        "signed-before-the-key-ended/0.1.0",
        "signed/1.0.0",
    ];
    assert_eq!(registry.asked(), expected);
    // A requirement may want what only the packument has.
    registry.forget();
    let policy = project.path().join("policy.toml");
    fs::write(&policy, "schema = 1\ndefault = { require = [\"registry-signature\"] }\n").unwrap();
    super::report(audit(project.path(), &registry, &["--policy", policy.to_str().unwrap()]));
    assert!(registry.asked().contains(&"signed".to_owned()));
}

#[test]
fn a_recording_has_what_was_judged() {
    let registry = Server::minted();
    let project = project(&locked(&["signed", "@octo/lib"]));
    let folder = project.path().join("recording");
    let folder = folder.to_str().unwrap();
    let (exit, live) = report(audit(project.path(), &registry, &["--record", folder]));
    assert_eq!(exit, 0);
    assert!(!registry.asked().contains(&"signed/1.0.0".to_owned()));
    registry.forget();
    let mut replay = audit(project.path(), &registry, &[]);
    replay = {
        let arguments: Vec<_> = replay.get_args().map(|a| a.to_owned()).collect();
        let mut command = super::command(&[]);
        // All but `--registry URL`.
        command.args(&arguments[..1]).args(&arguments[3..]).args(["--replay", folder]);
        command
    };
    let (exit, replay) = report(replay);
    assert_eq!((exit, &replay["packages"]), (0, &live["packages"]));
    assert!(registry.asked().is_empty());
}

fn in_cache(project: &Path, registry: &Server, more: &[&str]) -> (i32, Value) {
    let cache = project.join("cache");
    report(audit(project, registry, &[&["--cache", cache.to_str().unwrap()], more].concat()))
}

fn entries(project: &Path) -> Vec<std::path::PathBuf> {
    fs::read_dir(project.join("cache")).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn kept_documents_are_revalidated_and_read_offline() {
    let registry = Server::minted();
    let project = project(&locked(&["signed", "@octo/lib"]));
    let (exit, first) = in_cache(project.path(), &registry, &[]);
    assert_eq!(exit, 0);
    // The version's own document of each, and the packument and attestations of one. No keys.
    assert_eq!(entries(project.path()).len(), 4);
    assert!(!registry.heard().contains("if-none-match"));
    registry.forget();
    let (_, second) = in_cache(project.path(), &registry, &[]);
    assert_eq!(registry.heard().matches("if-none-match").count(), 4);
    assert_eq!(first, second);
    registry.forget();
    let (exit, offline) = in_cache(project.path(), &registry, &["--offline"]);
    assert_eq!((exit, &offline["packages"]), (0, &first["packages"]));
    assert!(registry.asked().is_empty());
    // What nobody asked for is not absent.
    let more = self::project(&locked(&["signed", "not-signed"]));
    fs::rename(project.path().join("cache"), more.path().join("cache")).unwrap();
    let (exit, offline) = in_cache(more.path(), &registry, &["--offline"]);
    assert_eq!((exit, verdict(&offline, "signed").as_str()), (1, "verified"));
    assert_eq!(verdict(&offline, "not-signed"), "unverifiable MANIFEST_UNAVAILABLE");
    assert!(offline.to_string().contains("--offline: the cache does not hold this package"));
    assert!(registry.asked().is_empty());
}

#[test]
fn cl_50_verdicts_are_not_kept() {
    let registry = Server::minted();
    let project = project(&locked(&["signed"]));
    assert_eq!(in_cache(project.path(), &registry, &[]).0, 0);
    // The same documents, judged by a requirement and by an earlier moment.
    let publisher = ["--offline", "--publisher", "signed=octo-org/octo-lib:release.yml"];
    let (exit, report) = in_cache(project.path(), &registry, &publisher);
    assert_eq!((exit, verdict(&report, "signed").as_str()), (1, "denied MISSING_PROVENANCE"));
    assert_eq!(in_cache(project.path(), &registry, &["--offline"]).0, 0);
}

#[test]
fn cl_51_an_edited_cache_is_fetched_again_and_never_believed() {
    let registry = Server::minted();
    let project = project(&locked(&["signed", "@octo/lib"]));
    let (_, first) = in_cache(project.path(), &registry, &[]);
    for edit in [|bytes: &mut Vec<u8>| bytes.truncate(bytes.len() / 2), |bytes: &mut Vec<u8>| bytes.push(b' ')] {
        for entry in entries(project.path()) {
            let mut bytes = fs::read(&entry).unwrap();
            edit(&mut bytes);
            fs::write(&entry, bytes).unwrap();
        }
        assert_eq!(in_cache(project.path(), &registry, &["--offline"]).1["summary"]["verified"], 0);
        registry.forget();
        assert_eq!(in_cache(project.path(), &registry, &[]).1, first);
        assert!(!registry.heard().contains("if-none-match"));
    }
    // Whoever can write to it can at most do what a registry can: a whole entry with another signature.
    let forged = Server::new(|path| match minted(path) {
        Answer::Document(body) => {
            Answer::Document(String::from_utf8(body).unwrap().replace("\"sig\":\"MEU", "\"sig\":\"MEQ").into())
        }
        answer => answer,
    });
    let other = self::project(&locked(&["signed"]));
    let (exit, report) = in_cache(other.path(), &forged, &[]);
    assert_eq!(exit, 1, "{report}");
    assert_eq!(in_cache(other.path(), &forged, &["--offline"]).1["packages"], report["packages"]);
}

#[test]
#[cfg(unix)]
fn cl_51_a_cache_that_others_can_write_to_is_not_used() {
    use std::os::unix::fs::PermissionsExt as _;
    let registry = Server::minted();
    let project = project(&locked(&["signed"]));
    let cache = project.path().join("cache");
    fs::create_dir(&cache).unwrap();
    fs::set_permissions(&cache, fs::Permissions::from_mode(0o777)).unwrap();
    let (exit, report) = in_cache(project.path(), &registry, &[]);
    assert_eq!((exit, entries(project.path()).len()), (0, 0));
    assert!(report["notes"].to_string().contains("others can write to it"), "{}", report["notes"]);
    // Without it there is nothing to read offline, and nothing was audited.
    let mut offline = audit(project.path(), &registry, &["--offline", "--cache", cache.to_str().unwrap()]);
    assert_eq!(offline.output().unwrap().status.code(), Some(2));
}

/// How often the report has it.
fn told(report: &Value, code: &str) -> usize {
    report.to_string().matches(code).count()
}

#[test]
fn signatures_that_a_mirror_leaves_out_come_from_elsewhere() {
    let (mirror, public) = (Server::new(without_signatures), Server::minted());
    let project = project(&locked(&["signed", "signed-by-two-keys", "@octo/lib"]));
    let (exit, report) = report(audit(project.path(), &mirror, &[]));
    assert_eq!((exit, verdict(&report, "signed").as_str()), (1, "unverifiable MISSING_REGISTRY_SIGNATURE"));
    // A scope that npm's configuration sends elsewhere is private, also where --registry overrides that.
    // Nor is anybody told who asks there, even if npm's configuration would.
    let token = [&mirror, &public].map(|at| format!("{}:_authToken=s3cret", at.url.trim_start_matches("http:")));
    let token = token.join("\n");
    fs::write(project.path().join(".npmrc"), format!("@octo:registry={}\n{token}\n", mirror.url)).unwrap();
    let (_, report) = super::report(audit(project.path(), &mirror, &["--signatures-from", &public.url]));
    for name in ["signed", "signed-by-two-keys"] {
        assert_eq!(verdict(&report, name), "verified", "{report}");
        assert!(notes(&report, name).contains(&"NOTE_AUDIT_SIGNATURES_FROM".to_owned()), "{report}");
    }
    assert_eq!(told(&report, "NOTE_AUDIT_SIGNATURES_FROM"), 2);
    assert_eq!(report["packages"][0]["registrySignature"]["status"], "missing", "{report}");
    assert!(notes(&report, "@octo/lib").is_empty(), "{report}");
    assert!(mirror.heard().contains("s3cret"));
    assert!(!public.heard().contains("octo"), "{}", public.heard());
    assert!(!public.heard().contains("authorization") && !public.asked().contains(&"-/npm/v1/keys".to_owned()));
    let output = audit(project.path(), &mirror, &["--signatures-from", &public.url]).output().unwrap();
    let text = super::super::out(&output).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("because the registry has none (2 packages)"), "{text}");
    // Where the scope is nobody's own, it is asked for as well, with its attestations.
    fs::remove_file(project.path().join(".npmrc")).unwrap();
    let (exit, report) = super::report(audit(project.path(), &mirror, &["--signatures-from", &public.url]));
    assert_eq!((exit, &report["packages"][0]["registrySignature"]["status"]), (0, &"verified".into()));
    assert_eq!(notes(&report, "@octo/lib"), ["NOTE_AUDIT_SIGNATURES_FROM"]);
}

#[test]
fn a_registry_that_cannot_be_asked_elsewhere_leaves_a_package_unverifiable() {
    let mirror = Server::new(without_signatures);
    let broken = Server::new(|_| Answer::status("503 Busy", "Retry-After: 3600\r\n", ""));
    let project = project(&locked(&["signed"]));
    let (exit, report) = report(audit(project.path(), &mirror, &["--signatures-from", &broken.url]));
    assert_eq!((exit, verdict(&report, "signed").as_str()), (1, "unverifiable MANIFEST_UNAVAILABLE"));
    assert!(report.to_string().contains("the other one could not be asked"), "{report}");
}
