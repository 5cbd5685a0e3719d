//! The README's command lines are ones: a recipe that is pasted into a CI must not end with a usage error.

use clap::Parser as _;

use super::NAME;
use crate::arguments::Arguments;

/// What stands in the README's blocks of code, with lines that a shell would join joined.
fn code() -> String {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = std::fs::read_to_string(file).unwrap_or_default();
    let blocks = readme.split("```").skip(1).step_by(2);
    blocks.collect::<Vec<_>>().join("\n").replace("\\\n", " ")
}

/// The words of each command that calls the program, as a shell would split it.
fn commands() -> Vec<Vec<String>> {
    let mut commands = Vec::new();
    for line in code().lines() {
        // Either the program itself, or the first command's way to it.
        let line = line.replace("cargo run --release --example audit-signatures --", NAME);
        let line = line.split(" #").next().unwrap_or_default();
        for command in line.split(['|', ';', '&', '(']) {
            let before_redirections = command.split(['>', '<']).next().unwrap_or_default().trim();
            let words = before_redirections.split_whitespace().skip_while(|word| *word != NAME);
            let words: Vec<String> = words.map(|word| word.trim_matches(['"', '\'', ')']).to_owned()).collect();
            if words.len() > 1 && !line.contains("--example") {
                commands.push(words);
            }
        }
    }
    commands
}

#[test]
fn every_command_of_the_readme_is_understood() {
    let commands = commands();
    for flags in ["--stream", "--update-lock", "github", "--output"] {
        assert!(commands.iter().any(|words| words.iter().any(|word| word == flags)), "no command with {flags}");
    }
    let wrong = commands.iter().filter_map(|words| {
        let error = Arguments::try_parse_from(words).err().filter(|error| error.exit_code() != 0)?;
        Some(format!("{}: {error}", words.join(" ")))
    });
    assert_eq!(wrong.collect::<String>(), "");
}
