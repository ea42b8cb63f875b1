//! What differs between two messages, field by field, by value: delimiters and empty ends do not count.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use super::delimiters::Delimiters;
use super::difference_align::{Content, align};
use super::element::{Element, Level};
use super::escape::translate;
use super::location::{FieldPath, Location, Pick};
use super::message::{Message, Segment};

/// One place at which two messages differ.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// What the left message has there; nothing where the right one has more.
    pub left: Option<Part>,
    /// What the right message has there; nothing where the left one has more.
    pub right: Option<Part>,
}

/// What one of two messages has where they differ.
#[derive(Clone, PartialEq, Eq)]
pub struct Part {
    /// Where it is, as deep as the difference goes; nothing in a line that is no segment.
    pub location: Option<Location>,
    /// Its segment, counted from 0.
    pub segment: usize,
    /// Its bytes in the message's text.
    pub span: Range<usize>,
    /// Its text, escapes still in place.
    pub raw: String,
}

/// What happened to a place from the left message to the right one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DifferenceKind {
    /// Both have a value, not the same.
    Changed,
    /// Only the right message has it.
    Added,
    /// Only the left message has it.
    Removed,
}

impl Difference {
    /// What happened.
    pub fn kind(&self) -> DifferenceKind {
        match (&self.left, &self.right) {
            (None, _) => DifferenceKind::Added,
            (Some(_), None) => DifferenceKind::Removed,
            (Some(_), Some(_)) => DifferenceKind::Changed,
        }
    }

    /// Where it is: in the right message, or in the left one where only that has it.
    pub fn location(&self) -> Option<&Location> {
        let part = self.right.as_ref().or(self.left.as_ref());
        part.and_then(|part| part.location.as_ref())
    }
}

/// Shows the place only: a value is patient data.
impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.location {
            Some(location) => write!(f, "Part({location}, {} bytes)", self.raw.len()),
            None => write!(f, "Part(line {}, {} bytes)", self.segment, self.raw.len()),
        }
    }
}

/// What differs from `left` to `right`, in the order of the segments.
///
/// Segments are laid side by side by their names and what they hold. A place in `ignore` that
/// states no occurrence or repetition means every one: `OBX-14`, `PID-3.1`; a bare `NTE` leaves
/// out those segments.
pub fn compare(left: &Message, right: &Message, ignore: &[Location]) -> Vec<Difference> {
    let (left, right) = (Side::new(left, ignore), Side::new(right, ignore));
    let pairs = align(&left.contents(), &right.contents());
    let mut comparison = Comparison {
        left: &left,
        right: &right,
        differences: Vec::new(),
    };
    for (a, b) in pairs {
        let a = a.and_then(|at| left.lines.get(at));
        let b = b.and_then(|at| right.lines.get(at));
        comparison.lines(a, b);
    }
    comparison.differences
}

/// One of the two messages.
struct Side<'m> {
    delimiters: &'m Delimiters,
    /// The segments that are compared.
    lines: Vec<Line<'m>>,
}

/// A segment, and what of it is not compared.
struct Line<'m> {
    segment: Segment<'m>,
    /// The segment's own location.
    location: Option<Location>,
    ignored: Vec<Element<'m>>,
}

impl<'m> Side<'m> {
    fn new(message: &'m Message, ignore: &[Location]) -> Self {
        let mut lines: Vec<Line<'m>> = Vec::with_capacity(message.segment_count());
        let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
        for segment in message.segments() {
            let count = seen.entry(segment.id()).or_insert(0);
            *count += 1;
            let occurrence = if *count == 1 {
                Pick::First
            } else {
                Pick::Nth(*count)
            };
            let location = segment.segment_id().map(|id| Location {
                occurrence,
                ..Location::segment(id)
            });
            lines.push(Line {
                segment,
                location,
                ignored: Vec::new(),
            });
        }
        for element in ignore
            .iter()
            .flat_map(|location| message.find_all(&every(location)))
        {
            let index = message.segment_index_at(element.span().start);
            if let Some(line) = index.and_then(|index| lines.get_mut(index)) {
                line.ignored.push(element);
            }
        }
        lines.retain(|line| {
            line.ignored
                .iter()
                .all(|element| element.level() != Level::Segment)
        });
        Self {
            delimiters: message.delimiters(),
            lines,
        }
    }

