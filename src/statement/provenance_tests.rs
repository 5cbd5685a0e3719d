use serde_json::{Value, json};

use super::{SLSA_V1, SLSA_V02, Statement, check_provenance};
use crate::error::VerifyError;
use crate::identity::samples::Stated;
use crate::statement::ProvenanceNote;

const MALFORMED: &str = "ERR_COUNTERSIGN_STATEMENT_MALFORMED";
pub(super) const CONTRADICTS: &str = "ERR_COUNTERSIGN_PROVENANCE_CONTRADICTS_CERTIFICATE";
const COMMIT: &str = "16babffb9153811e193c019939391357372b25ce";
pub(super) const NPM: &str = "https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1";
const ATTEST: &str = "https://actions.github.io/buildtypes/workflow/v1";
pub(super) const HERE: &str = "https://github.com/octo-org/octo-lib/.github/workflows/release.yml@";

pub(super) fn v1(build_type: &str) -> Value {
    json!({
        "buildDefinition": {
            "buildType": build_type,
            "externalParameters": {"workflow": {
                "ref": "refs/tags/v1.2.3",
                "repository": "https://github.com/octo-org/octo-lib",
                "path": ".github/workflows/release.yml",
            }},
            "internalParameters": {"github": {
                "event_name": "push",
                "repository_id": "602223945",
                "repository_owner_id": "64505099",
            }},
            "resolvedDependencies": [{
                "uri": "git+https://github.com/octo-org/octo-lib@refs/tags/v1.2.3",
                "digest": {"gitCommit": COMMIT},
            }],
        },
        "runDetails": {
            "builder": {"id": "https://github.com/actions/runner/github-hosted"},
            "metadata": {"invocationId": "https://github.com/octo-org/octo-lib/actions/runs/4187464577/attempts/1"},
        },
    })
}

pub(super) fn attest() -> Value {
    with(&v1(ATTEST), "/runDetails/builder/id", &format!("{HERE}refs/tags/v1.2.3"))
}

pub(super) fn v0_2(build_type: &str) -> Value {
    json!({
        "buildType": build_type,
        "builder": {"id": "https://github.com/actions/runner"},
        "invocation": {
            "configSource": {
                "uri": "git+https://github.com/octo-org/octo-lib@refs/tags/v1.2.3",
                "digest": {"sha1": COMMIT},
                "entryPoint": ".github/workflows/release.yml",
            },
            "parameters": {},
            "environment": {
                "GITHUB_EVENT_NAME": "push",
                "GITHUB_REF": "refs/tags/v1.2.3",
                "GITHUB_REPOSITORY": "octo-org/octo-lib",
                "GITHUB_REPOSITORY_ID": "602223945",
                "GITHUB_REPOSITORY_OWNER_ID": "64505099",
                "GITHUB_RUN_ATTEMPT": "1",
                "GITHUB_RUN_ID": "4187464577",
                "GITHUB_SHA": COMMIT,
                "GITHUB_WORKFLOW_REF": "octo-org/octo-lib/.github/workflows/release.yml@refs/tags/v1.2.3",
                "GITHUB_WORKFLOW_SHA": COMMIT,
            },
        },
        "metadata": {"buildInvocationId": "4187464577-1"},
        "materials": [{
            "uri": "git+https://github.com/octo-org/octo-lib@refs/tags/v1.2.3",
            "digest": {"sha1": COMMIT},
        }],
    })
}

fn gitlab() -> Value {
    json!({
        "buildType": "https://github.com/npm/cli/gitlab/v0alpha1",
        "builder": {"id": "https://gitlab.com/octo/sub/lib/-/runners/12270835"},
        "invocation": {
            "configSource": {
                "uri": "git+https://gitlab.com/octo/sub/lib",
                "digest": {"sha1": COMMIT},
                "entryPoint": "deploy",
            },
            "parameters": {
                "CI": "true",
                "CI_COMMIT_REF_NAME": "main",
                "CI_COMMIT_SHA": COMMIT,
                "CI_CONFIG_PATH": ".gitlab-ci.yml",
                "CI_JOB_URL": "https://gitlab.com/octo/sub/lib/-/jobs/4316132595",
                "CI_PIPELINE_SOURCE": "push",
                "CI_PROJECT_ID": "45821955",
                "CI_PROJECT_NAMESPACE_ID": "36018",
                "CI_PROJECT_URL": "https://gitlab.com/octo/sub/lib",
                "CI_PROJECT_VISIBILITY": "public",
                "CI_SERVER_URL": "https://gitlab.com",
            },
            "environment": {"name": "a runner"},
        },
        "metadata": {"buildInvocationId": "https://gitlab.com/octo/sub/lib/-/jobs/4316132595"},
        "materials": [{"uri": "git+https://gitlab.com/octo/sub/lib", "digest": {"sha1": COMMIT}}],
    })
}

