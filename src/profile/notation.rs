//! Reading the grammar notation: `MSH PID [PD1] [{NK1}] {ORDER: [ORC] OBR [{OBX [{NTE}]}]} <A|B>`.
//!
//! | text | means |
//! |---|---|
//! | `PID` | once |
//! | `[PID]` | at most once |
//! | `{PID}`, `{PID}..3` | at least once, at most three times |
//! | `[{PID}]`, `[{PID}..3]` | any number, none to three |
//! | `{ORDER: ORC OBR}` | a group with a name, in any of the brackets above |
//! | `(VISIT: PV1 [PV2])` | a group with a name, once |
//! | `<OBR|RXO|ODS [NTE]>`, `<DETAIL: OBR|RXO>` | exactly one of |
//! | `Hxx` | any segment |
//!
//! Reading never fails: what is wrong is told with its place, and the grammar is what can be made of
//! the rest. It takes what interface documents write: any line ends, `{[X]}` for `[{X}]`, ids in small
//! letters, `{X}*3` and `{X}3` for `{X}..3`, and the remarks of chapter 2, `{ --- ORDER begin`, which
//! name a group.

use std::ops::Range;
use std::sync::Arc;

use super::field::Repeat;
use super::notation_fault::NotationFault;
use super::notation_print::ANY;
use super::notation_tokens::{Token, Tokens, closing, is_word, opening};
use super::segment_grammar::{GrammarItem, GrammarKind, SegmentGrammar, normal_sequence};
use crate::hl7::SegmentId;

/// Deeper brackets are left out: no message is described by them.
pub(super) const MAX_DEPTH: usize = 40;

/// More segments and groups are left out: the largest structures of the standard have 150.
pub(super) const MAX_ITEMS: usize = 1_000;

/// More faults are not told.
const MAX_FAULTS: usize = 50;

/// Reads a grammar and tells everything that is wrong with its text, in order.
pub fn parse_notation(text: &str) -> (SegmentGrammar, Vec<NotationFault>) {
    let mut reader = Reader::new();
    let mut tokens = Tokens::new(text).peekable();
    while let Some((token, span)) = tokens.next() {
        let next = tokens.peek().map(|(token, _)| *token);
        match token {
            Token::Word(word) if next == Some(Token::Colon) => {
                tokens.next();
                reader.name(word, span);
            }
            Token::Word(word) => reader.segment(word, span),
            Token::Open(open) => reader.open(open, span),
            Token::Close(close) => {
                let most = match next {
                    Some(Token::Most(most)) => {
                        let span = tokens.next().map_or(span.clone(), |(_, span)| span);
                        Some((most, span))
                    }
                    _ => None,
                };
                let then = tokens.peek().map(|(token, _)| *token);
                reader.close(close, span, then);
                if let Some((most, span)) = most {
                    reader.most(most, span);
                }
            }
            Token::Most(most) => reader.most(most, span),
            Token::Bar => reader.bar(span),
            Token::Colon => reader.tell(NotationFault::colon(span)),
            Token::Remark(said) => reader.remark(said, span),
            Token::Other(c) => reader.tell(NotationFault::character(c, span)),
        }
    }
    reader.finish(text)
}

/// A bracket that is open; the first stands for the whole text.
#[derive(Default)]
struct Frame {
    /// `None` for the whole text.
    open: Option<char>,
    at: Range<usize>,
    name: Option<Arc<str>>,
    items: Vec<GrammarItem>,
    /// The options of a choice before the last `|`.
    options: Vec<Vec<GrammarItem>>,
    /// The names of the groups in it.
    names: Vec<Arc<str>>,
}

struct Reader {
    /// Never empty.
    frames: Vec<Frame>,
    /// Brackets that are open and were not taken, for being too deep.
    ignored: usize,
    items: usize,
    faults: Vec<NotationFault>,
}

impl Reader {
    fn new() -> Self {
        Self {
            frames: vec![Frame::default()],
            ignored: 0,
            items: 0,
            faults: Vec::new(),
        }
    }

