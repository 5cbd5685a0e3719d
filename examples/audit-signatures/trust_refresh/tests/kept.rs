//! What is kept between runs, and what is made of it.

use std::thread;

use serde_json::{Value, json};

use super::repository::{mint, role_keys, root, signed_by, sound, standard_root_keys};
use super::*;

fn read(machine: &Machine) -> Value {
    serde_json::from_slice(&fs::read(machine.state()).unwrap()).unwrap()
}

/// A machine with two roots, a floor and a repository.
fn with_everything() -> Machine {
    let mut files = sound(5);
    files.insert("2.root.json".into(), signed_by(&root(2, &standard_root_keys()), &role_keys("root")));
    let machine = Machine::new(files);
    machine.refreshed();
    machine
}

#[test]
fn tr_09_what_failed_is_not_kept() {
    let machine = Machine::new(sound(5));
    machine.refreshed();
    for bad in [
        mint(6, &|role, signed| {
            if role == "targets" {
                signed["expires"] = json!(repository::expires(-60));
            }
        }),
        {
            let mut files = sound(6);
            files.insert("timestamp.json".into(), signed_by(&json!({"_type": "timestamp"}), &[]));
            files
        },
        {
            let mut files = sound(6);
            files.insert("6.snapshot.json".into(), b"<html>".to_vec());
            files
        },
    ] {
        machine.server.serve(bad);
        machine.refused();
        let offline = machine.offline().unwrap();
        assert!(offline.contains("timestamp version 5"), "{offline}");
        // Nor does it come back when the mirror is gone.
        machine.server.serve(repository::Files::new());
        machine.refused();
    }
    machine.server.serve(sound(7));
    assert!(machine.refreshed().contains("timestamp version 7"));
}

#[test]
fn a_floor_rises_also_when_the_refresh_fails() {
    let machine = Machine::new(sound(5));
    machine.refreshed();
    let mut files = sound(7);
    files.retain(|name, _| !name.ends_with("targets.json"));
    machine.server.serve(files);
    machine.refused();
    machine.server.serve(sound(6));
    let refused = machine.refused();
    assert!(refused.contains("timestamp"), "{refused}");
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
        let refused = machine.offline().unwrap_err();
        assert!(refused.contains("damaged") || refused.contains("cannot be used"), "{place}: {refused}");
        let mut missing = good.clone();
        let (parent, name) = place.rsplit_once('/').unwrap();
        match missing.pointer_mut(parent).unwrap() {
            Value::Object(object) => drop(object.remove(&name.replace("~1", "/"))),
            other => *other = json!([]),
        }
        fs::write(&path, missing.to_string()).unwrap();
        if !place.starts_with("/floor") {
            assert!(machine.offline().is_err(), "{place} is missing");
        }
    }
    fs::write(&path, good.to_string()).unwrap();
    machine.offline().unwrap();
}

#[test]
fn tr_10_a_damaged_copy_is_replaced_and_said() {
    let machine = with_everything();
    for damage in [b"".as_slice(), b"{", b"{\"roots\": [], \"floor\": {}, \"repository\": {}}", &[0xff; 100]] {
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
    assert!(refused.contains("timestamp"), "{refused}");
    machine.server.serve(sound(5 + 1));
    machine.refreshed();
}

#[test]
fn other_timestamp_and_snapshot_keys_end_a_floor() {
    let machine = Machine::new(sound(1_000_000));
    machine.refreshed();
    let mut next = root(2, &standard_root_keys());
    let fresh = repository::Key::new(14);
    next["keys"][&fresh.id] = fresh.json.clone();
    next["roles"]["timestamp"]["keyids"] = json!([fresh.id]);
    next["roles"]["snapshot"]["keyids"] = json!([fresh.id]);
    let mut files = mint(6, &|_, signed| {
        if let Some(meta) = signed["meta"].as_object_mut() {
            meta.values_mut().for_each(|meta| *meta = json!({"version": meta["version"]}));
        }
    });
    for name in ["timestamp.json", "6.snapshot.json"] {
        let signed: Value = serde_json::from_slice(&files[name]).unwrap();
        files.insert(name.into(), signed_by(&signed["signed"], std::slice::from_ref(&fresh)));
    }
    files.insert("2.root.json".into(), signed_by(&next, &role_keys("root")));
    machine.server.serve(files);
    assert!(machine.refreshed().contains("timestamp version 6"));
    assert!(machine.offline().unwrap().contains("timestamp version 6"));
}

#[test]
fn a_slower_run_takes_no_floor_away() {
    let machine = Machine::new(sound(5));
    machine.refreshed();
    let older = fs::read(machine.state()).unwrap();
    let path = machine.state();
    machine.server.serve(sound(6));
    machine.refreshed();
    // As a run that began before and ends now.
    fs::write(path, older).unwrap();
    assert!(machine.offline().unwrap().contains("timestamp version 6"));
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
