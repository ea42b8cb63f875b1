//! The window without a display, driven by what a screen reader would hear.

use std::path::{Path, PathBuf};

use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use pipehat::app::{Start, Window};

use egui::accesskit::Role;
use egui::{Key, Modifiers};

pub(super) type Hand = Harness<'static, Window>;

/// A window on these files, after everything is read and derived.
pub(super) fn open(paths: &[PathBuf]) -> Hand {
    open_with(paths, None)
}

/// The same, with what an earlier window kept.
pub(super) fn open_with(paths: &[PathBuf], kept: Option<Box<dyn eframe::Storage>>) -> Hand {
    let start = Start {
        paths: paths.to_vec(),
        now: "20260302120000".parse().expect("a timestamp"),
        use_system: false,
        began: std::time::Instant::now(),
    };
    let mut hand = Harness::builder()
        .with_size([1600.0, 1000.0])
        .with_os(egui::os::OperatingSystem::Nix)
        .with_max_steps(40)
        .build_eframe(move |cc| {
            let kept = kept.as_deref();
            Window::new(&cc.egui_ctx, kept.or(cc.storage), start)
        });
    settle(&mut hand);
    hand
}

/// A window of this height on a profile and a message, which stand in a folder of their own; call
/// [`settle`] when it is to be looked at.
pub(super) fn open_site(profile: &str, message: &str, height: f32) -> (tempfile::TempDir, Hand) {
    let folder = tempfile::tempdir().expect("a folder");
    let files = [("profile.ron", profile), ("in.hl7", message)];
    let paths = files.map(|(name, text)| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    });
    let mut hand = open(&paths);
    hand.set_size(egui::vec2(1900.0, height));
    (folder, hand)
}

/// Lets the workers finish and draws what came of it.
pub(super) fn settle(hand: &mut Hand) {
    // A spinner turns for as long as the workers take.
    let _ = hand.run_ok();
    hand.state_mut().settle();
    hand.run();
}

pub(super) fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The worked example, its profile in a folder of its own.
pub(super) fn example() -> (tempfile::TempDir, PathBuf, Hand) {
    let folder = tempfile::tempdir().expect("a folder");
    let profile = folder.path().join("profile.ron");
    std::fs::copy(project("mappings/st-elsewhere/profile.ron"), &profile).expect("copied");
    let hand = open(&[profile.clone(), project("examples/st-elsewhere")]);
    (folder, profile, hand)
}

/// Presses what may be out of sight, as a screen reader does.
pub(super) fn press(hand: &mut Hand, label: &str) {
    let found = hand.get_all_by_label(label).next();
    found.unwrap_or_else(|| panic!("{label}")).click_accesskit();
    settle(hand);
}

pub(super) fn click(hand: &mut Hand, label: &str) {
    hand.get_by_label(label).click();
    settle(hand);
}

/// Types at the end of the script.
pub(super) fn type_at_end(hand: &mut Hand, text: &str) {
    hand.get_by_label("Script editor").focus();
    hand.run();
    hand.key_press_modifiers(Modifiers::COMMAND, Key::End);
    hand.run();
    hand.get_by_label("Script editor").type_text(text);
    settle(hand);
}

pub(super) fn shows(hand: &Hand, text: &str) -> bool {
    hand.query_all_by_label_contains(text).next().is_some()
}

pub(super) fn script(hand: &Hand) -> String {
    hand.get_by_label("Script editor")
        .value()
        .unwrap_or_default()
}

#[test]
fn the_start_page_leads_to_the_worked_example() {
    let mut hand = open(&[]);
    for step in [
        "Open samples…",
        "Paste a message",
        "Open a site profile…",
        "New profile",
    ] {
        assert!(shows(&hand, step), "{step}");
    }
    let step = "Try the worked example";
    hand.get_by_role_and_label(Role::Button, step).click();
    settle(&mut hand);
    assert!(shows(&hand, "12 messages"));
    assert!(shows(&hand, "Admissions"));
    assert!(shows(&hand, "Rows of patient"));
}

#[test]
fn another_sample_shows_its_own_output() {
    let (_folder, _, mut hand) = example();
    assert!(shows(&hand, "Rows of kin"));
    let sample = hand.get_all_by_role(Role::Row).find(|row| {
        row.accesskit_node()
            .label()
            .is_some_and(|label| label.contains("06-chemistry"))
    });
    sample.expect("the sample is listed").click();
    settle(&mut hand);
    assert!(shows(&hand, "Rows of result"));
    assert!(!shows(&hand, "Rows of kin"));
    assert!(
        script(&hand).contains("ORDER_OBSERVATION"),
        "the script follows the sample"
    );
}

#[test]
fn the_output_follows_the_script_and_a_broken_one_tells_its_line() {
    let (_folder, _, mut hand) = example();
    let lines = script(&hand).lines().count();
    type_at_end(
        &mut hand,
        "let more = rows.add(\"patient\"); more.mrn = \"TYPED\";\n",
    );
    assert!(shows(&hand, "TYPED"), "the row is there");
    hand.key_press_modifiers(Modifiers::COMMAND, Key::S);
    settle(&mut hand);
    click(&mut hand, "Save anyway");
    type_at_end(&mut hand, "let = 1;");
    assert!(
        shows(&hand, &format!("Line {}:", lines + 2)),
        "the error has its line"
    );
    hand.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    settle(&mut hand);
    assert!(
        !shows(&hand, &format!("Line {}:", lines + 2)),
        "undo takes the error away"
    );
    assert!(shows(&hand, "TYPED"), "and leaves the row");
}

