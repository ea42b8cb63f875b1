//! The listeners and senders of the window: described, started, stopped, followed.

use std::path::PathBuf;
use std::sync::{Arc, MutexGuard};
use std::time::{Instant, SystemTime};

use super::exchange::{LinkId, Tone};
use super::inputs::Snapshot;
use super::plan_text::PlanError;
use super::shared_log::SharedLog;
use super::station::StationState;
use super::wire_listening::{ListenJob, Listening, listen};
use super::wire_log::WireLog;
use super::wire_plan::{ListenerPlan, SenderPlan};
use super::wire_sending::{Outbox, SendJob, SendingThread};
use super::worker::{Intake, Wake, Worker};
use crate::cancel::Cancel;
use crate::net::{Faults, Received, Wire};
use crate::profile::{Profile, ScriptTexts};

/// Names a listener or sender of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StationId(u64);

/// A listener or sender as it is described.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum StationPlan {
    /// Takes messages.
    Listener(ListenerPlan),
    /// Sends messages.
    Sender(SenderPlan),
}

/// A listener or sender of the window.
#[derive(Debug)]
pub struct Station {
    id: StationId,
    plan: StationPlan,
    log: Arc<SharedLog>,
    running: Running,
    /// Counts the starts: one that was given up is known by it.
    starts: u64,
    /// What runs was started by another description.
    is_outdated: bool,
    certificate: Option<Arc<str>>,
}

enum Running {
    No,
    /// It is being opened.
    Starting,
    Listening(Listening),
    Sending(SendingThread),
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::No => "No",
            Self::Starting => "Starting",
            Self::Listening(_) => "Listening",
            Self::Sending(_) => "Sending",
        })
    }
}

/// What the thread that opens listeners is given, and gives back.
type Opening = (StationId, u64, ListenJob);
type Opened = (StationId, u64, Result<Listening, String>);

/// All of them.
pub(super) struct WireDesk {
    stations: Vec<Station>,
    next: u64,
    wire: Option<Arc<Wire>>,
    wake: Wake,
    openings: Worker<Opening, Opened>,
    /// By what mapping listeners answer.
    followed: Option<(Arc<Profile>, Arc<ScriptTexts>)>,
}

impl Station {
    /// Its name.
    pub fn id(&self) -> StationId {
        self.id
    }

    /// As it is described.
    pub fn plan(&self) -> &StationPlan {
        &self.plan
    }

    /// What it has done. Held for long, it holds up the wire.
    pub fn log(&self) -> MutexGuard<'_, WireLog> {
        self.log.read()
    }

    /// Whether it runs, or is about to.
    pub fn is_running(&self) -> bool {
        !matches!(self.running, Running::No)
    }

    /// Whether it takes messages, and does not send them.
    pub fn is_listener(&self) -> bool {
        matches!(self.plan, StationPlan::Listener(_))
    }

    /// Whether it takes messages from other machines.
    pub fn is_open_to_others(&self) -> bool {
        match &self.plan {
            StationPlan::Listener(plan) => plan.is_open_to_others(),
            StationPlan::Sender(_) => false,
        }
    }

    /// Whether it was started by another description, so that the new one counts from the next start on.
    pub fn is_outdated(&self) -> bool {
        self.is_outdated && self.is_running()
    }

    /// The test certificate that the other side is to trust, while a listener runs with one.
    pub fn certificate(&self) -> Option<&Arc<str>> {
        self.certificate.as_ref().filter(|_| self.is_running())
    }

    /// Where it keeps messages.
    pub fn journal(&self) -> Option<PathBuf> {
        match &self.plan {
            StationPlan::Listener(plan) => plan.journal(),
            StationPlan::Sender(_) => None,
        }
    }

    fn fail(&mut self, why: String) {
        self.running = Running::No;
        self.log.write(|log| {
            log.tell(
                SystemTime::now(),
                LinkId::default(),
                ("failed", Tone::Bad),
                &why,
            );
            log.enter(Instant::now(), StationState::Failed(why));
        });
    }
}

impl StationPlan {
    fn faults(&self) -> Result<Faults, PlanError> {
        match self {
            Self::Listener(plan) => plan.faults.faults(),
            Self::Sender(plan) => plan.faults.faults(),
        }
    }

