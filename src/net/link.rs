//! One connection of a sender: a message goes out, and its answer is told from everything else that comes.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

use super::ack::{Ack, AckCode};
use super::answer::Answer;
use super::deframer::Deframer;
use super::delivery::{Delivery, GivenBack, NotSent, Unknown};
use super::frame::{Commit, FrameEvent, FrameNote, NoteKind};
use super::going::{Exchanged, Going, Memory, Stage};
use super::layer::{Layer, Opened};
use super::player::Step;
use super::sender_event::{Late, Parting, SenderNews};
use super::sender_settings::SenderSettings;
use super::stream::Stream;
use super::verdict::ConnectionId;
use super::waiting::{Heard, Waiting, expects_application};

/// An open connection to a peer.
pub(super) struct Link {
    pub(super) id: ConnectionId,
    stream: Stream,
    deframer: Deframer,
    /// Bytes that came since the last message went out.
    came: u64,
    /// Those of them that stood outside of frames.
    junk: u64,
    buffer: Vec<u8>,
    /// A fault keeps it from reading.
    is_deaf: bool,
}

/// Bytes that are read at once.
const CHUNK: usize = 64 * 1024;

/// What a wait brings.
enum Came {
    Bytes(io::Result<usize>),
    Elsewhere(Bytes),
    Time,
}

impl Link {
    pub(super) fn new(
        id: ConnectionId,
        stream: Stream,
        settings: &SenderSettings,
        is_deaf: bool,
    ) -> Self {
        Self {
            id,
            stream,
            deframer: Deframer::new(settings.marks.clone(), settings.most_bytes),
            came: 0,
            junk: 0,
            buffer: vec![0; CHUNK],
            is_deaf,
        }
    }

    /// Waits while nothing is under way; returns why the connection ends.
    ///
    /// A second answer is told and changes nothing; anything else that comes now could be mixed up with the
    /// next answer.
    pub(super) async fn rest(&mut self, memory: &Memory, tell: &impl Fn(SenderNews)) -> Parting {
        loop {
            match self.stream.read(&mut self.buffer).await {
                Ok(0) => return Parting::Peer,
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Parting::Peer,
                Err(error) => return Parting::Broken(error.to_string()),
                Ok(count) => {
                    self.deframer
                        .push(self.buffer.get(..count).unwrap_or_default());
                    if let Some(parting) = self.leftovers(memory, tell) {
                        return parting;
                    }
                }
            }
        }
    }

    /// Tells the frames that nobody waits for; why the connection cannot be used any more, if it cannot.
    fn leftovers(&mut self, memory: &Memory, tell: &impl Fn(SenderNews)) -> Option<Parting> {
        let mut parting = None;
        while let Some(event) = self.deframer.next_event() {
            match event {
                FrameEvent::Frame(frame) => {
                    let bytes = frame.content.len() as u64;
                    let late = match Answer::read(&frame.content) {
                        Ok(answer) => memory.late(&answer.control_id, bytes),
                        Err(_) => Late::Unknown { bytes },
                    };
                    if matches!(late, Late::Unknown { .. }) {
                        parting = Some(Parting::Stale);
                    }
                    tell(SenderNews::Late(late));
                }
                FrameEvent::Note(note) => {
                    if matches!(note.kind, NoteKind::Junk { .. }) {
                        parting = Some(Parting::Stale);
                    }
                    tell(SenderNews::Framing(note));
                }
            }
        }
        parting
    }

    /// Whether the connection can carry a message: the peer has neither closed nor sent anything that could be
    /// taken for its answer.
    pub(super) async fn check(
        &mut self,
        memory: &Memory,
        tell: &impl Fn(SenderNews),
    ) -> Result<(), Parting> {
        let parting = tokio::select! {
            biased;
            parting = self.rest(memory, tell) => Some(parting),
            // What is here is read at once; more is not waited for.
            () = std::future::ready(()) => None,
        };
        if let Some(parting) = parting {
            return Err(parting);
        }
        self.deframer.pause();
        if let Some(parting) = self.leftovers(memory, tell) {
            return Err(parting);
        }
        if self.deframer.is_inside() {
            tell(SenderNews::Late(Late::Unknown { bytes: self.came }));
            return Err(Parting::Stale);
        }
        Ok(())
    }

