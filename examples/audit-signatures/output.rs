//! Standard output.

use std::io::Write as _;

/// Prints it whole. What could not be printed was not said, so that is an error.
pub fn print(text: &str) -> Result<(), String> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|e| format!("cannot print the report: {e}"))
}
