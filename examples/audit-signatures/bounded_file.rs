//! Reading a file without trusting its size.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::plain_text::plain;

/// Reads a file of at most `limit` bytes, whatever the file system says about the size.
pub fn bounded(path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    let bytes = prefix(path, limit.saturating_add(1))?;
    if bytes.len() as u64 > limit {
        let shown = plain(&path.display().to_string());
        return Err(format!("{shown} is larger than {} KiB, the most that is read", limit / 1024));
    }
    Ok(bytes)
}

/// Reads the first `most` bytes of a file. A pipe or a device would keep an audit waiting, so only
/// files are read.
pub fn prefix(path: &Path, most: u64) -> Result<Vec<u8>, String> {
    let shown = || plain(&path.display().to_string());
    let failed = |e: std::io::Error| format!("cannot read {}: {e}", shown());
    if !std::fs::metadata(path).map_err(failed)?.is_file() {
        return Err(format!("{} is not a file", shown()));
    }
    let mut bytes = Vec::new();
    File::open(path).map_err(failed)?.take(most).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}
