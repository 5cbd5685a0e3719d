//! SLSA provenance v0.2 of GitHub Actions: npm's of 2023, and that of the SLSA Node.js builder.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::provenance::{
    ProvenanceNote, Row, agree, at_github, contradiction, issued_to_github, row, source, started_workflow,
};
use super::{gitlab, malformed, unreadable};
use crate::error::VerifyError;
use crate::identity::{GITHUB, SignerIdentity};
use crate::json::{self, Sole};

/// npm 9.2 to 9.4.
const NPM_V0: &str = "https://github.com/npm/cli/gha@v0";
/// npm 9.5.0.
const NPM_V1: &str = "https://github.com/npm/cli/gha@v1";
/// npm 9.5.1 to 9.7.
const NPM_V2: &str = "https://github.com/npm/cli/gha/v2";
/// slsa-framework/slsa-github-generator, whose Node.js builder has its provenance signed by a
/// delegator: a reusable workflow beside it, called with the same ref.
const DELEGATOR: &str = "https://github.com/slsa-framework/slsa-github-generator/delegator-generic@v0";

/// Where the generator's workflows are.
const GENERATOR: &str = "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/";
/// The delegators; what follows is the ref.
const DELEGATORS: [&str; 2] = ["delegator_lowperms-generic_slsa3.yml@", "delegator_generic_slsa3.yml@"];
/// The only builder of the generator that publishes to npm; what follows is the delegator's ref.
const NODEJS_BUILDER: &str = "builder_nodejs_slsa3.yml@";

#[derive(Deserialize)]
struct Label {
    #[serde(rename = "buildType")]
    build_type: String,
}

#[derive(Deserialize)]
struct Predicate {
    builder: Builder,
    invocation: Invocation,
    metadata: Metadata,
    materials: Sole<Material>,
}

#[derive(Deserialize)]
pub(super) struct Builder {
    pub(super) id: String,
}

#[derive(Deserialize)]
struct Invocation {
    #[serde(rename = "configSource")]
    config_source: ConfigSource,
    environment: Environment,
}

#[derive(Deserialize)]
pub(super) struct ConfigSource {
    pub(super) uri: String,
    pub(super) digest: Sha1,
    #[serde(rename = "entryPoint")]
    pub(super) entry_point: String,
}