    fn contents(&self) -> Vec<Content<'m>> {
        self.lines
            .iter()
            .map(|line| {
                let mut content = Content {
                    id: line.segment.id(),
                    leaves: Vec::new(),
                };
                for (number, field) in line.fields() {
                    self.push_leaves(line, field, number, &mut content);
                }
                content
            })
            .collect()
    }

    fn push_leaves(
        &self,
        line: &Line<'m>,
        element: Element<'m>,
        path: u64,
        content: &mut Content<'m>,
    ) {
        if line.ignores(&element) || element.is_empty() {
            return;
        }
        if element.level() == Level::Subcomponent {
            content
                .leaves
                .push((path, self.value(element).into_owned()));
            return;
        }
        for (child, number) in element.children().zip(1..) {
            self.push_leaves(line, child, path << 16 | number, content);
        }
    }

    /// The text in the usual delimiters, so that two messages can be compared.
    fn value(&self, element: Element<'m>) -> Cow<'m, str> {
        translate(element.raw(), self.delimiters, &Delimiters::default())
    }

    /// Whether there is nothing but delimiters.
    fn is_blank(&self, element: &Element<'_>) -> bool {
        let d = self.delimiters;
        let below = [d.repetition, d.component, d.subcomponent];
        element.raw().chars().all(|c| below.contains(&c))
    }
}

impl<'m> Line<'m> {
    /// The fields with their numbers, without the delimiters of a header.
    fn fields(&self) -> impl Iterator<Item = (u64, Element<'m>)> {
        let skip = if self.segment.carries_delimiters() {
            2
        } else {
            0
        };
        (1..).zip(self.segment.fields()).skip(skip)
    }

    fn ignores(&self, element: &Element<'_>) -> bool {
        self.ignored.iter().any(|ignored| {
            ignored.level() <= element.level() && is_within(&element.span(), &ignored.span())
        })
    }

    /// Whether some part of the element, but not all of it, is left out.
    fn ignores_within(&self, element: &Element<'_>) -> bool {
        self.ignored.iter().any(|ignored| {
            ignored.level() > element.level() && is_within(&ignored.span(), &element.span())
        })
    }

    fn part(&self, element: &Element<'m>, place: Place) -> Part {
        let location = self.location.clone().and_then(|location| {
            Some(Location {
                path: Some(place.path()?),
                ..location
            })
        });
        Part {
            location,
            segment: self.segment.index(),
            span: element.span(),
            raw: element.raw().to_owned(),
        }
    }

    fn whole(&self) -> Part {
        Part {
            location: self.location.clone(),
            segment: self.segment.index(),
            span: self.segment.span(),
            raw: self.segment.raw().to_owned(),
        }
    }
}

