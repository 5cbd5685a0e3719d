//! SLSA provenance v1 of GitHub Actions: npm's own, and that of `actions/attest`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::provenance::{ProvenanceNote, Row, agree, issued_to_github, row, source, started_workflow};
use super::{malformed, unreadable};
use crate::error::VerifyError;
use crate::identity::SignerIdentity;
use crate::json::{self, Sole};

/// npm's (libnpmpublish `lib/provenance.js`), and `@actions/attest`'s until 1.2.
const NPM: &str = "https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1";
/// `@actions/attest`'s (actions/toolkit `packages/attest/src/provenance.ts`).
const ATTEST: &str = "https://actions.github.io/buildtypes/workflow/v1";

/// 2023-06-30 to 2023-11-13: npm split `GITHUB_WORKFLOW_REF` at each `@` and kept two parts, so that
/// of the ref `refs/tags/pkg@1.2.3` only `refs/tags/pkg` was written (npm/cli#6613 to npm/cli#6978).
const NPM_CUT_THE_REF: core::ops::Range<i64> = 1_688_083_200..1_699_920_000;

#[derive(Deserialize)]
struct Label {
    #[serde(rename = "buildDefinition")]
    build_definition: BuildType,
}

#[derive(Deserialize)]
struct BuildType {
    #[serde(rename = "buildType")]
    build_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Predicate {
    build_definition: BuildDefinition,
    run_details: RunDetails,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BuildDefinition {
    external_parameters: ExternalParameters,
    internal_parameters: InternalParameters,
    resolved_dependencies: Sole<Dependency>,
}

#[derive(Deserialize)]
struct ExternalParameters {
    workflow: Workflow,
}

#[derive(Deserialize)]
struct Workflow {
    #[serde(rename = "ref", default)]
    git_ref: Option<String>,
    repository: String,
    path: String,
}

#[derive(Deserialize)]
struct InternalParameters {
    github: GitHub,
}

#[derive(Deserialize)]
struct GitHub {
    event_name: String,
    repository_id: String,
    repository_owner_id: String,
    runner_environment: Option<String>,
    #[serde(flatten)]
    unknown: BTreeMap<String, IgnoredAny>,
}

#[derive(Deserialize)]
struct Dependency {
    uri: String,
    digest: GitCommit,
}

#[derive(Deserialize)]
struct GitCommit {
    #[serde(rename = "gitCommit")]
    git_commit: String,
}

#[derive(Deserialize)]
struct RunDetails {
    builder: Builder,
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Builder {
    id: String,
}

#[derive(Deserialize)]
struct Metadata {
    #[serde(rename = "invocationId")]
    invocation_id: String,
}

/// Errors, in order: `StatementMalformed`, `ProvenanceContradictsCertificate`.
pub(super) fn check(predicate: &RawValue, identity: &SignerIdentity) -> Result<ProvenanceNote, VerifyError> {
    let label: Label = json::read_raw("statement", predicate).map_err(unreadable)?;
    let build_type = match label.build_definition.build_type.as_str() {
        NPM => NPM,
        ATTEST => ATTEST,
        unknown => return Ok(ProvenanceNote::Opaque { build_type: unknown.into() }),
    };
    let predicate: Predicate = json::read_raw("statement", predicate).map_err(unreadable)?;
    issued_to_github(identity, build_type)?;
    compare(&predicate, build_type, identity)?;
    Ok(ProvenanceNote::Checked { build_type })
}

fn compare(predicate: &Predicate, build_type: &'static str, identity: &SignerIdentity) -> Result<(), VerifyError> {
    let Predicate { build_definition, run_details } = predicate;
    let workflow = &build_definition.external_parameters.workflow;
    let github = &build_definition.internal_parameters.github;
    // npm's writer is frozen; actions/attest has grown one member already (runner_environment), and
    // what it adds next is nothing that was compared.
    if let (NPM, Some(name)) = (build_type, github.unknown.keys().next()) {
        return Err(malformed(&format!("internalParameters.github has the unknown member \"{name}\"")));
    }
    let dependency = match &build_definition.resolved_dependencies {
        Sole { first: Some(dependency), count: 1 } => dependency,
        _ => return Err(malformed("resolvedDependencies must be the source alone")),
    };
    let builder = match build_type {
        NPM => identity.runner().map(|runner| format!("https://github.com/actions/runner/{runner}")),
        _ => identity.signer().map(str::to_owned),
    };
    agree(&[
        row("externalParameters.workflow.repository", identity.repository(), &workflow.repository),
        source("resolvedDependencies.uri", identity, &dependency.uri),
        row("resolvedDependencies.digest.gitCommit", identity.commit(), &dependency.digest.git_commit),
        row("internalParameters.github.event_name", identity.trigger(), &github.event_name),
        row("internalParameters.github.repository_id", identity.repository_id(), &github.repository_id),
        row("internalParameters.github.repository_owner_id", identity.owner_id(), &github.repository_owner_id),
        Row {
            member: "internalParameters.github.runner_environment",
            certificate: identity.runner().map(str::to_owned),
            predicate: github.runner_environment.as_deref(),
        },
        Row { member: "runDetails.builder.id", certificate: builder, predicate: Some(&run_details.builder.id) },
        row("runDetails.metadata.invocationId", identity.run(), &run_details.metadata.invocation_id),
    ])?;
    compare_workflow(workflow, build_type, identity)
}

/// Repository, path and ref as one URI, because each may hold what separates them.
fn compare_workflow(workflow: &Workflow, build_type: &str, identity: &SignerIdentity) -> Result<(), VerifyError> {
    const MEMBER: &str = "externalParameters.workflow";
    let Workflow { git_ref, repository, path } = workflow;
    let uri = |end: &str| format!("{repository}/{path}@{end}");
    let stated = match (git_ref, identity.git_ref()) {
        (Some(git_ref), _) => git_ref.as_str(),
        (None, None) => "",
        (None, Some(_)) => return Err(malformed("externalParameters.workflow.ref is missing")),
    };
    let Err(difference) = started_workflow(MEMBER, identity, &uri(stated)) else { return Ok(()) };
    let of_certificate = identity.git_ref().unwrap_or_default();
    let cut = || of_certificate.strip_prefix(stated).is_some_and(|rest| rest.starts_with('@'));
    let end = match (build_type, identity.commit()) {
        (NPM, _) if NPM_CUT_THE_REF.contains(&identity.not_before().as_unix()) && !stated.is_empty() && cut() => {
            of_certificate
        }
        // actions/attest wrote the token's ref, whatever the workflow's URI ended in: of a run for a
        // bare commit there is no ref, and the URI ends in the commit.
        (ATTEST, Some(commit)) if stated == of_certificate => commit,
        _ => return Err(difference),
    };
    started_workflow(MEMBER, identity, &uri(end)).map_err(|_| difference)
}
