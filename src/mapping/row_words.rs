//! Rows and columns as sentences, for people who read a mapping and no profile.

use crate::grammar::{Grammar, PlaceNames};
use crate::hl7::{Location, Pick};
use crate::profile::{Column, ColumnSource, ColumnType, Origin, Reading, Root, Rows, Table};

/// What one row of an entry stands for: `One row of patient stands for each PID segment (Patient
/// Identification).` `owner` is the table whose rows own these.
pub fn rows_sentence(rows: &Rows, owner: Option<&str>, grammar: &Grammar) -> String {
    let table = &rows.table;
    let mut text = match &rows.root {
        None => format!("What one row of {table} stands for is not said"),
        Some(Root::Message) => format!("One row of {table} stands for the whole message"),
        Some(Root::Segment(id)) => {
            let names = PlaceNames::of(grammar, &Location::segment(*id));
            format!(
                "One row of {table} stands for each {id} segment{}",
                bracketed(&names.segment)
            )
        }
        Some(root @ Root::Field(..)) => {
            let at = root.to_string().parse::<Location>().ok();
            let names = at
                .map(|at| PlaceNames::of(grammar, &at))
                .unwrap_or_default();
            format!(
                "One row of {table} stands for each repetition of {root}{}",
                bracketed(&names.words())
            )
        }
        Some(Root::Group(name)) => format!("One row of {table} stands for each group {name}"),
    };
    if let Some(owner) = owner {
        text.extend([" and belongs to a row of ", owner]);
    }
    text.push('.');
    text
}

/// Where a column's value is from: `mrn is taken from PID-3.1 (Patient Identifier List, ID Number).`
pub fn column_sentence(
    name: &str,
    source: Option<&ColumnSource>,
    table: Option<&Table>,
    grammar: &Grammar,
) -> String {
    let column = table.and_then(|table| table.column(name));
    let mut text = match source {
        None => format!("{name} is filled from nowhere"),
        Some(ColumnSource::Constant(value)) => format!("{name} is always \"{value}\""),
        Some(ColumnSource::Parent(owner)) => {
            format!("{name} is the {owner} of the row that owns it")
        }
        Some(ColumnSource::From(reading)) => taken_from(name, reading, column, grammar),
    };
    if column.is_some_and(|column| column.key) {
        text.push_str("; it is part of the key");
    }
    text.push('.');
    text
}

fn taken_from(name: &str, reading: &Reading, column: Option<&Column>, grammar: &Grammar) -> String {
    let names = PlaceNames::of(grammar, &reading.at).words();
    let mut text = format!("{name} is taken from {}{}", reading.at, bracketed(&names));
    if let Some(which) = which_repetition(&reading.at) {
        text.push_str(&which);
    }
    match &reading.origin {
        Origin::Row => {}
        Origin::Message => text.push_str(" of the message"),
        Origin::Group(group) => text.extend([" of the ", group, " around it"]),
    }
    let read_as = reading
        .read_as
        .or(column.map(|column| column.column_type))
        .unwrap_or_default();
    let steps = [
        reading
            .codes
            .as_ref()
            .map(|codes| format!("translated by the code table {codes}")),
        reading
            .then
            .as_ref()
            .map(|then| format!("made into {then}")),
        (read_as != ColumnType::Text).then(|| format!("read as {}", type_words(read_as))),
    ];
    for step in steps.into_iter().flatten() {
        text.push_str(", ");
        text.push_str(&step);
    }
    if let Some(default) = &reading.default {
        text.extend(["; where nothing stands it is \"", default, "\""]);
    }
    text
}

/// Which repetition is meant, where that is not the first.
fn which_repetition(at: &Location) -> Option<String> {
    match &at.path.as_ref()?.repetition {
        Pick::First | Pick::Nth(1) => None,
        Pick::Nth(nth) => Some(format!(", repetition {nth}")),
        Pick::Every => Some(", the first repetition that has it".to_owned()),
        Pick::Where {
            component, value, ..
        } => Some(format!(
            ", the repetition whose component {component} is \"{value}\""
        )),
    }
}

fn bracketed(words: &str) -> String {
    if words.is_empty() {
        String::new()
    } else {
        format!(" ({words})")
    }
}

/// What a type is called in a sentence.
fn type_words(column_type: ColumnType) -> &'static str {
    match column_type {
        ColumnType::Text => "text",
        ColumnType::Integer => "a whole number",
        ColumnType::Decimal => "a number",
        ColumnType::Date => "a date",
        ColumnType::Time => "a time",
        ColumnType::Timestamp => "a date and time",
    }
}

