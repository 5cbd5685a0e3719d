//! The shared reference data: where it is, and that all of it is there.

use std::path::{Path, PathBuf};

/// The folder that `COUNTERSIGN_SHARED` names, else `../shared`. Where it does not exist, one line says
/// that the test is skipped; where it exists, a file that is missing fails.
pub fn folder() -> Option<PathBuf> {
    let given = std::env::var_os("COUNTERSIGN_SHARED").map(PathBuf::from);
    let folder = given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"));
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no shared reference data");
    None
}

pub fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}
