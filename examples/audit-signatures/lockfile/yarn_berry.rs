//! yarn.lock of yarn 2 and later.
//!
//! Its `checksum` is of the archive that yarn makes for its own cache, not of the registry's tarball: no entry has a
//! digest that a registry signed, and nothing in such a file can be verified.

use std::collections::{BTreeMap, BTreeSet};

use super::entry::{Entry, SkipReason, split_name};
use super::object::{Object, Table};
use super::source::Source;
use super::yaml;
use crate::plain_text::plain;

/// yarn 2 to 4; in each of them the entries are the same.
const VERSIONS: std::ops::RangeInclusive<u32> = 4..=10;

/// A patch of a patch of a patch is nothing that anybody writes.
const MOST_PATCHES: usize = 8;

const METADATA: &str = "__metadata";

#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Written {
    version: Option<String>,
    resolution: Option<String>,
    dependencies: Table<String>,
}

/// Every package that the lock file states.
pub fn entries(text: &str) -> Result<Vec<Entry>, String> {
    let mut documents = yaml::documents::<BTreeMap<String, Object<Written>>>(text)?.into_iter();
    let (Some(mut written), None) = (documents.next(), documents.next()) else {
        return Err("it is not one YAML document".into());
    };
    let version = written.remove(METADATA).and_then(|Object(metadata)| metadata.version);
    if !version.as_deref().is_some_and(|version| version.parse().is_ok_and(|version| VERSIONS.contains(&version))) {
        return Err(format!(
            "`version` of `{METADATA}` is {}; expected {} to {}",
            version.as_deref().map_or("nothing".into(), plain),
            VERSIONS.start(),
            VERSIONS.end()
        ));
    }
    check_patterns(written.keys())?;
    let direct = direct(&written);
    let mut entries = Vec::new();
    for (key, Object(written)) in &written {
        let slots: BTreeSet<&str> = patterns(key).filter_map(split_name).map(|(slot, _)| slot).collect();
        let entry = Entry { direct: patterns(key).any(|pattern| direct.contains(pattern)), ..entry(key, written)? };
        entries.extend(entry.in_slots(slots));
    }
    Ok(entries)
}

fn patterns(key: &str) -> impl Iterator<Item = &str> {
    key.split(", ")
}

/// With one pattern in two entries, two readers could each take another.
fn check_patterns<'a>(keys: impl Iterator<Item = &'a String>) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for pattern in keys.flat_map(|key| patterns(key)) {
        if !seen.insert(pattern) {
            return Err(format!("`{}` stands twice", plain(pattern)));
        }
    }
    Ok(())
}

/// What the project and its workspaces ask for, as patterns.
fn direct(written: &BTreeMap<String, Object<Written>>) -> BTreeSet<String> {
    let is_own = |written: &Written| written.resolution.as_deref().is_some_and(|r| r.contains("@workspace:"));
    let own = written.values().map(|Object(written)| written).filter(|written| is_own(written));
    own.flat_map(|Written { dependencies: Table(asked), .. }| asked)
        .map(|(name, range)| format!("{name}@{range}"))
        .collect()
}

