//! The written form: one for one publisher, and what is not understood is refused.

use serde_json::{Value, json};

use crate::publisher::{Runner, TrustedPublisher};

const UUID: &str = "6f1bd1b5-0a2c-4d1e-8f3a-9b7c5d3e1f00";

fn plain() -> TrustedPublisher {
    TrustedPublisher::github("octo-org/octo-lib", "release.yml").unwrap()
}

fn full_github() -> TrustedPublisher {
    plain()
        .environment("npm")
        .and_then(|p| p.git_ref("refs/tags/v*"))
        .and_then(|p| p.repository_id("602223945"))
        .and_then(|p| p.owner_id("64505099"))
        .and_then(|p| p.allowed_signers(["b/b/.github/workflows/x.yml", "a/a/.github/workflows/x.yml"]))
        .and_then(|p| p.triggers(["release", "push", "push"]))
        .and_then(|p| p.runner(Runner::Any))
        .and_then(|p| p.visibility("public"))
        .and_then(|p| p.enterprise("octo-corp"))
        .and_then(|p| p.workflow_digest(&"AB".repeat(20)))
        .unwrap()
}

fn gitlab() -> TrustedPublisher {
    TrustedPublisher::gitlab("octo/sub/lib", ".gitlab-ci.yml").unwrap()
}

fn circleci() -> TrustedPublisher {
    TrustedPublisher::circleci(UUID, UUID, UUID, "github.com/octo-org/octo-lib").unwrap()
}

fn read(value: &Value) -> Result<TrustedPublisher, serde_json::Error> {
    serde_json::from_str(&value.to_string())
}

#[test]
fn is_written_as_npm_lists_it() {
    let json = r#"{"type":"github","repository":"octo-org/octo-lib","file":"release.yml"}"#;
    assert_eq!(serde_json::to_string(&plain()).unwrap(), json);
    assert_eq!(serde_json::from_str::<TrustedPublisher>(json).unwrap(), plain());
    assert_eq!(plain().to_string(), "github:octo-org/octo-lib#release.yml");
}

#[test]
fn every_member_is_written_and_read() {
    let github = json!({
        "type": "github", "repository": "octo-org/octo-lib", "file": "release.yml", "enterprise": "octo-corp",
        "environment": "npm", "ref": "refs/tags/v*", "repository-id": "602223945", "owner-id": "64505099",
        "allowed-signers": ["a/a/.github/workflows/x.yml", "b/b/.github/workflows/x.yml"],
        "triggers": ["push", "release"], "runner": "any", "visibility": "public", "workflow-digest": "ab".repeat(20),
    });
    assert_eq!(serde_json::to_value(full_github()).unwrap(), github);
    assert_eq!(read(&github).unwrap(), full_github());
    let host = gitlab().host("gitlab.example").unwrap();
    let written =
        json!({"type": "gitlab", "project": "octo/sub/lib", "file": ".gitlab-ci.yml", "host": "gitlab.example"});
    assert_eq!(serde_json::to_value(&host).unwrap(), written);
    assert_eq!(read(&written).unwrap(), host);
    let circle = circleci().context_ids([UUID]).unwrap();
    let written = json!({"type": "circleci", "org-id": UUID, "project-id": UUID, "pipeline-definition-id": UUID,
        "vcs-origin": "github.com/octo-org/octo-lib", "context-ids": [UUID]});
    assert_eq!(serde_json::to_value(&circle).unwrap(), written);
    assert_eq!(read(&written).unwrap(), circle);
}

#[test]
fn what_is_the_default_is_not_written() {
    assert_eq!(gitlab().host("gitlab.com").unwrap(), gitlab());
    assert_eq!(plain().runner(Runner::Hosted).unwrap(), plain());
    let hosted =
        json!({"type": "github", "repository": "octo-org/octo-lib", "file": "release.yml", "runner": "hosted"});
    assert_eq!(read(&hosted).unwrap(), plain());
}

#[test]
fn is_shown_with_its_demands() {
    let shown = plain().environment("npm").unwrap().triggers(["push", "release"]).unwrap().to_string();
    assert_eq!(shown, "github:octo-org/octo-lib#release.yml with environment=npm, triggers=push|release");
    assert_eq!(gitlab().to_string(), "gitlab:octo/sub/lib#.gitlab-ci.yml");
    assert_eq!(
        circleci().to_string(),
        format!("circleci:github.com/octo-org/octo-lib#{UUID} with org-id={UUID}, project-id={UUID}")
    );
}

#[test]
fn what_is_not_understood_is_refused() {
    let github = |change: fn(&mut Value)| {
        let mut value = json!({"type": "github", "repository": "octo-org/octo-lib", "file": "release.yml"});
        change(&mut value);
        value
    };
    for refused in [
        github(|v| v["file"] = json!("dir/release.yml")),
        github(|v| v["Environment"] = json!("npm")),
        github(|v| v["id"] = json!("x")),
        github(|v| v["environment"] = Value::Null),
        github(|v| v["environment"] = json!("")),
        github(|v| v["ref"] = json!("main")),
        github(|v| v["repository-id"] = json!(602_223_945)),
        github(|v| v["repository_id"] = json!("602223945")),
        github(|v| v["triggers"] = json!([])),
        github(|v| v["triggers"] = json!("push")),
        github(|v| v["allowed-signers"] = json!([])),
        github(|v| v["runner"] = json!("self-hosted")),
        github(|v| v["host"] = json!("gitlab.example")),
        github(|v| v["project"] = json!("octo/lib")),
        github(|v| v["org-id"] = json!(UUID)),
        github(|v| v["context-ids"] = json!([UUID])),
        github(|v| v["type"] = json!("GitHub")),
        github(|v| v["type"] = json!("gitlab")),
        github(|v| v["type"] = Value::Null),
        github(|v| drop(v.as_object_mut().unwrap().remove("type"))),
        github(|v| drop(v.as_object_mut().unwrap().remove("file"))),
        github(|v| drop(v.as_object_mut().unwrap().remove("repository"))),
        json!({"type": "circleci", "org-id": UUID, "project-id": UUID, "pipeline-definition-id": UUID}),
        json!(["github", "octo-org/octo-lib"]),
        json!("github:octo-org/octo-lib#release.yml"),
        json!({}),
    ] {
        assert!(read(&refused).is_err(), "{refused}");
    }
    let twice = r#"{"type":"github","repository":"octo-org/octo-lib","repository":"a/b","file":"release.yml"}"#;
    let twice = serde_json::from_str::<TrustedPublisher>(twice).unwrap_err().to_string();
    assert!(twice.starts_with("duplicate"), "{twice}");
    let array = read(&json!(["github", "octo-org/octo-lib"])).unwrap_err().to_string();
    assert!(array.starts_with("invalid type: sequence"), "{array}");
    let error = read(&github(|v| v["environment"] = json!(""))).unwrap_err().to_string();
    assert!(error.contains("leave the member out"), "{error}");
}
