//! What the window says of bad input, and that nothing is lost by it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;

use super::gui::{Hand, click, example, open, project, script, settle, shows, type_at_end};

/// Longer than anything here takes, also on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A folder with one file.
fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn press(hand: &mut Hand, key: Key) {
    hand.key_press_modifiers(Modifiers::COMMAND, key);
    settle(hand);
}

/// Opens one more path as Ctrl+L does.
fn open_by_path(hand: &mut Hand, path: &Path) {
    press(hand, Key::L);
    hand.get_by_role_and_label(Role::TextInput, "Path")
        .type_text(&path.display().to_string());
    hand.run();
    click(hand, "Open");
}

/// Opens the worked example and then the path: the words are said, and the example is still there.
fn check(path: &Path, words: &[&str]) {
    let (_folder, _, mut hand) = example();
    open_by_path(&mut hand, path);
    for words in words {
        assert!(shows(&hand, words), "{words}");
    }
    assert!(shows(&hand, "Rows of patient"), "the example is there");
    assert!(script(&hand).contains("msg"), "and so is its script");
}

#[test]
fn a_folder_without_messages_is_named() {
    let (folder, _) = file("notes.txt", b"Call the lab on Monday.\n");
    let words = [
        "no file in this folder holds an HL7 message",
        "choose the folder",
    ];
    check(folder.path(), &words);
}

#[test]
fn a_hundred_megabytes_of_zeros_are_no_message() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("zeros.hl7");
    fs::File::create(&path)
        .unwrap()
        .set_len(100_000_000)
        .unwrap();
    check(&path, &["zeros.hl7"]);
}

#[test]
fn a_picture_is_called_a_picture() {
    let picture = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &[0; 64]].concat();
    let (_folder, path) = file("ward.png", &picture);
    check(&path, &["PNG"]);
}

