//! Where the two may differ, and why. Whatever is not here is unexplained.

use crate::case::Case;
use crate::document::Json;
use crate::judge::{Refusal, Verdict};
use crate::mutate::Mutation;

/// One named difference.
pub struct Difference {
    pub name: &'static str,
    /// Our error code where ours refuses, the beginning of the peer's message where the peer does.
    pub refusal: &'static str,
    /// What else must be so, where the refusal alone says too little.
    pub when: fn(&Tried<'_>) -> bool,
    /// Why this is right.
    pub reason: &'static str,
}

/// A bundle on which the two differ.
pub struct Tried<'a> {
    pub case: &'a Case,
    pub kinds: &'a [&'static str],
    pub text: &'a str,
    pub doc: Option<Json>,
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
    pub fn of(case: &Case, text: &str, kinds: &[&'static str], ours: &Verdict, peer: &Verdict) -> Outcome {
        let find = |list: &[Difference], refusal| {
            let tried = Tried { case, kinds, text, doc: Json::parse(text), refusal };
            list.iter().position(|difference| difference.explains(&tried))
        };
        match (ours, peer) {
            (Ok(()), Ok(())) => Outcome::BothAccept,
            (Err(_), Err(_)) => Outcome::BothRefuse,
            (Err(refusal), Ok(())) => Outcome::OursRefuses(find(OURS_REFUSES, refusal)),
            (Ok(()), Err(refusal)) => Outcome::PeerRefuses(find(PEER_REFUSES, refusal)),
        }
    }

    pub fn of_mutation(case: &Case, mutation: &Mutation, ours: &Verdict, peer: &Verdict) -> Outcome {
        Outcome::of(case, &mutation.text, &mutation.kinds, ours, peer)
    }

    pub fn unexplained(self) -> bool {
        matches!(self, Outcome::OursRefuses(None) | Outcome::PeerRefuses(None))
    }
}

impl Difference {
    fn explains(&self, tried: &Tried<'_>) -> bool {
        let refusal = tried.refusal;
        let matches =
            if refusal.code.is_empty() { refusal.message.contains(self.refusal) } else { refusal.code == self.refusal };
        matches && (self.when)(tried)
    }
}

/// Ours refuses, the peer accepts: our strictness.
pub const OURS_REFUSES: &[Difference] = &[];

/// Ours accepts, the peer refuses.
pub const PEER_REFUSES: &[Difference] = &[];
