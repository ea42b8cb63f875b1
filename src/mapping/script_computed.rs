//! Names of the profile that a script computes: what a new name cannot follow.

use std::ops::Range;

use super::functions::{FUNCTIONS, Takes};
use super::script_names::ScriptNames;
use super::script_shapes::{Shape, literal};

/// What a script can name by a value that only a run knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComputedName<'a> {
    /// A code table: `codes(table, text)`.
    Codes,
    /// A table: `rows.add(table)`.
    Table,
    /// This column of this table: `row[column]`, or `row.born` of a row whose table is computed.
    Column(&'a str, &'a str),
}

impl ScriptNames {
    /// Where something of this kind is named by what is no text in quotes: bytes.
    pub fn computed(&self, what: ComputedName<'_>) -> Vec<Range<usize>> {
        let structure = &self.structure;
        let bytes = |range: Range<usize>| {
            let last = range.end.checked_sub(1).filter(|_| !range.is_empty())?;
            Some(structure.start_of(range.start)..structure.end_byte(last))
        };
        let found = |at: usize| match what {
            ComputedName::Codes => bytes(self.computed_argument(at, Takes::Codes)?),
            ComputedName::Table => bytes(self.computed_argument(at, Takes::Table)?),
            ComputedName::Column(table, column) => {
                if let Some(index) = self.computed_index(at, table) {
                    return bytes(index);
                }
                let is_member = structure.word(at) == column
                    && structure.is_word(at)
                    && matches!(structure.before(at), "." | "?.")
                    && self.shape_before(at.checked_sub(2)?) == Shape::Row(None);
                is_member.then(|| bytes(at..at + 1))?
            }
        };
        (0..structure.tokens.len()).filter_map(found).collect()
    }

    /// The first argument of a function that takes such names, where it is no text in quotes.
    fn computed_argument(&self, at: usize, takes: Takes) -> Option<Range<usize>> {
        let structure = &self.structure;
        let name = structure.word(at);
        let is_call = structure.is_word(at) && structure.word(at + 1) == "(";
        let is_known = FUNCTIONS
            .iter()
            .any(|row| row.name == name && row.takes == takes);
        if !is_call || !is_known || structure.before(at) == "fn" {
            return None;
        }
        let is_method = matches!(structure.before(at), "." | "?.") && at >= 2;
        if takes == Takes::Table && !(is_method && self.shape_before(at - 2) == Shape::Rows) {
            return None;
        }
        let arguments = structure.arguments(at + 1);
        if self.function(name, arguments.len()).is_some() {
            return None;
        }
        let first = arguments.into_iter().next()?;
        literal(structure, first.clone()).is_none().then_some(first)
    }

    /// What stands between the brackets behind a row, where it is no text in quotes.
    fn computed_index(&self, at: usize, table: &str) -> Option<Range<usize>> {
        let structure = &self.structure;
        if !matches!(structure.word(at), "[" | "?[") || !structure.is_applied(at) {
            return None;
        }
        let index = at + 1..structure.end_of(at);
        let is_row = match self.shape_before(at - 1) {
            Shape::Row(of) => of.is_none_or(|of| *of == *table),
            _ => false,
        };
        let is_computed = is_row && literal(structure, index.clone()).is_none();
        is_computed.then_some(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, what: ComputedName<'_>, expect: &[&str]) {
        let names = ScriptNames::of(text, &["msg", "out", "rows"]);
        let found: Vec<&str> = names
            .computed(what)
            .into_iter()
            .map(|span| &text[span])
            .collect();
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn what_is_no_text_in_quotes_is_computed() {
        use ComputedName as C;
        let codes =
            "let t = \"sex\"; codes(t, \"1\"); codes(\"sex\", \"1\"); codes(\"s\" + t, \"1\");";
        check(codes, C::Codes, &["t", "\"s\" + t"]);
        let tables = "rows.add(\"kin\"); rows.add(name); list.add(name);";
        check(tables, C::Table, &["name"]);
        let columns = "let a = rows.add(\"kin\"); a[x] = 1; a.born = 1; a[\"born\"] = 1;
            let b = rows.add(t); b.born = 1; b.name = 2; let c = rows.add(\"pet\"); c[y] = 1;";
        check(columns, C::Column("kin", "born"), &["x", "born"]);
        let own = "fn codes(a, b) { a } codes(t, 1);";
        check(own, C::Codes, &[]);
    }
}
