//! A recorded registry, read back from its folder.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Document, Fetched, Source};
use crate::bounded_file::{bounded, prefix};
use crate::plain_text::plain;
use crate::registry_url::RegistryUrl;

/// `registry.json` of a recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct About {
    pub url: String,
    pub recorded_at: String,
    pub absent: Absent,
}

/// What it means that a recording lacks a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Absent {
    NotRecorded,
    NotFound,
}

/// A recording opened for reading.
#[derive(Debug)]
pub struct Replay {
    folder: PathBuf,
    url: RegistryUrl,
    absent: Absent,
}

/// `registry.json` holds three short members.
const LARGEST_ABOUT: u64 = 64 * 1024;

impl Replay {
    /// Opens the recording in `folder`.
    pub fn open(folder: &Path) -> Result<Self, String> {
        let path = folder.join("registry.json");
        let bytes = bounded(&path, LARGEST_ABOUT)
            .map_err(|e| format!("{} is no recorded registry: {e}", plain(&folder.display().to_string())))?;
        let wrong = |problem: String| format!("cannot read {}: {problem}", plain(&path.display().to_string()));
        let about: About = serde_json::from_slice(&bytes).map_err(|e| wrong(plain(&e.to_string())))?;
        let url = RegistryUrl::parse(&about.url).map_err(|e| wrong(format!("`url`: {e}")))?;
        Ok(Self { folder: folder.to_path_buf(), url, absent: about.absent })
    }

    /// The registry that was recorded.
    pub fn url(&self) -> &RegistryUrl {
        &self.url
    }
}

impl Source for Replay {
    fn fetch(&self, document: &Document) -> Fetched {
        // That a recording does not hold it says nothing about the registry, whatever `absent` is.
        let Some(file) = document.file_path() else { return Fetched::NotRecorded };
        let path = self.folder.join(file);
        match std::fs::symlink_metadata(&path) {
            Err(e) if e.kind() == ErrorKind::NotFound => match self.absent {
                Absent::NotRecorded => Fetched::NotRecorded,
                Absent::NotFound => Fetched::NotFound,
            },
            // Any other failure, an unreadable folder for one, is not absence.
            Err(e) => Fetched::Unavailable(format!("cannot read {}: {e}", plain(&path.display().to_string()))),
            Ok(_) => prefix(&path, document.limit().saturating_add(1)).map_or_else(Fetched::Unavailable, Fetched::Body),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;

    use super::*;

    fn recording(absent: &str) -> (tempfile::TempDir, Replay) {
        let folder = tempfile::tempdir().unwrap();
        let about =
            format!(r#"{{"url":"https://npm.example/","recordedAt":"2026-11-22T00:00:00Z","absent":"{absent}"}}"#);
        fs::write(folder.path().join("registry.json"), about).unwrap();
        fs::create_dir_all(folder.path().join("packuments")).unwrap();
        let replay = Replay::open(folder.path()).unwrap();
        (folder, replay)
    }

    #[test]
    fn what_is_recorded_is_given_back() {
        let (folder, replay) = recording("not-recorded");
        fs::write(folder.path().join("packuments/@a%2fb.json"), "{}").unwrap();
        assert_eq!(replay.packument("@a/b"), Fetched::Body(b"{}".to_vec()));
        assert_eq!(replay.url().as_str(), "https://npm.example/");
    }

    #[test]
    fn absent_means_what_the_recording_says() {
        assert_eq!(recording("not-recorded").1.packument("a"), Fetched::NotRecorded);
        assert_eq!(recording("not-found").1.attestations("a", "1.0.0"), Fetched::NotFound);
        assert_eq!(recording("not-found").1.keys(), Fetched::NotFound);
    }

    #[test]
    fn re_01_of_a_document_over_its_limit_one_byte_more_is_read() {
        let (folder, replay) = recording("not-found");
        let file = fs::File::create(folder.path().join("keys.json")).unwrap();
        file.set_len(256 * 1024).unwrap();
        assert!(matches!(replay.keys(), Fetched::Body(_)));
        file.set_len(1 << 30).unwrap();
        assert!(matches!(replay.keys(), Fetched::Body(bytes) if bytes.len() == 256 * 1024 + 1));
    }

    #[test]
    fn a_folder_or_a_hostile_name_is_never_read() {
        let (folder, replay) = recording("not-found");
        fs::create_dir(folder.path().join("packuments/a.json")).unwrap();
        assert!(matches!(replay.packument("a"), Fetched::Unavailable(reason) if reason.contains("not a file")));
        assert!(matches!(replay.packument("../registry"), Fetched::Unavailable(_)));
    }

    #[test]
    fn a_folder_that_is_no_recording_says_so() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Replay::open(folder.path()).unwrap_err().contains("is no recorded registry"));
        let write = |text: &str| {
            fs::write(folder.path().join("registry.json"), text).unwrap();
            Replay::open(folder.path()).unwrap_err()
        };
        assert!(write("{}").contains("missing field `url`"));
        assert!(write(r#"{"url":"ftp://x/","recordedAt":"","absent":"not-found"}"#).contains("`url`"));
        assert!(write(r#"{"url":"https://npm.example/","recordedAt":"","absent":"maybe"}"#).contains("not-recorded"));
    }
}
