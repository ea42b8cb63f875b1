//! Counts and spans of time as people read them.

use std::fmt;
use std::time::Duration;

/// `1 byte`, `47 bytes`
pub(super) struct Bytes(pub(super) u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            1 => f.write_str("1 byte"),
            count => write!(f, "{count} bytes"),
        }
    }
}

/// `250 ms`, `1.5 s`, `90 s`
pub(super) struct Span(pub(super) Duration);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.0.as_micros();
        match micros {
            0..1_000 => write!(f, "{micros} µs"),
            1_000..1_000_000 => write!(f, "{} ms", micros / 1_000),
            _ if micros % 1_000_000 < 100_000 => write!(f, "{} s", micros / 1_000_000),
            _ => write!(
                f,
                "{}.{} s",
                micros / 1_000_000,
                micros % 1_000_000 / 100_000
            ),
        }
    }
}