    /// The same with the faults of another one.
    fn with_faults_of(&self, other: &Self) -> Self {
        let mut plan = self.clone();
        match (&mut plan, other) {
            (Self::Listener(plan), Self::Listener(other)) => plan.faults = other.faults.clone(),
            (Self::Sender(plan), Self::Sender(other)) => plan.faults = other.faults.clone(),
            (Self::Listener(_), Self::Sender(_)) | (Self::Sender(_), Self::Listener(_)) => {}
        }
        plan
    }
}

impl WireDesk {
    pub(super) fn start(wake: Wake) -> Self {
        let openings = Worker::start(
            "listeners",
            Intake::Every,
            Arc::clone(&wake),
            || (),
            |(): &mut (), (id, start, job): Opening, _: &Cancel, deliver: &dyn Fn(Opened)| {
                deliver((id, start, listen(job)));
                Ok(())
            },
        );
        Self {
            stations: Vec::new(),
            next: 1,
            wire: None,
            wake,
            openings,
            followed: None,
        }
    }

    pub(super) fn stations(&self) -> &[Station] {
        &self.stations
    }

    pub(super) fn station(&self, id: StationId) -> Option<&Station> {
        self.stations.iter().find(|station| station.id == id)
    }

    fn station_mut(&mut self, id: StationId) -> Option<&mut Station> {
        self.stations.iter_mut().find(|station| station.id == id)
    }

    pub(super) fn add(&mut self, plan: StationPlan) -> StationId {
        let id = StationId(self.next);
        self.next += 1;
        self.stations.push(Station {
            id,
            plan,
            log: Arc::new(SharedLog::new(Arc::clone(&self.wake))),
            running: Running::No,
            starts: 0,
            is_outdated: false,
            certificate: None,
        });
        id
    }

    /// Forgets one; what runs ends at once.
    pub(super) fn remove(&mut self, id: StationId) {
        self.stop(id);
        self.stations.retain(|station| station.id != id);
    }

    /// Describes it otherwise. Faults that can be read count at once, all else from the next start on.
    pub(super) fn change(&mut self, id: StationId, plan: StationPlan) {
        let Some(station) = self.station_mut(id) else {
            return;
        };
        if let Ok(faults) = plan.faults()
            && station.plan.faults().ok().as_ref() != Some(&faults)
        {
            station.log.write(|log| log.misbehave(&faults));
            match &station.running {
                Running::Listening(listening) => {
                    if let Err(why) = listening.set_faults(&faults) {
                        station.log.write(|log| log.refuse_faults(&why));
                    }
                }
                Running::Sending(sending) => sending.set_faults(faults),
                Running::No | Running::Starting => {}
            }
        }
        station.is_outdated |= station.plan.with_faults_of(&plan) != plan;
        station.plan = plan;
    }

    /// The threads of the wire, which begin with the first that needs them.
    fn wire(&mut self) -> Result<Arc<Wire>, String> {
        if let Some(wire) = &self.wire {
            return Ok(Arc::clone(wire));
        }
        let wire = Wire::start()
            .map(Arc::new)
            .map_err(|error| format!("the system gives no threads for the wire: {error}"))?;
        self.wire = Some(Arc::clone(&wire));
        Ok(wire)
    }

    /// Opens a listener.
    pub(super) fn listen(&mut self, id: StationId, snapshot: Snapshot) {
        let wire = self.wire();
        let Some(station) = self.station_mut(id) else {
            return;
        };
        let StationPlan::Listener(plan) = &station.plan else {
            return;
        };
        if station.is_running() {
            return;
        }
        let wire = match wire {
            Ok(wire) => wire,
            Err(why) => return station.fail(why),
        };
        let faults = plan.faults.faults().unwrap_or_default();
        let job = ListenJob {
            wire,
            plan: plan.clone(),
            snapshot,
            log: Arc::clone(&station.log),
        };
        station.starts += 1;
        station.is_outdated = false;
        station.running = Running::Starting;
        station.log.write(|log| {
            log.misbehave(&faults);
            log.enter(Instant::now(), StationState::Starting);
        });
        let opening = (id, station.starts, job);
        self.openings.submit(opening);
    }

