//! pnpm-lock.yaml of versions 6 and 9.
//!
//! `document` is the YAML as pnpm writes it, `key` the keys of its packages, `package` what one of them is, `graph`
//! who asks for what, under which name.

mod document;
mod graph;
mod key;
mod package;

use super::entry::Entry;
use super::object::MOST_ENTRIES;

/// Every package that the lock file states.
pub fn entries(text: &str) -> Result<Vec<Entry>, String> {
    let mut entries = Vec::new();
    for document in document::parse(text)? {
        let asked = graph::Graph::of(&document)?;
        for (key, package) in &document.packages {
            let entry = package::entry(key, package, document.version)?;
            entries.extend(asked.placed(key, entry));
        }
        entries
            .extend(document.importers.keys().filter(|folder| *folder != ".").map(|folder| package::workspace(folder)));
        if entries.len() > 2 * MOST_ENTRIES {
            return Err(format!("it has more than {} entries and names for them", 2 * MOST_ENTRIES));
        }
    }
    entries.sort_by(|a: &Entry, b| (&a.location, &a.slot).cmp(&(&b.location, &b.slot)));
    Ok(entries)
}

#[cfg(test)]
mod tests;
