//! A recording as text: one line a step, and below it what happened in it.

use super::outcome::Cell;
use super::recording::{Event, Happening, OutChange, Recording, Step, StepPlace, Written};

/// Characters shown of one value.
const MOST_SHOWN: usize = 60;

impl Recording {
    /// The recording in lines; a step is set in under the one that it is part of.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut depths: Vec<usize> = Vec::with_capacity(self.steps.len());
        let mut events = self.by_step();
        for (number, step) in self.steps.iter().enumerate() {
            let depth = step
                .parent
                .and_then(|parent| depths.get(parent))
                .map_or(0, |depth| depth + 1);
            depths.push(depth);
            let indent = "  ".repeat(depth);
            lines.push(format!("{indent}{}", self.title(step)));
            for event in events
                .get_mut(number)
                .map(std::mem::take)
                .unwrap_or_default()
            {
                lines.push(format!("{indent}    · {}", self.told(event)));
            }
        }
        if self.is_full {
            lines.push(format!(
                "the recording ends here, after {} steps; the run went on",
                self.steps.len()
            ));
        }
        lines
    }

    /// What happened, by step.
    pub fn by_step(&self) -> Vec<Vec<&Event>> {
        let mut by_step: Vec<Vec<&Event>> = vec![Vec::new(); self.steps.len()];
        for event in &self.events {
            if let Some(own) = by_step.get_mut(event.step) {
                own.push(event);
            }
        }
        by_step
    }

    /// What a step is, in a line.
    pub fn title(&self, step: &Step) -> String {
        match &step.place {
            StepPlace::Statement { code, line, .. } => {
                let code = self.codes.get(*code);
                let name = code.map_or("", |code| code.name());
                let text = code.map_or("", |code| code.line(*line)).trim();
                format!("{name}:{line}  {text}")
            }
            StepPlace::Pass { code, line, .. } => {
                let name = self.codes.get(*code).map_or("", |code| code.name());
                format!("{name}:{line}  pass {}", step.pass)
            }
            StepPlace::Row { table, name, .. } => format!("row of {table} for {name}"),
            StepPlace::Column { table, column } => format!("{table}.{column}"),
        }
    }

    /// What happened, in words.
    pub fn told(&self, event: &Event) -> String {
        match &event.what {
            Happening::Read { span } => {
                let value = self.message.text().get(span.clone()).unwrap_or_default();
                match self.message.location_of(span) {
                    Some(location) => format!("read {location} {}", quoted(value)),
                    None => format!("read {}", quoted(value)),
                }
            }
            Happening::Missed { location } => format!("nothing at {location}"),
            Happening::ReadBack { path, .. } => match path {
                Some(path) => format!("read field {path} of out"),
                None => "read out".to_owned(),
            },
            Happening::CellRead { table, row, column } => {
                format!("read {table}[{}].{column}", row + 1)
            }
            Happening::Lookup { table, from, to } => {
                format!("codes {table}: {} → {}", quoted(from), quoted(to))
            }
            Happening::Variable { name, value } => {
                format!("{name} = {}", value.shown(MOST_SHOWN))
            }
            Happening::Returned { function, value } => {
                format!("{} gave {}", called(function), value.shown(MOST_SHOWN))
            }
            Happening::Gave { value } => format!("the value is {}", value.shown(MOST_SHOWN)),
            Happening::Wrote(written) => wrote(written),
            Happening::RowAdded { table, row, .. } => format!("added row {} of {table}", row + 1),
            Happening::Taken {
                column,
                table,
                row,
                from,
            } => {
                format!("{column} taken from {from} of row {} of {table}", row + 1)
            }
            Happening::CellSet {
                table,
                row,
                column,
                before,
                after,
            } => {
                let place = format!("{table}[{}].{column}", row + 1);
                match before {
                    Cell::Absent => format!("{place} = {}", cell(after)),
                    before => format!("{place} = {}, was {}", cell(after), cell(before)),
                }
            }
            Happening::Found(found) => format!("told {}: {}", found.severity, found.message),
        }
    }
}

/// What a function is called; closures have no name of their own.
pub(super) fn called(name: &str) -> &str {
    if name.starts_with("anon$") {
        "the closure"
    } else {
        name
    }
}

fn wrote(written: &Written) -> String {
    let segment = match &written.change {
        OutChange::Text(_, text) | OutChange::Inserted(_, text) => text.get(..3).unwrap_or(text),
        OutChange::Removed(_) => return "removed a segment of out".to_owned(),
        OutChange::All(segments) => return format!("out has {} segments now", segments.len()),
    };
    match &written.path {
        None => format!("added {segment} to out"),
        Some(path) if written.before.is_empty() => {
            format!("wrote {segment}-{path} {}", quoted(&written.after))
        }
        Some(path) => format!(
            "wrote {segment}-{path} {}, was {}",
            quoted(&written.after),
            quoted(&written.before)
        ),
    }
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Absent => "absent".to_owned(),
        Cell::Null => "null".to_owned(),
        other => quoted(&other.to_string()),
    }
}

fn quoted(text: &str) -> String {
    super::recorded_value::Value::Text(text.into()).shown(MOST_SHOWN)
}
