//! The mapping panel: columns with their sources and live values, drops from the message tree, and the
//! same by keys.

use egui::accesskit::Role;
use egui::{Key, Modifiers, Pos2};
use egui_kittest::kittest::{NodeT, Queryable};

use super::gui::{Hand, example, open_site, press, settle, shows};

/// The worked example with the mapping of Admissions in front.
fn page() -> (tempfile::TempDir, Hand) {
    let (folder, _, mut hand) = example();
    hand.set_size(egui::vec2(1900.0, 1800.0));
    hand.run();
    hand.get_by_label("Mapping").click();
    settle(&mut hand);
    (folder, hand)
}

/// A window on a profile with the text and on one message.
fn window(profile: &str, message: &str) -> (tempfile::TempDir, Hand) {
    let (folder, mut hand) = open_site(profile, message, 1800.0);
    hand.run();
    hand.get_by_label("Mapping").click();
    settle(&mut hand);
    (folder, hand)
}

const ADT: &str = "MSH|^~\\&|A|B|||20260301||ADT^A01|1|P|2.5.1\rEVN||20260301\rPID|1||4711^^^B^MR||ROE^JANE||19700102|F\rPV1|1|I\r";

/// Of several with this label the one furthest up: a tab, not a step that an empty panel offers.
fn highest<'h>(hand: &'h Hand, label: &'h str) -> egui_kittest::Node<'h> {
    let found = hand.query_all_by_label(label);
    found
        .min_by(|a, b| a.rect().top().total_cmp(&b.rect().top()))
        .expect("it is there")
}

fn value(hand: &Hand, label: &str) -> String {
    hand.get_by_label(label).value().unwrap_or_default()
}

/// Replaces what stands in a field.
fn write(hand: &mut Hand, label: &str, text: &str) {
    hand.get_by_label(label).focus();
    hand.run();
    hand.key_press_modifiers(Modifiers::COMMAND, Key::A);
    hand.run();
    if text.is_empty() {
        hand.key_press(Key::Delete);
    } else {
        hand.get_by_label(label).type_text(text);
    }
    settle(hand);
}

