//! The lock files of every kind, cut off and damaged at every byte: an answer or an error, never a panic.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};

use super::*;

/// The longest message: one of the file's own lines and what to do about it.
const LONGEST_ERROR: usize = 2000;

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/lockfiles");
    let kinds = std::fs::read_dir(folder).unwrap().map(|kind| kind.unwrap().path());
    let files = kinds.flat_map(|kind| std::fs::read_dir(kind).unwrap()).map(|file| file.unwrap().path());
    let named = |file: &PathBuf| {
        let name = file.file_name().unwrap().to_str().unwrap();
        name.contains("lock") || name == "npm-shrinkwrap.json"
    };
    let mut files: Vec<PathBuf> = files.filter(named).collect();
    files.sort();
    assert!(files.len() >= 14, "{files:?}");
    files
}

/// An answer has no more entries than the text has bytes; an error says something, and not everything.
fn check(path: &Path, bytes: &[u8]) {
    match parse(path, bytes) {
        Ok((_, entries)) => assert!(entries.len() <= bytes.len()),
        Err(error) => assert!(!error.is_empty() && error.len() <= LONGEST_ERROR, "{error}"),
    }
}

#[test]
fn every_prefix_is_read_or_refused() {
    for path in fixtures() {
        let bytes = std::fs::read(&path).unwrap();
        // Longer ones differ in less and cost more; every third of them is cut.
        for end in (0..bytes.len()).filter(|end| *end < 2000 || end % 3 == 0) {
            check(&path, &bytes[..end]);
        }
    }
}

#[test]
fn every_damaged_byte_is_read_or_refused() {
    const BYTES: [u8; 12] = *b"\"'\n{[:,!&*\\\xff";
    for path in fixtures() {
        let bytes = std::fs::read(&path).unwrap();
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] = if at % 2 == 0 { damaged[at] ^ 1 } else { BYTES[at / 2 % BYTES.len()] };
            check(&path, &damaged);
        }
    }
}
