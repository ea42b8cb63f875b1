//! Segment grammars of a site and of the standard: whatever a grammar allows is bound without a finding.

use std::fmt::Write as _;

use pipehat::grammar::{Node, NodeKind, Standing, bind, check_structure, resolve};
use pipehat::hl7::{self, Message};
use pipehat::profile::{
    GrammarItem, GrammarKind, MessageDefinition, Profile, Repeat, SegmentGrammar, SegmentOrder,
    UnknownSegments, parse_notation,
};
use pipehat::standard::{Version, dictionary};
use proptest::prelude::*;

/// A message of these segments, the header first.
fn message(ids: &[&str]) -> Message {
    let mut text = String::from("MSH|^~\\&|A|B|C|D|20260101||ADT^A01|1|P|2.5.1");
    for id in ids {
        let _ = write!(text, "\r{id}|1");
    }
    hl7::parse(&text).0
}

/// The tree of a message under a grammar and what is told of it.
fn bound(version: Version, definition: &MessageDefinition, message: &Message) -> (String, String) {
    let (grammar, _) = resolve(version, &Profile::new("test"), Some(definition), message);
    let tree = bind(message, &grammar);
    assert_eq!(
        tree.segments(),
        (0..message.segment_count()).collect::<Vec<_>>(),
        "each segment once, in order"
    );
    let told: Vec<_> = check_structure(message, &tree, &grammar)
        .iter()
        .map(|finding| finding.diagnostic.to_string())
        .collect();
    (draw(message, &tree), told.join("\n"))
}

/// The tree in one line: `(GROUP: PID PD1)`, what is missing as `[PID]`, out of order as `!`.
fn draw(message: &Message, node: &Node) -> String {
    let inner = || {
        let drawn = node.children.iter().map(|child| draw(message, child));
        let drawn: Vec<_> = drawn.filter(|text| !text.is_empty()).collect();
        drawn.join(" ")
    };
    match &node.kind {
        NodeKind::Message { .. } => inner(),
        NodeKind::Group { name, .. } => format!("({name}: {})", inner()),
        NodeKind::Missing { id, required: true } => format!("[{id}]"),
        NodeKind::Missing { .. } => String::new(),
        NodeKind::Segment { index, standing } => {
            let segment = message.segment(*index).expect("a segment of the message");
            let mark = match standing {
                Standing::Expected => "",
                Standing::OutOfOrder => "!",
                Standing::Unknown => "?",
                Standing::NotInStructure => "~",
                Standing::NotASegment => "#",
            };
            format!("{}{mark}", segment.id())
        }
    }
}

fn definition(grammar: &str) -> MessageDefinition {
    let mut definition = MessageDefinition::new("Test");
    definition.grammar = Some(grammar.into());
    definition
}

/// Binds the segments behind the header to the grammar behind it.
fn check_tree(grammar: &str, ids: &str, expect: &str) {
    let (_, faults) = parse_notation(&format!("MSH {grammar}"));
    assert!(
        faults
            .iter()
            .all(|fault| fault.severity < pipehat::diagnostic::Severity::Error)
    );
    let message = message(&ids.split_whitespace().collect::<Vec<_>>());
    let (tree, _) = bound(
        Version::V2_5_1,
        &definition(&format!("MSH {grammar}")),
        &message,
    );
    assert_eq!(tree, format!("MSH {expect}").trim_end(), "{grammar} {ids}");
}

#[test]
fn a_choice_that_a_later_segment_shows_to_be_wrong_is_taken_back() {
    check_tree("[{A01}] A01 B01", "A01 A01 A01 B01", "A01 A01 A01 B01");
    check_tree(
        "{[ONE: {A01}] [TWO: {A01}] B01}",
        "A01 A01 B01 B01 A01 B01",
        "(A01_GROUP: (ONE: A01 A01) B01) (A01_GROUP: B01) (A01_GROUP: (ONE: A01) B01)",
    );
    check_tree(
        "[ONE: A01 B01 C01] [TWO: A01 B01 D01]",
        "A01 B01 D01",
        "(TWO: A01 B01 D01)",
    );
    check_tree(
        "<(ONE: A01 B01)|(TWO: A01 C01)> D01",
        "A01 C01 D01",
        "(TWO: A01 C01) D01",
    );
    check_tree(
        "{ORDER: OBR [{OBX}] [(PRIOR: OBR {OBX} ZPR)]}",
        "OBR OBX OBR OBX ZPR OBR OBX",
        "(ORDER: OBR OBX (PRIOR: OBR OBX ZPR)) (ORDER: OBR OBX)",
    );
    check_tree("[Hxx] [{Hxx}] PV1", "ZAB PV1 ZAC PV1", "ZAB? PV1 ZAC? PV1");
}

