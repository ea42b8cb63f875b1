//! Which links are drawn: those of what is chosen.

use std::ops::Range;
use std::sync::Arc;

use super::cx::Chosen;
use super::links_drawn::Thread;
use super::pane::Pane;
use super::panels::script_named;
use crate::hl7::Location;
use crate::mapping::{End, Influence, Provenance, Recording};
use crate::profile::{Profile, ScriptPlace};
use crate::workbench::{Links, Preview};

/// Links that are drawn at most: more of them say nothing.
const MOST_DRAWN: usize = 24;

/// The run, and what is chosen: a location, where it was chosen, a cell.
type Choice = (Arc<Preview>, Option<Location>, Option<Pane>, Option<End>);

/// The links of what is chosen, for as long as the run and the choice are the same.
#[derive(Default)]
pub(super) struct Threads {
    of: Option<Choice>,
    pub(super) list: Vec<Thread>,
    /// Links of what is chosen that are not drawn.
    pub(super) left: usize,
}

impl Threads {
    /// Looks the links up where the run or the choice is another.
    pub(super) fn update(
        &mut self,
        preview: Option<&Arc<Preview>>,
        profile: &Profile,
        chosen: (Option<&Location>, Chosen, Option<&End>),
        is_on: bool,
    ) {
        let (location, from, end) = (chosen.0.cloned(), chosen.1.from, chosen.2.cloned());
        let recorded = preview.and_then(|preview| Some((preview, preview.recorded.as_ref()?)));
        let Some((preview, recorded)) = recorded.filter(|_| is_on) else {
            *self = Self::default();
            return;
        };
        let Some(links) = &recorded.links else {
            *self = Self::default();
            return;
        };
        let of = (Arc::clone(preview), location, from, end);
        let is_known = self.of.as_ref().is_some_and(|known| {
            Arc::ptr_eq(&known.0, &of.0) && (&known.1, &known.2, &known.3) == (&of.1, &of.2, &of.3)
        });
        if is_known {
            return;
        }
        let seeker = Seeker {
            recording: &recorded.recording,
            links,
            profile,
        };
        self.list = match (&of.3, &of.1) {
            (Some(end), _) => seeker.ending_in(end),
            (None, Some(location)) if from == Some(Pane::Output) => {
                seeker.ending_in(&End::Output(location.clone()))
            }
            (None, Some(location)) => {
                let element = preview.message.find(location);
                element.map_or_else(Vec::new, |element| seeker.out_of(&element.span()))
            }
            (None, None) => Vec::new(),
        };
        self.left = self.list.len().saturating_sub(MOST_DRAWN);
        self.list.truncate(MOST_DRAWN);
        self.of = Some(of);
    }
}

/// What links are looked up in.
struct Seeker<'a> {
    recording: &'a Recording,
    links: &'a Links,
    profile: &'a Profile,
}

impl Seeker<'_> {
    fn provenance(&self, end: &End) -> Provenance {
        self.links.lineage.of_end(self.recording, end)
    }

    /// The links that lead to a value of the output.
    fn ending_in(&self, end: &End) -> Vec<Thread> {
        let found = self.provenance(end);
        let line = self.line_of(&found);
        let sources = found.sources.iter().filter(|source| !source.is_missing());
        let threads = sources.map(|source| Thread {
            source: source.span.clone(),
            line: line.clone(),
            end: end.clone(),
            place: source.place.clone(),
        });
        threads.collect()
    }

    /// The links that lead from a place of the message.
    fn out_of(&self, span: &Range<usize>) -> Vec<Thread> {
        let links = self.links.values.iter();
        let flows = links.filter(|link| link.influence(span) == Some(Influence::Flows));
        let place = self.recording.message.location_of(span);
        let place = place.map(|place| place.to_string()).unwrap_or_default();
        let threads = flows.enumerate().map(|(at, link)| Thread {
            source: span.clone(),
            // The others are only counted.
            line: (at < MOST_DRAWN)
                .then(|| self.line_of(&self.provenance(&link.end)))
                .flatten(),
            end: link.end.clone(),
            place: place.clone(),
        });
        threads.collect()
    }

    /// The line that wrote a value.
    fn line_of(&self, found: &Provenance) -> Option<(ScriptPlace, u32)> {
        found.writers.iter().find_map(|step| {
            let line = self.recording.steps.get(*step)?.line()?;
            let code = self.recording.code_of(*step)?;
            Some((script_named(self.profile, code.name())?, line))
        })
    }
}
