//! Code tables as sheets: what a hospital keeps in Excel and other interface engines export.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use super::document::Codes;
use super::sheet::{Sheet, SheetFault, SheetRow, write_sheet_line};

/// What the columns of a written sheet are called.
const HEADER: [&str; 4] = ["site", "application", "meaning", "back"];

/// A code table that was read from a sheet; what becomes of other codes stands in no sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeSheet {
    /// The codes.
    pub codes: Codes,
    /// Whether there is a column of the site's codes.
    pub has_sites: bool,
    /// Whether there is a column of meanings, or of the application's codes alone.
    pub has_values: bool,
    /// Whether there is a column of ways back.
    pub has_back: bool,
    /// What was passed over, as sentences.
    pub notes: Vec<String>,
}

/// What a column of a sheet holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Site,
    Application,
    Meaning,
    Back,
    /// A code, the site's or the application's: the other columns tell.
    Code,
}

impl Role {
    /// What a heading says, in the words that people and other programs write.
    fn of_heading(text: &str) -> Option<Self> {
        let word = text.trim().to_lowercase().replace(['_', '-', '\''], " ");
        let word = word.strip_suffix(" code").unwrap_or(&word);
        Some(
            match word
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
                .as_str()
            {
                "site" | "site s" | "local" | "source" | "from" | "key" | "sender" | "input"
                | "original" => Self::Site,
                "application" | "application s" | "target" | "to" | "value" | "receiver"
                | "output" | "mapped" | "standard" => Self::Application,
                "code" | "kürzel" | "schlüssel" => Self::Code,
                "meaning" | "description" | "name" | "label" | "display" | "display name"
                | "text" | "bedeutung" | "beschreibung" | "bezeichnung" => Self::Meaning,
                "back" => Self::Back,
                _ => return None,
            },
        )
    }
}

/// Reads a code table from a sheet.
///
/// Each line holds a code of the site, the application's code for it, its meaning, and in the column `back`
/// `yes` where the application's code goes back to this code of the site (`only` where it is not read so).
/// Without a code of the site, a line is a code of the application. A first line that names columns may
/// name them in any order, among others; without one there are codes alone, codes of both sides, or
/// these with meanings.
///
/// # Errors
/// A code that is missing or stands there twice, meanings that contradict each other, columns that cannot
/// be told apart.
pub fn read_code_sheet(text: &str) -> Result<CodeSheet, SheetFault> {
    let mut rows = Sheet::new(text).peekable();
    let first = match rows.peek() {
        None => {
            let help = "write a line for each code: site,application,meaning";
            return Err(SheetFault::of_line(1, "the sheet is empty", help));
        }
        Some(Err(fault)) => return Err(fault.clone()),
        Some(Ok(row)) => row.clone(),
    };
    let mut reading = Reading::default();
    if let Some(roles) = reading.headings(&first) {
        reading.roles = roles;
        rows.next();
    } else {
        reading.roles = without_headings(&first)?;
    }
    for row in rows {
        reading.row(&row?)?;
    }
    reading.finish()
}

/// Writes a code table as a sheet that [`read_code_sheet`] reads back.
pub fn write_code_sheet(codes: &Codes, separator: char) -> String {
    let width = if codes.back.is_empty() { 3 } else { 4 };
    let mut out = String::new();
    let mut line = |cells: [&str; 4]| {
        write_sheet_line(cells.into_iter().take(width), separator, &mut out);
    };
    line(HEADER);
    let meaning = |code: &str| codes.values.get(code).map_or("", |meaning| &**meaning);
    for (site, application) in &codes.maps {
        let is_way_back = codes.back.get(application) == Some(site);
        let back = if is_way_back { "yes" } else { "" };
        line([site, application, meaning(application), back]);
    }
    for (application, site) in &codes.back {
        if codes.maps.get(site) != Some(application) {
            line([site, application, meaning(application), "only"]);
        }
    }
    for (code, meaning) in &codes.values {
        let is_mapped = codes
            .maps
            .values()
            .chain(codes.back.keys())
            .any(|own| own == code);
        // A code without a meaning is told from one that is not listed by a line of its own.
        if !is_mapped || meaning.is_empty() {
            line(["", code, meaning, ""]);
        }
    }
    out
}

/// What the columns hold where no line says it.
fn without_headings(first: &SheetRow) -> Result<Vec<Option<Role>>, SheetFault> {
    let roles = [Role::Site, Role::Application, Role::Meaning];
    Ok(match first.cells.len() {
        1 => vec![Some(Role::Application)],
        2 | 3 => roles
            .into_iter()
            .take(first.cells.len())
            .map(Some)
            .collect(),
        count => {
            let what = format!("there are {count} columns, and nothing says what they hold");
            return Err(SheetFault::of_line(first.line, what, HEADINGS_HELP));
        }
    })
}

