//! A bundle: white space around it changes nothing, anything else behind it is refused, and so is its
//! beginning alone.
#![no_main]

use countersign::sigstore::Bundle;
use countersign_fuzz::{assert_printable, seeds};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: seeds::write("bundle", seeds::bundles()), |data: &[u8]| {
    let bundle = match Bundle::from_json(data) {
        Ok(bundle) => bundle,
        Err(error) => return assert_printable(&error.to_string()),
    };
    let spaced = Bundle::from_json(&[b" ", data, b"\n"].concat()).unwrap();
    assert_eq!(format!("{bundle:?}"), format!("{spaced:?}"));
    assert!(Bundle::from_json(&[data, b"}"].concat()).is_err());
    assert!(Bundle::from_json(&data.trim_ascii_end()[..data.trim_ascii_end().len() - 1]).is_err());
});
