//! The stepper and the values beside the script: walking by keys, dragging, breakpoints, passes.

use std::path::PathBuf;

use egui::accesskit::Role;
use egui::{Key, Modifiers, Pos2};
use egui_kittest::kittest::{NodeT, Queryable};

use super::gui::{
    Hand, click, example, open, open_site, open_with, script, settle, shows, type_at_end,
};

const PROFILE: &str = r##"Profile(
    format: 1,
    name: "Ward",
    standard: "2.5.1",
    messages: [
        Message(
            name: "Result",
            identity: [(at: "MSH-9.1", matches: "^ORU$")],
            script: Inline(r#"let sex = codes("sex", msg["PID-8"]);
for obx in msg.segments("OBX") {
    let value = obx["5"];
    if value == "99" {
        out["PID-9"] = value;
    }
}
out["PID-8"] = sex;
warn("PID-8", "not asked for");
"#),
        ),
        Message(name: "Admit", identity: [(at: "MSH-9.1", matches: "^ADT$")]),
    ],
    codes: {"sex": Codes(maps: {"F": "female"})},
)"##;

fn message(kind: &str) -> String {
    let observations: Vec<String> = (1..=3)
        .map(|number| format!("OBX|{number}|NM|K||{number}{number}\r"))
        .collect();
    let observations = observations.concat();
    format!(
        "MSH|^~\\&|A|B|||20260301||{kind}|1|P|2.5.1\rPID|||4711||ROE^JANE|||F\rOBR|1\r{observations}"
    )
}

fn window(kind: &str) -> (tempfile::TempDir, Hand) {
    let (folder, mut hand) = open_site(PROFILE, &message(kind), 1200.0);
    settle(&mut hand);
    (folder, hand)
}

/// The stepper, with the message and the script beside it.
fn stepper() -> (tempfile::TempDir, Hand) {
    let (folder, mut hand) = window("ORU^R01");
    press(&mut hand, Modifiers::COMMAND, Key::Num1);
    (folder, hand)
}

fn press(hand: &mut Hand, modifiers: Modifiers, key: Key) {
    hand.key_press_modifiers(modifiers, key);
    settle(hand);
    settle(hand);
}

/// Presses keys one after the other; what the stepper says of the place after each.
fn walk(hand: &mut Hand, keys: &[(Modifiers, Key)], expect: &[&str]) {
    assert_eq!(keys.len(), expect.len());
    for ((modifiers, key), expect) in keys.iter().zip(expect) {
        press(hand, *modifiers, *key);
        assert!(shows(hand, expect), "{expect} after {key:?}: {}", at(hand));
    }
}

/// Where the stepper stands.
fn at(hand: &Hand) -> String {
    let labels = hand.get_all_by_role(Role::Label);
    let values = labels.filter_map(|label| label.accesskit_node().value());
    let mut steps = values.filter(|label| label.starts_with("Step ") || label.contains("Result:"));
    format!("{:?} {:?}", steps.next(), steps.next())
}

const ON: (Modifiers, Key) = (Modifiers::NONE, Key::F11);
const OVER: (Modifiers, Key) = (Modifiers::NONE, Key::F10);
const BACK_OVER: (Modifiers, Key) = (Modifiers::SHIFT, Key::F10);
const OUT: (Modifiers, Key) = (Modifiers::SHIFT, Key::F11);
const BACK: (Modifiers, Key) = (Modifiers::COMMAND, Key::F11);
const RUN: (Modifiers, Key) = (Modifiers::NONE, Key::F5);
const RUN_BACK: (Modifiers, Key) = (Modifiers::SHIFT, Key::F5);

#[test]
fn keys_walk_into_over_out_and_back() {
    let (_folder, mut hand) = stepper();
    assert!(shows(&hand, "Result:1  let sex"), "{}", at(&hand));
    assert!(shows(&hand, "sex = \"female\", changed"));
    assert!(shows(&hand, "codes sex: \"F\" → \"female\""));
    walk(
        &mut hand,
        &[ON, ON, ON, ON, BACK, OUT, BACK_OVER, BACK],
        &[
            "Result:2  for obx",
            "Result:2  pass 1",
            "Result:3  let value",
            "Result:4  if value",
            "Result:3  let value",
            "Result:8  out",
            "Result:2  for obx",
            "Result:1  let sex",
        ],
    );
    walk(
        &mut hand,
        &[OVER, OVER, OVER],
        &["Result:2  for obx", "Result:8  out", "Result:9  warn"],
    );
    assert!(shows(&hand, "The run ends here"));
    assert!(shows(&hand, "not asked for"));
}

