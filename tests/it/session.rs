//! A session from opening files to saving the profile, as the window drives it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use pipehat::hl7::Timestamp;
use pipehat::profile::{Edit, Profile, ScriptPlace};
use pipehat::workbench::{Notice, SaveGuard, Session, backup_path};
use tempfile::TempDir;

const ADMIT: &str = "MSH|^~\\&|SITE|WARD|HUB|REGION|20260301120000||ADT^A01|M1|P|2.5\r\
                     EVN|A01|20260301\rPID|1||4711^^^SITE^MR||Amsel^Berta||19700102|F\rPV1|1|I\r";

const PROFILE: &str = r#"Profile(
    format: 1,
    name: "Test",
    standard: "2.5",
    messages: [
        Message(name: "Admit", identity: [(at: "MSH-9.1", matches: "^ADT$")], script: File("admit.rhai")),
    ],
)"#;

fn admit() -> ScriptPlace {
    ScriptPlace::Message("Admit".into())
}

const SCRIPT: &str = "out.copy(msg, [\"MSH\", \"PID\"]);";

struct Bench {
    folder: TempDir,
    session: Session,
}

impl Bench {
    /// A session with a profile, its script and two messages.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("site.ron", PROFILE);
        write("admit.rhai", SCRIPT);
        write(
            "two.hl7",
            &format!("{ADMIT}{}", ADMIT.replace("|M1|", "|M2|")),
        );
        let now: Timestamp = "20260102".parse().unwrap();
        let session = Session::new(Arc::new(|| ()), now);
        let mut bench = Self { folder, session };
        bench
            .session
            .open(vec![bench.path("two.hl7"), bench.path("site.ron")]);
        bench.session.settle();
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// The output of the message at hand, or the codes of what was found.
    fn shown(&mut self) -> String {
        self.session.settle();
        assert!(self.session.is_preview_current());
        let preview = self.session.preview().unwrap();
        match preview
            .outcome
            .as_ref()
            .and_then(|outcome| outcome.output.as_ref())
        {
            Some(output) => output.text().replace('\r', "\n"),
            None => preview
                .diagnostics
                .iter()
                .map(|found| found.code)
                .collect::<Vec<_>>()
                .join(" "),
        }
    }

    fn failures(&mut self) -> String {
        self.session.settle();
        let notices = self.session.take_notices();
        let failed = notices.iter().filter_map(|notice| match notice {
            Notice::Failed(diagnostic) => Some(diagnostic.message.clone()),
            Notice::Described(_)
            | Notice::Loaded { .. }
            | Notice::ProfileOpened(_)
            | Notice::ProfileSaved(_)
            | Notice::FileSaved(_)
            | Notice::Renamed(_)
            | Notice::LessonOpened
            | Notice::ChangedOnDisk(_) => None,
        });
        failed.collect()
    }
}

#[test]
fn a_keystroke_changes_the_output_and_undo_takes_it_back() {
    let mut bench = Bench::new();
    assert_eq!(bench.session.corpus().len(), 2);
    assert!(bench.shown().contains("|M1|") && !bench.session.is_modified());
    bench
        .session
        .edit_script(&admit(), &format!("{SCRIPT} out[\"PID-8\"] = \"U\";"))
        .unwrap();
    assert!(bench.shown().ends_with("19700102|U\n") && bench.session.is_modified());
    bench.session.edit_script(&admit(), "out.copy(").unwrap();
    assert!(bench.shown().contains("script"), "{}", bench.shown());
    assert_eq!(bench.session.undo().as_deref(), Some("change admit.rhai"));
    assert!(bench.shown().ends_with("19700102|F\n") && !bench.session.is_modified());
    assert_eq!(
        bench.session.redo_name().as_deref(),
        Some("change admit.rhai")
    );
}

#[test]
fn another_message_is_shown_when_it_is_selected() {
    let mut bench = Bench::new();
    let second = bench.session.corpus().sample(1).unwrap();
    bench.session.select(Some(second.id()));
    assert!(bench.shown().contains("|M2|"));
    bench
        .session
        .edit_message(Some(&ADMIT.replace("|M1|", "|M3|")));
    assert!(bench.shown().contains("|M3|"));
    bench.session.edit_message(None);
    assert!(bench.shown().contains("|M2|"));
    bench.session.close_source_of(second.id());
    assert!(bench.session.corpus().is_empty() && bench.session.selected().is_none());
}

