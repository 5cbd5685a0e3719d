//! The command line.

use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};
use countersign::PackageId;

use crate::inputs::{Inputs, Pinning, Required};
use crate::manual::{CompletionsArguments, ManArguments};
use crate::output::OutputArguments;
use crate::stream::VerifyArguments;
use crate::target::package_id;

/// Verify the registry signatures, publish attestations and provenance of every package in a lock file or tree.
#[derive(Debug, Parser)]
#[command(
    name = "audit-signatures",
    version,
    after_help = AFTER_HELP,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true
)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Option<Command>,

    #[command(flatten)]
    pub audit: AuditArguments,
}

/// An audit, and how its report is printed.
#[derive(Debug, Args)]
pub struct AuditArguments {
    #[command(flatten)]
    pub inputs: Inputs,

    #[command(flatten)]
    pub required: Required,

    #[command(flatten)]
    pub pinning: Pinning,

    #[command(flatten)]
    pub output: OutputArguments,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show what each proof established for one of the packages that an audit would judge
    Explain(Box<ExplainArguments>),
    /// Check a policy file, or write a first one
    #[command(subcommand, disable_help_subcommand = true)]
    Policy(PolicyCommand),
    /// Verify requests that are piped in, without a lock file and without a network
    Verify(Box<VerifyArguments>),
    /// Print a script that completes this program's commands and flags in a shell
    Completions(CompletionsArguments),
    /// Print the manual page, or write one for each command
    Man(ManArguments),
}

#[derive(Debug, Args)]
#[command(after_help = EXPLAIN_HELP)]
pub struct ExplainArguments {
    /// The package, with the version that is audited
    #[arg(value_name = "NAME@VERSION", value_parser = package_id)]
    pub package: PackageId,

    #[command(flatten)]
    pub audit: AuditArguments,
}

#[derive(Debug, Subcommand)]
#[command(after_help = POLICY_HELP)]
pub enum PolicyCommand {
    /// Read a policy and say what it holds; exit code 2 and the line and column if it is none
    Check {
        /// The policy, as TOML
        file: PathBuf,
    },
    /// Print a policy made from a verified audit: a publisher for each package with provenance, for a person to review
    Init(Box<Inputs>),
}

const EXPLAIN_HELP: &str = "\
Examples:
  audit-signatures explain @octo/lib@1.2.3
      The package as the project in this folder locks it.
  audit-signatures explain @octo/lib@1.2.3 ../app --policy policy.toml --format json

Exit codes:
  0  the package is verified
  1  it is not
  2  wrong usage, an I/O error, or the lock file does not have it";

const POLICY_HELP: &str = "\
Examples:
  audit-signatures policy init > policy.toml
      Written from what is signed now. Compare each line with what the project itself says before it counts.
  audit-signatures policy check policy.toml

Exit codes:
  0  the policy can be read; for init, every package is verified
  1  init only: a package is not verified, and has no rule
  2  wrong usage, an I/O error, or no policy";

const AFTER_HELP: &str = "\
A project in a folder that is called like a command, such as policy, is ./policy; an existing path is never
taken for a package.

Examples:
  audit-signatures
      The project in this folder, with the documents of the registry that npm would use.
  audit-signatures ../app --omit dev --publisher @octo/lib=octo-org/octo-lib:release.yml
      Without development dependencies; @octo/lib must come from that workflow.
  audit-signatures --installed
      What is in node_modules, compared with the lock file. What its files hold is not compared with anything.
  audit-signatures @octo/lib@1.2.3
  audit-signatures download.tgz --package @octo/lib@1.2.3
      One package, whose tarball is fetched and hashed; one tarball. None is ever opened.
  audit-signatures policy init > policy.toml
  audit-signatures --policy policy.toml
      Writes a first policy, which a person reviews; then requires what it says.
  audit-signatures explain @octo/lib@1.2.3 --policy policy.toml
      What each proof established for one package, and how its publisher compares.
  audit-signatures --lock countersign.lock --update-lock
      Compares each package with who signed it before, and records what is new and verified.
  audit-signatures verify --stream < requests.ndjson > verdicts.ndjson
      Packages and documents that are piped in, with no lock file: see verify --help.
  audit-signatures --record recording
  audit-signatures --replay recording --at 2026-11-22T00:00:00Z --format json
      The same audit twice, the second time without a network and for a machine to read.

Exit codes:
  0  every audited package is verified
  1  a package is invalid, denied or unverifiable, or there was nothing to audit
  2  wrong usage or an I/O error: the audit did not finish";

impl Arguments {
    /// Parses the process's own arguments and those rules that span several of them.
    pub fn from_command_line() -> Result<Self, clap::Error> {
        Self::try_parse()?.checked()
    }