#[test]
fn what_changed_at_a_step_is_marked_and_what_it_read_is_marked_in_the_tree() {
    let (_folder, mut hand) = stepper();
    assert!(shows(&hand, "PID-8 Administrative Sex, read at this step"));
    walk(&mut hand, &[OVER, OVER], &["Result:2", "Result:8"]);
    assert!(!shows(&hand, "read at this step"));
    assert!(shows(&hand, "PID||||||||female, changed"));
    walk(&mut hand, &[OVER], &["Result:9"]);
    assert!(!shows(&hand, "female, changed"), "it did so before");
    assert!(shows(&hand, "PID||||||||female"));
}

#[test]
fn what_a_step_wrote_is_marked_in_the_output() {
    let (_folder, mut hand) = window("ORU^R01");
    press(&mut hand, Modifiers::COMMAND | Modifiers::SHIFT, Key::D);
    click(&mut hand, "Output tree");
    let marked = "PID-8 Administrative Sex, written at this step";
    assert!(!shows(&hand, "written at this step"));
    walk(&mut hand, &[OVER, OVER], &["Result:2", "Result:8"]);
    assert!(shows(&hand, marked));
    walk(&mut hand, &[OVER], &["Result:9"]);
    assert!(!shows(&hand, "written at this step"));
    press(&mut hand, BACK.0, BACK.1);
    assert!(shows(&hand, marked));
}

#[test]
fn the_cell_that_a_step_set_is_marked_in_the_rows() {
    let (_folder, _, mut hand) = example();
    hand.set_size(egui::vec2(1900.0, 1200.0));
    press(&mut hand, Modifiers::COMMAND | Modifiers::SHIFT, Key::D);
    walk(&mut hand, &[ON], &["patient."]);
    let row = hand.get_all_by_role(Role::Row).find_map(|row| {
        let label = row.accesskit_node().label()?;
        label.contains("written at this step").then_some(label)
    });
    let label = row.expect("a row has a cell that was set");
    assert!(label.starts_with("patient row 1, "), "{label}");
}

#[test]
fn the_time_line_can_be_dragged_and_has_keys() {
    let (_folder, mut hand) = stepper();
    let line = hand.get_by_role_and_label(Role::Slider, "Time line").rect();
    hand.drag_at(line.center());
    hand.run();
    hand.hover_at(Pos2::new(line.right() - 2.0, line.center().y));
    hand.run();
    hand.drop_at(Pos2::new(line.right() - 2.0, line.center().y));
    settle(&mut hand);
    assert!(shows(&hand, "Result:9  warn"), "{}", at(&hand));
    hand.get_by_role_and_label(Role::Slider, "Time line")
        .focus();
    hand.run();
    press(&mut hand, Modifiers::NONE, Key::Home);
    assert!(shows(&hand, "Result:1  let sex"), "{}", at(&hand));
    press(&mut hand, Modifiers::NONE, Key::ArrowRight);
    assert!(shows(&hand, "Result:2  for obx"), "{}", at(&hand));
    click(&mut hand, "End");
    assert!(shows(&hand, "Result:9  warn"), "{}", at(&hand));
}

