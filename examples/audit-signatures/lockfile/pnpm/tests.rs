#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::super::entry::{Kind, SkipReason};
use super::*;

fn six(rest: &str) -> Result<Vec<Entry>, String> {
    entries(&format!("lockfileVersion: '6.0'\n{rest}"))
}

fn nine(rest: &str) -> Result<Vec<Entry>, String> {
    entries(&format!("lockfileVersion: '9.0'\n{rest}"))
}

/// One package of version 9 that the project asks for.
fn one(key: &str, members: &str) -> Result<Entry, String> {
    nine(&format!("packages:\n  '{key}':\n    {members}\n")).map(|mut entries| entries.remove(0))
}

#[test]
fn lk_17_other_versions_are_refused_by_their_number() {
    for version in ["5.4", "'5.3'", "'7.0'", "10", "'9'", "~", "[9]"] {
        let error = entries(&format!("lockfileVersion: {version}\n")).unwrap_err();
        assert!(error.contains("lockfileVersion") || error.contains("expected"), "{version}: {error}");
    }
    assert!(entries("importers: {}\n").unwrap_err().contains("`lockfileVersion` is nothing"));
    assert!(entries("").unwrap_err().contains("it is empty"));
}

#[test]
fn lk_05_an_alias_has_its_own_name_and_each_slot() {
    let found = nine(
        "importers:\n  .:\n    dependencies:\n      lodash: {specifier: 'npm:evil@1', version: evil@1.0.0}\n      evil: {specifier: '1', version: 1.0.0}\n\
         packages:\n  evil@1.0.0: {resolution: {integrity: sha512-x}}\nsnapshots:\n  evil@1.0.0: {}\n",
    )
    .unwrap();
    let shown: Vec<(&str, &str, &str)> =
        found.iter().map(|e| (e.slot.as_str(), e.name.as_str(), e.location.as_str())).collect();
    assert_eq!(shown, [("evil", "evil", "evil@1.0.0"), ("lodash", "evil", "evil@1.0.0")]);
    assert!(found.iter().all(|e| e.direct && e.kind == Kind::Registry));
    let inner = six(
        "dependencies:\n  a: {specifier: '1', version: 1.0.0}\npackages:\n  /a@1.0.0:\n    resolution: {integrity: sha512-x}\n    dependencies: {lodash: /evil@1.0.0}\n\
         \n  /evil@1.0.0:\n    resolution: {integrity: sha512-y}\n    dev: true\n",
    )
    .unwrap();
    assert_eq!((inner[1].slot.as_str(), inner[1].name.as_str(), inner[1].dev), ("lodash", "evil", true));
}

#[test]
fn lk_07_each_source_has_its_reason() {
    for (key, members, reason) in [
        (
            "g@https://codeload.example/a/b",
            "resolution: {type: git, repo: 'https://git.example/a', commit: '-x'}",
            SkipReason::Git,
        ),
        ("w@file:packages/w", "resolution: {type: directory, directory: packages/w}", SkipReason::File),
        (
            "t@file:t.tgz",
            "{resolution: {integrity: sha512-x, tarball: 'file:t.tgz'}, version: 1.0.0}",
            SkipReason::File,
        ),
        ("node@runtime:22.0.0", "resolution: {type: variations, variants: []}", SkipReason::Runtime),
    ] {
        assert_eq!(one(key, members).unwrap().kind, Kind::Skipped(reason), "{key}");
    }
    let workspaces = nine("importers:\n  .: {}\n  packages/w:\n    dependencies:\n      x: {specifier: 'workspace:*', version: 'link:../x'}\n").unwrap();
    assert_eq!(workspaces.len(), 1);
    assert_eq!((workspaces[0].kind, workspaces[0].name.as_str()), (Kind::Skipped(SkipReason::Workspace), "w"));
}

#[test]
fn lk_10_lk_11_a_tarball_without_a_digest_is_audited_as_what_it_says_it_is() {
    let tarball = "{resolution: {tarball: 'https://codeload.example/a/tar.gz/main', gitHosted: true}, version: 1.2.3}";
    let found = one("a@https://codeload.example/a/tar.gz/main", tarball).unwrap();
    assert_eq!(
        (found.kind, found.integrity.as_deref(), found.version.as_deref()),
        (Kind::Registry, None, Some("1.2.3"))
    );
    let keyed = six(
        "packages:\n  '@npm.example/a/b':\n    {resolution: {tarball: 'https://npm.example/a'}, name: a, version: 1.0.0}\n",
    )
    .unwrap();
    assert_eq!((keyed[0].name.as_str(), keyed[0].kind), ("a", Kind::Registry));
}

#[test]
fn no_type_hides_a_package_with_a_digest() {
    for members in [
        "resolution: {integrity: sha512-x, type: git}",
        "resolution: {integrity: sha512-x, type: directory}",
        "resolution: {integrity: sha512-x, type: variations}",
        "resolution: {integrity: sha512-x, type: other}",
        "{resolution: {integrity: sha512-x}, optional: true, dev: true, bundled: true}",
    ] {
        assert_eq!(one("a@1.0.0", members).unwrap().kind, Kind::Registry, "{members}");
    }
}

