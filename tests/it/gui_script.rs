//! The tools of the script editor: definitions and back, places, renaming, formatting, find and
//! replace, mending what is wrong.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};

use super::gui::{Hand, example, script, settle, shows, type_at_end};

const SHIFTED: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

fn press(hand: &mut Hand, modifiers: Modifiers, key: Key) {
    hand.key_press_modifiers(modifiers, key);
    settle(hand);
}

/// The script that is typed, after what stood there.
fn typed(text: &str) -> (tempfile::TempDir, Hand, String) {
    let (folder, _, mut hand) = example();
    let before = script(&hand);
    type_at_end(&mut hand, text);
    // What is proposed goes away; without a list the key takes the focus from the text.
    press(&mut hand, Modifiers::NONE, Key::Escape);
    hand.get_by_label("Script editor").focus();
    hand.run();
    (folder, hand, before)
}

fn rest(hand: &Hand, before: &str) -> String {
    script(hand)
        .strip_prefix(before)
        .unwrap_or_default()
        .to_owned()
}

fn undo_name(hand: &mut Hand) -> String {
    hand.get_by_label("Edit").click();
    hand.run();
    let found = hand.query_all_by_label_contains("Undo ").next();
    let name = found
        .and_then(|node| node.accesskit_node().label())
        .unwrap_or_default();
    hand.key_press(Key::Escape);
    hand.run();
    name
}

#[test]
fn a_segment_goes_on_to_its_fields() {
    let (_folder, mut hand, before) = typed("");
    hand.get_by_label("Script editor")
        .type_text("let a = msg[\"PI");
    settle(&mut hand);
    assert!(shows(&hand, "PID- Patient Identification"));
    press(&mut hand, Modifiers::NONE, Key::Enter);
    assert_eq!(rest(&hand, &before), "let a = msg[\"PID-");
    assert!(shows(&hand, "PID-1 Set ID - PID · 1"), "its fields follow");
    hand.get_by_label("Script editor").type_text("8");
    settle(&mut hand);
    press(&mut hand, Modifiers::NONE, Key::Tab);
    assert_eq!(rest(&hand, &before), "let a = msg[\"PID-8\"]");
}

#[test]
fn columns_and_variables_are_proposed_with_what_they_hold() {
    let (_folder, mut hand, before) = typed("let row = rows.add(\"kin\"); row.");
    hand.get_by_label("Script editor").type_text("m");
    settle(&mut hand);
    assert!(shows(&hand, "mrn Text"));
    press(&mut hand, Modifiers::NONE, Key::Enter);
    assert!(rest(&hand, &before).ends_with("row.mrn"));
    let (_folder, mut hand, _) = typed("let sex = msg[\"PID-8\"];\nlet b = se");
    press(&mut hand, Modifiers::CTRL, Key::Space);
    assert!(shows(&hand, "sex text"));
}

#[test]
fn nothing_is_proposed_in_a_comment() {
    let (_folder, mut hand, _) = typed("// msg[\"PID-");
    press(&mut hand, Modifiers::CTRL, Key::Space);
    assert!(!shows(&hand, "PID-1 Set ID - PID · 1"));
}

#[test]
fn the_open_call_tells_its_argument() {
    let (_folder, mut hand, _) = typed("");
    hand.get_by_label("Script editor")
        .type_text("let a = pad(\"1\", ");
    settle(&mut hand);
    assert!(shows(&hand, "pad(text, width) -> text"));
    press(&mut hand, Modifiers::NONE, Key::Escape);
    assert!(!shows(&hand, "pad(text, width) -> text"));
}

#[test]
fn a_slip_is_mended_by_a_click_or_a_key_and_undone() {
    let slip = "let sex = 1;\nlet b = sxe;";
    let (_folder, mut hand, before) = typed(slip);
    assert!(shows(&hand, "sxe is not defined"));
    hand.get_by_label("Change to sex").click();
    settle(&mut hand);
    assert_eq!(rest(&hand, &before), "let sex = 1;\nlet b = sex;");
    assert!(!shows(&hand, "sxe is not defined"));
    press(&mut hand, Modifiers::COMMAND, Key::Z);
    assert_eq!(rest(&hand, &before), slip);
    hand.get_by_label("Script editor").focus();
    hand.run();
    press(&mut hand, Modifiers::COMMAND, Key::End);
    press(&mut hand, Modifiers::COMMAND, Key::Period);
    assert_eq!(rest(&hand, &before), "let sex = 1;\nlet b = sex;");
}

#[test]
fn a_definition_is_shown_and_the_way_back() {
    let (_folder, mut hand, _) = typed("codes(\"sex");
    press(&mut hand, Modifiers::NONE, Key::F12);
    assert!(shows(&hand, "Code table sex") || hand.query_by_label("Script editor").is_none());
    press(&mut hand, Modifiers::ALT, Key::ArrowLeft);
    assert!(hand.get_by_label("Script editor").is_focused());
    assert!(script(&hand).ends_with("codes(\"sex"));
}

