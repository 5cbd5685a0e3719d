//! Many mutations, and what became of them.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use crate::corpus::Corpus;
use crate::judge;
use crate::mutate::{Mutation, kinds};
use crate::strictness::{OURS_REFUSES, Outcome, PEER_REFUSES};

/// The results of one run.
pub struct Run {
    seed: u64,
    range: Range<u64>,
    by_kind: BTreeMap<&'static str, Row>,
    ours_refuses: Vec<usize>,
    peer_refuses: Vec<usize>,
    panics: usize,
    total: Row,
    /// What nothing explains, each with how to see it again.
    pub unexplained: Vec<String>,
    /// Forgeries that we accept, whatever the peer says.
    pub accepted_forgeries: Vec<String>,
    /// The same of what the difference of that name explains.
    show: Option<String>,
    shown: Vec<String>,
}

#[derive(Clone, Copy, Default)]
struct Row {
    mutations: usize,
    both_accept: usize,
    both_refuse: usize,
    ours_refuses: usize,
    peer_refuses: usize,
}

impl Run {
    /// Tries the mutations of `range`.
    pub fn of(corpus: &Corpus, seed: u64, range: Range<u64>, show: Option<String>) -> Run {
        let mut run = Run {
            seed,
            range: range.clone(),
            by_kind: kinds().into_iter().map(|kind| (kind, Row::default())).collect(),
            ours_refuses: vec![0; OURS_REFUSES.len()],
            peer_refuses: vec![0; PEER_REFUSES.len()],
            panics: 0,
            total: Row::default(),
            unexplained: Vec::new(),
            accepted_forgeries: Vec::new(),
            show,
            shown: Vec::new(),
        };
        for index in range {
            run.try_one(corpus, &Mutation::of(corpus, seed, index));
        }
        run
    }

    fn try_one(&mut self, corpus: &Corpus, mutation: &Mutation) {
        let case = &corpus.cases[mutation.case];
        let (ours, peer) = (judge::ours(case, &mutation.text), judge::peer(case, &mutation.text));
        self.panics += usize::from(peer.as_ref().is_err_and(|refusal| refusal.code == judge::PANIC));
        let outcome = Outcome::of(case, &mutation.doc, &ours, &peer);
        self.total.count(outcome);
        for kind in &mutation.kinds {
            self.by_kind.entry(kind).or_default().count(outcome);
        }
        let difference = match outcome {
            Outcome::OursRefuses(Some(at)) => {
                self.ours_refuses[at] += 1;
                Some(OURS_REFUSES[at].name)
            }
            Outcome::PeerRefuses(Some(at)) => {
                self.peer_refuses[at] += 1;
                Some(PEER_REFUSES[at].name)
            }
            _ => None,
        };
        let again = || {
            let Mutation { index, what, .. } = mutation;
            let variables = format!("COUNTERSIGN_DIFF_SEED={} COUNTERSIGN_DIFF_ONLY={index}", self.seed);
            format!("{}\n  {what}\n  ours: {ours:?}\n  peer: {peer:?}\n  again: {variables}", case.name)
        };
        // What was tampered with before may by chance be mended.
        if mutation.is_forgery() && corpus.good.contains(&mutation.case) && ours.is_ok() {
            self.accepted_forgeries.push(again());
        }
        if outcome.unexplained() {
            self.unexplained.push(again());
        } else if difference.is_some() && difference == self.show.as_deref() {
            self.shown.push(again());
        }
    }

    pub fn both_accepted(&self) -> u64 {
        self.total.both_accept as u64
    }

    /// Named differences that nothing showed: each is a sentence without a witness.
    pub fn unseen(&self) -> Vec<&'static str> {
        let lists = OURS_REFUSES.iter().zip(&self.ours_refuses).chain(PEER_REFUSES.iter().zip(&self.peer_refuses));
        lists.filter(|(_, count)| **count == 0).map(|(difference, _)| difference.name).collect()
    }
}

impl Row {
    fn count(&mut self, outcome: Outcome) {
        self.mutations += 1;
        *match outcome {
            Outcome::BothAccept => &mut self.both_accept,
            Outcome::BothRefuse => &mut self.both_refuse,
            Outcome::OursRefuses(_) => &mut self.ours_refuses,
            Outcome::PeerRefuses(_) => &mut self.peer_refuses,
        } += 1;
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Row { mutations, both_accept, both_refuse, ours_refuses, peer_refuses } = self;
        write!(f, "{mutations:>9} {both_accept:>11} {both_refuse:>11} {ours_refuses:>12} {peer_refuses:>12}")
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Range { start, end } = self.range;
        writeln!(f, "seed {}, mutations {start} to {end}", self.seed)?;
        let columns = ["mutations", "both accept", "both refuse", "only we refuse", "only peer refuses"];
        writeln!(f, "{:28} {}", "kind", columns.map(|c| format!("{c:>9}")).join(" "))?;
        for (kind, row) in &self.by_kind {
            writeln!(f, "{kind:28} {row}")?;
        }
        writeln!(f, "{:28} {}", "together (two kinds: once)", self.total)?;
        for (title, list, counts) in [
            ("only we refuse", OURS_REFUSES, &self.ours_refuses),
            ("only the peer refuses", PEER_REFUSES, &self.peer_refuses),
        ] {
            writeln!(f, "\n{title}:")?;
            for (difference, count) in list.iter().zip(counts) {
                writeln!(f, "{count:>9}  {}: {}", difference.name, difference.reason)?;
            }
        }
        for shown in &self.shown {
            writeln!(f, "{shown}")?;
        }
        writeln!(f, "\npanics of the peer: {}", self.panics)?;
        writeln!(f, "differences listed and not seen: {:?}", self.unseen())?;
        writeln!(f, "accepted forgeries: {}", self.accepted_forgeries.len())?;
        writeln!(f, "unexplained: {}", self.unexplained.len())
    }
}
