//! What can be done to an item of a segment grammar: the same steps for buttons, keys and menu.

use std::sync::Arc;

use egui::{Key, Modifiers};

use crate::profile::{GrammarEdit, GrammarItem, GrammarKind, Repeat, SegmentGrammar};

/// A step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Optional,
    Repeat,
    Up,
    Down,
    Group,
    Choice,
    Unwrap,
    Remove,
}

impl Step {
    pub(super) const ALL: [Self; 8] = [
        Self::Optional,
        Self::Repeat,
        Self::Up,
        Self::Down,
        Self::Group,
        Self::Choice,
        Self::Unwrap,
        Self::Remove,
    ];

    /// Its name on a button or in a menu, what it does, and its key.
    pub(super) fn words(self) -> (&'static str, &'static str, (Modifiers, Key)) {
        let plain = |key| (Modifiers::NONE, key);
        match self {
            Self::Optional => (
                "Optional",
                "It may be missing, or must be there (O)",
                plain(Key::O),
            ),
            Self::Repeat => (
                "Repeats",
                "It may stand there more than once, or only once (R)",
                plain(Key::R),
            ),
            Self::Up => (
                "Up",
                "Move it up, into and out of groups (Ctrl+Up)",
                (Modifiers::COMMAND, Key::ArrowUp),
            ),
            Self::Down => (
                "Down",
                "Move it down, into and out of groups (Ctrl+Down)",
                (Modifiers::COMMAND, Key::ArrowDown),
            ),
            Self::Group => ("Group", "Put it into a group of its own (G)", plain(Key::G)),
            Self::Choice => (
                "Choice",
                "Make it and the item behind it a choice: exactly one of both (C)",
                plain(Key::C),
            ),
            Self::Unwrap => (
                "Take apart",
                "Put what the group or choice holds in its place (U)",
                plain(Key::U),
            ),
            Self::Remove => (
                "Remove",
                "Take it away; Ctrl+Z brings it back (Delete)",
                plain(Key::Delete),
            ),
        }
    }

    /// The edit that it is for the item at a path; `None` where it can do nothing.
    pub(super) fn edit(self, grammar: &SegmentGrammar, at: &[usize]) -> Option<GrammarEdit> {
        let item = grammar.item(at)?;
        let at_owned = at.to_vec();
        match self {
            Self::Optional => Some(GrammarEdit::SetOptional {
                at: at_owned,
                optional: !item.optional,
            }),
            Self::Repeat => Some(GrammarEdit::SetRepeat {
                at: at_owned,
                repeat: if item.repeat == Repeat::Once {
                    Repeat::Many
                } else {
                    Repeat::Once
                },
            }),
            Self::Up => Some(GrammarEdit::Move {
                from: at_owned,
                to: above(grammar, at)?,
            }),
            Self::Down => Some(GrammarEdit::Move {
                from: at_owned,
                to: below(grammar, at)?,
            }),
            Self::Group => Some(GrammarEdit::Wrap {
                at: at_owned,
                count: 1,
                name: group_name(grammar, at, item),
            }),
            Self::Choice => {
                let (last, _) = at.split_last()?;
                let has_next = siblings(grammar, at)?.len() > last + 1;
                has_next.then_some(GrammarEdit::WrapInChoice {
                    at: at_owned,
                    count: 2,
                })
            }
            Self::Unwrap => {
                (!item.items().is_empty()).then_some(GrammarEdit::Unwrap { at: at_owned })
            }
            Self::Remove => Some(GrammarEdit::Remove { at: at_owned }),
        }
    }
}

/// What a person calls an item.
pub(super) fn label(item: &GrammarItem) -> Arc<str> {
    match (&item.kind, item.name()) {
        (_, Some(name)) => Arc::clone(name),
        (GrammarKind::Segment(id), None) => id.as_str().into(),
        (GrammarKind::Any, None) => "any segment".into(),
        (GrammarKind::Group { .. }, None) => "group".into(),
        (GrammarKind::Choice { .. }, None) => "choice".into(),
    }
}

