//! For the targets in `fuzz/` alone: parsers and proofs that no caller reaches one by one.
//!
//! All of it, and the switch in `crypto`, exists under `cfg(fuzzing)` only, which `cargo fuzz` sets for
//! its own builds. It is no feature: features unify over a whole dependency tree, so that any crate in
//! it could turn verification off for all others.

pub use crate::sigstore::fuzzing::{
    CertificateParts, SctParts, certificate, checkpoint, includes, log_entry, sct_list, timestamp, tst_info,
};

/// From now on, every signature is good in this process: what stands behind the checks is then reached
/// by bytes that nobody signed.
pub fn answer_good() {
    crate::crypto::fuzzing::answer_good();
}
