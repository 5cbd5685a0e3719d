//! A project, a recording of its registry, and whom to trust, all minted.

use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use serde_json::{Value, json};

use crate::support::Miniature;
use crate::support::bundle::Era;
use crate::support::package::Package;
use crate::support::recording::Recording;
use crate::support::registry::packument;
use crate::support::statement::SLSA_V1;
use crate::support::time::rfc3339_millis;

pub const VERSION: &str = "1.0.0";

pub struct Plan {
    /// Signed by the registry, and nothing else.
    pub signed: usize,
    /// Signed, with a publish attestation and a provenance.
    pub attested: usize,
    /// Of each package; one is locked.
    pub versions: usize,
    /// With a `node_modules`, which is what npm audits.
    pub installed: bool,
}

impl Plan {
    /// `FOLDER/project`, `FOLDER/recording`, `FOLDER/keys.json` and `FOLDER/trusted_root.json`.
    pub fn mint(&self, folder: &Path) {
        let mini = Miniature::new();
        let project = folder.join("project");
        fs::create_dir_all(&project).expect("a folder for the project");
        let recording = Recording::create(&folder.join("recording"), &format!("{}/", mini.registry.url), "not-found");
        recording.keys(&mini.registry.endpoint_keys());
        fs::write(folder.join("keys.json"), mini.registry.tuf_keys().to_string()).expect("the keys");
        fs::write(folder.join("trusted_root.json"), mini.trusted_root().text()).expect("the trusted root");

        let lock = fs::File::create(project.join("package-lock.json")).expect("the lock file");
        let mut lock = BufWriter::new(lock);
        write!(lock, r#"{{"name":"project","version":"1.0.0","lockfileVersion":3,"packages":{{"#).unwrap();
        let mut dependencies = serde_json::Map::new();
        for name in self.names() {
            let package = Package::new(&name, VERSION);
            self.record(&mini, &recording, &package);
            if self.installed {
                install(&project, &package);
            }
            let entry = json!({
                "version": VERSION,
                "resolved": mini.registry.tarball_url(&package),
                "integrity": package.integrity(),
            });
            write!(lock, "{}:{entry},", json!(format!("node_modules/{name}"))).unwrap();
            dependencies.insert(name, json!(VERSION));
        }
        let root = json!({"name": "project", "version": "1.0.0", "dependencies": dependencies});
        write!(lock, "\"\":{root}}}}}").unwrap();
        lock.flush().unwrap();
        fs::write(project.join("package.json"), root.to_string()).expect("the project");
    }

    fn names(&self) -> impl Iterator<Item = String> {
        let signed = (0..self.signed).map(|n| format!("signed-{n:06}"));
        signed.chain((0..self.attested).map(|n| format!("@octo/attested-{n:06}")))
    }

    fn record(&self, mini: &Miniature, recording: &Recording, package: &Package) {
        let attested = package.name.starts_with('@').then_some(SLSA_V1);
        let published = rfc3339_millis(Era::Mar2026.time() + 5);
        // The locked one last, as the newest.
        let earlier = (1..self.versions).map(|n| Package::new(&package.name, &format!("0.{n}.0")));
        let all: Vec<Package> = earlier.chain([package.clone()]).collect();
        let versions: Vec<(Value, Option<&str>)> =
            all.iter().map(|version| (mini.registry.manifest(version, attested), Some(published.as_str()))).collect();
        recording.packument(&packument(&versions));
        if attested.is_some() {
            recording.attestations(package, &mini.response(package));
        }
    }
}

fn install(project: &Path, package: &Package) {
    let folder = project.join("node_modules").join(&package.name);
    fs::create_dir_all(&folder).expect("a folder for the package");
    let manifest = json!({"name": package.name, "version": package.version});
    fs::write(folder.join("package.json"), manifest.to_string()).expect("the package");
}