#[test]
fn the_first_way_is_taken_where_several_fit() {
    check_tree("[ONE: {A01}] [TWO: {A01}]", "A01 A01", "(ONE: A01 A01)");
    check_tree("<(ONE: A01)|(TWO: A01)>", "A01", "(ONE: A01)");
    check_tree(
        "{OUT: {IN: A01 [B01]}}",
        "A01 A01 B01 A01",
        "(OUT: (IN: A01) (IN: A01 B01) (IN: A01))",
    );
}

#[test]
fn a_maximum_bounds_how_often_a_segment_stands_there() {
    check_tree("[{NK1}..2] PV1", "NK1 NK1 PV1", "NK1 NK1 PV1");
    check_tree("[{NK1}..2] PV1", "NK1 NK1 NK1 PV1", "NK1 NK1 NK1! PV1");
    check_tree(
        "{A01}..2 [{A01 B01}]",
        "A01 A01 A01 B01",
        "A01 A01 (A01_GROUP: A01 B01)",
    );
    check_tree(
        "{A01}..2 [{A01 B01}]",
        "A01 A01 B01",
        "A01 (A01_GROUP: A01 B01)",
    );
    check_tree(
        "{G: A01 [B01]}..2",
        "A01 B01 A01 A01",
        "(G: A01 B01) (G: A01 A01!)",
    );
    check_tree("{A01}..9999999 B01", "A01 A01 B01", "A01 A01 B01");
}

#[test]
fn an_option_may_be_a_sequence_and_may_repeat() {
    check_tree("<{A01}|B01 [C01]> D01", "A01 A01 D01", "A01 A01 D01");
    check_tree("<{A01}|B01 [C01]> D01", "B01 C01 D01", "B01 C01 D01");
    check_tree("<[A01]|B01> D01", "D01", "D01");
    check_tree("{<A01|B01 C01>}", "A01 B01 C01 A01", "A01 B01 C01 A01");
}

#[test]
fn what_does_not_fit_stays_in_its_place() {
    check_tree("PID PV1", "PV1 PID", "PV1! PID [PV1]");
    check_tree("PID [{NTE}] PV1", "PID ZZZ OBX PV1", "PID ZZZ? OBX~ PV1");
    check_tree(
        "[ONE: A01 B01 C01] [TWO: A01 B01 D01] E01",
        "A01 B01 D01 ZZZ A01 E01",
        "(TWO: A01 B01 D01 ZZZ? A01!) E01",
    );
}

#[test]
fn any_order_takes_each_segment_where_it_can_stand() {
    let check = |grammar: &str, ids: &str, expect: &str| {
        let message = message(&ids.split_whitespace().collect::<Vec<_>>());
        let mut definition = definition(&format!("MSH {grammar}"));
        definition.order = Some(SegmentOrder::Any);
        let (tree, _) = bound(Version::V2_5_1, &definition, &message);
        assert_eq!(tree, format!("MSH {expect}"), "{grammar} {ids}");
    };
    check(
        "EVN PID [{NK1}] PV1",
        "PV1 NK1 PID NK1 EVN",
        "PV1 NK1 PID NK1 EVN",
    );
    check(
        "EVN PID [{NK1}] PV1",
        "PV1 NK1 PID PID",
        "PV1 NK1 PID PID! [EVN]",
    );
    check(
        "PID {ORDER: [ORC] OBR [{OBX}]}",
        "OBX OBR OBX ORC OBR OBX PID",
        "(ORDER: OBX OBR OBX) (ORDER: ORC OBR OBX) PID",
    );
    check(
        "{RESULT: [PATIENT: PID [PV1]] {ORDER: OBR [{OBX}]}}",
        "PID OBR OBX PV1 OBX",
        "(RESULT: (PATIENT: PID) (ORDER: OBR OBX PV1 OBX))",
    );
    check("PID [{OBX}..2]", "OBX PID OBX OBX", "OBX PID OBX OBX!");
}

