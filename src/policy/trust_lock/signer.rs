//! The part of a certificate's identity that a lock pins.

use crate::error::is_unsafe;
use crate::evidence::Evidence;
use crate::identity::{GITHUB_ISSUER, SignerIdentity, SubjectKind};
use crate::limits;

/// Who signed a pinned version. Each member is as the certificate stated it; what it did not state is
/// left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinnedSigner {
    pub(super) issuer: Box<str>,
    pub(super) subject: Option<Box<str>>,
    pub(super) repository: Option<Box<str>>,
    pub(super) repository_id: Option<Box<str>>,
    pub(super) owner: Option<Box<str>>,
    pub(super) owner_id: Option<Box<str>>,
    pub(super) workflow: Option<Box<str>>,
    pub(super) git_ref: Option<Box<str>>,
    pub(super) environment: Option<Box<str>>,
    pub(super) runner: Option<Box<str>>,
    pub(super) trigger: Option<Box<str>>,
    pub(super) callee: Option<Box<str>>,
}

macro_rules! accessors {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $($(#[$doc])*
        #[must_use]
        pub fn $name(&self) -> Option<&str> {
            self.$name.as_deref()
        })*
    };
}

impl PinnedSigner {
    /// `None` if the certificate names nobody: without an issuer, or with neither a repository nor a
    /// subject, any two of its issuer's identities would be equal.
    pub(super) fn of(identity: &SignerIdentity) -> Option<Self> {
        let own = |text: Option<&str>| text.map(Box::from);
        // Where a person signed, the repository beside him would be anybody's who has an account there.
        let by_subject = identity.subject_kind() == SubjectKind::Email || identity.repository().is_none();
        let signer = Self {
            issuer: identity.issuer()?.into(),
            subject: own(identity.subject().filter(|_| by_subject)),
            repository: own(identity.repository()),
            repository_id: own(identity.repository_id()),
            owner: own(identity.owner()),
            owner_id: own(identity.owner_id()),
            workflow: workflow(identity),
            git_ref: own(identity.git_ref()),
            environment: own(identity.environment()),
            runner: own(identity.runner()),
            trigger: own(identity.trigger()),
            callee: callee(identity),
        };
        signer.problem().is_none().then_some(signer)
    }

    /// Who signed the provenance, where that is confirmed by a publish attestation (design decision 7).
    pub(super) fn confirmed(evidence: &Evidence) -> Option<Self> {
        evidence.publish_attestation()?;
        Self::of(evidence.provenance()?.identity())
    }

    /// Why no lock may hold it.
    pub(super) fn problem(&self) -> Option<&'static str> {
        if self.repository.is_none() && self.subject.is_none() {
            return Some("it names neither a repository nor a subject");
        }
        if self.repository.is_none() && self.repository_id.is_some() {
            return Some("it has a repositoryId and no repository");
        }
        let illegal =
            |text: &str| text.is_empty() || text.len() > limits::EXTENSION_BYTES || text.chars().any(is_unsafe);
        self.texts().any(illegal).then_some("a member is empty, too long, or has characters that cannot be seen")
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        let optional = [
            &self.subject,
            &self.repository,
            &self.repository_id,
            &self.owner,
            &self.owner_id,
            &self.workflow,
            &self.git_ref,
            &self.environment,
            &self.runner,
            &self.trigger,
            &self.callee,
        ];
        core::iter::once(&*self.issuer).chain(optional.into_iter().filter_map(Option::as_deref))
    }

    /// Whether names at this CI system are the same whatever the case of their ASCII letters.
    pub(super) fn folds_case(&self) -> bool {
        &*self.issuer == GITHUB_ISSUER
    }

    /// The issuer of the CI system's token.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    accessors! {
        /// The certificate's subject, where no repository says who signed.
        subject;
        /// The repository's URI.
        repository;
        /// The repository's number.
        repository_id;
        /// The URI of the repository's owner.
        owner;
        /// The owner's number.
        owner_id;
        /// The path of the started workflow, without its ref; its URI where the path is not known.
        workflow;
        /// The git ref that it was built from.
        git_ref;
        /// The deployment environment.
        environment;
        /// Where the job ran.
        runner;
        /// The event that started the workflow.
        trigger;
        /// The reusable workflow that signed, without its ref where that is known.
        callee;
    }
}

/// The path, else the URI without the certificate's own ref, else the whole URI. A self-managed
/// GitLab's certificate names another host in 1.18 than in 1.12 (sigstore/fulcio#1325), so that there
/// is no path; without the URI any project of that host would do.
fn workflow(identity: &SignerIdentity) -> Option<Box<str>> {
    if let Some(path) = identity.workflow_path() {
        return Some(path.into());
    }
    let uri = identity.build_config()?;
    Some(without_ref(uri, [identity.git_ref(), identity.commit()]).into())
}

/// A file's name and a ref may both hold `@`, so that nothing is split: only an end that the certificate
/// states elsewhere is taken off.
fn callee(identity: &SignerIdentity) -> Option<Box<str>> {
    let uri = identity.callee()?;
    Some(without_ref(uri, [identity.signer_digest(), identity.git_ref()]).into())
}

fn without_ref<'a>(uri: &'a str, ends: [Option<&str>; 2]) -> &'a str {
    let plain = |end: &str| uri.strip_suffix(end)?.strip_suffix('@');
    ends.into_iter().flatten().find_map(plain).unwrap_or(uri)
}
