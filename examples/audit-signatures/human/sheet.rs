//! The text as it is written: how wide, in which colours, and with which gaps.
//!
//! Colour repeats what a word says, and never says it alone. It is added here, to text that is escaped
//! already, so that no colour comes from outside.

use std::fmt;

use anstyle::{AnsiColor, Style};

/// How a text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// In columns.
    pub width: usize,
    pub coloured: bool,
}

impl Look {
    /// Of files and pipes, whatever terminal is near.
    pub const PLAIN: Self = Self { width: 100, coloured: false };
}

pub struct Sheet {
    text: String,
    look: Look,
}

impl Sheet {
    pub fn new(look: Look) -> Self {
        Self { text: String::new(), look }
    }

    pub fn width(&self) -> usize {
        self.look.width
    }

    /// An empty line, but not at the top.
    pub fn gap(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    pub fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// A gap, and a line that stands out.
    pub fn heading(&mut self, text: &str) {
        self.gap();
        let start = self.end();
        super::labelled(self, 0, "", 0, text);
        self.paint(start, text, Style::new().bold());
    }

    /// Where the next text will begin.
    pub fn end(&self) -> usize {
        self.text.len()
    }

    /// Colours the last occurrence of `piece` behind `start`, if it stands on one line.
    pub fn paint(&mut self, start: usize, piece: &str, style: Style) {
        let tail = self.text.get(start..).unwrap_or_default();
        let Some(at) = tail.rfind(piece).filter(|_| self.look.coloured && !piece.is_empty()) else { return };
        let painted = format!("{}{piece}{}", style.render(), style.render_reset());
        self.text.replace_range(start + at..start + at + piece.len(), &painted);
    }

    /// Colours a verdict by what it means.
    pub fn paint_verdict(&mut self, start: usize, piece: &str, verdict: &str) {
        self.paint(start, piece, of_verdict(verdict));
    }

    pub fn into_text(self) -> String {
        self.text
    }
}

impl fmt::Write for Sheet {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.text.push_str(text);
        Ok(())
    }
}

/// Of what failed.
pub fn bad() -> Style {
    AnsiColor::Red.on_default().bold()
}

fn of_verdict(verdict: &str) -> Style {
    match verdict {
        "verified" => AnsiColor::Green.on_default(),
        "unverifiable" => AnsiColor::Yellow.on_default().bold(),
        "denied" => AnsiColor::Magenta.on_default().bold(),
        "skipped" => Style::new().dimmed(),
        _ => bad(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_is_added_to_words_and_to_nothing_else() {
        let coloured = |coloured| {
            let mut sheet = Sheet::new(Look { coloured, ..Look::PLAIN });
            sheet.heading("Failed");
            let start = sheet.end();
            sheet.line("  denied: denied");
            sheet.paint_verdict(start, "denied", "denied");
            sheet.into_text()
        };
        assert_eq!(coloured(false), "Failed\n  denied: denied\n");
        assert_eq!(coloured(true), "\u{1b}[1mFailed\u{1b}[0m\n  denied: \u{1b}[1m\u{1b}[35mdenied\u{1b}[0m\n");
    }
}
