//! Proof 11: the provenance says nothing else than the certificate.
//!
//! A provenance is written by the workflow it describes, from environment variables that any of its
//! steps may set. So nothing is ever taken from it. Where it speaks of what the certificate also
//! states, both must say the same; a closed table per build type says which member that is
//! (`slsa_v1`, `slsa_v0_2`, `gitlab`). A build type that is in no table stays opaque.

use core::fmt;

use super::{SLSA_V1, SLSA_V02, Statement, malformed, slsa_v0_2, slsa_v1};
use crate::error::{Text, VerifyError};
use crate::identity::{GITHUB, SignerIdentity};

/// How far a provenance could be compared with its certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub(crate) enum ProvenanceNote {
    /// Every member that both state is the same.
    Checked {
        /// The build type, which says what the members mean.
        build_type: &'static str,
    },
    /// The build type is not known, so that its members mean nothing here.
    Opaque {
        /// What it calls itself.
        build_type: Text,
    },
}

impl fmt::Display for ProvenanceNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Checked { build_type } => write!(f, "agrees with the certificate ({build_type})"),
            Self::Opaque { build_type } => write!(f, "of the unknown build type \"{build_type}\", not compared"),
        }
    }
}

/// Proof 11.
///
/// Errors, in order: `StatementMalformed` (a member that this build type always has is missing or
/// of another shape), `ProvenanceContradictsCertificate`.
pub(crate) fn check_provenance(
    statement: &Statement,
    identity: &SignerIdentity,
) -> Result<ProvenanceNote, VerifyError> {
    match statement.predicate_type() {
        SLSA_V1 => slsa_v1::check(statement.predicate(), identity),
        SLSA_V02 => slsa_v0_2::check(statement.predicate(), identity),
        _ => Err(malformed("it is no SLSA provenance")),
    }
}

/// One line of a table: a member of the predicate, what the certificate says of it, what it says.
pub(super) struct Row<'a> {
    pub(super) member: &'static str,
    /// `None` where the certificate says nothing: then nothing can differ.
    pub(super) certificate: Option<String>,
    /// `None` where the predicate may leave it out, and does.
    pub(super) predicate: Option<&'a str>,
}

/// A line for a member that must be exactly what one accessor of the identity gives.
pub(super) fn row<'a>(member: &'static str, certificate: Option<&str>, predicate: &'a str) -> Row<'a> {
    Row { member, certificate: certificate.map(str::to_owned), predicate: Some(predicate) }
}

/// The whole table, in its order.
pub(super) fn agree(rows: &[Row<'_>]) -> Result<(), VerifyError> {
    for Row { member, certificate, predicate } in rows {
        if let (Some(certificate), Some(predicate)) = (certificate, predicate)
            && certificate != predicate
        {
            return Err(contradiction(member, certificate, predicate));
        }
    }
    Ok(())
}

pub(super) fn contradiction(field: &'static str, certificate: &str, predicate: &str) -> VerifyError {
    VerifyError::ProvenanceContradictsCertificate { field, expected: certificate.into(), found: predicate.into() }
}

/// A build type speaks of one CI system. Without this line a person's e-mail certificate, of which
/// nothing can be compared, would pass for a workflow's.
pub(super) fn issued_to_github(identity: &SignerIdentity, build_type: &'static str) -> Result<(), VerifyError> {
    if identity.is_github() {
        return Ok(());
    }
    Err(contradiction("buildType", identity.issuer().unwrap_or("no issuer"), build_type))
}

/// The source as npm writes it: `git+`, the repository, `@` and the ref.
///
/// A run for a bare commit has no ref, and npm then writes an empty one or `undefined`: only the part
/// before it is compared.
pub(super) fn source<'a>(member: &'static str, identity: &SignerIdentity, found: &'a str) -> Row<'a> {
    let before = identity.repository().map(|repository| format!("git+{repository}@"));
    let certificate = match (before, identity.git_ref()) {
        (Some(before), Some(git_ref)) => Some(format!("{before}{git_ref}")),
        (Some(before), None) if found.starts_with(&before) => None,
        (before, _) => before,
    };
    Row { member, certificate, predicate: Some(found) }
}

/// The started workflow as a whole URI, made of the predicate's parts.
///
/// Without 1.18 the subject stands for it where it is in the same repository. Where it is not, a
/// reusable workflow signed and nothing names its caller, except that it is of this repository.
pub(super) fn started_workflow(
    member: &'static str,
    identity: &SignerIdentity,
    built: &str,
) -> Result<(), VerifyError> {
    let differs = |stated: &str| Err(contradiction(member, stated, built));
    if let Some(stated) = identity.build_config() {
        return if identity.is_uri(stated, built) { Ok(()) } else { differs(stated) };
    }
    let Some(repository) = identity.repository() else { return Ok(()) };
    let within = format!("{repository}/");
    match identity.subject_uri().filter(|subject| subject.starts_with(&within)) {
        Some(stated) if identity.is_uri(stated, built) => Ok(()),
        Some(stated) => differs(stated),
        None if built.starts_with(&within) => Ok(()),
        None => differs(&within),
    }
}

/// A member that states a GitHub URI without its host.
pub(super) fn at_github(path: &str) -> String {
    format!("{GITHUB}{path}")
}
