//! Where in the recorded run the window stands, and where runs are to stop.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::moved_lines::moved;
use super::passes::Passes;
use crate::mapping::Recording;
use crate::profile::ScriptPlace;
use crate::workbench::{
    Breakpoint, Condition, Direction, Move, Preview, Reason, Recorded, SampleId, Track, Walk,
    Watch, WatchHits,
};

/// Where to go in the recorded run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Go {
    By(Move),
    Run(Direction),
    To(usize),
    /// To where a step of the recording begins.
    ToStep(usize),
    /// To the next time that a line of a script runs.
    ToLine {
        script: ScriptPlace,
        /// Counted from 1.
        line: u32,
        direction: Direction,
    },
    /// To the next place at which something happens.
    ToNext(Watch, Direction),
}

/// A line at which runs stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StopLine {
    pub(super) script: ScriptPlace,
    /// Counted from 1.
    pub(super) line: u32,
    /// What must be so for the run to stop, as it was written; always where nothing is.
    pub(super) condition: String,
}

/// The walk through the run of the message at hand.
#[derive(Default)]
pub(super) struct Stepping {
    walked: Option<Walked>,
    /// The recording is of before what was changed last.
    pub(super) is_old: bool,
    /// Counts the moves: a panel that has seen the number need not scroll again.
    pub(super) serial: u64,
    pub(super) stops: Vec<StopLine>,
    pub(super) watches: Vec<Watch>,
    /// Counts the changes of both.
    pub(super) stops_serial: u64,
    /// The scripts in which runs stop, as they were when their lines were counted last.
    texts: BTreeMap<ScriptPlace, Arc<str>>,
    /// Where each watch-point happens in the run, in their order; nowhere until that was found.
    hits: Vec<Arc<[usize]>>,
    /// All that was found of it.
    found: Option<Arc<WatchHits>>,
    pub(super) passes: Passes,
    /// How the last move ended, where that is no matter of course.
    pub(super) notice: Option<String>,
    /// Whether the stepper is on the screen.
    pub(super) is_open: bool,
    /// Where to go once a run is recorded.
    pub(super) awaited: Option<Go>,
}

/// A recording, and where in it the walk stands.
pub(super) struct Walked {
    pub(super) recorded: Arc<Recorded>,
    pub(super) walk: Walk,
    sample: Option<SampleId>,
}

impl Walked {
    pub(super) fn recording(&self) -> &Recording {
        &self.recorded.recording
    }

    pub(super) fn track(&self) -> &Track {
        self.walk.track()
    }

    /// The step where the walk stands.
    pub(super) fn step(&self) -> usize {
        self.walk.stop().map_or(0, |stop| stop.step)
    }
}

impl Stepping {
    /// Takes the newest recording; the last one stays, as an old one, while a script cannot be read.
    pub(super) fn follow(&mut self, preview: Option<&Arc<Preview>>, selected: Option<SampleId>) {
        let preview = preview.filter(|preview| preview.sample == selected);
        let newest = preview.and_then(|preview| preview.recorded.as_ref());
        match (newest, &self.walked) {
            (Some(newest), Some(known)) if Arc::ptr_eq(newest, &known.recorded) => {
                self.is_old = false;
            }
            (Some(newest), known) => {
                let track = Arc::clone(&newest.track);
                let walk = match known.as_ref().filter(|known| known.sample == selected) {
                    Some(known) => known.walk.onto(track),
                    None => Walk::new(track),
                };
                self.walked = Some(Walked {
                    recorded: Arc::clone(newest),
                    walk,
                    sample: selected,
                });
                self.is_old = false;
                self.notice = None;
                self.moved();
            }
            (None, Some(known)) if known.sample == selected && selected.is_some() => {
                self.is_old = true;
            }
            (None, _) => self.walked = None,
        }
        self.order_hits();
    }

    /// The recording that is walked.
    pub(super) fn walked(&self) -> Option<&Walked> {
        self.walked.as_ref()
    }

