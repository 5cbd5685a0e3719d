//! A trusted root whose signatures all hold: with any that loads, a sound response is by the same signer or
//! is refused; and no root has logs and is without them.
#![no_main]

use countersign::TrustedRoot;
use countersign_fuzz::{assert_printable, seeds, trust};
use libfuzzer_sys::fuzz_target;

fn init() {
    std::sync::LazyLock::force(&trust::INTACT);
    seeds::write("trusted_root", seeds::trusted_roots());
    countersign::fuzzing::answer_good();
}

fuzz_target!(init: init(), |data: &[u8]| {
    let root = match TrustedRoot::from_json(data) {
        Ok(root) => root,
        Err(error) => return assert_printable(&error.to_string()),
    };
    assert!(TrustedRoot::from_json_unlogged(data).is_err());
    let found = trust::examine(&trust::verifier(root), trust::RESPONSE);
    trust::assert_known_signer(&found, core::slice::from_ref(&trust::INTACT));
});
