//! What is installed at each place beside what the lock file has there.

use std::collections::{BTreeMap, BTreeSet};

use super::super::entry;
use super::walk::Place;
use crate::lockfile::{Entry, Kind, SkipReason};
use crate::plain_text::plain;

/// The lock file, by place and by package.
struct Locked<'a> {
    by_location: BTreeMap<&'a str, &'a Entry>,
    by_package: BTreeMap<(&'a str, &'a str), Vec<&'a Entry>>,
    is_there: bool,
}

/// Entries as a lock file of this very tree would have them, and by location how the tree differs from
/// `locked`. A place that differs has no digest that would be the consumer's own.
pub fn compare(places: Vec<Place>, locked: Option<&[Entry]>) -> (Vec<Entry>, BTreeMap<String, String>) {
    let locked = Locked::new(locked);
    let (mut entries, mut deviations) = (Vec::new(), BTreeMap::new());
    for place in places {
        match locked.entry(&place) {
            Ok(found) => entries.extend(found),
            Err(reason) => {
                // What names no package is called by its place, so that it is no version of the package
                // whose name the place has.
                let (name, version) = match &place.found {
                    Ok((name, version)) => (name.as_str(), version.as_str()),
                    Err(_) => (place.location.as_str(), ""),
                };
                entries.push(entry(place.location.clone(), &place.slot, name, version));
                deviations.insert(place.location, reason);
            }
        }
    }
    entries.sort_by(|a, b| a.location.cmp(&b.location));
    (entries, deviations)
}

impl<'a> Locked<'a> {
    fn new(entries: Option<&'a [Entry]>) -> Self {
        let mut by_package: BTreeMap<_, Vec<&Entry>> = BTreeMap::new();
        let all = entries.unwrap_or_default();
        for entry in all.iter().filter(|entry| entry.kind == Kind::Registry) {
            let version = entry.version.as_deref().unwrap_or_default();
            by_package.entry((entry.name.as_str(), version)).or_default().push(entry);
        }
        let by_location = all.iter().map(|entry| (entry.location.as_str(), entry)).collect();
        Self { by_location, by_package, is_there: entries.is_some() }
    }

    /// The entry of a place, if it needs one of its own.
    fn entry(&self, place: &Place) -> Result<Option<Entry>, String> {
        let (name, version) = match (&place.found, self.by_location.get(place.location.as_str())) {
            (Err(_), Some(there)) if place.is_link && may_be_a_link(there) => {
                return Ok(Some((*there).clone()));
            }
            (Err(reason), _) => return Err(reason.clone()),
            (Ok((name, version)), Some(there)) => return at_its_place(place, name, version, there).map(Some),
            (Ok((name, version)), None) => (name, version),
        };
        // A link to a package that has its own place, under its own name.
        if place.is_link && place.slot == *name {
            return Ok(None);
        }
        let elsewhere = self.by_package.get(&(name.as_str(), version.as_str())).map(Vec::as_slice).unwrap_or_default();
        let digests: BTreeSet<Option<&str>> = elsewhere.iter().map(|entry| entry.integrity.as_deref()).collect();
        // Without the lock file saying so, one package in another's place is a substitution, by a link too.
        let is_alias = place.slot != *name;
        let (id, slot) = (format!("{name}@{version}"), plain(&place.slot));
        match elsewhere {
            [] if self.is_there => Err(format!("{id} is installed, and the lock file does not have it")),
            [] => Err(format!("{id} is installed, and there is no lock file that would say with which digest")),
            _ if is_alias && !elsewhere.iter().any(|entry| entry.slot == place.slot) => {
                Err(format!("{id} is installed as {slot}, and the lock file does not have it under that name"))
            }
            _ if digests.len() > 1 => {
                Err(format!("the lock file has several digests for {id}, and not for this place"))
            }
            [first, ..] => {
                let (location, slot) = (place.location.clone(), place.slot.clone());
                Ok(Some(Entry { location, slot, ..(*first).clone() }))
            }
        }
    }
}

fn at_its_place(place: &Place, name: &str, version: &str, there: &Entry) -> Result<Entry, String> {
    let wanted = there.version.as_deref().unwrap_or_default();
    // A folder in place of a link is not the folder that the link would lead to.
    let is_link = matches!(there.kind, Kind::Skipped(SkipReason::Link | SkipReason::Workspace));
    let is_any_version = there.version.is_none() && !is_link;
    if there.name == name && (wanted == version || is_any_version) && (place.is_link || !is_link) {
        return Ok(there.clone());
    }
    let locked = match there.kind {
        Kind::Skipped(reason) if is_link => format!("{} ({})", plain(&there.name), reason.text()),
        _ => plain(&format!("{}@{wanted}", there.name)),
    };
    Err(format!("{name}@{version} is installed where the lock file has {locked}"))
}

/// What the lock file itself has outside of node_modules.
fn may_be_a_link(entry: &Entry) -> bool {
    matches!(entry.kind, Kind::Skipped(SkipReason::Link | SkipReason::Workspace | SkipReason::File))
}
