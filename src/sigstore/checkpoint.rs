//! A log's checkpoint: a C2SP signed note whose text is origin, tree size and root hash.
//!
//! <https://c2sp.org/tlog-checkpoint>, <https://c2sp.org/signed-note>. A line of the text beyond the
//! third is an extension: signed, and of no meaning here.

use super::log::Log;
use super::log_entry::decimal;
use super::merkle::Hash;
use crate::encoding;
use crate::error::{ParseError, VerifyError};
use crate::limits;

/// The head of a tree, signed by its own log.
#[derive(Clone, Debug)]
pub(super) struct Checkpoint {
    size: u64,
    root: Hash,
}

impl Checkpoint {
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn root(&self) -> &Hash {
        &self.root
    }
}

/// Proves that `log` signed this checkpoint.
///
/// If it is no signed note in its one spelling, `CHECKPOINT_MALFORMED`. If its origin is another
/// log's, or no line bears this log's name and key hint, `CHECKPOINT_UNSIGNED`. If there are too many
/// such lines, `LIMIT_EXCEEDED`; if any does not verify, `CHECKPOINT_SIGNATURE`. Lines by others (witnesses) are skipped.
pub(super) fn verify(envelope: &str, log: &Log) -> Result<Checkpoint, VerifyError> {
    let note = Note::parse(envelope)?;
    let checkpoint = read_text(note.text)?;
    let unsigned = || VerifyError::CheckpointUnsigned { expected: log.name().into() };
    // One key may sign the checkpoints of several trees; those of another log say nothing here.
    if !log.is_origin(note.text.lines().next().unwrap_or_default()) {
        return Err(unsigned());
    }
    let key = log.key()?;
    let mut lines: Vec<&[u8]> = note.signatures.iter().filter_map(|line| line.by(log)).collect();
    if lines.is_empty() {
        return Err(unsigned());
    }
    // A repeated line is the same signature; it must not buy the sender another verification.
    lines.sort_unstable();
    lines.dedup();
    // Different ones are as cheap for the sender: ECDSA has two forms of every signature, and a log that
    // is asked again signs the same text anew. With 32 entries they would cost seconds.
    if lines.len() > limits::CHECKPOINT_OWN_SIGNATURES {
        return Err(exceeded("signatures of a checkpoint by its own log", limits::CHECKPOINT_OWN_SIGNATURES));
    }
    for signature in lines {
        // signed-note: a failing signature by a known key rejects the note, wherever it stands.
        key.verify(note.text.as_bytes(), signature).map_err(|_| VerifyError::CheckpointSignature)?;
    }
    Ok(checkpoint)
}

/// A note, taken apart and nothing more.
struct Note<'a> {
    /// What is signed, with its final newline.
    text: &'a str,
    signatures: Vec<Line<'a>>,
}

struct Line<'a> {
    name: &'a str,
    hint: [u8; 4],
    signature: Vec<u8>,
}

impl Line<'_> {
    /// The signature, if name *and* hint are the log's: either alone is anybody's to write.
    fn by(&self, log: &Log) -> Option<&[u8]> {
        (log.is_name(self.name) && self.hint == log.hint()).then_some(&self.signature)
    }
}

impl<'a> Note<'a> {
    fn parse(envelope: &'a str) -> Result<Self, VerifyError> {
        if envelope.len() > limits::CHECKPOINT_BYTES {
            return Err(exceeded("checkpoint", limits::CHECKPOINT_BYTES));
        }
        // signed-note: no control characters but the newline; a carriage return could hide a line.
        if envelope.bytes().any(|b| b < b' ' && b != b'\n') {
            return Err(malformed("it has a control character"));
        }
        let blank = envelope.rfind("\n\n").ok_or(malformed("it has no blank line"))?;
        let (text, rest) = envelope.split_at_checked(blank.saturating_add(1)).ok_or(malformed("it is cut"))?;
        let rest = rest.strip_prefix('\n').and_then(|lines| lines.strip_suffix('\n'));
        let rest = rest.ok_or(malformed("it has no signature lines, or no final newline"))?;
        if rest.split('\n').count() > limits::CHECKPOINT_SIGNATURES {
            return Err(exceeded("checkpoint signatures", limits::CHECKPOINT_SIGNATURES));
        }
        let signatures: Option<Vec<_>> = rest.split('\n').map(Line::parse).collect();
        Ok(Self { text, signatures: signatures.ok_or(malformed("a signature line is not like \"— name base64\""))? })
    }
}

impl<'a> Line<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix("— ")?.split_once(' ')?;
        if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c == '+') {
            return None;
        }
        let bytes = encoding::bounded_base64(encoded, limits::SIGNATURE_BYTES)?;
        let (hint, signature) = bytes.split_first_chunk::<4>()?;
        (!signature.is_empty()).then(|| Self { name, hint: *hint, signature: signature.to_vec() })
    }
}

