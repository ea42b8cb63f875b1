//! A sender of the window: messages given to it on a thread of its own, until all are sent or a person stops it.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::{Instant, SystemTime};

use bytes::Bytes;

use super::corpus::{Corpus, SampleId};
use super::exchange::{LinkId, Tone};
use super::files::read_text;
use super::plan_text::PlanError;
use super::sending::{Consignment, SendPlan, Sending, Told, with_control_id};
use super::shared_log::SharedLog;
use super::station::StationState;
use super::wire_plan::SenderPlan;
use super::wire_plan_parts::{ClientTls, oldest, with_credentials};
use super::written::{NotWritten, written};
use crate::cancel::Cancel;
use crate::hl7::{Timestamp, parse_shared};
use crate::net::{Authorities, Faults, Identity, SenderEvent, TlsClient, Wire};
use crate::profile::SiteCharset;

/// What it takes to send.
pub(super) struct SendJob {
    pub(super) wire: Arc<Wire>,
    pub(super) plan: SenderPlan,
    pub(super) messages: Outbox,
    pub(super) log: Arc<SharedLog>,
    /// The test certificates of the window's own listeners.
    pub(super) own_certificates: Vec<Arc<str>>,
    /// The first of the control ids that are given.
    pub(super) first_id: u64,
}

/// Messages in the order in which they are sent.
pub(super) enum Outbox {
    /// Samples, with the texts that a person gave some of them.
    Samples {
        corpus: Corpus,
        samples: Vec<SampleId>,
        texts: BTreeMap<SampleId, Arc<str>>,
        charset: SiteCharset,
    },
    /// A text that stands in no sample, and what it is called.
    Text { name: String, text: Arc<str> },
    /// Bytes that were sent or received before.
    Bytes { name: String, content: Bytes },
}

impl Outbox {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Samples { samples, .. } => samples.len(),
            Self::Text { .. } | Self::Bytes { .. } => 1,
        }
    }

    /// The message at a place, counted from 0; none where it is gone.
    fn message(&self, at: usize) -> Option<(String, Result<Bytes, NotWritten>, Option<Timestamp>)> {
        match self {
            Self::Samples {
                corpus,
                samples,
                texts,
                charset,
            } => {
                let id = *samples.get(at)?;
                let sample = corpus.get(id)?;
                let content = match texts.get(&id) {
                    Some(text) => in_its_charset(text),
                    None => Ok(sample.bytes().to_vec().into()),
                };
                let time = sample.header(*charset).timestamp;
                Some((sample.name(), content, time))
            }
            Self::Text { name, text } => Some((name.clone(), in_its_charset(text), None)),
            Self::Bytes { name, content } => Some((name.clone(), Ok(content.clone()), None)),
        }
    }
}

/// A text as bytes of the charset that its MSH-18 names.
fn in_its_charset(text: &Arc<str>) -> Result<Bytes, NotWritten> {
    written(&parse_shared(Arc::clone(text)).0, None).map(Bytes::from)
}

/// The thread that sends. When it is dropped, it is told to end and not waited for.
pub(super) struct SendingThread {
    stop: Arc<AtomicU64>,
    faults: Arc<Mutex<Option<Faults>>>,
    thread: JoinHandle<()>,
}

impl SendingThread {
    pub(super) fn start(job: SendJob) -> io::Result<Self> {
        let stop: Arc<AtomicU64> = Arc::default();
        let faults: Arc<Mutex<Option<Faults>>> = Arc::default();
        let cancel = Cancel::watching(Arc::clone(&stop), 0);
        let changed = Arc::clone(&faults);
        let thread = Builder::new().name("sending".to_owned()).spawn(move || {
            let log = Arc::clone(&job.log);
            let end = run(job, &cancel, &changed);
            log.write(|log| {
                log.phases.clear();
                log.rates.open = 0;
                log.enter(Instant::now(), end);
            });
        })?;
        Ok(Self {
            stop,
            faults,
            thread,
        })
    }

    /// Has it end at once, whatever it is about to do.
    pub(super) fn stop(&self) {
        self.stop.store(1, Ordering::Relaxed);
    }

    pub(super) fn set_faults(&self, faults: Faults) {
        let mut changed = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        *changed = Some(faults);
    }

    pub(super) fn is_over(&self) -> bool {
        self.thread.is_finished()
    }
}

impl Drop for SendingThread {
    fn drop(&mut self) {
        self.stop();
    }
}

fn run(job: SendJob, cancel: &Cancel, faults: &Mutex<Option<Faults>>) -> StationState {
    match send(job, cancel, faults) {
        Ok(state) => state,
        Err(why) => StationState::Failed(why),
    }
}

