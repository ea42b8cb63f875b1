//! What one row stands for, and where its columns find their values.

use super::layout::CellPlan;
use super::read::find_in;
use super::reads::Reads;
use super::scopes::Scopes;
use crate::diagnostic::{Diagnostic, Place};
use crate::grammar::{Grammar, Node, bind};
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
        diagnostic: &mut Diagnostic,
    ) {
        let span = element.span();
        let name = self.name(stand);
        diagnostic.message = format!(
            "{} (row of {name}, byte {})",
            diagnostic.message, span.start
        );
        if matches!(diagnostic.place, Place::Location(_)) {
            diagnostic.place = Place::Message {
                span,
                location: Some(plan.at.clone()),
            };
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