#[test]
fn unknown_segments_can_be_ignored() {
    let message = message(&["PID", "ZZZ", "QQQ", "OBX"]);
    let mut definition = definition("MSH PID");
    let (_, told) = bound(Version::V2_5_1, &definition, &message);
    assert_eq!(
        told.lines().collect::<Vec<_>>(),
        [
            "info[segment-unknown] ZZZ: ZZZ is unknown: the profile does not describe it (add \"ZZZ\" to `segments` of the profile)",
            "warning[segment-unknown] QQQ: QQQ is unknown: neither HL7 nor the profile describes it (add \"QQQ\" to `segments` of the profile)",
            "warning[segment-not-in-structure] OBX: OBX does not belong in the grammar of \"Test\" (write [OBX] at its place in the grammar, or unknown_segments: Ignore)",
        ]
    );
    definition.unknown_segments = Some(UnknownSegments::Ignore);
    let (tree, told) = bound(Version::V2_5_1, &definition, &message);
    assert_eq!((&*tree, &*told), ("MSH PID ZZZ? QQQ? OBX~", ""));
}

#[test]
fn ten_thousand_segments_of_a_hostile_grammar_are_bound() {
    for (grammar, id, end, fits) in [
        ("[{A: [{B: [{C: [{NK1}]}]}]}] PV1", "NK1", "PV1", true),
        ("{[ONE: {NK1}] [TWO: {NK1}] PV1}", "NK1", "", false),
        (
            "[{NK1}] [{NK1}] [{NK1}] [{NK1}] {NK1 AL1} PV1",
            "NK1",
            "AL1 PV1",
            true,
        ),
        ("{{NK1}..9}..9 [{A: {NK1}..3}..3]", "NK1", "", false),
    ] {
        let mut ids = vec![id; 10_000];
        ids.extend(end.split_whitespace());
        let message = message(&ids);
        let definition = definition(&format!("MSH {grammar}"));
        let (tree, _) = bound(Version::V2_5_1, &definition, &message);
        assert_eq!(!tree.contains(['!', '[']), fits, "{grammar}");
    }
}

/// The ids that a grammar asks for, each required one once; or everything, what repeats twice, each
/// option of a choice in turn.
fn generate(items: &[GrammarItem], everything: bool, turn: usize, ids: &mut Vec<String>) {
    for item in items {
        if item.optional && !everything {
            continue;
        }
        let times = match (everything, item.repeat) {
            (true, Repeat::Many | Repeat::Times(2..)) => 2,
            _ => 1,
        };
        for _ in 0..times {
            match &item.kind {
                GrammarKind::Segment(id) => ids.push(id.to_string()),
                GrammarKind::Any => ids.push("NTE".to_owned()),
                GrammarKind::Group { items, .. } => generate(items, everything, turn, ids),
                GrammarKind::Choice { options, .. } => {
                    if let Some(option) = options.get(turn % options.len().max(1)) {
                        generate(std::slice::from_ref(option), everything, turn, ids);
                    }
                }
            }
        }
    }
}

#[test]
fn every_structure_is_a_grammar_that_binds_what_it_generates() {
    for version in [Version::V2_5_1, Version::V2_8_2] {
        for structure in dictionary(version).structures() {
            let grammar = SegmentGrammar::of_structure(structure);
            let text = grammar.to_string();
            let (read, _) = parse_notation(&text);
            assert_eq!(read.to_string(), text, "{version} {}", structure.id);
            for (everything, turn) in [(false, 0), (true, 0), (true, 1), (true, 5)] {
                let mut ids = Vec::new();
                generate(&grammar.items, everything, turn, &mut ids);
                let ids: Vec<&str> = ids.iter().skip(1).map(String::as_str).collect();
                for definition in [definition(&text), definition(structure.id)] {
                    let (tree, told) = bound(version, &definition, &message(&ids));
                    assert_eq!(told, "", "{version} {}: {ids:?}\n{tree}", structure.id);
                }
            }
        }
    }
}

