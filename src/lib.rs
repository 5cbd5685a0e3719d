//! countersign (crate documentation follows when the flow stands).
#![forbid(unsafe_code)]

mod artifact;
pub mod claims;
mod crypto;
mod encoding;
pub mod error;
mod identity;
mod integrity;
mod json;
pub mod limits;
mod package;
pub mod policy;
pub mod publisher;
pub mod registry;
mod registry_id;
pub mod sigstore;
mod statement;
mod time;

pub use artifact::{Artifact, ArtifactHasher, Hashed};
pub use error::{Denied, ParseError, VerifyError};
pub use identity::{SignerIdentity, SubjectKind};
pub use integrity::Sha512Digest;
pub use package::PackageId;
pub use publisher::TrustedPublisher;
pub use registry_id::RegistryId;
pub use statement::ProvenanceNote;
pub use time::Timestamp;
