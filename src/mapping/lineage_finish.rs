//! The site's last script, which makes another text of the message that was made: what of that text comes
//! from what.
//!
//! A script that only replaces words by words, or ends of lines by others, leaves each value in its place.
//! Any other may take something from anywhere: then all that the text was made of has a say in all that
//! goes out.

use std::collections::HashSet;

use super::code::{Code, Kind};
use super::lineage::{Finished, Lineage, Query, What};
use super::lineage_state::{Held, Walk};
use super::recording::{Happening, Recording, StageKind, Step};
use crate::hl7::{Location, Message};

/// The variable with the text.
const TEXT: &str = "text";

impl Recording {
    /// The message that goes out: what the site's last script left, where there is one.
    pub fn sent(&self) -> Option<&Message> {
        self.sent.as_ref().or(self.output.as_ref())
    }

    fn finish_begins(&self) -> Option<usize> {
        let mut stages = self.stages.iter();
        let finish = stages.find(|stage| stage.kind == StageKind::Finish)?;
        (!finish.steps.is_empty()).then_some(finish.steps.start)
    }
}

impl Walk<'_> {
    /// Where the site's last script begins, its text is all that was made.
    pub(super) fn begin_finish(&mut self, number: usize, step: &Step) {
        if self.recording.finish_begins() != Some(number) {
            return;
        }
        self.close_until(|_| false);
        // What happens to the text from now on changes no row.
        self.made.ends_of_rows = self.made.ends;
        let made = self.all_made();
        self.ensure_frame(step.frame);
        self.bind(step.frame, TEXT, None, made, Held::Value);
        self.finish = Some((step.frame, made));
    }

    /// All of the input that has a say in the message made, as one node.
    fn all_made(&mut self) -> usize {
        let flows = self.made.segments.values();
        let mut left: Vec<usize> = flows
            .flat_map(|flow| {
                flow.whole
                    .iter()
                    .chain(flow.places.iter().map(|(_, node)| node))
            })
            .copied()
            .collect();
        left.extend(self.made.maybes.of_message());
        left.extend(self.made.ends);
        let mut seen = HashSet::new();
        let mut asked = Vec::new();
        while let Some(at) = left.pop() {
            let Some(node) = self.made.nodes.get(at).filter(|_| seen.insert(at)) else {
                continue;
            };
            let events = &self.recording.events;
            let is_asked = match &node.what {
                What::Event(event) => events.get(*event).is_some_and(|event| {
                    matches!(
                        event.what,
                        Happening::Read { .. } | Happening::Missed { .. }
                    )
                }),
                What::Copied(_) => true,
                What::Value(_) | What::Condition(_) | What::Any => false,
            };
            if is_asked {
                asked.push(at);
            }
            left.extend(node.data.iter().chain(&node.control));
        }
        let bases: Vec<_> = self
            .made
            .segments
            .values()
            .filter_map(|flow| flow.base.clone())
            .collect();
        for base in bases {
            asked.push(self.made.add(What::Copied(base), Vec::new(), Vec::new()));
        }
        self.made.add(What::Any, asked, Vec::new())
    }

    /// What became of the text, at the end of the recording.
    pub(super) fn end_finish(&mut self) {
        let Some((frame, made)) = self.finish else {
            self.made.ends_of_rows = self.made.ends;
            return;
        };
        let recording = self.recording;
        let entries = self.frames.get(&frame).map(|frame| &frame.entries);
        let text = entries.and_then(|entries| {
            let mut entries = entries.iter();
            entries.find(|entry| &*entry.name == TEXT && entry.block.is_none())
        });
        let Some(text) = text.map(|entry| entry.node).filter(|node| *node != made) else {
            return;
        };
        let first = recording.finish_begins().unwrap_or(recording.steps.len());
        let changes = recording.events.iter().filter(|event| {
            let is_text =
                matches!(&event.what, Happening::Variable { name, .. } if &**name == TEXT);
            is_text && event.step >= first
        });
        let mut writers: Vec<usize> = changes.map(|event| event.step).collect();
        writers.dedup();
        let code = recording
            .frames
            .get(frame)
            .and_then(|frame| self.code(frame.code));
        let stays = code.is_some_and(|code| code.only_replaces(TEXT));
        let step = writers.last().copied().unwrap_or(recording.steps.len() - 1);
        let decided = (!stays).then(|| {
            self.made
                .add(What::Condition(step), vec![made, text], Vec::new())
        });
        self.made.finished = Some(Finished { decided, writers });
    }
}

impl Code {
    /// Whether all that is done with a text leaves its values where they are: words of it are replaced by
    /// words, none of which has a sign that may part fields or segments, or ends of lines by ends of lines,
    /// which no value has: they are escaped in it.
    fn only_replaces(&self, name: &str) -> bool {
        let is_it = |at: &usize| matches!(&self.pieces[*at].kind, Kind::Variable(known) if &**known == name);
        let are_all = |method: usize, is_such: fn(char) -> bool| {
            self.inner(method).all(|at| match &self.pieces[at].kind {
                Kind::Constant(Some(text)) => !text.is_empty() && text.chars().all(is_such),
                _ => false,
            })
        };
        let is_replaced = |at: usize| {
            let chain = self.pieces[at].parent;
            let method = self.inner(chain).nth(1);
            chain + 1 == at
                && self.pieces[chain].kind == Kind::Dot
                && method.is_some_and(|method| {
                    matches!(&self.pieces[method].kind, Kind::Method(name) if &**name == "replace")
                        && self.inner(method).count() == 2
                        && (are_all(method, |c| c.is_alphanumeric() || c == ' ')
                            || are_all(method, |c| c == '\r' || c == '\n'))
                })
        };
        let own = |at: usize| {
            self.functions
                .iter()
                .all(|function| !function.pieces.contains(&at))
        };
        (0..self.pieces.len())
            .filter(is_it)
            .all(|at| own(at) && is_replaced(at))
    }
}

impl Lineage {
    /// Follows a value that goes out: to the place that it had before the site's last script, and through
    /// that script.
    pub(super) fn follow_sent(&self, query: &mut Query<'_>, location: &Location) -> bool {
        let recording = query.recording;
        let (Some(finished), Some(sent), Some(output)) =
            (&self.finished, &recording.sent, &recording.output)
        else {
            return self.follow_output(query, location);
        };
        let raw = |message: &Message| Some(message.find(location)?.raw().to_owned());
        let is_same = raw(sent) == raw(output);
        let stays = same_segments(sent, output);
        let is_known = (is_same || stays) && self.follow_output(query, location);
        if !is_same || !is_known {
            query.writers.extend(&finished.writers);
        }
        if let Some(node) = finished.decided {
            query.decided_by(node);
        }
        true
    }
}

/// Whether two messages have the same segments in the same order, by name.
fn same_segments(one: &Message, other: &Message) -> bool {
    let names = one.segments().map(|segment| segment.id());
    names.eq(other.segments().map(|segment| segment.id()))
}
