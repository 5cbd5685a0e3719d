//! Cases from the miniature: every era of npm's bundles, and whatever else it can make, so that a fresh
//! clone tries what the shared data would.

#[path = "../../../tests/support/mod.rs"]
mod support;

use std::sync::Arc;

use countersign_oracle::case::{Case, Expected, Given, Root};
use countersign_oracle::document::Json;
use countersign_oracle::judge;

use support::Miniature;
use support::attestation::Attestation;
use support::bundle::Era;
use support::package::Package;

pub fn cases() -> Vec<Case> {
    let (mini, package) = (Miniature::new(), Package::new("@octo/lib", "1.2.3"));
    let root = Arc::new(Root::read("minted", mini.trusted_root().text()));
    let case = |name: String, attestation: Attestation<'_>| {
        let bundle = attestation.mint().bundle.to_string();
        let parsed = Json::parse(&bundle).expect("JSON");
        let expected = match parsed.text_at("verificationMaterial/publicKey/hint") {
            Some(hint) => {
                let key = mini.registry.keys.iter().find(|key| key.key_id == hint).expect("a key of the registry");
                Expected::Spki(key.key.spki().to_vec())
            }
            None => {
                let (identity, issuer) = judge::names(&parsed).expect("a certificate");
                Expected::Certificate { identity, issuer }
            }
        };
        let sha512 = package.sha512().try_into().expect("64 bytes");
        Case { name, bundle, artifact: Given::Sha512(sha512), root: Arc::clone(&root), expected }
    };
    let both = |era: Era| {
        [
            case(format!("minted/{era:?} provenance"), mini.provenance_of(&package, era)),
            case(format!("minted/{era:?} publish"), mini.publish_of(&package, era)),
        ]
    };
    Era::ALL.into_iter().flat_map(both).collect()
}
