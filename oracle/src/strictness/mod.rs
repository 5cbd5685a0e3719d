//! Where the two may differ, and why. Whatever is not here is unexplained.

mod ours;
mod peer;
mod tried;

pub use ours::OURS_REFUSES;
pub use peer::PEER_REFUSES;

use crate::case::Case;
use crate::document::Json;
use crate::judge::{Refusal, Verdict};

/// One named difference.
pub struct Difference {
    pub name: &'static str,
    /// Our error code where ours refuses; empty where the peer does, which has none.
    pub code: &'static str,
    /// What else must be so, where the code alone says too little.
    pub when: fn(&Tried<'_>) -> bool,
    /// Why this is right.
    pub reason: &'static str,
}

/// A bundle on which the two differ.
pub struct Tried<'a> {
    pub case: &'a Case,
    /// As it is written; what is no JSON is refused by both.
    pub doc: &'a Json,
    pub refusal: &'a Refusal,
}

/// What became of one bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    BothAccept,
    BothRefuse,
    /// By which entry of [`OURS_REFUSES`]; `None` if by none.
    OursRefuses(Option<usize>),
    /// By which entry of [`PEER_REFUSES`].
    PeerRefuses(Option<usize>),
}

impl Outcome {
    pub fn of(case: &Case, doc: &Json, ours: &Verdict, peer: &Verdict) -> Outcome {
        let find = |list: &[Difference], refusal: &Refusal| {
            let tried = Tried { case, doc, refusal };
            list.iter().position(|difference| difference.code == refusal.code && (difference.when)(&tried))
        };
        match (ours, peer) {
            (Ok(()), Ok(())) => Outcome::BothAccept,
            (Err(_), Err(_)) => Outcome::BothRefuse,
            (Err(refusal), Ok(())) => Outcome::OursRefuses(find(OURS_REFUSES, refusal)),
            (Ok(()), Err(refusal)) => Outcome::PeerRefuses(find(PEER_REFUSES, refusal)),
        }
    }

    pub fn unexplained(self) -> bool {
        matches!(self, Outcome::OursRefuses(None) | Outcome::PeerRefuses(None))
    }
}
