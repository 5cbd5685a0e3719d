//! Judging the mutants of a sweep, and counting what became of them.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use crate::damage::Damage;
use crate::place;
use crate::sample;
use crate::subject::{Subject, Verdict};

/// What may not be, one line each.
pub fn all<D: Damage>(subject: &Subject, damage: &D, indices: &[usize]) -> Vec<String> {
    let (started, mut counted, mut wrong) = (Instant::now(), BTreeMap::new(), Vec::new());
    let mut open = BTreeMap::new();
    for &index in indices {
        let (what, mutant) = damage.mutant(index);
        let verdict = catch_unwind(AssertUnwindSafe(|| subject.judge(&mutant)));
        let mut fail = |why: String| wrong.push(format!("{}, {what}: {why}", subject.name));
        let kind = match verdict {
            Err(_) => {
                fail("the verifier panicked".into());
                "panicked"
            }
            Ok(Verdict::Refused(_)) => "refused",
            Ok(Verdict::Less) => "proving less",
            Ok(Verdict::Same) => {
                match place::of(subject, &mutant) {
                    Ok(places) => places.into_iter().for_each(|place| *open.entry(place).or_insert(0) += 1),
                    Err(why) => fail(format!("accepted, and {why}")),
                }
                "the same"
            }
            Ok(Verdict::Other(why)) => {
                fail(why);
                "OTHER"
            }
        };
        *counted.entry(kind).or_insert(0) += 1;
    }
    println!(
        "{}, {} of {} {}: {counted:?} in {:.1?}",
        subject.name,
        indices.len(),
        damage.count(),
        D::NAME,
        started.elapsed()
    );
    if sample::is_complete() {
        open.iter().for_each(|(place, count)| println!("    {count:6} at {place}"));
    }
    wrong
}