fn is_within(inner: &Range<usize>, outer: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// The location with every occurrence and repetition where it states none.
fn every(location: &Location) -> Location {
    let stated = |pick: &Pick| {
        if *pick == Pick::First {
            Pick::Every
        } else {
            pick.clone()
        }
    };
    let path = location.path.as_ref().map(|path| match path.component {
        Some(_) => FieldPath {
            repetition: stated(&path.repetition),
            ..path.clone()
        },
        None => path.clone(),
    });
    Location {
        segment: location.segment,
        occurrence: stated(&location.occurrence),
        path,
    }
}

/// Numbers from the field down; 0 below the level that is meant.
#[derive(Clone, Copy, Default)]
struct Place {
    field: u64,
    repetition: u32,
    component: u64,
    subcomponent: u64,
}

impl Place {
    fn child(self, level: Level, number: u32) -> Place {
        match level {
            Level::Segment | Level::Field => self,
            Level::Repetition => Place {
                repetition: number,
                ..self
            },
            Level::Component => Place {
                component: u64::from(number),
                ..self
            },
            Level::Subcomponent => Place {
                subcomponent: u64::from(number),
                ..self
            },
        }
    }

    fn path(self) -> Option<FieldPath> {
        let below = |number: u64| u16::try_from(number).ok().filter(|number| *number > 0);
        let component = below(self.component);
        Some(FieldPath {
            field: below(self.field)?,
            repetition: match self.repetition {
                0 => Pick::First,
                1 if component.is_some() => Pick::First,
                number => Pick::Nth(number),
            },
            component,
            subcomponent: below(self.subcomponent),
        })
    }
}

struct Comparison<'c, 'm> {
    left: &'c Side<'m>,
    right: &'c Side<'m>,
    differences: Vec<Difference>,
}

impl<'m> Comparison<'_, 'm> {
    fn push(&mut self, left: Option<Part>, right: Option<Part>) {
        self.differences.push(Difference { left, right });
    }

    fn lines(&mut self, a: Option<&Line<'m>>, b: Option<&Line<'m>>) {
        let (Some(a), Some(b)) = (a, b) else {
            return self.push(a.map(Line::whole), b.map(Line::whole));
        };
        if !a.segment.is_segment() || !b.segment.is_segment() {
            if a.segment.raw() != b.segment.raw() {
                self.push(Some(a.whole()), Some(b.whole()));
            }
            return;
        }
        let (mut left, mut right) = (a.fields(), b.fields());
        loop {
            let (x, y) = (left.next(), right.next());
            let Some(field) = x.or(y).map(|(number, _)| number) else {
                return;
            };
            let pair = Pair {
                a,
                b,
                x: x.map(|(_, x)| x),
                y: y.map(|(_, y)| y),
            };
            self.elements(
                &pair,
                Place {
                    field,
                    ..Place::default()
                },
            );
        }
    }

    fn elements(&mut self, pair: &Pair<'_, 'm>, place: Place) {
        if pair.is_ignored() {
            return;
        }
        let x = pair.x.filter(|x| !self.left.is_blank(x));
        let y = pair.y.filter(|y| !self.right.is_blank(y));
        let Some(level) = x.or(y).map(|element| element.level()) else {
            return;
        };
        let is_whole = level == Level::Subcomponent || !pair.is_ignored_within();
        let parts = || {
            let left = x.map(|x| pair.a.part(&x, place));
            (left, y.map(|y| pair.b.part(&y, place)))
        };
        let is_plain = |e: Element<'_>| level == Level::Subcomponent || !e.is_composite();
        match (x, y) {
            (Some(x), Some(y)) if is_whole && is_plain(x) && is_plain(y) => {
                if self.left.value(x) != self.right.value(y) {
                    let (left, right) = parts();
                    self.push(left, right);
                }
            }
            (None, Some(_)) | (Some(_), None) if is_whole => {
                let (left, right) = parts();
                self.push(left, right);
            }
            (x, y) => self.children(&Pair { x, y, ..*pair }, place),
        }
    }

    fn children(&mut self, pair: &Pair<'_, 'm>, place: Place) {
        let mut left = pair.x.into_iter().flat_map(|x| x.children());
        let mut right = pair.y.into_iter().flat_map(|y| y.children());
        for number in 1.. {
            let below = Pair {
                x: left.next(),
                y: right.next(),
                ..*pair
            };
            let Some(level) = below.x.or(below.y).map(|element| element.level()) else {
                return;
            };
            self.elements(&below, place.child(level, number));
        }
    }
}

/// Two elements that stand side by side, and their segments.
#[derive(Clone, Copy)]
struct Pair<'p, 'm> {
    a: &'p Line<'m>,
    b: &'p Line<'m>,
    x: Option<Element<'m>>,
    y: Option<Element<'m>>,
}

impl Pair<'_, '_> {
    fn is_ignored(&self) -> bool {
        self.x.is_some_and(|x| self.a.ignores(&x)) || self.y.is_some_and(|y| self.b.ignores(&y))
    }

