//! The response and its TSTInfo, in DER.

use serde_json::json;

use super::{SEEN, changed, stamped, tsa, until};
use crate::question::{Question, accepted, provenance_in, provenance_with};
use crate::support::Miniature;
use crate::support::bundle::Era;
use crate::support::certificate::Authority;
use crate::support::der;
use crate::support::keys::{b64, unb64};
use crate::support::time::NOON;
use crate::support::timestamp::{Timestamp, attribute};

/// Sound but for what `change` does to the bytes of the provenance's one response.
fn bytes(change: impl FnOnce(&mut Vec<u8>) + 'static) -> Question {
    text(|text| {
        let mut token = unb64(text);
        change(&mut token);
        *text = b64(token);
    })
}

fn text(change: impl FnOnce(&mut String) + 'static) -> Question {
    provenance_with(|a| {
        a.timestamped((tsa(0), SEEN)).json(|b| {
            let pointer = "/verificationMaterial/timestampVerificationData/rfc3161Timestamps/0/signedTimestamp";
            let member = b.pointer_mut(pointer).unwrap();
            let mut text = member.as_str().unwrap().to_owned();
            change(&mut text);
            *member = json!(text);
        })
    })
}

#[test]
fn ts_12_one_signer() {
    for signers in [0, 2] {
        let code = changed(move |t| {
            t.signed_data(move |parts| {
                let one = parts[4][4..].to_vec();
                assert_eq!(one[0], der::SEQUENCE);
                parts[4] = der::set(&vec![one; signers]);
            });
        });
        assert_eq!(code, "TIMESTAMP_MALFORMED", "{signers}");
    }
}

#[test]
fn ts_12_versions() {
    assert_eq!(changed(|t| t.response(|parts| parts[1] = retyped(&parts[1]))), "TIMESTAMP_MALFORMED");
    for version in [1, 4, 5] {
        let code = changed(move |t| t.signed_data(move |parts| parts[0] = der::integer(&[version])));
        assert_eq!(code, "TIMESTAMP_MALFORMED", "{version}");
    }
    for (by_key_id, version) in [(false, 3), (false, 2), (true, 1)] {
        let code = changed(move |t| {
            t.by_key_id = by_key_id;
            t.signer_info(move |parts| parts[0] = der::integer(&[version]));
        });
        assert_eq!(code, "TIMESTAMP_MALFORMED", "{by_key_id} {version}");
    }
    assert_eq!(changed(|t| t.info(|parts| parts[0] = der::integer(&[2]))), "TIMESTAMP_MALFORMED");
}

/// A ContentInfo that says it is enveloped, and not signed, data.
fn retyped(content: &[u8]) -> Vec<u8> {
    let mut content = content.to_vec();
    let last = content.windows(9).position(|w| w == &der::oid("1.2.840.113549.1.7.2")[2..]).unwrap() + 8;
    content[last] = 3;
    content
}

#[test]
fn ts_12_what_is_not_signed_is_not_read() {
    let unsigned = der::explicit(1, &attribute("1.2.3", &[der::integer(&[1])]));
    accepted(&stamped(move |t| t.signer_info(move |parts| parts.push(unsigned.clone()))));
    accepted(&stamped(|t| t.signed_data(|parts| parts.insert(4, der::explicit(1, &der::sequence::<Vec<u8>>(&[]))))));
    accepted(&stamped(|t| t.signed_data(|parts| parts[1] = der::set::<Vec<u8>>(&[]))));
}

#[test]
fn ts_15_status() {
    accepted(&stamped(|t| t.status = 1));
    for status in [2, 3, 4, 5, 127] {
        assert_eq!(changed(move |t| t.status = status), "TIMESTAMP_STATUS", "{status}");
    }
    let refusal = changed(|t| {
        t.status = 2;
        t.response(|parts| parts.truncate(1));
    });
    assert_eq!(refusal, "TIMESTAMP_STATUS");
    let text = der::sequence(&[der::utf8("granted")]);
    accepted(&stamped(move |t| {
        t.response(move |parts| parts[0] = der::sequence(&[der::integer(&[0]), text.clone(), der::bits(&[0x80])]));
    }));
}

#[test]
fn ts_15_status_and_token_come_together() {
    assert_eq!(changed(|t| t.response(|parts| parts.truncate(1))), "TIMESTAMP_MALFORMED");
    assert_eq!(changed(|t| t.response(|parts| drop(parts.remove(0)))), "TIMESTAMP_MALFORMED");
    // The token alone, as CMS has it.
    let code = bytes(|token| {
        let status = der::sequence(&[der::integer(&[0])]);
        let at = token.windows(status.len()).position(|w| w == status).unwrap() + status.len();
        token.drain(..at);
    });
    assert_eq!(code.code(), "TIMESTAMP_MALFORMED");
}

