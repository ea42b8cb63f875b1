//! The links panel: where a value of the output comes from, and where one of the message ends.

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT, Queryable};

use super::gui::{Hand, click, open_site, settle, shows};

const PROFILE: &str = r#"Profile(
    format: 1,
    name: "Ward",
    standard: "2.5.1",
    messages: [
        Message(
            name: "Admit",
            rows: [Rows(table: "patient", root: "PID", columns: { "mrn": From("PID-3.1"), "sex": From("PID-8", codes: "sex") })],
            script: Inline("let sex = codes(\"sex\", msg[\"PID-8\"]);\nif msg[\"PV1-2\"] == \"I\" {\n  out[\"PID-8\"] = sex;\n}"),
        ),
    ],
    codes: {"sex": Codes(maps: {"F": "female"})},
    tables: {"patient": Table(columns: [Column(name: "mrn"), Column(name: "sex")])},
)"#;

const MESSAGE: &str =
    "MSH|^~\\&|A|B|||20260301||ADT^A01|1|P|2.5.1\rPID|||4711^^^B||ROE^JANE|||F\rPV1||I\r";

fn window() -> (tempfile::TempDir, Hand) {
    let (folder, mut hand) = open_site(PROFILE, MESSAGE, 1400.0);
    settle(&mut hand);
    (folder, hand)
}

#[test]
fn a_field_of_the_message_tells_where_it_ends_and_the_way_leads_back() {
    let (_folder, mut hand) = window();
    let row = hand.get_all_by_role(Role::TreeItem).find(|row| {
        let label = row.accesskit_node().label();
        label.is_some_and(|label| label.starts_with("PID-8 "))
    });
    row.expect("the field has a row").click();
    settle(&mut hand);
    click(&mut hand, "Links");
    settle(&mut hand);
    settle(&mut hand);
    for text in [
        "PID-8 of the message",
        "Ends in",
        "out PID-8",
        "patient[1].sex",
    ] {
        assert!(shows(&hand, text), "{text}");
    }
    click(&mut hand, "patient[1].sex");
    settle(&mut hand);
    for text in [
        "patient[1].sex of the output",
        "Comes from",
        "sex: \"F\" → \"female\"",
        "Written by",
    ] {
        assert!(shows(&hand, text), "{text}");
    }
}

#[test]
fn a_field_that_ends_nowhere_is_told_so_and_a_condition_is_named() {
    let (_folder, mut hand) = window();
    let choose = |hand: &mut Hand, place: &str| {
        let row = hand.get_all_by_role(Role::TreeItem).find(|row| {
            let label = row.accesskit_node().label();
            label.is_some_and(|label| label.starts_with(place))
        });
        row.expect("the field has a row").click();
        settle(hand);
        settle(hand);
    };
    click(&mut hand, "Links");
    choose(&mut hand, "MSH-4 ");
    assert!(shows(&hand, "used nowhere"));
    choose(&mut hand, "PV1-2 ");
    assert!(shows(&hand, "Decides about"));
    click(&mut hand, "out PID-8");
    settle(&mut hand);
    for text in ["PID-8 of the output", "Because", "Admit:2"] {
        assert!(shows(&hand, text), "{text}");
    }
    // The way to the line.
    click(&mut hand, "Admit:2");
    assert!(shows(&hand, "Script editor"));
}

#[test]
fn the_same_place_of_the_message_and_of_the_output_are_two_choices() {
    let (_folder, mut hand) = window();
    let row = hand.get_all_by_role(Role::TreeItem).find(|row| {
        let label = row.accesskit_node().label();
        label.is_some_and(|label| label.starts_with("PID-8 "))
    });
    row.expect("the field has a row").click();
    settle(&mut hand);
    click(&mut hand, "Links");
    settle(&mut hand);
    settle(&mut hand);
    click(&mut hand, "out PID-8");
    settle(&mut hand);
    assert!(shows(&hand, "PID-8 of the output"));
    // What it comes from is PID-8 of the message: another place, though of the same name.
    let source = |hand: &mut Hand| {
        hand.get_by_role_and_label(Role::Button, "PID-8").click();
        settle(hand);
    };
    source(&mut hand);
    assert!(shows(&hand, "PID-8 of the message"));
    assert!(!shows(&hand, "PID-8 of the output"));
    click(&mut hand, "patient[1].sex");
    settle(&mut hand);
    source(&mut hand);
    assert!(shows(&hand, "PID-8 of the message"));
}
