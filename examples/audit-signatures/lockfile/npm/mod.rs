//! npm's lock files, package-lock.json and npm-shrinkwrap.json, of versions 1, 2 and 3.
//!
//! `document` is the JSON as npm writes it, `location` says what one member of `packages` is, `tree` what one of
//! the older `dependencies` is, `agreement` that both say the same, `bundles` which locations came inside
//! another package's tarball, `direct` which the project itself asks for.

mod agreement;
mod bundles;
mod direct;
mod document;
mod location;
mod tree;

use super::entry::Entry;
use document::{Document, Packages};

/// Every package that the lock file states, sorted by location.
pub fn entries(text: &str) -> Result<Vec<Entry>, String> {
    match document::parse(text)? {
        Document::Tree(tree) => tree::entries(&tree),
        Document::Packages(packages) => of_packages(&packages),
        Document::Both(packages, tree) => {
            let entries = of_packages(&packages)?;
            agreement::check(&entries, &packages, &tree)?;
            Ok(entries)
        }
    }
}

fn of_packages(packages: &Packages) -> Result<Vec<Entry>, String> {
    let (bundled, direct) = (bundles::find(packages), direct::find(packages));
    let entry = |(location, package): (&String, &document::Package)| {
        let entry = location::entry(location, package, bundled.contains(location.as_str()))?;
        Ok(Entry { direct: direct.contains(location.as_str()), ..entry })
    };
    packages.iter().map(entry).collect()
}
