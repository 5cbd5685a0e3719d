//! A recorded registry: the folder that an audit can replay without a network.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::package::Package;

pub struct Recording {
    pub dir: PathBuf,
}

impl Recording {
    /// `absent` says what a missing file means: `not-recorded` or `not-found`.
    pub fn create(dir: &Path, url: &str, absent: &str) -> Recording {
        let recording = Recording { dir: dir.into() };
        for folder in ["packuments", "attestations", "tarballs"] {
            fs::create_dir_all(dir.join(folder)).unwrap();
        }
        let header = json!({"url": url, "recordedAt": "2026-03-02T00:00:00Z", "absent": absent});
        recording.write("registry.json", header.to_string());
        recording
    }

    pub fn keys(&self, keys: &Value) -> &Recording {
        self.write("keys.json", keys.to_string())
    }

    pub fn packument(&self, packument: &Value) -> &Recording {
        let name = packument["name"].as_str().unwrap().replace('/', "%2f");
        self.write(&format!("packuments/{name}.json"), packument.to_string())
    }

    pub fn attestations(&self, package: &Package, response: &Value) -> &Recording {
        let file = format!("attestations/{}@{}.json", package.escaped_name(), package.version);
        self.write(&file, response.to_string())
    }

    pub fn tarball(&self, package: &Package) -> &Recording {
        let file = format!("tarballs/{}-{}.tgz", package.escaped_name(), package.version);
        self.write(&file, &package.tarball)
    }

    /// Any file, for cases that no document describes.
    pub fn write(&self, file: &str, content: impl AsRef<[u8]>) -> &Recording {
        fs::write(self.dir.join(file), content).unwrap();
        self
    }
}
