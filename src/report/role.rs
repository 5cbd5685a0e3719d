//! Where in the dependency tree a package stands.

use serde::Serialize;

/// A package's place in the dependency tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Role {
    /// The project itself asks for it.
    pub direct: bool,
    /// Only development needs it.
    pub dev: bool,
}