#[test]
fn the_field_of_a_location_is_chosen_on_the_page_of_its_segment() {
    let (_folder, mut hand, _) = typed("msg[\"PV1-19");
    press(&mut hand, Modifiers::NONE, Key::F12);
    let chosen = hand.get_all_by_role(Role::Cell).find(|cell| {
        let node = cell.accesskit_node();
        let is_on = node.toggled() == Some(egui::accesskit::Toggled::True);
        is_on && node.label().is_some_and(|label| label.contains("PV1-"))
    });
    let name = chosen.and_then(|cell| cell.accesskit_node().label());
    assert_eq!(
        name.as_deref(),
        Some("PV1-19 Name: Visit Number, HL7 2.5.1")
    );
    press(&mut hand, Modifiers::ALT, Key::ArrowLeft);
    assert!(hand.get_by_label("Script editor").is_focused());
}

#[test]
fn the_column_of_a_row_is_chosen_on_the_page_of_its_table() {
    let (_folder, mut hand, _) = typed("let row = rows.add(\"kin\"); row.given = 1;");
    for _ in 0..6 {
        press(&mut hand, Modifiers::NONE, Key::ArrowLeft);
    }
    press(&mut hand, Modifiers::NONE, Key::F12);
    assert!(shows(&hand, "Table: kin"));
    let field = hand.get_all_by_role(Role::TextInput).find(|field| {
        let label = field.accesskit_node().label();
        label.is_some_and(|label| label.starts_with("Column ")) && field.is_focused()
    });
    let value = field.and_then(|field| field.value());
    assert_eq!(value.as_deref(), Some("given"));
}

#[test]
fn all_places_of_a_code_table_are_listed() {
    let (_folder, mut hand, _) = typed("let x = codes(\"sex\", \"1\");\nlet y = codes(\"sex");
    press(&mut hand, Modifiers::SHIFT, Key::F12);
    assert!(shows(&hand, "sex: "), "the count is told");
    let rows = hand.get_all_by_role(Role::Row).filter(|row| {
        let label = row.accesskit_node().label();
        label.is_some_and(|label| label.contains("codes(\"sex"))
    });
    assert!(rows.count() >= 2);
}

#[test]
fn a_variable_is_renamed_and_a_taken_name_is_refused() {
    let (_folder, mut hand, before) = typed("let one = 1;\nlet two = 2;\none + two; one");
    press(&mut hand, Modifiers::NONE, Key::F2);
    press(&mut hand, Modifiers::COMMAND, Key::A);
    hand.get_by_label("New name").type_text("two");
    settle(&mut hand);
    assert!(shows(&hand, "two is taken"));
    press(&mut hand, Modifiers::NONE, Key::Enter);
    assert!(shows(&hand, "two is taken"), "it stays as it is");
    press(&mut hand, Modifiers::COMMAND, Key::A);
    hand.get_by_label("New name").type_text("first");
    settle(&mut hand);
    press(&mut hand, Modifiers::NONE, Key::Enter);
    assert_eq!(
        rest(&hand, &before),
        "let first = 1;\nlet two = 2;\nfirst + two; first"
    );
    assert!(undo_name(&mut hand).starts_with("Undo rename one to first"));
}

#[test]
fn a_script_is_formatted_as_one_step() {
    let (_folder, mut hand, before) = typed("if true{let   a=1;print(a)}");
    press(&mut hand, SHIFTED, Key::I);
    assert!(script(&hand).ends_with("if true { let a = 1; print(a) }\n"));
    press(&mut hand, Modifiers::COMMAND, Key::Z);
    assert_eq!(rest(&hand, &before), "if true{let   a=1;print(a)}");
}

#[test]
fn a_new_line_begins_where_its_block_does() {
    let (_folder, mut hand, before) = typed("if true {");
    press(&mut hand, Modifiers::NONE, Key::Enter);
    hand.get_by_label("Script editor").type_text("print(1);");
    settle(&mut hand);
    press(&mut hand, Modifiers::NONE, Key::Enter);
    assert_eq!(rest(&hand, &before), "if true {\n    print(1);\n    ");
    hand.get_by_label("Script editor").type_text("}");
    settle(&mut hand);
    assert_eq!(rest(&hand, &before), "if true {\n    print(1);\n}");
}

