//! Proof 3 over tokens that real authorities made, and over what was made of them.
//!
//! The samples lie outside the repository; without their folder the tests say so and pass.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::timestamp::{self, verify_token};
use super::timestamp_authority::TimestampAuthority;
use super::x509::Certificate;
use super::{Bundle, TrustedRoot};
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
}

#[test]
fn ts_12_a_certificate_named_by_sha1() {
    let Some(shared) = shared() else { return };
    let folder = shared.join("vectors/rfc3161/identrust");
    let token = fs::read(folder.join("issue-104.tsr")).unwrap();
    // The signer and its authority come with the token; the root, with RSA as they are, apart.
    let root = fs::read(folder.join("ts_chain.pem")).unwrap();
    let chain = [&token[225..1992], &token[1992..3972], &root].map(|der| Certificate::from_der(der.to_vec()).unwrap());
    let authority = TimestampAuthority::load(chain.into(), from_2023()).unwrap().unwrap();
    assert_eq!(verdict(&token, b"hello", &[authority]), "TIMESTAMP_UNSUPPORTED");
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
    // embedded certificate, and whether that list is one of certificates or of revocations.
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
        if unread.iter().any(|range| range.contains(&(bit / 8))) || bit == (certificates - 4) * 8 {
            assert!(verdict == time || verdict == "TIMESTAMP_STATUS" || verdict == "TIMESTAMP_MALFORMED");
            accepted += usize::from(verdict == time);
        } else {
            assert_ne!(verdict, time, "bit {} of byte {} is not read", bit % 8, bit / 8);
        }
    }
    assert_eq!(accepted, 1 + 13 * 8 + 1 + 0x213 * 8);
}

/// Conformance cases that are refused for their timestamp; in the others it holds, whatever they are for.
const REFUSED: [(&str, &str); 5] = [
    ("rekor2-timestamp-outside-trust-root-tsa-validity_fail", "TIME_OUTSIDE_TIMESTAMP_AUTHORITY"),
    ("rekor2-timestamp-outside-tsa-cert-validity_fail", "TIME_OUTSIDE_CERTIFICATE"),
    ("rekor2-timestamp-payload-mismatch_fail", "TIMESTAMP_IMPRINT"),
    ("rekor2-timestamp-untrusted-tsa-with-embedded-cert_fail", "UNKNOWN_TIMESTAMP_AUTHORITY"),
    ("rekor2-timestamp-untrusted-tsa-without-embedded-cert_fail", "UNKNOWN_TIMESTAMP_AUTHORITY"),
];
/// Its log has no start of validity, so that its trusted root does not load.
const NO_ROOT: &str = "trust-root-tlog-missing-validity-start_fail";
/// There is a line break in its timestamp's base64, so that the bundle cannot be read.
const NO_BUNDLE: &str = "rekor2-timestamp-with-incorrect-time_fail";

/// The times of all tokens of a bundle, or the code; `None` if it has none.
fn times(bundle: &[u8], root: &TrustedRoot) -> Option<Result<Vec<String>, &'static str>> {
    let bundle = Bundle::from_json(bundle).ok().filter(|bundle| !bundle.timestamps.is_empty())?;
    let verified = timestamp::verify(&bundle.timestamps, bundle.content.signature(), root);
    let times = verified.map(|list| list.iter().map(|verified| verified.time().to_string()).collect());
    Some(times.map_err(|error| error.code().strip_prefix("ERR_COUNTERSIGN_").unwrap()))
}

#[test]
fn tokens_of_the_conformance_suite() {
    let Some(shared) = shared() else { return };
    let folder = shared.join("conformance");
    let manifest: Value = serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    let (mut good, mut refused, mut without) = (0, 0, 0);
    for case in manifest["cases"].as_array().unwrap() {
        let read = |member: &str| fs::read(folder.join(case[member].as_str().unwrap())).unwrap();
        let name = case["name"].as_str().unwrap();
        let Ok(root) = TrustedRoot::from_json(&read("trusted_root")) else {
            assert_eq!(name, NO_ROOT);
            continue;
        };
        let Some(found) = times(&read("bundle"), &root) else {
            without += 1;
            if name == NO_BUNDLE {
                assert_eq!(Bundle::from_json(&read("bundle")).unwrap_err().code(), "ERR_COUNTERSIGN_BUNDLE_MALFORMED");
            }
            continue;
        };
        match REFUSED.iter().find(|(refused, _)| *refused == name) {
            Some((_, code)) => assert_eq!(found, Err(*code), "{name}"),
            None => assert_eq!(found.map(|times| times.len()), Ok(1), "{name}"),
        }
        if REFUSED.iter().any(|(other, _)| *other == name) { refused += 1 } else { good += 1 }
    }
    println!("{good} tokens verified, {refused} refused");
    assert_eq!((good, refused, without), (26, REFUSED.len(), 38));
}

#[test]
fn tokens_of_real_bundles() {
    let Some(shared) = shared() else { return };
    let roots = shared.join("conformance/roots");
    let root = |file: &str| fs::read(roots.join(file)).unwrap();
    let public_good = TrustedRoot::from_json(&root("production.json")).unwrap();
    let staging = TrustedRoot::from_json(&root("staging.json")).unwrap();
    let github = TrustedRoot::from_json_unlogged(&root("github.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&fs::read(shared.join("real/manifest.json")).unwrap()).unwrap();
    let mut counts = [0, 0, 0];
    for sample in manifest["samples"].as_array().unwrap() {
        let kind = sample["kind"].as_str().unwrap();
        if kind != "github-attestation" && kind != "sigstore-bundle" {
            continue;
        }
        let file = sample["file"].as_str().unwrap();
        let bundle = fs::read(shared.join("real").join(file)).unwrap();
        let found = [&public_good, &staging, &github].map(|root| times(&bundle, root));
        let [Some(_), ..] = found else { continue };
        let unknown = found.iter().filter(|one| **one == Some(Err("UNKNOWN_TIMESTAMP_AUTHORITY"))).count();
        // By an authority of that project's own tests. Its verifier passes over what it cannot verify.
        if file.contains("sigstore-python__bundle.txt") {
            assert_eq!(unknown, 3, "{file}: {found:?}");
            continue;
        }
        // Each token is by one instance, and unknown to the others.
        let by: Vec<usize> = (0..3).filter(|n| matches!(found[*n], Some(Ok(_)))).collect();
        assert_eq!((by.len(), unknown), (1, 2), "{file}: {found:?}");
        let Some(Ok(times)) = &found[by[0]] else { panic!("{file}") };
        counts[by[0]] += times.len();
    }
    println!("tokens of public good, staging and GitHub: {counts:?}");
    assert_eq!(counts, [5, 11, 4]);
}