/// Writes a name, which is taken when its field is left.
fn rename(hand: &mut Hand, label: &str, text: &str) {
    write(hand, label, text);
    hand.key_press(Key::Enter);
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

fn undo(hand: &mut Hand) {
    hand.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    settle(hand);
}

/// The middle of a row of the message tree.
fn tree_row(hand: &Hand, begin: &str) -> Pos2 {
    let row = hand.get_all_by_role(Role::TreeItem).find(|row| {
        let label = row.accesskit_node().label();
        label.is_some_and(|label| label.starts_with(&format!("{begin} ")))
    });
    let rect = row.unwrap_or_else(|| panic!("{begin} has no row")).rect();
    Pos2::new(rect.left() + 60.0, rect.center().y)
}

fn middle(hand: &Hand, label: &str) -> Pos2 {
    hand.get_by_label(label).rect().center()
}

/// Opens what is inside a row of the tree.
fn unfold(hand: &mut Hand, place: &str) {
    let label = hand
        .query_all_by_label_contains(&format!("Show what is inside {place} "))
        .next()
        .and_then(|toggle| toggle.accesskit_node().label());
    press(hand, &label.expect("it can be opened"));
}

/// Drags from a point to another; what is said before the release.
fn drag(hand: &mut Hand, from: Pos2, to: Pos2) {
    hand.drag_at(from);
    hand.run();
    // Far enough for no click.
    hand.hover_at(from + egui::vec2(30.0, 8.0));
    hand.run();
    hand.hover_at(to);
    hand.run();
}

fn release(hand: &mut Hand, at: Pos2) {
    hand.drop_at(at);
    settle(hand);
}

#[test]
fn each_column_shows_its_source_and_what_the_sample_gives_it() {
    let (_folder, hand) = page();
    assert_eq!(value(&hand, "Source of patient.mrn"), "PID-2");
    assert_eq!(value(&hand, "Source of kin.mrn"), "/PID-2");
    assert!(shows(&hand, "Column patient.born"));
    assert!(shows(&hand, "1961-09-22"), "the day of birth as a date");
    assert_eq!(value(&hand, "Rows 1 of patient: one for each"), "PID");
}

#[test]
fn a_source_is_written_and_undone_by_name() {
    let (_folder, mut hand) = page();
    write(&mut hand, "Source of patient.known_as", "\"TYPED\"");
    assert_eq!(undo_name(&mut hand), "Undo map patient.known_as");
    assert!(shows(&hand, "TYPED"), "the constant is the value");
    undo(&mut hand);
    assert_eq!(value(&hand, "Source of patient.known_as"), "/ZPI-1");
    write(&mut hand, "Source of patient.known_as", "");
    assert_eq!(undo_name(&mut hand), "Undo unmap patient.known_as");
}

#[test]
fn what_is_no_source_stays_in_its_field_and_is_told_there() {
    let (_folder, mut hand) = page();
    write(&mut hand, "Source of patient.sex", "PID-8.");
    assert!(shows(&hand, "a number from 1 to 65535 is needed"));
    press(&mut hand, "Column kin.name");
    assert_eq!(value(&hand, "Source of patient.sex"), "PID-8.", "not lost");
    assert!(shows(&hand, "a number from 1 to 65535 is needed"));
    write(&mut hand, "Source of patient.sex", "PID-8.1");
    assert!(!shows(&hand, "a number from 1 to 65535 is needed"));
    assert_eq!(value(&hand, "Source of patient.sex"), "PID-8.1");
}

#[test]
fn a_location_is_completed_with_what_the_message_holds() {
    let (_folder, mut hand) = page();
    write(&mut hand, "Source of patient.family", "PV1-3");
    assert!(shows(&hand, "PV1-3.1 "), "places below it are offered");
    hand.key_press(Key::ArrowDown);
    hand.run();
    hand.key_press(Key::Enter);
    settle(&mut hand);
    assert_eq!(value(&hand, "Source of patient.family"), "PV1-3.1");
}

#[test]
fn a_field_is_dragged_from_the_tree_to_a_column() {
    let (_folder, mut hand) = page();
    unfold(&mut hand, "PID-11");
    let (from, to) = (
        tree_row(&hand, "PID-11.3"),
        middle(&hand, "Source of patient.language"),
    );
    drag(&mut hand, from, to);
    assert!(shows(&hand, "patient.language ← PID-11.3"), "said before");
    release(&mut hand, to);
    assert_eq!(value(&hand, "Source of patient.language"), "PID-11.3");
    assert_eq!(undo_name(&mut hand), "Undo map patient.language");
    undo(&mut hand);
    assert_eq!(value(&hand, "Source of patient.language"), "/ZPI-2.1");
}

#[test]
fn what_stands_above_the_rows_is_named_in_the_message() {
    let (_folder, mut hand) = page();
    let (from, to) = (
        tree_row(&hand, "MSH-10"),
        middle(&hand, "Source of kin.telephone"),
    );
    drag(&mut hand, from, to);
    release(&mut hand, to);
    assert_eq!(value(&hand, "Source of kin.telephone"), "/MSH-10");
}

#[test]
fn escape_cancels_a_drag() {
    let (_folder, mut hand) = page();
    let (from, to) = (
        tree_row(&hand, "MSH-10"),
        middle(&hand, "Source of patient.language"),
    );
    drag(&mut hand, from, to);
    assert!(shows(&hand, "patient.language ← /MSH-10"));
    hand.key_press(Key::Escape);
    hand.run();
    assert!(!shows(&hand, "patient.language ← /MSH-10"));
    release(&mut hand, to);
    assert_eq!(value(&hand, "Source of patient.language"), "/ZPI-2.1");
}

#[test]
fn a_drop_on_the_line_for_a_new_column_makes_column_and_source() {
    let (_folder, mut hand) = page();
    let (from, to) = (
        tree_row(&hand, "PID-16"),
        middle(&hand, "New column of patient"),
    );
    drag(&mut hand, from, to);
    assert!(shows(
        &hand,
        "New column patient.marital_status: Text ← PID-16"
    ));
    release(&mut hand, to);
    assert_eq!(value(&hand, "Source of patient.marital_status"), "PID-16");
    assert_eq!(
        undo_name(&mut hand),
        "Undo add column patient.marital_status"
    );
    undo(&mut hand);
    assert!(!shows(&hand, "Column patient.marital_status"));
}

#[test]
fn a_segment_on_the_head_of_rows_says_what_a_row_stands_for() {
    let (_folder, mut hand) = page();
    let (from, to) = (
        tree_row(&hand, "PV1"),
        middle(&hand, "Rows 2 of kin: one for each"),
    );
    drag(&mut hand, from, to);
    assert!(shows(&hand, "One row of kin for each PV1"));
    release(&mut hand, to);
    assert_eq!(value(&hand, "Rows 2 of kin: one for each"), "PV1");
    assert_eq!(undo_name(&mut hand), "Undo change root of kin");
}

#[test]
fn a_drop_where_there_are_no_rows_begins_them() {
    let profile =
        "Profile(format: 1, name: \"Site\", standard: \"2.5.1\", messages: [Message(name: \"A\")])";
    let (_folder, mut hand) = window(profile, ADT);
    unfold(&mut hand, "PID-3");
    let (from, to) = (tree_row(&hand, "PID-3.1"), middle(&hand, "Make rows of"));
    drag(&mut hand, from, to);
    assert!(shows(&hand, "one for each PID; id_number ← PID-3.1"));
    release(&mut hand, to);
    let source = "Source of patient_identification.id_number";
    assert_eq!(value(&hand, source), "PID-3.1");
    assert!(
        shows(&hand, "Rows of patient_identification"),
        "a row is made"
    );
    let undo_words = "Undo add rows of patient_identification";
    assert_eq!(undo_name(&mut hand), undo_words);
    undo(&mut hand);
    assert!(shows(&hand, "No rows are made by columns yet"));
}

#[test]
fn a_drop_into_the_script_writes_how_it_is_read() {
    let (_folder, mut hand) = page();
    // The menu of this name stands above the tab.
    let tab = hand.query_all_by_label("Script");
    let tab = tab.max_by(|a, b| a.rect().top().total_cmp(&b.rect().top()));
    tab.expect("the tab of the script").click();
    settle(&mut hand);
    let editor = hand.get_by_label("Script editor").rect();
    let from = tree_row(&hand, "MSH-10");
    // The end of the first line, a comment.
    let to = Pos2::new(editor.left() + 500.0, editor.top() + 14.0);
    drag(&mut hand, from, to);
    assert!(shows(&hand, "msg[\"MSH-10\"]"));
    release(&mut hand, to);
    let script = value(&hand, "Script editor");
    let first = script.lines().next().unwrap_or_default();
    assert!(first.ends_with("msg[\"MSH-10\"]"), "{first}");
    assert_eq!(undo_name(&mut hand), "Undo change script of Admissions");
}

#[test]
fn the_chosen_place_is_mapped_by_keys() {
    let (_folder, mut hand) = page();
    let at = tree_row(&hand, "PID-16");
    hand.drag_at(at);
    hand.drop_at(at);
    settle(&mut hand);
    hand.key_press_modifiers(Modifiers::COMMAND, Key::M);
    settle(&mut hand);
    hand.get_by_label("Find a column").type_text("patient.lang");
    settle(&mut hand);
    hand.key_press(Key::Enter);
    settle(&mut hand);
    assert_eq!(value(&hand, "Source of patient.language"), "PID-16");
}

#[test]
fn the_chosen_place_goes_into_the_script_by_keys() {
    let (_folder, mut hand) = page();
    let at = tree_row(&hand, "MSH-10");
    hand.drag_at(at);
    hand.drop_at(at);
    settle(&mut hand);
    hand.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::M);
    settle(&mut hand);
    assert!(value(&hand, "Script editor").contains("msg[\"MSH-10\"]"));
}