    fn tell(&mut self, fault: NotationFault) {
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(fault);
        }
    }

    fn top(&mut self) -> Option<&mut Frame> {
        self.frames.last_mut()
    }

    fn push(&mut self, item: GrammarItem, span: &Range<usize>) {
        self.items += 1;
        if self.items == MAX_ITEMS + 1 {
            self.tell(NotationFault::too_many(MAX_ITEMS, span.clone()));
        }
        if self.items <= MAX_ITEMS
            && let Some(frame) = self.top()
        {
            frame.items.push(item);
        }
    }

    fn segment(&mut self, word: &str, span: Range<usize>) {
        if word.eq_ignore_ascii_case(ANY) {
            self.push(GrammarItem::new(GrammarKind::Any), &span);
            return;
        }
        if let Some(id) = SegmentId::new(word) {
            self.push(GrammarItem::segment(id), &span);
        } else if let Some(id) = SegmentId::new(&word.to_ascii_uppercase()) {
            self.tell(NotationFault::small_letters(word, id, span.clone()));
            self.push(GrammarItem::segment(id), &span);
        } else {
            self.tell(NotationFault::no_segment(word, span));
        }
    }

    fn name(&mut self, name: &str, span: Range<usize>) {
        let is_first = self.frames.len() > 1
            && self.ignored == 0
            && self.frames.last().is_some_and(|frame| {
                frame.items.is_empty() && frame.options.is_empty() && frame.name.is_none()
            });
        if !is_first {
            self.tell(NotationFault::name_out_of_place(name, span));
            return;
        }
        if !is_name(name) {
            self.tell(NotationFault::no_name(name, span));
            return;
        }
        let is_choice = self
            .frames
            .last()
            .is_some_and(|frame| frame.open == Some('<'));
        let around = self.frames.len() - 2;
        if !is_choice {
            if SegmentId::new(name).is_some() {
                self.tell(NotationFault::name_of_segment(name, span.clone()));
            }
            // Unnamed brackets round a group do not make a level of their own.
            let level = self.frames[..=around]
                .iter()
                .rposition(|frame| frame.name.is_some())
                .unwrap_or(0);
            if self.frames[level]
                .names
                .iter()
                .any(|other| **other == *name)
            {
                self.tell(NotationFault::name_twice(name, span));
            }
            self.frames[level].names.push(name.into());
        }
        if let Some(frame) = self.top() {
            frame.name = Some(name.into());
        }
    }

    /// Chapter 2 names a group behind its opening bracket: `{ --- ORDER begin`.
    fn remark(&mut self, said: &str, span: Range<usize>) {
        let mut words = said.split_whitespace();
        let (Some(name), Some("begin"), None) = (words.next(), words.next(), words.next()) else {
            return;
        };
        let is_first = self.frames.len() > 1
            && self
                .frames
                .last()
                .is_some_and(|frame| frame.items.is_empty() && frame.name.is_none());
        if is_first && is_name(name) {
            self.name(name, span);
        }
    }

    fn open(&mut self, open: char, span: Range<usize>) {
        if self.frames.len() > MAX_DEPTH {
            if self.ignored == 0 {
                self.tell(NotationFault::too_deep(MAX_DEPTH, span));
            }
            self.ignored += 1;
            return;
        }
        self.frames.push(Frame {
            open: Some(open),
            at: span,
            ..Frame::default()
        });
    }

    fn bar(&mut self, span: Range<usize>) {
        match self.frames.last_mut() {
            Some(frame) if frame.open == Some('<') => {
                let option = std::mem::take(&mut frame.items);
                let is_empty = option.is_empty();
                frame.options.push(option);
                if is_empty {
                    self.tell(NotationFault::empty_option(span));
                }
            }
            Some(_) | None => self.tell(NotationFault::bar(span)),
        }
    }

    /// Closes the bracket that `close` belongs to; `then` is what follows.
    fn close(&mut self, close: char, span: Range<usize>, then: Option<Token<'_>>) {
        if self.ignored > 0 {
            self.ignored -= 1;
            return;
        }
        let opening = opening(close);
        let open_at = self
            .frames
            .iter()
            .rposition(|frame| frame.open == Some(opening));
        let Some(open_at) = open_at else {
            self.tell(NotationFault::closes_nothing(close, span));
            return;
        };
        let innermost = self.frames.len() - 1;
        let crossed = self.frames.last().and_then(|frame| frame.open);
        if open_at + 1 == innermost
            && let Some(crossed) = crossed
            && then == Some(Token::Close(closing(crossed)))
        {
            // `[{X]}`: the two only changed places. The inner one is closed here, and what closes
            // it closes the outer one.
            self.tell(NotationFault::crossed(
                close,
                closing(crossed),
                span.clone(),
            ));
            if let Some(outer) = self.frames.get_mut(open_at) {
                outer.open = Some(crossed);
            }
            if let Some(inner) = self.frames.get_mut(innermost) {
                inner.open = Some(opening);
            }
            self.finish_frame(span.end);
            return;
        }
        while self.frames.len() - 1 > open_at {
            if let Some(frame) = self.frames.last() {
                let open = frame.open.unwrap_or(opening);
                let at = frame.at.clone();
                let fault = NotationFault::never_closed(open, frame.name.as_deref(), &[], at);
                self.tell(fault);
            }
            self.finish_frame(span.start);
        }
        self.finish_frame(span.end);
    }

    /// Takes the innermost bracket off and puts what it says into the one around it.
    fn finish_frame(&mut self, end: usize) {
        if self.frames.len() < 2 {
            return;
        }
        let Some(frame) = self.frames.pop() else {
            return;
        };
        let span = frame.at.start..end;
        let Frame {
            open,
            name,
            items,
            mut options,
            ..
        } = frame;
        if open == Some('<') {
            if items.is_empty() && !options.is_empty() {
                self.tell(NotationFault::empty_option(span.clone()));
            }
            options.push(items);
            options.retain(|option| !option.is_empty());
            match options.len() {
                0 => return self.tell(NotationFault::empty(name.as_deref(), span)),
                1 => self.tell(NotationFault::one_option(span.clone())),
                _ => {}
            }
            let options = options.into_iter().map(|option| {
                let mut option = normal_sequence(option);
                match (option.len(), option.pop()) {
                    (1, Some(only)) => only,
                    (_, last) => {
                        option.extend(last);
                        GrammarItem::group(None, option)
                    }
                }
            });
            let kind = GrammarKind::Choice {
                name,
                options: options.collect(),
            };
            self.push(GrammarItem::new(kind), &span);
            return;
        }
        if items.is_empty() {
            return self.tell(NotationFault::empty(name.as_deref(), span));
        }
        let mut item = GrammarItem::group(name, normal_sequence(items));
        if let ([inner], None) = (item.items(), item.name()) {
            let again = match open {
                Some('[') => inner.optional,
                Some('{') => inner.repeat == Repeat::Many,
                _ => false,
            };
            if again {
                self.tell(NotationFault::bracket_twice(
                    open.unwrap_or_default(),
                    span.clone(),
                ));
            }
        }
        match open {
            Some('[') => item.optional = true,
            Some('{') => item.repeat = Repeat::Many,
            _ => {}
        }
        let item = normal_sequence(vec![item]);
        // Plain brackets without a name leave a sequence behind.
        for item in item {
            self.push(item, &span);
        }
    }

    /// How often what stands before may be repeated.
    fn most(&mut self, written: &str, span: Range<usize>) {
        let digits = written.trim_start_matches(['.', '*']);
        let last = self
            .frames
            .last_mut()
            .and_then(|frame| frame.items.last_mut());
        let Some(item) = last else {
            return self.tell(NotationFault::most_of_nothing(written, span));
        };
        if item.repeat != Repeat::Many {
            let name = item.to_string();
            return self.tell(NotationFault::most_of_single(&name, digits, span));
        }
        match digits.parse::<u32>() {
            Ok(0) => self.tell(NotationFault::most_is_none(span)),
            Ok(1) => item.repeat = Repeat::Once,
            Ok(most) => item.repeat = Repeat::Times(most),
            Err(_) => self.tell(NotationFault::most_is_large(digits, span)),
        }
    }

    fn finish(mut self, text: &str) -> (SegmentGrammar, Vec<NotationFault>) {
        if let Some((open, frame)) = self
            .frames
            .get(1)
            .and_then(|frame| Some((frame.open?, frame)))
        {
            // What is open in it is part of the same fault.
            let inner = self.frames.iter().skip(2);
            let inner: Vec<char> = inner.filter_map(|frame| frame.open).collect();
            let (name, at) = (frame.name.clone(), frame.at.clone());
            self.tell(NotationFault::never_closed(
                open,
                name.as_deref(),
                &inner,
                at,
            ));
        }
        while self.frames.len() > 1 {
            self.finish_frame(text.len());
        }
        let items = self.frames.pop().map_or_else(Vec::new, |frame| frame.items);
        let items = normal_sequence(items);
        match items.first() {
            None if self.faults.is_empty() => self.tell(NotationFault::nothing(text)),
            Some(first) if *first != GrammarItem::segment(SegmentId::MSH) => {
                self.tell(NotationFault::no_header(text));
            }
            None | Some(_) => {}
        }
        self.faults.sort_by_key(|fault| fault.span.start);
        (SegmentGrammar { items }, self.faults)
    }
}

/// A letter, then letters, digits and `_`.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii() && is_word(c))
        && !text.eq_ignore_ascii_case(ANY)
}
