//! A message definition proposed from one message: what it is called, which messages fall under it, and
//! a grammar that the message fits.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::identities::Identities;
use super::node::Standing;
use super::resolve::{Grammar, resolve};
use super::why::{Why, why};
use crate::hl7::{Location, Message, SegmentId};
use crate::profile::{
    GrammarItem, GrammarKind, Identity, MessageDefinition, Profile, Repeat, SegmentGrammar,
};

/// So many segments are put into a grammar at most: what is odder than that is no message of a kind.
const MOST_CHANGES: usize = 60;

/// A definition for messages like this one, and where in matching order it belongs: before the one that
/// the message falls under now, else at the end.
///
/// Its grammar is the structure of the standard where the message fits that; else it is written out,
/// with what the structure does not have put in its place and what the message lacks made optional.
pub fn propose(profile: &Profile, message: &Message) -> (MessageDefinition, usize) {
    let mut definition = MessageDefinition::new(free_name(profile, message));
    definition.identity = identity(message);
    let (grammar, _) = resolve(profile.version(), profile, Some(&definition), message);
    definition.grammar = match grammar.structure_name() {
        Some(name) if fits(message, &grammar) => Some(Arc::clone(name)),
        Some(_) => Some(fitted(profile, message, &definition, &grammar)),
        None => Some(observed(message).pretty().into()),
    };
    let before = Identities::new(profile).0.find(message);
    (definition, before.unwrap_or(profile.messages.len()))
}

/// `ADT A01`, or with a number where that is taken.
fn free_name(profile: &Profile, message: &Message) -> String {
    let text = |at: &str| text_at(message, at);
    let kind = format!("{} {}", text("MSH-9.1"), text("MSH-9.2"));
    let base = if kind.trim().is_empty() {
        "New message"
    } else {
        kind.trim()
    };
    let numbered = (2..1_000).map(|number| format!("{base} {number}"));
    std::iter::once(base.to_owned())
        .chain(numbered)
        .find(|name| profile.message(name).is_none())
        .unwrap_or_default()
}

fn text_at(message: &Message, at: &str) -> String {
    let at = at.parse::<Location>();
    at.map(|at| message.text_at(&at).into_owned())
        .unwrap_or_default()
}

/// What kind of message it is, else who sends it.
fn identity(message: &Message) -> Vec<Identity> {
    let condition = |at: &str| {
        let text = text_at(message, at);
        let matches = format!("^{}$", regex::escape(&text));
        let at = at.parse().ok().filter(|_| !text.is_empty())?;
        Some(Identity {
            at,
            matches: matches.into(),
        })
    };
    let kind: Vec<_> = ["MSH-9.1", "MSH-9.2"]
        .into_iter()
        .filter_map(condition)
        .collect();
    if kind.is_empty() {
        ["MSH-3.1", "MSH-4.1"]
            .into_iter()
            .filter_map(condition)
            .collect()
    } else {
        kind
    }
}

fn misfit(message: &Message, grammar: &Grammar) -> Option<(Vec<Why>, usize)> {
    let told = why(message, grammar);
    let odd = |why: &Why| {
        // What is no segment at all fits nowhere.
        why.standing != Standing::NotASegment
            && (why.standing != Standing::Expected
                || why.place.is_none()
                || !why.missing.is_empty())
    };
    let at = told.iter().position(odd)?;
    Some((told, at))
}

fn fits(message: &Message, grammar: &Grammar) -> bool {
    misfit(message, grammar).is_none()
}

/// The text of a grammar with as little changed as makes the message fit.
fn fitted(
    profile: &Profile,
    message: &Message,
    definition: &MessageDefinition,
    structure: &Grammar,
) -> Arc<str> {
    let Some(mut own) = structure.segment_grammar().cloned() else {
        return observed(message).pretty().into();
    };
    let ids: Vec<Option<SegmentId>> = message
        .segments()
        .map(|segment| segment.segment_id())
        .collect();
    for _ in 0..MOST_CHANGES {
        let mut tried = definition.clone();
        tried.grammar = Some(own.pretty().into());
        let (grammar, _) = resolve(profile.version(), profile, Some(&tried), message);
        let Some((told, at)) = misfit(message, &grammar) else {
            break;
        };
        if !change(&mut own, &told, at, &ids) {
            break;
        }
    }
    own.pretty().into()
}

