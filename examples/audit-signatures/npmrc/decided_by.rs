//! What chose a registry.

use std::fmt;

use super::Source;
use crate::plain_text::plain;

/// What said so. The order is the order in which they are asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecidedBy {
    Flag,
    Npmrc(Source),
    LockFile,
    Npm,
}

impl fmt::Display for DecidedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("--registry"),
            Self::Npmrc(Source::Environment(name)) => write!(f, "the environment variable {}", plain(name)),
            Self::Npmrc(Source::Project(path) | Source::User(path) | Source::Global(path)) => {
                f.write_str(&plain(&path.display().to_string()))
            }
            Self::LockFile => f.write_str("the tarballs of the lock file"),
            Self::Npm => f.write_str("`npm config get registry`"),
        }
    }
}
