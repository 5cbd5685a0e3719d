//! What the program says about itself to shells and to `man`, made from the command line as it is.

mod page;
#[cfg(test)]
mod readme_tests;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Command};
use clap_complete::Shell;

use crate::output::print_by;
use crate::plain_text::plain;

const NAME: &str = "audit-signatures";

#[derive(Debug, Args)]
#[command(after_help = COMPLETIONS_HELP)]
pub struct CompletionsArguments {
    /// The shell that the script is for
    #[arg(value_enum)]
    pub shell: Shell,
}

const COMPLETIONS_HELP: &str = "\
Examples:
  audit-signatures completions bash > ~/.local/share/bash-completion/completions/audit-signatures
  audit-signatures completions zsh > \"${fpath[1]}/_audit-signatures\"
  audit-signatures completions fish > ~/.config/fish/completions/audit-signatures.fish
  audit-signatures completions powershell >> $PROFILE";

#[derive(Debug, Args)]
#[command(after_help = MAN_HELP)]
pub struct ManArguments {
    /// Write a page for the program and one for each of its commands into this folder
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

const MAN_HELP: &str = "\
Examples:
  audit-signatures man | man -l -
      Shows the page.
  audit-signatures man --dir ~/.local/share/man/man1
      Installs all of them.";

/// Prints a script for the shell that completes `command`.
pub fn completions(arguments: &CompletionsArguments, command: &mut Command) -> Result<ExitCode, String> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, command, NAME, &mut script);
    print_by(|out| out.write_all(&script).map_err(|e| e.to_string()))?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the page of the program that `command` describes, or writes all pages.
pub fn man(arguments: &ManArguments, mut command: Command) -> Result<ExitCode, String> {
    command.build();
    match &arguments.dir {
        Some(folder) => write_pages(&command, folder)?,
        None => print_by(|out| page::write(&command, out).map_err(|e| e.to_string()))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn write_pages(command: &Command, folder: &Path) -> Result<(), String> {
    let failed = |e: io::Error| {
        let folder = plain(&folder.display().to_string());
        format!("cannot write manual pages into {folder}: {e}. Give a folder that can be written to")
    };
    fs::create_dir_all(folder).map_err(failed)?;
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    let mut page = Vec::new();
    page::write(command, &mut page).and_then(|()| fs::write(folder.join(format!("{name}.1")), page)).map_err(failed)?;
    command.get_subcommands().try_for_each(|command| write_pages(command, folder))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use clap::{CommandFactory as _, ValueEnum as _};

    use super::*;
    use crate::arguments::Arguments;

    #[test]
    fn every_shell_completes_every_command() {
        for shell in Shell::value_variants() {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Arguments::command(), NAME, &mut script);
            let script = String::from_utf8(script).unwrap();
            for word in ["explain", "policy", "verify", "completions", "man", "trusted-root", "stream"] {
                assert!(script.contains(word), "{shell} does not complete {word}");
            }
        }
    }

    #[test]
    fn each_command_has_a_page_with_its_examples_and_exit_codes() {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Arguments::command();
        command.build();
        write_pages(&command, folder.path()).unwrap();
        let page = |name: &str| fs::read_to_string(folder.path().join(format!("{name}.1"))).unwrap();
        for name in ["audit-signatures", "audit-signatures-verify"] {
            for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXAMPLES", "\"EXIT STATUS\""] {
                assert!(page(name).contains(&format!("\n.SH {section}\n")), "{name}: {section}");
            }
        }
        let main = page("audit-signatures");
        assert!(main.contains("\n  audit\\-signatures \\-\\-lock countersign.lock \\-\\-update\\-lock\n"), "{main}");
        assert!(main.contains("\n  2  wrong usage or an I/O error: the audit did not finish\n"), "{main}");
        assert!(main.contains("audit\\-signatures\\-policy(1)"));
        for name in ["explain", "policy", "policy-check", "policy-init", "completions", "man"] {
            assert!(page(&format!("audit-signatures-{name}")).contains(".SH SYNOPSIS"));
        }
    }
}
