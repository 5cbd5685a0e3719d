//! Lines that are no wider than their sheet.

use super::sheet::Sheet;
use crate::plain_text::plain_within;

/// The longest message is made of a sentence and three digests.
const LONGEST_MESSAGE: usize = 2048;

/// Appends `label` at `indent` and `text` beside it, wrapped under itself at `column`.
pub fn labelled(out: &mut Sheet, indent: usize, label: &str, column: usize, text: &str) {
    let mut line = format!("{:indent$}{label}", "");
    let mut width = line.chars().count();
    let mut fresh = true;
    let widest = out.width();
    for word in plain_within(text, LONGEST_MESSAGE).split(' ').filter(|word| !word.is_empty()) {
        for piece in pieces(word, widest.saturating_sub(column).max(1)) {
            let length = piece.chars().count();
            if fresh {
                pad(&mut line, &mut width, column);
            } else if width + 1 + length <= widest {
                line.push(' ');
                width += 1;
            } else {
                end(out, &mut line, &mut width);
                pad(&mut line, &mut width, column);
            }
            fresh = false;
            line.push_str(&piece);
            width += length;
        }
    }
    end(out, &mut line, &mut width);
}

/// A word that is wider than its column, such as a digest, is cut hard.
fn pieces(word: &str, width: usize) -> Vec<String> {
    let characters: Vec<char> = word.chars().collect();
    characters.chunks(width).map(|piece| piece.iter().collect()).collect()
}

fn pad(line: &mut String, width: &mut usize, column: usize) {
    while *width < column {
        line.push(' ');
        *width += 1;
    }
}

fn end(out: &mut Sheet, line: &mut String, width: &mut usize) {
    out.line(line.trim_end());
    line.clear();
    *width = 0;
}

#[cfg(test)]
mod tests {
    use super::super::sheet::Look;
    use super::*;

    const WIDTH: usize = 100;

    fn wrapped(text: &str) -> String {
        let mut out = Sheet::new(Look::PLAIN);
        labelled(&mut out, 2, "found", 12, text);
        out.into_text()
    }

    #[test]
    fn text_hangs_under_itself() {
        let out = wrapped(&"word ".repeat(30));
        assert!(out.starts_with("  found     word word"));
        assert!(out.lines().all(|line| line.chars().count() <= WIDTH));
        assert!(out.lines().skip(1).all(|line| line.starts_with("            word")));
    }

    #[test]
    fn a_long_word_is_cut() {
        let out = wrapped(&format!("a {} b", "x".repeat(200)));
        assert_eq!(out.matches('x').count(), 200);
        assert!(out.lines().all(|line| line.chars().count() <= WIDTH), "{out}");
    }

    #[test]
    fn cl_23_a_line_break_makes_no_line() {
        assert_eq!(wrapped("a\nverified"), "  found     a\\u{a}verified\n");
        assert_eq!(wrapped(""), "  found\n");
    }
}
