//! The bytes of a connection that is read and written at the same time.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf, split};
use tokio::time::{Instant, timeout};

use super::deframer::Deframer;
use super::frame::FrameEvent;
use super::sender_settings::SenderSettings;
use super::stream::Stream;

/// An open connection, and what is to be written.
pub(super) struct Pipe {
    reading: ReadHalf<Stream>,
    writing: WriteHalf<Stream>,
    deframer: Deframer,
    buffer: Vec<u8>,
    out: VecDeque<Piece>,
    /// A piece was taken as a whole, and is to leave our side.
    is_whole: bool,
    gone: Option<u64>,
    /// When the peer last took a byte, or had none to take.
    took: Instant,
    /// When a byte last came, unless that was told as a pause.
    came_at: Option<Instant>,
    pub(super) came: u64,
    /// Bytes outside of frames since the last answer.
    pub(super) junk: u64,
    /// Why the next frame is not to be trusted.
    pub(super) broken: Option<String>,
}

/// Bytes that are written, and the message that they are, if any.
struct Piece {
    bytes: Bytes,
    written: usize,
    number: Option<u64>,
}

/// Bytes that are read at once.
const CHUNK: usize = 64 * 1024;

impl Pipe {
    pub(super) fn new(stream: Stream, settings: &SenderSettings) -> Self {
        let (reading, writing) = split(stream);
        Self {
            reading,
            writing,
            deframer: Deframer::new(settings.marks.clone(), settings.most_bytes),
            buffer: vec![0; CHUNK],
            out: VecDeque::new(),
            is_whole: false,
            gone: None,
            took: Instant::now(),
            came_at: None,
            came: 0,
            junk: 0,
            broken: None,
        }
    }

    /// Bytes to be written behind those before.
    pub(super) fn put(&mut self, bytes: Bytes, number: Option<u64>) {
        if self.out.is_empty() {
            self.took = Instant::now();
        }
        self.out.push_back(Piece {
            bytes,
            written: 0,
            number,
        });
    }

    /// Writes and reads, whatever can be done first: how much was written, or as an error what reading came to.
    pub(super) async fn turn(&mut self) -> Result<io::Result<usize>, io::Result<usize>> {
        let Self {
            reading,
            writing,
            buffer,
            out,
            is_whole,
            ..
        } = self;
        let write = async {
            match out.front() {
                _ if *is_whole => writing.flush().await.map(|()| 0),
                Some(piece) => {
                    let rest = piece.bytes.get(piece.written..).unwrap_or_default();
                    match writing.write(rest).await {
                        Ok(0) => Err(io::ErrorKind::WriteZero.into()),
                        other => other,
                    }
                }
                None => std::future::pending().await,
            }
        };
        let turn = tokio::select! {
            biased;
            written = write => Ok(written),
            read = reading.read(buffer) => Err(read),
        };
        match &turn {
            Ok(Ok(0)) => {
                self.is_whole = false;
                self.gone = self.out.pop_front().and_then(|piece| piece.number);
            }
            Ok(Ok(count)) => {
                self.took = Instant::now();
                if let Some(piece) = self.out.front_mut() {
                    piece.written += count;
                    self.is_whole = piece.written == piece.bytes.len();
                }
            }
            Err(Ok(count @ 1..)) => {
                self.came += *count as u64;
                self.came_at = Some(Instant::now());
                self.deframer
                    .push(self.buffer.get(..*count).unwrap_or_default());
            }
            Ok(Err(_)) | Err(Ok(_) | Err(_)) => {}
        }
        turn
    }

    /// The message that has left our side since this was last asked, if one has.
    pub(super) fn gone(&mut self) -> Option<u64> {
        self.gone.take()
    }

    /// Takes a message back of which no byte has gone.
    pub(super) fn take_back(&mut self, number: u64) -> bool {
        let is_it = |piece: &Piece| piece.number == Some(number) && piece.written == 0;
        let at = self.out.iter().position(is_it);
        at.is_some_and(|at| self.out.remove(at).is_some())
    }

    /// How many bytes of a message were taken; none where it has gone as a whole.
    pub(super) fn written(&self, number: u64) -> Option<usize> {
        let piece = self.out.iter().find(|piece| piece.number == Some(number));
        piece.map(|piece| piece.written)
    }

    pub(super) fn next_event(&mut self) -> Option<FrameEvent> {
        self.deframer.next_event()
    }

    /// Whether a frame has begun and not ended.
    pub(super) fn is_inside(&self) -> bool {
        self.deframer.is_inside()
    }

    /// When the peer is given up that takes nothing.
    pub(super) fn stalls_at(&self, within: Duration) -> Option<Instant> {
        (!self.out.is_empty()).then(|| self.took + within)
    }

    /// When an end of a frame that has begun counts as one.
    pub(super) fn pauses_at(&self, pause: Duration) -> Option<Instant> {
        self.came_at.map(|at| at + pause)
    }

    pub(super) fn pause(&mut self) {
        self.came_at = None;
        self.deframer.pause();
    }

    /// Nothing more comes.
    pub(super) fn finish(&mut self) {
        self.deframer.finish();
    }

    /// Ends our sending, so that the peer sees an end and no break.
    pub(super) async fn close(mut self) {
        // A peer that is gone needs no end.
        let _ = timeout(Duration::from_secs(1), self.writing.shutdown()).await;
    }
}
