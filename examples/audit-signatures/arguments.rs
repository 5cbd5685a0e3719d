//! The command line.

use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, ValueEnum};
use countersign::{PackageId, RegistryId, Timestamp, TrustedPublisher};

use crate::lockfile::Omit;
use crate::registry_url::RegistryUrl;

/// Verify the registry signatures, publish attestations and provenance of every package in a lock file.
#[derive(Debug, Parser)]
#[command(name = "audit-signatures", version, after_help = AFTER_HELP)]
pub struct Arguments {
    /// Project folder or lock file: npm-shrinkwrap.json or package-lock.json, version 2 or 3
    #[arg(default_value = ".")]
    pub path: PathBuf,

    /// Read the registry's documents from a recording instead of the network
    #[arg(long, value_name = "DIR", conflicts_with_all = ["record", "registry"])]
    pub replay: Option<PathBuf>,

    /// Write the registry's documents into a new recording
    #[arg(long, value_name = "DIR")]
    pub record: Option<PathBuf>,

    /// Fetch every package from here [default: .npmrc, else the lock file's one origin, else npm's configuration]
    #[arg(long, value_name = "URL", value_parser = RegistryUrl::parse)]
    pub registry: Option<RegistryUrl>,

    /// Trust these registry keys instead of the built-in ones: the answer of /-/npm/v1/keys, or a TUF target
    #[arg(long, value_name = "FILE")]
    pub keys: Option<PathBuf>,

    /// Trust this Sigstore instance (trusted_root.json) instead of the built-in one
    #[arg(long, value_name = "FILE")]
    pub trusted_root: Option<PathBuf>,

    /// Judge packages as those of this registry [default: npm]
    #[arg(long, value_name = "URL", value_parser = registry_identity)]
    pub registry_identity: Option<RegistryId>,

    /// Require that a package was built by this GitHub workflow; repeatable
    #[arg(long = "publisher", value_name = "NAME=OWNER/REPO:FILE", value_parser = PublisherArgument::parse)]
    pub publishers: Vec<PublisherArgument>,

    /// Judge as of this time, such as 2026-11-22T00:00:00Z [default: now]
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub at: Option<Timestamp>,

    /// Leave out a kind of dependencies; repeatable
    #[arg(long, value_name = "KIND")]
    omit: Vec<OmitArgument>,

    /// How to print the report
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

const AFTER_HELP: &str = "\
Examples:
  audit-signatures
      The project in this folder, with the documents of the registry that npm would use.
  audit-signatures ../app --omit dev --publisher @octo/lib=octo-org/octo-lib:release.yml
      Without development dependencies; @octo/lib must come from that workflow.
  audit-signatures --record recording
  audit-signatures --replay recording --at 2026-11-22T00:00:00Z --format json
      The same audit twice, the second time without a network and for a machine to read.

Exit codes:
  0  every audited package is verified
  1  a package is invalid, denied or unverifiable, or there was nothing to audit
  2  wrong usage or an I/O error: the audit did not finish";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Human,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OmitArgument {
    Dev,
    Optional,
    Peer,
}

/// `--publisher NAME=OWNER/REPO:FILE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublisherArgument {
    pub package: String,
    pub publisher: TrustedPublisher,
}

impl PublisherArgument {
    fn parse(text: &str) -> Result<Self, String> {
        let expected = || "expected NAME=OWNER/REPO:FILE, such as @octo/lib=octo-org/octo-lib:release.yml".to_owned();
        let (package, publisher) = text.split_once('=').ok_or_else(expected)?;
        let (repository, workflow) = publisher.split_once(':').ok_or_else(expected)?;
        // The version is of no matter; the name has to be one that a lock file can have.
        PackageId::new(package, "1.0.0").map_err(|e| e.to_string())?;
        let publisher = TrustedPublisher::github(repository, workflow).map_err(|e| format!("{e}. {}", e.help()))?;
        Ok(Self { package: package.into(), publisher })
    }
}

impl Arguments {
    /// Parses the process's own arguments and those rules that span several of them.
    pub fn from_command_line() -> Result<Self, clap::Error> {
        Self::try_parse()?.checked()
    }

    fn checked(self) -> Result<Self, clap::Error> {
        let mut packages: Vec<&str> = self.publishers.iter().map(|p| p.package.as_str()).collect();
        packages.sort_unstable();
        if packages.windows(2).any(|pair| pair.first() == pair.last()) {
            let message = "two values of --publisher are for the same package, and npm allows one publisher";
            return Err(Self::command().error(ErrorKind::ArgumentConflict, message));
        }
        Ok(self)
    }

    /// What `--omit` leaves out.
    pub fn omit(&self) -> Omit {
        let has = |kind| self.omit.contains(&kind);
        Omit { dev: has(OmitArgument::Dev), optional: has(OmitArgument::Optional), peer: has(OmitArgument::Peer) }
    }
}

fn time(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| "expected a time in UTC, such as 2026-11-22T00:00:00Z".to_owned())
}

fn registry_identity(text: &str) -> Result<RegistryId, String> {
    if text == "npm" { Ok(RegistryId::npm()) } else { RegistryId::new(text).map_err(|e| e.to_string()) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

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
        assert_eq!(arguments.path, PathBuf::from("."));
        assert_eq!(arguments.format, Format::Human);
        assert!(arguments.at.is_none() && arguments.publishers.is_empty());
    }

    #[test]
    fn every_flag_is_read() {
        let arguments = parse(
            "audit-signatures app --replay in --keys k.json --trusted-root r.json --registry-identity https://npm.example \
             --publisher a=o/r:x.yml --publisher @s/b=o/r:y.yaml --at 2026-11-22T00:00:00Z --omit dev --omit peer --format json",
        )
        .unwrap();
        assert_eq!(arguments.registry_identity.as_ref().unwrap().as_str(), "https://npm.example");
        assert_eq!(arguments.at.unwrap().to_string(), "2026-11-22T00:00:00Z");
        let omit = arguments.omit();
        assert!(omit.dev && omit.peer && !omit.optional);
        let second = arguments.publishers.last().unwrap();
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
}