const HEADINGS_HELP: &str = "name them in a first line: site, application, meaning, back";

#[derive(Default)]
struct Reading {
    roles: Vec<Option<Role>>,
    codes: Codes,
    notes: Vec<String>,
    /// The line on which a code of the site stood first.
    sites: BTreeMap<Arc<str>, u32>,
    /// The line on which a code of the application stood alone.
    alone: BTreeMap<Arc<str>, u32>,
    /// The line on which a way back stood.
    backs: BTreeMap<Arc<str>, u32>,
    trimmed: usize,
}

impl Reading {
    /// The columns that a first line names; `None` where it holds codes.
    fn headings(&mut self, row: &SheetRow) -> Option<Vec<Option<Role>>> {
        let mut roles: Vec<Option<Role>> = row
            .cells
            .iter()
            .map(|cell| Role::of_heading(cell))
            .collect();
        let said = row
            .cells
            .iter()
            .filter(|cell| !cell.trim().is_empty())
            .count();
        let known = roles.iter().flatten().count();
        // A code may be called "TO"; two of them in one line, of different sorts, are headings.
        let mut different: Vec<Role> = roles.iter().flatten().copied().collect();
        different.dedup();
        let is_code_column = roles
            .iter()
            .flatten()
            .any(|role| !matches!(role, Role::Meaning | Role::Back));
        let is_heading =
            is_code_column && different.len() == known && (known >= 2 || known == said);
        if !is_heading {
            return None;
        }
        let has = |role: Role| roles.contains(&Some(role));
        let code = if has(Role::Application) {
            Role::Site
        } else {
            Role::Application
        };
        for role in roles
            .iter_mut()
            .flatten()
            .filter(|role| **role == Role::Code)
        {
            *role = code;
        }
        for (at, cell) in row.cells.iter().enumerate() {
            if roles.get(at) == Some(&None) && !cell.trim().is_empty() {
                let column = at + 1;
                self.notes
                    .push(format!("column {column}, \"{}\", is not read", cell.trim()));
            }
        }
        Some(roles)
    }

    fn row(&mut self, row: &SheetRow) -> Result<(), SheetFault> {
        let mut found = [""; 4];
        let mut columns = [1; 4];
        for (at, cell) in row.cells.iter().enumerate() {
            let role = match self.roles.get(at) {
                Some(Some(role)) => *role,
                Some(None) => continue,
                None if cell.trim().is_empty() => continue,
                None => {
                    let what = "there are more cells than columns";
                    let help = "put a cell that holds the separator in quotes";
                    return Err(SheetFault::of_cell(row.line, at + 1, what, help));
                }
            };
            let place = match role {
                Role::Site => 0,
                Role::Application | Role::Code => 1,
                Role::Meaning => 2,
                Role::Back => 3,
            };
            let trimmed = cell.trim();
            self.trimmed += usize::from(place < 2 && trimmed.len() < cell.len());
            if let (Some(known), Some(column)) = (found.get_mut(place), columns.get_mut(place)) {
                (*known, *column) = (trimmed, at + 1);
            }
        }
        let [site, application, meaning, back] = found;
        let [site_column, application_column, meaning_column, back_column] = columns;
        if found.iter().all(|cell| cell.is_empty()) {
            return Ok(());
        }
        if application.is_empty() {
            let (what, help) = if site.is_empty() {
                ("the line has no code", "write one, or take the line out")
            } else {
                (
                    "the site's code has no code of the application",
                    "write one, or take the line out",
                )
            };
            return Err(SheetFault::of_cell(
                row.line,
                application_column,
                what,
                help,
            ));
        }
        for (code, column) in [(site, site_column), (application, application_column)] {
            if code == "\"\"" {
                let help = "take the line out: null is never translated";
                let what = "two quotes are HL7's null and no code";
                return Err(SheetFault::of_cell(row.line, column, what, help));
            }
        }
        let way = Way::of(back, site, row.line, back_column)?;
        self.meaning(row.line, meaning_column, application, meaning)?;
        if site.is_empty() {
            once(
                &mut self.alone,
                application,
                row.line,
                application_column,
                "the code",
            )?;
            self.codes.values.entry(application.into()).or_default();
            return Ok(());
        }
        if way != Way::BackOnly {
            once(
                &mut self.sites,
                site,
                row.line,
                site_column,
                "the site's code",
            )?;
            self.codes.maps.insert(site.into(), application.into());
        }
        if way != Way::Forth {
            let what = "the way back from the application's code";
            once(&mut self.backs, application, row.line, back_column, what)?;
            self.codes.back.insert(application.into(), site.into());
        }
        Ok(())
    }

