//! Changes of the bytes behind a field: a bit, a byte, the length.

use super::{BODIES, CERTIFICATES, CHECKPOINTS, LOG_IDS, PROMISES, SIGNATURES, Subject, TOKENS};
use crate::document::Json;
use crate::random::Random;
use crate::{decode, encode};

pub(super) fn certificate(subject: &mut Subject<'_>) -> Option<String> {
    alter_at(subject, &CERTIFICATES)
}

pub(super) fn signature(subject: &mut Subject<'_>) -> Option<String> {
    alter_at(subject, &SIGNATURES)
}

pub(super) fn promise(subject: &mut Subject<'_>) -> Option<String> {
    alter_at(subject, &PROMISES)
}

pub(super) fn proof_hash(subject: &mut Subject<'_>) -> Option<String> {
    alter_at(subject, &["verificationMaterial/tlogEntries/*/inclusionProof/hashes/*"])
}

pub(super) fn root_hash(subject: &mut Subject<'_>) -> Option<String> {
    alter_at(subject, &["verificationMaterial/tlogEntries/*/inclusionProof/rootHash"])
}

pub(super) fn log_id(subject: &mut Subject<'_>) -> Option<String> {
    alter_at(subject, &LOG_IDS)
}

pub(super) fn body(subject: &mut Subject<'_>) -> Option<String> {
    alter_at(subject, &BODIES)
}

pub(super) fn payload(subject: &mut Subject<'_>) -> Option<String> {
    alter_at(subject, &["dsseEnvelope/payload"])
}

pub(super) fn token(subject: &mut Subject<'_>) -> Option<String> {
    alter_at(subject, &TOKENS)
}

pub(super) fn message_digest(subject: &mut Subject<'_>) -> Option<String> {
    alter_at(subject, &["messageSignature/messageDigest/digest"])
}

/// One character for another, anywhere in the signed note.
pub(super) fn checkpoint_text(subject: &mut Subject<'_>) -> Option<String> {
    let place = subject.place(&CHECKPOINTS)?;
    let note = subject.doc.text_at(&place)?.to_owned();
    let at = *subject.random.pick(&note.char_indices().map(|(at, _)| at).collect::<Vec<_>>())?;
    let new = *subject.random.pick(b"0123456789ABCdefgz+/=-. \n\t\r")?;
    let after = at + note[at..].chars().next()?.len_utf8();
    let changed = format!("{}{}{}", &note[..at], char::from(new), &note[after..]);
    *subject.doc.get_mut(&place)? = Json::String(changed);
    Some(format!("{place}: {new:#04x} at {at}"))
}

/// The bytes of a signature line: hint and signature.
pub(super) fn checkpoint_signature(subject: &mut Subject<'_>) -> Option<String> {
    let place = subject.place(&CHECKPOINTS)?;
    let note = subject.doc.text_at(&place)?.to_owned();
    let lines: Vec<&str> = note.lines().filter(|line| line.starts_with('\u{2014}')).collect();
    let line = *subject.random.pick(&lines)?;
    let (name, text) = line.rsplit_once(' ')?;
    let mut bytes = decode(text)?;
    let what = alter(&mut bytes, &mut subject.random);
    *subject.doc.get_mut(&place)? = Json::String(note.replacen(line, &format!("{name} {}", encode(&bytes)), 1));
    Some(format!("{place}: {what} in the line of {name}"))
}

/// `(r, n − s)`, which is as good a signature as `(r, s)` to whoever does not ask for the low one.
pub(super) fn other_half(subject: &mut Subject<'_>) -> Option<String> {
    let place = subject.place(&[PROMISES[0], PROMISES[0], SIGNATURES[0], SIGNATURES[1]])?;
    let bytes = decode(subject.doc.text_at(&place)?)?;
    let changed = negate_s(&bytes)?;
    *subject.doc.get_mut(&place)? = Json::String(encode(&changed));
    Some(place)
}

const P256_ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

fn negate_s(der: &[u8]) -> Option<Vec<u8>> {
    let integer = |der: &[u8]| -> Option<(Vec<u8>, usize)> {
        let [0x02, len, rest @ ..] = der else { return None };
        Some((rest.get(..usize::from(*len))?.to_vec(), usize::from(*len) + 2))
    };
    let (r, used) = integer(der.get(2..)?)?;
    let (s, _) = integer(der.get(2 + used..)?)?;
    let s = if s.len() == 33 { s.get(1..)?.to_vec() } else { s };
    let order = hex::decode(P256_ORDER).ok()?;
    let mut padded = vec![0; order.len().checked_sub(s.len())?];
    padded.extend(&s);
    let (mut negated, mut borrow) = (vec![0_u8; order.len()], 0_i16);
    for at in (0..order.len()).rev() {
        let difference = i16::from(order[at]) - i16::from(padded[at]) - borrow;
        borrow = i16::from(difference < 0);
        negated[at] = u8::try_from(difference.rem_euclid(256)).ok()?;
    }
    let mut s: Vec<u8> = negated.into_iter().skip_while(|byte| *byte == 0).collect();
    if s.first().is_none_or(|byte| *byte >= 0x80) {
        s.insert(0, 0);
    }
    let tlv = |tag: u8, value: &[u8]| [&[tag, value.len() as u8], value].concat();
    Some(tlv(0x30, &[tlv(0x02, &r), tlv(0x02, &s)].concat()))
}

fn alter_at(subject: &mut Subject<'_>, patterns: &[&str]) -> Option<String> {
    let place = subject.place(patterns)?;
    let mut bytes = decode(subject.doc.text_at(&place)?)?;
    let what = alter(&mut bytes, &mut subject.random);
    *subject.doc.get_mut(&place)? = Json::String(encode(&bytes));
    Some(format!("{place}: {what}"))
}

/// Mostly one bit.
pub(super) fn alter(bytes: &mut Vec<u8>, random: &mut Random) -> String {
    if bytes.is_empty() {
        bytes.push(0);
        return "a byte where there was none".into();
    }
    let at = random.below(bytes.len());
    match random.below(16) {
        0 => {
            bytes[at] = random.draw() as u8;
            format!("byte {at}")
        }
        1 => {
            bytes.pop();
            "last byte dropped".into()
        }
        2 => {
            bytes.push(random.draw() as u8 & 1);
            "a byte appended".into()
        }
        3 => {
            bytes.remove(at);
            format!("byte {at} dropped")
        }
        4 => {
            bytes.insert(at, 0);
            format!("a zero inserted at {at}")
        }
        5 => {
            let cleared = [Vec::new(), vec![0; bytes.len()]];
            *bytes = cleared[random.below(2)].clone();
            "cleared".into()
        }
        _ => {
            let bit = random.below(8);
            bytes[at] ^= 1 << bit;
            format!("bit {bit} of byte {at}")
        }
    }
}
