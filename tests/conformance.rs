//! Sigstore's own conformance suite: every verification case, by the artifact's bytes and by its digest.
//!
//! A case that must be refused is refused for the reason in the table, not for whatever comes first.

#[path = "real/shared.rs"]
mod shared;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use countersign::sigstore::{ArtifactDigest, Bundle, BundleKey, Expectation};
use countersign::{ParseError, Timestamp, TrustedRoot, VerifyError};
use serde_json::Value;

/// 2026-11-22, after everything that the cases say.
const NOW: i64 = 1_795_305_600;

/// What each case that must be refused is refused for.
const REFUSED: &[(&str, &str)] = &[];

struct Case {
    folder: PathBuf,
    manifest: Value,
}

impl Case {
    fn text(&self, member: &str) -> &str {
        self.manifest[member].as_str().unwrap_or_default()
    }

    fn bytes(&self, member: &str) -> Vec<u8> {
        shared::bytes(&self.folder.join(self.text(member)))
    }

    fn verify(&self, artifact: &ArtifactDigest) -> Result<(), String> {
        let code = |error: VerifyError| error.code().replace("ERR_COUNTERSIGN_", "");
        let unreadable = |error: ParseError| error.code().replace("ERR_COUNTERSIGN_", "");
        let key = match self.text("key") {
            "" => None,
            _ => Some(BundleKey::from_pem(&String::from_utf8(self.bytes("key")).unwrap()).map_err(unreadable)?),
        };
        let expectation = match &key {
            Some(key) => Expectation::key(key),
            None => Expectation::certificate(self.text("identity"), self.text("issuer")),
        };
        let root = TrustedRoot::from_json(&self.bytes("trusted_root")).map_err(unreadable)?;
        let bundle = Bundle::from_json(&self.bytes("bundle")).map_err(code)?;
        let now = Timestamp::from_unix(NOW).unwrap();
        root.verify_bundle(&bundle, artifact, &expectation, now).map(drop).map_err(code)
    }

    fn by_bytes(&self) -> ArtifactDigest {
        ArtifactDigest::of(&self.bytes("artifact"))
    }

    fn by_digest(&self) -> ArtifactDigest {
        let digest = hex::decode(self.text("artifact_sha256")).unwrap();
        ArtifactDigest::sha256(digest.try_into().unwrap())
    }
}

fn cases() -> Option<Vec<Case>> {
    let folder = shared::folder()?.join("conformance");
    let manifest: Value = serde_json::from_slice(&shared::bytes(&folder.join("manifest.json"))).unwrap();
    let case = |manifest: &Value| Case { folder: Path::new(&folder).to_owned(), manifest: manifest.clone() };
    Some(manifest["cases"].as_array().unwrap().iter().map(case).collect())
}

#[test]
fn every_case_in_both_forms() {
    let Some(cases) = cases() else { return };
    let refused: BTreeMap<&str, &str> = REFUSED.iter().copied().collect();
    assert_eq!(refused.len(), REFUSED.len(), "a case stands twice in the table");
    let (mut accepted, mut wrong) = (0, Vec::new());
    for case in &cases {
        let name = case.text("name");
        let expected = refused.get(name).map_or(Ok(()), |code| Err((*code).to_owned()));
        assert_eq!(case.text("expect") == "accept", expected.is_ok(), "{name} is not in the table");
        for (form, artifact) in [("bytes", case.by_bytes()), ("digest", case.by_digest())] {
            let found = case.verify(&artifact);
            accepted += usize::from(found.is_ok());
            if found != expected {
                wrong.push(format!("{name} by {form}: {found:?}, expected {expected:?}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!((cases.len(), accepted, REFUSED.len()), (70, 42, 49), "cases, accepted in both forms, refused");
}
