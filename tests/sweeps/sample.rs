//! Which mutants of a sweep are judged.

use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

/// The seed of this run; `None` if everything is judged.
static SEED: LazyLock<Option<u64>> = LazyLock::new(|| {
    match std::env::var("COUNTERSIGN_SWEEP").as_deref() {
        Err(_) => {}
        Ok("complete") => {
            println!("complete sweeps");
            return None;
        }
        Ok(other) => panic!("COUNTERSIGN_SWEEP may be \"complete\", not {other:?}"),
    }
    let seed = match std::env::var("COUNTERSIGN_SWEEP_SEED") {
        Ok(given) => given.parse().expect("COUNTERSIGN_SWEEP_SEED is a number"),
        Err(_) => SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos().into(),
    };
    // Not captured by the test harness: a failure must be repeatable from the log of a whole run.
    eprintln!("sampled sweeps: COUNTERSIGN_SWEEP_SEED={seed}");
    Some(seed)
});

pub fn is_complete() -> bool {
    SEED.is_none()
}

/// All of `0..count`, or about `budget` of them spread over the whole: one from each of as many
/// stretches of equal length.
pub fn indices(count: usize, budget: usize) -> Vec<usize> {
    let Some(seed) = *SEED else { return (0..count).collect() };
    if count <= budget {
        return (0..count).collect();
    }
    let mut random = Random(seed ^ count as u64);
    (0..budget)
        .map(|n| {
            let (from, to) = (n * count / budget, (n + 1) * count / budget);
            from + (random.next() % (to - from) as u64) as usize
        })
        .collect()
}

/// SplitMix64.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