#[test]
fn all_of_a_column_is_edited_in_its_form() {
    let (_folder, mut hand) = page();
    press(&mut hand, "Column patient.sex");
    assert!(shows(
        &hand,
        "sex is taken from PID-8 (Administrative Sex), translated by the code table sex."
    ));
    write(&mut hand, "Where absent of patient.sex", "U");
    assert_eq!(
        undo_name(&mut hand),
        "Undo change where absent of patient.sex"
    );
    write(&mut hand, "Expression of patient.sex", "value.to_lower()");
    assert_eq!(
        undo_name(&mut hand),
        "Undo change expression of patient.sex"
    );
    write(&mut hand, "Expression of patient.sex", "value.");
    assert!(
        shows(&hand, "patient.sex: "),
        "the error is told at the column"
    );
    rename(&mut hand, "Name of patient.sex", "gender");
    assert_eq!(undo_name(&mut hand), "Undo rename column patient.sex");
    assert_eq!(value(&hand, "Source of patient.gender"), "PID-8");
}

#[test]
fn a_column_is_added_by_name_and_removed() {
    let (_folder, mut hand) = page();
    write(&mut hand, "New column of kin", "remark");
    hand.key_press(Key::Enter);
    settle(&mut hand);
    assert_eq!(undo_name(&mut hand), "Undo add column kin.remark");
    assert_eq!(value(&hand, "Source of kin.remark"), "");
    press(&mut hand, "Remove column");
    assert_eq!(undo_name(&mut hand), "Undo remove column kin.remark");
    assert!(!shows(&hand, "Column kin.remark"));
}