/// With these parts after the time of the TSTInfo.
fn with(more: Vec<Vec<u8>>) -> Question {
    stamped(move |t| t.info(move |parts| parts.extend(more.iter().cloned())))
}

#[test]
fn ts_16_nonces() {
    accepted(&with(vec![der::integer(&[7; 20])]));
    accepted(&with(vec![der::tlv(der::INTEGER, &[0x80])]));
    assert_eq!(with(vec![der::tlv(der::INTEGER, &[0, 1])]).code(), "TIMESTAMP_MALFORMED");
}

#[test]
fn ts_17_fractions() {
    for text in ["20260301120003Z", "20260301120003.5Z", "20260301120003.000000000000001Z"] {
        accepted(&stamped(move |t| t.time_text = Some(text.into())));
    }
}

#[test]
fn ts_17_a_fraction_is_dropped() {
    // The last second of the authority's window, and the last of its certificate.
    let late = |text: &'static str| stamped(move |t| t.time_text = Some(text.into()));
    let root = Miniature::new().trusted_root().with(|r| r.tsas[0].end = until(3));
    accepted(&late("20260301120003.9Z").trusting(&root));
    assert_eq!(late("20260301120004Z").trusting(&root).code(), "TIME_OUTSIDE_TIMESTAMP_AUTHORITY");
}

#[test]
fn ts_17_other_spellings_of_a_time() {
    for text in [
        "",
        "Z",
        "20260301120003",
        "20260301120003+0000",
        "20260301120003-0500",
        "202603011200Z",
        "2026030112Z",
        "20260301120003.Z",
        "20260301120003.0Z",
        "20260301120003.50Z",
        "20260301120003,5Z",
        "20260301120003.5",
        "20260301120003.5.5Z",
        "20260301120003.-5Z",
        "20260301120003z",
        "20260301120060Z",
        "20260301240000Z",
        "20260230120003Z",
        "20261301120003Z",
        "19691231235959Z",
        "0260301120003Z",
        "120260301120003Z",
        "2026030112000 Z",
        "2026030112000\u{0663}Z",
        " 20260301120003Z",
        "20260301120003Z\0",
    ] {
        assert_eq!(changed(move |t| t.time_text = Some(text.into())), "TIMESTAMP_MALFORMED", "{text:?}");
    }
    assert_eq!(changed(|t| t.info(|parts| parts[4] = der::time(SEEN))), "TIMESTAMP_MALFORMED");
}

#[test]
fn ts_17_times_far_away() {
    let last = |t: &mut Timestamp| t.time_text = Some("99991231235959Z".into());
    assert_eq!(changed(last), "TIME_OUTSIDE_CERTIFICATE");
    let ever = |a: &mut Authority| a.change(|c| c.valid(NOON - 600, 253_402_300_799));
    let mini = Miniature::new().with(|m| {
        ever(&mut m.sigstore.tsa_root);
        ever(&mut m.sigstore.tsas[0]);
    });
    let signer = mini.sigstore.tsas[0].clone();
    let question =
        provenance_in(&mini, Era::Mar2026, |a| a.timestamped((signer, SEEN)).timestamps(|list| last(&mut list[0])));
    assert_eq!(question.code(), "TIME_IN_FUTURE");
}

#[test]
fn ts_17_accuracy() {
    let accuracy = |parts: &[Vec<u8>]| with(vec![der::sequence(parts)]);
    accepted(&accuracy(&[der::integer(&[1])]));
    accepted(&accuracy(&[der::implicit(0, &[1]), der::implicit(1, &[1])]));
    // Whoever trusts an authority trusts it with its clock.
    accepted(&accuracy(&[der::integer(&[0xff; 8])]));
    assert_eq!(accuracy(&[der::integer(&[0xff; 9])]).code(), "TIMESTAMP_MALFORMED");
    assert_eq!(accuracy(&[der::tlv(der::INTEGER, &[0xff])]).code(), "TIMESTAMP_MALFORMED");
    assert_eq!(accuracy(&[der::utf8("1")]).code(), "TIMESTAMP_MALFORMED");
}

