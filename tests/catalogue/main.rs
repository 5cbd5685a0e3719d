//! The attack catalogue: one test a row, named by its id, asserting the code.
//!
//! Each case is sound in every respect but one; the miniature Sigstore and registry re-sign whatever
//! lies above the change. Rows that do not apply stand in `testdata/README.md` with the reason.

#[path = "../support/mod.rs"]
mod support;

mod api;
mod attestation_set;
mod authority;
mod bundle;
mod bundle_question;
mod certificate;
mod checkpoint;
mod ct_keys;
mod downgrade;
mod envelope;
mod expectation;
mod extensions;
mod identity;
mod instance;
mod integrity;
mod leaf;
mod log_entry;
mod message_signature;
mod policy;
mod question;
mod registry_signature;
mod rekor_v2;
mod rekor_v2_checkpoint;
mod rekor_v2_proof;
mod replay;
mod report;
mod requirement;
mod resources;
mod sct;
mod statement;
mod subject;
mod time;
mod timestamp;
mod trusted_root;