    /// Goes to another place; `script` says which script one of that name is.
    pub(super) fn go(&mut self, to: Go, script: impl Fn(&str) -> Option<ScriptPlace>) {
        if self.walked.is_some() && !self.is_ready(&to) {
            self.awaited = Some(to);
            return;
        }
        let Some(walked) = &mut self.walked else {
            return;
        };
        let before = walked.walk.at();
        self.notice = None;
        match to {
            Go::By(movement) => {
                walked.walk.go(movement);
            }
            Go::To(at) => walked.walk.go_to(at),
            Go::ToStep(step) => walked.walk.go_to_step(step),
            Go::Run(direction) => {
                let breakpoints = stops(&self.stops, &walked.recorded.recording, script);
                let has_none = self.stops.is_empty() && self.watches.is_empty();
                let walk = &mut walked.walk;
                self.notice = match walk.run_knowing(direction, &breakpoints, &self.hits) {
                    Reason::Breakpoint(_) => None,
                    Reason::Watch(at) => self.watches.get(at).map(ToString::to_string),
                    Reason::End => Some(end_words(direction, has_none).to_owned()),
                };
            }
            Go::ToLine {
                script: wanted,
                line,
                direction,
            } => {
                let codes = walked.recorded.recording.codes.iter();
                let mut names = codes.map(|code| Arc::clone(code.name()));
                let name = names.find(|name| script(name).as_ref() == Some(&wanted));
                let is_found = name.is_some_and(|name| walked.walk.to_line(&name, line, direction));
                if !is_found {
                    let when = when_words(direction);
                    self.notice = Some(format!("Line {line} does not run {when}"));
                }
            }
            Go::ToNext(watch, direction) => {
                let places = self.found.as_ref();
                let places = places.and_then(|found| found.of(&walked.recorded.track, &watch));
                let is_found =
                    places.is_some_and(|places| walked.walk.to_next_of(places, direction));
                self.notice = Some(if is_found {
                    watch.to_string()
                } else {
                    format!("Not {}: {watch}", when_words(direction))
                });
            }
        }
        if walked.walk.at() != before {
            self.moved();
        }
    }

    /// Lets the panels know; beside the scripts the passes are shown that the step is part of.
    fn moved(&mut self) {
        self.serial += 1;
        if let Some(walked) = &self.walked {
            self.passes.reveal(walked.recording(), walked.step());
        }
    }

    /// Lets runs stop where something happens, or no longer.
    pub(super) fn toggle_watch(&mut self, watch: Watch) {
        let before = self.watches.len();
        self.watches.retain(|known| *known != watch);
        if self.watches.len() == before {
            self.watches.push(watch);
        }
        self.stops_serial += 1;
        self.order_hits();
    }

    /// Takes the stops of another profile.
    pub(super) fn take_stops(&mut self, (stops, watches): (Vec<StopLine>, Vec<Watch>)) {
        (self.stops, self.watches) = (stops, watches);
        self.texts.clear();
        self.stops_serial += 1;
        self.order_hits();
    }

    /// Keeps the stops on their lines while the scripts are edited above them; `text` is what a script
    /// holds now, and `renamed` what a script of that text is called where it is gone under its name.
    pub(super) fn follow_edits(
        &mut self,
        text: impl Fn(&ScriptPlace) -> Option<Arc<str>>,
        renamed: impl Fn(&str) -> Option<ScriptPlace>,
    ) {
        let mut places: Vec<ScriptPlace> = self.stops.iter().map(|s| s.script.clone()).collect();
        places.dedup();
        for place in places {
            let known = self.texts.get(&place).cloned();
            match (text(&place), known) {
                (Some(now), Some(known)) if Arc::ptr_eq(&now, &known) => {}
                (Some(now), known) => {
                    if let Some(known) = known {
                        self.move_stops(&place, &known, &now);
                    }
                    self.texts.insert(place, now);
                }
                (None, Some(known)) => {
                    self.texts.remove(&place);
                    if let Some(name) = renamed(&known) {
                        let stops = self.stops.iter_mut();
                        for stop in stops.filter(|stop| stop.script == place) {
                            stop.script = name.clone();
                        }
                        self.stops_serial += 1;
                        self.texts.insert(name, known);
                    }
                }
                (None, None) => {}
            }
        }
    }

    fn move_stops(&mut self, place: &ScriptPlace, old: &str, new: &str) {
        let before = self.stops.clone();
        self.stops.retain_mut(|stop| {
            if stop.script != *place {
                return true;
            }
            let line = moved(stop.line, old, new);
            stop.line = line.unwrap_or(stop.line);
            line.is_some()
        });
        // Two lines that became one stop once.
        self.stops
            .dedup_by(|a, b| (&a.script, a.line) == (&b.script, b.line));
        if self.stops != before {
            self.stops_serial += 1;
        }
    }

    /// The places of the run at which each watch-point happens, in the order of the watch-points.
    pub(super) fn hits(&self) -> &[Arc<[usize]>] {
        &self.hits
    }

    /// What is to be found before it can be shown, or gone to: the run, and the watch-points.
    pub(super) fn sought(&self) -> Option<(Arc<Track>, Vec<Watch>)> {
        let track = Arc::clone(&self.walked.as_ref()?.recorded.track);
        let next = match &self.awaited {
            Some(Go::ToNext(watch, _)) => Some(watch),
            _ => None,
        };
        let shown = self
            .watches
            .iter()
            .filter(|_| self.is_open || self.awaited.is_some());
        let watches: Vec<Watch> = shown.chain(next).cloned().collect();
        (!watches.is_empty()).then_some((track, watches))
    }