#[test]
fn runs_stop_at_breakpoints_and_only_under_their_conditions() {
    let (_folder, mut hand) = stepper();
    click(&mut hand, "Stop at line 4");
    assert!(shows(&hand, "Breakpoint at line 4"));
    walk(
        &mut hand,
        &[RUN, RUN, RUN_BACK],
        &[
            "Result:4  if value",
            "Result:4  if value",
            "Result:4  if value",
        ],
    );
    assert!(shows(&hand, "value = \"11\""), "the first pass again");
    click(&mut hand, "1 breakpoint");
    let field = "Condition of Result line 4";
    hand.get_by_label(field).focus();
    hand.run();
    hand.get_by_label(field).type_text("value == 33");
    settle(&mut hand);
    press(&mut hand, Modifiers::NONE, Key::Escape);
    walk(&mut hand, &[RUN], &["Result:4  if value"]);
    assert!(shows(&hand, "value = \"33\""), "the pass that it is so in");
    walk(&mut hand, &[RUN], &["at the end"]);
    click(&mut hand, "1 breakpoint");
    click(&mut hand, "Remove the breakpoint at Result line 4");
    press(&mut hand, Modifiers::NONE, Key::Escape);
    assert!(!shows(&hand, "Breakpoint at line 4"));
    // By key at the line of the current step.
    press(&mut hand, Modifiers::NONE, Key::F9);
    assert!(shows(&hand, "Breakpoint at line 9"));
}

#[test]
fn runs_stop_at_what_is_watched_chosen_or_typed() {
    let (_folder, mut hand) = stepper();
    // One key for what is chosen.
    click(&mut hand, "PID-8 Administrative Sex, read at this step");
    press(&mut hand, Modifiers::SHIFT, Key::F9);
    assert!(shows(&hand, "1 watch-point"));
    // One click too, and typed ones with what is wrong and what is meant.
    click(&mut hand, "1 watch-point");
    assert!(shows(&hand, "read once"));
    let field = "New watch-point";
    for (typed, said) in [
        ("out[\"PID-x\"]", "wrong at column 10"),
        ("seks", "Did you mean sex?"),
    ] {
        hand.get_by_label_contains(field).focus();
        hand.run();
        hand.key_press_modifiers(Modifiers::COMMAND, Key::A);
        hand.get_by_label_contains(field).type_text(typed);
        settle(&mut hand);
        hand.get_by_label("Add").click();
        settle(&mut hand);
        if typed == "seks" {
            break;
        }
        assert!(shows(&hand, said), "{typed}");
    }
    assert!(shows(&hand, "seks"), "it may be of a line that did not run");
    click(&mut hand, "Remove the watch-point seks");
    hand.get_by_label(field).focus();
    hand.run();
    hand.get_by_label(field).type_text("valeu");
    settle(&mut hand);
    click(&mut hand, "Did you mean value?");
    hand.get_by_label(field).focus();
    press(&mut hand, Modifiers::NONE, Key::Enter);
    click(&mut hand, "Add");
    press(&mut hand, Modifiers::NONE, Key::Escape);
    assert!(shows(&hand, "2 watch-points"));
    walk(
        &mut hand,
        &[RUN, RUN, RUN, RUN_BACK],
        &[
            "Result:3  let value",
            "Result:3  let value",
            "Result:3  let value",
            "Result:3  let value",
        ],
    );
    assert!(shows(&hand, "value changes"), "why it stopped");
    assert!(shows(&hand, "value = \"22\", changed"), "what is there now");
    walk(
        &mut hand,
        &[RUN_BACK, RUN_BACK, RUN_BACK],
        &["Result:3", "Result:1", "Nothing to stop at before"],
    );
    click(&mut hand, "2 watch-points");
    click(&mut hand, "Remove the watch-point PID-8");
    click(&mut hand, "Remove the watch-point value");
    press(&mut hand, Modifiers::NONE, Key::Escape);
    walk(&mut hand, &[RUN], &["No breakpoint: at the end"]);
}

