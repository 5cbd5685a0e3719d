//! What can never match is refused, and the refusal says how to write it.

use crate::error::ParseError;
use crate::publisher::{Runner, TrustedPublisher};

fn github() -> TrustedPublisher {
    TrustedPublisher::github("octo-org/octo-lib", "release.yml").unwrap()
}

fn gitlab() -> TrustedPublisher {
    TrustedPublisher::gitlab("octo/sub/lib", ".gitlab-ci.yml").unwrap()
}

const UUID: &str = "6f1bd1b5-0a2c-4d1e-8f3a-9b7c5d3e1f00";

fn circleci() -> TrustedPublisher {
    TrustedPublisher::circleci(UUID, UUID, UUID, "github.com/octo-org/octo-lib").unwrap()
}

/// That all of these are refused, for that field, with a reason.
#[track_caller]
fn refused(field: &str, values: &[&str], make: impl Fn(&str) -> Result<TrustedPublisher, ParseError>) {
    for value in values {
        match make(value) {
            Err(ParseError::PublisherInvalid { field: found, reason, .. }) => {
                assert_eq!(found, field, "{value:?}");
                assert!(!reason.is_empty());
            }
            other => panic!("{value:?}: {other:?}"),
        }
    }
}

#[test]
fn github_repositories() {
    let with = |repository: &str| TrustedPublisher::github(repository, "release.yml");
    let values = [
        "",
        "/",
        "octo-lib",
        "octo-org/",
        "/octo-lib",
        "octo-org//octo-lib",
        "octo-org/octo-lib/",
        "octo-org/octo-lib/x",
        "https://github.com/octo-org/octo-lib",
        "github.com/octo-org/octo-lib",
        "git@github.com:octo-org/octo-lib",
        "octo-org/octo-lib.git",
        "octo-org/octo-lib.GIT",
        "octo-org/..",
        "octo-org/.",
        "../octo-lib",
        "octo.org/octo-lib",
        "octo org/octo-lib",
        " octo-org/octo-lib",
        "octo-org/octo-lib\n",
        "octo-org/octo-lib\0",
        "octo-org/octo-lib@main",
        "octo-org/octo-lib#x",
        "octo-org/été",
    ];
    refused("repository", &values, with);
    let Err(url) = with("https://github.com/octo-org/octo-lib") else { panic!("a URL was accepted") };
    assert!(url.to_string().contains("write owner/name, not a URL"), "{url}");
}

#[test]
fn github_files() {
    let with = |file: &str| TrustedPublisher::github("octo-org/octo-lib", file);
    let values = [
        "",
        ".yml",
        "release",
        "release.json",
        "release.YML",
        "release.yml ",
        " release.yml",
        "release .yml",
        "dir/release.yml",
        ".github/workflows/release.yml",
        "/release.yml",
        "..\\release.yml",
        "release.yml@refs/heads/main",
        "release.yml@main",
        "rel\nease.yml",
        "rel\u{202e}ease.yml",
    ];
    refused("workflow file", &values, with);
    for (repository, file) in
        [("a/b", "a.yml"), ("octo_corp/a.b_c-d", "npm publish (1).yaml"), ("o/.github", "a@b.yml")]
    {
        assert!(TrustedPublisher::github(repository, file).is_ok(), "{repository} {file}");
    }
}

#[test]
fn gitlab_projects_and_files() {
    let values = [
        "",
        "/",
        "lib",
        "octo/",
        "/octo/lib",
        "octo//lib",
        "octo/lib/",
        "https://gitlab.com/octo/lib",
        "gitlab.com/octo/lib",
        "octo/lib.git",
        "octo/../lib",
        "octo/.",
        "octo /lib",
        "octo/lib@main",
        "octo/l\u{131}b",
        "octo%2Flib/x",
    ];
    refused("project", &values, |project| TrustedPublisher::gitlab(project, ".gitlab-ci.yml"));
    let values = [
        "",
        ".yml",
        "ci/.yml",
        "gitlab-ci",
        ".gitlab-ci.YML",
        "/.gitlab-ci.yml",
        "ci/",
        "ci//x.yml",
        "../x.yml",
        "./x.yml",
        "ci/../x.yml",
        "https://gitlab.com/x.yml",
        "x.yml@group/project",
        "ci\\x.yml",
        "x.yml ",
        "c\u{202e}i/x.yml",
        "x\n.yml",
    ];
    refused("CI file", &values, |file| TrustedPublisher::gitlab("octo/lib", file));
    for file in [".gitlab-ci.yml", "ci/publish.yaml", "ci/a@b.yml", "my ci/x.yml"] {
        assert!(TrustedPublisher::gitlab("octo/sub.group/lib_2", file).is_ok(), "{file}");
    }
}

#[test]
fn circleci_members() {
    let ids = [
        "",
        "6f1bd1b5",
        "6F1BD1B5-0A2C-4D1E-8F3A-9B7C5D3E1F00",
        "{6f1bd1b5-0a2c-4d1e-8f3a-9b7c5d3e1f00}",
        "6f1bd1b50a2c4d1e8f3a9b7c5d3e1f00",
        "6f1bd1b5-0a2c-4d1e-8f3a-9b7c5d3e1f0g",
        "6f1bd1b5-0a2c-4d1e-8f3a-9b7c5d3e1f00 ",
        "6f1bd1b5-0a2c-4d1e-8f3a-9b7c5d3e1f00-",
    ];
    let origin = "github.com/octo-org/octo-lib";
    refused("org-id", &ids, |id| TrustedPublisher::circleci(id, UUID, UUID, origin));
    refused("project-id", &ids, |id| TrustedPublisher::circleci(UUID, id, UUID, origin));
    refused("pipeline-definition-id", &ids, |id| TrustedPublisher::circleci(UUID, UUID, id, origin));
    refused("context-id", &ids, |id| circleci().context_ids([id]));
    let origins =
        ["", "octo-org/octo-lib", "https://github.com/octo-org/octo-lib", "github.com//octo-lib", "a/b/c d", "a/b/"];
    refused("vcs-origin", &origins, |origin| TrustedPublisher::circleci(UUID, UUID, UUID, origin));
    assert!(circleci().context_ids([UUID]).is_ok());
}

