//! `lesson`: a lesson page by page as text, with the places and steps that it shows.

use std::io::{self, Write};
use std::sync::Arc;

use super::args::LessonArguments;
use super::failure::{Failure, Finish};
use super::output::Output;
use super::report::note;
use super::show_tree::{indent, plain, shown};
use super::stop;
use crate::hl7::Message;
use crate::mapping::Recording;
use crate::workbench::{
    Anchored, Corpus, Lesson, Memo, Origin, Page, Records, Snapshot, Source, derive, local_time,
    read_text,
};

/// Runs the command.
pub(super) fn run(arguments: &LessonArguments) -> Result<Finish, Failure> {
    let cancel = stop::on_signal();
    let path = arguments.file.display();
    let (text, _) = read_text(&arguments.file)?;
    let lesson =
        Lesson::read(&text).map_err(|error| Failure::Argument(format!("{path}: {error}")))?;
    let unusable = |why: String| Failure::Argument(format!("{path}: {why}"));
    let profile = lesson
        .profile()
        .map_err(|error| unusable(error.to_string()))?;
    let origin = Origin::Lesson(lesson.title.as_str().into());
    let source = Source::from_bytes(origin, lesson.message().into_bytes())
        .map_err(|error| unusable(error.to_string()))?;
    let sample = Corpus::default()
        .with(Arc::new(source))
        .sample(0)
        .ok_or_else(|| {
            unusable("the lesson holds no HL7 message: it begins with MSH".to_owned())
        })?;
    let now = lesson.now().unwrap_or_else(local_time);
    let snapshot = Snapshot::new(Arc::new(profile), Arc::default(), now);
    let mut snapshot = snapshot.with_sample(sample);
    snapshot.records = Records::Steps;
    let preview = derive(&snapshot, &mut Memo::default(), &cancel)?;
    let recorded = preview.recorded.as_ref().map(|run| &*run.recording);
    let mut bytes = Vec::new();
    let astray =
        write(&mut bytes, &lesson, &preview.message, recorded).map_err(Failure::of_output)?;
    let mut output = Output::open(None)?;
    output.put(&bytes)?;
    output.finish()?;
    for why in &astray {
        note(format_args!("{path}: {why}"));
    }
    Ok(if astray.is_empty() {
        Finish::Clean
    } else {
        Finish::Found
    })
}

/// Writes all pages; what of them leads nowhere.
fn write(
    out: &mut impl Write,
    lesson: &Lesson,
    message: &Message,
    recording: Option<&Recording>,
) -> io::Result<Vec<String>> {
    writeln!(out, "# {}", shown(&lesson.title))?;
    paragraphs(out, &lesson.about)?;
    let mut astray = Vec::new();
    for (index, page) in lesson.pages.iter().enumerate() {
        let number = index + 1;
        writeln!(out, "\n{number}. {}", shown(&page.title))?;
        paragraphs(out, &page.text)?;
        if let Some(at) = &page.at {
            indent(out, 2)?;
            if let Some(found) = message.find(at) {
                writeln!(out, "at {at}: {}", shown(found.raw()))?;
            } else {
                writeln!(out, "at {at}: nothing there")?;
                astray.push(format!("page {number}: the message has nothing at {at}"));
            }
        }
        if let Some(why) = step(out, page, recording)? {
            astray.push(format!("page {number}: {why}"));
        }
        if !page.answer.is_empty() {
            indent(out, 2)?;
            writeln!(out, "answer: {}", plain(page.answer.chars()))?;
        }
    }
    Ok(astray)
}

/// Writes the step of a page with what happens in it; why there is none.
fn step(
    out: &mut impl Write,
    page: &Page,
    recording: Option<&Recording>,
) -> io::Result<Option<String>> {
    let Some(anchor) = &page.step else {
        return Ok(None);
    };
    let (place, pass) = (anchor.place(), anchor.pass());
    let found = recording.map(|recording| (recording, anchor.find(recording)));
    let Some((recording, Anchored::Step(step) | Anchored::Fewer(step))) = found else {
        return Ok(Some(format!("the run does not come to {place}")));
    };
    if let Some(found) = recording.steps.get(step) {
        indent(out, 2)?;
        writeln!(out, "step {}", shown(&recording.title(found)))?;
    }
    for event in recording.events.iter().filter(|event| event.step == step) {
        indent(out, 4)?;
        writeln!(out, "· {}", shown(&recording.told(event)))?;
    }
    let is_fewer = matches!(found, Some((_, Anchored::Fewer(_))));
    Ok(is_fewer.then(|| format!("the run comes to {place} less than {pass} times")))
}

fn paragraphs(out: &mut impl Write, text: &str) -> io::Result<()> {
    for line in text.lines().filter(|line| !line.is_empty()) {
        indent(out, 1)?;
        writeln!(out, "{}", plain(line.chars()))?;
    }
    Ok(())
}
