//! A profile as a tree of named parts: what comparing, merging and inheriting by meaning work on.
//!
//! The tree is made from the canonical text, so that whatever a profile can say takes part. Message
//! definitions, rows, columns of tables and waivers are told apart by their names and not by their
//! place in a list, fields and components by their number. All else that stands in brackets, such as
//! an identity or the source of a column, is one value.

use std::iter::Peekable;
use std::ops::Range;
use std::sync::Arc;

use super::document::Profile;
use super::part_path::PartPath;
use super::print::{Quoted, print};
use super::read::{ProfileError, read};
use super::tokens::{Lexemes, Token};

/// A part of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tree {
    /// A value, as its canonical text.
    Leaf(Arc<str>),
    /// Parts by name.
    Parts(Parts),
}

/// Parts by name, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parts {
    head: Arc<str>,
    pub(super) shape: Shape,
    pub(super) entries: Vec<(Arc<str>, Tree)>,
}

/// How parts are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Attributes in round brackets.
    Named,
    /// A map, which has no order.
    Map,
    /// A list whose items are told apart by this attribute and whose order means something.
    List(&'static str),
    /// A list whose items are told apart by their number.
    Numbered,
}

impl Tree {
    /// The tree of a profile.
    pub(super) fn of(profile: &Profile) -> Self {
        Parser::new(&print(profile)).profile()
    }

    /// The profile of a tree.
    pub(super) fn to_profile(&self) -> Result<Profile, ProfileError> {
        let mut text = String::new();
        self.write(&mut text, None);
        read(&text)
    }

    /// The parts; `None` for a value.
    pub(super) fn parts(&self) -> Option<&Parts> {
        match self {
            Tree::Leaf(_) => None,
            Tree::Parts(parts) => Some(parts),
        }
    }

    pub(super) fn parts_mut(&mut self) -> Option<&mut Parts> {
        match self {
            Tree::Leaf(_) => None,
            Tree::Parts(parts) => Some(parts),
        }
    }

    /// The part of this name in it.
    pub(super) fn child(&self, name: &str) -> Option<&Tree> {
        self.parts()?.get(name)
    }

    /// The part that a path leads to.
    pub(super) fn at(&self, path: &PartPath) -> Option<&Tree> {
        path.steps()
            .iter()
            .try_fold(self, |tree, step| tree.child(step))
    }

    /// Takes a part out; the part, where there was one.
    pub(super) fn take(&mut self, path: &PartPath) -> Option<Tree> {
        let (last, around) = path.steps().split_last()?;
        let mut tree = self;
        for step in around {
            tree = tree.parts_mut()?.get_mut(step)?;
        }
        tree.parts_mut()?.take(last)
    }

    /// Takes out what holds nothing any more around a segment's or a data type's part that was taken
    /// out; a segment of the site's own stays.
    pub(super) fn forget_empty(&mut self, path: &PartPath) {
        let mut around = path.parent();
        while let Some(part) = around {
            let keeps = match part.steps() {
                [list, name] => &**list == "types" || name.starts_with('Z'),
                [list, _, ..] => !matches!(&**list, "segments" | "types"),
                _ => true,
            };
            let is_empty = self
                .at(&part)
                .and_then(Tree::parts)
                .is_some_and(|parts| parts.entries.is_empty());
            if keeps || !is_empty {
                return;
            }
            self.take(&part);
            around = part.parent();
        }
    }

    /// The text of a value, read as a string.
    pub(super) fn string(&self) -> Option<String> {
        match self {
            Tree::Leaf(text) => ron::from_str(text).ok(),
            Tree::Parts(_) => None,
        }
    }

    /// All values with their paths.
    pub(super) fn leaves<'t>(&'t self, path: &PartPath, found: &mut Vec<(PartPath, &'t Arc<str>)>) {
        match self {
            Tree::Leaf(text) => found.push((path.clone(), text)),
            Tree::Parts(parts) => {
                for (name, tree) in &parts.entries {
                    tree.leaves(&path.child(Arc::clone(name)), found);
                }
            }
        }
    }

    /// Its text, not canonical.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, None);
        text
    }

    fn write(&self, text: &mut String, number: Option<&str>) {
        match self {
            Tree::Leaf(leaf) => text.push_str(leaf),
            Tree::Parts(parts) => parts.write(text, number),
        }
    }
}

