//! The profile explorer and its pages, driven by what a screen reader would hear.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};

use super::gui::{Hand, example, open, project, settle, shows};

/// The worked example with the profile in front, in a window wide enough for all columns.
fn page() -> (tempfile::TempDir, Hand) {
    let (folder, _, mut hand) = example();
    hand.set_size(egui::vec2(3000.0, 900.0));
    hand.run();
    hand.get_by_label("Profile").click();
    settle(&mut hand);
    (folder, hand)
}

/// Harbour, which extends a template, with its samples.
fn harbour() -> (tempfile::TempDir, Hand) {
    let folder = tempfile::tempdir().expect("a folder");
    for file in ["harbour/profile.ron", "templates/patient-index.ron"] {
        let to = folder.path().join(file);
        std::fs::create_dir_all(to.parent().expect("a folder")).expect("made");
        std::fs::copy(project("mappings").join(file), to).expect("copied");
    }
    let profile = folder.path().join("harbour/profile.ron");
    let mut hand = open(&[profile, project("examples/one-index/harbour")]);
    hand.set_size(egui::vec2(3000.0, 900.0));
    hand.run();
    hand.get_by_label("Profile").click();
    settle(&mut hand);
    (folder, hand)
}

/// The labels of all that has this role.
fn labels(hand: &Hand, role: Role) -> Vec<String> {
    let all = hand.get_all_by_role(role);
    all.filter_map(|node| node.accesskit_node().label())
        .collect()
}

fn press(hand: &mut Hand, role: Role, begin: &str) {
    let node = hand.get_all_by_role(role).find(|node| {
        let label = node.accesskit_node().label();
        label.is_some_and(|label| label.starts_with(begin))
    });
    node.unwrap_or_else(|| panic!("nothing begins with {begin}"))
        .click_accesskit();
    settle(hand);
}

fn part(hand: &mut Hand, begin: &str) {
    press(hand, Role::TreeItem, begin);
}

/// Finds a part by its name and goes to it.
fn find(hand: &mut Hand, name: &str, begin: &str) {
    hand.get_by_label("Find a part").focus();
    hand.run();
    hand.get_by_label("Find a part").type_text(name);
    settle(hand);
    part(hand, begin);
}

/// What stands in a cell, as a screen reader says it.
fn cell(hand: &Hand, name: &str) -> String {
    let begin = format!("{name}: ");
    let found = labels(hand, Role::Cell);
    let found = found.iter().find_map(|label| label.strip_prefix(&begin));
    found
        .unwrap_or_else(|| panic!("there is no cell {name}"))
        .to_owned()
}

fn write(hand: &mut Hand, name: &str, text: &str) {
    press(hand, Role::Cell, &format!("{name}: "));
    hand.key_press(Key::F2);
    hand.run();
    hand.get_by_role_and_label(Role::TextInput, name)
        .type_text(text);
    hand.run();
    // A list of what can be written takes the first Enter only where something in it fits.
    hand.key_press(Key::Enter);
    settle(hand);
}

fn key(hand: &mut Hand, modifiers: Modifiers, key: Key) {
    hand.key_press_modifiers(modifiers, key);
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
    key(hand, Modifiers::COMMAND, Key::Z);
}

#[test]
fn the_parts_stand_in_a_tree_with_their_origin() {
    let (_folder, hand) = harbour();
    let parts = labels(&hand, Role::TreeItem);
    for part in [
        "Messages, 3",
        "Message Admissions, site, 1 sample",
        "Message Everything else, template Patient index, 0 samples",
        "Segment ZAD, Admission, site",
    ] {
        assert!(parts.iter().any(|known| known == part), "{part}: {parts:?}");
    }
}

#[test]
fn parts_are_walked_and_folded_by_keys() {
    let (_folder, mut hand) = page();
    part(&mut hand, "Messages");
    key(&mut hand, Modifiers::NONE, Key::ArrowLeft);
    assert!(!shows(&hand, "Message Admissions"), "the row is folded");
    key(&mut hand, Modifiers::NONE, Key::ArrowRight);
    key(&mut hand, Modifiers::NONE, Key::ArrowDown);
    assert!(shows(&hand, "Definition name"), "its page is shown");
}

