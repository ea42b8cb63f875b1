//! Reads the dictionary's data: one compressed text in the binary, unpacked once.
//!
//! Its form is described in `assets/standard/generator/pack.py`, which writes it. A definition that
//! several versions share stands there once, with a mask of those versions.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::OnceLock;

use super::definition::{
    Code, CodeTable, ComponentDefinition, DataType, Event, FieldDefinition, SegmentDefinition,
    Usage,
};
use super::structure::{Structure, parse_structure};
use super::version::Version;

static PACKED: &[u8] = include_bytes!("../../assets/standard/dictionary.txt.zst");

/// Every definition that holds for one version, in the order of the data (by id).
#[derive(Default)]
pub(super) struct Definitions {
    pub(super) segments: Vec<SegmentDefinition>,
    pub(super) types: Vec<DataType>,
    pub(super) tables: Vec<CodeTable>,
    pub(super) structures: Vec<Structure>,
    pub(super) events: Vec<Event>,
}

/// The data unpacked; it stays for as long as the program, so that definitions can borrow from it.
fn text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| unpack().expect("the embedded dictionary is read whole by the tests"))
}

fn unpack() -> std::io::Result<String> {
    // The text is eight times the packed size; one allocation holds it.
    let mut text = String::with_capacity(PACKED.len() * 10);
    ruzstd::decoding::StreamingDecoder::new(PACKED)
        .map_err(std::io::Error::other)?
        .read_to_string(&mut text)?;
    Ok(text)
}

/// Reads what holds for `version`.
pub(super) fn load(version: Version) -> Definitions {
    read(text(), version)
}

/// The versions that define something of this kind under this id, as a mask: known without reading
/// any of them.
pub(super) fn versions_with(kind: Kind, id: &str) -> u16 {
    let of_kind = masks().get(kind.letter());
    of_kind.and_then(|ids| ids.get(id)).copied().unwrap_or(0)
}

/// The versions with a structure whose id starts so, as a mask.
pub(super) fn versions_with_structures(prefix: &str) -> u16 {
    let structures = masks().get(Kind::Structure.letter());
    structures
        .into_iter()
        .flat_map(|ids| ids.range(prefix..))
        .take_while(|(id, _)| id.starts_with(prefix))
        .fold(0, |all, (_, mask)| all | mask)
}

/// By kind, by id.
type Masks = BTreeMap<&'static str, BTreeMap<&'static str, u16>>;

fn masks() -> &'static Masks {
    static MASKS: OnceLock<Masks> = OnceLock::new();
    MASKS.get_or_init(|| {
        let mut masks = Masks::new();
        for line in text().lines() {
            let mut places = line.split('\t');
            let kind = next(&mut places);
            if matches!(kind, "S" | "D" | "M" | "E") {
                let id = next(&mut places);
                let mask = u16::from_str_radix(next(&mut places), 16).unwrap_or(0);
                *masks.entry(kind).or_default().entry(id).or_default() |= mask;
            }
        }
        masks
    })
}

/// A kind of definition that is looked for in several versions.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Segment,
    DataType,
    Structure,
    Event,
}

impl Kind {
    /// What its lines start with.
    fn letter(self) -> &'static str {
        match self {
            Self::Segment => "S",
            Self::DataType => "D",
            Self::Structure => "M",
            Self::Event => "E",
        }
    }
}

/// The loader without its caches, for benchmarks.
#[doc(hidden)]
pub mod measure {
    use super::Version;

    /// Unpacks the data; its length in bytes.
    pub fn unpack() -> usize {
        super::unpack().map_or(0, |text| text.len())
    }

    /// Reads one version of the unpacked data; how many segments it has.
    pub fn read(version: Version) -> usize {
        super::load(version).segments.len()
    }
}

/// What the lines that follow belong to.
enum Within {
    Segment,
    Type,
    Table,
    /// A definition of other versions.
    Other,
}

