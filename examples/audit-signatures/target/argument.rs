//! What the command line names: a project, an installed tree, one package or one tarball.

use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::Args;
use countersign::{Artifact, PackageId, RegistryId};

use crate::plain_text::plain;

/// How the target is to be read, and where its bytes are.
#[derive(Debug, Default, Args)]
pub struct TargetArguments {
    /// Audit what is installed in the folder's node_modules, by name and version; file contents are not compared
    #[arg(long)]
    pub installed: bool,

    /// Which package the tarball is; its own package.json is never read
    #[arg(id = "tarball-of", long = "package", value_name = "NAME@VERSION", value_parser = package_id)]
    pub tarball_of: Option<PackageId>,

    /// The digest that the one package must have; without it, its tarball is fetched and hashed
    #[arg(long, value_name = "SRI", value_parser = integrity)]
    pub integrity: Option<String>,

    /// Hash the tarballs in this folder: name-version.tgz, a scoped one as @scope%2fname or as `npm pack` calls it
    #[arg(long, value_name = "DIR")]
    pub tarballs: Option<PathBuf>,

    /// Fetch and hash every tarball that is not in --tarballs; only --record keeps them
    #[arg(long)]
    pub fetch_tarballs: bool,
}

/// `NAME@VERSION`. A version holds no `@`.
pub fn package_id(text: &str) -> Result<PackageId, String> {
    let (name, version) = text.rsplit_once('@').ok_or("expected NAME@VERSION, such as @octo/lib@1.2.3")?;
    PackageId::new(name, version).map_err(|e| format!("{e}. {}", e.help()))
}

/// What is audited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    /// A project's lock file, or a folder that has one.
    Locked(PathBuf),
    /// The folder node_modules of a project.
    Installed {
        modules: PathBuf,
    },
    Package {
        id: PackageId,
        integrity: Option<String>,
    },
    Tarball {
        file: PathBuf,
        id: PackageId,
        integrity: Option<String>,
    },
}

impl Chosen {
    /// An existing path wins over a package of that name: a path can be looked at before it is audited.
    pub fn of(path: &Path, arguments: &TargetArguments) -> Result<Self, String> {
        let shown = || plain(&path.display().to_string());
        let about = match fs::metadata(path) {
            Ok(about) => Some(about),
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => None,
            Err(e) => return Err(format!("cannot read {}: {e}", shown())),
        };
        let chosen = match about {
            Some(about) => Self::path(path, &about, arguments)?,
            None => Self::package(path, arguments)?,
        };
        if arguments.integrity.is_some() && matches!(chosen, Self::Locked(_) | Self::Installed { .. }) {
            return Err(format!("--integrity is the digest of one package or tarball, and {} is neither", shown()));
        }
        Ok(chosen)
    }

    fn path(path: &Path, about: &Metadata, arguments: &TargetArguments) -> Result<Self, String> {
        let shown = || plain(&path.display().to_string());
        match &arguments.tarball_of {
            Some(_) if !about.is_file() => Err(format!("--package says what a tarball is, and {} is no file", shown())),
            Some(_) if arguments.installed => Err(format!("--installed needs a folder, and {} is a tarball", shown())),
            Some(id) => {
                let (id, integrity) = (id.clone(), arguments.integrity.clone());
                Ok(Self::Tarball { file: path.to_path_buf(), id, integrity })
            }
            None if about.is_file() && is_tarball(path) => Err(format!(
                "{} is a tarball: say which package it is with --package NAME@VERSION. What its own package.json says \
                 was written by whoever made it",
                shown()
            )),
            None if arguments.installed && !about.is_dir() => {
                Err(format!("--installed needs a folder, and {} is none", shown()))
            }
            None if about.is_dir() && path.file_name().is_some_and(|name| name == "node_modules") => {
                Ok(Self::Installed { modules: path.to_path_buf() })
            }
            None if arguments.installed => Ok(Self::Installed { modules: path.join("node_modules") }),
            None => Ok(Self::Locked(path.to_path_buf())),
        }
    }

    fn package(path: &Path, arguments: &TargetArguments) -> Result<Self, String> {
        let shown = || plain(&path.display().to_string());
        let neither = |why: String| {
            format!("cannot tell what to audit: `{}` is no existing file or folder, and no package: {why}", shown())
        };
        let text = path.to_str().ok_or_else(|| neither("it is not UTF-8".into()))?;
        let id = package_id(text).map_err(neither)?;
        if arguments.installed || arguments.tarball_of.is_some() {
            return Err(format!("--installed and --package need an existing folder or file, and {} is none", shown()));
        }
        Ok(Self::Package { id, integrity: arguments.integrity.clone() })
    }
}

