//! Segments that do not stand where the structure has them, and those that are missing.

use std::ops::Range;
use std::sync::Arc;

use super::finding::{Finding, Fix};
use super::node::{Node, NodeKind, Standing};
use super::resolve::Grammar;
use super::view::Origin;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::hl7::{Location, Message, Pick, Segment, SegmentId, glued_segments};
use crate::profile::UnknownSegments;
use crate::standard::dictionary;

/// Tells of unknown segments, segments that lost their line end, segments that the structure does not
/// have or has elsewhere, and required segments that are missing; in message order.
pub fn check_structure(message: &Message, tree: &Node, grammar: &Grammar) -> Vec<Finding> {
    if message.segment_count() == 0 {
        return Vec::new();
    }
    let mut found = if all_expected(tree) {
        Vec::new()
    } else {
        standings(message, tree, grammar)
    };
    if grammar.is_left_open() {
        // Nobody knows yet which segments belong where.
        found.retain(|finding| finding.diagnostic.code == "segment-unknown");
    }
    let told = found.len();
    for fault in glued_segments(message, |id| grammar.knows(id)) {
        let place = Place::Message {
            location: message.location_at(fault.span.start),
            span: fault.span.clone(),
        };
        let at = fault.span.start;
        let diagnostic = Diagnostic::new(Severity::Warning, fault.kind.code(), fault.to_string())
            .at(place)
            .with_help(fault.kind.help());
        let mut finding = Finding::of(diagnostic);
        finding.fix = Some(Fix {
            label: "Put a line end before it".to_owned(),
            span: at..at,
            text: "\r".to_owned(),
        });
        found.push(finding);
    }
    if told > 0 {
        found.sort_by_key(|finding| finding.span().map_or(usize::MAX, |span| span.start));
    }
    found
}

/// Whether each segment stands where the structure has it and none is missing.
fn all_expected(node: &Node) -> bool {
    let own = match &node.kind {
        NodeKind::Message { .. } | NodeKind::Group { .. } => true,
        NodeKind::Segment { standing, .. } => *standing == Standing::Expected,
        NodeKind::Missing { required, .. } => !required,
    };
    own && node.children.iter().all(all_expected)
}

/// What is told of segments that do not stand where the structure has them.
fn standings(message: &Message, tree: &Node, grammar: &Grammar) -> Vec<Finding> {
    let mut checker = StandingCheck {
        message,
        grammar,
        structure: grammar.structure_words(),
        elsewhere: elsewhere(message, tree),
        around: Vec::new(),
        behind: None,
        seen: Vec::new(),
        found: Vec::new(),
    };
    checker.node(tree);
    checker.found
}

/// How many segments are looked at for what a segment out of order stands before or behind: a message
/// of which nothing fits must not take time in proportion to its square.
const LOOKED_AT: usize = 200;

struct StandingCheck<'a> {
    message: &'a Message,
    grammar: &'a Grammar,
    /// What its structure is called.
    structure: String,
    /// Segments that stand where the structure does not have them: out of order, but not missing.
    elsewhere: Vec<SegmentId>,
    /// The names of the groups around, the outermost first.
    around: Vec<Arc<str>>,
    /// The segment last seen.
    behind: Option<Segment<'a>>,
    /// The ids seen so far, each once.
    seen: Vec<SegmentId>,
    found: Vec<Finding>,
}

