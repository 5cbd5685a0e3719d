//! Other CI systems than GitHub, and GitHub's enterprises.

use countersign::publisher::{Field, MatchNote, MatchStatus};
use countersign::{ParseError, Requirement, TrustedPublisher};

use super::{MISMATCH, UNPROVABLE, denied, denied_by, matched, octo_with, opaque, run};
use crate::question::{Question, accepted, provenance_with, refused};
use crate::support::certificate::{Certificate, SUBJECT_ALT_NAME, uri_names};
use crate::support::der;
use crate::support::workflow::{Workflow, fulcio};

type Change = fn(&mut Workflow);
type ChangeTo = fn(&mut Workflow, &str);

fn gitlab(project: &str, file: &str) -> TrustedPublisher {
    TrustedPublisher::gitlab(project, file).unwrap()
}

fn tools() -> TrustedPublisher {
    gitlab("octo-group/tools/octo-lib", ".gitlab-ci.yml")
}

fn by(publisher: TrustedPublisher) -> Requirement {
    Requirement::trusted_publisher(publisher)
}

fn tools_with(demand: impl FnOnce(TrustedPublisher) -> Result<TrustedPublisher, ParseError>) -> Requirement {
    by(demand(tools()).unwrap())
}

/// A pipeline of GitLab, in every layer.
fn pipeline(change: impl FnOnce(&mut Workflow)) -> Question {
    provenance_with(|a| a.plan(|p| p.gitlab()).workflow(change))
}

/// A pipeline of a GitLab that somebody hosts.
fn self_managed(host: &str) -> Question {
    let last_extension = 23;
    pipeline(|w| *w = Workflow { last_extension, ..Workflow::self_managed(host) })
}

/// A job of CircleCI; its provenance cannot be npm's, so that its build type is unknown.
fn job(change: impl FnOnce(&mut Workflow)) -> Question {
    opaque(|w| {
        *w = Workflow::circleci();
        change(w);
    })
}

fn circleci() -> TrustedPublisher {
    let w = Workflow::circleci();
    TrustedPublisher::circleci(&w.owner_id, &w.repository_id, &w.path, "github.com/octo-org/octo-lib").unwrap()
}

#[test]
fn id_02_an_enterprise_is_trusted_when_it_is_configured() {
    let issued = |end: &str| run(|w| w.issuer = format!("https://token.actions.githubusercontent.com{end}"));
    let octo_corp = octo_with(|p| p.enterprise("octo-corp"));
    assert_eq!(matched(&octo_corp, &issued("/octo-corp")), []);
    assert_eq!(denied_by(&octo_corp, &issued("/evil-corp")), (MISMATCH, "issuer"));
    assert_eq!(denied_by(&octo_corp, &issued("/Octo-Corp")), (MISMATCH, "issuer"));
    assert_eq!(denied_by(&octo_corp, &issued("")), (MISMATCH, "issuer"));
    assert_eq!(denied(&issued("/octo-corp")), (MISMATCH, "issuer"));
}

#[test]
fn id_02_a_gitlab_is_trusted_when_it_is_configured() {
    let example = tools_with(|p| p.host("gitlab.example"));
    assert_eq!(matched(&example, &self_managed("gitlab.example")), []);
    assert_eq!(denied_by(&example, &self_managed("gitlab.evil.example")), (MISMATCH, "issuer"));
    assert_eq!(denied_by(&example, &pipeline(|_| ())), (MISMATCH, "issuer"));
    assert_eq!(denied_by(&by(tools()), &self_managed("gitlab.example")), (MISMATCH, "issuer"));
    // The issuer is that GitLab's own word; the CI file lies elsewhere.
    let elsewhere = provenance_with(|a| {
        a.plan(|p| p.gitlab()).workflow(|w| w.issuer = "https://gitlab.example".into()).statement(unknown_gitlab_build)
    });
    assert_eq!(denied_by(&example, &elsewhere), (MISMATCH, "workflow"));
}

fn unknown_gitlab_build(statement: &mut serde_json::Value) {
    statement["predicate"]["buildType"] = serde_json::json!("x");
}

