//! A version's manifest: its `dist` and who the registry says published it.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::error::ParseError;
use crate::integrity::{self, Sha512Digest};
use crate::json::{self, Bounded};
use crate::limits;

const WHAT: &str = "version manifest";

/// One signature of `dist.signatures`, unread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignatureClaim {
    pub(crate) keyid: String,
    pub(crate) sig: String,
}

/// What `dist.attestations` promises.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advertised {
    /// The predicate type of the provenance; npm writes SLSA v1 for v0.2 too.
    pub provenance: Option<String>,
}

/// What the registry says, unsigned, about the trusted publisher behind a version. It decides
/// nothing; a change of it is worth a look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TrustedPublisherHint {
    /// The CI provider, such as `github`.
    pub id: String,
    /// The registry's name for the configuration.
    pub oidc_config_id: Option<String>,
}

/// The claims of one version's manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DistClaims {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) sha512: Option<Sha512Digest>,
    pub(crate) signatures: Bounded<SignatureClaim, { limits::REGISTRY_SIGNATURES }>,
    pub(crate) advertised: Option<Advertised>,
    pub(crate) trusted_publisher: Option<TrustedPublisherHint>,
}

#[derive(Deserialize)]
struct Manifest<'a> {
    name: String,
    version: String,
    dist: Dist,
    #[serde(default, borrow, rename = "_npmUser")]
    npm_user: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Dist {
    #[serde(default)]
    integrity: Option<String>,
    #[serde(default)]
    signatures: Bounded<SignatureClaim, { limits::REGISTRY_SIGNATURES }>,
    #[serde(default)]
    attestations: Option<AdvertisedJson>,
}

#[derive(Deserialize)]
struct AdvertisedJson {
    #[serde(default)]
    provenance: Option<AdvertisedProvenance>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AdvertisedProvenance {
    predicate_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NpmUser {
    #[serde(default)]
    trusted_publisher: Option<TrustedPublisherHint>,
}

impl DistClaims {
    /// Reads one version's manifest: `GET /<name>/<version>`, or a member of a packument's `versions`.
    ///
    /// # Errors
    /// In order: [`ParseError::LimitExceeded`] (8 MiB, depth 64, 16 signatures),
    /// [`ParseError::NotJson`], [`ParseError::Malformed`], [`ParseError::IntegrityMalformed`],
    /// [`ParseError::AmbiguousIntegrity`].
    pub fn from_json(manifest: &[u8]) -> Result<Self, ParseError> {
        json::read::<Manifest<'_>>(WHAT, manifest, limits::MANIFEST_BYTES)?.try_into()
    }

    /// Whether the manifest says that there are attestations.
    #[must_use]
    pub fn advertises_attestations(&self) -> bool {
        self.advertised.is_some()
    }

    /// The registry's unsigned hint at a trusted publisher.
    #[must_use]
    pub fn trusted_publisher_hint(&self) -> Option<&TrustedPublisherHint> {
        self.trusted_publisher.as_ref()
    }
}

impl TryFrom<Manifest<'_>> for DistClaims {
    type Error = ParseError;

    fn try_from(manifest: Manifest<'_>) -> Result<Self, ParseError> {
        let malformed = |reason: &'static str| ParseError::Malformed { what: WHAT, reason: reason.into() };
        for signature in &manifest.dist.signatures.0 {
            if signature.keyid.len() > limits::SIGNATURE_BYTES
                || signature.sig.len() > limits::SIGNATURE_BYTES.saturating_mul(2)
            {
                return Err(malformed("an entry of dist.signatures is too long"));
            }
        }
        // A manifest of old has a shasum only; that is for the lock file's own digest to make up for.
        let sha512 = match manifest.dist.integrity.as_deref().map(integrity::parse) {
            None | Some(Err(ParseError::WeakIntegrity { .. })) => None,
            Some(digest) => Some(digest?),
        };
        let user = manifest.npm_user.filter(|raw| raw.get().starts_with('{'));
        let user: Option<NpmUser> = user.map(|raw| json::read_raw(WHAT, raw)).transpose()?;
        Ok(Self {
            name: manifest.name,
            version: manifest.version,
            sha512,
            signatures: manifest.dist.signatures,
            advertised: manifest
                .dist
                .attestations
                .map(|a| Advertised { provenance: a.provenance.map(|p| p.predicate_type) }),
            trusted_publisher: user.and_then(|user| user.trusted_publisher),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::DistClaims;

    fn code(json: &str) -> &'static str {
        DistClaims::from_json(json.as_bytes()).unwrap_err().code()
    }

    #[test]
    fn reads_what_npm_writes() {
        let claims = DistClaims::from_json(
            br#"{"name":"@octo/lib","version":"1.0.0","other":[1],"dist":{"shasum":"00",
            "signatures":[{"keyid":"SHA256:x","sig":"MEUC"}],
            "attestations":{"url":"https://npm.example/x","provenance":{"predicateType":"https://slsa.dev/provenance/v1"}}},
            "_npmUser":{"name":"GitHub Actions","trustedPublisher":{"id":"github","oidcConfigId":"oidc:1"}}}"#,
        )
        .unwrap();
        assert_eq!(claims.signatures.0.len(), 1);
        assert!(claims.advertises_attestations());
        assert_eq!(claims.trusted_publisher_hint().map(|h| h.id.as_str()), Some("github"));
        assert_eq!(claims.sha512, None);
    }

    #[test]
    fn members_that_decide_are_read_strictly() {
        for json in [
            r#"{"name":"x","version":"1.0.0"}"#,
            r#"{"name":"x","name":"y","version":"1.0.0","dist":{}}"#,
            r#"{"name":"x","version":"1.0.0","dist":{"signatures":[],"signatures":[]}}"#,
            r#"{"name":"x","version":"1.0.0","dist":{"signatures":null}}"#,
            r#"{"name":"x","version":"1.0.0","dist":{"signatures":[{"keyid":"x"}]}}"#,
            r#"{"name":"x","version":"1.0.0","dist":{"attestations":"https://npm.example"}}"#,
            r#"{"name":"x","version":"1.0.0","dist":{"attestations":{"provenance":{}}}}"#,
            r#"{"name":"x","version":1,"dist":{}}"#,
            r#"{"name":"x","version":"1.0.0","dist":{},"_npmUser":{"trustedPublisher":"github"}}"#,
        ] {
            assert_eq!(code(json), "ERR_COUNTERSIGN_MALFORMED", "{json}");
        }
    }

    #[test]
    fn rs_41_a_seventeenth_signature_exceeds_the_limit() {
        let list = vec![r#"{"keyid":"x","sig":"y"}"#; 17].join(",");
        let json = format!(r#"{{"name":"x","version":"1.0.0","dist":{{"signatures":[{list}]}}}}"#);
        assert_eq!(code(&json), "ERR_COUNTERSIGN_LIMIT_EXCEEDED");
    }
}
