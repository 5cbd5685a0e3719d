//! Where a package's bytes are: given, in a folder, in a recording, or at the registry.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use countersign::evidence::{Claim, Note};
use countersign::{Hashed, PackageId};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Wanted, hashing};
use crate::plain_text::plain;
use crate::registry::{Reached, TarballClient};

/// What came of looking for bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bytes {
    Hashed(Hashed),
    /// Nobody asked for them, or the person's folder does not have this one.
    NotSeen,
    /// They were to be hashed, and were not obtained.
    Unavailable(String),
}

/// All places that this run hashes tarballs from.
pub struct Tarballs {
    /// The one that is audited, hashed when it was opened.
    given: Option<Hashed>,
    folder: Option<PathBuf>,
    origin: Option<Origin>,
    hashed: AtomicUsize,
    not_in_folder: AtomicUsize,
}

/// Where what is not in the folder comes from.
enum Origin {
    /// A recording's tarballs.
    Recorded(PathBuf),
    Live {
        client: TarballClient,
        /// The folder of the recording that is being made.
        recording: Option<PathBuf>,
    },
}

impl Tarballs {
    /// `must_see` says that the bytes are all there is to go by, so that they are fetched unasked.
    pub fn open(wanted: Wanted<'_>, given: Option<Hashed>, must_see: bool) -> Result<Self, String> {
        let folder = wanted.arguments.tarballs.clone();
        if let Some(folder) = folder.as_ref().filter(|folder| !folder.is_dir()) {
            return Err(format!("--tarballs {}: it is no folder", plain(&folder.display().to_string())));
        }
        let is_fetched = given.is_none() && (wanted.arguments.fetch_tarballs || must_see);
        let origin = match (wanted.replay, is_fetched) {
            (_, false) => None,
            (Some(recording), true) => Some(Origin::Recorded(recording.join("tarballs"))),
            (None, true) if wanted.offline => {
                return Err(
                    "--offline: tarballs would have to be fetched. Give the file, or the digest it must have".into()
                );
            }
            (None, true) => {
                let recording = wanted.record.map(|folder| folder.join("tarballs"));
                Some(Origin::Live { client: TarballClient::new(), recording })
            }
        };
        Ok(Self { given, folder, origin, hashed: AtomicUsize::default(), not_in_folder: AtomicUsize::default() })
    }

    /// Hashes the tarball of `id`. `address` is where the registry's manifest says that it is.
    pub fn find(
        &self,
        id: &PackageId,
        registry: Reached<'_>,
        address: impl FnOnce() -> Result<String, String>,
    ) -> Bytes {
        let bytes = match (&self.given, self.in_folder(id), &self.origin) {
            (Some(given), ..) => Bytes::Hashed(given.clone()),
            (None, Bytes::NotSeen, Some(origin)) => match origin.hash(id, registry, address) {
                Ok(hashed) => Bytes::Hashed(hashed),
                Err(reason) => Bytes::Unavailable(reason),
            },
            (None, found, _) => found,
        };
        if matches!(bytes, Bytes::Hashed(_)) {
            self.hashed.fetch_add(1, Ordering::Relaxed);
        }
        bytes
    }

    /// Neither name is a path: a package's name holds one `/` at most, behind its scope (LK-20).
    fn in_folder(&self, id: &PackageId) -> Bytes {
        let Some(folder) = &self.folder else { return Bytes::NotSeen };
        for name in [file_name(id), packed_name(id)] {
            match hashing::file(&folder.join(&name)) {
                Ok(Some(hashed)) => return Bytes::Hashed(hashed),
                Ok(None) => {}
                Err(reason) => return Bytes::Unavailable(format!("{} in --tarballs: {reason}", plain(&name))),
            }
        }
        self.not_in_folder.fetch_add(1, Ordering::Relaxed);
        Bytes::NotSeen
    }

