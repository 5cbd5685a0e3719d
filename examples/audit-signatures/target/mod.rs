//! What is audited, and by which digests: a project's lock file, an installed tree, one package or one
//! tarball. Each becomes an inventory; what only some of them have (bytes, deviations from the lock file)
//! goes into how its packages are judged.

mod argument;
mod artifact;
mod hashing;
mod installed;
mod tarballs;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use countersign::evidence::{Claim, Note};
use countersign::{Hashed, PackageId};

pub use argument::{TargetArguments, package_id};
pub use artifact::Unfounded;

use crate::lockfile::{Entry, Inventory, Kind, LockFile, Omit};
use crate::plain_text::plain;
use argument::Chosen;
use tarballs::Tarballs;

/// What of the command line decides about the target.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    pub path: &'a Path,
    pub arguments: &'a TargetArguments,
    pub omit: Omit,
    /// The recording that stands for the network.
    pub replay: Option<&'a Path>,
    /// The recording that is being made.
    pub record: Option<&'a Path>,
    pub offline: bool,
}

/// What is audited, as it was read.
pub struct Target {
    pub inventory: Inventory,
    /// The folder whose configuration applies.
    pub project: PathBuf,
    pub notes: Vec<Note>,
    pub judging: Judging,
    /// The file in which the packages have a line.
    pub lock_file: Option<PathBuf>,
}

/// What decides, beside the inventory, which artifact a package is judged as.
pub struct Judging {
    /// By location: how what is installed there differs from what is locked.
    deviations: BTreeMap<String, String>,
    /// The consumer has no digest, so that the bytes in hand are what is judged.
    bytes_decide: bool,
    tarballs: Tarballs,
}

impl Judging {
    /// What only the end of the run knows.
    pub fn notes(&self) -> Vec<Note> {
        self.tarballs.notes()
    }
}

impl Target {
    /// Reads what the command line names.
    pub fn open(wanted: Wanted<'_>) -> Result<Self, String> {
        match Chosen::of(wanted.path, wanted.arguments)? {
            Chosen::Locked(path) => Self::locked(wanted, &path),
            Chosen::Installed { modules } => Self::installed(wanted, &modules),
            Chosen::Package { id, integrity } => {
                let note = format!("Audited one package, {id}.");
                let location = id.to_string();
                Self::one(wanted, &id, integrity, location, None, note)
            }
            Chosen::Tarball { file, id, integrity } => {
                let shown = plain(&file.display().to_string());
                let hashed = hashing::file(&file).and_then(|hashed| hashed.ok_or_else(|| "it is gone".into()));
                let hashed = hashed.map_err(|e| format!("cannot hash {shown}: {e}"))?;
                let note = format!("Audited one tarball, {shown}, as {id}; it was hashed and not opened.");
                Self::one(wanted, &id, integrity, file.display().to_string(), Some(hashed), note)
            }
        }
    }

    fn locked(wanted: Wanted<'_>, path: &Path) -> Result<Self, String> {
        let lock = LockFile::read(path)?;
        lock.can_omit(wanted.omit)?;
        let project = lock.project().to_path_buf();
        let inventory = Inventory::new(lock.entries, wanted.omit);
        let tarballs = Tarballs::open(wanted, None, false)?;
        let judging = Judging { deviations: BTreeMap::new(), bytes_decide: false, tarballs };
        Ok(Self { inventory, project, notes: Vec::new(), judging, lock_file: Some(lock.path) })
    }

    fn installed(wanted: Wanted<'_>, modules: &Path) -> Result<Self, String> {
        let found = installed::read(modules, wanted.omit)?;
        let inventory = Inventory::new(found.entries, wanted.omit);
        let tarballs = Tarballs::open(wanted, None, false)?;
        let judging = Judging { deviations: found.deviations, bytes_decide: false, tarballs };
        Ok(Self { inventory, project: found.project, notes: found.notes, judging, lock_file: None })
    }

    fn one(
        wanted: Wanted<'_>,
        id: &PackageId,
        integrity: Option<String>,
        location: String,
        given: Option<Hashed>,
        note: String,
    ) -> Result<Self, String> {
        if wanted.omit != Omit::default() {
            return Err(format!("--omit leaves out kinds of dependencies, and {id} is one package"));
        }
        let bytes_decide = integrity.is_none();
        let tarballs = Tarballs::open(wanted, given, bytes_decide)?;
        let entry = Entry { integrity, ..entry(location, id.name(), id.name(), id.version()) };
        Ok(Self {
            inventory: Inventory::new(vec![entry], Omit::default()),
            project: PathBuf::from("."),
            notes: vec![said("NOTE_AUDIT_ONE_PACKAGE", note)],
            judging: Judging { deviations: BTreeMap::new(), bytes_decide, tarballs },
            lock_file: None,
        })
    }
}

fn said(code: &'static str, message: String) -> Note {
    Note::new(Claim::Audit, code, message)
}

/// A package that no lock file lists, without a digest.
fn entry(location: String, slot: &str, name: &str, version: &str) -> Entry {
    Entry {
        location,
        slot: slot.into(),
        name: name.into(),
        version: Some(version.into()),
        integrity: None,
        resolved: None,
        direct: true,
        dev: false,
        optional: false,
        dev_optional: false,
        peer: false,
        kind: Kind::Registry,
    }
}
