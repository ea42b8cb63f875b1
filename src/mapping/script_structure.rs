//! A script's tokens with the brackets that belong together, also where some are missing yet.

use std::ops::Range;

use super::script_tokens::{TemplateEnd, Token, TokenKind, is_keyword, tokens};

/// A script's tokens without comments, and how its brackets pair.
#[derive(Clone, Debug, Default)]
pub(super) struct Structure {
    pub(super) text: Box<str>,
    /// All but the comments.
    pub(super) tokens: Vec<Token>,
    pub(super) comments: Vec<Token>,
    /// Of an opening bracket the closing one, and the other way round.
    partners: Vec<Option<usize>>,
    /// The bracket around each token.
    around: Vec<Option<usize>>,
    /// The `=` signs that give a name another value.
    assigns: Vec<usize>,
}

impl Structure {
    pub(super) fn of(text: &str) -> Self {
        let (comments, tokens) = tokens(text)
            .into_iter()
            .partition(|token| token.is_comment());
        let mut structure = Self {
            text: text.into(),
            tokens,
            comments,
            partners: Vec::new(),
            around: Vec::new(),
            assigns: Vec::new(),
        };
        structure.pair();
        let signs = (0..structure.tokens.len()).filter(|at| structure.assigns_name(*at));
        structure.assigns = signs.collect();
        structure
    }

    fn assigns_name(&self, sign: usize) -> bool {
        let Some(name) = sign.checked_sub(1) else {
            return false;
        };
        let is_other = matches!(self.before(name), "." | "?." | "let" | "const");
        self.word(sign) == "=" && self.is_name(name) && !is_other
    }

    /// The names that are given another value, each with what they are given.
    pub(super) fn assigned(&self) -> impl Iterator<Item = (usize, Range<usize>)> {
        let value = |sign: &usize| sign + 1..self.next_of(sign + 1, &[";", ","]);
        let signs = self.assigns.iter();
        signs.map(move |sign| (sign - 1, value(sign)))
    }

    fn pair(&mut self) {
        self.partners = vec![None; self.tokens.len()];
        self.around = vec![None; self.tokens.len()];
        let mut open: Vec<usize> = Vec::new();
        for at in 0..self.tokens.len() {
            if self.closes(at)
                && let Some(found) = open.iter().rposition(|opener| self.pairs(*opener, at))
            {
                let opener = open.get(found).copied().unwrap_or_default();
                open.truncate(found);
                if let Some(partner) = self.partners.get_mut(opener) {
                    *partner = Some(at);
                }
                // The middle of a text both closes and opens; what it opens is told later.
                if !self.opens(at)
                    && let Some(partner) = self.partners.get_mut(at)
                {
                    *partner = Some(opener);
                }
            }
            if let Some(around) = self.around.get_mut(at) {
                *around = open.last().copied();
            }
            if self.opens(at) {
                open.push(at);
            }
        }
    }

    /// Whether everything that is opened is closed, and every text and comment has an end.
    pub(super) fn is_whole(&self) -> bool {
        let is_finished = |token: &Token| match token.kind {
            TokenKind::Text { is_closed } | TokenKind::Comment { is_closed } => is_closed,
            TokenKind::Template { ending, .. } => ending != TemplateEnd::Missing,
            TokenKind::Word | TokenKind::Number | TokenKind::Sign => true,
        };
        let is_paired = |at: usize| {
            let is_bracket = self.opens(at) || self.closes(at);
            !is_bracket || self.partners.get(at).is_some_and(Option::is_some)
        };
        self.tokens.iter().chain(&self.comments).all(is_finished)
            && (0..self.tokens.len()).all(is_paired)
    }

    /// The first bracket that nothing closes, or that closes nothing.
    pub(super) fn unpaired(&self) -> Option<usize> {
        let is_alone = |at: &usize| {
            let is_bracket = self.opens(*at) || self.closes(*at);
            is_bracket && self.partners.get(*at).is_some_and(Option::is_none)
        };
        (0..self.tokens.len()).find(is_alone)
    }

    pub(super) fn token(&self, at: usize) -> Option<Token> {
        self.tokens.get(at).copied()
    }

