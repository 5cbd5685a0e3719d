//! JSON that may be printed into a log: the same document, with nothing in it that acts on a terminal or a
//! CI runner. It is written as it is made, so that a report of 100,000 packages is never held twice.

use std::io::{self, Write};

use serde::Serialize;

use crate::plain_text::PlainJson;

/// On many lines, with a line break at the end.
pub fn pretty(out: &mut dyn Write, value: &impl Serialize) -> Result<(), String> {
    let mut out = PlainJson::new(out);
    serde_json::to_writer_pretty(&mut out, value).map_err(|e| e.to_string())?;
    end(&mut out)
}

/// On one line.
pub fn line(out: &mut dyn Write, value: &impl Serialize) -> Result<(), String> {
    let mut out = PlainJson::new(out);
    serde_json::to_writer(&mut out, value).map_err(|e| e.to_string())?;
    end(&mut out)
}

fn end(out: &mut impl Write) -> Result<(), String> {
    out.write_all(b"\n").map_err(|e: io::Error| e.to_string())
}
