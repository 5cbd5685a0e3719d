//! A project, a home and an environment for tests, in a folder of their own.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::PathBuf;

use countersign::evidence::Note;

use super::{Access, AccessArguments, AccessRules, Environment, Npmrc};
use crate::registry_url::RegistryUrl;

pub struct Sample {
    folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
    pub arguments: AccessArguments,
    pub flag: Option<RegistryUrl>,
}

pub fn url(text: &str) -> RegistryUrl {
    RegistryUrl::parse(text).unwrap()
}

impl Sample {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["project", "home", "prefix/etc"] {
            fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        let sample = Self { folder, variables: Vec::new(), arguments: AccessArguments::default(), flag: None };
        let home = sample.path("home");
        sample.variable("HOME", home.to_str().unwrap()).variable("USERPROFILE", home.to_str().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn file(self, name: &str, text: &str) -> Self {
        fs::write(self.path(name), text).unwrap();
        self
    }

    pub fn project(self, text: &str) -> Self {
        self.file("project/.npmrc", text)
    }

    pub fn user(self, text: &str) -> Self {
        self.file("home/.npmrc", text)
    }

    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn environment(&self) -> Environment {
        self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    pub fn read(&self) -> Result<Npmrc, String> {
        Npmrc::read(&self.path("project"), self.environment())
    }

    pub fn npmrc(&self) -> Npmrc {
        self.read().unwrap()
    }

    /// How the registry is reached, and all that is said about it.
    pub fn access(&self, registry: &str) -> Result<(Access, Vec<Note>), String> {
        let npmrc = self.read()?;
        let mut rules = AccessRules::new(&npmrc, self.arguments, self.flag.as_ref())?;
        let access = rules.access(&url(registry))?;
        Ok((access, rules.notes()))
    }

    /// The header for the root of the registry.
    pub fn authorization(&self, registry: &str) -> Option<String> {
        let (access, _) = self.access(registry).unwrap();
        access.authorization(url(registry).as_str()).map(|header| header.to_str().unwrap().to_owned())
    }

    /// The notes with a code, one a line.
    pub fn notes(&self, registry: &str, code: &str) -> String {
        let (_, notes) = self.access(registry).unwrap();
        let notes = notes.iter().filter(|note| note.code() == code).map(|note| note.message().to_owned());
        notes.collect::<Vec<_>>().join("\n")
    }
}
