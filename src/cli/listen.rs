//! `listen`: takes messages over the wire and answers them.

use std::collections::VecDeque;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;

use super::args_wire::{AckStyle, Listen};
use super::certificates::{authorities, self_signed};
use super::failure::{Failure, Finish};
use super::output::Output;
use super::report::{counted, note};
use super::wire_lines::{Line, control_id};
use super::{site, stop};
use crate::cancel::Cancel;
use crate::net::{
    Ack, AckCode, BatchAnswer, Decider, DuplicateRule, Journal, JournalSettings, Layer, Listener,
    ListenerEvent, ListenerNews, ListenerSettings, TlsServer, Verdict, Wire, replay,
};
use crate::workbench::{
    AnswerScript, Decided, Reception, Snapshot, local_time, read_text, seed_of_clock,
};

/// So long Ctrl-C may go unnoticed.
const PATIENCE: Duration = Duration::from_millis(50);

/// So long connections may take to end after Ctrl-C; then they are cut.
const DRAIN: Duration = Duration::from_secs(5);

/// Accepted messages that `--once` remembers.
const REMEMBERED: usize = 100_000;

/// Runs the command.
pub(super) fn run(arguments: &Listen) -> Result<Finish, Failure> {
    let cancel = stop::on_signal();
    let settings = settings(arguments)?;
    let has_tls = settings.tls.is_some();
    let asks = matches!(&settings.layer, Layer::Http(http) if http.credentials.is_some());
    let (told, news) = channel();
    let journal = arguments.save.as_deref().map(journal).transpose()?;
    let (decider, reception) = decider(arguments, told.clone())?;
    let wire = Wire::start().map_err(Failure::Threads)?;
    let tell = Arc::new(move |event| drop(told.send(News::Wire(event))));
    let decider = match &journal {
        Some(journal) => journal.before(decider),
        None => decider,
    };
    let listener = wire.listen(settings, decider, tell)?;
    if !arguments.address.is_local() {
        note(match (has_tls, arguments.tls_client_ca.is_some()) {
            (false, _) => "other machines can connect; what they send is not encrypted",
            (true, false) => "other machines can connect, whoever they are",
            (true, true) => "other machines can connect that show a certificate",
        });
    }
    if asks && !has_tls {
        note("the credentials that peers show come unencrypted; TLS encrypts them");
    }
    if journal.is_none() {
        note("messages are answered and not kept; --save DIR keeps them");
    }
    let mut run = Run {
        news,
        output: Output::open(None)?,
        is_json: arguments.json,
        counts: Counts::default(),
    };
    let is_enough = |counts: &Counts| {
        arguments
            .count
            .is_some_and(|count| counts.answered + counts.unanswered >= count)
    };
    let ended = run.serve(&cancel, is_enough);
    listener.drain();
    run.rest(&listener, DRAIN)?;
    listener.stop();
    run.rest(&listener, DRAIN)?;
    drop(listener);
    drop(wire);
    if let Some(reception) = reception {
        reception.finish();
    }
    run.rest_told()?;
    run.output.finish()?;
    note(&run.counts);
    ended?;
    Ok(if run.counts.refused + run.counts.undelivered > 0 {
        Finish::Found
    } else {
        Finish::Clean
    })
}

fn settings(arguments: &Listen) -> Result<ListenerSettings, Failure> {
    let http = arguments.http.http(&arguments.layer)?;
    Ok(ListenerSettings {
        address: arguments.address.socket(),
        marks: arguments.framing.marks().map_err(Failure::Argument)?,
        layer: arguments.layer.layer(http).map_err(Failure::Argument)?,
        accepted_before: accepted_before(arguments)?,
        most_bytes: arguments.max_size,
        idle_timeout: arguments.idle_timeout,
        accept_from: arguments.accept_from.clone(),
        most_connections: arguments.connections,
        batch_answer: if arguments.batch_ack {
            BatchAnswer::Batch
        } else {
            BatchAnswer::EachMessage
        },
        duplicates: if arguments.once {
            DuplicateRule::AnswerAgain {
                remembered: REMEMBERED,
            }
        } else {
            DuplicateRule::Accept
        },
        tls: tls(arguments)?,
        faults: arguments.faults.faults(),
        ..ListenerSettings::default()
    })
}

fn tls(arguments: &Listen) -> Result<Option<TlsServer>, Failure> {
    let identity = match (arguments.tls.identity()?, &arguments.tls_self_signed) {
        (Some(identity), _) => identity,
        (None, Some(path)) => self_signed(path)?,
        (None, None) if arguments.tls_client_ca.is_some() || arguments.tls.oldest.is_some() => {
            return Err(Failure::Argument(
                "--tls-client-ca and --tls-min need a certificate of our own: --tls-cert and --tls-key, or --tls-self-signed"
                    .to_owned(),
            ));
        }
        (None, None) => return Ok(None),
    };
    let clients = arguments.tls_client_ca.as_deref();
    let clients = clients.map(authorities).transpose()?;
    let server = TlsServer::new(identity, clients.as_ref(), arguments.tls.minimum())?;
    Ok(Some(server))
}

