//! What was once verified, below which no later refresh may go (rollback).
//!
//! A floor holds although it has expired. It ends only when the root gives the role other keys, which is
//! how a repository recovers from a thief who signed a very high version.

use std::fs;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tough::Repository;
use tough::schema::{Role, Signed, Snapshot, Targets, Timestamp};

use super::root_chain::RootChain;
use crate::plain_text::plain;

/// The newest verified file of each role, by the names that `tough` keeps them under.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floor {
    timestamp: Option<String>,
    snapshot: Option<String>,
    targets: Option<String>,
}

impl Floor {
    /// Lays the files out for `tough`, which refuses what is older.
    pub fn write(&self, folder: &Path) -> Result<(), String> {
        for (name, json) in
            [("timestamp.json", &self.timestamp), ("snapshot.json", &self.snapshot), ("targets.json", &self.targets)]
        {
            if let Some(json) = json {
                fs::write(folder.join(name), json).map_err(|e| format!("cannot write {name} for the refresh: {e}"))?;
            }
        }
        Ok(())
    }

    /// The higher of this floor and of what `tough` has verified since, also if the refresh then failed.
    pub fn raised(&self, folder: &Path, chain: &RootChain) -> Self {
        let read = |name: &str| fs::read_to_string(folder.join(name)).ok();
        Self {
            timestamp: higher::<Timestamp>(self.timestamp.clone(), read("timestamp.json"), chain),
            snapshot: higher::<Snapshot>(self.snapshot.clone(), read("snapshot.json"), chain),
            targets: higher::<Targets>(self.targets.clone(), read("targets.json"), chain),
        }
    }

    /// A kept floor is believed only as far as the root's keys have signed it.
    pub fn is_signed(&self, chain: &RootChain) -> bool {
        signed::<Timestamp>(self.timestamp.as_ref(), chain)
            && signed::<Snapshot>(self.snapshot.as_ref(), chain)
            && signed::<Targets>(self.targets.as_ref(), chain)
    }

    /// Two contents of one version mean that somebody is shown another repository than the rest.
    pub fn contradicted_by(&self, repository: &Repository, chain: &RootChain) -> Result<(), String> {
        same(self.timestamp.as_ref(), repository.timestamp(), chain)?;
        same(self.snapshot.as_ref(), repository.snapshot(), chain)?;
        same_targets(self.targets.as_ref(), repository.targets(), chain)
    }

    /// The version of the timestamp, 0 if there is none.
    pub fn version(&self) -> u64 {
        self.timestamp.as_deref().and_then(parse::<Timestamp>).map_or(0, |timestamp| timestamp.signed.version.get())
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn parse<T: DeserializeOwned>(json: &str) -> Option<Signed<T>> {
    serde_json::from_str(json).ok()
}

fn verified<T: Role + DeserializeOwned>(json: Option<&String>, chain: &RootChain) -> Option<Signed<T>> {
    json.and_then(|json| parse::<T>(json)).filter(|role| chain.has_signed(role))
}

fn signed<T: Role + DeserializeOwned>(json: Option<&String>, chain: &RootChain) -> bool {
    json.is_none() || verified::<T>(json, chain).is_some()
}

fn higher<T: Role + DeserializeOwned>(old: Option<String>, new: Option<String>, chain: &RootChain) -> Option<String> {
    let version = |json: Option<&String>| verified::<T>(json, chain).map(|role| role.signed.version());
    match (version(old.as_ref()), version(new.as_ref())) {
        (Some(of_old), Some(of_new)) if of_new > of_old => new,
        (Some(_), _) => old,
        (None, Some(_)) => new,
        (None, None) => None,
    }
}

fn same<T>(old: Option<&String>, new: &Signed<T>, chain: &RootChain) -> Result<(), String>
where
    T: Role + DeserializeOwned + PartialEq,
{
    let Some(old) = verified::<T>(old, chain) else { return Ok(()) };
    if old.signed.version() == new.signed.version() && old.signed != new.signed {
        let (role, version) = (plain(&T::TYPE.to_string()), new.signed.version());
        return Err(format!("{role} version {version} has another content than when it was last fetched"));
    }
    Ok(())
}

/// `tough` hangs the delegated roles into the loaded targets; they are no part of what is signed.
fn same_targets(old: Option<&String>, new: &Signed<Targets>, chain: &RootChain) -> Result<(), String> {
    let json = serde_json::to_string(new).ok();
    let bare = json.as_deref().and_then(parse::<Targets>).ok_or("the targets cannot be compared with earlier ones")?;
    same(old, &bare, chain)
}
