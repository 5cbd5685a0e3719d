//! Text from outside, made fit for a terminal and for a CI log.

use std::fmt::Write as _;
use std::io;

/// A name, a ref or a message is never longer than this on screen; the rest is counted.
const LONGEST: usize = 256;

/// Escapes what could move the cursor, recolour, reorder or hide text, start a line of its own, or be
/// read by a CI runner as a command; cuts what is too long to be a name.
pub fn plain(text: &str) -> String {
    plain_within(text, LONGEST)
}

/// The same for a sentence that may hold several names.
pub fn plain_within(text: &str, longest: usize) -> String {
    let mut out = String::with_capacity(text.len().min(longest));
    let mut previous = ' ';
    for (count, c) in text.chars().enumerate() {
        if count == longest {
            let left = text.chars().count() - longest;
            let _ = write!(out, "… ({left} more characters)");
            break;
        }
        if deceives(c) || begins_command(previous, c) {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        } else {
            out.push(c);
        }
        previous = c;
    }
    out
}

/// Makes a JSON document fit to be printed on its way to `W`. Outside of its strings there is nothing to
/// escape, and in them the escapes are JSON's own, so a parser reads the same document.
pub struct PlainJson<W> {
    inner: W,
    previous: char,
}

impl<W: io::Write> PlainJson<W> {
    pub fn new(inner: W) -> Self {
        Self { inner, previous: ' ' }
    }
}

impl<W: io::Write> io::Write for PlainJson<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            // Its rest comes with the next call.
            Err(e) if e.valid_up_to() > 0 => {
                std::str::from_utf8(bytes.get(..e.valid_up_to()).unwrap_or_default()).map_err(io::Error::other)?
            }
            Err(e) => return Err(io::Error::new(io::ErrorKind::InvalidData, e)),
        };
        let mut begun = 0;
        for (at, c) in text.char_indices() {
            if c != '\n' && (deceives(c) || begins_command(self.previous, c)) {
                self.inner.write_all(text.get(begun..at).unwrap_or_default().as_bytes())?;
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(self.inner, "\\u{unit:04x}")?;
                }
                begun = at + c.len_utf8();
            }
            self.previous = c;
        }
        self.inner.write_all(text.get(begun..).unwrap_or_default().as_bytes())?;
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Characters that act on the terminal or the reader instead of being seen.
fn deceives(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{fffe}' | '\u{ffff}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// GitHub's runner obeys `::command` at the start of a trimmed line and `##[command]` anywhere in one;
/// Azure's and TeamCity's also start with `##`. None of them occurs in a name, so it need not stand at the start.
fn begins_command(previous: char, c: char) -> bool {
    previous == c && matches!(c, ':' | '#')
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_is_left_alone() {
        let text = "@scope/name@1.0.0-rc.1+build https://npm.example/x – Grüße 日本";
        assert_eq!(plain(text), text);
    }

    #[test]
    fn controls_and_bidi_are_spelled_out() {
        assert_eq!(plain("a\u{1b}[31mb"), "a\\u{1b}[31mb");
        assert_eq!(plain("a\r\nverified"), "a\\u{d}\\u{a}verified");
        assert_eq!(plain("\u{9b}1m\u{7f}"), "\\u{9b}1m\\u{7f}");
        assert_eq!(plain("x\u{202e}y\u{2066}z"), "x\\u{202e}y\\u{2066}z");
        assert_eq!(plain("\u{200b}\u{e0041}"), "\\u{200b}\\u{e0041}");
    }

    #[test]
    fn log_commands_are_broken() {
        assert_eq!(plain("::error::x"), ":\\u{3a}error:\\u{3a}x");
        assert_eq!(plain("a ##[section]"), "a #\\u{23}[section]");
        assert_eq!(plain(":::::"), ":\\u{3a}\\u{3a}\\u{3a}\\u{3a}");
    }

    #[test]
    fn json_stays_the_same_document() {
        let document = serde_json::json!({"a": "x\u{202e}\u{e0041}\u{7f}\u{9b}\u{1b}##[x]::y\n", "::": ["##", "é"]});
        let mut printed = Vec::new();
        serde_json::to_writer_pretty(PlainJson::new(&mut printed), &document).unwrap();
        let printed = String::from_utf8(printed).unwrap();
        assert!(printed.chars().all(|c| c == '\n' || !deceives(c)));
        assert!(!printed.contains("##") && !printed.contains("::"), "{printed}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&printed).unwrap(), document);
    }

    #[test]
    fn what_begins_in_one_piece_is_seen_in_the_next() {
        use std::io::Write as _;
        let mut printed = Vec::new();
        let mut out = PlainJson::new(&mut printed);
        for piece in [&b"\":"[..], b":error", b":", b":#", b"#[x]", "\u{202e}".as_bytes()] {
            out.write_all(piece).unwrap();
        }
        assert_eq!(String::from_utf8(printed).unwrap(), "\":\\u003aerror:\\u003a#\\u0023[x]\\u202e");
        assert!(PlainJson::new(Vec::new()).write_all(b"\xff").is_err());
    }

    #[test]
    fn long_text_is_cut_and_counted() {
        let shown = plain(&"x".repeat(200_000));
        assert!(shown.ends_with("… (199744 more characters)"));
        assert_eq!(shown.chars().filter(|c| *c == 'x').count(), 256);
        assert_eq!(plain(&"y".repeat(256)), "y".repeat(256));
    }
}
