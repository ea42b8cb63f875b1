//! One connection of a sender that speaks HTTP: a message goes out in a request, and its answer is the answer.

use std::collections::VecDeque;
use std::error::Error as _;
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::client::conn::TrySendError;
use hyper::client::conn::http1::{Connection, SendRequest, handshake};
use hyper::header::{AUTHORIZATION, CONNECTION, CONTENT_TYPE, DATE, HOST, HeaderValue, USER_AGENT};
use hyper::http::response::Parts;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::time::{sleep, timeout};

use super::delivery::{Delivery, NotSent, Unknown};
use super::exchange::{Exchange, Teller, elsewhere};
use super::frame::Looks;
use super::going::{Exchanged, Stage};
use super::http::{Http, content_type_of};
use super::http_answer::judge;
use super::http_words::HttpTrouble;
use super::meter::{Meter, Metered};
use super::paced::{After, Paced};
use super::player::Step;
use super::sender_event::{Late, Parting, SenderNews};
use super::sender_settings::SenderSettings;
use super::stream::Stream;
use super::waiting::Heard;

/// An open connection to a peer.
pub(super) struct HttpLink {
    http: Http,
    requests: SendRequest<Paced>,
    /// None once it has ended.
    connection: Option<Box<Connection<TokioIo<Metered>, Paced>>>,
    meter: Arc<Meter>,
}

/// What a peer does that wants TLS.
const TLS: &str = "speaks TLS: send to https://, or turn TLS on here";

/// Why no answer came.
enum Lost {
    /// hyper says so.
    Http(hyper::Error),
    /// The answer is longer than may be.
    TooLong,
    /// The connection was gone before.
    Gone,
}

/// What an exchange waits for.
enum Turn {
    Sent,
    Answered(Result<(Parts, Vec<u8>), Lost>),
    Elsewhere(Bytes),
    Time,
}

/// How a request ended.
struct Ended {
    delivery: Delivery,
    /// Its answer is here, and nothing else can come.
    is_clean: bool,
}

impl HttpLink {
    pub(super) async fn new(stream: Stream, http: &Http, is_deaf: bool) -> Result<Self, String> {
        let meter = Meter::of_sender(is_deaf);
        let io = TokioIo::new(Metered::new(stream, Arc::clone(&meter)));
        let (requests, connection) = handshake(io).await.map_err(|error| error.to_string())?;
        Ok(Self {
            http: http.clone(),
            requests,
            connection: Some(Box::new(connection)),
            meter,
        })
    }

    /// Lets hyper go on; whether the connection has ended.
    fn poll_connection(&mut self, cx: &mut Context<'_>) -> Poll<hyper::Result<()>> {
        let Some(connection) = &mut self.connection else {
            return Poll::Ready(Ok(()));
        };
        let polled = Pin::new(connection.as_mut()).poll(cx);
        if polled.is_ready() {
            self.connection = None;
        }
        polled
    }

    /// Waits while nothing is under way; returns why the connection ends.
    pub(super) async fn rest(&mut self, tell: Teller<'_>) -> Parting {
        let ended = std::future::poll_fn(|cx| self.poll_connection(cx)).await;
        let bytes = self.meter.read().came;
        if bytes > 0 {
            tell(SenderNews::Late(Late::Unknown { bytes }));
            return Parting::Stale;
        }
        match ended {
            Ok(()) => Parting::Peer,
            Err(error) => Parting::Broken(words(&error)),
        }
    }

    /// Whether the connection can carry a message: the peer has neither closed nor sent anything.
    pub(super) async fn check(&mut self, tell: Teller<'_>) -> Result<(), Parting> {
        let is_ready = std::future::poll_fn(|cx| {
            if self.poll_connection(cx).is_ready() {
                return Poll::Ready(false);
            }
            self.requests.poll_ready(cx).map(|ready| ready.is_ok())
        });
        if is_ready.await {
            return Ok(());
        }
        Err(self.rest(tell).await)
    }

    /// Sends a message and waits for what answers it; none where the connection was gone before a byte of it
    /// went out, so that another one may carry it.
    pub(super) async fn exchange(&mut self, mut of: Exchange<'_>) -> Option<Exchanged> {
        self.meter.begin();
        let chosen = of.memory.player.for_message(&of.going.content);
        let content = of.going.inner.clone();
        let mut steps = VecDeque::from(match &chosen {
            Some(chosen) => chosen.plain_steps(&content),
            None => vec![Step::Write(content), Step::Done],
        });
        if !self.before(&mut steps).await {
            return Some(Exchanged {
                delivery: Delivery::NotSent(NotSent::Fault),
                parting: Some(Parting::Fault),
            });
        }
        let (body, after) = Paced::of(steps, &self.meter);
        let Some(request) = self.request(body, &of) else {
            let why = String::from("its path or credentials cannot be written as HTTP has them");
            let (written, of) = (0, of.going.inner.len());
            return Some(Exchanged {
                delivery: Delivery::NotSent(NotSent::Broken { written, of, why }),
                parting: None,
            });
        };
        let Ended { delivery, is_clean } = self.run(request, after, &mut of).await?;
        of.memory.remember(&of.going.control_id);
        self.meter.begin();
        let is_over = self.connection.is_none() || self.requests.is_closed();
        let parting = match (is_clean, is_over) {
            (false, _) => Some(Parting::Spoiled),
            (true, true) => Some(Parting::Peer),
            (true, false) => None,
        };
        Some(Exchanged { delivery, parting })
    }

