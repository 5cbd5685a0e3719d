//! in-toto statements: npm's publish attestation and every provenance format that npm has carried.

use serde_json::{Value, json};

use super::package::Package;
use super::workflow::Workflow;

pub const STATEMENT_V0_1: &str = "https://in-toto.io/Statement/v0.1";
pub const STATEMENT_V1: &str = "https://in-toto.io/Statement/v1";
pub const PUBLISH_V0_1: &str = "https://github.com/npm/attestation/tree/main/specs/publish/v0.1";
pub const SLSA_V0_2: &str = "https://slsa.dev/provenance/v0.2";
pub const SLSA_V1: &str = "https://slsa.dev/provenance/v1";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    /// SLSA v0.2 by npm 9.4 (`gha@v0`).
    GhaV0,
    /// SLSA v0.2 by npm 9.5 (`gha@v1`).
    GhaV1,
    /// SLSA v0.2 by npm 9.6 (`gha/v2`).
    GhaV2,
    /// SLSA v0.2 by npm on GitLab.
    GitLab,
    /// SLSA v0.2 by the SLSA Node.js builder.
    Delegator,
    /// SLSA v1 by npm.
    NpmV1,
    /// SLSA v1 by actions/attest.
    AttestV1,
}

impl Build {
    pub const ALL: [Build; 7] =
        [Build::GhaV0, Build::GhaV1, Build::GhaV2, Build::GitLab, Build::Delegator, Build::NpmV1, Build::AttestV1];

    pub fn build_type(self) -> &'static str {
        match self {
            Build::GhaV0 => "https://github.com/npm/cli/gha@v0",
            Build::GhaV1 => "https://github.com/npm/cli/gha@v1",
            Build::GhaV2 => "https://github.com/npm/cli/gha/v2",
            Build::GitLab => "https://github.com/npm/cli/gitlab/v0alpha1",
            Build::Delegator => "https://github.com/slsa-framework/slsa-github-generator/delegator-generic@v0",
            Build::NpmV1 => "https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1",
            Build::AttestV1 => "https://actions.github.io/buildtypes/workflow/v1",
        }
    }

    pub fn statement(self, package: &Package, workflow: &Workflow) -> Value {
        let (kind, predicate_type, predicate) = match self {
            Build::NpmV1 => (STATEMENT_V1, SLSA_V1, npm_v1(workflow)),
            Build::AttestV1 => (STATEMENT_V1, SLSA_V1, attest_v1(workflow)),
            Build::GitLab => (STATEMENT_V0_1, SLSA_V0_2, gitlab(workflow)),
            _ => (STATEMENT_V0_1, SLSA_V0_2, self.github_v0_2(workflow)),
        };
        statement(kind, package, predicate_type, predicate)
    }

    fn github_v0_2(self, w: &Workflow) -> Value {
        let old = matches!(self, Build::GhaV0 | Build::GhaV1);
        let builder = match self {
            Build::GhaV0 => "https://github.com/npm/cli@9.4.2".into(),
            Build::GhaV1 => "https://github.com/npm/cli@9.5.0".into(),
            Build::GhaV2 => "https://github.com/actions/runner".into(),
            _ => delegate_uri(w),
        };
        let repository = format!("git+{}", w.repository_uri());
        let source = format!("{repository}@{}", w.git_ref);
        let entry = if old { w.workflow_ref() } else { w.path.clone() };
        let digest = json!({"sha1": w.sha});
        json!({
            "buildType": self.build_type(),
            "builder": {"id": builder},
            "invocation": {
                "configSource": {"uri": source, "digest": digest, "entryPoint": entry},
                "parameters": if self == Build::Delegator { delegate_inputs() } else { json!({}) },
                "environment": github_environment(w),
            },
            "metadata": {
                "buildInvocationId": format!("{}-{}", w.run_id, w.run_attempt),
                "completeness": {"parameters": false, "environment": false, "materials": false},
                "reproducible": false,
            },
            "materials": [{"uri": if old { repository } else { source }, "digest": digest}],
        })
    }
}

fn github_environment(w: &Workflow) -> Value {
    json!({
        "GITHUB_ACTOR_ID": "583231",
        "GITHUB_EVENT_NAME": w.trigger,
        "GITHUB_REF": w.git_ref,
        "GITHUB_REF_TYPE": w.ref_type(),
        "GITHUB_REPOSITORY": w.repository,
        "GITHUB_REPOSITORY_ID": w.repository_id,
        "GITHUB_REPOSITORY_OWNER_ID": w.owner_id,
        "GITHUB_RUN_ATTEMPT": w.run_attempt,
        "GITHUB_RUN_ID": w.run_id,
        "GITHUB_RUN_NUMBER": "42",
        "GITHUB_SHA": w.sha,
        "GITHUB_WORKFLOW_REF": w.workflow_ref(),
        "GITHUB_WORKFLOW_SHA": w.sha,
    })
}

