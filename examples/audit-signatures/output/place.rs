//! Where in the lock file a package stands, for formats that point into files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use countersign::report::{AuditReport, Verdict};
use url::Url;

use crate::lockfile::{LockFile, lines};
use crate::plain_text::plain;

/// The lock file as the formats name it, and the lines of the packages that are not verified.
pub struct Places {
    file: Option<File>,
    lines: BTreeMap<String, usize>,
}

struct File {
    /// From the current folder, with `/`, if it is below it.
    relative: Option<String>,
    absolute: PathBuf,
}

impl Places {
    /// A lock file that cannot be read any more has no lines to point at; the audit itself has read it.
    pub fn of(report: &AuditReport, lock_file: Option<&Path>) -> Self {
        let Some(path) = lock_file else { return Self { file: None, lines: BTreeMap::new() } };
        let failed = report.packages().iter().filter(|p| !matches!(p.verdict(), Verdict::Verified | Verdict::Skipped));
        let wanted: BTreeSet<&str> = failed.flat_map(|package| package.locations()).map(String::as_str).collect();
        let text = if wanted.is_empty() { String::new() } else { LockFile::text(path).unwrap_or_default() };
        Self { file: File::of(path), lines: lines(&text, &wanted) }
    }

    /// The line of the first of these locations that has one, counted from 1.
    pub fn line(&self, locations: &[String]) -> Option<usize> {
        locations.iter().find_map(|location| self.lines.get(location).copied())
    }

    /// As a person in the current folder would write it; fit for a log.
    pub fn name(&self) -> Option<String> {
        let file = self.file.as_ref()?;
        Some(plain(file.relative.as_deref().unwrap_or(&file.absolute.display().to_string())))
    }

    /// As a URI, and whether it is relative to the current folder.
    pub fn uri(&self) -> Option<(String, bool)> {
        let file = self.file.as_ref()?;
        let absolute = Url::from_file_path(&file.absolute).ok()?;
        let Some(relative) = &file.relative else { return Some((absolute.into(), false)) };
        // The last segments of the absolute URI are the relative one's, with what they need escaped.
        let segments: Vec<&str> = absolute.path_segments()?.collect();
        let own = segments.len().checked_sub(relative.split('/').count())?;
        Some((segments.get(own..)?.join("/"), true))
    }
}

impl File {
    fn of(path: &Path) -> Option<Self> {
        let absolute = std::fs::canonicalize(path).ok()?;
        let here = std::env::current_dir().and_then(std::fs::canonicalize).ok()?;
        let relative = absolute.strip_prefix(here).ok().and_then(Path::to_str).map(|path| path.replace('\\', "/"));
        Some(Self { relative, absolute })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_stands_at_the_first_of_its_locations_that_has_a_line() {
        let places = Places { file: None, lines: BTreeMap::from([("b".into(), 2), ("c".into(), 3)]) };
        assert_eq!(places.line(&["a", "b", "c"].map(String::from)), Some(2));
        assert_eq!(places.line(&["a".into()]), None);
    }
}
