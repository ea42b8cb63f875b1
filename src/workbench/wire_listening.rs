//! A listener of the window: how it is opened, and who decides about what comes.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use super::answer_script::AnswerScript;
use super::files::read_text;
use super::inputs::Snapshot;
use super::reception::{Decided, Reception};
use super::shared_log::SharedLog;
use super::wire_plan::{AckPlan, ListenerPlan};
use super::wire_plan_parts::{ServerTls, oldest, with_credentials};
use crate::net::{
    Ack, AckCode, Authorities, Decider, FaultError, Faults, Identity, Journal, JournalSettings,
    Listener, SelfSigned, TlsServer, Verdict, Wire,
};

/// What it takes to open a listener.
pub(super) struct ListenJob {
    pub(super) wire: Arc<Wire>,
    pub(super) plan: ListenerPlan,
    pub(super) snapshot: Snapshot,
    pub(super) log: Arc<SharedLog>,
}

/// A listener that is open. When it is dropped, it ends at once.
pub(super) struct Listening {
    listener: Listener,
    reception: Option<Reception>,
    /// What the other side is to trust, where the certificate was made here.
    pub(super) certificate: Option<Arc<str>>,
    /// How many messages the journal held before.
    pub(super) kept_before: Option<u64>,
    /// Locked for others as long as the port is open.
    _journal: Option<Arc<Journal>>,
}

impl Listening {
    pub(super) fn address(&self) -> String {
        self.listener.address().to_string()
    }

    pub(super) fn drain(&self) {
        self.listener.drain();
    }

    pub(super) fn stop(&self) {
        self.listener.stop();
    }

    pub(super) fn set_faults(&self, faults: &Faults) -> Result<(), FaultError> {
        self.listener.set_faults(faults)
    }

    /// Whether its port and connections have ended.
    pub(super) fn is_over(&self) -> bool {
        self.listener.open_tasks() == 0
    }

    /// Maps what comes from now on by another profile.
    pub(super) fn follow(&self, snapshot: Snapshot) {
        if let Some(reception) = &self.reception {
            reception.follow(snapshot);
        }
    }

    pub(super) fn maps(&self) -> bool {
        self.reception.is_some()
    }
}

/// Opens a listener; what stands in the way is told in words.
pub(super) fn listen(job: ListenJob) -> Result<Listening, String> {
    let ListenJob {
        wire,
        plan,
        snapshot,
        log,
    } = job;
    let mut settings = plan.settings().map_err(|error| error.to_string())?;
    let (tls, certificate) = tls(&plan)?;
    settings.tls = tls;
    settings.layer = with_credentials(settings.layer, &plan.frame.credentials)?;
    let (journal, kept_before) = match plan.journal() {
        None => (None, None),
        Some(folder) => {
            let opened = Journal::open(JournalSettings::in_folder(folder));
            let (journal, found) = opened.map_err(|error| format!("Journal: {error}"))?;
            (Some(Arc::new(journal)), Some(found.records))
        }
    };
    let (decider, reception) = decider(&plan, snapshot, &log)?;
    let decider = if plan.into_samples {
        kept(decider, &log)
    } else {
        decider
    };
    let decider = match &journal {
        Some(journal) => journal.before(decider),
        None => decider,
    };
    log.explain(words(&plan));
    let told = Arc::clone(&log);
    let tell = move |event| told.write(|log| log.take_listener(Instant::now(), event));
    let listener = wire
        .listen(settings, decider, Arc::new(tell))
        .map_err(|error| error.to_string())?;
    Ok(Listening {
        listener,
        reception,
        certificate,
        kept_before,
        _journal: journal,
    })
}

/// Why messages are answered as they are, where no mapping says so.
fn words(plan: &ListenerPlan) -> Option<String> {
    let code = plan.ack_code.trim();
    match plan.ack {
        AckPlan::Mapped | AckPlan::Script => None,
        AckPlan::Immediate if plan.journal().is_some() => {
            Some("setting: a message is accepted as soon as it is on the disk".to_owned())
        }
        AckPlan::Immediate => {
            Some("setting: every message is accepted as soon as it is here".to_owned())
        }
        AckPlan::Fixed => Some(format!("setting: every message is answered {code}")),
        AckPlan::Never => Some("setting: no message is answered".to_owned()),
    }
}