    /// Sends a message and waits for what answers it.
    pub(super) async fn exchange(
        &mut self,
        going: &Going,
        settings: &SenderSettings,
        memory: &mut Memory,
        tell: &impl Fn(SenderNews),
    ) -> Exchanged {
        self.came = 0;
        self.junk = 0;
        let chosen = memory.player.for_message(&going.content);
        let steps = match chosen {
            Some(chosen) => chosen.steps(&going.inner, &settings.marks),
            None => Vec::new(),
        };
        let sent = if steps.is_empty() {
            let written = self.write(&going.framed, settings.write_timeout).await;
            written
                .map(|()| Self::sent(going, memory, tell))
                .map_err(Delivery::NotSent)
        } else {
            self.play(steps, going, settings, memory, tell).await
        };
        if let Err(delivery) = sent {
            let parting = Some(Parting::Spoiled);
            return Exchanged { delivery, parting };
        }
        let is_confirmed = settings.layer == Layer::MllpRelease2;
        if !going.asked.any_answer() && !is_confirmed {
            return Exchanged {
                delivery: Delivery::Unanswered { waited: None },
                parting: None,
            };
        }
        let (delivery, is_clean) = self.wait(going, settings, memory, tell).await;
        // What stands behind the answer in the same bytes is no answer to the next message.
        memory.remember(&going.control_id);
        let parting = self.leftovers(memory, tell);
        let parting = parting.or_else(|| (!is_clean).then_some(Parting::Spoiled));
        Exchanged { delivery, parting }
    }

    fn sent(going: &Going, memory: &mut Memory, tell: &impl Fn(SenderNews)) {
        memory.stage = Stage::Sent;
        tell(SenderNews::Sent {
            number: going.number,
            attempt: going.attempt,
            content: going.content.clone(),
        });
    }

    /// Sends a message as its faults say; what is known where they end the connection.
    async fn play(
        &mut self,
        steps: Vec<Step>,
        going: &Going,
        settings: &SenderSettings,
        memory: &mut Memory,
        tell: &impl Fn(SenderNews),
    ) -> Result<(), Delivery> {
        for step in steps {
            match step {
                Step::Write(bytes) => {
                    let written = self.write(&bytes, settings.write_timeout).await;
                    written.map_err(Delivery::NotSent)?;
                }
                Step::Pause(span) => tokio::time::sleep(span).await,
                Step::Done => Self::sent(going, memory, tell),
                Step::Close | Step::Reset => {
                    if step == Step::Reset {
                        self.stream.break_off();
                    } else {
                        // A peer that is gone needs no end.
                        let _ = self.stream.shutdown().await;
                    }
                    return Err(match memory.stage {
                        Stage::NotSent => Delivery::NotSent(NotSent::Fault),
                        Stage::Sent => Delivery::Unknown(Unknown::Fault),
                    });
                }
            }
        }
        Ok(())
    }

    async fn write(&mut self, framed: &[u8], within: Duration) -> Result<(), NotSent> {
        let of = framed.len();
        let mut written = 0;
        while let Some(rest) = framed.get(written..).filter(|rest| !rest.is_empty()) {
            let broken = |why: String| NotSent::Broken { written, of, why };
            match timeout(within, self.stream.write(rest)).await {
                Ok(Ok(0)) => return Err(broken(String::from("nothing more is taken"))),
                Ok(Ok(count)) => written += count,
                Ok(Err(error)) => return Err(broken(error.to_string())),
                Err(_) => {
                    return Err(NotSent::NotRead {
                        written,
                        of,
                        after: within,
                    });
                }
            }
        }
        match timeout(within, self.stream.flush()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(NotSent::Broken {
                written,
                of,
                why: error.to_string(),
            }),
            Err(_) => Err(NotSent::NotRead {
                written,
                of,
                after: within,
            }),
        }
    }