    /// Sends messages.
    pub(super) fn send(&mut self, id: StationId, messages: Outbox, first_id: u64) {
        let wire = self.wire();
        let own_certificates = self.stations.iter();
        let own_certificates = own_certificates
            .filter_map(|station| station.certificate().cloned())
            .collect();
        let Some(station) = self.station_mut(id) else {
            return;
        };
        let StationPlan::Sender(plan) = &station.plan else {
            return;
        };
        if station.is_running() {
            return;
        }
        let wire = match wire {
            Ok(wire) => wire,
            Err(why) => return station.fail(why),
        };
        let faults = plan.faults.faults().unwrap_or_default();
        let job = SendJob {
            wire,
            plan: plan.clone(),
            messages,
            log: Arc::clone(&station.log),
            own_certificates,
            first_id,
        };
        station.is_outdated = false;
        station.log.write(|log| {
            log.misbehave(&faults);
            log.enter(Instant::now(), StationState::Starting);
        });
        match SendingThread::start(job) {
            Ok(thread) => station.running = Running::Sending(thread),
            Err(error) => station.fail(format!("the system gives no thread: {error}")),
        }
    }

    /// Ends it at once, whatever it is about to do.
    pub(super) fn stop(&mut self, id: StationId) {
        let Some(station) = self.station_mut(id) else {
            return;
        };
        match &station.running {
            Running::No => {}
            // What is opened by then is dropped.
            Running::Starting => {
                station.starts += 1;
                station.running = Running::No;
                station
                    .log
                    .write(|log| log.enter(Instant::now(), StationState::Stopped));
            }
            Running::Listening(listening) => listening.stop(),
            Running::Sending(sending) => sending.stop(),
        }
    }

    /// Takes no more connections, and ends when what was received is answered.
    pub(super) fn drain(&mut self, id: StationId) {
        if let Some(station) = self.station_mut(id)
            && let Running::Listening(listening) = &station.running
        {
            listening.drain();
            station
                .log
                .write(|log| log.enter(Instant::now(), StationState::Draining));
        }
    }

    /// Forgets what one has done.
    pub(super) fn clear(&mut self, id: StationId) {
        if let Some(station) = self.station_mut(id) {
            station.log.write(|log| log.clear(Instant::now()));
        }
    }

    /// Whether listeners map by this profile and these scripts.
    pub(super) fn follows(&self, profile: &Arc<Profile>, scripts: &Arc<ScriptTexts>) -> bool {
        self.followed.as_ref().is_some_and(|(known, texts)| {
            Arc::ptr_eq(known, profile) && Arc::ptr_eq(texts, scripts)
        })
    }

    /// Has listeners map by the profile as it stands.
    pub(super) fn follow(&mut self, snapshot: &Snapshot) {
        self.followed = Some((Arc::clone(&snapshot.profile), Arc::clone(&snapshot.scripts)));
        for station in &self.stations {
            if let Running::Listening(listening) = &station.running
                && listening.maps()
            {
                listening.follow(snapshot.clone());
            }
        }
    }

    /// Takes what was opened, what ended and what came; `true` when anything changed.
    pub(super) fn poll(&mut self, arrived: &mut Vec<Received>) -> bool {
        let mut changed = false;
        while let Some(opened) = self.openings.try_next() {
            changed = true;
            // A panic was told by its hook, and leaves its listener as one that starts; the person stops it.
            let Ok((id, start, result)) = opened else {
                continue;
            };
            let Some(station) = self.station_mut(id) else {
                continue;
            };
            if station.starts != start {
                continue;
            }
            match result {
                Ok(listening) => {
                    station.certificate.clone_from(&listening.certificate);
                    if let Some(kept) = listening.kept_before.filter(|kept| *kept > 0) {
                        let words = format!("{kept} messages stand in the journal from before");
                        station.log.write(|log| {
                            let place = LinkId::default();
                            log.tell(SystemTime::now(), place, ("journal", Tone::Plain), words);
                        });
                    }
                    let state = StationState::Listening(listening.address());
                    station.log.write(|log| log.enter(Instant::now(), state));
                    station.running = Running::Listening(listening);
                    // The profile may have changed since it was asked for.
                    self.followed = None;
                }
                Err(why) => station.fail(why),
            }
        }
        for station in &mut self.stations {
            changed |= station.log.look();
            arrived.extend(station.log.take_arrived());
            let is_over = match &station.running {
                Running::Listening(listening) => listening.is_over(),
                Running::Sending(sending) => sending.is_over(),
                Running::No | Running::Starting => false,
            };
            if is_over {
                changed = true;
                station.running = Running::No;
                station.certificate = None;
            }
        }
        changed
    }

    pub(super) fn wait_until_idle(&self) {
        self.openings.wait_until_idle();
    }

    pub(super) fn is_idle(&self) -> bool {
        self.openings.is_idle()
    }
}
