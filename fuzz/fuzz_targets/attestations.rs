//! An answer of the attestations endpoint, by the public API alone: nothing is proved that no seed proves,
//! two runs are equal, and errors are printable.
#![no_main]

use std::sync::LazyLock;

use countersign::Examination;
use countersign_fuzz::{seeds, trust};
use libfuzzer_sys::fuzz_target;

static KNOWN: LazyLock<Vec<Examination>> =
    LazyLock::new(|| seeds::responses().iter().map(|seed| trust::examine(&trust::VERIFIER, seed)).collect());

fn init() {
    LazyLock::force(&KNOWN);
    seeds::write("attestations", seeds::responses());
}

fuzz_target!(init: init(), |data: &[u8]| {
    let found = trust::examine(&trust::VERIFIER, data);
    trust::assert_known_signer(&found, &KNOWN);
    if found.failures().is_none() {
        assert_eq!(found, trust::examine(&trust::VERIFIER, data));
    }
});
