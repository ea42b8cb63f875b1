//! What a listener or sender is at, in words.

use std::fmt;
use std::time::{Duration, Instant};

/// What a listener or sender of the window is at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StationState {
    /// It was not started yet.
    Off,
    /// Its files are read and its port is opened.
    Starting,
    /// Peers can connect, to this address.
    Listening(String),
    /// No more connections are taken; what was received is answered.
    Draining,
    /// Messages go.
    Sending,
    /// It ended because all was done.
    Done,
    /// A person stopped it.
    Stopped,
    /// It could not go on, and why.
    Failed(String),
}

/// What one connection of a sender is at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkPhase {
    /// Nothing is under way.
    Ready,
    /// The name is looked up and a connection asked for.
    Connecting,
    /// Bytes of a message are handed over.
    Sending,
    /// The answer to a message has not come.
    Waiting {
        /// Which message.
        number: u64,
    },
    /// The peer stored a message; its application has not answered.
    WaitingForApplication {
        /// Which message.
        number: u64,
    },
    /// A message goes again then.
    Resending {
        /// When.
        at: Instant,
    },
    /// It connects again then.
    Reconnecting {
        /// When.
        at: Instant,
    },
}

impl StationState {
    /// Whether it runs, or is about to.
    pub fn is_running(&self) -> bool {
        matches!(
            self,
            Self::Starting | Self::Listening(_) | Self::Draining | Self::Sending
        )
    }
}

impl fmt::Display for StationState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("not started"),
            Self::Starting => f.write_str("starting"),
            Self::Listening(address) => write!(f, "listening on {address}"),
            Self::Draining => f.write_str("answering what was received, then it stops"),
            Self::Sending => f.write_str("sending"),
            Self::Done => f.write_str("all sent"),
            Self::Stopped => f.write_str("stopped"),
            Self::Failed(why) => write!(f, "failed: {why}"),
        }
    }
}

impl LinkPhase {
    /// In words, with the time in it or the time left.
    pub fn words(&self, since: Instant, now: Instant) -> String {
        let so_long = Seconds(now.saturating_duration_since(since));
        let left = |at: &Instant| Seconds(at.saturating_duration_since(now));
        match self {
            Self::Ready => "connected, nothing under way".to_owned(),
            Self::Connecting => format!("connecting {so_long}"),
            Self::Sending => format!("sending {so_long}"),
            Self::Waiting { number } => {
                format!("waiting for the ACK of message {number} {so_long}")
            }
            Self::WaitingForApplication { number } => {
                format!("message {number} is stored, waiting for the application's ACK {so_long}")
            }
            Self::Resending { at } => format!("sending again in {}", left(at)),
            Self::Reconnecting { at } => format!("reconnecting in {}", left(at)),
        }
    }
}

/// `2.1 s`, `14 s`, `3 min 5 s`, `2 h 10 min`
pub struct Seconds(pub Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        match seconds {
            0..10 => write!(f, "{}.{} s", seconds, self.0.subsec_millis() / 100),
            10..60 => write!(f, "{seconds} s"),
            60..3_600 => write!(f, "{} min {} s", seconds / 60, seconds % 60),
            _ => write!(f, "{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phase_says_how_long_or_how_soon() {
        let since = Instant::now();
        let now = since + Duration::from_millis(2_150);
        for (phase, expect) in [
            (LinkPhase::Connecting, "connecting 2.1 s"),
            (
                LinkPhase::Waiting { number: 3 },
                "waiting for the ACK of message 3 2.1 s",
            ),
            (
                LinkPhase::Reconnecting {
                    at: now + Duration::from_secs(8),
                },
                "reconnecting in 8.0 s",
            ),
        ] {
            assert_eq!(phase.words(since, now), expect);
        }
        for (seconds, expect) in [(14, "14 s"), (185, "3 min 5 s"), (7_800, "2 h 10 min")] {
            assert_eq!(Seconds(Duration::from_secs(seconds)).to_string(), expect);
        }
    }
}