    fn checked(self) -> Result<Self, clap::Error> {
        let required = match &self.command {
            Some(Command::Explain(explain)) if explain.audit.pinning.update_lock => {
                let message = "an explanation records nothing: leave --update-lock to an audit";
                return Err(Self::command().error(ErrorKind::ArgumentConflict, message));
            }
            Some(Command::Explain(explain)) if !explain.audit.output.is_for_one_package() => {
                let message = "an explanation is printed with --format human or json, and into no file";
                return Err(Self::command().error(ErrorKind::ArgumentConflict, message));
            }
            Some(Command::Explain(explain)) => &explain.audit.required,
            _ => &self.audit.required,
        };
        match required.check() {
            Ok(()) => Ok(self),
            Err((kind, message)) => Err(Self::command().error(kind, message)),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::output::Format;
    use countersign::TrustedPublisher;

    fn parse(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(line.split_whitespace())?.checked()
    }

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn defaults_need_no_argument() {
        let arguments = parse("audit-signatures").unwrap();
        assert!(arguments.command.is_none());
        assert_eq!(arguments.audit.inputs.path, PathBuf::from("."));
        assert_eq!(arguments.audit.output.format, Format::Human);
        assert!(arguments.audit.inputs.at.is_none() && arguments.audit.required.publishers.is_empty());
    }

    #[test]
    fn every_flag_is_read() {
        let arguments = parse(
            "audit-signatures app --replay in --keys k.json --trusted-root r.json --registry-identity https://npm.example \
             --publisher a=o/r:x.yml --publisher @s/b=o/r:y.yaml --at 2026-11-22T00:00:00Z --omit dev --omit peer --format json",
        )
        .unwrap();
        let AuditArguments { inputs, required, .. } = arguments.audit;
        assert_eq!(inputs.registry_identity.as_ref().unwrap().as_str(), "https://npm.example");
        assert_eq!(inputs.at.unwrap().to_string(), "2026-11-22T00:00:00Z");
        let omit = inputs.omit();
        assert!(omit.dev && omit.peer && !omit.optional);
        let second = required.publishers.last().unwrap();
        assert_eq!(second.package, "@s/b");
        assert_eq!(second.publisher, TrustedPublisher::github("o/r", "y.yaml").unwrap());
        assert!(parse("audit-signatures --registry https://npm.example --record out").is_ok());
    }

    #[test]
    fn cl_09_wrong_usage_exits_with_2() {
        for line in [
            "--at 2026-11-22",
            "--at 2026-11-22T00:00:00+01:00",
            "--at now",
            "--format yaml",
            "--format json --format json",
            "--registry https://a.example --registry https://b.example",
            "--registry npm.example",
            "--registry https://user:secret@npm.example",
            "--keys a --keys b",
            "--replay a --record b",
            "--replay a --registry https://npm.example",
            "--omit prod",
            "--no-verify",
            "a b",
            "--publisher a=o/r:x.yml --publisher a=o/r:y.yml",
            "--publisher a",
            "--publisher =o/r:x.yml",
            "--publisher a=o:x.yml",
            "--publisher a=o/r",
            "--publisher a=o/r/s:x.yml",
            "--publisher a=o/r:.github/workflows/x.yml",
            "--publisher a=o/r:x.sh",
            "--publisher a=o/r:x.yml@main",
            "--publisher a=o/r:x.yml --policy p.toml",
            "--policy p.toml --policy q.toml",
            "explain",
            "explain a",
            "explain a@^1.0.0",
            "explain a@1.0.0 --publisher b=o/r:x.yml --publisher b=o/r:y.yml",
            "policy",
            "policy check",
            "policy check p.toml q.toml",
            "policy check p.toml --policy q.toml",
            "policy init --policy q.toml",
            "--at 2026-11-22T00:00:00Z explain a@1.0.0",
            "--update-lock",
            "--accept-drift a@1.0.0",
            "--fail-on drift=any",
            "--lock l --accept-drift a",
            "--lock l --accept-drift a@^1.0.0",
            "--lock l --fail-on any",
            "--lock l --fail-on drift=low",
            "--lock l --lock m",
            "--npm-trust a",
            "--npm-trust a=",
            "--npm-trust =f",
            "explain a@1.0.0 --lock l --update-lock",
            "explain a@1.0.0 --format sarif",
            "explain a@1.0.0 --output json=report.json",
            "--output report.json",
            "--output yaml=report.yaml",
            "--output json=",
            "--jobs 0",
            "--deadline 0",
            "policy init --lock l",
        ] {
            let error = parse(&format!("audit-signatures {line}")).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{line}: {error}");
        }
    }

    #[test]
    fn help_has_examples_and_exit_codes() {
        let help = parse("audit-signatures --help").unwrap_err();
        assert_eq!(help.exit_code(), 0);
        assert!(help.to_string().contains("Examples:") && help.to_string().contains("Exit codes:"));
    }

    #[test]
    fn commands_stand_beside_the_path() {
        let path = |line: &str| parse(line).map(|arguments| (arguments.command.is_some(), arguments.audit.inputs.path));
        assert_eq!(path("audit-signatures ./policy").unwrap(), (false, PathBuf::from("./policy")));
        assert_eq!(path("audit-signatures ./explain").unwrap(), (false, PathBuf::from("./explain")));
        assert_eq!(path("audit-signatures help").unwrap(), (false, PathBuf::from("help")));
        let explain =
            parse("audit-signatures explain @s/a@1.0.0 app --replay in --policy p.toml --format json").unwrap();
        let Some(Command::Explain(explain)) = explain.command else { unreachable!("no explanation") };
        let ExplainArguments { package, audit } = *explain;
        assert_eq!((package.name(), package.version()), ("@s/a", "1.0.0"));
        assert_eq!((audit.inputs.path, audit.output.format), (PathBuf::from("app"), Format::Json));
        assert_eq!(audit.required.policy, Some(PathBuf::from("p.toml")));
        let init = parse("audit-signatures policy init app --omit dev").unwrap().command;
        let Some(Command::Policy(PolicyCommand::Init(inputs))) = init else { unreachable!("no policy") };
        assert!(inputs.omit().dev && inputs.path.as_os_str() == "app");
    }
}