#[test]
fn a_value_that_the_column_does_not_hold_is_told_at_its_cell() {
    let profile = "Profile(format: 1, name: \"Site\", standard: \"2.5.1\", messages: [Message(name: \"A\", rows: [Rows(table: \"t\", root: \"PID\", columns: {\"born\": From(\"PID-5.1\"), \"mrn\": From(\"PID-3.1\")})])], tables: {\"t\": Table(columns: [Column(name: \"born\", type: Date), Column(name: \"mrn\", type: Text, size: 2)])})";
    let (_folder, hand) = window(profile, ADT);
    assert!(shows(
        &hand,
        "t.born: the text is no date; the column holds Date"
    ));
    assert!(shows(
        &hand,
        "t.mrn: the text has 4 characters; the column stores 2"
    ));
    assert!(shows(&hand, "no value"));
}

#[test]
fn rows_that_come_several_times_are_walked() {
    let profile = "Profile(format: 1, name: \"Site\", standard: \"2.5.1\", messages: [Message(name: \"A\", rows: [Rows(table: \"t\", root: \"NK1\", columns: {\"name\": From(\"NK1-2.1\")})])], tables: {\"t\": Table(columns: [Column(name: \"name\")])})";
    let message = format!("{ADT}NK1|1|FIRST^A\rNK1|2|SECOND^B\r");
    let (_folder, mut hand) = window(profile, &message);
    assert!(shows(&hand, "1 of 2"));
    press(&mut hand, "Next row of t");
    assert!(shows(&hand, "2 of 2"));
    assert!(shows(&hand, "NK1[2]"));
}

#[test]
fn what_no_column_takes_is_listed() {
    let (_folder, mut hand) = page();
    press(&mut hand, "Not used by a column");
    assert!(shows(
        &hand,
        "Not used PID-11.1 Patient Address, Street Address"
    ));
    assert!(!shows(&hand, "Not used PID-5.1 "));
    let (from, to) = (
        middle(&hand, "Not used MSH-10 Message Control ID"),
        middle(&hand, "Source of patient.language"),
    );
    drag(&mut hand, from, to);
    release(&mut hand, to);
    assert_eq!(value(&hand, "Source of patient.language"), "/MSH-10");
    assert!(!shows(&hand, "Not used MSH-10 "));
}

#[test]
fn the_mapping_is_copied_as_sentences() {
    let (_folder, mut hand) = page();
    hand.get_by_label("Copy as text").click();
    hand.step();
    let copied = hand
        .output()
        .platform_output
        .commands
        .iter()
        .find_map(|command| match command {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        });
    let text = copied.expect("something is copied");
    assert!(
        text.contains("One row of patient stands for each PID segment (Patient Identification).")
    );
    assert!(
        text.contains("- mrn is taken from PID-2 (Patient ID); it is part of the key."),
        "{text}"
    );
}

#[test]
fn a_definition_is_proposed_from_the_selected_sample() {
    let (_folder, mut hand) = window(
        "Profile(format: 1, name: \"Site\", standard: \"2.5.1\")",
        ADT,
    );
    highest(&hand, "New message definition from this sample").click();
    settle(&mut hand);
    assert_eq!(undo_name(&mut hand), "Undo add ADT A01 from a sample");
    assert!(shows(&hand, "Definition: ADT A01"));
    assert!(
        shows(&hand, "This is the standard's"),
        "its grammar is a structure"
    );
    assert_eq!(value(&hand, "Identity 1 expression"), "^ADT$");
    undo(&mut hand);
    assert!(!shows(&hand, "Definition: ADT A01"));
}

