//! The lines and spaces of a script as people write them: what stands between two tokens.

use super::script_structure::Structure;
use super::script_tokens::{TemplateEnd, Token, TokenKind, is_keyword, tokens};

/// Spaces of one step of indentation.
const INDENT: usize = 4;

/// Line ends kept between two tokens: up to two empty lines.
const MOST_ENDS: usize = 3;

/// A script laid out anew, with where each token stands in it.
pub(super) struct LaidOut {
    pub(super) text: String,
    /// First byte of each token and comment before and after.
    pub(super) moved: Vec<(Token, usize)>,
}

/// Lays out a script whose brackets are whole.
pub(super) fn lay_out(text: &str) -> LaidOut {
    let all = tokens(text);
    let structure = Structure::of(text);
    let mut layout = Layout {
        text,
        own: own_indexes(&all),
        kept: kept(text, &all, &structure),
        bars: closure_bars(&structure),
        structure: &structure,
        level: 0,
        open: Vec::new(),
        made: String::with_capacity(text.len()),
    };
    let mut moved = Vec::with_capacity(all.len());
    for at in 0..all.len() {
        layout.gap(&all, at);
        if let Some(token) = all.get(at) {
            moved.push((*token, layout.made.len()));
            layout.write(*token, at);
        }
    }
    let mut made = layout.made;
    if !made.is_empty() {
        made.push('\n');
    }
    if text.contains("\r\n") {
        made = with_carriage_returns(&made);
        moved = stands_in(&made, &all);
    }
    LaidOut { text: made, moved }
}

/// The same line ends as before: what has none of its own gets them.
fn with_carriage_returns(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\n', "\r\n")
}

/// Where the tokens stand in a text that has the same ones.
fn stands_in(text: &str, all: &[Token]) -> Vec<(Token, usize)> {
    let now = tokens(text);
    all.iter()
        .zip(&now)
        .map(|(was, now)| (*was, now.start))
        .collect()
}

struct Layout<'t> {
    text: &'t str,
    structure: &'t Structure,
    /// The index of each token among those that are no comments: of a comment that of the next one.
    own: Vec<usize>,
    /// Tokens before which everything stays as it is.
    kept: Vec<bool>,
    /// The bars around the parameters of closures: whether they begin.
    bars: Vec<(usize, bool)>,
    /// The indentation of the line that is being written.
    level: usize,
    /// Brackets that are open, with the indentation of their lines.
    open: Vec<(usize, usize)>,
    made: String,
}

/// What stands on one side of a gap.
#[derive(Clone, Copy)]
struct Side<'t> {
    word: &'t str,
    /// Its index among those that are no comments; nothing for a comment.
    at: Option<usize>,
    kind: TokenKind,
}

