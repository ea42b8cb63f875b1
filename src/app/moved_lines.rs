//! Lines of a text that stay with their words while the text above them is edited.

/// Where a line of the old text stands in the new one, counted from 1; nothing where it is gone.
///
/// What is the same at the start and at the end of both texts stays; between those lines a line keeps its
/// number as far as there is one.
pub(super) fn moved(line: u32, old: &str, new: &str) -> Option<u32> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let at = usize::try_from(line).ok()?.checked_sub(1)?;
    let same = |(a, b): &(&&str, &&str)| a == b;
    let before = old.iter().zip(&new).take_while(same).count();
    if at >= old.len() {
        return None;
    }
    if at < before {
        return Some(line);
    }
    let rest = old.len().min(new.len()) - before;
    let after = old.iter().rev().zip(new.iter().rev()).take_while(same);
    let after = after.count().min(rest);
    let number = |at: usize| u32::try_from(at + 1).ok();
    if at >= old.len() - after {
        return number(at + new.len() - old.len());
    }
    // Among what was written anew.
    let left = new.len() - after;
    if left == before {
        return None;
    }
    number(at.min(left - 1))
}

#[cfg(test)]
mod tests {
    use super::moved;

    #[test]
    fn a_line_goes_with_its_words() {
        let text = "a\nb\nc\nd";
        for (line, new, expect) in [
            (3, "a\nb\nc\nd", Some(3)),
            (3, "a\nnew\nb\nc\nd", Some(4)),
            (3, "\na\nb\nc\nd", Some(4)),
            (3, "a\nc\nd", Some(2)),
            (2, "a\nb\nc\nd\ne", Some(2)),
            (2, "a\nb2\nc\nd", Some(2)),
            (2, "a\nb2\nb3\nc\nd", Some(2)),
            (3, "a\nb\nd", None),
            (3, "a\nx\nd", Some(2)),
            (4, "", None),
            (2, "a\n\nb\nc\nd", Some(3)),
            (9, text, None),
        ] {
            assert_eq!(moved(line, text, new), expect, "{line} in {new:?}");
        }
    }
}