impl StandingCheck<'_> {
    fn node(&mut self, node: &Node) {
        match &node.kind {
            NodeKind::Message { .. } => self.children(node),
            NodeKind::Group { name, .. } => {
                self.around.push(Arc::clone(name));
                self.children(node);
                self.around.pop();
            }
            NodeKind::Segment { index, standing } => {
                if let Some(segment) = self.message.segment(*index) {
                    self.segment(segment, *standing);
                    self.behind = Some(segment);
                    if let Some(id) = segment.segment_id()
                        && !self.seen.contains(&id)
                    {
                        self.seen.push(id);
                    }
                }
            }
            NodeKind::Missing { id, required: true } => self.missing(*id),
            NodeKind::Missing {
                required: false, ..
            } => {}
        }
    }

    fn children(&mut self, node: &Node) {
        for child in &node.children {
            self.node(child);
        }
    }

    fn segment(&mut self, segment: Segment<'_>, standing: Standing) {
        let Some(id) = segment.segment_id() else {
            // The parser has told of a line that is no segment.
            return;
        };
        let (diagnostic, expected) = match standing {
            Standing::Expected | Standing::NotASegment => return,
            Standing::Unknown | Standing::NotInStructure
                if self.grammar.unknown_segments() == UnknownSegments::Ignore =>
            {
                return;
            }
            Standing::Unknown => (
                unknown(id),
                "a segment that HL7 or the profile describes".to_owned(),
            ),
            Standing::NotInStructure => (
                self.not_in_structure(id),
                format!("a segment of {}", self.structure),
            ),
            Standing::OutOfOrder => {
                let diagnostic = self.out_of_order(id, segment);
                let expected = diagnostic.help.clone().unwrap_or_default();
                (diagnostic, expected)
            }
        };
        let finding = Finding::of(diagnostic.at(place(segment, id)));
        self.found.push(finding.with(expected, id.to_string()));
    }

    fn not_in_structure(&self, id: SegmentId) -> Diagnostic {
        let structure = &self.structure;
        if self.grammar.structure_origin() == Some(Origin::Site) {
            let message = format!("{id} does not belong in {structure}");
            return Diagnostic::new(Severity::Warning, "segment-not-in-structure", message)
                .with_help(format!(
                    "write [{id}] at its place in the grammar, or unknown_segments: Ignore"
                ));
        }
        let message = format!(
            "{id} does not belong in {structure} of HL7 {}",
            self.grammar.version()
        );
        let later = self.grammar.version().later().find(|version| {
            let found = dictionary(*version).structure(structure);
            found.is_some_and(|found| found.segment_ids().contains(&id.as_str()))
        });
        Diagnostic::new(Severity::Warning, "segment-not-in-structure", message).with_help(
            match later {
                Some(version) => format!("{structure} has it from HL7 {version} on"),
                None => "check that the message definition names the right structure".to_owned(),
            },
        )
    }

    fn out_of_order(&self, id: SegmentId, segment: Segment<'_>) -> Diagnostic {
        let structure = &self.structure;
        let order = self.grammar.order();
        let rank = |id: SegmentId| order.iter().position(|other| *other == id);
        let own = rank(id);
        // The first segment before it that the structure has behind it, and the other way round.
        let before = self
            .named(0..segment.index())
            .find(|other| rank(*other) > own);
        let is_again = self.seen.contains(&id);
        let after = match before {
            Some(_) => None,
            None => self
                .named(segment.index() + 1..self.message.segment_count())
                .find(|other| rank(*other).is_some_and(|rank| Some(rank) < own)),
        };
        let message = if is_again {
            format!("{id} may not stand here again in {structure}")
        } else {
            format!("{id} may not stand here in {structure}")
        };
        let help = match (before, after) {
            (Some(before), _) => format!("{structure} has {id} before {before}"),
            (None, _) if is_again => format!("{structure} has {id} fewer times here"),
            (None, Some(after)) => format!("{structure} has {id} after {after}"),
            (None, None) => format!("the structure is {}", self.notation()),
        };
        Diagnostic::new(Severity::Warning, "segment-out-of-order", message).with_help(help)
    }

    /// The ids of the message's segments in a range of indices, the first ones of many.
    fn named(&self, range: Range<usize>) -> impl Iterator<Item = SegmentId> {
        let some = range.take(LOOKED_AT);
        some.filter_map(|index| self.message.segment(index)?.segment_id())
    }

    fn missing(&mut self, id: SegmentId) {
        if self.elsewhere.contains(&id) {
            return;
        }
        let structure = &self.structure;
        let within = match self.around.last() {
            Some(group) => format!("{structure}, group {group}"),
            None => structure.clone(),
        };
        let at = self.behind.map_or(0, |segment| segment.span().end);
        let place = Place::Message {
            span: at..at,
            location: Some(Location::segment(id)),
        };
        let help = match self.behind.and_then(|segment| segment.segment_id()) {
            Some(behind) => format!("it stands after {behind}"),
            None => "it stands at the start".to_owned(),
        };
        let message = format!("{id} is required in {within} and missing");
        let diagnostic = Diagnostic::new(Severity::Warning, "segment-missing", message);
        let finding = Finding::of(diagnostic.at(place).with_help(help));
        self.found.push(finding.with(id.to_string(), "nothing"));
    }

    fn notation(&self) -> String {
        self.grammar
            .segment_grammar()
            .map(ToString::to_string)
            .unwrap_or_default()
    }
}

fn elsewhere(message: &Message, tree: &Node) -> Vec<SegmentId> {
    let mut ids = Vec::new();
    tree.visit(&mut |node| {
        if let NodeKind::Segment {
            index,
            standing: Standing::OutOfOrder,
        } = node.kind
        {
            let id = message
                .segment(index)
                .and_then(|segment| segment.segment_id());
            ids.extend(id.filter(|id| !ids.contains(id)));
        }
    });
    ids
}

fn unknown(id: SegmentId) -> Diagnostic {
    let (severity, who) = if id.is_site_defined() {
        (Severity::Info, "the profile does not describe it")
    } else {
        (
            Severity::Warning,
            "neither HL7 nor the profile describes it",
        )
    };
    Diagnostic::new(
        severity,
        "segment-unknown",
        format!("{id} is unknown: {who}"),
    )
    .with_help(format!("add \"{id}\" to `segments` of the profile"))
}

fn place(segment: Segment<'_>, id: SegmentId) -> Place {
    let mut location = Location::segment(id);
    if segment.occurrence() > 1 {
        location.occurrence = Pick::Nth(segment.occurrence());
    }
    Place::Message {
        span: segment.span(),
        location: Some(location),
    }
}
