//! Findings in the window: what they say, the fix, waivers and severities.

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT, Queryable};

use super::gui::{Hand, open, press, settle, shows};

const PROFILE: &str = r#"Profile(
    format: 1,
    name: "North",
    standard: "2.5.1",
    segments: { "PID": Segment(fields: [
        Field(number: 7, usage: Required),
        Field(number: 8, codes: "sex"),
    ]) },
    codes: { "sex": Codes(values: { "F": "Female", "M": "Male" }) },
)
"#;

const MESSAGE: &str = "MSH|^~\\&|LAB|NORTH|HUB|CITY|20260301091500||ADT^A01^ADT_A01|1|P|2.5.1\r\
    EVN||20260301091500\rPID|1||4711^^^NORTH^MR||Amsel^Berta|||f\rPV1|1|I\r";

fn window() -> (tempfile::TempDir, Hand) {
    let folder = tempfile::tempdir().expect("a folder");
    let paths = [("profile.ron", PROFILE), ("in.hl7", MESSAGE)].map(|(name, text)| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    });
    let mut hand = open(&paths);
    hand.set_size(egui::vec2(1600.0, 2400.0));
    press(&mut hand, "Problems");
    (folder, hand)
}

/// Chooses the problem whose name holds `text`.
fn choose(hand: &mut Hand, text: &str) {
    let row = hand.get_all_by_role(Role::Row).find(|row| {
        row.accesskit_node()
            .label()
            .is_some_and(|label| label.contains(text))
    });
    row.unwrap_or_else(|| panic!("no problem {text}"))
        .click_accesskit();
    settle(hand);
}

fn has_problem(hand: &Hand, text: &str) -> bool {
    let rows: Vec<String> = hand
        .query_all_by_role(Role::Row)
        .filter_map(|row| row.accesskit_node().label())
        .collect();
    rows.iter().any(|label| label.contains(text))
}

fn write(hand: &mut Hand, label: &str, text: &str) {
    hand.get_by_label(label).focus();
    hand.run();
    hand.get_by_label(label).type_text(text);
    hand.run();
}

#[test]
fn a_finding_says_its_rule_and_is_mended_by_one_click() {
    let (_folder, mut hand) = window();
    choose(&mut hand, "warning[code-site] PID-8");
    assert!(shows(&hand, "A code is one of the profile's code table"));
    assert!(shows(&hand, "one of F, M"));
    press(&mut hand, "Write F");
    assert!(!has_problem(&hand, "code-site"));
    choose(&mut hand, "field-required");
    press(&mut hand, "Undo write F at PID-8");
    assert!(has_problem(&hand, "code-site"), "it is taken back");
}

#[test]
fn a_fix_is_undone_and_redone_by_the_keys_like_every_edit() {
    let (_folder, mut hand) = window();
    let key = |hand: &mut Hand, modifiers, key| {
        hand.key_press_modifiers(modifiers, key);
        settle(hand);
    };
    let (undo, redo) = (
        egui::Modifiers::COMMAND,
        egui::Modifiers::COMMAND | egui::Modifiers::SHIFT,
    );
    choose(&mut hand, "warning[field-required] PID-7");
    press(&mut hand, "Waive…");
    write(&mut hand, "Reason to waive", "agreed");
    press(&mut hand, "Waive");
    choose(&mut hand, "warning[code-site] PID-8");
    press(&mut hand, "Write F");
    assert!(!has_problem(&hand, "code-site") && !has_problem(&hand, "field-required"));
    // The newest goes first: the fix, then the waiver.
    key(&mut hand, undo, Key::Z);
    assert!(has_problem(&hand, "code-site") && !has_problem(&hand, "field-required"));
    key(&mut hand, undo, Key::Z);
    assert!(has_problem(&hand, "code-site") && has_problem(&hand, "field-required"));
    key(&mut hand, redo, Key::Z);
    assert!(has_problem(&hand, "code-site") && !has_problem(&hand, "field-required"));
    key(&mut hand, redo, Key::Z);
    assert!(!has_problem(&hand, "code-site") && !has_problem(&hand, "field-required"));
}

#[test]
fn a_finding_is_waived_with_a_reason_and_that_is_undone() {
    let (_folder, mut hand) = window();
    choose(&mut hand, "warning[field-required] PID-7");
    press(&mut hand, "Waive…");
    write(&mut hand, "Reason to waive", "agreed with Ms Star");
    press(&mut hand, "Waive");
    assert!(!has_problem(&hand, "field-required"));
    press(&mut hand, "1 waived");
    assert!(has_problem(&hand, "waived: warning[field-required]"));
    hand.key_press_modifiers(egui::Modifiers::COMMAND, Key::Z);
    settle(&mut hand);
    assert!(has_problem(&hand, "field-required"));
    assert!(!has_problem(&hand, "waived:"));
}

