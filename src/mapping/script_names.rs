//! The names of a script: what declares them, where each can be seen, what each use means.

use std::ops::Range;

use super::script_structure::Structure;
use super::script_tokens::{TokenKind, is_keyword};

/// A script read for its names, also while it is being typed.
#[derive(Clone, Debug, Default)]
pub struct ScriptNames {
    pub(super) structure: Structure,
    /// The variables that the script finds.
    pub(super) given: &'static [&'static str],
    /// The variables, in the order of the text.
    pub variables: Vec<Variable>,
    /// The functions, in the order of the text.
    pub functions: Vec<ScriptFunction>,
}

/// A variable, a parameter, or what a loop goes through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: Box<str>,
    /// What makes it.
    pub kind: VariableKind,
    /// Where its name stands: bytes.
    pub span: Range<usize>,
    /// Where it can be seen: bytes.
    pub scope: Range<usize>,
    /// The function in whose body it is, an index.
    pub(super) function: Option<usize>,
    /// The tokens that it is made of: its value, or what the loop goes through.
    pub(super) value: Range<usize>,
}

/// What makes a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VariableKind {
    /// `let`.
    Let,
    /// `const`.
    Const,
    /// `for name in`.
    Loop,
    /// `for (_, name) in`: the number of the pass.
    Counter,
    /// `catch (name)`.
    Caught,
    /// `fn f(name)`: which, counted from 0.
    Parameter(usize),
    /// `|name|`: which, counted from 0.
    ClosureParameter(usize),
}

/// A function of the script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptFunction {
    /// Its name.
    pub name: Box<str>,
    /// Where its name stands: bytes.
    pub span: Range<usize>,
    /// The names of its parameters.
    pub parameters: Vec<Box<str>>,
    /// Its body: bytes.
    pub body: Range<usize>,
    /// The comment right above it.
    pub words: String,
}

/// What a name in a script means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameUse {
    /// A variable of the script: an index.
    Variable(usize),
    /// A variable that the script is given: `msg`.
    Given,
    /// A variable that nothing declares where it stands.
    UnknownVariable,
    /// A function of the script: an index.
    Own(usize),
    /// A function that the script does not have: of the language, or none.
    Call {
        /// How many values it is given, the one before the dot left out.
        count: usize,
        /// Whether it stands behind a dot.
        is_method: bool,
    },
    /// A name behind a dot, without brackets.
    Property,
    /// A key of a map.
    Key,
}

impl ScriptFunction {
    /// How it is called: `initials(name, width)`.
    pub fn signature(&self) -> String {
        format!("{}({})", self.name, self.parameters.join(", "))
    }
}

