//! One connection of a sender: a message goes out, and its answer is told from everything else that comes.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, sleep_until, timeout};

use super::answer::Answer;
use super::deframer::Deframer;
use super::delivery::{Delivery, GivenBack, NotSent, Unknown};
use super::exchange::{Exchange, Found, Teller, elsewhere};
use super::frame::{Commit, FrameEvent, FrameNote, NoteKind};
use super::going::{Exchanged, Memory, Stage};
use super::layer::{Layer, Opened};
use super::player::Step;
use super::sender_event::{Late, Parting, SenderNews};
use super::sender_settings::SenderSettings;
use super::stream::Stream;
use super::waiting::{Heard, Waiting};

/// An open connection to a peer.
pub(super) struct Link {
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
    pub(super) fn new(stream: Stream, settings: &SenderSettings, is_deaf: bool) -> Self {
        Self {
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
    pub(super) async fn rest(&mut self, memory: &Memory, tell: Teller<'_>) -> Parting {
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
    fn leftovers(&mut self, memory: &Memory, tell: Teller<'_>) -> Option<Parting> {
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
    pub(super) async fn check(&mut self, memory: &Memory, tell: Teller<'_>) -> Result<(), Parting> {
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
    pub(super) async fn exchange(&mut self, mut of: Exchange<'_>) -> Exchanged {
        self.came = 0;
        self.junk = 0;
        let settings = of.settings;
        let chosen = of.memory.player.for_message(&of.going.content);
        let steps = match chosen {
            Some(chosen) => chosen.steps(&of.going.inner, &settings.marks),
            None => Vec::new(),
        };
        let sent = if steps.is_empty() {
            let written = self.write(&of.going.framed, settings.write_timeout).await;
            written.map(|()| of.sent()).map_err(Delivery::NotSent)
        } else {
            self.play(steps, &mut of).await
        };
        if let Err(delivery) = sent {
            let parting = Some(Parting::Spoiled);
            return Exchanged { delivery, parting };
        }
        let is_confirmed = settings.layer == Layer::MllpRelease2;
        if !of.going.asked.any_answer() && !is_confirmed {
            return Exchanged {
                delivery: Delivery::Unanswered { waited: None },
                parting: None,
            };
        }
        let found = self.wait(&mut of).await;
        // What stands behind the answer in the same bytes is no answer to the next message.
        of.memory.remember(&of.going.control_id);
        let parting = self.leftovers(of.memory, of.tell);
        let parting = parting.or_else(|| (!found.is_clean).then_some(Parting::Spoiled));
        Exchanged {
            delivery: found.delivery,
            parting,
        }
    }

    /// Sends a message as its faults say; what is known where they end the connection.
    async fn play(&mut self, steps: Vec<Step>, of: &mut Exchange<'_>) -> Result<(), Delivery> {
        for step in steps {
            match step {
                Step::Write(bytes) => {
                    let written = self.write(&bytes, of.settings.write_timeout).await;
                    written.map_err(Delivery::NotSent)?;
                }
                Step::Pause(span) => tokio::time::sleep(span).await,
                Step::Done => of.sent(),
                Step::Close | Step::Reset => {
                    if step == Step::Reset {
                        self.stream.break_off();
                    } else {
                        // A peer that is gone needs no end.
                        let _ = self.stream.shutdown().await;
                    }
                    return Err(match of.memory.stage {
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

    /// Waits for the answer.
    async fn wait(&mut self, of: &mut Exchange<'_>) -> Found {
        let settings = of.settings;
        of.waiting = Waiting::for_at_most(settings.ack_timeout);
        let mut last = of.waiting.since;
        let mut is_paused = true;
        let mut is_open = !self.is_deaf;
        loop {
            let pause = Some(last + settings.pause).filter(|_| !is_paused);
            let until = pause
                .unwrap_or(of.waiting.deadline)
                .min(of.waiting.deadline);
            let came = tokio::select! {
                biased;
                read = self.stream.read(&mut self.buffer), if is_open => Came::Bytes(read),
                Some(content) = elsewhere(&mut of.memory.elsewhere) => Came::Elsewhere(content),
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
                    if let Some(found) = self.judge(&content, of).await {
                        return found;
                    }
                    continue;
                }
                Came::Time if Instant::now() < of.waiting.deadline => {
                    is_paused = true;
                    self.deframer.pause();
                }
                Came::Time => {
                    self.deframer.pause();
                    if let Some(found) = self.look(of).await {
                        return found;
                    }
                    let heard = self.heard(self.deframer.is_inside());
                    return Found::spoiled(of.waiting.time_out(of.going.asked, &heard));
                }
            }
            let was_inside = self.deframer.is_inside();
            if end.is_some() {
                self.deframer.finish();
            }
            if let Some(mut found) = self.look(of).await {
                found.is_clean &= end.is_none();
                return found;
            }
            match end {
                None => {}
                // The answer may still come by the other port.
                Some(_) if of.memory.elsewhere.is_some() => is_open = false,
                Some(end) => {
                    return Found::spoiled(of.waiting.ended(end, &self.heard(was_inside)));
                }
            }
        }
    }

    /// Takes what was found in the bytes.
    async fn look(&mut self, of: &mut Exchange<'_>) -> Option<Found> {
        while let Some(event) = self.deframer.next_event() {
            match event {
                FrameEvent::Note(note) => {
                    self.note(&note, of);
                    let is_too_long = matches!(note.kind, NoteKind::TooLong { .. });
                    let words = note.kind.to_string();
                    (of.tell)(SenderNews::Framing(note));
                    if is_too_long {
                        let broken = Unknown::BrokenFrame(words);
                        return Some(Found::spoiled(Delivery::Unknown(broken)));
                    }
                }
                FrameEvent::Frame(frame) => {
                    if let Some(found) = self.open(frame.content, of).await {
                        return Some(found);
                    }
                }
            }
        }
        None
    }

    fn note(&mut self, note: &FrameNote, of: &mut Exchange<'_>) {
        match &note.kind {
            NoteKind::Junk { bytes, .. } => self.junk += bytes,
            NoteKind::EndInside { .. } | NoteKind::Discarded { .. } => {
                of.waiting.broken = Some(note.kind.to_string());
            }
            NoteKind::EndIncomplete { .. }
            | NoteKind::StartTwice
            | NoteKind::EndTwice
            | NoteKind::Empty
            | NoteKind::TooLong { .. }
            | NoteKind::Unfinished { .. }
            | NoteKind::InBody => {}
        }
    }

    /// What a frame of this connection means: a message as it is, or what its layer says beside messages.
    async fn open(&mut self, content: Vec<u8>, of: &mut Exchange<'_>) -> Option<Found> {
        let settings = of.settings;
        match settings.layer.open(content, &settings.marks) {
            Opened::Message(message) => {
                let found = self.judge(&message, of).await;
                if settings.layer == Layer::MllpRelease2 {
                    self.put(Commit::Acknowledged.content(), settings).await;
                }
                found
            }
            Opened::Commit(Commit::Acknowledged) => {
                of.committed();
                of.waiting.is_stored = true;
                let is_over = !of.going.asked.any_answer();
                is_over.then(|| Found::clean(Delivery::Unanswered { waited: None }))
            }
            Opened::Commit(Commit::Refused) => {
                Some(Found::clean(Delivery::GivenBack(GivenBack::NotStored)))
            }
            Opened::Refused(refusal) => {
                let given_back = GivenBack::Block(refusal);
                Some(Found::clean(Delivery::GivenBack(given_back)))
            }
            Opened::Broken(error) => {
                let refusal = settings.layer.refusal(&error, &settings.marks);
                // The peer sends its answer again, or the wait ends.
                let _ = self.write(&refusal, settings.write_timeout).await;
                of.waiting.block = Some(error);
                None
            }
        }
    }

    /// What a message means for the one that waits; nothing where the wait goes on.
    async fn judge(&mut self, content: &[u8], of: &mut Exchange<'_>) -> Option<Found> {
        let judged = of.judge(content);
        if judged.owes_commit {
            let commit = of.commit(content);
            if let Ok(inner) = of.settings.layer.wrap(&commit, &of.settings.marks) {
                self.put(&inner, of.settings).await;
            }
        }
        judged.found
    }

    /// Sends a content in a frame; the message is answered whether or not the peer takes it.
    async fn put(&mut self, content: &[u8], settings: &SenderSettings) {
        if let Ok(framed) = settings.marks.frame(content) {
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
