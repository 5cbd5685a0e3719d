//! One folder with a case: what it may hold, and how it is judged.

use std::path::Path;

use countersign::policy::{EndedKeys, Resolved};
use countersign::report::PackageReport;
use countersign::{
    Artifact, Attestations, Claims, DistClaims, PackageId, PublishTime, RegistryId, RegistryKeys, Requirement,
    Timestamp, TrustedPublisher, TrustedRoot, Verifier,
};

use crate::testdata;

/// What a case may hold; the first four it must.
const FILES: [&str; 10] = [
    "README",
    "expect",
    "artifact.json",
    "manifest.json",
    "attestations.json",
    "time",
    "now",
    "publisher",
    "keys.json",
    "trusted_root.json",
];
const REQUIRED: usize = 4;

/// The moment of judging where a case has no `now`.
const NOW: &str = "2026-11-22T00:00:00Z";

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    registry: String,
    name: String,
    version: String,
    integrity: String,
}

pub struct Case {
    pub name: String,
    pub expect: String,
    asked: Asked,
    pub manifest: Vec<u8>,
    pub attestations: Attestations,
    time: PublishTime,
    now: Timestamp,
    publisher: Option<TrustedPublisher>,
    pub keys: Vec<u8>,
    pub trusted_root: Vec<u8>,
}

impl Case {
    /// Reads the folder; anything that a reader of the case could misunderstand is a panic.
    pub fn read(folder: &Path) -> Case {
        let name = folder.strip_prefix(testdata()).unwrap_or(folder).display().to_string();
        let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{name}: {e}"));
        for entry in entries {
            let file = entry.unwrap().file_name().into_string().unwrap();
            assert!(FILES.contains(&file.as_str()), "{name}: no case has a file {file}");
        }
        for file in &FILES[..REQUIRED] {
            assert!(folder.join(file).is_file(), "{name}: there is no {file}");
        }
        let optional = |file: &str| std::fs::read(folder.join(file)).ok();
        let line = |file: &str| optional(file).map(|bytes| one_line(&format!("{name}/{file}"), &bytes));
        let json = |file: &str| optional(file).unwrap_or_default();

        let readme = line("README").unwrap();
        assert!(readme.ends_with('.'), "{name}: its README is no sentence");
        let asked: Asked =
            serde_json::from_slice(&json("artifact.json")).unwrap_or_else(|e| panic!("{name}/artifact.json: {e}"));
        let trust =
            if asked.registry == "npm" { ["trust/npm-keys.json", "trust/trusted_root.json"] } else { OUR_TRUST };
        let [keys, root] = trust.map(|file| std::fs::read(testdata().join(file)).unwrap());
        Case {
            expect: line("expect").unwrap(),
            manifest: json("manifest.json"),
            attestations: optional("attestations.json").map_or(Attestations::NotFound, Attestations::Body),
            time: line("time").map_or(PublishTime::Missing, |time| PublishTime::At(instant(&name, &time))),
            now: instant(&name, &line("now").unwrap_or(NOW.into())),
            publisher: line("publisher").map(|text| publisher(&name, &text)),
            keys: optional("keys.json").unwrap_or(keys),
            trusted_root: optional("trusted_root.json").unwrap_or(root),
            name,
            asked,
        }
    }

    /// The gravest code, or nothing if it is verified: everything that is claimed holds, what is
    /// advertised was delivered, the registry signed it, and the publisher is the trusted one if the
    /// case names one.
    pub fn judge(&self) -> Result<(), &'static str> {
        let Asked { registry, name, version, integrity } = &self.asked;
        let registry = match registry.as_str() {
            "npm" => RegistryId::npm(),
            url => RegistryId::new(url).unwrap_or_else(|e| panic!("{}: {e}", self.name)),
        };
        let keys = RegistryKeys::from_json(registry.clone(), &self.keys).map_err(|e| e.code())?;
        let root = TrustedRoot::from_json(&self.trusted_root).map_err(|e| e.code())?;
        let id = PackageId::new(name, version).map_err(|e| e.code())?;
        let artifact = Artifact::expected(registry, id, integrity).map_err(|e| e.code())?;
        let dist = DistClaims::from_json(&self.manifest).map_err(|e| e.code())?;
        let claims = Claims::new(dist, self.attestations.clone()).with_publish_time(self.time);
        let verifier = Verifier::new(root, [keys]).map_err(|e| e.code())?;
        let examination = verifier.examine(&artifact, &claims, self.now);

        let requirement = self.publisher.clone().map(Requirement::trusted_publisher);
        let resolved = requirement.as_ref().map(Resolved::of);
        let report = PackageReport::examined(&examination, Vec::new(), resolved.as_ref());
        if let Some(code) = report.codes().next() {
            return Err(code);
        }
        let evidence = examination.into_evidence().map_err(|failures| failures.code())?;
        let requirement = Requirement::registry_signature(EndedKeys::Deny);
        requirement.authorize(&evidence, self.now).map(|_| ()).map_err(|denied| denied.code())
    }
}

const OUR_TRUST: [&str; 2] = ["registry-trust/keys.json", "registry-trust/trusted_root.json"];

fn one_line(file: &str, bytes: &[u8]) -> String {
    let text = std::str::from_utf8(bytes).unwrap_or_else(|e| panic!("{file}: {e}"));
    let line = text.strip_suffix('\n').unwrap_or_else(|| panic!("{file} does not end in a newline"));
    assert!(!line.trim().is_empty() && !line.contains('\n'), "{file} is not one line");
    line.into()
}

fn instant(name: &str, text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|e| panic!("{name}: {text}: {e:?}"))
}

/// `owner/repository:file.yml`
fn publisher(name: &str, text: &str) -> TrustedPublisher {
    let (repository, file) = text.split_once(':').unwrap_or_else(|| panic!("{name}: publisher is no owner/repo:file"));
    TrustedPublisher::github(repository, file).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// What a reader of a case could misunderstand is a mistake in the case, and no verdict on the library.
#[test]
fn a_case_that_is_not_understood_fails() {
    let good = testdata().join("accept/signed-and-not-attested");
    let read_with = |file: &str, content: Option<&str>| {
        let scratch = tempfile::tempdir().unwrap();
        for entry in std::fs::read_dir(&good).unwrap() {
            let path = entry.unwrap().path();
            std::fs::copy(&path, scratch.path().join(path.file_name().unwrap())).unwrap();
        }
        match content {
            Some(content) => std::fs::write(scratch.path().join(file), content).unwrap(),
            None => std::fs::remove_file(scratch.path().join(file)).unwrap(),
        }
        std::panic::catch_unwind(|| Case::read(scratch.path())).is_ok()
    };
    assert!(read_with("README", Some("Any sentence.\n")));
    for file in &FILES[..REQUIRED] {
        assert!(!read_with(file, None), "without {file}");
    }
    for (file, content) in [
        ("notes.txt", "?\n"),
        ("README", "No sentence\n"),
        ("README", "Two.\nLines.\n"),
        ("expect", "verified"),
        ("expect", "\n"),
        ("artifact.json", r#"{"registry": "npm", "name": "a", "version": "1.0.0"}"#),
        ("artifact.json", r#"{"registry": "npm", "name": "a", "version": "1.0.0", "integrity": "", "sha1": ""}"#),
        ("time", "yesterday\n"),
        ("now", "2026-11-22\n"),
        ("publisher", "octo-org/octo-lib\n"),
    ] {
        assert!(!read_with(file, Some(content)), "{file}: {content}");
    }
}
