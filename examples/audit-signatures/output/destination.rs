//! Standard output, or a file that appears whole or not at all.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::plain_text::plain;

/// A place to write to. What could not be written was not said, so that is an error.
pub struct Destination {
    out: BufWriter<Box<dyn Write>>,
    file: Option<(PathBuf, NamedTempFile)>,
}

impl Destination {
    pub fn stdout() -> Self {
        Self { out: BufWriter::new(Box::new(io::stdout())), file: None }
    }

    /// The file at `path` is replaced at the end, by one that is complete.
    pub fn file(path: &Path) -> Result<Self, String> {
        let failed = |e: io::Error| cannot_write(path, &e);
        let unfit = |why: &str| Err(format!("cannot write {}: {why}", plain(&path.display().to_string())));
        if path.is_dir() {
            return unfit("it is a folder");
        }
        // It would be replaced: a device or a link by a file.
        if std::fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
            return unfit("it is no regular file. Name a file that may be replaced, or one that is not there");
        }
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let part = tempfile::Builder::new().prefix(".countersign-").tempfile_in(folder).map_err(failed)?;
        let out = part.reopen().map_err(failed)?;
        Ok(Self { out: BufWriter::new(Box::new(out)), file: Some((path.to_path_buf(), part)) })
    }

    pub fn is_file(&self) -> bool {
        self.file.is_some()
    }

    pub fn write(&mut self, text: impl FnOnce(&mut dyn Write) -> Result<(), String>) -> Result<(), String> {
        let written = text(&mut self.out).and_then(|()| self.out.flush().map_err(|e| e.to_string()));
        written.map_err(|problem| match &self.file {
            Some((path, _)) => format!("cannot write {}: {problem}", plain(&path.display().to_string())),
            None => format!("cannot print the report: {problem}"),
        })
    }

    pub fn finish(self) -> Result<(), String> {
        let Some((path, part)) = self.file else { return Ok(()) };
        drop(self.out);
        #[cfg(unix)]
        readable(&part).map_err(|e| cannot_write(&path, &e))?;
        part.persist(&path).map_err(|e| cannot_write(&path, &e.error)).map(drop)
    }
}

/// A report is as readable as any file that is written here: temporary files alone are their owner's.
#[cfg(unix)]
fn readable(part: &NamedTempFile) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    part.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))
}

fn cannot_write(path: &Path, error: &io::Error) -> String {
    format!("cannot write {}: {error}", plain(&path.display().to_string()))
}

/// Prints a text whole.
pub fn print(text: &str) -> Result<(), String> {
    print_by(|out| out.write_all(text.as_bytes()).map_err(|e| e.to_string()))
}

/// Prints what `text` writes.
pub fn print_by(text: impl FnOnce(&mut dyn Write) -> Result<(), String>) -> Result<(), String> {
    Destination::stdout().write(text)
}
