//! Lock files of every package manager, read as claims: which packages, from where, with which digest.
//!
//! `find` says which file is meant and who wrote it, `text`, `json`, `yaml` and `object` take it strictly and within
//! bounds, `npm`, `pnpm`, `yarn_classic`, `yarn_berry`, `bun` and `deno` say what its entries are, `reach` which of
//! them are there for development alone, `inventory` what is to be audited, `lines` where each entry stands.

mod bun;
mod deno;
mod entry;
mod find;
mod inventory;
mod json;
mod json_depth;
mod lines;
mod npm;
mod object;
mod pnpm;
mod reach;
mod source;
mod text;
mod yaml;
mod yarn_berry;
mod yarn_classic;

pub use entry::{Entry, Kind, SkipReason};
pub use find::Format;
pub use inventory::{Inventory, Item, Omit};
pub use lines::lines;

use std::path::{Path, PathBuf};

use crate::bounded_file::bounded;
use crate::plain_text::plain;

/// The largest lock file that is read; a tree of 100,000 packages needs about half of it.
const LARGEST: u64 = 64 * 1024 * 1024;

/// A lock file as it was read.
#[derive(Debug)]
pub struct LockFile {
    pub path: PathBuf,
    pub format: Format,
    /// Sorted by location.
    pub entries: Vec<Entry>,
}

impl LockFile {
    /// Reads the lock file at `path`, or that of the project folder at `path`.
    pub fn read(path: &Path) -> Result<Self, String> {
        let path = find::find(path)?;
        let bytes = bounded(&path, LARGEST)?;
        let (format, entries) = parse(&path, &bytes).map_err(|problem| {
            format!("cannot read the lock file {}: {problem}", plain(&path.display().to_string()))
        })?;
        Ok(Self { path, format, entries })
    }

    /// The folder whose configuration applies to this lock file.
    pub fn project(&self) -> &Path {
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }

    /// The text of the lock file at `path`, for the lines on which its entries stand. It is not kept: most
    /// runs do not ask.
    pub fn text(path: &Path) -> Result<String, String> {
        let bytes = bounded(path, LARGEST)?;
        text::text(&bytes).map(str::to_owned)
    }

    /// Whether the file says what `--omit` is to leave out. To leave out nothing would be taken for an answer.
    pub fn can_omit(&self, omit: Omit) -> Result<(), String> {
        let tells = self.format.tells();
        let untold = [
            ("dev", omit.dev && !tells.dev),
            ("optional", omit.optional && !tells.optional),
            ("peer", omit.peer && !tells.peer),
        ];
        match untold.iter().find(|(_, untold)| *untold) {
            None => Ok(()),
            Some((kind, _)) => {
                Err(format!("--omit {kind}: {} does not say which packages are {kind}. Audit without it", self.format))
            }
        }
    }
}

#[cfg(test)]
mod damage_tests;

fn parse(path: &Path, bytes: &[u8]) -> Result<(Format, Vec<Entry>), String> {
    let text = text::text(bytes)?;
    let format = Format::of(path, text)?;
    Ok((format, entries(format, text)?))
}

fn entries(format: Format, text: &str) -> Result<Vec<Entry>, String> {
    match format {
        Format::Npm => npm::entries(text),
        Format::Pnpm => pnpm::entries(text),
        Format::YarnClassic => yarn_classic::entries(text),
        Format::YarnBerry => yarn_berry::entries(text),
        Format::Bun => bun::entries(text),
        Format::Deno => deno::entries(text),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
mod tests {
    use std::fs::File;

    use super::*;

    fn read(bytes: &[u8]) -> Result<Vec<Entry>, String> {
        parse(Path::new("package-lock.json"), bytes).map(|(_, entries)| entries)
    }

    fn error(text: &str) -> String {
        read(text.as_bytes()).unwrap_err()
    }

    fn with(packages: &str) -> Result<Vec<Entry>, String> {
        read(format!(r#"{{"lockfileVersion":3,"packages":{{{packages}}}}}"#).as_bytes())
    }

    #[test]
    fn what_is_not_a_lock_file_says_why() {
        assert!(error("\u{feff}{}").contains("byte order mark"));
        assert!(read(&[0xff, 0xfe, b'{', 0]).unwrap_err().contains("UTF-16"));
        assert!(read(b"{\"a\":\"\xff\"}").unwrap_err().contains("byte 6 is not UTF-8"));
        assert!(error("{\n<<<<<<< HEAD\n}").contains("line 2 is a merge conflict marker"));
        assert!(error("").contains("line 1"));
        assert!(error("[]").contains("expected a lock file"));
        assert!(error(r#"{"lockfileVersion":3,"packages":{}} x"#).contains("trailing characters"));
    }

    #[test]
    fn lk_17_only_versions_1_to_3_are_read() {
        for version in ["0", "4", "\"3\"", "1e9", "3.0", "null", "-1"] {
            let text = format!(r#"{{"lockfileVersion":{version},"packages":{{}}}}"#);
            assert!(error(&text).contains("lockfileVersion"), "{version}");
        }
        assert!(error(r#"{"packages":{}}"#).contains("lockfileVersion"));
        assert!(error(r#"{"lockfileVersion":3}"#).contains("`packages`"));
        assert!(error(r#"{"lockfileVersion":1,"packages":{}}"#).contains("only versions 2 and 3 have"));
    }

    #[test]
    fn lk_12_duplicate_keys_are_refused_at_every_level_that_is_read() {
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
        assert!(read(deep(63).as_bytes()).is_ok());
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
        assert!(LockFile::read(folder.path()).unwrap_err().contains("has no lock file"));
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
