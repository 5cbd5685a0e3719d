//! Every case of the published vectors (C2SP Wycheproof, C2SP CCTV), of the shared reference data. The
//! counts are of the files: a case that a reader here would skip is missed.

use serde_json::Value;

use super::{Hash, KeyError, KeyKind, PublicKey, Scheme};

/// One of the shared files, or `None` with a line that says so.
fn shared(file: &str) -> Option<Value> {
    let given = std::env::var_os("COUNTERSIGN_SHARED").map(std::path::PathBuf::from);
    let folder = given.unwrap_or_else(|| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"));
    if !folder.is_dir() {
        println!("skipped: no shared reference data");
        return None;
    }
    Some(serde_json::from_slice(&std::fs::read(folder.join("vectors").join(file)).unwrap()).unwrap())
}

fn bytes(case: &Value, name: &str) -> Vec<u8> {
    hex::decode(case[name].as_str().unwrap()).unwrap()
}

/// Cases of a file.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    /// "valid", and good.
    valid: usize,
    /// "invalid", and refused.
    invalid: usize,
    /// "acceptable": legal in some reading, and refused, as there is one encoding of everything here.
    acceptable: usize,
}

/// Verifies every case of a Wycheproof file.
fn wycheproof(file: &str, kind: KeyKind, scheme: Scheme, expected: Counts) {
    let Some(suite) = shared(&format!("wycheproof/{file}_test.json")) else { return };
    let mut counts = Counts::default();
    for group in suite["testGroups"].as_array().unwrap() {
        let key = PublicKey::from_spki(&bytes(group, "publicKeyDer")).unwrap();
        assert_eq!(key.kind(), kind);
        for case in group["tests"].as_array().unwrap() {
            let result = case["result"].as_str().unwrap();
            // A backend may verify with a key that is used again by other means than the first time.
            for _ in 0..2 {
                let good = key.verify_with(scheme, &bytes(case, "msg"), &bytes(case, "sig")).is_ok();
                assert_eq!(good, result == "valid", "{file} {}: {}", case["tcId"], case["comment"]);
            }
            match result {
                "valid" => counts.valid += 1,
                "invalid" => counts.invalid += 1,
                "acceptable" => counts.acceptable += 1,
                other => panic!("{file}: {other}"),
            }
        }
    }
    assert_eq!(counts, expected, "{file}");
    assert_eq!(suite["numberOfTests"], expected.valid + expected.invalid + expected.acceptable, "{file}");
}

#[test]
fn rs_40_wycheproof_ecdsa() {
    use Hash::{Sha256, Sha384, Sha512};
    use KeyKind::{EcdsaP256, EcdsaP384, EcdsaP521};
    for (file, kind, hash, valid, invalid) in [
        ("ecdsa_secp256r1_sha256", EcdsaP256, Sha256, 174, 310),
        ("ecdsa_secp256r1_sha512", EcdsaP256, Sha512, 243, 311),
        ("ecdsa_secp384r1_sha256", EcdsaP384, Sha256, 162, 310),
        ("ecdsa_secp384r1_sha384", EcdsaP384, Sha384, 194, 310),
        ("ecdsa_secp521r1_sha512", EcdsaP521, Sha512, 232, 310),
    ] {
        wycheproof(file, kind, Scheme::Ecdsa(hash), Counts { valid, invalid, acceptable: 0 });
    }
}

#[test]
fn rs_40_wycheproof_ed25519() {
    let expected = Counts { valid: 88, invalid: 63, acceptable: 0 };
    wycheproof("ed25519", KeyKind::Ed25519, Scheme::Ed25519, expected);
}

