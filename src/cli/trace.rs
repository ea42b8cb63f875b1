//! `trace`: one message through the mapping, step by step, as it was recorded.

use std::io::{self, Write};
use std::path::Path;

use super::args::{Trace, TraceFormat};
use super::failure::{Failure, Finish};
use super::input::{each_source, samples, sentence};
use super::output::Output;
use super::report::{Report, note};
use super::show_tree::{indent, shown};
use super::{site, stop, trace_json};
use crate::cancel::Cancel;
use crate::diagnostic::Severity;
use crate::mapping::{StageKind, Verdict};
use crate::workbench::{
    Header, Memo, Preview, Records, Sample, Snapshot, StateAt, Track, derive, local_time,
};

/// Runs the command.
pub(super) fn run(arguments: &Trace) -> Result<Finish, Failure> {
    let cancel = stop::on_signal();
    let site = site::open(&arguments.profile)?;
    site::report_errors(&site);
    let now = site::stated_time(arguments.now.as_deref())?.unwrap_or_else(local_time);
    let mut snapshot = Snapshot::new(site.profile, site.scripts, now);
    snapshot.records = Records::Steps;
    let report = Report::new(false);
    let mut index = 0_u64;
    let mut traced = None;
    let result = each_source(&arguments.files, &report, &cancel, |source| {
        for sample in samples(source) {
            cancel.check()?;
            index += 1;
            report.done(1);
            if arguments.message == index {
                snapshot.position = index - 1;
                let preview = preview(&snapshot, &sample, &cancel)?;
                traced = Some((sample, preview));
            }
        }
        Ok(())
    });
    report.close();
    let finish = result?;
    let Some((sample, preview)) = traced else {
        if index > 0 {
            note(format_args!(
                "--message {}: there are {index} messages only",
                arguments.message
            ));
        }
        return Ok(Finish::Incomplete);
    };
    let mut output = Output::open(None)?;
    if let Some(recorded) = &preview.recorded {
        let mut bytes = Vec::new();
        match arguments.format {
            TraceFormat::Text => text(
                &mut bytes,
                arguments.message,
                &sample,
                &preview,
                &recorded.track,
            ),
            TraceFormat::Json => trace_json::write(&mut bytes, &recorded.track),
        }
        .map_err(Failure::of_output)?;
        output.put(&bytes)?;
    }
    output.finish()?;
    Ok(finish.max(told(&preview, &sample, &arguments.profile)))
}

fn preview(snapshot: &Snapshot, sample: &Sample, cancel: &Cancel) -> Result<Preview, Failure> {
    let snapshot = snapshot.clone().with_sample(sample.clone());
    Ok(derive(&snapshot, &mut Memo::default(), cancel)?)
}

/// Says on standard error what became of the message where that is not what was wanted.
fn told(preview: &Preview, sample: &Sample, profile: &Path) -> Finish {
    let name = format!("{} #{}", sample.source().origin(), sample.number());
    if preview
        .recorded
        .as_ref()
        .is_some_and(|run| run.recording.is_full)
    {
        note(format_args!(
            "{name}: the recording is full; the run went on, and what it did then is not shown"
        ));
    }
    let Some(outcome) = &preview.outcome else {
        if preview.definition.is_none() {
            note(format_args!(
                "{name}: not traced: no message definition of the profile fits it"
            ));
        } else {
            for found in &preview.site_problems {
                if found.severity == Severity::Error {
                    note(format_args!("{}: {}", profile.display(), sentence(found)));
                }
            }
            note(format_args!(
                "{name}: not traced: its script cannot be used"
            ));
        }
        return Finish::Found;
    };
    let errors = outcome
        .diagnostics()
        .filter(|found| found.severity == Severity::Error);
    let mut finish = Finish::Clean;
    for found in errors {
        note(format_args!("{name}: {}", sentence(found)));
        finish = Finish::Found;
    }
    match &outcome.verdict {
        Verdict::Accepted | Verdict::Skipped(_) => finish,
        Verdict::Rejected(_) => Finish::Found,
    }
}

fn text(
    out: &mut impl Write,
    number: u64,
    sample: &Sample,
    preview: &Preview,
    track: &Track,
) -> io::Result<()> {
    let kind = Header::of(&preview.message).kind;
    writeln!(out, "# {number} {} {}", sample.name(), shown(&kind))?;
    let recording = track.recording();
    let mut depths: Vec<usize> = Vec::with_capacity(recording.steps.len());
    for (at, place) in track.timeline().stops().iter().enumerate() {
        let Some(step) = recording.steps.get(place.step) else {
            continue;
        };
        if !place.is_again {
            let mut stages = recording.stages.iter();
            if let Some(stage) =
                stages.find(|stage| !stage.steps.is_empty() && stage.steps.start == place.step)
            {
                writeln!(out, "{}", stage_name(stage.kind))?;
            }
            let around = step.parent.and_then(|parent| depths.get(parent));
            depths.push(around.map_or(1, |depth| depth + 1));
        }
        let depth = depths.get(place.step).copied().unwrap_or(1);
        let state = StateAt::of(track, at);
        indent(out, depth)?;
        write!(out, "{}", shown(&state.title()))?;
        match track.decision(place.step).filter(|_| !place.is_again) {
            Some(decision) => writeln!(out, "  {}", shown(&decision.to_string()))?,
            None => writeln!(out)?,
        }
        for event in state.events() {
            indent(out, depth + 2)?;
            writeln!(out, "· {}", shown(&recording.told(event)))?;
        }
    }
    if recording.is_full {
        writeln!(
            out,
            "the recording ends here, after {} steps; the run went on",
            recording.steps.len()
        )?;
    }
    match (track.verdict(), track.failure()) {
        (_, Some((_, why))) => writeln!(out, "the script broke off: {}", shown(&sentence(why))),
        (Verdict::Skipped(why), None) => writeln!(out, "the message was skipped: {}", shown(why)),
        (Verdict::Rejected(why), None) => writeln!(out, "the message was rejected: {}", shown(why)),
        (Verdict::Accepted, None) => Ok(()),
    }
}

/// What a stage of a message's way is called.
pub(super) fn stage_name(kind: StageKind) -> &'static str {
    match kind {
        StageKind::Prepare => "prepare",
        StageKind::Rows => "rows",
        StageKind::Script => "script",
        StageKind::Finish => "finish",
    }
}
