//! The delimiters of a message, as its own header gives them.

use std::fmt;

/// The characters that separate the parts of a message and introduce escapes (chapter 2, 2.5.4).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Delimiters {
    /// Separates fields: MSH-1.
    pub field: char,
    /// Separates components: first character of MSH-2.
    pub component: char,
    /// Separates repetitions of a field: second character of MSH-2.
    pub repetition: char,
    /// Opens and closes an escape sequence: third character of MSH-2.
    pub escape: char,
    /// Separates subcomponents: fourth character of MSH-2.
    pub subcomponent: char,
    /// Marks a truncated value: fifth character of MSH-2, from version 2.7 on.
    pub truncation: Option<char>,
}

impl Default for Delimiters {
    fn default() -> Self {
        Self {
            field: '|',
            component: '^',
            repetition: '~',
            escape: '\\',
            subcomponent: '&',
            truncation: None,
        }
    }
}

/// What a delimiter is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DelimiterRole {
    /// MSH-1.
    Field,
    /// MSH-2, first character.
    Component,
    /// MSH-2, second character.
    Repetition,
    /// MSH-2, third character.
    Escape,
    /// MSH-2, fourth character.
    Subcomponent,
    /// MSH-2, fifth character.
    Truncation,
}

impl fmt::Display for DelimiterRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Field => "field separator",
            Self::Component => "component separator",
            Self::Repetition => "repetition separator",
            Self::Escape => "escape character",
            Self::Subcomponent => "subcomponent separator",
            Self::Truncation => "truncation character",
        })
    }
}

/// What is wrong with the delimiters that a header gives.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DelimiterFault {
    /// The header does not give it; the usual character stands in.
    Missing(DelimiterRole),
    /// It is given for two roles; the usual character, or none, stands in for the second.
    Doubled(DelimiterRole),
    /// A letter, a digit or a blank separates: obeyed, but hardly meant.
    Odd(DelimiterRole),
    /// MSH-2 goes on after the characters that have a meaning.
    TooMany,
}

const USUAL: [char; 4] = ['^', '~', '\\', '&'];
const ROLES: [DelimiterRole; 4] = [
    DelimiterRole::Component,
    DelimiterRole::Repetition,
    DelimiterRole::Escape,
    DelimiterRole::Subcomponent,
];

impl Delimiters {
    /// Reads the delimiters of a header line such as `MSH|^~\&|…`.
    ///
    /// What is missing or doubled is filled with the usual character, and said so.
    pub fn of_header(line: &str) -> (Self, Vec<DelimiterFault>) {
        let mut rest = line.chars().skip(3);
        let Some(field) = rest.next() else {
            return (
                Self::default(),
                vec![DelimiterFault::Missing(DelimiterRole::Field)],
            );
        };
        let mut faults = Vec::new();
        if field.is_alphanumeric() || field == ' ' {
            faults.push(DelimiterFault::Odd(DelimiterRole::Field));
        }
        let given: Vec<char> = rest.take_while(|c| *c != field).take(9).collect();
        let mut roles = [None::<char>; 4];
        // `^~&` and `^\&` are seen in the field: a character was dropped, and each of the others
        // still means what it usually means.
        let shortened = given.len() < 4 && given.iter().all(|c| USUAL.contains(c));
        for (at, c) in given.iter().copied().take(4).enumerate() {
            let usual = USUAL.iter().position(|u| *u == c);
            let slot = if shortened { usual.unwrap_or(at) } else { at };
            let Some(target) = roles.get(slot).copied() else {
                continue;
            };
            if target.is_some() || roles.contains(&Some(c)) || c == field {
                faults.push(DelimiterFault::Doubled(ROLES[at]));
            } else {
                roles[slot] = Some(c);
            }
        }
        let mut all = Self {
            field,
            ..Self::default()
        };
        for (slot, role) in ROLES.into_iter().enumerate() {
            if roles[slot].is_none() {
                if !faults.contains(&DelimiterFault::Doubled(role)) {
                    faults.push(DelimiterFault::Missing(role));
                }
                roles[slot] = stand_in(slot, field, &roles);
            } else if roles[slot].is_some_and(|c| c.is_alphanumeric() || c == ' ') {
                faults.push(DelimiterFault::Odd(role));
            }
        }
        all.component = roles[0].unwrap_or('^');
        all.repetition = roles[1].unwrap_or('~');
        all.escape = roles[2].unwrap_or('\\');
        all.subcomponent = roles[3].unwrap_or('&');
        match given.get(4) {
            Some(c) if given.len() == 5 && !c.is_alphanumeric() => {
                if all.roles().contains(c) {
                    faults.push(DelimiterFault::Doubled(DelimiterRole::Truncation));
                } else {
                    all.truncation = Some(*c);
                }
            }
            Some(_) => faults.push(DelimiterFault::TooMany),
            None => {}
        }
        (all, faults)
    }