fn entry(key: &str, written: &Written) -> Result<Entry, String> {
    let problem = |what: &str| format!("entry `{}` {what}. `yarn install` writes the file anew", plain(key));
    let Some(resolution) = &written.resolution else {
        return Err(problem("has no `resolution`; every entry has one"));
    };
    let (name, reference) = split_name(resolution).ok_or_else(|| {
        problem(&format!("has the resolution `{}`, which is no name and its source", plain(resolution)))
    })?;
    // A patch is put upon a package of the registry, which is installed all the same.
    let (mut name, mut reference) = (name.to_owned(), reference.to_owned());
    for patches in 0.. {
        let Some(patch) = reference.strip_prefix("patch:") else { break };
        let inner = percent_decoded(patch.split_once('#').map_or(patch, |(inner, _)| inner));
        match inner.as_deref().and_then(split_name) {
            Some((inner_name, inner_reference)) if patches < MOST_PATCHES => {
                (name, reference) = (inner_name.to_owned(), inner_reference.to_owned());
            }
            _ => return Err(problem("is a patch that does not say of what")),
        }
    }
    if let Some(reason) = skipped(&reference) {
        return Ok(Entry::skipped(key, &name, &name, reason));
    }
    let Some(version) = &written.version else {
        return Err(problem("has no `version`; every package that is fetched has one"));
    };
    let (locked, bindings) = reference.split_once("::").unwrap_or((&reference, ""));
    match locked.strip_prefix("npm:") {
        Some(locked) if locked != version => {
            return Err(problem("is LockfileInconsistent: `version` is another than its resolution's"));
        }
        Some(_) => {}
        None if Source::of(locked) == Source::Url => {}
        None => return Err(problem("has a resolution of a kind that is not known")),
    }
    let archive = bindings.split('&').find_map(|binding| binding.strip_prefix("__archiveUrl="));
    let resolved = archive.and_then(percent_decoded).or_else(|| locked.starts_with("http").then(|| locked.to_owned()));
    Ok(Entry { resolved, ..Entry::registry(key, &name, &name, version) })
}

fn skipped(reference: &str) -> Option<SkipReason> {
    match Source::of(reference) {
        Source::Workspace => Some(SkipReason::Workspace),
        Source::Link => Some(SkipReason::Link),
        Source::File => Some(SkipReason::File),
        Source::Git => Some(SkipReason::Git),
        // yarn tells a repository from an archive by the commit that it pins.
        Source::Url if reference.split_once('#').is_some_and(|(_, pin)| pin.contains("commit=")) => {
            Some(SkipReason::Git)
        }
        Source::Url | Source::Other => None,
    }
}

