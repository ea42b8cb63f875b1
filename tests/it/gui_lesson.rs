//! Lessons in the window: the shipped ones walked to their end, and one written, saved and played.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use pipehat::workbench::{LESSON_ENDING, Lesson, View};

use super::gui::{Hand, click, example, open, press, project, script, settle, shows};

const LESSONS: [&str; 3] = ["structure", "delimiters-and-escapes", "adt-step-by-step"];

fn read(name: &str) -> Lesson {
    let path = project(&format!("examples/lessons/{name}{LESSON_ENDING}"));
    let text = std::fs::read_to_string(path).expect("the lesson");
    Lesson::read(&text).expect("a lesson")
}

/// The value of the chosen row of the tree.
fn is_chosen(hand: &Hand, place: &str) -> bool {
    hand.get_all_by_role(Role::TreeItem).any(|row| {
        let node = row.accesskit_node();
        let label = node.label().unwrap_or_default();
        let first = label.split_whitespace().next().unwrap_or_default();
        first == place && node.is_selected() == Some(true)
    })
}

/// Goes through a lesson page by page, with the keys of a presenter's remote control.
fn walk(hand: &mut Hand, lesson: &Lesson) {
    let count = lesson.pages.len();
    for (index, page) in lesson.pages.iter().enumerate() {
        for _ in 0..4 {
            settle(hand);
        }
        let at = format!("{} of {count}", index + 1);
        assert!(shows(hand, &at), "{at}");
        assert!(shows(hand, &page.title), "{at}: {}", page.title);
        assert!(!shows(hand, "The run does not come"), "{at}");
        assert!(!shows(hand, "The run comes to"), "{at}");
        if let Some(step) = &page.step
            && page.show == Some(View::Stepper)
        {
            let here = step.place().to_owned();
            assert!(shows(hand, &here), "{at}: the stepper is not at {here}");
        }
        if let Some(place) = &page.at {
            let word = place.to_string();
            let tree = page.show == Some(View::Tree);
            assert!(
                !tree || is_chosen(hand, &word),
                "{at}: {word} is not chosen"
            );
        }
        if !page.answer.is_empty() {
            assert!(!shows(hand, &page.answer), "{at} gives its answer away");
            press(hand, "Show the answer");
            assert!(hand.query_by_label("Show the answer").is_none());
        }
        hand.key_press(Key::PageDown);
        settle(hand);
    }
}

#[test]
fn the_shipped_lessons_are_walked_from_the_start_page_to_their_end() {
    let mut hand = open(&[]);
    for name in LESSONS {
        let lesson = read(name);
        hand.key_press_modifiers(Modifiers::COMMAND, Key::K);
        hand.run();
        hand.get_by_label("Find a command").type_text("Lessons");
        hand.run();
        hand.key_press(Key::Enter);
        settle(&mut hand);
        press(&mut hand, &lesson.title);
        walk(&mut hand, &lesson);
        // The key goes no further than the last page.
        let count = lesson.pages.len();
        assert!(shows(&hand, &format!("{count} of {count}")));
        press(&mut hand, "Finish");
        settle(&mut hand);
        assert!(!shows(&hand, &format!("{count} of {count}")));
    }
}

