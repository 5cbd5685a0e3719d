//! A list of signed certificate timestamps: written again from what was read, it is the same bytes.
#![no_main]

use countersign::fuzzing::{SctParts, sct_list};
use countersign_fuzz::seeds;
use libfuzzer_sys::fuzz_target;

fn vector(bytes: &[u8]) -> Vec<u8> {
    [&u16::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat()
}

fn write(sct: &SctParts) -> Vec<u8> {
    let extensions = vector(&sct.extensions);
    vector(
        &[
            &[0][..],
            &sct.log_id,
            &sct.milliseconds.to_be_bytes(),
            &extensions,
            &sct.algorithms,
            &vector(&sct.signature),
        ]
        .concat(),
    )
}

fuzz_target!(init: seeds::write("sct_list", seeds::sct_lists()), |data: &[u8]| {
    let Some(scts) = sct_list(data) else { return };
    assert!(!scts.is_empty() && scts.len() <= 32);
    assert_eq!(vector(&scts.iter().flat_map(write).collect::<Vec<u8>>()), data);
});
