//! `audit-signatures`: verifies the packages of an npm lock file and shows who built them.
//!
//! Reading order: `arguments`, `lockfile` (what to audit), `requirements` (what each package must show),
//! `registry_choice` and `registry` (where documents come from), `trust` and `trust_refresh`, `audit` and
//! `auditor` (the places that ask the library), `output` (the formats; `human` is the one for people),
//! `explain`, `policy_command`, `stream` and `manual` (the other commands).
#![forbid(unsafe_code)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod arguments;
mod audit;
mod auditor;
mod bounded_file;
mod explain;
mod human;
mod inputs;
mod interruption;
mod lock_file;
mod lockfile;
mod manifest;
mod manual;
mod npmrc;
mod one_origin;
mod output;
mod pins;
mod plain_text;
mod policy_command;
mod policy_file;
mod progress;
mod registry;
mod registry_choice;
mod registry_url;
mod requirements;
mod session;
mod stream;
mod target;
mod trust;
mod trust_refresh;
mod view;
mod warnings;
mod workers;

use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use arguments::{Arguments, AuditArguments, Command};
use audit::Finished;
use clap::CommandFactory as _;
use countersign::report::PackageReport;
use output::{Context, Outputs};
use progress::Progress;

/// A package is invalid, denied or unverifiable, or there was nothing to audit.
const NOT_CLEAN: u8 = 1;

/// Wrong usage, or the audit did not finish.
const UNFINISHED: u8 = 2;

fn main() -> ExitCode {
    let arguments = match Arguments::from_command_line() {
        Ok(arguments) => arguments,
        Err(shown) => {
            let printed = shown.print().is_ok();
            return if printed && !shown.use_stderr() { ExitCode::SUCCESS } else { ExitCode::from(UNFINISHED) };
        }
    };
    // Rust's own exit code for a panic, 101, would be a fourth meaning.
    let outcome = catch_unwind(AssertUnwindSafe(|| run(&arguments)));
    match outcome {
        Ok(Ok(exit)) => exit,
        Ok(Err(problem)) => {
            // Nobody may be reading; the exit code says it too.
            let _ = writeln!(std::io::stderr(), "audit-signatures: {problem}");
            ExitCode::from(UNFINISHED)
        }
        Err(_) => ExitCode::from(UNFINISHED),
    }
}

fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    match &arguments.command {
        Some(Command::Explain(arguments)) => explain::run(arguments),
        Some(Command::Policy(command)) => policy_command::run(command),
        Some(Command::Verify(arguments)) => stream::run(arguments),
        Some(Command::Completions(arguments)) => manual::completions(arguments, &mut Arguments::command()),
        Some(Command::Man(arguments)) => manual::man(arguments, Arguments::command()),
        None => audited(&arguments.audit),
    }
}

fn audited(arguments: &AuditArguments) -> Result<ExitCode, String> {
    let AuditArguments { inputs, required, pinning, output } = arguments;
    let mut outputs = Outputs::open(output)?;
    let progress = Progress::new(!output.quiet);
    let judged = |package: &PackageReport| outputs.judged(package, &progress);
    let Finished { report, ended, items, lock_file } = audit::run(inputs, required, pinning, &progress, judged)?;
    let context = Context {
        audited: inputs.path.clone(),
        lock_file,
        items,
        include_attestations: output.include_attestations,
        finished: ended.is_none(),
        detail: output.detail(),
        look: output.look(),
    };
    outputs.finish(&report, &context)?;
    if !output.has_notes() {
        warnings::say(report.notes());
    }
    Ok(match ended {
        Some(ended) => ExitCode::from(ended.exit_code()),
        None if report.is_clean() => ExitCode::SUCCESS,
        None => ExitCode::from(NOT_CLEAN),
    })
}
