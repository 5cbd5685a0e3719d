//! Text from outside, made safe to show.

use core::fmt;

use serde::{Serialize, Serializer};

/// The longest text that an error repeats, in characters (attacks.md CL-27).
const LONGEST: usize = 256;

/// Text from outside as an error may carry it: control and bidirectional characters are written as
/// `\u{…}`, and more than 256 characters are cut. What stands here is for people, never compared.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Text(Box<str>);

impl Text {
    /// The escaped text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The whole text, escaped and not cut: for members of a report that others look up.
pub(crate) fn escaped(raw: &str) -> String {
    let mut shown = String::with_capacity(raw.len());
    for c in raw.chars() {
        if is_unsafe(c) { shown.extend(c.escape_unicode()) } else { shown.push(c) }
    }
    shown
}

impl From<&str> for Text {
    fn from(raw: &str) -> Self {
        let end = raw.char_indices().nth(LONGEST).map_or(raw.len(), |(end, _)| end);
        let mut shown = escaped(raw.get(..end).unwrap_or_default());
        let left = raw.chars().skip(LONGEST).count();
        if left > 0 {
            shown.push_str(&format!("… ({left} more characters)"));
        }
        Self(shown.into())
    }
}

impl From<&[u8]> for Text {
    fn from(raw: &[u8]) -> Self {
        Self::from(String::from_utf8_lossy(raw).as_ref())
    }
}

impl From<String> for Text {
    fn from(raw: String) -> Self {
        Self::from(raw.as_str())
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Characters that move a cursor, reorder a line, hide, or open an escape sequence.
pub(crate) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{180e}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn escapes_what_moves_a_cursor_or_hides() {
        assert_eq!(Text::from("a\u{1b}[2Jb\r\n").as_str(), "a\\u{1b}[2Jb\\u{d}\\u{a}");
        assert_eq!(Text::from("x\u{202e}y\u{9b}").as_str(), "x\\u{202e}y\\u{9b}");
    }

    #[test]
    fn cuts_long_text_and_says_so() {
        let shown = Text::from("é".repeat(300).as_str());
        assert!(shown.as_str().ends_with("… (44 more characters)"));
    }
}
