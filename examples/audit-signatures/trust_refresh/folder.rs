//! A folder that nobody else can write.

use std::fs::{self, DirBuilder};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;

use crate::plain_text::plain;

/// The folder for one repository: `chosen`, else the user's cache folder. `id` holds no text of others.
pub fn open(chosen: Option<&Path>, id: &str) -> Result<PathBuf, String> {
    let own = match chosen {
        Some(chosen) => vec![chosen.to_path_buf()],
        None => {
            let home = etcetera::choose_base_strategy()
                .map_err(|e| format!("there is no cache folder ({e}): name one with --trust-cache DIR"))?;
            let cache = home.cache_dir();
            fs::create_dir_all(&cache).map_err(|e| failed("cannot make", &cache, &e))?;
            let ours = cache.join("countersign");
            vec![ours.clone(), ours.join("tuf")]
        }
    };
    let repository = own.last().map(|folder| folder.join(id)).unwrap_or_default();
    for folder in own.iter().chain([&repository]) {
        make(folder)?;
        is_private(folder)?;
    }
    Ok(repository)
}

fn make(folder: &Path) -> Result<(), String> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Err(e) if e.kind() != ErrorKind::AlreadyExists => Err(failed("cannot make", folder, &e)),
        _ => Ok(()),
    }
}

/// What is kept here is verified whenever it is read. But whoever can remove it takes the memory of
/// newer versions away, and whoever can put a link here chooses what is overwritten.
fn is_private(folder: &Path) -> Result<(), String> {
    let refused = |why: &str| {
        let shown = plain(&folder.display().to_string());
        Err(format!("the cache folder {shown} {why}: remove it, or name another with --trust-cache DIR"))
    };
    let found = fs::symlink_metadata(folder).map_err(|e| failed("cannot look at", folder, &e))?;
    if !found.is_dir() {
        return refused("is a link or no folder");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        if found.mode() & 0o022 != 0 {
            return refused("can be written by others");
        }
        let probe = tempfile::tempfile_in(folder).and_then(|file| file.metadata());
        if probe.map_err(|e| failed("cannot write into", folder, &e))?.uid() != found.uid() {
            return refused("belongs to somebody else");
        }
    }
    Ok(())
}

fn failed(what: &str, folder: &Path, error: &std::io::Error) -> String {
    format!("{what} {}: {error}", plain(&folder.display().to_string()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_new_folder_is_the_users_alone() {
        let base = tempfile::tempdir().unwrap();
        let folder = open(Some(&base.path().join("cache")), "id").unwrap();
        assert_eq!(folder, base.path().join("cache/id"));
        #[cfg(unix)]
        for made in [base.path().join("cache"), folder] {
            use std::os::unix::fs::MetadataExt as _;
            assert_eq!(fs::metadata(made).unwrap().mode() & 0o777, 0o700);
        }
    }

    #[cfg(unix)]
    #[test]
    fn cl_51_a_folder_of_others_is_refused() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let base = tempfile::tempdir().unwrap();
        let (real, link) = (base.path().join("real"), base.path().join("link"));
        fs::create_dir(&real).unwrap();
        symlink(&real, &link).unwrap();
        assert!(open(Some(&link), "id").unwrap_err().contains("is a link"));
        symlink(&link, real.join("id")).unwrap();
        assert!(open(Some(&real), "id").unwrap_err().contains("is a link"));
        for mode in [0o720, 0o702] {
            fs::set_permissions(&real, fs::Permissions::from_mode(mode)).unwrap();
            assert!(open(Some(&real), "other").unwrap_err().contains("can be written by others"), "{mode:o}");
        }
        fs::write(base.path().join("file"), "").unwrap();
        assert!(open(Some(&base.path().join("file")), "id").unwrap_err().contains("no folder"));
        // Root alone can make a folder of somebody else's.
        let foreign = base.path().join("foreign");
        fs::create_dir(&foreign).unwrap();
        if std::os::unix::fs::chown(&foreign, Some(12_345), None).is_ok() {
            assert!(open(Some(&foreign), "id").unwrap_err().contains("belongs to somebody else"));
        }
    }
}
