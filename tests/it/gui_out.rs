//! The template of rows out in the window: begun from a sample, mended, and what it makes.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};

use super::gui::{Hand, open, press, settle, shows};

const PROFILE: &str = r#"Profile(
    format: 1,
    name: "North",
    standard: "2.5.1",
    messages: [
        Message(
            name: "Admissions",
            identity: [(at: "MSH-9.1", matches: "^ADT$")],
            grammar: "ADT_A01",
            rows: [Rows(table: "patient", root: "PID", columns: {
                "mrn": From("PID-3.1"),
                "family": From("PID-5.1"),
            })],
        ),
    ],
    tables: { "patient": Table(columns: [
        Column(name: "mrn", type: Text, key: true),
        Column(name: "family", type: Text),
    ]) },
)
"#;

const MESSAGE: &str = "MSH|^~\\&|LAB|NORTH|HUB|CITY|20260301091500||ADT^A01^ADT_A01|1|P|2.5.1\r\
    EVN||20260301091500\rPID|1||4711^^^NORTH^MR||Amsel^Berta|||F\rPV1|1|I\r";

const TEMPLATE: &str = "Template of the message";

/// The page of the definition.
fn page() -> (tempfile::TempDir, Hand) {
    let folder = tempfile::tempdir().expect("a folder");
    let paths = [("profile.ron", PROFILE), ("in.hl7", MESSAGE)].map(|(name, text)| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    });
    let mut hand = open(&paths);
    hand.set_size(egui::vec2(2400.0, 3600.0));
    press(&mut hand, "Profile");
    let row = hand.get_all_by_role(Role::TreeItem).find(|row| {
        let label = row.accesskit_node().label();
        label.is_some_and(|label| label.starts_with("Message Admissions"))
    });
    row.expect("it is listed").click_accesskit();
    settle(&mut hand);
    (folder, hand)
}

fn template(hand: &Hand) -> Option<String> {
    let editor = hand.query_by_role_and_label(Role::MultilineTextInput, TEMPLATE);
    editor.and_then(|editor| editor.value())
}

fn undo(hand: &mut Hand) {
    hand.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    settle(hand);
}

#[test]
fn a_template_begins_with_the_header_of_the_sample() {
    let (_folder, mut hand) = page();
    assert_eq!(template(&hand), None);
    press(&mut hand, "Generate rows back into a message…");
    let header = "MSH|^~\\&|LAB|NORTH|HUB|CITY|||ADT^A01^ADT_A01||P|2.5.1";
    assert_eq!(template(&hand).as_deref(), Some(header));
    assert!(shows(&hand, "all columns come back"));
    let made = hand.get_by_label("Message made of the rows").value();
    let made = made.expect("a text");
    assert!(made.contains("4711") && made.contains("Amsel"), "{made}");
    press(&mut hand, "Remove the template");
    assert_eq!(template(&hand), None);
    undo(&mut hand);
    assert_eq!(template(&hand).as_deref(), Some(header));
    undo(&mut hand);
    assert_eq!(template(&hand), None);
}

#[test]
fn what_is_wrong_with_a_template_is_told_at_its_place_and_stays() {
    let (_folder, mut hand) = page();
    press(&mut hand, "Generate rows back into a message…");
    hand.get_by_label(TEMPLATE).focus();
    hand.run();
    hand.key_press_modifiers(Modifiers::COMMAND, Key::End);
    hand.run();
    hand.get_by_label(TEMPLATE).type_text("\nwords");
    settle(&mut hand);
    assert!(shows(&hand, "Line 2, column 1: the line is no segment"));
    assert!(template(&hand).is_some_and(|text| text.ends_with("\nwords")));
    undo(&mut hand);
    assert!(!shows(&hand, "the line is no segment"));
    assert!(template(&hand).is_some_and(|text| text.ends_with("2.5.1")));
}
