//! The editor of a segment grammar: its text and its tree, with the selected sample bound to it.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};

use super::gui::{Hand, example, press, settle, shows};

const TEXT: &str = "Grammar text";

/// The worked example with the profile page on Admissions, whose samples have a ZPI.
fn page() -> (tempfile::TempDir, Hand) {
    let (folder, _, mut hand) = example();
    // High enough for the whole page: rows out of sight are not laid out.
    hand.set_size(egui::vec2(1600.0, 2600.0));
    hand.get_by_label("Profile").click();
    settle(&mut hand);
    message(&mut hand, "Admissions");
    (folder, hand)
}

/// The same, with `text` in the place of the structure.
fn page_with(text: &str) -> (tempfile::TempDir, Hand) {
    let (folder, mut hand) = page();
    press(&mut hand, "Import as text");
    write(&mut hand, text);
    (folder, hand)
}

/// Goes to the page of a message definition.
fn message(hand: &mut Hand, name: &str) {
    let begin = format!("Message {name}");
    let row = hand.get_all_by_role(Role::TreeItem).find(|row| {
        let label = row.accesskit_node().label();
        label.is_some_and(|label| label.starts_with(&begin))
    });
    row.unwrap_or_else(|| panic!("{begin} has no row"))
        .click_accesskit();
    settle(hand);
}

fn write(hand: &mut Hand, text: &str) {
    hand.get_by_label(TEXT).focus();
    hand.run();
    hand.key_press_modifiers(Modifiers::COMMAND, Key::A);
    hand.run();
    hand.get_by_label(TEXT).type_text(text);
    settle(hand);
}

fn text(hand: &Hand) -> String {
    hand.get_by_label(TEXT).value().unwrap_or_default()
}

/// The rows of the tree as a screen reader says them.
fn tree(hand: &Hand) -> Vec<String> {
    let labels = hand.get_all_by_role(Role::TreeItem);
    let labels = labels.filter_map(|row| row.accesskit_node().label());
    let own = labels.filter_map(|label| label.strip_prefix("Grammar ").map(str::to_owned));
    own.collect()
}

fn choose(hand: &mut Hand, begin: &str) {
    let row = hand.get_all_by_role(Role::TreeItem).find(|row| {
        let label = row.accesskit_node().label();
        label.is_some_and(|label| label.starts_with(&format!("Grammar {begin} ")))
    });
    row.unwrap_or_else(|| panic!("{begin} has no row"))
        .click_accesskit();
    settle(hand);
}

fn undo_name(hand: &mut Hand) -> String {
    hand.get_by_label("Edit").click();
    hand.run();
    let name = hand.query_all_by_label_contains("Undo ").next();
    let name = name.and_then(|item| item.accesskit_node().label());
    hand.key_press(Key::Escape);
    hand.run();
    let name = name.unwrap_or_default();
    name.trim_end_matches(" Ctrl+Z").to_owned()
}

#[test]
fn a_structure_is_shown_with_what_the_sample_has_of_it() {
    let (_folder, hand) = page();
    let rows = tree(&hand);
    assert_eq!(
        rows.first().map(String::as_str),
        Some("MSH required, times 1, 1 in this sample")
    );
    assert!(
        hand.query_by_label(TEXT).is_none(),
        "it is not the site's to change"
    );
    assert!(shows(&hand, "This is the standard's"));
}

#[test]
fn a_written_grammar_is_applied_and_undone_by_name() {
    let (_folder, mut hand) = page_with("MSH EVN PID {NK1}..3 PV1 [ZPI]");
    let rows = tree(&hand);
    assert!(
        rows.iter()
            .any(|row| row.starts_with("NK1 required, times 1..3")),
        "{rows:?}"
    );
    assert_eq!(undo_name(&mut hand), "Undo change grammar of Admissions");
}

#[test]
fn a_text_with_an_error_is_kept_and_the_last_good_grammar_stays() {
    let (_folder, mut hand) = page_with("MSH EVN PID [PV1]");
    let before = tree(&hand);
    write(&mut hand, "MSH EVN [PID");
    assert!(shows(&hand, "Line 1, column 9: `[` is not closed"));
    assert!(shows(&hand, "write `]` behind the last segment in it"));
    assert_eq!(tree(&hand), before);
    assert_eq!(text(&hand), "MSH EVN [PID");
    message(&mut hand, "Results");
    assert_ne!(tree(&hand), before);
    message(&mut hand, "Admissions");
    assert_eq!(text(&hand), "MSH EVN [PID", "it is not lost");
    write(&mut hand, "MSH EVN [PID]");
    assert!(!shows(&hand, "is not closed"));
    assert!(
        tree(&hand)
            .iter()
            .any(|row| row.starts_with("PID optional"))
    );
}

