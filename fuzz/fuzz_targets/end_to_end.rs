//! `Verifier::examine` with every signature good and every hash right, so that identity, statement and
//! predicate are reached: two runs are equal, an attested artifact stands in the statement, an identity in
//! the certificate, and what is shown is printable.
#![no_main]

use countersign::report::PackageReport;
use countersign_fuzz::response::{Parts, response};
use countersign_fuzz::{assert_printable, seeds, trust};
use libfuzzer_sys::fuzz_target;

fn init() {
    std::sync::LazyLock::force(&trust::INTACT);
    seeds::write("end_to_end", seeds::end_to_end());
    countersign::fuzzing::answer_good();
    let proves = |seed: &Vec<u8>| {
        let found = trust::examine(&trust::VERIFIER, &response(&Parts::read(seed)));
        found.provenance().proven().is_some()
    };
    assert!(seeds::end_to_end().iter().any(proves), "no seed leads anywhere");
}

fn holds(whole: &[u8], part: &str) -> bool {
    whole.windows(part.len()).any(|window| window == part.as_bytes())
}

fuzz_target!(init: init(), |data: &[u8]| {
    let parts = Parts::read(data);
    let response = response(&parts);
    let found = trust::examine(&trust::VERIFIER, &response);
    if let Some(provenance) = found.provenance().proven() {
        let identity = provenance.identity();
        for said in [identity.issuer(), identity.commit(), identity.git_ref()].into_iter().flatten() {
            assert!(holds(parts.certificate, said), "{said}");
        }
        assert!(trust::names_the_artifact(parts.statement) && trust::names_the_artifact(parts.publish));
        assert!(found.publish_attestation().proven().is_some());
        assert_eq!(found, trust::examine(&trust::VERIFIER, &response));
    }
    if let Some(failures) = found.failures() {
        assert_printable(&failures.to_string());
    }
    let report = PackageReport::examined(&found, Vec::new(), None);
    assert_printable(&serde_json::to_string(&report).unwrap());
});
