//! `audit-signatures`: verifies the packages of an npm lock file and shows who built them.
//!
//! Reading order: `arguments`, `lockfile` (what to audit), `registry_choice` and `registry` (where
//! documents come from), `audit` (the only place that asks the library), `human` (what is printed).
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::todo)
)]

mod arguments;
mod audit;
mod bounded_file;
mod human;
mod lockfile;
mod npmrc;
mod plain_text;
mod progress;
mod registry;
mod registry_choice;
mod registry_url;
mod workers;

use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use arguments::{Arguments, Format};
use plain_text::plain_json;

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
    let audit = audit::run(arguments)?;
    let text = match arguments.format {
        Format::Json => plain_json(&audit.report) + "\n",
        Format::Human => human::render(&audit.report)?,
    };
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|e| format!("cannot print the report: {e}"))?;
    Ok(audit.exit)
}
