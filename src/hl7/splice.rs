//! Where a place inside one segment's text lies, growing what is missing on the way.

use std::ops::Range;

use super::delimiters::Delimiters;
use super::escape::{escape, unescape};
use super::location::{FieldPath, Pick};
use super::part::nth_part;

/// The bytes of the `n`-th part (from 1) of a range, or how many separators are missing.
fn part(
    text: &str,
    within: &Range<usize>,
    separator: char,
    n: usize,
) -> Result<Range<usize>, usize> {
    let slice = text.get(within.clone()).unwrap_or_default();
    let found = nth_part(slice, separator, n)?;
    Ok(within.start + found.start..within.start + found.end)
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
            let added = std::iter::repeat_n(separator, missing);
            if within.end == text.len() {
                text.extend(added);
            } else {
                text.insert_str(within.end, &added.collect::<String>());
            }
            within.end += missing * separator.len_utf8();
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
        if path.repetition != Pick::Every {
            return vec![self.grow_one(path)];
        }
        let mut field = self.grow_field(path);
        let count = repetitions(self.text, &self.delimiters, &field);
        let grown = (1..=count).map(|n| self.grow_repetition(&mut field, n, path));
        grown.collect()
    }

    /// The place that the path means, grown where it is missing; of every repetition, the first.
    pub(super) fn grow_one(&mut self, path: &FieldPath) -> Range<usize> {
        let mut field = self.grow_field(path);
        let n = match &path.repetition {
            Pick::First if path.component.is_none() => return field,
            Pick::First | Pick::Every => 1,
            Pick::Nth(n) => *n as usize,
            Pick::Where {
                component,
                subcomponent,
                value,
            } => self.matching(&mut field, *component, *subcomponent, value),
        };
        self.grow_repetition(&mut field, n, path)
    }

    fn grow_field(&mut self, path: &FieldPath) -> Range<usize> {
        let mut whole = 0..self.text.len();
        let token = token_of(path.field, self.header);
        part_grown(self.text, &mut whole, self.delimiters.field, token)
    }

    fn grow_repetition(
        &mut self,
        field: &mut Range<usize>,
        n: usize,
        path: &FieldPath,
    ) -> Range<usize> {
        let repetition = part_grown(self.text, field, self.delimiters.repetition, n);
        let before = self.text.len();
        let found = self.grow_below(repetition, path.component, path.subcomponent);
        // What grew inside this repetition moved the end of the field.
        field.end += self.text.len() - before;
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
        let count = repetitions(self.text, &d, field);
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
}

/// All places that the path means in one segment's text, as they are; nothing is grown.
pub(super) fn find(
    text: &str,
    d: &Delimiters,
    header: bool,
    path: &FieldPath,
) -> Vec<Range<usize>> {
    if path.repetition != Pick::Every {
        return find_first(text, d, header, path).into_iter().collect();
    }
    let Ok(field) = part(
        text,
        &(0..text.len()),
        d.field,
        token_of(path.field, header),
    ) else {
        return Vec::new();
    };
    let below = |n| find_below(text, d, &field, n, path);
    (1..=repetitions(text, d, &field))
        .filter_map(below)
        .collect()
}

/// The first place that the path means in one segment's text; nothing is grown.
pub(super) fn find_first(
    text: &str,
    d: &Delimiters,
    header: bool,
    path: &FieldPath,
) -> Option<Range<usize>> {
    let field = part(
        text,
        &(0..text.len()),
        d.field,
        token_of(path.field, header),
    )
    .ok()?;
    let n = match &path.repetition {
        Pick::First if path.component.is_none() => return Some(field),
        Pick::First => 1,
        Pick::Nth(n) => *n as usize,
        Pick::Every => {
            return (1..=repetitions(text, d, &field))
                .find_map(|n| find_below(text, d, &field, n, path));
        }
        Pick::Where {
            component,
            subcomponent,
            value,
        } => (1..=repetitions(text, d, &field))
            .find(|n| has_value(text, d, &field, *n, *component, *subcomponent, value))?,
    };
    find_below(text, d, &field, n, path)
}

fn repetitions(text: &str, d: &Delimiters, field: &Range<usize>) -> usize {
    let field = text.get(field.clone()).unwrap_or_default();
    field.matches(d.repetition).count() + 1
}

fn find_below(
    text: &str,
    d: &Delimiters,
    field: &Range<usize>,
    n: usize,
    path: &FieldPath,
) -> Option<Range<usize>> {
    let repetition = part(text, field, d.repetition, n).ok()?;
    let Some(n) = path.component else {
        return Some(repetition);
    };
    let component = part(text, &repetition, d.component, usize::from(n)).ok()?;
    match path.subcomponent {
        None => Some(component),
        Some(n) => part(text, &component, d.subcomponent, usize::from(n)).ok(),
    }
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