#[test]
fn an_unknown_segment_is_described_from_where_it_is_told() {
    let (folder, mut hand) = window();
    let path = folder.path().join("pet.hl7");
    let message = MESSAGE.replace("|ADT^A01^ADT_A01|1|", "|ADT^A01^ADT_A01|2|");
    std::fs::write(&path, message + "ZPT|1|Rex|dog\r").expect("written");
    drop(hand);
    hand = open(&[folder.path().join("profile.ron"), path]);
    hand.set_size(egui::vec2(1600.0, 2400.0));
    press(&mut hand, "Problems");
    let offers = |hand: &Hand| hand.query_all_by_label("Describe ZPT…").count();
    // The tree offers it in its row; the problem and the text once it is chosen.
    assert_eq!(offers(&hand), 1);
    choose(&mut hand, "[segment-unknown] ZPT");
    assert_eq!(
        offers(&hand),
        3,
        "in the text's bar, the tree and the problem"
    );
    let button = hand.get_all_by_label("Describe ZPT…").last();
    button.expect("it is offered").click_accesskit();
    settle(&mut hand);
    assert!(!has_problem(&hand, "segment-unknown"));
    assert!(shows(&hand, "ZPT-2 Name: Field 2"));
    assert_eq!(offers(&hand), 0);
    hand.key_press_modifiers(egui::Modifiers::COMMAND, Key::Z);
    settle(&mut hand);
    assert!(has_problem(&hand, "segment-unknown"));
}

#[test]
fn a_severity_is_chosen_on_the_page_of_rules() {
    let (_folder, mut hand) = window();
    choose(&mut hand, "field-required");
    press(&mut hand, "Severities and waivers");
    hand.get_by_label("Find a rule").focus();
    hand.run();
    hand.get_by_label("Find a rule").type_text("field-required");
    settle(&mut hand);
    press(&mut hand, "Severity of field-required");
    press(&mut hand, "Error");
    assert!(has_problem(&hand, "error[field-required] PID-7"));
    hand.key_press_modifiers(egui::Modifiers::COMMAND, Key::Z);
    settle(&mut hand);
    assert!(has_problem(&hand, "warning[field-required] PID-7"));
}

#[test]
fn waivers_are_written_changed_and_removed_on_the_page() {
    let (_folder, mut hand) = window();
    choose(&mut hand, "code-site");
    press(&mut hand, "Severities and waivers");
    press(&mut hand, "Rule of a new waiver");
    press(&mut hand, "code-site");
    write(&mut hand, "Place of a new waiver", "PID-8");
    write(&mut hand, "Reason of a new waiver", "until June");
    press(&mut hand, "Add waiver");
    assert!(!has_problem(&hand, "code-site"));
    let reason = hand.get_by_label("Reason of waiver 1").value();
    assert_eq!(reason.as_deref(), Some("until June"));
    press(&mut hand, "Remove waiver 1");
    assert!(has_problem(&hand, "code-site"));
}

#[test]
fn a_finding_of_the_mapping_is_mended_waived_and_its_code_listed() {
    const MAPPED: &str = r#"Profile(
        format: 1,
        name: "North",
        standard: "2.5.1",
        codes: { "sex": Codes(maps: { "1": "M", "2": "F" }, otherwise: Error) },
        tables: { "patient": Table(columns: [Column(name: "born", type: Date), Column(name: "sex")]) },
        messages: [Message(name: "Admit", rows: [Rows(table: "patient", root: "PID", columns: {
            "born": From("PID-7"),
            "sex": From("PID-8", codes: "sex"),
        })])],
    )"#;
    let folder = tempfile::tempdir().expect("a folder");
    let message = MESSAGE.replace("|||f\r", "||01.03.1970|f\r");
    assert_ne!(message, MESSAGE);
    let paths = [("profile.ron", MAPPED), ("in.hl7", &message)].map(|(name, text)| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    });
    let mut hand = open(&paths);
    hand.set_size(egui::vec2(1600.0, 2400.0));
    press(&mut hand, "Problems");
    choose(&mut hand, "error[row-value] PID-7");
    assert!(shows(&hand, "a date such as 20260301"));
    assert!(shows(&hand, "99.99.9999 (10 characters)"));
    press(&mut hand, "Write it as HL7 does");
    assert!(!has_problem(&hand, "row-value"));
    choose(&mut hand, "error[code-unknown] PID-8");
    press(&mut hand, "Add f to sex");
    // What it means is still to be written.
    let name = hand.get_by_label("Code table name").value();
    assert_eq!(name.as_deref(), Some("sex"));
    assert!(!has_problem(
        &hand,
        "error[code-unknown] PID-8: patient.sex: the code f is not in"
    ));
    hand.key_press_modifiers(egui::Modifiers::COMMAND, Key::Z);
    settle(&mut hand);
    choose(&mut hand, "error[code-unknown] PID-8");
    press(&mut hand, "Waive…");
    write(&mut hand, "Reason to waive", "agreed");
    press(&mut hand, "Waive");
    assert!(!has_problem(&hand, "code-unknown"));
}
