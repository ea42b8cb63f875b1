//! Somebody's listener, case by case: what a hostile sender does, and what the listener makes of it.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, timeout, timeout_at};

use super::ack::AckCode;
use super::answer::Answer;
use super::connect::connect;
use super::deframer::Deframer;
use super::frame::FrameEvent;
use super::player::Step;
use super::sender_settings::SenderSettings;
use super::stamps::Stamper;
use super::stream::Stream;
use super::torture_cases::{Act, CASES, Case, Due, Script};
use super::torture_report::{CaseReport, CaseVerdict, Move, MoveKind};
use super::words::{Bytes as Counted, Span};

/// What a listener is tormented with.
#[derive(Clone, Debug)]
pub struct TortureSettings {
    /// Where it listens; the time-outs are those of the sender.
    pub sender: SenderSettings,
    /// A message that it accepts; each case gives it control ids of its own.
    pub message: Bytes,
    /// The cases to play, such as `L4`; empty: all.
    pub only: Vec<String>,
    /// Bytes of a frame that never ends, at most.
    pub most_bytes: usize,
    /// After the last answer that is due, so long is waited for one too many.
    pub settle: Duration,
}

impl TortureSettings {
    /// All cases, with frames of up to 80 MiB: more than listeners usually take.
    pub fn new(sender: SenderSettings, message: impl Into<Bytes>) -> Self {
        Self {
            sender,
            message: message.into(),
            only: Vec::new(),
            most_bytes: 80 << 20,
            settle: Duration::from_millis(300),
        }
    }
}

/// The ids and titles of the cases.
pub fn torture_cases() -> impl Iterator<Item = (&'static str, &'static str)> {
    CASES.iter().map(|case| (case.id, case.title))
}

/// A peer that takes no byte for so long takes no more.
const STALL: Duration = Duration::from_secs(3);

/// What 99 of 100 peers of a crowd have to be served in.
const CROWD: Duration = Duration::from_secs(1);

/// Plays the cases one after the other and tells what came of each; ends early when it is dropped.
pub(super) async fn torture(
    settings: &TortureSettings,
    mut stamper: Stamper,
    tell: &(dyn Fn(CaseReport) + Send + Sync),
) {
    let is_asked = |case: &&Case| {
        settings.only.is_empty()
            || settings
                .only
                .iter()
                .any(|id| id.eq_ignore_ascii_case(case.id))
    };
    for case in CASES.iter().filter(is_asked) {
        let began = Instant::now();
        let mut playing = Playing::new(settings, began);
        let mut script = playing.script(&mut stamper);
        (case.program)(&mut script);
        let crowd = script.acts.iter().find_map(Act::crowd);
        let mut verdict = match crowd {
            Some(count) => playing.crowd(count, &script).await,
            None => playing.play(&script).await,
        };
        if !verdict.is_failure() && !matches!(verdict, CaseVerdict::NotPlayed(_)) {
            // Whatever was done to it, the next peer is served.
            let mut after = playing.script(&mut stamper);
            after.plain();
            playing.connection += 1;
            if let CaseVerdict::Failed(why) | CaseVerdict::NotPlayed(why) =
                playing.play(&after).await
            {
                verdict = CaseVerdict::Failed(format!("the next peer is not served: {why}"));
            }
        }
        tell(CaseReport {
            id: case.id,
            title: case.title,
            verdict,
            moves: playing.moves,
            after: began.elapsed(),
        });
    }
}

struct Playing<'s> {
    settings: &'s TortureSettings,
    began: Instant,
    connection: usize,
    moves: Vec<Move>,
    deframer: Deframer,
    /// MSA-2 and MSA-1 of each answer.
    answers: Vec<(String, AckCode)>,
    notes: Vec<String>,
    is_over: bool,
}

