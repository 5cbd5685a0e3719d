//! One Fulcio extension: its number, its encoding, and which text it may hold.
//!
//! Source: sigstore/fulcio `docs/oid-info.md` and `pkg/certificate/extensions.go`. The numbers are
//! the last arc under 1.3.6.1.4.1.57264.1; 1 to 6 are the bytes of the text itself, 8 to 24 are DER.

use der::Decode as _;
use der::asn1::Utf8StringRef;

use crate::error::{ParseError, VerifyError, is_unsafe};
use crate::limits;

pub(crate) const ISSUER_RAW: u32 = 1;
pub(crate) const TRIGGER_RAW: u32 = 2;
pub(crate) const COMMIT_RAW: u32 = 3;
pub(crate) const WORKFLOW_NAME_RAW: u32 = 4;
pub(crate) const REPOSITORY_RAW: u32 = 5;
pub(crate) const REF_RAW: u32 = 6;
pub(crate) const ISSUER: u32 = 8;
pub(crate) const BUILD_SIGNER_URI: u32 = 9;
pub(crate) const BUILD_SIGNER_DIGEST: u32 = 10;
pub(crate) const RUNNER: u32 = 11;
pub(crate) const REPOSITORY: u32 = 12;
pub(crate) const COMMIT: u32 = 13;
pub(crate) const REF: u32 = 14;
pub(crate) const REPOSITORY_ID: u32 = 15;
pub(crate) const OWNER: u32 = 16;
pub(crate) const OWNER_ID: u32 = 17;
pub(crate) const BUILD_CONFIG_URI: u32 = 18;
pub(crate) const BUILD_CONFIG_DIGEST: u32 = 19;
pub(crate) const TRIGGER: u32 = 20;
pub(crate) const RUN: u32 = 21;
pub(crate) const VISIBILITY: u32 = 22;
pub(crate) const ENVIRONMENT: u32 = 23;
pub(crate) const TOKEN_SUBJECT: u32 = 24;

/// Reads one extension's value. `None` is a value that says nothing, or a number nobody knows yet.
///
/// Fulcio leaves out what is empty; `<nil>` is how Go prints a claim that the token lacks, and `""`
/// (two quotes) is what its CircleCI template writes for "not a rerun". None of them is a name.
///
/// Errors, in order: `LimitExceeded`, `ExtensionMalformed`.
pub(super) fn read(number: u32, raw: &[u8]) -> Result<Option<Box<str>>, VerifyError> {
    let malformed = |reason| VerifyError::ExtensionMalformed { number, reason };
    let text = match number {
        ISSUER_RAW..=REF_RAW => {
            within_limit(raw)?;
            core::str::from_utf8(raw).map_err(|_| malformed("it is not UTF-8"))?
        }
        ISSUER..=TOKEN_SUBJECT => {
            within_limit(raw)?;
            let text = Utf8StringRef::from_der(raw);
            text.map_err(|_| malformed("it is not exactly one UTF8String in DER"))?.as_str()
        }
        _ => return Ok(None),
    };
    if matches!(text, "" | "<nil>" | "\"\"") {
        return Ok(None);
    }
    match number {
        // A display name that any workflow may choose, with whatever emoji: shown escaped, never
        // compared.
        WORKFLOW_NAME_RAW => {}
        // People name branches, tags, files and environments, not only in ASCII. They are compared
        // as whole strings built from each other, so that a look-alike is simply unequal.
        REF_RAW | REF | BUILD_SIGNER_URI | BUILD_CONFIG_URI | ENVIRONMENT | TOKEN_SUBJECT => {
            if text.chars().any(is_unsafe) {
                return Err(malformed("it has a control, invisible or direction character"));
            }
        }
        _ => {
            if !text.bytes().all(|b| b.is_ascii_graphic()) {
                return Err(malformed("it has another character than printable ASCII"));
            }
        }
    }
    Ok(Some(text.into()))
}

fn within_limit(raw: &[u8]) -> Result<(), VerifyError> {
    if raw.len() <= limits::EXTENSION_BYTES {
        return Ok(());
    }
    let limit = u64::try_from(limits::EXTENSION_BYTES).unwrap_or(u64::MAX);
    Err(ParseError::LimitExceeded { what: "certificate extension", limit }.into())
}

#[cfg(test)]
mod tests {
    use super::{REF, WORKFLOW_NAME_RAW, read};

