//! What is kept between runs, and what is made of it.

use std::thread;

use serde_json::{Value, json};

use super::repository::{mint, next_root, root, signed_by, sound};
use super::*;

fn read(machine: &Machine) -> Value {
    serde_json::from_slice(&fs::read(machine.state()).unwrap()).unwrap()
}

/// A machine with two roots, a floor and a repository.
fn with_everything() -> Machine {
    let mut files = sound(5);
    files.insert("2.root.json".into(), next_root(2));
    let machine = Machine::new(files);
    machine.refreshed();
    machine
}

#[test]
fn tr_09_what_failed_is_not_kept() {
    let machine = Machine::new(sound(5));
    machine.refreshed();
    let expired = mint(6, &|role, signed| {
        if role == "targets" {
            signed["expires"] = json!(repository::expires(-60));
        }
    });
    let with = |name: &str, bytes: &[u8]| {
        let mut files = sound(6);
        files.insert(name.into(), bytes.to_vec());
        files
    };
    for (bad, reason) in [
        (expired, "targets metadata is expired"),
        (with("timestamp.json", br#"{"signed": {}, "signatures": []}"#), "Failed to parse timestamp metadata"),
        (with("6.snapshot.json", b"<html>"), "Hash mismatch for "),
    ] {
        machine.server.serve(bad);
        let refused = machine.refused();
        assert!(refused.contains(reason), "{refused}");
        let offline = machine.offline().unwrap();
        assert!(offline.contains("timestamp version 5"), "{offline}");
        // Nor does it come back when the mirror is gone.
        machine.server.serve(repository::Files::new());
        assert!(machine.refused().ends_with("has no timestamp.json"));
    }
    machine.server.serve(sound(7));
    assert!(machine.refreshed().contains("timestamp version 7"));
    // `state` wants one file: the newer one has replaced what was kept.
    machine.state();
}

/// One character of each kept file at a time, the repository's and the targets' included.
#[test]
fn tr_10_a_tampered_copy_is_not_believed() {
    let machine = with_everything();
    let path = machine.state();
    let good = read(&machine);
    let mut places: Vec<String> = vec!["/roots/0".into()];
    places.extend(["timestamp", "snapshot", "targets"].map(|role| format!("/floor/{role}")));
    let names: Vec<String> = good["repository"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(names.len(), 6, "{names:?}");
    places.extend(names.iter().map(|name| format!("/repository/{}", name.replace('/', "~1"))));
    for place in places {
        let mut changed = good.clone();
        let text = changed.pointer_mut(&place).unwrap();
        let old = text.as_str().unwrap().to_owned();
        let at = old.len() / 2 + old[old.len() / 2..].find(|c: char| c.is_ascii_digit()).unwrap();
        let digit = if &old[at..=at] == "1" { "2" } else { "1" };
        *text = json!(format!("{}{digit}{}", &old[..at], &old[at + 1..]));
        fs::write(&path, changed.to_string()).unwrap();
        let reason = if place.starts_with("/repository") {
            "the run is offline, and the kept copy cannot be used: "
        } else {
            "the run is offline, and the copy of an earlier run is damaged"
        };
        let refused = machine.offline().unwrap_err();
        assert!(refused.contains(reason), "{place}: {refused}");
        let mut missing = good.clone();
        let (parent, name) = place.rsplit_once('/').unwrap();
        match missing.pointer_mut(parent).unwrap() {
            Value::Object(object) => drop(object.remove(&name.replace("~1", "/"))),
            other => *other = json!([]),
        }
        fs::write(&path, missing.to_string()).unwrap();
        if !place.starts_with("/floor") {
            let refused = machine.offline().unwrap_err();
            assert!(refused.contains(reason), "{place} is missing: {refused}");
        }
    }
    fs::write(&path, good.to_string()).unwrap();
    machine.offline().unwrap();
}

#[test]
fn tr_10_a_damaged_copy_is_replaced_and_said() {
    let machine = with_everything();
    let mut good = read(&machine);
    good["roots"].as_array_mut().unwrap().push(json!("{}"));
    let one_root_more = good.to_string().into_bytes();
    let empty = b"{\"roots\": [], \"floor\": {}, \"repository\": {}}";
    for damage in [b"".as_slice(), b"{", empty, &[0xff; 100], &one_root_more] {
        fs::write(machine.state(), damage).unwrap();
        assert!(machine.offline().unwrap_err().contains("damaged"));
        let message = machine.refreshed();
        assert!(message.contains("which was damaged"), "{message}");
        assert!(!machine.refreshed().contains("damaged"));
    }
}

#[test]
fn a_copy_under_the_name_of_a_newer_one_is_refused() {
    let machine = with_everything();
    let path = machine.state();
    let newer = path.with_file_name(format!("state-{:020}-{:020}.json", 9, 9));
    fs::rename(&path, &newer).unwrap();
    assert!(machine.offline().unwrap_err().contains("damaged"));
    machine.refreshed();
    assert!(!newer.exists());
}

#[test]
fn the_copy_of_another_first_root_is_another_one() {
    let machine = with_everything();
    let other = signed_by(
        &root(1, &[repository::Key::new(12), repository::Key::new(13)]),
        &[repository::Key::new(12), repository::Key::new(13)],
    );
    fs::write(machine.folder.path().join("root.json"), other).unwrap();
    assert!(machine.offline().unwrap_err().contains("no earlier run kept a copy"));
}

#[test]
fn the_copy_of_another_mirror_is_another_one() {
    let machine = with_everything();
    let url = RegistryUrl::parse("http://127.0.0.1:1/").unwrap();
    let flags = TrustRefresh { tuf_mirror: Some(url), ..machine.flags() };
    let refused = flags.refresh(&machine.registry, true, SHORT, None).err().unwrap();
    assert_eq!(refused, "the run is offline, and no earlier run kept a copy");
}

#[test]
fn what_cannot_be_kept_is_said() {
    let machine = Machine::new(sound(5));
    machine.refreshed();
    let path = machine.state();
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let refused = machine.refused();
    assert!(refused.starts_with("cannot keep what was verified in "), "{refused}");
    let mut files = sound(5);
    files.remove("5.targets.json");
    machine.server.serve(files);
    let refused = machine.refused();
    assert!(refused.contains("has no 5.targets.json; and cannot keep what was verified in "), "{refused}");
}

/// Outside of what is signed, a file may hold what is no text.
#[test]
fn what_is_no_text_is_not_kept() {
    let mut files = sound(5);
    let timestamp = files.get_mut("timestamp.json").unwrap();
    timestamp.pop();
    timestamp.extend(b",\"x\":\"\xff\"}");
    let refused = Machine::new(files).refused();
    assert!(refused.contains("cannot keep what was verified in ") && refused.contains("invalid utf-8"), "{refused}");
}

#[test]
fn a_copy_has_a_size() {
    let machine = Machine::new(sound(5));
    machine.refreshed();
    let mut state = fs::read(machine.state()).unwrap();
    state.resize(64 * 1024 * 1024, b' ');
    fs::write(machine.state(), &state).unwrap();
    machine.offline().unwrap();
    state.push(b' ');
    fs::write(machine.state(), &state).unwrap();
    assert!(machine.offline().unwrap_err().contains("the copy of an earlier run is damaged"));
}

/// Else the floor in it would be lost to the next run.
#[test]
fn a_copy_too_large_to_be_read_is_not_kept() {
    let machine = Machine::new(sound(5));
    machine.refreshed();
    let (cache, kept) = machine.kept();
    let Kept { chain, floor, mut repository } = kept.unwrap();
    // Each takes two bytes of JSON.
    repository.insert("5.targets.json".into(), vec![b'\n'; 32 * 1024 * 1024]);
    let refused = cache.store(&chain, &floor, &repository).unwrap_err();
    assert!(refused.ends_with(": it would be larger than 65536 KiB, the most that is read"), "{refused}");
    machine.offline().unwrap();
}

#[test]
fn no_more_than_eight_copies_are_read() {
    let machine = Machine::new(sound(5));
    machine.refreshed();
    let path = machine.state();
    let damage = |number: u64| {
        let newer = path.with_file_name(format!("state-{:020}-{number:020}.json", 9));
        fs::write(newer, "{").unwrap();
    };
    (1..=7).for_each(damage);
    machine.offline().unwrap();
    damage(8);
    assert_eq!(machine.offline().unwrap_err(), "the run is offline, and the copy of an earlier run is damaged");
}

/// Another run may be writing one of them.
#[test]
fn files_of_other_names_are_left_alone() {
    let machine = Machine::new(sound(5));
    machine.refreshed();
    let state = machine.state();
    let name = state.file_name().unwrap().to_str().unwrap();
    let names = ["new-abc", "zebra", "state-9-9.json", &name.replace(".json", ".old"), &name.replace('0', "x")];
    for name in names {
        fs::write(state.with_file_name(name), "{").unwrap();
    }
    machine.server.serve(sound(6));
    assert!(!machine.refreshed().contains("damaged"));
    assert!(machine.offline().unwrap().contains("timestamp version 6"));
    for name in names {
        assert!(state.with_file_name(name).exists(), "{name}");
    }
}

#[test]
fn runs_at_one_time_leave_a_good_copy() {
    let machine = Machine::new(sound(5));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| machine.refreshed());
        }
    });
    machine.offline().unwrap();
    machine.state();
}

#[test]
fn a_run_that_was_killed_leaves_the_old_copy() {
    let machine = Machine::new(sound(5));
    machine.refreshed();
    fs::write(machine.state().with_file_name("new-abc"), "{\"roots\":").unwrap();
    assert!(machine.offline().unwrap().contains("timestamp version 5"));
    machine.refreshed();
}

#[cfg(unix)]
#[test]
fn cl_51_a_copy_that_is_a_link_is_not_read() {
    let machine = Machine::new(sound(5));
    machine.refreshed();
    let path = machine.state();
    let elsewhere = machine.folder.path().join("elsewhere");
    fs::rename(&path, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
    assert!(machine.offline().unwrap_err().contains("damaged"));
    machine.refreshed();
    assert!(fs::symlink_metadata(&path).unwrap().is_file());
}

#[test]
fn nothing_was_kept() {
    let machine = Machine::new(sound(5));
    assert!(machine.offline().unwrap_err().contains("no earlier run kept a copy"));
    assert!(machine.server.requests().is_empty());
}
