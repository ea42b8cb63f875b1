//! Which message definitions a message could fall under, and why it does or does not.

use std::fmt;
use std::sync::Arc;

use super::bind::walk;
use super::identities::Identities;
use super::node::{NodeKind, Standing};
use super::resolve::{Grammar, resolve};
use super::shape::Shape;
use super::why::{Trail, listed};
use crate::hl7::{Location, Message, SegmentId};
use crate::profile::{Profile, UnknownSegments};

/// A message definition of the profile, as one message sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its index in matching order, counted from 0.
    pub definition: usize,
    /// Its name.
    pub name: Arc<str>,
    /// What becomes of it.
    pub verdict: Verdict,
    /// Its identity, condition by condition.
    pub identity: Vec<ConditionFit>,
    /// Whether the message fits its grammar.
    pub grammar: GrammarFit,
}

/// What becomes of a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The message falls under it.
    Chosen,
    /// Its conditions hold, but this definition stands before it.
    Shadowed(Arc<str>),
    /// A condition does not hold.
    Refused,
}

/// A condition of an identity and whether it holds. What stands at the location is not kept: it may be
/// a patient's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionFit {
    /// Where it looks.
    pub at: Location,
    /// The expression.
    pub matches: Arc<str>,
    /// Whether it holds.
    pub holds: bool,
}

/// Whether a message fits a grammar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GrammarFit {
    /// Every segment has its place, and none is missing.
    Fits,
    /// It does not from here on.
    Fails(Misfit),
    /// There is no grammar for it.
    NoGrammar,
}

/// The first place where a message does not fit a grammar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The segment's index in the message; `None` at its end.
    pub segment: Option<usize>,
    /// Its id.
    pub id: Option<SegmentId>,
    /// The segment before it.
    pub behind: Option<SegmentId>,
    /// What is required before it and missing; empty where the segment itself has no place.
    pub missing: Vec<SegmentId>,
    /// What the grammar has at this place, in its order.
    pub expected: Vec<SegmentId>,
}

/// Each definition of the profile in matching order, and why the message does or does not fall under
/// it.
pub fn explain(profile: &Profile, message: &Message) -> Vec<Candidate> {
    let (identities, _) = Identities::new(profile);
    let mut chosen: Option<Arc<str>> = None;
    let definitions = profile.messages.iter().enumerate();
    definitions
        .map(|(index, definition)| {
            let holds = identities.conditions(index, message);
            let identity: Vec<ConditionFit> = definition
                .identity
                .iter()
                .zip(holds)
                .map(|(identity, holds)| ConditionFit {
                    at: identity.at.clone(),
                    matches: Arc::clone(&identity.matches),
                    holds,
                })
                .collect();
            let verdict = match &chosen {
                _ if identity.iter().any(|condition| !condition.holds) => Verdict::Refused,
                Some(other) => Verdict::Shadowed(Arc::clone(other)),
                None => Verdict::Chosen,
            };
            if verdict == Verdict::Chosen {
                chosen = Some(Arc::clone(&definition.name));
            }
            let (grammar, _) = resolve(profile.version(), profile, Some(definition), message);
            Candidate {
                definition: index,
                name: Arc::clone(&definition.name),
                verdict,
                identity,
                grammar: fit(message, &grammar),
            }
        })
        .collect()
}

/// Where the message does not fit the grammar, if it does not.
pub fn fit(message: &Message, grammar: &Grammar) -> GrammarFit {
    match grammar.shape() {
        None => GrammarFit::NoGrammar,
        Some(shape) => {
            first_misfit(message, grammar, shape).map_or(GrammarFit::Fits, GrammarFit::Fails)
        }
    }
}

fn first_misfit(message: &Message, grammar: &Grammar, shape: &Shape) -> Option<Misfit> {
    let walk = walk(message, grammar, shape);
    let mut trail = Trail::new(shape);
    let mut seen: Vec<SegmentId> = Vec::new();
    for ((segment, step), standing) in message.segments().zip(&walk.steps).zip(&walk.standings) {
        let id = segment.segment_id();
        let missing = step.map_or_else(Vec::new, |step| trail.missing_before(step, grammar));
        let has_no_place = match standing {
            Standing::Expected => false,
            Standing::OutOfOrder | Standing::NotASegment => true,
            Standing::Unknown | Standing::NotInStructure => {
                step.is_none() && grammar.unknown_segments() == UnknownSegments::Report
            }
        };
        if has_no_place || !missing.is_empty() {
            return Some(Misfit {
                segment: Some(segment.index()),
                id,
                behind: seen.last().copied(),
                missing,
                expected: trail.expected(grammar, &seen),
            });
        }
        if let Some(step) = step {
            trail.go(*step);
        }
        seen.extend(id);
    }
    // Nothing was passed by so far, so that whatever is missing is so at the end.
    let mut missing = Vec::new();
    for node in &walk.nodes {
        node.visit(&mut |node| {
            if let NodeKind::Missing { id, required: true } = node.kind {
                missing.push(id);
            }
        });
    }
    (!missing.is_empty()).then(|| Misfit {
        segment: None,
        id: None,
        behind: seen.last().copied(),
        missing,
        expected: trail.expected(grammar, &seen),
    })
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.segment, self.id) {
            (None, _) => f.write_str("at the end")?,
            (Some(index), Some(id)) => write!(f, "at segment {}, {id}", index + 1)?,
            (Some(index), None) => write!(f, "at line {}, which is no segment", index + 1)?,
        }
        if !self.missing.is_empty() {
            let ids: Vec<String> = self.missing.iter().map(ToString::to_string).collect();
            let before = if self.segment.is_some() {
                " before it"
            } else {
                ""
            };
            write!(f, ": missing{before}: {}", ids.join(", "))?;
        }
        let separator = if self.missing.is_empty() { ":" } else { ";" };
        match (self.behind, &self.expected[..]) {
            (_, []) => write!(f, "{separator} nothing more is expected"),
            (Some(behind), ids) => {
                write!(f, "{separator} expected after {behind}: {}", listed(ids))
            }
            (None, ids) => write!(f, "{separator} expected first: {}", listed(ids)),
        }
    }
}
