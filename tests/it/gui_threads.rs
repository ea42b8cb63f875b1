//! Links drawn between the panels, for what is chosen.

use std::path::PathBuf;

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT, Queryable};

use super::gui::{Hand, click, example, open, open_site, settle, shows};

const PROFILE: &str = r##"Profile(
    format: 1,
    name: "Ward",
    standard: "2.5.1",
    messages: [
        Message(
            name: "Admit",
            identity: [(at: "MSH-9.1", matches: "^ADT$")],
            script: Inline(r#"let sex = msg["PID-8"];
out["PID-8"] = sex;
out["PV1-2"] = "I";
"#),
        ),
    ],
)"##;

const MESSAGE: &str = "MSH|^~\\&|A|B|||20260301||ADT^A01|1|P|2.5.1\rPID|||4711||ROE^JANE|||F\r";

fn window() -> (tempfile::TempDir, Hand) {
    let (folder, mut hand) = open_site(PROFILE, MESSAGE, 1200.0);
    settle(&mut hand);
    click(&mut hand, "Output tree");
    (folder, hand)
}

/// Chooses the first or the last row of that name: of the message, or of the output.
fn choose(hand: &mut Hand, name: &str, is_output: bool) {
    let rows = hand.get_all_by_role(Role::TreeItem).filter(|row| {
        let label = row.accesskit_node().label();
        label.is_some_and(|label| label.starts_with(name))
    });
    let mut rows: Vec<_> = rows.collect();
    let row = if is_output {
        rows.pop()
    } else {
        rows.drain(..).next()
    };
    row.expect("it is there").click();
    for _ in 0..3 {
        settle(hand);
    }
}

const LINK: &str = "Link from PID-8 over line 2 to PID-8 of the output";

#[test]
fn a_value_of_the_output_is_linked_with_its_line_and_its_field() {
    let (_folder, mut hand) = window();
    assert!(!shows(&hand, "Link from"));
    choose(&mut hand, "PID-8 ", true);
    assert!(shows(&hand, LINK));
    choose(&mut hand, "PV1-2 ", true);
    assert!(!shows(&hand, "Link from"), "a constant comes from nowhere");
}

#[test]
fn a_field_is_linked_with_where_it_ends_until_lines_are_switched_off() {
    let (_folder, mut hand) = window();
    choose(&mut hand, "PID-8 ", false);
    assert!(shows(&hand, LINK));
    click(&mut hand, "View");
    click(&mut hand, "Links as lines");
    settle(&mut hand);
    assert!(!shows(&hand, "Link from"));
    click(&mut hand, "View");
    click(&mut hand, "Links as lines");
    settle(&mut hand);
    settle(&mut hand);
    assert!(shows(&hand, LINK));
}

#[test]
fn a_cell_is_linked_with_its_fields() {
    let (_folder, _, mut hand) = example();
    hand.set_size(egui::vec2(1900.0, 1200.0));
    settle(&mut hand);
    let row = hand.get_all_by_role(Role::Row).find(|row| {
        let label = row.accesskit_node().label();
        label.is_some_and(|label| label.starts_with("patient row 1"))
    });
    row.expect("a row is made").click();
    for _ in 0..3 {
        settle(&mut hand);
    }
    assert!(shows(&hand, "to patient[1]"), "the cell that was clicked");
}

#[test]
fn where_the_rows_are_out_of_sight_a_link_ends_at_the_column_of_the_mapping() {
    let (_folder, _, mut hand) = example();
    hand.set_size(egui::vec2(1900.0, 1200.0));
    settle(&mut hand);
    click(&mut hand, "Mapping");
    click(&mut hand, "Problems");
    choose(&mut hand, "PID-4 ", false);
    assert!(shows(&hand, "to patient[1].national_id of the output"));
}

#[test]
fn links_that_are_not_drawn_are_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    };
    let more = "let sex = msg[\"PID-8\"];\nfor at in 1..=30 { out[`ZPI-${at}`] = sex; }\n";
    let profile = PROFILE.replace("let sex = msg[\"PID-8\"];\n", more);
    let mut hand = open(&[write("profile.ron", &profile), write("in.hl7", MESSAGE)]);
    settle(&mut hand);
    choose(&mut hand, "PID-8 ", false);
    assert!(shows(&hand, "24 of 31 links drawn"));
}