#[test]
fn undo_takes_an_unreadable_text_and_redo_gives_it_back() {
    let (_folder, mut hand) = page_with("MSH EVN PID");
    write(&mut hand, "MSH <");
    assert_eq!(
        undo_name(&mut hand),
        "Undo typing in the grammar of Admissions"
    );
    hand.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    settle(&mut hand);
    assert_eq!(text(&hand), "MSH EVN PID");
    hand.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    settle(&mut hand);
    assert_eq!(text(&hand), "MSH <");
}

/// Does a step to an item of a grammar; the text then, and what undo calls it.
fn check(notation: &str, item: &str, button: &str, expect: &str, undo: &str) {
    let (_folder, mut hand) = page_with(notation);
    choose(&mut hand, item);
    press(&mut hand, &format!("Grammar item: {button}"));
    assert_eq!(text(&hand), expect, "{item} {button}");
    assert_eq!(undo_name(&mut hand), format!("Undo {undo}"));
    hand.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    settle(&mut hand);
    assert_eq!(text(&hand), notation, "undo");
}

#[test]
fn an_item_of_the_tree_is_changed_and_undone_by_name() {
    check(
        "MSH PID PV1",
        "PV1",
        "Optional",
        "MSH PID [PV1]",
        "make PV1 optional",
    );
    check("MSH PID PV1", "PV1", "Up", "MSH PV1 PID", "move PV1");
    check(
        "MSH PID PV1",
        "PID",
        "Group",
        "MSH (PID_GROUP: PID) PV1",
        "put PID into group PID_GROUP",
    );
    check(
        "MSH (G: PID PV1)",
        "G",
        "Take apart",
        "MSH PID PV1",
        "take G apart",
    );
}

#[test]
fn an_item_of_the_tree_is_changed_by_keys() {
    let (_folder, mut hand) = page_with("MSH EVN PID PV1");
    choose(&mut hand, "EVN");
    for (key, expect) in [
        (Key::R, "MSH {EVN} PID PV1"),
        (Key::C, "MSH <{EVN}|PID> PV1"),
        (Key::Delete, "MSH PV1"),
    ] {
        hand.key_press(key);
        settle(&mut hand);
        assert_eq!(text(&hand), expect, "{key:?}");
    }
}

#[test]
fn a_segment_is_inserted_and_a_group_is_named() {
    let (_folder, mut hand) = page_with("MSH (G: PID PV1) NTE");
    choose(&mut hand, "PID");
    hand.get_by_label("Segment to insert").focus();
    hand.run();
    hand.get_by_label("Segment to insert").type_text("pd1");
    settle(&mut hand);
    press(&mut hand, "Insert behind");
    assert_eq!(text(&hand), "MSH (G: PID PD1 PV1) NTE");
    choose(&mut hand, "G");
    hand.get_by_label("Group name").focus();
    hand.run();
    hand.key_press_modifiers(Modifiers::COMMAND, Key::A);
    hand.get_by_label("Group name").type_text("PATIENT");
    settle(&mut hand);
    assert_eq!(text(&hand), "MSH (PATIENT: PID PD1 PV1) NTE");
}

#[test]
fn segments_that_do_not_fit_are_listed_with_the_reason() {
    let (_folder, mut hand) = page_with("MSH PID");
    assert!(shows(&hand, "the grammar has no EVN; after MSH it has PID"));
    assert!(shows(
        &hand,
        "The selected sample does not fit this grammar at segment 2, EVN"
    ));
    press(&mut hand, "Report unknown segments");
    assert_eq!(
        undo_name(&mut hand),
        "Undo change unknown segments of Admissions"
    );
    press(&mut hand, "Any order of segments");
    assert_eq!(
        undo_name(&mut hand),
        "Undo change segment order of Admissions"
    );
}

#[test]
fn each_definition_has_its_number_of_samples_and_a_reason() {
    let (_folder, mut hand) = page();
    let counted = hand.query_all_by_label_contains(" samples").count();
    assert!(counted >= 2, "Admissions and Results are counted");
    press(&mut hand, "Why this definition");
    assert!(shows(&hand, "1  Admissions: the sample falls under it"));
    assert!(shows(&hand, "2  Results: it does not match"));
    assert!(shows(&hand, "MSH-9.1 does not match ^ORU$"));
}