impl<'s> Playing<'s> {
    fn new(settings: &'s TortureSettings, began: Instant) -> Self {
        let deframer = Deframer::new(settings.sender.marks.clone(), settings.sender.most_bytes);
        Self {
            settings,
            began,
            connection: 1,
            moves: Vec::new(),
            deframer,
            answers: Vec::new(),
            notes: Vec::new(),
            is_over: false,
        }
    }

    fn script(&self, stamper: &mut Stamper) -> Script {
        let fresh = stamper.next(SystemTime::now());
        let settings = self.settings;
        Script::new(
            &settings.sender.marks,
            &settings.message,
            fresh.control_id.to_owned(),
            settings.most_bytes,
        )
    }

    async fn play(&mut self, script: &Script) -> CaseVerdict {
        self.answers.clear();
        self.notes.clear();
        self.is_over = false;
        let sender = &self.settings.sender;
        self.deframer = Deframer::new(sender.marks.clone(), sender.most_bytes);
        let mut stream = match connect(sender).await {
            Ok((stream, _)) => stream,
            Err(error) => return CaseVerdict::NotPlayed(error.to_string()),
        };
        self.moved(MoveKind::Connected);
        for act in &script.acts {
            if self.is_over {
                break;
            }
            match act {
                Act::Step(step) => self.step(&mut stream, step).await,
                Act::Await(count) => {
                    let deadline = Instant::now() + sender.ack_timeout;
                    while self.answers.len() < *count && !self.is_over {
                        if !self.read(&mut stream, deadline).await {
                            break;
                        }
                    }
                }
                Act::EndSending => {
                    // A peer that is gone is found when it is read from.
                    let _ = stream.shutdown().await;
                    self.moved(MoveKind::Closed("ended our sending"));
                }
                Act::Flood { bytes, most } => self.flood(&mut stream, *bytes, *most).await,
                Act::ComeAndGo(times) => self.come_and_go(*times).await,
                // Each of a crowd is played by itself.
                Act::Crowd(_) => {}
            }
        }
        if script.due.iter().any(|(_, due)| *due != Due::Unread) || script.due.is_empty() {
            self.collect(&mut stream, script).await;
        }
        self.judge(script)
    }

    async fn step(&mut self, stream: &mut Stream, step: &Step) {
        match step {
            Step::Write(bytes) => {
                let written = timeout(STALL, async {
                    stream.write_all(bytes).await?;
                    stream.flush().await
                });
                match written.await {
                    Ok(Ok(())) => self.moved(MoveKind::Sent(Bytes::copy_from_slice(bytes))),
                    Ok(Err(error)) => self.gone(&error.to_string()),
                    Err(_) => self
                        .notes
                        .push(format!("it read nothing for {}", Span(STALL))),
                }
            }
            Step::Pause(span) => {
                tokio::time::sleep(*span).await;
                self.moved(MoveKind::Waited(*span));
            }
            Step::Done => {}
            Step::Close => {
                let _ = stream.shutdown().await;
                self.moved(MoveKind::Closed("closed"));
            }
            Step::Reset => {
                stream.break_off();
                self.moved(MoveKind::Closed("broke the connection off"));
                self.is_over = true;
            }
        }
    }

    /// Writes for as long as the peer takes it, and hears what it says meanwhile.
    async fn flood(&mut self, stream: &mut Stream, bytes: usize, most: usize) {
        let chunk = Bytes::from(vec![b'x'; bytes]);
        let mut buffer = vec![0; 4096];
        let mut sent = 0;
        let (mut reader, mut writer) = tokio::io::split(&mut *stream);
        while sent < most && !self.is_over {
            tokio::select! {
                biased;
                read = reader.read(&mut buffer) => match read {
                    Ok(count @ 1..) => self.came(buffer.get(..count).unwrap_or_default()),
                    Ok(_) => self.gone("closed"),
                    Err(error) => self.gone(&error.to_string()),
                },
                written = timeout(STALL, writer.write(&chunk)) => match written {
                    Ok(Ok(count @ 1..)) => sent += count,
                    Ok(Ok(_)) | Err(_) => break,
                    Ok(Err(error)) => self.gone(&error.to_string()),
                },
            }
        }
        self.moved(MoveKind::Flooded(sent as u64));
        if sent >= most {
            // A cut is told, or the connection ends, once what is under way is read.
            let deadline = Instant::now() + STALL;
            while self.answers.is_empty() && !self.is_over && self.read(stream, deadline).await {}
            if self.answers.is_empty() && !self.is_over {
                let taken = Counted(sent as u64);
                self.notes.push(format!(
                    "it took {taken} of a frame that never ends without a word"
                ));
            }
        }
    }