pub(super) fn with(predicate: &Value, pointer: &str, text: &str) -> Value {
    let mut changed = predicate.clone();
    *changed.pointer_mut(pointer).unwrap() = json!(text);
    changed
}

fn check(predicate: &Value, stated: &Stated) -> Result<ProvenanceNote, VerifyError> {
    let kind = if predicate.get("buildDefinition").is_some() { SLSA_V1 } else { SLSA_V02 };
    let predicate = serde_json::value::to_raw_value(predicate).unwrap();
    check_provenance(&Statement { predicate_type: kind.into(), predicate }, &stated.identity())
}

pub(super) fn code(predicate: &Value, stated: &Stated) -> &'static str {
    check(predicate, stated).unwrap_err().code()
}

pub(super) fn is_checked(predicate: &Value, stated: &Stated) -> bool {
    match check(predicate, stated) {
        Ok(note) => matches!(note, ProvenanceNote::Checked { .. }),
        Err(error) => panic!("{error}"),
    }
}

/// The certificate of a run whose workflow was `file` at `git_ref`.
fn at(file: &str, git_ref: &str) -> Stated {
    let uri = format!("https://github.com/octo-org/octo-lib/.github/workflows/{file}@{git_ref}");
    Stated::github().with(6, git_ref).with(14, git_ref).with(9, &uri).with(18, &uri).subject(&uri)
}

#[test]
fn each_build_type_agrees_with_its_certificate() {
    for predicate in [v1(NPM), attest(), v0_2("https://github.com/npm/cli/gha/v2")] {
        assert!(is_checked(&predicate, &Stated::github()), "{predicate}");
    }
    assert!(is_checked(&gitlab(), &Stated::gitlab()));
    let first = with(&gitlab(), "/buildType", "https://github.com/npm/CLI/gitlab/v0alpha1");
    assert!(is_checked(&first, &Stated::gitlab()));
}

#[test]
fn as_22_to_as_27_each_member_of_each_table() {
    for (predicate, stated, unstated) in [
        (v1(NPM), Stated::github(), &[][..]),
        (attest(), Stated::github(), &[]),
        (v0_2("https://github.com/npm/cli/gha/v2"), Stated::github(), &[]),
        (gitlab(), Stated::gitlab(), &["/entryPoint", "/CI", "/environment/name"]),
    ] {
        for (pointer, text) in crate::identity::samples::leaves(&predicate) {
            if pointer.ends_with("uildType") {
                continue;
            }
            for other in [format!("{text}x"), format!("x{text}"), String::new()] {
                let result = check(&with(&predicate, &pointer, &other), &stated).map_err(|error| error.code());
                if unstated.iter().any(|name| pointer.ends_with(name)) {
                    assert!(result.is_ok(), "{pointer} {other}");
                } else {
                    assert_eq!(result, Err(CONTRADICTS), "{pointer} {other}");
                }
            }
        }
    }
}

#[test]
fn as_22_parts_cannot_be_moved_over_a_separator() {
    for (repository, path, git_ref) in [
        ("https://github.com/octo-org", "octo-lib/.github/workflows/release.yml", "refs/tags/v1.2.3"),
        ("https://github.com/octo-org/octo-lib/.github", "workflows/release.yml", "refs/tags/v1.2.3"),
    ] {
        let workflow = "/buildDefinition/externalParameters/workflow";
        let moved = with(&v1(NPM), &format!("{workflow}/repository"), repository);
        let moved = with(&moved, &format!("{workflow}/path"), path);
        assert_eq!(code(&with(&moved, &format!("{workflow}/ref"), git_ref), &Stated::github()), CONTRADICTS);
    }
}

#[test]
fn as_25_the_runner_is_the_certificates() {
    let own = Stated::github().with(11, "self-hosted");
    assert_eq!(code(&v1(NPM), &own), CONTRADICTS);
    assert!(is_checked(
        &with(&v1(NPM), "/runDetails/builder/id", "https://github.com/actions/runner/self-hosted"),
        &own
    ));
    let mut with_runner = attest();
    with_runner["buildDefinition"]["internalParameters"]["github"]["runner_environment"] = json!("github-hosted");
    assert!(is_checked(&with_runner, &Stated::github()));
    assert_eq!(code(&with_runner, &own), CONTRADICTS);
    let v2 = v0_2("https://github.com/npm/cli/gha/v2");
    assert!(is_checked(&v2, &own));
    let suffixed = with(&v2, "/builder/id", "https://github.com/actions/runner/github-hosted");
    assert!(is_checked(&suffixed, &Stated::github()));
    assert_eq!(code(&suffixed, &own), CONTRADICTS);
}

