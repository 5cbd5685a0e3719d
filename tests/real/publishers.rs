//! Trusted publishers against every certificate of a CI workflow that was collected: the right one
//! matches, and one that differs in one field is contradicted in that field alone.
//!
//! What is right is taken from the manifest, which other tools wrote, by cutting its URIs apart where
//! the product builds and compares.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use countersign::evidence::Finding;
use countersign::publisher::{Answer, Field, MatchNote, MatchStatus, PublisherMatch};
use countersign::{ParseError, SignerIdentity, TrustedPublisher};
use serde_json::{Value, json};

use crate::samples::samples;
use crate::{bundles, shared};

const GITHUB: &str = "https://token.actions.githubusercontent.com";

/// A certificate whose bundle was verified, and what the manifest says that it states.
struct Certified {
    name: String,
    identity: SignerIdentity,
    manifest: Value,
}

impl Certified {
    /// What the manifest says of one extension.
    fn says(&self, member: &str) -> Option<&str> {
        self.manifest["extensions"][member].as_str()
    }

    fn is_workflow(&self) -> bool {
        self.manifest["issuer"] == GITHUB
    }

    /// From before 2023-05: such a certificate satisfies a plain rule and no more.
    fn is_early(&self) -> bool {
        self.says("build_config_uri").is_none()
    }

    fn repository(&self) -> &str {
        let uri = self.says("source_repository_uri").map(|uri| uri.trim_start_matches("https://github.com/"));
        uri.or(self.says("repository_v1")).unwrap()
    }

    fn file(&self) -> &str {
        let uri = self.says("build_config_uri").or(self.manifest["san"][0][1].as_str()).unwrap();
        file_of(uri)
    }

    /// The registry's own fields.
    fn plain(&self) -> Result<TrustedPublisher, ParseError> {
        TrustedPublisher::github(self.repository(), self.file())
    }
}

fn file_of(uri: &str) -> &str {
    uri.rsplit_once("/.github/workflows/").unwrap().1.split('@').next().unwrap()
}

/// A workflow without its ref, as `allowed-signers` names it.
fn path_of(uri: &str) -> &str {
    uri.trim_start_matches("https://github.com/").split('@').next().unwrap()
}

/// Verified once for all tests.
static CERTIFICATES: LazyLock<Vec<Certified>> = LazyLock::new(certificates);

/// Every certificate of the collection, each once.
fn certificates() -> Vec<Certified> {
    let Some(folder) = shared::folder() else { return Vec::new() };
    let manifest: Value = serde_json::from_slice(&shared::bytes(&folder.join("real/manifest.json"))).unwrap();
    let mut found = Vec::new();
    for sample in manifest["samples"].as_array().unwrap() {
        let name = sample["file"].as_str().unwrap();
        let contained = sample["contains"].as_array().into_iter().flatten();
        let Some(certificate) = contained.map(|part| &part["certificate"]).find(|part| part.is_object()) else {
            continue;
        };
        let identity = match sample["kind"].as_str().unwrap() {
            "github-attestation" | "sigstore-bundle" => general(sample),
            "npm-attestations-response" | "npm-bundle-standalone" => packaged(sample),
            _ => continue,
        };
        match identity {
            Some(identity) => found.push(Certified { name: name.into(), identity, manifest: certificate.clone() }),
            None => assert_ne!(certificate["issuer"], GITHUB, "{name} was refused"),
        }
    }
    let mut seen = BTreeSet::new();
    found.retain(|one| {
        seen.insert(
            [&one.manifest["san"], &one.manifest["not_before"], &one.manifest["extensions"]].map(Value::to_string),
        )
    });
    found
}

fn general(sample: &Value) -> Option<SignerIdentity> {
    let verified = bundles::instances(sample).into_iter().find_map(|root| bundles::verify(sample, &root).ok())?;
    verified.identity().cloned()
}

