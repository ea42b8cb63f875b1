//! What does not fit together in a profile, each finding with the part that it speaks of.

use std::sync::Arc;

use super::data_type::numbered;
use super::document::Profile;
use super::part_path::PartPath;
use crate::diagnostic::Diagnostic;

/// A finding about a part of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartProblem {
    /// The part that it speaks of.
    pub part: PartPath,
    /// What is wrong with it.
    pub diagnostic: Diagnostic,
}

/// The part at a path of findings such as `.segments{PID}.fields[0].type`: lists are told apart by names here.
pub fn part_of(profile: &Profile, path: &str) -> PartPath {
    let mut part = PartPath::default();
    for step in steps(path) {
        part = match step
            .strip_prefix('[')
            .map(|step| step.trim_end_matches(']'))
        {
            Some(number) => {
                let index = number.parse().unwrap_or(usize::MAX);
                let name = name_at(profile, &part, index);
                part.child(name.unwrap_or_else(|| number.into()))
            }
            None => part.child(name_of(step)),
        };
    }
    part
}

/// The steps of a path of findings: `.segments`, `{PID}`, `.fields`, `[0]`.
pub(super) fn steps(path: &str) -> impl Iterator<Item = &str> {
    let mut rest = path;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = match first {
            '{' => rest.find('}').map(|at| at + 1),
            '[' => rest.find(']').map(|at| at + 1),
            _ => rest
                .char_indices()
                .skip(1)
                .find(|(_, c)| matches!(c, '.' | '[' | '{'))
                .map(|(at, _)| at),
        };
        let (step, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        Some(step)
    })
}

/// The name in a step.
fn name_of(step: &str) -> &str {
    match step.strip_prefix('{') {
        Some(key) => key.strip_suffix('}').unwrap_or(key),
        None => step.strip_prefix('.').unwrap_or(step),
    }
}

/// How the item at `index` of the list at `list` is told apart from the others.
pub(super) fn name_at(profile: &Profile, list: &PartPath, index: usize) -> Option<Arc<str>> {
    let steps: Vec<&str> = list.steps().iter().map(|step| &**step).collect();
    match steps[..] {
        ["messages"] => Some(Arc::clone(&profile.messages.get(index)?.name)),
        ["messages", name, "rows"] => {
            let rows = &profile.message(name)?.1.rows;
            let table = &rows.get(index)?.table;
            let earlier = rows.iter().take(index);
            match earlier.filter(|rows| rows.table == *table).count() {
                0 => Some(Arc::clone(table)),
                count => Some(format!("{table}#{}", count + 1).into()),
            }
        }
        ["segments", segment, "fields"] => {
            let (_, overlay) = profile
                .segments
                .iter()
                .find(|(id, _)| id.as_str() == segment)?;
            let (number, _) = overlay.numbered().nth(index)?;
            Some(number.to_string().into())
        }
        ["types", name, "components"] => {
            let overlay = profile.types.get(name)?;
            let mut parts = numbered(&overlay.components, |part| part.number);
            Some(parts.nth(index)?.0.to_string().into())
        }
        ["messages", name, "rules"] => {
            let rules = &profile.message(name)?.1.rules;
            Some(Arc::clone(&rules.get(index)?.name))
        }
        ["segments", segment, "rules"] => {
            let mut segments = profile.segments.iter();
            let (_, overlay) = segments.find(|(id, _)| id.as_str() == segment)?;
            Some(Arc::clone(&overlay.rules.get(index)?.name))
        }
        ["waivers"] => {
            let waiver = profile.waivers.get(index)?;
            Some(format!("{} {}", waiver.rule, waiver.at).into())
        }
        ["tables", name, "columns"] => Some(Arc::clone(
            &profile.tables.get(name)?.columns.get(index)?.name,
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::read::read;
    use super::super::validate::findings;
    use super::*;

    fn check(inner: &str, expect: &[&str]) {
        let text = format!("Profile(format: 1, name: \"a\",\n{inner})");
        let profile = read(&text).expect("it reads");
        let found = findings(&profile);
        let parts = found.iter().map(|found| part_of(&profile, &found.path));
        let parts: Vec<String> = parts.map(|part| part.to_string()).collect();
        assert_eq!(parts, expect);
    }

    #[test]
    fn a_finding_names_its_part() {
        check(
            "segments: {\"PID\": Segment(fields: [Field(number: 5, type: \"SX\"), Field(length: 0)])}",
            &["segments/PID/fields/5/type", "segments/PID/fields/6/length"],
        );
        check(
            "types: {\"ZA\": Type(components: [Component(number: 3, mask: \"MM\")])}",
            &["types/ZA/components/3/mask"],
        );
        check(
            "codes: {\"s\": Codes(values: {\"M\": \"\"}, maps: {\"1\": \"N\"})}",
            &["codes/s/maps/1"],
        );
        check(
            "messages: [Message(name: \"b\", rows: [Rows(table: \"t\", root: \"/\")])]",
            &["messages/b/rows/t/table"],
        );
        check(
            "tables: {\"t\": Table(columns: [Column(name: \"y\"), Column(name: \"y\")])}",
            &["tables/t/columns/y/name"],
        );
    }
}
