//! One writer at a time, without a file that a killed run would leave behind.

use std::path::Path;

/// How long another run may take to write.
#[cfg(unix)]
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

/// Holds the folder against other writers, until it is dropped or the process ends, however it does.
pub struct OnlyWriter {
    /// `None` where a folder cannot be held: other systems than Unix, and some network file systems.
    held: Option<std::fs::File>,
}

impl OnlyWriter {
    /// Waits for its turn.
    #[cfg(unix)]
    pub fn of(folder: &Path) -> Result<Self, String> {
        use rustix::fs::{FlockOperation, flock};
        use rustix::io::Errno;
        let folder = std::fs::File::open(folder).map_err(|e| e.to_string())?;
        let since = std::time::Instant::now();
        loop {
            match flock(&folder, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => return Ok(Self { held: Some(folder) }),
                Err(Errno::WOULDBLOCK) if since.elapsed() > PATIENCE => {
                    return Err("somebody else is writing in its folder: run again".into());
                }
                Err(Errno::WOULDBLOCK) => std::thread::sleep(std::time::Duration::from_millis(20)),
                Err(Errno::INTR) => {}
                Err(_) => return Ok(Self { held: None }),
            }
        }
    }

    #[cfg(not(unix))]
    pub fn of(_: &Path) -> Result<Self, String> {
        Ok(Self { held: None })
    }

    pub fn is_certain(&self) -> bool {
        self.held.is_some()
    }
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn po_34_a_second_writer_waits_for_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let first = OnlyWriter::of(folder.path()).unwrap();
        assert!(first.is_certain());
        assert!(OnlyWriter::of(folder.path()).err().unwrap().contains("somebody else is writing"));
        drop(first);
        assert!(OnlyWriter::of(folder.path()).unwrap().is_certain());
    }
}