#[test]
fn lk_18_a_key_and_its_members_must_not_disagree() {
    let name = six("packages:\n  /a@1.0.0: {resolution: {integrity: sha512-x}, name: b}\n");
    assert!(name.unwrap_err().contains("LockfileInconsistent: `name` is another"));
    let version = one("a@1.0.0", "{resolution: {integrity: sha512-x}, version: 2.0.0}");
    assert!(version.unwrap_err().contains("LockfileInconsistent: `version` is another"));
    let both = six("dependencies: {a: {version: 1.0.0}}\nimporters: {.: {}}\n");
    assert!(both.unwrap_err().contains("dependencies beside them"));
    assert!(six("snapshots: {}\n").unwrap_err().contains("only version 9 has"));
}

#[test]
fn what_is_installed_and_not_listed_is_an_error() {
    let importer = nine("importers: {.: {dependencies: {a: {specifier: '1', version: 1.0.0}}}}\n").unwrap_err();
    assert!(importer.contains("`.` needs `a` as `1.0.0`, which is not among the packages"), "{importer}");
    let inner =
        nine("packages:\n  a@1.0.0: {resolution: {integrity: x}}\nsnapshots:\n  a@1.0.0: {dependencies: {b: 1.0.0}}\n");
    assert!(inner.unwrap_err().contains("`a@1.0.0` needs `b`"));
    let snapshot = nine("snapshots:\n  a@1.0.0: {}\n").unwrap_err();
    assert!(snapshot.contains("`snapshots` entry `a@1.0.0` is of no package"), "{snapshot}");
    let unversioned = nine("importers: {.: {dependencies: {a: {specifier: '1'}}}}\n").unwrap_err();
    assert!(unversioned.contains("without a `version`"), "{unversioned}");
}

#[test]
fn lk_42_peers_are_taken_off_a_version_and_never_off_an_address() {
    let found = nine(
        "packages:\n  a@1.0.0: {resolution: {integrity: sha512-x}}\n  'w@file:w(react@18.0.0)': {resolution: {type: directory, directory: 'w(react@18.0.0)'}}\n\
         snapshots:\n  a@1.0.0(react@18.0.0)(b@1.0.0(c@1.0.0)): {}\n  'w@file:w(react@18.0.0)': {}\n",
    )
    .unwrap();
    assert_eq!(found[0].version.as_deref(), Some("1.0.0"));
    assert_eq!(found[1].location, "w@file:w(react@18.0.0)");
    let cut = nine("packages:\n  'w@file:w': {resolution: {integrity: sha512-x}}\n").unwrap_err();
    assert!(cut.contains("has no `version`"), "{cut}");
}

#[test]
fn an_entry_that_says_nothing_of_its_source_is_an_error() {
    assert!(one("a@1.0.0", "engines: {node: '1'}").unwrap_err().contains("has no `resolution`"));
    assert!(one("a@1.0.0", "resolution: {type: git}").unwrap_err().contains("without an integrity"));
    assert!(one("a", "resolution: {integrity: sha512-x}").unwrap_err().contains("which package it is"));
    let no_version = one("a@https://npm.example/a.tgz", "resolution: {tarball: 'https://npm.example/a.tgz'}");
    assert!(no_version.unwrap_err().contains("has no `version`"));
    let range = one("a@^1.0.0", "resolution: {integrity: sha512-x}").unwrap();
    assert_eq!((range.kind, range.version.as_deref()), (Kind::Registry, Some("^1.0.0")));
}

#[test]
fn version_9_tells_development_by_what_leads_to_it() {
    let package = |name: &str| format!("  {name}@1.0.0: {{resolution: {{integrity: sha512-x}}}}\n");
    let packages: String = ["a", "b", "c", "d", "o"].map(package).concat();
    let found = nine(&format!(
        "importers:\n  .:\n    dependencies: {{a: {{version: 1.0.0}}}}\n    devDependencies: {{b: {{version: 1.0.0}}}}\n\
         packages:\n{packages}snapshots:\n  a@1.0.0: {{optionalDependencies: {{o: 1.0.0}}}}\n  b@1.0.0: {{dependencies: {{c: 1.0.0}}}}\n\
         \n  c@1.0.0: {{}}\n  d@1.0.0: {{}}\n  o@1.0.0: {{optional: true}}\n"
    ))
    .unwrap();
    let roles: Vec<(bool, bool, bool)> = found.iter().map(|e| (e.direct, e.dev, e.optional)).collect();
    assert_eq!(
        roles,
        [(true, false, false), (true, true, false), (false, true, false), (false, false, false), (false, false, true)]
    );
}

#[test]
fn every_document_is_audited() {
    let one = "lockfileVersion: '9.0'\npackages:\n  a@1.0.0: {resolution: {integrity: sha512-x}}\n";
    let other = one.replace("a@", "b@");
    let found = entries(&format!("---\n{one}---\n{other}")).unwrap();
    assert_eq!(found.iter().map(|e| e.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert!(entries(&format!("---\n{one}---\nlockfileVersion: '5'\n")).unwrap_err().contains("`lockfileVersion` is 5"));
}
