//! Timestamp, snapshot and targets: rollback, freeze, signatures.

use serde_json::{Value, json};

use super::repository::{Files, Key, by_version_alone, first_root, mint, next_root, role_keys, signed_by, sound};
use super::*;

/// A machine that has seen version 5 of everything, and is then shown `files`.
fn after_5(files: Files) -> Machine {
    let machine = Machine::new(sound(5));
    machine.refreshed();
    machine.server.serve(files);
    machine
}

fn set<'a>(of: &'a str, member: &'a str, value: Value) -> impl Fn(&str, &mut Value) + 'a {
    move |role, signed| {
        if role == of {
            signed[member] = value.clone();
        }
    }
}

#[test]
fn tr_06_an_older_timestamp_is_refused() {
    let refused = after_5(sound(4)).refused();
    let reason = "Found version 4 of timestamp metadata when we had previously fetched version 5";
    assert!(refused.contains(reason), "{refused}");
}

#[test]
fn tr_06_one_version_has_one_content() {
    for role in ["timestamp", "snapshot", "targets"] {
        let files = mint(5, &|of, signed| {
            if of == role {
                signed["expires"] = json!(repository::expires(12_345));
            }
            // What lies above is newer, so that this role alone repeats a version.
            let above: &[&str] = match role {
                "targets" => &["snapshot", "timestamp"],
                "snapshot" => &["timestamp"],
                _ => &[],
            };
            if above.contains(&of) {
                signed["version"] = json!(6);
            }
        });
        let machine = after_5(files);
        // What was refused is not what the next run compares with.
        for _ in 0..2 {
            let refused = machine.refused();
            assert!(refused.contains(&format!("{role} version 5 has another content")), "{role}: {refused}");
        }
    }
}

#[test]
fn the_same_again_is_fresh() {
    let files = sound(5);
    let machine = Machine::new(files);
    machine.refreshed();
    machine.refreshed();
}

#[test]
fn tr_07_an_older_snapshot_is_refused() {
    let refused = after_5(mint(4, &set("timestamp", "version", json!(6)))).refused();
    assert!(refused.contains("Snapshot version 4 in timestamp 6 is less than 5"), "{refused}");
    // The same by the snapshot's own content, if the timestamp does not say it.
    let lying = mint(4, &|role, signed| {
        if role == "timestamp" {
            signed["version"] = json!(6);
            signed["meta"]["snapshot.json"]["version"] = json!(6);
        }
    });
    let mut lying = lying;
    lying.insert("6.snapshot.json".into(), lying["4.snapshot.json"].clone());
    let refused = after_5(lying).refused();
    assert!(refused.contains("snapshot metadata version mismatch: fetched 4, expected 6"), "{refused}");
}

#[test]
fn tr_07_older_targets_are_refused() {
    let older = mint(6, &set("targets", "version", json!(4)));
    let refused = after_5(older).refused();
    let reason = "Role targets.json version 5 in snapshot 5 is greater than version 4 in snapshot 6";
    assert!(refused.contains(reason), "{refused}");
}

#[test]
fn tr_08_an_older_delegated_role_is_refused() {
    let older = mint(6, &set("npm.example", "version", json!(4)));
    let refused = after_5(older).refused();
    let reason = "Role npm.example.json version 5 in snapshot 5 is greater than version 4 in snapshot 6";
    assert!(refused.contains(reason), "{refused}");
}

#[test]
fn tr_07_a_role_does_not_vanish_from_the_snapshot() {
    let files = mint(6, &|role, signed| {
        if role == "snapshot" {
            signed["meta"].as_object_mut().unwrap().remove("npm.example.json");
        }
    });
    let refused = after_5(files).refused();
    let reason = "Role npm.example.json appears in snapshot version 5 but not version 6";
    assert!(refused.contains(reason), "{refused}");
}

#[test]
fn tr_12_what_has_expired_is_refused() {
    for (role, shown) in
        [("timestamp", "timestamp"), ("snapshot", "snapshot"), ("targets", "targets"), ("npm.example", "targets")]
    {
        let expired = mint(5, &set(role, "expires", json!(repository::expires(-60))));
        refuses(expired, &format!("{shown} metadata is expired"));
    }
}

#[test]
fn roles_are_signed_by_their_keys() {
    for role in ["timestamp", "snapshot", "targets", "npm.example"] {
        let mut files = mint(5, &|_, signed| by_version_alone(signed));
        let name = if role == "timestamp" { "timestamp.json".to_owned() } else { format!("5.{role}.json") };
        let signed: Value = serde_json::from_slice(&files[&name]).unwrap();
        for signer in [Key::new(11), role_keys(if role == "targets" { "snapshot" } else { "targets" })[0].clone()] {
            files.insert(name.clone(), signed_by(&signed["signed"], &[signer]));
            refuses(files.clone(), "Signature threshold of 1 not met");
        }
        files.insert(name, signed_by(&signed["signed"], &[]));
        refuses(files, "Signature threshold of 1 not met");
    }
}