/// What `--once` takes for accepted from the start: of a journal all, where all that is kept is accepted.
fn accepted_before(arguments: &Listen) -> Result<Vec<Bytes>, Failure> {
    let folder = arguments.save.as_deref().filter(|folder| folder.is_dir());
    let accepts_all = matches!(style(arguments), AckStyle::Immediate);
    let Some(folder) = folder.filter(|_| arguments.once && accepts_all) else {
        return Ok(Vec::new());
    };
    let mut last = VecDeque::new();
    replay(folder, |record| {
        if last.len() == REMEMBERED {
            last.pop_front();
        }
        last.push_back(record.content);
    })?;
    Ok(last.into())
}

/// Opens the folder in which messages are kept, and says what was found there.
fn journal(folder: &Path) -> Result<Arc<Journal>, Failure> {
    let (journal, found) = Journal::open(JournalSettings::in_folder(folder))?;
    if found.records > 0 {
        note(format_args!(
            "{}: {} kept earlier; what comes is added",
            folder.display(),
            counted(found.records, "message")
        ));
    }
    for damage in &found.damage {
        let fate = if damage.is_dropped {
            "dropped: a crash leaves such, and nobody was told that they were kept"
        } else {
            "left as they are"
        };
        note(format_args!(
            "{}: {} from byte {} are no record ({}); {fate}",
            folder.join(&damage.file).display(),
            counted(damage.bytes as u64, "byte"),
            damage.at,
            damage.why
        ));
    }
    Ok(Arc::new(journal))
}

fn style(arguments: &Listen) -> AckStyle {
    match (arguments.ack.clone(), &arguments.profile) {
        (Some(style), _) => style,
        (None, Some(_)) => AckStyle::Mapped,
        (None, None) => AckStyle::Immediate,
    }
}

/// Who decides about messages, and the thread on which the profile does.
fn decider(
    arguments: &Listen,
    told: Sender<News>,
) -> Result<(Decider, Option<Reception>), Failure> {
    let style = style(arguments);
    if arguments.ack_text.is_some() && !matches!(style, AckStyle::Code(_)) {
        return Err(Failure::Argument(
            "--ack-text goes with a code: --ack AE --ack-text \"out of order\"".to_owned(),
        ));
    }
    let tell = move |made| {
        // Nobody asks any more once the command has ended.
        drop(told.send(News::Decided(made)));
    };
    let verdict = match style {
        AckStyle::Immediate => Verdict::Ack(Ack::of(AckCode::Accept)),
        AckStyle::Never => Verdict::Silence,
        AckStyle::Code(code) => Verdict::Exactly(Ack {
            text: arguments.ack_text.clone(),
            ..Ack::of(code)
        }),
        AckStyle::Mapped => {
            let reception = Reception::start(snapshot(arguments)?, tell);
            let reception = reception.map_err(Failure::Threads)?;
            return Ok((reception.decider(), Some(reception)));
        }
        AckStyle::Script(path) => {
            let reception = Reception::answering(answers(&path)?, tell);
            let reception = reception.map_err(Failure::Threads)?;
            return Ok((reception.decider(), Some(reception)));
        }
    };
    Ok((Decider::always(verdict), None))
}

/// The script that answers.
fn answers(path: &Path) -> Result<AnswerScript, Failure> {
    let (text, _) = read_text(path)?;
    AnswerScript::compile(&path.display().to_string(), &text).map_err(|faults| {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        Failure::Argument(faults.join("\n"))
    })
}

/// The profile that maps, with its scripts.
fn snapshot(arguments: &Listen) -> Result<Snapshot, Failure> {
    let Some(profile) = &arguments.profile else {
        return Err(Failure::Argument(
            "--ack mapped needs the profile that maps: name it with --profile".to_owned(),
        ));
    };
    let site = site::open(profile)?;
    site::report_errors(&site);
    site::report_script_errors(&site)?;
    let snapshot = Snapshot::new(site.profile, site.scripts, local_time());
    let mut snapshot = snapshot.with_sources(site.sources);
    snapshot.seed = seed_of_clock();
    Ok(snapshot)
}

/// What is told to the command.
enum News {
    Wire(ListenerEvent),
    Decided(Decided),
}

struct Run {
    news: Receiver<News>,
    output: Output,
    is_json: bool,
    counts: Counts,
}

