//! What the connections of one listener share.

use std::sync::Arc;
use std::time::SystemTime;

use super::decider::Decider;
use super::duplicates::Duplicates;
use super::http_mask::Mask;
use super::listener_event::{ListenerEvent, ListenerNews, Tell};
use super::listener_settings::ListenerSettings;
use super::player::Player;
use super::stamps::Stamps;
use super::stream::Stream;
use super::verdict::ConnectionId;

/// What the connections of a listener share.
pub(super) struct Attended {
    pub(super) settings: ListenerSettings,
    pub(super) decider: Decider,
    pub(super) tell: Tell<ListenerEvent>,
    pub(super) stamps: Arc<Stamps>,
    pub(super) duplicates: Option<Arc<Duplicates>>,
    pub(super) player: Arc<Player>,
}

impl Attended {
    pub(super) fn tell(&self, connection: Option<ConnectionId>, kind: ListenerNews) {
        (self.tell)(ListenerEvent {
            time: SystemTime::now(),
            connection,
            kind,
        });
    }

    /// The stream, with each piece of it told where that is asked for.
    pub(super) fn overheard(&self, id: ConnectionId, stream: Stream) -> Stream {
        if !self.settings.tells_bytes {
            return stream;
        }
        let tell = Arc::clone(&self.tell);
        let mut mask = Mask::of(&self.settings.layer);
        stream.tapped(move |bytes| {
            tell(ListenerEvent {
                time: SystemTime::now(),
                connection: Some(id),
                kind: ListenerNews::Bytes(mask.hide(bytes)),
            });
        })
    }
}

/// How far a listener is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Open,
    /// What was received is answered, then it ends.
    Draining,
    /// It ends at once.
    Stopped,
}
