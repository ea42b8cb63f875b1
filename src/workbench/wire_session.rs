//! The wire of a session: what is received becomes samples, what is sent comes from them.

use std::sync::Arc;

use super::clock::{local_time, seed_of_clock};
use super::corpus::SampleId;
use super::inputs::Snapshot;
use super::session::Session;
use super::source::{Origin, Source};
use super::wire_desk::{Station, StationId, StationPlan};
use super::wire_sending::Outbox;
use crate::net::Received;

/// What a sender sends.
#[derive(Clone, PartialEq, Eq)]
pub enum ToSend {
    /// These samples, in this order, as they stand.
    Samples(Vec<SampleId>),
    /// All samples.
    All,
    /// The output of the selected sample.
    Output,
    /// A text that a person edited, and what it is called.
    Text(String, Arc<str>),
    /// The message of an exchange of this listener or sender, byte by byte.
    Exchange(StationId, u64),
}

/// What, not whom it is about.
impl std::fmt::Debug for ToSend {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Samples(samples) => write!(f, "{} samples", samples.len()),
            Self::All => f.write_str("All"),
            Self::Output => f.write_str("Output"),
            Self::Text(..) => f.write_str("Text"),
            Self::Exchange(station, serial) => write!(f, "Exchange {serial} of {station:?}"),
        }
    }
}

impl Session {
    /// The listeners and senders, in the order in which they were added.
    pub fn stations(&self) -> &[Station] {
        self.wire.stations()
    }

    /// One of them.
    pub fn station(&self, id: StationId) -> Option<&Station> {
        self.wire.station(id)
    }

    /// Adds a listener or sender, which does nothing yet.
    pub fn add_station(&mut self, plan: StationPlan) -> StationId {
        self.wire.add(plan)
    }

    /// Forgets a listener or sender; what it is about to do ends at once.
    pub fn remove_station(&mut self, id: StationId) {
        self.wire.remove(id);
    }

    /// Describes a listener or sender otherwise.
    pub fn change_station(&mut self, id: StationId, plan: StationPlan) {
        self.wire.change(id, plan);
    }

    /// Opens a listener; the state says what became of it.
    pub fn listen(&mut self, id: StationId) {
        let snapshot = self.reception();
        self.wire.listen(id, snapshot);
    }

    /// Sends messages.
    ///
    /// # Errors
    ///
    /// There is nothing to send; the words say what to do.
    pub fn send_messages(&mut self, id: StationId, what: ToSend) -> Result<(), String> {
        let outbox = self.outbox(what)?;
        self.wire
            .send(id, outbox, seed_of_clock() / 1_000 % 10_000_000_000_000_000);
        Ok(())
    }

    /// Ends what a listener or sender does, at whatever it is.
    pub fn stop_station(&mut self, id: StationId) {
        self.wire.stop(id);
    }

    /// Has a listener answer what it received, take nothing more, and end.
    pub fn drain_station(&mut self, id: StationId) {
        self.wire.drain(id);
    }

    /// Forgets what a listener or sender has done.
    pub fn clear_station(&mut self, id: StationId) {
        self.wire.clear(id);
    }

    /// Puts the message of an exchange among the samples, and selects it.
    ///
    /// # Errors
    ///
    /// It was forgotten, or holds no message that could be read; the words say so.
    pub fn sample_of_exchange(&mut self, station: StationId, serial: u64) -> Result<(), String> {
        let found = self.station(station).and_then(|station| {
            let exchange = station.log().exchange(serial).cloned()?;
            let content = exchange.message.as_ref()?.content.to_vec();
            Some((Arc::clone(&exchange.peer), content))
        });
        let Some((peer, content)) = found else {
            return Err("This message was forgotten to make room for newer ones".to_owned());
        };
        let source = Source::from_bytes(Origin::Wire(peer), content);
        let source = source.map_err(|error| error.to_string())?;
        if source.is_empty() {
            return Err("Nothing in these bytes can be read as a message".to_owned());
        }
        let at = self.corpus.len();
        self.corpus.add(Arc::new(source));
        let sample = self.corpus.sample(at);
        self.select(sample.map(|sample| sample.id()));
        Ok(())
    }

    fn outbox(&self, what: ToSend) -> Result<Outbox, String> {
        let samples = |samples: Vec<SampleId>| {
            if samples.is_empty() {
                return Err("There is no message to send: open or paste one".to_owned());
            }
            Ok(Outbox::Samples {
                corpus: self.corpus.clone(),
                samples,
                texts: self.edited.clone(),
                charset: self.profile().charset(),
            })
        };
        match what {
            ToSend::Samples(chosen) => samples(chosen),
            ToSend::All => {
                let all = (0..self.corpus.len()).filter_map(|at| self.corpus.sample(at));
                samples(all.map(|sample| sample.id()).collect())
            }
            ToSend::Output => {
                let made = self.preview().and_then(|preview| {
                    let output = preview.outcome.as_ref()?.output.as_ref()?;
                    Some(output.text().into())
                });
                let text = made.ok_or_else(|| {
                    "There is no output to send: choose a sample whose mapping makes one".to_owned()
                })?;
                Ok(Outbox::Text {
                    name: "the output of the selected sample".to_owned(),
                    text,
                })
            }
            ToSend::Text(name, text) => Ok(Outbox::Text { name, text }),
            ToSend::Exchange(station, serial) => {
                let content = self.station(station).and_then(|station| {
                    let exchange = station.log().exchange(serial).cloned()?;
                    Some(exchange.message.as_ref()?.content.clone())
                });
                let content = content.ok_or_else(|| {
                    "This message was forgotten to make room for newer ones".to_owned()
                })?;
                Ok(Outbox::Bytes {
                    name: "sent again".to_owned(),
                    content,
                })
            }
        }
    }

    /// What listeners map by.
    fn reception(&self) -> Snapshot {
        let site = &self.site;
        let snapshot = Snapshot::new(
            Arc::clone(site.profile()),
            Arc::clone(site.scripts()),
            local_time(),
        );
        let mut snapshot = snapshot.with_sources(Arc::clone(site.sources()));
        snapshot.seed = seed_of_clock();
        snapshot
    }

    /// Takes what the wire brought; `true` when anything changed.
    pub(super) fn poll_wire(&mut self) -> bool {
        let mut arrived = Vec::new();
        let changed = self.wire.poll(&mut arrived);
        if !self.wire.follows(self.site.profile(), self.site.scripts()) {
            let snapshot = self.reception();
            self.wire.follow(&snapshot);
        }
        self.take_arrived(arrived);
        changed
    }

    fn take_arrived(&mut self, arrived: Vec<Received>) {
        let had_none = self.corpus.is_empty();
        for received in arrived {
            let origin = Origin::Wire(received.peer.to_string().into());
            let source = Source::from_bytes(origin, received.content.to_vec());
            match source {
                Ok(source) => self.corpus.add(Arc::new(source)),
                Err(error) => self
                    .load_problems
                    .push(crate::diagnostic::Diagnostic::error(
                        "wire",
                        error.to_string(),
                    )),
            }
        }
        if had_none && !self.corpus.is_empty() {
            let first = self.corpus.sample(0);
            self.select(first.map(|sample| sample.id()));
        }
    }
}
