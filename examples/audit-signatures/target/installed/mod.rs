//! An installed tree, compared with the lock file that it should have been installed from.
//!
//! What is installed says which package it is, the lock file says with which digest: the bytes that were
//! unpacked are gone, so the files in node_modules are compared with nothing. Whoever can change them can
//! change a package.json too. What this finds are trees that are not those of the lock file, and packages
//! that are not what their registry has.

mod comparison;
mod manifest;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use countersign::evidence::Note;

use super::said;
use crate::lockfile::{Entry, Kind, LockFile, Omit, SkipReason};
use crate::plain_text::plain;
use walk::Place;

/// A project that has one of these is compared with that, and with nothing else if it cannot be read.
const LOCK_FILES: [&str; 8] = [
    "npm-shrinkwrap.json",
    "package-lock.json",
    "pnpm-lock.yaml",
    "yarn.lock",
    "bun.lock",
    "bun.lockb",
    "vlt-lock.json",
    "deno.lock",
];

/// What npm writes into node_modules itself, in the form of its lock file.
const HIDDEN: &str = ".package-lock.json";

/// Of missing packages; a note is one sentence.
const MOST_NAMED: usize = 3;

/// What is installed, as entries of a lock file.
pub struct Installed {
    pub entries: Vec<Entry>,
    /// By location.
    pub deviations: BTreeMap<String, String>,
    pub project: PathBuf,
    pub notes: Vec<Note>,
}

/// Walks `modules` and compares it with the lock file of the project around it.
pub fn read(modules: &Path, omit: Omit) -> Result<Installed, String> {
    let shown = || plain(&modules.display().to_string());
    if !modules.is_dir() {
        return Err(format!("{} is no folder: nothing is installed there. Run `npm ci` first", shown()));
    }
    let project = match modules.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    };
    let (lock, mut notes) = lock(&project, modules)?;
    if let Some(lock) = &lock {
        lock.can_omit(omit)?;
    }
    let locked = lock.as_ref().map(|lock| lock.entries.as_slice());
    let mut places = walk::walk(modules, "node_modules")?;
    places.extend(in_workspaces(&project, locked.unwrap_or_default())?);
    let installed = format!("Audited what is installed in {}, each package by its name and version.", shown());
    notes.push(said("NOTE_AUDIT_INSTALLED", installed));
    let contents = "The files in node_modules are not compared with the tarballs that they came from.";
    notes.push(said("NOTE_AUDIT_INSTALLED_CONTENTS", contents.into()));
    notes.extend(missing(&places, locked.unwrap_or_default(), omit));
    let (entries, deviations) = comparison::compare(places, locked);
    Ok(Installed { entries, deviations, project, notes })
}

/// The project's own lock file before the one in node_modules: the latter is written by whoever writes the
/// tree that is to be judged, and is better than none.
fn lock(project: &Path, modules: &Path) -> Result<(Option<LockFile>, Vec<Note>), String> {
    if LOCK_FILES.iter().any(|name| project.join(name).exists()) {
        return LockFile::read(project).map(|lock| (Some(lock), Vec::new()));
    }
    let hidden = modules.join(HIDDEN);
    let message = "The project has no lock file: the digests are those of node_modules/.package-lock.json, which \
                   whoever can write the tree can write too.";
    if hidden.exists() {
        return LockFile::read(&hidden).map(|lock| (Some(lock), vec![said("NOTE_AUDIT_HIDDEN_LOCK", message.into())]));
    }
    let message = "The project has no lock file, so that nothing says which digest an installed package must have.";
    Ok((None, vec![said("NOTE_AUDIT_NO_LOCK", message.into())]))
}

/// npm gives a workspace a node_modules of its own where its packages differ from those around it.
fn in_workspaces(project: &Path, locked: &[Entry]) -> Result<Vec<Place>, String> {
    let mut places = Vec::new();
    for entry in locked.iter().filter(|entry| entry.kind == Kind::Skipped(SkipReason::Workspace)) {
        // The lock file's word, so that it could name any folder (LK-13).
        if !Path::new(&entry.location).components().all(|part| matches!(part, Component::Normal(_))) {
            continue;
        }
        let modules = project.join(&entry.location).join("node_modules");
        if std::fs::symlink_metadata(&modules).is_ok_and(|about| about.is_dir()) {
            places.extend(walk::walk(&modules, &format!("{}/node_modules", entry.location))?);
        }
    }
    Ok(places)
}

/// What is locked and nowhere installed. A tree may lack what is optional or for another platform, and what
/// it lacks runs nowhere: it is said, and denies nothing.
fn missing(places: &[Place], locked: &[Entry], omit: Omit) -> Option<Note> {
    let locations: BTreeSet<&str> = places.iter().map(|place| place.location.as_str()).collect();
    let installed: BTreeSet<(&str, &str)> =
        places.iter().filter_map(|place| place.found.as_ref().ok()).map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let optional = |entry: &Entry| entry.optional || entry.dev_optional || entry.peer || (omit.dev && entry.dev);
    let is_missing = |entry: &&Entry| {
        let version = entry.version.as_deref().unwrap_or_default();
        entry.kind == Kind::Registry
            && !optional(entry)
            && !locations.contains(entry.location.as_str())
            && !installed.contains(&(entry.name.as_str(), version))
    };
    let missing: BTreeSet<String> = locked
        .iter()
        .filter(is_missing)
        .map(|entry| plain(&format!("{}@{}", entry.name, entry.version.as_deref().unwrap_or_default())))
        .collect();
    if missing.is_empty() {
        return None;
    }
    let named: Vec<&str> = missing.iter().take(MOST_NAMED).map(String::as_str).collect();
    let more = match missing.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = format!("Locked and not installed: {}, namely {}{more}.", missing.len(), named.join(", "));
    Some(said("NOTE_AUDIT_NOT_INSTALLED", message))
}

#[cfg(test)]
#[path = "installed_tests.rs"]
mod tests;
