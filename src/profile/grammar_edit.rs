//! Changes of a segment grammar, item by item, each giving the changed text.

use std::sync::Arc;

use super::field::Repeat;
use super::notation::{is_name, parse_notation};
use super::notation_fault::NotationFault;
use super::segment_grammar::{GrammarItem, GrammarKind, SegmentGrammar, normal_sequence};
use crate::diagnostic::Severity;
use crate::hl7::SegmentId;

/// A change of a segment grammar.
///
/// `at` leads to an item: the index among the outermost items, then the index in that group or choice,
/// and so on, counted from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    missing_docs,
    reason = "the fields of each variant are named by what they hold"
)]
pub enum GrammarEdit {
    /// Puts an item before the one at `at`, or behind the last one where `at` leads one further.
    Insert { at: Vec<usize>, item: GrammarItem },
    /// Takes an item away, with all that it holds.
    Remove { at: Vec<usize> },
    /// Takes an item to where the one at `to` stands now.
    Move { from: Vec<usize>, to: Vec<usize> },
    /// Puts an item and those behind it, `count` in all, into a group of this name.
    Wrap {
        at: Vec<usize>,
        count: usize,
        name: Arc<str>,
    },
    /// Makes an item and those behind it, `count` in all, the options of a choice.
    WrapInChoice { at: Vec<usize>, count: usize },
    /// Puts what a group or choice holds in its place.
    Unwrap { at: Vec<usize> },
    /// Says whether an item may be missing.
    SetOptional { at: Vec<usize>, optional: bool },
    /// Says how often an item may stand there.
    SetRepeat { at: Vec<usize>, repeat: Repeat },
    /// Names a group or a choice, or takes its name.
    Rename {
        at: Vec<usize>,
        name: Option<Arc<str>>,
    },
    /// Puts another segment in the place of one.
    SetSegment { at: Vec<usize>, segment: SegmentId },
}

impl GrammarEdit {
    /// What undo calls the change of an item, without a capital: `remove PD1`.
    pub fn name(&self, item: &str) -> String {
        match self {
            GrammarEdit::Insert { item, .. } => format!("insert {item}"),
            GrammarEdit::Remove { .. } => format!("remove {item}"),
            GrammarEdit::Move { .. } => format!("move {item}"),
            GrammarEdit::Wrap { name, .. } => format!("put {item} into group {name}"),
            GrammarEdit::WrapInChoice { .. } => format!("put {item} into a choice"),
            GrammarEdit::Unwrap { .. } => format!("take {item} apart"),
            GrammarEdit::SetOptional { optional, .. } => {
                let usage = if *optional { "optional" } else { "required" };
                format!("make {item} {usage}")
            }
            GrammarEdit::SetRepeat { .. } => format!("change how often {item} stands there"),
            GrammarEdit::Rename { .. } => format!("rename {item}"),
            GrammarEdit::SetSegment { segment, .. } => {
                format!("put {segment} in the place of {item}")
            }
        }
    }

    /// Where the changed item stands afterwards; of one that is removed, where it stood.
    pub fn leads_to(&self) -> Vec<usize> {
        match self {
            GrammarEdit::Insert { at, .. }
            | GrammarEdit::Remove { at }
            | GrammarEdit::Wrap { at, .. }
            | GrammarEdit::WrapInChoice { at, .. }
            | GrammarEdit::Unwrap { at }
            | GrammarEdit::SetOptional { at, .. }
            | GrammarEdit::SetRepeat { at, .. }
            | GrammarEdit::Rename { at, .. }
            | GrammarEdit::SetSegment { at, .. } => at.clone(),
            GrammarEdit::Move { from, to } => after_removal(to, from),
        }
    }

    /// What is typed letter by letter, and where: such changes are one step.
    pub(super) fn typed(&self) -> Option<(&'static str, &[usize])> {
        match self {
            GrammarEdit::Rename { at, .. } => Some(("grammar name", at)),
            GrammarEdit::SetRepeat { at, .. } => Some(("grammar repeat", at)),
            GrammarEdit::SetSegment { at, .. } => Some(("grammar segment", at)),
            GrammarEdit::Insert { .. }
            | GrammarEdit::Remove { .. }
            | GrammarEdit::Move { .. }
            | GrammarEdit::Wrap { .. }
            | GrammarEdit::WrapInChoice { .. }
            | GrammarEdit::Unwrap { .. }
            | GrammarEdit::SetOptional { .. } => None,
        }
    }
}