#[test]
fn the_next_and_previous_change_of_the_chosen_value_are_gone_to() {
    let (_folder, mut hand) = stepper();
    press(&mut hand, Modifiers::NONE, Key::F8);
    assert!(shows(&hand, "Choose a value first"));
    click(&mut hand, "PID-8 Administrative Sex, read at this step");
    walk(&mut hand, &[OVER], &["Result:2"]);
    click(&mut hand, "Previous change");
    assert!(shows(&hand, "Result:1  let sex"), "{}", at(&hand));
    assert!(shows(&hand, "PID-8 is read"));
    press(&mut hand, Modifiers::NONE, Key::F8);
    assert!(shows(&hand, "Not after this step: PID-8 is read"));
    // Of the output it is the change.
    click(&mut hand, "Output");
    click(&mut hand, "Output tree");
    let fields = hand.get_all_by_label("PID-8 Administrative Sex");
    fields.last().expect("it is made").click();
    settle(&mut hand);
    press(&mut hand, Modifiers::COMMAND | Modifiers::SHIFT, Key::D);
    press(&mut hand, Modifiers::NONE, Key::F8);
    assert!(shows(&hand, "Result:8  out"), "{}", at(&hand));
    assert!(shows(&hand, "PID-8 of the output changes"));
}

#[test]
fn a_line_is_run_to_by_key_and_by_its_menu() {
    let (_folder, mut hand) = stepper();
    hand.get_by_label("Script editor").focus();
    hand.run();
    hand.key_press_modifiers(Modifiers::COMMAND, Key::End);
    for _ in 0..7 {
        hand.key_press(Key::ArrowUp);
    }
    hand.run();
    let to_line = (Modifiers::COMMAND, Key::F10);
    let back_to_line = (Modifiers::COMMAND | Modifiers::SHIFT, Key::F10);
    walk(
        &mut hand,
        &[to_line, to_line],
        &["Result:3  let value", "Result:3  let value"],
    );
    assert!(shows(&hand, "value = \"22\", changed"));
    walk(&mut hand, &[back_to_line], &["Result:3  let value"]);
    assert!(shows(&hand, "value = \"11\", changed"));
    walk(
        &mut hand,
        &[back_to_line],
        &["Line 3 does not run before this step"],
    );
    hand.get_by_label("Stop at line 8").click_secondary();
    settle(&mut hand);
    hand.get_by_label_contains("Run to line 8").click();
    settle(&mut hand);
    assert!(shows(&hand, "Result:8  out"), "{}", at(&hand));
    hand.get_by_label("Stop at line 4").click_secondary();
    settle(&mut hand);
    click(&mut hand, "Runs stop here");
    let field = "Condition of Result line 4";
    hand.get_by_label(field).focus();
    hand.run();
    hand.get_by_label(field).type_text("value ==");
    settle(&mut hand);
    let fault = "Condition of Result line 4, wrong at column 9: a value is expected";
    assert!(shows(&hand, fault));
    assert!(shows(&hand, "a value is expected, such as \"F\" or 2"));
    hand.get_by_label_contains(field).type_text(" 22");
    settle(&mut hand);
    assert!(!shows(&hand, "wrong at column"));
    press(&mut hand, Modifiers::NONE, Key::Escape);
    walk(&mut hand, &[RUN_BACK], &["Result:4  if value"]);
    assert!(shows(&hand, "value = \"22\""));
}

#[test]
fn values_stand_beside_the_lines_only_where_they_are_asked_for() {
    let (_folder, mut hand) = window("ORU^R01");
    assert!(!shows(&hand, "Line 1 gives"));
    click(&mut hand, "Values");
    settle(&mut hand);
    for text in [
        "Line 1 gives sex = \"female\"",
        "Line 3 gives value = \"11\"",
        "line 5, which did not run",
        "Line 4 gives → false",
        "Line 8 gives out PID-8 = \"female\"",
    ] {
        assert!(shows(&hand, text), "{text}");
    }
    assert!(!shows(&hand, "line 4, which did not run"));
    type_at_end(&mut hand, "let more = 1 + 1;");
    settle(&mut hand);
    assert!(shows(&hand, "Line 10 gives more = 2"), "{}", script(&hand));
    type_at_end(&mut hand, "\nlet = ;");
    settle(&mut hand);
    assert!(shows(&hand, "Line 10 gives more = 2"), "the last good one");
}