#[derive(Deserialize)]
pub(super) struct Sha1 {
    pub(super) sha1: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
struct Environment {
    github_event_name: String,
    // Not set where a release of a bare commit started the run.
    github_ref: Option<String>,
    github_repository: String,
    github_repository_id: String,
    github_repository_owner_id: String,
    github_run_attempt: String,
    github_run_id: String,
    github_sha: String,
    github_workflow_ref: String,
    github_workflow_sha: String,
}

#[derive(Deserialize)]
pub(super) struct Metadata {
    #[serde(rename = "buildInvocationId")]
    pub(super) build_invocation_id: String,
}

#[derive(Deserialize)]
pub(super) struct Material {
    pub(super) uri: String,
    pub(super) digest: Sha1,
}

/// Errors, in order: `StatementMalformed`, `ProvenanceContradictsCertificate`.
pub(super) fn check(predicate: &RawValue, identity: &SignerIdentity) -> Result<ProvenanceNote, VerifyError> {
    let label: Label = json::read_raw("statement", predicate).map_err(unreadable)?;
    let build_type = match label.build_type.as_str() {
        NPM_V0 => NPM_V0,
        NPM_V1 => NPM_V1,
        NPM_V2 => NPM_V2,
        DELEGATOR => DELEGATOR,
        unknown => return gitlab::check(unknown, predicate, identity),
    };
    let predicate: Predicate = json::read_raw("statement", predicate).map_err(unreadable)?;
    issued_to_github(identity, build_type)?;
    compare(&predicate, build_type, identity)?;
    Ok(ProvenanceNote::Checked { build_type })
}

fn compare(predicate: &Predicate, build_type: &'static str, identity: &SignerIdentity) -> Result<(), VerifyError> {
    let Predicate { builder, invocation, metadata, materials } = predicate;
    let Invocation { config_source, environment } = invocation;
    let material = sole(materials)?;
    if environment.github_ref.is_none() && identity.git_ref().is_some() {
        return Err(malformed("GITHUB_REF is missing"));
    }
    let first_generation = matches!(build_type, NPM_V0 | NPM_V1);
    agree(&[
        source("invocation.configSource.uri", identity, &config_source.uri),
        row("invocation.configSource.digest.sha1", identity.commit(), &config_source.digest.sha1),
        if first_generation {
            let repository = identity.repository().map(|repository| format!("git+{repository}"));
            Row { member: "materials.uri", certificate: repository, predicate: Some(&material.uri) }
        } else {
            source("materials.uri", identity, &material.uri)
        },
        row("materials.digest.sha1", identity.commit(), &material.digest.sha1),
        row("GITHUB_EVENT_NAME", identity.trigger(), &environment.github_event_name),
        Row {
            member: "GITHUB_REF",
            certificate: identity.git_ref().map(str::to_owned),
            predicate: environment.github_ref.as_deref(),
        },
        row(
            "GITHUB_REPOSITORY",
            identity.repository().and_then(|repository| repository.strip_prefix(GITHUB)),
            &environment.github_repository,
        ),
        row("GITHUB_REPOSITORY_ID", identity.repository_id(), &environment.github_repository_id),
        row("GITHUB_REPOSITORY_OWNER_ID", identity.owner_id(), &environment.github_repository_owner_id),
        row("GITHUB_SHA", identity.commit(), &environment.github_sha),
        row("GITHUB_WORKFLOW_SHA", identity.build_config_digest(), &environment.github_workflow_sha),
    ])?;
    compare_run(environment, metadata, identity)?;
    compare_workflow(environment, config_source, first_generation, identity)?;
    compare_builder(&builder.id, build_type, identity)
}

/// The one source that a provenance of npm names.
pub(super) fn sole(materials: &Sole<Material>) -> Result<&Material, VerifyError> {
    match materials {
        Sole { first: Some(material), count: 1 } => Ok(material),
        _ => Err(malformed("materials must be the source alone")),
    }
}

/// The run and its attempt, which the certificate states as one URI.
fn compare_run(environment: &Environment, metadata: &Metadata, identity: &SignerIdentity) -> Result<(), VerifyError> {
    let Some(stated) = identity.run() else { return Ok(()) };
    let (run, attempt) = (&environment.github_run_id, &environment.github_run_attempt);
    let uri = at_github(&format!("{}/actions/runs/{run}/attempts/{attempt}", environment.github_repository));
    agree(&[
        row("GITHUB_RUN_ID and GITHUB_RUN_ATTEMPT", Some(stated), &uri),
        row("metadata.buildInvocationId", Some(&format!("{run}-{attempt}")), &metadata.build_invocation_id),
    ])
}

/// The started workflow, which the first generation names in full and the second by its path.
fn compare_workflow(
    environment: &Environment,
    config_source: &ConfigSource,
    first_generation: bool,
    identity: &SignerIdentity,
) -> Result<(), VerifyError> {
    const ENTRY_POINT: &str = "invocation.configSource.entryPoint";
    started_workflow("GITHUB_WORKFLOW_REF", identity, &at_github(&environment.github_workflow_ref))?;
    if first_generation {
        return started_workflow(ENTRY_POINT, identity, &at_github(&config_source.entry_point));
    }
    agree(&[row(ENTRY_POINT, identity.workflow_path(), &config_source.entry_point)])
}

fn compare_builder(id: &str, build_type: &'static str, identity: &SignerIdentity) -> Result<(), VerifyError> {
    const MEMBER: &str = "builder.id";
    match build_type {
        NPM_V0 | NPM_V1 => {
            // The writer's own version, which no certificate states.
            let version = id.strip_prefix("https://github.com/npm/cli@").unwrap_or_default();
            match semver::Version::parse(version) {
                Ok(_) => Ok(()),
                Err(_) => Err(contradiction(MEMBER, "https://github.com/npm/cli@ and a version", id)),
            }
        }
        NPM_V2 => {
            // Without a suffix it says nothing of the runner.
            const RUNNER: &str = "https://github.com/actions/runner";
            let expected = identity.runner().map(|runner| format!("{RUNNER}/{runner}"));
            if id == RUNNER {
                return Ok(());
            }
            agree(&[row(MEMBER, Some(expected.as_deref().unwrap_or(RUNNER)), id)])
        }
        _ => {
            let signer = identity.signer().unwrap_or("no signer");
            let workflow = signer.strip_prefix(GENERATOR);
            let git_ref = workflow.and_then(|file| DELEGATORS.iter().find_map(|name| file.strip_prefix(name)));
            let Some(git_ref) = git_ref.filter(|git_ref| git_ref.starts_with("refs/")) else {
                return Err(contradiction("buildType", signer, build_type));
            };
            agree(&[row(MEMBER, Some(&format!("{GENERATOR}{NODEJS_BUILDER}{git_ref}")), id)])
        }
    }
}
