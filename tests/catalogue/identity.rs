//! ID: whether the signer is the trusted publisher, by the certificate alone.

use countersign::policy::RequiredSigner;
use countersign::publisher::{Field, MatchNote};
use countersign::{Denied, Requirement, TrustedPublisher};
use serde_json::json;

use crate::attestation_set::publisher;
use crate::question::{Question, accepted, provenance_in, provenance_with, refused};
use crate::support::Miniature;
use crate::support::bundle::Era;
use crate::support::certificate::{Certificate, Extension, SUBJECT_ALT_NAME, uri_names};
use crate::support::der;
use crate::support::statement::Build;
use crate::support::workflow::{Callee, Workflow, fulcio};

const MISMATCH: &str = "PUBLISHER_MISMATCH";
const UNPROVABLE: &str = "PUBLISHER_UNPROVABLE";

/// The code with which the sound evidence is denied, and the field.
#[track_caller]
fn denied_by(requirement: &Requirement, question: &Question) -> (&'static str, &'static str) {
    let denied = requirement.authorize(&accepted(question), question.now).expect_err("this was authorized");
    let field = match denied {
        Denied::PublisherMismatch { field, .. }
        | Denied::PublisherUnprovable { field, .. }
        | Denied::SignerMismatch { field, .. } => field,
        _ => "",
    };
    (denied.code().strip_prefix("ERR_COUNTERSIGN_").unwrap(), field)
}

#[track_caller]
fn denied(question: &Question) -> (&'static str, &'static str) {
    denied_by(&publisher(), question)
}

/// The notes of the match.
#[track_caller]
fn matched(requirement: &Requirement, question: &Question) -> Vec<MatchNote> {
    let authorized = requirement.authorize(&accepted(question), question.now).expect("this was denied");
    authorized.publisher_match().unwrap().notes()
}

/// A provenance of another run, in every layer.
fn run(change: impl FnOnce(&mut Workflow)) -> Question {
    provenance_with(|a| a.workflow(change))
}

/// The same, of a build type that says nothing of the CI system.
fn opaque(change: impl FnOnce(&mut Workflow)) -> Question {
    let unknown = |s: &mut serde_json::Value| s["predicate"]["buildDefinition"]["buildType"] = json!("x");
    provenance_with(|a| a.workflow(change).statement(unknown))
}

fn github(repository: &str, file: &str) -> Requirement {
    Requirement::trusted_publisher(TrustedPublisher::github(repository, file).unwrap())
}

#[test]
fn id_01_every_field_is_the_publishers() {
    assert_eq!(matched(&publisher(), &run(|_| ())), []);
}

#[test]
fn id_02_other_issuers() {
    for issuer in [
        "https://token.actions.githubusercontent.com/octo-enterprise",
        "https://token.actions.githubusercontent.com/",
        "http://token.actions.githubusercontent.com",
        "https://TOKEN.actions.githubusercontent.com",
        "https://token.actions.githubusercontent.com:443",
        "https://token.actions.githubusercontent.com.evil.example",
    ] {
        assert_eq!(denied(&opaque(|w| w.issuer = issuer.into())), (MISMATCH, "issuer"), "{issuer}");
    }
    // Where the build type speaks of GitHub, the provenance contradicts such a certificate.
    let evil = |w: &mut Workflow| w.issuer = "https://token.evil.example".into();
    assert_eq!(refused(|a| a.workflow(evil)), "PROVENANCE_CONTRADICTS_CERTIFICATE");
}

#[test]
fn id_03_id_62_another_ci_system() {
    let gitlab = provenance_with(|a| a.plan(|p| p.gitlab()));
    assert_eq!(denied(&gitlab), (MISMATCH, "issuer"));
    let namesake = provenance_with(|a| a.plan(|p| p.gitlab()).workflow(|w| w.repository = "octo-org/octo-lib".into()));
    assert_eq!(denied(&namesake), (MISMATCH, "issuer"));
}

#[test]
fn id_03_id_62_a_person() {
    let person = |c: &mut Certificate| {
        let name = der::sequence(&[der::implicit(1, b"octocat@octo.example")]);
        *c.extension(SUBJECT_ALT_NAME) = Extension::new(SUBJECT_ALT_NAME, true, name);
        c.extensions.retain(|e| !e.oid.starts_with("1.3.6.1.4.1.57264.1."));
        let list = c.extensions.pop().unwrap();
        c.put(&fulcio(1), b"https://accounts.example".to_vec());
        c.put(&fulcio(8), der::utf8("https://accounts.example"));
        c.extensions.push(list);
    };
    assert_eq!(refused(|a| a.leaf(person)), "PROVENANCE_CONTRADICTS_CERTIFICATE");
    let unknown = |s: &mut serde_json::Value| s["predicate"]["buildDefinition"]["buildType"] = json!("x");
    assert_eq!(denied(&provenance_with(|a| a.leaf(person).statement(unknown))), (MISMATCH, "issuer"));
}