    /// How many were seen, of those that were looked for.
    pub fn notes(&self) -> Vec<Note> {
        let (hashed, missing) = (self.hashed.load(Ordering::Relaxed), self.not_in_folder.load(Ordering::Relaxed));
        let mut notes = Vec::new();
        if self.folder.is_some() || self.origin.is_some() {
            let message = format!("Tarballs that were hashed: {hashed}.");
            notes.push(Note::new(Claim::Audit, "NOTE_AUDIT_TARBALLS", message));
        }
        if missing > 0 && self.origin.is_none() {
            let message =
                format!("Tarballs that the folder of --tarballs does not have: {missing}; their bytes were not seen.");
            notes.push(Note::new(Claim::Audit, "NOTE_AUDIT_TARBALLS_MISSING", message));
        }
        notes
    }
}

impl Origin {
    fn hash(
        &self,
        id: &PackageId,
        registry: Reached<'_>,
        address: impl FnOnce() -> Result<String, String>,
    ) -> Result<Hashed, String> {
        let name = file_name(id);
        match self {
            Self::Recorded(folder) => {
                hashing::file(&folder.join(name))?.ok_or_else(|| "the recording does not hold it".to_owned())
            }
            Self::Live { client, recording } => {
                let reader = client.open(registry, &address()?)?;
                match recording {
                    Some(folder) => recorded(reader, folder, &name),
                    None => hashing::stream(reader, None),
                }
            }
        }
    }
}

/// Under another name first: a recording holds whole tarballs only.
fn recorded(reader: impl std::io::Read, folder: &Path, name: &str) -> Result<Hashed, String> {
    let failed = |e: std::io::Error| format!("it cannot be recorded: {e}");
    std::fs::create_dir_all(folder).map_err(failed)?;
    let part = folder.join(format!("{name}.part"));
    let hashed = File::create(&part).map_err(failed).and_then(|mut file| hashing::stream(reader, Some(&mut file)));
    let kept = match hashed {
        Ok(hashed) => std::fs::rename(&part, folder.join(name)).map_err(failed).map(|()| hashed),
        Err(reason) => Err(reason),
    };
    if kept.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    kept
}

/// As a recording calls it.
fn file_name(id: &PackageId) -> String {
    format!("{}-{}.tgz", id.name().replace('/', "%2f"), id.version())
}

/// As `npm pack` calls it. Two packages may have the same one; whose it is, its digest says.
fn packed_name(id: &PackageId) -> String {
    format!("{}-{}.tgz", id.name().trim_start_matches('@').replace('/', "-"), id.version())
}

