//! Tests of the grammar notation: what is read, what is told, and that tree and text are one thing.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::field::Repeat;
use super::notation::{MAX_DEPTH, MAX_ITEMS, parse_notation};
use super::segment_grammar::{GrammarItem, GrammarKind, SegmentGrammar, normal_sequence};
use crate::diagnostic::Severity;
use crate::hl7::SegmentId;
use crate::standard::{Version, dictionary};

/// What is read and what is told of it, each with the byte where it stands.
fn check(text: &str, expect: &str, told: &[&str]) {
    let (grammar, faults) = parse_notation(text);
    assert_eq!(grammar.to_string(), expect, "{text}");
    let found: Vec<String> = faults
        .iter()
        .map(|fault| {
            assert!(text.get(fault.span.clone()).is_some(), "{fault:?}");
            let mark = match fault.severity {
                Severity::Error => "",
                Severity::Warning => "?",
                Severity::Info => "i",
            };
            format!("{}{mark}: {fault}", fault.span.start)
        })
        .collect();
    assert_eq!(found, told, "{text}");
}

#[test]
fn canonical_text_stays_as_it_is() {
    for text in [
        "MSH",
        "MSH EVN PID [PD1] [{NK1}] {ORDER: [ORC] OBR [{OBX [{NTE}]}]} <OBR|RXO>",
        "MSH [PROCEDURE: PR1 [{ROL}]] (VISIT: PV1 [PV2]) [{NK1}..3] {NTE}..2 {GROUP: ZPI}..9",
        "MSH <DETAIL: OBR|RXO [NTE]|{ODS}> [<A01|B01>] {<A01|B01>}..4 [{Hxx}]",
        "MSH [PV1 PV2] {[ORC] OBR}",
        "MSH <[A01]|(G: B01 C01)|<N: D01|E01>>",
    ] {
        check(text, text, &[]);
    }
}

#[test]
fn what_documents_write_is_read() {
    check(
        "MSH\r\n PID\t[ { NK1 } ]\n{[AL1]}",
        "MSH PID [{NK1}] [{AL1}]",
        &[],
    );
    check(
        "MSH {NK1}*3 [{AL1}]2 [{AL1}*2] {DG1} ..4",
        "MSH {NK1}..3 [{AL1}..2] [{AL1}..2] {DG1}..4",
        &[],
    );
    check(
        "MSH (PID PD1) ([NK1]) hxx <PV1|<PV2|NTE>>",
        "MSH PID PD1 [NK1] Hxx <PV1|PV2|NTE>",
        &[],
    );
    check(
        "MSH\n[{ --- ORDER begin\n ORC\n [ --- DETAIL begin\n OBR\n RXO ] --- DETAIL end\n}] --- ORDER end",
        "MSH [{ORDER: ORC [DETAIL: OBR RXO]}]",
        &[],
    );
    check(
        "msh Pid",
        "MSH PID",
        &[
            "0i: msh is taken as MSH (segment ids are written in capitals: MSH)",
            "4i: Pid is taken as PID (segment ids are written in capitals: PID)",
        ],
    );
    check(
        "MSH [[PID]] {{NK1}} <PV1>",
        "MSH [PID] {NK1} PV1",
        &[
            "4?: it is optional twice (one pair of `[ ]` is enough)",
            "12?: it repeats twice (one pair of `{ }` is enough)",
            "20?: the choice has one option only (separate the options by `|`: <OBR|RXO>)",
        ],
    );
}

