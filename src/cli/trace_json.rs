//! A recorded run as JSON: one object for each place of it, and one for what became of the message.

use std::io::{self, Write};

use serde::Serialize;

use crate::mapping::{
    Cell, Decision, Event, Happening, OutChange, Recording, Step, StepPlace, Verdict,
};
use crate::workbench::{StateAt, Track};

/// The members of a place, in their order.
#[derive(Serialize)]
struct Place<'a> {
    step: usize,
    again: bool,
    part_of: Option<usize>,
    pass: Option<u32>,
    script: Option<&'a str>,
    line: Option<u32>,
    column: Option<u32>,
    table: Option<&'a str>,
    function: Option<&'a str>,
    title: String,
    condition: Option<bool>,
    case: Option<&'a str>,
    events: Vec<Told<'a>>,
}

/// Something that happened.
#[derive(Serialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
enum Told<'a> {
    Read {
        location: Option<String>,
        span: [usize; 2],
        value: &'a str,
    },
    Missed {
        location: String,
    },
    ReadBack {
        location: Option<String>,
    },
    CellRead {
        table: &'a str,
        row: usize,
        column: &'a str,
    },
    Lookup {
        table: &'a str,
        from: &'a str,
        to: &'a str,
    },
    Variable {
        name: &'a str,
        kind: &'static str,
        value: String,
    },
    Returned {
        function: &'a str,
        kind: &'static str,
        value: String,
    },
    Gave {
        kind: &'static str,
        value: String,
    },
    Wrote {
        location: Option<String>,
        before: &'a str,
        after: &'a str,
    },
    RowAdded {
        table: &'a str,
        row: usize,
    },
    CellSet {
        table: &'a str,
        row: usize,
        column: &'a str,
        before: Option<String>,
        after: Option<String>,
    },
    Taken {
        column: &'a str,
        table: &'a str,
        row: usize,
        from: &'a str,
    },
    Found {
        severity: &'static str,
        code: &'static str,
        text: &'a str,
    },
}

/// What became of the message.
#[derive(Serialize)]
struct End<'a> {
    verdict: &'static str,
    why: Option<&'a str>,
    failure: Option<&'a str>,
    full: bool,
}

/// Characters kept of one value.
const MOST_SHOWN: usize = 10_000;

/// Writes the run.
pub(super) fn write(out: &mut impl Write, track: &Track) -> io::Result<()> {
    let recording = track.recording();
    for (at, place) in track.timeline().stops().iter().enumerate() {
        let Some(step) = recording.steps.get(place.step) else {
            continue;
        };
        let state = StateAt::of(track, at);
        let column = match &step.place {
            StepPlace::Statement { column, .. } => Some(*column),
            StepPlace::Pass { .. } | StepPlace::Row { .. } | StepPlace::Column { .. } => None,
        };
        let decision = track.decision(place.step).filter(|_| !place.is_again);
        let line = Place {
            step: place.step + 1,
            again: place.is_again,
            part_of: step.parent.map(|parent| parent + 1),
            pass: (step.pass > 0).then_some(step.pass),
            script: recording.code_of(place.step).map(|code| &**code.name()),
            line: step.line(),
            column,
            table: table(step),
            function: recording.call_of(place.step).and_then(|call| call.function),
            title: state.title(),
            condition: match &decision {
                Some(Decision::Truth(truth)) => Some(*truth),
                Some(Decision::Case(_)) | None => None,
            },
            case: match &decision {
                Some(Decision::Case(case)) => Some(case),
                Some(Decision::Truth(_)) | None => None,
            },
            events: state.events().map(|event| told(recording, event)).collect(),
        };
        serde_json::to_writer(&mut *out, &line)?;
        writeln!(out)?;
    }
    let (verdict, why) = match track.verdict() {
        Verdict::Accepted if track.failure().is_some() => ("failed", None),
        Verdict::Accepted => ("accepted", None),
        Verdict::Skipped(why) => ("skipped", Some(why.as_str())),
        Verdict::Rejected(why) => ("rejected", Some(why.as_str())),
    };
    let end = End {
        verdict,
        why,
        failure: track.failure().map(|(_, why)| &*why.message),
        full: recording.is_full,
    };
    serde_json::to_writer(&mut *out, &end)?;
    writeln!(out)
}

fn table(step: &Step) -> Option<&str> {
    match &step.place {
        StepPlace::Row { table, .. } | StepPlace::Column { table, .. } => Some(table),
        StepPlace::Statement { .. } | StepPlace::Pass { .. } => None,
    }
}

fn told<'a>(recording: &'a Recording, event: &'a Event) -> Told<'a> {
    match &event.what {
        Happening::Read { span } => Told::Read {
            location: recording
                .message
                .location_of(span)
                .as_ref()
                .map(ToString::to_string),
            span: [span.start, span.end],
            value: recording
                .message
                .text()
                .get(span.clone())
                .unwrap_or_default(),
        },
        Happening::Missed { location } => Told::Missed {
            location: location.to_string(),
        },
        Happening::ReadBack { path, .. } => Told::ReadBack {
            location: path.as_ref().map(ToString::to_string),
        },
        Happening::CellRead { table, row, column } => Told::CellRead {
            table,
            row: row + 1,
            column,
        },
        Happening::Lookup { table, from, to } => Told::Lookup { table, from, to },
        Happening::Variable { name, value } => Told::Variable {
            name,
            kind: value.kind(),
            value: value.plain(MOST_SHOWN),
        },
        Happening::Returned { function, value } => Told::Returned {
            function,
            kind: value.kind(),
            value: value.plain(MOST_SHOWN),
        },
        Happening::Gave { value } => Told::Gave {
            kind: value.kind(),
            value: value.plain(MOST_SHOWN),
        },
        Happening::Wrote(written) => {
            let segment = match &written.change {
                OutChange::Text(_, text) | OutChange::Inserted(_, text) => text.get(..3),
                OutChange::Removed(_) | OutChange::All(_) => None,
            };
            let path = written.path.as_ref().map(|path| format!("-{path}"));
            let location = segment.map(|segment| format!("{segment}{}", path.unwrap_or_default()));
            Told::Wrote {
                location,
                before: &written.before,
                after: &written.after,
            }
        }
        Happening::RowAdded { table, row, .. } => Told::RowAdded {
            table,
            row: row + 1,
        },
        Happening::CellSet {
            table,
            row,
            column,
            before,
            after,
        } => Told::CellSet {
            table,
            row: row + 1,
            column,
            before: cell(before),
            after: cell(after),
        },
        Happening::Taken {
            column,
            table,
            row,
            from,
        } => Told::Taken {
            column,
            table,
            row: row + 1,
            from,
        },
        Happening::Found(found) => Told::Found {
            severity: found.severity.name(),
            code: found.code,
            text: &found.message,
        },
    }
}

/// HL7's null is two quotes, as everywhere in JSON of messages; nothing for absent.
fn cell(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Absent => None,
        Cell::Null => Some("\"\"".to_owned()),
        other => Some(other.to_string()),
    }
}