impl Parts {
    /// Parts of the same kind with nothing in them but what names the item.
    pub(super) fn emptied(&self, key: Option<&'static str>) -> Self {
        Self {
            head: Arc::clone(&self.head),
            shape: self.shape,
            entries: self
                .entries
                .iter()
                .filter(|(name, _)| key == Some(&**name))
                .cloned()
                .collect(),
        }
    }

    /// Whether it is a map or a list, which is nothing but its items.
    pub(super) fn is_collection(&self) -> bool {
        match self.shape {
            Shape::Named => false,
            Shape::Map | Shape::List(_) | Shape::Numbered => true,
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Tree> {
        let (_, tree) = self.entries.iter().find(|(known, _)| **known == *name)?;
        Some(tree)
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Tree> {
        let (_, tree) = self
            .entries
            .iter_mut()
            .find(|(known, _)| **known == *name)?;
        Some(tree)
    }

    pub(super) fn take(&mut self, name: &str) -> Option<Tree> {
        let at = self
            .entries
            .iter()
            .position(|(known, _)| **known == *name)?;
        Some(self.entries.remove(at).1)
    }

    /// Takes a part out; where it stood and what it is.
    pub(super) fn take_at(&mut self, name: &str) -> Option<(usize, Tree)> {
        let at = self
            .entries
            .iter()
            .position(|(known, _)| **known == *name)?;
        Some((at, self.entries.remove(at).1))
    }

    /// Puts a part where one was taken out, else at the end.
    pub(super) fn put_at(&mut self, place: Option<usize>, name: &Arc<str>, tree: Tree) {
        match place {
            Some(at) if at <= self.entries.len() => {
                self.entries.insert(at, (Arc::clone(name), tree));
            }
            Some(_) | None => self.put(name, tree),
        }
    }

    /// Puts a part in the place of the one of its name, else at the end.
    pub(super) fn put(&mut self, name: &Arc<str>, tree: Tree) {
        match self.get_mut(name) {
            Some(old) => *old = tree,
            None => self.entries.push((Arc::clone(name), tree)),
        }
        if self.shape == Shape::Numbered {
            self.entries.sort_by_key(|(name, _)| number_of(name));
        }
    }

    /// The names of all parts, in order.
    pub(super) fn names(&self) -> Vec<&Arc<str>> {
        self.entries.iter().map(|(name, _)| name).collect()
    }

    /// Brings the parts into this order; those that it does not name go to the end.
    pub(super) fn sort_as(&mut self, order: &[Arc<str>]) {
        let place = |name: &Arc<str>| order.iter().position(|known| known == name);
        self.entries
            .sort_by_key(|(name, _)| place(name).unwrap_or(usize::MAX));
    }

    fn write(&self, text: &mut String, number: Option<&str>) {
        use std::fmt::Write;

        let (open, close) = match self.shape {
            Shape::Named => ('(', ')'),
            Shape::Map => ('{', '}'),
            Shape::List(_) | Shape::Numbered => ('[', ']'),
        };
        text.push_str(&self.head);
        text.push(open);
        if let Some(number) = number {
            text.push_str(number);
        }
        let mut next = 1_u32;
        for (name, tree) in &self.entries {
            let mut number = None;
            // Writing to a string cannot fail.
            match self.shape {
                Shape::Named => drop(write!(text, "{name}: ")),
                Shape::Map => drop(write!(text, "{}: ", Quoted(name))),
                Shape::List(_) => {}
                Shape::Numbered => {
                    let own = number_of(name).unwrap_or(next);
                    if own != next {
                        number = Some(format!("number: {own}, "));
                    }
                    next = own.saturating_add(1);
                }
            }
            tree.write(text, number.as_deref());
            text.push_str(",\n");
        }
        text.push(close);
    }
}

/// The values of a canonical text by path, with where they stand.
pub(super) fn value_spans(text: &str) -> Vec<(PartPath, Range<usize>)> {
    let mut parser = Parser::new(text);
    parser.profile();
    parser.spans
}

struct Parser<'t> {
    text: &'t str,
    lexemes: Peekable<Lexemes<'t>>,
    /// Where the last lexeme ended.
    end: usize,
    spans: Vec<(PartPath, Range<usize>)>,
}

/// What is done with a value in round brackets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Inside,
    Whole,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            lexemes: Lexemes::new(text).peekable(),
            end: 0,
            spans: Vec::new(),
        }
    }

    fn profile(&mut self) -> Tree {
        self.value("", Look::Inside, &PartPath::default())
    }

    fn next(&mut self) -> Option<(Token, Range<usize>)> {
        let (token, span) = self.lexemes.next()?;
        self.end = span.end;
        Some((token, span))
    }

    fn peek(&mut self) -> Option<(Token, Range<usize>)> {
        while self
            .lexemes
            .next_if(|(token, _)| *token == Token::Comment)
            .is_some()
        {}
        self.lexemes.peek().cloned()
    }

    /// Reads the value of the attribute `field`.
    fn value(&mut self, field: &str, look: Look, path: &PartPath) -> Tree {
        let start = self.peek().map_or(self.end, |(_, span)| span.start);
        let mut head = "";
        if let Some((Token::Word, span)) = self.peek() {
            self.next();
            head = self.text.get(span).unwrap_or_default();
        }
        let tree = match self.peek() {
            Some((Token::Open(b'('), _)) if look == Look::Inside => Some(self.named(head, path)),
            Some((Token::Open(b'{'), _)) if head.is_empty() => Some(self.map(field, path)),
            Some((Token::Open(b'['), _)) if head.is_empty() && list_shape(field).is_some() => {
                list_shape(field).map(|(shape, look)| self.list(shape, look, path))
            }
            Some((Token::Open(_), _)) => {
                self.skip();
                None
            }
            Some((Token::Text | Token::Literal, _)) if head.is_empty() => {
                self.next();
                None
            }
            _ => None,
        };
        tree.unwrap_or_else(|| {
            let span = start..self.end.max(start);
            let leaf = self.text.get(span.clone()).unwrap_or_default();
            self.spans.push((path.clone(), span));
            Tree::Leaf(leaf.into())
        })
    }

    /// Passes over a value in brackets.
    fn skip(&mut self) {
        let mut depth = 0_usize;
        while let Some((token, _)) = self.next() {
            match token {
                Token::Open(_) => depth += 1,
                Token::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// Whether another item stands before the closing bracket, which is taken.
    fn has_item(&mut self) -> bool {
        while let Some((Token::Comma, _)) = self.peek() {
            self.next();
        }
        match self.peek() {
            None => false,
            Some((Token::Close, _)) => {
                self.next();
                false
            }
            Some(_) => true,
        }
    }

    fn name(&mut self) -> Arc<str> {
        let name = match self.next() {
            Some((Token::Text, span)) => {
                let lexeme = self.text.get(span).unwrap_or_default();
                ron::from_str::<String>(lexeme).unwrap_or_default().into()
            }
            Some((_, span)) => self.text.get(span).unwrap_or_default().into(),
            None => Arc::default(),
        };
        if let Some((Token::Colon, _)) = self.peek() {
            self.next();
        }
        name
    }

    fn named(&mut self, head: &str, path: &PartPath) -> Tree {
        self.next();
        let mut entries = Vec::new();
        while self.has_item() {
            let name = self.name();
            let look = match &*name {
                "syntax" | "scripts" => Look::Inside,
                _ => Look::Whole,
            };
            let tree = self.value(&name, look, &path.child(Arc::clone(&name)));
            entries.push((name, tree));
        }
        Tree::Parts(Parts {
            head: head.into(),
            shape: Shape::Named,
            entries,
        })
    }

    fn map(&mut self, field: &str, path: &PartPath) -> Tree {
        self.next();
        let look = match field {
            "segments" | "types" | "codes" | "tables" => Look::Inside,
            _ => Look::Whole,
        };
        let mut entries = Vec::new();
        while self.has_item() {
            let name = self.name();
            let tree = self.value("", look, &path.child(Arc::clone(&name)));
            entries.push((name, tree));
        }
        Tree::Parts(Parts {
            head: Arc::default(),
            shape: Shape::Map,
            entries,
        })
    }

    fn list(&mut self, shape: Shape, look: Look, path: &PartPath) -> Tree {
        self.next();
        let mut entries: Vec<(Arc<str>, Tree)> = Vec::new();
        while self.has_item() {
            // The item's name is known only when it has been read.
            let first = self.spans.len();
            let start = self.peek().map_or(self.end, |(_, span)| span.start);
            let mut tree = self.value("", Look::Inside, &PartPath::default());
            let before = entries.last().map(|(name, _)| &**name);
            let name = free_name(&item_name(&mut tree, shape, before), &entries);
            let here = path.child(Arc::clone(&name));
            if shape == Shape::Numbered {
                let number = PartPath::new(["number"]);
                let inner = self.spans.split_off(first);
                self.spans
                    .extend(inner.into_iter().filter(|(path, _)| *path != number));
            }
            if look == Look::Whole {
                self.spans.truncate(first);
                self.spans.push((here, start..self.end));
                tree = Tree::Leaf(self.text.get(start..self.end).unwrap_or_default().into());
            } else {
                for (inner, _) in self.spans.iter_mut().skip(first) {
                    *inner = PartPath::new(here.steps().iter().chain(inner.steps()).cloned());
                }
            }
            entries.push((name, tree));
        }
        Tree::Parts(Parts {
            head: Arc::default(),
            shape,
            entries,
        })
    }
}

/// The lists whose items have names, and whether the items are made of parts themselves.
fn list_shape(field: &str) -> Option<(Shape, Look)> {
    match field {
        "messages" => Some((Shape::List("name"), Look::Inside)),
        "rows" => Some((Shape::List("table"), Look::Inside)),
        "fields" | "components" => Some((Shape::Numbered, Look::Inside)),
        "columns" | "rules" => Some((Shape::List("name"), Look::Whole)),
        "waivers" => Some((Shape::List("rule"), Look::Whole)),
        _ => None,
    }
}

/// What an item of a list is called; a number is taken out of it, for its place says it again.
fn item_name(tree: &mut Tree, shape: Shape, before: Option<&str>) -> String {
    let attribute = |tree: &Tree, name: &str| tree.child(name).and_then(Tree::string);
    match shape {
        Shape::List("rule") => {
            let at = attribute(tree, "at").unwrap_or_default();
            format!("{} {at}", attribute(tree, "rule").unwrap_or_default())
        }
        Shape::List(key) => attribute(tree, key).unwrap_or_default(),
        Shape::Numbered => {
            let written = tree.parts_mut().and_then(|parts| parts.take("number"));
            match written {
                Some(Tree::Leaf(number)) => number.to_string(),
                Some(Tree::Parts(_)) | None => {
                    let before = before.and_then(number_of);
                    before.unwrap_or(0).saturating_add(1).to_string()
                }
            }
        }
        Shape::Named | Shape::Map => String::new(),
    }
}

/// The number of a field that is named by it: of `5` and of `5#2`.
fn number_of(name: &str) -> Option<u32> {
    let number = name.split_once('#').map_or(name, |(number, _)| number);
    number.parse().ok()
}

/// A second item of a name is `NAME#2`.
fn free_name(name: &str, entries: &[(Arc<str>, Tree)]) -> Arc<str> {
    let is_free = |name: &str| entries.iter().all(|(known, _)| **known != *name);
    if is_free(name) {
        return name.into();
    }
    (2..=entries.len() + 2)
        .map(|count| format!("{name}#{count}"))
        .find(|name| is_free(name))
        .unwrap_or_default()
        .into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::samples::{EVERYTHING, profile};
    use super::*;

    #[test]
    fn every_value_has_a_path_of_names() {
        let profile = read(EVERYTHING).expect("it reads");
        let tree = Tree::of(&profile);
        let mut leaves = Vec::new();
        tree.leaves(&PartPath::default(), &mut leaves);
        let text = |path: &str| {
            let path: PartPath = path.parse().expect("a path");
            let found = leaves.iter().find(|(known, _)| *known == path);
            found.map_or("nothing", |(_, text)| text).to_owned()
        };
        assert_eq!(text("messages/Other/grammar"), "\"ORU_R01\"");
        assert_eq!(
            text("messages/ADT/rows/patient/columns/sex"),
            "From(\"PID-8\", codes: \"sex\")"
        );
        assert_eq!(text("messages/ADT/rows/patient#2/root"), "\"/\"");
        assert_eq!(text("segments/ZPI/fields/3/repeat"), "Times(3)");
        assert_eq!(text("codes/sex/otherwise"), "Default(\"F\")");
        assert_eq!(
            text("tables/patient/columns/mrn"),
            "Column(name: \"mrn\", type: Text, key: true)"
        );
        let spans = value_spans(EVERYTHING);
        assert_eq!(spans.len(), leaves.len());
        for ((path, span), (known, text)) in spans.into_iter().zip(leaves) {
            assert_eq!((path, &EVERYTHING[span]), (known, &**text));
        }
    }

    proptest! {
        #[test]
        fn a_profile_is_its_tree(profile in profile()) {
            // A number is written where it is not the next.
            let tree = Tree::of(&profile);
            let again = tree.to_profile().map(|again| Tree::of(&again));
            prop_assert_eq!(again.as_ref(), Ok(&tree));
        }
    }
}
