//! From location to value, and from a byte of the text to its location.

use std::borrow::Cow;
use std::ops::Range;

use super::element::{Element, Level};
use super::location::{FieldPath, Location, Pick};
use super::message::{Message, Segment};

impl Message {
    /// The first element at the location; nothing where the message does not have it.
    ///
    /// Absent, empty and null are three things: nothing, an element that
    /// [is empty](Element::is_empty), and one that [is null](Element::is_null).
    pub fn find(&self, location: &Location) -> Option<Element<'_>> {
        match location.occurrence {
            Pick::First => self
                .segments_named(location.segment)
                .next()?
                .find_or_self(location),
            _ => self
                .segments_at(location)
                .into_iter()
                .find_map(|segment| segment.find_or_self(location)),
        }
    }

    /// Every element at the location, in order.
    pub fn find_all(&self, location: &Location) -> Vec<Element<'_>> {
        let mut found = Vec::new();
        for segment in self.segments_at(location) {
            match &location.path {
                None => found.push(segment.element()),
                Some(path) => segment.find_all_into(path, &mut found),
            }
        }
        found
    }

    /// The plain value at the location, empty where it is absent.
    pub fn text_at(&self, location: &Location) -> Cow<'_, str> {
        self.find(location).map_or(Cow::Borrowed(""), |e| e.text())
    }

    /// The deepest location that holds the byte of the text.
    pub fn location_at(&self, offset: usize) -> Option<Location> {
        let segment = self.segment(self.segment_index_at(offset)?)?;
        let mut location = Location::segment(segment.segment_id()?);
        match segment.occurrence() {
            1 => {}
            n => location.occurrence = Pick::Nth(n),
        }
        let offset = offset.min(segment.span().end);
        let separators = segment.separator_count(offset);
        let number = if segment.carries_delimiters() {
            if offset < segment.span().start + 3 {
                0
            } else {
                separators + 1
            }
        } else {
            separators
        };
        if let Some(field) = segment.field(number)
            && let Ok(number) = u16::try_from(number)
        {
            location.path = Some(path_at(field, number, offset));
        }
        Some(location)
    }

    /// The highest location whose bytes are these: of a field with one component the field.
    pub fn location_of(&self, span: &Range<usize>) -> Option<Location> {
        let deepest = self.location_at(span.start)?;
        let whole = Location {
            path: None,
            ..deepest.clone()
        };
        if self.find(&whole)?.span() == *span {
            return Some(whole);
        }
        let path = deepest.path.as_ref()?;
        let mut higher = vec![FieldPath::field(path.field)];
        higher.push(FieldPath {
            repetition: path.repetition.clone(),
            ..FieldPath::field(path.field)
        });
        higher.push(FieldPath {
            subcomponent: None,
            ..path.clone()
        });
        let at = |path: FieldPath| Location {
            path: Some(path),
            ..deepest.clone()
        };
        let is_it = |location: &Location| {
            self.find(location)
                .is_some_and(|found| found.span() == *span)
        };
        let found = higher.into_iter().map(at).find(is_it);
        found.or(Some(deepest.clone()))
    }

    fn segments_at(&self, location: &Location) -> Vec<Segment<'_>> {
        let named = self.segments_named(location.segment);
        location.occurrence.choose(named, Segment::has_value)
    }
}

fn path_at(field: Element<'_>, number: u16, offset: usize) -> FieldPath {
    let mut path = FieldPath::field(number);
    if !field.is_composite() {
        return path;
    }
    let Some((repetition, at)) = holding(field, offset) else {
        return path;
    };
    if field.children().nth(1).is_some() {
        path.repetition = Pick::Nth(u32::from(at));
    }
    if !repetition.is_composite() {
        return path;
    }
    let Some((component, at)) = holding(repetition, offset) else {
        return path;
    };
    path.component = Some(at);
    if component.is_composite() {
        path.subcomponent = holding(component, offset).map(|(_, at)| at);
    }
    path
}

/// The child that holds the byte, and its number.
fn holding(element: Element<'_>, offset: usize) -> Option<(Element<'_>, u16)> {
    let (at, child) = element
        .children()
        .enumerate()
        .find(|(_, child)| offset <= child.span().end)?;
    Some((child, u16::try_from(at + 1).ok()?))
}

