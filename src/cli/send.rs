//! `send`: messages to a peer, each followed to its outcome.

use std::fmt;
use std::time::Duration;

use super::args_wire::Send;
use super::certificates::authorities;
use super::failure::{Failure, Finish};
use super::input::{each_source, samples};
use super::output::Output;
use super::report::{Report, counted, note};
use super::stop;
use super::wire_lines::{Line, control_id};
use crate::cancel::Cancel;
use crate::net::{
    AckCode, AfterFailure, Authorities, Delivery, Http, HttpUrl, Layer, ListenAddress, Repeat,
    SenderEvent, SenderNews, SenderSettings, TlsClient, Wire,
};
use crate::profile::SiteCharset;
use crate::workbench::{
    Consignment, Pace, Sample, SendPlan, Sending, SentCounts, seed_of_clock, with_control_id,
};

/// Runs the command.
pub(super) fn run(arguments: &Send) -> Result<Finish, Failure> {
    let cancel = stop::on_signal();
    let plan = plan(arguments)?;
    let wire = Wire::start().map_err(Failure::Threads)?;
    let sending = Sending::start(&wire, &plan);
    let mut run = Run {
        sending: sending?,
        told: Teller {
            output: Output::open(None)?,
            is_json: arguments.json,
            report: Report::new(arguments.json),
            failure: None,
            has_failed: false,
        },
        fresh: arguments.fresh_ids.then(seed_of_clock),
        follows_log: arguments.like_log.is_some(),
        stops: arguments.stop_on_failure,
        cancel,
    };
    let mut finish = Finish::Clean;
    let mut ended = Ok(());
    for _ in 0..arguments.repeat {
        let report = run.told.report.clone();
        let cancel = run.cancel.clone();
        let result = each_source(&arguments.files, &report, &cancel, |source| {
            samples(source).try_for_each(|sample| run.take(&sample))
        });
        match result {
            Ok(read) => finish = finish.max(read),
            Err(failure) => {
                ended = Err(failure);
                break;
            }
        }
    }
    run.end(finish, ended)
}

fn plan(arguments: &Send) -> Result<SendPlan, Failure> {
    let again = |times| Repeat {
        times,
        pause: arguments.pause,
    };
    let url = arguments.target.url()?;
    let http = http(arguments, url.as_ref())?;
    let target = match &url {
        Some(url) => url.target.clone(),
        None => arguments.target.target()?,
    };
    let mut settings = SenderSettings::to(target);
    settings.marks = arguments.framing.marks().map_err(Failure::Argument)?;
    settings.layer = arguments.layer.layer(http).map_err(Failure::Argument)?;
    settings.connect_timeout = arguments.connect_timeout;
    settings.ack_timeout = arguments.timeout;
    settings.application_timeout = arguments.timeout;
    settings.write_timeout = arguments.timeout;
    settings.window = usize::from(arguments.window);
    settings.is_persistent = !arguments.connect_each;
    settings.reconnect = again(arguments.reconnect);
    settings.resend = again(arguments.resend);
    settings.accepted.clone_from(&arguments.accept);
    settings.checks_control_id = !arguments.any_id;
    settings.answers_at = arguments.answers_at.map(ListenAddress::socket);
    settings.tls = tls(arguments, url.as_ref())?;
    if let Layer::Http(Http {
        credentials: Some(_),
        ..
    }) = settings.layer
        && settings.tls.is_none()
    {
        note("the credentials go unencrypted: https:// or --tls encrypts them");
    }
    settings.faults = arguments.faults.faults();
    if arguments.stop_on_failure {
        settings.after_failure = AfterFailure::Stop;
    }
    let pace = match (arguments.rate, arguments.like_log) {
        (Some(rate), _) => Pace::Rate(rate),
        (None, Some(speed)) => Pace::Log(speed),
        (None, None) => Pace::Free,
    };
    Ok(SendPlan {
        settings,
        connections: usize::from(arguments.connections),
        pace,
    })
}

/// How HTTP is spoken, where it is.
fn http(arguments: &Send, url: Option<&HttpUrl>) -> Result<Option<Http>, Failure> {
    let path = match url {
        Some(url) => url.path.clone(),
        None if arguments.layer.is_http() => String::from("/"),
        None if arguments.http.are_given() => {
            return Err(Failure::Argument(
                "--http-auth and --http-type go with a URL, or with --layer http".to_owned(),
            ));
        }
        None => return Ok(None),
    };
    let mut http = arguments.http.http(path)?;
    if let Some(credentials) = url.and_then(|url| url.credentials.as_ref()) {
        if arguments.http.auth.is_some() {
            return Err(Failure::Argument(
                "credentials stand in the URL and in --http-auth: leave one of them out".to_owned(),
            ));
        }
        if arguments.target.shows_credentials() {
            note(
                "whoever lists the processes of this machine can read the credentials in the URL; --http-auth FILE keeps them to itself",
            );
        }
        http.credentials = Some(credentials.clone());
    }
    Ok(Some(http))
}