fn packaged(sample: &Value) -> Option<SignerIdentity> {
    let kind = sample["kind"].as_str().unwrap();
    let sample = samples(kind).into_iter().find(|other| other.0["id"] == sample["id"]).unwrap();
    let response = match kind {
        "npm-bundle-standalone" => {
            let bundle: Value = serde_json::from_slice(&sample.bytes()).unwrap();
            let label = &sample.0["contains"][0]["statement"]["predicateType"];
            json!({"attestations": [{"predicateType": label, "bundle": bundle}]}).to_string().into_bytes()
        }
        _ => sample.bytes(),
    };
    match sample.examine(response).provenance() {
        Finding::Proven(provenance) | Finding::Unconfirmed(provenance, _) => Some(provenance.identity().clone()),
        _ => None,
    }
}

fn contradicted(found: &PublisherMatch) -> Vec<Field> {
    let is = |answer: &Answer| matches!(answer, Answer::Contradicted { .. });
    found.fields().iter().filter(|field| is(field.answer())).map(|field| field.field()).collect()
}

/// The text with each of its characters replaced, one dropped, one added.
fn one_character(text: &str) -> Vec<String> {
    let mut changed = Vec::new();
    for (at, c) in text.char_indices() {
        for other in ['x', '0', '.', '-', 'Z', '7'].into_iter().filter(|other| !other.eq_ignore_ascii_case(&c)) {
            changed.push(format!("{}{other}{}", &text[..at], &text[at + c.len_utf8()..]));
        }
        changed.push(format!("{}{}", &text[..at], &text[at + c.len_utf8()..]));
        changed.push(format!("{}x{}", &text[..at], &text[at..]));
    }
    changed
}

/// The text with each of its letters in the other case.
fn one_case(text: &str) -> Vec<String> {
    let letters = text.char_indices().filter(|(_, c)| c.is_ascii_alphabetic());
    letters
        .map(|(at, c)| {
            let other = if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
            format!("{}{other}{}", &text[..at], &text[at + 1..])
        })
        .collect()
}

/// The text with each part between slashes replaced, dropped, and doubled.
fn one_segment(text: &str) -> Vec<String> {
    let parts: Vec<&str> = text.split('/').collect();
    let mut changed = Vec::new();
    for at in 0..parts.len() {
        for replacement in [&["evil"][..], &[], &[parts[at], parts[at]], &[parts[at], "evil"], &["evil", parts[at]]] {
            changed.push([&parts[..at], replacement, &parts[at + 1..]].concat().join("/"));
        }
    }
    changed
}

fn changes(text: &str) -> Vec<String> {
    let mut all = [one_character(text), one_case(text), one_segment(text)].concat();
    all.retain(|changed| changed != text);
    all
}

/// That each publisher that can be made at all is contradicted in this field and in no other. How many
/// there were.
fn only(
    one: &Certified,
    field: Field,
    values: Vec<String>,
    make: impl Fn(&str) -> Result<TrustedPublisher, ParseError>,
) -> usize {
    let made: Vec<_> = values.into_iter().filter_map(|value| Some((make(&value).ok()?, value))).collect();
    for (publisher, value) in &made {
        let found = publisher.matches(&one.identity);
        assert_eq!(contradicted(&found), [field], "{}: {value:?} for {field}: {found:?}", one.name);
        assert_eq!(found.status(), MatchStatus::Mismatch);
    }
    assert!(!made.is_empty(), "{}: nothing was tried for {field}", one.name);
    made.len()
}

#[test]
fn the_right_publisher_matches() {
    let workflows: Vec<_> = CERTIFICATES.iter().filter(|one| one.is_workflow()).collect();
    println!("{} certificates, {} of workflows", CERTIFICATES.len(), workflows.len());
    if shared::folder().is_some() {
        assert!(workflows.len() >= 40, "only {} certificates", workflows.len());
    }
    for one in workflows {
        let found = one.plain().unwrap().matches(&one.identity);
        assert_eq!(found.status(), MatchStatus::Match, "{}: {found:?}", one.name);
        let callee = one.says("build_signer_uri").filter(|signer| Some(*signer) != one.says("build_config_uri"));
        assert_eq!(found.callee().map(|callee| callee.as_str()), callee, "{}", one.name);
        let private = one.says("visibility").is_some_and(|visibility| visibility != "public");
        assert_eq!(found.notes().contains(&MatchNote::NotPublic), private, "{}", one.name);
    }
}