    /// Takes the meaning of a code of the application; it may stand with each of the site's codes.
    fn meaning(
        &mut self,
        line: u32,
        column: usize,
        code: &str,
        meaning: &str,
    ) -> Result<(), SheetFault> {
        if meaning.is_empty() {
            return Ok(());
        }
        match self.codes.values.entry(code.into()) {
            Entry::Vacant(free) => {
                free.insert(meaning.into());
            }
            Entry::Occupied(mut known) if known.get().is_empty() => {
                known.insert(meaning.into());
            }
            Entry::Occupied(known) if **known.get() == *meaning => {}
            Entry::Occupied(known) => {
                let what = format!("\"{code}\" means \"{}\" in a line before", known.get());
                let help = "say the same in both lines, or leave one empty";
                return Err(SheetFault::of_cell(line, column, what, help));
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<CodeSheet, SheetFault> {
        let is_empty = self.codes.values.is_empty()
            && self.codes.maps.is_empty()
            && self.codes.back.is_empty();
        if is_empty {
            let help = "write a line for each code: site,application,meaning";
            return Err(SheetFault::of_line(
                1,
                "the sheet has headings and no codes",
                help,
            ));
        }
        match self.trimmed {
            0 => {}
            1 => self
                .notes
                .push("spaces round 1 code were left out".to_owned()),
            count => self
                .notes
                .push(format!("spaces round {count} codes were left out")),
        }
        let has = |role: Role| self.roles.contains(&Some(role));
        Ok(CodeSheet {
            has_sites: has(Role::Site),
            has_values: has(Role::Meaning) || !has(Role::Site),
            has_back: has(Role::Back),
            codes: self.codes,
            notes: self.notes,
        })
    }
}

/// In which directions a line holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Forth,
    Both,
    BackOnly,
}

impl Way {
    fn of(cell: &str, site: &str, line: u32, column: usize) -> Result<Self, SheetFault> {
        let way = match cell.to_lowercase().as_str() {
            "" | "no" | "nein" | "0" | "false" => return Ok(Self::Forth),
            "yes" | "ja" | "x" | "1" | "true" => Self::Both,
            "only" => Self::BackOnly,
            _ => {
                let help = "write yes, only, or nothing";
                let what = format!("\"{cell}\" says nothing about the way back");
                return Err(SheetFault::of_cell(line, column, what, help));
            }
        };
        if site.is_empty() {
            let help = "write the site's code, or nothing in the column back";
            return Err(SheetFault::of_cell(
                line,
                column,
                "there is no code to go back to",
                help,
            ));
        }
        Ok(way)
    }
}

fn once(
    lines: &mut BTreeMap<Arc<str>, u32>,
    code: &str,
    line: u32,
    column: usize,
    what: &str,
) -> Result<(), SheetFault> {
    match lines.insert(code.into(), line) {
        None => Ok(()),
        Some(before) => {
            let what = format!("{what} \"{code}\" stands in line {before} already");
            Err(SheetFault::of_cell(
                line,
                column,
                what,
                "keep one of the two lines",
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(codes: &Codes) -> String {
        let list = |map: &BTreeMap<Arc<str>, Arc<str>>| {
            let pairs = map.iter().map(|(key, value)| format!("{key}={value}"));
            pairs.collect::<Vec<_>>().join(",")
        };
        let mut parts = vec![list(&codes.values), list(&codes.maps)];
        if !codes.back.is_empty() {
            parts.push(list(&codes.back));
        }
        parts.join(" | ")
    }

    fn check(text: &str, expect: &str) {
        let read = match read_code_sheet(text) {
            Ok(sheet) => {
                let mut shown = vec![shown(&sheet.codes)];
                shown.extend(sheet.notes);
                shown.join(" # ")
            }
            Err(fault) => fault.to_string(),
        };
        assert_eq!(read, expect, "{text:?}");
    }

    #[test]
    fn sheets_of_all_origins_are_read() {
        // A sheet of a hospital, as German Excel saves it.
        check(
            "\u{feff}Kürzel;Bezeichnung\r\nAUG;Augenklinik\r\nHNO;\"Hals, Nase,\r\nOhren\"\r\n;;\r\n",
            "AUG=Augenklinik,HNO=Hals, Nase,\r\nOhren | ",
        );
        // A lookup of two columns without a header line.
        check("1,M\n2,F\n3,F\n", " | 1=M,2=F,3=F");
        check("1,M,male\n2,F,female\n", "F=female,M=male | 1=M,2=F");
        check("M\nF\n", "F=,M= | ");
        check(
            "Local Code\tStation\tTarget\n1\teast\tM\n",
            " | 1=M # column 2, \"Station\", is not read",
        );
        check("to;from\nM;1\n", " | 1=M");
        check("key,value\n1,M\n", " | 1=M");
        check("application\nM\n", "M= | ");
        check("code,application\n1,M\n", " | 1=M");
        check("TO,Tokyo\nFRA,Frankfurt\n", " | FRA=Frankfurt,TO=Tokyo");
        check(
            "site,application,meaning,back\n1,M,male,yes\n2,M,,\nm,M,male,no\nQ,F,female,only\n,X,,\n",
            "F=female,M=male,X= | 1=M,2=M,m=M | F=Q,M=1",
        );
        check(
            " 1 , M\n2,F ,\n",
            " | 1=M,2=F # spaces round 3 codes were left out",
        );
    }

    #[test]
    fn what_would_lose_or_guess_is_refused_with_its_line() {
        check(
            "",
            "line 1: the sheet is empty (write a line for each code: site,application,meaning)",
        );
        check(
            "site,application\n",
            "line 1: the sheet has headings and no codes (write a line for each code: site,application,meaning)",
        );
        check(
            "1,M\n2,F\n1,F\n",
            "line 3, column 1: the site's code \"1\" stands in line 1 already (keep one of the two lines)",
        );
        check(
            "1,M\n1,M\n",
            "line 2, column 1: the site's code \"1\" stands in line 1 already (keep one of the two lines)",
        );
        check(
            "M\nF\nM\n",
            "line 3, column 1: the code \"M\" stands in line 1 already (keep one of the two lines)",
        );
        check(
            "1,M\n2,\n",
            "line 2, column 2: the site's code has no code of the application (write one, or take the line out)",
        );
        check(
            "1,M,male\n,,other\n",
            "line 2, column 2: the line has no code (write one, or take the line out)",
        );
        check(
            "1,M,male\n2,M,man\n",
            "line 2, column 3: \"M\" means \"male\" in a line before (say the same in both lines, or leave one empty)",
        );
        check(
            "1,M\n\"\"\"\"\"\",F\n",
            "line 2, column 1: two quotes are HL7's null and no code (take the line out: null is never translated)",
        );
        check(
            "a,b,c,d,e\n",
            &format!(
                "line 1: there are 5 columns, and nothing says what they hold ({HEADINGS_HELP})"
            ),
        );
        check(
            "1,M\n2,F,female\n",
            "line 2, column 3: there are more cells than columns (put a cell that holds the separator in quotes)",
        );
        check(
            "site,application,back\n1,M,maybe\n",
            "line 2, column 3: \"maybe\" says nothing about the way back (write yes, only, or nothing)",
        );
        check(
            "site,application,back\n,M,yes\n",
            "line 2, column 3: there is no code to go back to (write the site's code, or nothing in the column back)",
        );
        check(
            "site,application,back\n1,M,yes\n2,M,yes\n",
            "line 3, column 3: the way back from the application's code \"M\" stands in line 2 already (keep one of the two lines)",
        );
        check(
            "1,M\n\"2,F\n3,F\n",
            "line 2: a quote is opened and nowhere closed (write the quote at its end, or two quotes for one that is meant)",
        );
    }

    proptest! {
        #[test]
        fn a_code_table_survives_its_sheet(
            values in proptest::collection::btree_map("[A-C;\"é]{1,2}", "([a-z,;\"\n]([a-z ]*[a-z])?)?", 0..5),
            maps in proptest::collection::btree_map("[0-3,\"]{1,2}", "[A-C;\"é]{1,2}", 0..6),
            back in proptest::collection::btree_map("[A-C;\"é]{1,2}", "[0-3,\"]{1,2}", 0..3),
            separator in prop_oneof![Just(','), Just(';'), Just('\t')],
        ) {
            let shared = |map: BTreeMap<String, String>| -> BTreeMap<Arc<str>, Arc<str>> {
                let is_null = |text: &str| text == "\"\"";
                map.into_iter()
                    .filter(|(key, value)| !is_null(key) && !is_null(value))
                    .map(|(key, value)| (key.into(), value.trim().into()))
                    .collect()
            };
            let codes = Codes {
                values: shared(values),
                maps: shared(maps),
                back: shared(back),
                otherwise: None,
            };
            prop_assume!(codes != Codes::default());
            let text = write_code_sheet(&codes, separator);
            let read = read_code_sheet(&text).expect("what was written is a sheet");
            prop_assert_eq!(read.codes, codes);
            prop_assert!(read.notes.is_empty());
        }
    }
}
