//! One connection of a listener, by whatever layer it speaks.

use std::net::SocketAddr;

use tokio::net::TcpStream;
use tokio::sync::watch;

use super::arrivals::Arrivals;
use super::attended::{Attended, Phase};
use super::beginning::begin;
use super::layer::Layer;
use super::listener_event::{Closed, ListenerNews};
use super::verdict::ConnectionId;
use super::{connection, http_connection};

/// Serves a connection until it ends, and tells how.
pub(super) async fn attend(
    attended: &Attended,
    socket: TcpStream,
    id: ConnectionId,
    peer: SocketAddr,
    mut phase: watch::Receiver<Phase>,
) {
    let stream = match begin(attended, socket, peer, &mut phase).await {
        Ok(stream) => stream,
        Err(why) => {
            let closed = Closed {
                why,
                received: 0,
                bytes_in: 0,
                bytes_out: 0,
                untold: 0,
            };
            attended.tell(Some(id), ListenerNews::Closed(closed));
            return;
        }
    };
    let stream = attended.overheard(id, stream);
    let arrivals = Arrivals::new(attended, id, peer);
    match &attended.settings.layer {
        Layer::Mllp | Layer::MllpRelease2 | Layer::Hllp(_) => {
            connection::serve(attended, stream, arrivals, &mut phase).await;
        }
        Layer::Http(http) => {
            http_connection::serve(attended, http, stream, arrivals, &mut phase).await;
        }
    }
}
