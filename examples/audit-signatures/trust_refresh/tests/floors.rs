//! What a refresh may not fall below, and what ends that.

use std::thread;

use serde_json::{Value, json};

use super::repository::{by_version_alone, mint, role_keys, root, signed_by, sound, standard_root_keys};
use super::*;

#[test]
fn a_floor_rises_also_when_the_refresh_fails() {
    let machine = Machine::new(sound(5));
    machine.refreshed();
    let mut files = sound(7);
    files.retain(|name, _| !name.ends_with("targets.json"));
    machine.server.serve(files);
    assert!(machine.refused().ends_with("has no 7.targets.json"));
    machine.server.serve(sound(6));
    let refused = machine.refused();
    let reason = "Found version 6 of timestamp metadata when we had previously fetched version 7";
    assert!(refused.contains(reason), "{refused}");
}

#[test]
fn a_floor_alone_is_no_copy() {
    let mut files = sound(5);
    files.remove("5.targets.json");
    let machine = Machine::new(files);
    machine.refused();
    assert!(machine.state().exists());
    assert_eq!(machine.offline().unwrap_err(), "the run is offline, and no earlier run kept a copy");
}

#[test]
fn tr_11_a_floor_outlives_its_expiry() {
    let machine = Machine::new(mint(5, &|role, signed| {
        if role == "timestamp" {
            signed["expires"] = json!(repository::expires(2));
        }
    }));
    machine.refreshed();
    thread::sleep(Duration::from_millis(3100));
    // TR-12: offline the expiry counts as well.
    let expired = machine.offline().unwrap_err();
    assert!(
        expired.contains("kept copy cannot be used") && expired.contains("timestamp metadata is expired"),
        "{expired}"
    );
    machine.server.serve(sound(4));
    let refused = machine.refused();
    let reason = "Found version 4 of timestamp metadata when we had previously fetched version 5";
    assert!(refused.contains(reason), "{refused}");
    machine.server.serve(sound(5 + 1));
    machine.refreshed();
}

/// The repository after its timestamp and snapshot keys were stolen: a second root replaces them.
fn recovered(version: u64) -> repository::Files {
    let mut next = root(2, &standard_root_keys());
    let fresh = repository::Key::new(14);
    next["keys"][&fresh.id] = fresh.json.clone();
    next["roles"]["timestamp"]["keyids"] = json!([fresh.id]);
    next["roles"]["snapshot"]["keyids"] = json!([fresh.id]);
    let mut files = mint(version, &|_, signed| by_version_alone(signed));
    for name in ["timestamp.json".into(), format!("{version}.snapshot.json")] {
        let signed: Value = serde_json::from_slice(&files[&name]).unwrap();
        files.insert(name, signed_by(&signed["signed"], std::slice::from_ref(&fresh)));
    }
    files.insert("2.root.json".into(), signed_by(&next, &role_keys("root")));
    files
}

#[test]
fn other_timestamp_and_snapshot_keys_end_a_floor() {
    let machine = Machine::new(sound(1_000_000));
    machine.refreshed();
    machine.server.serve(recovered(6));
    assert!(machine.refreshed().contains("timestamp version 6"));
    assert!(machine.offline().unwrap().contains("timestamp version 6"));
}

/// Nor is a thief's content of a version compared with the owner's of the same.
#[test]
fn other_keys_may_say_otherwise_of_one_version() {
    let after = recovered(5);
    let mut before = after.clone();
    before.remove("2.root.json");
    for (name, role) in [("timestamp.json", "timestamp"), ("5.snapshot.json", "snapshot")] {
        let mut file: Value = serde_json::from_slice(&after[name]).unwrap();
        file["signed"]["expires"] = json!(repository::expires(12_345));
        before.insert(name.into(), signed_by(&file["signed"], &role_keys(role)));
    }
    let machine = Machine::new(before);
    machine.refreshed();
    machine.server.serve(after);
    assert!(machine.refreshed().contains("root version 2, timestamp version 5"));
}

#[test]
fn a_floor_of_revoked_keys_is_not_kept() {
    let machine = Machine::new(sound(5));
    machine.refreshed();
    let mut files = recovered(6);
    files.remove("timestamp.json");
    machine.server.serve(files);
    assert!(machine.refused().ends_with("has no timestamp.json"));
    // It is not damaged either: the chain is read back.
    let refused = machine.offline().unwrap_err();
    assert!(refused.contains("Signature threshold of 1 not met for role timestamp"), "{refused}");
}

#[test]
fn a_slower_run_takes_no_floor_away() {
    let machine = Machine::new(sound(5));
    machine.refreshed();
    let (cache, kept) = machine.kept();
    let kept = kept.unwrap();
    machine.server.serve(sound(6));
    machine.refreshed();
    cache.store(&kept.chain, &kept.floor, &kept.repository).unwrap();
    assert!(machine.offline().unwrap().contains("timestamp version 6"));
}
