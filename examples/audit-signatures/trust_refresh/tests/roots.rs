//! The chain of roots.

use serde_json::json;

use super::repository::{
    Key, by_version_alone, first_root, mint_with, next_root, role_keys, root, signed_by, sound, standard_root_keys,
    targets_role,
};
use super::server::{Answer, status};
use super::*;

fn with_root(version: u64, json: Vec<u8>) -> repository::Files {
    let mut files = sound(5);
    files.insert(format!("{version}.root.json"), json);
    files
}

/// Three keys of their own for each version.
fn generation(version: u8) -> Vec<Key> {
    (0..3).map(|n| Key::new(20 + 3 * version + n)).collect()
}

#[test]
fn tr_01_the_built_in_root_is_sound() {
    let chain = RootChain::start(PUBLIC_GOOD_ROOT).unwrap();
    assert_eq!(chain.version(), 16);
    let role = &chain.newest().roles[&tough::schema::RoleType::Root];
    assert_eq!((role.threshold.get(), role.keyids.len()), (3, 5));
}

#[test]
fn tr_01_the_real_chain_leads_to_the_built_in_root() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata/real/tuf");
    let read = |version: u64| fs::read(folder.join(format!("{version}.root.json"))).unwrap();
    let mut chain = RootChain::start(&read(12)).unwrap();
    for version in 13..=15 {
        chain.extend(&read(version)).unwrap();
    }
    chain.extend(PUBLIC_GOOD_ROOT).unwrap();
    assert_eq!(chain.version(), 16);
    assert_eq!(chain.newest_json(), PUBLIC_GOOD_ROOT);
}

#[test]
fn tr_01_fourteen_rotations_are_followed_and_kept() {
    let mut files = sound(5);
    let mut signers = role_keys("root");
    for version in 2..=15_u8 {
        let keys = generation(version);
        let both = [signers, keys[..2].to_vec()].concat();
        files.insert(format!("{version}.root.json"), signed_by(&root(version.into(), &keys), &both));
        signers = keys[..2].to_vec();
    }
    let machine = Machine::new(files.clone());
    assert!(machine.refreshed().contains("root version 15"));
    let before = machine.server.requests().len();
    assert!(machine.refreshed().contains("root version 15"));
    assert_eq!(machine.server.requests()[before..].iter().filter(|lines| lines.contains("root.json")).count(), 1 + 1);
    // The chain is kept: a mirror that has forgotten it takes nobody back.
    files.retain(|name, _| !name.ends_with(".root.json"));
    machine.server.serve(files);
    assert!(machine.refreshed().contains("root version 15"));
}

#[test]
fn tr_02_a_threshold_of_nothing_is_refused() {
    for threshold in [json!(0), json!(-1), json!(null), json!("2")] {
        let mut next = root(2, &standard_root_keys());
        next["roles"]["timestamp"]["threshold"] = threshold;
        refuses(with_root(2, signed_by(&next, &role_keys("root"))), "root version 2: no TUF root");
    }
    let mut next = root(2, &standard_root_keys());
    next["roles"].as_object_mut().unwrap().remove("timestamp");
    refuses(with_root(2, signed_by(&next, &role_keys("root"))), "Role timestamp missing");
}

#[test]
fn tr_03_two_signatures_by_one_id_are_refused() {
    let next = root(2, &standard_root_keys());
    let twice = [Key::new(1), Key::new(1)];
    refuses(with_root(2, signed_by(&next, &twice)), "Duplicate key ID");
}

#[test]
fn tr_03_one_key_under_two_ids_is_no_threshold_of_two() {
    let twice = [Key::new(9), Key::owned_by(9, "the same in a hat")];
    let next = root(2, &twice);
    let signers = [role_keys("root"), twice.to_vec()].concat();
    refuses(with_root(2, signed_by(&next, &signers)), "root version 2: one key stands under two ids");
    let machine = Machine::trusting(&signed_by(&root(1, &twice), &twice), sound(5));
    assert!(machine.refused().contains("one key stands under two ids"));
}

#[test]
fn tr_03_another_encoding_of_a_point_is_refused() {
    for (first, bytes) in [("02", 32), ("04", 63), ("04", 65), ("05", 64)] {
        let mut next = root(2, &standard_root_keys());
        let mut key = Key::new(4);
        key.json["keyval"]["public"] = json!(format!("{first}{}", "11".repeat(bytes)));
        let id = repository::sha256(&repository::canonical(&key.json));
        next["keys"][&id] = key.json;
        next["roles"]["timestamp"]["keyids"] = json!([id]);
        let files = with_root(2, signed_by(&next, &role_keys("root")));
        refuses(files, "root version 2: a P-256 key is no uncompressed point");
    }
}

#[test]
fn tr_03_one_id_twice_is_one_key() {
    let mut next = root(2, &standard_root_keys());
    let ids = next["roles"]["timestamp"]["keyids"].as_array_mut().unwrap();
    ids.push(ids[0].clone());
    Machine::new(with_root(2, signed_by(&next, &role_keys("root")))).refreshed();
    next["roles"]["timestamp"]["threshold"] = json!(2);
    refuses(with_root(2, signed_by(&next, &role_keys("root"))), "Signature threshold of 2 not met for role timestamp");
}

#[test]
fn tr_04_a_revoked_key_no_longer_signs() {
    let mut next = root(2, &standard_root_keys());
    let other = Key::new(10);
    next["keys"][&other.id] = other.json.clone();
    next["roles"]["timestamp"]["keyids"] = json!([other.id]);
    let files = with_root(2, signed_by(&next, &role_keys("root")));
    refuses(files, "Signature threshold of 1 not met for role timestamp");
}