#[test]
fn wrong_brackets_are_told_at_their_place() {
    check(
        "MSH PID ]",
        "MSH PID",
        &["8: `]` closes nothing (take it away, or write `[` where the group begins)"],
    );
    check(
        "MSH {ORDER: ORC {OBX",
        "MSH {ORDER: ORC {OBX}}",
        &[
            "4: group ORDER is not closed: `{` has no `}`; nor is the `{` in it (write `}}` behind the last segment in it)",
        ],
    );
    check(
        "MSH EVN [PID {NK1 <PV1",
        "MSH EVN [PID {NK1 PV1}]",
        &[
            "8: `[` is not closed; nor are the brackets in it (write `>}]` behind the last segment in it)",
            "18?: the choice has one option only (separate the options by `|`: <OBR|RXO>)",
        ],
    );
    for (text, is_open) in [
        ("MSH [PID", true),
        ("MSH {ORDER: [ORC } PID", true),
        ("MSH [{PID]}", false),
        ("MSH PID ]", false),
    ] {
        let (_, faults) = parse_notation(text);
        assert_eq!(
            faults.iter().any(|fault| fault.leaves_open),
            is_open,
            "{text}"
        );
    }
    check(
        "MSH [{NK1]} PID",
        "MSH [{NK1}] PID",
        &[
            "9: `]` stands before `}`, which closes the inner bracket (write `}]`: what is opened last is closed first)",
        ],
    );
    check(
        "MSH [ORDER: ORC {OBX ] PID",
        "MSH [ORDER: ORC {OBX}] PID",
        &["16: `{` is not closed (write `}` behind the last segment in it)"],
    );
    check(
        "MSH [] <PID|> <> {ORDER:}",
        "MSH PID",
        &[
            "4: there is nothing between these brackets (write the segments that it holds, or take it away)",
            "7: an option of the choice is empty (write a segment on each side of `|`; a choice that may be missing is [<A|B>])",
            "7?: the choice has one option only (separate the options by `|`: <OBR|RXO>)",
            "14: there is nothing between these brackets (write the segments that it holds, or take it away)",
            "17: group ORDER is empty (write the segments that it holds, or take it away)",
        ],
    );
}

#[test]
fn wrong_words_are_told_at_their_place() {
    check(
        "MSH PIDD ORDER: OBR 1PD",
        "MSH OBR",
        &[
            "4: PIDD is no segment id (a segment id has three characters: write PID, or (PIDD: …) for a group)",
            "9: the name ORDER begins no group (a name stands right behind the bracket that opens its group: (ORDER: …), [ORDER: …] or {ORDER: …})",
            "20: 1PD is no segment id (a segment id is a capital letter and two capitals or digits, such as PV1; a group is written (1PD: …))",
        ],
    );
    check(
        "MSH {ORDER: ORC} [ORDER: OBR] [{ORDER: {ORDER: OBX}}] {OBX: OBX NTE} (Ö: PID PV1)",
        "MSH {ORDER: ORC} [ORDER: OBR] [{ORDER: {ORDER: OBX}}] {OBX: OBX NTE} PID PV1",
        &[
            "18: there are two groups ORDER on this level (choose another name for one of them, such as ORDER_2)",
            "32: there are two groups ORDER on this level (choose another name for one of them, such as ORDER_2)",
            "55?: group OBX is named like a segment (rows and scripts take OBX for the segment: choose another name, such as OBX_GROUP)",
            "70: Ö cannot be the name of a group (a name is a letter and then letters, digits and _, such as ORDER_DETAIL)",
        ],
    );
    check(
        "MSH PID? NK1* | : [PD1]..2 {NK1}..0 PV1..3 ..",
        "MSH PID NK1 [PD1] {NK1} PV1",
        &[
            "7: `?` means nothing in a grammar (what is optional stands in square brackets: [PD1])",
            "12: `*` means nothing in a grammar (what is optional and repeats is written [{NK1}])",
            "14: `|` stands outside a choice (write the choice in angle brackets: <A|B>)",
            "16: `:` follows no name (write the group's name before it: {ORDER: OBR})",
            "23: [PD1] does not repeat (what repeats stands in braces: [{PD1}..2])",
            "32: no repetition is allowed (take the segment away, or write at least 1)",
            "39: PV1 does not repeat (what repeats stands in braces: {PV1}..3)",
            "43: `.` means nothing in a grammar (the most repetitions stand behind the brace: {NK1}..3)",
            "44: `.` means nothing in a grammar (the most repetitions stand behind the brace: {NK1}..3)",
        ],
    );
    check(
        "PID",
        "PID",
        &[
            "0?: the grammar does not begin with MSH (every message begins with its header: write MSH first)",
        ],
    );
    check(
        " ",
        "",
        &["0: the grammar is empty (write the message's segments, such as MSH EVN PID PV1)"],
    );
}

#[test]
fn a_fault_knows_its_line_and_column() {
    let text = "MSH\n  {ORDER: Ö PIDD}";
    let (_, faults) = parse_notation(text);
    let places: Vec<_> = faults
        .iter()
        .map(|fault| fault.line_and_column(text))
        .collect();
    assert_eq!(places, [(2, 3), (2, 11), (2, 13)]);
}

#[test]
fn hostile_texts_are_bounded() {
    let deep = format!("MSH {}NK1{}", "[A:".repeat(100_000), "]".repeat(100_000));
    let (grammar, faults) = parse_notation(&deep);
    assert!(grammar.to_string().matches('[').count() <= MAX_DEPTH);
    assert_eq!(
        faults
            .iter()
            .filter(|fault| fault.code == "grammar-size")
            .count(),
        1
    );
    let wide = format!("MSH {}", "NK1 ".repeat(100_000));
    let (grammar, faults) = parse_notation(&wide);
    assert_eq!(grammar.items.len(), MAX_ITEMS);
    assert_eq!(faults.len(), 1);
    let (_, faults) = parse_notation(&"]".repeat(100_000));
    assert!(faults.len() <= 50);
}

