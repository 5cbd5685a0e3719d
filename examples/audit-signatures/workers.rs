//! Several jobs at a time on plain threads, results in the order of the jobs, in constant memory.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::interruption::{Ended, GRACE, Interruption};

/// How many jobs may be ahead of the oldest one that is not done, for each worker. A job that takes long
/// must neither stop the others at once nor let results pile up without end.
const AHEAD: usize = 64;

/// How often it is looked whether to stop.
const TICK: Duration = Duration::from_millis(50);

struct Shared<I> {
    /// With the number of its next job. Whoever waits for input holds it, so nothing else is behind it.
    input: Mutex<(usize, I)>,
    /// How many results the sink was given.
    given: Mutex<usize>,
    moved: Condvar,
    closed: AtomicBool,
    window: usize,
}

/// Runs `work` on every job, and gives each result to `sink`, in the order of the jobs and as soon as
/// that order allows. What ended the run early, if something did; then jobs without a result are left.
///
/// A panic in one job is an error of the whole: an audit that lost a package must not look like one
/// that finished. The threads of jobs that are given up go on until they notice.
pub fn run<J, R, I>(
    input: I,
    workers: usize,
    interruption: &Interruption,
    work: impl Fn(J) -> R + Send + Sync + 'static,
    mut sink: impl FnMut(usize, R) -> Result<(), String>,
) -> Result<Option<Ended>, String>
where
    J: 'static,
    R: Send + 'static,
    I: Iterator<Item = J> + Send + 'static,
{
    let shared = Arc::new(Shared {
        input: Mutex::new((0, input)),
        given: Mutex::new(0),
        moved: Condvar::new(),
        closed: AtomicBool::new(false),
        window: workers.max(1).saturating_mul(AHEAD),
    });
    let receiver = started(&shared, workers.max(1), work)?;
    let (mut next, mut waiting, mut ended) = (0, BTreeMap::new(), None);
    loop {
        match receiver.recv_timeout(TICK) {
            Ok((_, None)) => {
                shared.close();
                return Err("a worker panicked; this is a defect, please report it".into());
            }
            Ok((number, Some(result))) => drop(waiting.insert(number, result)),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        while let Some(result) = waiting.remove(&next) {
            if let Err(problem) = sink(next, result) {
                shared.close();
                return Err(problem);
            }
            next += 1;
        }
        shared.give(next);
        match (ended, interruption.ended()) {
            (None, Some(reason)) => {
                shared.close();
                ended = Some((reason, Instant::now()));
            }
            (Some((_, since)), _) if since.elapsed() > GRACE => break,
            _ => {}
        }
    }
    // What was done behind a job that was given up.
    for (number, result) in waiting {
        sink(number, result)?;
    }
    Ok(ended.map(|(reason, _)| reason))
}

/// Starts the threads. The channel ends with the last of them.
fn started<J, R, I>(
    shared: &Arc<Shared<I>>,
    workers: usize,
    work: impl Fn(J) -> R + Send + Sync + 'static,
) -> Result<Receiver<(usize, Option<R>)>, String>
where
    J: 'static,
    R: Send + 'static,
    I: Iterator<Item = J> + Send + 'static,
{
    let work = Arc::new(work);
    let (sender, receiver) = channel();
    for _ in 0..workers {
        let (shared, work, sender) = (Arc::clone(shared), Arc::clone(&work), sender.clone());
        thread::Builder::new()
            .spawn(move || shared.work(&*work, &sender))
            .map_err(|e| format!("cannot start a thread: {e}"))?;
    }
    Ok(receiver)
}

impl<J, I: Iterator<Item = J>> Shared<I> {
    fn work<R>(&self, work: &impl Fn(J) -> R, results: &Sender<(usize, Option<R>)>) {
        while let Some((number, job)) = self.take() {
            let result = catch_unwind(AssertUnwindSafe(|| work(job))).ok();
            let panicked = result.is_none();
            if results.send((number, result)).is_err() || panicked {
                return;
            }
        }
    }

    fn take(&self) -> Option<(usize, J)> {
        let mut input = self.input.lock().unwrap_or_else(PoisonError::into_inner);
        let number = input.0;
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        while !self.is_closed() && number.saturating_sub(*given) >= self.window {
            given = self.moved.wait(given).unwrap_or_else(PoisonError::into_inner);
        }
        drop(given);
        if self.is_closed() {
            return None;
        }
        let job = input.1.next()?;
        input.0 += 1;
        Some((number, job))
    }
}

impl<I> Shared<I> {
    fn give(&self, given: usize) {
        *self.given.lock().unwrap_or_else(PoisonError::into_inner) = given;
        self.moved.notify_all();
    }

    /// No job is begun any more.
    fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        // Not between a worker's look and its wait, or it would sleep through it.
        let _given = self.given.lock();
        self.moved.notify_all();
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    fn collected(
        jobs: usize,
        work: impl Fn(usize) -> usize + Send + Sync + 'static,
    ) -> Result<Vec<(usize, usize)>, String> {
        let mut results = Vec::new();
        run(0..jobs, 8, &Interruption::never(), work, |number, result| {
            results.push((number, result));
            Ok(())
        })?;
        Ok(results)
    }

    #[test]
    fn results_keep_the_order_of_the_jobs() {
        let doubled = collected(3000, |n| {
            if n % 97 == 0 {
                thread::sleep(Duration::from_millis(2));
            }
            n * 2
        });
        assert_eq!(doubled.unwrap(), (0..3000).map(|n| (n, n * 2)).collect::<Vec<_>>());
        assert!(collected(0, |n| n).unwrap().is_empty());
    }

    #[test]
    fn cl_02_a_panic_is_an_error_of_the_whole() {
        let result = collected(2000, |n| if n == 7 { panic!("the seventh") } else { n });
        assert!(result.unwrap_err().contains("panicked"));
    }

    #[test]
    fn a_sink_that_fails_ends_the_run() {
        let result =
            run(0..2000, 4, &Interruption::never(), |n| n, |_, n| if n == 5 { Err("full".into()) } else { Ok(()) });
        assert_eq!(result.unwrap_err(), "full");
    }

    #[test]
    fn memory_stays_constant_behind_a_slow_job() {
        use std::sync::atomic::AtomicUsize;
        let begun = Arc::new(AtomicUsize::new(0));
        let most = Arc::new(AtomicUsize::new(0));
        let (counted, seen) = (Arc::clone(&begun), Arc::clone(&most));
        let work = move |n: usize| {
            counted.fetch_add(1, Ordering::Relaxed);
            if n == 0 {
                thread::sleep(Duration::from_millis(300));
                seen.store(counted.load(Ordering::Relaxed), Ordering::Relaxed);
            }
        };
        run(0..100_000, 4, &Interruption::never(), work, |_, ()| Ok(())).unwrap();
        assert_eq!(begun.load(Ordering::Relaxed), 100_000);
        assert!(most.load(Ordering::Relaxed) <= 4 * AHEAD, "{most:?} jobs were begun");
    }

    #[test]
    fn cl_08_a_deadline_gives_up_what_is_under_way() {
        let interruption = Interruption::listen(Some(Duration::from_millis(100)));
        let started = Instant::now();
        let mut done = Vec::new();
        let work = |n: usize| thread::sleep(if n == 1 { Duration::from_secs(60) } else { Duration::from_millis(1) });
        let ended = run(0..usize::MAX, 4, &interruption, work, |number, ()| {
            done.push(number);
            Ok(())
        });
        assert_eq!(ended.unwrap(), Some(Ended::ByDeadline));
        assert!(started.elapsed() < Duration::from_secs(30));
        assert!(done.contains(&0) && done.contains(&2) && !done.contains(&1));
    }
}