    fn der(text: &str) -> Vec<u8> {
        let mut value = vec![0x0c, u8::try_from(text.len()).unwrap()];
        value.extend_from_slice(text.as_bytes());
        value
    }

    fn code(number: u32, raw: &[u8]) -> &'static str {
        read(number, raw).unwrap_err().code()
    }

    #[test]
    fn ex_04_raw_and_der_are_not_interchangeable() {
        assert_eq!(code(8, b"https://token.example"), "ERR_COUNTERSIGN_EXTENSION_MALFORMED");
        assert_eq!(code(1, &der("https://token.example")), "ERR_COUNTERSIGN_EXTENSION_MALFORMED");
        assert_eq!(read(1, b"https://token.example").unwrap().as_deref(), Some("https://token.example"));
        assert_eq!(read(8, &der("https://token.example")).unwrap().as_deref(), Some("https://token.example"));
    }

    #[test]
    fn ex_05_only_one_utf8_string_in_der() {
        let cases: &[&[u8]] = &[
            b"",
            b"\x13\x01a",            // PrintableString
            b"\x16\x01a",            // IA5String
            b"\x04\x01a",            // OCTET STRING
            b"\x30\x03\x0c\x01a",    // SEQUENCE
            b"\x0c\x81\x01a",        // length not minimal
            b"\x0c\x82\x00\x01a",    // length not minimal
            b"\x0c\x80a\x00\x00",    // indefinite length
            b"\x2c\x03\x0c\x01a",    // constructed
            b"\x0c\x01ab",           // a byte after it
            b"\x0c\x02a",            // cut
            b"\x0c\x02\xc3\x28",     // not UTF-8
            b"\x0c\x03\xed\xa0\x80", // a surrogate
            b"\x0c\x01a\x0c\x01b",   // two
        ];
        for raw in cases {
            assert_eq!(code(12, raw), "ERR_COUNTERSIGN_EXTENSION_MALFORMED", "{raw:x?}");
        }
        assert_eq!(code(3, b"\xc3\x28"), "ERR_COUNTERSIGN_EXTENSION_MALFORMED");
    }

    #[test]
    fn ex_06_no_invisible_text_in_what_is_compared() {
        for c in
            ['\0', '\n', '\t', ' ', '\u{7f}', '\u{9b}', '\u{202e}', '\u{200b}', '\u{feff}', '\u{301}', 'é', '\u{212a}']
        {
            for number in [8, 11, 12, 13, 15, 16, 17, 19, 20, 21, 22] {
                assert_eq!(
                    code(number, &der(&format!("a{c}b"))),
                    "ERR_COUNTERSIGN_EXTENSION_MALFORMED",
                    "{number} {c:?}"
                );
            }
            assert_eq!(code(5, format!("a{c}b").as_bytes()), "ERR_COUNTERSIGN_EXTENSION_MALFORMED", "{c:?}");
        }
        for c in ['\0', '\n', '\u{7f}', '\u{9b}', '\u{202e}', '\u{200b}', '\u{feff}'] {
            for number in [9, 14, 18, 23, 24] {
                assert_eq!(
                    code(number, &der(&format!("a{c}b"))),
                    "ERR_COUNTERSIGN_EXTENSION_MALFORMED",
                    "{number} {c:?}"
                );
            }
        }
        assert!(read(REF, &der("refs/heads/été")).unwrap().is_some());
        assert!(read(WORKFLOW_NAME_RAW, "👩\u{200d}🔬 release".as_bytes()).unwrap().is_some());
    }

    #[test]
    fn ex_07_a_value_is_bounded() {
        assert_eq!(code(1, &[b'a'; 65_536]), "ERR_COUNTERSIGN_LIMIT_EXCEEDED");
        assert_eq!(code(12, &[b'a'; 65_536]), "ERR_COUNTERSIGN_LIMIT_EXCEEDED");
        assert!(read(1, &[b'a'; 4096]).is_ok());
    }

    #[test]
    fn ex_13_unknown_numbers_are_ignored() {
        for number in [0, 7, 25, 999] {
            assert_eq!(read(number, b"\xff").unwrap(), None);
        }
    }

    #[test]
    fn what_says_nothing_is_absent() {
        for text in ["", "<nil>", "\"\""] {
            assert_eq!(read(11, &der(text)).unwrap(), None);
            assert_eq!(read(2, text.as_bytes()).unwrap(), None);
        }
    }
}