/// The builder names itself by the workflow that was called, not by the one that signs.
fn delegate_uri(w: &Workflow) -> String {
    match &w.callee {
        Some(c) => {
            format!("https://github.com/{}/.github/workflows/builder_nodejs_slsa3.yml@{}", c.repository, c.git_ref)
        }
        None => w.signer_uri(),
    }
}

fn delegate_inputs() -> Value {
    json!({"inputs": {"directory": ".", "node-version": "", "rekor-log-public": false, "run-scripts": "ci, build"}})
}

fn gitlab(w: &Workflow) -> Value {
    let source = format!("git+{}", w.repository_uri());
    let digest = json!({"sha1": w.sha});
    json!({
        "buildType": Build::GitLab.build_type(),
        "builder": {"id": format!("{}/-/runners/7100200", w.repository_uri())},
        "invocation": {
            "configSource": {"uri": source, "digest": digest, "entryPoint": "publish"},
            "parameters": {
                "CI": "true",
                "CI_COMMIT_REF_NAME": w.ref_name(),
                "CI_COMMIT_SHA": w.sha,
                "CI_CONFIG_PATH": w.path,
                "CI_JOB_ID": w.run_id,
                "CI_JOB_NAME": "publish",
                "CI_JOB_URL": w.invocation_uri(),
                "CI_PIPELINE_SOURCE": w.trigger,
                "CI_PROJECT_ID": w.repository_id,
                "CI_PROJECT_NAMESPACE_ID": w.owner_id,
                "CI_PROJECT_PATH": w.repository,
                "CI_PROJECT_URL": w.repository_uri(),
                "CI_PROJECT_VISIBILITY": w.visibility,
                "CI_RUNNER_ID": "7100200",
                "CI_SERVER_URL": w.issuer,
            },
            "environment": {
                "name": "octo-runner",
                "architecture": "linux/amd64",
                "server": w.issuer,
                "project": w.repository,
                "job": {"id": w.run_id},
                "pipeline": {"id": "5100200", "ref": w.path},
            },
        },
        "metadata": {
            "buildInvocationId": w.invocation_uri(),
            "completeness": {"parameters": true, "environment": true, "materials": false},
            "reproducible": false,
        },
        "materials": [{"uri": source, "digest": digest}],
    })
}

fn npm_v1(w: &Workflow) -> Value {
    let builder = format!("https://github.com/actions/runner/{}", w.runner);
    slsa_v1(w, Build::NpmV1, builder, github_parameters(w))
}

fn attest_v1(w: &Workflow) -> Value {
    let mut parameters = github_parameters(w);
    parameters["runner_environment"] = json!(w.runner);
    slsa_v1(w, Build::AttestV1, w.signer_uri(), parameters)
}

fn github_parameters(w: &Workflow) -> Value {
    json!({
        "event_name": w.trigger,
        "repository_id": w.repository_id,
        "repository_owner_id": w.owner_id,
    })
}

fn slsa_v1(w: &Workflow, build: Build, builder: String, parameters: Value) -> Value {
    json!({
        "buildDefinition": {
            "buildType": build.build_type(),
            "externalParameters": {"workflow": {
                "ref": w.revision(), "repository": w.repository_uri(), "path": w.path,
            }},
            "internalParameters": {"github": parameters},
            "resolvedDependencies": [{
                "uri": format!("git+{}@{}", w.repository_uri(), w.git_ref),
                "digest": {"gitCommit": w.sha},
            }],
        },
        "runDetails": {
            "builder": {"id": builder},
            "metadata": {"invocationId": w.invocation_uri()},
        },
    })
}

/// npm's own attestation that it published the package.
pub fn publish(package: &Package, registry: &str) -> Value {
    let predicate = json!({"name": package.name, "version": package.version, "registry": registry});
    statement(STATEMENT_V0_1, package, PUBLISH_V0_1, predicate)
}

fn statement(kind: &str, package: &Package, predicate_type: &str, predicate: Value) -> Value {
    json!({
        "_type": kind,
        "subject": [{"name": package.purl(), "digest": {"sha512": hex::encode(package.sha512())}}],
        "predicateType": predicate_type,
        "predicate": predicate,
    })
}
