//! One bundle as the general verifier is asked about it, each part open to change.

use std::sync::LazyLock;

use countersign::sigstore::{ArtifactDigest, Bundle, BundleKey, Expectation, VerifiedBundle};
use countersign::{Timestamp, TrustedRoot, VerifyError};
use serde_json::Value;

use crate::question::{json, octo, time};
use crate::support::Miniature;
use crate::support::attestation::Attestation;
use crate::support::keys::Key;
use crate::support::trusted_root::TrustedRoot as TrustedRootMembers;
use crate::support::workflow::{GITHUB_ISSUER, Workflow};

/// What message signatures are over.
pub const ARTIFACT: &[u8] = b"the artifact\n";

pub enum Expected {
    Certificate { identity: String, issuer: String },
    Key(BundleKey),
}

/// Sound until something is changed.
pub struct BundleQuestion {
    pub root: Vec<u8>,
    /// Whether the instance has logs, which the caller says and the root cannot.
    pub logged: bool,
    pub bundle: Vec<u8>,
    pub artifact: ArtifactDigest,
    pub expected: Expected,
    pub now: Timestamp,
}

impl BundleQuestion {
    /// Whether the workflow of most attestations signed the artifact of most messages.
    pub fn new(mini: &Miniature, bundle: &Value) -> BundleQuestion {
        BundleQuestion {
            root: mini.trusted_root().text().into_bytes(),
            logged: !mini.sigstore.rekors.is_empty(),
            bundle: json(bundle),
            artifact: ArtifactDigest::of(ARTIFACT),
            expected: Expected::Certificate { identity: Workflow::github().signer_uri(), issuer: GITHUB_ISSUER.into() },
            now: time("2026-11-22T00:00:00Z"),
        }
    }

    pub fn with(mut self, change: impl FnOnce(&mut BundleQuestion)) -> BundleQuestion {
        change(&mut self);
        self
    }

    /// Asks about this artifact instead.
    pub fn about(self, artifact: ArtifactDigest) -> BundleQuestion {
        self.with(|q| q.artifact = artifact)
    }

    /// Expects this key instead.
    pub fn by_key(self, key: &Key) -> BundleQuestion {
        self.with(|q| q.expected = Expected::Key(BundleKey::from_pem(&key.pem()).unwrap()))
    }

    pub fn by_certificate(self, identity: &str, issuer: &str) -> BundleQuestion {
        let [identity, issuer] = [identity, issuer].map(String::from);
        self.with(|q| q.expected = Expected::Certificate { identity, issuer })
    }

    /// Trusts this root instead.
    pub fn trusting(self, root: &TrustedRootMembers) -> BundleQuestion {
        self.with(|q| q.root = root.text().into_bytes())
    }

    pub fn verify(&self) -> Result<VerifiedBundle, VerifyError> {
        let read = if self.logged { TrustedRoot::from_json } else { TrustedRoot::from_json_unlogged };
        let expectation = match &self.expected {
            Expected::Certificate { identity, issuer } => Expectation::certificate(identity, issuer),
            Expected::Key(key) => Expectation::key(key),
        };
        let bundle = Bundle::from_json(&self.bundle)?;
        read(&self.root).unwrap().verify_bundle(&bundle, &self.artifact, &expectation, self.now)
    }

    /// The code it is refused with; panics if it is accepted.
    #[track_caller]
    pub fn code(&self) -> &'static str {
        let error = self.verify().expect_err("this was accepted");
        error.code().strip_prefix("ERR_COUNTERSIGN_").unwrap()
    }

    /// Panics if it is refused.
    #[track_caller]
    pub fn accepted(&self) -> VerifiedBundle {
        self.verify().unwrap_or_else(|error| panic!("this was refused: {error}"))
    }
}

static MINIATURE: LazyLock<Miniature> = LazyLock::new(Miniature::new);
static REKOR_V2: LazyLock<Miniature> = LazyLock::new(Miniature::rekor_v2);
static GITHUB_STYLE: LazyLock<Miniature> = LazyLock::new(Miniature::github_style);

type Made = Attestation<'static>;

/// A signed artifact in Rekor v1.
pub fn message(change: impl FnOnce(Made) -> Made) -> BundleQuestion {
    BundleQuestion::new(&MINIATURE, &change(MINIATURE.message(ARTIFACT)).bundle())
}

/// A provenance in Rekor v1, about its package's tarball.
pub fn provenance(change: impl FnOnce(Made) -> Made) -> BundleQuestion {
    let question = BundleQuestion::new(&MINIATURE, &change(MINIATURE.provenance(&octo())).bundle());
    question.about(ArtifactDigest::of(&octo().tarball))
}

/// A signed artifact in Rekor v2.
pub fn message_v2(change: impl FnOnce(Made) -> Made) -> BundleQuestion {
    BundleQuestion::new(&REKOR_V2, &change(REKOR_V2.message(ARTIFACT).rekor_v2()).bundle())
}

/// A provenance in Rekor v2.
pub fn provenance_v2(change: impl FnOnce(Made) -> Made) -> BundleQuestion {
    let question = BundleQuestion::new(&REKOR_V2, &change(REKOR_V2.provenance(&octo()).rekor_v2()).bundle());
    question.about(ArtifactDigest::of(&octo().tarball))
}

/// A signed artifact of an instance without logs.
pub fn unlogged(change: impl FnOnce(Made) -> Made) -> BundleQuestion {
    BundleQuestion::new(&GITHUB_STYLE, &change(GITHUB_STYLE.message(ARTIFACT)).bundle())
}
