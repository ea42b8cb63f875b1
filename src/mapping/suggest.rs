//! "Did you mean …": the nearest of the allowed words.

/// The allowed word that is nearest to `word`, if one is near enough to be meant.
pub fn nearest<'a>(word: &str, allowed: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Longer words may hold more slips before they become another word.
    let limit = (word.chars().count() / 3).clamp(1, 3);
    allowed
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= limit && *distance < candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// One sentence: what is meant, or else what is allowed.
pub(super) fn help<'a>(
    word: &str,
    what: &str,
    allowed: impl IntoIterator<Item = &'a str> + Clone,
) -> String {
    if let Some(near) = nearest(word, allowed.clone()) {
        return format!("did you mean \"{near}\"?");
    }
    let names: Vec<&str> = allowed.into_iter().collect();
    match names.len() {
        0 => format!("the profile has no {what}"),
        // Enough to find the right one by eye, not so many that the line is lost.
        1..=12 => format!("the {what} are {}", names.join(", ")),
        count => format!(
            "{count} {what} are known, such as {}",
            names[..8].join(", ")
        ),
    }
}

/// How many letters must be changed, added, dropped or swapped; case counts nothing.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().flat_map(char::to_lowercase).collect();
    let b: Vec<char> = b.chars().flat_map(char::to_lowercase).collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut best = (last[j] + usize::from(x != y))
                .min(last[j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                best = best.min(before_last[j - 1] + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    fn check(word: &str, expect: Option<&str>) {
        let allowed = ["patient", "kin", "visit", "observation", "mrn", "born"];
        assert_eq!(nearest(word, allowed), expect, "{word}");
    }

    #[test]
    fn slips_of_the_pen_find_their_word() {
        check("pateint", Some("patient"));
        check("Patient", Some("patient"));
        check("patients", Some("patient"));
        check("obsrvation", Some("observation"));
        check("mnr", Some("mrn"));
        check("address", None);
        check("x", None);
    }
}
