//! How a column of rows names a place of the message that a person points at.

use super::groups::Group;
use super::layout::CellPlan;
use super::outcome::Cell;
use super::stand::{Bound, Stand};
use crate::grammar::{Grammar, Node};
use crate::hl7::{Element, Location, Message, Pick, Segment};
use crate::profile::{ColumnType, Origin, Reading, Root};

/// How a column of rows that stand for `root` reads `at`, a place of this message: from the row itself,
/// from the group around both, or from the message as a whole. `None` when no way leads from one of
/// the rows to the place.
///
/// The way that is found is tried: the row in question then has what stands at the place.
pub fn reading_at(
    message: &Message,
    tree: &Node,
    grammar: &Grammar,
    root: &Root,
    at: &Location,
) -> Option<Reading> {
    let mut bound = Bound::new(message, Some(tree), grammar);
    let segment = segment_of(message, at)?;
    let stand = stand_for(&mut bound, root, segment, at);
    let bare = Location {
        occurrence: Pick::First,
        ..at.clone()
    };
    let mut tries = Vec::new();
    let own = stand.is_some_and(|stand| holds(&mut bound, stand, segment));
    if own || *root == Root::Message {
        tries.push((Origin::Row, within_field(root, &bare)));
        tries.push((Origin::Row, bare.clone()));
        tries.push((Origin::Row, at.clone()));
    }
    if let Some(stand) = stand {
        for name in groups_around_both(&mut bound, stand, segment) {
            tries.push((Origin::Group(name.clone()), bare.clone()));
            tries.push((Origin::Group(name), at.clone()));
        }
    }
    tries.push((Origin::Message, bare));
    tries.push((Origin::Message, at.clone()));
    let wanted = message.find(at).map(|element| element.span());
    let stand = stand.unwrap_or(Stand::Message);
    let leads_there = |(origin, at): &(Origin, Location)| {
        if let Some(span) = &wanted {
            let found = bound.find(stand, &plan(origin.clone(), at.clone()));
            return found.is_some_and(|element: Element<'_>| element.span() == *span);
        }
        // Nothing stands at the place yet: its segment is found, and what is in it follows.
        let whole = Location {
            path: None,
            ..at.clone()
        };
        let found = bound.find(stand, &plan(origin.clone(), whole));
        found.is_some_and(|element| element.span() == segment.span())
    };
    let (origin, at) = tries.into_iter().find(leads_there)?;
    Some(Reading {
        origin,
        ..Reading::new(at)
    })
}

fn plan(origin: Origin, at: Location) -> CellPlan {
    CellPlan {
        column: 0,
        origin,
        at,
        codes: None,
        then: None,
        default: Cell::Absent,
        read_as: ColumnType::Text,
        mask: None,
    }
}

fn segment_of<'m>(message: &'m Message, at: &Location) -> Option<Segment<'m>> {
    let named = message.segments_named(at.segment);
    at.occurrence
        .choose(named, Segment::has_value)
        .into_iter()
        .next()
}

/// Of the repetition that a row stands for nothing is said: it is each row's own.
fn within_field(root: &Root, at: &Location) -> Location {
    let mut own = at.clone();
    if let (Root::Field(_, number), Some(path)) = (root, &mut own.path)
        && path.field == *number
    {
        path.repetition = Pick::First;
    }
    own
}

/// The row that the place belongs to: the one that stands for its segment, else the one that shares the
/// most groups with it.
fn stand_for<'m>(
    bound: &mut Bound<'m>,
    root: &Root,
    segment: Segment<'m>,
    at: &Location,
) -> Option<Stand<'m>> {
    let message = bound.message;
    let mut stands: Vec<Stand<'m>> = match root {
        Root::Message => vec![Stand::Message],
        Root::Segment(id) => message.segments_named(*id).map(Stand::Segment).collect(),
        Root::Field(id, number) => {
            let of = |segment: Segment<'m>| {
                let field = segment.field(usize::from(*number));
                let repetitions = field.into_iter().flat_map(|field| field.repetitions());
                let stand = move |(at, element)| Stand::Field {
                    segment,
                    number: *number,
                    repetition: at + 1,
                    element,
                };
                repetitions.enumerate().map(stand).collect::<Vec<_>>()
            };
            message.segments_named(*id).flat_map(of).collect()
        }
        Root::Group(name) => {
            let found: Vec<usize> = bound.scopes().groups.named(0, name).collect();
            found.into_iter().map(Stand::Group).collect()
        }
    };
    let repetition = at.path.as_ref().map(|path| match path.repetition {
        Pick::Nth(nth) => nth as usize,
        Pick::First | Pick::Every | Pick::Where { .. } => 1,
    });
    let field = at.path.as_ref().map(|path| path.field);
    let mut nearness = |stand: &Stand<'m>| {
        let is_own = match stand {
            Stand::Segment(own) => own.index() == segment.index(),
            Stand::Field {
                segment: own,
                number,
                repetition: nth,
                ..
            } => {
                own.index() == segment.index()
                    && (Some(*number) != field || Some(*nth) == repetition)
            }
            Stand::Message | Stand::Group(_) => false,
        };
        (is_own, depth_shared(bound, *stand, segment))
    };
    // Of equals the first.
    stands.reverse();
    stands.into_iter().max_by_key(|stand| nearness(stand))
}

