//! Cases from the miniature: every era of npm's bundles, every kind of key, Rekor v2, an instance without
//! a log. A fresh clone has these alone, and the shared data no such variety.

#[path = "../../../tests/support/mod.rs"]
mod support;

use std::sync::Arc;

use countersign_oracle::case::{Case, Expected, Given, Root};
use countersign_oracle::document::Json;
use countersign_oracle::judge;
use serde_json::Value;

use support::Miniature;
use support::bundle::Era;
use support::keys::Key;
use support::log_body::Kind;
use support::package::Package;

const ARTIFACT: &[u8] = b"artifact";

pub fn cases() -> Vec<Case> {
    let (logged, unlogged) =
        (Instance::new("minted", Miniature::rekor_v2()), Instance::new("minted unlogged", Miniature::github_style()));
    let eras = Era::ALL.iter().flat_map(|era| logged.era(*era));
    let keys = Key::of_every_kind("managed").into_iter().flat_map(|key| logged.key(&key));
    eras.chain(keys).chain(logged.rekor_v2()).chain(unlogged.unlogged()).collect()
}

struct Instance {
    mini: Miniature,
    package: Package,
    root: Arc<Root>,
}

impl Instance {
    fn new(name: &str, mini: Miniature) -> Instance {
        let root = Arc::new(Root::read(name, mini.trusted_root().text()));
        Instance { mini, package: Package::new("@octo/lib", "1.2.3"), root }
    }

    fn era(&self, era: Era) -> [Case; 2] {
        let publish = self.mini.publish_of(&self.package, era).bundle();
        let hint = publish["verificationMaterial"]["publicKey"]["hint"].as_str().expect("a hint").to_owned();
        let key = self.mini.registry.keys.iter().find(|key| key.key_id == hint).expect("a key of the registry");
        let by_key = Expected::Spki(key.key.spki());
        let provenance = self.mini.provenance_of(&self.package, era).bundle();
        let by_certificate = certificate(&provenance);
        [
            self.case(format!("{era:?} provenance"), &provenance, self.tarball(), by_certificate),
            self.case(format!("{era:?} publish"), &publish, self.tarball(), by_key),
        ]
    }

    /// An artifact signed by each kind of key, managed and certified, in a log of either generation.
    fn key(&self, key: &Key) -> Vec<Case> {
        let signer = certificate(&self.mini.message(ARTIFACT).bundle());
        let message = || self.mini.message(ARTIFACT);
        let managed = [message(), message().rekor_v2()].map(|m| m.managed_by(key.clone()).bundle());
        let certified = [message(), message().rekor_v2()].map(|m| m.leaf_key(key.clone()).bundle());
        let mut cases = Vec::new();
        for (generation, (managed, certified)) in ["v1", "v2"].iter().zip(managed.iter().zip(&certified)) {
            let name = |how: &str| format!("message {how} by {}, Rekor {generation}", key.key_details());
            let artifact = || Given::Bytes(ARTIFACT.into());
            cases.push(self.case(name("managed"), managed, artifact(), Expected::Pem(key.pem())));
            cases.push(self.case(name("certified"), certified, artifact(), signer.clone()));
        }
        cases
    }

    fn rekor_v2(&self) -> Vec<Case> {
        let provenance = |kind: Kind| self.mini.provenance(&self.package).rekor_v2().kind(kind).bundle();
        let case = |kind: Kind| {
            let bundle = provenance(kind);
            self.case(format!("provenance, {}/0.0.2", kind.name()), &bundle, self.tarball(), certificate(&bundle))
        };
        vec![case(Kind::HashedRekordV2), case(Kind::DsseV2)]
    }

    fn unlogged(&self) -> Vec<Case> {
        let [provenance, message] =
            [self.mini.provenance(&self.package).bundle(), self.mini.message(ARTIFACT).bundle()];
        let signers = [certificate(&provenance), certificate(&message)];
        let [by, signer] = signers;
        vec![
            self.case("unlogged provenance".into(), &provenance, self.tarball(), by),
            self.case("unlogged message".into(), &message, Given::Bytes(ARTIFACT.into()), signer),
        ]
    }

    fn tarball(&self) -> Given {
        Given::Sha512(self.package.sha512().try_into().expect("64 bytes"))
    }

    fn case(&self, name: String, bundle: &Value, artifact: Given, expected: Expected) -> Case {
        let (name, bundle) = (format!("minted/{name}"), bundle.to_string());
        Case { name, bundle, artifact, root: Arc::clone(&self.root), expected }
    }
}

fn certificate(bundle: &Value) -> Expected {
    let bundle = Json::parse(&bundle.to_string()).expect("JSON");
    let (identity, issuer) = judge::names(&bundle).expect("a certificate with names");
    Expected::Certificate { identity, issuer }
}
