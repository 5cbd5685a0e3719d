//! The bytes of a tarball on their way to a digest. None is kept in memory and none is ever opened.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use countersign::{ArtifactHasher, Hashed};

/// The largest tarball that is hashed; of the largest packages on npm each is a fraction of it.
pub const LARGEST: u64 = 1024 * 1024 * 1024;

const CHUNK: usize = 64 * 1024;

/// Hashes a file, if there is one. It is opened once, and what is hashed is what was opened.
pub fn file(path: &Path) -> Result<Option<Hashed>, String> {
    file_within(path, LARGEST)
}

fn file_within(path: &Path, largest: u64) -> Result<Option<Hashed>, String> {
    // Looked at before it is opened: to open a pipe would wait for whoever writes into it.
    match std::fs::metadata(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e.to_string()),
        Ok(about) if !about.is_file() => {
            return Err("it is not a file".into());
        }
        Ok(_) => {}
    }
    let opened = File::open(path).map_err(|e| e.to_string())?;
    stream_within(opened, None, largest).map(Some)
}

/// Hashes what a reader gives, and copies it if that is asked for.
pub fn stream(reader: impl Read, copy: Option<&mut dyn Write>) -> Result<Hashed, String> {
    stream_within(reader, copy, LARGEST)
}

fn stream_within(mut reader: impl Read, mut copy: Option<&mut dyn Write>, largest: u64) -> Result<Hashed, String> {
    let (mut hasher, mut chunk, mut seen) = (ArtifactHasher::new(), vec![0; CHUNK], 0_u64);
    loop {
        let read = match reader.read(&mut chunk) {
            Ok(0) => break,
            Ok(read) => read,
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            Err(e) => return Err(format!("it broke off: {e}")),
        };
        seen = seen.saturating_add(read as u64);
        if seen > largest {
            return Err(format!("it is larger than {} MiB, the most that is hashed", largest / (1024 * 1024)));
        }
        let bytes = chunk.get(..read).unwrap_or_default();
        hasher.update(bytes);
        if let Some(copy) = copy.as_mut() {
            copy.write_all(bytes).map_err(|e| format!("it cannot be recorded: {e}"))?;
        }
    }
    if seen == 0 { Err("it is empty, and no tarball is".into()) } else { Ok(hasher.finish()) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn sha512(bytes: &[u8]) -> String {
        let mut hasher = ArtifactHasher::new();
        hasher.update(bytes);
        hasher.finish().sha512().to_string()
    }

    #[test]
    fn all_bytes_are_hashed_and_copied() {
        let bytes: Vec<u8> = (0..200_000_u32).map(|n| n.to_le_bytes()[0]).collect();
        let mut copy = Vec::new();
        assert_eq!(stream(bytes.as_slice(), Some(&mut copy)).unwrap().sha512().to_string(), sha512(&bytes));
        assert_eq!(copy, bytes);
    }

    #[test]
    fn re_01_a_tarball_is_not_read_past_the_cap() {
        assert!(stream_within([0_u8; 100].as_slice(), None, 100).is_ok());
        assert!(stream_within([0_u8; 101].as_slice(), None, 100).unwrap_err().contains("is larger than"));
        assert!(stream_within(std::io::repeat(0), None, 1 << 20).unwrap_err().contains("larger than 1 MiB"));
    }

    #[test]
    fn in_16_a_stream_that_breaks_off_has_no_digest() {
        struct Breaks(bool);
        impl Read for Breaks {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                if std::mem::replace(&mut self.0, true) {
                    Err(ErrorKind::UnexpectedEof.into())
                } else {
                    Ok(buffer.len())
                }
            }
        }
        assert!(stream(Breaks(false), None).unwrap_err().contains("broke off"));
    }

    #[test]
    fn in_14_nothing_is_no_tarball() {
        assert!(stream(std::io::empty(), None).unwrap_err().contains("empty"));
    }

    #[test]
    fn ta_01_what_is_inside_is_never_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        // No archive, one that is cut off, and the first bytes of a compressed bomb: bytes, and nothing else.
        for bytes in [b"no archive".as_slice(), b"\x1f\x8b", b"\x1f\x8b\x08\0\0\0\0\0\x02\x03\xed\xc1"] {
            let path = folder.path().join("x.tgz");
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(file(&path).unwrap().unwrap().sha512().to_string(), sha512(bytes));
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_is_no_tarball_and_none_is_none() {
        let folder = tempfile::tempdir().unwrap();
        assert!(file(folder.path()).unwrap_err().contains("not a file"));
        assert!(file(&folder.path().join("x")).unwrap().is_none());
    }
}
