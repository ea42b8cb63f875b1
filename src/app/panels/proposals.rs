//! What can be written at the caret of a script: functions, and the locations, segments, groups,
//! tables and code tables at hand.

use super::super::cx::Cx;
use super::super::widgets::{EDITABLE_BYTES, Proposal, Proposals};
use super::outline::{Source, rows};
use super::tree_row::{RowKind, TreeRow, Value};
use crate::grammar::NodeKind;
use crate::mapping::{FUNCTIONS, FunctionDoc, Receiver};

/// What the text in quotes names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    Location,
    Segment,
    Group,
    Codes,
    Table,
}

/// What can be written after `line`, the text of a line up to the caret.
pub(super) fn proposals(cx: &Cx<'_>, line: &str) -> Proposals {
    if let Some((before, typed)) = open_quote(line) {
        let Some((named, closing)) = named(before) else {
            return Proposals::default();
        };
        return Proposals {
            typed: typed.chars().count(),
            list: fitting(names(cx, named), typed),
            closing,
            eager: true,
        };
    }
    let typed = trailing_word(line);
    let before = line.strip_suffix(typed).unwrap_or_default();
    if before.contains("//") {
        return Proposals::default();
    }
    let list = match before.strip_suffix('.') {
        Some(before) => functions(&receivers(trailing_word(before))),
        None => [
            plain_names(),
            functions(&[Receiver::Nothing, Receiver::Text]),
        ]
        .concat(),
    };
    Proposals {
        typed: typed.chars().count(),
        list: fitting(list, typed),
        closing: "",
        eager: before.ends_with('.') && !trailing_word(before.trim_end_matches('.')).is_empty(),
    }
}

/// The text before an open quote, and the text after it.
fn open_quote(line: &str) -> Option<(&str, &str)> {
    let quotes = line.matches('"').count();
    line.rsplit_once('"').filter(|_| quotes % 2 == 1)
}

/// The letters of a name at the end of the text.
fn trailing_word(text: &str) -> &str {
    let rest = text.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_');
    text.get(rest.len()..).unwrap_or_default()
}

/// What a text in quotes names, by what stands before it, and how it is closed.
fn named(before: &str) -> Option<(Named, &'static str)> {
    let before = before.trim_end();
    if let Some(before) = before.strip_suffix('[') {
        return match trailing_word(before) {
            "msg" | "out" => Some((Named::Location, "\"]")),
            // The list of out.copy(msg, […]).
            "" if before.contains("copy(") => Some((Named::Location, "\"")),
            _ => None,
        };
    }
    if before.ends_with(',') && (before.contains("copy(") || before.ends_with("name(msg,")) {
        return Some((Named::Location, "\""));
    }
    let named = match trailing_word(before.strip_suffix('(')?) {
        "codes" => Named::Codes,
        "add" => Named::Table,
        "groups" => Named::Group,
        "segment" | "segments" | "all" | "append" => Named::Segment,
        "raw" | "values" | "count" | "exists" | "is_absent" | "is_empty" | "is_null"
        | "set_raw" | "clear" | "remove" | "info" | "warn" | "error" => Named::Location,
        _ => return None,
    };
    Some((named, "\""))
}

/// What a function may be called on, by the name before the dot.
fn receivers(name: &str) -> Vec<Receiver> {
    match name {
        "msg" => vec![Receiver::Message],
        "out" => vec![Receiver::Output, Receiver::Message],
        "rows" => vec![Receiver::Rows],
        _ => vec![
            Receiver::Message,
            Receiver::Date,
            Receiver::Name,
            Receiver::Text,
        ],
    }
}

fn functions(of: &[Receiver]) -> Vec<Proposal> {
    let proposal = |function: &FunctionDoc| {
        let call = format!("{}(", function.name);
        let is_call = function.signature.contains(&call);
        Proposal {
            text: if is_call {
                call
            } else {
                function.name.to_owned()
            },
            detail: function.signature.to_owned(),
            help: function.help.to_owned(),
        }
    };
    let is_word = |function: &&FunctionDoc| function.name.starts_with(char::is_alphabetic);
    of.iter()
        .flat_map(|receiver| {
            FUNCTIONS
                .iter()
                .filter(is_word)
                .filter(move |function| function.receiver == *receiver)
                .map(proposal)
        })
        .collect()
}

fn plain_names() -> Vec<Proposal> {
    [
        ("msg", "the message that came"),
        ("out", "the message being made"),
        ("rows", "the tables being filled"),
    ]
    .map(|(name, detail)| plain(name, detail))
    .to_vec()
}

fn plain(text: impl Into<String>, detail: impl Into<String>) -> Proposal {
    Proposal {
        text: text.into(),
        detail: detail.into(),
        help: String::new(),
    }
}

fn names(cx: &Cx<'_>, named: Named) -> Vec<Proposal> {
    let profile = cx.session.profile();
    match named {
        Named::Location => element_rows(cx)
            .into_iter()
            .map(|row| location(&row))
            .collect(),
        Named::Segment => {
            let mut list: Vec<Proposal> = element_rows(cx)
                .iter()
                .filter(|row| matches!(row.kind, RowKind::Segment(_)))
                .map(|row| plain(row.place.split('[').next().unwrap_or_default(), &row.name))
                .collect();
            list.dedup_by(|a, b| a.text == b.text);
            list
        }
        Named::Group => groups(cx),
        Named::Codes => profile
            .codes
            .keys()
            .map(|name| plain(&**name, "code table"))
            .collect(),
        Named::Table => profile
            .tables
            .keys()
            .map(|name| plain(&**name, "table"))
            .collect(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_the_quote_says_what_is_named() {
        let check = |line: &str, expect: Option<(Named, &str)>| {
            let found = open_quote(line).and_then(|(before, _)| named(before));
            assert_eq!(found, expect, "{line}");
        };
        check("let x = msg[\"PI", Some((Named::Location, "\"]")));
        check("out[\"PID-8\"] = msg[\"", Some((Named::Location, "\"]")));
        check("out.copy(msg, [\"MSH\", \"P", Some((Named::Location, "\"")));
        check("let sex = codes(\"s", Some((Named::Codes, "\"")));
        check("for obx in order.all(\"", Some((Named::Segment, "\"")));
        check("let row = rows.add(\"", Some((Named::Table, "\"")));
        check("for g in msg.groups(\"O", Some((Named::Group, "\"")));
        check("let text = \"plain", None);
        check("let x = msg[\"PID-8\"]", None);
        check("let x = obx[\"3", None);
    }

    #[test]
    fn functions_are_those_of_what_stands_before_the_dot() {
        let texts = |of: &[Receiver], typed| {
            fitting(functions(of), typed)
                .into_iter()
                .map(|proposal| proposal.text)
                .collect::<Vec<_>>()
        };
        assert_eq!(texts(&receivers("rows"), ""), ["add("]);
        assert_eq!(texts(&receivers("msg"), "va"), ["values("]);
        assert_eq!(texts(&receivers("born"), "ye"), ["year"]);
        assert_eq!(texts(&[Receiver::Nothing], "nu"), ["null_value("]);
    }
}
