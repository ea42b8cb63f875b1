//! Hosts and ports of arguments, in which variables of the environment may stand.

use crate::net::{ListenAddress, Target};
use crate::workbench::expanded;

/// Where to listen, as an argument says it.
pub(super) fn listen_address(text: &str) -> Result<ListenAddress, String> {
    let address = expanded(text)?.parse::<ListenAddress>();
    address.map_err(|error| error.to_string())
}

/// Whom to send to, as an argument says it.
pub(super) fn target(text: &str) -> Result<Target, String> {
    let target = expanded(text)?.parse::<Target>();
    target.map_err(|error| error.to_string())
}
