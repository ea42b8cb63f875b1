//! What holds for every message of a site, in the window: its charset, its scripts.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};

use super::gui::{Hand, click, open, settle, shows, type_at_end};

/// Surnames in ISO 8859-2, under an MSH-18 that says nothing.
const MESSAGE: &[u8] =
    b"MSH|^~\\&|RECEPCJA|SZPITAL|INDEX|REGION|20260302091544||ADT^A04^ADT_A01|RB1|P|2.5.1\r\
EVN||20260302091500\rPID|1||77||\xA3\xEAcki^\xAFaneta||19800101|F\rPV1|1|O\r";

fn site() -> (tempfile::TempDir, Hand) {
    let folder = tempfile::tempdir().expect("a folder");
    let profile = folder.path().join("profile.ron");
    let text = "Profile(format: 1, name: \"Szpital\", messages: [Message(name: \"ADT\", script: Inline(\"out.copy(msg);\"))])";
    std::fs::write(&profile, text).expect("written");
    let message = folder.path().join("in.hl7");
    std::fs::write(&message, MESSAGE).expect("written");
    let hand = open(&[profile, message]);
    (folder, hand)
}

fn raw(hand: &Hand) -> String {
    hand.get_by_label("Message text")
        .value()
        .unwrap_or_default()
}

#[test]
fn the_charset_of_the_site_is_chosen_and_undone_by_name() {
    let (_folder, mut hand) = site();
    assert!(!raw(&hand).contains("Łęcki"), "{}", raw(&hand));
    let tab = hand.get_all_by_label("Profile").next();
    tab.expect("a tab").click();
    settle(&mut hand);
    click(&mut hand, "How the charset is found");
    click(&mut hand, "Always");
    click(&mut hand, "Charset of the site");
    // Below the part of the list that is in sight.
    hand.get_by_label("ISO-8859-2").click_accesskit();
    settle(&mut hand);
    assert!(raw(&hand).contains("Łęcki^Żaneta"), "{}", raw(&hand));
    click(&mut hand, "Edit");
    hand.get_by_label_contains("Undo change charset").click();
    settle(&mut hand);
    assert!(!raw(&hand).contains("Łęcki"), "{}", raw(&hand));
}

#[test]
fn a_script_of_the_site_changes_what_is_parsed_and_not_what_came() {
    let (_folder, mut hand) = site();
    click(&mut hand, "prepare");
    click(&mut hand, "Write a script");
    type_at_end(&mut hand, "text = text.to_upper();");
    assert!(raw(&hand).contains("cki^"), "{}", raw(&hand));
    assert!(shows(&hand, "changed by prepare"));
    click(&mut hand, "Output message");
    let made = hand.get_by_label("Output text").value();
    let made = made.unwrap_or_default();
    assert!(made.contains("CKI^"), "{made}");
    // A script that cannot be read says so at its place, and nothing goes out.
    type_at_end(&mut hand, "text = (");
    click(&mut hand, "Problems");
    assert!(shows(&hand, "scripts.prepare, line"));
    assert!(raw(&hand).contains("cki^"), "{}", raw(&hand));
}

fn write(hand: &mut Hand, name: &str, text: &str) {
    hand.get_by_label(name).focus();
    hand.run();
    hand.key_press_modifiers(Modifiers::COMMAND, Key::A);
    hand.run();
    hand.get_by_label(name).type_text(text);
    settle(hand);
}

#[test]
fn a_rule_of_a_definition_is_written_tried_and_told_where_it_is_wrong() {
    let (_folder, mut hand) = site();
    hand.set_size(egui::vec2(1600.0, 2600.0));
    let tab = hand.get_all_by_label("Profile").next();
    tab.expect("a tab").click();
    settle(&mut hand);
    let row = hand.get_all_by_role(Role::TreeItem).find(|row| {
        let label = row.accesskit_node().label();
        label.is_some_and(|label| label.starts_with("Message ADT"))
    });
    row.expect("a row").click_accesskit();
    settle(&mut hand);
    hand.get_by_label("Add a rule").click_accesskit();
    settle(&mut hand);
    write(&mut hand, "Must of rule 1", "msg[\"PV1-3\"] != \"\"");
    write(&mut hand, "Says of rule 1", "a place is missing");
    click(&mut hand, "Problems");
    assert!(shows(&hand, "a place is missing"));
    write(&mut hand, "Must of rule 1", "msg[\"PV1-3\"] !=");
    let wrong = hand.query_all_by_label_contains("at its character").count();
    assert!(wrong > 0, "the fault stands below the rule");
    hand.get_by_label("Remove rule 1").click_accesskit();
    settle(&mut hand);
    assert!(hand.query_by_label("Must of rule 1").is_none());
    click(&mut hand, "Edit");
    assert!(shows(&hand, "Undo change rules of ADT"));
}
