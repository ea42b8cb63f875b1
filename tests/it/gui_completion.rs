//! What the script editor proposes at the caret, and what becomes of it.

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;

use super::gui::{Hand, example, script, settle, shows, type_at_end};

fn press(hand: &mut Hand, key: Key) {
    hand.key_press(key);
    settle(hand);
}

fn ask(hand: &mut Hand) {
    hand.key_press_modifiers(Modifiers::CTRL, Key::Space);
    settle(hand);
}

/// Types at the end of the script; the keys and what stands there then, after the script as it was.
fn check(typed: &str, asks: bool, keys: &[Key], expect: &str) {
    let (_folder, _, mut hand) = example();
    let before = script(&hand);
    type_at_end(&mut hand, typed);
    if asks {
        ask(&mut hand);
    }
    for key in keys {
        press(&mut hand, *key);
    }
    let now = script(&hand);
    assert_eq!(now.strip_prefix(&before), Some(expect));
}

#[test]
fn a_location_is_proposed_with_its_name_and_value() {
    let (_folder, _, mut hand) = example();
    type_at_end(&mut hand, "let sex = msg[\"PID-8");
    assert!(shows(&hand, "PID-8 Administrative Sex · 2"));
    press(&mut hand, Key::Enter);
    assert!(!shows(&hand, "PID-8 Administrative Sex · 2"));
    assert!(script(&hand).ends_with("let sex = msg[\"PID-8\"]"));
}

#[test]
fn a_location_is_found_by_its_name() {
    check(
        "let born = msg[\"birth",
        false,
        &[Key::Tab],
        "let born = msg[\"PID-7\"]",
    );
}

#[test]
fn a_proposal_is_written_by_a_press_on_it() {
    let (_folder, _, mut hand) = example();
    type_at_end(&mut hand, "let n = msg.");
    hand.get_by_label("count( msg.count(path) -> number")
        .click();
    settle(&mut hand);
    assert!(script(&hand).ends_with("let n = msg.count("));
    assert!(hand.get_by_label("Script editor").is_focused());
}

#[test]
fn functions_are_proposed_after_the_dot_and_chosen_by_arrows() {
    check("rows.", false, &[Key::Enter], "rows.add(");
    check(
        "let n = msg.is_",
        true,
        &[Key::ArrowDown, Key::Enter],
        "let n = msg.is_empty(",
    );
}

#[test]
fn code_tables_and_tables_are_those_of_the_profile() {
    check("codes(\"se", false, &[Key::Enter], "codes(\"sex\"");
    check("rows.add(\"ki", false, &[Key::Enter], "rows.add(\"kin\"");
}

#[test]
fn escape_puts_the_list_away_and_the_text_is_typed_on() {
    let (_folder, _, mut hand) = example();
    let before = script(&hand);
    type_at_end(&mut hand, "rows.");
    assert!(shows(&hand, "Adds a row to a table"));
    press(&mut hand, Key::Escape);
    assert!(!shows(&hand, "Adds a row to a table"));
    press(&mut hand, Key::Enter);
    assert_eq!(
        script(&hand).strip_prefix(&before).map(str::trim_end),
        Some("rows.")
    );
}

#[test]
fn an_enter_after_an_ordinary_word_is_a_new_line() {
    check("let x = pad", false, &[Key::Enter], "let x = pad\n");
}