/// `%3A` and its like; `None` if what comes out is no text.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?];
        bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::super::entry::Kind;
    use super::*;

    fn of(rest: &str) -> Result<Vec<Entry>, String> {
        entries(&format!(
            "# This file is generated by running \"yarn install\".\n\n__metadata:\n  version: 8\n  cacheKey: 10c0\n\n{rest}"
        ))
    }

    fn one(key: &str, resolution: &str) -> Result<Entry, String> {
        let text = format!(
            "\"{key}\":\n  version: 1.0.0\n  resolution: \"{resolution}\"\n  checksum: 10c0/00\n  languageName: node\n  linkType: hard\n"
        );
        of(&text).map(|mut entries| entries.remove(0))
    }

    #[test]
    fn lk_03_a_checksum_of_yarn_is_no_digest_of_the_registry() {
        let found = one("a@npm:^1.0.0", "a@npm:1.0.0").unwrap();
        assert_eq!((found.kind, found.integrity.as_deref(), found.resolved.as_deref()), (Kind::Registry, None, None));
        assert_eq!((found.name.as_str(), found.version.as_deref()), ("a", Some("1.0.0")));
    }

    #[test]
    fn lk_05_an_alias_is_what_its_resolution_says() {
        let found = one("lodash@npm:@s/evil@^1.0.0", "@s/evil@npm:1.0.0").unwrap();
        assert_eq!((found.slot.as_str(), found.name.as_str()), ("lodash", "@s/evil"));
        let two = of("\"a@npm:1, b@npm:a@1\":\n  version: 1.0.0\n  resolution: \"a@npm:1.0.0\"\n").unwrap();
        assert_eq!(two.iter().map(|e| e.slot.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn lk_07_each_source_has_its_reason() {
        for (resolution, reason) in [
            ("w@workspace:packages/w", SkipReason::Workspace),
            ("w@link:../w::locator=x", SkipReason::Link),
            ("w@portal:../w", SkipReason::Link),
            ("w@file:../w#../w::hash=0", SkipReason::File),
            ("w@git@git.example:o/r.git#commit=0", SkipReason::Git),
            ("w@https://git.example/o/r.git#commit=0", SkipReason::Git),
        ] {
            assert_eq!(one("w@x", resolution).unwrap().kind, Kind::Skipped(reason), "{resolution}");
        }
        let url = one("a@https://npm.example/a.tgz", "a@https://npm.example/a.tgz").unwrap();
        assert_eq!((url.kind, url.resolved.as_deref()), (Kind::Registry, Some("https://npm.example/a.tgz")));
        let archive = one("a@npm:1", "a@npm:1.0.0::__archiveUrl=https%3A%2F%2Fnpm.example%2Fa.tgz").unwrap();
        assert_eq!(archive.resolved.as_deref(), Some("https://npm.example/a.tgz"));
    }

    #[test]
    fn a_patched_package_is_audited_as_the_one_below_the_patch() {
        for resolution in [
            "f@patch:f@npm%3A1.0.0#optional!builtin<compat/f>::version=1.0.0&hash=0",
            "f@patch:f@patch%3Af@npm%253A1.0.0%23a.patch#b.patch::version=1.0.0",
            "g@patch:f@npm:1.0.0#./my.patch",
        ] {
            let found = one("f@patch:x", resolution).unwrap();
            assert_eq!(
                (found.kind, found.name.as_str(), found.version.as_deref()),
                (Kind::Registry, "f", Some("1.0.0"))
            );
        }
        assert_eq!(one("f@patch:x", "f@patch:f@workspace%3Af#x").unwrap().kind, Kind::Skipped(SkipReason::Workspace));
        for resolution in ["f@patch:#x", "f@patch:f%3#x", "f@patch:f@npm%ff#x"] {
            assert!(one("f@patch:x", resolution).unwrap_err().contains("does not say of what"), "{resolution}");
        }
        let nested = (0..9).fold("f@npm:1.0.0".to_owned(), |inner, _| format!("f@patch:{}", inner.replace('%', "%25")));
        assert!(one("f@patch:x", &nested).unwrap_err().contains("does not say of what"));
    }

    #[test]
    fn lk_18_the_version_is_the_resolutions() {
        assert!(one("a@npm:1", "a@npm:2.0.0").unwrap_err().contains("LockfileInconsistent"));
        assert!(one("a@npm:1", "a@npm:1.0.0::x=1").is_ok());
        assert!(one("a@npm:1", "a@exec:./x").unwrap_err().contains("of a kind that is not known"));
        assert!(one("a@npm:1", "a").unwrap_err().contains("no name and its source"));
        assert!(of("\"a@npm:1\":\n  version: 1.0.0\n").unwrap_err().contains("has no `resolution`"));
        assert!(of("\"a@npm:1\":\n  resolution: \"a@npm:1.0.0\"\n").unwrap_err().contains("has no `version`"));
    }

    #[test]
    fn lk_12_a_pattern_that_stands_twice_is_refused() {
        let entry = |key: &str| format!("\"{key}\":\n  version: 1.0.0\n  resolution: \"a@npm:1.0.0\"\n");
        assert!(
            of(&[entry("a@npm:1, a@npm:2"), entry("a@npm:2")].concat()).unwrap_err().contains("`a@npm:2` stands twice")
        );
        assert!(of(&entry("a@npm:1").repeat(2)).unwrap_err().contains("duplicate"));
    }

    #[test]
    fn lk_17_other_versions_are_refused() {
        for (metadata, shown) in [
            ("version: 3", "is 3;"),
            ("version: 11", "is 11;"),
            ("version: x", "is x;"),
            ("cacheKey: 8", "is nothing;"),
        ] {
            let error = entries(&format!("__metadata:\n  {metadata}\n")).unwrap_err();
            assert!(error.contains(shown), "{error}");
        }
    }

    #[test]
    fn what_a_workspace_asks_for_is_direct() {
        let found = of("\"p@workspace:.\":\n  version: 0.0.0-use.local\n  resolution: \"p@workspace:.\"\n  dependencies:\n    a: \"npm:^1\"\n\n\"a@npm:^1\":\n  version: 1.0.0\n  resolution: \"a@npm:1.0.0\"\n\n\"b@npm:^1\":\n  version: 1.0.0\n  resolution: \"b@npm:1.0.0\"\n").unwrap();
        assert_eq!(found.iter().map(|e| e.direct).collect::<Vec<_>>(), [true, false, false]);
    }
}
