#![allow(clippy::unwrap_used)]

use std::cell::Cell;

use super::*;

/// A lock with one pin, of that version.
fn lock_of(version: &str) -> TrustLock {
    let digest = format!("sha512-{}==", "A".repeat(86));
    let entry = r#"{"keyid":"k","level":"registry-signature","provenance":"none"}"#;
    let packages = format!(r#"{{"x":{{"{version}":{{"{digest}":{entry}}}}}}}"#);
    let json = format!(r#"{{"registries":{{"npm":{{"packages":{packages}}}}},"schema":"countersign.lock/1"}}"#);
    TrustLock::from_json(json.as_bytes()).unwrap()
}

/// A folder with a lock of 1.0.0.
fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("countersign.lock");
    fs::write(&path, lock_of("1.0.0").to_json()).unwrap();
    (folder, path)
}

fn names(folder: &tempfile::TempDir) -> Vec<String> {
    let names = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Create,
    Write,
    Sync,
    Current,
    Rename,
    SyncFolder,
}

const STEPS: [Step; 6] = [Step::Create, Step::Write, Step::Sync, Step::Current, Step::Rename, Step::SyncFolder];

/// Fails at one step; a crash does not clean up after itself either.
struct Failing {
    at: Step,
    crash: bool,
    reached: Cell<bool>,
}

impl Failing {
    fn step(&self, step: Step) -> io::Result<()> {
        let fails = step == self.at;
        self.reached.set(self.reached.get() || fails);
        if fails { Err(io::Error::other("the disk is full")) } else { Ok(()) }
    }
}

impl Steps for Failing {
    fn create(&self, path: &Path) -> io::Result<(File, PathBuf)> {
        self.step(Step::Create).and_then(|()| Disk.create(path))
    }

    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        // Half of it was written.
        let failed = self.step(Step::Write);
        Disk.write(file, if failed.is_err() { bytes.get(..bytes.len() / 2).unwrap() } else { bytes }).and(failed)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        self.step(Step::Sync).and_then(|()| Disk.sync(file))
    }

    fn current(&self, path: &Path) -> Result<Option<Vec<u8>>, String> {
        self.step(Step::Current).map_err(|e| e.to_string())?;
        Disk.current(path)
    }

    fn rename(&self, part: &Path, path: &Path) -> io::Result<()> {
        self.step(Step::Rename).and_then(|()| Disk.rename(part, path))
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.step(Step::SyncFolder).and_then(|()| Disk.sync_folder(folder))
    }

    fn remove(&self, part: &Path) -> io::Result<()> {
        if self.crash { Ok(()) } else { Disk.remove(part) }
    }
}

#[test]
fn a_lock_is_replaced_as_a_whole() {
    let (folder, path) = folder();
    let (file, lock) = LockFile::open(&path).unwrap();
    assert_eq!(lock.to_json(), text(&path));
    file.write(&lock_of("2.0.0")).unwrap();
    assert_eq!(text(&path), lock_of("2.0.0").to_json());
    assert_eq!(names(&folder), ["countersign.lock"]);
}

#[test]
fn a_lock_is_started_only_where_one_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.lock");
    assert!(LockFile::open(&path).unwrap_err().contains("no such file"));
    let (file, lock) = LockFile::open_or_empty(&path).unwrap();
    assert_eq!(lock.to_json(), TrustLock::empty().to_json());
    file.write(&lock_of("1.0.0")).unwrap();
    assert_eq!(text(&path), lock_of("1.0.0").to_json());
}

#[test]
fn po_34_the_old_lock_is_intact_whichever_step_fails() {
    for at in STEPS {
        for crash in [false, true] {
            let (folder, path) = folder();
            let (file, _) = LockFile::open(&path).unwrap();
            let steps = Failing { at, crash, reached: Cell::new(false) };
            let problem = file.write_by(&steps, &lock_of("2.0.0")).unwrap_err();
            assert!(steps.reached.get() && problem.contains("the disk is full"), "{at:?}: {problem}");
            // Once it has its name it is the new one, and the error says that this may not last.
            let expected = if at == Step::SyncFolder { "2.0.0" } else { "1.0.0" };
            assert_eq!(text(&path), lock_of(expected).to_json(), "{at:?}");
            assert!(LockFile::open(&path).is_ok());
            if !crash {
                assert_eq!(names(&folder), ["countersign.lock"], "{at:?}");
            }
        }
    }
}

