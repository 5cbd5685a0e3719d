//! A progress bar for people who wait; nothing for logs and pipes.

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar on standard error, gone when it is dropped.
pub struct Progress(ProgressBar);

impl Progress {
    pub fn new(packages: usize) -> Self {
        let target =
            if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(packages as u64), target);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} packages  {eta} left") {
            bar.set_style(style);
        }
        Self(bar)
    }

    pub fn advance(&self, packages: usize) {
        self.0.inc(packages as u64);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
