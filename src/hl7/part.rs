//! The n-th part of a text between separators.
//!
//! Below the field separators stand a few bytes apart: a plain loop is faster here than a search that
//! starts up first.

use std::ops::Range;

/// The bytes of the `n`-th part (from 1), or how many separators are missing.
pub(super) fn nth_part(text: &str, separator: char, n: usize) -> Result<Range<usize>, usize> {
    let mut start = 0;
    let mut left = n.saturating_sub(1);
    while left > 0 {
        match next_separator(text, start, separator) {
            Some(at) => start = at + separator.len_utf8(),
            None => return Err(left),
        }
        left -= 1;
    }
    let end = next_separator(text, start, separator).unwrap_or(text.len());
    Ok(start..end)
}

/// Where the next separator stands, from `start` on.
#[inline]
pub(super) fn next_separator(text: &str, start: usize, separator: char) -> Option<usize> {
    let found = match u8::try_from(separator) {
        Ok(byte) if separator.is_ascii() => text
            .as_bytes()
            .get(start..)?
            .iter()
            .position(|other| *other == byte),
        _ => text.get(start..)?.find(separator),
    };
    found.map(|at| start + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, separator: char, n: usize, expect: Result<&str, usize>) {
        let found = nth_part(text, separator, n).map(|part| &text[part]);
        assert_eq!(found, expect, "{text} {n}");
    }

    #[test]
    fn parts_are_counted_from_one() {
        check("a^^c", '^', 1, Ok("a"));
        check("a^^c", '^', 2, Ok(""));
        check("a^^c", '^', 3, Ok("c"));
        check("a^^c", '^', 5, Err(2));
        check("", '^', 1, Ok(""));
        check("", '^', 2, Err(1));
        check("ä¦ö¦", '¦', 2, Ok("ö"));
        check("ä¦ö¦", '¦', 3, Ok(""));
        check("ä¦ö¦", '¦', 4, Err(1));
    }
}
