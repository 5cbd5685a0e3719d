//! Whole attestation responses, one of each era and one of the next, damaged in every way that can be
//! counted.
//!
//! A damaged response must never be accepted with other evidence than the whole one, and never make the
//! verifier panic. Where it is accepted with the same evidence, the damage is to bytes that nobody signs
//! and nobody reads; [`place`] lists all places where such bytes may be, and one elsewhere fails.
//!
//! A run takes a sample of each sweep, by a seed that it prints; `COUNTERSIGN_SWEEP_SEED=<number>`
//! repeats a sample, `COUNTERSIGN_SWEEP=complete` judges everything (a quarter of an hour with
//! `cargo test --release`).

#[path = "../real/shared.rs"]
mod shared;
#[path = "../support/mod.rs"]
mod support;

mod damage;
mod judge;
mod manifest;
mod minted;
mod order;
mod place;
mod real;
mod repeat;
mod sample;
mod subject;

use damage::{ByteDeletions, Damage, FieldFlips, PartDeletions, RawFlips, Replacements, Truncations};
use subject::SUBJECTS;

/// Runs one sweep over every response; `budget` is how many mutants a sample takes in all.
fn sweep<D: Damage>(budget: usize, of: fn(&[u8]) -> D) {
    let mut wrong = Vec::new();
    for subject in SUBJECTS.iter() {
        let damage = of(&subject.response);
        let indices = sample::indices(damage.count(), budget.div_ceil(SUBJECTS.len()));
        wrong.extend(judge::all(subject, &damage, &indices));
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_truncation() {
    sweep(3_000, Truncations::of);
}

#[test]
fn cr_10_every_bit_of_the_response() {
    sweep(1_200, RawFlips::of);
}

#[test]
fn every_bit_of_every_decoded_field() {
    sweep(900, FieldFlips::of);
}

#[test]
fn every_value_replaced() {
    sweep(900, Replacements::of);
}

#[test]
fn cr_02_every_byte_deleted() {
    sweep(1_200, ByteDeletions::of);
}

#[test]
fn cr_02_every_member_and_element_deleted() {
    sweep(400, PartDeletions::of);
}
