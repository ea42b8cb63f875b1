//! What is said on standard error: notes, counts, and a progress bar where a person watches.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Standard error with its progress bar; clones share the bar.
#[derive(Clone)]
pub(super) struct Report {
    bar: ProgressBar,
}

impl Report {
    /// A report whose bar shows only when standard error is a terminal that no output runs through.
    pub(super) fn new(output_is_elsewhere: bool) -> Self {
        let is_watched = io::stderr().is_terminal();
        let is_free = output_is_elsewhere || !io::stdout().is_terminal();
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if is_watched && is_free {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        let style = ProgressStyle::with_template(
            "{wide_bar} {human_pos}/{human_len} messages  {per_sec}  {eta}",
        );
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Self { bar }
    }

    /// So many more messages are to be done.
    pub(super) fn expect(&self, messages: usize) {
        self.bar.inc_length(messages as u64);
    }

    /// So many more messages are done.
    pub(super) fn done(&self, messages: usize) {
        self.bar.inc(messages as u64);
    }

    /// One line `pipehat: …`.
    pub(super) fn note(&self, text: impl Display) {
        self.bar.suspend(|| note(text));
    }

    /// Takes the bar away.
    pub(super) fn close(&self) {
        self.bar.finish_and_clear();
    }
}

/// One line on standard error. When nobody can read it, there is nobody to tell.
pub(super) fn note(text: impl Display) {
    drop(writeln!(io::stderr().lock(), "pipehat: {text}"));
}

/// `1 message`, `2 messages`.
pub(super) fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