    /// Takes where watch-points happen.
    pub(super) fn take_hits(&mut self, found: Option<&Arc<WatchHits>>) {
        let is_known = match (&self.found, found) {
            (Some(known), Some(found)) => Arc::ptr_eq(known, found),
            (known, found) => known.is_none() && found.is_none(),
        };
        if !is_known {
            self.found = found.cloned();
            self.order_hits();
        }
    }

    /// Whether all is known that it takes to go there.
    pub(super) fn is_ready(&self, to: &Go) -> bool {
        let Some(walked) = &self.walked else {
            return false;
        };
        let is_found = |watch: &Watch| {
            let found = self.found.as_ref();
            found.is_some_and(|found| found.of(&walked.recorded.track, watch).is_some())
        };
        match to {
            Go::Run(_) => self.watches.iter().all(is_found),
            Go::ToNext(watch, _) => is_found(watch),
            Go::By(_) | Go::To(_) | Go::ToStep(_) | Go::ToLine { .. } => true,
        }
    }

    /// Brings what was found into the order of the watch-points.
    fn order_hits(&mut self) {
        let (walked, found) = (self.walked.as_ref(), self.found.as_ref());
        let places = self.watches.iter().map(|watch| {
            let found = walked.zip(found);
            let places = found.and_then(|(walked, found)| found.of(&walked.recorded.track, watch));
            places.cloned().unwrap_or_default()
        });
        self.hits = places.collect();
    }

    /// Lets runs stop at a line, or no longer.
    pub(super) fn toggle(&mut self, script: &ScriptPlace, line: u32) {
        let before = self.stops.len();
        let is_meant = |stop: &StopLine| (&stop.script, stop.line) == (script, line);
        self.stops.retain(|stop| !is_meant(stop));
        if self.stops.len() == before {
            self.stops.push(StopLine {
                script: script.clone(),
                line,
                condition: String::new(),
            });
            self.stops
                .sort_by(|a, b| (&a.script, a.line).cmp(&(&b.script, b.line)));
        }
        self.stops_serial += 1;
    }

    /// Sets under what condition runs stop at a line.
    pub(super) fn condition(&mut self, script: &ScriptPlace, line: u32, condition: String) {
        let is_meant = |stop: &&mut StopLine| (&stop.script, stop.line) == (script, line);
        if let Some(stop) = self.stops.iter_mut().find(is_meant) {
            stop.condition = condition;
        }
    }

    /// The breakpoint at a line of a script.
    pub(super) fn stop_at(&self, script: &ScriptPlace, line: u32) -> Option<&StopLine> {
        let mut stops = self.stops.iter();
        stops.find(|stop| (&stop.script, stop.line) == (script, line))
    }

    /// The lines of a script at which runs stop, and whether under a condition.
    pub(super) fn stops_of(&self, script: &ScriptPlace) -> Vec<(u32, bool)> {
        let stops = self.stops.iter().filter(|stop| stop.script == *script);
        stops
            .map(|stop| (stop.line, !stop.condition.trim().is_empty()))
            .collect()
    }
}

/// The breakpoints for the scripts of a recording; a condition that cannot be read never holds.
fn stops(
    lines: &[StopLine],
    recording: &Recording,
    script: impl Fn(&str) -> Option<ScriptPlace>,
) -> Vec<Breakpoint> {
    let mut stops = Vec::new();
    for code in &recording.codes {
        let place = script(code.name());
        for line in lines
            .iter()
            .filter(|line| Some(&line.script) == place.as_ref())
        {
            let written = line.condition.trim();
            let condition = match written.parse::<Condition>() {
                Ok(condition) => Some(condition),
                Err(_) if written.is_empty() => None,
                Err(_) => continue,
            };
            stops.push(Breakpoint {
                code: Arc::clone(code.name()),
                line: line.line,
                condition,
            });
        }
    }
    stops
}

/// How a run ended that nothing stopped.
fn end_words(direction: Direction, has_no_stops: bool) -> &'static str {
    match direction {
        Direction::Forwards if has_no_stops => "No breakpoint: at the end",
        Direction::Backwards if has_no_stops => "No breakpoint: at the start",
        Direction::Forwards => "Nothing to stop at further on: at the end",
        Direction::Backwards => "Nothing to stop at before: at the start",
    }
}

fn when_words(direction: Direction) -> &'static str {
    match direction {
        Direction::Forwards => "after this step",
        Direction::Backwards => "before this step",
    }
}

/// The steps that a step is part of, the outermost first.
pub(super) fn path(recording: &Recording, at: usize) -> Vec<usize> {
    let mut path = Vec::new();
    let mut next = recording.steps.get(at).and_then(|step| step.parent);
    while let Some(step) = next {
        path.push(step);
        next = recording.steps.get(step).and_then(|step| step.parent);
    }
    path.reverse();
    path
}
