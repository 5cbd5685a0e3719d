//! Changes of a checkpoint's lines (C2SP signed-note and tlog-checkpoint).

use super::{CHECKPOINTS, Subject};
use crate::document::Json;

pub(super) fn checkpoint(subject: &mut Subject<'_>) -> Option<String> {
    let place = subject.place(&CHECKPOINTS)?;
    let note = subject.doc.text_at(&place)?.to_owned();
    let (text, signatures) = note.split_once("\n\n")?;
    let signature = signatures.lines().next()?;
    let (dash_and_name, bytes) = signature.rsplit_once(' ')?;
    let name = dash_and_name.trim_start_matches("\u{2014} ");
    let (what, changed) = match subject.random.below(18) {
        0 => ("signed under another name", note.replacen(dash_and_name, "\u{2014} elsewhere.example", 1)),
        1 => ("signed under a longer name", note.replacen(dash_and_name, &format!("{dash_and_name}.example"), 1)),
        2 => ("a signature twice", format!("{note}{signature}\n")),
        3 => ("a signature of somebody else first", {
            let other = format!("\u{2014} witness.example {bytes}\n");
            format!("{text}\n\n{other}{signatures}")
        }),
        4 => ("a signature of somebody else last", format!("{note}\u{2014} witness.example AAAAAAAA\n")),
        5 => ("a signature too short to be one", format!("{note}\u{2014} {name} AAAA\n")),
        6 => ("an extension line", format!("{text}\nextension\n\n{signatures}")),
        7 => ("another origin", format!("elsewhere.example{}", text.find('\n').map(|at| &note[at..])?)),
        8 => ("CRLF", note.replace('\n', "\r\n")),
        9 => ("no final line break", note.trim_end_matches('\n').to_owned()),
        10 => ("a further blank line", format!("{note}\n")),
        11 => ("a further paragraph", format!("{note}\nmore\n")),
        12 => ("a hyphen for the dash", note.replace('\u{2014}', "-")),
        13 => ("two spaces", note.replacen(&format!("\u{2014} {name} "), &format!("\u{2014} {name}  "), 1)),
        14 => ("a space before", format!(" {note}")),
        15 => ("a fourth word", note.replacen(bytes, &format!("{bytes} more"), 1)),
        16 => ("a blank line among the signatures", format!("{text}\n\n\n{signatures}")),
        _ => ("no signature", format!("{text}\n\n")),
    };
    *subject.doc.get_mut(&place)? = Json::String(changed);
    Some(format!("{place}: {what}"))
}
