//! `audit-signatures verify --stream`: requests on standard input, verdicts on standard output, one a line
//! and in the same order, in constant memory, on all cores, and with no network at all. Whatever pipes
//! records can run it: xargs, GNU parallel, Spark's `pipe`.

mod lines;
mod request;
mod verdict;

use std::io::{self, BufReader, ErrorKind, Write as _};
use std::num::NonZero;
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread::available_parallelism;

use clap::Args;
use countersign::{Policy, RegistryId, Timestamp, limits};

use crate::inputs::{registry_identity, time};
use crate::interruption::Interruption;
use crate::{policy_file, trust, workers};
use lines::{Line, Lines};
use verdict::{Answer, Judge};

/// The largest documents that the library reads, and what stands around them.
pub const LONGEST_LINE: usize = limits::MANIFEST_BYTES + limits::ATTESTATIONS_BYTES + 64 * 1024;

/// As much as a pipe holds.
const READ_AT_ONCE: usize = 64 * 1024;

const NOT_CLEAN: u8 = 1;
const UNFINISHED: u8 = 2;

#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub struct VerifyArguments {
    /// Read requests from standard input and write a verdict for each, one JSON object a line
    #[arg(long, required = true)]
    pub stream: bool,

    /// Require what this policy says
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,

    /// Trust these registry keys instead of the built-in ones
    #[arg(long, value_name = "FILE")]
    pub keys: Option<PathBuf>,

    /// Trust this Sigstore instance (trusted_root.json) instead of the built-in one
    #[arg(long, value_name = "FILE")]
    pub trusted_root: Option<PathBuf>,

    /// Judge packages as those of this registry, where a request names none [default: npm]
    #[arg(long, value_name = "URL", value_parser = registry_identity)]
    pub registry_identity: Option<RegistryId>,

    /// Judge as of this time, such as 2026-11-22T00:00:00Z [default: the moment it starts]
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub at: Option<Timestamp>,

    /// How many requests are worked on at once [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
}

const AFTER_HELP: &str = "\
A request is one JSON object on one line of at most 10 MiB:
  package            the registry's name of the package
  version            an exact version
  integrity          the sha512 that you want, from your own record if you have one
  manifest           the version's document: a member of the packument's versions
  attestations       the answer of /-/npm/v1/attestations/NAME@VERSION;
                     null if the registry answered 404; left out if nobody asked
  attestationsUnavailable
                     in place of attestations: why there was no answer
  publishTime        the packument's time of this version; null if it has none (optional)
  registryIdentity   the registry whose package it is (optional)
  id                 a string, number, true, false or null that is repeated (optional)
Any other member, and one that stands twice, is refused.

A verdict is one JSON object on one line (countersign.verdict/1): line, id, and what the
report of an audit says of the package. A line that is no request gets one too, and the
stream goes on. A policy's downgrade rules need earlier versions, which no request has.

Examples:
  audit-signatures verify --stream < requests.ndjson > verdicts.ndjson
      All cores of this machine.
  parallel --pipe --keep-order audit-signatures verify --stream --jobs 1 < requests.ndjson
      One process for each core, or for each machine of --sshlogin.
  rdd.pipe(\"audit-signatures verify --stream --jobs 1\")
      A partition of a Spark data set.

Exit codes:
  0  every request is verified, and there was at least one
  1  a request is not verified, a line is no request, or there was none
  2  wrong usage or an I/O error: some requests have no verdict";

/// Answers until the input ends.
pub fn run(arguments: &VerifyArguments) -> Result<ExitCode, String> {
    let identity = arguments.registry_identity.clone().unwrap_or_else(RegistryId::npm);
    let verifier = trust::without_registry(&identity, arguments.keys.as_deref(), arguments.trusted_root.as_deref())?;
    let policy = arguments.policy.as_deref().map_or_else(|| Ok(Policy::observing()), policy_file::read)?;
    let now = arguments.at.unwrap_or_else(|| std::time::SystemTime::now().into());
    let judge = Judge { verifier, identity, policy, now };
    let cores = || available_parallelism().map_or(1, NonZero::get);
    let jobs = arguments.jobs.map_or_else(cores, usize::from);
    let input = Lines::new(BufReader::with_capacity(READ_AT_ONCE, io::stdin()), LONGEST_LINE);
    let work = move |line: io::Result<Line>| match line {
        Ok(line) => judge.answer(&line),
        Err(e) => Err(format!("cannot read standard input: {e}")),
    };

    let (mut answered, mut all_verified, mut reader_left) = (0_u64, true, false);
    let mut out = io::stdout().lock();
    let ended = workers::run(input, jobs, &Interruption::listen(None), work, |_, answer| {
        let Answer { text, is_verified } = answer?;
        // At once: whoever waits for this verdict before he asks again must get it.
        let written = out.write_all(&text).and_then(|()| out.flush());
        reader_left = written.as_ref().is_err_and(|e| e.kind() == ErrorKind::BrokenPipe);
        written.map_err(|e| format!("cannot write to standard output: {e}"))?;
        answered = answered.saturating_add(1);
        all_verified &= is_verified;
        Ok(())
    });
    match ended {
        // `| head` is no defect to report, and no finished stream either.
        Err(_) if reader_left => Ok(ExitCode::from(UNFINISHED)),
        Err(problem) => Err(problem),
        Ok(Some(ended)) => Ok(ExitCode::from(ended.exit_code())),
        Ok(None) if answered == 0 => {
            let _ = writeln!(io::stderr(), "audit-signatures: standard input had no request, so nothing is verified");
            Ok(ExitCode::from(NOT_CLEAN))
        }
        Ok(None) if all_verified => Ok(ExitCode::SUCCESS),
        Ok(None) => Ok(ExitCode::from(NOT_CLEAN)),
    }
}
