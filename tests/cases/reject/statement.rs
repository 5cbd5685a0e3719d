//! The statement (proof 9), the identity (proof 10), the predicate (proof 11), the trusted publisher.

use serde_json::json;

use crate::mint::{Draft, Folder, Mint};
use crate::support::certificate::Extension;
use crate::support::der;
use crate::support::package::Package;
use crate::support::workflow::{Callee, Workflow, fulcio};

pub fn all(m: &Mint) -> Vec<Folder> {
    [subject(m), identity(m), predicate(m), publisher(m)].concat()
}

fn subject(m: &Mint) -> Vec<Folder> {
    let other = Package::new("another-tarball", "1.0.0");
    let tarball = json!(hex::encode(other.sha512()));
    let second = json!({"name": other.purl(), "digest": {"sha512": tarball}});
    vec![
        m.provenance(|a| a.statement(|s| s["subject"][0]["name"] = json!("pkg:npm/%40octo/lib@1.2.2"))).refused(
            "subject-of-another-version",
            "SUBJECT_MISMATCH",
            "The provenance is of version 1.2.2: its subject's name must be the artifact's (proof 9).",
        ),
        m.provenance(|a| a.statement(move |s| s["subject"][0]["digest"]["sha512"] = tarball)).refused(
            "subject-of-another-tarball",
            "SUBJECT_MISMATCH",
            "The provenance is of another tarball of that name: its subject's sha512 must be the artifact's (proof 9).",
        ),
        m.provenance(|a| a.statement(move |s| s["subject"].as_array_mut().unwrap().push(second))).refused(
            "second-subject",
            "SUBJECT_COUNT",
            "The provenance lists a second subject, so that readers may take either: there must be exactly one \
             (proof 9).",
        ),
        m.publish(|a| a.statement(|s| s["predicate"]["registry"] = json!("https://mirror.npm.example"))).refused(
            "published-at-another-registry",
            "STATEMENT_MISMATCH",
            "The registry's key signed a publication at another registry: the one that is stated must be the one that \
             was asked (proof 9).",
        ),
    ]
}

fn identity(m: &Mint) -> Vec<Folder> {
    let repository = |name: &str| der::utf8(&format!("https://github.com/{name}"));
    let second = Extension::new(&fulcio(12), false, repository("mallory/fork"));
    vec![
        m.provenance(|a| a.leaf(|c| c.extensions.push(second))).refused(
            "repository-stated-twice",
            "CERTIFICATE_MALFORMED",
            "The certificate states its repository twice: one reader would take the first and another the last, so \
             that no extension may stand twice (proof 5).",
        ),
        m.provenance(|a| a.leaf(|c| c.extension(&fulcio(12)).value.push(0))).refused(
            "repository-with-a-byte-behind-it",
            "EXTENSION_MALFORMED",
            "A byte follows the text in the certificate's repository: one reader would keep it and another drop it, so \
             that nothing may follow (proof 10).",
        ),
        m.provenance(|a| a.leaf(|c| c.extension(&fulcio(12)).value = repository("mallory/fork"))).refused(
            "certificate-contradicts-itself",
            "INCONSISTENT_IDENTITY",
            "The certificate's repository is not the one that its workflow lies in: an identity must be of one piece \
             (proof 10).",
        ),
    ]
}

fn predicate(m: &Mint) -> Vec<Folder> {
    vec![
        m.provenance(|a| a.stated(|w| w.repository = "octo-org/another".into())).refused(
            "provenance-names-another-repository",
            "PROVENANCE_CONTRADICTS_CERTIFICATE",
            "The provenance names another repository than the certificate: the workflow writes it itself, so that it \
             must say the same (proof 11).",
        ),
        m.provenance(|a| a.stated(|w| w.sha = "0123456789abcdef0123456789abcdef01234567".into())).refused(
            "provenance-names-another-commit",
            "PROVENANCE_CONTRADICTS_CERTIFICATE",
            "The provenance names another commit than the certificate: what people would review must be what was built \
             (proof 11).",
        ),
    ]
}

/// Sound in every respect, of a run that is not the trusted publisher's.
fn run_of(m: &Mint, change: impl FnOnce(&mut Workflow)) -> Draft {
    m.provenance(|a| a.workflow(change)).line("publisher", "octo-org/octo-lib:release.yml")
}

fn publisher(m: &Mint) -> Vec<Folder> {
    let callee = |w: &Workflow| Callee {
        repository: w.repository.clone(),
        path: w.path.clone(),
        git_ref: w.git_ref.clone(),
        sha: w.sha.clone(),
    };
    let calls_the_publishers = |w: &mut Workflow| {
        w.callee = Some(callee(w));
        w.repository = "mallory/fork".into();
        w.path = ".github/workflows/steal.yml".into();
    };
    let hides_its_caller = |w: &mut Workflow| w.last_extension = 17;
    vec![
        run_of(m, calls_the_publishers).refused(
            "attacker-calls-publishers-workflow",
            "PUBLISHER_MISMATCH",
            "The attacker's repository calls the publisher's reusable workflow, which the certificate's subject names \
             then: the workflow that was started must be the publisher's.",
        ),
        run_of(m, |w| w.repository = "mallory/octo-lib".into()).refused(
            "built-in-a-fork",
            "PUBLISHER_MISMATCH",
            "The same workflow file ran in a fork: the repository must be the publisher's.",
        ),
        run_of(m, |w| w.path = ".github/workflows/test.yml".into()).refused(
            "another-workflow-of-the-repository",
            "PUBLISHER_MISMATCH",
            "Another workflow of the publisher's repository signed, as a contributor's change to a test run could make \
             it: the file must be the publisher's.",
        ),
        run_of(m, |w| w.runner = "self-hosted".into()).refused(
            "built-on-a-self-hosted-runner",
            "PUBLISHER_MISMATCH",
            "The publisher's workflow ran on a machine of somebody's own: a trusted publisher's runner must be hosted.",
        ),
        run_of(m, hides_its_caller).refused(
            "certificate-hides-the-started-workflow",
            "PUBLISHER_UNPROVABLE",
            "The certificate does not state which workflow was started, long after all of them do: what is not stated \
             must not count as a match.",
        ),
    ]
}