#[test]
fn id_04_the_text_in_another_kind_of_name() {
    let uri = Workflow::github().signer_uri();
    let text = uri.as_bytes();
    for name in [
        der::implicit(1, text),
        der::implicit(2, text),
        der::implicit(7, &[127, 0, 0, 1]),
        der::explicit(0, &[der::oid("1.3.6.1.4.1.57264.1.7"), der::explicit(0, &der::utf8(&uri))].concat()),
    ] {
        let names = Extension::new(SUBJECT_ALT_NAME, true, der::sequence(&[name]));
        let code = refused(|a| a.leaf(|c| *c.extension(SUBJECT_ALT_NAME) = names));
        assert_eq!(code, "INCONSISTENT_IDENTITY");
    }
}

#[test]
fn id_05_two_names() {
    let own = Workflow::github().signer_uri();
    let evil = own.replace("octo-org", "evil");
    for uris in [[&*own, &*evil], [&*evil, &*own], [&*own, &*own]] {
        assert_eq!(refused(|a| a.leaf(|c| *c.extension(SUBJECT_ALT_NAME) = uri_names(&uris))), "SUBJECT_ALT_NAME");
    }
    let email = der::sequence(&[der::implicit(6, own.as_bytes()), der::implicit(1, b"octocat@octo.example")]);
    let names = Extension::new(SUBJECT_ALT_NAME, true, email);
    assert_eq!(refused(|a| a.leaf(|c| *c.extension(SUBJECT_ALT_NAME) = names)), "SUBJECT_ALT_NAME");
}

#[test]
fn id_06_id_07_id_11_id_12_id_32_other_repositories() {
    for repository in [
        "evil/octo-lib",
        "octo-org/octo-lib-evil",
        "octo-org/octo-li",
        "octo-org-evil/octo-lib",
        "octo-org/octo-lib.git",
        "octo-org/octo-lib?x",
        "octo-org/octo-lib#x",
        "octo-org/octo%2Dlib",
        "octo-org/%6Fcto-lib",
    ] {
        assert_eq!(denied(&run(|w| w.repository = repository.into())), (MISMATCH, "repository"), "{repository}");
    }
    for repository in ["evil/octo-org/octo-lib", "octo-org/octo-lib/", "octo-org//octo-lib", "octo-org/octo-lib/../x"] {
        let code = refused(|a| a.workflow(|w| w.repository = repository.into()));
        assert_eq!(code, "INCONSISTENT_IDENTITY", "{repository}");
    }
}

#[test]
fn id_08_ascii_case_of_the_repository() {
    let other = |w: &mut Workflow| w.repository = "Octo-Org/OCTO-lib".into();
    assert_eq!(matched(&publisher(), &run(other)), [MatchNote::CaseDiffers]);
}

#[test]
fn id_09_letters_that_only_look_alike() {
    // A URI is ASCII, and so is a repository (EX-06).
    for repository in ["octo-org/octo-\u{13a}ib", "octo-org/\u{43e}cto-lib", "octo-org/octo-l\u{131}b", "\u{212a}/lib"]
    {
        let code = refused(|a| a.workflow(|w| w.repository = repository.into()));
        assert_eq!(code, "SUBJECT_ALT_NAME", "{repository}");
    }
}

#[test]
fn id_10_patterns_are_text() {
    let question = run(|w| w.repository = "octo-org/myXrepo".into());
    assert_eq!(denied_by(&github("octo-org/my.repo", "release.yml"), &question), (MISMATCH, "repository"));
    assert_eq!(denied_by(&github("octo-org/octo-lib", "r.l.a.e.yml"), &run(|_| ())), (MISMATCH, "workflow"));
    for pattern in ["octo-org/.*", "octo-org/(a+)+$", "octo-org/a|b", "octo-org/*"] {
        let error = TrustedPublisher::github(pattern, "release.yml").unwrap_err();
        assert_eq!(error.code(), "ERR_COUNTERSIGN_PUBLISHER_INVALID", "{pattern}");
    }
}