#[test]
fn a_part_is_renamed_in_its_row_and_a_taken_name_is_refused() {
    let (_folder, mut hand) = page();
    part(&mut hand, "Message Admissions");
    key(&mut hand, Modifiers::NONE, Key::F2);
    hand.key_press_modifiers(Modifiers::COMMAND, Key::A);
    hand.get_by_label("New name").type_text("Results");
    key(&mut hand, Modifiers::NONE, Key::Enter);
    assert!(shows(&hand, "New name"), "what was typed stays");
    hand.key_press_modifiers(Modifiers::COMMAND, Key::A);
    hand.get_by_label("New name").type_text("Arrivals");
    key(&mut hand, Modifiers::NONE, Key::Enter);
    assert!(shows(&hand, "Message Arrivals"));
    assert_eq!(undo_name(&mut hand), "Undo rename message Admissions");
}

#[test]
fn a_part_is_removed_by_a_key_and_comes_back() {
    let (_folder, mut hand) = page();
    part(&mut hand, "Segment ZPI");
    key(&mut hand, Modifiers::NONE, Key::Delete);
    assert!(!shows(&hand, "Segment ZPI"));
    undo(&mut hand);
    assert!(shows(&hand, "Segment ZPI"));
}

#[test]
fn any_segment_of_the_standard_is_found_and_overlaid() {
    let (_folder, mut hand) = page();
    find(&mut hand, "pv1", "Segment PV1");
    assert_eq!(cell(&hand, "PV1-2 Usage"), "R, HL7 2.5.1");
    write(&mut hand, "PV1-2 Usage", "X");
    assert_eq!(cell(&hand, "PV1-2 Usage"), "X, site");
    assert_eq!(cell(&hand, "PV1-2 Name"), "Patient Class, HL7 2.5.1");
    assert_eq!(undo_name(&mut hand), "Undo change PV1-2");
    assert!(
        shows(&hand, "Segment PV1, "),
        "it is a part of the profile now"
    );
    press(&mut hand, Role::Cell, "PV1-2 Usage: ");
    key(&mut hand, Modifiers::NONE, Key::Delete);
    assert_eq!(cell(&hand, "PV1-2 Usage"), "R, HL7 2.5.1");
    assert_eq!(undo_name(&mut hand), "Undo revert usage of PV1-2");
}

#[test]
fn the_value_of_the_message_at_hand_stands_beside_the_field() {
    let (_folder, mut hand) = page();
    part(&mut hand, "Segment ZPI");
    assert_eq!(cell(&hand, "ZPI-1 here"), "Liv");
}

/// Writes what is wrong into a cell of ZPI-1: what the cell says then, and after it was mended.
fn check_wrong(attribute: &str, wrong: &str, says: &str, right: &str) {
    let (_folder, mut hand) = page();
    part(&mut hand, "Segment ZPI");
    let name = format!("ZPI-1 {attribute}");
    write(&mut hand, &name, wrong);
    let found = cell(&hand, &name);
    assert!(found.starts_with(wrong) && found.contains(says), "{found}");
    part(&mut hand, "Profile");
    part(&mut hand, "Segment ZPI");
    assert_eq!(cell(&hand, &name), found, "it is not lost");
    write(&mut hand, &name, right);
    assert_eq!(cell(&hand, &name), format!("{right}, site"));
}

#[test]
fn what_is_wrong_stays_at_its_place_until_it_is_mended() {
    check_wrong("Length", "ten", "Write the most characters", "12");
    check_wrong(
        "Repeat",
        "5..2",
        "The fewest are more than the most",
        "2..5",
    );
    check_wrong("Type", "QQQ", "is no data type of HL7", "CX");
    check_wrong("Date mask", "dd-QQ", "problem: ", "dd.MM.yyyy");
    check_wrong("Codes", "colours", "is no code table", "sex");
}

