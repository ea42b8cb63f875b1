//! The bytes of a connection, in the clear or in TLS, and who listens in.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsStream;

use super::words::Bytes as Counted;

/// Bytes that went over a connection in one piece, as its socket gave or took them; within TLS, what TLS carries.
#[derive(Clone)]
pub struct WireBytes {
    /// Which way.
    pub direction: Direction,
    /// Bytes of the connection that went this way before.
    pub at: u64,
    /// The bytes.
    pub bytes: Bytes,
}

/// Which way bytes went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// They came from the peer.
    In,
    /// They went to the peer.
    Out,
}

/// Sizes and places only.
impl fmt::Debug for WireBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WireBytes")
            .field("direction", &self.direction)
            .field("at", &self.at)
            .field("bytes", &self.bytes.len())
            .finish()
    }
}

impl fmt::Display for WireBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = Counted(self.bytes.len() as u64);
        match self.direction {
            Direction::In => write!(f, "{bytes} came"),
            Direction::Out => write!(f, "{bytes} went"),
        }
    }
}

/// Hears each piece as it goes.
struct Tap {
    hear: Box<dyn FnMut(WireBytes) + Send>,
    came: u64,
    went: u64,
}

impl Tap {
    fn hear(&mut self, direction: Direction, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let count = match direction {
            Direction::In => &mut self.came,
            Direction::Out => &mut self.went,
        };
        let at = *count;
        *count += bytes.len() as u64;
        (self.hear)(WireBytes {
            direction,
            at,
            bytes: Bytes::copy_from_slice(bytes),
        });
    }
}

/// An open connection.
pub(super) struct Stream {
    carrier: Carrier,
    tap: Option<Tap>,
}

enum Carrier {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Stream {
    pub(super) fn plain(socket: TcpStream) -> Self {
        Self {
            carrier: Carrier::Plain(socket),
            tap: None,
        }
    }

    pub(super) fn tls(stream: impl Into<TlsStream<TcpStream>>) -> Self {
        Self {
            carrier: Carrier::Tls(Box::new(stream.into())),
            tap: None,
        }
    }

    /// The same, and each piece that it gives or takes from now on is told.
    pub(super) fn tapped(mut self, hear: impl FnMut(WireBytes) + Send + 'static) -> Self {
        self.tap = Some(Tap {
            hear: Box::new(hear),
            came: 0,
            went: 0,
        });
        self
    }

    fn socket(&self) -> &TcpStream {
        match &self.carrier {
            Carrier::Plain(socket) => socket,
            Carrier::Tls(stream) => stream.get_ref().0,
        }
    }

    /// Breaks the connection off when it is dropped: the peer sees a reset and no end.
    pub(super) fn break_off(&self) {
        // A socket that is gone already is broken off well enough.
        let _ = SockRef::from(self.socket()).set_linger(Some(Duration::ZERO));
    }
}

/// Whether somebody listens in.
impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream")
            .field("is_tapped", &self.tap.is_some())
            .finish_non_exhaustive()
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Self { carrier, tap } = self.get_mut();
        let before = buffer.filled().len();
        let read = match carrier {
            Carrier::Plain(socket) => Pin::new(socket).poll_read(cx, buffer),
            Carrier::Tls(stream) => Pin::new(stream.as_mut()).poll_read(cx, buffer),
        };
        if let (Some(tap), Poll::Ready(Ok(()))) = (tap, &read) {
            tap.hear(
                Direction::In,
                buffer.filled().get(before..).unwrap_or_default(),
            );
        }
        read
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Self { carrier, tap } = self.get_mut();
        let written = match carrier {
            Carrier::Plain(socket) => Pin::new(socket).poll_write(cx, bytes),
            Carrier::Tls(stream) => Pin::new(stream.as_mut()).poll_write(cx, bytes),
        };
        if let (Some(tap), Poll::Ready(Ok(count))) = (tap, &written) {
            tap.hear(Direction::Out, bytes.get(..*count).unwrap_or_default());
        }
        written
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().carrier {
            Carrier::Plain(socket) => Pin::new(socket).poll_flush(cx),
            Carrier::Tls(stream) => Pin::new(stream.as_mut()).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().carrier {
            Carrier::Plain(socket) => Pin::new(socket).poll_shutdown(cx),
            Carrier::Tls(stream) => Pin::new(stream.as_mut()).poll_shutdown(cx),
        }
    }
}
