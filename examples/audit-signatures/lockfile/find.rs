//! Which lock file is meant, and who wrote it.

use std::fmt;
use std::path::{Path, PathBuf};

use super::inventory::Omit;
use crate::bounded_file::bounded;
use crate::plain_text::plain;

/// The form of a lock file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    Npm,
    Pnpm,
    YarnClassic,
    YarnBerry,
    Bun,
    Deno,
}

/// Each file by the package manager that writes it. npm prefers the first of its two: a shrinkwrap is meant to be
/// published and obeyed; bun prefers its text.
const FILES: [(&str, &str); 7] = [
    ("npm", "npm-shrinkwrap.json"),
    ("npm", "package-lock.json"),
    ("pnpm", "pnpm-lock.yaml"),
    ("yarn", "yarn.lock"),
    ("bun", "bun.lock"),
    ("bun", "bun.lockb"),
    ("deno", "deno.lock"),
];

/// A package.json is written by hand.
const LARGEST_MANIFEST: u64 = 1024 * 1024;

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Npm => "npm's lock file",
            Self::Pnpm => "pnpm-lock.yaml",
            Self::YarnClassic => "yarn.lock of yarn 1",
            Self::YarnBerry => "yarn.lock of yarn 2 or later",
            Self::Bun => "bun.lock",
            Self::Deno => "deno.lock",
        })
    }
}

impl Format {
    /// The kinds of dependencies that its entries tell apart.
    pub fn tells(self) -> Omit {
        match self {
            Self::Npm => Omit { dev: true, optional: true, peer: true },
            Self::Pnpm | Self::Bun => Omit { dev: true, optional: true, peer: false },
            Self::YarnClassic | Self::YarnBerry | Self::Deno => Omit::default(),
        }
    }

    /// By the file's name, and for what two managers call alike by its text.
    pub fn of(path: &Path, text: &str) -> Result<Self, String> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        match name.as_str() {
            "npm-shrinkwrap.json" | "package-lock.json" => Ok(Self::Npm),
            "pnpm-lock.yaml" => Ok(Self::Pnpm),
            "yarn.lock" if text.lines().any(|line| line.starts_with("__metadata:")) => Ok(Self::YarnBerry),
            "yarn.lock" => Ok(Self::YarnClassic),
            "bun.lock" => Ok(Self::Bun),
            "deno.lock" => Ok(Self::Deno),
            _ if name.ends_with(".json") || text.trim_start().starts_with('{') => Ok(Self::Npm),
            _ => Err(format!("its name does not say which package manager wrote it; expected one of {}", names())),
        }
    }
}

/// The lock file at `path`, or that of the project folder at `path`.
pub fn find(path: &Path) -> Result<PathBuf, String> {
    let about = std::fs::metadata(path).map_err(|e| format!("cannot read {}: {e}", shown(path)))?;
    let found = if about.is_dir() { in_folder(path)? } else { path.to_path_buf() };
    if found.file_name().is_some_and(|name| name == "bun.lockb") {
        return Err(format!(
            "{} is bun's binary lock file, which is not read; expected bun.lock. \
             `bun install --save-text-lockfile --frozen-lockfile --lockfile-only` writes it",
            shown(&found)
        ));
    }
    Ok(found)
}

/// With the files of two package managers only one tells what is installed, and which is not for us to guess:
/// an audit of the other would be of packages that nobody has.
fn in_folder(folder: &Path) -> Result<PathBuf, String> {
    let mut found: Vec<(&str, PathBuf)> = Vec::new();
    for (manager, name) in FILES {
        let file = folder.join(name);
        if file.exists() && !found.iter().any(|(other, _)| *other == manager) {
            found.push((manager, file));
        }
    }
    if found.len() > 1 {
        let named = package_manager(folder);
        let chosen = named.as_deref().ok().and_then(|named| found.iter().find(|(manager, _)| *manager == named));
        if let Some((_, file)) = chosen {
            return Ok(file.clone());
        }
        let why = match named {
            Ok(other) => format!("package.json names {}, which has none here", plain(&other)),
            Err(why) => why,
        };
        let files: Vec<String> = found.iter().map(|(_, file)| shown(file)).collect();
        return Err(format!(
            "{} has the lock files of several package managers, and {why}: {}. Name the one to audit",
            shown(folder),
            files.join(", ")
        ));
    }
    match found.pop() {
        Some((_, file)) => Ok(file),
        None => Err(format!(
            "{} has no lock file: neither of {}. Run `npm install --package-lock-only`, or what your package manager \
             has for it, or name the lock file",
            shown(folder),
            names()
        )),
    }
}