#[test]
fn ts_18_what_it_says_of_itself() {
    accepted(&with(vec![der::boolean(true)]));
    // X.690: a default is not written, and true is all ones.
    assert_eq!(with(vec![der::boolean(false)]).code(), "TIMESTAMP_MALFORMED");
    assert_eq!(with(vec![der::tlv(der::BOOLEAN, &[1])]).code(), "TIMESTAMP_MALFORMED");
    // Another authority's name.
    let name = der::explicit(4, &tsa(1).certificate.subject);
    accepted(&with(vec![der::explicit(0, &name)]));
    assert_eq!(with(vec![der::explicit(0, &name), der::boolean(true)]).code(), "TIMESTAMP_MALFORMED");
    assert_eq!(with(vec![der::explicit(2, &name)]).code(), "TIMESTAMP_MALFORMED");
}

#[test]
fn ts_18_extensions() {
    let extension = |critical: &[Vec<u8>]| {
        let parts = [vec![der::oid("1.2.3.4")], critical.to_vec(), vec![der::octets(b"x")]].concat();
        with(vec![der::explicit(1, &der::sequence(&parts))])
    };
    accepted(&extension(&[]));
    assert_eq!(extension(&[der::boolean(true)]).code(), "TIMESTAMP_UNSUPPORTED");
    assert_eq!(extension(&[der::boolean(false)]).code(), "TIMESTAMP_MALFORMED");
}

#[test]
fn ts_20_nothing_after_the_end() {
    assert_eq!(bytes(|token| token.push(0)).code(), "TIMESTAMP_MALFORMED");
    assert_eq!(bytes(Vec::clear).code(), "TIMESTAMP_MALFORMED");
    assert_eq!(bytes(|token| token.extend(token.clone())).code(), "TIMESTAMP_MALFORMED");
    fn more() -> Vec<u8> {
        der::integer(&[1])
    }
    assert_eq!(changed(move |t| t.response(move |parts| parts.push(more()))), "TIMESTAMP_MALFORMED");
    assert_eq!(changed(move |t| t.signed_data(move |parts| parts.push(more()))), "TIMESTAMP_MALFORMED");
    assert_eq!(changed(move |t| t.signer_info(move |parts| parts.push(more()))), "TIMESTAMP_MALFORMED");
    // A nonce, and a second one.
    assert_eq!(changed(move |t| t.info(move |parts| parts.extend([more(), more()]))), "TIMESTAMP_MALFORMED");
    let second = |parts: &mut Vec<Vec<u8>>| {
        let content = der::explicit(0, &[der::octets(b""), more()].concat());
        parts[2] = der::sequence(&[der::oid("1.2.840.113549.1.9.16.1.4"), content]);
    };
    assert_eq!(changed(move |t| t.signed_data(second)), "TIMESTAMP_MALFORMED");
}

#[test]
fn ts_20_ber() {
    // The outermost SEQUENCE with a length that ends where it says, with one that is too long by an
    // octet, and the digests' SET with the former.
    let indefinite = bytes(|token| {
        let content = token.split_off(4);
        *token = [&[0x30, 0x80][..], &content, &[0, 0]].concat();
    });
    assert_eq!(indefinite.code(), "TIMESTAMP_MALFORMED");
    let long = bytes(|token| {
        assert_eq!(token[..2], [0x30, 0x82]);
        token.splice(1..2, [0x83, 0]);
    });
    assert_eq!(long.code(), "TIMESTAMP_MALFORMED");
    let inner = |t: &mut Timestamp| t.signed_data(|parts| parts[1] = der::raw(der::SET, &[0x80], &[0, 0]));
    assert_eq!(changed(inner), "TIMESTAMP_MALFORMED");
    // The content as a constructed string, which CMS allows where it is not DER.
    let constructed = |parts: &mut Vec<Vec<u8>>| {
        let content = der::tlv(0x24, &der::octets(b"x"));
        parts[2] = der::sequence(&[der::oid("1.2.840.113549.1.9.16.1.4"), der::explicit(0, &content)]);
    };
    assert_eq!(changed(move |t| t.signed_data(constructed)), "TIMESTAMP_MALFORMED");
}

#[test]
fn ts_20_base64() {
    assert_eq!(text(|text| text.insert(76, '\n')).code(), "BUNDLE_MALFORMED");
    assert_eq!(text(|text| *text = format!("{text}=")).code(), "BUNDLE_MALFORMED");
    let missing = provenance_with(|a| {
        a.timestamped((tsa(0), SEEN)).json(|b| {
            b["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"] = json!([{}]);
        })
    });
    assert_eq!(missing.code(), "BUNDLE_MALFORMED");
}
