//! The predicate of npm's publish attestation: which version was published where.

use serde::Deserialize;

use super::{PUBLISH_V01, Statement, malformed, unreadable};
use crate::artifact::Artifact;
use crate::error::VerifyError;
use crate::json;

#[derive(Deserialize)]
struct Publish {
    name: String,
    version: String,
    registry: String,
}

/// Whether a verified publish statement is about this name and version at this registry.
///
/// The subject alone does not say which registry published it: the same tarball may be published
/// under the same name at two, by two different people.
///
/// Errors, in order: `StatementMalformed`, `StatementMismatch`.
pub(crate) fn check_publish(statement: &Statement, artifact: &Artifact) -> Result<(), VerifyError> {
    if statement.predicate_type() != PUBLISH_V01 {
        return Err(malformed("it is no publish attestation"));
    }
    let publish: Publish = json::read_raw("statement", statement.predicate()).map_err(unreadable)?;
    let Publish { name, version, registry } = publish;
    let mismatch = |what, expected: &str, found: &str| VerifyError::StatementMismatch {
        what,
        expected: expected.into(),
        found: found.into(),
    };
    let id = artifact.id();
    if name != id.name() {
        return Err(mismatch("name", id.name(), &name));
    }
    if version != id.version() {
        return Err(mismatch("version", id.version(), &version));
    }
    if !artifact.registry().is_stated_by(&registry) {
        return Err(mismatch("registry", artifact.registry().as_str(), &registry));
    }
    Ok(())
}
