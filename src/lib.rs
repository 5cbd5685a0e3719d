//! Is this tarball what the registry signed, what a CI workflow really built, and is that workflow the
//! one this package's trusted publisher names?
//!
//! # Flow
//!
//! ```text
//! bytes ──parse──▶ Claims ──verify(artifact, now)──▶ Evidence ──authorize(requirement, now)──▶ Authorized ──admit(bytes)──▶ Admitted
//!         ParseError          VerifyError                          Denied                              VerifyError
//! ```
//!
//! * [`claims`]: what the registry says. Parsed, bounded, not believed.
//! * [`Evidence`]: what was proved about one artifact. Only [`Verifier`] makes it.
//! * [`policy::Authorized`]: a requirement's consent. [`policy::Observed`] is what was only looked at.
//! * [`policy::Admitted`]: bytes that were hashed and are those. Unpack nothing else.
//!
//! Absence is a value, falsity is an error, and not knowing is a third thing: a failed download is
//! never taken for "there is none". The order of the proofs is written down in [`sigstore`].
//!
//! Everything is synchronous and takes the present moment as an argument: no I/O, no clock, no
//! randomness, no global state, no logging. [`Verifier`] is shared by reference between threads.
//!
//! # Not promised
//!
//! A compromised publisher workflow, a malicious maintainer, or a conspiracy of the CI, the certificate
//! authority and the log look like a genuine release. A registry that hides new versions is not
//! noticed without a policy. Whoever can write the trust files, the policy or the receipts decides.
#![forbid(unsafe_code)]
#![deny(missing_docs, unreachable_pub, clippy::incompatible_msrv)]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    clippy::unwrap_used
)]
#![cfg_attr(
    test,
    allow(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used
    )
)]

mod artifact;
pub mod claims;
mod crypto;
pub mod embedding;
mod encoding;
pub mod error;
pub mod evidence;
#[cfg(fuzzing)]
pub mod fuzzing;
mod grounds;
mod identity;
mod integrity;
mod json;
mod level;
pub mod limits;
mod need;
mod package;
pub mod policy;
pub mod publisher;
pub mod registry;
mod registry_id;
pub mod report;
pub mod sigstore;
mod statement;
mod time;
mod trust;
mod verifier;

pub use artifact::{Artifact, ArtifactHasher, Hashed};
pub use claims::{Attestations, Claims, DistClaims, History, Packument, PublishTime};
pub use error::{Denied, ParseError, VerifyError};
pub use evidence::{Evidence, Examination, Failures};
pub use identity::{SignerIdentity, SubjectKind};
pub use integrity::Sha512Digest;
pub use level::Level;
pub use package::PackageId;
pub use policy::{Policy, Requirement};
pub use publisher::TrustedPublisher;
pub use registry::RegistryKeys;
pub use registry_id::RegistryId;
pub use sigstore::TrustedRoot;
pub use time::{InvalidTime, Timestamp};
pub use trust::TrustSnapshot;
pub use verifier::Verifier;

/// The README's program compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