#[test]
fn id_44_ids_are_canonical_numbers() {
    let values = [
        "",
        "0123",
        "00",
        " 123",
        "123 ",
        "123.0",
        "+123",
        "-1",
        "0x7b",
        "1e3",
        "1_000",
        "123\n",
        "\u{661}",
        "18446744073709551616",
        "99999999999999999999999999",
    ];
    refused("repository-id", &values, |id| github().repository_id(id));
    refused("owner-id", &values, |id| gitlab().owner_id(id));
    assert!(github().repository_id("18446744073709551615").is_ok());
}

#[test]
fn id_51_environments() {
    let long = "e".repeat(256);
    let values = ["", " ", " npm", "npm ", "n\npm", "n\u{202e}pm", "npm\0", "<nil>", "\"\"", &long];
    refused("environment", &values, |name| github().environment(name));
    for name in ["npm", "Production / EU", "n:pm", "été", &long[1..]] {
        assert!(github().environment(name).is_ok(), "{name}");
    }
}

#[test]
fn id_19_short_commits() {
    let values = ["", "16babff", &"a".repeat(39), &"a".repeat(41), &"g".repeat(40), &"a".repeat(63)];
    refused("workflow-digest", &values, |commit| github().workflow_digest(commit));
    let (lower, upper) = ("ab".repeat(20), "AB".repeat(20));
    assert_eq!(github().workflow_digest(&lower).unwrap(), github().workflow_digest(&upper).unwrap());
    assert!(github().workflow_digest(&"ab".repeat(32)).is_ok());
}

#[test]
fn signers_triggers_and_words() {
    let values = [
        "",
        "build.yml",
        "octo-org/octo-lib",
        "octo-org/octo-lib/build.yml",
        "octo-org/octo-lib/.github/workflows/",
        "octo-org/octo-lib/.github/workflows/dir/build.yml",
        "octo-org/octo-lib/.github/workflows/build.json",
        "https://github.com/octo-org/octo-lib/.github/workflows/build.yml",
        "/.github/workflows/build.yml",
        "octo-org/octo-lib/.github/workflows/build.yml@refs/heads/main",
        "octo-org/octo-lib/.github/workflows/build.yml@v1",
        "octo-lib/.github/workflows/build.yml",
    ];
    refused("allowed signer", &values, |signer| github().allowed_signers([signer]));
    refused("allowed-signers", &[""], |_| github().allowed_signers([""; 0]));
    refused("trigger", &["", "Push", "push ", "push,release", "*", "pull-request"], |event| github().triggers([event]));
    refused("triggers", &[""], |_| github().triggers([""; 0]));
    refused("triggers", &[""], |_| github().triggers(["push"; 65]));
    assert!(github().triggers(["push"; 64]).is_ok());
    refused("context-ids", &[""], |_| circleci().context_ids([""; 0]));
    refused("visibility", &["", "Public", "secret"], |word| github().visibility(word));
    refused("enterprise", &["", "octo/x", "octo corp", "https://x"], |slug| github().enterprise(slug));
}

#[test]
fn gitlab_hosts() {
    let values = [
        "",
        "gitlab",
        "https://gitlab.example",
        "gitlab.example/",
        "GitLab.example",
        "gitlab..example",
        ".gitlab.example",
        "gitlab.example.",
        "git lab.example",
        "gitlab.example:",
        "gitlab.example:0",
        "gitlab.example:+1",
        "gitlab.example:99999",
        "user@gitlab.example",
        "gitlab.example:1:2",
        "git\u{131}ab.example",
    ];
    refused("host", &values, |host| gitlab().host(host));
    assert!(gitlab().host("gitlab.example").is_ok() && gitlab().host("gitlab.example:8443").is_ok());
}

#[test]
fn what_another_ci_system_does_not_have() {
    refused("enterprise", &["octo"], |slug| gitlab().enterprise(slug));
    refused("host", &["gitlab.example"], |host| github().host(host));
    let signer = "octo-org/octo-lib/.github/workflows/build.yml";
    refused("allowed-signers", &[signer], |signer| gitlab().allowed_signers([signer]));
    refused("context-ids", &[UUID], |id| github().context_ids([id]));
    refused("environment", &["npm"], |name| circleci().environment(name));
    refused("ref", &["refs/heads/main"], |rule| circleci().git_ref(rule));
    refused("repository-id", &["1"], |id| circleci().repository_id(id));
    refused("owner-id", &["1"], |id| circleci().owner_id(id));
    refused("triggers", &["push"], |event| circleci().triggers([event]));
    refused("visibility", &["public"], |word| circleci().visibility(word));
    refused("workflow-digest", &[&"a".repeat(40)], |commit| circleci().workflow_digest(commit));
    refused("runner", &[""], |_| circleci().runner(Runner::Any));
}