impl<'t> Layout<'t> {
    fn side(&self, all: &[Token], at: usize) -> Option<Side<'t>> {
        let token = all.get(at)?;
        let own = self.own.get(at).copied();
        Some(Side {
            word: token.of(self.text),
            at: own.filter(|_| !token.is_comment()),
            kind: token.kind,
        })
    }

    fn write(&mut self, token: Token, at: usize) {
        self.made.push_str(token.of(self.text));
        if token.is_comment() {
            return;
        }
        let own = self.own.get(at).copied().unwrap_or_default();
        if self.structure.closes(own) {
            self.open.pop();
        }
        if self.structure.opens(own) {
            self.open.push((own, self.level));
        }
    }

    /// Writes what stands before a token.
    fn gap(&mut self, all: &[Token], at: usize) {
        let Some(token) = all.get(at) else { return };
        let before = at.checked_sub(1).and_then(|before| all.get(before));
        let gap = self
            .text
            .get(before.map_or(0, |token| token.end)..token.start);
        let gap = gap.unwrap_or_default();
        let Some(next) = self.side(all, at) else {
            return;
        };
        if self.kept.get(at).copied().unwrap_or_default() {
            self.made.push_str(gap);
            if gap.contains('\n') || before.is_none() {
                self.level = self.level_of(next, at);
            }
            return;
        }
        let Some(last) = at.checked_sub(1).and_then(|before| self.side(all, before)) else {
            self.level = 0;
            return;
        };
        let ends = self.ends(last, next, gap.matches('\n').count());
        if ends > 0 {
            self.level = self.level_of(next, at);
            self.made.extend(std::iter::repeat_n('\n', ends));
            self.made
                .extend(std::iter::repeat_n(' ', self.level * INDENT));
            return;
        }
        let spaces = self.spaces(last, next, gap);
        let is_apart = spaces > 0 || !merge(last.word, next.word);
        let spaces = if is_apart { spaces } else { 1 };
        self.made.extend(std::iter::repeat_n(' ', spaces));
    }

    /// How many lines end between two tokens.
    fn ends(&self, last: Side<'_>, next: Side<'_>, there: usize) -> usize {
        let most = there.min(MOST_ENDS);
        let (Some(before), Some(at)) = (last.at, next.at) else {
            return most;
        };
        let structure = self.structure;
        let joins = match next.word {
            "else" | "catch" => last.word == "}",
            "{" => structure.follows_value(at) && last.word != "}" || last.word == "=>",
            _ => false,
        };
        if joins {
            return 0;
        }
        let is_long = |opener: usize| {
            let inner = structure.start_of(opener)..structure.start_of(structure.end_of(opener));
            self.text
                .get(inner)
                .is_some_and(|inner| inner.contains('\n'))
        };
        let begins_block = last.word == "{" && is_long(before);
        let ends_block = next.word == "}"
            && structure
                .partner(at)
                .is_some_and(|opener| structure.word(opener) == "{" && is_long(opener));
        let ends_statement = last.word == ";"
            && !structure.closes(at)
            && structure.around(before).is_none_or(is_long);
        if begins_block || ends_block || ends_statement {
            most.max(1)
        } else {
            most
        }
    }

    /// The indentation of a line that begins with a token.
    fn level_of(&self, next: Side<'_>, at: usize) -> usize {
        let own = self.own.get(at).copied().unwrap_or_default();
        let structure = self.structure;
        if next.at.is_some() && structure.closes(own) {
            return self.open.last().map_or(0, |(_, level)| *level);
        }
        let base = self.open.last().map_or(0, |(_, level)| level + 1);
        let around = self.open.last().map(|(opener, _)| *opener);
        let Some(before) = own.checked_sub(1) else {
            return base;
        };
        let word = structure.word(before);
        let is_block = around.is_none_or(|opener| structure.is_block(opener));
        let begins = Some(before) == around
            || word == ","
            || is_block && (word == ";" || word == "}" && !self.goes_on(next));
        base + usize::from(!begins)
    }

    /// Whether a token behind a block belongs to the same statement.
    fn goes_on(&self, next: Side<'_>) -> bool {
        let Some(at) = next.at else { return false };
        let is_sign = next.kind == TokenKind::Sign;
        is_sign && !self.structure.opens(at) && !self.is_bar(at, true) && next.word != "!"
    }

    fn is_bar(&self, at: usize, begins: bool) -> bool {
        self.bars.contains(&(at, begins))
    }

    /// How many spaces stand between two tokens of a line.
    fn spaces(&self, last: Side<'_>, next: Side<'_>, gap: &str) -> usize {
        let there = usize::from(!gap.is_empty());
        let (Some(before), Some(at)) = (last.at, next.at) else {
            return match next.kind {
                // Comments behind lines often stand below each other.
                TokenKind::Comment { .. } if !gap.contains(['\t', '\n']) => gap.len().max(1),
                TokenKind::Comment { .. } => 1,
                _ => usize::from(!matches!(next.word, "," | ";" | ")" | "]")),
            };
        };
        let structure = self.structure;
        let is_map = |opener: Option<usize>| opener.is_some_and(|at| structure.word(at) == "#{");
        match (last.word, next.word) {
            ("(", ")") => 1,
            ("(" | "[" | "?[" | "." | "?." | "::", _)
            | (_, ")" | "]" | "," | ";" | "." | "?." | "::" | ":")
            | ("{" | "#{", "}") => 0,
            ("#{", _) => there,
            (_, "}") if is_map(structure.partner(at)) => there,
            (",", _) => 1,
            (word, ".." | "..=") if !is_keyword(word) => 0,
            (".." | "..=", _) => 0,
            (word, "(" | "()" | "[" | "?[") if structure.is_applied(at) => {
                usize::from(is_keyword(word) && word != "this")
            }
            // Called with an exclamation mark: `f!(x)`.
            (_, "!") if structure.follows_value(at) && structure.word(at + 1) == "(" => 0,
            ("!", "(") if structure.follows_value(before) => 0,
            ("-" | "+", _)
                if !structure.follows_value(before) || structure.before(before) == "}" =>
            {
                there
            }
            ("!", _) => 0,
            _ if self.is_bar(before, true) || self.is_bar(at, false) => 0,
            ("@" | "$" | "#" | "?" | "~" | "\\", _) | (_, "@" | "$" | "#" | "?" | "~" | "\\") => {
                there
            }
            _ => 1,
        }
    }
}

