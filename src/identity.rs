//! Who signed: what a Fulcio certificate says about the workflow behind its key (proof 10).
//!
//! The certificate is the only source of identity: Fulcio copies it from the token that the CI
//! system itself signed. The provenance beside it is written by the workflow, and is only compared
//! with this.

mod consistency;
mod extensions;

use std::collections::BTreeMap;

use crate::error::{Text, VerifyError, is_unsafe};
use crate::time::Timestamp;

pub(crate) use extensions::{
    BUILD_CONFIG_DIGEST, BUILD_CONFIG_URI, BUILD_SIGNER_URI, COMMIT, COMMIT_RAW, ENVIRONMENT, ISSUER, ISSUER_RAW,
    OWNER_ID, REF, REF_RAW, REPOSITORY, REPOSITORY_ID, REPOSITORY_RAW, RUNNER, TOKEN_SUBJECT, TRIGGER, TRIGGER_RAW,
    VISIBILITY,
};

/// The issuer of GitHub Actions' tokens.
pub(crate) const GITHUB_ISSUER: &str = "https://token.actions.githubusercontent.com";
/// What GitHub's part of every URI in its certificates begins with.
pub(crate) const GITHUB: &str = "https://github.com/";
/// The issuer of GitLab's own instance.
pub(crate) const GITLAB_ISSUER: &str = "https://gitlab.com";
/// What that instance's part of every URI begins with; Fulcio writes it into 1.12, 1.16 and 1.21 whatever
/// GitLab it is (sigstore/fulcio#1325).
pub(crate) const GITLAB: &str = "https://gitlab.com/";

/// 2023-05-01: Fulcio writes extensions 1.8 to 1.21 since 2023-03-27 (v1.2.0), and the public
/// instance served them by then. An earlier certificate has only 1.1 to 1.6 and its subject.
const EXTENSIONS_WRITTEN_SINCE: i64 = 1_682_899_200;
/// 2024-08-01 to 2025-05-15: Fulcio filled its URI templates as if they were HTML (sigstore/fulcio
/// #2023, v1.6.0 to v1.7.0), so that `+` in a tag became `&#43;` in 1.9, 1.18 and the subject, while
/// 1.13, 1.14 and the other plain values kept it.
const URIS_ESCAPED_AS_HTML: core::ops::Range<i64> = 1_722_470_400..1_747_267_200;

/// The certificate's subject alternative name, as its reader hands it over.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SanInput<'a> {
    Uri(&'a str),
    Email(&'a str),
    Other,
}

/// Which kind of name the certificate's subject has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SubjectKind {
    /// A URI: a workflow.
    Uri,
    /// An e-mail address: a person or a service account.
    Email,
    /// Anything else; its text is not kept.
    Other,
}

/// The workflow that a certificate was issued to, as its issuer stated it.
///
/// If you have one, the certificate was read in full: each extension occurs at most once, is encoded
/// as its number demands, and none contradicts another. Each accessor is `None` where the
/// certificate says nothing; certificates from before 2023-05 state only [`issuer`](Self::issuer),
/// [`repository`](Self::repository), [`git_ref`](Self::git_ref), [`commit`](Self::commit),
/// [`trigger`](Self::trigger) and the name of the workflow. That a workflow signed something does not
/// say that it was allowed to: see `TrustedPublisher`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignerIdentity {
    subject: Option<Box<str>>,
    subject_kind: SubjectKind,
    stated: BTreeMap<u32, Box<str>>,
    repository: Option<Box<str>>,
    not_before: Timestamp,
}

impl SignerIdentity {
    /// Proof 10. `extensions` are the values under 1.3.6.1.4.1.57264.1 by their last arc, as they
    /// stand in the certificate.
    ///
    /// Errors, in order: `LimitExceeded` and `ExtensionMalformed` (a value, or an extension that
    /// occurs twice), `SubjectAltName`, `InconsistentIdentity`.
    pub(crate) fn from_parts<'a>(
        subject: SanInput<'_>,
        extensions: impl Iterator<Item = (u32, &'a [u8])>,
        not_before: Timestamp,
    ) -> Result<Self, VerifyError> {
        let mut seen = Vec::new();
        let mut stated = BTreeMap::new();
        for (number, raw) in extensions {
            // Of two repositories, one reader would take the first and another the last.
            if seen.contains(&number) {
                return Err(VerifyError::ExtensionMalformed { number, reason: "it occurs twice" });
            }
            seen.push(number);
            if let Some(text) = extensions::read(number, raw)? {
                stated.insert(number, text);
            }
        }
        if let SanInput::Uri(text) | SanInput::Email(text) = subject
            && text.chars().any(is_unsafe)
        {
            return Err(VerifyError::SubjectAltName { reason: "it has characters that cannot be seen" });
        }
        let (subject_kind, subject) = match subject {
            SanInput::Uri(text) => (SubjectKind::Uri, Some(text.into())),
            SanInput::Email(text) => (SubjectKind::Email, Some(text.into())),
            SanInput::Other => (SubjectKind::Other, None),
        };
        let repository = match (stated.get(&REPOSITORY), stated.get(&REPOSITORY_RAW)) {
            (Some(uri), _) => Some(uri.clone()),
            (None, Some(name)) => Some(format!("{GITHUB}{name}").into()),
            (None, None) => None,
        };
        let identity = Self { subject, subject_kind, stated, repository, not_before };
        consistency::check(&identity)?;
        Ok(identity)
    }

