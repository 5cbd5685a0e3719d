//! npm's lock files, read as claims: which packages, from where, with which digest.
//!
//! `document` is the JSON as npm writes it, `entry` says what one location is, `bundles` which
//! locations came inside another package's tarball, `direct` which the project itself asks for,
//! `inventory` what is to be audited.

mod bundles;
mod depth;
mod direct;
mod document;
mod entry;
mod inventory;
mod lines;

pub use entry::{Entry, Kind, SkipReason};
pub use inventory::{Inventory, Item, Omit};
pub use lines::lines;

use std::path::{Path, PathBuf};

use crate::bounded_file::bounded;
use crate::plain_text::plain;

/// The largest lock file that is read; a tree of 100,000 packages needs about half of it.
const LARGEST: u64 = 64 * 1024 * 1024;

/// npm prefers the first: a shrinkwrap is meant to be published and obeyed.
const NAMES: [&str; 2] = ["npm-shrinkwrap.json", "package-lock.json"];

/// Lock files of other package managers, to say so when one is all there is.
const FOREIGN: [&str; 4] = ["pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb"];

/// A lock file as it was read.
#[derive(Debug)]
pub struct LockFile {
    pub path: PathBuf,
    /// Sorted by location.
    pub entries: Vec<Entry>,
}

impl LockFile {
    /// Reads the lock file at `path`, or that of the project folder at `path`.
    pub fn read(path: &Path) -> Result<Self, String> {
        let path = find(path)?;
        let bytes = bounded(&path, LARGEST)?;
        let entries = parse(&bytes).map_err(|problem| {
            format!("cannot read the lock file {}: {problem}", plain(&path.display().to_string()))
        })?;
        Ok(Self { path, entries })
    }

    /// The text of the lock file at `path`, for the lines on which its entries stand. It is not kept: most
    /// runs do not ask.
    pub fn text(path: &Path) -> Result<String, String> {
        let bytes = bounded(path, LARGEST)?;
        text(&bytes).map(str::to_owned)
    }

    /// The folder whose configuration applies to this lock file.
    pub fn project(&self) -> &Path {
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }
}

fn parse(bytes: &[u8]) -> Result<Vec<Entry>, String> {
    let text = text(bytes)?;
    depth::check(bytes)?;
    let packages = document::parse(text)?;
    let (bundled, direct) = (bundles::find(&packages), direct::find(&packages));
    let entry = |(location, package): (&String, &document::Package)| {
        let entry = Entry::new(location, package, bundled.contains(location.as_str()))?;
        Ok(Entry { direct: direct.contains(location.as_str()), ..entry })
    };
    packages.iter().map(entry).collect()
}

/// The usual ways in which a lock file is not JSON, each with what to do about it.
fn text(bytes: &[u8]) -> Result<&str, String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("it is UTF-16; npm writes UTF-8. Save it as UTF-8 without a byte order mark".into());
    }
    if bytes.starts_with(&[0xef, 0xbb, 0xbf]) {
        return Err("it starts with a byte order mark; npm writes none. Save it as UTF-8 without one".into());
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|e| format!("byte {} is not UTF-8; expected a JSON document in UTF-8", e.valid_up_to()))?;
    if let Some(line) = text.lines().position(|line| line.starts_with("<<<<<<< ")) {
        return Err(format!(
            "line {} is a merge conflict marker. Resolve the conflict (`npm install --package-lock-only`) and audit again",
            line + 1
        ));
    }
    Ok(text)
}

