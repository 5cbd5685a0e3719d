//! The minted project and registry of `testdata/`, which the README's first command audits: that they
//! are what this code mints, byte for byte. `UPDATE_TESTDATA=1` writes them anew.

#[path = "../support/mod.rs"]
mod support;

mod packages;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use packages::Shown;
use support::Miniature;
use support::recording::Recording;
use support::registry::packument;

/// A file's path below `testdata/` and its content.
type Files = BTreeMap<PathBuf, Vec<u8>>;

fn pretty(value: &Value) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(value).unwrap();
    text.push(b'\n');
    text
}

/// The registry as it would be recorded; what is absent was not recorded.
fn record(mini: &Miniature, shown: &[Shown], dir: &Path) {
    let recording = Recording::create(dir, "https://npm.example/", "not-recorded");
    recording.keys(&mini.registry.endpoint_keys());
    for one in shown {
        if let Some(manifest) = &one.manifest {
            recording.packument(&named(&one.package.name, packument(&[(manifest.clone(), one.published.as_deref())])));
        }
        if let Some(response) = &one.response {
            recording.attestations(&one.package, response);
        }
    }
}

/// A packument is filed under the name that was asked for, whatever it says of itself.
fn named(name: &str, mut packument: Value) -> Value {
    packument["name"] = json!(name);
    packument
}

fn lock(shown: &[Shown]) -> Value {
    let mut packages = json!({"": {"name": "countersign-demonstration", "version": "1.0.0"}});
    for one in shown {
        let (location, entry) = one.lock_entry();
        packages[""]["dependencies"][&one.package.name] = json!(one.package.version);
        packages[location] = entry;
    }
    for (location, entry) in packages::not_from_a_registry() {
        packages[location] = entry;
    }
    json!({"name": "countersign-demonstration", "version": "1.0.0", "lockfileVersion": 3, "requires": true, "packages": packages})
}

fn minted() -> Files {
    let (mini, scratch) = (Miniature::new(), tempfile::tempdir().unwrap());
    let shown = packages::all(&mini);
    let registry = scratch.path().join("registry");
    record(&mini, &shown, &registry);
    let mut files = Files::new();
    for folder in ["packuments", "attestations", ""] {
        for entry in std::fs::read_dir(registry.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let value: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
                files.insert(path.strip_prefix(scratch.path()).unwrap().into(), pretty(&value));
            }
        }
    }
    files.insert("registry-trust/keys.json".into(), pretty(&mini.registry.tuf_keys()));
    let root: Value = serde_json::from_str(&mini.trusted_root().text()).unwrap();
    files.insert("registry-trust/trusted_root.json".into(), pretty(&root));
    files.insert("project/package-lock.json".into(), pretty(&lock(&shown)));
    let manifest = json!({"name": "countersign-demonstration", "version": "1.0.0", "private": true});
    files.insert("project/package.json".into(), pretty(&manifest));
    files
}

#[test]
fn testdata_is_what_is_minted() {
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let minted = minted();
    if std::env::var_os("UPDATE_TESTDATA").is_some() {
        for folder in ["registry", "registry-trust", "project"] {
            let _ = std::fs::remove_dir_all(testdata.join(folder));
        }
        for (file, content) in &minted {
            std::fs::create_dir_all(testdata.join(file).parent().unwrap()).unwrap();
            std::fs::write(testdata.join(file), content).unwrap();
        }
    }
    for (file, content) in &minted {
        let kept = std::fs::read(testdata.join(file)).unwrap_or_default();
        assert!(kept == *content, "testdata/{} is not what is minted: run with UPDATE_TESTDATA=1", file.display());
    }
    for folder in ["registry/packuments", "registry/attestations"] {
        for entry in std::fs::read_dir(testdata.join(folder)).unwrap() {
            let file = Path::new(folder).join(entry.unwrap().file_name());
            assert!(minted.contains_key(&file), "testdata/{} is not minted by anything", file.display());
        }
    }
}