impl ScriptNames {
    /// Reads a script; `given` are the variables that it finds beside its own.
    pub fn of(text: &str, given: &'static [&'static str]) -> Self {
        let mut reader = Reader {
            names: Self {
                structure: Structure::of(text),
                given,
                ..Self::default()
            },
        };
        reader.functions();
        for at in 0..reader.names.structure.tokens.len() {
            reader.declaration(at);
        }
        let Reader { mut names, .. } = reader;
        names.variables.sort_by_key(|variable| variable.span.start);
        names
    }

    /// The script's text.
    pub fn text(&self) -> &str {
        &self.structure.text
    }

    /// The function in whose body a byte stands.
    pub(super) fn function_at(&self, byte: usize) -> Option<usize> {
        let holds = |function: &ScriptFunction| function.body.contains(&byte);
        self.functions.iter().position(holds)
    }

    /// The variable that a name means at a byte.
    pub fn variable_at(&self, name: &str, byte: usize) -> Option<usize> {
        let function = self.function_at(byte);
        let is_it = |(_, variable): &(usize, &Variable)| {
            &*variable.name == name && variable.is_seen(function, byte)
        };
        let seen = self.variables.iter().enumerate().filter(is_it);
        seen.max_by_key(|(_, variable)| variable.scope.start)
            .map(|(index, _)| index)
    }

    /// The variables that can be seen at a byte, the nearest first; what a nearer one of the same name
    /// hides is left out.
    pub fn seen_at(&self, byte: usize) -> Vec<usize> {
        let function = self.function_at(byte);
        let mut seen: Vec<usize> = (0..self.variables.len())
            .filter(|index| {
                self.variables
                    .get(*index)
                    .is_some_and(|variable| variable.is_seen(function, byte))
            })
            .collect();
        let start = |index: &usize| {
            self.variables
                .get(*index)
                .map(|variable| variable.scope.start)
        };
        seen.sort_by_key(|index| std::cmp::Reverse(start(index)));
        let name = |index: usize| self.variables.get(index).map(|variable| &variable.name);
        let mut names = Vec::new();
        seen.retain(|index| {
            let is_new = !names.contains(&name(*index));
            names.push(name(*index));
            is_new
        });
        seen
    }

    /// The function of this name that takes so many values.
    pub fn function(&self, name: &str, count: usize) -> Option<usize> {
        let is_it = |one: &ScriptFunction| &*one.name == name && one.parameters.len() == count;
        self.functions.iter().position(is_it)
    }

    /// What the name at a token means; nothing for other tokens and for names where they are declared.
    pub(super) fn use_at(&self, at: usize) -> Option<NameUse> {
        let structure = &self.structure;
        if let Some(function) = self.pointed_at(at) {
            return Some(NameUse::Own(function));
        }
        if !structure.is_word(at) {
            return None;
        }
        let word = structure.word(at);
        let byte = structure.start_of(at);
        let span = structure.token(at)?.span();
        let is_declared = |known: &Range<usize>| *known == span;
        if self.functions.iter().any(|known| is_declared(&known.span))
            || self.variables.iter().any(|known| is_declared(&known.span))
        {
            return None;
        }
        let is_member = matches!(structure.before(at), "." | "?.");
        let next = structure.word(at + 1);
        if matches!(next, "(" | "()") || next == "!" && structure.word(at + 2) == "(" {
            // Functions such as print and call are words that nothing else may be called.
            if is_keyword(word) {
                return None;
            }
            let opener = if next == "!" { at + 2 } else { at + 1 };
            let count = structure.arguments(opener).len();
            if let Some(own) = self.function(word, count) {
                return Some(NameUse::Own(own));
            }
            if !is_member && let Some(variable) = self.variable_at(word, byte) {
                return Some(NameUse::Variable(variable));
            }
            return Some(NameUse::Call {
                count,
                is_method: is_member,
            });
        }
        if !structure.is_name(at) || matches!(structure.before(at), "::" | "fn") || next == "::" {
            return None;
        }
        if is_member {
            return Some(NameUse::Property);
        }
        let is_entry = structure
            .around(at)
            .is_some_and(|opener| structure.word(opener) == "#{");
        if is_entry && next == ":" {
            return Some(NameUse::Key);
        }
        if let Some(variable) = self.variable_at(word, byte) {
            return Some(NameUse::Variable(variable));
        }
        Some(if self.is_given(word, byte) {
            NameUse::Given
        } else {
            NameUse::UnknownVariable
        })
    }

    /// Whether the script finds a variable of this name at a byte: functions see none.
    pub(super) fn is_given(&self, name: &str, byte: usize) -> bool {
        self.given.contains(&name) && self.function_at(byte).is_none()
    }

    /// The function that `Fn("name")` names, at its text.
    fn pointed_at(&self, at: usize) -> Option<usize> {
        let structure = &self.structure;
        let is_pointer = structure.before(at) == "("
            && at >= 2
            && structure.word(at - 2) == "Fn"
            && matches!(structure.token(at)?.kind, TokenKind::Text { .. });
        let name = structure.literal(at).filter(|_| is_pointer)?;
        self.functions
            .iter()
            .position(|function| *function.name == *name)
    }

    /// Every place where a variable stands, its declaration first: bytes.
    pub fn places_of_variable(&self, variable: usize) -> Vec<Range<usize>> {
        let declared = self.variables.get(variable).map(|one| one.span.clone());
        let is_it = |found: &NameUse| *found == NameUse::Variable(variable);
        declared.into_iter().chain(self.uses(is_it)).collect()
    }

    /// Every place where a function stands, its declaration first: bytes.
    pub fn places_of_function(&self, function: usize) -> Vec<Range<usize>> {
        let declared = self.functions.get(function).map(|one| one.span.clone());
        let is_it = |found: &NameUse| *found == NameUse::Own(function);
        declared.into_iter().chain(self.uses(is_it)).collect()
    }

    /// What each name of a variable or function means, by the byte where it stands: for comparing a
    /// script with another of the same shape.
    pub fn bindings(&self) -> Vec<(usize, NameUse)> {
        let tokens = 0..self.structure.tokens.len();
        tokens
            .filter_map(|at| Some((self.structure.start_of(at), self.use_at(at)?)))
            .collect()
    }

    fn uses(&self, is_it: impl Fn(&NameUse) -> bool) -> Vec<Range<usize>> {
        let structure = &self.structure;
        let found = (0..structure.tokens.len())
            .filter(|at| self.use_at(*at).is_some_and(|found| is_it(&found)));
        found.filter_map(|at| self.name_span(at)).collect()
    }

    /// The bytes of a name: of one in quotes what stands between them.
    fn name_span(&self, at: usize) -> Option<Range<usize>> {
        let token = self.structure.token(at)?;
        Some(match token.kind {
            TokenKind::Text { .. } => token.start + 1..token.end.saturating_sub(1),
            _ => token.span(),
        })
    }
}

