//! A certificate and its extensions: what is read of it stands in it, a precertificate lacks the list of
//! timestamps and nothing else, and nobody is named whom the certificate does not name.
#![no_main]

use countersign::fuzzing::certificate;
use countersign_fuzz::seeds;
use libfuzzer_sys::fuzz_target;

fn holds(whole: &[u8], part: &[u8]) -> bool {
    part.is_empty() || whole.windows(part.len()).any(|window| window == part)
}

fuzz_target!(init: seeds::write("certificate", seeds::certificates()), |data: &[u8]| {
    let Some(read) = certificate(data) else { return };
    assert!(holds(data, &read.tbs) && holds(&read.tbs, &read.spki));
    if let Some(precertificate) = &read.precertificate {
        let cut = read.tbs.len() - precertificate.len();
        assert!(if read.scts.is_some() { cut > 40 } else { read.tbs.len() >= precertificate.len() });
    }
    if let Some(identity) = &read.identity {
        for said in [identity.issuer(), identity.commit(), identity.git_ref()].into_iter().flatten() {
            assert!(holds(&read.tbs, said.as_bytes()), "{said}");
        }
    }
    // DER: one certificate has one form.
    assert_eq!(certificate(&[data, &[0]].concat()), None);
    assert_eq!(certificate(data), Some(read));
});
