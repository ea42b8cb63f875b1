//! What is said on standard error: notes, counts, and a progress bar where a person watches.

use std::fmt::{self, Display};
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

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
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
        if is_watched && is_free {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        let style = ProgressStyle::with_template(
            "{wide_bar} {human_pos}/{human_len} messages  {rate}  {eta}",
        );
        if let Ok(style) = style {
            let style =
                style.with_key("rate", |state: &ProgressState, out: &mut dyn fmt::Write| {
                    // The bar is a help to watch by; a rate that cannot be shown is left out.
                    out.write_str(&rate(state.per_sec())).ok();
                });
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

/// Messages a second, in whole numbers: the digits after the point only flicker.
fn rate(per_second: f64) -> String {
    format!("{per_second:.0}/s")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_counts_what_is_expected_from_the_start() {
        let report = Report::new(false);
        for (expect, done, shown) in [
            (0, 0, (0, 0)),
            (60_000, 58_368, (58_368, 60_000)),
            (5, 0, (58_368, 60_005)),
        ] {
            report.expect(expect);
            report.done(done);
            let bar = &report.bar;
            assert_eq!((bar.position(), bar.length().unwrap()), shown);
        }
    }

    #[test]
    fn the_rate_is_a_whole_number() {
        for (per_second, shown) in [(4831.5052, "4832/s"), (0.0, "0/s"), (0.4, "0/s")] {
            assert_eq!(rate(per_second), shown);
        }
    }
}
