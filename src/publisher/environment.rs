//! The deployment environment.
//!
//! Fulcio writes it into 1.23 since about 2025-11. Where that is absent, GitHub's token subject (1.24)
//! may name it: in its default shape it begins with the repository and ends with the environment.
//! An administrator may have it composed otherwise, so that it can prove an environment and never the
//! want of one.

use super::Field;
use super::answer::{FieldAnswer, MatchNote, Source};
use crate::identity::{ENVIRONMENT, GITHUB, OWNER_ID, REPOSITORY, REPOSITORY_ID, SignerIdentity, TOKEN_SUBJECT};

/// 2026-05-13: the first day on which a certificate of the public instance was seen with 1.23. A later
/// one without it was issued to a job that names no environment.
const WRITTEN_SINCE: i64 = 1_778_630_400;

/// 1.23 alone.
pub(super) fn stated(expected: &str, identity: &SignerIdentity) -> FieldAnswer {
    match identity.extension(ENVIRONMENT) {
        Some(found) => FieldAnswer::equal(Field::Environment, ENVIRONMENT, expected, found),
        None if identity.not_before().as_unix() >= WRITTEN_SINCE => {
            let source = Source::Extension(ENVIRONMENT);
            FieldAnswer::contradicted(Field::Environment, source, expected, "no environment")
        }
        None => {
            let reason = "the certificate is from before environments were stated (1.23, since 2025-11 to 2026-05)";
            FieldAnswer::unprovable(Field::Environment, expected, reason)
        }
    }
}

/// 1.23, else what GitHub's token subject says of it.
pub(super) fn of_github(expected: &str, identity: &SignerIdentity) -> FieldAnswer {
    if identity.extension(ENVIRONMENT).is_some() {
        return stated(expected, identity);
    }
    match in_token_subject(identity) {
        Some(found) => {
            // A colon within a name is written so that it separates nothing.
            let expected = expected.replace(':', "%3A");
            let source = Source::Extension(TOKEN_SUBJECT);
            let answer = FieldAnswer::of(Field::Environment, source, &expected, found, expected == found);
            answer.noting(MatchNote::FromTokenSubject)
        }
        None => stated(expected, identity),
    }
}

/// What follows `repo:OWNER/REPO:environment:`, or the form with numbers (`OWNER@ID/REPO@ID`), built of
/// the certificate's own values; `None` if the subject has another shape.
fn in_token_subject(identity: &SignerIdentity) -> Option<&str> {
    let subject = identity.extension(TOKEN_SUBJECT)?;
    let repository = identity.extension(REPOSITORY)?.strip_prefix(GITHUB)?;
    let plain = format!("repo:{repository}:environment:");
    let numbered = || {
        let (owner, name) = repository.split_once('/')?;
        let (owner_id, id) = (identity.extension(OWNER_ID)?, identity.extension(REPOSITORY_ID)?);
        subject.strip_prefix(format!("repo:{owner}@{owner_id}/{name}@{id}:environment:").as_str())
    };
    let name = subject.strip_prefix(plain.as_str()).or_else(numbered)?;
    // With more members behind it the subject was composed by somebody.
    (!name.is_empty() && !name.contains(':')).then_some(name)
}
