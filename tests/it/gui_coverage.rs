//! The coverage panel: what the mapping loses of all samples, and the way from each row to its place.

use egui::accesskit::Role;
use egui::{Key, Modifiers, OutputCommand};
use egui_kittest::kittest::{NodeT, Queryable};

use super::gui::{Hand, click, open, open_site, settle, shows};

const PROFILE: &str = r#"Profile(
    format: 1,
    name: "Ward",
    standard: "2.5.1",
    messages: [
        Message(
            name: "Admit",
            identity: [(at: "MSH-9.1", matches: "^ADT$")],
            rows: [
                Rows(table: "patient", root: "PID", columns: {
                    "mrn": From("PID-3.1"),
                    "sex": From("PID-8", codes: "sex"),
                    "middle": From("PID-5.3"),
                }),
            ],
            script: Inline("if msg[\"PV1-2\"] == \"X\" { skip(\"not ours\"); }"),
        ),
        Message(name: "Cancel", identity: [(at: "MSH-9.1", matches: "^ADT$"), (at: "MSH-9.2", matches: "^A11$")]),
        Message(name: "Result", identity: [(at: "MSH-9.1", matches: "^ORU$")]),
    ],
    codes: {"sex": Codes(values: {"F": "", "M": ""})},
    tables: {
        "patient": Table(columns: [Column(name: "mrn"), Column(name: "sex"), Column(name: "middle")]),
        "kin": Table(columns: [Column(name: "name")]),
    },
)"#;

/// Three admissions, the second of which is skipped and the third of which has a birthplace, and a
/// message of another kind.
fn messages() -> String {
    let message = |kind: &str, id: &str, sex: &str, more: &str, class: &str| {
        format!(
            "MSH|^~\\&|A|B|||20260301||{kind}|{id}|P|2.5.1\rPID|||47{id}^^^B||ROE^JANE|||{sex}{more}\rPV1||{class}\r"
        )
    };
    [
        message("ADT^A01", "1", "F", "", "I"),
        message("ADT^A11", "2", "M", "", "X"),
        message("ADT^A01", "3", "Q", "|||||||||||||||LONDON", "I"),
        message("SIU^S12", "4", "F", "", "I"),
    ]
    .concat()
}

fn window(profile: &str) -> (tempfile::TempDir, Hand) {
    let (folder, mut hand) = open_site(profile, &messages(), 1400.0);
    hand.run();
    show(&mut hand);
    (folder, hand)
}

/// Opens the panel by its key.
fn show(hand: &mut Hand) {
    hand.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::L);
    settle(hand);
    settle(hand);
}

/// The rows of a list, as a screen reader says them.
fn rows(hand: &Hand, list: &str) -> Vec<String> {
    let list = hand.get_by_role_and_label(Role::Grid, list).rect();
    let rows = hand.get_all_by_role(Role::Row);
    let inside = rows.filter(|row| list.contains(row.rect().center()));
    inside
        .filter_map(|row| row.accesskit_node().label())
        .collect()
}

fn row_is(hand: &mut Hand, label: &str) {
    let row = hand
        .get_all_by_label(label)
        .next()
        .expect("the row is there");
    row.click();
    settle(hand);
    settle(hand);
}

fn tab(hand: &mut Hand, begin: &str) {
    let tab = hand
        .get_all_by_role(Role::Button)
        .find(|tab| {
            let label = tab.accesskit_node().label();
            label.is_some_and(|label| label.starts_with(begin))
        })
        .expect("the tab is there");
    tab.click();
    settle(hand);
}

fn copied(hand: &Hand) -> String {
    let commands = &hand.output().platform_output.commands;
    let texts = commands.iter().filter_map(|command| match command {
        OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    });
    texts.collect()
}