#[test]
fn as_26_an_unknown_build_type_is_opaque() {
    for build_type in ["https://evil.example/build", "", &format!("{NPM}x"), "https://github.com/npm/cli/gha/v3"] {
        for predicate in [v1(build_type), v0_2(build_type)] {
            let note = check(&predicate, &Stated::github()).unwrap();
            assert_eq!(note, ProvenanceNote::Opaque { build_type: build_type.into() });
        }
    }
    let opaque = json!({"buildType": "x\u{1b}[2J", "materials": 7});
    assert!(!check(&opaque, &Stated::github()).unwrap().to_string().contains('\u{1b}'));
    for predicate in [
        json!({}),
        json!([]),
        json!({"buildType": null}),
        json!({"buildDefinition": {}}),
        json!({"buildDefinition": [NPM]}),
    ] {
        assert_eq!(code(&predicate, &Stated::github()), MALFORMED, "{predicate}");
    }
}

#[test]
fn a_build_type_belongs_to_a_ci_system() {
    let mut email = Stated::github().subject("mona@github.example");
    email.is_email = true;
    email.extensions.clear();
    let email = email.with(8, "https://accounts.google.com");
    for predicate in [
        v1(NPM),
        attest(),
        v0_2("https://github.com/npm/cli/gha/v2"),
        v0_2("https://github.com/npm/cli/gha@v0"),
        gitlab(),
    ] {
        assert_eq!(code(&predicate, &email), CONTRADICTS, "{predicate}");
    }
    assert_eq!(code(&v1(NPM), &Stated::gitlab()), CONTRADICTS);
    assert_eq!(code(&gitlab(), &Stated::github()), CONTRADICTS);
}

#[test]
fn duplicates_and_lists_are_refused() {
    let text = v1(NPM).to_string();
    for (member, twice) in [
        ("\"path\":\".github/workflows/release.yml\"", "\"path\":\"x\""),
        ("\"event_name\":\"push\"", "\"event_name\":\"x\""),
        ("\"buildType\":", "\"buildType\":\"x\",\"buildType\":"),
    ] {
        assert!(text.contains(member));
        let changed = if twice.starts_with(member) {
            text.replace(member, twice)
        } else {
            text.replace(member, &format!("{member},{twice}"))
        };
        let predicate = serde_json::value::RawValue::from_string(changed).unwrap();
        let statement = Statement { predicate_type: SLSA_V1.into(), predicate };
        let result = check_provenance(&statement, &Stated::github().identity());
        assert_eq!(result.unwrap_err().code(), MALFORMED, "{member}");
    }
    let mut list = v1(NPM);
    list["buildDefinition"]["externalParameters"]["workflow"] =
        json!(["refs/tags/v1.2.3", "https://github.com/octo-org/octo-lib", ".github/workflows/release.yml"]);
    assert_eq!(code(&list, &Stated::github()), MALFORMED);
    let mut two = v1(NPM);
    let list = two["buildDefinition"]["resolvedDependencies"].as_array_mut().unwrap();
    list.push(json!({"uri": "git+https://github.com/evil/evil"}));
    assert_eq!(code(&two, &Stated::github()), MALFORMED);
    let mut none = v0_2("https://github.com/npm/cli/gha/v2");
    none["materials"] = json!([]);
    assert_eq!(code(&none, &Stated::github()), MALFORMED);
}

#[test]
fn npms_parameters_are_closed_and_those_of_attest_are_not() {
    for (mut predicate, expected) in [(v1(NPM), Err(MALFORMED)), (attest(), Ok(()))] {
        predicate["buildDefinition"]["internalParameters"]["github"]["actor"] = json!("mona");
        let result = check(&predicate, &Stated::github()).map(drop).map_err(|error| error.code());
        assert_eq!(result, expected);
    }
}

