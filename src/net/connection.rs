//! One connection of a listener that takes frames, from its first byte to its last.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

use super::ack::{Ack, AckCode};
use super::answering::{Outgoing, Play};
use super::arrivals::{Arrivals, Undecided, Waiting};
use super::attended::{Attended, Phase};
use super::deframer::Deframer;
use super::frame::{FrameEvent, FrameNote, Looks, NoteKind};
use super::header::Header;
use super::intake::ContentNote;
use super::layer::Opened;
use super::listener_event::{Answered, Closed, Closing, ListenerNews, NotDelivered};
use super::player::Step;
use super::stamps::Stamper;
use super::stream::Stream;
use super::verdict::Verdict;

/// Bytes that are read at once.
const CHUNK: usize = 64 * 1024;

/// Notes on framing that are told of one connection; more are counted, since a peer can make one with
/// each byte.
const MOST_NOTES: u64 = 100;

/// How long a connection that is closed with bytes unread is kept, so that the peer can read its last
/// answer: a socket closed over unread bytes takes back what it has sent.
const LINGER: Duration = Duration::from_secs(1);

struct Connection<'a> {
    attended: &'a Attended,
    arrivals: Arrivals<'a>,
    stream: Stream,
    deframer: Deframer,
    undecided: VecDeque<Undecided>,
    /// Bytes of the messages in `undecided`.
    held_bytes: usize,
    outgoing: Outgoing,
    stamper: Stamper,
    bytes_in: u64,
    bytes_out: u64,
    notes: u64,
    /// Nothing more is read, and when all is answered it ends.
    ending: Option<Closing>,
}

/// What a connection waits for.
enum Turn {
    Phase,
    Decided(Verdict),
    Read(io::Result<usize>),
    Time,
}

/// Serves a connection until it ends, and tells how.
pub(super) async fn serve(
    attended: &Attended,
    stream: Stream,
    arrivals: Arrivals<'_>,
    phase: &mut watch::Receiver<Phase>,
) {
    let settings = &attended.settings;
    let mut connection = Connection {
        attended,
        arrivals,
        stream,
        deframer: Deframer::new(settings.marks.clone(), settings.most_bytes),
        undecided: VecDeque::new(),
        held_bytes: 0,
        outgoing: Outgoing::new(settings, attended.player.clone()),
        stamper: attended.stamps.stamper(),
        bytes_in: 0,
        bytes_out: 0,
        notes: 0,
        ending: None,
    };
    let why = connection.serve(phase).await;
    connection.close(why);
}

