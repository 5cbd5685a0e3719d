//! The source of one run: a live registry, one that is being recorded, a recording, or the cache.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use countersign::evidence::{Claim, Note};

use crate::inputs::Inputs;
use crate::interruption::Interruption;
use crate::lockfile::Item;
use crate::npmrc::{Access, AccessRules, Chosen, DecidedBy, Environment, Npmrc};
use crate::registry::{ByScope, Http, Interruptible, Offline, Reached, Recording, Replay, Settings, Source};
use crate::registry_choice::{RegistryChoice, ask_npm};
use crate::registry_url::RegistryUrl;

/// An opened source, and what the report says about it.
pub struct Session {
    connection: Connection,
    elsewhere: Option<Elsewhere>,
    url: RegistryUrl,
    /// Of each registry, what a tarball is fetched by.
    ways: BTreeMap<RegistryUrl, Access>,
    /// Who chose the registry, if there was a choice.
    pub decided_by: Option<DecidedBy>,
    /// Registries of scopes that are fetched elsewhere; scopes with their `@`.
    pub scopes: BTreeMap<String, Chosen>,
    /// How the registries are reached.
    pub notes: Vec<Note>,
}

enum Connection {
    Replay(Replay),
    Offline(ByScope),
    Live(Interruptible),
    Recording(Box<Recording<Interruptible>>),
}

/// Where signatures are asked for that a mirror leaves out.
pub struct Elsewhere {
    pub url: RegistryUrl,
    pub source: Box<dyn Source>,
    /// Scopes that npm's configuration sends to a registry of their own: their names are nobody else's
    /// business, also where `--registry` overrides that.
    private: BTreeSet<String>,
}

impl Session {
    /// Opens what the command line asks for; the lock file may decide which registry that is.
    pub fn open(inputs: &Inputs, project: &Path, items: &[Item], interruption: Interruption) -> Result<Self, String> {
        if let Some(folder) = &inputs.replay {
            let replay = Replay::open(folder)?;
            let url = replay.url().clone();
            let (connection, scopes) = (Connection::Replay(replay), BTreeMap::new());
            let notes = Vec::new();
            return Ok(Self {
                connection,
                elsewhere: None,
                url,
                ways: BTreeMap::new(),
                decided_by: None,
                scopes,
                notes,
            });
        }
        let npmrc = Npmrc::read(project, Environment::of_process())?;
        let choice = RegistryChoice::make(inputs.registry.clone(), &npmrc, items, ask_npm)?;
        let mut rules = AccessRules::new(&npmrc, inputs.access, inputs.registry.as_ref())?;
        let (settings, unusable) = inputs.network.settings(inputs.jobs());
        let is_offline = inputs.network.offline;
        if let Some(why) = unusable.as_ref().filter(|_| is_offline) {
            return Err(format!("--offline: there is no cache to read: {why}"));
        }
        let mut ways = BTreeMap::new();
        let mut open = |url: &RegistryUrl| {
            let access = rules.access(url)?;
            ways.insert(url.clone(), access.clone());
            Ok::<_, String>(source(url, access, &settings, is_offline))
        };
        let default = open(&choice.url)?;
        let scoped = choice.scopes.iter().map(|(scope, chosen)| Ok((scope.clone(), open(&chosen.url)?)));
        let registries = ByScope { default, scoped: scoped.collect::<Result<_, String>>()? };
        let elsewhere = match &inputs.network.signatures_from {
            Some(url) => {
                let access = rules.access(url)?.without_credentials();
                let source = Interruptible::new(source(url, access, &settings, is_offline), interruption);
                let private = npmrc.scopes()?.into_keys().collect();
                Some(Elsewhere { url: url.clone(), source: Box::new(source), private })
            }
            None => None,
        };
        let connection = match &inputs.record {
            _ if is_offline => Connection::Offline(registries),
            Some(folder) => {
                let live = Interruptible::new(registries, interruption);
                Connection::Recording(Box::new(Recording::start(folder, live)?))
            }
            None => Connection::Live(Interruptible::new(registries, interruption)),
        };
        let mut notes = rules.notes();
        notes.extend(unusable.map(|why| uncached(&why)));
        let (url, scopes) = (choice.url, choice.scopes);
        let decided_by = Some(choice.decided_by);
        Ok(Self { connection, elsewhere, url, ways, decided_by, scopes, notes })
    }

    pub fn source(&self) -> &dyn Source {
        match &self.connection {
            Connection::Replay(replay) => replay,
            Connection::Offline(kept) => kept,
            Connection::Live(live) => live,
            Connection::Recording(recording) => &**recording,
        }
    }

    /// Where else signatures of this package may be asked for.
    pub fn elsewhere(&self, name: &str) -> Option<&Elsewhere> {
        self.elsewhere.as_ref().filter(|elsewhere| elsewhere.may_be_told(name))
    }

    /// The registry of packages without a scope of their own.
    pub fn url(&self) -> &RegistryUrl {
        &self.url
    }

    /// The registry of this package.
    pub fn reached(&self, name: &str) -> Reached<'_> {
        let scope = name.split_once('/').map(|(scope, _)| scope);
        let url = scope.and_then(|scope| self.scopes.get(scope)).map_or(&self.url, |chosen| &chosen.url);
        Reached { url, access: self.ways.get(url) }
    }

    /// What is read is what a registry answers now.
    pub fn is_live(&self) -> bool {
        matches!(self.connection, Connection::Live(_) | Connection::Recording(_))
    }

    /// Why a document was not asked for.
    pub fn unasked(&self) -> &'static str {
        match self.connection {
            Connection::Replay(_) => "the recording does not hold this package",
            _ => "--offline: the cache does not hold this package",
        }
    }

    /// Completes a recording.
    pub fn finish(&self, recorded_at: &str) -> Result<(), String> {
        match &self.connection {
            Connection::Recording(recording) => recording.finish(&self.url, recorded_at),
            Connection::Replay(_) | Connection::Offline(_) | Connection::Live(_) => Ok(()),
        }
    }
}

impl Elsewhere {
    fn may_be_told(&self, name: &str) -> bool {
        !name.split_once('/').is_some_and(|(scope, _)| self.private.contains(scope))
    }
}

fn source(url: &RegistryUrl, access: Access, settings: &Settings, offline: bool) -> Box<dyn Source> {
    match settings.cache.clone().filter(|_| offline) {
        Some(cache) => Box::new(Offline { url: url.clone(), cache, access }),
        None => Box::new(Http::new(url.clone(), access, settings)),
    }
}

fn uncached(why: &str) -> Note {
    let message = format!("No document was kept or reused, because the cache cannot be used: {why}");
    Note::new(Claim::Audit, "NOTE_AUDIT_NO_CACHE", message)
}