    /// What comes before the body comes before the head of the request, too; whether anything is sent then.
    async fn before(&mut self, steps: &mut VecDeque<Step>) -> bool {
        while let Some(step) = steps.front() {
            match step {
                Step::Pause(span) => sleep(*span).await,
                Step::Close => return false,
                Step::Reset => {
                    self.meter.break_off();
                    return false;
                }
                Step::Write(_) | Step::Done => break,
            }
            steps.pop_front();
        }
        true
    }

    fn request(&self, body: Paced, of: &Exchange<'_>) -> Option<Request<Paced>> {
        let settings = of.settings;
        let mut request = Request::post(&self.http.path)
            .header(HOST, host(settings))
            .header(USER_AGENT, concat!("pipehat/", env!("CARGO_PKG_VERSION")))
            .header(DATE, httpdate::fmt_http_date(SystemTime::now()))
            .body(body)
            .ok()?;
        let headers = request.headers_mut();
        let kind = content_type_of(&self.http.media_type, &of.going.content)?;
        headers.insert(CONTENT_TYPE, kind);
        if let Some(credentials) = &self.http.credentials {
            headers.insert(AUTHORIZATION, credentials.header()?);
        }
        if !settings.is_persistent {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        Some(request)
    }

    async fn run(
        &mut self,
        request: Request<Paced>,
        after: After,
        of: &mut Exchange<'_>,
    ) -> Option<Ended> {
        let written = self.meter.read().written;
        let response = self.requests.try_send_request(request);
        let mut answer = Box::pin(whole(response, of.settings.most_bytes));
        let mut timer = Box::pin(sleep(Duration::ZERO));
        let mut is_answered = false;
        let spoiled = |delivery| Ended {
            delivery,
            is_clean: false,
        };
        loop {
            let deadline = (of.memory.stage == Stage::Sent).then_some(of.waiting.deadline);
            let within = of.settings.write_timeout;
            let turn = std::future::poll_fn(|cx| {
                // What it comes to is told to whoever waits for the answer.
                let _ = self.poll_connection(cx);
                let readings = self.meter.read();
                if deadline.is_none() && readings.written > written {
                    return Poll::Ready(Turn::Sent);
                }
                if !is_answered && let Poll::Ready(found) = answer.as_mut().poll(cx) {
                    return Poll::Ready(Turn::Answered(found));
                }
                let stalled = readings.stalled.map(|since| since + within);
                let Some(at) = deadline.or(stalled) else {
                    return Poll::Pending;
                };
                timer.as_mut().reset(at);
                timer.as_mut().poll(cx).map(|()| Turn::Time)
            });
            let turn = tokio::select! {
                biased;
                turn = turn => turn,
                Some(content) = elsewhere(&mut of.memory.elsewhere) => Turn::Elsewhere(content),
            };
            match turn {
                Turn::Sent => {
                    of.sent();
                    if after == After::Reset {
                        self.meter.break_off();
                    }
                    if after != After::Nothing {
                        return Some(spoiled(Delivery::Unknown(Unknown::Fault)));
                    }
                }
                Turn::Answered(Ok((head, body))) => {
                    // An answer may come before all is sent, which then never will be.
                    let is_clean = of.memory.stage == Stage::Sent;
                    if let Some(delivery) = judge(&head, &body, of) {
                        return Some(Ended { delivery, is_clean });
                    }
                    is_answered = true;
                }
                Turn::Answered(Err(lost)) => {
                    let is_begun = self.meter.read().went > 0;
                    return is_begun.then(|| spoiled(self.lost(&lost, of)));
                }
                Turn::Elsewhere(content) => {
                    if let Some(found) = of.judge(&content).found {
                        return Some(Ended {
                            delivery: found.delivery,
                            is_clean: is_answered,
                        });
                    }
                }
                Turn::Time => return Some(spoiled(self.time_out(of))),
            }
        }
    }

    /// What is known where no answer came.
    fn lost(&self, lost: &Lost, of: &Exchange<'_>) -> Delivery {
        let readings = self.meter.read();
        let error = match lost {
            Lost::Http(error) => error,
            Lost::TooLong => {
                let trouble = HttpTrouble::TooLong(of.settings.most_bytes);
                return Delivery::Unknown(Unknown::Http(trouble));
            }
            Lost::Gone => return Delivery::Unknown(Unknown::Closed),
        };
        if error.is_user() {
            return Delivery::NotSent(NotSent::Fault);
        }
        if error.is_parse() && readings.came > 0 {
            let trouble = HttpTrouble::NotHttp(match Looks::of(&readings.head) {
                Looks::Tls => TLS,
                // An alert: it cannot read what is no TLS.
                _ if readings.head.starts_with(&[0x15, 0x03]) => TLS,
                _ if readings.head.starts_with(of.settings.marks.start()) => {
                    "speaks MLLP: send to HOST:PORT without HTTP"
                }
                Looks::Hl7 => "sends HL7 without HTTP",
                Looks::Http | Looks::Unknown => "speaks something else",
            });
            return Delivery::Unknown(Unknown::Http(trouble));
        }
        let why = readings.broken.clone().unwrap_or_else(|| words(error));
        if of.memory.stage == Stage::NotSent {
            let (written, of) = self.written(of);
            return Delivery::NotSent(NotSent::Broken { written, of, why });
        }
        let is_break = cause(error).is_some_and(|error| error.kind() != ErrorKind::UnexpectedEof);
        Delivery::Unknown(match (is_break, readings.came) {
            (true, _) => Unknown::Reset(why),
            (false, 0) => Unknown::Closed,
            (false, bytes) => Unknown::ClosedInAnswer { bytes },
        })
    }

    /// How many bytes of the message were handed over, and of how many.
    fn written(&self, of: &Exchange<'_>) -> (usize, usize) {
        let readings = self.meter.read();
        let all = of.going.inner.len();
        let written = readings.went.saturating_sub(readings.head_went);
        (usize::try_from(written).unwrap_or(all).min(all), all)
    }

    /// What is known where nothing more came in time.
    fn time_out(&self, of: &Exchange<'_>) -> Delivery {
        if of.memory.stage == Stage::NotSent {
            let (written, all) = self.written(of);
            return Delivery::NotSent(NotSent::NotRead {
                written,
                of: all,
                after: of.settings.write_timeout,
            });
        }
        let (after, bytes) = (of.waiting.within, self.meter.read().came);
        match (&of.waiting.commit, bytes) {
            (Some(_), _) => {
                let heard = Heard {
                    is_inside: false,
                    frame: 0,
                    junk: 0,
                };
                of.waiting.time_out(of.going.asked, &heard)
            }
            (None, 0) => Delivery::Unknown(Unknown::Silence(after)),
            (None, bytes) => Delivery::Unknown(Unknown::HalfAnswer { bytes, after }),
        }
    }

    /// Ends our sending, so that the peer sees an end and no break.
    pub(super) async fn close(self) {
        let Self {
            requests,
            connection,
            ..
        } = self;
        drop(requests);
        if let Some(connection) = connection {
            // A peer that is gone needs no end.
            let _ = timeout(Duration::from_secs(1), *connection).await;
        }
    }
}

/// Waits for an answer and reads it to its end.
async fn whole(
    response: impl Future<Output = Result<Response<Incoming>, TrySendError<Request<Paced>>>>,
    limit: usize,
) -> Result<(Parts, Vec<u8>), Lost> {
    let response = response.await.map_err(|mut error| {
        let is_begun = error.take_message().is_none();
        if is_begun {
            Lost::Http(error.into_error())
        } else {
            Lost::Gone
        }
    })?;
    let (head, mut body) = response.into_parts();
    let mut content = Vec::new();
    while let Some(frame) = body.frame().await {
        // Trailers say nothing of a message.
        if let Ok(data) = frame.map_err(Lost::Http)?.into_data() {
            if data.len() > limit.saturating_sub(content.len()) {
                return Err(Lost::TooLong);
            }
            content.extend_from_slice(&data);
        }
    }
    Ok((head, content))
}

/// `portal.example`, with the port where it is not the usual one.
fn host(settings: &SenderSettings) -> String {
    let usual = if settings.tls.is_some() { 443 } else { 80 };
    let target = settings.target.to_string();
    match target.strip_suffix(&format!(":{usual}")) {
        Some(host) => host.to_owned(),
        None => target,
    }
}

/// What went wrong, as the system says it where it does.
fn words(error: &hyper::Error) -> String {
    cause(error).map_or_else(|| error.to_string(), ToString::to_string)
}

/// What the system said.
fn cause(error: &hyper::Error) -> Option<&io::Error> {
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref() {
            return Some(error);
        }
        source = error.source();
    }
    None
}
