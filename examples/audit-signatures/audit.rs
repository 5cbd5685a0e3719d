//! The one place where the library is asked.

use std::process::ExitCode;

use crate::arguments::Arguments;

/// A finished audit.
pub struct Audit {
    /// The report as JSON.
    pub report: String,
    pub exit: ExitCode,
}

pub fn run(_: &Arguments) -> Result<Audit, String> {
    Err("the library's verifier is not there yet".into())
}
