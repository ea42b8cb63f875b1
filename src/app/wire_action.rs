//! What a person can ask of the wire.

use crate::workbench::{StationId, StationPlan, ToSend};

/// Something that is to be done with a listener or sender.
#[derive(Clone, Debug)]
pub(super) enum WireAction {
    /// Describe it otherwise.
    Change(StationId, Box<StationPlan>),
    Listen(StationId),
    Send(StationId, ToSend),
    /// Send what the list of samples shows.
    SendListed(StationId),
    Drain(StationId),
    Stop(StationId),
    Clear(StationId),
    Remove(StationId),
    /// Make samples of the message of an exchange.
    IntoSamples(StationId, u64),
}
