//! A timestamp whose signature holds, and what it is over (`t`); or what an authority states in it, by
//! itself (`i`), which in a response no change survives: one that verifies is about these bytes alone, and
//! nothing may follow it.
#![no_main]

use std::sync::LazyLock;

use countersign::TrustedRoot;
use countersign::fuzzing::{timestamp, tst_info};
use countersign_fuzz::{assert_printable, parts, seeds, trust};
use libfuzzer_sys::fuzz_target;

static ROOT: LazyLock<TrustedRoot> = LazyLock::new(trust::root);

fn init() {
    LazyLock::force(&ROOT);
    seeds::write("timestamp_token", seeds::timestamps());
    countersign::fuzzing::answer_good();
    let is_good = |seed: &Vec<u8>| {
        let [token, message] = parts(&seed[1..]);
        seed[0] == b't' && timestamp(token, message, &ROOT).is_ok()
    };
    assert!(seeds::timestamps().iter().any(is_good), "no seed leads anywhere");
}

fuzz_target!(init: init(), |data: &[u8]| {
    match data.split_first() {
        Some((b'i', info)) => {
            if tst_info(info).is_some() {
                assert_eq!(tst_info(&[info, &[0]].concat()), None);
            }
        }
        Some((b't', data)) => {
            let [token, message] = parts(data);
            let time = match timestamp(token, message, &ROOT) {
                Ok(time) => time,
                Err(error) => return assert_printable(&error.to_string()),
            };
            let code = |token: &[u8], message: &[u8]| timestamp(token, message, &ROOT).unwrap_err().code();
            assert_eq!(code(token, &[message, b" "].concat()), "ERR_COUNTERSIGN_TIMESTAMP_IMPRINT");
            assert_eq!(code(&[token, &[0]].concat(), message), "ERR_COUNTERSIGN_TIMESTAMP_MALFORMED");
            assert_eq!(timestamp(token, message, &ROOT), Ok(time));
        }
        _ => {}
    }
});
