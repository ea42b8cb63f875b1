//! What comes before the first byte of a message.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::attended::{Attended, Phase};
use super::faults::Fault;
use super::listener_event::Closing;
use super::stream::Stream;
use super::tls::{self, TlsServer};

/// For agreeing on TLS.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Has the faults that are those of a whole connection, and agrees on TLS.
pub(super) async fn begin(
    attended: &Attended,
    socket: TcpStream,
    peer: SocketAddr,
    phase: &mut watch::Receiver<Phase>,
) -> Result<Stream, Closing> {
    let chosen = attended.player.for_connection();
    if chosen.has(Fault::Drop) {
        return Err(Closing::Fault);
    }
    if let Some(rule) = chosen.rule(Fault::NeverRead) {
        tokio::select! {
            () = tokio::time::sleep(rule.span()) => return Err(Closing::Fault),
            _ = phase.wait_for(|phase| *phase == Phase::Stopped) => return Err(Closing::Stopped),
        }
    }
    let Some(TlsServer(config)) = &attended.settings.tls else {
        return Ok(Stream::plain(socket));
    };
    let handshake = TlsAcceptor::from(Arc::clone(config)).accept(socket);
    tokio::select! {
        agreed = timeout(HANDSHAKE, handshake) => match agreed {
            Ok(Ok(stream)) => Ok(Stream::tls(stream)),
            Ok(Err(error)) => Err(Closing::Handshake(tls::told(&error, &peer.to_string()))),
            Err(_) => Err(Closing::Handshake(format!("{peer} did not finish the TLS handshake in time"))),
        },
        _ = phase.wait_for(|phase| *phase == Phase::Stopped) => Err(Closing::Stopped),
    }
}