/// Whether a segment is a row's own, or stands in the group that the row stands for.
fn holds(bound: &mut Bound<'_>, stand: Stand<'_>, segment: Segment<'_>) -> bool {
    match stand {
        Stand::Message => true,
        Stand::Segment(own) | Stand::Field { segment: own, .. } => own.index() == segment.index(),
        Stand::Group(at) => {
            let group = bound.scopes().groups.get(at);
            group.is_some_and(|group| group.segments.contains(&segment.index()))
        }
    }
}

/// The groups around a row that hold the segment too, the innermost first.
fn groups_around_both(
    bound: &mut Bound<'_>,
    stand: Stand<'_>,
    segment: Segment<'_>,
) -> Vec<std::sync::Arc<str>> {
    let mut at = bound.group(stand);
    let groups = &bound.scopes().groups;
    let mut found = Vec::new();
    while at != 0 {
        let Some(group) = groups.get(at) else { break };
        if group.segments.contains(&segment.index()) {
            found.extend(group.name().map(Into::into));
        }
        at = group.parent();
    }
    found
}

/// How many groups hold both a row and a segment.
fn depth_shared(bound: &mut Bound<'_>, stand: Stand<'_>, segment: Segment<'_>) -> usize {
    let mut at = bound.group(stand);
    let groups = &bound.scopes().groups;
    let mut depth = 0;
    while at != 0 {
        let Some(group) = groups.get(at) else { break };
        depth += usize::from(group.segments.contains(&segment.index()));
        at = Group::parent(group);
    }
    depth
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grammar::{bind, resolve};
    use crate::hl7::parse;
    use crate::profile::Profile;

    const RESULTS: &str = "MSH|^~\\&|LAB|ELSE|||20260301103000||ORU^R01^ORU_R01|M1|P|2.5.1\r\
        PID|1||4711^^^STELSE^MR~99^^^NAT^NI||ROE^JANE\rPV1|1|I|3B\r\
        OBR|1||A|CHEM\rOBX|1|NM|GLU\rNTE|1||sober\rOBX|2|NM|NA\r\
        OBR|2||B|HAEM\rOBX|1|NM|HB\rPID|2||12\rOBR|1||C|LATE\rOBX|1|NM|K\r";

    fn check(root: &str, at: &str, expect: &str) {
        let (message, _) = parse(RESULTS);
        let profile = Profile::new("test");
        let (grammar, _) = resolve(profile.version(), &profile, None, &message);
        let tree = bind(&message, &grammar);
        let root: Root = root.parse().expect("a root");
        let at: Location = at.parse().expect("a location");
        let found = reading_at(&message, &tree, &grammar, &root, &at);
        let found = found.map(|reading| reading.location_text());
        assert_eq!(found.as_deref().unwrap_or("-"), expect, "{at} from {root}");
    }

    #[test]
    fn what_a_row_stands_for_is_named_without_its_number() {
        check("PID", "PID-3.1", "PID-3.1");
        check("OBX", "OBX[3]-3", "OBX-3");
        check("PID", "PID-3[2].1", "PID-3[2].1");
        check("PID-3", "PID-3[2].1", "PID-3.1");
        check("PID-3", "PID-5.1", "PID-5.1");
        check("/", "OBX[2]-3", "OBX[2]-3");
        check("/", "PID-5", "PID-5");
    }

    #[test]
    fn what_stands_around_a_row_is_named_by_the_group_of_both() {
        check("OBX", "OBR-4", "ORDER_OBSERVATION/OBR-4");
        check("OBX", "OBR[2]-4", "ORDER_OBSERVATION/OBR-4");
        check("OBX", "NTE-3", "OBSERVATION/NTE-3");
        check("OBX", "PID-3.1", "PATIENT_RESULT/PID-3.1");
        check("ORDER_OBSERVATION", "OBX-3", "OBX-3");
        check("OBX", "MSH-10", "/MSH-10");
        check("PID", "MSH-10", "/MSH-10");
    }

    #[test]
    fn what_no_row_reaches_by_a_group_is_named_in_the_message() {
        check("PID", "OBR[2]-4", "PATIENT_RESULT/OBR[2]-4");
        check("ZZZ", "PID-3.1", "/PID-3.1");
        check("OBX", "ZPI-1", "-");
    }

    #[test]
    fn a_place_where_nothing_stands_yet_can_be_named() {
        check("PID", "PID-19", "PID-19");
        check("OBX", "OBX[2]-17", "OBX-17");
    }
}