#[test]
fn a_save_writes_profile_and_script_and_keeps_what_they_were() {
    let mut bench = Bench::new();
    bench
        .session
        .apply(&Edit::RenameProfile {
            name: "Renamed".into(),
        })
        .unwrap();
    bench
        .session
        .edit_script(&admit(), "skip(\"all\");")
        .unwrap();
    assert!(bench.session.save_profile());
    assert_eq!(bench.failures(), "");
    assert!(!bench.session.is_modified());
    assert!(bench.text("site.ron").contains("Renamed"));
    assert_eq!(bench.text("admit.rhai"), "skip(\"all\");");
    assert_eq!(
        std::fs::read_to_string(backup_path(&bench.path("site.ron"))).unwrap(),
        PROFILE
    );
    assert_eq!(
        std::fs::read_to_string(backup_path(&bench.path("admit.rhai"))).unwrap(),
        SCRIPT
    );
    // What was saved can be opened, and saved again.
    bench.session.reload_profile();
    bench.session.settle();
    bench
        .session
        .apply(&Edit::RenameProfile {
            name: "Again".into(),
        })
        .unwrap();
    assert!(bench.session.save_profile());
    assert_eq!(bench.failures(), "");
}

#[test]
fn a_profile_changed_by_somebody_else_is_not_overwritten() {
    let mut bench = Bench::new();
    let theirs = PROFILE.replace("\"Test\"", "\"Theirs\"");
    std::fs::write(bench.path("site.ron"), &theirs).unwrap();
    bench
        .session
        .apply(&Edit::RenameProfile {
            name: "Ours".into(),
        })
        .unwrap();
    bench
        .session
        .edit_script(&admit(), "skip(\"all\");")
        .unwrap();
    bench.session.save_profile();
    assert!(bench.failures().contains("changed on disk"));
    assert_eq!(
        (bench.text("site.ron"), bench.text("admit.rhai")),
        (theirs.clone(), SCRIPT.to_owned())
    );
    assert!(bench.session.conflict().is_some() && bench.session.is_modified());
    bench.session.overwrite_profile();
    assert_eq!(bench.failures(), "");
    assert!(bench.text("site.ron").contains("Ours") && bench.session.conflict().is_none());
    assert_eq!(
        std::fs::read_to_string(backup_path(&bench.path("site.ron"))).unwrap(),
        theirs
    );
}

#[test]
fn a_conflict_is_asked_about_once_for_each_change_on_disk() {
    let mut bench = Bench::new();
    let change = |bench: &Bench, name: &str| {
        let theirs = PROFILE.replace("\"Test\"", &format!("{name:?}"));
        std::fs::write(bench.path("site.ron"), theirs).unwrap();
    };
    let look = |bench: &mut Bench| {
        bench.session.look_again();
        bench.session.settle();
        bench.session.conflict().is_some()
    };
    change(&bench, "Theirs");
    assert!(look(&mut bench));
    bench.session.dismiss_conflict();
    assert!(!look(&mut bench) && !look(&mut bench));
    change(&bench, "Theirs again");
    assert!(look(&mut bench));
    bench.session.dismiss_conflict();
    assert!(!look(&mut bench));
    // A save is refused all the same, and what was put off then is not asked about either.
    bench.session.save_profile();
    assert!(bench.failures().contains("changed on disk"));
    assert!(bench.session.conflict().is_some());
    bench.session.dismiss_conflict();
    assert!(!look(&mut bench));
    change(&bench, "Theirs for the third time");
    assert!(look(&mut bench));
}

#[test]
fn a_change_on_disk_is_noticed_and_can_be_taken() {
    let mut bench = Bench::new();
    bench.session.look_again();
    bench.session.settle();
    assert!(bench.session.conflict().is_none());
    std::fs::write(
        bench.path("site.ron"),
        PROFILE.replace("\"Test\"", "\"Theirs\""),
    )
    .unwrap();
    bench.session.look_again();
    bench.session.settle();
    assert!(bench.session.conflict().is_some());
    bench.session.reload_profile();
    bench.session.settle();
    assert_eq!(&*bench.session.profile().name, "Theirs");
    assert!(bench.session.conflict().is_none());
}