#[test]
fn each_list_tells_what_is_lost_and_what_is_not_looked_at() {
    let (_folder, mut hand) = window(PROFILE);
    assert!(shows(&hand, "2 of 4 messages mapped"));
    assert!(shows(
        &hand,
        "Not looked at: 1 skipped or rejected, 1 under no definition"
    ));
    assert_eq!(
        rows(&hand, "Input used nowhere"),
        [
            "MSH-3, Sending Application, Messages 2, Not used in 2",
            "MSH-4, Sending Facility, Messages 2, Not used in 2",
            "MSH-7, Date/Time Of Message, Messages 2, Not used in 2",
            "MSH-9.2, Message Type, Trigger Event, Messages 2, Not used in 2",
            "MSH-10, Message Control ID, Messages 2, Not used in 2",
            "MSH-11, Processing ID, Messages 2, Not used in 2",
            "MSH-12, Version ID, Messages 2, Not used in 2",
            "PID-3.4, Patient Identifier List, Assigning Authority, Messages 2, Not used in 2",
            "PID-5.1, Patient Name, Family Name, Messages 2, Not used in 2",
            "PID-5.2, Patient Name, Given Name, Messages 2, Not used in 2",
            "PID-23, Birth Place, Messages 1, Not used in 1",
        ]
    );
    tab(&mut hand, "Never filled 2");
    assert_eq!(
        rows(&hand, "Columns never filled"),
        [
            "kin.name, Filled 0, Rows 0, no message makes rows of this table",
            "patient.middle, Filled 0, Rows 2, never filled",
        ]
    );
    click(&mut hand, "All columns");
    assert_eq!(rows(&hand, "Columns never filled").len(), 4);
    tab(&mut hand, "Not listed 1");
    assert_eq!(
        rows(&hand, "Codes not listed"),
        ["Q, sex, PID-8, Count 1, patient.sex"]
    );
    tab(&mut hand, "Definitions 2");
    assert_eq!(
        rows(&hand, "Definitions"),
        [
            "Admit, Messages 3, Taken before 0",
            "Cancel, Messages 0, Taken before 1, can never be reached: Admit stands before it and takes all that it would",
            "Result, Messages 0, Taken before 0, no message has its identity",
        ]
    );
}

#[test]
fn a_place_leads_to_the_first_message_that_has_it() {
    let (_folder, mut hand) = window(PROFILE);
    row_is(&mut hand, "PID-23, Birth Place, Messages 1, Not used in 1");
    assert!(shows(&hand, "Sample 3 of 4"));
    let chosen = hand
        .get_all_by_role(Role::TreeItem)
        .find(|row| row.accesskit_node().is_selected() == Some(true));
    let label = chosen.and_then(|row| row.accesskit_node().label());
    assert!(label.is_some_and(|label| label.starts_with("PID-23 ")));
}

#[test]
fn a_place_is_mapped_from_its_row_and_is_lost_no_more() {
    let (_folder, mut hand) = window(PROFILE);
    row_is(&mut hand, "PID-23, Birth Place, Messages 1, Not used in 1");
    click(&mut hand, "Map PID-23…");
    hand.get_by_label("Find a column").type_text("middle");
    hand.run();
    hand.key_press(Key::Enter);
    settle(&mut hand);
    settle(&mut hand);
    let lost = rows(&hand, "Input used nowhere");
    assert!(
        !lost.iter().any(|row| row.starts_with("PID-23")),
        "{lost:?}"
    );
    hand.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    settle(&mut hand);
    settle(&mut hand);
    let lost = rows(&hand, "Input used nowhere");
    assert!(lost.iter().any(|row| row.starts_with("PID-23")), "{lost:?}");
}

#[test]
fn a_column_a_code_and_a_definition_lead_to_their_pages() {
    let (_folder, mut hand) = window(PROFILE);
    tab(&mut hand, "Never filled");
    row_is(&mut hand, "patient.middle, Filled 0, Rows 2, never filled");
    let source = hand.get_by_label("Source of patient.middle");
    assert_eq!(source.value().as_deref(), Some("PID-5.3"));
    row_is(
        &mut hand,
        "kin.name, Filled 0, Rows 0, no message makes rows of this table",
    );
    assert_eq!(
        hand.get_by_label("Table name").value().as_deref(),
        Some("kin")
    );
    tab(&mut hand, "Not listed");
    row_is(&mut hand, "Q, sex, PID-8, Count 1, patient.sex");
    assert_eq!(
        hand.get_by_label("Code table name").value().as_deref(),
        Some("sex")
    );
    tab(&mut hand, "Definitions");
    row_is(
        &mut hand,
        "Result, Messages 0, Taken before 0, no message has its identity",
    );
    assert!(hand.query_by_label("Code table name").is_none());
}

#[test]
fn rows_are_found_sorted_and_copied() {
    let (_folder, mut hand) = window(PROFILE);
    hand.get_by_label("Filter coverage").focus();
    hand.run();
    hand.get_by_label("Filter coverage").type_text("name");
    settle(&mut hand);
    assert_eq!(
        rows(&hand, "Input used nowhere"),
        [
            "PID-5.1, Patient Name, Family Name, Messages 2, Not used in 2",
            "PID-5.2, Patient Name, Given Name, Messages 2, Not used in 2",
        ]
    );
    for first in ["PID-5.1", "PID-5.2", "PID-5.1"] {
        click(&mut hand, "Sort by Place");
        let found = rows(&hand, "Input used nowhere");
        assert!(found[0].starts_with(first), "{found:?}");
    }
    hand.get_by_label("Copy").click();
    hand.run();
    hand.get_by_label("Copy this list as CSV").click();
    hand.step();
    let mut text = String::new();
    for _ in 0..4 {
        text.push_str(&copied(&hand));
        hand.step();
    }
    assert_eq!(
        text,
        "Place,Name,Messages,Not used in\r\n\
         PID-5.1,\"Patient Name, Family Name\",2,2\r\n\
         PID-5.2,\"Patient Name, Given Name\",2,2\r\n"
    );
    hand.get_by_label("Filter coverage").focus();
    hand.run();
    hand.get_by_label("Filter coverage").type_text("zzz");
    settle(&mut hand);
    assert!(shows(&hand, "Nothing fits the filter"));
}

