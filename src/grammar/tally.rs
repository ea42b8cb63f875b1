//! How often a message has what its grammar describes, item by item.

use super::bind::walk;
use super::resolve::Grammar;
use super::shape::MESSAGE;
use crate::hl7::Message;

/// How often each item of the grammar stands in the message: segments by number, groups and choices
/// by how often they begin. In the order of [`crate::profile::SegmentGrammar::visit`]; empty where no
/// structure is known.
pub fn tally(message: &Message, grammar: &Grammar) -> Vec<u32> {
    let Some(shape) = grammar.shape() else {
        return Vec::new();
    };
    let mut times = vec![0_u32; shape.places().len()];
    for step in walk(message, grammar, shape).steps.iter().flatten() {
        let mut place = step.leaf;
        while place != step.base && place != MESSAGE {
            if let Some(times) = times.get_mut(place) {
                *times += 1;
            }
            place = shape.place(place).parent;
        }
    }
    let of_item = |place: &usize| times.get(*place).copied().unwrap_or_default();
    shape.item_places().iter().map(of_item).collect()
}

#[cfg(test)]
mod tests {
    use super::super::resolve::resolve;
    use super::*;
    use crate::hl7::parse;
    use crate::profile::{MessageDefinition, Profile};
    use crate::standard::Version;

    /// The ids of a message's segments behind MSH; each item of the grammar as `ITEM count`.
    fn check(notation: &str, ids: &str, expect: &str) {
        let mut text = "MSH|^~\\&|A|B|C|D|||ORU^R01|1|P|2.5.1\r".to_owned();
        for id in ids.split_whitespace() {
            text.push_str(id);
            text.push_str("|1\r");
        }
        let (message, _) = parse(&text);
        let mut definition = MessageDefinition::new("Lab");
        definition.grammar = Some(notation.into());
        let profile = Profile::new("Site");
        let (grammar, _) = resolve(Version::V2_5_1, &profile, Some(&definition), &message);
        let counts = tally(&message, &grammar);
        let mut items = Vec::new();
        let own = grammar.segment_grammar().expect("a grammar");
        own.visit(&mut |item| items.push(item.to_string()));
        assert_eq!(items.len(), counts.len(), "{notation}");
        let found: Vec<String> = items
            .iter()
            .zip(&counts)
            .map(|(item, count)| format!("{item} {count}"))
            .collect();
        assert_eq!(found.join(", "), expect, "{notation}: {ids}");
    }

    #[test]
    fn segments_and_groups_are_counted_where_they_stand() {
        check(
            "MSH PID [PD1] {ORDER: OBR [{OBX}]}",
            "PID OBR OBX OBX OBR OBX",
            "MSH 1, PID 1, [PD1] 0, {ORDER: OBR [{OBX}]} 2, OBR 2, [{OBX}] 3",
        );
        check(
            "MSH {PID [PV1]} [{NTE}]",
            "PID PV1 PID NTE NTE",
            "MSH 1, {PID [PV1]} 2, PID 2, [PV1] 1, [{NTE}] 2",
        );
    }

    #[test]
    fn options_of_a_choice_are_items_too() {
        check(
            "MSH {<OBR|{RXO}|ODS [NTE]>}",
            "OBR RXO RXO ODS NTE",
            "MSH 1, {<OBR|{RXO}|ODS [NTE]>} 3, OBR 1, {RXO} 2, ODS [NTE] 1, ODS 1, [NTE] 1",
        );
    }

    #[test]
    fn what_has_no_place_is_not_counted() {
        check("MSH PID", "PID ZZZ PV1 PID", "MSH 1, PID 1");
    }
}