/// What is merely acceptable lacks the NULL of the digest's algorithm (RFC 8017 §9.2, note 1).
#[test]
fn rs_40_wycheproof_rsa_pkcs1() {
    for (file, valid, invalid) in [
        ("rsa_signature_2048_sha256", 9, 249),
        ("rsa_signature_3072_sha256", 8, 250),
        ("rsa_signature_4096_sha256", 7, 250),
    ] {
        let expected = Counts { valid, invalid, acceptable: 1 };
        wycheproof(file, KeyKind::Rsa, Scheme::RsaPkcs1(Hash::Sha256), expected);
    }
}

/// The keys are ordinary ones, and no PSS signature by them is good. The last case of each file, no PSS
/// signature, is the one of PKCS #1 v1.5.
#[test]
fn rs_40_wycheproof_rsa_pss_is_not_verified() {
    for bits in [2048, 3072, 4096] {
        let file = format!("wycheproof/rsa_pss_{bits}_sha256_mgf1_32_test.json");
        let Some(suite) = shared(&file) else { return };
        let (mut valid, mut invalid, mut good) = (0, 0, Vec::new());
        for group in suite["testGroups"].as_array().unwrap() {
            let key = PublicKey::from_spki(&bytes(group, "publicKeyDer")).unwrap();
            for case in group["tests"].as_array().unwrap() {
                let (message, signature) = (bytes(case, "msg"), bytes(case, "sig"));
                let with = |scheme: &Scheme| key.verify_with(*scheme, &message, &signature).is_ok();
                if KeyKind::Rsa.schemes().iter().any(with) {
                    good.push(case["comment"].as_str().unwrap());
                }
                if case["result"] == "valid" { valid += 1 } else { invalid += 1 }
            }
        }
        assert_eq!((valid, invalid, good), (63, 45, vec!["PKCS #1 v1.5 signature with SHA-256"]), "{file}");
    }
}

/// CCTV's 914 combinations of points of small order, of mixed order, and encoded in a second way; the
/// rule is that of [`super::ed25519`]. A key that is weak or not canonical is none. Of the other
/// signatures those are good that solve the equation without the cofactor (no `low_order_residue`)
/// with an R that is neither. What verifies only if A or R is written anew (`reencoded_k`) is among
/// the refused. Points of mixed order are no weakness: of them 42 keys and 35 values of R are good.
#[test]
fn tl_36_cctv_ed25519() {
    let Some(suite) = shared("cctv/ed25519vectors.json") else { return };
    let has = |case: &Value, flag: &str| case["flags"].as_array().is_some_and(|flags| flags.contains(&flag.into()));
    let prefix = hex::decode("302a300506032b6570032100").unwrap();
    let cases = suite.as_array().unwrap();
    let (mut keys_refused, mut good) = (0, Vec::new());
    for case in cases {
        let key = PublicKey::from_spki(&[prefix.clone(), bytes(case, "key")].concat());
        if has(case, "low_order_A") || has(case, "non_canonical_A") {
            assert_eq!(key.unwrap_err(), KeyError::Malformed("its point is weak"), "{case}");
            keys_refused += 1;
            continue;
        }
        let refused =
            ["low_order_R", "non_canonical_R", "low_order_residue", "reencoded_k"].iter().any(|flag| has(case, flag));
        let verified = key.unwrap().verify(case["msg"].as_str().unwrap().as_bytes(), &bytes(case, "sig"));
        assert_eq!(verified.is_ok(), !refused, "{case}");
        if !refused {
            good.push(case);
        }
    }
    assert_eq!((cases.len(), keys_refused, good.len()), (914, 526, 43));
    for (flag, all, verified) in [
        ("low_order_A", 526, 0),
        ("low_order_R", 586, 0),
        ("non_canonical_A", 226, 0),
        ("non_canonical_R", 316, 0),
        ("low_order_component_A", 774, 42),
        ("low_order_component_R", 665, 35),
        ("low_order_residue", 583, 0),
        ("reencoded_k", 146, 0),
    ] {
        let count =
            (cases.iter().filter(|case| has(case, flag)).count(), good.iter().filter(|case| has(case, flag)).count());
        assert_eq!(count, (all, verified), "{flag}");
    }
}
