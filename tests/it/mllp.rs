//! What the tests of the wire share: invented messages, a peer made of plain sockets, a listener that is watched.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use pipehat::net::{
    Ack, AckCode, Closing, Decider, Listener, ListenerEvent, ListenerNews, ListenerSettings,
    Verdict, Wire,
};

/// Longer than anything here takes; a test that waits for so long has failed.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// Short enough for a test, long enough for a busy machine.
pub(super) const SHORT: Duration = Duration::from_millis(150);

/// What the tests listen with.
pub(super) fn settings() -> ListenerSettings {
    ListenerSettings {
        pause: SHORT,
        ..ListenerSettings::default()
    }
}

/// The peer writes these pieces and ends its sending; what is answered, what is noted, what is taken.
pub(super) fn check(pieces: &[&[u8]], answers: &[&str], notes: &[&str], taken: &[&str]) {
    check_with(settings(), pieces, answers, notes, taken);
}

pub(super) fn check_with(
    settings: ListenerSettings,
    pieces: &[&[u8]],
    answers: &[&str],
    notes: &[&str],
    taken: &[&str],
) {
    let mut watched = Watched::open(settings);
    let mut peer = watched.connect();
    for piece in pieces {
        peer.send(piece);
    }
    peer.stream.shutdown(Shutdown::Write).unwrap();
    let mut found = Vec::new();
    while let Some(answer) = peer.frame() {
        found.push(msa(&answer));
    }
    assert_eq!(watched.closing(), Closing::Peer);
    assert_eq!(found, answers, "{}", watched.lines().join("\n"));
    assert_eq!(watched.notes(), notes);
    assert_eq!(watched.taken(), taken);
    watched.finish();
}

/// A message with this control id.
pub(super) fn message(id: &str) -> Vec<u8> {
    format!("MSH|^~\\&|LAB|NORTH|HIS|MAIN|20260102030405||ADT^A01^ADT_A01|{id}|P|2.5.1\rPID|1||PATX||Example^Ada\r")
        .into_bytes()
}

/// The message in an MLLP frame.
pub(super) fn framed(content: &[u8]) -> Vec<u8> {
    [b"\x0B", content, b"\x1C\r"].concat()
}

/// A positive verdict.
pub(super) fn accept() -> Verdict {
    Verdict::Ack(Ack::of(AckCode::Accept))
}

/// MSA-1, MSA-2 and MSA-3 of an answer, with `|` between, or why there is none.
pub(super) fn msa(answer: &[u8]) -> String {
    let text = String::from_utf8_lossy(answer);
    let line = text.split('\r').find(|line| line.starts_with("MSA"));
    line.map_or_else(
        || format!("no MSA in {text:?}"),
        |line| line[4..].to_owned(),
    )
}

/// A peer made of a plain socket.
pub(super) struct Peer {
    pub(super) stream: TcpStream,
    unread: Vec<u8>,
}

impl Peer {
    pub(super) fn connect(address: SocketAddr) -> Self {
        Self::of(TcpStream::connect(address).unwrap())
    }

    pub(super) fn of(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            unread: Vec::new(),
        }
    }

    /// What was read and not yet looked at.
    pub(super) fn unread(&mut self) -> &mut Vec<u8> {
        &mut self.unread
    }

    pub(super) fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    /// The content of the next frame; none where the other side closed first.
    pub(super) fn frame(&mut self) -> Option<Vec<u8>> {
        loop {
            if let Some(end) = self.unread.windows(2).position(|two| two == b"\x1C\r") {
                let mut frame: Vec<u8> = self.unread.drain(..end + 2).collect();
                assert_eq!(frame.first(), Some(&0x0B), "{}", frame.escape_ascii());
                frame.truncate(end);
                return Some(frame.split_off(1));
            }
            let mut chunk = [0; 4096];
            let count = self.stream.read(&mut chunk).unwrap();
            if count == 0 {
                assert_eq!(self.unread, b"", "half a frame");
                return None;
            }
            self.unread.extend_from_slice(&chunk[..count]);
        }
    }

    /// MSA of the next answer.
    pub(super) fn msa(&mut self) -> String {
        self.frame()
            .map_or_else(|| String::from("closed"), |frame| msa(&frame))
    }

    /// Reads to the end; a connection that is broken off has ended, too.
    pub(super) fn rest(&mut self) -> Vec<u8> {
        let mut rest = std::mem::take(&mut self.unread);
        match self.stream.read_to_end(&mut rest) {
            Ok(_) => {}
            Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}"),
        }
        rest
    }

    /// Breaks the connection off: the other side sees a reset.
    pub(super) fn reset(self) {
        socket2::SockRef::from(&self.stream)
            .set_linger(Some(Duration::ZERO))
            .unwrap();
    }
}

