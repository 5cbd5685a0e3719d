//! Refreshes against minted repositories, one change each. A test that says `tough` checks something holds
//! the client to it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod delegations;
mod floors;
mod kept;
mod network;
mod repository;
mod roles;
mod roots;
mod server;
mod targets;

use std::fs;
use std::time::Duration;

use super::*;
use repository::first_root;
use server::Server;

const SHORT: Patience =
    Patience { connect: Duration::from_secs(5), file: Duration::from_millis(1500), refresh: Duration::from_secs(20) };

/// One machine: its cache, its first root, and the mirror that it asks.
struct Machine {
    folder: tempfile::TempDir,
    server: Server,
    registry: RegistryId,
}

impl Machine {
    fn new(files: repository::Files) -> Self {
        Self::trusting(&first_root(), files)
    }

    fn trusting(root: &[u8], files: repository::Files) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("root.json"), root).unwrap();
        let registry = RegistryId::new("https://npm.example").unwrap();
        Self { folder, server: Server::start(files), registry }
    }

    fn flags(&self) -> TrustRefresh {
        TrustRefresh {
            refresh_trust: true,
            require_fresh_trust: false,
            tuf_mirror: Some(RegistryUrl::parse(&self.server.url).unwrap()),
            tuf_root: Some(self.folder.path().join("root.json")),
            trust_cache: Some(self.folder.path().join("cache")),
        }
    }

    fn run(&self, offline: bool) -> Result<(Material, String), String> {
        self.flags().refresh(&self.registry, offline, SHORT, None)
    }

    /// What a good refresh says.
    fn refreshed(&self) -> String {
        self.run(false).map(|(_, message)| message).unwrap()
    }

    fn refused(&self) -> String {
        self.run(false).err().expect("refreshed what should be refused")
    }

    fn offline(&self) -> Result<String, String> {
        self.run(true).map(|(_, message)| message)
    }

    /// What a run that begins now finds.
    fn kept(&self) -> (Cache, Option<Kept>) {
        let (flags, root) = (self.flags(), fs::read(self.folder.path().join("root.json")).unwrap());
        let mut cache = Cache::open(flags.trust_cache.as_deref(), &id(&flags.tuf_mirror.unwrap(), &root)).unwrap();
        let kept = cache.load(&root).unwrap();
        (cache, kept)
    }

    /// The one file that is kept.
    fn state(&self) -> PathBuf {
        let folder = fs::read_dir(self.folder.path().join("cache")).unwrap().next().unwrap().unwrap().path();
        let states: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(states.len(), 1, "{states:?}");
        states[0].clone()
    }
}

/// Refuses `files` for `reason`, and takes the sound ones.
fn refuses(files: repository::Files, reason: &str) {
    let refused = Machine::new(files).refused();
    assert!(refused.contains(reason), "expected {reason:?}, found {refused:?}");
}

#[test]
fn a_sound_repository_refreshes_root_and_keys() {
    let machine = Machine::new(repository::sound(5));
    let (material, message) = machine.run(false).unwrap();
    assert!(material.keys.is_some());
    assert!(message.contains("root version 1, timestamp version 5 (valid until 20"), "{message}");
    let kept = machine.offline().unwrap();
    assert!(kept.contains("kept copy") && kept.contains("timestamp version 5"), "{kept}");
    assert_eq!(machine.server.requests().len(), 7);
}

#[test]
fn npms_keys_are_required_and_those_of_others_optional() {
    let files = repository::mint_with(5, &[], &|_, _| {});
    let mut machine = Machine::new(files);
    assert!(machine.run(false).unwrap().0.keys.is_none());
    machine.registry = RegistryId::npm();
    assert!(machine.refused().contains("no target with the keys of npm"));
}

#[test]
fn tr_31_a_registry_with_a_port_and_a_path_has_its_own_keys() {
    let name = "npm.example:4873/npm/keys.json";
    let mut files = repository::mint_with(5, &[], &|role, signed| {
        if role == "targets" {
            signed["targets"][name] = repository::target(repository::KEYS);
            signed["targets"]["npm.example/keys.json"] = repository::target(b"of another");
        }
    });
    let digest = repository::sha256(repository::KEYS);
    files.insert(format!("targets/npm.example:4873/npm/{digest}.keys.json"), repository::KEYS.to_vec());
    let mut machine = Machine::new(files);
    machine.registry = RegistryId::new("https://npm.example:4873/npm/").unwrap();
    assert!(machine.run(false).unwrap().0.keys.is_some());
}

#[test]
fn tr_20_no_network_without_the_flag() {
    let machine = Machine::new(repository::sound(5));
    let flags = TrustRefresh { refresh_trust: false, ..machine.flags() };
    let refreshed = flags.run(&machine.registry).unwrap();
    assert!(refreshed.material.is_none() && refreshed.notes.is_empty());
    assert!(machine.server.requests().is_empty());
    assert!(!machine.folder.path().join("cache").exists());
}

#[test]
fn a_failure_is_a_warning_with_the_age_or_an_error() {
    let machine = Machine::new(repository::Files::new());
    let refreshed = machine.flags().run(&machine.registry).unwrap();
    assert!(refreshed.material.is_none());
    let note = refreshed.notes.first().unwrap();
    assert_eq!(note.code(), "NOTE_AUDIT_TRUST_NOT_REFRESHED");
    let message = note.message().to_owned();
    assert!(
        message.contains("has no timestamp.json") && message.contains("built-in snapshot of 2026-11-05"),
        "{message}"
    );
    assert!(message.ends_with(" days old."), "{message}");
    let flags = TrustRefresh { refresh_trust: false, require_fresh_trust: true, ..machine.flags() };
    let error = flags.run(&machine.registry).err().unwrap();
    assert!(error.contains("has no timestamp.json") && error.contains("built-in snapshot of 2026-11-05"), "{error}");
}

/// Who can cut the mirror off must not bring back what a newer copy has ended.
#[test]
fn tr_12_a_failed_refresh_uses_the_kept_copy_before_the_snapshot() {
    let machine = Machine::new(repository::sound(5));
    machine.refreshed();
    machine.server.serve(repository::Files::new());
    let refreshed = machine.flags().run(&machine.registry).unwrap();
    assert!(refreshed.material.is_some());
    let note = refreshed.notes.first().unwrap();
    assert_eq!(note.code(), "NOTE_AUDIT_TRUST_NOT_REFRESHED");
    let expected = "has no timestamp.json. Used instead: trust from the kept copy of ";
    assert!(note.message().contains(expected) && note.message().contains("timestamp version 5"), "{}", note.message());
    let strict = TrustRefresh { refresh_trust: false, require_fresh_trust: true, ..machine.flags() };
    assert!(strict.run(&machine.registry).err().unwrap().contains("has no timestamp.json"));
}

#[test]
fn the_age_is_never_negative() {
    assert_eq!(age_in_days(TrustSnapshot::date().plus_days(3)), 3);
    assert_eq!(age_in_days(TrustSnapshot::date().plus_days(-3)), 0);
}

trait Days {
    fn plus_days(self, days: i64) -> Timestamp;
}

impl Days for Timestamp {
    fn plus_days(self, days: i64) -> Timestamp {
        Timestamp::from_unix(self.as_unix() + days * 24 * 60 * 60).unwrap()
    }
}
