//! The workflow that contains the signing job, where a consumer restricts it.

use super::Field;
use super::answer::{FieldAnswer, MatchNote, Source};
use super::spelling;
use crate::error::ParseError;
use crate::identity::{BUILD_SIGNER_URI, GITHUB, SignerIdentity};

const FIELD: &str = "allowed signer";

/// Where GitHub looks for workflows, and nowhere below.
pub(super) const WORKFLOWS: &str = "/.github/workflows/";

/// A workflow that another may call: `owner/name/.github/workflows/file.yml`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Reusable {
    pub(super) path: Box<str>,
    /// How much of the path is the repository's name.
    name: usize,
}

impl Reusable {
    pub(super) fn new(path: &str) -> Result<Self, ParseError> {
        let refuse = |reason| spelling::refuse(FIELD, path, reason);
        let Some((repository, file)) = path.split_once(WORKFLOWS) else {
            return Err(refuse("write owner/name/.github/workflows/file.yml, without a ref"));
        };
        spelling::repository(repository).and_then(|()| spelling::workflow_file(file)).map_err(refuse)?;
        Ok(Self { path: path.into(), name: repository.len() })
    }

    /// Whether `uri` is this workflow at some ref or commit, and whether letters of the repository's
    /// name stand there in another case.
    ///
    /// What is known is stripped as a whole; what remains after its `@` must be the beginning of a full
    /// ref or a whole commit. A file whose own name holds an `@` leaves something else there:
    /// `x.yml@evil.yml@refs/heads/main` is not `x.yml`.
    fn is_at(&self, uri: &str) -> Option<bool> {
        let path = uri.strip_prefix(GITHUB)?;
        let (name, file) = self.path.split_at_checked(self.name)?;
        let (found, rest) = path.split_at_checked(self.name)?;
        let revision = rest.strip_prefix(file)?.strip_prefix('@')?;
        (found.eq_ignore_ascii_case(name) && is_revision(revision)).then_some(found != name)
    }
}

fn is_revision(text: &str) -> bool {
    let is_ref = ["refs/heads/", "refs/tags/", "refs/pull/"]
        .iter()
        .any(|kind| text.strip_prefix(kind).is_some_and(|name| !name.is_empty()));
    is_ref || (matches!(text.len(), 40 | 64) && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
}

/// A job of the started workflow itself is the publisher's own, which 1.18 decides.
pub(super) fn signer_of(allowed: &[Reusable], identity: &SignerIdentity) -> FieldAnswer {
    let paths: Vec<&str> = allowed.iter().map(|workflow| &*workflow.path).collect();
    let expected = paths.join(" or ");
    if identity.build_config().is_none() {
        let reason = "without 1.18 the certificate does not state whether the signing workflow was called by another";
        return FieldAnswer::unprovable(Field::Signer, &expected, reason);
    }
    let source = match identity.extension(BUILD_SIGNER_URI) {
        Some(_) => Source::Extension(BUILD_SIGNER_URI),
        None => Source::SubjectAltName,
    };
    let Some(callee) = identity.callee() else {
        return match identity.signer().filter(|_| identity.subject_uri().is_some()) {
            Some(own) => FieldAnswer::proven(Field::Signer, source, &expected, own),
            None => FieldAnswer::unprovable(Field::Signer, &expected, "the certificate names no signing workflow"),
        };
    };
    match allowed.iter().find_map(|workflow| workflow.is_at(callee)) {
        Some(case_differs) => {
            let answer = FieldAnswer::proven(Field::Signer, source, &expected, callee);
            if case_differs { answer.noting(MatchNote::CaseDiffers) } else { answer }
        }
        None => FieldAnswer::contradicted(Field::Signer, source, &expected, callee),
    }
}
