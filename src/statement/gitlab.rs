//! SLSA provenance v0.2 of GitLab CI/CD, as npm writes it there to this day.
//!
//! No signed one was at hand: the table follows libnpmpublish `lib/provenance.js` and the example in
//! GitLab's documentation. So only the source is required; of the some eighty `CI_` variables those
//! that a certificate also states are compared where they are present.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::provenance::{ProvenanceNote, Row, agree, contradiction, row};
use super::slsa_v0_2::{Builder, ConfigSource, Material, Metadata, sole};
use super::unreadable;
use crate::error::VerifyError;
use crate::identity::{GITLAB, SignerIdentity};
use crate::json::{self, Sole};

/// npm's.
const NPM: &str = "https://github.com/npm/cli/gitlab/v0alpha1";
/// npm's of 2023-05, before the spelling was settled.
const NPM_FIRST: &str = "https://github.com/npm/CLI/gitlab/v0alpha1";

#[derive(Deserialize)]
struct Predicate {
    builder: Builder,
    invocation: Invocation,
    metadata: Metadata,
    materials: Sole<Material>,
}

#[derive(Deserialize)]
struct Invocation {
    #[serde(rename = "configSource")]
    config_source: ConfigSource,
    parameters: Parameters,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
struct Parameters {
    ci_commit_ref_name: Option<String>,
    ci_commit_sha: Option<String>,
    ci_config_path: Option<String>,
    ci_job_url: Option<String>,
    ci_pipeline_source: Option<String>,
    ci_project_id: Option<String>,
    ci_project_namespace_id: Option<String>,
    ci_project_url: Option<String>,
    ci_project_visibility: Option<String>,
    ci_server_url: Option<String>,
}

/// Errors, in order: `StatementMalformed`, `ProvenanceContradictsCertificate`.
pub(super) fn check(
    build_type: &str,
    predicate: &RawValue,
    identity: &SignerIdentity,
) -> Result<ProvenanceNote, VerifyError> {
    let build_type = match build_type {
        NPM => NPM,
        NPM_FIRST => NPM_FIRST,
        unknown => return Ok(ProvenanceNote::Opaque { build_type: unknown.into() }),
    };
    let predicate: Predicate = json::read_raw("statement", predicate).map_err(unreadable)?;
    compare(&predicate, build_type, identity)?;
    Ok(ProvenanceNote::Checked { build_type })
}

fn compare(predicate: &Predicate, build_type: &'static str, identity: &SignerIdentity) -> Result<(), VerifyError> {
    let Predicate { builder, invocation, metadata, materials } = predicate;
    let Invocation { config_source, parameters } = invocation;
    let material = sole(materials)?;
    let server = issued_to_gitlab(identity, build_type)?;
    let at_server = |uri: Option<&str>| {
        uri.map(|uri| uri.strip_prefix(GITLAB).map_or(uri.into(), |path| format!("{server}/{path}")))
    };
    let project = at_server(identity.repository());
    let project = project.as_deref();
    let job = at_server(identity.run());
    let job = job.as_deref();
    let git = project.map(|project| format!("git+{project}"));
    let branch = identity.git_ref();
    let branch = branch.and_then(|name| name.strip_prefix("refs/heads/").or_else(|| name.strip_prefix("refs/tags/")));
    agree(&[
        row("invocation.configSource.uri", git.as_deref(), &config_source.uri),
        row("invocation.configSource.digest.sha1", identity.commit(), &config_source.digest.sha1),
        row("materials.uri", git.as_deref(), &material.uri),
        row("materials.digest.sha1", identity.commit(), &material.digest.sha1),
        row("metadata.buildInvocationId", job, &metadata.build_invocation_id),
        if_present("CI_COMMIT_REF_NAME", branch, parameters.ci_commit_ref_name.as_ref()),
        if_present("CI_COMMIT_SHA", identity.commit(), parameters.ci_commit_sha.as_ref()),
        if_present("CI_CONFIG_PATH", config_path(identity, project), parameters.ci_config_path.as_ref()),
        if_present("CI_JOB_URL", job, parameters.ci_job_url.as_ref()),
        if_present("CI_PIPELINE_SOURCE", identity.trigger(), parameters.ci_pipeline_source.as_ref()),
        if_present("CI_PROJECT_ID", identity.repository_id(), parameters.ci_project_id.as_ref()),
        if_present("CI_PROJECT_NAMESPACE_ID", identity.owner_id(), parameters.ci_project_namespace_id.as_ref()),
        if_present("CI_PROJECT_URL", project, parameters.ci_project_url.as_ref()),
        if_present("CI_PROJECT_VISIBILITY", identity.visibility(), parameters.ci_project_visibility.as_ref()),
        if_present("CI_SERVER_URL", Some(server), parameters.ci_server_url.as_ref()),
    ])?;
    let Some(project) = project else { return Ok(()) };
    let runners = format!("{project}/-/runners/");
    match builder.id.strip_prefix(&runners) {
        // Which runner it was no certificate states.
        Some(number) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => Ok(()),
        _ => Err(contradiction("builder.id", &runners, &builder.id)),
    }
}

fn if_present<'a>(member: &'static str, certificate: Option<&str>, predicate: Option<&'a String>) -> Row<'a> {
    Row { member, certificate: certificate.map(str::to_owned), predicate: predicate.map(String::as_str) }
}

/// GitLab issues its tokens itself, so that the subject lies under the issuer, at two slashes'
/// distance from the project. No other CI system's does.
fn issued_to_gitlab<'a>(identity: &'a SignerIdentity, build_type: &'static str) -> Result<&'a str, VerifyError> {
    let issuer = identity.issuer().unwrap_or("no issuer");
    let subject = identity.subject_uri().unwrap_or_default();
    let path = subject.strip_prefix(issuer).and_then(|path| path.strip_prefix('/'));
    if !identity.is_github() && path.is_some_and(|path| path.contains("//")) {
        return Ok(issuer);
    }
    Err(contradiction("buildType", issuer, build_type))
}

/// The path in 1.18, between the project and the ref.
fn config_path<'a>(identity: &'a SignerIdentity, project: Option<&str>) -> Option<&'a str> {
    let rest = identity.build_config()?.strip_prefix(project?)?.strip_prefix("//")?;
    rest.strip_suffix(identity.git_ref()?)?.strip_suffix('@')
}
