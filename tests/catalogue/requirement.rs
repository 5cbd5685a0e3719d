//! What a requirement makes of evidence that proves less than it asks for, and what a receipt covers.

use countersign::policy::{EndedKeys, Need, Receipt};
use countersign::{
    Artifact, ArtifactHasher, Denied, PackageId, PublishTime, RegistryKeys, Requirement, TrustedRoot, Verifier,
};
use serde_json::{Value, json};

use crate::question::{Question, octo, provenance_with, time};
use crate::support::Miniature;

fn signed() -> Question {
    Question::signed(&Miniature::new(), &octo())
}

/// Whether a registry signature is there, as the requirement sees it.
fn judged(question: &Question, ended_keys: EndedKeys) -> Result<(), Denied> {
    let evidence = question.verify().unwrap();
    Requirement::registry_signature(ended_keys).authorize(&evidence, question.now).map(drop)
}

#[test]
fn a_registry_signature_is_there_or_not() {
    let strict = EndedKeys::Deny;
    assert_eq!(judged(&signed(), strict), Ok(()));
    let none = signed().manifest(|m| m["dist"]["signatures"] = json!([]));
    assert_eq!(judged(&none, strict), Err(Denied::MissingRegistrySignature));
    let unknown = signed().manifest(|m| m["dist"]["signatures"][0]["keyid"] = json!("SHA256:new"));
    assert_eq!(judged(&unknown, strict), Err(Denied::UnknownRegistryKey { keyid: "SHA256:new".into() }));
    let no_keys = signed().with(|q| q.keys = br#"{"keys":[]}"#.to_vec());
    assert_eq!(judged(&no_keys, strict), Err(Denied::NoRegistryKeys));
    for question in [none, unknown, no_keys] {
        // What is accepted of ended keys is none of these.
        assert_eq!(judged(&question, EndedKeys::Accept), judged(&question, strict));
    }
}

#[test]
fn an_ended_keys_signature_needs_a_time() {
    let ended = Miniature::new().registry.signature(&octo(), 0);
    let keyid = ended["keyid"].as_str().unwrap().to_owned();
    let of = |publish_time: PublishTime| {
        let signatures: Value = json!([ended]);
        signed().manifest(|m| m["dist"]["signatures"] = signatures).with(|q| q.publish_time = publish_time)
    };
    let not_asked = Denied::NotSupplied { need: Need::PublishTime };
    assert_eq!(judged(&of(PublishTime::NotAsked), EndedKeys::Deny), Err(not_asked));
    let unjudged = Denied::WindowUnjudged { keyid: (&*keyid).into() };
    assert_eq!(judged(&of(PublishTime::Missing), EndedKeys::Deny), Err(unjudged));
    assert_eq!(judged(&of(PublishTime::Missing), EndedKeys::Accept), Ok(()));
    assert_eq!(judged(&of(PublishTime::At(time("2024-01-01T00:00:00Z"))), EndedKeys::Deny), Ok(()));
}

#[test]
fn one_registry_has_one_key_set() {
    let question = signed();
    let keys = || RegistryKeys::from_json(question.registry.clone(), &question.keys).unwrap();
    let root = || TrustedRoot::from_json(&question.root).unwrap();
    assert!(Verifier::new(root(), [keys()]).is_ok());
    assert_eq!(Verifier::new(root(), [keys(), keys()]).unwrap_err().code(), "ERR_COUNTERSIGN_TRUST_INVALID");
}

#[test]
fn a_receipt_is_of_one_package_and_one_set_of_rules() {
    let question = provenance_with(|a| a);
    let (verifier, requirement) = (question.verifier(), Requirement::registry_signature(EndedKeys::Deny));
    let artifact = Artifact::from_tarball(question.registry.clone(), question.id(), &question.package.tarball).unwrap();
    let evidence = verifier.verify(&artifact, &question.claims(), question.now).unwrap();
    let mut hasher = ArtifactHasher::new();
    hasher.update(&question.package.tarball);
    let authorized = requirement.authorize(&evidence, question.now).unwrap();
    let receipt = authorized.admit(hasher.finish()).unwrap().receipt();
    let covers =
        |receipt: &Receipt, artifact: &Artifact| receipt.covers(artifact, &verifier, &requirement, question.now);
    assert!(covers(&receipt, &artifact));
    // The same bytes under another name.
    let other = PackageId::new("@octo/other", "1.2.3").unwrap();
    let other = Artifact::from_tarball(question.registry.clone(), other, &question.package.tarball).unwrap();
    assert!(!covers(&receipt, &other));
    // The same name over other bytes.
    let other = Artifact::from_tarball(question.registry.clone(), question.id(), b"other bytes").unwrap();
    assert!(!covers(&receipt, &other));
    let mut written = serde_json::to_value(&receipt).unwrap();
    written["rules"] = json!(0);
    assert!(!covers(&serde_json::from_value(written).unwrap(), &artifact));
}