    /// The text of a token; nothing where there is none.
    pub(super) fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.of(&self.text))
    }

    pub(super) fn before(&self, at: usize) -> &str {
        at.checked_sub(1).map_or("", |at| self.word(at))
    }

    pub(super) fn is_word(&self, at: usize) -> bool {
        self.tokens
            .get(at)
            .is_some_and(|token| token.kind == TokenKind::Word)
    }

    /// Whether it is a word that can name something.
    pub(super) fn is_name(&self, at: usize) -> bool {
        self.is_word(at) && !is_keyword(self.word(at)) && self.word(at) != "_"
    }

    pub(super) fn opens(&self, at: usize) -> bool {
        match self.tokens.get(at).map(|token| token.kind) {
            Some(TokenKind::Sign) => matches!(self.word(at), "(" | "[" | "{" | "#{" | "?["),
            Some(TokenKind::Template { ending, .. }) => ending == TemplateEnd::Computes,
            _ => false,
        }
    }

    pub(super) fn closes(&self, at: usize) -> bool {
        match self.tokens.get(at).map(|token| token.kind) {
            Some(TokenKind::Sign) => matches!(self.word(at), ")" | "]" | "}"),
            Some(TokenKind::Template { opens, .. }) => !opens,
            _ => false,
        }
    }

    fn pairs(&self, opener: usize, closer: usize) -> bool {
        let is_text = |at: usize| {
            self.tokens
                .get(at)
                .is_some_and(|token| matches!(token.kind, TokenKind::Template { .. }))
        };
        if is_text(opener) || is_text(closer) {
            return is_text(opener) && is_text(closer);
        }
        matches!(
            (self.word(opener), self.word(closer)),
            ("(", ")") | ("[" | "?[", "]") | ("{" | "#{", "}")
        )
    }

    pub(super) fn partner(&self, at: usize) -> Option<usize> {
        self.partners.get(at).copied().flatten()
    }

    /// The bracket that closes this one; where it is missing, one past the last token.
    pub(super) fn end_of(&self, opener: usize) -> usize {
        self.partner(opener).unwrap_or(self.tokens.len())
    }

    /// The bracket around a token.
    pub(super) fn around(&self, at: usize) -> Option<usize> {
        self.around.get(at).copied().flatten()
    }

    /// Whether a brace holds statements, not the entries of a map.
    pub(super) fn is_block(&self, opener: usize) -> bool {
        self.word(opener) == "{"
            || self
                .tokens
                .get(opener)
                .is_some_and(|token| matches!(token.kind, TokenKind::Template { .. }))
    }

    /// The bytes in which what is declared at a token can be seen at most: its block.
    pub(super) fn block_end(&self, at: usize) -> usize {
        let mut around = self.around(at);
        while let Some(opener) = around {
            if self.is_block(opener) {
                return self.start_of(self.end_of(opener));
            }
            around = self.around(opener);
        }
        self.text.len()
    }

    /// The first byte of a token; the end of the text where there is none.
    pub(super) fn start_of(&self, at: usize) -> usize {
        self.tokens
            .get(at)
            .map_or(self.text.len(), |token| token.start)
    }

    /// One past the last byte of a token.
    pub(super) fn end_byte(&self, at: usize) -> usize {
        self.tokens
            .get(at)
            .map_or(self.text.len(), |token| token.end)
    }

    /// The next token that is one of these signs, brackets passed as a whole; or the bracket that ends
    /// what is around.
    pub(super) fn next_of(&self, from: usize, signs: &[&str]) -> usize {
        let mut at = from;
        while at < self.tokens.len() {
            if signs.contains(&self.word(at)) || self.closes(at) {
                return at;
            }
            at = self.past(at);
        }
        self.tokens.len()
    }

    /// The token behind this one, or behind the bracket that it opens.
    pub(super) fn past(&self, at: usize) -> usize {
        let mut at = at;
        // In a text with several computed parts each leads to the next.
        while self.opens(at) {
            at = self.end_of(at);
        }
        (at + 1).min(self.tokens.len())
    }

    /// Whether what stands before a token is a value, so that a sign there joins two.
    pub(super) fn follows_value(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else {
            return false;
        };
        match self.tokens.get(before).map(|token| token.kind) {
            Some(TokenKind::Word) => {
                let word = self.word(before);
                !is_keyword(word) || matches!(word, "this" | "true" | "false")
            }
            Some(TokenKind::Number | TokenKind::Text { .. }) => true,
            Some(TokenKind::Template { ending, .. }) => ending != TemplateEnd::Computes,
            Some(TokenKind::Sign) => matches!(self.word(before), ")" | "]" | "}" | "()"),
            Some(TokenKind::Comment { .. }) | None => false,
        }
    }

    /// Whether a bracket opens an index or the arguments of a call.
    pub(super) fn is_applied(&self, opener: usize) -> bool {
        let before = self.before(opener);
        matches!(self.word(opener), "(" | "()" | "[" | "?[")
            && self.follows_value(opener)
            // A block ends before what stands in brackets.
            && before != "}"
    }

    /// The arguments of a call: the tokens between its commas.
    pub(super) fn arguments(&self, opener: usize) -> Vec<Range<usize>> {
        if self.word(opener) == "()" {
            return Vec::new();
        }
        let end = self.end_of(opener);
        let mut arguments = Vec::new();
        let mut start = opener + 1;
        while start < end {
            let comma = self.next_of(start, &[","]).min(end);
            arguments.push(start..comma);
            start = comma + 1;
        }
        arguments
    }

    /// The first token of the chain that ends with this one: of `a.b("c")` the `a`.
    pub(super) fn chain_start(&self, last: usize) -> usize {
        let mut at = last;
        loop {
            if self.closes(at)
                && let Some(opener) = self.partner(at)
            {
                at = opener;
                if !self.is_applied(opener) {
                    return at;
                }
                at -= 1;
                continue;
            }
            if self.word(at) == "()" && self.is_applied(at) {
                at -= 1;
                continue;
            }
            if matches!(self.before(at), "." | "?." | "::") && at >= 2 {
                at -= 2;
                continue;
            }
            return at;
        }
    }

    /// The token in or right before which a byte stands: the caret behind a word is at the word.
    pub(super) fn at_byte(&self, byte: usize) -> Option<usize> {
        let next = self.tokens.partition_point(|token| token.start <= byte);
        let here = next.checked_sub(1)?;
        let token = self.token(here)?;
        if byte < token.end {
            // Between two tokens a caret belongs to the word.
            let is_sign = token.kind == TokenKind::Sign && token.start == byte;
            let left = here.checked_sub(1).filter(|_| is_sign);
            let is_left =
                left.is_some_and(|left| self.end_byte(left) == byte && self.is_word(left));
            return if is_left { left } else { Some(here) };
        }
        (byte == token.end).then_some(here)
    }

    /// The comment in which a byte stands.
    pub(super) fn is_in_comment(&self, byte: usize) -> bool {
        self.comments
            .iter()
            .any(|comment| comment.holds(&self.text, byte))
    }

    /// The value of a text in double quotes.
    pub(super) fn literal(&self, at: usize) -> Option<String> {
        let token = self.token(at)?;
        let TokenKind::Text { is_closed } = token.kind else {
            return None;
        };
        let inner = token.of(&self.text).strip_prefix('"')?;
        let inner = if is_closed {
            inner.strip_suffix('"')?
        } else {
            inner
        };
        Some(inner.replace("\"\"", "\"").replace("\\\"", "\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_find_their_partners_though_some_are_missing() {
        let structure = Structure::of("f(a[1, { b } c) }");
        assert_eq!(structure.partner(1), Some(10));
        assert_eq!(structure.partner(3), None);
        assert_eq!(structure.partner(6), Some(8));
        assert!(!structure.is_whole());
        assert!(Structure::of("let a = `${b} c ${d}`;").is_whole());
    }

    #[test]
    fn a_chain_begins_with_its_first_name() {
        let check = |text: &str, expect: &str| {
            let structure = Structure::of(text);
            let start = structure.chain_start(structure.tokens.len() - 1);
            assert_eq!(structure.word(start), expect, "{text}");
        };
        check("x + a.b(1, c)[2].d", "a");
        check("return f()", "f");
        check("let z = [1, 2]", "[");
        check("a + now().year", "now");
    }

    #[test]
    fn arguments_are_what_stands_between_commas() {
        let structure = Structure::of("f(a, g(b, c), [d, e])");
        let texts: Vec<&str> = structure
            .arguments(1)
            .into_iter()
            .map(|range| {
                &structure.text[structure.start_of(range.start)..structure.end_byte(range.end - 1)]
            })
            .collect();
        assert_eq!(texts, ["a", "g(b, c)", "[d, e]"]);
        assert!(Structure::of("f()").arguments(1).is_empty());
    }
}
