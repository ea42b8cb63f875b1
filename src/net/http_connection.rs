//! One connection of a listener that takes HTTP, from its first byte to its last.

use std::collections::VecDeque;
use std::error::Error as _;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Incoming};
use hyper::header::{
    ACCEPT_ENCODING, ALLOW, CONNECTION, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE,
};
use hyper::server::conn::http1::{Builder, Connection};
use hyper::service::{HttpService, service_fn};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::watch;
use tokio::time::{Instant, Sleep, sleep, timeout};

use super::acks::Acks;
use super::arrivals::{Arrivals, Undecided};
use super::attended::{Attended, Phase};
use super::faults::Fault;
use super::frame::{FrameNote, Looks, NoteKind};
use super::http::{Http, content_type_of};
use super::http_request::{Admitted, read_body, status};
use super::intake::ContentNote;
use super::listener_event::{Answered, Closed, Closing, ListenerNews};
use super::meter::{Meter, Metered};
use super::paced::{After, Broken, Paced};
use super::player::{Chosen, Step};
use super::request_note::RequestNote;
use super::stamps::Stamper;
use super::stream::Stream;

/// Notes on requests that are told of one connection; more are counted.
const MOST_NOTES: u64 = 100;

/// How long a connection that is closed with bytes unread is kept, so that the peer can read its last answer.
const LINGER: Duration = Duration::from_secs(1);

/// How long a request waits whose answer a fault keeps back.
const HELD: Duration = Duration::from_mins(1);

struct Serving<'a> {
    attended: &'a Attended,
    http: &'a Http,
    meter: Arc<Meter>,
    state: Mutex<State<'a>>,
}

struct State<'a> {
    arrivals: Arrivals<'a>,
    acks: Acks,
    stamper: Stamper,
    /// Messages of the request that is looked at, of whose answers nothing is told yet.
    open: Vec<u64>,
    /// It is known what the request asks; what is waited for now is not the peer.
    is_busy: bool,
    /// Answers that were given to be written, the oldest first.
    parcels: VecDeque<Parcel>,
    /// Those that were written.
    written: u64,
    notes: u64,
    /// Why it ends when hyper has ended it.
    ending: Option<Closing>,
}

/// What an answer of HTTP tells the peer, and what is done when it is written.
struct Parcel {
    answered: Vec<Answered>,
    after: After,
}

/// What the verdicts about a request's messages come to.
#[derive(Default)]
struct Reply {
    body: Vec<u8>,
    answered: Vec<Answered>,
    chosen: Option<Chosen>,
    is_held: bool,
}

/// What a connection came to.
enum Turn {
    Over(hyper::Result<()>),
    Time(Closing),
    Fault(After),
}

/// Serves a connection until it ends, and tells how.
pub(super) async fn serve(
    attended: &Attended,
    http: &Http,
    stream: Stream,
    arrivals: Arrivals<'_>,
    phase: &mut watch::Receiver<Phase>,
) {
    let serving = Serving {
        attended,
        http,
        meter: Meter::new(),
        state: Mutex::new(State {
            arrivals,
            acks: Acks::of_one_answer(attended.settings.batch_answer),
            stamper: attended.stamps.stamper(),
            open: Vec::new(),
            is_busy: false,
            parcels: VecDeque::new(),
            written: 0,
            notes: 0,
            ending: None,
        }),
    };
    let why = serving.drive(stream, phase).await;
    serving.close(why);
}

