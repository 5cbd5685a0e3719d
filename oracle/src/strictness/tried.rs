//! What the reasons ask of a bundle.

use super::{Outcome, Tried};
use crate::case::Log;
use crate::decode;
use crate::der::split;
use crate::document::Json;
use crate::judge;

const TOKENS: &str = "verificationMaterial/timestampVerificationData/rfc3161Timestamps";

impl Tried<'_> {
    pub(super) fn says(&self, text: &str) -> bool {
        self.refusal.message.contains(text)
    }

    /// Whether the peer accepts this document in its place, or refuses it for a reason that is listed.
    pub(super) fn is_accepted_or_explained(&self, doc: &Json) -> bool {
        let peer = judge::peer(self.case, &doc.to_string());
        !Outcome::of(self.case, doc, &Ok(()), &peer).unexplained()
    }

    pub(super) fn list(&self, path: &str) -> &[Json] {
        self.doc.get(path).and_then(Json::as_array).map_or(&[], Vec::as_slice)
    }

    pub(super) fn entries(&self) -> &[Json] {
        self.list("verificationMaterial/tlogEntries")
    }

    pub(super) fn certificates(&self) -> usize {
        self.list("verificationMaterial/x509CertificateChain/certificates").len()
    }

    pub(super) fn tokens(&self) -> Vec<Vec<u8>> {
        tokens(self.doc)
    }

    /// Entries, timestamps, certificates.
    pub(super) fn counts(&self) -> [usize; 3] {
        let tokens = self.list(TOKENS);
        [self.entries().len(), tokens.len(), self.certificates()]
    }

    /// Brackets inside brackets.
    pub(super) fn depth(&self) -> usize {
        let (mut depth, mut deepest, mut quoted, mut escaped) = (0_usize, 0, false, false);
        for letter in self.doc.to_string().chars() {
            match letter {
                _ if escaped => escaped = false,
                '\\' if quoted => escaped = true,
                '"' => quoted = !quoted,
                '[' | '{' if !quoted => depth += 1,
                ']' | '}' if !quoted => depth -= 1,
                _ => {}
            }
            deepest = deepest.max(depth);
        }
        deepest
    }

    /// The trusted log whose id an entry states.
    pub(super) fn log_of(&self, entry: &Json) -> Option<&Log> {
        let id = entry.text_at("logId/keyId")?;
        self.case.root.logs.iter().find(|log| log.id == id)
    }

    /// How many lines of the checkpoint are by the key and under the name of that log.
    pub(super) fn lines_by_its_log(&self, entry: &Json) -> usize {
        let (Some(log), Some(note)) = (self.log_of(entry), checkpoint(entry)) else { return 0 };
        let hint = |text: &str| decode(text).and_then(|bytes| Some(bytes.get(..4)?.to_vec()));
        let is_its = |line: &&str| {
            let words = line.strip_prefix("\u{2014} ").and_then(|line| line.split_once(' '));
            words.is_some_and(|(name, line)| {
                [log.host(), log.authority()].contains(&name) && hint(line) == hint(&log.id)
            })
        };
        note.lines().filter(is_its).count()
    }

    /// Whether the members of a `oneof` are what is refused: their number, or one that cannot be read.
    pub(super) fn is_about_shape(&self) -> bool {
        ["exactly one", "invalid type", "missing field"].iter().any(|text| self.says(text))
    }

    /// How many of the members are there and not null.
    pub(super) fn members(&self, of: &str, names: &[&str]) -> usize {
        let object = if of.is_empty() { Some(self.doc) } else { self.doc.get(of) };
        let Some(Json::Object(members)) = object else { return 0 };
        members.iter().filter(|(name, value)| names.contains(&name.as_str()) && *value != Json::Null).count()
    }
}

pub(super) fn checkpoint(entry: &Json) -> Option<&str> {
    entry.text_at("inclusionProof/checkpoint/envelope")
}

/// C2SP signed-note: text, a blank line, lines of an em dash, a name, and base64.
pub(super) fn is_signed_note(note: &str) -> bool {
    let Some((text, lines)) = note.split_once("\n\n") else { return false };
    let is_line = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        let long = |text: &str| decode(text).is_some_and(|bytes| bytes.len() > 4);
        matches!(words[..], ["\u{2014}", name, signature] if !name.is_empty() && !name.contains('+') && long(signature))
    };
    let three = text.lines().count() >= 3 && !note.contains(['\r', '\t', '\u{0}']);
    let Some(lines) = lines.strip_suffix('\n') else { return false };
    three && lines.split('\n').all(is_line)
}

/// The timestamps of a bundle, as bytes.
pub(super) fn tokens(doc: &Json) -> Vec<Vec<u8>> {
    let tokens = doc.get(TOKENS).and_then(Json::as_array).into_iter().flatten();
    tokens.filter_map(|token| decode(token.text_at("signedTimestamp")?)).collect()
}

/// A ContentInfo begins with the type of its contents, a TimeStampResp with a status.
pub(super) fn token_alone(token: &[u8]) -> bool {
    split(token).is_some_and(|(_, contents)| contents.first() == Some(&0x06))
}