/// A column for what stands at a place: named as the standard names it, of the type that fits, and
/// with a name that the table does not have yet.
pub fn column_for(at: &Location, grammar: &Grammar, table: Option<&Table>) -> Column {
    let names = PlaceNames::of(grammar, at);
    let known = names.parts.iter().rev().find(|name| !name.is_empty());
    let base = match known {
        Some(name) => snake(name),
        None if at.path.is_none() && !names.segment.is_empty() => snake(&names.segment),
        None => snake(&at.to_string()),
    };
    let is_taken = |name: &str| table.is_some_and(|table| table.column(name).is_some());
    let numbered = (2..1_000).map(|number| format!("{base}_{number}"));
    let name = std::iter::once(base.clone())
        .chain(numbered)
        .find(|name| !is_taken(name))
        .unwrap_or(base);
    Column {
        column_type: match names.data_type.as_str() {
            "DT" => ColumnType::Date,
            "TM" => ColumnType::Time,
            "TS" | "DTM" => ColumnType::Timestamp,
            "NM" => ColumnType::Decimal,
            "SI" => ColumnType::Integer,
            _ => ColumnType::Text,
        },
        ..Column::new(name)
    }
}

/// Words as a name: `Date/Time Of Birth` is `date_time_of_birth`.
fn snake(words: &str) -> String {
    let mut name = String::new();
    for c in words.chars() {
        if c.is_alphanumeric() {
            name.extend(c.to_lowercase());
        } else if c != '\'' && !name.ends_with('_') {
            name.push('_');
        }
    }
    let name = name.trim_matches('_').to_owned();
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("_{name}")
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grammar::resolve;
    use crate::hl7::parse;
    use crate::profile::{Profile, read};

    fn grammar() -> Grammar {
        let (message, _) = parse("MSH|^~\\&|||||||ADT^A01|1|P|2.5.1");
        let profile = Profile::new("test");
        resolve(profile.version(), &profile, None, &message).0
    }

    /// A source as a profile writes it, and its sentence.
    fn check(source: &str, expect: &str) {
        let text = format!(
            "Profile(format: 1, name: \"T\", messages: [Message(name: \"M\", rows: [Rows(table: \"t\", \
             root: \"PID\", columns: {{\"c\": {source}}})])], tables: {{\"t\": Table(columns: [\
             Column(name: \"c\", key: true)])}})"
        );
        let profile = read(&text).expect("a profile");
        let table = profile.tables.get("t").map(|table| &**table);
        let source = profile.messages[0].rows[0].columns.get("c");
        assert_eq!(column_sentence("c", source, table, &grammar()), expect);
    }

    #[test]
    fn a_column_reads_as_a_sentence() {
        check(
            "From(\"PID-3.1\")",
            "c is taken from PID-3.1 (Patient Identifier List, ID Number); it is part of the key.",
        );
        check(
            "From(\"/PID-8\", codes: \"sex\", default: \"U\")",
            "c is taken from PID-8 (Administrative Sex) of the message, translated by the code table sex; where nothing stands it is \"U\"; it is part of the key.",
        );
        check(
            "From(\"ORDER/OBR-7\", then: \"value + 1\", as: Date)",
            "c is taken from OBR-7 (Observation Date/Time) of the ORDER around it, made into value + 1, read as a date; it is part of the key.",
        );
        check(
            "From(\"PID-3[?5=MR].1\")",
            "c is taken from PID-3[?5=MR].1 (Patient Identifier List, ID Number), the repetition whose component 5 is \"MR\"; it is part of the key.",
        );
        check(
            "Constant(\"ADT\")",
            "c is always \"ADT\"; it is part of the key.",
        );
        check(
            "Parent(\"id\")",
            "c is the id of the row that owns it; it is part of the key.",
        );
        assert_eq!(
            column_sentence("d", None, None, &grammar()),
            "d is filled from nowhere."
        );
    }

    #[test]
    fn rows_read_as_a_sentence() {
        let check = |root: &str, owner: Option<&str>, expect: &str| {
            let rows = Rows::new("t", root.parse().expect("a root"));
            assert_eq!(rows_sentence(&rows, owner, &grammar()), expect);
        };
        check("/", None, "One row of t stands for the whole message.");
        check(
            "PID",
            None,
            "One row of t stands for each PID segment (Patient Identification).",
        );
        check(
            "PID-3",
            Some("patient"),
            "One row of t stands for each repetition of PID-3 (Patient Identifier List) and belongs to a row of patient.",
        );
        check("ORDER", None, "One row of t stands for each group ORDER.");
    }

    #[test]
    fn a_new_column_is_named_as_the_standard_names_the_place() {
        let check = |at: &str, expect: &str| {
            let column = column_for(&at.parse().expect("a location"), &grammar(), None);
            assert_eq!(format!("{} {}", column.name, column.column_type), expect);
        };
        check("PID-3.1", "id_number Text");
        check("PID-7", "date_time_of_birth Timestamp");
        check("PID-6.1.1", "surname Text");
        check("PID-1", "set_id_pid Integer");
        check("ZPI-2", "zpi_2 Text");
        let table = Table {
            columns: vec![Column::new("id_number"), Column::new("id_number_2")],
            ..Table::default()
        };
        let at = "PID-3.1".parse().expect("a location");
        let column = column_for(&at, &grammar(), Some(&table));
        assert_eq!(&*column.name, "id_number_3");
    }
}
