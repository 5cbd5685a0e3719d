//! Lines of at most 100 columns.

use crate::plain_text::plain_within;

const WIDTH: usize = 100;

/// The longest message is made of a sentence and three digests.
const LONGEST_MESSAGE: usize = 2048;

/// Appends `label` at `indent` and `text` beside it, wrapped under itself at `column`.
pub fn labelled(out: &mut String, indent: usize, label: &str, column: usize, text: &str) {
    let mut line = format!("{:indent$}{label}", "");
    let mut width = line.chars().count();
    let mut fresh = true;
    for word in plain_within(text, LONGEST_MESSAGE).split(' ').filter(|word| !word.is_empty()) {
        for piece in pieces(word, WIDTH - column) {
            let length = piece.chars().count();
            if fresh {
                pad(&mut line, &mut width, column);
            } else if width + 1 + length <= WIDTH {
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

fn end(out: &mut String, line: &mut String, width: &mut usize) {
    out.push_str(line.trim_end());
    out.push('\n');
    line.clear();
    *width = 0;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(text: &str) -> String {
        let mut out = String::new();
        labelled(&mut out, 2, "found", 12, text);
        out
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