#[test]
fn a_profile_of_a_later_format_is_left_alone() {
    let text = "Profile(format: 99, name: \"Later\")";
    let (_folder, path) = file("later.ron", text.as_bytes());
    check(&path, &["format 99"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn a_script_without_an_end_is_stopped_at_its_line() {
    let (_folder, profile, mut hand) = example();
    let saved = fs::read_to_string(&profile).unwrap();
    let lines = script(&hand).lines().count();
    type_at_end(&mut hand, "loop { }\n");
    assert!(shows(&hand, &format!("Line {}:", lines + 1)));
    press(&mut hand, Key::Z);
    assert!(shows(&hand, "Rows of patient"), "undo brings the rows back");
    assert_eq!(fs::read_to_string(&profile).unwrap(), saved);
}

#[test]
fn a_sample_deleted_on_disk_stays_in_the_window() {
    let (folder, path) = file("admit.hl7", super::cli::ADMIT.as_bytes());
    let mut hand = open(&[path]);
    fs::remove_file(folder.path().join("admit.hl7")).unwrap();
    settle(&mut hand);
    let text = hand
        .get_by_label("Message text")
        .value()
        .unwrap_or_default();
    assert!(text.contains("Amsel^Berta"));
}

/// The worked example with a change that is not saved yet.
fn changed() -> (tempfile::TempDir, PathBuf, Hand) {
    let (folder, profile, mut hand) = example();
    type_at_end(
        &mut hand,
        "let more = rows.add(\"patient\"); more.mrn = \"MINE\";\n",
    );
    (folder, profile, hand)
}

#[test]
fn a_profile_deleted_on_disk_is_written_anew() {
    let (_folder, profile, mut hand) = changed();
    fs::remove_file(&profile).unwrap();
    press(&mut hand, Key::S);
    click(&mut hand, "Save anyway");
    assert!(fs::read_to_string(&profile).unwrap().contains("MINE"));
}

#[test]
fn a_save_that_is_refused_says_so_and_keeps_the_change() {
    let (folder, profile, mut hand) = changed();
    let moved = folder.path().join("moved");
    fs::create_dir(&moved).unwrap();
    fs::rename(&profile, moved.join("profile.ron")).unwrap();
    // A folder stands where the file stood: no user, not even root, can write it.
    fs::create_dir(&profile).unwrap();
    press(&mut hand, Key::S);
    click(&mut hand, "Save anyway");
    assert!(shows(&hand, "profile.ron"), "the file is named");
    assert!(script(&hand).contains("MINE"), "the change is kept");
}

#[test]
fn a_save_below_a_file_says_so_and_can_be_tried_again() {
    let (folder, _, mut hand) = changed();
    fs::write(folder.path().join("wall"), "").unwrap();
    let save_as = |hand: &mut Hand, path: PathBuf| {
        hand.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::S);
        settle(hand);
        hand.key_press_modifiers(Modifiers::COMMAND, Key::A);
        hand.get_by_role_and_label(Role::TextInput, "Path")
            .type_text(&path.display().to_string());
        hand.run();
        click(hand, "Save");
    };
    save_as(&mut hand, folder.path().join("wall/profile.ron"));
    assert!(shows(&hand, "a part of the path is a file"));
    assert!(script(&hand).contains("MINE"), "the change is kept");
    let free = folder.path().join("free.ron");
    save_as(&mut hand, free.clone());
    assert!(fs::read_to_string(free).unwrap().contains("MINE"));
}

const THEIRS: &str = "Profile(format: 1, name: \"Theirs\", standard: \"2.5\")";

/// Saves a change over a profile that somebody else changed meanwhile, up to the question.
fn conflict() -> (tempfile::TempDir, PathBuf, Hand) {
    let (folder, profile, mut hand) = changed();
    fs::write(&profile, THEIRS).unwrap();
    press(&mut hand, Key::S);
    click(&mut hand, "Save anyway");
    assert!(shows(&hand, "The profile was changed on disk"));
    assert_eq!(fs::read_to_string(&profile).unwrap(), THEIRS);
    (folder, profile, hand)
}

#[test]
fn a_conflict_put_off_writes_nothing_and_keeps_the_change() {
    let (_folder, profile, mut hand) = conflict();
    click(&mut hand, "Cancel");
    assert!(!shows(&hand, "The profile was changed on disk"));
    assert_eq!(fs::read_to_string(&profile).unwrap(), THEIRS);
    assert!(script(&hand).contains("MINE"));
}

#[test]
fn a_conflict_can_take_the_version_of_the_file() {
    let (_folder, profile, mut hand) = conflict();
    click(&mut hand, "Take the file's version");
    assert!(!shows(&hand, "The profile was changed on disk"));
    assert!(shows(&hand, "The profile has no message definition"));
    assert_eq!(fs::read_to_string(&profile).unwrap(), THEIRS);
}

#[test]
fn a_conflict_can_overwrite_and_keeps_the_other_as_backup() {
    let (folder, profile, mut hand) = conflict();
    click(&mut hand, "Overwrite the file");
    assert!(fs::read_to_string(&profile).unwrap().contains("MINE"));
    let backup = fs::read_to_string(folder.path().join("profile.ron.bak")).unwrap();
    assert_eq!(backup, THEIRS);
}

#[test]
fn a_conflict_can_keep_both() {
    let (folder, profile, mut hand) = conflict();
    click(&mut hand, "Save under another name…");
    hand.key_press_modifiers(Modifiers::COMMAND, Key::A);
    let mine = folder.path().join("mine.ron");
    hand.get_by_role_and_label(Role::TextInput, "Path")
        .type_text(&mine.display().to_string());
    hand.run();
    click(&mut hand, "Save");
    assert!(fs::read_to_string(mine).unwrap().contains("MINE"));
    assert_eq!(fs::read_to_string(&profile).unwrap(), THEIRS);
}

/// What a file manager drops on the window.
#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        fs::read(&self.0).map_err(|error| error.to_string())
    }
}