#[test]
fn an_unreadable_text_is_taken_back_by_undo_and_told_before_it_is_lost() {
    let (_folder, mut hand) = page();
    part(&mut hand, "Segment ZPI");
    write(&mut hand, "ZPI-1 Length", "many");
    assert!(shows(&hand, "1 problem"), "the part tells it, too");
    key(&mut hand, Modifiers::COMMAND, Key::N);
    assert!(shows(
        &hand,
        "a text that cannot be read yet is not saved with it"
    ));
    hand.get_by_label("Cancel").click();
    settle(&mut hand);
    assert_eq!(
        undo_name(&mut hand),
        "Undo typing in segments/ZPI/fields/1/length"
    );
    undo(&mut hand);
    assert_eq!(cell(&hand, "ZPI-1 Length"), "30, site");
    key(&mut hand, Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert!(cell(&hand, "ZPI-1 Length").starts_with("many"));
    undo(&mut hand);
    assert_eq!(cell(&hand, "ZPI-1 Length"), "30, site");
}

#[test]
fn a_choice_is_taken_from_the_list() {
    let (_folder, mut hand) = page();
    part(&mut hand, "Segment ZPI");
    press(&mut hand, Role::Cell, "ZPI-2 Type: ");
    hand.key_press(Key::F2);
    hand.run();
    let name = "ZPI-2 Type";
    hand.get_by_role_and_label(Role::TextInput, name)
        .type_text("address");
    hand.run();
    assert!(shows(&hand, "XAD "), "found by its words");
    hand.key_press(Key::Escape);
    hand.run();
    hand.key_press(Key::Escape);
    settle(&mut hand);
    assert_eq!(cell(&hand, name), "CE, site", "Escape leaves it");
}

#[test]
fn fields_of_a_z_segment_are_added_moved_and_removed_by_keys() {
    let (_folder, mut hand) = page();
    part(&mut hand, "Segment ZPI");
    press(&mut hand, Role::Cell, "ZPI-2 Name: ");
    key(&mut hand, Modifiers::COMMAND, Key::ArrowUp);
    assert_eq!(cell(&hand, "ZPI-1 Name"), "Interpreter language, site");
    assert_eq!(undo_name(&mut hand), "Undo move ZPI-2");
    press(&mut hand, Role::Cell, "ZPI-1 Name: ");
    key(&mut hand, Modifiers::NONE, Key::Insert);
    assert_eq!(cell(&hand, "ZPI-2 Name"), "Interpreter language, site");
    key(&mut hand, Modifiers::COMMAND, Key::Delete);
    assert_eq!(cell(&hand, "ZPI-1 Name"), "Interpreter language, site");
    // The last row takes a new one by typing.
    write(&mut hand, "ZPI-5 Name", "Shoe size");
    assert_eq!(cell(&hand, "ZPI-5 Name"), "Shoe size, site");
}

#[test]
fn a_segment_that_nobody_describes_is_described_from_the_samples() {
    let (_folder, mut hand) = page();
    part(&mut hand, "Segment ZPI");
    key(&mut hand, Modifiers::NONE, Key::Delete);
    assert!(!shows(&hand, "Segment ZPI"));
    let button = hand.get_all_by_label("Describe ZPI…").next();
    button.expect("it is offered").click_accesskit();
    settle(&mut hand);
    assert_eq!(cell(&hand, "ZPI-1 Name"), "Field 1, site");
    assert_eq!(cell(&hand, "ZPI-2 Type"), "CWE, site");
    assert_eq!(cell(&hand, "ZPI-4 Name"), "Field 4, site");
    // The first name has the keys.
    key(&mut hand, Modifiers::NONE, Key::F2);
    assert!(
        hand.query_by_role_and_label(Role::TextInput, "ZPI-1 Name")
            .is_some()
    );
    key(&mut hand, Modifiers::NONE, Key::Escape);
    assert_eq!(undo_name(&mut hand), "Undo add ZPI");
}

#[test]
fn what_a_site_says_over_a_template_is_reverted() {
    let (_folder, mut hand) = harbour();
    part(&mut hand, "Message Admissions");
    key(&mut hand, Modifiers::COMMAND, Key::Backspace);
    let parts = labels(&hand, Role::TreeItem);
    let name = "Message Admissions, template Patient index";
    assert!(parts.iter().any(|part| part.starts_with(name)), "{parts:?}");
    assert_eq!(undo_name(&mut hand), "Undo revert Admissions to inherited");
    undo(&mut hand);
    assert!(shows(&hand, "Message Admissions, site"));
}

#[test]
fn a_type_that_would_contain_itself_is_refused_with_the_way() {
    let (_folder, mut hand) = page();
    hand.get_by_label("Edit").click();
    hand.run();
    hand.query_all_by_label_contains("Describe a data type")
        .next()
        .expect("in the menu")
        .click();
    settle(&mut hand);
    write(&mut hand, "Z01.1 Name", "Street");
    assert_eq!(cell(&hand, "Z01.1 Name"), "Street, site");
    write(&mut hand, "Z01.1 Type", "Z01");
    let found = cell(&hand, "Z01.1 Type");
    assert!(
        found.contains("A data type cannot contain itself: Z01 → Z01"),
        "{found}"
    );
    write(&mut hand, "Z01.1 Type", "CX");
    assert_eq!(cell(&hand, "Z01.1 Type"), "CX, site");
}

#[test]
fn a_type_tells_where_it_is_used() {
    let (_folder, mut hand) = page();
    find(&mut hand, "xcn", "Type XCN");
    assert_eq!(cell(&hand, "XCN.1 Name"), "ID Number, HL7 2.5.1");
    hand.get_by_label("ZPI-4").click_accesskit();
    settle(&mut hand);
    assert_eq!(cell(&hand, "ZPI-4 Type"), "XCN, site");
}

#[test]
fn a_narrow_panel_shows_parts_and_page_in_turn() {
    let (_folder, _, mut hand) = example();
    hand.set_size(egui::vec2(1200.0, 900.0));
    hand.run();
    hand.get_by_label("Profile").click();
    settle(&mut hand);
    assert!(!shows(&hand, "Segment ZPI"));
    hand.get_by_label("All parts").click();
    settle(&mut hand);
    key(&mut hand, Modifiers::NONE, Key::ArrowDown);
    key(&mut hand, Modifiers::NONE, Key::Home);
    key(&mut hand, Modifiers::NONE, Key::Enter);
    assert!(shows(&hand, "Profile name"));
    hand.get_by_label("All parts").click();
    settle(&mut hand);
    part(&mut hand, "Segment ZPI");
    assert!(shows(&hand, "Fields of ZPI"), "a click leads to the page");
}

#[test]
fn codes_are_added_by_typing_and_a_code_that_is_taken_is_refused() {
    let (_folder, mut hand) = page();
    part(&mut hand, "Codes sex");
    assert_eq!(cell(&hand, "Site codes row 2 Application's code"), "F");
    write(&mut hand, "Site codes row 4 Site's code", "4");
    assert_eq!(cell(&hand, "Site codes row 3 Site's code"), "4");
    assert_eq!(undo_name(&mut hand), "Undo change codes sex");
    write(&mut hand, "Site codes row 3 Application's code", "U");
    write(&mut hand, "Site codes row 3 Site's code", "1");
    let found = cell(&hand, "Site codes row 3 Site's code");
    assert!(found.starts_with("1, problem: This code stands"), "{found}");
    press(&mut hand, Role::Cell, "Site codes row 3 Site's code");
    key(&mut hand, Modifiers::NONE, Key::Delete);
    assert_eq!(cell(&hand, "Site codes row 3 Site's code"), "4");
}

#[test]
fn two_columns_from_a_spreadsheet_are_pasted_as_codes() {
    let (_folder, mut hand) = page();
    part(&mut hand, "Codes sex");
    press(&mut hand, Role::Cell, "Site codes row 4 Site's code");
    hand.event(egui::Event::Paste("7\tM\n8\tF\n".to_owned()));
    settle(&mut hand);
    assert_eq!(cell(&hand, "Site codes row 3 Site's code"), "7");
    assert!(cell(&hand, "Site codes row 4 Application's code").starts_with('F'));
    undo(&mut hand);
    assert_eq!(cell(&hand, "Site codes row 3 Site's code"), "9");
}
