//! Differential oracle: what the crate `sigstore-verify` says about the bundles that we judge. Never
//! published.
//!
//! The peer verifies bundles and knows nothing of npm, so the rules that it leaves to its caller stand
//! here, written from npm's documents and not from our code: which key signs a publish attestation, until
//! when, and what the statement must say. Whether the signer is *wanted* is asked on neither side.
//!
//! [`mutate`] changes bundles, [`judge`] asks both, and [`strictness`] says why they may differ.

pub mod case;
pub mod corpus;
mod der;
pub mod document;
pub mod judge;
pub mod mutate;
mod npm_keys;
pub mod random;
pub mod run;
pub mod strictness;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::value::RawValue;
use sigstore_verify::trust_root::TrustedRoot;
use sigstore_verify::types::bundle::VerificationMaterialContent;
use sigstore_verify::types::{Artifact, ArtifactDigest, Bundle, HashAlgorithm, SignatureContent, Statement};
use sigstore_verify::{PublicKeyVerificationPolicy, VerificationPolicy, VerificationResult, Verifier};

pub use npm_keys::NpmKeys;

/// The trusted root of Sigstore's public good instance that our crate embeds.
pub const PUBLIC_GOOD: &str = include_str!("../../testdata/trust/trusted_root.json");

/// npm's keys that our crate embeds.
pub const NPM_KEYS: &[u8] = include_bytes!("../../testdata/trust/npm-keys.json");

/// What the peer says of one attestation of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// As the response says it, beside the bundle.
    pub predicate_type: String,
    pub outcome: Result<(), String>,
}

/// The peer, under one trusted root and one key set.
pub struct Oracle {
    verifier: Verifier,
    keys: NpmKeys,
}

/// What the attestations endpoint answers.
#[derive(Deserialize)]
struct Response<'a> {
    #[serde(borrow)]
    attestations: Vec<Attestation<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attestation<'a> {
    predicate_type: String,
    #[serde(borrow)]
    bundle: &'a RawValue,
}

/// One real response of npm's, judged as npm would: see [`Oracle::verify_response`].
///
/// # Errors
/// If the keys or the response are unreadable as a whole.
pub fn verify_npm_response(
    response: &[u8],
    purl: &str,
    sha512: &[u8],
    npm_keys: &[u8],
) -> Result<Vec<Verdict>, String> {
    Oracle::new(PUBLIC_GOOD, npm_keys)?.verify_response(response, purl, sha512)
}

impl Oracle {
    /// # Errors
    /// If the root or the keys are unreadable.
    pub fn new(trusted_root: &str, keys: &[u8]) -> Result<Oracle, String> {
        let root = TrustedRoot::from_json(trusted_root).map_err(text)?;
        Ok(Oracle { verifier: Verifier::new(&root).map_err(text)?, keys: NpmKeys::from_json(keys)? })
    }

    /// Judges every attestation of a response, in its order.
    ///
    /// # Errors
    /// If the response is no JSON document with attestations.
    pub fn verify_response(&self, response: &[u8], purl: &str, sha512: &[u8]) -> Result<Vec<Verdict>, String> {
        let response: Response<'_> = serde_json::from_slice(response).map_err(text)?;
        let judge = |a: Attestation<'_>| Verdict {
            outcome: self.verify_attestation(a.bundle.get(), &a.predicate_type, purl, sha512),
            predicate_type: a.predicate_type,
        };
        Ok(response.attestations.into_iter().map(judge).collect())
    }

    /// Judges one attestation, by the key or the certificate that its bundle names.
    ///
    /// # Errors
    /// Why it does not verify.
    pub fn verify_attestation(
        &self,
        bundle: &str,
        predicate_type: &str,
        purl: &str,
        sha512: &[u8],
    ) -> Result<(), String> {
        let bundle = Bundle::from_json(bundle).map_err(text)?;
        must_speak_of(&bundle, predicate_type, purl)?;
        match &bundle.verification_material.content {
            VerificationMaterialContent::PublicKey(key) => self.by_key(&bundle, &key.hint, sha512),
            _ => self.by_certificate(&bundle, sha512).map(drop),
        }
    }

    /// A bundle alone, signed by a certificate of whomever.
    ///
    /// # Errors
    /// Why it does not verify.
    pub fn verify_bundle(&self, bundle: &str, sha512: &[u8]) -> Result<(), String> {
        let bundle = Bundle::from_json(bundle).map_err(text)?;
        self.by_certificate(&bundle, sha512).map(drop)
    }

    /// The registry signature of a version: only the peer's primitive, as it has no more of it.
    ///
    /// # Errors
    /// Why it does not verify.
    pub fn verify_registry_signature(&self, message: &[u8], keyid: &str, signature: &str) -> Result<(), String> {
        self.keys.verify(message, keyid, signature)
    }

    fn by_key(&self, bundle: &Bundle, hint: &str, sha512: &[u8]) -> Result<(), String> {
        let key = self.keys.for_attestations(hint).ok_or_else(|| format!("unknown key {hint}"))?;
        let policy = PublicKeyVerificationPolicy::new(key.der.clone());
        let result = self.verifier.verify(digest(sha512)?, bundle, &policy).map_err(text)?;
        let times = result.verified_timestamps();
        if times.is_empty() || !times.iter().all(|time| key.is_valid_at(*time)) {
            return Err(format!("key {hint} was not valid at {times:?}"));
        }
        Ok(())
    }

    fn by_certificate(&self, bundle: &Bundle, sha512: &[u8]) -> Result<VerificationResult, String> {
        let policy = VerificationPolicy::any_identity();
        self.verifier.verify(digest(sha512)?, bundle, &policy).map_err(text)
    }
}

/// The peer takes a subject with the right digest under any name, and never sees the response.
fn must_speak_of(bundle: &Bundle, predicate_type: &str, purl: &str) -> Result<(), String> {
    let SignatureContent::DsseEnvelope(envelope) = &bundle.content else {
        return Err("it is no DSSE envelope".into());
    };
    let statement: Statement = serde_json::from_slice(envelope.payload.as_bytes()).map_err(text)?;
    if statement.predicate_type != predicate_type {
        return Err(format!("its statement is a {}", statement.predicate_type));
    }
    match statement.subject.as_slice() {
        [subject] if subject.name == purl => Ok(()),
        _ => Err(format!("its statement is not about {purl} alone")),
    }
}

fn digest(sha512: &[u8]) -> Result<Artifact<'static>, String> {
    ArtifactDigest::new(HashAlgorithm::Sha2512, sha512.to_vec()).map(Artifact::Digest).map_err(text)
}

fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
