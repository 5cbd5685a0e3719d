//! What must agree within one certificate.
//!
//! Fulcio writes most facts twice: once under a number of 2022 (1.1 to 1.6), once under a later one.
//! Two readers of a certificate in which they differ would see two signers.

use super::extensions::{
    BUILD_CONFIG_URI, BUILD_SIGNER_URI, COMMIT, COMMIT_RAW, ISSUER, ISSUER_RAW, OWNER, REF, REF_RAW, REPOSITORY,
    REPOSITORY_RAW, TRIGGER, TRIGGER_RAW,
};
use super::{GITHUB, SignerIdentity, as_html, is_under};
use crate::error::VerifyError;

/// Codefresh's subject is the pipeline, its 1.9 one build of it (sigstore/fulcio
/// `config/identity/config.yaml`); every other issuer's are the same.
const CODEFRESH_ISSUER: &str = "https://oidc.codefresh.io";

pub(super) fn check(identity: &SignerIdentity) -> Result<(), VerifyError> {
    equal(identity, "issuer (1.1 and 1.8)", ISSUER_RAW, ISSUER)?;
    equal(identity, "trigger (1.2 and 1.20)", TRIGGER_RAW, TRIGGER)?;
    equal(identity, "commit (1.3 and 1.13)", COMMIT_RAW, COMMIT)?;
    equal(identity, "ref (1.6 and 1.14)", REF_RAW, REF)?;
    if let (Some(name), Some(uri)) = (identity.extension(REPOSITORY_RAW), identity.extension(REPOSITORY)) {
        agree(uri.strip_prefix(GITHUB) == Some(name), "repository (1.5 and 1.12)", name, uri)?;
    }
    subject_is_signer(identity)?;
    github(identity)
}

fn equal(identity: &SignerIdentity, what: &'static str, older: u32, newer: u32) -> Result<(), VerifyError> {
    match (identity.extension(older), identity.extension(newer)) {
        (Some(one), Some(other)) => agree(one == other, what, one, other),
        _ => Ok(()),
    }
}

fn agree(holds: bool, what: &'static str, one: &str, other: &str) -> Result<(), VerifyError> {
    if holds {
        return Ok(());
    }
    Err(VerifyError::InconsistentIdentity { what, expected: one.into(), found: other.into() })
}

/// The subject is what other verifiers match: where it is not 1.9, they and this one would name
/// different workflows.
fn subject_is_signer(identity: &SignerIdentity) -> Result<(), VerifyError> {
    let Some(signer) = identity.extension(BUILD_SIGNER_URI) else { return Ok(()) };
    if identity.issuer() == Some(CODEFRESH_ISSUER) {
        return Ok(());
    }
    let subject = identity.subject_uri().unwrap_or("no URI");
    agree(same_uri(identity, subject, signer), "subject and build signer (1.9)", subject, signer)
}

/// GitHub writes owner, repository and workflow as paths that begin with each other.
fn github(identity: &SignerIdentity) -> Result<(), VerifyError> {
    let Some(issuer) = identity.issuer().filter(|_| identity.is_github()) else { return Ok(()) };
    let subject = identity.subject_uri().unwrap_or("no URI");
    agree(subject.starts_with(GITHUB), "issuer and subject", issuer, subject)?;
    let Some(repository) = identity.repository() else { return Ok(()) };
    let is_repository = repository
        .strip_prefix(GITHUB)
        .and_then(|path| path.split_once('/'))
        .is_some_and(|(owner, name)| !owner.is_empty() && !name.is_empty() && !name.contains('/'));
    agree(is_repository, "issuer and repository (1.12)", issuer, repository)?;
    if let Some(owner) = identity.extension(OWNER) {
        agree(is_under(repository, owner), "owner (1.16) and repository (1.12)", owner, repository)?;
    }
    if let Some(started) = identity.extension(BUILD_CONFIG_URI) {
        agree(is_under(started, repository), "repository (1.12) and build config (1.18)", repository, started)?;
    }
    Ok(())
}

/// Whether two URIs from templates are the same. Go percent-encodes the subject and leaves 1.9 and
/// 1.18 as they are, so that both are compared decoded; in the months of HTML escapes either may also
/// carry those.
pub(super) fn same_uri(identity: &SignerIdentity, one: &str, other: &str) -> bool {
    let (one, other) = (percent_decoded(one), percent_decoded(other));
    let escaped = |text: &[u8]| as_html(&String::from_utf8_lossy(text)).into_bytes();
    one == other || (identity.escapes_html() && (escaped(&one) == other || one == escaped(&other)))
}

/// Each `%xx` as its byte; anything else as it stands.
fn percent_decoded(text: &str) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let byte = if *first == b'%' { after.get(..2).and_then(hex_byte) } else { None };
        decoded.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    decoded
}

fn hex_byte(digits: &[u8]) -> Option<u8> {
    hex::decode(digits).ok().and_then(|bytes| bytes.first().copied())
}
