//! Which target is taken, and whether it is what was meant.

use serde_json::{Value, json};

use super::repository::{Files, TRUSTED_ROOT, keys_role, mint, mint_with, sha256, sound, target};
use super::*;

/// The sound repository with the entry of the trusted root changed.
fn with_entry(entry: Value) -> Files {
    mint(5, &|role, signed| {
        if role == "targets" {
            signed["targets"]["trusted_root.json"] = entry.clone();
        }
    })
}

#[test]
fn tr_34_a_target_is_what_its_hash_and_length_say() {
    let mut files = mint(5, &|_, _| {});
    let name = format!("targets/{}.trusted_root.json", sha256(TRUSTED_ROOT));
    let mut changed = TRUSTED_ROOT.to_vec();
    changed[100] ^= 1;
    files.insert(name, changed);
    refuses(files, "Hash mismatch");
    let length = TRUSTED_ROOT.len();
    let mut longer = target(TRUSTED_ROOT);
    longer["length"] = json!(length + 1);
    let reason = format!("the target `trusted_root.json` has {length} bytes, expected {}", length + 1);
    refuses(with_entry(longer), &reason);
    let mut shorter = target(TRUSTED_ROOT);
    shorter["length"] = json!(length - 1);
    refuses(with_entry(shorter), &format!("Maximum size {} (specified by targets.json) exceeded", length - 1));
}

/// The specification allows any hash; the client knows SHA-256, and every instance uses it.
#[test]
fn tr_34_a_target_without_sha256_or_length_is_refused() {
    let sha512 = "ab".repeat(64);
    for (entry, why) in [
        (json!({"length": TRUSTED_ROOT.len(), "hashes": {"sha512": sha512}}), "missing field `sha256`"),
        (json!({"length": TRUSTED_ROOT.len(), "hashes": {"md5": "ab"}}), "missing field `sha256`"),
        (json!({"length": TRUSTED_ROOT.len(), "hashes": {}}), "missing field `sha256`"),
        (json!({"hashes": {"sha256": sha256(TRUSTED_ROOT)}}), "missing field `length`"),
        (json!({"length": -1, "hashes": {"sha256": sha256(TRUSTED_ROOT)}}), "invalid value: integer `-1`"),
    ] {
        refuses(with_entry(entry), &format!("Failed to parse targets metadata: {why}"));
    }
    // Nor does one that is not asked for let the others be read.
    let files = mint(5, &|role, signed| {
        if role == "npm.example" {
            signed["targets"]["npm.example/other"] = json!({"length": 1, "hashes": {"sha512": sha512}});
        }
    });
    refuses(files, "Failed to parse targets metadata: missing field `sha256`");
    let mut both = target(TRUSTED_ROOT);
    both["hashes"]["sha512"] = json!("not looked at");
    both["hashes"]["sha4096"] = json!("neither");
    Machine::new(with_entry(both)).refreshed();
}

#[test]
fn a_target_that_is_no_trust_is_a_failed_refresh() {
    for (name, content, reason) in [
        ("trusted_root.json", b"{}".as_slice(), "the target trusted_root.json: "),
        ("npm.example/keys.json", b"<html>", "the target keys.json of https://npm.example: "),
    ] {
        let mut files = mint(5, &|_, signed| {
            if signed["targets"].get(name).is_some() {
                signed["targets"][name] = target(content);
            }
        });
        let (folder, file) = name.rsplit_once('/').map_or((String::new(), name), |(f, n)| (format!("{f}/"), n));
        files.insert(format!("targets/{folder}{}.{file}", sha256(content)), content.to_vec());
        let machine = Machine::new(sound(4));
        machine.refreshed();
        machine.server.serve(files);
        let refused = machine.refused();
        assert!(refused.contains(reason), "{refused}");
        // The copy of the last good one stays.
        assert!(machine.offline().unwrap().contains("timestamp version 4"));
    }
}

#[test]
fn a_repository_without_a_trusted_root_is_refused() {
    let files = mint(5, &|role, signed| {
        if role == "targets" {
            signed["targets"] = json!({});
        }
    });
    refuses(files, "no target trusted_root.json");
    let files = mint(5, &|role, signed| {
        if role == "targets" {
            signed["targets"] = json!({"a/trusted_root.json": target(TRUSTED_ROOT)});
        }
    });
    refuses(files, "no target trusted_root.json");
}

#[test]
fn tr_30_strange_target_names_are_never_fetched() {
    let strange = ["../x", "/etc/passwd", "C:\\x", "con", "a\u{0}b", "%2e%2e/x", "../../npm.example/keys.json"];
    let files = mint(5, &|role, signed| {
        if role == "targets" {
            for name in strange {
                signed["targets"][name] = target(b"x");
            }
            signed["targets"]["x".repeat(4096)] = target(b"x");
        }
    });
    let machine = Machine::new(files);
    machine.refreshed();
    assert_eq!(machine.server.requests().len(), 7);
    let refused = mint(5, &|role, signed| {
        if role == "targets" {
            signed["targets"][".."] = target(b"x");
        }
    });
    refuses(refused, "Failed to parse targets metadata");
}

#[test]
fn tr_30_strange_role_names_never_become_paths() {
    for name in ["../x", "/x", "C:\\x", "a\u{0}b", "a b", "\u{fc}", "a%2fb", ""] {
        let files = mint(5, &|role, signed| {
            if role == "targets" {
                signed["delegations"]["roles"][0]["name"] = json!(name);
            }
            if role == "snapshot" {
                signed["meta"][format!("{name}.json")] = json!({"version": 5});
            }
        });
        refuses(files, "is not fetched");
    }
    let long = "a".repeat(300);
    let files = mint_with(5, &[(&long, keys_role(5))], &|_, _| {});
    refuses(files, "is not fetched");
}