fn tls(arguments: &Send, url: Option<&HttpUrl>) -> Result<Option<TlsClient>, Failure> {
    let tls = &arguments.tls;
    let trusted = arguments.tls_ca.as_deref();
    match url {
        Some(url) if !url.is_secure && (arguments.speaks_tls || trusted.is_some()) => {
            return Err(Failure::Argument(
                "http:// goes in the clear: write https://, or leave --tls and --tls-ca out"
                    .to_owned(),
            ));
        }
        Some(HttpUrl {
            is_secure: true, ..
        }) => {}
        Some(_) | None if arguments.speaks_tls || trusted.is_some() => {}
        Some(_) | None => {
            if tls.chain.is_some() || tls.oldest.is_some() || arguments.tls_name.is_some() {
                return Err(Failure::Argument(
                    "--tls-cert, --tls-min and --tls-name go with --tls, --tls-ca or https://"
                        .to_owned(),
                ));
            }
            return Ok(None);
        }
    }
    let trusted = match trusted {
        Some(path) => authorities(path)?,
        None => Authorities::of_system()?,
    };
    let name = arguments.tls_name.as_deref();
    let client = TlsClient::new(&trusted, tls.identity()?, tls.minimum(), name)?;
    Ok(Some(client))
}

struct Run {
    sending: Sending,
    told: Teller,
    /// The next fresh control id.
    fresh: Option<u64>,
    follows_log: bool,
    stops: bool,
    cancel: Cancel,
}

/// Tells what happens, as it happens.
struct Teller {
    output: Output,
    is_json: bool,
    report: Report,
    /// Why it could not be told.
    failure: Option<Failure>,
    has_failed: bool,
}

impl Run {
    fn take(&mut self, sample: &Sample) -> Result<(), Failure> {
        if self.stops && self.told.has_failed {
            return Err(Failure::Argument(
                "a message failed, and --stop-on-failure sends nothing behind it".to_owned(),
            ));
        }
        let name = format!("{} #{}", sample.source().origin(), sample.number());
        let mut content = sample.bytes().to_vec();
        if let Some(id) = &mut self.fresh {
            // MSH-10 holds 20 characters up to version 2.6.
            match with_control_id(&content, &format!("P{id}")) {
                Some(made) => content = made,
                None => self.told.report.note(format_args!(
                    "{name}: its MSH-10 cannot be found byte by byte, so it keeps its control id"
                )),
            }
            *id += 1;
        }
        let time = self
            .follows_log
            .then(|| sample.header(SiteCharset::default()).timestamp)
            .flatten();
        let message = Consignment {
            name: name.into(),
            content: content.into(),
            time,
        };
        let told = &mut self.told;
        let sent = self
            .sending
            .send(message, &self.cancel, &mut |about, event| {
                told.take(about.name(), event);
            });
        match self.told.failure.take() {
            Some(failure) => Err(failure),
            None => Ok(sent?),
        }
    }

    /// Waits for the answers that are due, and counts. After Ctrl-C nothing more is sent, but the answers to
    /// what was sent are waited for, each for its time; a second Ctrl-C ends that too.
    fn end(mut self, finish: Finish, ended: Result<(), Failure>) -> Result<Finish, Failure> {
        let told = &mut self.told;
        if matches!(ended, Err(Failure::Stopped)) {
            told.report.note(
                "stopping: the answers to what was sent are waited for (Ctrl-C again ends at once)",
            );
        }
        let rest = self.sending.finish(&Cancel::never(), &mut |about, event| {
            told.take(about.name(), event);
        });
        let elapsed = self.sending.elapsed();
        told.report.close();
        if let Some(failure) = told.failure.take() {
            return Err(failure);
        }
        self.told.output.finish()?;
        note(Summary(self.sending.counts(), elapsed));
        ended?;
        rest?;
        Ok(if self.sending.counts().failed() > 0 {
            finish.max(Finish::Found)
        } else {
            finish
        })
    }
}

impl Teller {
    fn take(&mut self, name: Option<&str>, event: &SenderEvent) {
        let result = self.tell(name, event);
        if let Err(failure) = result {
            self.failure.get_or_insert(failure);
        }
    }

