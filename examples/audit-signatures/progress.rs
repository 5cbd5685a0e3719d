//! A progress bar for people who wait; nothing for logs and pipes.

use std::io::{self, IsTerminal as _};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar on standard error, gone when it is dropped.
pub struct Progress {
    bar: ProgressBar,
    /// Whether what is printed meanwhile lands on the bar's own screen.
    shares_screen: bool,
}

impl Progress {
    /// `wanted` by the person. A standard error that is no terminal never gets one.
    pub fn new(wanted: bool) -> Self {
        let is_shown = wanted && io::stderr().is_terminal();
        let target = if is_shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} packages  {eta} left") {
            bar.set_style(style);
        }
        Self { bar, shares_screen: is_shown && io::stdout().is_terminal() }
    }

    pub fn begin(&self, packages: usize) {
        self.bar.set_length(packages as u64);
        self.bar.reset();
    }

    pub fn advance(&self, packages: usize) {
        self.bar.inc(packages as u64);
    }

    /// Runs what may print to standard output, with the bar out of its way.
    pub fn beside<T>(&self, prints: impl FnOnce() -> T) -> T {
        if self.shares_screen { self.bar.suspend(prints) } else { prints() }
    }

    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}
