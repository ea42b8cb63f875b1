//! A sender's task that has several messages under way on one connection, each found again by its control id.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::task::Poll;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::answer::Answer;
use super::delivery::{Delivery, NotSent, Unknown};
use super::exchange::{Exchange, elsewhere};
use super::flight::Flight;
use super::frame::{FrameEvent, NoteKind};
use super::going::Stage;
use super::pipe::Pipe;
use super::running::{Request, Running, is_stopped};
use super::sender_event::{Late, Parting, SenderNews};
use super::sender_settings::AfterFailure;
use super::waiting::Heard;
use super::words::Span;

struct Window {
    running: Running,
    pipe: Option<Pipe>,
    /// On the wire, in the order in which they went.
    flights: Vec<Flight>,
    /// To be sent.
    queue: VecDeque<Flight>,
    /// The connection takes nothing more, and ends when all that is under way is over.
    is_spoiled: bool,
    /// Nothing more is given.
    is_finishing: bool,
}

/// What happens next.
enum Event {
    Stop,
    Request(Option<Request>),
    /// The ticket of a message was used, or dropped.
    Ticket(u64, bool),
    Wrote(io::Result<usize>),
    Read(io::Result<usize>),
    Elsewhere(Bytes),
    Time,
}

/// Sends what comes until nothing more may come, or until it is stopped.
pub(super) async fn serve(running: Running, mut requests: mpsc::Receiver<Request>) {
    let mut window = Window {
        running,
        pipe: None,
        flights: Vec::new(),
        queue: VecDeque::new(),
        is_spoiled: false,
        is_finishing: false,
    };
    while window.fill().await {
        let event = window.event(&mut requests).await;
        if matches!(event, Event::Stop) {
            break;
        }
        window.take(event).await;
    }
    window.end().await;
    requests.close();
    while let Ok(request) = requests.try_recv() {
        window.running.number += 1;
        let (number, cancelled) = (window.running.number, NotSent::Cancelled);
        let delivery = Delivery::NotSent(cancelled);
        window
            .running
            .over(&request, number, delivery, <_>::default());
    }
    window.running.tell(SenderNews::Stopped);
}

impl Window {
    /// Puts on the wire what there is room for; false when all is over.
    async fn fill(&mut self) -> bool {
        loop {
            if *self.running.stopped.borrow() {
                return false;
            }
            if self.is_spoiled && self.flights.is_empty() {
                self.part(Parting::Spoiled).await;
            }
            let has_room = self.flights.len() < self.running.settings.window && !self.is_spoiled;
            let goes = self.queue.front().is_some_and(|next| self.may_go(next));
            if !has_room || !goes {
                let is_over = self.flights.is_empty() && self.queue.is_empty();
                if self.is_finishing && is_over {
                    self.part(Parting::Done).await;
                    return false;
                }
                return true;
            }
            if self.pipe.is_none() && !self.connect().await {
                continue;
            }
            if let (Some(pipe), Some(mut flight)) = (&mut self.pipe, self.queue.pop_front()) {
                flight.going.attempt += 1;
                flight.stage = Stage::NotSent;
                pipe.put(flight.going.framed.clone(), Some(flight.going.number));
                self.flights.push(flight);
            }
        }
    }

    /// Whether its answer could be told from those to the messages under way.
    fn may_go(&self, next: &Flight) -> bool {
        let id = &next.going.control_id;
        let is_other = |flight: &Flight| {
            let other = &flight.going.control_id;
            !other.is_empty() && other != id
        };
        let is_time = next.not_before.is_none_or(|at| at <= Instant::now());
        is_time && self.flights.iter().all(is_other) && (!id.is_empty() || self.flights.is_empty())
    }

    /// Connects for the next message; false where something else is to be done first.
    async fn connect(&mut self) -> bool {
        let Some(next) = self.queue.front_mut() else {
            return false;
        };
        let mut stopped = self.running.stopped.clone();
        let made = tokio::select! {
            biased;
            () = is_stopped(&mut stopped) => return false,
            () = next.called_back() => None,
            made = self.running.connect() => Some(made),
        };
        match made {
            Some(Ok(made)) => {
                self.pipe = Some(Pipe::new(made.stream, &self.running.settings));
                true
            }
            not_made => {
                if let Some(mut flight) = self.queue.pop_front() {
                    flight.has_ticket = false;
                    let why = match not_made {
                        Some(Err(why)) => why,
                        Some(Ok(_)) | None => NotSent::Cancelled,
                    };
                    self.finish(flight, Delivery::NotSent(why));
                }
                false
            }
        }
    }