impl<'a> Serving<'a> {
    fn state(&self) -> MutexGuard<'_, State<'a>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn drive(&self, stream: Stream, phase: &mut watch::Receiver<Phase>) -> Closing {
        let io = TokioIo::new(Metered::new(stream, Arc::clone(&self.meter)));
        let service = service_fn(|request| Box::pin(self.answer(request)));
        let mut connection = Builder::new()
            .half_close(true)
            .serve_connection(io, service);
        let mut timer = Box::pin(sleep(Duration::ZERO));
        let mut is_draining = false;
        let result = loop {
            match *phase.borrow_and_update() {
                Phase::Stopped => return Closing::Stopped,
                Phase::Draining if !is_draining => {
                    Pin::new(&mut connection).graceful_shutdown();
                    is_draining = true;
                }
                Phase::Draining | Phase::Open => {}
            }
            let turn = std::future::poll_fn(|cx| self.turn(&mut connection, &mut timer, cx));
            let turn = tokio::select! {
                biased;
                // A sender that is gone means that the listener was dropped, which stops it first.
                _ = phase.changed() => continue,
                turn = turn => turn,
            };
            match turn {
                Turn::Over(result) => break result,
                Turn::Time(why) => return why,
                Turn::Fault(after) => {
                    if after == After::Reset {
                        self.meter.break_off();
                    }
                    return Closing::Fault;
                }
            }
        };
        let ending = self.state().ending.take();
        let (why, is_over) = match (result, ending) {
            (Ok(()), Some(why)) => (why, false),
            (Ok(()), None) if is_draining => (Closing::Stopped, true),
            (Ok(()), None) => (Closing::Peer, true),
            (Err(error), ending) => self.failed(&error, ending),
        };
        if !matches!(why, Closing::Fault | Closing::Reset(_)) {
            linger(connection.into_parts().io.into_inner(), is_over, phase).await;
        }
        why
    }

    /// Lets hyper go on, and looks what that came to.
    fn turn<S>(
        &self,
        connection: &mut Connection<TokioIo<Metered>, S>,
        timer: &mut Pin<Box<Sleep>>,
        cx: &mut Context<'_>,
    ) -> Poll<Turn>
    where
        S: HttpService<Incoming, ResBody = Paced, Error = Broken> + Unpin,
        S::Future: Unpin,
    {
        let polled = connection.poll_without_shutdown(cx);
        if let Some(after) = self.tell_written() {
            return Poll::Ready(Turn::Fault(after));
        }
        if let Poll::Ready(result) = polled {
            return Poll::Ready(Turn::Over(result));
        }
        let Some((at, why)) = self.deadline() else {
            return Poll::Pending;
        };
        timer.as_mut().reset(at);
        timer.as_mut().poll(cx).map(|()| Turn::Time(why))
    }

    /// When the connection is given up, where nothing more happens, and why.
    fn deadline(&self) -> Option<(Instant, Closing)> {
        let settings = &self.attended.settings;
        let readings = self.meter.read();
        if let Some(since) = readings.stalled {
            let within = settings.write_timeout;
            return Some((since + within, Closing::NotRead(within)));
        }
        let after = settings.idle_timeout?;
        let state = self.state();
        let is_idle = !state.is_busy && state.parcels.is_empty();
        is_idle.then(|| (readings.last + after, Closing::Idle(after)))
    }

    /// Tells the answers that are with the peer; what a fault does behind one of them.
    fn tell_written(&self) -> Option<After> {
        let written = self.meter.read().written;
        let mut state = self.state();
        while state.written < written {
            state.written += 1;
            let parcel = state.parcels.pop_front()?;
            for answered in parcel.answered {
                state.arrivals.tell(ListenerNews::Answered(answered));
            }
            if parcel.after != After::Nothing {
                return Some(parcel.after);
            }
        }
        None
    }

    /// Why hyper could not go on, and whether the peer has ended, too.
    fn failed(&self, error: &hyper::Error, ending: Option<Closing>) -> (Closing, bool) {
        if error.is_user() {
            return (Closing::Fault, true);
        }
        let head = self.meter.read().head;
        if error.is_parse() {
            let what = match Looks::of(&head) {
                Looks::Tls => return (Closing::Tls, false),
                _ if head.starts_with(self.attended.settings.marks.start()) => {
                    String::from("speaks MLLP")
                }
                Looks::Hl7 => String::from("sends HL7 without a request"),
                Looks::Http | Looks::Unknown if error.is_parse_version_h2() => {
                    String::from("speaks HTTP/2")
                }
                Looks::Http | Looks::Unknown => format!("speaks no HTTP/1.1 ({error})"),
            };
            return (Closing::NotHttp(what), false);
        }
        if error.is_incomplete_message() {
            // What it was is told where it was missed, but for the head of a request.
            if ending.is_none() {
                self.note(RequestNote::Unfinished { bytes: 0 });
            }
            return (Closing::Peer, true);
        }
        let why = error
            .source()
            .map_or(error.to_string(), ToString::to_string);
        match ending {
            Some(ending) => (ending, true),
            None => (Closing::Reset(why), true),
        }
    }