#[test]
fn a_snapshot_says_which_file_is_meant() {
    for role in ["snapshot", "targets", "npm.example"] {
        let mut files = sound(5);
        let name = format!("5.{role}.json");
        // Signed as well, and as long: signatures differ in length.
        let others = (12_345..).map(|seconds| mint(5, &set(role, "expires", json!(repository::expires(seconds)))));
        let other = others.map(|files| files[&name].clone()).find(|other| other.len() == files[&name].len());
        files.insert(name.clone(), other.unwrap());
        refuses(files, "Hash mismatch");
        let shorter = mint(5, &|of, signed| {
            let above = if role == "snapshot" { "timestamp" } else { "snapshot" };
            if of == above {
                let length = &mut signed["meta"][format!("{role}.json")]["length"];
                *length = json!(length.as_u64().unwrap() + 1);
            }
        });
        let length = shorter[&name].len();
        refuses(shorter, &format!("{role}.json has {length} bytes, expected {}", length + 1));
        let lower = mint(5, &|of, signed| {
            let above = if role == "snapshot" { "timestamp" } else { "snapshot" };
            if of == above {
                signed["meta"][format!("{role}.json")]["version"] = json!(6);
            }
        });
        let mut lower = lower;
        lower.insert(format!("6.{role}.json"), lower[&name].clone());
        let of = if role == "snapshot" { "snapshot" } else { "targets" };
        refuses(lower, &format!("{of} metadata version mismatch: fetched 5, expected 6"));
    }
}

#[test]
fn another_specification_is_refused() {
    for role in ["timestamp", "snapshot", "targets", "npm.example"] {
        refuses(mint(5, &set(role, "spec_version", json!("2.0.0"))), "specification version is `2.0.0`");
    }
}

#[test]
fn a_file_states_its_type() {
    for (name, role) in [
        ("timestamp.json", "timestamp"),
        ("2.root.json", "root"),
        ("5.snapshot.json", "snapshot"),
        ("5.targets.json", "targets"),
        ("5.npm.example.json", "targets"),
    ] {
        let mut files = mint(5, &|_, signed| by_version_alone(signed));
        files.insert("2.root.json".into(), next_root(2));
        let other = String::from_utf8(files[name].clone()).unwrap();
        let other = other.replace(&format!("\"_type\":\"{role}\""), "\"_type\":\"other\\u001b[2J\"");
        files.insert(name.into(), other.into_bytes());
        refuses(files, &format!("{name} states the type `other\\u{{1b}}[2J`, expected `{role}`"));
    }
}

#[test]
fn what_the_client_says_is_made_plain() {
    for (role, shown) in [
        ("a\u{1b}[2J".to_owned(), "Role a\\u{1b}[2J.json appears in snapshot version 5"),
        ("a".repeat(1000), " more characters)"),
    ] {
        let machine = Machine::new(mint(5, &|of, signed| {
            if of == "snapshot" {
                signed["meta"][format!("{role}.json")] = json!({"version": 1});
            }
        }));
        machine.refreshed();
        machine.server.serve(sound(6));
        let refused = machine.refused();
        assert!(refused.contains(shown), "{refused}");
    }
}

#[test]
fn re_15_a_hundred_thousand_signatures_are_not_read() {
    let mut files = sound(5);
    let mut timestamp: Value = serde_json::from_slice(&files["timestamp.json"]).unwrap();
    let one = timestamp["signatures"][0].clone();
    timestamp["signatures"] = Value::Array(vec![one; 100_000]);
    files.insert("timestamp.json".into(), timestamp.to_string().into_bytes());
    refuses(files.clone(), "is larger than 4096 KiB, the most that is read");
    // And as many as fit are refused for being of one id, before any is checked.
    timestamp["signatures"].as_array_mut().unwrap().truncate(250);
    files.insert("timestamp.json".into(), timestamp.to_string().into_bytes());
    refuses(files, "Duplicate key ID");
}

/// Every eleventh byte of every file, without a network.
#[test]
fn tr_25_a_changed_byte_is_refused() {
    let mut files = sound(5);
    files.insert("2.root.json".into(), next_root(2));
    let registry = RegistryId::new("https://npm.example").unwrap();
    let mirror = || RegistryUrl::parse("https://tuf.example").unwrap();
    let update = |files: Files| {
        let chain = RootChain::start(&first_root()).unwrap();
        client::update(chain, Floor::default(), &Mirror::kept(mirror(), files), &registry).result
    };
    assert!(update(files.clone()).is_ok());
    for name in files.keys() {
        for at in (0..files[name].len()).step_by(11) {
            let mut changed = files.clone();
            changed.get_mut(name).unwrap()[at] ^= 1;
            assert!(update(changed).is_err_and(|reason| !reason.is_empty()), "{name} at {at}");
        }
        let mut cut = files.clone();
        cut.get_mut(name).unwrap().pop();
        assert!(update(cut).is_err(), "{name}");
    }
}
