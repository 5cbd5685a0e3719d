//! Changes of the text that no document could hold.

use crate::random::Random;

/// A character written as an escape: the same document.
pub(super) fn escape(text: &mut String, random: &mut Random) -> Option<String> {
    let at = ascii(text, random, |byte| byte.is_ascii_alphanumeric())?;
    let escaped = format!("\\u{:04x}", text.as_bytes()[at]);
    text.replace_range(at..=at, &escaped);
    Some(format!("{escaped} at {at}"))
}

/// Whitespace where JSON allows it, and where it does not.
pub(super) fn whitespace(text: &mut String, random: &mut Random) -> Option<String> {
    let at = ascii(text, random, |byte| b"{}[],:".contains(&byte))?;
    let space = *random.pick(&[" ", "\n", "\t", "\r\n", "\u{c}", "\u{a0}"])?;
    text.insert_str(at + 1, space);
    Some(format!("{space:?} at {at}"))
}

pub(super) fn character(text: &mut String, random: &mut Random) -> Option<String> {
    let at = ascii(text, random, |_| true)?;
    let new = *random.pick(b"\"{}[]:,\\0Aa+= /")?;
    text.replace_range(at..=at, &char::from(new).to_string());
    Some(format!("{:?} at {at}", char::from(new)))
}

pub(super) fn cut(text: &mut String, random: &mut Random) -> Option<String> {
    let at = ascii(text, random, |_| true)?;
    text.truncate(at);
    Some(format!("at {at}"))
}

pub(super) fn trailing(text: &mut String, random: &mut Random) -> Option<String> {
    let more = *random.pick(&["\n", " ", "{}", "x", ",", "\u{0}", "]", "//"])?;
    text.push_str(more);
    Some(format!("{more:?}"))
}

pub(super) fn leading(text: &mut String, random: &mut Random) -> Option<String> {
    let more = *random.pick(&["\n", " \t", "\u{feff}", "[", "x", "/**/"])?;
    text.insert_str(0, more);
    Some(format!("{more:?}"))
}

/// Where a byte is that stands alone.
fn ascii(text: &str, random: &mut Random, wanted: fn(u8) -> bool) -> Option<usize> {
    let places: Vec<usize> =
        text.bytes().enumerate().filter(|(_, byte)| byte.is_ascii() && wanted(*byte)).map(|(at, _)| at).collect();
    random.pick(&places).copied()
}