#[test]
fn the_layout_over_several_lines_means_the_same() {
    for version in [Version::V2_5_1, Version::V2_8_2] {
        for structure in dictionary(version).structures() {
            let grammar = SegmentGrammar::of_structure(structure);
            let (read, faults) = parse_notation(&grammar.pretty());
            assert_eq!(read, grammar, "{version} {}", structure.id);
            let grave = faults
                .iter()
                .filter(|fault| fault.severity == Severity::Error);
            assert_eq!(grave.count(), 0, "{version} {}: {faults:?}", structure.id);
            let (read, _) = parse_notation(&grammar.to_string());
            assert_eq!(read, grammar, "{version} {}", structure.id);
        }
    }
    let (grammar, _) = parse_notation(
        "MSH [{SFT}] {PATIENT_RESULT: [PATIENT: PID [PD1] [{NTE}] [{NK1}] [VISIT: PV1 [PV2]]] \
         {ORDER: [ORC] OBR [{NTE}] [CTD] [{OBSERVATION: OBX [{NTE}]}] [{FT1}] [{CTI}]}..5} [DSC]",
    );
    assert_eq!(
        grammar.pretty(),
        "MSH [{SFT}]\n{PATIENT_RESULT:\n  [PATIENT: PID [PD1] [{NTE}] [{NK1}] [VISIT: PV1 [PV2]]]\n  \
         {ORDER:\n    [ORC] OBR [{NTE}] [CTD] [{OBSERVATION: OBX [{NTE}]}] [{FT1}] [{CTI}]\n  }..5\n}\n[DSC]"
    );
}

fn item() -> impl Strategy<Value = GrammarItem> {
    let kind = prop_oneof![
        4 => proptest::sample::select(vec!["PID", "PV1", "OBX", "NTE", "ZPI"])
            .prop_filter_map("a segment", |id| SegmentId::new(id).map(GrammarKind::Segment)),
        1 => Just(GrammarKind::Any),
    ];
    let leaf = cardinality(kind.boxed());
    leaf.prop_recursive(4, 24, 4, |inner| {
        let name = || {
            option::of(proptest::sample::select(vec![
                "A", "ORDER_2", "Visit", "b1",
            ]))
        };
        let group = (name(), vec(inner.clone(), 1..4)).prop_map(|(name, items)| {
            let name = name.map(Into::into);
            GrammarKind::Group { name, items }
        });
        let choice = (name(), vec(inner, 1..4)).prop_map(|(name, options)| {
            let name = name.map(Into::into);
            GrammarKind::Choice { name, options }
        });
        cardinality(prop_oneof![group, choice].boxed())
    })
}

fn cardinality(kind: BoxedStrategy<GrammarKind>) -> BoxedStrategy<GrammarItem> {
    let repeat = prop_oneof![
        3 => Just(Repeat::Once),
        2 => Just(Repeat::Many),
        1 => (1_u32..9).prop_map(Repeat::Times)
    ];
    (kind, any::<bool>(), repeat)
        .prop_map(|(kind, optional, repeat)| GrammarItem {
            kind,
            optional,
            repeat,
        })
        .boxed()
}

proptest! {
    #[test]
    fn a_tree_is_read_back_from_its_text(items in vec(item(), 1..5)) {
        let grammar = SegmentGrammar { items: normal_sequence(items) };
        prop_assert_eq!(&parse_notation(&grammar.to_string()).0, &grammar);
        prop_assert_eq!(&parse_notation(&grammar.pretty()).0, &grammar);
    }

    #[test]
    fn any_text_is_read_and_its_canonical_form_stays(
        text in "([\\[\\]{}()<>|: ]|MSH|PID|nk1|A:|\\.\\.3|\\*2|--- A begin\n|\\PC){0,40}"
    ) {
        let (grammar, faults) = parse_notation(&text);
        let canonical = grammar.to_string();
        prop_assert_eq!(&parse_notation(&canonical).0, &grammar, "{}", canonical);
        prop_assert!(faults.iter().all(|fault| text.get(fault.span.clone()).is_some()));
        prop_assert!(faults.iter().all(|fault| !fault.help.is_empty()));
    }
}
