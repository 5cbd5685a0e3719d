//! Proof 3 over tokens that real authorities made, and over what was made of them.
//!
//! The samples lie outside the repository; without their folder the tests say so and pass.

use std::fs;
use std::path::{Path, PathBuf};

use super::timestamp::verify_token;
use super::timestamp_authority::TimestampAuthority;
use super::x509::Certificate;
use crate::encoding::base64;
use crate::time::{Fraction, Timestamp, Window};

fn shared() -> Option<PathBuf> {
    let given = std::env::var_os("COUNTERSIGN_SHARED").map(PathBuf::from);
    let folder = given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"));
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no shared reference data");
    None
}

fn from_2023() -> Window {
    Window { start: Timestamp::from_rfc3339("2023-01-01T00:00:00Z", Fraction::Up).unwrap(), end: None }
}

/// The one authority of a folder of RFC 3161 vectors.
fn authority(folder: &Path) -> TimestampAuthority {
    let pem = fs::read_to_string(folder.join("ts_chain.pem")).unwrap();
    let bodies = pem.split("-----BEGIN CERTIFICATE-----").skip(1).map(|part| part.split("-----").next().unwrap());
    let der = bodies.map(|body| base64(&body.split_whitespace().collect::<String>()).unwrap());
    let chain = der.map(|der| Certificate::from_der(der).unwrap()).collect();
    TimestampAuthority::load(chain, from_2023()).unwrap().unwrap()
}

/// The time, or the code without its prefix.
fn verdict(token: &[u8], message: &[u8], authorities: &[TimestampAuthority]) -> String {
    match verify_token(token, message, authorities) {
        Ok(verified) => verified.time().to_string(),
        Err(error) => error.code().strip_prefix("ERR_COUNTERSIGN_").unwrap().to_owned(),
    }
}

#[test]
fn ts_12_vectors() {
    let Some(shared) = shared() else { return };
    let folder = |name: &str| shared.join("vectors/rfc3161").join(name);
    let signature = fs::read(folder("sigstore.mock/payload")).unwrap();
    let hello: &[u8] = b"hello";
    for (name, token, message, expected) in [
        ("sigstage", "response-sha256", hello, "2025-05-09T11:58:55Z"),
        ("sigstage", "response-sha384", hello, "2025-05-09T11:58:55Z"),
        ("sigstage", "response-sha512", hello, "2025-05-09T11:58:56Z"),
        ("sigstage", "response-no-embedded-cert", hello, "2025-06-18T08:13:02Z"),
        ("sigstage", "response-invalid-signature", hello, "TIMESTAMP_SIGNATURE"),
        ("sigstage", "response-sha256", b"other", "TIMESTAMP_IMPRINT"),
        ("test_tsa", "response", hello, "2024-10-08T15:40:32Z"),
        // Forged certificates before the genuine one, which are not looked at.
        ("test_tsa", "response-injected-certs", hello, "2024-10-08T15:40:32Z"),
        // By an earlier certificate, of the same names.
        ("test_tsa", "other_response", hello, "UNKNOWN_TIMESTAMP_AUTHORITY"),
        // The authority has expired since, and had not when it signed.
        ("sigstore.mock", "response-expired", &signature, "2023-02-01T00:00:00Z"),
    ] {
        let token_der = fs::read(folder(name).join(format!("{token}.tsr"))).unwrap();
        assert_eq!(verdict(&token_der, message, &[authority(&folder(name))]), expected, "{name} {token}");
        let code = verdict(&token_der, message, &[]);
        assert!(!code.starts_with("20"), "{name} {token} without an authority: {code}");
    }
    // The only sample that names its certificate by SHA-1 alone. No token in a real bundle does.
    let identrust = fs::read(folder("identrust/issue-104.tsr")).unwrap();
    assert_eq!(verdict(&identrust, hello, &[]), "TIMESTAMP_UNSUPPORTED");
}

#[test]
fn ts_20_every_truncation_and_every_flipped_bit() {
    let Some(shared) = shared() else { return };
    let folder = shared.join("vectors/rfc3161/sigstage");
    let authorities = [authority(&folder)];
    let token = fs::read(folder.join("response-sha256.tsr")).unwrap();
    let time = verdict(&token, b"hello", &authorities);
    for length in 0..token.len() {
        assert_eq!(verdict(&token[..length], b"hello", &authorities), "TIMESTAMP_MALFORMED", "{length}");
    }
    // What nobody reads: which of the two good states it is, the list of digest algorithms, the
    // embedded certificate. Their own tags and lengths are read.
    let at = |part: &[u8]| token.windows(part.len()).position(|window| window == part).unwrap();
    let status = at(&[0x30, 0x03, 0x02, 0x01, 0x00]) + 4;
    let digests = at(&[0x31, 0x0d, 0x30, 0x0b, 0x06, 0x09]) + 2;
    let certificates = at(&[0xa0, 0x82, 0x02, 0x13, 0x30, 0x82]) + 4;
    let unread = [status..status + 1, digests..digests + 13, certificates..certificates + 0x213];
    let mut accepted = 0;
    for bit in 0..token.len() * 8 {
        let mut flipped = token.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let verdict = verdict(&flipped, b"hello", &authorities);
        if unread.iter().any(|range| range.contains(&(bit / 8))) {
            assert!(verdict == time || verdict == "TIMESTAMP_STATUS" || verdict == "TIMESTAMP_MALFORMED");
            accepted += usize::from(verdict == time);
        } else {
            assert_ne!(verdict, time, "bit {} of byte {} is not read", bit % 8, bit / 8);
        }
    }
    assert_eq!(accepted, 1 + 13 * 8 + 0x213 * 8);
}
