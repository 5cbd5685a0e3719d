//! Why a run ends before its work does: a person's Ctrl-C, or the deadline.

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Set once, by the signal. A process has one Ctrl-C.
static ASKED: AtomicBool = AtomicBool::new(false);

/// How long answers that are on their way are waited for.
pub const GRACE: Duration = Duration::from_secs(2);

/// What may end one run early.
#[derive(Debug, Clone, Copy)]
pub struct Interruption {
    deadline: Option<Instant>,
}

/// What did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    ByPerson,
    ByDeadline,
}

impl Ended {
    /// A deadline leaves every package with a verdict; a person who interrupts gets no finished audit.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::ByPerson => 2,
            Self::ByDeadline => 1,
        }
    }

    /// For the packages that were left.
    pub fn reason(self) -> &'static str {
        match self {
            Self::ByPerson => "the audit was interrupted before it came to this package",
            Self::ByDeadline => "the deadline of --deadline passed before it came to this package",
        }
    }
}

impl Interruption {
    /// Listens to Ctrl-C. The second one ends the process at once, with the exit code that a shell expects.
    pub fn listen(deadline: Option<Duration>) -> Self {
        static LISTENING: Once = Once::new();
        LISTENING.call_once(|| {
            let stop = || {
                if ASKED.swap(true, Ordering::Relaxed) {
                    std::process::exit(130);
                }
            };
            // Without a handler Ctrl-C ends the process, which is not less safe.
            let _ = ctrlc::set_handler(stop);
        });
        Self { deadline: deadline.and_then(|deadline| Instant::now().checked_add(deadline)) }
    }

    /// Whether to stop, and why.
    pub fn ended(&self) -> Option<Ended> {
        if ASKED.load(Ordering::Relaxed) {
            return Some(Ended::ByPerson);
        }
        self.deadline.is_some_and(|deadline| Instant::now() >= deadline).then_some(Ended::ByDeadline)
    }

    /// Nothing ends it.
    #[cfg(test)]
    pub fn never() -> Self {
        Self { deadline: None }
    }
}