#[test]
fn one_field_changed_is_that_field_contradicted() {
    let mut tried = 0;
    for one in CERTIFICATES.iter().filter(|one| one.is_workflow()) {
        let (repository, file) = (one.repository(), one.file());
        let other_name = [one_character(repository), one_segment(repository)].concat();
        let other_name = other_name.into_iter().filter(|name| !name.eq_ignore_ascii_case(repository)).collect();
        tried += only(one, Field::Repository, other_name, |name| TrustedPublisher::github(name, file));
        let mut other_file = changes(file);
        other_file.extend([format!("{file}.yml"), file.replace(".yml", ".yaml"), file.replace(".yaml", ".yml")]);
        other_file.retain(|other| other != file);
        tried += only(one, Field::Workflow, other_file, |file| TrustedPublisher::github(repository, file));
        tried += only(one, Field::Issuer, vec!["octo-corp".into()], |slug| one.plain()?.enterprise(slug));
    }
    println!("{tried} publishers tried");
}

/// ID-08: GitHub's names are the same in either case; ID-51: nothing else is.
#[test]
fn id_08_ascii_case_of_the_repository_is_noted() {
    for one in CERTIFICATES.iter().filter(|one| one.is_workflow()) {
        for name in one_case(one.repository()) {
            let found = TrustedPublisher::github(&name, one.file()).unwrap().matches(&one.identity);
            assert_eq!(found.status(), MatchStatus::Match, "{}: {name}", one.name);
            assert!(found.notes().contains(&MatchNote::CaseDiffers), "{}: {name}", one.name);
        }
    }
}

/// What a consumer may demand beside the registry's fields: member of the manifest, field, how.
type Demand = fn(TrustedPublisher, &str) -> Result<TrustedPublisher, ParseError>;
const DEMANDS: [(&str, Field, Demand); 8] = [
    ("source_repository_ref", Field::Ref, |p, value| p.git_ref(value)),
    ("source_repository_id", Field::RepositoryId, |p, value| p.repository_id(value)),
    ("source_repository_owner_id", Field::OwnerId, |p, value| p.owner_id(value)),
    ("build_trigger", Field::Trigger, |p, value| p.triggers([value])),
    ("visibility", Field::Visibility, |p, value| p.visibility(value)),
    ("deployment_environment", Field::Environment, |p, value| p.environment(value)),
    ("build_config_digest", Field::WorkflowDigest, |p, value| p.workflow_digest(value)),
    ("build_signer_uri", Field::Signer, |p, value| p.allowed_signers([path_of(value)])),
];

#[test]
fn id_51_every_demand_is_a_field_of_its_own() {
    let (mut judged, mut environments) = (0, 0);
    for one in CERTIFICATES.iter().filter(|one| one.is_workflow()) {
        let stated = DEMANDS.iter().filter_map(|(member, field, demand)| Some((one.says(member)?, *field, *demand)));
        let stated: Vec<_> = stated.collect();
        let all = stated.iter().try_fold(one.plain().unwrap(), |p, (value, _, demand)| demand(p, value)).unwrap();
        let found = all.matches(&one.identity);
        assert_eq!(found.status(), MatchStatus::Match, "{}: {found:?}", one.name);
        assert_eq!(found.fields().len(), stated.len() + if one.is_early() { 3 } else { 4 });
        for (value, field, demand) in stated {
            // A job of the started workflow itself is the publisher's own, whoever else may sign.
            if field == Field::Signer && Some(value) == one.says("build_config_uri") {
                continue;
            }
            environments += usize::from(field == Field::Environment);
            judged += only(one, field, other_values(field, value), |value| demand(all.clone(), value));
        }
    }
    println!("{judged} demands tried");
    if shared::folder().is_some() {
        assert!(environments > 0);
    }
}

