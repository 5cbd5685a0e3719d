//! countersign (crate documentation follows when the flow stands).
#![forbid(unsafe_code)]

mod artifact;
pub mod claims;
mod crypto;
mod encoding;
pub mod error;
mod integrity;
mod json;
pub mod limits;
mod package;
pub mod policy;
pub mod registry;
mod registry_id;
pub mod sigstore;
mod time;

pub use artifact::{Artifact, ArtifactHasher, Hashed};
pub use error::{Denied, ParseError, VerifyError};
pub use integrity::Sha512Digest;
pub use package::PackageId;
pub use registry_id::RegistryId;
pub use time::Timestamp;