#[test]
fn id_11_other_hosts() {
    for host in ["https://github.com@evil.example/", "https://github.com.evil.example/", "http://github.com/"] {
        let moved = |c: &mut Certificate| {
            for number in [12, 16, 18] {
                let value = String::from_utf8(c.extension(&fulcio(number)).value[2..].to_vec()).unwrap();
                let value = value.trim_start_matches(|b: char| b != 'h').to_owned();
                c.extension(&fulcio(number)).value = der::utf8(&value.replace("https://github.com/", host));
            }
        };
        assert_eq!(refused(|a| a.leaf(moved)), "INCONSISTENT_IDENTITY", "{host}");
    }
}

#[test]
fn id_13_id_14_id_15_id_33_other_workflows() {
    for path in [
        ".github/workflows/evil.yml",
        ".github/workflows/release.yaml",
        ".github/workflows/Release.yml",
        ".github/workflows/xrelease.yml",
        ".github/workflows/release.yml.bak",
        ".github/workflows/dir/release.yml",
        ".github/workflows/../evil.yml",
        ".github/workflows/./release.yml",
        ".github//workflows/release.yml",
        ".github\\workflows\\release.yml",
        ".github/workflows/rel",
        "release.yml",
    ] {
        assert_eq!(denied(&run(|w| w.path = path.into())), (MISMATCH, "workflow"), "{path}");
    }
}

#[test]
fn id_16_at_signs_separate_nothing() {
    let named = run(|w| w.path = ".github/workflows/a@b.yml".into());
    assert_eq!(matched(&github("octo-org/octo-lib", "a@b.yml"), &named), []);
    for git_ref in ["refs/heads/main@evil", "refs/tags/v1@refs/heads/main", "refs/tags/pkg@1.2.3"] {
        assert_eq!(matched(&publisher(), &run(|w| w.git_ref = git_ref.into())), [], "{git_ref}");
    }
    // A reader that splits at the first sign would take this for release.yml.
    let longer = run(|w| w.path = ".github/workflows/release.yml@refs/heads/x.yml".into());
    assert_eq!(denied(&longer), (MISMATCH, "workflow"));
    // The ref at the end is the certificate's own.
    let other_end = |c: &mut Certificate| {
        let uri = "https://github.com/octo-org/octo-lib/.github/workflows/release.yml@refs/heads/other";
        c.extension(&fulcio(18)).value = der::utf8(uri);
    };
    assert_eq!(refused(|a| a.leaf(other_end)), "PROVENANCE_CONTRADICTS_CERTIFICATE");
    let unknown = |s: &mut serde_json::Value| s["predicate"]["buildDefinition"]["buildType"] = json!("x");
    assert_eq!(denied(&provenance_with(|a| a.leaf(other_end).statement(unknown))), (MISMATCH, "workflow"));
}

#[test]
fn id_20_sound_and_of_somebody_else() {
    assert_eq!(denied_by(&github("other/lib", "release.yml"), &run(|_| ())), (MISMATCH, "repository"));
    let both = Requirement::any_trusted_publisher([
        TrustedPublisher::github("other/lib", "release.yml").unwrap(),
        TrustedPublisher::github("octo-org/octo-lib", "other.yml").unwrap(),
    ]);
    // Each has one field right; together they are nobody.
    assert_eq!(denied_by(&both.unwrap(), &run(|_| ())).0, MISMATCH);
}

/// The publisher's own workflow, as a reusable one.
fn octo_workflow() -> Callee {
    Callee {
        repository: "octo-org/octo-lib".into(),
        path: ".github/workflows/release.yml".into(),
        git_ref: "refs/tags/v1.2.3".into(),
        sha: Workflow::github().sha,
    }
}

#[test]
fn id_30_the_publisher_calls_somebodys_reusable_workflow() {
    let builder = Callee { repository: "builders/npm".into(), ..octo_workflow() };
    let question = run(|w| w.callee = Some(builder));
    let authorized = publisher().authorize(&accepted(&question), question.now).unwrap();
    let callee = authorized.publisher_match().unwrap().callee().unwrap().to_string();
    assert_eq!(callee, "https://github.com/builders/npm/.github/workflows/release.yml@refs/tags/v1.2.3");
}