#[test]
fn a_saved_profile_is_the_same_when_it_is_opened_again() {
    let (folder, profile, mut hand) = example();
    let before = std::fs::read_to_string(&profile).expect("read");
    type_at_end(
        &mut hand,
        "let more = rows.add(\"patient\"); more.mrn = \"KEPT\";\n",
    );
    hand.key_press_modifiers(Modifiers::COMMAND, Key::S);
    settle(&mut hand);
    click(&mut hand, "Save anyway");
    let saved = std::fs::read_to_string(&profile).expect("read");
    assert!(saved.contains("KEPT"));
    let backup = std::fs::read_to_string(folder.path().join("profile.ron.bak")).expect("a backup");
    assert_eq!(backup, before);
    drop(hand);
    let hand = open(&[profile, project("examples/st-elsewhere")]);
    assert!(script(&hand).contains("KEPT"));
    assert!(shows(&hand, "KEPT"));
}

#[test]
fn a_location_chosen_in_the_tree_is_chosen_everywhere() {
    let (_folder, _, mut hand) = example();
    let row = hand.get_all_by_role(Role::TreeItem).find(|row| {
        row.accesskit_node()
            .label()
            .is_some_and(|label| label.starts_with("MSH-9 "))
    });
    row.expect("the field has a row").click();
    settle(&mut hand);
    let chosen = hand
        .get_all_by_role(Role::TreeItem)
        .find(|row| row.accesskit_node().is_selected() == Some(true));
    let label = chosen.and_then(|row| row.accesskit_node().label());
    assert!(label.is_some_and(|label| label.starts_with("MSH-9 ")));
}

#[test]
fn a_value_is_edited_in_its_row() {
    let (_folder, _, mut hand) = example();
    let row = |hand: &Hand, begin: &str| {
        let at = hand.get_all_by_role(Role::TreeItem).position(|row| {
            row.accesskit_node()
                .label()
                .is_some_and(|label| label.starts_with(begin))
        });
        at.expect("the row is there")
    };
    let at = row(&hand, "MSH-4 ");
    hand.get_all_by_role(Role::TreeItem)
        .nth(at)
        .expect("there")
        .click();
    settle(&mut hand);
    hand.key_press(Key::Enter);
    settle(&mut hand);
    let field = "Value of MSH-4";
    assert!(shows(&hand, field), "Enter begins the edit");
    hand.key_press_modifiers(Modifiers::COMMAND, Key::A);
    hand.get_by_label(field).type_text("ANNEX");
    hand.run();
    hand.key_press(Key::Enter);
    settle(&mut hand);
    assert!(shows(&hand, "ANNEX"));
    assert!(
        hand.get_by_label("Message text")
            .value()
            .is_some_and(|text| text.contains("|ANNEX|"))
    );
}

#[test]
fn a_path_can_be_typed_where_no_dialog_can_be_shown() {
    let mut hand = open(&[]);
    hand.key_press_modifiers(Modifiers::COMMAND, Key::L);
    settle(&mut hand);
    let path = project("examples/messages/adt-a01-admit.hl7");
    hand.get_by_role_and_label(Role::TextInput, "Path")
        .type_text(&path.display().to_string());
    hand.run();
    click(&mut hand, "Open");
    assert!(shows(&hand, "adt-a01-admit.hl7"));
}

#[test]
fn the_palette_finds_a_command_by_a_few_letters() {
    let (_folder, _, mut hand) = example();
    hand.key_press_modifiers(Modifiers::COMMAND, Key::K);
    hand.run();
    hand.get_by_label("Find a command").type_text("probl");
    hand.run();
    hand.key_press(Key::Enter);
    settle(&mut hand);
    assert!(shows(&hand, "What is wrong, and what would be right") || shows(&hand, "No problems"));
}

#[test]
fn the_profile_is_edited_in_its_form_and_undo_names_the_step() {
    let (_folder, _, mut hand) = example();
    click(&mut hand, "Profile");
    hand.get_by_label("Profile name").focus();
    hand.run();
    hand.key_press_modifiers(Modifiers::COMMAND, Key::A);
    hand.get_by_label("Profile name")
        .type_text("Elsewhere East");
    settle(&mut hand);
    hand.get_by_label("Edit").click();
    hand.run();
    assert!(shows(&hand, "Undo rename profile"));
    hand.key_press(Key::Escape);
    hand.run();
    hand.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    settle(&mut hand);
    assert_eq!(
        hand.get_by_label("Profile name").value().as_deref(),
        Some("St Elsewhere")
    );
}

#[test]
fn what_the_pointer_is_on_is_explained() {
    let (_folder, _, mut hand) = example();
    let text = hand.get_by_label("Message text").rect();
    for (right, below, words) in [
        (16.0, 12.0, "Message Header"),
        (44.0, 12.0, "Encoding Characters"),
        (16.0, 46.0, "Event Type"),
    ] {
        hand.hover_at(text.min + egui::vec2(right, below));
        for _ in 0..4 {
            hand.step();
        }
        let tip = hand
            .get_all_by_role(Role::Label)
            .any(|label| label.value().is_some_and(|said| said == words));
        assert!(tip, "{words}");
    }
}