#[test]
fn tr_05_a_root_follows_the_one_before() {
    for version in [1, 3] {
        let reason = format!("root version 2: the file states version {version}");
        refuses(with_root(2, next_root(version)), &reason);
    }
    // Nobody asks for what comes after a gap.
    let machine = Machine::new(with_root(3, next_root(3)));
    assert!(machine.refreshed().contains("root version 1,"));
}

#[test]
fn tr_05_a_root_is_signed_by_the_old_and_by_the_new_keys() {
    let keys = generation(0);
    let next = root(2, &keys);
    refuses(with_root(2, signed_by(&next, &keys[..2])), "root version 2: not signed by the root before");
    refuses(with_root(2, signed_by(&next, &role_keys("root"))), "root version 2: not signed by its own keys");
    let one_of_each = [Key::new(1), keys[0].clone()];
    refuses(with_root(2, signed_by(&next, &one_of_each)), "not signed by the root before");
}

#[test]
fn tr_07_a_root_once_seen_is_not_left() {
    let machine = Machine::new(with_root(2, next_root(2)));
    machine.refreshed();
    machine.server.serve(sound(5));
    assert!(machine.refreshed().contains("root version 2,"));
}

#[test]
fn tr_12_an_expired_root_is_refused_and_an_expired_link_is_not() {
    let mut expired = root(2, &standard_root_keys());
    expired["expires"] = json!(repository::expires(-60));
    let mut files = with_root(2, signed_by(&expired, &role_keys("root")));
    refuses(files.clone(), "root metadata is expired");
    files.insert("3.root.json".into(), next_root(3));
    assert!(Machine::new(files).refreshed().contains("root version 3"));
}

#[test]
fn a_root_without_consistent_snapshots_or_of_another_specification_is_refused() {
    let mut next = root(2, &standard_root_keys());
    next["consistent_snapshot"] = json!(false);
    // Not even on the way to one that has them.
    let mut files = with_root(2, signed_by(&next, &role_keys("root")));
    files.insert("3.root.json".into(), next_root(3));
    refuses(files, "root version 2: it has no consistent snapshots");
    let mut first = root(1, &standard_root_keys());
    first["consistent_snapshot"] = json!(false);
    let refused = Machine::trusting(&signed_by(&first, &role_keys("root")), sound(5)).refused();
    assert!(refused.starts_with("the first root: it has no consistent snapshots"), "{refused}");
    for version in ["2.0", "10.0", "1\u{1b}[2J"] {
        let mut next = root(2, &standard_root_keys());
        next["spec_version"] = json!(version);
        let shown = version.replace('\u{1b}', "\\u{1b}");
        let reason = format!("root version 2: its specification version is `{shown}`, expected 1.x");
        refuses(with_root(2, signed_by(&next, &role_keys("root"))), &reason);
    }
    let mut next = root(2, &standard_root_keys());
    next["spec_version"] = json!("1");
    Machine::new(with_root(2, signed_by(&next, &role_keys("root")))).refreshed();
}

/// A delegated role may be called `root`. Here its file is a root as well, rightly signed, and was not there
/// when the client asked for the root of that version.
#[test]
fn a_delegated_role_is_no_root() {
    let mut both = root(2, &standard_root_keys());
    both["targets"] = json!({});
    let mut as_targets = both.clone();
    as_targets["_type"] = json!("targets");
    let mut signatures: Vec<_> = role_keys("root").iter().map(|key| key.sign(&both)).collect();
    signatures.push(Key::new(8).sign(&as_targets));
    let mut files = mint_with(5, &[("root", targets_role(2, json!({})))], &|_, signed| by_version_alone(signed));
    files.insert("2.root.json".into(), json!({"signatures": signatures, "signed": both}).to_string().into_bytes());
    let machine = Machine::new(files);
    machine.server.answers("2.root.json", Answer::AtFirst(status("404 Not Found", "")));
    let refused = machine.refused();
    assert!(refused.contains("the TUF client ended at another root than its files do"), "{refused}");
}

#[test]
fn the_built_in_root_is_trusted_unless_another_is_named() {
    let machine = Machine::new(sound(5));
    let flags = TrustRefresh { tuf_root: None, ..machine.flags() };
    assert!(flags.refresh(&machine.registry, false, SHORT, None).is_err(), "it vouches for another repository");
    let next = RootChain::start(PUBLIC_GOOD_ROOT).unwrap().version() + 1;
    assert!(machine.server.requests()[0].starts_with(&format!("GET /tuf/{next}.root.json ")));
}

#[test]
fn the_first_root_has_a_size() {
    let machine = Machine::new(sound(5));
    let path = machine.folder.path().join("root.json");
    let mut root = first_root();
    root.resize(512 * 1024, b' ');
    fs::write(&path, &root).unwrap();
    machine.refreshed();
    root.push(b' ');
    fs::write(&path, &root).unwrap();
    let refused = machine.refused();
    assert!(refused.ends_with("root.json is larger than 512 KiB, the most that is read"), "{refused}");
}

#[test]
fn the_first_root_is_signed_by_itself() {
    let machine = Machine::trusting(&signed_by(&root(1, &standard_root_keys()), &[Key::new(1)]), sound(5));
    assert!(machine.refused().contains("the first root is not signed by its own keys"));
    let machine = Machine::trusting(b"{}", sound(5));
    assert!(machine.refused().contains("the first root is no TUF root"));
    assert!(RootChain::start(&first_root()).is_ok());
}
