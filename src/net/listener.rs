//! A port that takes messages.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::attended::{Attended, Phase};
use super::attending::attend;
use super::decider::Decider;
use super::duplicates::Duplicates;
use super::faults::{FaultError, FaultSide};
use super::layer::Layer;
use super::listener_event::{ListenerEvent, ListenerNews, Tell, TurnedAway};
use super::listener_settings::{DuplicateRule, ListenerSettings};
use super::player::{Faults, Player};
use super::stamps::Stamps;
use super::tally::Tally;
use super::verdict::ConnectionId;

/// An open port. When it is dropped, the port and its connections close.
#[derive(Debug)]
pub struct Listener {
    address: SocketAddr,
    phase: watch::Sender<Phase>,
    open: Arc<Tally>,
    player: Arc<Player>,
    layer: Layer,
}

/// Why a port could not be opened, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Somebody else has it.
    #[error(
        "port {} of {} is taken by another program: end that program or choose another port (on Linux `ss -ltnp` names it)",
        .0.port(), .0.ip()
    )]
    Taken(SocketAddr),
    /// Low ports need a right.
    #[error(
        "port {} may be opened only by privileged programs: choose one from 1024 on, or give this program the right (on Linux `setcap cap_net_bind_service=+ep`)",
        .0.port()
    )]
    Privileged(SocketAddr),
    /// The address is another machine's.
    #[error("this machine has no address {}: 127.0.0.1 serves this machine only, 0.0.0.0 all its networks", .0.ip())]
    NotHere(SocketAddr),
    /// Anything else.
    #[error("{0} cannot be listened on: {1}")]
    Other(SocketAddr, io::Error),
    /// A fault that the layer cannot have.
    #[error("{0}")]
    Fault(#[from] FaultError),
    /// A sender cannot have several messages under way.
    #[error("several messages cannot be under way at once here: {0}")]
    Window(&'static str),
    /// The threads of the wire have ended.
    #[error("the wire has ended")]
    Ended,
}

impl ListenError {
    fn of(address: SocketAddr, error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::AddrInUse => Self::Taken(address),
            io::ErrorKind::PermissionDenied => Self::Privileged(address),
            io::ErrorKind::AddrNotAvailable => Self::NotHere(address),
            _ => Self::Other(address, error),
        }
    }
}

/// Connections that the system holds until they are taken.
const BACKLOG: i32 = 1024;

/// How long to wait where no connection can be taken: descriptors may be short for a moment.
const RETRY: Duration = Duration::from_millis(100);

impl Listener {
    /// Opens the port, within the runtime that serves it.
    pub(super) fn open(
        settings: ListenerSettings,
        decider: Decider,
        tell: Tell<ListenerEvent>,
        stamps: Arc<Stamps>,
        all: &Arc<Tally>,
    ) -> Result<Self, ListenError> {
        settings.faults.fit(&settings.layer)?;
        let asked = settings.address;
        let layer = settings.layer.clone();
        let socket = bind(asked).map_err(|error| ListenError::of(asked, error))?;
        let address = socket
            .local_addr()
            .map_err(|error| ListenError::of(asked, error))?;
        let (phase, watched) = watch::channel(Phase::Open);
        let open: Arc<Tally> = Arc::default();
        let duplicates = match settings.duplicates {
            DuplicateRule::Accept => None,
            DuplicateRule::AnswerAgain { remembered } => Some(Duplicates::new(remembered)),
        };
        for content in &settings.accepted_before {
            if let Some(duplicates) = &duplicates {
                duplicates.know(content);
            }
        }
        let player = Player::new(&settings.faults, FaultSide::Listener);
        let own_player = Arc::clone(&player);
        let attended = Attended {
            settings,
            decider,
            tell,
            stamps,
            duplicates,
            player,
        };
        attended.tell(None, ListenerNews::Listening(address));
        let tallies = [Arc::clone(&open), Arc::clone(all)];
        let present = Tally::enter(&[&tallies[0], &tallies[1]]);
        tokio::spawn(async move {
            accept(socket, Arc::new(attended), watched, tallies).await;
            drop(present);
        });
        Ok(Self {
            address,
            phase,
            open,
            player: own_player,
            layer,
        })
    }

    /// Where it listens; with the port that was free, where port 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Has other faults from now on, also on connections that are open.
    ///
    /// # Errors
    ///
    /// One that its layer cannot have; it goes on with those that it had.
    pub fn set_faults(&self, faults: &Faults) -> Result<(), FaultError> {
        faults.fit(&self.layer)?;
        self.player.set(faults);
        Ok(())
    }