fn is_tarball(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    name.ends_with(".tgz") || name.ends_with(".tar.gz")
}

/// Only a digest that can decide is worth stating.
fn integrity(text: &str) -> Result<String, String> {
    let id = PackageId::new("x", "1.0.0").map_err(|e| e.to_string())?;
    match Artifact::expected(RegistryId::npm(), id, text) {
        Ok(_) => Ok(text.into()),
        Err(e) => Err(format!("{e}. Expected sha512- and 88 characters of base64")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn id(text: &str) -> PackageId {
        package_id(text).unwrap()
    }

    fn plainly(path: &Path) -> Result<Chosen, String> {
        Chosen::of(path, &TargetArguments::default())
    }

    #[test]
    fn an_existing_path_wins_over_a_package_of_that_name() {
        let package = Chosen::Package { id: id("@octo/lib@1.2.3"), integrity: None };
        assert_eq!(plainly(Path::new("@octo/lib@1.2.3")).unwrap(), package);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lib@1.2.3");
        fs::create_dir(&path).unwrap();
        assert_eq!(plainly(&path).unwrap(), Chosen::Locked(path));
    }

    #[test]
    fn what_is_neither_path_nor_package_says_what_was_tried() {
        for text in ["nowhere", "../nowhere@1.0.0", "lib@^1.0.0", "lib@latest", "-", "a b@1.0.0"] {
            let problem = plainly(Path::new(text)).unwrap_err();
            assert!(problem.contains("no existing file or folder, and no package"), "{text}: {problem}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn cl_31_a_path_of_any_bytes_works_or_is_refused() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt as _;
        let folder = tempfile::tempdir().unwrap();
        for name in [b"with space".as_slice(), b"-", b"-rf", b"\xff\xfe"] {
            let path = folder.path().join(OsStr::from_bytes(name));
            assert!(plainly(Path::new(OsStr::from_bytes(name))).unwrap_err().contains("cannot tell what to audit"));
            fs::create_dir(&path).unwrap();
            assert_eq!(plainly(&path).unwrap(), Chosen::Locked(path));
        }
    }

    #[test]
    fn a_tarball_needs_to_be_told_which_package_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x-1.0.0.tgz");
        fs::write(&file, "bytes").unwrap();
        assert!(plainly(&file).unwrap_err().contains("--package NAME@VERSION"));
        let named = TargetArguments { tarball_of: Some(id("x@1.0.0")), ..TargetArguments::default() };
        let tarball = Chosen::Tarball { file: file.clone(), id: id("x@1.0.0"), integrity: None };
        assert_eq!(Chosen::of(&file, &named).unwrap(), tarball);
        assert!(Chosen::of(folder.path(), &named).unwrap_err().contains("is no file"));
        assert!(Chosen::of(Path::new("x@1.0.0"), &named).unwrap_err().contains("need an existing"));
    }

    #[test]
    fn node_modules_is_an_installed_tree_by_its_name_or_by_the_flag() {
        let folder = tempfile::tempdir().unwrap();
        let modules = folder.path().join("node_modules");
        fs::create_dir(&modules).unwrap();
        assert_eq!(plainly(&modules).unwrap(), Chosen::Installed { modules: modules.clone() });
        let installed = TargetArguments { installed: true, ..TargetArguments::default() };
        assert_eq!(Chosen::of(folder.path(), &installed).unwrap(), Chosen::Installed { modules });
        let file = folder.path().join("package-lock.json");
        fs::write(&file, "{}").unwrap();
        assert!(Chosen::of(&file, &installed).unwrap_err().contains("needs a folder"));
    }

    #[test]
    fn a_stated_digest_is_a_sha512_of_one_package() {
        assert!(integrity("sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=").unwrap_err().contains("sha512"));
        assert!(integrity("sha512-x").is_err() && integrity("").is_err());
        let folder = tempfile::tempdir().unwrap();
        let stated = TargetArguments { integrity: Some("sha512-".into()), ..TargetArguments::default() };
        assert!(Chosen::of(folder.path(), &stated).unwrap_err().contains("one package or tarball"));
    }
}
