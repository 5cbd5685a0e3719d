//! Waiting for a registry ends when the run does.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
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
    /// Those that wait for nothing; a thread for each request would cost more than the request's parsing.
    idle: Mutex<Vec<Companion>>,
}

/// A thread that waits for the registry in place of the one that must be able to stop waiting. It ends when
/// this is dropped and its last request has ended.
struct Companion {
    requests: Sender<Document>,
    answers: Receiver<Fetched>,
}

impl Companion {
    fn start(source: Arc<dyn Source>) -> std::io::Result<Self> {
        let (requests, asked) = channel::<Document>();
        let (answer, answers) = channel();
        thread::Builder::new().spawn(move || {
            // Nobody waits for an answer that comes too late.
            while asked.recv().is_ok_and(|document| answer.send(source.fetch(&document)).is_ok()) {}
        })?;
        Ok(Self { requests, answers })
    }
}

impl Interruptible {
    pub fn new(inner: impl Source + 'static, interruption: Interruption) -> Self {
        Self { inner: Arc::new(inner), interruption, idle: Mutex::default() }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Companion>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Source for Interruptible {
    fn fetch(&self, document: &Document) -> Fetched {
        if let Some(ended) = self.interruption.ended() {
            return Fetched::Unavailable(ended.reason().into());
        }
        let idle = self.idle().pop();
        let companion = match idle.map_or_else(|| Companion::start(Arc::clone(&self.inner)), Ok) {
            Ok(companion) => companion,
            Err(e) => return Fetched::Unavailable(format!("cannot start a thread: {e}")),
        };
        // One that is gone cannot be waited for either, which is seen below.
        let _ = companion.requests.send(document.clone());
        loop {
            match companion.answers.recv_timeout(TICK) {
                Ok(fetched) => {
                    self.idle().push(companion);
                    return fetched;
                }
                // It panicked: no answer, and not an absent document.
                Err(RecvTimeoutError::Disconnected) => {
                    return Fetched::Unavailable("the request failed by a defect, please report it".into());
                }
                // A companion with an answer under way is never asked again: it would be the next document's.
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
    fn a_thread_serves_one_request_after_another() {
        struct Named;
        impl Source for Named {
            fn fetch(&self, _: &Document) -> Fetched {
                Fetched::Body(format!("{:?}", thread::current().id()).into_bytes())
            }
        }
        let source = Interruptible::new(Named, Interruption::never());
        let first = source.packument("a");
        assert!(matches!(first, Fetched::Body(_)), "{first:?}");
        assert_eq!((source.packument("b"), source.packument("c")), (first.clone(), first));
    }

    #[test]
    fn after_a_panic_the_next_document_is_asked_of_another() {
        let source = Interruptible::new(After(Duration::ZERO), Interruption::never());
        for name in ["a", "defect", "b"] {
            let fetched = source.packument(name);
            assert_eq!(
                matches!(&fetched, Fetched::Body(body) if body == name.as_bytes()),
                name != "defect",
                "{fetched:?}"
            );
        }
    }

    #[test]
    fn cl_02_a_panic_is_no_absent_document() {
        let source = Interruptible::new(After(Duration::ZERO), Interruption::never());
        assert!(matches!(source.packument("defect"), Fetched::Unavailable(reason) if reason.contains("defect")));
    }
}
