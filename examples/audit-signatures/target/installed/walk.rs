//! The packages in a node_modules folder, found by walking it. No link is followed: where one leads is
//! compared with what was walked, so that nothing outside is ever read and nothing inside is missed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

use super::manifest;
use crate::plain_text::plain;

/// As many as a lock file may have entries.
const MOST: usize = 100_000;

/// Of node_modules within node_modules. npm's own trees hardly have ten.
const DEEPEST: usize = 64;

/// Where pnpm, and npm's linked strategy, keep the real folders that links point to. All other names that
/// begin with a dot are tools' own.
const STORES: [&str; 2] = [".pnpm", ".store"];

/// A place from which Node would load a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The path below the project, as npm's lock file writes it.
    pub location: String,
    /// The name under which it is loaded.
    pub slot: String,
    pub is_link: bool,
    /// Name and version as package.json says, or why it does not.
    pub found: Result<(String, String), String>,
}

/// Walks the folder `modules`, which stands at `location` below the project. Sorted by location.
pub fn walk(modules: &Path, location: &str) -> Result<Vec<Place>, String> {
    walk_within(modules, location, MOST, DEEPEST)
}

struct Walk {
    most: usize,
    deepest: usize,
    places: Vec<Place>,
    /// Real package folders, by path.
    folders: BTreeMap<PathBuf, usize>,
    links: Vec<Link>,
    todo: Vec<Modules>,
}

/// One folder whose members are packages.
struct Modules {
    path: PathBuf,
    location: String,
    depth: usize,
    in_store: bool,
}

struct Link {
    path: PathBuf,
    location: String,
    slot: String,
    in_store: bool,
}

fn walk_within(modules: &Path, location: &str, most: usize, deepest: usize) -> Result<Vec<Place>, String> {
    let failed = |e: std::io::Error| format!("cannot read {}: {e}", plain(&modules.display().to_string()));
    let path = fs::canonicalize(modules).map_err(failed)?;
    let todo = vec![Modules { path, location: location.into(), depth: 1, in_store: false }];
    let (places, folders, links) = (Vec::new(), BTreeMap::new(), Vec::new());
    let mut walk = Walk { most, deepest, places, folders, links, todo };
    while let Some(modules) = walk.todo.pop() {
        walk.modules(&modules)?;
    }
    walk.resolve_links();
    walk.places.sort_by(|a, b| a.location.cmp(&b.location));
    Ok(walk.places)
}

impl Walk {
    fn modules(&mut self, modules: &Modules) -> Result<(), String> {
        if modules.depth > self.deepest {
            let shown = plain(&modules.location);
            return Err(format!("{shown} is node_modules within node_modules, deeper than {}", self.deepest));
        }
        for member in members(&modules.path)? {
            let name = member.file_name().to_string_lossy().into_owned();
            if STORES.contains(&name.as_str()) && modules.depth == 1 && is_folder(&member)? {
                self.store(&member.path(), &format!("{}/{name}", modules.location), modules.depth)?;
            } else if name.starts_with('.') {
                continue;
            } else if name.starts_with('@') && is_folder(&member)? {
                for scoped in members(&member.path())? {
                    let slot = format!("{name}/{}", scoped.file_name().to_string_lossy());
                    self.member(&scoped, modules, slot)?;
                }
            } else {
                self.member(&member, modules, name)?;
            }
        }
        Ok(())
    }

    /// A store has one folder for each package, in which node_modules has it, and links to what it needs.
    /// Whatever stands in the node_modules beside them is found by every package of the store.
    fn store(&mut self, path: &Path, location: &str, depth: usize) -> Result<(), String> {
        for member in members(path)? {
            let name = member.file_name().to_string_lossy().into_owned();
            let (modules, location) = match name.as_str() {
                "node_modules" => (member.path(), format!("{location}/{name}")),
                _ => (member.path().join("node_modules"), format!("{location}/{name}/node_modules")),
            };
            if is_folder(&member)? && is_real_folder(&modules) {
                let depth = depth.saturating_add(1);
                self.todo.push(Modules { path: modules, location, depth, in_store: true });
            }
        }
        Ok(())
    }

    fn member(&mut self, member: &DirEntry, modules: &Modules, slot: String) -> Result<(), String> {
        if self.places.len().saturating_add(self.links.len()) >= self.most {
            return Err(format!("{} holds more than {} packages", plain(&modules.location), self.most));
        }
        let location = format!("{}/{slot}", modules.location);
        let (path, kind) = (member.path(), file_type(member)?);
        if kind.is_symlink() {
            self.links.push(Link { path, location, slot, in_store: modules.in_store });
            return Ok(());
        }
        // Node loads `node_modules/x.js` for `x` too.
        let found = if kind.is_dir() { manifest::read(&path) } else { Err("it is a file, and no package".into()) };
        if kind.is_dir() {
            self.folders.insert(path.clone(), self.places.len());
            let (inner, location) = (path.join("node_modules"), format!("{location}/node_modules"));
            if is_real_folder(&inner) {
                let (depth, in_store) = (modules.depth.saturating_add(1), modules.in_store);
                self.todo.push(Modules { path: inner, location, depth, in_store });
            } else if inner.is_symlink() {
                // Node would load this package's dependencies from wherever it leads.
                self.links.push(Link { path: inner, location, slot: "node_modules".into(), in_store: false });
            }
        }
        self.places.push(Place { location, slot, is_link: false, found });
        Ok(())
    }

    /// A link to a package that was walked is a second place of it. Any other one leads to code that nothing
    /// here speaks of.
    fn resolve_links(&mut self) {
        let mut seen = BTreeSet::new();
        for Link { path, location, slot, in_store } in std::mem::take(&mut self.links) {
            let target = fs::canonicalize(&path).ok().and_then(|target| self.folders.get(&target).copied());
            let found = match target.and_then(|target| self.places.get(target)) {
                // A store links every package to every one that it needs: each is a place once.
                Some(place) if in_store && place.slot == slot => continue,
                Some(place) if in_store && !seen.insert((slot.clone(), place.location.clone())) => continue,
                Some(place) => place.found.clone(),
                None => Err("it is a link that leads out of what is audited".into()),
            };
            self.places.push(Place { location, slot, is_link: true, found });
        }
    }
}

/// Sorted, so that equal trees are walked equally.
fn members(path: &Path) -> Result<Vec<DirEntry>, String> {
    let failed = |e: std::io::Error| format!("cannot read {}: {e}", plain(&path.display().to_string()));
    let mut members = fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(failed)?;
    members.sort_by_key(DirEntry::file_name);
    Ok(members)
}

fn file_type(member: &DirEntry) -> Result<fs::FileType, String> {
    let failed = |e: std::io::Error| format!("cannot read {}: {e}", plain(&member.path().display().to_string()));
    member.file_type().map_err(failed)
}

fn is_folder(member: &DirEntry) -> Result<bool, String> {
    file_type(member).map(|kind| kind.is_dir())
}

fn is_real_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|about| about.is_dir())
}

#[cfg(test)]
#[path = "walk_tests.rs"]
mod tests;
