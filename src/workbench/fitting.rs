//! Finding a name by a few of its letters.

/// How badly the letters of `query`, in their order, fit `name`; `None` when they do not occur.
pub fn fit(query: &str, name: &str) -> Option<usize> {
    let name: Vec<char> = name.to_lowercase().chars().collect();
    let (mut at, mut badness) = (0, 0);
    for letter in query
        .to_lowercase()
        .chars()
        .filter(|letter| !letter.is_whitespace())
    {
        let rest = name.get(at..)?;
        // A letter that begins a word is what people type first.
        let begins =
            |index: usize| index == 0 || name.get(index - 1).is_some_and(|c| !c.is_alphanumeric());
        let next = rest.iter().position(|&c| c == letter)?;
        let word =
            (at..name.len()).find(|&index| name.get(index) == Some(&letter) && begins(index));
        let found = match word {
            Some(word) if next > 0 => word,
            _ => at + next,
        };
        badness += if found == at {
            0
        } else {
            1 + usize::from(!begins(found)) * 4
        };
        at = found + 1;
    }
    // Without a query the commands stand in their own order.
    let length = if at == 0 { 0 } else { name.len().min(99) };
    Some(badness * 100 + length)
}

#[cfg(test)]
mod tests {
    use super::fit;

    #[test]
    fn letters_fit_in_their_order_and_word_starts_come_first() {
        assert!(fit("osa", "Open samples…").is_some());
        assert!(fit("xyz", "Open samples…").is_none());
        assert_eq!(fit(" ", "Quit"), fit("", "Open samples…"));
        assert!(fit("sp", "Save profile") < fit("sp", "Open a site profile…"));
        assert!(fit("und", "Undo rename ZPI-3") < fit("und", "Show what could be found"));
    }
}