#[test]
fn id_16_tags_with_an_at_sign() {
    let tag = "refs/tags/@octo/lib@1.2.3";
    let of_tag = |predicate: &Value, git_ref: &str| {
        let changed = with(predicate, "/buildDefinition/externalParameters/workflow/ref", git_ref);
        with(
            &changed,
            "/buildDefinition/resolvedDependencies/0/uri",
            &format!("git+https://github.com/octo-org/octo-lib@{tag}"),
        )
    };
    let stated = at("release.yml", tag);
    assert!(is_checked(&of_tag(&v1(NPM), tag), &stated));
    // npm/cli#6978: cut at the second @, for as long as npm did so.
    for (git_ref, time, expected) in [
        ("refs/tags/", "2023-06-29T23:59:59Z", Err(CONTRADICTS)),
        ("refs/tags/", "2023-06-30T00:00:00Z", Ok(())),
        ("refs/tags/", "2023-11-13T23:59:59Z", Ok(())),
        ("refs/tags/", "2023-11-14T00:00:00Z", Err(CONTRADICTS)),
        ("refs/tags", "2023-09-01T00:00:00Z", Err(CONTRADICTS)),
        ("refs/", "2023-09-01T00:00:00Z", Err(CONTRADICTS)),
        ("", "2023-09-01T00:00:00Z", Err(CONTRADICTS)),
        ("refs/tags/@octo/lib", "2023-09-01T00:00:00Z", Ok(())),
    ] {
        let result = check(&of_tag(&v1(NPM), git_ref), &stated.clone().at(time));
        assert_eq!(result.map(drop).map_err(|error| error.code()), expected, "{git_ref} {time}");
    }
    // actions/attest cuts at the last @ today, and wrote the token's ref before.
    let attest = with(&attest(), "/runDetails/builder/id", &format!("{HERE}{tag}"));
    assert!(is_checked(&of_tag(&attest, tag), &stated));
    let path = "/buildDefinition/externalParameters/workflow/path";
    let last = with(&of_tag(&attest, "1.2.3"), path, ".github/workflows/release.yml@refs/tags/@octo/lib");
    assert!(is_checked(&last, &stated));
    assert_eq!(code(&of_tag(&attest, "refs/tags/"), &stated), CONTRADICTS);
}

#[test]
fn ex_12_runs_for_a_bare_commit() {
    let uri = format!("{HERE}{COMMIT}");
    let stated = Stated::github().without(6).without(14).with(9, &uri).with(18, &uri).subject(&uri);
    let reference = "/buildDefinition/externalParameters/workflow/ref";
    let source = "/buildDefinition/resolvedDependencies/0/uri";
    for end in ["", "undefined"] {
        let npm = with(
            &with(&v1(NPM), reference, COMMIT),
            source,
            &format!("git+https://github.com/octo-org/octo-lib@{end}"),
        );
        assert!(is_checked(&npm, &stated));
    }
    let elsewhere = with(&with(&v1(NPM), reference, COMMIT), source, "git+https://github.com/octo-org/octo-lib2@");
    assert_eq!(code(&elsewhere, &stated), CONTRADICTS);
    let attest = with(&attest(), "/runDetails/builder/id", &uri);
    let attest = with(&attest, source, "git+https://github.com/octo-org/octo-lib@");
    assert!(is_checked(&with(&attest, reference, ""), &stated));
    assert_eq!(code(&with(&attest, reference, "refs/heads/main"), &stated), CONTRADICTS);
}

#[test]
fn gitlab_elsewhere_is_written_as_gitlab_com() {
    let host = "https://gitlab.archlinux.org";
    let text = gitlab().to_string().replace("https://gitlab.com", host);
    let predicate: Value = serde_json::from_str(&text).unwrap();
    let uri = format!("{host}/octo/sub/lib//.gitlab-ci.yml@refs/heads/main");
    let stated = Stated::gitlab().with(1, host).with(8, host).with(9, &uri).with(18, &uri).subject(&uri);
    assert!(is_checked(&predicate, &stated));
    assert_eq!(code(&gitlab(), &stated), CONTRADICTS);
    assert_eq!(code(&predicate, &Stated::gitlab()), CONTRADICTS);
}

#[test]
fn each_extension_is_compared_by_itself() {
    let bare = Stated::github().without(5).without(12).without(16).without(6).without(14);
    assert!(is_checked(&v1(NPM), &bare));
    assert!(is_checked(&v0_2("https://github.com/npm/cli/gha/v2"), &bare));
    let path = with(&v1(NPM), "/buildDefinition/externalParameters/workflow/path", ".github/workflows/x.yml");
    assert_eq!(code(&path, &bare), CONTRADICTS);
    let run = with(&v0_2("https://github.com/npm/cli/gha/v2"), "/invocation/environment/GITHUB_RUN_ID", "1");
    assert_eq!(code(&run, &bare), CONTRADICTS);
}
