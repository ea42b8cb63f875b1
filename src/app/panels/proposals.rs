//! What can be written where a place of the message is asked for: its locations and groups.

use super::super::cx::Cx;
use super::super::widgets::{EDITABLE_BYTES, Proposal};
use super::outline::{Source, rows};
use super::tree_row::{TreeRow, Value};
use crate::grammar::NodeKind;

fn plain(text: impl Into<String>, detail: impl Into<String>) -> Proposal {
    Proposal {
        text: text.into(),
        detail: detail.into(),
        help: String::new(),
        goes_on: false,
    }
}

/// What the message at hand holds, down to its subcomponents.
pub(super) fn element_rows(cx: &Cx<'_>) -> Vec<TreeRow> {
    // A message that cannot be edited for its size would take more than a frame.
    let preview = cx
        .preview()
        .filter(|preview| preview.message.text().len() <= EDITABLE_BYTES);
    let Some(preview) = preview else {
        return Vec::new();
    };
    let source = Source {
        message: &preview.message,
        tree: None,
        grammar: &preview.grammar,
        profile: cx.session.profile(),
        ghosts: false,
    };
    rows(&source, &|_, _| true)
}

pub(super) fn location(row: &TreeRow) -> Proposal {
    let value = match &row.value {
        Value::Text(text) => text.as_str(),
        Value::Null => "null",
        Value::None | Value::Empty | Value::Absent => "",
    };
    let parts: Vec<&str> = [row.name.as_str(), value, row.meaning.as_str()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    plain(&row.place, parts.join(" · "))
}

pub(super) fn groups(cx: &Cx<'_>) -> Vec<Proposal> {
    let mut list: Vec<Proposal> = Vec::new();
    if let Some(preview) = cx.preview() {
        preview.tree.visit(&mut |node| {
            if let NodeKind::Group { name, .. } = &node.kind
                && !list.iter().any(|known| known.text == **name)
            {
                list.push(plain(&**name, "group"));
            }
        });
    }
    list
}

/// Those that begin with what was typed, then those whose description has it.
pub(super) fn fitting(list: Vec<Proposal>, typed: &str) -> Vec<Proposal> {
    let typed = typed.to_lowercase();
    let (begin, rest): (Vec<_>, Vec<_>) = list
        .into_iter()
        .partition(|proposal| proposal.text.to_lowercase().starts_with(&typed));
    let described = rest
        .into_iter()
        .filter(|proposal| typed.len() > 2 && proposal.detail.to_lowercase().contains(&typed));
    begin.into_iter().chain(described).collect()
}
