//! Real bundles and conformance cases, changed at random: whoever of the two refuses what the other
//! accepts does so for a reason that is written down.
//!
//! `COUNTERSIGN_DIFF_SEED` and `COUNTERSIGN_DIFF_COUNT` choose the mutations, `COUNTERSIGN_DIFF_ONLY` one;
//! `COUNTERSIGN_DIFF_SHOW` names a difference whose mutations are printed too.

mod minted;

use std::sync::LazyLock;

use countersign_oracle::corpus::{Corpus, cases};
use countersign_oracle::judge;
use countersign_oracle::mutate::{Mutation, kinds};
use countersign_oracle::run::Run;

const SEED: u64 = 20_261_122;

/// As many as a debug build tries in a minute.
const COUNT: u64 = 4_000;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{variable} is no number")))
}

static CORPUS: LazyLock<Corpus> = LazyLock::new(|| Corpus::of(cases().into_iter().chain(minted::cases()).collect()));

#[test]
fn what_is_altered_is_judged_alike() {
    let corpus = &*CORPUS;
    let seed = number("COUNTERSIGN_DIFF_SEED").unwrap_or(SEED);
    if let Some(index) = number("COUNTERSIGN_DIFF_ONLY") {
        let mutation = Mutation::of(corpus, seed, index);
        let case = &corpus.cases[mutation.case];
        println!("{}\n{}\n{}", case.name, mutation.what, mutation.text);
        println!("ours: {:?}", judge::ours(case, &mutation.text));
        println!("peer: {:?}", judge::peer(case, &mutation.text));
        return;
    }
    let count = number("COUNTERSIGN_DIFF_COUNT").unwrap_or(COUNT);
    let run = Run::of(corpus, seed, 0..count, std::env::var("COUNTERSIGN_DIFF_SHOW").ok());
    println!("{run}");
    // A verifier that refuses everything would differ from nobody in what it accepts.
    assert!(run.both_accepted() * 50 > count, "both accepted only {}", run.both_accepted());
    assert!(run.accepted_forgeries.is_empty(), "{}", run.accepted_forgeries.join("\n"));
    assert!(run.unexplained.is_empty(), "{}", run.unexplained.join("\n"));
}

/// A kind of change that fits no bundle would be tried in vain.
#[test]
fn every_kind_of_change_is_made() {
    let corpus = &*CORPUS;
    let mut unmade: Vec<&str> = kinds();
    for index in 0..2_000 {
        let mutation = Mutation::of(corpus, SEED, index);
        unmade.retain(|kind| !mutation.kinds.contains(kind));
    }
    assert_eq!(unmade, [""; 0]);
}

/// A failure can be seen again, alone.
#[test]
fn a_mutation_is_a_function_of_seed_and_index() {
    let corpus = &*CORPUS;
    for index in 0..200 {
        let [once, again] = [0, 1].map(|_| Mutation::of(corpus, SEED, index));
        assert_eq!((once.text, once.what), (again.text, again.what));
    }
}
