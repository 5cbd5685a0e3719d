//! One setting, and whose it is.

use std::path::PathBuf;

use super::environment::Environment;
use super::expand::{Expanded, expand, has_variable};
use crate::plain_text::plain;

/// Where a setting stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The name of the variable.
    Environment(String),
    Project(PathBuf),
    User(PathBuf),
    Global(PathBuf),
}

/// The value may be a secret, so this has no `Debug`.
pub struct Setting {
    pub key: String,
    /// Written as `key[]=value`.
    pub listed: bool,
    pub source: Source,
    /// As written, before any variable is filled in.
    pub(super) value: String,
    /// From 1; of no meaning for a variable.
    pub(super) line: usize,
}

impl Setting {
    /// Whether a stranger may have written it.
    pub fn is_the_projects(&self) -> bool {
        matches!(self.source, Source::Project(_))
    }

    /// Where it stands, fit for a terminal. Never what it holds.
    pub fn place(&self) -> String {
        match &self.source {
            Source::Environment(name) => format!("the environment variable {}", plain(name)),
            Source::Project(path) | Source::User(path) | Source::Global(path) => {
                format!("{} line {}", plain(&path.display().to_string()), self.line)
            }
        }
    }

    /// The value of a setting that is no secret. In a project's file a variable could carry a secret of
    /// the user's to an address that the project chooses, so there it is an error.
    pub fn text(&self, environment: &Environment) -> Result<String, String> {
        let wrong = |why: String| format!("cannot use `{}` of {}: {why}", plain(&self.key), self.place());
        if self.is_the_projects() && has_variable(&self.value) {
            return Err(wrong(
                "it holds a variable, and in a project's own file none is filled in, because it could carry a secret \
                 to whom the project chooses. Expected: a value without ${}. Set it in your own .npmrc or in the \
                 environment instead; a registry can be named with --registry"
                    .into(),
            ));
        }
        let Expanded { text, unset, .. } = self.expanded(environment);
        match unset.first() {
            Some(name) => Err(wrong(format!("the variable {} is not set. Set it, or write the value", plain(name)))),
            None => Ok(text.trim().to_owned()),
        }
    }

    /// The variables that a project's file would spend. Those of the user's own files are the user's to
    /// spend.
    pub fn borrowed(&self) -> Vec<String> {
        if self.is_the_projects() { expand(&self.value, |_| None).variables } else { Vec::new() }
    }

    /// With all variables filled in. For credentials only, once it is known that they may be sent.
    pub fn expanded(&self, environment: &Environment) -> Expanded {
        expand(&self.value, |name| environment.get(name))
    }
}