    fn tell(&mut self, name: Option<&str>, event: &SenderEvent) -> Result<(), Failure> {
        let is_worth_a_line = match &event.kind {
            SenderNews::Finished(outcome) => {
                let is_good = outcome.delivery.is_success();
                self.has_failed |= !is_good;
                self.report.done(1);
                !is_good
            }
            SenderNews::ConnectFailed(_)
            | SenderNews::Framing(_)
            | SenderNews::Late(_)
            | SenderNews::Resending { .. } => true,
            SenderNews::Connecting(_)
            | SenderNews::Connected { .. }
            | SenderNews::Reconnecting { .. }
            | SenderNews::Bytes(_)
            | SenderNews::Sent { .. }
            | SenderNews::Answered { .. }
            | SenderNews::Committed { .. }
            | SenderNews::Closed(_)
            | SenderNews::Stopped => false,
        };
        if !self.is_json && !is_worth_a_line {
            return Ok(());
        }
        let text = match &event.kind {
            SenderNews::Finished(outcome) => outcome.delivery.to_string(),
            other => other.to_string(),
        };
        let mut line = Line::new(event.time, word(&event.kind), text);
        line.connection = event.connection;
        line.message = name;
        match &event.kind {
            SenderNews::Sent {
                number, content, ..
            } => {
                line.number = Some(*number);
                line.control_id = control_id(content);
                line.bytes = Some(content.len());
            }
            SenderNews::Answered {
                number,
                code,
                content,
                after,
            } => {
                line.number = Some(*number);
                line.code = code.map(AckCode::name);
                line.bytes = Some(content.len());
                line.milliseconds = Some(after.as_secs_f64() * 1e3);
            }
            SenderNews::Committed { number } | SenderNews::Resending { number, .. } => {
                line.number = Some(*number);
            }
            SenderNews::Finished(outcome) => {
                line.number = Some(outcome.number);
                line.milliseconds = Some(outcome.after.as_secs_f64() * 1e3);
                match &outcome.delivery {
                    Delivery::Accepted { answer, .. } | Delivery::Refused(answer) => {
                        line.control_id = Some(answer.control_id.clone());
                        line.code = Some(answer.code.name());
                    }
                    Delivery::Unanswered { .. }
                    | Delivery::GivenBack(_)
                    | Delivery::NotSent(_)
                    | Delivery::Unknown(_) => {}
                }
            }
            SenderNews::Connecting(_)
            | SenderNews::Connected { .. }
            | SenderNews::Reconnecting { .. }
            | SenderNews::Bytes(_)
            | SenderNews::ConnectFailed(_)
            | SenderNews::Framing(_)
            | SenderNews::Late(_)
            | SenderNews::Closed(_)
            | SenderNews::Stopped => {}
        }
        line.print(&mut self.output, self.is_json)?;
        self.output.flush()
    }
}

fn word(news: &SenderNews) -> &'static str {
    match news {
        SenderNews::Connecting(_) => "connecting",
        SenderNews::Connected { .. } => "connected",
        SenderNews::ConnectFailed(_) => "connect-failed",
        SenderNews::Reconnecting { .. } => "reconnecting",
        SenderNews::Bytes(_) => "bytes",
        SenderNews::Sent { .. } => "sent",
        SenderNews::Framing(note) => note.kind.code(),
        SenderNews::Answered { .. } => "answered",
        SenderNews::Committed { .. } => "committed",
        SenderNews::Late(_) => "late",
        SenderNews::Resending { .. } => "resending",
        SenderNews::Finished(outcome) => match outcome.delivery {
            Delivery::Accepted { .. } => "accepted",
            Delivery::Refused(_) => "refused",
            Delivery::GivenBack(_) => "given-back",
            Delivery::Unanswered { .. } => "unanswered",
            Delivery::NotSent(_) => "not-sent",
            Delivery::Unknown(_) => "unknown",
        },
        SenderNews::Closed(_) => "closed",
        SenderNews::Stopped => "stopped",
    }
}

/// `3 messages: 2 accepted, 1 refused; 1200 a second; answers after 80 µs, 99 of 100 within 110 µs`
struct Summary<'a>(&'a SentCounts, Duration);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(counts, elapsed) = self;
        f.write_str(&counted(counts.all(), "message"))?;
        let mut before = ": ";
        for (count, what) in [
            (counts.accepted, "accepted"),
            (counts.refused, "refused"),
            (counts.unanswered, "sent without an answer being asked for"),
            (counts.not_sent, "not sent"),
            (
                counts.unknown,
                "sent, but nobody knows whether the peer took them",
            ),
        ] {
            if count > 0 {
                write!(f, "{before}{count} {what}")?;
                before = ", ";
            }
        }
        let seconds = elapsed.as_secs_f64();
        if counts.all() > 1 && seconds > 0.0 {
            write!(f, "; {:.0} a second", counts.all() as f64 / seconds)?;
        }
        let latency = &counts.latency;
        if latency.is_empty() {
            return Ok(());
        }
        let at = |quantile| Duration::from_micros(latency.value_at_quantile(quantile));
        let (half, most) = (at(0.5), at(0.99));
        write!(f, "; answers after {half:.1?}, 99 of 100 within {most:.1?}")
    }
}