/// What `packageManager` of package.json names, such as `pnpm@9.1.0`.
fn package_manager(folder: &Path) -> Result<String, String> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Manifest {
        package_manager: Option<String>,
    }
    let bytes = bounded(&folder.join("package.json"), LARGEST_MANIFEST)
        .map_err(|_| "no package.json says which is used".to_owned())?;
    let manifest: Manifest =
        serde_json::from_slice(&bytes).map_err(|_| "its package.json is not one that says which is used".to_owned())?;
    let named = manifest.package_manager.ok_or("`packageManager` of package.json does not say which is used")?;
    Ok(named.split_once('@').map_or(named.as_str(), |(manager, _)| manager).to_owned())
}

fn names() -> String {
    FILES.map(|(_, name)| name).join(", ").replace(" bun.lockb,", "")
}

fn shown(path: &Path) -> String {
    plain(&path.display().to_string())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            std::fs::write(folder.path().join(name), content).unwrap();
        }
        folder
    }

    fn chosen(files: &[(&str, &str)]) -> Result<String, String> {
        let folder = folder(files);
        find(folder.path()).map(|file| file.file_name().unwrap().to_str().unwrap().to_owned())
    }

    #[test]
    fn one_lock_file_is_taken() {
        for (_, name) in FILES.iter().filter(|(_, name)| *name != "bun.lockb") {
            assert_eq!(chosen(&[(name, "")]).as_deref(), Ok(*name));
        }
        let none = chosen(&[("package.json", "{}")]).unwrap_err();
        assert!(none.contains("has no lock file") && none.contains("deno.lock") && !none.contains("lockb"), "{none}");
    }

    #[test]
    fn a_shrinkwrap_and_a_text_come_first() {
        assert_eq!(chosen(&[("package-lock.json", ""), ("npm-shrinkwrap.json", "")]).unwrap(), "npm-shrinkwrap.json");
        assert_eq!(chosen(&[("bun.lockb", ""), ("bun.lock", "")]).unwrap(), "bun.lock");
    }

    #[test]
    fn of_two_managers_the_project_names_one_or_nobody_guesses() {
        let two = [("package-lock.json", ""), ("pnpm-lock.yaml", "")];
        let with = |manifest| chosen(&[two[0], two[1], ("package.json", manifest)]);
        assert_eq!(with(r#"{"packageManager":"pnpm@9.1.0+sha512.0"}"#).unwrap(), "pnpm-lock.yaml");
        assert_eq!(with(r#"{"packageManager":"npm@11.0.0"}"#).unwrap(), "package-lock.json");
        for (problem, why) in [
            (chosen(&two), "no package.json says"),
            (with("{}"), "does not say which"),
            (with("x"), "is not one that says"),
            (with(r#"{"packageManager":"yarn@4.0.0"}"#), "names yarn, which has none here"),
        ] {
            let problem = problem.unwrap_err();
            for part in ["several package managers", why, "package-lock.json", "pnpm-lock.yaml", "Name the one"] {
                assert!(problem.contains(part), "{part}: {problem}");
            }
        }
        assert!(chosen(&[("yarn.lock", ""), ("bun.lockb", "")]).unwrap_err().contains("several package managers"));
    }

    #[test]
    fn the_binary_lock_file_of_bun_is_refused_with_what_to_do() {
        assert!(chosen(&[("bun.lockb", "")]).unwrap_err().contains("--save-text-lockfile"));
        let folder = folder(&[("bun.lockb", "")]);
        assert!(find(&folder.path().join("bun.lockb")).unwrap_err().contains("binary lock file"));
    }

    #[test]
    fn the_name_says_the_format_and_for_yarn_the_text() {
        let of = |name: &str, text: &str| Format::of(Path::new(name), text);
        assert_eq!(of("a/yarn.lock", "# yarn lockfile v1\n\na@1:\n"), Ok(Format::YarnClassic));
        assert_eq!(of("a/yarn.lock", "# x\n\n__metadata:\n  version: 8\n"), Ok(Format::YarnBerry));
        assert_eq!(of("pnpm-lock.yaml", "{"), Ok(Format::Pnpm));
        assert_eq!(of("deno.lock", "{"), Ok(Format::Deno));
        assert_eq!(of("lock-of-last-week.json", "x"), Ok(Format::Npm));
        assert_eq!(of("saved", " {"), Ok(Format::Npm));
        assert!(of("saved", "a: b").unwrap_err().contains("its name does not say"));
    }
}
