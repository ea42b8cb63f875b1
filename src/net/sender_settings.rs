//! What a sender is told before it starts.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

use super::ack::AckCode;
use super::frame::Marks;
use super::layer::Layer;
use super::player::Faults;
use super::tls::TlsClient;

/// How a sender behaves.
#[derive(Clone, Debug)]
pub struct SenderSettings {
    /// Who is sent to.
    pub target: Target,
    /// What frames are made of.
    pub marks: Marks,
    /// What stands in them.
    pub layer: Layer,
    /// Bytes of an answer at most.
    pub most_bytes: usize,
    /// For finding the address and connecting.
    pub connect_timeout: Duration,
    /// A peer that takes no byte of a message for so long is given up.
    pub write_timeout: Duration,
    /// For the first answer to a message.
    pub ack_timeout: Duration,
    /// For the application acknowledgment, where a commit came first.
    pub application_timeout: Duration,
    /// After so long without a byte, an end of a frame that has begun counts as one.
    pub pause: Duration,
    /// Messages that may be under way on one connection at once. With more than one, answers find their messages
    /// by MSA-2, which takes MLLP release 1, a persistent connection and no faults.
    pub window: usize,
    /// One connection for all messages, or one each.
    pub is_persistent: bool,
    /// Tries to connect beyond the first, and the pause before each.
    pub reconnect: Repeat,
    /// Tries to send a message beyond the first, and the pause before each.
    pub resend: Repeat,
    /// After what a message is sent again.
    pub resend_after: ResendAfter,
    /// What a failure means for the messages behind it.
    pub after_failure: AfterFailure,
    /// The codes that mean success.
    pub accepted: Vec<AckCode>,
    /// Whether MSA-2 has to be the control id of the message.
    pub checks_control_id: bool,
    /// A port of our own at which the peer delivers its answers.
    pub answers_at: Option<SocketAddr>,
    /// How long a connection is silent before the system asks whether the peer is still there.
    pub keep_alive: Option<Duration>,
    /// How TLS is spoken; none: in the clear.
    pub tls: Option<TlsClient>,
    /// Whether all bytes that come and go are told, piece by piece.
    pub tells_bytes: bool,
    /// What is done wrong on purpose.
    pub faults: Faults,
}

impl SenderSettings {
    /// One persistent connection, no repetition, AA and CA mean success, MSA-2 is checked.
    pub fn to(target: Target) -> Self {
        Self {
            target,
            marks: Marks::mllp(),
            layer: Layer::default(),
            most_bytes: 64 << 20,
            connect_timeout: Duration::from_secs(10),
            write_timeout: Duration::from_secs(30),
            ack_timeout: Duration::from_secs(30),
            application_timeout: Duration::from_secs(30),
            pause: Duration::from_millis(500),
            window: 1,
            is_persistent: true,
            reconnect: Repeat::default(),
            resend: Repeat::default(),
            resend_after: ResendAfter::default(),
            after_failure: AfterFailure::default(),
            accepted: vec![AckCode::Accept, AckCode::CommitAccept],
            checks_control_id: true,
            answers_at: None,
            keep_alive: Some(Duration::from_mins(1)),
            tls: None,
            tells_bytes: false,
            faults: Faults::default(),
        }
    }
}

impl SenderSettings {
    /// Why several messages cannot be under way at once, if they cannot.
    pub(super) fn reason_against_window(&self) -> Option<&'static str> {
        let reasons = [
            (
                self.layer != Layer::Mllp,
                "only MLLP release 1 tells answers apart by MSA-2",
            ),
            (!self.is_persistent, "they need a connection that is kept"),
            (
                !self.checks_control_id,
                "their answers are found by MSA-2, so it has to be checked",
            ),
            (
                !self.faults.rules.is_empty(),
                "faults are had by one message at a time",
            ),
        ];
        let found = reasons.into_iter().find(|(is_so, _)| *is_so);
        found.filter(|_| self.window > 1).map(|(_, why)| why)
    }
}

/// How often something is tried again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repeat {
    /// Beyond the first time.
    pub times: u32,
    /// Before each of them.
    pub pause: Duration,
}

/// After what a message is sent again, as often as [`SenderSettings::resend`] says.
///
/// What certainly did not arrive is always sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResendAfter {
    /// Nobody knows whether it arrived: a time-out, a lost connection, an answer that cannot be read. The
    /// peer may get it twice.
    pub unknown: bool,
    /// AE or CE.
    pub error: bool,
    /// AR or CR.
    pub reject: bool,
}

impl Default for ResendAfter {
    fn default() -> Self {
        Self {
            unknown: true,
            error: false,
            reject: false,
        }
    }
}

/// What a message that failed means for those behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AfterFailure {
    /// The next one is sent.
    #[default]
    Skip,
    /// Nothing more is sent.
    Stop,
}

/// A name or address, and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// `localhost`, `10.1.2.3`, `fd00::1`
    pub host: String,
    /// From 1.
    pub port: u16,
}

/// A text that names no target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names no host and port; localhost:2575 and [fd00::1]:2575 do")]
pub struct TargetError(String);

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let error = || TargetError(text.to_owned());
        let (host, port) = text.trim().rsplit_once(':').ok_or_else(error)?;
        let port = port
            .parse()
            .ok()
            .filter(|port| *port > 0)
            .ok_or_else(error)?;
        let host = match host.strip_prefix('[') {
            Some(inner) => inner.strip_suffix(']').ok_or_else(error)?,
            None if host.contains(':') => return Err(error()),
            None => host,
        };
        if host.is_empty() || host.contains(char::is_whitespace) {
            return Err(error());
        }
        Ok(Self {
            host: host.to_owned(),
            port,
        })
    }
}

impl From<SocketAddr> for Target {
    fn from(address: SocketAddr) -> Self {
        Self {
            host: address.ip().to_string(),
            port: address.port(),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn a_target_is_a_host_and_a_port() {
        for (text, host, port) in [
            ("localhost:2575", "localhost", 2575),
            (" 10.1.2.3:1 ", "10.1.2.3", 1),
            ("[fd00::1]:2575", "fd00::1", 2575),
        ] {
            let target: Target = text.parse().unwrap();
            assert_eq!((target.host.as_str(), target.port), (host, port));
            assert_eq!(target.to_string(), text.trim());
        }
        for text in [
            "",
            "localhost",
            "localhost:",
            ":2575",
            "localhost:0",
            "localhost:70000",
            "fd00::1:2575",
            "[fd00::1:1",
            "a b:1",
        ] {
            assert!(text.parse::<Target>().is_err(), "{text}");
        }
    }
}