#[test]
fn an_edit_is_counted_while_the_old_lists_stay() {
    let (_folder, mut hand) = window(PROFILE);
    tab(&mut hand, "Definitions");
    let old = "Of before the last change";
    hand.key_press_modifiers(Modifiers::ALT, Key::ArrowDown);
    hand.step();
    hand.step();
    assert!(!shows(&hand, old), "a choice is no change");
    hand.key_press_modifiers(Modifiers::ALT, Key::ArrowUp);
    settle(&mut hand);
    // A script that takes long enough to be seen at work.
    hand.get_by_label("Script editor").focus();
    hand.run();
    hand.key_press_modifiers(Modifiers::COMMAND, Key::End);
    hand.run();
    hand.get_by_label("Script editor").type_text(" loop {}");
    for _ in 0..4 {
        hand.step();
    }
    assert!(shows(&hand, old));
    assert!(shows(&hand, "0 of 4"));
    assert_eq!(rows(&hand, "Definitions").len(), 3, "they stay meanwhile");
    hand.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    hand.step();
    hand.get_by_label("Edit").click();
    hand.run();
    hand.get_by_label_contains("Add a message definition")
        .click();
    settle(&mut hand);
    settle(&mut hand);
    assert!(!shows(&hand, old));
    assert_eq!(rows(&hand, "Definitions").len(), 4);
}

#[test]
fn a_count_can_be_stopped_and_taken_up_again() {
    let loops = PROFILE.replace("skip(\\\"not ours\\\");", "loop {}");
    let folder = tempfile::tempdir().expect("a folder");
    let profile = folder.path().join("profile.ron");
    std::fs::write(&profile, loops).expect("written");
    let samples = folder.path().join("in.hl7");
    std::fs::write(&samples, messages()).expect("written");
    let mut hand = open(&[profile, samples]);
    hand.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::L);
    hand.step();
    hand.step();
    hand.step();
    assert!(shows(&hand, "Mapping 0 of 4 messages"));
    hand.get_by_label("Stop").click();
    hand.step();
    hand.step();
    settle(&mut hand);
    assert!(shows(&hand, "The samples are not counted"));
    hand.get_by_label("Count").click();
    hand.step();
    hand.step();
    assert!(shows(&hand, "Mapping 0 of 4 messages"));
}

#[test]
fn an_empty_panel_says_what_to_do() {
    let mut hand = open(&[]);
    show(&mut hand);
    assert!(shows(&hand, "No samples to look at"));
    assert!(shows(&hand, "Open samples…"));
    let (_folder, mut hand) = window("Profile(format: 1, name: \"New\")");
    assert!(shows(&hand, "The profile has no message definition"));
    let steps = hand.query_all_by_label("New message definition from this sample");
    steps.last().expect("it is offered").click();
    settle(&mut hand);
    settle(&mut hand);
    assert!(shows(&hand, "Definitions"));
}

#[test]
fn lines_that_no_sample_came_to_lead_to_the_script_and_are_marked_there() {
    let script = "if msg[\\\"PV1-2\\\"] == \\\"X\\\" {\\n  skip(\\\"not ours\\\");\\n}\\nif msg[\\\"PID-8\\\"] == \\\"U\\\" {\\n  print(1);\\n}";
    let profile = PROFILE.replace(
        "if msg[\\\"PV1-2\\\"] == \\\"X\\\" { skip(\\\"not ours\\\"); }",
        script,
    );
    assert_ne!(profile, PROFILE);
    let (_folder, mut hand) = window(&profile);
    tab(&mut hand, "Not run 1");
    let row = "Admit, Line 5, then branch, print(1);, Ran in 0, Of 3";
    assert_eq!(rows(&hand, "Script lines not run"), [row]);
    row_is(&mut hand, row);
    let marked = "Stop at line 5, to which no sample came in full";
    assert!(shows(&hand, marked));
    assert!(!shows(
        &hand,
        "Stop at line 2, to which no sample came in full"
    ));
    click(&mut hand, "All lines");
    assert_eq!(rows(&hand, "Script lines not run").len(), 6);
}
