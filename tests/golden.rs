//! What the program prints, held against what is kept; and the README against what the program prints.
//! `UPDATE_GOLDEN=1` writes the kept files anew.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Plain `cargo test` builds the program too.
fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap().join("examples");
    folder.join(format!("audit-signatures{}", std::env::consts::EXE_SUFFIX))
}

fn run(arguments: &[String]) -> Output {
    Command::new(program()).args(arguments).current_dir(root()).output().unwrap()
}

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).unwrap()
}

/// The arguments of the README's first command, as a shell would split them.
fn first_command() -> Vec<String> {
    let readme = readme();
    let block = readme.split("```sh\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap().replace("\\\n", " ");
    let (cargo, arguments) = block.split_once(" -- ").unwrap();
    assert_eq!(cargo, "cargo run --release --example audit-signatures");
    arguments.split_whitespace().map(String::from).collect()
}

#[track_caller]
fn golden(file: &str, found: &[u8]) {
    let path = root().join("testdata/reports").join(file);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, found).unwrap();
    }
    let kept = std::fs::read(&path).unwrap_or_default();
    let (kept, found) = (String::from_utf8_lossy(&kept), String::from_utf8_lossy(found));
    for (line, (kept, found)) in kept.lines().zip(found.lines()).enumerate() {
        assert_eq!(found, kept, "testdata/reports/{file}, line {}", line + 1);
    }
    assert_eq!(found.len(), kept.len(), "testdata/reports/{file} is longer or shorter");
}

#[test]
fn the_demonstration_is_printed_as_kept() {
    let mut arguments = first_command();
    let human = run(&arguments);
    assert_eq!(human.status.code(), Some(1));
    golden("demonstration.txt", &human.stdout);
    arguments.extend(["--format".into(), "json".into()]);
    let json = run(&arguments);
    assert_eq!(json.status.code(), Some(1));
    golden("demonstration.json", &json.stdout);
    assert_eq!(run(&arguments).stdout, json.stdout, "a second run prints other bytes");
}

#[test]
fn help_is_printed_as_kept() {
    let help = run(&["--help".into()]);
    assert_eq!(help.status.code(), Some(0));
    golden("help.txt", &help.stdout);
}

#[test]
fn the_readme_shows_what_is_printed() {
    let printed = String::from_utf8(run(&first_command()).stdout).unwrap();
    let readme = readme();
    let sample = readme.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let mut rest = printed.as_str();
    for line in sample.lines().filter(|line| !line.is_empty()) {
        let at = rest
            .find(&format!("{line}\n"))
            .unwrap_or_else(|| panic!("the program does not print, in this order: {line}"));
        rest = &rest[at + line.len()..];
    }
}

#[test]
fn the_readme_counts_the_proofs_as_the_code_does() {
    let code = std::fs::read_to_string(root().join("src/sigstore/mod.rs")).unwrap();
    let readme = readme();
    for (number, word) in (1..).zip([
        "shape",
        "log entries",
        "timestamps",
        "times",
        "key",
        "SCT",
        "signature",
        "binding",
        "statement",
        "identity",
        "predicate",
    ]) {
        let stands = |text: &str, prefix: &str| {
            text.lines().any(|line| {
                let line = line.trim_start_matches(prefix).trim_start();
                line.strip_prefix(&number.to_string()).is_some_and(|rest| rest.contains(word))
            })
        };
        assert!(stands(&readme, ""), "README: {number} {word}");
        assert!(stands(&code, "//!"), "src/sigstore/mod.rs: {number} {word}");
    }
}
