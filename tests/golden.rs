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
    arguments.truncate(arguments.len() - 1);
    arguments.push("html".into());
    let html = run(&arguments);
    assert_eq!(html.status.code(), Some(1));
    golden("demonstration.html", &html.stdout);
    assert_eq!(run(&arguments).stdout, html.stdout, "a second run prints other bytes");
}

#[test]
fn help_is_printed_as_kept() {
    let help = run(&["--help".into()]);
    assert_eq!(help.status.code(), Some(0));
    golden("help.txt", &help.stdout);
    for (arguments, file) in [
        (vec!["explain", "--help"], "help-explain.txt"),
        (vec!["policy", "--help"], "help-policy.txt"),
        (vec!["policy", "check", "--help"], "help-policy-check.txt"),
        (vec!["policy", "init", "--help"], "help-policy-init.txt"),
        (vec!["verify", "--help"], "help-verify.txt"),
        (vec!["completions", "--help"], "help-completions.txt"),
        (vec!["man", "--help"], "help-man.txt"),
    ] {
        let arguments: Vec<String> = arguments.into_iter().map(String::from).collect();
        let help = run(&arguments);
        assert_eq!(help.status.code(), Some(0));
        golden(file, &help.stdout);
    }
}

/// The formats that other programs read. What is written is the same wherever and whenever it is.
#[test]
fn the_demonstration_is_written_for_other_programs_as_kept() {
    for (format, file) in [
        ("sarif", "demonstration.sarif"),
        ("github", "demonstration.github.txt"),
        ("junit", "demonstration.junit.xml"),
        ("npm-json", "demonstration.npm.json"),
    ] {
        let arguments = [first_command(), ["--format", format, "--include-attestations"].map(String::from).to_vec()];
        let arguments = arguments.concat();
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(1), "{format}: {}", String::from_utf8_lossy(&output.stderr));
        golden(file, &output.stdout);
        let text = String::from_utf8(output.stdout.clone()).unwrap();
        assert!(!text.contains(root().to_str().unwrap()), "{format} holds a path of this machine");
        assert_eq!(run(&arguments).stdout, output.stdout, "{format}: a second run prints other bytes");
    }
}

/// The arguments of the README's first command for another command.
fn of_first_command(command: &[&str]) -> Vec<String> {
    let arguments = first_command();
    let ends = arguments.iter().position(|argument| argument == "--publisher").unwrap();
    command.iter().map(ToString::to_string).chain(arguments[..ends].iter().cloned()).collect()
}

#[test]
fn explanations_are_printed_as_kept() {
    for (package, file) in [
        ("attested-in-2025@1.1.0", "explain-held.txt"),
        ("certificate-never-logged@1.0.0", "explain-failed.txt"),
        ("published-from-a-fork@1.0.0", "explain-denied.txt"),
    ] {
        let mut arguments = of_first_command(&["explain", package]);
        arguments.extend(["--publisher".into(), "published-from-a-fork=octo-org/octo-lib:release.yml".into()]);
        golden(file, &run(&arguments).stdout);
    }
}

#[test]
fn a_first_policy_is_printed_as_kept() {
    golden("policy-init.toml", &run(&of_first_command(&["policy", "init"])).stdout);
}

/// The README's policy is one, and every line of it does something to the demonstration.
#[test]
fn the_readmes_policy_is_a_policy() {
    let readme = readme();
    let policy = readme.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.toml");
    std::fs::write(&file, policy).unwrap();
    let file = file.to_str().unwrap();
    let check = run(&["policy", "check", file].map(String::from));
    assert_eq!(check.status.code(), Some(0), "{}", String::from_utf8_lossy(&check.stderr));
    let mut arguments = of_first_command(&[]);
    arguments.extend(["--policy", file].map(String::from));
    golden("policy.txt", &run(&arguments).stdout);
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
