//! Documents of earlier runs, on disk, to be revalidated instead of fetched again.
//!
//! Only documents: what they prove is judged anew in every run, by that run's keys and policy. Absence is not
//! kept, or a package that was unpublished once would stay so; nor are keys, which are trust.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Document;
use crate::bounded_file::prefix;
use crate::plain_text::plain;

/// The first line of an entry.
const LONGEST_HEADER: usize = 16 * 1024;

/// A server's own name for a version of a document; longer ones are not worth sending back.
const LONGEST_VALIDATOR: usize = 1024;

const PART: &str = ".part-";

/// Nobody writes that long; it was left by a run that was killed.
const OLDEST_PART: Duration = Duration::from_secs(24 * 60 * 60);

/// A folder of documents that nobody else can write to.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    /// One file at a time: many threads that make files in one folder burn CPU waiting for it.
    writing: Mutex<()>,
}

/// By what a server recognises the document that is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Validators {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
}

/// A document of an earlier run.
#[derive(Debug, PartialEq, Eq)]
pub struct Kept {
    pub validators: Validators,
    pub body: Vec<u8>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Header {
    url: String,
    /// Whose answer it is: with credentials, another person may be answered otherwise.
    identified: bool,
    #[serde(flatten)]
    validators: Validators,
    fetched: u64,
    sha256: String,
    length: u64,
}

/// Which document, of which registry.
#[derive(Debug, Clone, Copy)]
pub struct Key<'k> {
    /// The registry's base URL.
    pub registry: &'k str,
    pub document: &'k Document,
    /// Whether credentials are sent for it.
    pub identified: bool,
}

impl Cache {
    /// Where it is if nobody says otherwise.
    pub fn default_folder() -> Result<PathBuf, String> {
        use etcetera::BaseStrategy as _;
        let base = etcetera::choose_base_strategy().map_err(|e| e.to_string())?;
        Ok(base.cache_dir().join("countersign").join("documents"))
    }

    /// Opens the folder, or makes it, for its owner alone. An error if anybody else could write to it: then
    /// its documents would be his.
    pub fn open(folder: &Path) -> Result<Self, String> {
        let unusable = |why: String| format!("{}: {why}", plain(&folder.display().to_string()));
        create(folder).map_err(|e| unusable(e.to_string()))?;
        owned(folder).map_err(unusable)?;
        let cache = Self { folder: folder.to_path_buf(), writing: Mutex::default() };
        cache.remove_leftovers();
        Ok(cache)
    }

    /// The document, if the entry is whole and about it. Whatever else is found there is no entry.
    pub fn get(&self, key: Key<'_>) -> Option<Kept> {
        let path = self.path(key)?;
        if !fs::symlink_metadata(&path).ok()?.is_file() {
            return None;
        }
        let most = key.document.limit().saturating_add(LONGEST_HEADER as u64);
        let mut bytes = prefix(&path, most).ok()?;
        let end = bytes.iter().take(LONGEST_HEADER).position(|byte| *byte == b'\n')?;
        let body = bytes.split_off(end.checked_add(1)?);
        let header: Header = serde_json::from_slice(&bytes).ok()?;
        let whole = header.length == body.len() as u64
            && header.length <= key.document.limit()
            && header.sha256 == hex::encode(Sha256::digest(&body));
        let about_it = header.url == key.url() && header.identified == key.identified;
        (whole && about_it).then_some(Kept { validators: header.validators, body })
    }

    /// Keeps a document. One that cannot be kept is fetched again the next time, which is no error.
    pub fn put(&self, key: Key<'_>, validators: Validators, body: &[u8]) {
        if let Some(path) = self.path(key).filter(|_| body.len() as u64 <= key.document.limit()) {
            let _ = self.write(&path, &key, validators, body);
        }
    }

    /// Under another name first: after a kill at any moment there is the former entry or the new one.
    fn write(&self, path: &Path, key: &Key<'_>, validators: Validators, body: &[u8]) -> std::io::Result<()> {
        let short = |text: &String| text.len() <= LONGEST_VALIDATOR;
        let header = Header {
            url: key.url(),
            identified: key.identified,
            validators: Validators {
                etag: validators.etag.filter(short),
                last_modified: validators.last_modified.filter(short),
            },
            fetched: SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs(),
            sha256: hex::encode(Sha256::digest(body)),
            length: body.len() as u64,
        };
        let mut header = serde_json::to_vec(&header)?;
        header.push(b'\n');
        let _one = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut file = tempfile::Builder::new().prefix(PART).tempfile_in(&self.folder)?;
        file.write_all(&header)?;
        file.write_all(body)?;
        file.persist(path)?;
        Ok(())
    }

    fn path(&self, key: Key<'_>) -> Option<PathBuf> {
        // An edited entry would be believed for what is asserted only.
        if key.document.is_keys() {
            return None;
        }
        let name = Sha256::digest(format!("{}\n{}", if key.identified { "identified" } else { "anybody" }, key.url()));
        Some(self.folder.join(hex::encode(name)))
    }

    fn remove_leftovers(&self) {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let is_part = entry.file_name().to_str().is_some_and(|name| name.starts_with(PART));
            let modified = || entry.metadata().and_then(|metadata| metadata.modified()).ok();
            let age = || modified().and_then(|modified| modified.elapsed().ok());
            if is_part && age().is_some_and(|age| age > OLDEST_PART) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

impl Key<'_> {
    fn url(&self) -> String {
        format!("{}{}", self.registry, self.document.url_path())
    }
}

#[cfg(unix)]
fn create(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn create(folder: &Path) -> std::io::Result<()> {
    fs::DirBuilder::new().recursive(true).create(folder)
}

/// A folder that this process's user owns and alone can write to, and no link to one.
#[cfg(unix)]
fn owned(folder: &Path) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt as _;
    let found = fs::symlink_metadata(folder).map_err(|e| e.to_string())?;
    if !found.is_dir() {
        return Err("it is a link, and where that leads may change".into());
    }
    let own = tempfile::Builder::new().prefix(PART).tempfile_in(folder).map_err(|e| e.to_string())?;
    let owner = own.as_file().metadata().map_err(|e| e.to_string())?.uid();
    if found.uid() != owner {
        return Err("it is another user's".into());
    }
    if found.mode() & 0o022 != 0 {
        return Err("others can write to it".into());
    }
    Ok(())
}

#[cfg(not(unix))]
fn owned(folder: &Path) -> Result<(), String> {
    let found = fs::symlink_metadata(folder).map_err(|e| e.to_string())?;
    if found.is_dir() { Ok(()) } else { Err("it is a link, and where that leads may change".into()) }
}

#[cfg(test)]
#[path = "cache_tests.rs"]
mod tests;