fn drop_on(hand: &mut Hand, paths: &[PathBuf]) {
    let files = &mut hand.input_mut().dropped_files;
    files.extend(
        paths
            .iter()
            .map(|path| Arc::new(Dropped(path.clone())) as egui::DroppedFileHandle),
    );
    settle(hand);
}

#[test]
fn dropped_files_and_folders_are_opened_together() {
    let mut hand = open(&[]);
    let paths = ["mappings/st-elsewhere/profile.ron", "examples/st-elsewhere"];
    let held = egui::HoveredFile {
        path: Some(project(paths[0])),
        ..egui::HoveredFile::default()
    };
    hand.input_mut().hovered_files.push(held);
    // The window is painted anew for as long as files are held over it.
    hand.run_steps(3);
    assert!(shows(&hand, "Drop to open"));
    hand.input_mut().hovered_files.clear();
    drop_on(&mut hand, &paths.map(project));
    assert!(!shows(&hand, "Drop to open"));
    assert!(shows(&hand, "12 messages"));
    assert!(shows(&hand, "Rows of patient"));
}

#[test]
fn a_dropped_picture_changes_nothing_but_the_problems() {
    let (_folder, path) = file("ward.png", b"\x89PNG\r\n\x1a\n");
    let (_example, _, mut hand) = example();
    drop_on(&mut hand, &[path]);
    assert!(shows(&hand, "PNG"));
    assert!(shows(&hand, "Rows of patient"));
}

#[test]
fn a_program_without_a_display_says_what_to_do() {
    for (arguments, words) in [
        (&[][..], "no display to open a window on"),
        (&["--renderer", "glow"], "no display to open a window on"),
        #[cfg(not(feature = "wgpu"))]
        (&["--renderer", "wgpu"], "built without wgpu"),
        (
            &["--renderer", "pencil"],
            "possible values: auto, glow, wgpu",
        ),
    ] {
        let mut program = super::cli::pipehat();
        let run = program
            .args(arguments)
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("WAYLAND_SOCKET")
            .assert();
        let output = run.code(2).get_output().clone();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains(words), "{told}");
    }
}

#[test]
fn a_message_that_takes_long_is_not_said_to_be_missing() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let profile = write(
        "profile.ron",
        r#"Profile(format: 1, name: "Slow", standard: "2.5", messages: [Message(
            name: "All",
            script: Inline("if msg[\"MSH-10\"] == \"2\" { let long = pad(\"ä\", 10000, \"ä\"); loop { long.to_upper(); } }"),
        )])"#,
    );
    let message = |id: &str| format!("MSH|^~\\&|A|B|||20260301||ADT^A01|{id}|P|2.5\rPID|1\r");
    let samples = write("in.hl7", &format!("{}{}", message("1"), message("2")));
    let mut hand = open(&[profile, samples]);
    assert!(shows(&hand, "MSH-10"));
    // Each turn takes long, so that the script ends at its time limit and not at that of its operations. On a busy
    // machine even that can lie between two frames; then it is tried again.
    let is_shown = (0..20).any(|_| {
        hand.key_press_modifiers(Modifiers::ALT, Key::ArrowDown);
        hand.step();
        let since = Instant::now();
        loop {
            hand.step();
            for words in ["No message", "No output yet", "Nothing to check yet"] {
                assert!(!shows(&hand, words), "{words}");
            }
            if shows(&hand, "Reading …") {
                return true;
            }
            assert!(since.elapsed() < PATIENCE, "neither is ever told");
            if shows(&hand, "script stopped") {
                hand.key_press_modifiers(Modifiers::ALT, Key::ArrowUp);
                hand.step();
                settle(&mut hand);
                return false;
            }
        }
    });
    assert!(is_shown, "it is told while it is being read");
    hand.key_press_modifiers(Modifiers::ALT, Key::ArrowUp);
    hand.step();
    settle(&mut hand);
    assert!(shows(&hand, "MSH-10") && !shows(&hand, "Reading …"));
}