/// A change that does not fit the grammar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrammarEditError {
    /// The path leads nowhere.
    #[error("the grammar has no such place")]
    Missing,
    /// What is asked for can only be done to a group or a choice.
    #[error("{0} is no group: choose a group or a choice")]
    NoGroup(String),
    /// What is asked for can only be done to a segment.
    #[error("{0} is no segment: choose a segment")]
    NoSegment(String),
    /// An item cannot go into itself.
    #[error("a group cannot be moved into itself: choose a place outside it")]
    IntoItself,
    /// The name is none.
    #[error("{0:?} cannot be the name of a group: write a letter and then letters, digits and _")]
    NoName(String),
    /// Nothing can stand there less than once.
    #[error("no repetition is allowed: write at least 1, or remove the item")]
    NoRepetition,
    /// The changed grammar would be wrong.
    #[error("{0}")]
    Wrong(Box<NotationFault>),
    /// The text has errors that the change would lose.
    #[error("the grammar's text has an error, mend it first: {0}")]
    TextHasErrors(Box<NotationFault>),
}

/// The text of a grammar after a change, on one line or several as it was before.
pub fn edit_notation(text: &str, edit: &GrammarEdit) -> Result<String, GrammarEditError> {
    let (grammar, faults) = parse_notation(text);
    if let Some(fault) = faults.into_iter().find(is_error) {
        return Err(GrammarEditError::TextHasErrors(Box::new(fault)));
    }
    let changed = grammar.apply(edit)?;
    Ok(if text.trim().contains('\n') {
        changed.pretty()
    } else {
        changed.to_string()
    })
}

impl SegmentGrammar {
    /// The item at a path as in [`GrammarEdit`].
    pub fn item(&self, at: &[usize]) -> Option<&GrammarItem> {
        let (last, around) = at.split_last()?;
        let mut items = &self.items[..];
        for index in around {
            items = items.get(*index)?.items();
        }
        items.get(*last)
    }

    /// The grammar after a change.
    ///
    /// # Errors
    /// When the change names a place that is not there, or would make the grammar wrong.
    pub fn apply(&self, edit: &GrammarEdit) -> Result<SegmentGrammar, GrammarEditError> {
        let mut next = self.clone();
        next.change(edit)?;
        next.items = normal_sequence(next.items);
        let (_, faults) = parse_notation(&next.to_string());
        match faults.into_iter().find(is_error) {
            Some(fault) if !next.items.is_empty() => Err(GrammarEditError::Wrong(Box::new(fault))),
            Some(_) | None => Ok(next),
        }
    }

    fn change(&mut self, edit: &GrammarEdit) -> Result<(), GrammarEditError> {
        match edit {
            GrammarEdit::Insert { at, item } => self.insert(at, item.clone()),
            GrammarEdit::Remove { at } => self.remove(at).map(drop),
            GrammarEdit::Move { from, to } => {
                if to.starts_with(from) && to.len() > from.len() {
                    return Err(GrammarEditError::IntoItself);
                }
                let item = self.remove(from)?;
                self.insert(&after_removal(to, from), item)
            }
            GrammarEdit::Wrap { at, count, name } => {
                let name = require_name(name)?;
                self.wrap(at, *count, |items| GrammarItem::group(Some(name), items))
            }
            GrammarEdit::WrapInChoice { at, count } => self.wrap(at, *count, |options| {
                let name = None;
                GrammarItem::new(GrammarKind::Choice { name, options })
            }),
            GrammarEdit::Unwrap { at } => {
                let (items, index) = self.place(at)?;
                let item = items.get(index).ok_or(GrammarEditError::Missing)?;
                if item.items().is_empty() {
                    return Err(GrammarEditError::NoGroup(item.to_string()));
                }
                let inner = item.items().to_vec();
                items.splice(index..=index, inner);
                Ok(())
            }
            GrammarEdit::SetOptional { at, optional } => {
                self.item_mut(at)?.optional = *optional;
                Ok(())
            }
            GrammarEdit::SetRepeat { at, repeat } => {
                if *repeat == Repeat::Times(0) {
                    return Err(GrammarEditError::NoRepetition);
                }
                self.item_mut(at)?.repeat = *repeat;
                Ok(())
            }
            GrammarEdit::Rename { at, name } => {
                let new = name.as_ref().map(require_name).transpose()?;
                let item = self.item_mut(at)?;
                match &mut item.kind {
                    GrammarKind::Group { name, .. } | GrammarKind::Choice { name, .. } => {
                        *name = new;
                        Ok(())
                    }
                    GrammarKind::Segment(_) | GrammarKind::Any => {
                        Err(GrammarEditError::NoGroup(item.to_string()))
                    }
                }
            }
            GrammarEdit::SetSegment { at, segment } => {
                let item = self.item_mut(at)?;
                match &mut item.kind {
                    GrammarKind::Segment(_) | GrammarKind::Any => {
                        item.kind = GrammarKind::Segment(*segment);
                        Ok(())
                    }
                    GrammarKind::Group { .. } | GrammarKind::Choice { .. } => {
                        Err(GrammarEditError::NoSegment(item.to_string()))
                    }
                }
            }
        }
    }

