//! The bytes of a connection on which somebody else speaks, with what is to be known of their way.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::stream::Stream;

/// A connection whose bytes are counted.
#[derive(Debug)]
pub(super) struct Metered {
    stream: Stream,
    meter: Arc<Meter>,
}

/// What is known of the bytes of a connection.
#[derive(Debug)]
pub(super) struct Meter(Mutex<Readings>);

/// Bytes are counted from the last [`Meter::begin`] on, but for those of the whole connection.
#[derive(Clone, Debug)]
pub(super) struct Readings {
    /// Of the whole connection.
    pub(super) bytes_in: u64,
    /// Of the whole connection.
    pub(super) bytes_out: u64,
    pub(super) came: u64,
    pub(super) went: u64,
    /// The first bytes that came.
    pub(super) head: Vec<u8>,
    /// How long the head of HTTP was that went first.
    pub(super) head_went: u64,
    /// When a byte last went or came.
    pub(super) last: Instant,
    /// Since when the peer takes nothing that is ready for it.
    pub(super) stalled: Option<Instant>,
    /// Why nothing more can be written.
    pub(super) broken: Option<String>,
    /// Contents whose last byte was given to be written, of the whole connection.
    given: u64,
    /// Those whose last byte was written.
    pub(super) written: u64,
    /// Nothing is read any more.
    is_deaf: bool,
    /// The peer is to see a reset and no end.
    breaks_off: bool,
    /// Bytes are dropped once they cannot be written: what the peer has answered may still be read.
    outlives_writing: bool,
}

/// Bytes of the head that are kept.
const HEAD: usize = 8;

impl Meter {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(Readings {
            bytes_in: 0,
            bytes_out: 0,
            came: 0,
            went: 0,
            head: Vec::new(),
            head_went: 0,
            last: Instant::now(),
            stalled: None,
            broken: None,
            given: 0,
            written: 0,
            is_deaf: false,
            breaks_off: false,
            outlives_writing: false,
        })))
    }

    /// For a sender, which reads an answer that came before all was written; one that is deaf reads nothing.
    pub(super) fn of_sender(is_deaf: bool) -> Arc<Self> {
        let meter = Self::new();
        let mut readings = meter.readings();
        readings.outlives_writing = true;
        readings.is_deaf = is_deaf;
        drop(readings);
        meter
    }

    fn readings(&self) -> MutexGuard<'_, Readings> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn read(&self) -> Readings {
        self.readings().clone()
    }

    /// Counts anew.
    pub(super) fn begin(&self) {
        let mut readings = self.readings();
        readings.came = 0;
        readings.went = 0;
        readings.head.clear();
        readings.head_went = 0;
        readings.last = Instant::now();
    }

    /// The last byte of a content was given to be written.
    pub(super) fn given(&self) {
        self.readings().given += 1;
    }

    /// Lets the peer see a reset when the connection is dropped.
    pub(super) fn break_off(&self) {
        self.readings().breaks_off = true;
    }
}

impl Metered {
    pub(super) fn new(stream: Stream, meter: Arc<Meter>) -> Self {
        Self { stream, meter }
    }

    fn wrote(&self, bytes: &[u8], written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        let mut readings = self.meter.readings();
        match written {
            Poll::Ready(Ok(count)) => {
                if readings.went == 0
                    && let Some(end) = memchr::memmem::find(bytes, b"\r\n\r\n")
                {
                    readings.head_went = end as u64 + 4;
                }
                readings.went += count as u64;
                readings.bytes_out += count as u64;
                readings.last = Instant::now();
                readings.stalled = None;
                Poll::Ready(Ok(count))
            }
            Poll::Ready(Err(error)) => {
                readings.stalled = None;
                readings.broken.get_or_insert(error.to_string());
                if readings.outlives_writing {
                    Poll::Ready(Ok(bytes.len()))
                } else {
                    Poll::Ready(Err(error))
                }
            }
            Poll::Pending => {
                readings.stalled.get_or_insert_with(Instant::now);
                Poll::Pending
            }
        }
    }
}

impl Drop for Metered {
    fn drop(&mut self) {
        if self.meter.readings().breaks_off {
            self.stream.break_off();
        }
    }
}

impl AsyncRead for Metered {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.meter.readings().is_deaf {
            return Poll::Pending;
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        let came = buffer.filled().get(before..).unwrap_or_default();
        if !came.is_empty() {
            let mut readings = self.meter.readings();
            let room = HEAD.saturating_sub(readings.head.len()).min(came.len());
            readings
                .head
                .extend_from_slice(came.get(..room).unwrap_or_default());
            readings.came += came.len() as u64;
            readings.bytes_in += came.len() as u64;
            readings.last = Instant::now();
        }
        match read {
            // TLS that ends without saying so has ended.
            Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Poll::Ready(Ok(()))
            }
            other => other,
        }
    }
}

impl AsyncWrite for Metered {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let is_over = {
            let readings = self.meter.readings();
            readings.outlives_writing && readings.broken.is_some()
        };
        if is_over {
            return Poll::Ready(Ok(bytes.len()));
        }
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.wrote(bytes, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        let mut readings = self.meter.readings();
        match flushed {
            Poll::Ready(Ok(())) => {
                readings.stalled = None;
                if readings.broken.is_none() {
                    readings.written = readings.given;
                }
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Err(error)) => {
                readings.stalled = None;
                readings.broken.get_or_insert(error.to_string());
                if readings.outlives_writing {
                    Poll::Ready(Ok(()))
                } else {
                    Poll::Ready(Err(error))
                }
            }
            Poll::Pending => {
                readings.stalled.get_or_insert_with(Instant::now);
                Poll::Pending
            }
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