fn decider(
    plan: &ListenerPlan,
    snapshot: Snapshot,
    log: &Arc<SharedLog>,
) -> Result<(Decider, Option<Reception>), String> {
    let verdict = match plan.ack {
        AckPlan::Immediate => Verdict::Ack(Ack::of(AckCode::Accept)),
        AckPlan::Never => Verdict::Silence,
        AckPlan::Fixed => {
            let code = plan.code().map_err(|error| error.to_string())?;
            let text = plan.ack_text.trim();
            Verdict::Exactly(Ack {
                text: (!text.is_empty()).then(|| text.to_owned()),
                ..Ack::of(code)
            })
        }
        AckPlan::Mapped | AckPlan::Script => {
            let of_thread = Arc::clone(log);
            let words = if plan.ack == AckPlan::Script {
                "the script"
            } else {
                "the mapping"
            };
            let tell = move |made: Decided| {
                of_thread.write(|log| log.decided(SystemTime::now(), words, &made));
            };
            let reception = if plan.ack == AckPlan::Script {
                Reception::answering(answers(plan.ack_script.trim())?, tell)
            } else {
                Reception::start(snapshot, tell)
            };
            let reception = reception
                .map_err(|error| format!("the system gives no thread for answers: {error}"))?;
            return Ok((reception.decider(), Some(reception)));
        }
    };
    Ok((Decider::always(verdict), None))
}

/// The script that answers.
fn answers(path: &str) -> Result<AnswerScript, String> {
    let (text, _) = read_text(path.as_ref()).map_err(|error| format!("Script: {error}"))?;
    AnswerScript::compile(path, &text).map_err(|faults| {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        format!("Script: {}", faults.join("; "))
    })
}

/// Has each message among the samples before anybody decides about it; one that finds no room there is refused.
fn kept(next: Decider, log: &Arc<SharedLog>) -> Decider {
    let log = Arc::clone(log);
    Decider::new(move |received, reply| match log.arrive(received.clone()) {
        Ok(()) => next.decide(received, reply),
        Err(why) => reply.give(Verdict::Ack(Ack::because(AckCode::Error, why))),
    })
}

fn tls(plan: &ListenerPlan) -> Result<(Option<TlsServer>, Option<Arc<str>>), String> {
    let words = |error: &dyn std::fmt::Display| format!("TLS: {error}");
    let file = |path: &str| {
        let read = read_text(path.trim().as_ref());
        read.map(|(text, _)| text).map_err(|error| words(&error))
    };
    let (identity, made) = match plan.tls.choice {
        ServerTls::Off => return Ok((None, None)),
        ServerTls::SelfSigned => {
            let mut names: Vec<String> =
                ["localhost", "127.0.0.1", "::1"].map(str::to_owned).into();
            if let Ok(settings) = plan.settings() {
                let own = settings.address.ip();
                if !own.is_loopback() && !own.is_unspecified() {
                    names.push(own.to_string());
                }
            }
            let made = SelfSigned::new(&names).map_err(|error| words(&error))?;
            let identity = Identity::from_pem(&made.certificate_pem, &made.key_pem);
            (identity, Some(made.certificate_pem.into()))
        }
        ServerTls::Files => {
            let identity = Identity::from_pem(&file(&plan.tls.chain)?, &file(&plan.tls.key)?);
            (identity, None)
        }
    };
    let identity = identity.map_err(|error| words(&error))?;
    let clients = match plan.tls.client_ca.trim() {
        "" => None,
        path => Some(Authorities::from_pem(&file(path)?).map_err(|error| words(&error))?),
    };
    let server = TlsServer::new(identity, clients.as_ref(), oldest(plan.tls.only_13))
        .map_err(|error| words(&error))?;
    Ok((Some(server), made))
}