impl<'m> Segment<'m> {
    /// The first element at a place inside the segment.
    pub fn find(&self, path: &FieldPath) -> Option<Element<'m>> {
        let field = self.field(usize::from(path.field))?;
        let repetition = match &path.repetition {
            Pick::First if path.component.is_none() => return Some(field),
            Pick::First | Pick::Every => field.repetition(1)?,
            Pick::Nth(n) => field.repetition(*n as usize)?,
            Pick::Where {
                component,
                subcomponent,
                value,
            } => field
                .repetitions()
                .find(|repetition| has_value(*repetition, *component, *subcomponent, value))?,
        };
        descend(repetition, path)
    }

    /// Every element at a place inside the segment.
    pub fn find_all(&self, path: &FieldPath) -> Vec<Element<'m>> {
        let mut found = Vec::new();
        self.find_all_into(path, &mut found);
        found
    }

    fn find_all_into(&self, path: &FieldPath, found: &mut Vec<Element<'m>>) {
        if path.repetition == Pick::Every {
            let field = self.field(usize::from(path.field));
            let repetitions = field.into_iter().flat_map(|f| f.repetitions());
            found.extend(repetitions.filter_map(|repetition| descend(repetition, path)));
        } else {
            found.extend(self.find(path));
        }
    }

    /// Whether the plain value at a place inside the segment is this one.
    pub fn has_value(&self, path: &FieldPath, value: &str) -> bool {
        self.find(path).is_some_and(|found| found.text() == value)
    }

    fn find_or_self(&self, location: &Location) -> Option<Element<'m>> {
        match &location.path {
            None => Some(self.element()),
            Some(path) => self.find(path),
        }
    }
}

fn descend<'m>(repetition: Element<'m>, path: &FieldPath) -> Option<Element<'m>> {
    let Some(component) = path.component else {
        return Some(repetition);
    };
    let component = repetition.component(usize::from(component))?;
    match path.subcomponent {
        None => Some(component),
        Some(n) => component.subcomponent(usize::from(n)),
    }
}

fn has_value(
    repetition: Element<'_>,
    component: u16,
    subcomponent: Option<u16>,
    value: &str,
) -> bool {
    debug_assert_eq!(repetition.level(), Level::Repetition);
    let found = repetition
        .component(usize::from(component))
        .and_then(|c| match subcomponent {
            None => Some(c),
            Some(n) => c.subcomponent(usize::from(n)),
        });
    found.is_some_and(|e| e.text() == value)
}

#[cfg(test)]
mod tests {
    use super::super::{Location, parse};

    const TEXT: &str = "MSH|^~\\&|LAB|||\rPID|1||12^^^A&1.2&ISO^MR~77^^^B^PI||ROE^JANE&M||\"\"|\r\
                        OBX|1|NM|GLU\rOBX|2|NM|NA||14\\T\\5";

    fn check(location: &str, expect: Option<&str>) {
        let (message, _) = parse(TEXT);
        let location: Location = location.parse().expect("a location");
        let found = message.find(&location).map(|e| e.text().into_owned());
        assert_eq!(found.as_deref(), expect, "{location}");
    }

    #[test]
    fn values_are_found_by_location() {
        check("MSH-1", Some("|"));
        check("MSH-2", Some("^~\\&"));
        check("MSH-2.1", Some("^~\\&"));
        check("MSH-3", Some("LAB"));
        check("PID-3", Some("12^^^A&1.2&ISO^MR~77^^^B^PI"));
        check("PID-3[1]", Some("12^^^A&1.2&ISO^MR"));
        check("PID-3.1", Some("12"));
        check("PID-3[2].1", Some("77"));
        check("PID-3[3].1", None);
        check("PID-3.4.2", Some("1.2"));
        check("PID-3[?5=PI].1", Some("77"));
        check("PID-3[?4.3=ISO].1", Some("12"));
        check("PID-3[?5=XX].1", None);
        check("PID-5.2.2", Some("M"));
        check("PID-5.9", None);
        check("PID-6", Some(""));
        check("PID-7", Some("\"\""));
        check("PID-8", Some(""));
        check("PID-9", None);
        check("OBX[2]-3", Some("NA"));
        check("OBX[2]-5", Some("14&5"));
        check("OBX[?3=NA]-1", Some("2"));
        check("ZZZ-1", None);
        check("PV1", None);
    }

    #[test]
    fn every_place_is_found_in_order() {
        let (message, _) = parse(TEXT);
        let all = |l: &str| {
            let location: Location = l.parse().expect("a location");
            let found: Vec<_> = message
                .find_all(&location)
                .iter()
                .map(super::super::element::Element::raw)
                .collect();
            found.join(",")
        };
        assert_eq!(all("OBX[*]-3"), "GLU,NA");
        assert_eq!(all("PID-3[*].1"), "12,77");
        assert_eq!(all("OBX[*]-5"), "14\\T\\5");
    }

    #[test]
    fn each_byte_has_its_location() {
        let (message, _) = parse(TEXT);
        let at = |needle: &str| {
            let offset = TEXT.find(needle).expect("in the text");
            message
                .location_at(offset)
                .map(|l| l.to_string())
                .unwrap_or_default()
        };
        assert_eq!(at("MSH"), "MSH");
        assert_eq!(at("|^"), "MSH-1");
        assert_eq!(at("~\\"), "MSH-2");
        assert_eq!(at("LAB"), "MSH-3");
        assert_eq!(at("12^"), "PID-3[1].1");
        assert_eq!(at("1.2"), "PID-3[1].4.2");
        assert_eq!(at("77^"), "PID-3[2].1");
        assert_eq!(at("M||"), "PID-5.2.2");
        assert_eq!(at("NA|"), "OBX[2]-3");
    }
}