impl Connection<'_> {
    async fn serve(&mut self, phase: &mut watch::Receiver<Phase>) -> Closing {
        let mut buffer = vec![0; CHUNK];
        let mut last = Instant::now();
        let mut is_paused = true;
        loop {
            if let Err(why) = self.answer(phase).await {
                return why;
            }
            let now = *phase.borrow_and_update();
            match (&self.ending, now) {
                (_, Phase::Stopped) => return Closing::Stopped,
                (Some(why), _) if self.undecided.is_empty() => {
                    let why = why.clone();
                    self.linger(phase, &mut buffer, &why).await;
                    return why;
                }
                (None, Phase::Draining)
                    if self.undecided.is_empty() && !self.deframer.is_inside() =>
                {
                    return Closing::Stopped;
                }
                (_, Phase::Open | Phase::Draining) => {}
            }
            let settings = &self.attended.settings;
            let pause = Some(last + settings.pause).filter(|_| !is_paused);
            let idle = settings.idle_timeout.filter(|_| self.undecided.is_empty());
            let idle = idle.map(|after| last + after);
            let deadline = [pause, idle].into_iter().flatten().min();
            match self.turn(phase, &mut buffer, deadline).await {
                Turn::Phase => {}
                Turn::Decided(verdict) => {
                    if let Some(first) = self.undecided.front_mut() {
                        first.waiting = Waiting::Over(verdict);
                    }
                    last = Instant::now();
                }
                Turn::Read(Ok(count @ 1..)) => {
                    last = Instant::now();
                    is_paused = false;
                    self.take(buffer.get(..count).unwrap_or_default());
                }
                Turn::Read(Ok(_)) => self.end(),
                Turn::Read(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    self.end();
                }
                Turn::Read(Err(error)) => return Closing::Reset(error.to_string()),
                Turn::Time if pause.is_some_and(|at| at <= Instant::now()) => {
                    is_paused = true;
                    self.deframer.pause();
                    self.look();
                }
                Turn::Time => {
                    let after = self.attended.settings.idle_timeout.unwrap_or_default();
                    self.ending = Some(Closing::Idle(after));
                }
            }
        }
    }

    async fn turn(
        &mut self,
        phase: &mut watch::Receiver<Phase>,
        buffer: &mut [u8],
        deadline: Option<Instant>,
    ) -> Turn {
        let settings = &self.attended.settings;
        let may_read = self.ending.is_none()
            && self.undecided.len() < settings.most_undecided
            && self.held_bytes <= settings.most_bytes;
        let first = self.undecided.front_mut();
        let decided = async {
            match first {
                Some(first) => first.waiting.verdict().await,
                None => std::future::pending().await,
            }
        };
        let time = async {
            match deadline {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            // A sender that is gone means that the listener was dropped, which stops it first.
            _ = phase.changed() => Turn::Phase,
            verdict = decided => Turn::Decided(verdict),
            read = self.stream.read(buffer), if may_read => Turn::Read(read),
            () = time => Turn::Time,
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        let is_first = self.bytes_in == 0;
        self.bytes_in += bytes.len() as u64;
        self.deframer.push(bytes);
        // A client that speaks another protocol waits for an answer: it is told at its first words.
        if is_first && matches!(Looks::of(bytes), Looks::Http | Looks::Tls) {
            self.deframer.pause();
        }
        self.look();
    }

    /// The peer sends no more; what it has sent is answered still.
    fn end(&mut self) {
        self.deframer.finish();
        self.look();
        self.ending.get_or_insert(Closing::Peer);
    }

    /// Takes what was found in the bytes.
    fn look(&mut self) {
        while let Some(event) = self.deframer.next_event() {
            if self.ending.is_some() {
                continue;
            }
            match event {
                FrameEvent::Frame(frame) => self.take_frame(frame.content),
                FrameEvent::Note(note) => self.take_note(note),
            }
        }
    }

    fn take_note(&mut self, note: FrameNote) {
        let mut refused = None;
        match &note.kind {
            NoteKind::Junk {
                looks: Looks::Http, ..
            } => self.ending = Some(Closing::Http),
            NoteKind::Junk {
                looks: Looks::Tls, ..
            } => self.ending = Some(Closing::Tls),
            NoteKind::TooLong { limit, head } => {
                self.ending = Some(Closing::TooLong(*limit));
                refused = Some((head.clone(), note.kind.to_string()));
            }
            NoteKind::Junk { .. }
            | NoteKind::EndIncomplete { .. }
            | NoteKind::EndInside { .. }
            | NoteKind::Discarded { .. }
            | NoteKind::StartTwice
            | NoteKind::EndTwice
            | NoteKind::Empty
            | NoteKind::Unfinished { .. }
            | NoteKind::InBody => {}
        }
        self.notes += 1;
        if self.notes <= MOST_NOTES {
            self.tell(ListenerNews::Framing(note));
        }
        if let Some((head, words)) = refused
            && Header::read(&head).is_some()
        {
            let ack = Ack::because(AckCode::CommitReject, words);
            self.undecided.push_back(self.arrivals.refuse(head, ack));
        }
    }

    fn take_frame(&mut self, content: Vec<u8>) {
        let settings = &self.attended.settings;
        let content = match settings.layer.open(content, &settings.marks) {
            Opened::Message(message) => message,
            Opened::Commit(commit) => {
                return self.tell(ListenerNews::Content(ContentNote::Commit(commit)));
            }
            Opened::Refused(_) => {
                return self.tell(ListenerNews::Content(ContentNote::BlockRefused));
            }
            Opened::Broken(error) => {
                self.outgoing
                    .add_raw(&settings.layer.refusal(&error, &settings.marks));
                return self.tell(ListenerNews::Content(ContentNote::Block(error)));
            }
        };
        for undecided in self.arrivals.take(content) {
            self.held_bytes += undecided.due.content.len();
            self.undecided.push_back(undecided);
        }
    }

    /// Sends the answers to all that is decided, in the order in which the messages came.
    async fn answer(&mut self, phase: &mut watch::Receiver<Phase>) -> Result<(), Closing> {
        while let Some(first) = self.undecided.front_mut() {
            let Some(verdict) = first.waiting.now() else {
                break;
            };
            let Some(Undecided { due, .. }) = self.undecided.pop_front() else {
                break;
            };
            self.held_bytes = self.held_bytes.saturating_sub(due.content.len());
            for news in self.outgoing.add(&due, &verdict, &mut self.stamper) {
                self.tell(news);
            }
        }
        self.write(phase).await
    }

    async fn write(&mut self, phase: &mut watch::Receiver<Phase>) -> Result<(), Closing> {
        let (bytes, answers) = self.outgoing.take();
        if !bytes.is_empty() {
            let written = self.put(&bytes, phase).await;
            for answered in answers {
                self.tell_of(answered, written.as_ref().err().map(|(why, _)| why));
            }
            written.map_err(|(_, closing)| closing)?;
        }
        for Play { steps, answered } in self.outgoing.take_plays() {
            self.play(steps, answered, phase).await?;
        }
        Ok(())
    }

    /// Tells that an answer is with the peer, or why it is not.
    fn tell_of(&self, mut answered: Answered, lost: Option<&NotDelivered>) {
        self.tell(match lost {
            None => {
                answered.after_end = self.ending == Some(Closing::Peer);
                ListenerNews::Answered(answered)
            }
            Some(why) => {
                let (number, why) = (answered.number, why.clone());
                ListenerNews::NotDelivered { number, why }
            }
        });
    }

    /// Sends an answer as its faults say.
    async fn play(
        &mut self,
        steps: Vec<Step>,
        answered: Option<Answered>,
        phase: &mut watch::Receiver<Phase>,
    ) -> Result<(), Closing> {
        let mut waiting = answered;
        for step in steps {
            let failed = match step {
                Step::Write(bytes) => self.put(&bytes, phase).await.err(),
                Step::Pause(span) => tokio::select! {
                    () = tokio::time::sleep(span) => None,
                    _ = phase.wait_for(|phase| *phase == Phase::Stopped) => {
                        Some((NotDelivered::Stopped, Closing::Stopped))
                    }
                },
                Step::Done => {
                    if let Some(answered) = waiting.take() {
                        self.tell_of(answered, None);
                    }
                    None
                }
                Step::Close => {
                    // A peer that is gone needs no end.
                    let _ = self.stream.shutdown().await;
                    Some((NotDelivered::Fault, Closing::Fault))
                }
                Step::Reset => {
                    self.stream.break_off();
                    Some((NotDelivered::Fault, Closing::Fault))
                }
            };
            if let Some((why, closing)) = failed {
                if let Some(answered) = waiting {
                    self.tell_of(answered, Some(&why));
                }
                return Err(closing);
            }
        }
        Ok(())
    }

    async fn put(
        &mut self,
        bytes: &[u8],
        phase: &mut watch::Receiver<Phase>,
    ) -> Result<(), (NotDelivered, Closing)> {
        let within = self.attended.settings.write_timeout;
        let written = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        tokio::select! {
            written = timeout(within, written) => match written {
                Ok(Ok(())) => {
                    self.bytes_out += bytes.len() as u64;
                    Ok(())
                }
                Ok(Err(error)) => {
                    let why = error.to_string();
                    Err((NotDelivered::Gone(why.clone()), Closing::Reset(why)))
                }
                Err(_) => Err((NotDelivered::NotRead(within), Closing::NotRead(within))),
            },
            _ = phase.wait_for(|phase| *phase == Phase::Stopped) => {
                Err((NotDelivered::Stopped, Closing::Stopped))
            }
        }
    }

    /// Ends our sending, and reads what the peer still sends for a moment.
    async fn linger(
        &mut self,
        phase: &mut watch::Receiver<Phase>,
        buffer: &mut [u8],
        why: &Closing,
    ) {
        let is_over = matches!(why, Closing::Peer | Closing::Idle(_));
        let stream = &mut self.stream;
        let rest = async {
            // A peer that is gone needs no end.
            let _ = stream.shutdown().await;
            while !is_over && matches!(stream.read(buffer).await, Ok(1..)) {}
        };
        tokio::select! {
            _ = timeout(LINGER, rest) => {}
            _ = phase.wait_for(|phase| *phase == Phase::Stopped) => {}
        }
    }

    /// Tells what was lost, and the end.
    fn close(&mut self, why: Closing) {
        let lost = why.loses();
        for undecided in std::mem::take(&mut self.undecided) {
            let number = undecided.due.number;
            self.tell(ListenerNews::NotDelivered {
                number,
                why: lost.clone(),
            });
        }
        self.tell(ListenerNews::Closed(Closed {
            why,
            received: self.arrivals.received(),
            bytes_in: self.bytes_in,
            bytes_out: self.bytes_out,
            untold: self.notes.saturating_sub(MOST_NOTES),
        }));
    }

    fn tell(&self, kind: ListenerNews) {
        self.arrivals.tell(kind);
    }
}