fn item() -> impl Strategy<Value = GrammarItem> {
    let segment = prop::sample::select(vec!["A01", "B01", "C01"])
        .prop_map(|id| GrammarKind::Segment(id.parse().expect("a segment id")));
    let leaf = cardinality(segment.boxed());
    leaf.prop_recursive(3, 12, 3, |inner| {
        let group = prop::collection::vec(inner.clone(), 1..4)
            .prop_map(|items| GrammarKind::Group { name: None, items });
        let choice = prop::collection::vec(inner, 2..4).prop_map(|options| GrammarKind::Choice {
            name: None,
            options,
        });
        cardinality(prop_oneof![group, choice].boxed())
    })
}

fn cardinality(kind: BoxedStrategy<GrammarKind>) -> BoxedStrategy<GrammarItem> {
    let repeat = prop_oneof![
        3 => Just(Repeat::Once),
        1 => Just(Repeat::Many),
        1 => (2_u32..4).prop_map(Repeat::Times)
    ];
    (kind, any::<bool>(), repeat)
        .prop_map(|(kind, optional, repeat)| GrammarItem {
            kind,
            optional,
            repeat,
        })
        .boxed()
}

/// One message that the grammar allows, as the numbers choose.
fn allowed(items: &[GrammarItem], choices: &mut impl Iterator<Item = u8>, ids: &mut Vec<String>) {
    let mut choose = |of: usize| usize::from(choices.next().unwrap_or_default()) % of;
    for item in items {
        let least = usize::from(!item.optional);
        let most = item.repeat.max().map_or(3, |most| most as usize);
        let times = least + choose(most - least + 1);
        for _ in 0..times {
            match &item.kind {
                GrammarKind::Segment(id) => ids.push(id.to_string()),
                GrammarKind::Any => ids.push("NTE".to_owned()),
                GrammarKind::Group { items, .. } => {
                    let mut inner: Vec<u8> = (0..24).map(|_| choose(251) as u8).collect();
                    allowed(items, &mut inner.drain(..), ids);
                }
                GrammarKind::Choice { options, .. } => {
                    let mut inner: Vec<u8> = (0..24).map(|_| choose(251) as u8).collect();
                    let option = &options[choose(options.len())];
                    allowed(std::slice::from_ref(option), &mut inner.drain(..), ids);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_grammar_allows_is_bound_without_a_finding(
        items in prop::collection::vec(item(), 1..4),
        choices in prop::collection::vec(any::<u8>(), 64),
    ) {
        let mut all = vec![GrammarItem::segment(hl7::SegmentId::MSH)];
        all.extend(items);
        let text = SegmentGrammar { items: all }.to_string();
        // The canonical form: what it means is what it says.
        let (grammar, _) = parse_notation(&text);
        let mut ids = Vec::new();
        let numbers: Vec<u8> = choices.iter().copied().cycle().take(4_000).collect();
        allowed(&grammar.items, &mut numbers.into_iter(), &mut ids);
        prop_assume!(ids.len() < 60);
        let ids: Vec<&str> = ids.iter().skip(1).map(String::as_str).collect();
        let message = message(&ids);
        let mut definition = definition(&text);
        definition.unknown_segments = Some(UnknownSegments::Ignore);
        let (grammar, _) = resolve(Version::V2_5_1, &Profile::new("test"), Some(&definition), &message);
        let tree = bind(&message, &grammar);
        let mut fits = true;
        tree.visit(&mut |node| fits &= !matches!(
            node.kind,
            NodeKind::Segment { standing: Standing::OutOfOrder, .. } | NodeKind::Missing { required: true, .. }
        ));
        prop_assert!(fits, "{}\n{:?}\n{}", text, ids, draw(&message, &tree));
        prop_assert_eq!(tree.segments(), (0..message.segment_count()).collect::<Vec<_>>());
    }
}
