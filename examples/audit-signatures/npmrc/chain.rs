//! The files and variables of npm's configuration, read once, in the order in which they are asked.

use std::fmt;
use std::path::{Path, PathBuf};

use countersign::evidence::{Claim, Note};

use super::environment::Environment;
use super::expand::{expand, has_variable};
use super::ini;
use super::setting::{Setting, Source};
use crate::bounded_file::bounded;
use crate::plain_text::plain;

const LARGEST: u64 = 1024 * 1024;

/// All settings, with the environment that they were read in.
#[derive(Default)]
pub struct Npmrc {
    /// What is asked first stands first; of one file the last line.
    settings: Vec<Setting>,
    environment: Environment,
    notes: Vec<Note>,
}

impl Npmrc {
    /// Reads the chain of the project in this folder. A file that is not there sets nothing.
    pub fn read(project: &Path, environment: Environment) -> Result<Self, String> {
        let mut chain = Self { environment, ..Self::default() };
        chain.add_environment();
        let user = match chain.own_path("userconfig")? {
            Some(path) => Some(path),
            None => chain.environment.home().map(|home| home.join(".npmrc")),
        };
        let project = project.join(".npmrc");
        if !user.as_ref().is_some_and(|user| is_same_file(user, &project)) {
            chain.add_file(Source::Project(project.clone()), &project)?;
        }
        if let Some(path) = user {
            chain.add_file(Source::User(path.clone()), &path)?;
        }
        if let Some(path) = chain.global()? {
            chain.add_file(Source::Global(path.clone()), &path)?;
        }
        for key in ["userconfig", "globalconfig", "prefix"] {
            chain.ignore_projects(key, "it decides which files are the user's own");
        }
        Ok(chain)
    }

    /// The setting that counts.
    pub fn get(&self, key: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.key == key && !setting.listed)
    }

    /// The setting that counts among those that are the user's own.
    pub fn own(&self, key: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.key == key && !setting.listed && !setting.is_the_projects())
    }

    /// All of a key, what is asked first standing first.
    pub fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a Setting> {
        self.settings.iter().filter(move |setting| setting.key == key)
    }

    pub fn settings(&self) -> &[Setting] {
        &self.settings
    }

    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// The file that the user's own configuration names by `key`.
    pub fn own_path(&self, key: &str) -> Result<Option<PathBuf>, String> {
        self.own(key).map(|setting| self.path(setting)).transpose().map(Option::flatten)
    }

    /// The file that a setting of the user's names. A relative path would name a file of the folder that
    /// the program is started in, and that may be the project.
    pub fn path(&self, setting: &Setting) -> Result<Option<PathBuf>, String> {
        let text = setting.text(&self.environment)?;
        if text.is_empty() || text == "null" {
            return Ok(None);
        }
        let path = match (text.strip_prefix("~/"), self.environment.home()) {
            (Some(below), Some(home)) => home.join(below),
            _ => PathBuf::from(text),
        };
        if path.is_absolute() {
            return Ok(Some(path));
        }
        Err(format!(
            "cannot use `{}` of {}: `{}` is a relative path, which would be looked for in whatever folder the program \
             is started in. Write an absolute path, or one that begins with ~/",
            plain(&setting.key),
            setting.place(),
            plain(&path.display().to_string())
        ))
    }

    fn global(&self) -> Result<Option<PathBuf>, String> {
        if let Some(path) = self.own_path("globalconfig")? {
            return Ok(Some(path));
        }
        let fallback = || self.environment.get("PREFIX").map(PathBuf::from).filter(|path| path.is_absolute());
        Ok(self.own_path("prefix")?.or_else(fallback).map(|prefix| prefix.join("etc/npmrc")))
    }

    fn add_environment(&mut self) {
        let variables = self.environment.settings().into_iter();
        // Of two spellings of a name the lower-case one counts, and it comes last.
        let settings = variables.rev().map(|(key, value, name)| Setting {
            key: expand(&key, |name| self.environment.get(name)).text,
            listed: false,
            source: Source::Environment(name.to_owned()),
            value: value.to_owned(),
            line: 0,
        });
        self.settings = settings.collect();
    }

    fn add_file(&mut self, source: Source, path: &Path) -> Result<(), String> {
        if !path.exists() {
            return Ok(());
        }
        let bytes = bounded(path, LARGEST)?;
        let shown = || plain(&path.display().to_string());
        let text = std::str::from_utf8(&bytes).map_err(|_| format!("cannot read {}: it is not UTF-8", shown()))?;
        for ini::Line { key, listed, value, number: line } in ini::lines(text).into_iter().rev() {
            let mut setting = Setting { key, listed, source: source.clone(), value, line };
            if !setting.is_the_projects() {
                setting.key = expand(&setting.key, |name| self.environment.get(name)).text;
            } else if has_variable(&setting.key) {
                let message = format!("Ignored {}: a project's own file has no variables in keys.", setting.place());
                self.notes.push(Note::new(Claim::Audit, "NOTE_AUDIT_NPMRC_IGNORED", message));
                continue;
            }
            self.settings.push(setting);
        }
        Ok(())
    }

    fn ignore_projects(&mut self, key: &str, why: &str) {
        let found = self.all(key).find(|setting| setting.is_the_projects()).map(|setting| ignored(setting, why));
        self.notes.extend(found);
    }
}

/// That a setting of a project's file does not count.
pub fn ignored(setting: &Setting, why: &str) -> Note {
    let (key, place) = (plain(&setting.key), setting.place());
    let message = format!(
        "Ignored `{key}` of {place}, the project's own file: {why}. If you want it, set it in your own .npmrc."
    );
    Note::new(Claim::Audit, "NOTE_AUDIT_NPMRC_IGNORED", message)
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    let canonical = |path: &Path| path.canonicalize().ok();
    canonical(one).is_some_and(|one| Some(one) == canonical(other))
}

impl fmt::Debug for Npmrc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Npmrc").field("settings", &self.settings.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "chain_tests.rs"]
mod tests;