/// Three definitions, the last of which stands behind one that takes its messages.
const ORDER: &str = "Profile(format: 1, name: \"Site\", standard: \"2.5.1\", messages: [Message(name: \"First\", identity: [(at: \"MSH-9.1\", matches: \"^ORU$\")]), Message(name: \"Second\", identity: [(at: \"MSH-9.1\", matches: \"^ADT$\")]), Message(name: \"Third\", identity: [(at: \"MSH-9.1\", matches: \"^ADT$\"), (at: \"MSH-9.2\", matches: \"^A01$\")])])";

fn order_page() -> (tempfile::TempDir, Hand) {
    let (folder, mut hand) = window(ORDER, ADT);
    highest(&hand, "Profile").click();
    settle(&mut hand);
    let row = hand.get_all_by_role(Role::TreeItem).find(|row| {
        let label = row.accesskit_node().label();
        label.is_some_and(|label| label.starts_with("Messages"))
    });
    row.expect("the explorer lists them").click();
    settle(&mut hand);
    (folder, hand)
}

/// The names of the definitions from top to bottom.
fn order(hand: &Hand) -> Vec<String> {
    let mut rows: Vec<(f32, String)> = hand
        .query_all_by_label_contains("Definition ")
        .filter_map(|row| {
            let label = row.accesskit_node().label()?;
            let name = label.strip_prefix("Definition ")?.to_owned();
            Some((row.rect().top(), name))
        })
        .collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    rows.into_iter().map(|(_, name)| name).collect()
}

#[test]
fn a_definition_that_can_never_match_says_so() {
    let (_folder, hand) = order_page();
    let words = "It can never match: every message that fits it fits Second first";
    assert!(shows(&hand, words));
}

#[test]
fn definitions_are_dragged_to_another_place() {
    let (_folder, mut hand) = order_page();
    let (from, to) = (
        middle(&hand, "Definition Third"),
        middle(&hand, "Definition Second"),
    );
    drag(&mut hand, from, to);
    release(&mut hand, to);
    assert_eq!(order(&hand), ["First", "Third", "Second"]);
    assert!(!shows(&hand, "It can never match"));
    assert_eq!(undo_name(&mut hand), "Undo move message Third");
}

#[test]
fn definitions_are_moved_by_keys() {
    let (_folder, mut hand) = order_page();
    hand.get_by_label("Definition Third").focus();
    hand.run();
    hand.key_press_modifiers(Modifiers::ALT, Key::ArrowUp);
    settle(&mut hand);
    assert_eq!(order(&hand), ["First", "Third", "Second"]);
    hand.key_press_modifiers(Modifiers::ALT, Key::ArrowUp);
    settle(&mut hand);
    assert_eq!(
        order(&hand),
        ["Third", "First", "Second"],
        "the focus follows"
    );
}

#[test]
fn an_expression_with_an_error_stays_and_is_told_at_its_place() {
    let (_folder, mut hand) = order_page();
    press(&mut hand, "Definition First");
    write(&mut hand, "Identity 1 expression", "^ORU(");
    assert!(shows(&hand, "Not a regular expression yet: unclosed group"));
    press(&mut hand, "Add a condition");
    assert_eq!(value(&hand, "Identity 1 expression"), "^ORU(", "not lost");
    write(&mut hand, "Identity 1 expression", "^ORM$");
    assert!(!shows(&hand, "Not a regular expression yet"));
}

#[test]
fn tables_are_edited_and_renames_follow_into_rows() {
    let (_folder, mut hand) = page();
    hand.get_by_label("Profile").click();
    settle(&mut hand);
    let row = hand.get_all_by_role(Role::TreeItem).find(|row| {
        let label = row.accesskit_node().label();
        label.is_some_and(|label| label.starts_with("Table patient"))
    });
    row.expect("the explorer lists it").click();
    settle(&mut hand);
    rename(&mut hand, "Column 1 name", "number");
    assert_eq!(undo_name(&mut hand), "Undo rename column patient.mrn");
    write(&mut hand, "Column 1 size", "many");
    assert!(shows(&hand, "A size is a number of characters, such as 20"));
    write(&mut hand, "Column 1 size", "20");
    assert_eq!(undo_name(&mut hand), "Undo change size of patient.number");
    press(&mut hand, "Move down column number");
    assert_eq!(value(&hand, "Column 2 name"), "number");
    rename(&mut hand, "Table name", "person");
    assert_eq!(undo_name(&mut hand), "Undo rename table patient");
    hand.get_by_label("Mapping").click();
    settle(&mut hand);
    assert_eq!(value(&hand, "Source of person.number"), "PID-2");
}
