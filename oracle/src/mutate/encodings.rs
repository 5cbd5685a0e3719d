//! The same value, written otherwise.

use super::{CERTIFICATES, PROMISES, SIGNATURES, Subject, TOKENS};
use crate::der::split;
use crate::document::Json;
use crate::{decode, encode};

/// Every spelling of base64 that some decoder takes for the canonical one.
pub(super) fn base64(subject: &mut Subject<'_>) -> Option<String> {
    let fields: Vec<String> = subject
        .doc
        .paths()
        .iter()
        .map(|path| subject.doc.name_of(path))
        .filter(|name| subject.doc.text_at(name).is_some_and(|text| text.len() >= 16 && decode(text).is_some()))
        .collect();
    // Certificate, payload and signature as often as all the hashes of a proof.
    let alone: Vec<String> = fields.iter().filter(|name| !name.contains("/hashes/")).cloned().collect();
    let place = subject.random.pick(if subject.random.clone().one_in(4) { &fields } else { &alone })?.clone();
    let text = subject.doc.text_at(&place)?.to_owned();
    let form = subject.random.below(7);
    let at = subject.random.below(text.len());
    let (what, changed) = match form {
        0 => ("without padding", text.trim_end_matches('=').to_owned()),
        1 => ("URL-safe", text.replace('+', "-").replace('/', "_")),
        2 => ("with a line break", format!("{}\n{}", &text[..at], &text[at..])),
        3 => ("with a final line break", format!("{text}\n")),
        4 => ("with more padding", format!("{text}=")),
        5 => ("with bits after the end", bits_after_the_end(&text)?),
        _ => ("with a space", format!(" {text}")),
    };
    *subject.doc.get_mut(&place)? = Json::String(changed);
    Some(format!("{place} {what}"))
}

/// The last character carries bits that belong to no byte.
fn bits_after_the_end(text: &str) -> Option<String> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let stripped = text.trim_end_matches('=');
    let padding = text.len() - stripped.len();
    let (last, head) = stripped.as_bytes().split_last()?;
    let value = ALPHABET.iter().position(|letter| letter == last)?;
    let changed = if padding > 0 { ALPHABET[value ^ 1] } else { return None };
    Some(format!("{}{}{}", std::str::from_utf8(head).ok()?, char::from(changed), "=".repeat(padding)))
}

/// Every spelling of an integer that some parser takes.
pub(super) fn number(subject: &mut Subject<'_>) -> Option<String> {
    let entry = "verificationMaterial/tlogEntries/*";
    let patterns = ["logIndex", "integratedTime", "inclusionProof/logIndex", "inclusionProof/treeSize"]
        .map(|f| format!("{entry}/{f}"));
    let place = subject.place(&patterns.each_ref().map(String::as_str))?;
    let old = subject.doc.text_at(&place)?.to_owned();
    let new = match subject.random.below(10) {
        0 => Json::Raw(old),
        1 => Json::String(format!("0{old}")),
        2 => Json::String(format!("+{old}")),
        3 => Json::String(format!(" {old}")),
        4 => Json::String(format!("{old} ")),
        5 => Json::String(format!("{old}.0")),
        6 => Json::String(format!("{old}e0")),
        7 => Json::Raw(format!("{old}.0")),
        8 => Json::Raw(format!("{old}e0")),
        _ => Json::String(format!("0x{old}")),
    };
    let what = format!("{place}: {new}");
    *subject.doc.get_mut(&place)? = new;
    Some(what)
}

/// Structures that BER allows and DER does not, and what may follow a structure.
pub(super) fn der(subject: &mut Subject<'_>) -> Option<String> {
    let patterns: Vec<&str> =
        [&TOKENS[..], &TOKENS, &CERTIFICATES, &PROMISES, &SIGNATURES].into_iter().flatten().copied().collect();
    let place = subject.place(&patterns)?;
    let bytes = decode(subject.doc.text_at(&place)?)?;
    let (header, contents) = split(&bytes)?;
    let (what, changed) = match subject.random.below(4) {
        0 => ("its length in more bytes than needed", long_length(header[0], contents)),
        1 => ("an indefinite length", [&[header[0], 0x80], contents, &[0, 0]].concat()),
        2 => ("something after it", [&bytes[..], &[0x05, 0x00]].concat()),
        // A TimeStampResp is a status and then the token, which some take alone.
        _ => ("the second of its parts alone", second(contents)?.to_vec()),
    };
    *subject.doc.get_mut(&place)? = Json::String(encode(&changed));
    Some(format!("{place}: {what}"))
}

fn long_length(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = u32::try_from(contents.len()).unwrap_or(0).to_be_bytes();
    [&[tag, 0x84], &length[..], contents].concat()
}

fn second(contents: &[u8]) -> Option<&[u8]> {
    let (header, first) = split(contents)?;
    let rest = contents.get(header.len() + first.len()..)?;
    let (header, value) = split(rest)?;
    rest.get(..header.len() + value.len())
}
