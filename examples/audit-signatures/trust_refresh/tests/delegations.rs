//! By whose word a target is taken.

use serde_json::{Value, json};

use super::repository::{Files, KEYS, delegations, keys_role, mint, mint_with, sha256, sound, target, targets_role};
use super::*;

/// A role that is called like another file of the client's replaces none.
#[test]
fn tr_30_a_role_called_like_another_file_takes_no_floor_away() {
    for (name, refusal) in [
        ("con", None),
        ("timestamp", None),
        ("root", Some("5.root.json states the type `targets`, expected `root`")),
        ("snapshot", Some("(specified by snapshot.json) exceeded")),
    ] {
        let machine = Machine::new(mint_with(5, &[(name, keys_role(5))], &|_, _| {}));
        match (machine.run(false).map(|(_, message)| message), refusal) {
            (Ok(_), None) => {}
            (Err(refused), Some(reason)) => assert!(refused.contains(reason), "{name}: {refused}"),
            (outcome, _) => panic!("{name}: {outcome:?}"),
        }
        machine.server.serve(sound(4));
        let refused = machine.refused();
        let reason = "Found version 4 of timestamp metadata when we had previously fetched version 5";
        assert!(refused.contains(reason), "{name}: {refused}");
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
    refuses(files, "Target file not delegated: npm.example/keys.json");
}

/// The client takes bins, which could be made to hold any name.
#[test]
fn a_role_with_bins_does_not_speak() {
    let files = mint(5, &|role, signed| {
        if role == "targets" {
            let delegated = signed["delegations"]["roles"][0].as_object_mut().unwrap();
            delegated.remove("paths");
            delegated.insert("path_hash_prefixes".into(), json!([""]));
        }
    });
    refuses(files, "that no delegation lets speak for it");
}

/// Lets `first` speak for `pattern`, and after it `second` for the registry's folder.
fn delegate(role: &str, signed: &mut Value, pattern: &str, terminating: bool) {
    if role == "targets" {
        signed["delegations"] = delegations("first", &[pattern], terminating);
        let second = delegations("second", &["npm.example/*"], false);
        signed["delegations"]["roles"].as_array_mut().unwrap().push(second["roles"][0].clone());
    }
}

/// Both roles have keys for the registry, with this content; `pattern` is what the first may speak for.
fn rivals(pattern: &str, first: &[u8], second: &[u8]) -> Files {
    let role = |content: &[u8]| targets_role(5, json!({"npm.example/keys.json": target(content)}));
    let mut files = mint_with(5, &[("first", role(first)), ("second", role(second))], &|role, signed| {
        delegate(role, signed, pattern, false);
    });
    for content in [first, second] {
        files.insert(format!("targets/npm.example/{}.keys.json", sha256(content)), content.to_vec());
    }
    files
}

/// The client's `*` crosses folders and would fetch the keys of the first.
#[test]
fn tr_33_a_role_that_may_not_speak_is_not_heard_before_one_that_may() {
    let (one, other) = ([KEYS, b" "].concat(), [KEYS, b"\n"].concat());
    let reason = "the target `npm.example/keys.json` is listed twice, with two contents";
    refuses(rivals("*", &one, &other), reason);
    assert!(Machine::new(rivals("*", KEYS, KEYS)).run(false).unwrap().0.keys.is_some());
}

/// Two delegations for the keys, the first without them.
fn two(terminating: bool) -> Files {
    let first = targets_role(5, json!({}));
    mint_with(5, &[("first", first), ("second", keys_role(5))], &|role, signed| {
        delegate(role, signed, "npm.example/*", terminating);
    })
}

#[test]
fn tr_32_a_terminating_delegation_ends_the_search() {
    Machine::new(two(false)).refreshed();
    refuses(two(true), "that no delegation lets speak for it");
}

#[test]
fn tr_32_the_first_delegation_decides() {
    let files = rivals("npm.example/*", KEYS, b"of the second");
    assert!(Machine::new(files).run(false).unwrap().0.keys.is_some());
}

#[test]
fn tr_32_an_end_further_down_is_an_end() {
    let mut first = targets_role(5, json!({}));
    first["delegations"] = delegations("below", &["npm.example/*"], true);
    let roles = [("first", first), ("below", targets_role(5, json!({}))), ("second", keys_role(5))];
    let files = mint_with(5, &roles, &|role, signed| {
        delegate(role, signed, "npm.example/*", false);
    });
    refuses(files, "that no delegation lets speak for it");
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
            let mut role = keys_role(5);
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
    refuses(deep(420), "more than 400 files to fetch, the most that are");
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
    refuses(files, "two delegations are called `npm.example`");
    for threshold in [json!(0), json!(-1)] {
        let files = mint(5, &|role, signed| {
            if role == "targets" {
                signed["delegations"]["roles"][0]["threshold"] = threshold.clone();
            }
        });
        refuses(files, "Failed to parse targets metadata");
    }
}
