//! What one row stands for, and where its columns find their values.

use super::layout::CellPlan;
use super::read::find_in;
use super::reads::Reads;
use super::scopes::Scopes;
use crate::diagnostic::Place;
use crate::grammar::{Finding, Grammar, Node, bind};
use crate::hl7::{Element, FieldPath, Location, Message, Pick, Segment};
use crate::profile::Origin;

/// What one row stands for.
#[derive(Clone, Copy)]
pub(super) enum Stand<'m> {
    Message,
    Segment(Segment<'m>),
    /// One repetition of a field, counted from 1.
    Field {
        segment: Segment<'m>,
        number: u16,
        repetition: usize,
        element: Element<'m>,
    },
    Group(usize),
}

/// The message, and where its segments stand once that is asked for.
pub(super) struct Bound<'m> {
    pub(super) message: &'m Message,
    tree: Option<&'m Node>,
    grammar: &'m Grammar,
    scopes: Option<Scopes>,
    /// What of the message was used, where somebody asks for it.
    pub(super) reads: Option<Reads>,
}

impl<'m> Bound<'m> {
    pub(super) fn new(message: &'m Message, tree: Option<&'m Node>, grammar: &'m Grammar) -> Self {
        Self {
            message,
            tree,
            grammar,
            scopes: None,
            reads: None,
        }
    }

    pub(super) fn scopes(&mut self) -> &Scopes {
        self.scopes.get_or_insert_with(|| match self.tree {
            Some(tree) => Scopes::of(self.message, tree, self.grammar),
            None => Scopes::of(
                self.message,
                &bind(self.message, self.grammar),
                self.grammar,
            ),
        })
    }

    /// The first element that a cell comes from.
    pub(super) fn find(&mut self, stand: Stand<'m>, plan: &CellPlan) -> Option<Element<'m>> {
        let found = self.look_for(stand, plan);
        let message = self.message;
        if let Some(reads) = &mut self.reads {
            reads.note_conditions(message, &plan.at);
            reads.note_element(found);
        }
        found
    }

    fn look_for(&mut self, stand: Stand<'m>, plan: &CellPlan) -> Option<Element<'m>> {
        let message = self.message;
        let location = &plan.at;
        let path = location.path.as_ref();
        match (stand, &plan.origin) {
            (Stand::Message, Origin::Row) | (_, Origin::Message) => return message.find(location),
            (Stand::Segment(segment), Origin::Row) if is_own(&segment, location) => {
                return find_in(segment, path);
            }
            (
                Stand::Field {
                    segment,
                    number,
                    element,
                    ..
                },
                Origin::Row,
            ) if is_own(&segment, location) => {
                return match path {
                    Some(path) if is_own_field(path, number) => part_of(element, path),
                    _ => find_in(segment, path),
                };
            }
            _ => {}
        }
        let mut at = self.group(stand);
        let scopes = self.scopes();
        if let Origin::Group(name) = &plan.origin {
            at = scopes.groups.around(at, name)?;
        }
        let named = scopes.find(at, location.segment).into_iter();
        let named = named.filter_map(|index| message.segment(index));
        let meant = location.occurrence.choose(named, Segment::has_value);
        meant.into_iter().find_map(|segment| find_in(segment, path))
    }

    /// The innermost group that a row stands in; a group's row stands in the group.
    pub(super) fn group(&mut self, stand: Stand<'_>) -> usize {
        match stand {
            Stand::Message => 0,
            Stand::Segment(segment) | Stand::Field { segment, .. } => {
                self.scopes().around(segment.index())
            }
            Stand::Group(at) => at,
        }
    }

    /// The segment that a row begins with.
    pub(super) fn first_segment(&mut self, stand: Stand<'_>) -> usize {
        match stand {
            Stand::Message => 0,
            Stand::Segment(segment) | Stand::Field { segment, .. } => segment.index(),
            Stand::Group(at) => {
                let group = self.scopes().groups.get(at);
                group.map_or(0, |group| group.segments.start)
            }
        }
    }

    /// What a sentence calls the thing that a row stands for: `OBX[2]`.
    pub(super) fn name(&mut self, stand: Stand<'_>) -> String {
        let nth = |segment: &Segment<'_>| {
            let id = segment.segment_id()?;
            let named = self.message.segments_named(id);
            let before = named.take_while(|other| other.index() < segment.index());
            Some(format!("{id}[{}]", before.count() + 1))
        };
        match stand {
            Stand::Message => "the message".to_owned(),
            Stand::Segment(segment) => nth(&segment).unwrap_or_default(),
            Stand::Field {
                segment,
                number,
                repetition,
                ..
            } => format!(
                "{}-{number}[{repetition}]",
                nth(&segment).unwrap_or_default()
            ),
            Stand::Group(at) => {
                let groups = &self.scopes().groups;
                let name = groups.get(at).and_then(|group| group.name());
                let name = name.unwrap_or_default();
                let before = groups.named(0, name).take_while(|other| *other < at);
                format!("{name}[{}]", before.count() + 1)
            }
        }
    }

    /// Says in a finding which row and which byte of the message it is about.
    pub(super) fn place(
        &mut self,
        stand: Stand<'_>,
        element: &Element<'_>,
        plan: &CellPlan,
        finding: &mut Finding,
    ) {
        let span = element.span();
        let name = self.name(stand);
        finding.value.get_or_insert_with(|| span.clone());
        let location = self.location(element, plan);
        let diagnostic = &mut finding.diagnostic;
        diagnostic.message = format!(
            "{} (row of {name}, byte {})",
            diagnostic.message, span.start
        );
        if matches!(diagnostic.place, Place::Location(_)) {
            diagnostic.place = Place::Message {
                span,
                location: Some(location),
            };
        }
    }

    /// The place that a cell comes from, with the occurrence and the repetition that it found there.
    fn location(&self, element: &Element<'_>, plan: &CellPlan) -> Location {
        let mut location = plan.at.clone();
        let Some(found) = self.message.location_at(element.span().start) else {
            return location;
        };
        let told = |asked: &mut Pick, found: Pick| {
            if *asked == Pick::First && matches!(found, Pick::Nth(number) if number > 1) {
                *asked = found;
            }
        };
        told(&mut location.occurrence, found.occurrence);
        if let (Some(path), Some(found)) = (&mut location.path, found.path) {
            told(&mut path.repetition, found.repetition);
        }
        location
    }

    /// Where in the message a row begins.
    pub(super) fn row_place(&mut self, stand: Stand<'_>) -> Place {
        let first = self.first_segment(stand);
        let Some(segment) = self.message.segment(first) else {
            return Place::Nowhere;
        };
        let location = segment.segment_id().map(|id| {
            let mut location = Location::segment(id);
            if segment.occurrence() > 1 {
                location.occurrence = Pick::Nth(segment.occurrence());
            }
            location
        });
        Place::Message {
            span: segment.span(),
            location,
        }
    }
}

fn is_own(segment: &Segment<'_>, location: &Location) -> bool {
    location.occurrence == Pick::First && segment.segment_id() == Some(location.segment)
}

/// Whether a path means the repetition that a row stands for: it names the field and no repetition.
fn is_own_field(path: &FieldPath, number: u16) -> bool {
    path.field == number && path.repetition == Pick::First
}

fn part_of<'m>(repetition: Element<'m>, path: &FieldPath) -> Option<Element<'m>> {
    let mut found = repetition;
    if let Some(component) = path.component {
        found = found.component(usize::from(component))?;
    }
    if let Some(subcomponent) = path.subcomponent {
        found = found.subcomponent(usize::from(subcomponent))?;
    }
    Some(found)
}