/// Where a manifest says that its tarball is: the member of a packument, or the version's own document. It
/// is no more than a place to ask; what comes from there is what its digest says.
pub fn address(document: &[u8], version: &str) -> Result<String, String> {
    #[derive(Deserialize)]
    struct Document<'a> {
        #[serde(default, borrow)]
        versions: BTreeMap<String, &'a RawValue>,
        #[serde(default)]
        dist: Option<Dist>,
    }
    #[derive(Deserialize)]
    struct Dist {
        tarball: String,
    }
    #[derive(Deserialize)]
    struct Manifest {
        dist: Dist,
    }
    let unstated = || "the registry's manifest does not say where it is".to_owned();
    let mut document: Document<'_> = serde_json::from_slice(document).map_err(|_| unstated())?;
    if let Some(dist) = document.dist {
        return Ok(dist.tarball);
    }
    let manifest = document.versions.remove(version).ok_or("the registry does not list this version")?;
    serde_json::from_str(manifest.get()).map(|Manifest { dist }| dist.tarball).map_err(|_| unstated())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;

    use super::*;
    use crate::target::package_id;

    fn in_folder(folder: &Path) -> Tarballs {
        Tarballs {
            given: None,
            folder: Some(folder.to_path_buf()),
            origin: None,
            hashed: AtomicUsize::default(),
            not_in_folder: AtomicUsize::default(),
        }
    }

    fn find(tarballs: &Tarballs, id: &str) -> Bytes {
        let registry = crate::registry_url::RegistryUrl::parse("https://npm.example/").unwrap();
        let registry = Reached { url: &registry, access: None };
        tarballs.find(&package_id(id).unwrap(), registry, || Err("nobody says".into()))
    }

    #[test]
    fn both_names_of_a_scoped_tarball_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let tarballs = in_folder(folder.path());
        for (file, id) in
            [("x-1.0.0.tgz", "x@1.0.0"), ("@s%2fa-1.0.0.tgz", "@s/a@1.0.0"), ("s-b-1.0.0-rc.1.tgz", "@s/b@1.0.0-rc.1")]
        {
            assert_eq!(find(&tarballs, id), Bytes::NotSeen);
            fs::write(folder.path().join(file), file).unwrap();
            assert!(matches!(find(&tarballs, id), Bytes::Hashed(_)), "{id}");
        }
        let codes: Vec<&str> = tarballs.notes().iter().map(Note::code).collect();
        assert_eq!(codes, ["NOTE_AUDIT_TARBALLS", "NOTE_AUDIT_TARBALLS_MISSING"]);
    }

    #[test]
    fn lk_20_no_name_leads_out_of_the_folder() {
        for id in ["@s/a@1.0.0", "a..b@1.0.0", "@s/a@1.0.0-x.y+z", "(x)@1.0.0", "~@1.0.0"] {
            let id = package_id(id).unwrap();
            for name in [file_name(&id), packed_name(&id)] {
                let path = Path::new("folder").join(&name);
                assert_eq!(path.parent(), Some(Path::new("folder")), "{name}");
                assert!(!name.contains(['/', '\\', '\0']), "{name}");
            }
        }
        for id in ["../x@1.0.0", "@../x@1.0.0", "@s/../x@1.0.0", "/x@1.0.0", "x@1.0.0/../y", "x\\y@1.0.0", "C:x@1.0.0"]
        {
            assert!(package_id(id).is_err(), "{id}");
        }
    }

    #[test]
    fn a_folder_in_place_of_a_tarball_is_not_a_missing_one() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("x-1.0.0.tgz")).unwrap();
        let found = find(&in_folder(folder.path()), "x@1.0.0");
        assert!(matches!(found, Bytes::Unavailable(reason) if reason.contains("not a file")));
    }

    #[test]
    fn what_is_to_be_fetched_and_is_not_there_is_unavailable() {
        let folder = tempfile::tempdir().unwrap();
        let tarballs =
            Tarballs { origin: Some(Origin::Recorded(folder.path().join("tarballs"))), ..in_folder(folder.path()) };
        assert_eq!(find(&tarballs, "x@1.0.0"), Bytes::Unavailable("the recording does not hold it".into()));
        fs::create_dir(folder.path().join("tarballs")).unwrap();
        fs::write(folder.path().join("tarballs/x-1.0.0.tgz"), "bytes").unwrap();
        assert!(matches!(find(&tarballs, "x@1.0.0"), Bytes::Hashed(_)));
    }

    #[test]
    fn a_recording_never_holds_a_part() {
        struct Breaks;
        impl std::io::Read for Breaks {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                Err(std::io::ErrorKind::ConnectionReset.into())
            }
        }
        let folder = tempfile::tempdir().unwrap();
        assert!(recorded(Breaks, folder.path(), "x-1.0.0.tgz").unwrap_err().contains("broke off"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let hashed = recorded(b"bytes".as_slice(), folder.path(), "x-1.0.0.tgz").unwrap();
        assert_eq!(hashing::file(&folder.path().join("x-1.0.0.tgz")).unwrap(), Some(hashed));
    }

    #[test]
    fn the_address_is_that_of_the_version() {
        let packument = br#"{"versions":{"1.0.0":{"dist":{"tarball":"https://a.example/"}},"2.0.0":{"dist":{}}}}"#;
        assert_eq!(address(packument, "1.0.0").unwrap(), "https://a.example/");
        assert!(address(packument, "2.0.0").unwrap_err().contains("does not say where"));
        assert!(address(packument, "3.0.0").unwrap_err().contains("does not list"));
        assert_eq!(address(br#"{"dist":{"tarball":"https://b.example/"}}"#, "1.0.0").unwrap(), "https://b.example/");
        assert!(address(b"<html>", "1.0.0").is_err());
    }
}
