//! What a message says and no column of its definition takes.

use std::collections::BTreeMap;
use std::ops::Range;

use super::reads::Reads;
use crate::hl7::{Element, FieldPath, Location, Message, Pick, SegmentId};
use crate::profile::{ColumnSource, MessageDefinition};

/// A place of a message that no column takes: of several like it the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnusedPlace {
    /// Where it stands.
    pub at: Location,
    /// How often the like of it stands in the message: in segments of the name, in repetitions.
    pub count: usize,
    /// Whether the script uses it, as far as is known.
    pub is_in_script: bool,
}

/// How it is known what a definition's script uses.
#[derive(Clone, Copy)]
pub enum ScriptUse<'a> {
    /// There is no script.
    Nothing,
    /// It did not run: by the locations that its text names.
    Named(&'a str),
    /// By what it used when it ran.
    Ran(&'a Reads),
}

/// A place by its numbers: segment, field, component, subcomponent.
type Key = (SegmentId, u16, u16, u16);

/// The places with a value that no column reads and no condition asks for, in the order of the message.
pub fn unused_places(
    message: &Message,
    definition: &MessageDefinition,
    script: ScriptUse<'_>,
) -> Vec<UnusedPlace> {
    let mut taken: Vec<Location> = Vec::new();
    for rows in &definition.rows {
        let readings = rows.columns.values().filter_map(ColumnSource::reading);
        taken.extend(readings.map(|reading| reading.at.clone()));
    }
    taken.extend(definition.identity.iter().map(|one| one.at.clone()));
    let named = match script {
        ScriptUse::Named(text) => named_in(text),
        ScriptUse::Nothing | ScriptUse::Ran(_) => Vec::new(),
    };
    let uses = |key: Key, part: &Range<usize>| match script {
        ScriptUse::Nothing => false,
        ScriptUse::Named(_) => named.iter().any(|at| covers(at, key)),
        ScriptUse::Ran(reads) => reads.touches(part),
    };
    let mut found: Vec<UnusedPlace> = Vec::new();
    let mut places: BTreeMap<Key, usize> = BTreeMap::new();
    for segment in message.segments() {
        let Some(id) = segment.segment_id() else {
            continue;
        };
        // MSH-1 and MSH-2 are how the message is written.
        let first = if id == SegmentId::MSH { 3 } else { 1 };
        for number in first..=segment.field_count() {
            let Ok(field) = u16::try_from(number) else {
                break;
            };
            for element in segment.field(number).iter().flat_map(Element::repetitions) {
                leaves(element, &mut |component, subcomponent, part| {
                    let key = (id, field, component, subcomponent);
                    if taken.iter().any(|at| covers(at, key)) {
                        return;
                    }
                    if let Some(known) = places.get(&key).and_then(|at| found.get_mut(*at)) {
                        known.count += 1;
                        known.is_in_script |= uses(key, &part);
                        return;
                    }
                    let Some(at) = message.location_at(part.start) else {
                        return;
                    };
                    places.insert(key, found.len());
                    found.push(UnusedPlace {
                        at: whole(at, key),
                        count: 1,
                        is_in_script: uses(key, &part),
                    });
                });
            }
        }
    }
    found
}

/// The place without the components that it does not have.
fn whole(at: Location, (_, field, component, subcomponent): Key) -> Location {
    let some = |number: u16| (number > 0).then_some(number);
    let repetition = at.path.map_or(Pick::First, |path| path.repetition);
    Location {
        path: Some(FieldPath {
            field,
            repetition: if repetition == Pick::Nth(1) {
                Pick::First
            } else {
                repetition
            },
            component: some(component),
            subcomponent: some(subcomponent),
        }),
        ..at
    }
}

/// Calls `see` with component and subcomponent of each value in a repetition, 0 where it has no parts.
fn leaves(repetition: Element<'_>, see: &mut impl FnMut(u16, u16, Range<usize>)) {
    let number = |at: usize| u16::try_from(at + 1).unwrap_or(u16::MAX);
    if !repetition.is_composite() {
        if !repetition.is_empty() {
            see(0, 0, repetition.span());
        }
        return;
    }
    for (at, component) in repetition.children().enumerate() {
        if !component.is_composite() {
            if !component.is_empty() {
                see(number(at), 0, component.span());
            }
            continue;
        }
        for (inner, part) in component.children().enumerate() {
            if !part.is_empty() {
                see(number(at), number(inner), part.span());
            }
        }
    }
}

/// Whether what a location names holds a place, whichever segment and repetition it picks.
fn covers(at: &Location, (id, field, component, subcomponent): Key) -> bool {
    if at.segment != id {
        return false;
    }
    let Some(path) = &at.path else { return true };
    // A value without parts is its own first component.
    let same = |wanted: Option<u16>, here: u16| wanted.is_none_or(|wanted| wanted == here.max(1));
    path.field == field && same(path.component, component) && same(path.subcomponent, subcomponent)
}

/// The locations that a script names in quotes.
fn named_in(script: &str) -> Vec<Location> {
    let quoted = script.split('"').skip(1).step_by(2);
    quoted
        .filter_map(|text| text.trim_start_matches('/').parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hl7::parse;
    use crate::profile::{Profile, read};

    fn check(columns: &str, script: Option<&str>, expect: &str) {
        let (message, _) = parse(
            "MSH|^~\\&|LAB\rPID|1||4711^^^STELSE~99^^^NAT||ROE&VAN^JANE\rOBX|1|NM|GLU\rOBX|2|NM|NA",
        );
        let text = format!(
            "Profile(format: 1, name: \"T\", messages: [Message(name: \"M\", identity: [(at: \"MSH-3\", \
             matches: \"LAB\")], rows: [Rows(table: \"t\", root: \"PID\", columns: {{{columns}}})])])"
        );
        let profile = read(&text).expect("a profile");
        let script = script.map_or(ScriptUse::Nothing, ScriptUse::Named);
        check_use(&message, &profile, script, expect);
    }

    fn check_use(message: &Message, profile: &Profile, script: ScriptUse<'_>, expect: &str) {
        let found = unused_places(message, &profile.messages[0], script);
        let words: Vec<String> = found
            .iter()
            .map(|place| {
                let script = if place.is_in_script { " script" } else { "" };
                format!("{} {}{script}", place.at, place.count)
            })
            .collect();
        assert_eq!(words.join(", "), expect);
    }

    #[test]
    fn what_no_column_takes_is_listed_once() {
        check(
            "",
            None,
            "PID-1 1, PID-3.1 2, PID-3.4 2, PID-5.1.1 1, PID-5.1.2 1, PID-5.2 1, OBX-1 2, OBX-2 2, OBX-3 2",
        );
        check(
            "\"a\": From(\"PID-3.1\"), \"b\": From(\"PID-5\"), \"c\": From(\"/OBX[2]-3.1\"), \"d\": From(\"PID-1\")",
            None,
            "PID-3.4 2, OBX-1 2, OBX-2 2",
        );
    }

    #[test]
    fn what_the_script_names_is_marked() {
        check(
            "\"a\": From(\"PID-3.1\"), \"b\": From(\"PID-5\"), \"d\": From(\"PID-1\")",
            Some("out.copy(msg, [\"OBX\"]); let a = msg[\"PID-3.4\"]; let b = \"x\";"),
            "PID-3.4 2 script, OBX-1 2 script, OBX-2 2 script, OBX-3 2 script",
        );
    }

    #[test]
    fn what_a_script_used_when_it_ran_counts_whatever_it_names() {
        let (message, _) = parse("MSH|^~\\&|LAB\rPID|1||4711\rOBX|1|NM|GLU\rOBX|2|NM|NA");
        let text = "Profile(format: 1, name: \"T\", messages: [Message(name: \"M\")])";
        let profile = read(text).expect("a profile");
        let mut reads = Reads::default();
        for place in ["OBX[2]-3", "PID-3"] {
            let at: Location = place.parse().expect("a location");
            reads.note(message.find(&at).expect("it is there").span());
        }
        let places = "MSH-3 1, PID-1 1, PID-3 1 script, OBX-1 2, OBX-2 2, OBX-3 2 script";
        check_use(&message, &profile, ScriptUse::Ran(&reads), places);
    }
}