#[test]
fn id_60_a_pipeline_of_gitlab() {
    assert_eq!(matched(&by(tools()), &pipeline(|_| ())), []);
    assert_eq!(matched(&by(tools()), &pipeline(|w| w.git_ref = "refs/heads/main".into())), []);
    let cased = pipeline(|w| w.repository = "Octo-Group/Tools/Octo-Lib".into());
    assert_eq!(matched(&by(tools()), &cased), [MatchNote::CaseDiffers]);
    let deep = pipeline(|w| w.path = "ci/publish.yml".into());
    assert_eq!(matched(&by(gitlab("octo-group/tools/octo-lib", "ci/publish.yml")), &deep), []);
}

#[test]
fn id_60_each_demand_is_a_field() {
    let all = |p: TrustedPublisher| {
        p.git_ref("refs/tags/v*")?
            .triggers(["push"])?
            .visibility("public")?
            .repository_id("700100200")?
            .owner_id("9100200")
    };
    assert_eq!(matched(&tools_with(all), &pipeline(|_| ())), []);
    let changes: [(Change, &str); 6] = [
        (|w| w.git_ref = "refs/heads/v1".into(), "ref"),
        (|w| w.trigger = "merge_request_event".into(), "trigger"),
        (|w| w.visibility = "internal".into(), "visibility"),
        (|w| w.repository_id = "1".into(), "repository-id"),
        (|w| w.owner_id = "1".into(), "owner-id"),
        (|w| w.runner = "self-hosted".into(), "runner"),
    ];
    for (change, field) in changes {
        assert_eq!(denied_by(&tools_with(all), &pipeline(change)), (MISMATCH, field));
    }
    let npm = tools_with(|p| p.environment("npm"));
    assert_eq!(matched(&npm, &pipeline(|w| w.environment = Some("npm".into()))), []);
    assert_eq!(denied_by(&npm, &pipeline(|w| w.environment = Some("NPM".into()))), (MISMATCH, "environment"));
    // What GitHub's subject would prove, GitLab's does not.
    let subject = |w: &mut Workflow| {
        let text = format!("repo:{}:environment:npm", w.repository);
        (w.subject, w.last_extension) = (Some(text), 24);
    };
    assert_eq!(denied_by(&npm, &pipeline(subject)), (UNPROVABLE, "environment"));
}

#[test]
fn id_61_groups_and_files() {
    for project in ["octo-group/tools", "octo-group/octo-lib", "octo-group/tools/octo-lib/x", "tools/octo-lib"] {
        let other = pipeline(|w| w.repository = project.into());
        assert_eq!(denied_by(&by(tools()), &other), (MISMATCH, "repository"), "{project}");
    }
    for path in ["gitlab-ci.yml", ".gitlab-ci.yaml", "ci/.gitlab-ci.yml", "/.gitlab-ci.yml", ".gitlab-ci.yml@evil/lib"]
    {
        let other = pipeline(|w| w.path = path.into());
        assert_eq!(denied_by(&by(tools()), &other), (MISMATCH, "workflow"), "{path}");
    }
    // One slash, and a CI file of another project.
    for uri in [
        "https://gitlab.com/octo-group/tools/octo-lib/.gitlab-ci.yml@refs/tags/v1.2.3",
        "https://gitlab.com/evil/templates//.gitlab-ci.yml@refs/tags/v1.2.3",
    ] {
        let moved = |c: &mut Certificate| {
            [9, 18].into_iter().for_each(|number| c.extension(&fulcio(number)).value = der::utf8(uri));
            *c.extension(SUBJECT_ALT_NAME) = uri_names(&[uri]);
        };
        let question = provenance_with(|a| a.plan(|p| p.gitlab()).leaf(moved).statement(unknown_gitlab_build));
        assert_eq!(denied_by(&by(tools()), &question), (MISMATCH, "workflow"), "{uri}");
    }
}