    /// The characters of MSH-2.
    pub fn encoding_characters(&self) -> String {
        [
            self.component,
            self.repetition,
            self.escape,
            self.subcomponent,
        ]
        .into_iter()
        .chain(self.truncation)
        .collect()
    }

    fn roles(&self) -> [char; 5] {
        [
            self.field,
            self.component,
            self.repetition,
            self.escape,
            self.subcomponent,
        ]
    }

    /// Whether the character separates fields or their parts.
    pub(super) fn separates(&self, c: char) -> bool {
        c != self.escape && self.contains(c)
    }

    /// Whether the character separates anything or opens an escape.
    pub(super) fn contains(&self, c: char) -> bool {
        self.roles().contains(&c)
    }
}

/// A character for a role that the header leaves open, different from all the others.
fn stand_in(slot: usize, field: char, roles: &[Option<char>; 4]) -> Option<char> {
    let free = |c: &char| *c != field && !roles.contains(&Some(*c));
    USUAL
        .get(slot)
        .copied()
        .into_iter()
        .chain(['@', '$', '%', '*', '!'])
        .find(free)
}

#[cfg(test)]
mod tests {
    use super::{DelimiterFault as Fault, DelimiterRole as Role, Delimiters};

    fn check(header: &str, expect: &str, faults: &[Fault]) {
        let (found, said) = Delimiters::of_header(header);
        let text = format!("{}{}", found.field, found.encoding_characters());
        assert_eq!(text, expect, "{header}");
        assert_eq!(said, faults, "{header}");
    }

    #[test]
    fn what_is_missing_or_doubled_is_filled_and_said() {
        let missing = |r| Fault::Missing(r);
        check("MSH|^~\\&|A", "|^~\\&", &[]);
        check("MSH|^~\\&#|A", "|^~\\&#", &[]);
        check("MSH#^~\\&#A", "#^~\\&", &[]);
        check("MSH$%*@+$A", "$%*@+", &[]);
        check("MSH|^~&|A", "|^~\\&", &[missing(Role::Escape)]);
        check("MSH|^\\&|A", "|^~\\&", &[missing(Role::Repetition)]);
        check("MSH|^^\\&|A", "|^~\\&", &[Fault::Doubled(Role::Repetition)]);
        check(
            "MSH|^~\\\\&|A",
            "|^~\\&",
            &[
                Fault::Doubled(Role::Subcomponent),
                Fault::Doubled(Role::Truncation),
            ],
        );
        check("MSH|^~\\&amp;|A", "|^~\\&", &[Fault::TooMany]);
        check("MSHa^~\\&aA", "a^~\\&", &[Fault::Odd(Role::Field)]);
        check(
            "MSH||A",
            "|^~\\&",
            &[
                missing(Role::Component),
                missing(Role::Repetition),
                missing(Role::Escape),
                missing(Role::Subcomponent),
            ],
        );
        check("MSH", "|^~\\&", &[missing(Role::Field)]);
        check(
            "MSH^~^A",
            "^@~\\&",
            &[
                missing(Role::Component),
                missing(Role::Escape),
                missing(Role::Subcomponent),
            ],
        );
    }
}
