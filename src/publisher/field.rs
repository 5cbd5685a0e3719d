//! The fields of a trusted publisher, by name.

use core::fmt;

use serde::{Deserialize, Serialize};

/// A field of a trusted publisher. Its name is the same in reports, policies and waivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Field {
    /// Who vouches for the rest: the CI system.
    Issuer,
    /// The repository that the workflow ran in.
    Repository,
    /// The workflow that was started.
    Workflow,
    /// Where it ran.
    Runner,
    /// The deployment environment that the job named.
    Environment,
    /// The git ref that the workflow ran for.
    Ref,
    /// The repository's number.
    RepositoryId,
    /// The number of the repository's owner.
    OwnerId,
    /// The workflow that contains the signing job: the publisher's own, or a reusable one.
    Signer,
    /// The event that started the workflow.
    Trigger,
    /// Whether the repository was public.
    Visibility,
    /// The commit that the workflow's file was read from.
    WorkflowDigest,
    /// CircleCI's number of the organisation.
    OrgId,
    /// CircleCI's number of the project.
    ProjectId,
    /// CircleCI's number of the pipeline definition.
    PipelineDefinitionId,
    /// CircleCI's contexts.
    ContextIds,
    /// Whether the CI system publishes provenance to npm at all.
    Provenance,
}

impl Field {
    /// Its name in reports, policies and waivers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Issuer => "issuer",
            Self::Repository => "repository",
            Self::Workflow => "workflow",
            Self::Runner => "runner",
            Self::Environment => "environment",
            Self::Ref => "ref",
            Self::RepositoryId => "repository-id",
            Self::OwnerId => "owner-id",
            Self::Signer => "signer",
            Self::Trigger => "trigger",
            Self::Visibility => "visibility",
            Self::WorkflowDigest => "workflow-digest",
            Self::OrgId => "org-id",
            Self::ProjectId => "project-id",
            Self::PipelineDefinitionId => "pipeline-definition-id",
            Self::ContextIds => "context-ids",
            Self::Provenance => "provenance",
        }
    }

    /// Whether a waiver by name may excuse that it is unprovable. What stands in for "there is no such
    /// provenance" is nothing that a certificate left out; and without issuer and repository a match would
    /// name nobody, so that any signer whose certificate is silent would do (design decision 14).
    pub(crate) fn may_be_waived(self) -> bool {
        !matches!(self, Self::Provenance | Self::Issuer | Self::Repository)
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
