//! The lessons that ship: they read, they print as they stand, and each page leads where it says.

use std::path::PathBuf;
use std::sync::Arc;

use pipehat::cancel::Cancel;
use pipehat::workbench::{
    Anchored, Corpus, LESSON_ENDING, Lesson, Memo, Origin, Preview, Records, Snapshot, Source,
    derive,
};

/// All lessons in the project, with their texts.
fn shipped() -> Vec<(PathBuf, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/lessons");
    let files = std::fs::read_dir(folder).expect("the lessons");
    let mut lessons: Vec<_> = files
        .map(|file| file.expect("a file").path())
        .filter(|path| path.to_string_lossy().ends_with(LESSON_ENDING))
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a text");
            (path, text)
        })
        .collect();
    lessons.sort();
    assert!(lessons.len() >= 3);
    lessons
}

fn preview(lesson: &Lesson) -> Preview {
    let profile = Arc::new(lesson.profile().expect("a profile"));
    let bytes = lesson.message().into_bytes();
    let source = Source::from_bytes(Origin::Lesson("test".into()), bytes).expect("a message");
    let sample = Corpus::default().with(Arc::new(source)).sample(0);
    let now = lesson.now().expect("a time");
    let snapshot = Snapshot::new(profile, Arc::default(), now);
    let mut snapshot = snapshot.with_sample(sample.expect("one message"));
    snapshot.records = Records::Steps;
    derive(&snapshot, &mut Memo::default(), &Cancel::never()).expect("derived")
}

#[test]
fn a_lesson_stands_in_its_file_as_it_is_printed() {
    for (path, text) in shipped() {
        let lesson =
            Lesson::read(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(lesson.print(), text, "{}", path.display());
    }
}

#[test]
fn each_page_leads_to_its_place_and_its_step() {
    for (path, text) in shipped() {
        let lesson = Lesson::read(&text).expect("a lesson");
        let preview = preview(&lesson);
        for page in &lesson.pages {
            let place = format!("{}: {}", path.display(), page.title);
            if let Some(at) = &page.at {
                assert!(preview.message.find(at).is_some(), "{place}: {at}");
            }
            if let Some(step) = &page.step {
                let recorded = preview.recorded.as_ref().expect("a run");
                let found = step.find(&recorded.recording);
                assert!(matches!(found, Anchored::Step(_)), "{place}: {step}");
            }
        }
    }
}

#[test]
fn a_step_of_a_run_is_found_again_by_its_anchor() {
    let (_, text) = shipped().swap_remove(0);
    let lesson = Lesson::read(&text).expect("a lesson");
    let recorded = preview(&lesson).recorded.expect("a run");
    let recording = &recorded.recording;
    assert!(recording.steps.len() > 20);
    for step in 0..recording.steps.len() {
        let anchor = pipehat::workbench::Anchor::of(recording, step).expect("a step");
        assert_eq!(anchor.find(recording), Anchored::Step(step), "{anchor}");
    }
    let last = pipehat::workbench::Anchor::at("admit:10", 9).find(recording);
    let second = pipehat::workbench::Anchor::at("admit:10", 2).find(recording);
    assert!(matches!((last, second), (Anchored::Fewer(a), Anchored::Step(b)) if a == b));
    assert_eq!(
        pipehat::workbench::Anchor::at("admit:99", 1).find(recording),
        Anchored::Gone
    );
}
