//! The panel of the way of a message: stages, values, finding in them, the ways to scripts.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};

use super::gui::{Hand, click, open_site, settle, shows, type_at_end};

const PROFILE: &str = r##"Profile(
    format: 1,
    name: "Ward",
    standard: "2.5.1",
    scripts: SiteScripts(prepare: Inline("text.replace(\"ROE\", \"DOE\");")),
    messages: [
        Message(
            name: "Admit",
            identity: [(at: "MSH-9.1", matches: "^ADT$")],
            script: Inline(r#"out.copy(msg, ["MSH", "PID"]);
out["PID-8"] = "M";
"#),
        ),
    ],
)"##;

const MESSAGE: &str = "MSH|^~\\&|A|B|||20260301||ADT^A01|1|P|2.5.1\rPID|||4711||ROE^JANE|||F\r";

fn window() -> (tempfile::TempDir, Hand) {
    let (folder, mut hand) = open_site(PROFILE, MESSAGE, 1200.0);
    settle(&mut hand);
    hand.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::P);
    settle(&mut hand);
    settle(&mut hand);
    (folder, hand)
}

fn choose(hand: &mut Hand, stage: &str) {
    let row = hand.get_all_by_role(Role::Row).find(|row| {
        let label = row.accesskit_node().label();
        label.is_some_and(|label| label.contains(stage))
    });
    row.expect("the stage is listed").click();
    settle(hand);
}

fn find(hand: &mut Hand, text: &str) {
    hand.get_by_label("Find in all values").focus();
    hand.run();
    hand.key_press_modifiers(Modifiers::COMMAND, Key::A);
    hand.get_by_label("Find in all values").type_text(text);
    settle(hand);
}

#[test]
fn each_stage_shows_what_goes_in_and_comes_out() {
    let (_folder, mut hand) = window();
    for stage in [
        "1 received: ",
        "2 prepare: changes the text",
        "3 definition: Admit",
        "4 rows: the definition has no columns",
        "5 script: 2 segments",
        "6 encoding: 2 segments",
        "7 finish: the site has no finish script",
    ] {
        assert!(shows(&hand, stage), "{stage}");
    }
    choose(&mut hand, "2 prepare");
    click(&mut hand, "Changes");
    assert!(shows(&hand, "− PID|||4711||ROE^JANE|||F"));
    assert!(shows(&hand, "+ PID|||4711||DOE^JANE|||F"));
    choose(&mut hand, "5 script");
    assert!(shows(&hand, "+ PID|||4711||DOE^JANE|||M"));
    click(&mut hand, "Goes in");
    assert!(!shows(&hand, "+ PID|||4711||DOE^JANE|||M"));
    assert!(shows(&hand, "PID|||4711||DOE^JANE|||F"));
}

#[test]
fn what_is_searched_for_is_found_in_all_values() {
    let (_folder, mut hand) = window();
    find(&mut hand, "roe");
    assert!(shows(&hand, "1 of 1"));
    assert!(shows(&hand, "PID|||4711||ROE^JANE|||F"), "as it came");
    find(&mut hand, "doe^jane");
    assert!(shows(&hand, "1 of 4"));
    hand.key_press(Key::Enter);
    settle(&mut hand);
    assert!(shows(&hand, "2 of 4"));
    hand.key_press_modifiers(Modifiers::SHIFT, Key::Enter);
    settle(&mut hand);
    assert!(shows(&hand, "1 of 4"));
    find(&mut hand, "nowhere");
    assert!(shows(&hand, "Found in no value"));
}

#[test]
fn a_stage_that_fails_keeps_its_last_value_and_leads_to_its_fault() {
    let (_folder, mut hand) = window();
    type_at_end(&mut hand, "let n = 1 + msg;");
    settle(&mut hand);
    assert!(shows(&hand, "5 script: failed: "));
    assert!(shows(&hand, "6 encoding: the message did not come so far"));
    choose(&mut hand, "5 script");
    click(&mut hand, "Comes out");
    assert!(shows(&hand, "The last value: nothing comes out now"));
    assert!(shows(&hand, "PID|||4711||DOE^JANE|||M"));
    click(&mut hand, "prepare");
    assert!(shows(&hand, "Go to script"));
    choose(&mut hand, "5 script");
    click(&mut hand, "Go to script");
    hand.get_by_label("Script editor").type_text("x");
    settle(&mut hand);
    assert!(
        super::gui::script(&hand).contains("out.copy"),
        "it is shown"
    );
}