fn send(
    job: SendJob,
    cancel: &Cancel,
    faults: &Mutex<Option<Faults>>,
) -> Result<StationState, String> {
    let SendJob {
        wire,
        plan,
        messages,
        log,
        own_certificates,
        first_id,
    } = job;
    let words = |error: PlanError| error.to_string();
    let mut settings = plan.settings().map_err(words)?;
    settings.tls = tls(&plan, &own_certificates)?;
    settings.layer = with_credentials(settings.layer, &plan.frame.credentials)?;
    let repeat = match &messages {
        Outbox::Samples { .. } => plan.repeat().map_err(words)?,
        // One that was chosen by itself is meant once.
        Outbox::Text { .. } | Outbox::Bytes { .. } => 1,
    };
    let send_plan = SendPlan {
        settings,
        connections: plan.connections().map_err(words)?,
        pace: plan.pace().map_err(words)?,
    };
    let mut sending =
        Sending::start(&wire, &send_plan).map_err(|error| format!("Answers at: {error}"))?;
    log.write(|log| log.enter(Instant::now(), StationState::Sending));
    let mut tell = |about: Told<'_>, event: &SenderEvent| {
        log.write(|log| log.take_sender(Instant::now(), about, event));
    };
    let mut next_id = first_id;
    let mut is_stopped = false;
    let mut left = repeat.saturating_mul(messages.len());
    'all: for _ in 0..repeat {
        for at in 0..messages.len() {
            let changed = faults.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(Err(why)) = changed.map(|changed| sending.set_faults(&changed)) {
                log.write(|log| log.refuse_faults(&why));
            }
            let Some((name, content, time)) = messages.message(at) else {
                left -= 1;
                continue;
            };
            let mut content = match content {
                Ok(content) => content,
                Err(why) => {
                    not_written(&log, &name, &why);
                    left -= 1;
                    continue;
                }
            };
            if plan.fresh_ids
                && let Some(made) = with_control_id(&content, &format!("P{next_id}"))
            {
                content = made.into();
                next_id += 1;
            }
            let consignment = Consignment {
                name: name.into(),
                content,
                time,
            };
            if sending.send(consignment, cancel, &mut tell).is_err() {
                is_stopped = true;
                break 'all;
            }
            left -= 1;
        }
    }
    if is_stopped || sending.finish(cancel, &mut tell).is_err() {
        sending.stop(&mut tell);
        if left > 0 {
            log.write(|log| {
                let place = LinkId::default();
                let words = format!("messages that were still to be sent, and were not: {left}");
                log.tell(SystemTime::now(), place, ("stopped", Tone::Odd), words);
            });
        }
        return Ok(StationState::Stopped);
    }
    Ok(StationState::Done)
}

/// A message that cannot be written in its charset is told and not sent.
fn not_written(log: &SharedLog, name: &str, why: &NotWritten) {
    log.write(|log| {
        log.rates.messages += 1;
        log.rates.not_sent += 1;
        let words = format!("{name}: not sent: {why}");
        log.tell(
            SystemTime::now(),
            LinkId::default(),
            ("not sent", Tone::Bad),
            words,
        );
    });
}

fn tls(plan: &SenderPlan, own: &[Arc<str>]) -> Result<Option<TlsClient>, String> {
    let words = |error: &dyn std::fmt::Display| format!("TLS: {error}");
    let file = |path: &str| {
        let read = read_text(path.trim().as_ref());
        read.map(|(text, _)| text).map_err(|error| words(&error))
    };
    let url = plan.url().map_err(|error| error.to_string())?;
    let choice = match (plan.tls.choice, url.map(|url| url.is_secure)) {
        (ClientTls::Off, Some(true)) => ClientTls::System,
        (ClientTls::Off, Some(false) | None) => return Ok(None),
        (_, Some(false)) => {
            return Err(
                "TLS: http:// goes in the clear: write https://, or choose no TLS".to_owned(),
            );
        }
        (choice, Some(true) | None) => choice,
    };
    let trusted = match choice {
        ClientTls::Off | ClientTls::System => Authorities::of_system(),
        ClientTls::Files => Authorities::from_pem(&file(&plan.tls.ca)?),
        ClientTls::OwnListeners if own.is_empty() => {
            return Err(
                "TLS: no listener of this window runs with a test certificate; start one first"
                    .to_owned(),
            );
        }
        ClientTls::OwnListeners => Authorities::from_pem(&own.concat()),
    };
    let trusted = trusted.map_err(|error| words(&error))?;
    let identity = match (plan.tls.chain.trim(), plan.tls.key.trim()) {
        ("", "") => None,
        (chain, key) => {
            let identity = Identity::from_pem(&file(chain)?, &file(key)?);
            Some(identity.map_err(|error| words(&error))?)
        }
    };
    let name = Some(plan.tls.name.trim()).filter(|name| !name.is_empty());
    let client = TlsClient::new(&trusted, identity, oldest(plan.tls.only_13), name);
    client.map(Some).map_err(|error| words(&error))
}