    async fn come_and_go(&mut self, times: usize) {
        for turn in 0..times {
            let Ok((mut stream, _)) = connect(&self.settings.sender).await else {
                self.notes
                    .push(format!("it refused connection {turn} of {times}"));
                return;
            };
            if turn % 2 == 0 {
                let _ = stream.shutdown().await;
            } else {
                stream.break_off();
            }
        }
        self.moved(MoveKind::Closed("connected and went"));
    }

    async fn crowd(&mut self, count: usize, script: &Script) -> CaseVerdict {
        let mut peers = tokio::task::JoinSet::new();
        for number in 0..count {
            let settings = self.settings.clone();
            let mut own = script.clone();
            own.acts.clear();
            own.name(number);
            own.plain();
            peers.spawn(async move {
                let since = Instant::now();
                let verdict = Playing::new(&settings, since).play(&own).await;
                // The wait for an answer too many is ours.
                (verdict, since.elapsed().saturating_sub(settings.settle))
            });
        }
        let mut times = Vec::new();
        while let Some(done) = peers.join_next().await {
            match done {
                Ok((CaseVerdict::Failed(why) | CaseVerdict::NotPlayed(why), _)) => {
                    return CaseVerdict::Failed(format!(
                        "one of {count} peers is not served: {why}"
                    ));
                }
                Ok((_, time)) => times.push(time),
                Err(error) => return CaseVerdict::NotPlayed(error.to_string()),
            }
        }
        times.sort();
        match times.get(times.len() * 99 / 100) {
            Some(time) if *time > CROWD => CaseVerdict::Noted(format!(
                "of {count} peers at once one in a hundred waited {}",
                Span(*time)
            )),
            _ => CaseVerdict::Passed,
        }
    }

    /// Reads until everything due is there, and a moment longer.
    async fn collect(&mut self, stream: &mut Stream, script: &Script) {
        let deadline = Instant::now() + self.settings.sender.ack_timeout;
        while self.lacks_answers(script) && !self.is_over {
            if !self.read(stream, deadline).await {
                break;
            }
        }
        let settled = Instant::now() + self.settings.settle;
        while !self.is_over && self.read(stream, settled).await {}
        self.deframer.finish();
        self.look();
    }

    /// Whether an answer that is waited for has not come.
    fn lacks_answers(&self, script: &Script) -> bool {
        let wanted = |due: &Due| match due {
            Due::Accepted | Due::Answered | Due::Wished => 1,
            Due::Codes(codes) => codes.len(),
            Due::NotAccepted | Due::Free | Due::Unread => 0,
        };
        script.due.iter().any(|(id, _)| {
            let own = script.due.iter().filter(|(other, _)| other == id);
            let wanted: usize = own.map(|(_, due)| wanted(due)).sum();
            let came = self.answers.iter().filter(|(other, _)| other == id);
            came.count() < wanted
        })
    }

    /// Reads once; false where nothing came in time.
    async fn read(&mut self, stream: &mut Stream, deadline: Instant) -> bool {
        let mut buffer = vec![0; 64 * 1024];
        match timeout_at(deadline, stream.read(&mut buffer)).await {
            Ok(Ok(count @ 1..)) => self.came(buffer.get(..count).unwrap_or_default()),
            Ok(Ok(_)) => self.gone("closed"),
            Ok(Err(error)) => self.gone(&error.to_string()),
            Err(_) => return false,
        }
        true
    }

