//! Where a listener is asked to listen, as a person writes it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

/// An address to listen on: `2575` is that port for this machine alone, any other address is asked for by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListenAddress(SocketAddr);

/// A text that names no address to listen on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no address to listen on; 2575 is a port for this machine only, 0.0.0.0:2575 for all its networks, 10.1.2.3:2575 and [fd00::1]:2575 for one of its addresses"
)]
pub struct ListenAddressError(String);

impl ListenAddress {
    /// The address and port.
    pub fn socket(self) -> SocketAddr {
        self.0
    }

    /// Whether only programs of this machine can connect.
    pub fn is_local(self) -> bool {
        self.0.ip().is_loopback()
    }
}

impl FromStr for ListenAddress {
    type Err = ListenAddressError;

    fn from_str(text: &str) -> Result<Self, ListenAddressError> {
        let error = || ListenAddressError(text.to_owned());
        let text = text.trim();
        let local = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let port = text.strip_prefix("localhost:").unwrap_or(text);
        if let Ok(port) = port.parse() {
            return Ok(Self(SocketAddr::new(local, port)));
        }
        text.parse().map(Self).map_err(|_| error())
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_alone_is_for_this_machine() {
        for (text, expect, is_local) in [
            ("2575", "127.0.0.1:2575", true),
            ("localhost:2575", "127.0.0.1:2575", true),
            ("0", "127.0.0.1:0", true),
            ("0.0.0.0:2575", "0.0.0.0:2575", false),
            (" 10.1.2.3:1 ", "10.1.2.3:1", false),
            ("[::1]:2575", "[::1]:2575", true),
        ] {
            let address: ListenAddress = text.parse().unwrap();
            assert_eq!(address.to_string(), expect);
            assert_eq!(address.is_local(), is_local, "{text}");
        }
        for text in ["", ":2575", "hub:2575", "10.1.2.3", "70000", "fd00::1"] {
            assert!(text.parse::<ListenAddress>().is_err(), "{text}");
        }
    }
}