    fn note(&self, note: RequestNote) {
        let mut state = self.state();
        state.notes += 1;
        if state.notes <= MOST_NOTES {
            let note = ContentNote::Request(note);
            state.arrivals.tell(ListenerNews::Content(note));
        }
    }

    /// Takes the message of a request, and answers it.
    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Paced>, Broken> {
        // Behind an answer with which a fault ends the connection, nothing is taken.
        let ends = |parcel: &Parcel| parcel.after != After::Nothing;
        if self.state().parcels.iter().any(ends) {
            return Err(Broken);
        }
        let (head, body) = request.into_parts();
        let limit = self.attended.settings.most_bytes;
        let admitted = match Admitted::of(&head, self.http, limit) {
            Ok(admitted) => admitted,
            Err(note) => {
                let is_unread = !body.is_end_stream();
                return Ok(self.refuse(note, is_unread));
            }
        };
        let content = match read_body(body, limit).await {
            Ok(body) => match admitted.unpacked(body, limit) {
                Ok(content) => content,
                Err(note) => return Ok(self.refuse(note, false)),
            },
            Err(note) => {
                let is_unread = note != RequestNote::Empty;
                return Ok(self.refuse(note, is_unread));
            }
        };
        let reply = self.decided(self.take(content, &admitted)).await;
        self.respond(reply, &admitted).await
    }

    /// Gives the messages of a body to whoever decides.
    fn take(&self, content: Vec<u8>, admitted: &Admitted) -> Vec<Undecided> {
        let unframed = self.attended.settings.marks.unframed(&content);
        let content = match unframed.map(<[u8]>::to_vec) {
            Some(inner) => {
                let (at, kind) = (0, NoteKind::InBody);
                let note = ListenerNews::Framing(FrameNote { at, kind });
                self.state().arrivals.tell(note);
                inner
            }
            None => content,
        };
        if let Some(note) = admitted.charset_note(&content) {
            self.note(note);
        }
        let mut state = self.state();
        state.is_busy = true;
        let undecided = state.arrivals.take(content);
        state.open = undecided.iter().map(|one| one.due.number).collect();
        undecided
    }

    /// Waits for the verdicts.
    async fn decided(&self, undecided: Vec<Undecided>) -> Reply {
        let mut reply = Reply::default();
        for Undecided { due, mut waiting } in undecided {
            let verdict = waiting.verdict().await;
            let chosen = self.attended.player.for_message(&due.content);
            let instead = chosen.as_ref().and_then(Chosen::verdict);
            let verdict = instead.as_ref().unwrap_or(&verdict);
            let mut state = self.state();
            let State { acks, stamper, .. } = &mut *state;
            let (made, news) = acks.of(&due, verdict, stamper);
            for news in news {
                state.arrivals.tell(news);
            }
            if made.is_empty() {
                state.open.retain(|number| *number != due.number);
            }
            for answer in made {
                reply.body.extend_from_slice(&answer.content);
                let content = Bytes::from(answer.content);
                reply.answered.push(due.answered(answer.code, content));
            }
            let holds = |chosen: &Chosen| chosen.has(Fault::NeverAnswer);
            reply.is_held |= chosen.as_ref().is_some_and(holds);
            reply.chosen = chosen.or(reply.chosen);
        }
        reply
    }