    /// Waits for the answer; also whether nothing can come after it that is mixed up with another one.
    async fn wait(
        &mut self,
        going: &Going,
        settings: &SenderSettings,
        memory: &mut Memory,
        tell: &impl Fn(SenderNews),
    ) -> (Delivery, bool) {
        let since = Instant::now();
        let mut waiting = Waiting {
            since,
            deadline: since + settings.ack_timeout,
            within: settings.ack_timeout,
            commit: None,
            is_stored: false,
            block: None,
            broken: None,
        };
        let mut last = since;
        let mut is_paused = true;
        let mut is_open = !self.is_deaf;
        loop {
            let pause = Some(last + settings.pause).filter(|_| !is_paused);
            let until = pause.unwrap_or(waiting.deadline).min(waiting.deadline);
            let came = tokio::select! {
                biased;
                read = self.stream.read(&mut self.buffer), if is_open => Came::Bytes(read),
                Some(content) = elsewhere(&mut memory.elsewhere) => Came::Elsewhere(content),
                () = sleep_until(until) => Came::Time,
            };
            let mut end = None;
            match came {
                Came::Bytes(Ok(count @ 1..)) => {
                    last = Instant::now();
                    is_paused = false;
                    self.came += count as u64;
                    self.deframer
                        .push(self.buffer.get(..count).unwrap_or_default());
                }
                Came::Bytes(Ok(_)) => end = Some(Ok(())),
                Came::Bytes(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    end = Some(Ok(()));
                }
                Came::Bytes(Err(error)) => end = Some(Err(error.to_string())),
                Came::Elsewhere(content) => {
                    if let Some(found) = self
                        .judge(&content, going, settings, memory, &mut waiting, tell)
                        .await
                    {
                        return found;
                    }
                    continue;
                }
                Came::Time if Instant::now() < waiting.deadline => {
                    is_paused = true;
                    self.deframer.pause();
                }
                Came::Time => {
                    self.deframer.pause();
                    if let Some(found) =
                        self.look(going, settings, memory, &mut waiting, tell).await
                    {
                        return found;
                    }
                    let heard = self.heard(self.deframer.is_inside());
                    return (waiting.time_out(going.asked, &heard), false);
                }
            }
            let was_inside = self.deframer.is_inside();
            if end.is_some() {
                self.deframer.finish();
            }
            if let Some(found) = self.look(going, settings, memory, &mut waiting, tell).await {
                return (found.0, found.1 && end.is_none());
            }
            match end {
                None => {}
                // The answer may still come by the other port.
                Some(_) if memory.elsewhere.is_some() => is_open = false,
                Some(end) => return (waiting.ended(end, &self.heard(was_inside)), false),
            }
        }
    }

    /// Takes what was found in the bytes.
    async fn look(
        &mut self,
        going: &Going,
        settings: &SenderSettings,
        memory: &mut Memory,
        waiting: &mut Waiting,
        tell: &impl Fn(SenderNews),
    ) -> Option<(Delivery, bool)> {
        while let Some(event) = self.deframer.next_event() {
            match event {
                FrameEvent::Note(note) => {
                    self.note(&note, waiting);
                    let is_too_long = matches!(note.kind, NoteKind::TooLong { .. });
                    let words = note.kind.to_string();
                    tell(SenderNews::Framing(note));
                    if is_too_long {
                        return Some((Delivery::Unknown(Unknown::BrokenFrame(words)), false));
                    }
                }
                FrameEvent::Frame(frame) => {
                    let content = frame.content;
                    let found = self.open(content, going, settings, memory, waiting, tell);
                    if let Some(found) = found.await {
                        return Some(found);
                    }
                }
            }
        }
        None
    }

    fn note(&mut self, note: &FrameNote, waiting: &mut Waiting) {
        match &note.kind {
            NoteKind::Junk { bytes, .. } => self.junk += bytes,
            NoteKind::EndInside { .. } | NoteKind::Discarded { .. } => {
                waiting.broken = Some(note.kind.to_string());
            }
            NoteKind::EndIncomplete { .. }
            | NoteKind::StartTwice
            | NoteKind::EndTwice
            | NoteKind::Empty
            | NoteKind::TooLong { .. }
            | NoteKind::Unfinished { .. } => {}
        }
    }

    /// What a frame of this connection means: a message as it is, or what its layer says beside messages.
    async fn open(
        &mut self,
        content: Vec<u8>,
        going: &Going,
        settings: &SenderSettings,
        memory: &mut Memory,
        waiting: &mut Waiting,
        tell: &impl Fn(SenderNews),
    ) -> Option<(Delivery, bool)> {
        match settings.layer.open(content, &settings.marks) {
            Opened::Message(message) => {
                let found = self
                    .judge(&message, going, settings, memory, waiting, tell)
                    .await;
                if settings.layer == Layer::MllpRelease2 {
                    self.confirm(settings).await;
                }
                found
            }
            Opened::Commit(Commit::Acknowledged) => {
                tell(SenderNews::Committed {
                    number: going.number,
                });
                if !going.asked.any_answer() {
                    return Some((Delivery::Unanswered { waited: None }, true));
                }
                waiting.is_stored = true;
                waiting.within = settings.application_timeout;
                waiting.deadline = Instant::now() + waiting.within;
                None
            }
            Opened::Commit(Commit::Refused) => {
                Some((Delivery::GivenBack(GivenBack::NotStored), true))
            }
            Opened::Refused(refusal) => {
                Some((Delivery::GivenBack(GivenBack::Block(refusal)), true))
            }
            Opened::Broken(error) => {
                let refusal = settings.layer.refusal(&error, &settings.marks);
                // The peer sends its answer again, or the wait ends.
                let _ = self.write(&refusal, settings.write_timeout).await;
                waiting.block = Some(error);
                None
            }
        }
    }