/// Origin, size, root, then extensions; every line ends in a newline and none is empty.
fn read_text(text: &str) -> Result<Checkpoint, VerifyError> {
    let lines = text.strip_suffix('\n').ok_or(malformed("its text has no final newline"))?;
    if lines.split('\n').any(str::is_empty) {
        return Err(malformed("its text has an empty line"));
    }
    let mut lines = lines.split('\n');
    let (Some(_origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
        return Err(malformed("its text has fewer than three lines"));
    };
    let size = decimal(size).ok_or(malformed("its size is no decimal number"))?;
    let root = encoding::bounded_base64(root, size_of::<Hash>()).and_then(|root| Hash::try_from(root).ok());
    Ok(Checkpoint { size, root: root.ok_or(malformed("its root is not 32 bytes of base64"))? })
}

fn malformed(reason: &'static str) -> VerifyError {
    VerifyError::CheckpointMalformed { reason }
}

fn exceeded(what: &'static str, limit: usize) -> VerifyError {
    ParseError::LimitExceeded { what, limit: u64::try_from(limit).unwrap_or(u64::MAX) }.into()
}

#[cfg(test)]
mod tests {
    use super::{Note, read_text};

    const TEXT: &str = "log.example - 42\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    const LINE: &str = "— log.example wNI9ajBF\n";

    fn is_note(envelope: &str) -> bool {
        Note::parse(envelope).is_ok_and(|note| read_text(note.text).is_ok())
    }

    #[test]
    fn takes_a_note_apart() {
        let envelope = format!("{TEXT}extension\n\n— witness.example/w1 AAAAAP8=\n{LINE}");
        let note = Note::parse(&envelope).unwrap();
        assert_eq!(note.text, format!("{TEXT}extension\n"));
        let [witness, own] = note.signatures.try_into().ok().unwrap();
        assert_eq!((witness.name, witness.hint, witness.signature), ("witness.example/w1", [0; 4], vec![0xff]));
        assert_eq!((own.name, own.hint, own.signature), ("log.example", [0xc0, 0xd2, 0x3d, 0x6a], vec![0x30, 0x45]));
        let checkpoint = read_text(note.text).unwrap();
        assert_eq!((checkpoint.size(), checkpoint.root()), (7, &[0; 32]));
    }

    #[test]
    fn refuses_every_other_form_of_the_note() {
        assert!(is_note(&format!("{TEXT}\n{LINE}")));
        for envelope in [
            String::new(),
            TEXT.into(),
            format!("{TEXT}\n"),
            format!("{TEXT}{LINE}"),
            format!("\n{TEXT}\n{LINE}"),
            format!("{TEXT}\n\n{LINE}"),
            format!("{TEXT}\n\n\n{LINE}"),
            format!("{TEXT}\n{LINE}\n"),
            format!("{TEXT}\n{}", LINE.trim_end()),
            format!("{TEXT}\n{LINE}").replace('\n', "\r\n"),
            format!("{TEXT}\n{LINE}").replace("— ", "- "),
            format!("{TEXT}\n{LINE}").replace("— ", "—"),
            format!("{TEXT}\n{LINE}").replace("— log.example ", "—  "),
            format!("{TEXT}\n{LINE}").replace(" log.example ", " log+example "),
            format!("{TEXT}\n{LINE}").replace("example wNI", "example  wNI"),
            format!("{TEXT}\n{LINE}").replace("wNI9ajBF", "wNI9ag=="),
            format!("{TEXT}\n{LINE}").replace("wNI9ajBF", "wNI9ajBF="),
            format!("{TEXT}\n{LINE}not a signature\n"),
            format!("{TEXT}\n{}", LINE.repeat(101)),
            format!("{TEXT}{}\n{LINE}", "x\n".repeat(9000)),
        ] {
            assert!(!is_note(&envelope), "{envelope:?}");
        }
    }

    #[test]
    fn refuses_every_other_form_of_the_text() {
        for (part, other) in [
            ("\n7\n", "\n07\n"),
            ("\n7\n", "\n+7\n"),
            ("\n7\n", "\n-7\n"),
            ("\n7\n", "\n0x7\n"),
            ("\n7\n", "\n7 \n"),
            ("\n7\n", "\n７\n"),
            ("\n7\n", "\n18446744073709551616\n"),
            ("\n7\n", "\n"),
            ("log.example - 42\n", ""),
            ("AAA=", "AAB="),
            ("AAA=", "AAA"),
            ("AAA=", "A="),
            ("AAA=", "AAAAAAA="),
            ("A=\n", "A=\n\n"),
            ("A=\n", "A="),
        ] {
            let text = TEXT.replace(part, other);
            assert_ne!(text, TEXT);
            assert!(read_text(&text).is_err(), "{text:?}");
        }
    }
}