#[test]
fn po_34_what_a_crash_leaves_stops_nobody_and_goes_with_the_next_run() {
    let (folder, path) = folder();
    fs::write(folder.path().join(".countersign.lock.keep"), "").unwrap();
    for at in [Step::Write, Step::Sync, Step::Current, Step::Rename] {
        let (file, _) = LockFile::open(&path).unwrap();
        let steps = Failing { at, crash: true, reached: Cell::new(false) };
        file.write_by(&steps, &lock_of("2.0.0")).unwrap_err();
        assert_eq!(text(&path), lock_of("1.0.0").to_json());
    }
    assert_eq!(names(&folder).len(), 6);
    let (file, _) = LockFile::open(&path).unwrap();
    file.write(&lock_of("2.0.0")).unwrap();
    assert_eq!(text(&path), lock_of("2.0.0").to_json());
    if cfg!(unix) {
        assert_eq!(names(&folder), [".countersign.lock.keep", "countersign.lock"]);
    }
}

#[test]
fn po_34_two_writers_lose_nothing() {
    let (folder, path) = folder();
    let (one, _) = LockFile::open(&path).unwrap();
    let (other, _) = LockFile::open(&path).unwrap();
    one.write(&lock_of("2.0.0")).unwrap();
    assert!(other.write(&lock_of("3.0.0")).unwrap_err().contains("somebody else"));
    assert_eq!(text(&path), lock_of("2.0.0").to_json());
    // Nor where there was none yet, nor where it is gone.
    let new = folder.path().join("new.lock");
    let [one, other] = [(); 2].map(|()| LockFile::open_or_empty(&new).unwrap().0);
    one.write(&lock_of("1.0.0")).unwrap();
    assert!(other.write(&lock_of("3.0.0")).unwrap_err().contains("somebody else"));
    let (file, _) = LockFile::open(&new).unwrap();
    fs::remove_file(&new).unwrap();
    assert!(file.write(&lock_of("3.0.0")).unwrap_err().contains("somebody else"));
    assert_eq!(names(&folder), ["countersign.lock"]);
}

/// What was compared would be replaced by another run in between.
#[test]
#[cfg(unix)]
fn po_34_no_lock_is_written_while_somebody_else_writes() {
    let (folder, path) = folder();
    let (file, _) = LockFile::open(&path).unwrap();
    let other = OnlyWriter::of(folder.path()).unwrap();
    assert!(file.write(&lock_of("2.0.0")).unwrap_err().contains("somebody else is writing in its folder: run again"));
    assert_eq!(text(&path), lock_of("1.0.0").to_json());
    assert_eq!(names(&folder), ["countersign.lock"]);
    drop(other);
    file.write(&lock_of("2.0.0")).unwrap();
    assert_eq!(text(&path), lock_of("2.0.0").to_json());
}

#[test]
fn the_same_lock_is_not_written_again() {
    let (_folder, path) = folder();
    let (file, lock) = LockFile::open(&path).unwrap();
    file.write_by(&Failing { at: Step::Create, crash: false, reached: Cell::new(false) }, &lock).unwrap();
}

#[test]
fn a_lock_that_is_broken_is_an_error_and_stays_as_it_is() {
    let (_folder, path) = folder();
    for broken in ["", "{", "{}", r#"{"schema":"countersign.lock/2"}"#] {
        fs::write(&path, broken).unwrap();
        assert!(LockFile::open_or_empty(&path).unwrap_err().contains("cannot be used"), "{broken}");
        assert_eq!(text(&path), broken);
    }
}

#[test]
fn po_22_only_a_file_is_a_lock() {
    let (folder, path) = folder();
    assert!(LockFile::open_or_empty(Path::new("-")).unwrap_err().contains("standard input"));
    assert!(LockFile::open_or_empty(folder.path()).unwrap_err().contains("is not a file"));
    let below = path.join("x");
    assert!(LockFile::open_or_empty(&below).unwrap_err().contains("cannot read"));
    let large = File::create(folder.path().join("large")).unwrap();
    large.set_len(LOCK_BYTES as u64 + 1).unwrap();
    assert!(LockFile::open(&folder.path().join("large")).unwrap_err().contains("larger than"));
}

#[test]
#[cfg(unix)]
fn po_22_no_link_and_no_pipe() {
    let (folder, path) = folder();
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    assert!(LockFile::open_or_empty(&link).unwrap_err().contains("is a link"));
    let dangling = folder.path().join("dangling");
    std::os::unix::fs::symlink(folder.path().join("nowhere"), &dangling).unwrap();
    assert!(LockFile::open_or_empty(&dangling).unwrap_err().contains("is a link"));
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert!(LockFile::open_or_empty(&pipe).unwrap_err().contains("is not a file"));
    // A link among what a killed run left leads nowhere else.
    let victim = folder.path().join("victim");
    fs::write(&victim, "whole").unwrap();
    std::os::unix::fs::symlink(&victim, folder.path().join(".countersign.lock.x.part")).unwrap();
    let (file, _) = LockFile::open(&path).unwrap();
    file.write(&lock_of("2.0.0")).unwrap();
    assert_eq!(text(&victim), "whole");
}
