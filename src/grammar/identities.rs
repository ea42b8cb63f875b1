//! Which message definition of the profile a message falls under.

use regex::Regex;

use crate::diagnostic::Diagnostic;
use crate::hl7::{Location, Message, Pick};
use crate::profile::{Identity, Profile};

/// The identities of a profile's message definitions, ready to be tried in matching order.
#[derive(Clone, Debug)]
pub struct Identities {
    definitions: Vec<Vec<Condition>>,
}

#[derive(Clone, Debug)]
struct Condition {
    at: Location,
    /// `None` for an expression that cannot be read: nothing matches it.
    matches: Option<Regex>,
}

impl Identities {
    /// Reads the profile's identities; an expression that cannot be read never matches, and is told
    /// with the path of the part that holds it.
    pub fn new(profile: &Profile) -> (Self, Vec<(String, Diagnostic)>) {
        let mut diagnostics = Vec::new();
        let mut definitions = Vec::with_capacity(profile.messages.len());
        for (index, definition) in profile.messages.iter().enumerate() {
            let conditions = definition.identity.iter().enumerate();
            let conditions = conditions.map(|(number, identity)| {
                let (condition, fault) = condition(identity);
                diagnostics.extend(fault.map(|fault| {
                    let path = format!(".messages[{index}].identity[{number}].matches");
                    (path, unreadable(&definition.name, identity, &fault))
                }));
                condition
            });
            definitions.push(conditions.collect());
        }
        (Self { definitions }, diagnostics)
    }

    /// The index in the profile of the first definition whose conditions all hold.
    pub fn find(&self, message: &Message) -> Option<usize> {
        let holds = |conditions: &Vec<Condition>| conditions.iter().all(|one| one.holds(message));
        self.definitions.iter().position(holds)
    }

    /// The indexes of all definitions whose conditions all hold.
    pub fn all(&self, message: &Message) -> Vec<usize> {
        let definitions = self.definitions.iter().enumerate();
        let holding = definitions.filter(|(_, own)| own.iter().all(|one| one.holds(message)));
        holding.map(|(at, _)| at).collect()
    }
}

impl Identities {
    /// Which conditions of a definition hold, in order.
    pub(super) fn conditions(&self, definition: usize, message: &Message) -> Vec<bool> {
        let conditions = self.definitions.get(definition).into_iter().flatten();
        conditions.map(|one| one.holds(message)).collect()
    }
}

impl Condition {
    fn holds(&self, message: &Message) -> bool {
        let Some(regex) = &self.matches else {
            return false;
        };
        if names_several(&self.at) {
            let found = message.find_all(&self.at);
            found.iter().any(|element| regex.is_match(&element.text()))
        } else {
            regex.is_match(&message.text_at(&self.at))
        }
    }
}

fn names_several(at: &Location) -> bool {
    let inner = at.path.as_ref().map(|path| &path.repetition);
    at.occurrence == Pick::Every || inner == Some(&Pick::Every)
}

fn condition(identity: &Identity) -> (Condition, Option<regex::Error>) {
    let (matches, fault) = match Regex::new(&identity.matches) {
        Ok(regex) => (Some(regex), None),
        Err(fault) => (None, Some(fault)),
    };
    let at = identity.at.clone();
    (Condition { at, matches }, fault)
}

fn unreadable(definition: &str, identity: &Identity, fault: &regex::Error) -> Diagnostic {
    // The crate's text draws the expression with a caret under it; its last line says what is wrong.
    let fault = fault.to_string();
    let why = fault.lines().last().unwrap_or_default();
    let why = why.strip_prefix("error: ").unwrap_or(why);
    let message = format!(
        "message {definition:?}: the identity at {} is no regular expression: {why}",
        identity.at
    );
    Diagnostic::error("identity-regex", message).with_help(
        "write for example ^ADT$ and a backslash before . ( ) [ ] * + ? that stand for themselves",
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::hl7;
    use crate::profile::MessageDefinition;

    fn profile(identities: &[&[(&str, &str)]]) -> Profile {
        let mut profile = Profile::new("test");
        for (index, conditions) in identities.iter().enumerate() {
            let mut definition = MessageDefinition::new(format!("definition {index}"));
            definition.identity = conditions
                .iter()
                .map(|(at, matches)| Identity {
                    at: at.parse().expect("a location"),
                    matches: (*matches).into(),
                })
                .collect();
            profile.messages.push(Arc::new(definition));
        }
        profile
    }

    fn check(identities: &[&[(&str, &str)]], expect: Option<usize>) {
        let text = "MSH|^~\\&|LAB|||||ADT^A04\rPID|1||7^^^^MR~8^^^^SS";
        let (message, _) = hl7::parse(&text.replace("|||||ADT", "||||||ADT"));
        let (identities, _) = Identities::new(&profile(identities));
        assert_eq!(identities.find(&message), expect);
    }

    #[test]
    fn the_first_definition_whose_conditions_all_hold_wins() {
        check(&[], None);
        check(
            &[&[("MSH-9.1", "^ORU$")], &[("MSH-9.1", "^ADT$")], &[]],
            Some(1),
        );
        check(
            &[&[("MSH-9.1", "^ADT$"), ("MSH-9.2", "^A01$")], &[]],
            Some(1),
        );
        check(
            &[&[("MSH-9.1", "^ADT$"), ("MSH-9.2", "^A0[14]$")], &[]],
            Some(0),
        );
        check(&[&[("PID-3[*].5", "^SS$")]], Some(0));
        check(&[&[("PID-3.5", "^SS$")]], None);
        check(&[&[("PID-8", "^$")]], Some(0));
    }

    #[test]
    fn a_bad_expression_is_told_and_never_matches() {
        let (identities, diagnostics) = Identities::new(&profile(&[&[("MSH-9.1", "A(")], &[]]));
        let (message, _) = hl7::parse("MSH|^~\\&|||||||ADT^A04");
        assert_eq!(identities.find(&message), Some(1));
        assert_eq!(
            diagnostics[0].1.message,
            "message \"definition 0\": the identity at MSH-9.1 is no regular expression: unclosed group"
        );
    }
}
