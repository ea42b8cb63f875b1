//! A profile that extends a template, in the window: where its problems stand, and a template that
//! changes meanwhile.

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT, Queryable};

use super::gui::{Hand, click, open, settle, shows};

const TEMPLATE: &str = r#"Profile(
    format: 1,
    name: "Index",
    messages: [Message(name: "ADT", identity: [(at: "MSH-9.1", matches: "^ADT$")])],
    codes: { "sex": Codes(values: {"F": "Female"}, maps: {"2": "W"}) },
)
"#;

const SITE: &str = r#"// Comments count as lines.
Profile(
    format: 1,
    name: "Ward",
    extends: "lib/index.ron",
    segments: { "PID": Segment(fields: [Field(number: 8, codes: "gender")]) },
)
"#;

const MESSAGE: &str = "MSH|^~\\&|LAB|NORTH|HUB|CITY|20260301091500||ADT^A01^ADT_A01|1|P|2.5.1\r\
    EVN||20260301091500\rPID|1||4711^^^NORTH^MR||Amsel^Berta||19800101|F\rPV1|1|I\r";

fn site(template: &str, own: &str) -> (tempfile::TempDir, Hand) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("lib")).expect("a folder");
    let texts = [
        ("lib/index.ron", template),
        ("ward.ron", own),
        ("in.hl7", MESSAGE),
    ];
    for (name, text) in texts {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    let paths = ["ward.ron", "in.hl7"].map(|name| folder.path().join(name));
    let mut hand = open(&paths);
    hand.set_size(egui::vec2(1600.0, 1600.0));
    settle(&mut hand);
    (folder, hand)
}

fn rows(hand: &Hand, role: Role) -> Vec<String> {
    let rows = hand.query_all_by_role(role);
    rows.filter_map(|row| row.accesskit_node().label())
        .collect()
}

fn press(hand: &mut Hand, role: Role, text: &str) {
    let found = hand.get_all_by_role(role).find(|row| {
        let label = row.accesskit_node().label();
        label.is_some_and(|label| label.contains(text))
    });
    found
        .unwrap_or_else(|| panic!("no {text}"))
        .click_accesskit();
    settle(hand);
}

#[test]
fn problems_name_the_file_and_line_that_hold_the_part_and_lead_to_it() {
    let (_folder, mut hand) = site(TEMPLATE, SITE);
    let tab = hand.get_all_by_label("Problems").next();
    tab.expect("a tab").click_accesskit();
    settle(&mut hand);
    let told = rows(&hand, Role::Row).join("\n");
    assert!(
        told.contains("error[codes-unknown] ward.ron:6:65: PID-8"),
        "{told}"
    );
    assert!(
        told.contains("/lib/index.ron:5:64: codes \"sex\""),
        "{told}"
    );
    press(&mut hand, Role::Row, "codes \"sex\"");
    let page = "What becomes of a code that is not listed";
    assert!(shows(&hand, page), "its page is shown");
}

const CODES: &str = r#"// The site's own codes.
Profile(
    format: 1,
    name: "Ward",
    extends: "lib/index.ron",
    codes: { "sex": Codes(maps: {"2": "M", "3": "F"}) },
)
"#;

/// The window after it got the focus again, the template being another by now.
fn changed() -> (tempfile::TempDir, Hand) {
    let (folder, mut hand) = site(TEMPLATE, CODES);
    let theirs = TEMPLATE
        .replace("{\"2\": \"W\"}", "{\"2\": \"F\", \"3\": \"W\"}")
        .replace("Female", "Woman");
    std::fs::write(folder.path().join("lib/index.ron"), theirs).expect("written");
    for focused in [false, true] {
        hand.input_mut().focused = focused;
        settle(&mut hand);
    }
    hand.run();
    (folder, hand)
}

#[test]
fn each_conflict_of_a_changed_template_is_chosen_by_keys_and_taken_in_one_step() {
    let (_folder, mut hand) = changed();
    assert!(shows(&hand, "2 conflicts with what the site says"));
    assert!(shows(&hand, "changed   codes/sex/values/F") || shows(&hand, "codes/sex/values/F"));
    for (side, value) in [("base", "\"W\""), ("ours", "\"M\""), ("theirs", "\"F\"")] {
        assert!(shows(&hand, side) && shows(&hand, value), "{side} {value}");
    }
    let keep = hand.get_by_label("Keep ours: codes/sex/maps/2");
    assert!(keep.accesskit_node().is_focused(), "keys begin here");
    hand.key_press(egui::Key::Tab);
    hand.run();
    hand.key_press(egui::Key::Space);
    settle(&mut hand);
    hand.get_by_label("Take the new template").click_accesskit();
    settle(&mut hand);
    assert!(hand.query_by_label("Take the new template").is_none());
    click(&mut hand, "Edit");
    hand.get_by_label_contains("Undo take the changed index.ron")
        .click();
    settle(&mut hand);
}

#[test]
fn escape_leaves_the_template_as_it_was_read() {
    let (_folder, mut hand) = changed();
    hand.key_press(egui::Key::Escape);
    settle(&mut hand);
    hand.run();
    assert!(hand.query_by_label("Take the new template").is_none());
    click(&mut hand, "Edit");
    assert!(!shows(&hand, "Undo take"));
}