/// Makes one change for the segment at `at`, which does not fit; `false` when there is none to make.
fn change(own: &mut SegmentGrammar, told: &[Why], at: usize, ids: &[Option<SegmentId>]) -> bool {
    let Some(why) = told.get(at) else {
        return false;
    };
    if let Some(missing) = why.missing.first() {
        let mut names = Vec::new();
        return make_optional(&mut own.items, *missing, &mut names);
    }
    let Some(id) = ids.get(why.index).copied().flatten() else {
        return false;
    };
    let again = ids.get(why.index + 1).copied().flatten() == Some(id);
    let mut item = GrammarItem::segment(id);
    item.optional = true;
    item.repeat = if again { Repeat::Many } else { Repeat::Once };
    let before = told.iter().take(at).rev().find(|why| why.place.is_some());
    let behind = before.and_then(|before| {
        let id = ids.get(before.index).copied().flatten()?;
        let groups: Vec<&str> = before.groups.iter().map(|(name, _)| &**name).collect();
        Some((id, groups))
    });
    let Some((id, groups)) = behind else {
        own.items.insert(1.min(own.items.len()), item);
        return true;
    };
    insert_behind(&mut own.items, id, &groups, &mut Some(item.clone()))
        || insert_behind(&mut own.items, id, &[], &mut Some(item))
}

/// Puts an item behind the segment that stands in these groups, of those around it the nearest named
/// ones; with no groups behind the first segment of that id wherever it stands.
fn insert_behind(
    items: &mut Vec<GrammarItem>,
    id: SegmentId,
    groups: &[&str],
    item: &mut Option<GrammarItem>,
) -> bool {
    let place = items
        .iter()
        .position(|known| known.kind == GrammarKind::Segment(id));
    if let Some(place) = place.filter(|_| groups.is_empty()) {
        items.extend(item.take());
        if let Some(tail) = items.get_mut(place + 1..) {
            tail.rotate_right(1);
        }
        return true;
    }
    for inner in items {
        let rest = match (&inner.kind, groups.split_first()) {
            (
                GrammarKind::Group {
                    name: Some(name), ..
                },
                Some((first, rest)),
            ) if **name == **first => rest,
            (GrammarKind::Group { name: Some(_), .. }, Some(_)) => continue,
            _ => groups,
        };
        // Behind an option of a choice there is no place.
        if let GrammarKind::Group { items, .. } = &mut inner.kind
            && insert_behind(items, id, rest, item)
        {
            return true;
        }
    }
    false
}

/// Lets the first required segment of this id be missing, with the group that it begins where that
/// holds nothing else that is required.
fn make_optional(items: &mut [GrammarItem], id: SegmentId, seen: &mut Vec<SegmentId>) -> bool {
    for item in items {
        let is_it = item.kind == GrammarKind::Segment(id);
        if is_it && !item.optional {
            item.optional = true;
            return true;
        }
        match &mut item.kind {
            GrammarKind::Segment(id) => seen.push(*id),
            GrammarKind::Any => {}
            GrammarKind::Group { items, .. } | GrammarKind::Choice { options: items, .. } => {
                if make_optional(items, id, seen) {
                    return true;
                }
            }
        }
    }
    false
}

