//! Code tables in the window: sheets in and out, and the codes of the open samples.

use std::path::Path;

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
                "sex": From("PID-8", codes: "sex"),
            })],
        ),
    ],
    tables: { "patient": Table(columns: [
        Column(name: "mrn", type: Text, key: true),
        Column(name: "sex", type: Text),
    ]) },
    codes: { "sex": Codes(values: { "F": "Female", "M": "Male" }, maps: { "1": "M", "2": "F" }) },
)
"#;

fn message(number: u32, sex: &str) -> String {
    format!(
        "MSH|^~\\&|LAB|NORTH|HUB|CITY|20260301091500||ADT^A01^ADT_A01|{number}|P|2.5.1\r\
         EVN||20260301091500\rPID|1||47{number}^^^NORTH^MR||Amsel^Berta|||{sex}\rPV1|1|I\r"
    )
}

/// The page of the code table, with samples of these codes.
fn page(sexes: &[&str]) -> (tempfile::TempDir, Hand) {
    let folder = tempfile::tempdir().expect("a folder");
    let profile = folder.path().join("profile.ron");
    std::fs::write(&profile, PROFILE).expect("written");
    let mut paths = vec![profile];
    for (number, sex) in (1..).zip(sexes) {
        let path = folder.path().join(format!("{number}.hl7"));
        std::fs::write(&path, message(number, sex)).expect("written");
        paths.push(path);
    }
    let mut hand = open(&paths);
    hand.set_size(egui::vec2(2400.0, 2000.0));
    press(&mut hand, "Profile");
    let row = hand.get_all_by_role(Role::TreeItem).find(|row| {
        let label = row.accesskit_node().label();
        label.is_some_and(|label| label.starts_with("Codes sex"))
    });
    row.expect("it is listed").click_accesskit();
    settle(&mut hand);
    (folder, hand)
}

fn undo(hand: &mut Hand) {
    hand.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    settle(hand);
}

/// Answers the dialog of paths.
fn give(hand: &mut Hand, path: &Path, answer: &str) {
    let field = hand.get_by_role_and_label(Role::TextInput, "Path");
    field.focus();
    hand.run();
    // What the dialog proposes goes.
    hand.key_press_modifiers(Modifiers::COMMAND, Key::A);
    hand.run();
    let field = hand.get_by_role_and_label(Role::TextInput, "Path");
    field.type_text(&path.display().to_string());
    hand.run();
    // The profile's own page has a button of this name below the dialog.
    let answer = hand.get_all_by_label(answer).last();
    answer.expect("an answer").click_accesskit();
    settle(hand);
}

fn import(hand: &mut Hand, folder: &Path, sheet: &str) {
    let path = folder.join("sheet.csv");
    std::fs::write(&path, sheet).expect("written");
    press(hand, "Import…");
    give(hand, &path, "Open");
}

#[test]
fn a_sheet_shows_what_it_changes_before_it_is_added_or_replaces() {
    let (folder, mut hand) = page(&[]);
    let sheet = "site,application\n1,M\n3,M\n2,M\n";
    import(&mut hand, folder.path(), sheet);
    assert!(shows(&hand, "Import sheet.csv into sex"));
    assert!(shows(&hand, "Adding: 1 code added, 1 code changed"));
    assert!(shows(&hand, "+ Site's code 3: M"));
    assert!(shows(&hand, "~ Site's code 2: F becomes M"));
    assert!(!shows(&hand, "Site codes row 3 Site's code: 3"));
    press(&mut hand, "Add to the table");
    assert!(shows(&hand, "Site codes row 3 Site's code: 3"));
    undo(&mut hand);
    assert!(!shows(&hand, "Site codes row 3 Site's code: 3"));
    import(&mut hand, folder.path(), "site,application\n9,F\n");
    assert!(shows(&hand, "− Site's code 1: M (when replacing)"));
    press(&mut hand, "Replace the table's codes");
    assert!(shows(&hand, "Site codes row 1 Site's code: 9"));
    assert!(!shows(&hand, "Site codes row 1 Site's code: 1"));
}

#[test]
fn a_faulty_sheet_changes_nothing_and_names_its_line() {
    let (folder, mut hand) = page(&[]);
    import(&mut hand, folder.path(), "site,application\n3,M\n3,F\n");
    assert!(shows(&hand, "line 3"), "the fault has its line");
    assert!(shows(&hand, "nothing was changed"));
    assert!(!shows(&hand, "Add to the table"));
    // A question that is put off is not asked again.
    import(&mut hand, folder.path(), "site,application\n3,M\n");
    hand.key_press(Key::Escape);
    settle(&mut hand);
    assert!(!shows(&hand, "Add to the table"));
    assert!(!shows(&hand, "Site codes row 3 Site's code: 3"));
}

#[test]
fn a_table_is_written_as_a_sheet_and_a_file_is_not_replaced_unasked() {
    let (folder, mut hand) = page(&[]);
    let path = folder.path().join("out.csv");
    press(&mut hand, "Export");
    press(&mut hand, "CSV…");
    give(&mut hand, &path, "Save");
    let text = std::fs::read_to_string(&path).expect("it is there");
    assert!(text.contains("1,M,Male"), "{text}");
    press(&mut hand, "Export");
    press(&mut hand, "CSV for Excel…");
    give(&mut hand, &path, "Save");
    assert!(shows(&hand, "it exists already; nothing was written"));
    let again = std::fs::read_to_string(&path).expect("it is there");
    assert_eq!(again, text);
}

#[test]
fn codes_of_the_samples_are_counted_and_added_to_the_map() {
    let (_folder, mut hand) = page(&["1", "1", "M", "X", "Y", "Y"]);
    assert!(shows(&hand, "Site codes row 1 In the samples: 2"));
    assert!(shows(&hand, "Site codes row 2 In the samples: never"));
    assert!(shows(&hand, "Application codes row 2 In the samples: 1"));
    assert!(shows(&hand, "2 codes not listed in sex, 3 times"));
    press(&mut hand, "Go to X at PID-8");
    assert!(shows(&hand, "4.hl7"));
    press(&mut hand, "Add Y to the map");
    assert!(shows(&hand, "Site codes row 3 Site's code: Y"));
    assert!(shows(&hand, "1 code not listed in sex, once"));
    // The application's code has the keys.
    hand.key_press(Key::F2);
    hand.run();
    hand.get_by_role_and_label(Role::TextInput, "Site codes row 3 Application's code")
        .type_text("F");
    hand.run();
    hand.key_press(Key::Enter);
    settle(&mut hand);
    assert!(shows(&hand, "Site codes row 3 Application's code: F"));
    assert!(shows(&hand, "Site codes row 3 In the samples: 2"));
    undo(&mut hand);
    undo(&mut hand);
    assert!(!shows(&hand, "Site codes row 3 Site's code: Y"));
    press(&mut hand, "Add all");
    for code in ["X", "Y"] {
        assert!(shows(&hand, &format!("Site's code: {code}")), "{code}");
    }
    assert!(shows(&hand, "All codes of the samples are listed"));
    press(&mut hand, "Edit");
    assert!(shows(&hand, "Undo add 2 codes to sex"));
}