    fn is_ignored_within(&self) -> bool {
        self.x.is_some_and(|x| self.a.ignores_within(&x))
            || self.y.is_some_and(|y| self.b.ignores_within(&y))
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse::parse;
    use super::*;

    const LEFT: &str = "MSH|^~\\&|LAB|N|||20240101||ORU^R01\rPID|1||4711^^^A&1~0815||ROE^JANE\r\
                        OBX|1|NM|HGB||13.2\rOBX|2|NM|WBC||5.1\rNTE|1||one\r";

    /// The places at which the two differ: `~` changed, `+` added, `-` removed.
    fn check(left: &str, right: &str, ignore: &str, expect: &str) {
        let ignore: Vec<Location> = ignore
            .split_whitespace()
            .map(|text| text.parse().unwrap())
            .collect();
        let (left, right) = (parse(left).0, parse(right).0);
        let found: Vec<String> = compare(&left, &right, &ignore)
            .iter()
            .map(|difference| {
                let sign = match difference.kind() {
                    DifferenceKind::Changed => '~',
                    DifferenceKind::Added => '+',
                    DifferenceKind::Removed => '-',
                };
                let place = difference
                    .location()
                    .map_or("line".to_owned(), ToString::to_string);
                for (part, message) in [(&difference.left, &left), (&difference.right, &right)] {
                    if let Some(part) = part {
                        assert_eq!(part.raw, message.text()[part.span.clone()]);
                    }
                }
                format!("{sign}{place}")
            })
            .collect();
        assert_eq!(found.join(" "), expect);
    }

    fn check_edit(from: &str, to: &str, ignore: &str, expect: &str) {
        assert!(LEFT.contains(from));
        check(LEFT, &LEFT.replace(from, to), ignore, expect);
    }

    #[test]
    fn differences_go_as_deep_as_they_are() {
        check_edit("LAB", "LAB", "", "");
        check_edit("LAB", "HUB", "", "~MSH-3");
        check_edit("JANE", "JANET^Q", "", "~PID-5.2 +PID-5.3");
        check_edit("A&1", "A&2", "", "~PID-3.4.2");
        check_edit("~0815", "~0816~9", "", "~PID-3[2] +PID-3[3]");
        check_edit("13.2", "13.2|g/dL", "", "+OBX-6");
        check_edit("5.1", "", "", "-OBX[2]-5");
        check_edit("ROE^JANE", "\"\"", "", "~PID-5.1 -PID-5.2");
    }

    #[test]
    fn what_is_empty_at_the_end_is_nothing() {
        check_edit("JANE", "JANE^^&|||~^|", "", "");
        check_edit("|13.2", "|13.2^^", "", "");
        check_edit("\r", "\n", "", "");
    }

    #[test]
    fn other_delimiters_with_the_same_values_are_the_same() {
        let left = "MSH|^~\\&|A\rPID|1||4^5&6~7|x\\F\\y$z\\.br\\\r";
        let right = "MSH$!*@%$A\nPID$1$$4!5%6*7$x|y@F@z@.br@";
        check(left, right, "", "");
        check(left, &right.replace("5%6", "5%9"), "", "~PID-3.2.2");
    }

    #[test]
    fn segments_are_laid_side_by_side() {
        check_edit("OBX|1|NM|HGB||13.2\r", "", "", "-OBX");
        check_edit("NTE|1||one\r", "NTE|1||one\rNTE|2||two\r", "", "+NTE[2]");
        let inserted = "OBX|1|NM|RBC||4.0\rOBX|2|NM|HGB||13.2\rOBX|3|NM|WBC||5.1\r";
        check_edit(
            "OBX|1|NM|HGB||13.2\rOBX|2|NM|WBC||5.1\r",
            inserted,
            "",
            "+OBX ~OBX[2]-1 ~OBX[3]-1",
        );
        check_edit("PID|1", "pid|1", "", "-PID +line");
    }

    #[test]
    fn places_can_be_left_out() {
        check_edit("20240101", "20250101", "MSH-7", "");
        check_edit("13.2", "13.3", "OBX-5", "");
        check_edit("13.2", "13.3", "OBX[2]-5", "~OBX-5");
        check_edit("NTE|1||one\r", "", "NTE", "");
        check_edit("ROE^JANE", "DOE^JANET", "PID-5.2", "~PID-5.1");
        check_edit("ROE^JANE", "", "PID-5.2", "-PID-5.1");
        check_edit("A&1~0815", "B&2~0816", "PID-3.4 PID-3.1", "");
        check_edit("13.2", "13.3^x", "OBX-5.1", "+OBX-5.2");
    }
}
