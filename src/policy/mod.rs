//! What one package must show, and what follows when it does.
//!
//! Possession is proof: there is no way to an [`Authorized`] but [`Requirement::authorize`], and none to
//! an [`Admitted`] but [`Authorized::admit`].
//!
//! ```
//! # use countersign::policy::{Admitted, Authorized};
//! # use countersign::{ArtifactHasher, VerifyError};
//! fn unpack(_: &Admitted) {}
//! fn install(authorized: Authorized, tarball: &[u8]) -> Result<(), VerifyError> {
//!     let mut hasher = ArtifactHasher::new();
//!     hasher.update(tarball);
//!     unpack(&authorized.admit(hasher.finish())?);
//!     Ok(())
//! }
//! ```
//!
//! What was only looked at is not admitted (AP-01), nor is a digest that is merely expected:
//!
//! ```compile_fail,E0599
//! # use countersign::policy::{Admitted, Observed};
//! # use countersign::Hashed;
//! fn install(observed: Observed, bytes: Hashed) -> Admitted {
//!     observed.admit(bytes).unwrap()
//! }
//! ```
//!
//! ```compile_fail,E0308
//! # use countersign::policy::{Admitted, Authorized};
//! # use countersign::Sha512Digest;
//! fn install(authorized: Authorized, expected: Sha512Digest) -> Admitted {
//!     authorized.admit(expected).unwrap()
//! }
//! ```
//!
//! Evidence cannot be made by hand or read back (AP-05, AP-14):
//!
//! ```compile_fail,E0277
//! # use countersign::Evidence;
//! let evidence: Evidence = serde_json::from_str("{}").unwrap();
//! ```
//!
//! A receipt can be read back, and is no consent:
//!
//! ```
//! # use countersign::policy::Receipt;
//! let unreadable = serde_json::from_str::<Receipt>("{}");
//! assert_eq!(unreadable.map_err(|e| e.is_data()), Err(true));
//! ```
//!
//! ```compile_fail,E0308
//! # use countersign::policy::{Authorized, Receipt};
//! fn skip(receipt: Receipt) -> Authorized {
//!     receipt
//! }
//! ```

mod admitted;
mod assessment;
mod authorized;
mod downgrade;
mod drift;
mod exemption;
mod min_age;
mod pattern;
mod receipt;
mod requirement;
mod rule;
mod rules;
mod signer;
mod since;
mod source;
mod trust_lock;
mod written_decision;

pub use crate::need::Need;
pub use admitted::Admitted;
pub(crate) use assessment::Assessment;
pub use authorized::{Authorized, Observed};
pub use downgrade::{Basis, Downgrade, DowngradeRule, DowngradeScope, OnDowngrade};
pub use drift::{Drift, DriftEvent, DriftKind, Severity};
pub use exemption::{Exemption, Lift};
pub use min_age::{AgeBasis, MinAge};
pub use receipt::{Receipt, Rules};
pub use requirement::{EndedKeys, Requirement};
pub use rule::Level as RequiredLevel;
pub use rules::{Decision, Policy, Resolved};
pub use signer::RequiredSigner;
pub use since::Since;
pub(crate) use source::Configured;
pub use source::PublisherSource;
pub use trust_lock::{NotRecorded, Pin, PinnedSigner, Recorded, TrustLock};
