//! Changes of the JSON itself: members dropped, doubled, replaced, renamed; elements moved.

use super::{BODIES, Subject};
use crate::document::{Json, Path};
use crate::random::Random;
use crate::{decode, encode};

pub(super) fn drop(subject: &mut Subject<'_>) -> Option<String> {
    let (path, name) = member(&subject.doc, &mut subject.random)?;
    remove(&mut subject.doc, &path)?;
    Some(name)
}

/// The same member twice: with one value, or another one before or after the true one.
pub(super) fn duplicate(subject: &mut Subject<'_>) -> Option<String> {
    let (path, name) = member(&subject.doc, &mut subject.random)?;
    let (last, parent) = path.split_last()?;
    let other = if subject.random.one_in(2) { None } else { Some(value(&mut subject.random)) };
    let before = subject.random.one_in(2);
    let Json::Object(members) = subject.doc.at_mut(parent)? else { return None };
    let (its, same) = members.get(*last)?.clone();
    members.insert(if before { *last } else { members.len() }, (its, other.clone().unwrap_or(same)));
    Some(format!("{name} {} as {other:?}", if before { "before" } else { "after" }))
}

pub(super) fn replace(subject: &mut Subject<'_>) -> Option<String> {
    let (path, name) = any(&subject.doc, &mut subject.random)?;
    let new = value(&mut subject.random);
    let what = format!("{name} by {new}");
    *subject.doc.at_mut(&path)? = new;
    Some(what)
}

pub(super) fn null(subject: &mut Subject<'_>) -> Option<String> {
    let (path, name) = any(&subject.doc, &mut subject.random)?;
    *subject.doc.at_mut(&path)? = Json::Null;
    Some(name)
}