    /// Ends everything at once, whatever it is about to do.
    pub fn stop(&self) {
        self.phase.send_replace(Phase::Stopped);
    }

    /// Takes no more connections, and ends each one when what it has received is answered.
    pub fn drain(&self) {
        self.phase.send_if_modified(|phase| {
            let is_open = *phase == Phase::Open;
            if is_open {
                *phase = Phase::Draining;
            }
            is_open
        });
    }

    /// Its tasks that have not ended: one for the port, one a connection.
    pub fn open_tasks(&self) -> usize {
        self.open.count()
    }

    /// Waits until all its tasks have ended; false where one still runs after that time.
    pub fn wait_until_closed(&self, at_most: Duration) -> bool {
        self.open.wait_until_empty(at_most)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop();
    }
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    // On Windows it would let a second program take the same port.
    #[cfg(not(windows))]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    TcpListener::from_std(socket.into())
}

async fn accept(
    socket: TcpListener,
    attended: Arc<Attended>,
    mut phase: watch::Receiver<Phase>,
    tallies: [Arc<Tally>; 2],
) {
    let connections: Arc<Tally> = Arc::default();
    let mut next: ConnectionId = 0;
    loop {
        let accepted = tokio::select! {
            // A sender that is gone means that the listener was dropped.
            _ = phase.changed() => break,
            accepted = socket.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                attended.tell(None, ListenerNews::AcceptFailed(error.to_string()));
                tokio::select! {
                    _ = phase.changed() => break,
                    () = tokio::time::sleep(RETRY) => continue,
                }
            }
        };
        next += 1;
        let most = attended.settings.most_connections;
        let turned_away = if !attended.settings.admits(peer.ip()) {
            Some(TurnedAway::Rule)
        } else if connections.count() >= most {
            Some(TurnedAway::Full { most })
        } else {
            None
        };
        if let Some(why) = turned_away {
            attended.tell(Some(next), ListenerNews::TurnedAway(peer, why));
            continue;
        }
        attended.tell(Some(next), ListenerNews::Connected(peer));
        prepare(&stream, attended.settings.keep_alive);
        let present = Tally::enter(&[&connections, &tallies[0], &tallies[1]]);
        let (attended, phase) = (Arc::clone(&attended), phase.clone());
        tokio::spawn(async move {
            attend(&attended, stream, next, peer, phase).await;
            // Who waits for the end of all tasks finds all that they held given back.
            drop(attended);
            drop(present);
        });
    }
    drop(socket);
    attended.tell(None, ListenerNews::Stopped);
}

/// Sends small answers at once, and finds peers that are gone without a word.
pub(super) fn prepare(stream: &TcpStream, keep_alive: Option<Duration>) {
    // A system that refuses either still carries messages.
    let _ = stream.set_nodelay(true);
    if let Some(after) = keep_alive {
        let ask = TcpKeepalive::new().with_time(after).with_interval(after);
        let _ = SockRef::from(stream).set_tcp_keepalive(&ask);
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};
    use std::time::Duration;

    use super::ListenError;

    #[test]
    fn a_silent_connection_is_asked_after() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let stream = tokio::net::TcpStream::connect(port.local_addr().unwrap())
                .await
                .unwrap();
            super::prepare(&stream, Some(Duration::from_secs(7)));
            let socket = socket2::SockRef::from(&stream);
            assert!(socket.keepalive().unwrap() && stream.nodelay().unwrap());
            assert_eq!(socket.tcp_keepalive_time().unwrap(), Duration::from_secs(7));
        });
    }

    #[test]
    fn a_port_that_cannot_be_opened_is_told_with_a_way_out() {
        for (kind, expect) in [
            (
                ErrorKind::AddrInUse,
                "port 104 of 10.0.0.1 is taken by another program: end that program or choose another port",
            ),
            (
                ErrorKind::PermissionDenied,
                "port 104 may be opened only by privileged programs: choose one from 1024 on",
            ),
            (
                ErrorKind::AddrNotAvailable,
                "this machine has no address 10.0.0.1: 127.0.0.1 serves this machine only",
            ),
            (
                ErrorKind::OutOfMemory,
                "10.0.0.1:104 cannot be listened on: out of memory",
            ),
        ] {
            let error = ListenError::of("10.0.0.1:104".parse().unwrap(), Error::from(kind));
            assert!(error.to_string().starts_with(expect), "{error}");
        }
    }
}
