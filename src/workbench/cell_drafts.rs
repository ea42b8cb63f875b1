//! What was written in a cell of the profile's editors and cannot stand in the profile: it is kept
//! beside it, by its part, until it is mended or taken back.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::profile::{Edit, PartPath, Profile};

/// Texts by the part that they were written for.
#[derive(Debug, Default)]
pub(super) struct CellDrafts {
    pub(super) texts: BTreeMap<PartPath, Arc<str>>,
    /// What undo takes back first.
    pub(super) last: Option<PartPath>,
    /// What undo took, for redo, and the profile as it stood then.
    pub(super) taken_back: Option<(PartPath, Arc<str>, Arc<Profile>)>,
}

impl CellDrafts {
    /// Follows an edit of the profile: fields that moved keep what was written for them.
    pub(super) fn follow(&mut self, edit: &Edit) {
        self.last = None;
        self.taken_back = None;
        let fields = |segment: &str| PartPath::new(["segments", segment, "fields"]);
        match edit {
            Edit::Revert { part } => self.texts.retain(|known, _| !known.is_in(part)),
            Edit::AddField {
                segment,
                before: Some(before),
                ..
            } => self.renumber(&fields(segment.as_str()), |number| {
                Some(number + u16::from(number >= *before))
            }),
            Edit::RemoveField { segment, number } => {
                self.renumber(&fields(segment.as_str()), |own| match own.cmp(number) {
                    std::cmp::Ordering::Less => Some(own),
                    std::cmp::Ordering::Equal => None,
                    std::cmp::Ordering::Greater => Some(own - 1),
                });
            }
            Edit::MoveField {
                segment,
                number,
                to,
            } => self.renumber(&fields(segment.as_str()), |own| {
                Some(match own {
                    own if own == *number => *to,
                    own if own > *number && own <= *to => own - 1,
                    own if own < *number && own >= *to => own + 1,
                    own => own,
                })
            }),
            Edit::RemoveSegment { segment } => {
                let part = PartPath::new(["segments", segment.as_str()]);
                self.texts.retain(|known, _| !known.is_in(&part));
            }
            Edit::RenameSegment { segment, to } => {
                self.rename("segments", segment.as_str(), to.as_str());
            }
            Edit::RemoveType { name } => {
                let part = PartPath::new(["types", &**name]);
                self.texts.retain(|known, _| !known.is_in(&part));
            }
            Edit::RenameType { name, to } => self.rename("types", name, to),
            Edit::RemoveCodes { name } => {
                let part = PartPath::new(["codes", &**name]);
                self.texts.retain(|known, _| !known.is_in(&part));
            }
            Edit::RenameCodes { name, to } => self.rename("codes", name, to),
            _ => {}
        }
    }

    /// Gives the parts in a numbered list their new numbers; `None` for one that is gone.
    fn renumber(&mut self, list: &PartPath, to: impl Fn(u16) -> Option<u16>) {
        let at = list.steps().len();
        self.move_all(|path| {
            if !path.is_in(list) {
                return Some(path.clone());
            }
            let number = path.steps().get(at).and_then(|step| step.parse().ok())?;
            let moved = to(number)?.to_string();
            let steps = path.steps().iter().enumerate();
            Some(PartPath::new(steps.map(|(index, step)| {
                if index == at {
                    moved.as_str().into()
                } else {
                    Arc::clone(step)
                }
            })))
        });
    }

    fn rename(&mut self, list: &str, name: &str, to: &str) {
        let part = PartPath::new([list, name]);
        self.move_all(|path| {
            let inside = path.steps().iter().skip(2).map(|step| &**step);
            Some(if path.is_in(&part) {
                PartPath::new([list, to].into_iter().chain(inside))
            } else {
                path.clone()
            })
        });
    }

    fn move_all(&mut self, to: impl Fn(&PartPath) -> Option<PartPath>) {
        let texts = std::mem::take(&mut self.texts);
        let moved = texts
            .into_iter()
            .filter_map(|(path, text)| Some((to(&path)?, text)));
        self.texts = moved.collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hl7::SegmentId;
    use crate::profile::FieldOverlay;

    fn check(edit: &Edit, expect: &[&str]) {
        let mut drafts = CellDrafts::default();
        for path in [
            "segments/ZPI/fields/2/length",
            "segments/ZPI/fields/4/repeat",
        ] {
            let path: PartPath = path.parse().expect("a path");
            drafts.texts.insert(path, "abc".into());
        }
        drafts.follow(edit);
        let paths: Vec<String> = drafts.texts.keys().map(ToString::to_string).collect();
        assert_eq!(paths, expect);
    }

    #[test]
    fn what_was_written_moves_with_its_field() {
        let segment = SegmentId::new("ZPI").expect("a segment");
        let two = |a: &str, b: &str| {
            [
                format!("segments/ZPI/fields/{a}"),
                format!("segments/ZPI/fields/{b}"),
            ]
        };
        let cases = [
            (
                Edit::AddField {
                    segment,
                    before: Some(3),
                    field: FieldOverlay::new(""),
                },
                two("2/length", "5/repeat"),
            ),
            (
                Edit::RemoveField { segment, number: 1 },
                two("1/length", "3/repeat"),
            ),
            (
                Edit::MoveField {
                    segment,
                    number: 2,
                    to: 4,
                },
                two("3/repeat", "4/length"),
            ),
        ];
        for (edit, expect) in cases {
            check(&edit, &expect.each_ref().map(String::as_str));
        }
        check(
            &Edit::RemoveField { segment, number: 2 },
            &["segments/ZPI/fields/3/repeat"],
        );
        check(&Edit::RemoveSegment { segment }, &[]);
        let part = "segments/ZPI/fields/4".parse().expect("a path");
        check(&Edit::Revert { part }, &["segments/ZPI/fields/2/length"]);
    }
}