fn siblings<'g>(grammar: &'g SegmentGrammar, at: &[usize]) -> Option<&'g [GrammarItem]> {
    let (_, around) = at.split_last()?;
    if around.is_empty() {
        return Some(&grammar.items);
    }
    grammar.item(around).map(GrammarItem::items)
}

/// One place up: into the group above as its last, past a segment, or out of the group as the one
/// before it.
fn above(grammar: &SegmentGrammar, at: &[usize]) -> Option<Vec<usize>> {
    let (last, around) = at.split_last()?;
    let Some(index) = last.checked_sub(1) else {
        return (!around.is_empty()).then(|| around.to_vec());
    };
    let mut to = around.to_vec();
    to.push(index);
    let inside = siblings(grammar, at)?.get(index)?.items().len();
    if inside > 0 {
        to.push(inside);
    }
    Some(to)
}

/// One place down: into the group below as its first, past a segment, or out of the group as the one
/// behind it.
fn below(grammar: &SegmentGrammar, at: &[usize]) -> Option<Vec<usize>> {
    let (last, around) = at.split_last()?;
    let Some(next) = siblings(grammar, at)?.get(last + 1) else {
        let (group, outer) = around.split_last()?;
        let mut to = outer.to_vec();
        to.push(group + 1);
        return Some(to);
    };
    let mut to = around.to_vec();
    if next.items().is_empty() {
        to.push(last + 2);
    } else {
        to.extend([last + 1, 0]);
    }
    Some(to)
}

/// A name that no group beside it has.
fn group_name(grammar: &SegmentGrammar, at: &[usize], item: &GrammarItem) -> Arc<str> {
    let lead = match item.kind {
        GrammarKind::Segment(id) => format!("{id}_GROUP"),
        GrammarKind::Any | GrammarKind::Group { .. } | GrammarKind::Choice { .. } => {
            "GROUP".to_owned()
        }
    };
    let beside = siblings(grammar, at).unwrap_or_default();
    let is_taken = |name: &str| {
        beside
            .iter()
            .any(|one| one.name().is_some_and(|taken| **taken == *name))
    };
    let numbered = (2..).map(|number| format!("{lead}_{number}"));
    let mut names = std::iter::once(lead.clone()).chain(numbered);
    names.find(|name| !is_taken(name)).unwrap_or(lead).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::parse_notation;

    fn check(step: Step, at: &[usize], expect: &str) {
        let (grammar, _) = parse_notation("MSH PID [PD1] {ORDER: OBR [{OBX}]} NTE");
        let found = step.edit(&grammar, at).map(|edit| grammar.apply(&edit));
        let found = match found {
            None => "nothing".to_owned(),
            Some(Ok(grammar)) => grammar.to_string(),
            Some(Err(error)) => error.to_string(),
        };
        assert_eq!(found, expect, "{step:?} {at:?}");
    }

    #[test]
    fn an_item_moves_into_and_out_of_groups() {
        check(Step::Down, &[1], "MSH [PD1] PID {ORDER: OBR [{OBX}]} NTE");
        check(Step::Down, &[2], "MSH PID {ORDER: [PD1] OBR [{OBX}]} NTE");
        check(
            Step::Down,
            &[3, 1],
            "MSH PID [PD1] {ORDER: OBR} [{OBX}] NTE",
        );
        check(Step::Down, &[4], "nothing");
        check(Step::Up, &[4], "MSH PID [PD1] {ORDER: OBR [{OBX}] NTE}");
        check(Step::Up, &[3, 0], "MSH PID [PD1] OBR {ORDER: [{OBX}]} NTE");
        check(Step::Up, &[0], "nothing");
    }

    #[test]
    fn an_item_is_put_into_a_group_and_taken_out() {
        check(
            Step::Group,
            &[1],
            "MSH (PID_GROUP: PID) [PD1] {ORDER: OBR [{OBX}]} NTE",
        );
        check(
            Step::Choice,
            &[1],
            "MSH <PID|[PD1]> {ORDER: OBR [{OBX}]} NTE",
        );
        check(Step::Choice, &[4], "nothing");
        check(Step::Unwrap, &[3], "MSH PID [PD1] OBR [{OBX}] NTE");
        check(Step::Unwrap, &[1], "nothing");
    }
}
