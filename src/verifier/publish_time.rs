//! When the packument, which is the larger document by far, can change what is verified.

use super::Verifier;
use crate::artifact::Artifact;
use crate::claims::DistClaims;
use crate::registry::KeyUsage;

impl Verifier {
    /// Whether the packument's publish time can change what [`Verifier::verify`] finds, so that it is worth
    /// fetching beside the version's own document. Known before any further I/O.
    ///
    /// It can where a signature is by a key that has an end, which is held against that time; and where
    /// attestations are advertised, because provenance made after the publication does not count. What a
    /// requirement wants is another matter: see [`crate::Policy::needs`].
    #[must_use]
    pub fn wants_publish_time(&self, artifact: &Artifact, dist: &DistClaims) -> bool {
        let ended = |keyid: &str| {
            let key = self.keys_of(artifact).and_then(|keys| keys.find(keyid, KeyUsage::Signatures));
            key.is_some_and(|key| key.window.end.is_some())
        };
        dist.signatures.0.iter().any(|signature| ended(&signature.keyid))
            || (dist.advertises_attestations() && self.confirms(artifact))
    }

    /// Whether provenance counts only beside a publish attestation. That npm attests its publications is a
    /// fact about npm, whatever keys are given for it.
    pub(super) fn confirms(&self, artifact: &Artifact) -> bool {
        self.keys_of(artifact).is_some_and(|keys| keys.has(KeyUsage::Attestations)) || artifact.registry().is_npm()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Artifact, DistClaims, PackageId, RegistryId, RegistryKeys, TrustSnapshot, Verifier};

    const ENDED: &str = "SHA256:jl3bwswu80PjjokCgh0o2w5c2U4LhQAE57gj9cz1kzA";
    const ENDLESS: &str = "SHA256:DhQ8wR5APBvFHLF/+Tc+AYvPOdTpcIDqOhxsBHRwC7U";

    fn wants(registry: RegistryId, keyids: &[&str], more: &str) -> bool {
        wants_by(TrustSnapshot::npm_keys().unwrap(), registry, keyids, more)
    }

    fn wants_by(keys: RegistryKeys, registry: RegistryId, keyids: &[&str], more: &str) -> bool {
        let verifier = Verifier::new(TrustSnapshot::trusted_root().unwrap(), [keys]).unwrap();
        let signatures: Vec<String> = keyids.iter().map(|id| format!(r#"{{"keyid":"{id}","sig":"MEUC"}}"#)).collect();
        let json =
            format!(r#"{{"name":"x","version":"1.0.0","dist":{{"signatures":[{}]{more}}}}}"#, signatures.join(","));
        let integrity = format!("sha512-{}==", "A".repeat(86));
        let artifact = Artifact::expected(registry, PackageId::new("x", "1.0.0").unwrap(), &integrity).unwrap();
        verifier.wants_publish_time(&artifact, &DistClaims::from_json(json.as_bytes()).unwrap())
    }

    #[test]
    fn a_key_with_an_end_wants_the_time() {
        assert!(wants(RegistryId::npm(), &[ENDED], ""));
        assert!(wants(RegistryId::npm(), &[ENDLESS, ENDED], ""));
    }

    #[test]
    fn attestations_want_the_time_because_provenance_must_not_be_later() {
        assert!(wants(RegistryId::npm(), &[ENDLESS], r#","attestations":{"url":"https://npm.example/x"}"#));
    }

    /// That npm attests its publications does not hang on which of its keys are given.
    #[test]
    fn npms_attestations_want_the_time_without_a_key_for_them() {
        let all = include_str!("../../testdata/trust/npm-keys.json");
        let mut keys: serde_json::Value = serde_json::from_str(all).unwrap();
        keys["keys"].as_array_mut().unwrap().retain(|key| key["keyUsage"] == "npm:signatures");
        let advertised = r#","attestations":{"url":"https://npm.example/x"}"#;
        let by = |registry: RegistryId| {
            let keys = RegistryKeys::from_json(registry.clone(), keys.to_string().as_bytes()).unwrap();
            wants_by(keys, registry, &[ENDLESS], advertised)
        };
        assert!(by(RegistryId::npm()));
        assert!(!by(RegistryId::new("https://other.example").unwrap()));
    }

    #[test]
    fn nothing_else_wants_it() {
        assert!(!wants(RegistryId::npm(), &[ENDLESS], ""));
        assert!(!wants(RegistryId::npm(), &["SHA256:unknown"], ""));
        assert!(!wants(RegistryId::npm(), &[], ""));
        let other = RegistryId::new("https://other.example").unwrap();
        assert!(!wants(other, &[ENDED], r#","attestations":{"url":"https://npm.example/x"}"#));
    }
}