#[test]
fn the_passes_of_a_loop_are_gone_through_and_listed() {
    let (_folder, mut hand) = window("ORU^R01");
    click(&mut hand, "Values");
    settle(&mut hand);
    click(&mut hand, "Next pass of line 2");
    assert!(shows(&hand, "Line 3 gives value = \"22\""));
    click(&mut hand, "All passes of line 2");
    let rows = hand.get_all_by_role(Role::Row);
    let labels = rows.filter_map(|row| row.accesskit_node().label());
    let passes: Vec<_> = labels.filter(|label| label.starts_with("Pass ")).collect();
    assert_eq!(passes.len(), 3, "{passes:?}");
    assert!(passes[2].contains("33"), "{passes:?}");
    let third = hand.get_all_by_role(Role::Row).find(|row| {
        let label = row.accesskit_node().label();
        label.is_some_and(|label| label.starts_with("Pass 3"))
    });
    third.expect("it is listed").click();
    settle(&mut hand);
    assert!(shows(&hand, "Line 3 gives value = \"33\""));
    press(&mut hand, Modifiers::NONE, Key::Escape);
    click(&mut hand, "Line 3 gives value = \"33\"");
    assert!(shows(&hand, "Copy"), "the value whole");
}

#[test]
fn a_segment_is_shown_whole_as_a_tree() {
    let (_folder, mut hand) = window("ORU^R01");
    click(&mut hand, "Values");
    settle(&mut hand);
    click(&mut hand, "Line 2 gives obx = OBX");
    for text in ["OBX|1|NM|K||11", "OBX-3: K", "OBX-5: 11"] {
        assert!(shows(&hand, text), "{text}");
    }
    press(&mut hand, Modifiers::NONE, Key::Escape);
    type_at_end(
        &mut hand,
        "let pid = msg.segments(\"PID\")[0];\nif true { let inner = pid[\"5.2\"]; }",
    );
    settle(&mut hand);
    assert!(shows(&hand, "Line 11 gives → true · inner = \"JANE\""));
    click(&mut hand, "Line 10 gives pid = PID");
    click(&mut hand, "PID-5: ROE^JANE");
    assert!(shows(&hand, "PID-5.2: JANE"));
}

#[test]
fn a_segment_being_made_and_its_message_are_trees_or_texts() {
    let (_folder, mut hand) = window("ORU^R01");
    click(&mut hand, "Values");
    type_at_end(
        &mut hand,
        "let pet = out.append(\"ZPI\");\npet[\"2.1\"] = \"IT\"; pet[\"2.2\"] = \"Italian\";\nlet made = out;",
    );
    settle(&mut hand);
    click(
        &mut hand,
        "Line 10 gives out ZPI = \"ZPI\" · pet = ZPI of out",
    );
    assert!(shows(&hand, "ZPI-2: IT^Italian"));
    click(&mut hand, "ZPI-2: IT^Italian");
    assert!(shows(&hand, "ZPI-2.2: Italian"));
    click(&mut hand, "Text of pet");
    assert!(shows(&hand, "ZPI||IT^Italian"));
    assert!(!shows(&hand, "ZPI-2.2: Italian"));
    click(&mut hand, "Tree of pet");
    assert!(shows(&hand, "ZPI-2: IT^Italian"));
    press(&mut hand, Modifiers::NONE, Key::Escape);
    click(&mut hand, "Line 12 gives made = the message being made");
    assert!(
        !shows(&hand, "ZPI-2: IT^Italian"),
        "its segments are closed"
    );
    click(&mut hand, "ZPI: ZPI||IT^Italian");
    assert!(shows(&hand, "ZPI-2: IT^Italian"));
}

#[test]
fn a_group_is_shown_whole_as_a_tree() {
    let (_folder, _, mut hand) = example();
    hand.set_size(egui::vec2(1900.0, 1200.0));
    let sample = hand.get_all_by_role(Role::Row).find(|row| {
        let label = row.accesskit_node().label();
        label.is_some_and(|label| label.contains("06-chemistry"))
    });
    sample.expect("the sample is listed").click();
    settle(&mut hand);
    click(&mut hand, "Values");
    settle(&mut hand);
    click(&mut hand, "Line 10 gives order = ORDER_OBSERVATION");
    assert!(shows(&hand, "OBR: OBR|1|"), "the segments of the group");
    assert!(!shows(&hand, "PID: PID|"), "and no others");
}