    /// The list that a path's last index counts in, and that index.
    fn place(&mut self, at: &[usize]) -> Result<(&mut Vec<GrammarItem>, usize), GrammarEditError> {
        let (last, around) = at.split_last().ok_or(GrammarEditError::Missing)?;
        let mut items = &mut self.items;
        for index in around {
            let group = items.get_mut(*index).ok_or(GrammarEditError::Missing)?;
            items = group.items_mut().ok_or(GrammarEditError::Missing)?;
        }
        Ok((items, *last))
    }

    fn item_mut(&mut self, at: &[usize]) -> Result<&mut GrammarItem, GrammarEditError> {
        let (items, index) = self.place(at)?;
        items.get_mut(index).ok_or(GrammarEditError::Missing)
    }

    fn insert(&mut self, at: &[usize], item: GrammarItem) -> Result<(), GrammarEditError> {
        let (items, index) = self.place(at)?;
        if index > items.len() {
            return Err(GrammarEditError::Missing);
        }
        items.insert(index, item);
        Ok(())
    }

    fn remove(&mut self, at: &[usize]) -> Result<GrammarItem, GrammarEditError> {
        let (items, index) = self.place(at)?;
        if index >= items.len() {
            return Err(GrammarEditError::Missing);
        }
        Ok(items.remove(index))
    }

    fn wrap(
        &mut self,
        at: &[usize],
        count: usize,
        group: impl FnOnce(Vec<GrammarItem>) -> GrammarItem,
    ) -> Result<(), GrammarEditError> {
        let (items, index) = self.place(at)?;
        let end = index.checked_add(count).filter(|end| *end <= items.len());
        let Some(end) = end.filter(|_| count > 0) else {
            return Err(GrammarEditError::Missing);
        };
        let inner = items.drain(index..end).collect();
        items.insert(index, group(inner));
        Ok(())
    }
}

fn is_error(fault: &NotationFault) -> bool {
    fault.severity == Severity::Error
}

fn require_name(name: &Arc<str>) -> Result<Arc<str>, GrammarEditError> {
    if is_name(name) {
        Ok(Arc::clone(name))
    } else {
        Err(GrammarEditError::NoName(name.to_string()))
    }
}