    /// Tells the peer that its answer is here, as MLLP release 2 has it.
    async fn confirm(&mut self, settings: &SenderSettings) {
        if let Ok(framed) = settings.marks.frame(Commit::Acknowledged.content()) {
            // The message is answered whether or not the peer takes this.
            let _ = self.write(&framed, settings.write_timeout).await;
        }
    }

    /// What a frame means for the message; nothing where the wait goes on.
    async fn judge(
        &mut self,
        content: &[u8],
        going: &Going,
        settings: &SenderSettings,
        memory: &mut Memory,
        waiting: &mut Waiting,
        tell: &impl Fn(SenderNews),
    ) -> Option<(Delivery, bool)> {
        let bytes = content.len() as u64;
        let read = Answer::read(content);
        tell(SenderNews::Answered {
            number: going.number,
            code: read.as_ref().ok().map(|answer| answer.code),
            content: Bytes::copy_from_slice(content),
            after: waiting.since.elapsed(),
        });
        if let Some(why) = waiting.broken.take() {
            return Some((Delivery::Unknown(Unknown::BrokenFrame(why)), false));
        }
        let answer = match read {
            Ok(answer) => answer,
            Err(error) => return Some((Delivery::Unknown(Unknown::Unreadable(error)), false)),
        };
        if !going.control_id.is_empty() && answer.control_id != going.control_id {
            let late = memory.late(&answer.control_id, bytes);
            if !matches!(late, Late::Unknown { .. }) {
                tell(SenderNews::Late(late));
                return None;
            }
            if settings.checks_control_id {
                let other = Unknown::OtherControlId {
                    expected: going.control_id.clone(),
                    found: answer.control_id,
                };
                return Some((Delivery::Unknown(other), false));
            }
        }
        if answer.wants_commit && answer.code.application() == answer.code {
            self.commit(content, settings, memory).await;
        }
        if answer.code == AckCode::CommitAccept && expects_application(going.asked) {
            tell(SenderNews::Committed {
                number: going.number,
            });
            waiting.within = settings.application_timeout;
            waiting.deadline = Instant::now() + waiting.within;
            waiting.commit = Some(answer);
            return None;
        }
        let delivery = if settings.accepted.contains(&answer.code) {
            let is_commit_only = answer.code.is_commit();
            Delivery::Accepted {
                answer,
                is_commit_only,
            }
        } else {
            Delivery::Refused(answer)
        };
        Some((delivery, true))
    }

    /// Tells the peer that its application acknowledgment is here, as it asked.
    async fn commit(&mut self, content: &[u8], settings: &SenderSettings, memory: &mut Memory) {
        let fresh = memory.stamper.next(std::time::SystemTime::now());
        let ack = Ack::of(AckCode::CommitAccept).answer(content, fresh);
        let Ok(inner) = settings.layer.wrap(&ack, &settings.marks) else {
            return;
        };
        if let Ok(framed) = settings.marks.frame(&inner) {
            // The message is answered whether or not the peer takes this.
            let _ = self.write(&framed, settings.write_timeout).await;
        }
    }

    fn heard(&self, is_inside: bool) -> Heard {
        Heard {
            is_inside,
            frame: self.came.saturating_sub(self.junk),
            junk: self.junk,
        }
    }

    /// Ends our sending, so that the peer sees an end and no break.
    pub(super) async fn close(mut self) {
        // A peer that is gone needs no end.
        let _ = timeout(Duration::from_secs(1), self.stream.shutdown()).await;
    }
}

/// Answers of the other port, where there is one.
async fn elsewhere(answers: &mut Option<mpsc::UnboundedReceiver<Bytes>>) -> Option<Bytes> {
    match answers {
        Some(answers) => answers.recv().await,
        None => std::future::pending().await,
    }
}