#[test]
fn what_is_found_is_counted_and_replaced() {
    let (_folder, mut hand, before) = typed("let cat = 1;\nlet b = cat + cat;");
    press(&mut hand, Modifiers::COMMAND, Key::H);
    hand.get_by_label("Find in the script").type_text("cat");
    settle(&mut hand);
    assert!(shows(&hand, "3 found"));
    press(&mut hand, Modifiers::NONE, Key::Enter);
    assert!(shows(&hand, "of 3"));
    hand.get_by_label("Replace with").focus();
    hand.run();
    hand.get_by_label("Replace with").type_text("dog");
    settle(&mut hand);
    hand.get_by_label("Replace all").click();
    settle(&mut hand);
    assert_eq!(rest(&hand, &before), "let dog = 1;\nlet b = dog + dog;");
    press(&mut hand, Modifiers::NONE, Key::Escape);
    press(&mut hand, Modifiers::COMMAND, Key::Z);
    assert_eq!(rest(&hand, &before), "let cat = 1;\nlet b = cat + cat;");
}

#[test]
fn a_wrong_expression_says_where() {
    let (_folder, mut hand, _) = typed("");
    press(&mut hand, Modifiers::COMMAND, Key::F);
    hand.get_by_label(".*").click();
    hand.run();
    hand.get_by_label("Find in the script").focus();
    hand.run();
    hand.get_by_label("Find in the script").type_text("msg(");
    settle(&mut hand);
    assert!(shows(&hand, "at character 4"));
}

#[test]
fn words_are_found_in_all_scripts() {
    let (_folder, mut hand, _) = typed("");
    press(&mut hand, SHIFTED, Key::F);
    hand.get_by_label("Find in the script").type_text("msg");
    settle(&mut hand);
    assert!(shows(&hand, " scripts"));
    let rows: Vec<String> = hand
        .get_all_by_role(Role::Row)
        .filter_map(|row| row.accesskit_node().label())
        .filter(|label| label.contains(" line "))
        .collect();
    assert!(!rows.is_empty());
}

#[test]
fn words_are_replaced_in_all_scripts_as_one_step() {
    let (_folder, mut hand, before) = typed("");
    press(&mut hand, SHIFTED, Key::H);
    hand.get_by_label("Find in the script")
        .type_text("codes(\"sex\"");
    settle(&mut hand);
    hand.get_by_label("Replace with").focus();
    hand.run();
    hand.get_by_label("Replace with")
        .type_text("codes(\"gender\"");
    settle(&mut hand);
    assert!(shows(&hand, "Replace 2 in 2 scripts"), "the count is told");
    let becomes = "codes(\"sex\" becomes codes(\"gender\"";
    assert!(shows(&hand, becomes), "and what the places become");
    assert_eq!(script(&hand), before, "nothing is changed yet");
    press(&mut hand, Modifiers::COMMAND, Key::Enter);
    assert_eq!(
        script(&hand),
        before.replace("codes(\"sex\"", "codes(\"gender\"")
    );
    assert!(shows(&hand, "not found in any script"));
    assert!(undo_name(&mut hand).starts_with("Undo replace 2 in 2 scripts"));
    press(&mut hand, Modifiers::NONE, Key::Escape);
    hand.get_by_label("Script editor").focus();
    hand.run();
    press(&mut hand, Modifiers::COMMAND, Key::Z);
    assert_eq!(script(&hand), before);
    press(&mut hand, SHIFTED, Key::H);
    assert!(shows(&hand, "Replace 2 in 2 scripts"), "in both");
}

#[test]
fn a_field_that_a_variable_of_a_segment_lacks_is_told() {
    let (_folder, mut hand, _) = typed("for kin in msg.segments(\"NK1\") { let a = kin[\"88");
    hand.get_by_label("Script editor").type_text("\"]; }");
    settle(&mut hand);
    assert!(shows(&hand, "NK1-88: NK1 has 39 fields"));
}

#[test]
fn a_code_table_that_is_renamed_on_its_page_is_followed_in_the_scripts() {
    let (_folder, mut hand, before) = typed("codes(\"sex");
    press(&mut hand, Modifiers::NONE, Key::F12);
    let field = "Code table name";
    hand.get_by_label(field).focus();
    hand.run();
    press(&mut hand, Modifiers::COMMAND, Key::A);
    hand.get_by_label(field).type_text("gender");
    settle(&mut hand);
    press(&mut hand, Modifiers::NONE, Key::Enter);
    assert!(shows(&hand, "2 scripts follow to gender"));
    assert!(undo_name(&mut hand).starts_with("Undo rename codes sex"));
    press(&mut hand, Modifiers::ALT, Key::ArrowLeft);
    let renamed = script(&hand);
    assert_eq!(
        renamed,
        format!("{before}codes(\"sex").replace("codes(\"sex", "codes(\"gender")
    );
    hand.get_by_label("Script editor").focus();
    hand.run();
    press(&mut hand, Modifiers::COMMAND, Key::Z);
    assert_eq!(script(&hand), format!("{before}codes(\"sex"));
}