impl Variable {
    fn is_seen(&self, function: Option<usize>, byte: usize) -> bool {
        self.function == function && self.scope.contains(&byte)
            // At the end of a script the caret stands behind its last byte.
            || self.function == function && self.scope.end == byte && self.scope.start <= byte
    }
}

struct Reader {
    names: ScriptNames,
}

impl Reader {
    fn functions(&mut self) {
        for at in 0..self.names.structure.tokens.len() {
            let structure = &self.names.structure;
            if structure.word(at) != "fn" || !structure.is_word(at) || !structure.is_word(at + 1) {
                continue;
            }
            let opener = at + 2;
            let parameters: Vec<usize> = match structure.word(opener) {
                "(" => (opener + 1..structure.end_of(opener))
                    .filter(|at| structure.is_name(*at))
                    .collect(),
                _ => Vec::new(),
            };
            let behind = structure.past(opener);
            let body = if structure.word(behind) == "{" {
                structure.end_byte(behind)..structure.start_of(structure.end_of(behind))
            } else {
                let end = structure.start_of(behind);
                end..end
            };
            let names = parameters.iter().map(|at| structure.word(*at).into());
            let begins = at
                .checked_sub(1)
                .filter(|before| structure.word(*before) == "private");
            let function = ScriptFunction {
                name: structure.word(at + 1).into(),
                span: structure.start_of(at + 1)..structure.end_byte(at + 1),
                parameters: names.collect(),
                body: body.clone(),
                words: words_above(structure, structure.start_of(begins.unwrap_or(at))),
            };
            let index = self.names.functions.len();
            self.names.functions.push(function);
            for (number, at) in parameters.into_iter().enumerate() {
                self.declare(at, VariableKind::Parameter(number), body.clone(), 0..0);
            }
            let count = self.names.variables.len();
            for variable in self.names.variables.iter_mut().take(count) {
                if matches!(variable.kind, VariableKind::Parameter(_)) && variable.scope == body {
                    variable.function = Some(index);
                }
            }
        }
    }

    fn declare(&mut self, at: usize, kind: VariableKind, scope: Range<usize>, value: Range<usize>) {
        let structure = &self.names.structure;
        let name = structure.word(at);
        if !structure.is_name(at) {
            return;
        }
        let span = structure.start_of(at)..structure.end_byte(at);
        let function = self.names.function_at(span.start);
        let variable = Variable {
            name: name.into(),
            kind,
            span,
            scope,
            function,
            value,
        };
        self.names.variables.push(variable);
    }

