//! Which message definitions can never match, because an earlier one takes every message of theirs.

use regex::Regex;
use regex_syntax::hir::literal::Extractor;
use regex_syntax::hir::{Hir, HirKind, Look, LookSet};

use super::document::{Identity, Profile};
use crate::hl7::Pick;

/// For each message definition the earlier one, the first of them, that every message falls under
/// which it fits itself; `None` where there is no such one.
///
/// An earlier definition takes all of a later one's messages when each of its conditions follows from
/// one of the later's: it is the same, or all texts that the later allows at that place match it. What
/// only several earlier definitions take together is not found.
pub fn unreachable(profile: &Profile) -> Vec<Option<usize>> {
    let definitions: Vec<Vec<Condition<'_>>> = profile
        .messages
        .iter()
        .map(|definition| definition.identity.iter().map(Condition::new).collect())
        .collect();
    let takes_all = |earlier: &[Condition<'_>], later: &[Condition<'_>]| {
        let follows = |one: &Condition<'_>| later.iter().any(|other| one.follows_from(other));
        earlier
            .iter()
            .all(|one| one.is_no_condition() || follows(one))
    };
    let first = |at: usize| {
        let later = definitions.get(at)?;
        let mut before = definitions.iter().take(at);
        before.position(|earlier| takes_all(earlier, later))
    };
    (0..definitions.len()).map(first).collect()
}

struct Condition<'p> {
    identity: &'p Identity,
    /// `None` for an expression that cannot be read: nothing matches it.
    regex: Option<Regex>,
    parsed: Option<Hir>,
}

impl<'p> Condition<'p> {
    fn new(identity: &'p Identity) -> Self {
        Self {
            identity,
            regex: Regex::new(&identity.matches).ok(),
            parsed: regex_syntax::parse(&identity.matches).ok(),
        }
    }

    /// Whether it holds for each value that `other` holds for.
    fn follows_from(&self, other: &Self) -> bool {
        let Some(regex) = &self.regex else {
            return false;
        };
        self.identity.at == other.identity.at
            && (self.identity.matches == other.identity.matches
                || other
                    .texts()
                    .is_some_and(|texts| texts.iter().all(|text| regex.is_match(text))))
    }

    /// All texts that match it, maybe some more, where they are few.
    fn texts(&self) -> Option<Vec<String>> {
        let HirKind::Concat(parts) = self.parsed.as_ref()?.kind() else {
            return None;
        };
        let [first, inner @ .., last] = parts.as_slice() else {
            return None;
        };
        let is = |part: &Hir, look: Look| matches!(part.kind(), HirKind::Look(own) if *own == look);
        if !is(first, Look::Start) || !is(last, Look::End) {
            return None;
        }
        let found = Extractor::new().extract(&Hir::concat(inner.to_vec()));
        let literals = found.literals().filter(|_| found.is_exact())?;
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
        literals
            .iter()
            .map(|literal| text(literal.as_bytes()))
            .collect()
    }

    /// Whether it holds whatever stands there: it asks for nothing, at most for the text's beginning.
    fn is_no_condition(&self) -> bool {
        let at = &self.identity.at;
        let inner = at.path.as_ref().map(|path| &path.repetition);
        // Of every repetition none needs to be there.
        let is_one = at.occurrence != Pick::Every && inner != Some(&Pick::Every);
        let asks_nothing = |parsed: &Hir| {
            let properties = parsed.properties();
            let looks = properties.look_set();
            properties.minimum_len() == Some(0)
                && (looks.is_empty() || looks == LookSet::singleton(Look::Start))
        };
        is_one && self.regex.is_some() && self.parsed.as_ref().is_some_and(asks_nothing)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::document::MessageDefinition;
    use super::*;

    /// Definitions as `MSH-9.1 ^ADT$; MSH-9.2 ^A01$`, in matching order.
    fn check(definitions: &[&str], expect: &[Option<usize>]) {
        let mut profile = Profile::new("test");
        for (index, text) in definitions.iter().enumerate() {
            let mut definition = MessageDefinition::new(format!("definition {index}"));
            let conditions = text.split("; ").filter(|condition| !condition.is_empty());
            definition.identity = conditions
                .map(|condition| {
                    let (at, matches) = condition.split_once(' ').expect("a condition");
                    Identity {
                        at: at.parse().expect("a location"),
                        matches: matches.into(),
                    }
                })
                .collect();
            profile.messages.push(Arc::new(definition));
        }
        assert_eq!(unreachable(&profile), expect, "{definitions:?}");
    }

    #[test]
    fn what_stands_behind_a_catch_all_is_never_reached() {
        check(&["", "MSH-9.1 ^ADT$", ""], &[None, Some(0), Some(0)]);
        check(&["MSH-9.1 ^ADT$", ""], &[None, None]);
        check(&["PID-8 ^", "MSH-9.1 ^ADT$"], &[None, Some(0)]);
        check(&["PID-8 .*", "MSH-9.1 ^ADT$"], &[None, Some(0)]);
        check(&["PID-8 .", "MSH-9.1 ^ADT$"], &[None, None]);
        check(&["PID-8 ^$", "MSH-9.1 ^ADT$"], &[None, None]);
        check(&["PID-3[*].5 .*", "MSH-9.1 ^ADT$"], &[None, None]);
    }

    #[test]
    fn what_asks_for_more_than_an_earlier_one_is_never_reached() {
        check(
            &["MSH-9.1 ^ADT$", "MSH-9.1 ^ADT$; MSH-9.2 ^A01$"],
            &[None, Some(0)],
        );
        check(
            &["MSH-9.1 ^ADT$; MSH-9.2 ^A01$", "MSH-9.1 ^ADT$"],
            &[None, None],
        );
        check(
            &["MSH-9.2 ^A0[148]$", "MSH-9.2 ^A0(1|8)$"],
            &[None, Some(0)],
        );
        check(&["MSH-9.2 ^A0[148]$", "MSH-9.2 ^A0[12]$"], &[None, None]);
        check(&["MSH-9.2 ^A", "MSH-9.2 ^A01$"], &[None, Some(0)]);
        check(&["MSH-9.2 ^A01$", "MSH-9.2 ^A"], &[None, None]);
        check(&["MSH-9.1 ^ADT$", "MSH-9.2 ^ADT$"], &[None, None]);
        check(
            &["PID-3[*].5 ^SS$", "PID-3[*].5 ^SS$; MSH-9.1 ^ADT$"],
            &[None, Some(0)],
        );
    }

    #[test]
    fn a_definition_that_nothing_matches_takes_nothing() {
        check(&["MSH-9.1 A(", "MSH-9.1 A("], &[None, None]);
        check(&["MSH-9.1 A(", "MSH-9.1 ^ADT$"], &[None, None]);
    }

    #[test]
    fn the_first_of_those_that_take_it_is_named() {
        check(
            &["MSH-9.2 ^A08$", "MSH-9.1 ^ADT$", "", "MSH-9.1 ^ADT$"],
            &[None, None, None, Some(1)],
        );
    }
}