fn read(text: &'static str, version: Version) -> Definitions {
    let mut found = Definitions::default();
    let mut within = Within::Other;
    for line in text.lines() {
        let mut places = line.split('\t');
        match places.next().unwrap_or_default() {
            "F" => {
                if let (Within::Segment, Some(segment)) = (&within, found.segments.last_mut()) {
                    segment.fields.push(field(&mut places));
                }
            }
            "P" => {
                if let (Within::Type, Some(data_type)) = (&within, found.types.last_mut()) {
                    data_type.components.push(component(&mut places));
                }
            }
            "C" => {
                if let (Within::Table, Some(table)) = (&within, found.tables.last_mut())
                    && holds(next(&mut places), version)
                {
                    table.codes.push(code(&mut places));
                }
            }
            kind => within = definition(kind, &mut places, version, &mut found),
        }
    }
    found
}

/// Reads a line that starts a definition; says what its own lines belong to.
fn definition(
    kind: &str,
    places: &mut Places,
    version: Version,
    found: &mut Definitions,
) -> Within {
    let id = next(places);
    // Only a table's line has a place between its number and its mask.
    let table_kind = if kind == "T" {
        some(next(places))
    } else {
        None
    };
    if kind == "V" || !holds(next(places), version) {
        return Within::Other;
    }
    match kind {
        "T" => {
            let name = some(next(places));
            found.tables.push(CodeTable {
                number: id,
                name,
                kind: table_kind,
                codes: Vec::new(),
            });
            Within::Table
        }
        "S" => {
            found.segments.push(SegmentDefinition {
                id,
                name: next(places),
                fields: Vec::new(),
            });
            Within::Segment
        }
        "D" => {
            found.types.push(DataType {
                id,
                name: next(places),
                components: Vec::new(),
            });
            Within::Type
        }
        "M" => {
            found
                .structures
                .extend(parse_structure(id, next(places)).ok());
            Within::Other
        }
        "E" => {
            let structure = next(places);
            found.events.push(Event {
                id,
                structure,
                description: next(places),
            });
            Within::Other
        }
        _ => Within::Other,
    }
}

type Places = std::str::Split<'static, char>;

fn next(places: &mut Places) -> &'static str {
    places.next().unwrap_or_default()
}

fn some(text: &'static str) -> Option<&'static str> {
    (!text.is_empty()).then_some(text)
}

fn holds(mask: &str, version: Version) -> bool {
    u16::from_str_radix(mask, 16).is_ok_and(|mask| mask & version.bit() != 0)
}

fn usage(letter: &str) -> Usage {
    match letter {
        "R" => Usage::Required,
        "C" => Usage::Conditional,
        "W" => Usage::Withdrawn,
        "X" => Usage::NotSupported,
        _ => Usage::Optional,
    }
}

fn field(places: &mut Places) -> FieldDefinition {
    FieldDefinition {
        name: next(places),
        data_type: next(places),
        usage: usage(next(places)),
        max_repetitions: next(places).parse().unwrap_or(0),
        max_length: next(places).parse().ok(),
        table: some(next(places)),
        item: next(places).parse().ok(),
    }
}

fn component(places: &mut Places) -> ComponentDefinition {
    ComponentDefinition {
        name: next(places),
        data_type: next(places),
        usage: usage(next(places)),
        max_length: next(places).parse().ok(),
        table: some(next(places)),
    }
}

fn code(places: &mut Places) -> Code {
    let deprecated = next(places) == "d";
    Code {
        code: next(places),
        description: some(next(places)),
        deprecated,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_names_the_versions_that_the_program_knows() {
        let first = text().lines().next().expect("the data has lines");
        let known = Version::ALL.map(Version::as_str).join("\t");
        assert_eq!(first, format!("V\t{known}"));
    }

    #[test]
    fn every_line_of_the_data_is_read() {
        let mut lines = [0_usize; 5];
        for line in text().lines() {
            let mut places = line.split('\t');
            match next(&mut places) {
                "V" | "T" | "C" | "S" | "D" | "E" => {}
                "F" => assert_eq!(line.split('\t').count(), 8, "{line}"),
                "P" => assert_eq!(line.split('\t').count(), 6, "{line}"),
                "M" => {
                    let (id, _, structure) =
                        (next(&mut places), next(&mut places), next(&mut places));
                    let parsed = parse_structure(id, structure).expect(line);
                    assert_eq!(parsed.to_string(), structure);
                    lines[0] += 1;
                }
                other => panic!("no such line: {other}"),
            }
        }
        assert!(lines[0] > 900);
    }
}
