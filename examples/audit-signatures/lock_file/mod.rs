//! The trust lock on disk: read with a bound, and replaced as a whole or not at all.

mod only_writer;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use countersign::limits::LOCK_BYTES;
use countersign::policy::TrustLock;

use crate::bounded_file::bounded;
use crate::plain_text::plain;
use only_writer::OnlyWriter;

/// A lock file as it was when it was read. `write` replaces that and nothing else.
#[derive(Debug)]
pub struct LockFile {
    path: PathBuf,
    /// `None`: there was no file.
    read: Option<Vec<u8>>,
}

impl LockFile {
    /// Reads a lock that must be there: a mistyped name must not pass for a lock without pins.
    pub fn open(path: &Path) -> Result<(Self, TrustLock), String> {
        let (file, lock) = Self::open_or_empty(path)?;
        match file.read {
            Some(_) => Ok((file, lock)),
            None => Err(format!("cannot read {}: there is no such file", shown(path))),
        }
    }

    /// Reads a lock, or starts one where there is none yet.
    pub fn open_or_empty(path: &Path) -> Result<(Self, TrustLock), String> {
        let read = current(path)?;
        let lock = match &read {
            Some(bytes) => TrustLock::from_json(bytes).map_err(|e| format!("{}: {e}. {}", shown(path), e.help()))?,
            None => TrustLock::empty(),
        };
        Ok((Self { path: path.to_path_buf(), read }, lock))
    }

    /// Replaces the file by this lock. After an error, and after a crash at any moment, the former file or the
    /// new one is there, whole.
    ///
    /// An error also if somebody else wrote the file since it was read: his pins would be lost.
    pub fn write(&self, lock: &TrustLock) -> Result<(), String> {
        self.write_by(&Disk, lock)
    }

    fn write_by(&self, steps: &impl Steps, lock: &TrustLock) -> Result<(), String> {
        let text = lock.to_json();
        if self.read.as_deref() == Some(text.as_bytes()) {
            return Ok(());
        }
        // A lock that can be written and not read would stop every later audit.
        let back = TrustLock::from_json(text.as_bytes()).map_err(|e| format!("cannot write the trust lock: {e}"))?;
        if back.to_json() != text {
            return Err("cannot write the trust lock: it would be read as another one".into());
        }
        let only_writer = OnlyWriter::of(folder_of(&self.path))
            .map_err(|why| format!("cannot write {}: {why}", shown(&self.path)))?;
        let (file, part) = steps.create(&self.path).map_err(|e| self.failed(&e))?;
        let replaced = self.replace(steps, file, &part, text.as_bytes());
        if replaced.is_err() {
            // The error that matters is the one above.
            let _ = steps.remove(&part);
        }
        replaced?;
        if only_writer.is_certain() {
            remove_leftovers(&self.path);
        }
        steps.sync_folder(folder_of(&self.path)).map_err(|e| self.failed(&e))
    }

    /// While there is one writer only, what is compared is what is replaced.
    fn replace(&self, steps: &impl Steps, mut file: File, part: &Path, bytes: &[u8]) -> Result<(), String> {
        steps.write(&mut file, bytes).map_err(|e| self.failed(&e))?;
        // Renamed before its content is on disk, it could be found empty after a power cut.
        steps.sync(&file).map_err(|e| self.failed(&e))?;
        drop(file);
        if steps.current(&self.path)? != self.read {
            return Err(format!("{} was written by somebody else meanwhile: run again", shown(&self.path)));
        }
        steps.rename(part, &self.path).map_err(|e| self.failed(&e))
    }

    fn failed(&self, error: &io::Error) -> String {
        format!("cannot write {}: {error}", shown(&self.path))
    }
}

/// What touches the disk, one by one, so that each can be made to fail.
trait Steps {
    fn create(&self, path: &Path) -> io::Result<(File, PathBuf)>;
    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()>;
    fn sync(&self, file: &File) -> io::Result<()>;
    fn current(&self, path: &Path) -> Result<Option<Vec<u8>>, String>;
    fn rename(&self, part: &Path, path: &Path) -> io::Result<()>;
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
    fn remove(&self, part: &Path) -> io::Result<()>;
}

struct Disk;

impl Steps for Disk {
    /// Beside the lock, because a file can only take the place of another one in the same file system; under
    /// a name of its own, so that what a killed run left stops nobody.
    fn create(&self, path: &Path) -> io::Result<(File, PathBuf)> {
        let (before, after) = part_of(path);
        let mut part = tempfile::Builder::new();
        part.prefix(&before).suffix(after);
        #[cfg(unix)]
        part.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        part.tempfile_in(folder_of(path))?.keep().map_err(|e| e.error)
    }

    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    fn current(&self, path: &Path) -> Result<Option<Vec<u8>>, String> {
        current(path)
    }

    fn rename(&self, part: &Path, path: &Path) -> io::Result<()> {
        fs::rename(part, path)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        // Elsewhere a folder cannot be opened as a file, and renaming is the file system's business.
        if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
    }

    fn remove(&self, part: &Path) -> io::Result<()> {
        fs::remove_file(part)
    }
}

/// The file's bytes; `None` if there is none. Through a link the lock would be replaced by a file where the
/// link was, and the linked one would stay as it is; a pipe would keep the audit waiting.
fn current(path: &Path) -> Result<Option<Vec<u8>>, String> {
    if path == Path::new("-") {
        return Err("the trust lock is a file, not standard input".into());
    }
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_file() => bounded(path, LOCK_BYTES as u64).map(Some),
        Ok(found) if found.is_symlink() => Err(format!("{} is a link: name the lock file itself", shown(path))),
        Ok(_) => Err(format!("{} is not a file", shown(path))),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(format!("cannot read {}: {e}", shown(path))),
    }
}

/// What a part file's name begins and ends with.
fn part_of(path: &Path) -> (OsString, &'static str) {
    let mut before = OsString::from(".");
    before.push(path.file_name().unwrap_or_default());
    before.push(".");
    (before, ".part")
}

/// What killed runs left. Nobody else is writing.
fn remove_leftovers(path: &Path) {
    let (before, after) = part_of(path);
    for entry in fs::read_dir(folder_of(path)).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        if name.starts_with(before.as_encoded_bytes()) && name.ends_with(after.as_bytes()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn shown(path: &Path) -> String {
    plain(&path.display().to_string())
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