/// Where a path leads once the item at `gone` is no longer there.
fn after_removal(path: &[usize], gone: &[usize]) -> Vec<usize> {
    let mut path = path.to_vec();
    if let Some((last, around)) = gone.split_last()
        && path.starts_with(around)
        && let Some(index) = path.get_mut(around.len())
        && *index > *last
    {
        *index -= 1;
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "MSH PID [PD1] {ORDER: [ORC] OBR [{OBX}]}";

    fn check(edit: &GrammarEdit, expect: &str) {
        let found = match edit_notation(TEXT, edit) {
            Ok(text) => text,
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expect, "{edit:?}");
    }

    fn id(text: &str) -> SegmentId {
        SegmentId::new(text).expect("a segment id")
    }

    #[test]
    fn items_come_and_go() {
        let insert = |at: &[usize]| GrammarEdit::Insert {
            at: at.to_vec(),
            item: GrammarItem::segment(id("NTE")),
        };
        check(
            &insert(&[2]),
            "MSH PID NTE [PD1] {ORDER: [ORC] OBR [{OBX}]}",
        );
        check(
            &insert(&[4]),
            "MSH PID [PD1] {ORDER: [ORC] OBR [{OBX}]} NTE",
        );
        check(
            &insert(&[3, 3]),
            "MSH PID [PD1] {ORDER: [ORC] OBR [{OBX}] NTE}",
        );
        check(&insert(&[3, 4]), "the grammar has no such place");
        check(&insert(&[1, 0]), "the grammar has no such place");
        let remove = |at: &[usize]| GrammarEdit::Remove { at: at.to_vec() };
        check(&remove(&[3, 1]), "MSH PID [PD1] {ORDER: [ORC] [{OBX}]}");
        check(&remove(&[3]), "MSH PID [PD1]");
        check(&remove(&[]), "the grammar has no such place");
    }

    #[test]
    fn items_move() {
        let go = |from: &[usize], to: &[usize]| GrammarEdit::Move {
            from: from.to_vec(),
            to: to.to_vec(),
        };
        check(&go(&[2], &[1]), "MSH [PD1] PID {ORDER: [ORC] OBR [{OBX}]}");
        check(&go(&[1], &[3]), "MSH [PD1] PID {ORDER: [ORC] OBR [{OBX}]}");
        check(
            &go(&[2], &[3, 0]),
            "MSH PID {ORDER: [PD1] [ORC] OBR [{OBX}]}",
        );
        check(
            &go(&[3, 2], &[4]),
            "MSH PID [PD1] {ORDER: [ORC] OBR} [{OBX}]",
        );
        check(
            &go(&[3], &[3, 1]),
            "a group cannot be moved into itself: choose a place outside it",
        );
    }

    #[test]
    fn groups_are_made_and_taken_apart() {
        let wrap = |at: &[usize], count, name: &str| GrammarEdit::Wrap {
            at: at.to_vec(),
            count,
            name: name.into(),
        };
        check(
            &wrap(&[1], 2, "PATIENT"),
            "MSH (PATIENT: PID [PD1]) {ORDER: [ORC] OBR [{OBX}]}",
        );
        check(
            &wrap(&[1], 1, "ORDER"),
            "there are two groups ORDER on this level (choose another name for one of them, such as ORDER_2)",
        );
        check(
            &wrap(&[1], 1, "A B"),
            "\"A B\" cannot be the name of a group: write a letter and then letters, digits and _",
        );
        check(&wrap(&[1], 9, "X"), "the grammar has no such place");
        check(
            &GrammarEdit::WrapInChoice {
                at: vec![3, 1],
                count: 2,
            },
            "MSH PID [PD1] {ORDER: [ORC] <OBR|[{OBX}]>}",
        );
        check(
            &GrammarEdit::Unwrap { at: vec![3] },
            "MSH PID [PD1] [ORC] OBR [{OBX}]",
        );
        check(
            &GrammarEdit::Unwrap { at: vec![0] },
            "MSH is no group: choose a group or a choice",
        );
    }

    #[test]
    fn an_item_changes() {
        let at = || vec![3];
        let optional = true;
        check(
            &GrammarEdit::SetOptional { at: at(), optional },
            "MSH PID [PD1] [{ORDER: [ORC] OBR [{OBX}]}]",
        );
        let repeat = Repeat::Times(2);
        check(
            &GrammarEdit::SetRepeat { at: at(), repeat },
            "MSH PID [PD1] {ORDER: [ORC] OBR [{OBX}]}..2",
        );
        let repeat = Repeat::Once;
        check(
            &GrammarEdit::SetRepeat { at: at(), repeat },
            "MSH PID [PD1] (ORDER: [ORC] OBR [{OBX}])",
        );
        let repeat = Repeat::Times(0);
        check(
            &GrammarEdit::SetRepeat { at: at(), repeat },
            "no repetition is allowed: write at least 1, or remove the item",
        );
        let name = Some("RESULT".into());
        check(
            &GrammarEdit::Rename { at: at(), name },
            "MSH PID [PD1] {RESULT: [ORC] OBR [{OBX}]}",
        );
        let name = None;
        check(
            &GrammarEdit::Rename { at: at(), name },
            "MSH PID [PD1] {[ORC] OBR [{OBX}]}",
        );
        let segment = id("ZPI");
        check(
            &GrammarEdit::SetSegment {
                at: vec![2],
                segment,
            },
            "MSH PID [ZPI] {ORDER: [ORC] OBR [{OBX}]}",
        );
        check(
            &GrammarEdit::SetSegment { at: at(), segment },
            "{ORDER: [ORC] OBR [{OBX}]} is no segment: choose a segment",
        );
    }

    #[test]
    fn the_layout_stays_and_a_text_with_errors_is_not_lost() {
        let remove = GrammarEdit::Remove { at: vec![1] };
        let long = "MSH PID\n{ORDER: [ORC] OBR [{NTE}] [CTD] [{DG1}] [{OBX}] [{FT1}] [{CTI}] [BLG] [{ZAB}]}";
        assert_eq!(
            edit_notation(long, &remove).as_deref(),
            Ok(
                "MSH\n{ORDER:\n  [ORC] OBR [{NTE}] [CTD] [{DG1}] [{OBX}] [{FT1}] [{CTI}] [BLG] [{ZAB}]\n}"
            )
        );
        let found = edit_notation("MSH PID ]", &remove).map_err(|error| error.to_string());
        assert_eq!(
            found,
            Err("the grammar's text has an error, mend it first: `]` closes nothing (take it away, or write `[` where the group begins)".to_owned())
        );
    }
}
