//! What one member of pnpm's `packages` is, by its key and its resolution.

use super::super::entry::{Entry, SkipReason, is_version};
use super::super::object::Object;
use super::super::source::Source;
use super::document::{Package, Resolution, Version};
use super::key::Key;
use crate::plain_text::plain;

/// Classifies one package. What the key says and what the members say must be the same.
pub fn entry(key: &str, package: &Package, version: Version) -> Result<Entry, String> {
    let Some(Object(resolution)) = &package.resolution else {
        return Err(problem(key, "has no `resolution`; every package has one"));
    };
    // An address as a whole is the key of version 6 for what is not of the registry; the members name it.
    let known = match version {
        Version::Six => key.strip_prefix('/').and_then(Key::of),
        Version::Nine => Key::of(key),
    };
    let name = match (known, package.name.as_deref()) {
        (Some(key), None) => key.name,
        (None, Some(name)) => name,
        (Some(known), Some(name)) if known.name == name => name,
        (Some(_), Some(_)) => return Err(problem(key, "is LockfileInconsistent: `name` is another than its key's")),
        (None, None) => return Err(problem(key, "does not say which package it is")),
    };
    if let Some(reason) = skipped(known, resolution) {
        return Ok(Entry::skipped(key, name, name, reason));
    }
    let version = version_of(key, known, package)?;
    if resolution.integrity.is_none() && resolution.tarball.is_none() {
        return Err(problem(key, "has a `resolution` without an integrity, a tarball or a known type"));
    }
    Ok(Entry {
        integrity: resolution.integrity.clone(),
        resolved: resolution.tarball.clone(),
        dev: package.dev,
        optional: package.optional,
        ..Entry::registry(key, name, name, version)
    })
}

/// A workspace of the project.
pub fn workspace(folder: &str) -> Entry {
    let name = folder.rsplit('/').next().unwrap_or(folder);
    Entry::skipped(folder, name, name, SkipReason::Workspace)
}

/// The resolution decides alone, as it does for pnpm: a key with an address says nothing of what is fetched.
fn skipped(key: Option<Key<'_>>, resolution: &Resolution) -> Option<SkipReason> {
    match resolution.kind.as_deref() {
        Some("git") if resolution.repo.is_some() => return Some(SkipReason::Git),
        Some("directory") if resolution.directory.is_some() => return Some(SkipReason::File),
        // pnpm checks a runtime's archives itself; its key is `node@runtime:22.0.0`.
        Some("variations" | "binary") if key.is_some_and(|key| key.reference.starts_with("runtime:")) => {
            return Some(SkipReason::Runtime);
        }
        _ => {}
    }
    match resolution.tarball.as_deref().map(Source::of) {
        Some(Source::File) => Some(SkipReason::File),
        Some(Source::Git) => Some(SkipReason::Git),
        _ => None,
    }
}

/// The key's version, else the member for what has an address there.
fn version_of<'a>(at: &str, key: Option<Key<'a>>, package: &'a Package) -> Result<&'a str, String> {
    let stated = package.version.as_deref();
    match (key.map(|key| key.reference).filter(|reference| is_version(reference)), stated) {
        (Some(version), None) => Ok(version),
        (Some(version), Some(stated)) if version == stated => Ok(version),
        (Some(_), Some(_)) => Err(problem(at, "is LockfileInconsistent: `version` is another than its key's")),
        (None, Some(stated)) => Ok(stated),
        // What is no version and no address is refused as a version, with the package's own verdict.
        (None, None) => match key {
            Some(key) if Source::of(key.reference) == Source::Other => Ok(key.reference),
            _ => Err(problem(at, "has no `version`; every package that is fetched has one")),
        },
    }
}

fn problem(key: &str, what: &str) -> String {
    format!("`packages` entry `{}` {what}. `pnpm install --lockfile-only` writes it anew", plain(key))
}