#[test]
fn id_61_the_signer_is_the_pipelines_own_file() {
    let other = "https://gitlab.com/evil/templates//.gitlab-ci.yml@refs/heads/main";
    let moved = |c: &mut Certificate| {
        c.extension(&fulcio(9)).value = der::utf8(other);
        *c.extension(SUBJECT_ALT_NAME) = uri_names(&[other]);
    };
    let question = provenance_with(|a| a.plan(|p| p.gitlab()).leaf(moved).statement(unknown_gitlab_build));
    assert_eq!(denied_by(&by(tools()), &question), (MISMATCH, "workflow"));
}

#[test]
fn id_62_circleci_publishes_no_provenance() {
    let question = job(|_| ());
    assert_eq!(denied_by(&by(circleci()), &question), (UNPROVABLE, "provenance"));
    // Its own fields are all proven, and no waiver makes a match of that.
    let identity = accepted(&question).provenance().unwrap().identity().clone();
    let found = circleci().matches(&identity);
    assert_eq!(found.misses(&[]).map(|miss| miss.field()).collect::<Vec<_>>(), [Field::Provenance]);
    assert_eq!(found.status_waiving(&[Field::Provenance]).0, MatchStatus::Unprovable);
    assert_eq!(denied_by(&by(circleci()).waive(Field::Provenance), &question), (UNPROVABLE, "provenance"));
    let contexts = circleci().context_ids(["6f1bd1b5-0a2c-4d1e-8f3a-9b7c5d3e1f03"]).unwrap();
    assert_eq!(denied_by(&by(contexts), &question), (UNPROVABLE, "context-ids"));
}

#[test]
fn id_62_circleci_is_compared_field_by_field() {
    let other = "6f1bd1b5-0a2c-4d1e-8f3a-9b7c5d3e1f0f";
    let changes: [(ChangeTo, &str); 5] = [
        (|w, _| w.issuer = "https://oidc.circleci.example".into(), "issuer"),
        (|w, _| w.repository = "octo-org/other".into(), "repository"),
        (|w, other| w.issuer = format!("https://oidc.circleci.com/org/{other}"), "org-id"),
        (|w, other| w.repository_id = other.into(), "project-id"),
        (|w, other| w.path = other.into(), "pipeline-definition-id"),
    ];
    for (change, field) in changes {
        assert_eq!(denied_by(&by(circleci()), &job(|w| change(w, other))), (MISMATCH, field));
    }
    assert_eq!(denied_by(&by(circleci()), &job(|w| w.runner = "ssh-rerun".into())), (MISMATCH, "runner"));
    let root = "https://oidc.circleci.com";
    assert_eq!(
        denied_by(&by(circleci()), &job(|w| (w.issuer, w.last_extension) = (root.into(), 23))),
        (UNPROVABLE, "org-id")
    );
    assert_eq!(denied_by(&by(circleci()), &job(|w| w.issuer = root.into())), (UNPROVABLE, "provenance"));
}

#[test]
fn id_62_nobody_elses_certificate_is_a_publishers() {
    let publishers = || [TrustedPublisher::github("octo-org/octo-lib", "release.yml").unwrap(), tools(), circleci()];
    for issuer in ["https://agent.buildkite.com", "https://accounts.google.com", "https://oidc.codefresh.io"] {
        let question = opaque(|w| w.issuer = issuer.into());
        for publisher in publishers() {
            assert_eq!(denied_by(&by(publisher), &question), (MISMATCH, "issuer"), "{issuer}");
        }
    }
    let [github, gitlab, circleci] = publishers();
    for publisher in [github.clone(), gitlab.clone()] {
        assert_eq!(denied_by(&by(publisher), &job(|_| ())), (MISMATCH, "issuer"));
    }
    for publisher in [github, circleci.clone()] {
        assert_eq!(denied_by(&by(publisher), &pipeline(|_| ())), (MISMATCH, "issuer"));
    }
    for publisher in [gitlab, circleci] {
        assert_eq!(denied_by(&by(publisher), &run(|_| ())), (MISMATCH, "issuer"));
    }
    // What CircleCI certifies is no build of GitHub's.
    assert_eq!(refused(|a| a.workflow(|w| *w = Workflow::circleci())), "PROVENANCE_CONTRADICTS_CERTIFICATE");
}
