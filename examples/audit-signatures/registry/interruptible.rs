//! Waiting for a registry ends when the run does.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use super::{Document, Fetched, Source};
use crate::interruption::Interruption;

/// How often it is looked whether to stop.
const TICK: Duration = Duration::from_millis(50);

/// A source that answers no later than the run ends. A request that is given up goes on behind it, until
/// its own deadline or the end of the process.
pub struct Interruptible {
    inner: Arc<dyn Source>,
    interruption: Interruption,
}

impl Interruptible {
    pub fn new(inner: impl Source + 'static, interruption: Interruption) -> Self {
        Self { inner: Arc::new(inner), interruption }
    }
}

impl Source for Interruptible {
    fn fetch(&self, document: &Document) -> Fetched {
        if let Some(ended) = self.interruption.ended() {
            return Fetched::Unavailable(ended.reason().into());
        }
        let (sender, receiver) = channel();
        let (inner, asked) = (Arc::clone(&self.inner), document.clone());
        // Nobody waits for an answer that comes too late.
        let waiting = move || drop(sender.send(inner.fetch(&asked)));
        if let Err(e) = thread::Builder::new().spawn(waiting) {
            return Fetched::Unavailable(format!("cannot start a thread: {e}"));
        }
        loop {
            match receiver.recv_timeout(TICK) {
                Ok(fetched) => return fetched,
                // It panicked: no answer, and not an absent document.
                Err(RecvTimeoutError::Disconnected) => {
                    return Fetched::Unavailable("the request failed by a defect, please report it".into());
                }
                Err(RecvTimeoutError::Timeout) => {
                    if let Some(ended) = self.interruption.ended() {
                        return Fetched::Unavailable(ended.reason().into());
                    }
                }
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::panic)]
mod tests {
    use std::time::Instant;

    use super::*;

    struct After(Duration);

    impl Source for After {
        fn fetch(&self, document: &Document) -> Fetched {
            thread::sleep(self.0);
            if document.url_path() == "defect" {
                panic!("a defect");
            }
            Fetched::Body(document.url_path().into_bytes())
        }
    }

    #[test]
    fn an_answer_in_time_is_given() {
        let source = Interruptible::new(After(Duration::from_millis(1)), Interruption::never());
        assert_eq!(source.packument("a"), Fetched::Body(b"a".to_vec()));
    }

    #[test]
    fn cl_08_waiting_ends_with_the_run() {
        let interruption = Interruption::listen(Some(Duration::from_millis(100)));
        let source = Interruptible::new(After(Duration::from_secs(60)), interruption);
        let asked = Instant::now();
        for _ in 0..2 {
            assert!(matches!(source.packument("a"), Fetched::Unavailable(reason) if reason.contains("--deadline")));
        }
        assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
    }

    #[test]
    fn cl_02_a_panic_is_no_absent_document() {
        let source = Interruptible::new(After(Duration::ZERO), Interruption::never());
        assert!(matches!(source.packument("defect"), Fetched::Unavailable(reason) if reason.contains("defect")));
    }
}
