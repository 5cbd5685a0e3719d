//! A version's manifest: its `dist` and who the registry says published it.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::error::ParseError;
use crate::integrity::{self, Sha512Digest};
use crate::json::{self, Bounded};
use crate::level::Level;
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

/// What the registry says, unsigned, about who published a version and from where. It decides nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RegistryHints {
    /// `_npmUser.trustedPublisher`.
    pub trusted_publisher: Option<TrustedPublisherHint>,
    /// `_npmUser.approver`: a person approved a staged publication. Its name, else its e-mail address.
    pub approver: Option<String>,
    /// `repository` of the version's package.json, as it stands there: chosen by whoever published.
    pub repository: Option<String>,
}

/// The claims of one version's manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DistClaims {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) sha512: Option<Sha512Digest>,
    pub(crate) signatures: Bounded<SignatureClaim, { limits::REGISTRY_SIGNATURES }>,
    pub(crate) advertised: Option<Advertised>,
    pub(crate) hints: RegistryHints,
}

#[derive(Deserialize)]
struct Manifest<'a> {
    name: String,
    version: String,
    dist: Dist,
    #[serde(default, borrow, rename = "_npmUser")]
    npm_user: Option<&'a RawValue>,
    #[serde(default, borrow)]
    repository: Option<&'a RawValue>,
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
    #[serde(default)]
    approver: Option<Approver>,
}

#[derive(Deserialize)]
struct Approver {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    email: Option<String>,
}

#[derive(Deserialize)]
struct RepositoryJson {
    url: String,
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

    /// Whether the manifest carries registry signatures. Some mirrors leave them out of the version's own
    /// document and keep them in the packument, which is worth asking then.
    #[must_use]
    pub fn has_signatures(&self) -> bool {
        !self.signatures.0.is_empty()
    }

    /// Whether the other one names the same package, version and digest and carries the same signatures. Two
    /// documents of one registry that differ in this are worth a look, whichever of them is verified.
    #[must_use]
    pub fn is_signed_as(&self, other: &Self) -> bool {
        let signed =
            |claims: &Self| (claims.name.clone(), claims.version.clone(), claims.sha512, claims.signatures.0.clone());
        signed(self) == signed(other)
    }

    /// What the manifest says of itself, unsigned. It raises no trust; that it sinks from one version to
    /// the next is worth a look. A trusted publisher counts only beside provenance, as at pnpm since
    /// #11911, because without it nothing could be verified.
    #[must_use]
    pub fn asserted_level(&self) -> Level {
        let provenance = self.advertised.as_ref().is_some_and(|advertised| advertised.provenance.is_some());
        if self.hints.approver.is_some() {
            Level::StagedPublish
        } else if provenance && self.hints.trusted_publisher.is_some() {
            Level::TrustedPublisher
        } else if provenance {
            Level::Provenance
        } else if !self.signatures.0.is_empty() {
            Level::RegistrySignature
        } else {
            Level::Unproven
        }
    }

    /// The registry's unsigned hints at who published.
    #[must_use]
    pub fn hints(&self) -> &RegistryHints {
        &self.hints
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
            hints: hints(user, manifest.repository),
        })
    }
}

fn hints(user: Option<NpmUser>, repository: Option<&RawValue>) -> RegistryHints {
    let (trusted_publisher, approver) = user.map_or((None, None), |user| (user.trusted_publisher, user.approver));
    let some = |text: Option<String>| text.filter(|text| !text.is_empty());
    RegistryHints {
        trusted_publisher,
        approver: approver.and_then(|approver| some(approver.name).or_else(|| some(approver.email))),
        repository: repository.and_then(repository_hint),
    }
}

/// Old packages have every shape here, and it decides nothing: what is not understood is no hint.
fn repository_hint(raw: &RawValue) -> Option<String> {
    let text = serde_json::from_str::<String>(raw.get()).ok();
    let text = text.or_else(|| json::read_raw::<RepositoryJson>(WHAT, raw).ok().map(|repository| repository.url));
    text.filter(|text| !text.is_empty() && text.len() <= limits::HINT_BYTES)
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
        assert_eq!(claims.hints().trusted_publisher.as_ref().map(|h| h.id.as_str()), Some("github"));
        assert_eq!(claims.sha512, None);
    }

    #[test]
    fn hints_are_read_where_they_are_understood() {
        let hints = |user: &str, repository: &str| {
            let json =
                format!(r#"{{"name":"x","version":"1.0.0","dist":{{}},"_npmUser":{user},"repository":{repository}}}"#);
            DistClaims::from_json(json.as_bytes()).unwrap().hints
        };
        let staged = hints(r#"{"name":"octocat","approver":{"email":"o@octo.example"}}"#, r#""octo-org/octo-lib""#);
        assert_eq!(staged.approver.as_deref(), Some("o@octo.example"));
        assert_eq!(staged.repository.as_deref(), Some("octo-org/octo-lib"));
        let object = hints("{}", r#"{"type":"git","url":"git+https://github.com/octo-org/octo-lib.git"}"#);
        assert_eq!(object.repository.as_deref(), Some("git+https://github.com/octo-org/octo-lib.git"));
        for odd in ["[]", "7", "null", r#"{"url":7}"#, r#""""#] {
            assert_eq!(hints(r#"{"approver":{}}"#, odd), super::RegistryHints::default(), "{odd}");
        }
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
    fn documents_that_are_signed_otherwise_are_told_apart() {
        let claims = |version: &str, more: &str, dist: &str| {
            let json = format!(r#"{{"name":"x","version":"{version}",{more}"dist":{{{dist}}}}}"#);
            DistClaims::from_json(json.as_bytes()).unwrap()
        };
        let signed = claims("1.0.0", "", r#""signatures":[{"keyid":"x","sig":"y"}]"#);
        assert!(signed.has_signatures());
        assert!(signed.is_signed_as(&claims(
            "1.0.0",
            r#""license":"MIT","#,
            r#""signatures":[{"keyid":"x","sig":"y"}]"#
        )));
        let digest = format!(r#""integrity":"sha512-{}Q==","signatures":[{{"keyid":"x","sig":"y"}}]"#, "A".repeat(85));
        for other in [
            claims("1.0.0", "", r#""signatures":[{"keyid":"x","sig":"z"}]"#),
            claims("1.0.1", "", r#""signatures":[{"keyid":"x","sig":"y"}]"#),
            claims("1.0.0", "", &digest),
            claims("1.0.0", "", r#""signatures":[]"#),
        ] {
            assert!(!signed.is_signed_as(&other), "{other:?}");
        }
        assert!(!claims("1.0.0", "", r#""signatures":[]"#).has_signatures());
        assert!(!claims("1.0.0", "", "").has_signatures());
    }

    #[test]
    fn rs_41_a_seventeenth_signature_exceeds_the_limit() {
        let list = vec![r#"{"keyid":"x","sig":"y"}"#; 17].join(",");
        let json = format!(r#"{{"name":"x","version":"1.0.0","dist":{{"signatures":[{list}]}}}}"#);
        assert_eq!(code(&json), "ERR_COUNTERSIGN_LIMIT_EXCEEDED");
    }
}