/// Whether two tokens without a space between them are read as something else.
fn merge(last: &str, next: &str) -> bool {
    // The last line of a text or comment is enough.
    if last.contains('\n') || next.contains('\n') {
        return false;
    }
    let joined = format!("{last}{next}");
    let found = tokens(&joined);
    let ends = found.first().map(|token| token.end);
    // A piece of a text in backticks is read apart only in its text.
    let is_piece =
        last.starts_with('}') && last.len() > 1 || next.starts_with('}') && next.len() > 1;
    !is_piece && (found.len() != 2 || ends != Some(last.len()))
}

fn own_indexes(all: &[Token]) -> Vec<usize> {
    let mut next = 0;
    let mut indexes = Vec::with_capacity(all.len());
    for token in all {
        indexes.push(next);
        next += usize::from(!token.is_comment());
    }
    indexes
}

/// The tokens before which nothing changes: those in what a text computes, and those of a line before
/// a text that goes on in the next line, whose spaces count from its own column.
fn kept(text: &str, all: &[Token], structure: &Structure) -> Vec<bool> {
    let mut kept = vec![false; all.len()];
    let mut depth = 0_usize;
    for (at, token) in all.iter().enumerate() {
        if let TokenKind::Template { opens, ending } = token.kind {
            if !opens {
                depth = depth.saturating_sub(1);
                kept[at] = true;
            }
            kept[at] |= depth > 0;
            depth += usize::from(ending == TemplateEnd::Computes);
            continue;
        }
        kept[at] |= depth > 0;
        let goes_on = matches!(token.kind, TokenKind::Text { .. })
            && token.of(text).starts_with(['"', '\''])
            && token.of(text).contains('\n');
        if goes_on {
            let line = text
                .get(..token.start)
                .and_then(|before| before.rfind('\n'));
            let line = line.map_or(0, |end| end + 1);
            let begun = all
                .get(..=at)
                .unwrap_or_default()
                .iter()
                .rposition(|one| one.start < line);
            let first = begun.map_or(0, |before| before + 1);
            for mark in kept.iter_mut().take(at + 1).skip(first) {
                *mark = true;
            }
        }
    }
    debug_assert!(structure.tokens.len() <= all.len());
    kept
}

/// The bars around the parameters of closures.
fn closure_bars(structure: &Structure) -> Vec<(usize, bool)> {
    let mut bars = Vec::new();
    let mut at = 0;
    while at < structure.tokens.len() {
        if structure.word(at) == "|" && !structure.follows_value(at) {
            let is_part = |at: &usize| structure.is_word(*at) || structure.word(*at) == ",";
            let end = (at + 1..structure.tokens.len()).find(|at| !is_part(at));
            if let Some(end) = end.filter(|end| structure.word(*end) == "|") {
                bars.push((at, true));
                bars.push((end, false));
                at = end;
            }
        }
        at += 1;
    }
    bars
}