fn find(path: &Path) -> Result<PathBuf, String> {
    let shown = || plain(&path.display().to_string());
    let about = std::fs::metadata(path).map_err(|e| format!("cannot read {}: {e}", shown()))?;
    if !about.is_dir() {
        return Ok(path.to_path_buf());
    }
    if let Some(found) = NAMES.iter().map(|name| path.join(name)).find(|file| file.exists()) {
        return Ok(found);
    }
    let foreign = FOREIGN.iter().find(|name| path.join(name).exists());
    Err(match foreign {
        Some(name) => format!(
            "{} has a {name}, which is not supported yet; expected npm-shrinkwrap.json or package-lock.json",
            shown()
        ),
        None => format!(
            "{} has neither npm-shrinkwrap.json nor package-lock.json. Run `npm install --package-lock-only`, or name the lock file",
            shown()
        ),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
mod tests {
    use std::fs::File;

    use super::*;

    fn error(text: &str) -> String {
        parse(text.as_bytes()).unwrap_err()
    }

    fn with(packages: &str) -> Result<Vec<Entry>, String> {
        parse(format!(r#"{{"lockfileVersion":3,"packages":{{{packages}}}}}"#).as_bytes())
    }

    #[test]
    fn what_is_not_a_lock_file_says_why() {
        assert!(error("\u{feff}{}").contains("byte order mark"));
        assert!(parse(&[0xff, 0xfe, b'{', 0]).unwrap_err().contains("UTF-16"));
        assert!(parse(b"{\"a\":\"\xff\"}").unwrap_err().contains("byte 6 is not UTF-8"));
        assert!(error("{\n<<<<<<< HEAD\n}").contains("line 2 is a merge conflict marker"));
        assert!(error("").contains("line 1"));
        assert!(error("[]").contains("expected a lock file"));
        assert!(error(r#"{"lockfileVersion":3,"packages":{}} x"#).contains("trailing characters"));
    }

    #[test]
    fn only_versions_2_and_3_are_read() {
        assert!(error(r#"{"lockfileVersion":1,"dependencies":{}}"#).contains("lockfileVersion 1 is not supported yet"));
        for version in ["0", "4", "\"3\"", "1e9", "3.0", "null", "-1"] {
            let text = format!(r#"{{"lockfileVersion":{version},"packages":{{}}}}"#);
            assert!(error(&text).contains("lockfileVersion"), "{version}");
        }
        assert!(error(r#"{"packages":{}}"#).contains("lockfileVersion"));
        assert!(error(r#"{"lockfileVersion":3}"#).contains("`packages`"));
        assert!(parse(br#"{"lockfileVersion":2,"packages":{},"dependencies":{"a":{}}}"#).is_ok());
    }

    #[test]
    fn duplicate_keys_are_refused_at_every_level_that_is_read() {
        assert!(error(r#"{"lockfileVersion":3,"packages":{},"packages":{}}"#).contains("duplicate"));
        assert!(error(r#"{"lockfileVersion":3,"lockfileVersion":3,"packages":{}}"#).contains("duplicate"));
        let twice = r#""node_modules/a":{"version":"1.0.0"},"node_modules/\u0061":{"version":"2.0.0"}"#;
        assert!(with(twice).unwrap_err().contains("node_modules/a` stands twice"));
        let inner = r#""node_modules/a":{"version":"1.0.0","integrity":"x","integrity":"y"}"#;
        assert!(with(inner).unwrap_err().contains("duplicate field `integrity`"));
        let dependencies = r#""node_modules/a":{"version":"1.0.0","dependencies":{"b":"1","b":"2"}}"#;
        assert!(with(dependencies).unwrap_err().contains("`b` stands twice"));
    }

    #[test]
    fn re_04_depth_is_checked_before_parsing() {
        let deep =
            |n: usize| format!(r#"{{"lockfileVersion":3,"packages":{{}},"x":{}{}}}"#, "[".repeat(n), "]".repeat(n));
        assert!(parse(deep(63).as_bytes()).is_ok());
        assert!(error(&deep(64)).contains("deeper than 64"));
        assert!(error(&deep(1_000_000)).contains("deeper than 64"));
    }

    #[test]
    fn re_06_entries_are_counted_while_they_are_read() {
        let many: Vec<String> = (0..100_002).map(|n| format!(r#""node_modules/p{n}":{{"version":"1.0.0"}}"#)).collect();
        assert!(with(&many[..100_001].join(",")).is_ok());
        assert!(with(&many.join(",")).unwrap_err().contains("more than 100001 entries"));
    }

    #[test]
    fn re_01_the_file_is_not_read_past_the_cap() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("package-lock.json");
        File::create(&path).unwrap().set_len(LARGEST + 1).unwrap();
        assert!(LockFile::read(folder.path()).unwrap_err().contains("larger than 65536 KiB"));
    }

    #[test]
    fn a_folder_gives_its_shrinkwrap_first() {
        let folder = tempfile::tempdir().unwrap();
        assert!(LockFile::read(folder.path()).unwrap_err().contains("neither npm-shrinkwrap.json nor"));
        std::fs::write(folder.path().join("yarn.lock"), "").unwrap();
        assert!(LockFile::read(folder.path()).unwrap_err().contains("yarn.lock, which is not supported"));
        let lock = |name: &str| {
            let text = format!(r#"{{"lockfileVersion":3,"packages":{{"node_modules/{name}":{{"version":"1.0.0"}}}}}}"#);
            let path = folder.path().join(if name == "s" { "npm-shrinkwrap.json" } else { "package-lock.json" });
            std::fs::write(path, text).unwrap();
            LockFile::read(folder.path()).unwrap().entries[0].name.clone()
        };
        assert_eq!(lock("p"), "p");
        assert_eq!(lock("s"), "s");
        let named = LockFile::read(&folder.path().join("package-lock.json")).unwrap();
        assert_eq!(named.entries[0].name, "p");
        assert_eq!(named.project(), folder.path());
    }

    #[test]
    fn errors_name_the_file() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("package-lock.json"), "{").unwrap();
        let message = LockFile::read(folder.path()).unwrap_err();
        assert!(message.contains("package-lock.json: ") && message.contains("line 1"), "{message}");
    }
}