/// The protobuf name, another case, another letter.
pub(super) fn rename(subject: &mut Subject<'_>) -> Option<String> {
    let (path, name) = member(&subject.doc, &mut subject.random)?;
    let (last, parent) = path.split_last()?;
    let form = subject.random.below(4);
    let Json::Object(members) = subject.doc.at_mut(parent)? else { return None };
    let its = &mut members.get_mut(*last)?.0;
    *its = match form {
        0 => snake(its),
        1 => its.to_uppercase(),
        2 => format!("{its}_"),
        _ => its.to_lowercase(),
    };
    Some(format!("{name} to {its}"))
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

/// A member that nobody knows, of any size and depth.
pub(super) fn unknown_member(subject: &mut Subject<'_>) -> Option<String> {
    let objects: Vec<Path> = std::iter::once(Path::new())
        .chain(subject.doc.paths())
        .filter(|path| matches!(subject.doc.at(path), Some(Json::Object(_))))
        .collect();
    let path = subject.random.pick(&objects)?.clone();
    let new = match subject.random.below(6) {
        0 => {
            let depth = *subject.random.pick(&[3, 50, 61, 70, 140])?;
            Json::Raw(format!("{}{}", "[".repeat(depth), "]".repeat(depth)))
        }
        1 => Json::Raw("1e400".into()),
        _ => value(&mut subject.random),
    };
    let first = subject.random.one_in(2);
    let name = ["unknown", "", "rawBytes", "keyDetails", "$type"][subject.random.below(5)];
    let what = format!("{}/{name}: {new}", subject.doc.name_of(&path));
    let Json::Object(members) = subject.doc.at_mut(&path)? else { return None };
    members.insert(if first { 0 } else { members.len() }, (name.into(), new));
    Some(what)
}

/// Members in another order, which means nothing.
pub(super) fn order(subject: &mut Subject<'_>) -> Option<String> {
    let (path, name) = member(&subject.doc, &mut subject.random)?;
    let (_, parent) = path.split_last()?;
    let Json::Object(members) = subject.doc.at_mut(parent)? else { return None };
    members.reverse();
    Some(name)
}

/// An element of a list dropped, doubled, moved; a list emptied.
pub(super) fn elements(subject: &mut Subject<'_>) -> Option<String> {
    let lists: Vec<Path> = subject
        .doc
        .paths()
        .into_iter()
        .filter(|path| matches!(subject.doc.at(path), Some(Json::Array(list)) if !list.is_empty()))
        .collect();
    let path = subject.random.pick(&lists)?.clone();
    let name = subject.doc.name_of(&path);
    let form = subject.random.below(4);
    let Json::Array(list) = subject.doc.at_mut(&path)? else { return None };
    let at = subject.random.below(list.len());
    let what = match form {
        0 => {
            list.remove(at);
            "dropped"
        }
        1 => {
            list.push(list[at].clone());
            "doubled"
        }
        2 => {
            list.rotate_left(1);
            "rotated"
        }
        _ => {
            list.clear();
            "all dropped"
        }
    };
    Some(format!("{name}: {at} {what}"))
}

/// Another number where there is one.
pub(super) fn number(subject: &mut Subject<'_>) -> Option<String> {
    let entry = "verificationMaterial/tlogEntries/*";
    let patterns = ["logIndex", "integratedTime", "inclusionProof/logIndex", "inclusionProof/treeSize"]
        .map(|f| format!("{entry}/{f}"));
    let place = subject.place(&patterns.each_ref().map(String::as_str))?;
    let old: i64 = subject.doc.text_at(&place)?.parse().ok()?;
    let new = match subject.random.below(8) {
        0 => 0,
        1 => 1,
        2 => i64::MAX,
        3 => -1,
        4 => old.wrapping_mul(2),
        5 => old.wrapping_sub(1),
        _ => old.wrapping_add(1),
    };
    *subject.doc.get_mut(&place)? = Json::string(new.to_string());
    Some(format!("{place}: {new}"))
}

/// What the log says that it logged.
pub(super) fn body(subject: &mut Subject<'_>) -> Option<String> {
    let place = subject.place(&BODIES)?;
    inside(subject, &place)
}

/// What was signed.
pub(super) fn payload(subject: &mut Subject<'_>) -> Option<String> {
    inside(subject, "dsseEnvelope/payload")
}

fn inside(subject: &mut Subject<'_>, place: &str) -> Option<String> {
    let text = String::from_utf8(decode(subject.doc.text_at(place)?)?).ok()?;
    let mut doc = Json::parse(&text)?;
    let (path, name) = any(&doc, &mut subject.random)?;
    if subject.random.one_in(3) {
        remove(&mut doc, &path)?;
    } else {
        *doc.at_mut(&path)? = value(&mut subject.random);
    }
    *subject.doc.get_mut(place)? = Json::String(encode(doc.to_string().as_bytes()));
    Some(format!("{place}: {name}"))
}

fn remove(doc: &mut Json, path: &[usize]) -> Option<()> {
    let (last, parent) = path.split_last()?;
    match doc.at_mut(parent)? {
        Json::Object(members) => drop_at(members, *last),
        Json::Array(elements) => drop_at(elements, *last),
        _ => None,
    }
}

fn drop_at<T>(list: &mut Vec<T>, at: usize) -> Option<()> {
    (at < list.len()).then(|| list.remove(at)).map(|_| ())
}

/// A value anywhere, so chosen that a list of fifty hashes does not hide the one member beside it.
fn any(doc: &Json, random: &mut Random) -> Option<(Path, String)> {
    let mut places: Vec<(Path, String, String)> = Vec::new();
    for path in doc.paths() {
        let name = doc.name_of(&path);
        let general = name.split('/').map(|step| if step.parse::<usize>().is_ok() { "*" } else { step });
        let general = general.collect::<Vec<_>>().join("/");
        places.push((path, name, general));
    }
    let mut generals: Vec<&String> = places.iter().map(|(_, _, general)| general).collect();
    generals.sort();
    generals.dedup();
    let chosen = (*random.pick(&generals)?).clone();
    let places: Vec<_> = places.iter().filter(|(_, _, general)| *general == chosen).collect();
    let (path, name, _) = random.pick(&places)?;
    Some((path.clone(), name.clone()))
}

/// As `any`, but a member of an object.
fn member(doc: &Json, random: &mut Random) -> Option<(Path, String)> {
    (0..20).find_map(|_| any(doc, random).filter(|(_, name)| !name.ends_with(|last: char| last.is_ascii_digit())))
}

/// Anything but what was expected.
fn value(random: &mut Random) -> Json {
    let numbers = ["0", "1", "-1", "1.5", "1e3", "9223372036854775808", "18446744073709551616"];
    let texts = ["", "x", "0", "1", "-1", "AAAA", "====", "\u{0}", "\u{2028}", "null"];
    match random.below(7) {
        0 => Json::Bool(random.one_in(2)),
        1 => Json::Raw(numbers[random.below(numbers.len())].into()),
        2 => Json::Array(Vec::new()),
        3 => Json::Object(Vec::new()),
        4 => Json::Array(vec![Json::Null]),
        _ => Json::string(texts[random.below(texts.len())]),
    }
}