#[test]
fn two_hundred_passes_are_listed_and_gone_through() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    };
    let observations: Vec<String> = (1..=200)
        .map(|number| format!("OBX|{number}|NM|K||{number}\r"))
        .collect();
    let text = format!("{}{}", message("ORU^R01"), observations.concat());
    let mut hand = open(&[write("profile.ron", PROFILE), write("in.hl7", &text)]);
    hand.set_size(egui::vec2(1900.0, 1200.0));
    settle(&mut hand);
    click(&mut hand, "Values");
    settle(&mut hand);
    click(&mut hand, "Last pass of line 2");
    assert!(shows(&hand, "Line 3 gives value = \"200\""));
    click(&mut hand, "All passes of line 2");
    let pass = |hand: &Hand, number: u32| {
        let mut rows = hand.get_all_by_role(Role::Row);
        rows.any(|row| {
            let label = row.accesskit_node().label();
            label.is_some_and(|label| label.starts_with(&format!("Pass {number}:")))
        })
    };
    assert!(pass(&hand, 203), "the one at hand is in sight");
    assert!(!pass(&hand, 1), "only those in sight are laid out");
    click(&mut hand, "First pass of line 2");
    assert!(shows(&hand, "Line 3 gives value = \"11\""));
}

/// What the window would keep on disk.
#[derive(Clone, Default)]
struct Store(std::collections::BTreeMap<String, String>);

impl eframe::Storage for Store {
    fn get_string(&self, key: &str) -> Option<String> {
        self.0.get(key).cloned()
    }

    fn set_string(&mut self, key: &str, value: String) {
        self.0.insert(key.to_owned(), value);
    }

    fn remove_string(&mut self, key: &str) {
        self.0.remove(key);
    }

    fn flush(&mut self) {}
}

#[test]
fn stops_are_remembered_and_move_with_the_lines_above_them() {
    let (folder, mut hand) = stepper();
    click(&mut hand, "Stop at line 8");
    click(&mut hand, "PID-8 Administrative Sex, read at this step");
    press(&mut hand, Modifiers::SHIFT, Key::F9);
    click(&mut hand, "1 breakpoint");
    let field = "Condition of Result line 8";
    hand.get_by_label(field).focus();
    hand.run();
    hand.get_by_label(field).type_text("PID-3.1 == 4711");
    settle(&mut hand);
    assert!(shows(&hand, "Not remembered when the window closes"));
    let mut store = Store::default();
    eframe::App::save(hand.state_mut(), &mut store);
    drop(hand);
    let kept: String = store.0.values().cloned().collect();
    assert!(kept.contains("PID-8") && !kept.contains("4711"), "{kept}");

    let paths = ["profile.ron", "in.hl7"].map(|name| folder.path().join(name));
    let mut hand = open_with(&paths, Some(Box::new(store)));
    hand.set_size(egui::vec2(1900.0, 1200.0));
    settle(&mut hand);
    assert!(shows(&hand, "Breakpoint at line 8"));
    assert!(shows(&hand, "1 watch-point"));
    hand.get_by_label("Script editor").focus();
    hand.run();
    for _ in 0..12 {
        hand.key_press(Key::ArrowUp);
    }
    hand.run();
    hand.get_by_label("Script editor").type_text("// new\n");
    settle(&mut hand);
    assert!(shows(&hand, "Breakpoint at line 9"), "{}", script(&hand));
    assert!(!shows(&hand, "Breakpoint at line 8"));
    hand.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    settle(&mut hand);
    assert!(shows(&hand, "Breakpoint at line 8"), "undo moves it back");
}

#[test]
fn the_stepper_says_what_to_do_where_nothing_runs() {
    let mut hand = open(&[]);
    press(&mut hand, Modifiers::COMMAND | Modifiers::SHIFT, Key::D);
    assert!(shows(&hand, "Nothing to step through yet"));
    let (_folder, mut hand) = window("ADT^A01");
    press(&mut hand, Modifiers::COMMAND | Modifiers::SHIFT, Key::D);
    assert!(shows(&hand, "Nothing ran"));
    assert!(shows(&hand, "neither columns nor a script"));
}
