#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::super::entry::Kind;
use super::*;

fn five(rest: &str) -> Result<Vec<Entry>, String> {
    entries(&format!(r#"{{"version":"5",{rest}}}"#))
}

fn shown(entries: &[Entry]) -> Vec<(&str, &str, &str, bool)> {
    entries
        .iter()
        .map(|e| (e.slot.as_str(), e.name.as_str(), e.version.as_deref().unwrap_or_default(), e.direct))
        .collect()
}

#[test]
fn version_3_keeps_its_packages_together() {
    let found = entries(
        r#"{"version":"3","packages":{
            "specifiers":{"npm:a@^1":"npm:a@1.0.0","jsr:@std/x@1":"jsr:@std/x@1.0.0"},
            "npm":{"a@1.0.0":{"integrity":"sha512-x","dependencies":{"lodash":"@s/evil@2.0.0_b@1.0.0"}},
                   "@s/evil@2.0.0_b@1.0.0":{"integrity":"sha512-y","dependencies":{}}},
            "jsr":{"@std/x@1.0.0":{"integrity":"00"}}},
          "remote":{"https://deno.example/x.ts":"00"}}"#,
    )
    .unwrap();
    assert_eq!(
        shown(&found),
        [
            ("lodash", "@s/evil", "2.0.0", false),
            ("@std/x", "@std/x", "", false),
            ("a", "a", "1.0.0", true),
            ("https://deno.example/x.ts", "https://deno.example/x.ts", "", false),
        ]
    );
    assert_eq!(found[1].kind, Kind::Skipped(SkipReason::Jsr));
    assert_eq!(found[3].kind, Kind::Skipped(SkipReason::Remote));
    assert_eq!(found[2].integrity.as_deref(), Some("sha512-x"));
}

#[test]
fn lk_05_peers_come_off_and_aliases_keep_their_slot() {
    let found = five(
        r#""specifiers":{"npm:a@1":"1.0.0_b@2.0.0","npm:b@2":"2.0.0"},
           "npm":{"a@1.0.0_b@2.0.0":{"integrity":"sha512-x","dependencies":["b","lodash@npm:evil@1.0.0"],"optionalDependencies":["c@1.0.0"]},
                  "b@2.0.0":{"integrity":"sha512-x"},"c@1.0.0":{},"c@2.0.0":{},"evil@1.0.0":{"integrity":"sha512-y","tarball":"https://npm.example/e.tgz"}}"#,
    )
    .unwrap();
    assert_eq!(
        shown(&found),
        [
            ("a", "a", "1.0.0", true),
            ("b", "b", "2.0.0", true),
            ("c", "c", "1.0.0", false),
            ("c", "c", "2.0.0", false),
            ("lodash", "evil", "1.0.0", false)
        ]
    );
    assert_eq!((found[2].kind, found[2].integrity.as_deref()), (Kind::Registry, None));
    assert_eq!(found[4].resolved.as_deref(), Some("https://npm.example/e.tgz"));
}

#[test]
fn what_is_needed_and_not_listed_is_an_error() {
    for dependencies in [r#"["b"]"#, r#"["x@npm:b@1.0.0"]"#, r#"["c"]"#, r#"{"b":"b@1.0.0"}"#] {
        let packages =
            format!(r#""npm":{{"a@1.0.0":{{"dependencies":{dependencies}}},"c@1.0.0":{{}},"c@2.0.0":{{}}}}"#);
        assert!(five(&packages).unwrap_err().contains("LockfileInconsistent: `npm` entry `a@1.0.0` needs"));
    }
    assert!(five(r#""npm":{"a":{}}"#).unwrap_err().contains("`a` is not a name and its version"));
}

#[test]
fn lk_12_duplicate_keys_are_refused() {
    assert!(five(r#""npm":{"a@1.0.0":{},"a@1.0.0":{}}"#).unwrap_err().contains("entry `a@1.0.0` stands twice"));
    assert!(five(r#""npm":{},"npm":{}"#).unwrap_err().contains("duplicate field `npm`"));
    assert!(five(r#""npm":{"a@1.0.0":{"integrity":"x","integrity":"y"}}"#).unwrap_err().contains("duplicate field"));
    let twice = five(r#""npm":{"a@1.0.0":{"dependencies":{"b":"b@1.0.0","b":"c@1.0.0"}}}"#);
    assert!(twice.unwrap_err().contains("`b` stands twice"));
}

#[test]
fn lk_17_other_versions_are_refused() {
    for version in ["5", "\"2\"", "\"6\"", "null"] {
        let error = entries(&format!(r#"{{"version":{version},"npm":{{}}}}"#)).unwrap_err();
        assert!(error.contains("`version` is"), "{error}");
    }
    assert!(entries("{}").unwrap_err().contains("`version` is nothing"));
    let both = entries(r#"{"version":"3","packages":{},"npm":{"a@1.0.0":{}}}"#).unwrap_err();
    assert!(both.contains("it is of version 3 and has packages where"), "{both}");
    assert!(five(r#""packages":{}"#).unwrap_err().contains("which only version 3 has"));
}