#[test]
fn files_deleted_while_open_lose_nothing() {
    let mut bench = Bench::new();
    for name in ["two.hl7", "site.ron", "admit.rhai"] {
        std::fs::remove_file(bench.path(name)).unwrap();
    }
    let second = bench.session.corpus().sample(1).unwrap();
    bench.session.select(Some(second.id()));
    assert!(bench.shown().contains("|M2|"));
    bench.session.look_again();
    bench.session.settle();
    let gone = bench.session.take_notices();
    assert!(gone.contains(&Notice::ChangedOnDisk(bench.path("site.ron"))));
    bench.session.save_profile();
    assert_eq!(bench.failures(), "");
    assert!(bench.text("site.ron").contains("\"Test\"") && bench.text("admit.rhai") == SCRIPT);
}

#[test]
fn a_place_that_takes_no_file_is_named_and_the_work_stays() {
    let mut bench = Bench::new();
    bench
        .session
        .apply(&Edit::RenameProfile {
            name: "Ours".into(),
        })
        .unwrap();
    bench
        .session
        .save_profile_as(bench.path("two.hl7/site.ron"), SaveGuard::New);
    assert!(bench.failures().contains("a part of the path is a file"));
    bench
        .session
        .save_profile_as(bench.path("two.hl7"), SaveGuard::New);
    assert!(bench.failures().contains("exists already"));
    assert_eq!(&*bench.session.profile().name, "Ours");
    assert!(bench.session.is_modified());
    std::fs::create_dir(bench.path("sub")).unwrap();
    bench
        .session
        .save_profile_as(bench.path("sub/site.ron"), SaveGuard::New);
    assert_eq!(bench.failures(), "");
    assert_eq!(bench.text("sub/admit.rhai"), SCRIPT);
    assert_eq!(
        bench.session.profile_path(),
        Some(Path::new(&bench.path("sub/site.ron")))
    );
}

#[test]
fn what_cannot_be_opened_is_told_and_changes_nothing() {
    let mut bench = Bench::new();
    std::fs::write(
        bench.path("future.ron"),
        PROFILE.replace("format: 1", "format: 7"),
    )
    .unwrap();
    std::fs::write(bench.path("picture.png"), b"\x89PNG\r\n\x1A\n").unwrap();
    std::fs::create_dir(bench.path("none")).unwrap();
    bench.session.open(vec![bench.path("future.ron")]);
    assert!(bench.failures().contains("format"));
    assert_eq!(&*bench.session.profile().name, "Test");
    bench.session.open(vec![
        bench.path("picture.png"),
        bench.path("none"),
        bench.path("gone.hl7"),
    ]);
    bench.session.settle();
    let told: String = bench
        .session
        .file_problems()
        .map(ToString::to_string)
        .collect();
    for words in ["a PNG picture", "there is no such file"] {
        assert!(told.contains(words), "{told}");
    }
    assert_eq!(bench.session.corpus().len(), 2);
}

#[test]
fn an_endless_script_does_not_hold_up_the_next_keystroke() {
    let mut bench = Bench::new();
    bench.session.edit_script(&admit(), "loop { }").unwrap();
    bench.session.edit_script(&admit(), SCRIPT).unwrap();
    assert!(bench.shown().contains("|M1|"));
}

#[test]
fn a_new_session_shows_an_empty_preview() {
    let now: Timestamp = "20260102".parse().unwrap();
    let mut session = Session::new(Arc::new(|| ()), now);
    session.new_profile(Profile::new("New"));
    session.settle();
    assert_eq!(session.preview().unwrap().message.segment_count(), 0);
    assert!(!session.save_profile(), "a new profile has no file");
    session.paste(ADMIT);
    session.settle();
    assert_eq!(session.sample().unwrap().name(), "Pasted 1");
    assert!(session.preview().unwrap().diagnostics.is_empty());
}
