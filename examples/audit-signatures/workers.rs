//! Several jobs at a time on plain threads, results in the order of the jobs.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// As many as npm's registry serves at once without slowing down.
const WORKERS: usize = 8;

/// Runs `work` on every job. A panic in one is an error of the whole: an audit that lost a package
/// must not look like one that finished.
pub fn run<J: Sync, R: Send>(jobs: &[J], work: impl Fn(&J) -> R + Sync) -> Result<Vec<R>, String> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(number) else { return done };
            done.push((number, work(job)));
        }
    };
    let joined: Vec<thread::Result<Vec<(usize, R)>>> = thread::scope(|scope| {
        let started: Vec<_> = (0..WORKERS.min(jobs.len())).map(|_| scope.spawn(worker)).collect();
        started.into_iter().map(thread::ScopedJoinHandle::join).collect()
    });
    let mut results = Vec::with_capacity(jobs.len());
    for worker in joined {
        results.extend(worker.map_err(|_| "a worker panicked; this is a defect, please report it".to_owned())?);
    }
    results.sort_unstable_by_key(|(number, _)| *number);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_order_of_the_jobs() {
        let jobs: Vec<usize> = (0..1000).collect();
        let doubled = run(&jobs, |n| {
            if n % 97 == 0 {
                thread::yield_now();
            }
            n * 2
        });
        assert_eq!(doubled.unwrap(), jobs.iter().map(|n| n * 2).collect::<Vec<_>>());
        assert!(run(&[] as &[usize], |n| *n).unwrap().is_empty());
    }

    #[test]
    fn cl_02_a_panic_is_an_error_of_the_whole() {
        let jobs: Vec<usize> = (0..20).collect();
        let result = run(&jobs, |n| if *n == 7 { panic!("the seventh") } else { *n });
        assert!(result.unwrap_err().contains("panicked"));
    }
}