    /// What the extension of this number says.
    pub(crate) fn extension(&self, number: u32) -> Option<&str> {
        self.stated.get(&number).map(|text| &**text)
    }

    /// The first of these extensions that says something, with its number.
    pub(crate) fn first_of(&self, numbers: [u32; 2]) -> Option<(u32, &str)> {
        numbers.into_iter().find_map(|number| Some((number, self.extension(number)?)))
    }

    fn either(&self, number: u32, older: u32) -> Option<&str> {
        self.first_of([number, older]).map(|(_, text)| text)
    }

    /// Every extension under 1.3.6.1.4.1.57264.1 that says something, by its number, as it stands there.
    /// A workflow's display name (1.4) may hold any character: escape it before a person reads it.
    pub fn extensions(&self) -> impl Iterator<Item = (u32, &str)> {
        self.stated.iter().map(|(number, text)| (*number, &**text))
    }

    /// Who vouches for all that follows: the issuer of the CI system's token (1.8, else 1.1).
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.either(ISSUER, ISSUER_RAW)
    }

    /// The certificate's subject, if it is a URI or an e-mail address.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// Which kind of name the subject is.
    #[must_use]
    pub fn subject_kind(&self) -> SubjectKind {
        self.subject_kind
    }

    /// The URI of the repository that the workflow ran in (1.12, else 1.5 at GitHub).
    #[must_use]
    pub fn repository(&self) -> Option<&str> {
        self.repository.as_deref()
    }

    /// The repository's number (1.15): it outlives a renaming and dies with the repository.
    #[must_use]
    pub fn repository_id(&self) -> Option<&str> {
        self.extension(extensions::REPOSITORY_ID)
    }

    /// The URI of the repository's owner: 1.16, else for GitHub the repository's without its last part.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        let of_repository = || self.repository().filter(|_| self.is_github()).and_then(|uri| uri.rsplit_once('/'));
        self.extension(extensions::OWNER).or_else(|| of_repository().map(|(owner, _)| owner))
    }

    /// The owner's number (1.17).
    #[must_use]
    pub fn owner_id(&self) -> Option<&str> {
        self.extension(extensions::OWNER_ID)
    }

    /// The git ref that the workflow ran for (1.14, else 1.6). Releases of a bare commit have none.
    #[must_use]
    pub fn git_ref(&self) -> Option<&str> {
        self.either(REF, REF_RAW)
    }

    /// The commit that the workflow ran for (1.13, else 1.3).
    #[must_use]
    pub fn commit(&self) -> Option<&str> {
        self.either(COMMIT, COMMIT_RAW)
    }

    /// The URI of the workflow that was started, with its ref (1.18). It is the *caller* of any
    /// reusable workflow.
    #[must_use]
    pub fn build_config(&self) -> Option<&str> {
        self.extension(BUILD_CONFIG_URI)
    }

    /// The commit that the started workflow was read from (1.19).
    #[must_use]
    pub fn build_config_digest(&self) -> Option<&str> {
        self.extension(extensions::BUILD_CONFIG_DIGEST)
    }

    /// The path of the started workflow within the repository: from 1.18, else from the subject,
    /// where what remains between the certificate's own repository and its own ref is the path.
    ///
    /// A path may hold `@`, and so may a ref: nothing is split, and where both ends are not known
    /// there is no path.
    #[must_use]
    pub fn workflow_path(&self) -> Option<&str> {
        let repository = self.repository()?;
        let uri = self.build_config().or_else(|| self.subject_uri())?;
        // GitLab sets the project apart from the path with two slashes.
        let separator = if self.is_github() { "/" } else { "//" };
        let rest = uri.strip_prefix(repository)?.strip_prefix(separator)?;
        let path = [self.git_ref(), self.commit()].into_iter().flatten().find_map(|end| {
            let plain = rest.strip_suffix(end);
            plain.or_else(|| rest.strip_suffix(as_html(end).as_str()).filter(|_| self.escapes_html()))
        });
        path?.strip_suffix('@').filter(|path| !path.is_empty())
    }

    /// The URI of the workflow that contains the signing job (1.9, else the subject). It differs from
    /// [`build_config`](Self::build_config) where a reusable workflow was called.
    #[must_use]
    pub fn signer(&self) -> Option<&str> {
        self.extension(extensions::BUILD_SIGNER_URI).or_else(|| self.subject())
    }

    /// The commit that the signing job's workflow was read from (1.10).
    #[must_use]
    pub fn signer_digest(&self) -> Option<&str> {
        self.extension(extensions::BUILD_SIGNER_DIGEST)
    }

    /// The reusable workflow that the started workflow called, if the signing job is of another one.
    #[must_use]
    pub fn callee(&self) -> Option<&str> {
        let signer = self.extension(extensions::BUILD_SIGNER_URI).or_else(|| self.subject_uri())?;
        match (self.build_config(), self.repository()) {
            (Some(started), _) => (!consistency::same_uri(self, started, signer)).then_some(signer),
            (None, Some(repository)) => (!is_under(signer, repository)).then_some(signer),
            (None, None) => None,
        }
    }

    /// Where the job ran: `github-hosted`, `gitlab-hosted`, `self-hosted` and others (1.11).
    #[must_use]
    pub fn runner(&self) -> Option<&str> {
        self.extension(RUNNER)
    }

    /// The event that started the workflow (1.20, else 1.2).
    #[must_use]
    pub fn trigger(&self) -> Option<&str> {
        self.either(extensions::TRIGGER, extensions::TRIGGER_RAW)
    }

    /// The page of the very run (1.21).
    #[must_use]
    pub fn run(&self) -> Option<&str> {
        self.extension(extensions::RUN)
    }

    /// Whether the repository was public when it signed (1.22).
    #[must_use]
    pub fn visibility(&self) -> Option<&str> {
        self.extension(extensions::VISIBILITY)
    }

    /// The deployment environment (1.23, since about 2025-11). Before that its absence says nothing.
    #[must_use]
    pub fn environment(&self) -> Option<&str> {
        self.extension(extensions::ENVIRONMENT)
    }

    /// The token's subject as the CI system wrote it (1.24, since about 2026-05).
    #[must_use]
    pub fn token_subject(&self) -> Option<&str> {
        self.extension(extensions::TOKEN_SUBJECT)
    }

    /// The workflow's display name (1.4), escaped. Any workflow may choose any: never compare it.
    #[must_use]
    pub fn workflow_name(&self) -> Option<Text> {
        self.extension(extensions::WORKFLOW_NAME_RAW).map(Text::from)
    }

    /// The certificate's start: which extensions could be there depends on it.
    pub(crate) fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// The subject, if it is a URI.
    pub(crate) fn subject_uri(&self) -> Option<&str> {
        self.subject().filter(|_| self.subject_kind == SubjectKind::Uri)
    }

    /// Whether the certificate is of the time before extensions 1.8 to 1.24.
    pub(crate) fn is_early(&self) -> bool {
        self.not_before.as_unix() < EXTENSIONS_WRITTEN_SINCE
    }

    /// Whether a URI that Fulcio made from a template (1.9, 1.18, the subject) is `built`, a URI made
    /// of the certificate's plain values. Compared as a whole: a part of it proves nothing.
    pub(crate) fn is_uri(&self, stated: &str, built: &str) -> bool {
        stated == built || (self.escapes_html() && stated == as_html(built))
    }

    /// Whether GitHub issued the token, at large or for one enterprise, whose issuer is a path below.
    pub(crate) fn is_github(&self) -> bool {
        self.issuer().is_some_and(|issuer| issuer == GITHUB_ISSUER || is_under(issuer, GITHUB_ISSUER))
    }

    fn escapes_html(&self) -> bool {
        URIS_ESCAPED_AS_HTML.contains(&self.not_before.as_unix())
    }
}

/// Whether `uri` begins with `parent` and a slash, and does not end there.
fn is_under(uri: &str, parent: &str) -> bool {
    uri.strip_prefix(parent).and_then(|rest| rest.strip_prefix('/')).is_some_and(|rest| !rest.is_empty())
}

/// As Go's `html/template` writes text (`htmlReplacementTable`).
fn as_html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => escaped.push_str("&#34;"),
            '&' => escaped.push_str("&amp;"),
            '\'' => escaped.push_str("&#39;"),
            '+' => escaped.push_str("&#43;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;
