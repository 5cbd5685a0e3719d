//! What is kept between runs: the chain of roots, the floor, and the last complete repository.
//!
//! All of it is one file that is replaced whole, so a kill at any moment leaves the old or the new. Its
//! name says how new it is and the newest that verifies is used, so of two runs at one time the slower
//! one cannot take the faster one's floor away. Nothing in it is believed for having been kept: roots are
//! verified again from the built-in one on, the floor by the newest root, the repository as if fetched.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::floor::Floor;
use super::folder;
use super::mirror::Files;
use super::root_chain::RootChain;
use crate::bounded_file::bounded;
use crate::plain_text::plain;

const LARGEST: u64 = 64 * 1024 * 1024;

/// A crash can leave a file or two behind, never this many.
const MOST_STATES: usize = 8;

/// The folder of one repository.
pub struct Cache {
    folder: PathBuf,
    /// Files that did not verify; removed when a good one is written.
    unusable: Vec<PathBuf>,
}

/// What an earlier run left.
pub struct Kept {
    pub chain: RootChain,
    pub floor: Floor,
    pub repository: Files,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    roots: Vec<String>,
    floor: Floor,
    repository: BTreeMap<String, String>,
}

impl Cache {
    pub fn open(chosen: Option<&Path>, id: &str) -> Result<Self, String> {
        Ok(Self { folder: folder::open(chosen, id)?, unusable: Vec::new() })
    }

    /// The newest state that verifies from `root` on.
    pub fn load(&mut self, root: &[u8]) -> Result<Option<Kept>, String> {
        let mut names = self.states()?;
        names.reverse();
        for path in names.into_iter().take(MOST_STATES) {
            match read(&path, root) {
                Ok(kept) => return Ok(Some(kept)),
                Err(_) => self.unusable.push(path),
            }
        }
        Ok(None)
    }

    /// Whether something was found that does not verify.
    pub fn was_damaged(&self) -> bool {
        !self.unusable.is_empty()
    }

    /// Replaces what is kept.
    pub fn store(&self, chain: &RootChain, floor: &Floor, repository: &Files) -> Result<(), String> {
        let failed = |e: &dyn std::fmt::Display| {
            format!("cannot keep what was verified in {}: {e}", plain(&self.folder.display().to_string()))
        };
        let text = |bytes: &Vec<u8>| String::from_utf8(bytes.clone()).map_err(|e| failed(&e));
        let state = State {
            roots: chain.later().iter().map(text).collect::<Result<_, _>>()?,
            floor: floor.clone(),
            repository: repository
                .iter()
                .map(|(name, bytes)| Ok((name.clone(), text(bytes)?)))
                .collect::<Result<_, String>>()?,
        };
        let path = self.folder.join(name(chain.version(), floor.version()));
        let mut file = NamedTempFile::with_prefix_in("new-", &self.folder).map_err(|e| failed(&e))?;
        let json = serde_json::to_vec(&state).map_err(|e| failed(&e))?;
        // What the next run does not read would be its floor lost.
        if json.len() as u64 > LARGEST {
            return Err(failed(&format!("it would be larger than {} KiB, the most that is read", LARGEST / 1024)));
        }
        file.write_all(&json).and_then(|()| file.as_file().sync_all()).map_err(|e| failed(&e))?;
        file.persist(&path).map_err(|e| failed(&e.error))?;
        let older = self.states()?.into_iter().filter(|state| *state < path);
        for state in older.chain(self.unusable.iter().filter(|state| **state != path).cloned()) {
            // Another run may have been faster; one that stays is read after the newer one.
            let _ = fs::remove_file(state);
        }
        Ok(())
    }

    /// Oldest first: their names sort.
    fn states(&self) -> Result<Vec<PathBuf>, String> {
        let shown = || plain(&self.folder.display().to_string());
        let entries = fs::read_dir(&self.folder).map_err(|e| format!("cannot list {}: {e}", shown()))?;
        let mut states: Vec<PathBuf> = entries
            .filter_map(Result::ok)
            .filter(|entry| entry.file_name().to_str().is_some_and(is_name))
            .map(|entry| entry.path())
            .collect();
        states.sort();
        Ok(states)
    }
}

fn name(root: u64, timestamp: u64) -> String {
    format!("state-{root:020}-{timestamp:020}.json")
}

fn is_name(text: &str) -> bool {
    let numbers = text.strip_prefix("state-").and_then(|text| text.strip_suffix(".json"));
    let digits = |text: &str| text.len() == 20 && text.bytes().all(|b| b.is_ascii_digit());
    numbers.and_then(|text| text.split_once('-')).is_some_and(|(root, timestamp)| digits(root) && digits(timestamp))
}

fn read(path: &Path, root: &[u8]) -> Result<Kept, String> {
    if !fs::symlink_metadata(path).map_err(|e| e.to_string())?.is_file() {
        return Err("no file".into());
    }
    let state: State = serde_json::from_slice(&bounded(path, LARGEST)?).map_err(|e| e.to_string())?;
    let mut chain = RootChain::start(root)?;
    for root in &state.roots {
        chain.extend(root.as_bytes())?;
    }
    if !state.floor.is_signed(&chain) {
        return Err("the floor is not signed by the root's keys".into());
    }
    // A file that was put under another's name would outrank newer ones.
    if path.file_name().and_then(|file| file.to_str()) != Some(&name(chain.version(), state.floor.version())) {
        return Err("the name states other versions than the content".into());
    }
    let repository = state.repository.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
    Ok(Kept { chain, floor: state.floor, repository })
}
