#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::super::entry::Kind;
use super::*;

fn of(packages: &str) -> Result<Vec<Entry>, String> {
    entries(&format!(
        "{{\n  \"lockfileVersion\": 1,\n  \"workspaces\": {{}},\n  \"packages\": {{\n{packages}\n  }}\n}}\n"
    ))
}

#[test]
fn trailing_commas_and_comments_are_read() {
    let found =
        of("    // a note\n    \"a\": [\"a@1.0.0\", \"\", { \"os\": \"darwin\", }, \"sha512-x\",], /* and */\n")
            .unwrap();
    assert_eq!((found[0].name.as_str(), found[0].integrity.as_deref()), ("a", Some("sha512-x")));
    let hidden =
        of("\"a\": [\"a@1.0.0\", \"http://x/*\", {}, \"sha512-x\"], \"b\": [\"b@1.0.0\", \"*/\", {}, \"sha512-y\"],")
            .unwrap();
    assert_eq!(hidden.len(), 2);
}

#[test]
fn lk_05_an_alias_is_what_its_array_says() {
    let found =
        of(r#""lodash": ["evil@1.0.0", "", {}, "sha512-x"], "a/@s/b": ["@s/b@1.0.0", "", {}, "sha512-y"]"#).unwrap();
    let shown: Vec<(&str, &str)> = found.iter().map(|e| (e.slot.as_str(), e.name.as_str())).collect();
    assert_eq!(shown, [("@s/b", "@s/b"), ("lodash", "evil")]);
}

#[test]
fn lk_07_each_source_has_its_reason() {
    for (array, reason) in [
        (r#"["w@workspace:packages/w"]"#, SkipReason::Workspace),
        (r#"["w@workspace:packages/w", {"dependencies": {}}]"#, SkipReason::Workspace),
        (r#"["w@link:w", {}]"#, SkipReason::Link),
        (r#"["w@file:w", {}]"#, SkipReason::File),
        (r#"["w@./w.tgz", {}]"#, SkipReason::File),
        (r#"["w@../w.tgz", {}, "sha512-x"]"#, SkipReason::File),
        (r#"["w@root:", {}]"#, SkipReason::Root),
        (r#"["w@git+ssh://git@git.example/w#--upload-pack", {}, "tag"]"#, SkipReason::Git),
        (r#"["w@github:o/w#0", {}, "o-w-0", "sha512-x"]"#, SkipReason::Git),
    ] {
        assert_eq!(of(&format!("\"w\": {array}")).unwrap()[0].kind, Kind::Skipped(reason), "{array}");
    }
}

#[test]
fn no_version_hides_a_package_with_a_registry_and_a_digest() {
    for version in ["1.0.0", "workspace:a", "file:a", "git+ssh://git.example/a", "link:a", "root:", "^1"] {
        let found = of(&format!(r#""a": ["a@{version}", "", {{"bundled": true}}, "sha512-x"]"#)).unwrap();
        assert_eq!((found[0].kind, found[0].integrity.as_deref()), (Kind::Registry, Some("sha512-x")), "{version}");
    }
}

#[test]
fn lk_10_a_tarball_of_an_address_is_audited_and_has_no_version() {
    let found = of(r#""a": ["a@https://npm.example/a.tgz", {}], "b": ["b@https://npm.example/b.tgz", {}, "sha512-x"]"#)
        .unwrap();
    assert_eq!((found[0].kind, found[0].integrity.as_deref()), (Kind::Registry, None));
    assert_eq!(
        (found[1].version.as_deref(), found[1].integrity.as_deref()),
        (Some("https://npm.example/b.tgz"), Some("sha512-x"))
    );
}

#[test]
fn lk_03_an_empty_integrity_is_none() {
    let found = of(r#""a": ["a@1.0.0", "https://npm.example/", {}, ""], "b": ["b@1.0.0", "https://npm.example/b/-/b-1.0.0.tgz", {}, "x"]"#).unwrap();
    assert_eq!((found[0].integrity.as_deref(), found[0].resolved.as_deref()), (None, None));
    assert_eq!(found[1].resolved.as_deref(), Some("https://npm.example/b/-/b-1.0.0.tgz"));
}

#[test]
fn arrays_of_another_form_are_refused() {
    for (array, part) in [
        ("[]", "array is empty"),
        (r#"["a@1.0.0"]"#, "of a kind that is not known"),
        (r#"["a@1.0.0", {}, "sha512-x"]"#, "of a kind that is not known"),
        (r#"["a@1.0.0", "", "sha512-x", {}, "more"]"#, "no registry and integrity"),
        (r#"["a@1.0.0", "", {}]"#, "no registry and integrity"),
        (r#"["a@1.0.0", "", {}, {}, "sha512-x"]"#, "two objects"),
        (r#"["a", "", {}, "sha512-x"]"#, "does not start with a name"),
        (r#"["a@1.0.0", 1]"#, "a text or an object"),
        (r#"{"0": "a@1.0.0"}"#, "an array that starts with a name"),
    ] {
        let error = of(&format!("\"a\": {array}")).unwrap_err();
        assert!(error.contains(part), "{array}: {error}");
    }
}

#[test]
fn lk_12_duplicate_keys_are_refused() {
    let a = r#""a": ["a@1.0.0", "", {}, "sha512-x"]"#;
    assert!(of(&format!("{a}, {a}")).unwrap_err().contains("entry `a` stands twice"));
    let twice = entries(r#"{"lockfileVersion": 1, "packages": {}, "packages": {},}"#).unwrap_err();
    assert!(twice.contains("duplicate field `packages`"), "{twice}");
}

#[test]
fn lk_17_other_versions_are_refused() {
    for version in ["3", "\"1\"", "1.0", "null", "-1"] {
        let error = entries(&format!(r#"{{"lockfileVersion": {version}, "packages": {{}}}}"#)).unwrap_err();
        assert!(error.contains("`lockfileVersion` is"), "{error}");
    }
    assert!(entries("{}").unwrap_err().contains("`lockfileVersion` is nothing"));
}

#[test]
fn names_are_found_as_node_finds_them() {
    assert_eq!(path("a/@s/b/c"), ["a", "@s/b", "c"]);
    assert_eq!(path("@s"), ["@s"]);
    assert_eq!(path("@s/a"), ["@s/a"]);
    assert!(path("").is_empty());
    let text = r#"{"lockfileVersion": 1, "workspaces": {
        "": {"name": "p", "dependencies": {"a": "1"}, "devDependencies": {"d": "1", "q": "1"}, "optionalDependencies": {"o": "1"}, "peerDependencies": {"q": "1"}},
        "w": {"name": "w", "dependencies": {"b": "1"}}},
      "packages": {
        "a": ["a@1.0.0", "", {"dependencies": {"b": "2"}}, "x"],
        "a/b": ["b@2.0.0", "", {}, "x"],
        "b": ["b@3.0.0", "", {}, "x"],
        "d": ["d@1.0.0", "", {"dependencies": {"e": "1"}}, "x"],
        "e": ["e@1.0.0", "", {}, "x"],
        "o": ["o@1.0.0", "", {}, "x"],
        "q": ["q@1.0.0", "", {}, "x"],
        "u": ["u@1.0.0", "", {}, "x"],
        "w": ["w@workspace:w"],
        "w/b": ["b@1.0.0", "", {}, "x"]}}"#;
    let found = entries(text).unwrap();
    let role = |key: &str| {
        let entry = found.iter().find(|e| e.location == key).unwrap();
        (entry.direct, entry.dev, entry.optional)
    };
    for (key, expected) in [
        ("a", (true, false, false)),
        ("a/b", (false, false, false)),
        ("b", (false, false, false)),
        ("d", (true, true, false)),
        ("e", (false, true, false)),
        ("o", (true, false, true)),
        ("q", (true, true, false)),
        ("u", (false, false, false)),
        ("w/b", (true, false, false)),
    ] {
        assert_eq!(role(key), expected, "{key}");
    }
}
