//! The cases of `testdata/reject/` and `testdata/accept/`: every folder is judged as its `expect` says.
//!
//! Most were minted by `mint`, and the files must be what it mints (`UPDATE_TESTDATA=1` writes them
//! anew). A folder that it does not know is a case made by hand, and is judged all the same: adding
//! one needs no code. `testdata/README.md` says how.

#[path = "../support/mod.rs"]
mod support;

mod accept;
mod case;
mod mint;
mod order;
mod reject;

use std::path::{Path, PathBuf};

use case::Case;

fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")
}

/// Every entry of `testdata/<folder>`, in the order of their names.
fn cases(folder: &str) -> Vec<Case> {
    let entries = std::fs::read_dir(testdata().join(folder)).unwrap();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders.iter().map(|folder| Case::read(folder)).collect()
}

/// Judges all of them before it fails, so that one run shows every difference.
fn judge(cases: &[Case]) {
    let differ = |case: &Case| {
        let found = case.judge().err().unwrap_or("verified");
        (found != case.expect).then(|| format!("{}: expected {}, found {found}", case.name, case.expect))
    };
    let differences: Vec<String> = cases.iter().filter_map(differ).collect();
    assert!(differences.is_empty(), "\n{}", differences.join("\n"));
}

#[test]
fn every_attack_is_refused_with_its_code() {
    let cases = cases("reject");
    assert!(cases.len() >= 40, "only {} cases", cases.len());
    for case in &cases {
        assert!(case.expect.starts_with("ERR_COUNTERSIGN_"), "{}: expects no error code", case.name);
    }
    judge(&cases);
}

#[test]
fn everything_sound_is_verified() {
    let cases = cases("accept");
    assert!(cases.len() >= 12, "only {} cases", cases.len());
    for case in &cases {
        assert_eq!(case.expect, "verified", "{}", case.name);
    }
    judge(&cases);
}