    /// Declares what the token declares, if it does.
    fn declaration(&mut self, at: usize) {
        let structure = &self.names.structure;
        match structure.word(at) {
            word @ ("let" | "const") if structure.is_word(at) => {
                let end = structure.next_of(at + 1, &[";"]);
                let kind = if word == "let" {
                    VariableKind::Let
                } else {
                    VariableKind::Const
                };
                let value = if structure.word(at + 2) == "=" {
                    at + 3..end
                } else {
                    0..0
                };
                let scope = structure.start_of(end)..structure.block_end(at);
                self.declare(at + 1, kind, scope.start..scope.end.max(scope.start), value);
            }
            "for" if structure.is_word(at) => self.of_loop(at),
            "catch" if structure.word(at + 1) == "(" => {
                let block = structure.past(at + 1);
                let scope = self.block(block);
                self.declare(at + 2, VariableKind::Caught, scope, 0..0);
            }
            "|" if !structure.follows_value(at) => self.of_closure(at),
            _ => {}
        }
    }

    fn of_loop(&mut self, at: usize) {
        let structure = &self.names.structure;
        let (name, counter, after) = if structure.word(at + 1) == "(" {
            let counter = Some(at + 4).filter(|_| structure.word(at + 3) == ",");
            (at + 2, counter, structure.past(at + 1))
        } else {
            (at + 1, None, at + 2)
        };
        if structure.word(after) != "in" {
            return;
        }
        let block = structure.next_brace(after + 1);
        let scope = self.block(block);
        self.declare(name, VariableKind::Loop, scope.clone(), after + 1..block);
        if let Some(counter) = counter {
            self.declare(counter, VariableKind::Counter, scope, 0..0);
        }
    }

    /// What a block holds: bytes.
    fn block(&self, opener: usize) -> Range<usize> {
        let structure = &self.names.structure;
        if structure.word(opener) != "{" {
            let end = structure.start_of(opener);
            return end..end;
        }
        structure.end_byte(opener)..structure.start_of(structure.end_of(opener))
    }

    fn of_closure(&mut self, at: usize) {
        let structure = &self.names.structure;
        let is_part = |at: &usize| structure.is_name(*at) || structure.word(*at) == ",";
        let end = (at + 1..structure.tokens.len()).find(|at| !is_part(at));
        let Some(end) = end.filter(|end| structure.word(*end) == "|") else {
            return;
        };
        let scope = if structure.word(end + 1) == "{" {
            self.block(end + 1)
        } else {
            let last = structure.next_of(end + 1, &[",", ";"]);
            structure.end_byte(end)..structure.start_of(last)
        };
        let parameters: Vec<usize> = (at + 1..end).filter(|at| structure.is_name(*at)).collect();
        // What the closure is given to: `list.map(|each| …)`.
        let call = at
            .checked_sub(1)
            .filter(|opener| structure.word(*opener) == "(");
        let receiver = call
            .and_then(|opener| opener.checked_sub(2))
            .filter(|dot| structure.word(*dot) == "." && *dot > 0)
            .map(|dot| structure.chain_start(dot - 1)..dot);
        for (number, name) in parameters.into_iter().enumerate() {
            let value = receiver.clone().filter(|_| number == 0).unwrap_or(0..0);
            self.declare(
                name,
                VariableKind::ClosureParameter(number),
                scope.clone(),
                value,
            );
        }
    }
}

impl Structure {
    /// The brace that opens the block of a loop.
    fn next_brace(&self, from: usize) -> usize {
        self.next_of(from, &["{", ";"])
    }
}

