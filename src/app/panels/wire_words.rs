//! Times and meanings on the wire, as all its pages show them.

use std::time::Duration;

use super::super::theme::{Colour, Theme};
use crate::workbench::Tone;

/// The colour of what something means.
pub(super) fn tone_colour(theme: &Theme, tone: Tone) -> Colour {
    match tone {
        Tone::Plain => theme.text.weak,
        Tone::Good => theme.severity.good,
        Tone::Odd => theme.severity.warning,
        Tone::Bad => theme.severity.error,
    }
}

/// `87 µs`, `11.9 ms`, `2.1 s`
pub(super) fn span(span: Duration) -> String {
    let micros = span.as_micros();
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..1_000_000 => format!("{:.1} ms", span.as_secs_f64() * 1e3),
        _ => format!("{:.1} s", span.as_secs_f64()),
    }
}
