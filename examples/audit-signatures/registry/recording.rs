//! Writes down what another source gives, in the form that `replay` reads.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::replay::{About, Absent};
use super::{Document, Fetched, Source};
use crate::plain_text::plain;
use crate::registry_url::RegistryUrl;

/// A source that is being recorded. `finish` makes the folder a recording; without it, it is none.
pub struct Recording<S> {
    inner: S,
    folder: PathBuf,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    not_found: bool,
    missed: bool,
    problem: Option<String>,
}

impl<S: Source> Recording<S> {
    /// Starts a recording in `folder`, which must be empty or not there: leftovers of an earlier one
    /// would be replayed as this one's.
    pub fn start(folder: &Path, inner: S) -> Result<Self, String> {
        let shown = || plain(&folder.display().to_string());
        let failed = |e: std::io::Error| format!("cannot record into {}: {e}", shown());
        fs::create_dir_all(folder).map_err(failed)?;
        if fs::read_dir(folder).map_err(failed)?.next().is_some() {
            return Err(format!("cannot record into {}: it is not empty. Choose a new folder", shown()));
        }
        for part in ["packuments", "attestations"] {
            fs::create_dir(folder.join(part)).map_err(failed)?;
        }
        Ok(Self { inner, folder: folder.to_path_buf(), seen: Mutex::default() })
    }

    /// Writes `registry.json`, last, and says whether everything before it was written.
    ///
    /// A document that is absent from the recording may be called not found only if nothing else
    /// kept one away: a registry's failure must not be replayed as absence.
    pub fn finish(&self, url: &RegistryUrl, recorded_at: &str) -> Result<(), String> {
        let seen = self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(problem) = &seen.problem {
            return Err(problem.clone());
        }
        let absent = if seen.not_found && !seen.missed { Absent::NotFound } else { Absent::NotRecorded };
        let about = About { url: url.as_str().into(), recorded_at: recorded_at.into(), absent };
        let mut text = serde_json::to_vec(&about).map_err(|e| format!("cannot write registry.json: {e}"))?;
        text.push(b'\n');
        write(&self.folder.join("registry.json"), &text)
    }
}

impl<S: Source> Source for Recording<S> {
    fn fetch(&self, document: &Document) -> Fetched {
        // A replay could not give it back: only what is recorded may be judged.
        let Some(file) = document.file_path() else { return Fetched::NotRecorded };
        let fetched = self.inner.fetch(document);
        let written = match &fetched {
            Fetched::Body(bytes) => write(&self.folder.join(file), bytes),
            _ => Ok(()),
        };
        let mut seen = self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match &fetched {
            Fetched::Body(_) => {}
            Fetched::NotFound => seen.not_found = true,
            Fetched::NotRecorded | Fetched::Unavailable(_) => seen.missed = true,
        }
        if let Err(problem) = written {
            seen.problem.get_or_insert(problem);
        }
        fetched
    }
}

/// Under another name first: a recording that was interrupted holds whole documents only.
fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    fs::write(&part, bytes)
        .and_then(|()| fs::rename(&part, path))
        .map_err(|e| format!("cannot write {}: {e}", plain(&path.display().to_string())))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::Replay;
    use super::*;

    struct Canned;

    impl Source for Canned {
        fn fetch(&self, document: &Document) -> Fetched {
            match document.url_path().as_str() {
                "-/npm/v1/keys" | "@s%2fa" => Fetched::Body(document.url_path().into_bytes()),
                "down" => Fetched::Unavailable("503".into()),
                _ => Fetched::NotFound,
            }
        }
    }

    fn recorded(names: &[&str]) -> (tempfile::TempDir, Replay) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/recording");
        let recording = Recording::start(&path, Canned).unwrap();
        for name in names {
            recording.packument(name);
        }
        recording.keys();
        recording.finish(&RegistryUrl::parse("https://npm.example").unwrap(), "2026-11-22T00:00:00Z").unwrap();
        let replay = Replay::open(&path).unwrap();
        (folder, replay)
    }

    #[test]
    fn a_replay_gives_what_was_recorded() {
        let (folder, replay) = recorded(&["@s/a", "gone"]);
        assert_eq!(replay.packument("@s/a"), Fetched::Body(b"@s%2fa".to_vec()));
        assert_eq!(replay.keys(), Fetched::Body(b"-/npm/v1/keys".to_vec()));
        assert_eq!(replay.packument("gone"), Fetched::NotFound);
        let about = fs::read_to_string(folder.path().join("new/recording/registry.json")).unwrap();
        assert_eq!(
            about,
            "{\"url\":\"https://npm.example/\",\"recordedAt\":\"2026-11-22T00:00:00Z\",\"absent\":\"not-found\"}\n"
        );
        let files = fs::read_dir(folder.path().join("new/recording/packuments")).unwrap().count();
        assert_eq!(files, 1);
    }

    #[test]
    fn what_a_replay_could_not_give_back_is_not_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let recording = Recording::start(folder.path(), Canned).unwrap();
        assert_eq!(recording.version("gone", "1.0.0"), Fetched::NotRecorded);
        assert_eq!(recorded(&["gone"]).1.version("gone", "1.0.0"), Fetched::NotRecorded);
    }

    #[test]
    fn a_failure_is_never_replayed_as_absence() {
        assert_eq!(recorded(&["gone", "down"]).1.packument("down"), Fetched::NotRecorded);
        assert_eq!(recorded(&["@s/a"]).1.packument("other"), Fetched::NotRecorded);
    }

    #[test]
    fn an_unfinished_or_a_mixed_recording_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let recording = Recording::start(folder.path(), Canned).unwrap();
        recording.packument("@s/a");
        drop(recording);
        assert!(Replay::open(folder.path()).is_err());
        assert!(Recording::start(folder.path(), Canned).err().unwrap().contains("not empty"));
    }

    #[test]
    fn a_document_that_cannot_be_written_is_an_error_at_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let recording = Recording::start(folder.path(), Canned).unwrap();
        fs::remove_dir(folder.path().join("packuments")).unwrap();
        recording.packument("@s/a");
        let url = RegistryUrl::parse("https://npm.example").unwrap();
        assert!(recording.finish(&url, "2026-11-22T00:00:00Z").unwrap_err().contains("@s%2fa.json"));
        assert!(Replay::open(folder.path()).is_err());
    }
}