#[derive(Default)]
struct Counts {
    connections: u64,
    received: u64,
    answered: u64,
    unanswered: u64,
    refused: u64,
    undelivered: u64,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let messages = counted(self.received, "message");
        let connections = counted(self.connections, "connection");
        write!(
            f,
            "{messages} from {connections}: {} answered",
            self.answered
        )?;
        for (count, what) in [
            (self.refused, "of them with an error or a rejection"),
            (self.unanswered, "not to be answered"),
            (self.undelivered, "whose answer was not delivered"),
        ] {
            if count > 0 {
                write!(f, ", {count} {what}")?;
            }
        }
        Ok(())
    }
}

impl Run {
    /// Tells what happens until Ctrl-C or until it is enough.
    fn serve(
        &mut self,
        cancel: &Cancel,
        is_enough: impl Fn(&Counts) -> bool,
    ) -> Result<(), Failure> {
        while cancel.check().is_ok() && !is_enough(&self.counts) {
            match self.news.recv_timeout(PATIENCE) {
                Ok(news) => self.take(news)?,
                Err(RecvTimeoutError::Timeout) => self.output.flush()?,
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.output.flush()
    }

    /// Tells what still happens until the listener's tasks have ended.
    fn rest(&mut self, listener: &Listener, at_most: Duration) -> Result<(), Failure> {
        let until = Instant::now() + at_most;
        while listener.open_tasks() > 0 && Instant::now() < until {
            if let Ok(news) = self.news.recv_timeout(PATIENCE) {
                self.take(news)?;
            }
        }
        Ok(())
    }

    fn rest_told(&mut self) -> Result<(), Failure> {
        while let Ok(news) = self.news.try_recv() {
            self.take(news)?;
        }
        Ok(())
    }

    fn take(&mut self, news: News) -> Result<(), Failure> {
        match news {
            News::Wire(event) => self.wire(&event),
            News::Decided(made) => self.decided(&made),
        }
    }

    fn wire(&mut self, event: &ListenerEvent) -> Result<(), Failure> {
        let counts = &mut self.counts;
        let mut line = Line::new(event.time, word(&event.kind), event.kind.to_string());
        line.connection = event.connection;
        match &event.kind {
            ListenerNews::Connected(_) => counts.connections += 1,
            ListenerNews::Received(received) => {
                counts.received += 1;
                line.number = Some(received.number);
                line.control_id = control_id(&received.content);
                line.bytes = Some(received.content.len());
            }
            ListenerNews::Answered(answered) => {
                counts.answered += 1;
                let is_refusal = answered.code.is_some_and(|code| !code.is_success());
                counts.refused += u64::from(is_refusal);
                line.number = Some(answered.number);
                line.code = answered.code.map(AckCode::name);
                line.bytes = Some(answered.content.len());
                line.milliseconds = Some(answered.after.as_secs_f64() * 1e3);
            }
            ListenerNews::Unanswered { number, .. } => {
                counts.unanswered += 1;
                line.number = Some(*number);
            }
            ListenerNews::NotDelivered { number, .. } => {
                counts.undelivered += 1;
                line.number = Some(*number);
            }
            ListenerNews::Listening(_)
            | ListenerNews::TurnedAway(..)
            | ListenerNews::AcceptFailed(_)
            | ListenerNews::Bytes(_)
            | ListenerNews::Framing(_)
            | ListenerNews::Content(_)
            | ListenerNews::Closed(_)
            | ListenerNews::Stopped => {}
        }
        line.print(&mut self.output, self.is_json)?;
        // Whoever starts the program waits for the port.
        match event.kind {
            ListenerNews::Listening(_) => self.output.flush(),
            _ => Ok(()),
        }
    }

    /// Why a message is answered as it is, where there is something to say.
    fn decided(&mut self, made: &Decided) -> Result<(), Failure> {
        let Some(why) = &made.ack.text else {
            return Ok(());
        };
        let text = format!("message {}: {why}", made.number);
        let mut line = Line::new(SystemTime::now(), "decided", text);
        line.connection = Some(made.connection);
        line.number = Some(made.number);
        line.code = Some(made.ack.code.name());
        line.print(&mut self.output, self.is_json)
    }
}

fn word(news: &ListenerNews) -> &'static str {
    match news {
        ListenerNews::Listening(_) => "listening",
        ListenerNews::Connected(_) => "connected",
        ListenerNews::TurnedAway(..) => "turned-away",
        ListenerNews::AcceptFailed(_) => "accept-failed",
        ListenerNews::Bytes(_) => "bytes",
        ListenerNews::Framing(note) => note.kind.code(),
        ListenerNews::Content(_) => "content",
        ListenerNews::Received(_) => "received",
        ListenerNews::Answered(_) => "answered",
        ListenerNews::Unanswered { .. } => "unanswered",
        ListenerNews::NotDelivered { .. } => "not-delivered",
        ListenerNews::Closed(_) => "closed",
        ListenerNews::Stopped => "stopped",
    }
}
