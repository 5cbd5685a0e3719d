//! What standard output is: a terminal of some width with colours, or a file that must be the same everywhere.

use std::io::{self, IsTerminal as _};

use clap::ValueEnum;
use terminal_size::{Width, terminal_size_of};

use crate::human::Look;

/// Lines that are longer are hard to read.
const WIDEST: usize = 120;

/// Columns of text need room.
const NARROWEST: usize = 40;

/// `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

pub fn look(color: Color) -> Look {
    let out = io::stdout();
    let is_terminal = out.is_terminal();
    let width = match terminal_size_of(&out) {
        Some((Width(width), _)) if is_terminal => usize::from(width).clamp(NARROWEST, WIDEST),
        _ => Look::PLAIN.width,
    };
    let refused = anstyle_query::no_color() || !anstyle_query::term_supports_color();
    Look { width, coloured: is_coloured(color, is_terminal, refused) && shows_colours() }
}

/// A person's word on the command line is above one in the environment.
fn is_coloured(color: Color, is_terminal: bool, refused: bool) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => is_terminal && !refused,
    }
}

/// Windows' older consoles have to be asked.
fn shows_colours() -> bool {
    anstyle_query::windows::enable_ansi_colors().unwrap_or(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_for_terminals_that_want_them() {
        assert!(is_coloured(Color::Auto, true, false));
        assert!(!is_coloured(Color::Auto, false, false));
        assert!(!is_coloured(Color::Auto, true, true));
        assert!(is_coloured(Color::Always, false, true));
        assert!(!is_coloured(Color::Never, true, false));
    }
}
