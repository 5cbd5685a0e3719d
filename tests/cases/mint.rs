//! Minting the cases: a sound package of the miniature Sigstore and registry, with one thing changed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::Miniature;
use crate::support::attestation::{Attestation, Minted};
use crate::support::bundle::Era;
use crate::support::package::Package;
use crate::support::registry::{REGISTRY, response};
use crate::support::statement::SLSA_V1;
use crate::{accept, reject, testdata};

/// What cases are minted from: all of them are about the same package.
pub struct Mint {
    pub mini: Miniature,
    pub package: Package,
}

/// A case that is still to be named.
pub struct Draft {
    integrity: String,
    manifest: Value,
    files: BTreeMap<&'static str, Vec<u8>>,
}

/// A case's folder below `testdata/` and its files.
pub type Folder = (String, BTreeMap<&'static str, Vec<u8>>);

fn pretty(value: &Value) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(value).unwrap();
    text.push(b'\n');
    text
}

impl Mint {
    fn new() -> Mint {
        Mint { mini: Miniature::new(), package: Package::new("@octo/lib", "1.2.3") }
    }

    /// Signed by the registry's current key, and nothing else.
    pub fn signed(&self) -> Draft {
        Draft {
            integrity: self.package.integrity(),
            manifest: self.mini.registry.manifest(&self.package, None),
            files: BTreeMap::new(),
        }
    }

    /// Signed, and answered with these attestations, which the manifest advertises.
    pub fn answered(&self, attestations: &[Minted]) -> Draft {
        let manifest = self.mini.registry.manifest(&self.package, Some(SLSA_V1));
        Draft { manifest, ..self.signed() }.json("attestations.json", &response(attestations))
    }

    /// As npm made it in that era.
    pub fn of_era(&self, era: Era) -> Draft {
        let publish = self.mini.publish_of(&self.package, era).mint();
        self.answered(&[publish, self.mini.provenance_of(&self.package, era).mint()])
    }

    pub fn good_publish(&self) -> Minted {
        self.mini.publish(&self.package).mint()
    }

    pub fn good_provenance(&self) -> Minted {
        self.mini.provenance(&self.package).mint()
    }

    /// With a provenance that is made otherwise, beside a sound publish attestation.
    pub fn provenance<'m>(&'m self, change: impl FnOnce(Attestation<'m>) -> Attestation<'m>) -> Draft {
        self.answered(&[self.good_publish(), change(self.mini.provenance(&self.package)).mint()])
    }

    /// With a publish attestation that is made otherwise, beside a sound provenance.
    pub fn publish<'m>(&'m self, change: impl FnOnce(Attestation<'m>) -> Attestation<'m>) -> Draft {
        self.answered(&[change(self.mini.publish(&self.package)).mint(), self.good_provenance()])
    }
}

impl Draft {
    /// The integrity that the consumer's own record has.
    pub fn integrity(self, integrity: &str) -> Draft {
        Draft { integrity: integrity.into(), ..self }
    }

    pub fn manifest(mut self, change: impl FnOnce(&mut Value)) -> Draft {
        change(&mut self.manifest);
        self
    }

    pub fn signatures(self, signatures: Value) -> Draft {
        self.manifest(|manifest| manifest["dist"]["signatures"] = signatures)
    }

    pub fn json(mut self, file: &'static str, value: &Value) -> Draft {
        self.files.insert(file, pretty(value));
        self
    }

    /// A file of one line: `time`, `now` or `publisher`.
    pub fn line(mut self, file: &'static str, text: &str) -> Draft {
        self.files.insert(file, format!("{text}\n").into_bytes());
        self
    }

    /// Must be refused with this code.
    pub fn refused(self, name: &str, code: &str, readme: &str) -> Folder {
        self.named(format!("reject/{name}"), &format!("ERR_COUNTERSIGN_{code}"), readme)
    }

    /// Must be verified, unusual as it may look.
    pub fn verified(self, name: &str, readme: &str) -> Folder {
        self.named(format!("accept/{name}"), "verified", readme)
    }

    fn named(self, folder: String, expect: &str, readme: &str) -> Folder {
        let Package { name, version, .. } = Mint::new().package;
        let artifact = json!({"registry": REGISTRY, "name": name, "version": version, "integrity": self.integrity});
        let manifest = self.manifest.clone();
        let draft = self.json("artifact.json", &artifact).json("manifest.json", &manifest);
        (folder, draft.line("expect", expect).line("README", readme).files)
    }
}

#[test]
fn cases_are_what_is_minted() {
    let mint = Mint::new();
    let folders: Vec<Folder> = [reject::all(&mint), accept::all(&mint)].into_iter().flatten().collect();
    let mut names: Vec<&str> = folders.iter().map(|(folder, _)| folder.as_str()).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), folders.len(), "two cases have one name");
    for (folder, files) in &folders {
        let folder: PathBuf = testdata().join(folder);
        if std::env::var_os("UPDATE_TESTDATA").is_some() {
            let _ = std::fs::remove_dir_all(&folder);
            std::fs::create_dir_all(&folder).unwrap();
            for (file, content) in files {
                std::fs::write(folder.join(file), content).unwrap();
            }
        }
        for (file, content) in files {
            let kept = std::fs::read(folder.join(file)).unwrap_or_default();
            let path = folder.join(file);
            assert!(kept == *content, "{} is not what is minted: run with UPDATE_TESTDATA=1", path.display());
        }
        let kept = std::fs::read_dir(&folder).unwrap().count();
        assert_eq!(kept, files.len(), "{} has a file that is not minted", folder.display());
    }
}