#[test]
fn a_lesson_is_written_saved_and_played_again() {
    let (folder, _, mut hand) = example();
    hand.set_size(egui::vec2(1900.0, 1400.0));
    settle(&mut hand);
    let choose = |hand: &mut Hand, place: &str| {
        let row = hand.get_all_by_role(Role::TreeItem).find(|row| {
            let label = row.accesskit_node().label();
            label.is_some_and(|label| label.starts_with(place))
        });
        row.expect("a row").click();
        settle(hand);
    };
    choose(&mut hand, "PID-8 ");
    hand.key_press_modifiers(Modifiers::COMMAND, Key::K);
    hand.run();
    hand.get_by_label("Find a command").type_text("New lesson");
    hand.run();
    hand.key_press(Key::Enter);
    settle(&mut hand);
    press(&mut hand, "Add a page here");
    settle(&mut hand);
    let heading = hand.get_by_role_and_label(Role::TextInput, "Heading");
    heading.focus();
    hand.run();
    hand.key_press_modifiers(Modifiers::COMMAND, Key::A);
    hand.run();
    hand.get_by_role_and_label(Role::TextInput, "Heading")
        .type_text("What is a 2?");
    settle(&mut hand);
    let note = hand.get_by_role_and_label(Role::MultilineTextInput, "Note");
    note.focus();
    hand.run();
    hand.get_by_role_and_label(Role::MultilineTextInput, "Note")
        .type_text("Ask the *code table*.");
    settle(&mut hand);
    // A page too many goes, comes back and goes again.
    press(&mut hand, "Add a page here");
    settle(&mut hand);
    press(&mut hand, "Remove");
    press(&mut hand, "Undo a change of the lesson");
    assert!(shows(&hand, "2  Page 2"));
    press(&mut hand, "Redo a change of the lesson");
    assert!(!shows(&hand, "2  Page 2"));

    press(&mut hand, "Save lesson");
    let path = folder.path().join("sex");
    let field = hand.get_by_role_and_label(Role::TextInput, "Path");
    field.focus();
    hand.run();
    hand.key_press_modifiers(Modifiers::COMMAND, Key::A);
    hand.run();
    hand.get_by_role_and_label(Role::TextInput, "Path")
        .type_text(&path.display().to_string());
    hand.run();
    click(&mut hand, "Save");
    settle(&mut hand);
    let file = folder.path().join(format!("sex{LESSON_ENDING}"));
    let text = std::fs::read_to_string(&file).expect("saved");
    let lesson = Lesson::read(&text).expect("a lesson");
    assert_eq!(lesson.pages.len(), 1);
    let page = &lesson.pages[0];
    assert_eq!(page.title, "What is a 2?");
    assert_eq!(
        page.at.as_ref().map(ToString::to_string).as_deref(),
        Some("PID-8")
    );
    assert!(lesson.message().starts_with("MSH|"));
    assert_eq!(&*lesson.profile().expect("a profile").name, "St Elsewhere");

    let mut again = open(&[file]);
    walk(&mut again, &lesson);
}

#[test]
fn a_lesson_that_is_not_saved_is_not_dropped_unasked() {
    let (_folder, _, mut hand) = example();
    let run = |hand: &mut Hand, name: &str| {
        hand.key_press_modifiers(Modifiers::COMMAND, Key::K);
        hand.run();
        hand.get_by_label("Find a command").type_text(name);
        hand.run();
        hand.key_press(Key::Enter);
        settle(hand);
    };
    run(&mut hand, "New lesson");
    press(&mut hand, "Add a page here");
    run(&mut hand, "Leave the lesson");
    assert!(shows(&hand, "The lesson has unsaved changes"));
    click(&mut hand, "Cancel");
    assert!(shows(&hand, "1  Page 1"));
    run(&mut hand, "Leave the lesson");
    click(&mut hand, "Drop the changes");
    settle(&mut hand);
    assert!(!shows(&hand, "1  Page 1"));
    assert!(shows(&hand, "A lesson shows a message"));
}

#[test]
fn a_step_that_the_run_does_not_come_to_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(format!("astray{LESSON_ENDING}"));
    let path = project("examples/lessons/adt-step-by-step.lesson.ron");
    let text = std::fs::read_to_string(path).expect("the lesson");
    // Line 1 is a comment, and there are two passes.
    let text = text.replace("at: \"admit:2\"", "at: \"admit:1\"");
    std::fs::write(&file, text.replace("pass: 2", "pass: 9")).expect("written");
    let mut hand = open(&[file]);
    let mut said = Vec::new();
    for page in &read("adt-step-by-step").pages {
        for _ in 0..4 {
            settle(&mut hand);
        }
        assert!(shows(&hand, &page.title));
        if shows(&hand, "The run does not come to admit:1") {
            said.push("gone");
        }
        if shows(&hand, "less than 9 times: this is the last one") {
            said.push("fewer");
        }
        hand.key_press(Key::PageDown);
        settle(&mut hand);
    }
    assert_eq!(said, ["gone", "fewer", "fewer"]);
}

#[test]
fn a_lesson_that_cannot_be_read_says_where_and_changes_nothing() {
    let (folder, _, mut hand) = example();
    let file = folder.path().join(format!("broken{LESSON_ENDING}"));
    std::fs::write(&file, "Lesson(format: 1,\n  titel: \"x\")").expect("written");
    hand.key_press_modifiers(Modifiers::COMMAND, Key::L);
    hand.run();
    let field = hand.get_by_role_and_label(Role::TextInput, "Path");
    field.type_text(&file.display().to_string());
    hand.run();
    click(&mut hand, "Open");
    settle(&mut hand);
    assert!(shows(&hand, "line 2, column 3"));
    assert!(script(&hand).contains("The index takes production messages only"));
}
