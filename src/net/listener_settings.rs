//! What a listener is told before it starts.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

use bytes::Bytes;

use super::frame::Marks;
use super::layer::Layer;
use super::player::Faults;
use super::tls::TlsServer;

/// How a listener behaves; [`ListenerSettings::default`] listens on a free port of this machine only.
#[derive(Clone)]
pub struct ListenerSettings {
    /// Where it listens. Port 0 takes one that is free.
    pub address: SocketAddr,
    /// What frames are made of.
    pub marks: Marks,
    /// What stands in them.
    pub layer: Layer,
    /// Bytes of a message at most; a longer one is refused and its connection closed.
    pub most_bytes: usize,
    /// A connection on which nothing happens for so long is closed.
    pub idle_timeout: Option<Duration>,
    /// A peer that does not take its answers for so long is dropped.
    pub write_timeout: Duration,
    /// After so long without a byte, an end of a frame that has begun counts as one.
    pub pause: Duration,
    /// Who may connect; empty: everybody who can reach the address.
    pub accept_from: Vec<AddressRule>,
    /// Connections at once, at most.
    pub most_connections: usize,
    /// Messages of one connection that may wait for their verdicts; more are not read until then.
    pub most_undecided: usize,
    /// How a batch in one frame is answered.
    pub batch_answer: BatchAnswer,
    /// What is done about a message that was accepted before.
    pub duplicates: DuplicateRule,
    /// Messages that were accepted before this listener was there, such as those of a journal: for the rule
    /// about duplicates, as if they had come just now.
    pub accepted_before: Vec<Bytes>,
    /// How long a connection is silent before the system asks whether the peer is still there.
    pub keep_alive: Option<Duration>,
    /// How TLS is spoken; none: in the clear.
    pub tls: Option<TlsServer>,
    /// Whether all bytes that come and go are told, piece by piece.
    pub tells_bytes: bool,
    /// What is done wrong on purpose.
    pub faults: Faults,
}

/// Where it listens; what was accepted before is nobody's to see.
impl fmt::Debug for ListenerSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListenerSettings")
            .field("address", &self.address)
            .field("accepted_before", &self.accepted_before.len())
            .finish_non_exhaustive()
    }
}

impl Default for ListenerSettings {
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            marks: Marks::mllp(),
            layer: Layer::default(),
            most_bytes: 64 << 20,
            idle_timeout: None,
            write_timeout: Duration::from_secs(30),
            pause: Duration::from_millis(500),
            accept_from: Vec::new(),
            most_connections: 1024,
            most_undecided: 1024,
            batch_answer: BatchAnswer::default(),
            duplicates: DuplicateRule::default(),
            accepted_before: Vec::new(),
            keep_alive: Some(Duration::from_mins(1)),
            tls: None,
            tells_bytes: false,
            faults: Faults::default(),
        }
    }
}

impl ListenerSettings {
    /// Whether a peer may connect.
    pub fn admits(&self, peer: IpAddr) -> bool {
        self.accept_from.is_empty() || self.accept_from.iter().any(|rule| rule.covers(peer))
    }
}

/// How a batch in one frame is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BatchAnswer {
    /// Each message by itself, in a frame of its own.
    #[default]
    EachMessage,
    /// By one batch that holds the answers.
    Batch,
}

/// What is done about a message whose control id was accepted before from the same sender.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DuplicateRule {
    /// It is a message like any other.
    #[default]
    Accept,
    /// It is answered as the first one was, and nobody else hears of it.
    AnswerAgain {
        /// How many accepted messages are remembered.
        remembered: usize,
    },
}

/// Addresses that may connect: one, or all that share so many leading bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressRule {
    address: IpAddr,
    bits: u8,
}

/// A text that names no addresses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no address; 10.1.2.3, 10.1.0.0/16 and fd00::/8 are")]
pub struct AddressRuleError(String);

impl AddressRule {
    /// Whether the rule names the address. An IPv4 address that comes over IPv6 is read as what it is.
    pub fn covers(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let differ = own.to_bits() ^ other.to_bits();
                differ.leading_zeros() >= u32::from(self.bits)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let differ = own.to_bits() ^ other.to_bits();
                differ.leading_zeros() >= u32::from(self.bits)
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

impl FromStr for AddressRule {
    type Err = AddressRuleError;

    fn from_str(text: &str) -> Result<Self, AddressRuleError> {
        let error = || AddressRuleError(text.to_owned());
        let (address, bits) = match text.trim().split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text.trim(), None),
        };
        let address: IpAddr = address.parse().map_err(|_| error())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            Some(bits) => bits
                .parse()
                .ok()
                .filter(|bits| *bits <= most)
                .ok_or_else(error)?,
            None => most,
        };
        Ok(Self { address, bits })
    }
}

impl fmt::Display for AddressRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let most = if self.address.is_ipv4() { 32 } else { 128 };
        if self.bits == most {
            write!(f, "{}", self.address)
        } else {
            write!(f, "{}/{}", self.address, self.bits)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AddressRule;

    #[test]
    fn a_rule_names_one_address_or_a_network() {
        for (rule, address, expect) in [
            ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.4", false),
            ("10.1.0.0/16", "10.1.255.1", true),
            ("10.1.0.0/16", "10.2.0.1", false),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("10.1.2.3", "::ffff:10.1.2.3", true),
            ("fd00::/8", "fdab::1", true),
            ("fd00::/8", "fe80::1", false),
            ("0.0.0.0/0", "::1", false),
        ] {
            let rule: AddressRule = rule.parse().unwrap();
            assert_eq!(
                rule.covers(address.parse().unwrap()),
                expect,
                "{rule} {address}"
            );
        }
        for text in ["", "ten", "10.1.2.3/33", "10.1.2", "::1/129", "10.0.0.0/x"] {
            assert!(text.parse::<AddressRule>().is_err(), "{text}");
        }
        for text in ["10.1.2.3", "10.1.0.0/16", "fd00::/8"] {
            assert_eq!(text.parse::<AddressRule>().unwrap().to_string(), text);
        }
    }
}
