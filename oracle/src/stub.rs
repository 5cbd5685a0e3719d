//! Stand-in until the general verifier is there.
pub struct TrustedRoot;
pub struct E;
impl E {
    pub fn code(&self) -> &'static str {
        "STUB"
    }
}
impl std::fmt::Display for E {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("stub")
    }
}
impl TrustedRoot {
    pub fn from_json(_: &[u8]) -> Result<Self, E> {
        Ok(TrustedRoot)
    }
    pub fn from_json_unlogged(_: &[u8]) -> Result<Self, E> {
        Ok(TrustedRoot)
    }
    pub fn verify_bundle(
        &self,
        _: &Bundle,
        _: &ArtifactDigest,
        _: &Expectation<'_>,
        _: countersign::Timestamp,
    ) -> Result<(), E> {
        Err(E)
    }
}
pub struct Bundle;
impl Bundle {
    pub fn from_json(_: &[u8]) -> Result<Self, E> {
        Ok(Bundle)
    }
}
pub struct ArtifactDigest;
impl ArtifactDigest {
    pub fn of(_: &[u8]) -> Self {
        Self
    }
    pub fn sha256(_: [u8; 32]) -> Self {
        Self
    }
    pub fn sha512(_: [u8; 64]) -> Self {
        Self
    }
}
pub struct BundleKey;
impl BundleKey {
    pub fn from_pem(_: &str) -> Result<Self, E> {
        Ok(Self)
    }
    pub fn from_spki(_: &[u8]) -> Result<Self, E> {
        Ok(Self)
    }
}
pub struct Expectation<'a>(&'a ());
impl<'a> Expectation<'a> {
    pub fn certificate(_: &'a str, _: &'a str) -> Self {
        Self(&())
    }
    pub fn key(_: &'a BundleKey) -> Self {
        Self(&())
    }
}
