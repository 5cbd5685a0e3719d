//! `explain NAME@VERSION`.

use super::*;

const IDENTITY: [&str; 4] = ["--registry-identity", "https://npm.example", "--format", "json"];

fn explain(package: &str) -> (i32, Value) {
    let testdata = |name: &str| format!("{}/testdata/{name}", env!("CARGO_MANIFEST_DIR"));
    let [project, registry, keys, root] =
        ["project", "registry", "registry-trust/keys.json", "registry-trust/trusted_root.json"].map(testdata);
    let inputs = ["explain", package, &project, "--replay", &registry, "--keys", &keys, "--trusted-root", &root];
    let output = run(&[inputs.as_slice(), &["--at", AT], &IDENTITY].concat());
    let json = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", err(&output)));
    (code(&output), json)
}

/// The states of the proofs of the publish attestation and of the provenance.
fn states(explanation: &Value) -> [Vec<&str>; 2] {
    let claims = explanation["packages"][0]["claims"].as_array().unwrap();
    [1, 2].map(|at| {
        let proofs = claims[at]["proofs"].as_array().into_iter().flatten();
        proofs.map(|proof| proof["state"].as_str().unwrap()).collect()
    })
}

#[test]
fn each_proof_says_what_it_established() {
    let (exit, explanation) = explain("@octo/lib@1.2.3");
    assert_eq!((exit, &explanation["schema"]), (0, &json!("countersign.explain/1")));
    let [publish, provenance] = states(&explanation);
    let [held, none] = ["held", "not-applicable"];
    assert_eq!(publish, [held, held, none, held, held, none, held, held, held, none, held]);
    assert_eq!(provenance, [held, held, none, held, held, held, held, held, held, held, held]);
    let identity = &explanation["packages"][0]["claims"][2]["proofs"][9];
    assert_eq!((&identity["number"], &identity["name"]), (&json!(10), &json!("identity")));
    assert!(identity["found"].as_array().unwrap().contains(&json!("1.12 https://github.com/octo-org/octo-lib")));
}

#[test]
fn no_proof_of_a_claim_that_failed_is_called_held() {
    for (package, number) in [
        ("certificate-never-logged@1.0.0", 6),
        ("provenance-altered@1.0.0", 7),
        ("log-entry-of-another-package@1.0.0", 8),
        ("provenance-of-another-package@1.0.0", 9),
        ("provenance-contradicts-its-certificate@1.0.0", 11),
    ] {
        let (exit, explanation) = explain(package);
        let [_, provenance] = states(&explanation);
        assert_eq!((exit, provenance.len()), (1, 11), "{package}");
        for (at, state) in (1..).zip(provenance) {
            assert_eq!(state, if at == number { "failed" } else { "not-known" }, "{package}, proof {at}");
        }
    }
    // Two of one kind fail before any proof, and a claim that is not there has none.
    for package in ["attested-twice@1.0.0", "signed@1.0.0", "attestations-withheld@1.0.0"] {
        let (_, explanation) = explain(package);
        assert!(states(&explanation)[1].is_empty(), "{package}");
    }
}

#[test]
fn only_what_is_locked_is_explained() {
    let case = Case::new(&json!({"node_modules/a": locked("1.0.0")}));
    case.unsigned("a", "1.0.0");
    let (project, recording) = (case.path("."), case.path("recording"));
    let explain = |package: &str| run(&["explain", package, &project, "--replay", &recording, "--at", AT]);
    let other = explain("a@2.0.0");
    assert_eq!(code(&other), 2);
    assert!(err(&other).contains("of it there is 1.0.0"), "{}", err(&other));
    assert!(err(&explain("b@1.0.0")).contains("nothing that is audited has this name"));
    let unsigned = explain("a@1.0.0");
    assert_eq!(code(&unsigned), 1);
    assert!(out(&unsigned).contains("registry signature: there is none\n"), "{}", out(&unsigned));
}
