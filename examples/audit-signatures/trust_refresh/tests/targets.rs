//! Which target is taken, by whose word, and whether it is what was meant.

use serde_json::{Value, json};

use super::repository::{Files, KEYS, TRUSTED_ROOT, delegations, mint, mint_with, sha256, sound, target, targets_role};
use super::*;

/// The sound repository with the entry of the trusted root changed.
fn with_entry(entry: Value) -> Files {
    mint(5, &|role, signed| {
        if role == "targets" {
            signed["targets"]["trusted_root.json"] = entry.clone();
        }
    })
}

fn keys_role() -> Value {
    targets_role(5, json!({"npm.example/keys.json": target(KEYS)}))
}

#[test]
fn tr_34_a_target_is_what_its_hash_and_length_say() {
    let mut files = mint(5, &|_, _| {});
    let name = format!("targets/{}.trusted_root.json", sha256(TRUSTED_ROOT));
    let mut changed = TRUSTED_ROOT.to_vec();
    changed[100] ^= 1;
    files.insert(name, changed);
    refuses(files, "Hash mismatch");
    let mut longer = target(TRUSTED_ROOT);
    longer["length"] = json!(TRUSTED_ROOT.len() + 1);
    refuses(with_entry(longer), "bytes, expected");
    let mut shorter = target(TRUSTED_ROOT);
    shorter["length"] = json!(TRUSTED_ROOT.len() - 1);
    refuses(with_entry(shorter), "exceeded");
}

/// The specification allows any hash; the client knows SHA-256, and every instance uses it.
#[test]
fn tr_34_a_target_without_sha256_or_length_is_refused() {
    let sha512 = "ab".repeat(64);
    for entry in [
        json!({"length": TRUSTED_ROOT.len(), "hashes": {"sha512": sha512}}),
        json!({"length": TRUSTED_ROOT.len(), "hashes": {"md5": "ab"}}),
        json!({"length": TRUSTED_ROOT.len(), "hashes": {}}),
        json!({"hashes": {"sha256": sha256(TRUSTED_ROOT)}}),
        json!({"length": -1, "hashes": {"sha256": sha256(TRUSTED_ROOT)}}),
    ] {
        refuses(with_entry(entry), "Failed to parse targets metadata");
    }
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
    let files = mint_with(5, &[(&long, keys_role())], &|_, _| {});
    refuses(files, "is not fetched");
    // A role that is called like another file of the client's replaces none.
    for name in ["timestamp", "snapshot", "root", "con"] {
        let files = mint_with(5, &[(name, keys_role())], &|_, _| {});
        if name != "snapshot" && name != "root" && name != "timestamp" {
            let machine = Machine::new(files);
            machine.refreshed();
        } else {
            let machine = Machine::new(files);
            let _ = machine.run(false);
            machine.server.serve(sound(4));
            let after = machine.run(false).map(|(_, message)| message);
            assert!(after.as_ref().is_err_and(|reason| reason.contains("timestamp")), "{name}: {after:?}");
        }
    }
}

#[test]
fn tr_33_a_star_does_not_cross_a_folder() {
    for pattern in ["*", "**", "npm.example*", "*keys.json"] {
        let files = mint(5, &|role, signed| {
            if role == "targets" {
                signed["delegations"]["roles"][0]["paths"] = json!([pattern]);
            }
        });
        refuses(files, "that no delegation lets speak for it");
    }
}

#[test]
fn a_role_speaks_only_for_its_paths() {
    let files = mint(5, &|role, signed| {
        if role == "targets" {
            signed["delegations"]["roles"][0]["paths"] = json!(["other.example/*"]);
        }
    });
    // The client's own check comes first, and says it in its words.
    let refused = Machine::new(files).refused();
    assert!(refused.contains("npm.example/keys.json"), "{refused}");
}

/// Two delegations for the keys, the first without them.
fn two(terminating: bool) -> Files {
    let first = targets_role(5, json!({}));
    mint_with(5, &[("first", first), ("second", keys_role())], &|role, signed| {
        if role == "targets" {
            signed["delegations"] = delegations("first", &["npm.example/*"], terminating);
            let second = delegations("second", &["npm.example/*"], true);
            signed["delegations"]["roles"].as_array_mut().unwrap().push(second["roles"][0].clone());
        }
    })
}

#[test]
fn tr_32_a_terminating_delegation_ends_the_search() {
    Machine::new(two(false)).refreshed();
    refuses(two(true), "that no delegation lets speak for it");
}

#[test]
fn tr_32_the_first_delegation_decides() {
    let other = targets_role(5, json!({"npm.example/keys.json": target(b"of the second")}));
    let files = mint_with(5, &[("first", keys_role()), ("second", other)], &|role, signed| {
        if role == "targets" {
            signed["delegations"] = delegations("first", &["npm.example/*"], false);
            let second = delegations("second", &["npm.example/*"], false);
            signed["delegations"]["roles"].as_array_mut().unwrap().push(second["roles"][0].clone());
        }
    });
    assert!(Machine::new(files).run(false).unwrap().0.keys.is_some());
}

#[test]
fn tr_32_a_circle_of_delegations_ends() {
    let back = |to: &str| {
        let mut role = targets_role(5, json!({}));
        role["delegations"] = delegations(to, &["npm.example/*"], false);
        role
    };
    let machine = Machine::new(mint_with(5, &[("first", back("second")), ("second", back("first"))], &|_, _| {}));
    assert!(machine.run(false).unwrap().0.keys.is_none());
}

fn deep(depth: usize) -> Files {
    let names: Vec<String> = (0..depth).map(|n| format!("role{n}")).collect();
    let roles: Vec<(&str, Value)> = (0..depth)
        .map(|n| {
            let mut role = keys_role();
            if let Some(next) = names.get(n + 1) {
                role["targets"] = json!({});
                role["delegations"] = delegations(next, &["npm.example/*"], false);
            }
            (names[n].as_str(), role)
        })
        .collect();
    mint_with(5, &roles, &|_, _| {})
}

#[test]
fn tr_32_delegations_have_a_depth_and_a_number() {
    Machine::new(deep(8)).refreshed();
    refuses(deep(9), "more than 8 deep");
    refuses(deep(33), "more than 8 deep");
    refuses(deep(420), "more than 400 files");
}

#[test]
fn tr_03_delegated_keys_are_told_apart() {
    let twice = [repository::Key::new(8), repository::Key::owned_by(8, "the same in a hat")];
    let files = mint(5, &|role, signed| {
        if role == "targets" {
            for key in &twice {
                signed["delegations"]["keys"][&key.id] = key.json.clone();
            }
            let ids: Vec<_> = twice.iter().map(|key| key.id.clone()).collect();
            signed["delegations"]["roles"][0]["keyids"] = json!(ids);
        }
    });
    refuses(files, "one key stands under two ids");
    let files = mint(5, &|role, signed| {
        if role == "targets" {
            let again = signed["delegations"]["roles"][0].clone();
            signed["delegations"]["roles"].as_array_mut().unwrap().push(again);
        }
    });
    refuses(files, "two delegations are called");
    for threshold in [json!(0), json!(-1)] {
        let files = mint(5, &|role, signed| {
            if role == "targets" {
                signed["delegations"]["roles"][0]["threshold"] = threshold.clone();
            }
        });
        refuses(files, "Failed to parse targets metadata");
    }
}
