//! Sigstore bundles, in every form that npm has carried since 2023.

use serde_json::{Value, json};

use super::keys::b64;
use super::log_body::Kind;
use super::statement::Build;
use super::time::{NOON, unix};

pub const V0_1: &str = "application/vnd.dev.sigstore.bundle+json;version=0.1";
pub const V0_2: &str = "application/vnd.dev.sigstore.bundle+json;version=0.2";
/// The parameter spelling, which the specification allows and npm never used.
pub const V0_3_PARAMETER: &str = "application/vnd.dev.sigstore.bundle+json;version=0.3";
pub const V0_3: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Material {
    /// `x509CertificateChain`
    Chain,
    /// `certificate`
    Certificate,
    /// `publicKey`
    PublicKey,
}

/// What npm's bundles looked like at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Era {
    /// v0.1, chain up to the root, intoto entry, promise only, extensions 1.1–1.6.
    Feb2023,
    /// The same with the extensions up to 1.22.
    Jul2023,
    /// v0.2, chain of the leaf alone, intoto entry, promise and proof.
    Jun2024,
    /// v0.3 provenance with a dsse entry; the publish attestation still as in 2024.
    Sep2025,
    /// v0.3 provenance; the publish attestation is v0.2 with a dsse entry.
    Mar2026,
}

impl Era {
    pub const ALL: [Era; 5] = [Era::Feb2023, Era::Jul2023, Era::Jun2024, Era::Sep2025, Era::Mar2026];

    /// When a certificate of this era begins to be valid.
    pub const fn time(self) -> i64 {
        match self {
            Era::Feb2023 => unix("2023-02-15T12:00:00Z"),
            Era::Jul2023 => unix("2023-07-03T12:00:00Z"),
            Era::Jun2024 => unix("2024-06-05T12:00:00Z"),
            Era::Sep2025 => unix("2025-09-24T12:00:00Z"),
            Era::Mar2026 => NOON,
        }
    }

    pub fn media_type(self, material: Material) -> &'static str {
        match self {
            Era::Feb2023 | Era::Jul2023 => V0_1,
            Era::Sep2025 | Era::Mar2026 if material != Material::PublicKey => V0_3,
            _ => V0_2,
        }
    }

    /// How certificate bundles carry the certificate.
    pub fn material(self) -> Material {
        match self {
            Era::Feb2023 | Era::Jul2023 | Era::Jun2024 => Material::Chain,
            Era::Sep2025 | Era::Mar2026 => Material::Certificate,
        }
    }

    pub fn kind(self, material: Material) -> Kind {
        match self {
            Era::Mar2026 => Kind::Dsse,
            Era::Sep2025 if material != Material::PublicKey => Kind::Dsse,
            _ => Kind::Intoto,
        }
    }

    pub fn has_proof(self) -> bool {
        !matches!(self, Era::Feb2023 | Era::Jul2023)
    }

    pub fn build(self) -> Build {
        match self {
            Era::Feb2023 => Build::GhaV1,
            Era::Jul2023 => Build::GhaV2,
            _ => Build::NpmV1,
        }
    }

    /// The newest Fulcio extension that certificates of this era carry.
    pub fn last_extension(self) -> u32 {
        match self {
            Era::Feb2023 => 6,
            Era::Mar2026 => 23,
            _ => 22,
        }
    }
}

/// The parts of a bundle before they become JSON.
pub struct Parts {
    pub media_type: String,
    pub material: Material,
    /// Leaf first.
    pub certificates: Vec<Vec<u8>>,
    pub hint: String,
    /// `None` leaves the member out.
    pub entries: Option<Vec<Value>>,
    /// RFC 3161 responses.
    pub timestamps: Vec<Vec<u8>>,
    /// `dsseEnvelope` or `messageSignature`, and what it holds.
    pub content: (&'static str, Value),
}

impl Parts {
    pub fn json(&self) -> Value {
        let mut material = match self.material {
            Material::Chain => {
                let raw = self.certificates.iter().map(|c| json!({"rawBytes": b64(c)}));
                json!({"x509CertificateChain": {"certificates": raw.collect::<Value>()}})
            }
            Material::Certificate => {
                let leaf = self.certificates.first().map_or(String::new(), b64);
                json!({"certificate": {"rawBytes": leaf}})
            }
            Material::PublicKey => json!({"publicKey": {"hint": self.hint}}),
        };
        if let Some(entries) = &self.entries {
            material["tlogEntries"] = json!(entries);
        }
        material["timestampVerificationData"] = match self.media_type.as_str() {
            V0_1 if self.timestamps.is_empty() => Value::Null,
            _ => {
                let tokens = self.timestamps.iter();
                let tokens = tokens.map(|t| json!({"signedTimestamp": b64(t)}));
                json!({"rfc3161Timestamps": tokens.collect::<Value>()})
            }
        };
        let (member, content) = &self.content;
        json!({"mediaType": self.media_type, "verificationMaterial": material, *member: content})
    }
}