/// The lines of comment right above a place.
fn words_above(structure: &Structure, byte: usize) -> String {
    let text = &*structure.text;
    let mut lines: Vec<&str> = Vec::new();
    let mut start = byte;
    for comment in structure.comments.iter().rev() {
        if comment.end > start {
            continue;
        }
        let between = text.get(comment.end..start).unwrap_or_default();
        let line = text.get(..comment.start).unwrap_or_default();
        let stands_alone = line
            .rsplit('\n')
            .next()
            .is_some_and(|before| before.trim().is_empty());
        if !between.trim().is_empty() || between.matches('\n').count() != 1 || !stands_alone {
            break;
        }
        let words = comment.of(text).trim_start_matches(['/', '*', '!']);
        lines.push(words.trim_end_matches(['/', '*']).trim());
        start = comment.start;
    }
    lines.reverse();
    lines.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIVEN: [&str; 3] = ["msg", "out", "rows"];

    /// Each name with the line of what declares it: `x@1`; `?` where nothing does.
    fn check(text: &str, expect: &str) {
        let names = ScriptNames::of(text, &GIVEN);
        let line = |byte: usize| text[..byte].matches('\n').count() + 1;
        let told: Vec<String> = (0..names.structure.tokens.len())
            .filter_map(|at| {
                let word = names.structure.word(at);
                Some(match names.use_at(at)? {
                    NameUse::Variable(index) => {
                        format!("{word}@{}", line(names.variables[index].span.start))
                    }
                    NameUse::Own(index) => {
                        format!("{word}()@{}", line(names.functions[index].span.start))
                    }
                    NameUse::UnknownVariable => format!("{word}?"),
                    NameUse::Given | NameUse::Property | NameUse::Key => return None,
                    NameUse::Call { .. } => format!("{word}()"),
                })
            })
            .collect();
        assert_eq!(told.join(" "), expect, "{text}");
    }

    #[test]
    fn a_name_means_the_nearest_declaration_before_it() {
        check("let x = 1;\nlet x = x + 1;\nx", "x@1 x@2");
        check("let x = 1;\nif x > 0 {\nlet x = 2;\nx; }\nx", "x@1 x@3 x@1");
        check("y; let y = y;", "y? y?");
        check(
            "for (a, i) in msg.all(\"OBX\") {\na; i; }\na",
            "all() a@1 i@1 a?",
        );
        check(
            "try { f(); } catch (e) {\nprint(e); } e",
            "f() print() e@1 e?",
        );
    }

    #[test]
    fn a_function_sees_its_parameters_and_nothing_around_it() {
        check(
            "let x = 1;\nfn f(a) { a + x + msg }\nf(x); f(1, 2)",
            "a@2 x? msg? f()@2 x@1 f()",
        );
        check(
            "fn f(a) { a }\nfn g(a) { f(a) }\nFn(\"f\")",
            "a@1 f()@1 a@2 Fn() \"f\"()@1",
        );
    }

    #[test]
    fn a_closure_sees_what_is_around_it() {
        check("let k = 2;\nlet f = |a, b| a + b * k;\na", "a@2 b@2 k@1 a?");
        check(
            "let k = 2;\nx.map(|a| { let k = a;\nk }); k",
            "x? map() a@2 k@2 k@1",
        );
        check("let a = 1 | 2;", "");
        check("switch 1 { 1 | 2 => 3 }", "");
    }

    #[test]
    fn keys_and_properties_are_no_variables() {
        check("let a = #{b: 1, c: a}; a.b; row.mrn", "a? a@1 row?");
        check("`x ${let z = 1; z} y ${z}`", "z@1 z?");
        check("let f = |x| x; f(1); f.call(1)", "x@1 f@1 f@1 call()");
    }

    #[test]
    fn a_script_that_is_being_typed_is_read_as_far_as_it_goes() {
        check("let sex = msg[\"PID-8\nlet b = 2;\nb", "b@2");
        check("if a { let b = 1;\nb", "a? b@1");
    }

    #[test]
    fn the_comment_above_a_function_tells_what_it_is_for() {
        let text = "let a = 1; // no\n/// Makes the\n// key\nfn key(a, b) { a }";
        let names = ScriptNames::of(text, &[]);
        assert_eq!(names.functions[0].words, "Makes the key");
        assert_eq!(names.functions[0].signature(), "key(a, b)");
    }
}