    fn came(&mut self, bytes: &[u8]) {
        self.moved(MoveKind::Received(Bytes::copy_from_slice(bytes)));
        self.deframer.push(bytes);
        self.look();
    }

    fn look(&mut self) {
        while let Some(event) = self.deframer.next_event() {
            match event {
                FrameEvent::Frame(frame) => match Answer::read(&frame.content) {
                    Ok(answer) => self.answers.push((answer.control_id, answer.code)),
                    Err(error) => self.notes.push(error.to_string()),
                },
                FrameEvent::Note(note) => self.notes.push(format!("in its answers, {}", note.kind)),
            }
        }
    }

    fn gone(&mut self, why: &str) {
        self.is_over = true;
        self.moved(MoveKind::PeerClosed(format!(
            "the peer ended the connection ({why})"
        )));
    }

    fn moved(&mut self, kind: MoveKind) {
        let at = self.began.elapsed();
        self.moves.push(Move {
            at,
            connection: self.connection,
            kind,
        });
    }

    fn judge(&self, script: &Script) -> CaseVerdict {
        let all = script.due.len();
        let mut odd = None;
        for (number, (id, due)) in script.due.iter().enumerate() {
            let times = script.due.iter().filter(|(other, _)| other == id).count();
            let answers: Vec<AckCode> = self
                .answers
                .iter()
                .filter(|(other, _)| other == id)
                .map(|(_, code)| *code)
                .collect();
            let which = format!("message {} of {all}", number + 1);
            let failed = match (due, answers.as_slice()) {
                (Due::Accepted | Due::Answered, []) if self.is_over => Some(format!(
                    "{which} got no answer before the peer ended the connection"
                )),
                (Due::Accepted | Due::Answered, []) => Some(format!(
                    "{which} got no answer within {}",
                    Span(self.settings.sender.ack_timeout)
                )),
                (Due::Accepted, [code, ..]) if !code.is_success() => {
                    Some(format!("{which} was refused with {code}"))
                }
                (Due::NotAccepted, codes) if codes.iter().any(|code| code.is_success()) => {
                    Some(format!("{which} was accepted, and it never came whole"))
                }
                (Due::Codes(expected), codes) => {
                    odd = odd.or_else(|| other_codes(expected, codes));
                    None
                }
                (_, codes) if codes.len() > times => {
                    Some(format!("{which} was answered {} times", codes.len()))
                }
                _ => None,
            };
            if let Some(why) = failed {
                return CaseVerdict::Failed(why);
            }
        }
        let known = |id: &String| script.due.iter().any(|(other, _)| other == id);
        if self
            .answers
            .iter()
            .any(|(id, code)| code.is_success() && !known(id))
        {
            return CaseVerdict::Failed(String::from("something that is no message was accepted"));
        }
        let wished = script.due.iter().filter(|(_, due)| *due == Due::Wished);
        let missed = wished.filter(|(id, _)| {
            !self
                .answers
                .iter()
                .any(|(other, code)| other == id && code.is_success())
        });
        let missed = missed.count();
        if missed > 0 {
            return CaseVerdict::Noted(format!("{missed} of {all} messages were not accepted"));
        }
        match odd.as_ref().or(self.notes.first()) {
            Some(note) => CaseVerdict::Noted(note.clone()),
            None => CaseVerdict::Passed,
        }
    }
}

/// What is to be said of other acknowledgments than MSH-15 and MSH-16 ask for.
fn other_codes(expected: &[AckCode], found: &[AckCode]) -> Option<String> {
    let told = |codes: &[AckCode]| match codes {
        [] => String::from("nothing"),
        codes => codes
            .iter()
            .map(|code| code.name())
            .collect::<Vec<_>>()
            .join(" and "),
    };
    let (asked, came) = (told(expected), told(found));
    (expected != found).then(|| format!("MSH-15 and MSH-16 ask for {asked}, and {came} came"))
}