fn other_values(field: Field, value: &str) -> Vec<String> {
    let value = if field == Field::Signer { path_of(value) } else { value };
    let mut others = changes(value);
    match field {
        Field::Visibility => others = ["public", "private", "internal"].map(str::to_owned).to_vec(),
        // Digits in the other case are the same number.
        Field::WorkflowDigest => others.retain(|other| !other.eq_ignore_ascii_case(value)),
        Field::Signer => {
            // Owner and name alone may differ in case.
            let name = value.rsplit_once("/.github/workflows/").unwrap().0.len();
            others.retain(|o| o.get(name..) != value.get(name..) || !o.eq_ignore_ascii_case(value));
        }
        _ => {}
    }
    others.retain(|other| other != value);
    others
}

/// ID-43, ID-50: what a certificate does not state is unprovable, and nothing else is.
#[test]
fn id_43_what_is_not_stated_is_unprovable() {
    const VALUES: [&str; 8] = [
        "refs/tags/v1",
        "1",
        "1",
        "push",
        "public",
        "npm",
        "5eed0123456789abcdef0123456789abcdef0123",
        "octo-org/octo-lib/.github/workflows/release.yml",
    ];
    for one in CERTIFICATES.iter().filter(|one| one.is_workflow()) {
        for ((member, field, demand), value) in DEMANDS.into_iter().zip(VALUES) {
            // Early certificates state ref and event elsewhere, which may contradict and never proves.
            if one.says(member).is_some() || (one.is_early() && [Field::Ref, Field::Trigger].contains(&field)) {
                continue;
            }
            let found = demand(one.plain().unwrap(), value).unwrap().matches(&one.identity);
            let late = one.manifest["not_before"].as_str().unwrap() >= "2026-05-13";
            let expected =
                if field == Field::Environment && late { MatchStatus::Mismatch } else { MatchStatus::Unprovable };
            assert_eq!(found.status(), expected, "{}: {field}", one.name);
            assert_eq!(found.misses(&[]).map(|miss| miss.field()).collect::<Vec<_>>(), [field], "{}", one.name);
        }
    }
}

/// The recorded registry, and who published its packages as an independent verifier found.
#[test]
fn the_recorded_packages_are_their_publishers() {
    let Some(folder) = shared::folder() else { return };
    let expected = shared::bytes(&folder.join("project-attested/expected.json"));
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    let mut matched = 0;
    for (spec, found) in expected.as_object().unwrap() {
        let response = shared::bytes(&folder.join(format!("registry/attestations/{}.json", spec.replace('/', "%2f"))));
        let samples = samples("npm-attestations-response");
        let text =
            |sample: &Value| format!("{}@{}", sample["package"].as_str().unwrap(), sample["version"].as_str().unwrap());
        let sample = samples.iter().find(|sample| text(&sample.0) == *spec).unwrap();
        let examination = sample.examine(response);
        let identity = examination.provenance().proven().unwrap().identity();
        let says = |member: &str| found["provenance"][member].as_str().unwrap();
        let repository = says("repository").trim_start_matches("https://github.com/");
        let file = says("workflow").trim_start_matches(".github/workflows/");
        let publisher = TrustedPublisher::github(repository, file).unwrap();
        assert_eq!(publisher.matches(identity).status(), MatchStatus::Match, "{spec}");
        let other = TrustedPublisher::github(repository, &format!("x{file}")).unwrap();
        assert_eq!(contradicted(&other.matches(identity)), [Field::Workflow], "{spec}");
        matched += 1;
    }
    assert_eq!(matched, 8);
}

/// ID-62: people are no publisher of any kind.
#[test]
fn id_62_people_are_nobodys_publisher() {
    let uuid = "6f1bd1b5-0a2c-4d1e-8f3a-9b7c5d3e1f00";
    let publishers = [
        TrustedPublisher::github("octo-org/octo-lib", "release.yml").unwrap(),
        TrustedPublisher::gitlab("octo/lib", ".gitlab-ci.yml").unwrap(),
        TrustedPublisher::circleci(uuid, uuid, uuid, "github.com/octo-org/octo-lib").unwrap(),
    ];
    let mut people = 0;
    for one in CERTIFICATES.iter().filter(|one| !one.is_workflow()) {
        people += 1;
        for publisher in &publishers {
            assert_eq!(contradicted(&publisher.matches(&one.identity)), [Field::Issuer], "{}", one.name);
        }
    }
    if shared::folder().is_some() {
        assert!(people >= 10, "{people}");
    }
}
