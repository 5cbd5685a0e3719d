//! `dependencies`, the older form: one object inside another as the folders of `node_modules` are.

use super::super::entry::{Entry, SkipReason, split_name};
use super::super::object::{MOST_ENTRIES, Object, Table};
use super::super::source::Source;
use super::document::{Dependency, Tree};
use crate::plain_text::plain;

/// Every package, under the path of its folder as later versions write it.
pub fn entries(tree: &Tree) -> Result<Vec<Entry>, String> {
    let mut entries = Vec::new();
    below("", tree, &mut entries)?;
    entries.sort_by(|a, b| a.location.cmp(&b.location));
    Ok(entries)
}

fn below(parent: &str, tree: &Tree, entries: &mut Vec<Entry>) -> Result<(), String> {
    for (name, Object(dependency)) in tree {
        if entries.len() == MOST_ENTRIES {
            return Err(format!("`dependencies` has more than {MOST_ENTRIES} entries"));
        }
        let location = format!("{parent}node_modules/{name}");
        entries.push(entry(&location, name, dependency)?);
        let Table(inner) = &dependency.dependencies;
        below(&format!("{location}/"), inner, entries)?;
    }
    Ok(())
}

/// What one member is. `version` also holds what is no version: an alias, an address, a path.
///
/// A `bundled` entry is audited like any other. This form does not say which package lists it as its content,
/// and the flag alone would let anybody take a package out of the audit.
pub fn entry(location: &str, slot: &str, dependency: &Dependency) -> Result<Entry, String> {
    let Some(version) = &dependency.version else {
        return Err(format!("`dependencies` entry `{}` has no `version`; every package has one", plain(location)));
    };
    let registry = |name: &str, version: &str| Entry {
        integrity: dependency.integrity.clone(),
        resolved: dependency.resolved.clone(),
        ..Entry::registry(location, slot, name, version)
    };
    let entry = match Source::of(version) {
        Source::Git => Entry::skipped(location, slot, slot, SkipReason::Git),
        Source::File | Source::Link | Source::Workspace => Entry::skipped(location, slot, slot, SkipReason::File),
        // Its version is not stated anywhere, so it stays what it is: no version, which is refused.
        Source::Url => Entry { resolved: Some(version.clone()), ..registry(slot, version) },
        Source::Other => match version.strip_prefix("npm:") {
            Some(alias) => {
                let (name, version) = split_name(alias).ok_or_else(|| {
                    format!("`dependencies` entry `{}` is an alias of nothing: `{}`", plain(location), plain(alias))
                })?;
                registry(name, version)
            }
            None => registry(slot, version),
        },
    };
    Ok(Entry { dev: dependency.dev, optional: dependency.optional, peer: dependency.peer, ..entry })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::super::super::entry::Kind;
    use super::super::super::npm;
    use super::*;

    fn of(dependencies: &str) -> Result<Vec<Entry>, String> {
        npm::entries(&format!(r#"{{"lockfileVersion":1,"requires":true,"dependencies":{dependencies}}}"#))
    }

    #[test]
    fn folders_in_folders_are_paths() {
        let found = of(
            r#"{"b":{"version":"1.0.0","requires":{"@s/a":"^2"},"dependencies":{"@s/a":{"version":"2.0.0","integrity":"sha512-x"}}},
                "@s/a":{"version":"1.0.0","dev":true},"o":{"version":"1.0.0","optional":true,"requires":false}}"#,
        )
        .unwrap();
        let shown: Vec<(&str, &str)> = found.iter().map(|e| (e.location.as_str(), e.name.as_str())).collect();
        assert_eq!(
            shown,
            [
                ("node_modules/@s/a", "@s/a"),
                ("node_modules/b", "b"),
                ("node_modules/b/node_modules/@s/a", "@s/a"),
                ("node_modules/o", "o")
            ]
        );
        assert_eq!(found[2].integrity.as_deref(), Some("sha512-x"));
        assert!(found[0].dev && found[3].optional && !found[1].dev);
    }

    #[test]
    fn lk_06_what_is_no_version_is_never_read_as_one() {
        let found = of(r#"{"lodash":{"version":"npm:evil@1.0.0","integrity":"sha512-x"},
                "scoped":{"version":"npm:@s/evil@1.0.0"},
                "url":{"version":"https://npm.example/a/-/a-1.0.0.tgz","integrity":"sha512-x"},
                "git":{"version":"git+ssh://git@git.example/a.git#0","from":"x"},
                "hub":{"version":"github:a/b#0"},
                "file":{"version":"file:a.tgz","integrity":"sha512-x"}}"#)
        .unwrap();
        let of = |slot: &str| found.iter().find(|e| e.slot == slot).unwrap();
        assert_eq!((of("lodash").name.as_str(), of("lodash").version.as_deref()), ("evil", Some("1.0.0")));
        assert_eq!((of("scoped").name.as_str(), of("scoped").version.as_deref()), ("@s/evil", Some("1.0.0")));
        assert_eq!(of("url").kind, Kind::Registry);
        assert_eq!(of("url").version, of("url").resolved);
        for (slot, reason) in [("git", SkipReason::Git), ("hub", SkipReason::Git), ("file", SkipReason::File)] {
            assert_eq!(of(slot).kind, Kind::Skipped(reason), "{slot}");
        }
    }

    #[test]
    fn lk_06_an_alias_of_nothing_and_an_entry_without_a_version_are_errors() {
        assert!(of(r#"{"a":{"version":"npm:evil"}}"#).unwrap_err().contains("node_modules/a` is an alias of nothing"));
        assert!(of(r#"{"a":{"integrity":"sha512-x"}}"#).unwrap_err().contains("node_modules/a` has no `version`"));
    }

    #[test]
    fn lk_08_the_flag_of_version_1_hides_nothing() {
        let found = of(
            r#"{"p":{"version":"1.0.0","integrity":"sha512-x","dependencies":{"c":{"version":"1.0.0","bundled":true}}}}"#,
        )
        .unwrap();
        assert_eq!((found[1].kind, found[1].integrity.as_deref()), (Kind::Registry, None));
    }
}
