//! The two verdicts on one case.

use std::panic::{AssertUnwindSafe, catch_unwind};

use countersign::Timestamp;
use countersign::sigstore::{ArtifactDigest, Bundle, BundleKey, Expectation};
use sigstore_verify::types::{
    Artifact, ArtifactDigest as PeerDigest, Bundle as PeerBundle, DerCertificate, DerPublicKey, HashAlgorithm,
};
use sigstore_verify::{PublicKeyVerificationPolicy, VerificationPolicy};

use crate::case::{Case, Expected, Given};
use crate::document::Json;

/// After all that real bundles say: 2026-11-22. The peer reads the clock, which must not be before it.
pub const NOW: i64 = 1_795_305_600;

/// Why a verifier said no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Our error code; the peer has none, but `PANIC` when it panicked.
    pub code: String,
    pub message: String,
}

/// Code of a refusal that was a panic of the peer's.
pub const PANIC: &str = "PANIC";

pub type Verdict = Result<(), Refusal>;

/// What our general verifier says.
pub fn ours(case: &Case, bundle: &str) -> Verdict {
    let root = case.root.ours.as_ref().map_err(|message| Refusal { code: "ROOT".into(), message: message.clone() })?;
    let bundle = Bundle::from_json(bundle.as_bytes()).map_err(|e| refusal(e.code(), &e))?;
    let artifact = match &case.artifact {
        Given::Bytes(bytes) => ArtifactDigest::of(bytes),
        Given::Sha256(digest) => ArtifactDigest::sha256(*digest),
        Given::Sha512(digest) => ArtifactDigest::sha512(*digest),
    };
    let key = match &case.expected {
        Expected::Certificate { .. } => None,
        Expected::Pem(pem) => Some(BundleKey::from_pem(pem).map_err(|e| refusal(e.code(), &e))?),
        Expected::Spki(der) => Some(BundleKey::from_spki(der).map_err(|e| refusal(e.code(), &e))?),
    };
    let expectation = match (&case.expected, &key) {
        (Expected::Certificate { identity, issuer }, _) => Expectation::certificate(identity, issuer),
        (_, Some(key)) => Expectation::key(key),
        (_, None) => unreachable!("a key was read above"),
    };
    let now = Timestamp::from_unix(NOW).ok_or(()).map_err(|()| refusal("NOW", &"no time"))?;
    root.verify_bundle(&bundle, &artifact, &expectation, now).map(drop).map_err(|e| refusal(e.code(), &e))
}

/// What the peer says. A panic of the peer's is no acceptance.
pub fn peer(case: &Case, bundle: &str) -> Verdict {
    match catch_unwind(AssertUnwindSafe(|| peer_verify(case, bundle))) {
        Ok(verdict) => verdict.map_err(|message| Refusal { code: String::new(), message }),
        Err(_) => Err(refusal(PANIC, &"the peer panicked")),
    }
}

fn peer_verify(case: &Case, bundle: &str) -> Result<(), String> {
    let verifier = case.root.peer.as_ref().map_err(Clone::clone)?;
    let bundle = PeerBundle::from_json(bundle).map_err(text)?;
    let digest = |algorithm, bytes: &[u8]| PeerDigest::new(algorithm, bytes.to_vec()).map_err(text);
    let artifact = match &case.artifact {
        Given::Bytes(bytes) => Artifact::Blob(bytes),
        Given::Sha256(bytes) => Artifact::Digest(digest(HashAlgorithm::Sha2256, bytes)?),
        Given::Sha512(bytes) => Artifact::Digest(digest(HashAlgorithm::Sha2512, bytes)?),
    };
    let key = match &case.expected {
        Expected::Certificate { identity, issuer } => {
            let policy = VerificationPolicy::new(identity.as_str(), issuer.as_str());
            let policy = if case.root.is_logged() { policy } else { policy.skip_tlog_unsafe().skip_sct() };
            return verifier.verify(artifact, &bundle, &policy).map(drop).map_err(text);
        }
        Expected::Pem(pem) => DerPublicKey::from_pem(pem).map_err(text)?,
        Expected::Spki(der) => DerPublicKey::from_bytes(der),
    };
    verifier.verify(artifact, &bundle, &PublicKeyVerificationPolicy::new(key)).map(drop).map_err(text)
}

/// Identity and issuer of the certificate that a bundle carries.
pub fn names(bundle: &Json) -> Option<(String, String)> {
    let material = bundle.get("verificationMaterial")?;
    let certificate = ["certificate/rawBytes", "x509CertificateChain/certificates/0/rawBytes"];
    let certificate = certificate.iter().find_map(|path| material.text_at(path))?;
    let certificate = DerCertificate::from_base64(certificate).ok()?;
    let info = sigstore_verify::crypto::parse_certificate_info(&certificate).ok()?;
    Some((info.identity?.as_str().into(), info.issuer?))
}

fn refusal(code: &str, message: &impl ToString) -> Refusal {
    Refusal { code: code.trim_start_matches("ERR_COUNTERSIGN_").into(), message: message.to_string() }
}

fn text(error: impl ToString) -> String {
    error.to_string()
}
