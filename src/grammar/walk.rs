//! The way through the fields of a message: where it is, and how what is wrong there is told.

use std::borrow::Cow;
use std::ops::Range;

use super::finding::{Finding, Fix};
use super::findings::Findings;
use super::resolve::Grammar;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::hl7::{
    Element, FieldPath, Location, MarkFinder, Marks, Message, Pick, Segment, SegmentId,
};

/// Goes through the segments of one message.
pub(super) struct Walk<'w, 'a> {
    pub(super) message: &'w Message,
    grammar: &'w Grammar,
    findings: &'w mut Findings<'a>,
    finder: MarkFinder,
}

/// A value, and the delimiters that it holds.
#[derive(Clone, Copy)]
pub(super) struct Seen<'m> {
    pub(super) element: Element<'m>,
    pub(super) marks: Marks,
}

impl<'m> Seen<'m> {
    /// One that holds no delimiters.
    pub(super) fn plain(element: Element<'m>) -> Self {
        Self {
            element,
            marks: Marks::default(),
        }
    }

    pub(super) fn is_composite(&self) -> bool {
        self.marks.is_composite(self.element.level())
    }

    /// Its text, escapes undone.
    pub(super) fn text(&self) -> Cow<'m, str> {
        if self.marks.has_escapes() {
            self.element.text()
        } else {
            Cow::Borrowed(self.element.raw())
        }
    }
}

/// Where the walk is; a location is made of it only when something is found.
#[derive(Clone, Copy)]
pub(super) struct At<'m> {
    pub(super) segment: Segment<'m>,
    pub(super) id: SegmentId,
    pub(super) field: u16,
    pub(super) repetition: Option<u32>,
    pub(super) component: Option<u16>,
    pub(super) subcomponent: Option<u16>,
}

/// A rule, and whether it is the profile that asks for it here.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    pub(super) code: &'static str,
    pub(super) by_site: bool,
}

/// What is said of a place where a rule does not hold.
pub(super) struct Told {
    pub(super) message: String,
    pub(super) expected: String,
    pub(super) found: String,
    pub(super) help: String,
    /// What the fix does, and the text that it puts in the place of what was found.
    pub(super) fix: Option<(String, String)>,
}

impl<'m> At<'m> {
    /// The segment as a whole.
    pub(super) fn of(segment: Segment<'m>, id: SegmentId) -> Self {
        Self {
            segment,
            id,
            field: 0,
            repetition: None,
            component: None,
            subcomponent: None,
        }
    }

    /// A part of it, one level down: components first.
    pub(super) fn part(&self, number: u16) -> Self {
        match self.component {
            None => Self {
                component: Some(number),
                ..*self
            },
            Some(_) => Self {
                subcomponent: Some(number),
                ..*self
            },
        }
    }

    /// How many parts its name has: the segment's, the field's, and so on.
    fn depth(&self) -> usize {
        2 + usize::from(self.component.is_some()) + usize::from(self.subcomponent.is_some())
    }

    fn location(&self) -> Location {
        let mut path = FieldPath::field(self.field);
        path.repetition = self.repetition.map_or(Pick::First, Pick::Nth);
        path.component = self.component;
        path.subcomponent = self.subcomponent;
        let mut location = Location::new(self.id, path);
        if self.segment.occurrence() > 1 {
            location.occurrence = Pick::Nth(self.segment.occurrence());
        }
        location
    }
}

impl<'w, 'a> Walk<'w, 'a> {
    pub(super) fn new(
        message: &'w Message,
        grammar: &'w Grammar,
        findings: &'w mut Findings<'a>,
    ) -> Self {
        Self {
            message,
            grammar,
            findings,
            finder: MarkFinder::new(message.delimiters()),
        }
    }

    /// Looks at a value.
    #[inline]
    pub(super) fn see<'m>(&self, element: Element<'m>) -> Seen<'m> {
        Seen {
            element,
            marks: self.finder.of(element),
        }
    }

    /// Tells of an element that breaks a rule; `told` is given its name.
    pub(super) fn tell(
        &mut self,
        at: &At<'_>,
        element: Element<'_>,
        asked: Asked,
        told: impl FnOnce(&str) -> Told,
    ) {
        self.tell_of(at, element.span(), asked, told);
    }

    /// Tells of a stretch of the text that breaks a rule; what is said is made only if it is wanted.
    pub(super) fn tell_of(
        &mut self,
        at: &At<'_>,
        span: Range<usize>,
        asked: Asked,
        told: impl FnOnce(&str) -> Told,
    ) {
        let Some(severity) = self.severity(asked) else {
            return;
        };
        let location = at.location();
        let names = self.grammar.names(&location);
        let is_whole = names.len() == at.depth();
        let name = names.last().filter(|name| is_whole && !name.is_empty());
        let told = told(name.map_or("the value", |name| name));
        let place = Place::Message {
            span: span.clone(),
            location: Some(location),
        };
        self.findings.put(Finding {
            diagnostic: Diagnostic::new(severity, asked.code, told.message)
                .at(place)
                .with_help(told.help),
            rule: None,
            value: None,
            expected: told.expected,
            found: told.found,
            fix: told.fix.map(|(label, text)| Fix { label, span, text }),
            waived: None,
        });
    }

    /// How grave a rule is; `None` when it is off.
    pub(super) fn severity(&self, asked: Asked) -> Option<Severity> {
        self.findings
            .judgement()
            .severity(asked.code, asked.by_site)
    }
}
