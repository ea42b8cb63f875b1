//! Where a place inside one segment's text lies, growing what is missing on the way.

use std::ops::Range;

use super::delimiters::Delimiters;
use super::escape::{escape, unescape};
use super::location::{FieldPath, Pick};

/// The bytes of the `n`-th part (from 1) of a range, or how many separators are missing.
fn part(
    text: &str,
    within: &Range<usize>,
    separator: char,
    n: usize,
) -> Result<Range<usize>, usize> {
    let slice = text.get(within.clone()).unwrap_or_default();
    let mut start = 0;
    let mut left = n.saturating_sub(1);
    while left > 0 {
        match find_char(&slice[start..], separator) {
            Some(at) => start += at + separator.len_utf8(),
            None => return Err(left),
        }
        left -= 1;
    }
    let end = find_char(&slice[start..], separator).map_or(slice.len(), |at| start + at);
    Ok(within.start + start..within.start + end)
}

/// Separators stand a few bytes apart: a plain loop is faster here than a search that starts up first.
fn find_char(text: &str, c: char) -> Option<usize> {
    match u8::try_from(c) {
        Ok(byte) if c.is_ascii() => text.bytes().position(|other| other == byte),
        _ => text.find(c),
    }
}

/// The same, after adding the separators that are missing; `within` grows with the text.
fn part_grown(
    text: &mut String,
    within: &mut Range<usize>,
    separator: char,
    n: usize,
) -> Range<usize> {
    match part(text, within, separator, n) {
        Ok(found) => found,
        Err(missing) => {
            let added: String = std::iter::repeat_n(separator, missing).collect();
            text.insert_str(within.end, &added);
            within.end += added.len();
            within.end..within.end
        }
    }
}

/// Which separator, counted from 1, stands before a field; fields 1 and 2 of a header have none.
fn token_of(field: u16, header: bool) -> usize {
    usize::from(field) + usize::from(!header)
}

/// One segment's text, with what is needed to find places in it.
pub(super) struct Line<'t> {
    pub(super) text: &'t mut String,
    pub(super) delimiters: Delimiters,
    pub(super) header: bool,
}

impl Line<'_> {
    /// The places that the path means, grown where they are missing.
    pub(super) fn grow(&mut self, path: &FieldPath) -> Vec<Range<usize>> {
        let d = self.delimiters;
        let mut whole = 0..self.text.len();
        let mut field = part_grown(
            self.text,
            &mut whole,
            d.field,
            token_of(path.field, self.header),
        );
        let numbers: Vec<usize> = match &path.repetition {
            Pick::First if path.component.is_none() => return vec![field],
            Pick::First => vec![1],
            Pick::Nth(n) => vec![*n as usize],
            Pick::Every => (1..=self.count(&field, d.repetition)).collect(),
            Pick::Where {
                component,
                subcomponent,
                value,
            } => vec![self.matching(&mut field, *component, *subcomponent, value)],
        };
        let mut found: Vec<Range<usize>> = Vec::new();
        for n in numbers {
            let repetition = part_grown(self.text, &mut field, d.repetition, n);
            let before = self.text.len();
            found.push(self.grow_below(repetition, path.component, path.subcomponent));
            // What grew inside this repetition moved the end of the field.
            field.end += self.text.len() - before;
        }
        found
    }

    fn grow_below(
        &mut self,
        mut repetition: Range<usize>,
        component: Option<u16>,
        subcomponent: Option<u16>,
    ) -> Range<usize> {
        let d = self.delimiters;
        let Some(n) = component else {
            return repetition;
        };
        let mut component = part_grown(self.text, &mut repetition, d.component, usize::from(n));
        let Some(n) = subcomponent else {
            return component;
        };
        part_grown(self.text, &mut component, d.subcomponent, usize::from(n))
    }

    /// The repetition whose component has the value; a new one at the end where there is none.
    fn matching(
        &mut self,
        field: &mut Range<usize>,
        component: u16,
        subcomponent: Option<u16>,
        value: &str,
    ) -> usize {
        let d = self.delimiters;
        let count = self.count(field, d.repetition);
        for n in 1..=count {
            if has_value(self.text, &d, field, n, component, subcomponent, value) {
                return n;
            }
        }
        let n = if field.start == field.end {
            1
        } else {
            count + 1
        };
        let repetition = part_grown(self.text, field, d.repetition, n);
        let before = self.text.len();
        let place = self.grow_below(repetition, Some(component), subcomponent);
        self.text.insert_str(place.start, &escape(value, &d));
        field.end += self.text.len() - before;
        n
    }

    fn count(&self, within: &Range<usize>, separator: char) -> usize {
        self.text
            .get(within.clone())
            .map_or(0, |t| t.matches(separator).count())
            + 1
    }
}

/// All places that the path means in one segment's text, as they are; nothing is grown.
pub(super) fn find(
    text: &str,
    d: &Delimiters,
    header: bool,
    path: &FieldPath,
) -> Vec<Range<usize>> {
    let whole = 0..text.len();
    let Ok(field) = part(text, &whole, d.field, token_of(path.field, header)) else {
        return Vec::new();
    };
    let count = text
        .get(field.clone())
        .map_or(0, |t| t.matches(d.repetition).count())
        + 1;
    let numbers: Vec<usize> = match &path.repetition {
        Pick::First if path.component.is_none() => return vec![field],
        Pick::First => vec![1],
        Pick::Nth(n) => vec![*n as usize],
        Pick::Every => (1..=count).collect(),
        Pick::Where {
            component,
            subcomponent,
            value,
        } => (1..=count)
            .find(|n| has_value(text, d, &field, *n, *component, *subcomponent, value))
            .into_iter()
            .collect(),
    };
    let below = |n: usize| {
        let repetition = part(text, &field, d.repetition, n).ok()?;
        let Some(n) = path.component else {
            return Some(repetition);
        };
        let component = part(text, &repetition, d.component, usize::from(n)).ok()?;
        match path.subcomponent {
            None => Some(component),
            Some(n) => part(text, &component, d.subcomponent, usize::from(n)).ok(),
        }
    };
    numbers.into_iter().filter_map(below).collect()
}

fn has_value(
    text: &str,
    d: &Delimiters,
    field: &Range<usize>,
    n: usize,
    component: u16,
    subcomponent: Option<u16>,
    value: &str,
) -> bool {
    let place = part(text, field, d.repetition, n)
        .and_then(|r| part(text, &r, d.component, usize::from(component)))
        .and_then(|c| match subcomponent {
            None => Ok(c),
            Some(n) => part(text, &c, d.subcomponent, usize::from(n)),
        });
    place
        .ok()
        .and_then(|p| text.get(p))
        .is_some_and(|raw| unescape(raw, d) == value)
}
