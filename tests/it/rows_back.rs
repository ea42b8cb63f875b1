//! Rows of the worked sites become messages and come back as the same rows.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use pipehat::cancel::Cancel;
use pipehat::diagnostic::Severity;
use pipehat::grammar::resolve;
use pipehat::mapping::{ComposeJob, Engine, GivenRows, Job, TableRows, compose, run};
use pipehat::profile::{
    Codes, ColumnSource, ColumnType, MessageDefinition, Profile, Reading, Rows,
};
use pipehat::workbench::SiteFile;
use proptest::collection::vec;
use proptest::prelude::*;

/// Rows as tables, columns and texts; `None` is HL7's null.
type Given = Vec<(Arc<str>, Vec<(Arc<str>, Option<String>)>)>;

fn profile(site: &str) -> Arc<Profile> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("mappings/{site}/profile.ron"));
    SiteFile::open(&path)
        .expect("the profile can be read")
        .profile
}

/// What values are made of, drawn before it is known what they are for.
#[derive(Clone, Debug)]
struct Draw {
    text: String,
    day: (u8, u8),
    number: usize,
    /// 0: absent, 1: null, else there.
    state: u8,
}

fn draw() -> impl Strategy<Value = Draw> {
    let text = "[A-Za-zæøå|^~&\\\\#!*]([A-Za-z|^~&\\\\ #!*]{0,8}[A-Za-z|^~&\\\\#!*])?";
    (text, (1..29_u8, 0..24_u8), any::<usize>(), 0..8_u8).prop_map(|(text, day, number, state)| {
        Draw {
            text,
            day,
            number,
            state,
        }
    })
}

/// What a row says of a column.
#[derive(Clone)]
enum Said {
    Nothing,
    Null,
    Text(String),
}

struct Making<'p> {
    profile: &'p Profile,
    draws: std::slice::Iter<'p, Draw>,
    /// Values of segments that a message has once, by location.
    shared: BTreeMap<String, Said>,
}

impl Making<'_> {
    fn rows(&mut self, definition: &MessageDefinition, count: usize) -> Given {
        let mut given = Given::new();
        for rows in &definition.rows {
            let root = rows
                .root
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            let count = if is_single(&root) { 1 } else { count };
            for number in 0..count {
                given.push((Arc::clone(&rows.table), self.row(rows, number)));
            }
        }
        given
    }

    fn row(&mut self, rows: &Rows, number: usize) -> Vec<(Arc<str>, Option<String>)> {
        let table = &self.profile.tables[&rows.table];
        let mut cells = Vec::new();
        for (at, (name, source)) in rows.columns.iter().enumerate() {
            let ColumnSource::From(reading) = source else {
                continue;
            };
            let column = table.column(name).expect("a column of the table");
            let column_type = reading.read_as.unwrap_or(column.column_type);
            // A row has at least one value; keys tell rows apart.
            let must = column.key || at == 0;
            let segment = reading.at.segment.to_string();
            let cell = if is_single(&segment) {
                let place = reading.at.to_string();
                if !self.shared.contains_key(&place) {
                    let value = self.value(reading, column_type, must);
                    self.shared.insert(place.clone(), value);
                }
                self.shared[&place].clone()
            } else if segment == "OBR" {
                // Two results an order.
                Said::Text(format!("O{}", number / 2))
            } else if column.key && reading.codes.is_none() {
                Said::Text(format!("K{number}"))
            } else {
                self.value(reading, column_type, must)
            };
            let value = match cell {
                Said::Nothing => continue,
                Said::Null => None,
                Said::Text(text) => Some(text),
            };
            cells.push((Arc::clone(name), value));
        }
        cells
    }

    fn value(&mut self, reading: &Reading, column_type: ColumnType, must: bool) -> Said {
        let Some(draw) = self.draws.next() else {
            return Said::Nothing;
        };
        match draw.state {
            0 if !must => return Said::Nothing,
            1 if !must => return Said::Null,
            _ => {}
        }
        if let Some(name) = &reading.codes {
            let known = way_back(&self.profile.codes[name]);
            return Said::Text(known[draw.number % known.len()].clone());
        }
        let (day, hour) = draw.day;
        Said::Text(match column_type {
            ColumnType::Date => format!("2026-03-{day:02}"),
            ColumnType::Time => format!("{hour:02}:15"),
            ColumnType::Timestamp => format!("2026-03-{day:02} {hour:02}:15"),
            ColumnType::Integer => (draw.number % 100_000).to_string(),
            ColumnType::Decimal => format!("{}.50", draw.number % 1000),
            ColumnType::Text => draw.text.clone(),
        })
    }
}

fn is_single(segment: &str) -> bool {
    matches!(segment, "PID" | "PV1" | "ZPN" | "ZPI")
}

/// The application's codes that the site has one for.
fn way_back(codes: &Codes) -> Vec<String> {
    let has_way = |code: &&Arc<str>| codes.to_site(code).is_ok();
    codes
        .values
        .keys()
        .filter(has_way)
        .map(ToString::to_string)
        .collect()
}

fn check(site: &str, message: &str, draws: &[Draw], count: usize) -> Result<(), TestCaseError> {
    let profile = profile(site);
    let (_, definition) = profile.message(message).expect("a definition");
    let mut making = Making {
        profile: &profile,
        draws: draws.iter(),
        shared: BTreeMap::new(),
    };
    let rows = making.rows(definition, count);
    let mut given = GivenRows::new(&profile);
    for (table, cells) in &rows {
        let cells = cells
            .iter()
            .map(|(name, value)| (&**name, value.as_deref()));
        let added = given.add(table, cells);
        prop_assert!(added.is_ok(), "{site} {message}: {added:?}");
    }
    let given = given.take();
    let now = "20260301".parse().expect("a time");
    let job = ComposeJob {
        rows: &given,
        definition,
        profile: &profile,
        now: &now,
        seed: 1,
    };
    let engine = Engine::new();
    let made = compose(&engine, &job, &Cancel::never()).expect("not stale");
    let errors = made
        .diagnostics
        .iter()
        .filter(|found| found.severity == Severity::Error);
    let errors: Vec<String> = errors.map(ToString::to_string).collect();
    prop_assert_eq!(errors, Vec::<String>::new(), "{} {}", site, message);
    let composed = made.message.expect("there were rows");
    let (grammar, _) = resolve(profile.version(), &profile, Some(definition), &composed);
    let job = Job {
        message: &composed,
        tree: None,
        grammar: &Arc::new(grammar),
        definition,
        profile: &profile,
        program: None,
        now: &now,
        seed: 1,
        records_reads: false,
        begun: None,
    };
    let read = run(&engine, &job, &Cancel::never())
        .expect("not stale")
        .rows;
    prop_assert_eq!(shown(&read), shown(&given), "{} {}", site, message);
    Ok(())
}

fn shown(tables: &[TableRows]) -> Vec<String> {
    let rows = tables.iter().flat_map(|table| {
        table.rows.iter().map(|row| {
            let cells = row.cells.iter().map(|cell| format!("{cell:?} {cell}"));
            format!("{}: {}", table.table, cells.collect::<Vec<_>>().join(", "))
        })
    });
    rows.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn rows_of_the_worked_sites_come_back(draws in vec(draw(), 120), count in 1..6_usize) {
        for (site, message) in [
            ("north-quay", "Admissions"),
            ("north-quay", "Results"),
            ("harbour", "Admissions"),
            ("harbour", "Results"),
            ("lakeside", "Admissions"),
            ("lakeside", "Results"),
            ("st-elsewhere", "Admissions"),
        ] {
            check(site, message, &draws, count)?;
        }
    }
}