    /// What answers a request whose messages are decided about.
    async fn respond(&self, reply: Reply, admitted: &Admitted) -> Result<Response<Paced>, Broken> {
        if reply.is_held {
            sleep(HELD).await;
            return Err(Broken);
        }
        let (code, kind) = if reply.body.is_empty() {
            (StatusCode::ACCEPTED, None)
        } else {
            let kind = content_type_of(&admitted.media_type, &reply.body);
            (StatusCode::OK, kind)
        };
        let mut steps = VecDeque::from(match &reply.chosen {
            Some(chosen) => chosen.plain_steps(&reply.body),
            None => vec![Step::Write(Bytes::from(reply.body)), Step::Done],
        });
        // What comes before the body comes before the head of the answer, too.
        loop {
            match steps.front() {
                Some(Step::Pause(span)) => sleep(*span).await,
                Some(Step::Close) => return Err(Broken),
                Some(Step::Reset) => {
                    self.meter.break_off();
                    return Err(Broken);
                }
                Some(Step::Write(_) | Step::Done) | None => break,
            }
            steps.pop_front();
        }
        let (body, after) = Paced::of(steps, &self.meter);
        let mut state = self.state();
        state.open.clear();
        state.is_busy = false;
        let answered = reply.answered;
        state.parcels.push_back(Parcel { answered, after });
        let mut response = Response::new(body);
        *response.status_mut() = code;
        response
            .headers_mut()
            .extend(kind.map(|kind| (CONTENT_TYPE, kind)));
        Ok(response)
    }

    /// What answers a request that brings no message, in words.
    fn refuse(&self, note: RequestNote, is_unread: bool) -> Response<Paced> {
        let words = match &note {
            // Who shows no credentials need not learn where they are asked for.
            RequestNote::Path { .. } if self.http.credentials.is_some() => {
                String::from("nobody takes messages there\n")
            }
            note => format!("{note}\n"),
        };
        let code = status(&note);
        let limit = match note {
            RequestNote::TooLong(limit) => Some(limit),
            _ => None,
        };
        self.note(note);
        let mut state = self.state();
        let (answered, after) = (Vec::new(), After::Nothing);
        state.parcels.push_back(Parcel { answered, after });
        let mut response = Response::new(Paced::whole(Bytes::from(words), &self.meter));
        *response.status_mut() = code;
        let headers = response.headers_mut();
        let plain = HeaderValue::from_static("text/plain; charset=utf-8");
        headers.insert(CONTENT_TYPE, plain);
        match code {
            StatusCode::UNAUTHORIZED => {
                let basic = HeaderValue::from_static("Basic realm=\"HL7\", charset=\"UTF-8\"");
                headers.insert(WWW_AUTHENTICATE, basic);
            }
            StatusCode::METHOD_NOT_ALLOWED => {
                headers.insert(ALLOW, HeaderValue::from_static("POST"));
            }
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
            }
            _ => {}
        }
        if is_unread {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
            state.ending = Some(match (limit, code) {
                (Some(limit), _) => Closing::TooLong(limit),
                (None, StatusCode::BAD_REQUEST) => Closing::Peer,
                (None, _) => Closing::Refused,
            });
        }
        response
    }

    /// Tells what was lost, and the end.
    fn close(&self, why: Closing) {
        let readings = self.meter.read();
        let mut state = self.state();
        let written = std::mem::take(&mut state.parcels);
        let answered = written.iter().flat_map(|parcel| &parcel.answered);
        let numbers: Vec<u64> = answered
            .map(|answered| answered.number)
            .chain(state.open.iter().copied())
            .collect();
        for number in numbers {
            let why = why.loses();
            let lost = ListenerNews::NotDelivered { number, why };
            state.arrivals.tell(lost);
        }
        state.arrivals.tell(ListenerNews::Closed(Closed {
            why,
            received: state.arrivals.received(),
            bytes_in: readings.bytes_in,
            bytes_out: readings.bytes_out,
            untold: state.notes.saturating_sub(MOST_NOTES),
        }));
    }
}

/// Ends our sending, and reads what the peer still sends for a moment, unless it has ended.
async fn linger(mut stream: Metered, is_over: bool, phase: &mut watch::Receiver<Phase>) {
    let rest = async {
        // A peer that is gone needs no end.
        let _: io::Result<()> = stream.shutdown().await;
        let mut unread = [0; 4096];
        while !is_over && matches!(stream.read(&mut unread).await, Ok(1..)) {}
    };
    tokio::select! {
        _ = timeout(LINGER, rest) => {}
        _ = phase.wait_for(|phase| *phase == Phase::Stopped) => {}
    }
}