/// A grammar of what the message has, where nothing else is known: what comes again after others begins
/// a group that repeats.
fn observed(message: &Message) -> SegmentGrammar {
    let mut runs: Vec<(SegmentId, bool)> = Vec::new();
    for id in message
        .segments()
        .filter_map(|segment| segment.segment_id())
    {
        match runs.last_mut() {
            Some((last, repeats)) if *last == id => *repeats = true,
            Some(_) | None => runs.push((id, false)),
        }
    }
    let first_again = runs
        .iter()
        .position(|(id, _)| runs.iter().filter(|(other, _)| other == id).count() > 1);
    let plain = |(id, repeats): &(SegmentId, bool), optional: bool| {
        let mut item = GrammarItem::segment(*id);
        item.optional = optional;
        item.repeat = if *repeats { Repeat::Many } else { Repeat::Once };
        item
    };
    let Some(first) = first_again else {
        let items = runs.iter().map(|run| plain(run, false)).collect();
        return SegmentGrammar { items };
    };
    let (before, within) = runs.split_at(first);
    let mut items: Vec<GrammarItem> = before.iter().map(|run| plain(run, false)).collect();
    let mut known = BTreeSet::new();
    let mut inner = Vec::new();
    for run in within {
        if known.insert(run.0) {
            let repeats = within.iter().any(|(id, repeats)| *id == run.0 && *repeats);
            inner.push(plain(&(run.0, repeats), !inner.is_empty()));
        }
    }
    let name = within.first().map(|(id, _)| format!("{id}_GROUP").into());
    let mut group = GrammarItem::group(name, inner);
    group.repeat = Repeat::Many;
    items.push(group);
    SegmentGrammar { items }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hl7::parse;
    use crate::profile::read;

    /// The ids of a message's segments behind MSH; the name, the place and the grammar on one line.
    fn check(kind: &str, ids: &str, messages: &str, expect: &str) {
        let mut text = format!("MSH|^~\\&|A|B|C|D|||{kind}|1|P|2.5.1\r");
        for id in ids.split_whitespace() {
            text.push_str(id);
            text.push_str("|1\r");
        }
        let (message, _) = parse(&text);
        let profile =
            format!("Profile(format: 1, name: \"T\", standard: \"2.5.1\", messages: [{messages}])");
        let mut profile = read(&profile).expect("a profile");
        let (definition, index) = propose(&profile, &message);
        let grammar = definition.grammar.clone().unwrap_or_default();
        let grammar = grammar.split_whitespace().collect::<Vec<_>>().join(" ");
        let conditions = definition.identity.iter();
        let identity: Vec<String> = conditions
            .map(|one| format!("{} {}", one.at, one.matches))
            .collect();
        let found = format!(
            "{} {index} {}: {grammar}",
            definition.name,
            identity.join(" ")
        );
        assert_eq!(found, expect, "{kind} {ids}");
        // What is proposed holds for the message that it was proposed from.
        profile.messages.insert(index, Arc::new(definition));
        assert_eq!(Identities::new(&profile).0.find(&message), Some(index));
        let own = profile.messages.get(index).map(|own| &**own);
        let (grammar, _) = resolve(profile.version(), &profile, own, &message);
        assert!(fits(&message, &grammar), "{:?}", why(&message, &grammar));
    }

    #[test]
    fn a_message_that_fits_its_structure_has_that_as_its_grammar() {
        check(
            "ADT^A01^ADT_A01",
            "EVN PID PV1",
            "",
            "ADT A01 0 MSH-9.1 ^ADT$ MSH-9.2 ^A01$: ADT_A01",
        );
    }

    #[test]
    fn it_is_asked_before_the_definition_that_takes_the_message_now() {
        check(
            "ADT^A01^ADT_A01",
            "EVN PID PV1",
            "Message(name: \"ADT A01\", identity: [(at: \"MSH-9.1\", matches: \"^ORU$\")]), Message(name: \"Rest\")",
            "ADT A01 2 1 MSH-9.1 ^ADT$ MSH-9.2 ^A01$: ADT_A01",
        );
    }

    #[test]
    fn what_the_structure_does_not_have_is_put_in_its_place() {
        check(
            "ACK^A01^ACK",
            "MSA ZZ1 ZZ1 ERR",
            "",
            "ACK A01 0 MSH-9.1 ^ACK$ MSH-9.2 ^A01$: MSH [{SFT}] MSA [{ZZ1}] [{ERR}]",
        );
        check(
            "ACK^A01^ACK",
            "SFT ERR",
            "",
            "ACK A01 0 MSH-9.1 ^ACK$ MSH-9.2 ^A01$: MSH [{SFT}] [MSA] [{ERR}]",
        );
    }

    #[test]
    fn a_kind_that_nobody_knows_has_the_grammar_that_is_seen() {
        check(
            "ZZZ^Z99",
            "PID ZAB ZAC ZAC ZAB ZAC",
            "",
            "ZZZ Z99 0 MSH-9.1 ^ZZZ$ MSH-9.2 ^Z99$: MSH PID {ZAB_GROUP: ZAB [{ZAC}]}",
        );
        check(
            "",
            "PID",
            "",
            "New message 0 MSH-3.1 ^A$ MSH-4.1 ^B$: MSH PID",
        );
    }
}
