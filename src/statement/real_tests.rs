//! Real attestations, and every change of what they say.

use serde_json::{Value, json};

use super::tests::{CONTRADICTS, MALFORMED, with, without};
use super::{PUBLISH_V01, SLSA_V1, Statement, check_provenance, check_publish, untrusted_predicate_type};
use crate::artifact::Artifact;
use crate::identity::samples::{leaves, real_bundles};
use crate::package::PackageId;
use crate::registry_id::RegistryId;
use crate::statement::ProvenanceNote;

/// Members that no certificate of that time states.
const UNSTATED: [&str; 5] =
    ["GITHUB_ACTOR_ID", "GITHUB_REF_TYPE", "GITHUB_RUN_NUMBER", "GITHUB_TRIGGERING_ACTOR_ID", "/parameters/inputs/"];
const UNSTATED_EARLY: [&str; 12] = [
    "GITHUB_REPOSITORY_ID",
    "GITHUB_REPOSITORY_OWNER_ID",
    "GITHUB_RUN_ID",
    "GITHUB_RUN_ATTEMPT",
    "GITHUB_WORKFLOW_SHA",
    "buildInvocationId",
    "GITHUB_JOB",
    "GITHUB_WORKFLOW",
    "IMAGE_OS",
    "IMAGE_VERSION",
    "RUNNER_",
    "RUNNER_NAME",
];

fn is_unstated(pointer: &str, early: bool) -> bool {
    let name = pointer.rsplit('/').next().unwrap();
    let matches = |known: &&&str| name == **known || known.ends_with(['_', '/']) && pointer.contains(**known);
    UNSTATED.iter().find(matches).is_some() || early && UNSTATED_EARLY.iter().find(matches).is_some()
}

/// Real npm attestations: each is about its package, each provenance says what its certificate says,
/// and no text in it can be changed or removed unnoticed if the certificate states it as well.
#[test]
fn as_22_to_as_27_every_real_npm_provenance_and_each_change_of_it() {
    let (mut publishes, mut provenances) = (0, 0);
    for kind in ["npm-attestations-response", "npm-bundle-standalone"] {
        for bundle in real_bundles(kind) {
            let Some((name, version, integrity)) = bundle.package.as_ref() else { panic!("{}", bundle.file) };
            let id = PackageId::new(name, version).unwrap();
            let artifact = Artifact::expected(RegistryId::npm(), id, integrity).unwrap();
            let statement = Statement::verify(&bundle.payload, &artifact).unwrap();
            let kind = untrusted_predicate_type(&bundle.payload);
            assert_eq!(kind.as_deref(), Some(statement.predicate_type()));
            if statement.predicate_type() == PUBLISH_V01 {
                check_publish(&statement, &artifact).unwrap();
                publishes += 1;
                continue;
            }
            let identity = bundle.certificate.as_ref().unwrap().identity();
            let note = check_provenance(&statement, &identity).unwrap();
            assert!(matches!(note, ProvenanceNote::Checked { .. }), "{}: {note}", bundle.file);
            let document: Value = serde_json::from_slice(&bundle.payload).unwrap();
            let check = |changed: &Value| {
                let statement = Statement::verify(changed.to_string().as_bytes(), &artifact).unwrap();
                check_provenance(&statement, &identity)
            };
            for (pointer, text) in leaves(&document["predicate"]) {
                let pointer = format!("/predicate{pointer}");
                let unstated = is_unstated(&pointer, identity.is_early());
                for other in [format!("{text}x"), format!("x{text}"), text.to_uppercase(), String::new(), "x".into()] {
                    if other == text {
                        continue;
                    }
                    let result = check(&with(&document, &pointer, json!(other)));
                    if pointer.ends_with("buildType") {
                        assert!(
                            matches!(result, Ok(ProvenanceNote::Opaque { .. })),
                            "{} {pointer} {other}",
                            bundle.file
                        );
                    } else if unstated {
                        assert!(result.is_ok(), "{} {pointer} {other}", bundle.file);
                    } else {
                        let code = result.map_err(|error| error.code());
                        assert_eq!(code, Err(CONTRADICTS), "{} {pointer} {other}", bundle.file);
                    }
                }
                let removed = check(&without(&document, &pointer)).map_err(|error| error.code());
                let fine = removed == Err(MALFORMED) || unstated && removed.is_ok();
                assert!(fine, "{} {pointer}: {removed:?}", bundle.file);
            }
            provenances += 1;
        }
    }
    assert!(
        crate::identity::samples::real().is_none() || (publishes >= 8 && provenances >= 11),
        "{publishes} {provenances}"
    );
}

/// Real attestations of actions/attest. Some of them attest, under one signer, what another
/// repository's workflow once said: exactly what must not pass.
#[test]
fn as_22_every_real_github_attestation() {
    let (mut checked, mut contradicted) = (0, 0);
    for bundle in real_bundles("github-attestation").into_iter().chain(real_bundles("sigstore-bundle")) {
        let Ok(document) = serde_json::from_slice::<Value>(&bundle.payload) else { continue };
        let (Some(stated), Some(SLSA_V1)) = (&bundle.certificate, document["predicateType"].as_str()) else { continue };
        let identity = stated.identity();
        let definition = &document["predicate"]["buildDefinition"];
        let predicate = serde_json::value::to_raw_value(&document["predicate"]).unwrap();
        let statement = Statement { predicate_type: SLSA_V1.into(), predicate };
        match check_provenance(&statement, &identity).map_err(|error| error.code()) {
            Ok(ProvenanceNote::Checked { .. }) => checked += 1,
            Ok(ProvenanceNote::Opaque { build_type }) => assert!(!build_type.as_str().ends_with("workflow/v1")),
            Err(code) => {
                let of_predicate = definition["externalParameters"]["workflow"]["repository"].as_str().unwrap();
                assert_eq!(code, CONTRADICTS, "{}", bundle.file);
                assert_ne!(identity.repository(), Some(of_predicate), "{}", bundle.file);
                contradicted += 1;
            }
        }
    }
    assert!(
        crate::identity::samples::real().is_none() || (checked >= 5 && contradicted >= 2),
        "{checked} {contradicted}"
    );
}