/// A listener that is watched, with what it took.
pub(super) struct Watched {
    pub(super) wire: Wire,
    pub(super) listener: Listener,
    news: mpsc::Receiver<ListenerEvent>,
    /// What was told so far.
    pub(super) told: Vec<ListenerNews>,
    taken: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Watched {
    /// Accepts everything.
    pub(super) fn open(settings: ListenerSettings) -> Self {
        Self::with(settings, |_| accept())
    }

    /// Keeps each message and then decides by its bytes.
    pub(super) fn with(
        settings: ListenerSettings,
        verdict: impl Fn(&[u8]) -> Verdict + Send + Sync + 'static,
    ) -> Self {
        let taken: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
        let keep = Arc::clone(&taken);
        let decider = Decider::new(move |received, reply| {
            keep.lock().unwrap().push(received.content.to_vec());
            reply.give(verdict(&received.content));
        });
        Self {
            taken,
            ..Self::decided(settings, decider)
        }
    }

    pub(super) fn decided(settings: ListenerSettings, decider: Decider) -> Self {
        let wire = Wire::start().unwrap();
        let (sender, news) = mpsc::channel();
        let tell = move |event| drop(sender.send(event));
        let listener = wire.listen(settings, decider, Arc::new(tell)).unwrap();
        Self {
            wire,
            listener,
            news,
            told: Vec::new(),
            taken: Arc::default(),
        }
    }

    pub(super) fn connect(&self) -> Peer {
        Peer::connect(self.listener.address())
    }

    /// The messages that were taken, by control id.
    pub(super) fn taken(&self) -> Vec<String> {
        let taken = self.taken.lock().unwrap();
        let id = |message: &Vec<u8>| {
            let text = String::from_utf8_lossy(message);
            text.split('|').nth(9).unwrap_or("none").to_owned()
        };
        taken.iter().map(id).collect()
    }

    pub(super) fn taken_bytes(&self) -> Vec<Vec<u8>> {
        self.taken.lock().unwrap().clone()
    }

    /// Waits for news of that kind.
    pub(super) fn wait(
        &mut self,
        what: &str,
        is_it: impl Fn(&ListenerNews) -> bool,
    ) -> ListenerNews {
        let since = Instant::now();
        while let Some(left) = PATIENCE.checked_sub(since.elapsed()) {
            let Ok(event) = self.news.recv_timeout(left) else {
                break;
            };
            self.told.push(event.kind.clone());
            if is_it(&event.kind) {
                return event.kind;
            }
        }
        panic!("{what} never came; there was\n{}", self.lines().join("\n"));
    }

    /// Waits until a connection is closed, and says why.
    pub(super) fn closing(&mut self) -> Closing {
        match self.wait("the end of a connection", |news| {
            matches!(news, ListenerNews::Closed(_))
        }) {
            ListenerNews::Closed(closed) => closed.why,
            other => panic!("{other}"),
        }
    }

    /// Waits until nothing runs any more, and takes what was told by then.
    pub(super) fn wait_until_closed(&mut self) {
        assert!(self.listener.wait_until_closed(PATIENCE), "a task goes on");
        self.told
            .extend(self.news.try_iter().map(|event| event.kind));
    }

    /// What was told, in words.
    pub(super) fn lines(&self) -> Vec<String> {
        self.told.iter().map(ToString::to_string).collect()
    }

    /// What was told of framing and content, by code.
    pub(super) fn notes(&self) -> Vec<&'static str> {
        let note = |news: &ListenerNews| match news {
            ListenerNews::Framing(note) => Some(note.kind.code()),
            ListenerNews::Content(note) => Some(note.code()),
            _ => None,
        };
        self.told.iter().filter_map(note).collect()
    }

    /// Stops it: at once, and with nothing left over.
    pub(super) fn finish(self) {
        let since = Instant::now();
        self.listener.stop();
        assert!(
            self.listener.wait_until_closed(PATIENCE),
            "a task is left over"
        );
        assert!(
            since.elapsed() < Duration::from_secs(2),
            "stopping took {:?}",
            since.elapsed()
        );
        assert_eq!((self.listener.open_tasks(), self.wire.open_tasks()), (0, 0));
        // Where another listener has the port by now, nobody tells of this one any more.
        let is_untold = || loop {
            if let Err(error) = self.news.recv_timeout(PATIENCE) {
                break error == mpsc::RecvTimeoutError::Disconnected;
            }
        };
        let is_closed = TcpStream::connect(self.listener.address()).is_err();
        assert!(is_closed || is_untold(), "the port is still open");
    }
}
