//! The source of one run: a live registry, one that is being recorded, or a recording.

use std::collections::BTreeMap;

use countersign::evidence::Note;

use crate::inputs::Inputs;
use crate::lockfile::Item;
use crate::npmrc::{AccessRules, Chosen, Environment, Npmrc};
use crate::registry::{ByScope, Http, Recording, Replay, Source};
use crate::registry_choice::{DecidedBy, RegistryChoice, ask_npm};
use crate::registry_url::RegistryUrl;

/// An opened source, and what the report says about it.
pub struct Session {
    connection: Connection,
    url: RegistryUrl,
    /// Who chose the registry, if there was a choice.
    pub decided_by: Option<DecidedBy>,
    /// Registries of scopes that are fetched elsewhere; scopes with their `@`.
    pub scopes: BTreeMap<String, Chosen>,
    /// How the registries are reached.
    pub notes: Vec<Note>,
}

enum Connection {
    Replay(Replay),
    Live(ByScope),
    Recording(Box<Recording<ByScope>>),
}

impl Session {
    /// Opens what the command line asks for; the lock file may decide which registry that is.
    pub fn open(inputs: &Inputs, project: &std::path::Path, items: &[Item]) -> Result<Self, String> {
        if let Some(folder) = &inputs.replay {
            let replay = Replay::open(folder)?;
            let url = replay.url().clone();
            let (connection, scopes) = (Connection::Replay(replay), BTreeMap::new());
            return Ok(Self { connection, url, decided_by: None, scopes, notes: Vec::new() });
        }
        let npmrc = Npmrc::read(project, Environment::of_process())?;
        let choice = RegistryChoice::make(inputs.registry.clone(), &npmrc, items, ask_npm)?;
        let mut rules = AccessRules::new(&npmrc, inputs.access, inputs.registry.as_ref())?;
        let mut http = |url: &RegistryUrl| -> Result<Box<dyn Source>, String> {
            Ok(Box::new(Http::new(url.clone(), rules.access(url)?)))
        };
        let default = http(&choice.url)?;
        let scoped = choice.scopes.iter().map(|(scope, chosen)| Ok((scope.clone(), http(&chosen.url)?)));
        let live = ByScope { default, scoped: scoped.collect::<Result<_, String>>()? };
        let connection = match &inputs.record {
            Some(folder) => Connection::Recording(Box::new(Recording::start(folder, live)?)),
            None => Connection::Live(live),
        };
        let (url, scopes) = (choice.url, choice.scopes);
        Ok(Self { connection, url, decided_by: Some(choice.decided_by), scopes, notes: rules.notes() })
    }

    pub fn source(&self) -> &dyn Source {
        match &self.connection {
            Connection::Replay(replay) => replay,
            Connection::Live(live) => live,
            Connection::Recording(recording) => &**recording,
        }
    }

    /// The registry of packages without a scope of their own.
    pub fn url(&self) -> &RegistryUrl {
        &self.url
    }

    /// The registry of this package.
    pub fn url_of(&self, name: &str) -> &RegistryUrl {
        let scope = name.split_once('/').map(|(scope, _)| scope);
        scope.and_then(|scope| self.scopes.get(scope)).map_or(&self.url, |chosen| &chosen.url)
    }

    pub fn is_replay(&self) -> bool {
        matches!(self.connection, Connection::Replay(_))
    }

    /// Completes a recording.
    pub fn finish(&self, recorded_at: &str) -> Result<(), String> {
        match &self.connection {
            Connection::Recording(recording) => recording.finish(&self.url, recorded_at),
            Connection::Replay(_) | Connection::Live(_) => Ok(()),
        }
    }
}