#[test]
fn id_31_somebody_calls_the_publishers_reusable_workflow() {
    let evil = |w: &mut Workflow| (w.repository, w.callee) = ("evil/lib".into(), Some(octo_workflow()));
    let own_file = |w: &mut Workflow| w.path = ".github/workflows/evil.yml".into();
    for question in [
        run(evil),
        run(|w| (evil(w), own_file(w)).0),
        opaque(evil),
        provenance_with(|a| a.plan(|p| p.build = Build::AttestV1).workflow(evil)),
        provenance_in(&Miniature::new(), Era::Jul2023, |a| a.workflow(evil)),
    ] {
        let evidence = accepted(&question);
        let identity = evidence.provenance().unwrap().identity();
        assert!(identity.subject().unwrap().starts_with("https://github.com/octo-org/octo-lib/"));
        assert_eq!(denied(&question), (MISMATCH, "repository"));
    }
}

#[test]
fn id_31_from_another_workflow_of_the_publishers_repository() {
    let other = |w: &mut Workflow| {
        (w.path, w.callee) = (".github/workflows/pull-request.yml".into(), Some(octo_workflow()));
    };
    assert_eq!(denied(&run(other)), (MISMATCH, "workflow"));
}

#[test]
fn id_34_id_37_any_ref_and_event_of_the_workflow() {
    assert_eq!(matched(&publisher(), &run(|w| w.git_ref = "refs/heads/unprotected".into())), []);
    assert_eq!(matched(&publisher(), &run(|w| w.trigger = "workflow_dispatch".into())), []);
}

#[test]
fn id_38_runners() {
    for runner in ["self-hosted", "Github-hosted", "gitlab-hosted"] {
        assert_eq!(denied(&run(|w| w.runner = runner.into())), (MISMATCH, "runner"), "{runner}");
    }
    let question = provenance_with(|a| a.leaf(|c| c.remove(&fulcio(11))));
    assert_eq!(denied(&question), (UNPROVABLE, "runner"));
    let waiving = publisher().waive(Field::Runner);
    assert_eq!(matched(&waiving, &question), []);
    // Of this field alone, and never of what the certificate contradicts.
    assert_eq!(denied_by(&publisher().waive(Field::Workflow), &question), (UNPROVABLE, "runner"));
    assert_eq!(denied_by(&waiving, &run(|w| w.runner = "self-hosted".into())), (MISMATCH, "runner"));
}

#[test]
fn id_43_what_a_certificate_does_not_state() {
    for (numbers, field) in [(&[18][..], "workflow"), (&[5, 12, 16, 18], "repository")] {
        let without = |c: &mut Certificate| numbers.iter().for_each(|n| c.remove(&fulcio(*n)));
        assert_eq!(denied(&provenance_with(|a| a.leaf(without))), (UNPROVABLE, field));
    }
}

#[test]
fn id_43_early_certificates_satisfy_a_plain_rule() {
    let early = |change: fn(&mut Workflow)| provenance_in(&Miniature::new(), Era::Feb2023, |a| a.workflow(change));
    assert_eq!(matched(&publisher(), &early(|_| ())), [MatchNote::JobWorkflow, MatchNote::RunnerNotStated]);
    assert_eq!(denied(&early(|w| w.path = ".github/workflows/x.yml".into())), (MISMATCH, "workflow"));
    assert_eq!(denied(&early(|w| w.repository = "evil/lib".into())), (MISMATCH, "repository"));
    let reusable = early(|w| w.callee = Some(Callee { repository: "evil/lib".into(), ..octo_workflow() }));
    assert_eq!(denied(&reusable), (UNPROVABLE, "workflow"));
}

#[test]
fn required_signers_are_compared_as_a_whole() {
    let by_owner = |owner: &str| Requirement::provenance(RequiredSigner::github_owner(owner).unwrap());
    let question = run(|_| ());
    assert!(by_owner("Octo-Org").authorize(&accepted(&question), question.now).is_ok());
    assert_eq!(denied_by(&by_owner("octo"), &question), ("SIGNER_MISMATCH", "owner"));
    assert_eq!(denied_by(&by_owner("octo-org-evil"), &question), ("SIGNER_MISMATCH", "owner"));
    let by = |issuer: &str, url: &str| Requirement::provenance(RequiredSigner::repository(issuer, url).unwrap());
    let (issuer, url) = (crate::support::workflow::GITHUB_ISSUER, "https://github.com/octo-org/octo-lib");
    assert!(by(issuer, url).authorize(&accepted(&question), question.now).is_ok());
    assert_eq!(
        denied_by(&by("https://gitlab.com", "https://gitlab.com/octo-org/octo-lib"), &question),
        ("SIGNER_MISMATCH", "issuer")
    );
    let longer = by(issuer, "https://github.com/octo-org/octo-lib-evil");
    assert_eq!(denied_by(&longer, &question), ("SIGNER_MISMATCH", "repository"));
}