    async fn event(&mut self, requests: &mut mpsc::Receiver<Request>) -> Event {
        let until = self.next_time();
        let held = self.flights.len() + self.queue.len();
        let takes = !self.is_finishing && held < self.running.settings.window;
        let mut stopped = self.running.stopped.clone();
        let flights = self.flights.iter_mut().chain(&mut self.queue);
        let mut flights: Vec<&mut Flight> = flights.filter(|flight| flight.has_ticket).collect();
        let ticket = std::future::poll_fn(|cx| {
            for flight in &mut flights {
                let cancel = std::pin::Pin::new(&mut flight.request.cancel);
                if let Poll::Ready(used) = cancel.poll(cx) {
                    return Poll::Ready((flight.going.number, used.is_ok()));
                }
            }
            Poll::Pending
        });
        let time = async {
            match until {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        let turn = async {
            match &mut self.pipe {
                Some(pipe) => pipe.turn().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = is_stopped(&mut stopped) => Event::Stop,
            (number, is_used) = ticket => Event::Ticket(number, is_used),
            turn = turn => match turn {
                Ok(wrote) => Event::Wrote(wrote),
                Err(read) => Event::Read(read),
            },
            Some(content) = elsewhere(&mut self.running.memory.elsewhere) => Event::Elsewhere(content),
            request = requests.recv(), if takes => Event::Request(request),
            () = time => Event::Time,
        }
    }

    /// When something is to be done though nothing happens.
    fn next_time(&self) -> Option<Instant> {
        let settings = &self.running.settings;
        let sent = self.flights.iter();
        let sent = sent.filter(|flight| flight.stage == Stage::Sent);
        let deadline = sent.map(|flight| flight.waiting.deadline).min();
        let again = self.queue.front().and_then(|next| next.not_before);
        let pipe = self.pipe.as_ref();
        let stalled = pipe.and_then(|pipe| pipe.stalls_at(settings.write_timeout));
        let pause = pipe.and_then(|pipe| pipe.pauses_at(settings.pause));
        [deadline, again, stalled, pause]
            .into_iter()
            .flatten()
            .min()
    }

    async fn take(&mut self, event: Event) {
        match event {
            Event::Stop => {}
            Event::Request(Some(request)) => self.give(request),
            Event::Request(None) => self.is_finishing = true,
            Event::Ticket(number, is_used) => self.ticket(number, is_used),
            Event::Wrote(Ok(_)) => self.wrote(),
            Event::Read(Ok(0)) => self.broken(Ok(())).await,
            Event::Read(Ok(_)) => self.look().await,
            Event::Read(Err(error)) if error.kind() == ErrorKind::UnexpectedEof => {
                self.broken(Ok(())).await;
            }
            Event::Wrote(Err(error)) | Event::Read(Err(error)) => {
                self.broken(Err(error.to_string())).await;
            }
            Event::Elsewhere(content) => self.answered(&content),
            Event::Time => self.time().await,
        }
    }

    fn give(&mut self, request: Request) {
        self.running.number += 1;
        let number = self.running.number;
        let stops = self.running.settings.after_failure == AfterFailure::Stop;
        let going = if self.running.has_failed && stops {
            Err(NotSent::Stopped)
        } else {
            self.running.going(number, &request.content)
        };
        match going {
            Ok(going) => self.queue.push_back(Flight::new(request, going)),
            Err(why) => {
                let delivery = Delivery::NotSent(why);
                self.running
                    .over(&request, number, delivery, <_>::default());
            }
        }
    }

    fn ticket(&mut self, number: u64, is_used: bool) {
        let is_it = |flight: &Flight| flight.going.number == number;
        let flights = self.flights.iter_mut().chain(&mut self.queue);
        for flight in flights.filter(|flight| is_it(flight)) {
            flight.has_ticket = false;
        }
        if !is_used {
            return;
        }
        if let Some(at) = self.queue.iter().position(is_it) {
            if let Some(flight) = self.queue.remove(at) {
                self.finish(flight, Delivery::NotSent(NotSent::Cancelled));
            }
        } else if let Some(at) = self.flights.iter().position(is_it) {
            let flight = self.flights.remove(at);
            // What has begun to go goes on, for others come behind it.
            let is_kept = self
                .pipe
                .as_mut()
                .is_some_and(|pipe| pipe.take_back(number));
            let delivery = if is_kept {
                Delivery::NotSent(NotSent::Cancelled)
            } else {
                Delivery::Unknown(Unknown::Cancelled)
            };
            self.running.memory.remember(&flight.going.control_id);
            self.over(&flight, delivery);
        }
    }

    /// Tells what has gone as a whole.
    fn wrote(&mut self) {
        let Some(number) = self.pipe.as_mut().and_then(Pipe::gone) else {
            return;
        };
        let Some(at) = self
            .flights
            .iter()
            .position(|flight| flight.going.number == number)
        else {
            return;
        };
        let tell = self.running.teller();
        let (settings, memory) = (&self.running.settings, &mut self.running.memory);
        if let Some(flight) = self.flights.get_mut(at) {
            let mut exchange = Exchange::new(&flight.going, settings, memory, &tell);
            exchange.sent();
            flight.waiting = exchange.waiting;
            flight.stage = Stage::Sent;
            if flight.going.asked.any_answer() {
                return;
            }
        }
        let flight = self.flights.remove(at);
        self.finish(flight, Delivery::Unanswered { waited: None });
    }

    /// Takes what was found in the bytes.
    async fn look(&mut self) {
        while let Some(event) = self.pipe.as_mut().and_then(Pipe::next_event) {
            let note = match event {
                FrameEvent::Frame(frame) => {
                    self.answered(&frame.content);
                    continue;
                }
                FrameEvent::Note(note) => note,
            };
            let words = note.kind.to_string();
            let kind = note.kind.clone();
            self.running.tell(SenderNews::Framing(note));
            match kind {
                NoteKind::Junk { bytes, .. } => {
                    self.is_spoiled |= self.flights.is_empty();
                    if let Some(pipe) = &mut self.pipe {
                        pipe.junk += bytes;
                    }
                }
                NoteKind::EndInside { .. } | NoteKind::Discarded { .. } => {
                    if let Some(pipe) = &mut self.pipe {
                        pipe.broken = Some(words);
                    }
                }
                NoteKind::TooLong { .. } => self.broken(Err(words)).await,
                NoteKind::EndIncomplete { .. }
                | NoteKind::StartTwice
                | NoteKind::EndTwice
                | NoteKind::Empty
                | NoteKind::Unfinished { .. }
                | NoteKind::InBody => {}
            }
        }
    }

    /// Finds the message that a content answers.
    fn answered(&mut self, content: &[u8]) {
        let id = Answer::read(content).map(|answer| answer.control_id);
        let id = id.unwrap_or_default();
        let is_it = |flight: &Flight| !id.is_empty() && flight.going.control_id == id;
        let found = self.flights.iter().position(is_it);
        // What is alone is answered by whatever comes, which is then judged.
        let found = found.or_else(|| (self.flights.len() == 1).then_some(0));
        let Some(at) = found.filter(|at| *at < self.flights.len()) else {
            let late = self.running.memory.late(&id, content.len() as u64);
            self.is_spoiled |= self.flights.is_empty() && matches!(late, Late::Unknown { .. });
            return self.running.tell(SenderNews::Late(late));
        };
        let tell = self.running.teller();
        let (settings, memory) = (&self.running.settings, &mut self.running.memory);
        let Some(flight) = self.flights.get_mut(at) else {
            return;
        };
        let mut exchange = Exchange::new(&flight.going, settings, memory, &tell);
        std::mem::swap(&mut exchange.waiting, &mut flight.waiting);
        if let Some(pipe) = &mut self.pipe {
            exchange.waiting.broken = pipe.broken.take();
            pipe.junk = 0;
        }
        let judged = exchange.judge(content);
        let commit = judged.owes_commit.then(|| exchange.commit(content));
        flight.waiting = exchange.waiting;
        let commit = commit.and_then(|commit| settings.marks.frame(&commit).ok());
        if let (Some(pipe), Some(framed)) = (&mut self.pipe, commit) {
            pipe.put(Bytes::from(framed), None);
        }
        if let Some(found) = judged.found {
            let flight = self.flights.remove(at);
            self.is_spoiled |= !found.is_clean;
            self.finish(flight, found.delivery);
        }
    }

    /// What was not done in time is given up.
    async fn time(&mut self) {
        let now = Instant::now();
        let (pause, within) = (
            self.running.settings.pause,
            self.running.settings.write_timeout,
        );
        if let Some(pipe) = &mut self.pipe {
            if pipe.pauses_at(pause).is_some_and(|at| at <= now) {
                pipe.pause();
                self.look().await;
            } else if pipe.stalls_at(within).is_some_and(|at| at <= now) {
                let why = format!("the peer read nothing for {}", Span(within));
                return self.broken(Err(why)).await;
            }
        }
        let is_late =
            |flight: &Flight| flight.stage == Stage::Sent && flight.waiting.deadline <= now;
        while let Some(at) = self.flights.iter().position(is_late) {
            let heard = self.heard();
            let flight = self.flights.remove(at);
            let delivery = flight.waiting.time_out(flight.going.asked, &heard);
            // A late answer to it is not to be that to the same message, sent again.
            self.is_spoiled |= !delivery.is_success();
            self.finish(flight, delivery);
        }
    }

    /// What came of an answer that nobody knows whose it is, unless only one message waits.
    fn heard(&self) -> Heard {
        let pipe = self.pipe.as_ref().filter(|_| self.flights.len() == 1);
        Heard {
            is_inside: pipe.is_some_and(Pipe::is_inside),
            frame: pipe.map_or(0, |pipe| pipe.came.saturating_sub(pipe.junk)),
            junk: pipe.map_or(0, |pipe| pipe.junk),
        }
    }

    /// The connection is gone: of each message under way it is told what is known.
    async fn broken(&mut self, end: Result<(), String>) {
        let heard = self.heard();
        if let Some(pipe) = &mut self.pipe {
            pipe.finish();
        }
        while let Some(FrameEvent::Frame(frame)) = self.pipe.as_mut().and_then(Pipe::next_event) {
            self.answered(&frame.content);
        }
        let why = end
            .clone()
            .err()
            .unwrap_or_else(|| String::from("the peer closed"));
        let has_elsewhere = self.running.memory.elsewhere.is_some();
        let pipe = self.pipe.take();
        let mut unsent = Vec::new();
        for flight in std::mem::take(&mut self.flights) {
            let of = flight.going.framed.len();
            let left = pipe
                .as_ref()
                .and_then(|pipe| pipe.written(flight.going.number));
            match (left, flight.stage) {
                (None, Stage::Sent) if has_elsewhere => self.flights.push(flight),
                (None, _) => {
                    let delivery = flight.waiting.ended(end.clone(), &heard);
                    self.finish(flight, delivery);
                }
                (Some(0), _) if !flight.came_back => unsent.push(flight),
                (Some(written), _) => {
                    let why = why.clone();
                    let broken = NotSent::Broken { written, of, why };
                    self.finish(flight, Delivery::NotSent(broken));
                }
            }
        }
        for mut flight in unsent.into_iter().rev() {
            flight.came_back = true;
            flight.going.attempt -= 1;
            self.queue.push_front(flight);
        }
        self.is_spoiled = false;
        self.running.parted(match end {
            Ok(()) => Parting::Peer,
            Err(why) => Parting::Broken(why),
        });
        if let Some(pipe) = pipe {
            pipe.close().await;
        }
    }

    /// A message is over, or goes again.
    fn finish(&mut self, mut flight: Flight, delivery: Delivery) {
        let settings = &self.running.settings;
        self.running.memory.remember(&flight.going.control_id);
        if flight.going.attempt <= settings.resend.times && self.running.goes_again(&delivery) {
            let (number, pause) = (flight.going.number, settings.resend.pause);
            self.running.tell(SenderNews::Resending {
                number,
                pause,
                because: delivery,
            });
            flight.not_before = Some(Instant::now() + pause);
            return self.queue.push_front(flight);
        }
        self.over(&flight, delivery);
    }

    fn over(&mut self, flight: &Flight, delivery: Delivery) {
        let (number, attempts) = (flight.going.number, flight.going.attempt);
        let took = (attempts, flight.since.elapsed());
        self.running.over(&flight.request, number, delivery, took);
    }

    async fn part(&mut self, why: Parting) {
        self.is_spoiled = false;
        self.running.parted(why);
        if let Some(pipe) = self.pipe.take() {
            pipe.close().await;
        }
    }

    /// It was stopped: how far each message was says what is known.
    async fn end(&mut self) {
        let flights = std::mem::take(&mut self.flights);
        let pipe = self.pipe.as_ref();
        let mut over = Vec::new();
        for flight in flights {
            let written = pipe.and_then(|pipe| pipe.written(flight.going.number));
            let is_sent = written.is_none() || flight.stage == Stage::Sent;
            over.push((flight, is_sent));
        }
        self.part(Parting::Stopped).await;
        over.extend(self.queue.drain(..).map(|flight| (flight, false)));
        for (flight, is_sent) in over {
            let delivery = if is_sent {
                Delivery::Unknown(Unknown::Cancelled)
            } else {
                Delivery::NotSent(NotSent::Cancelled)
            };
            self.over(&flight, delivery);
        }
    }
}
