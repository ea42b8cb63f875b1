//! Where the things in a script are defined, and where else they stand.

use std::ops::Range;
use std::sync::Arc;

use super::script_scene::{ScriptScene, given_variables, given_words, location_in};
use super::script_texts::ScriptSpot;
use crate::hl7::{Location, SegmentId};
use crate::mapping::{Meaning, NameUse, ScriptNames, Sense, Shape, TextMeaning};
use crate::profile::{ScriptPlace, standard_number};

/// Where something is defined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// In the script itself: bytes.
    Script(Range<usize>),
    /// A code table of the profile.
    Codes(Arc<str>),
    /// A table of the profile, and a column of it.
    Table(Arc<str>, Option<Arc<str>>),
    /// A segment, and a field of it.
    Segment(SegmentId, Option<u16>),
    /// The grammar of the message.
    Grammar,
    /// A function of the language.
    Function(Box<str>),
}

/// Something that several scripts can name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shared {
    Codes(Box<str>),
    Table(Box<str>),
    Column(Box<str>, Box<str>),
    Place(Location),
    Segment(Box<str>),
    Group(Box<str>),
}

impl ScriptScene<'_> {
    /// Where what stands at a byte is defined; else why it cannot be shown.
    pub fn definition(&self, byte: usize) -> Result<Target, String> {
        let nothing = || "there is no name under the caret".to_owned();
        let sense = self.names.sense(byte).ok_or_else(nothing)?;
        let text = &*sense.text;
        match &sense.what {
            Meaning::Name(NameUse::Variable(index)) | Meaning::DeclaresVariable(index) => {
                let variable = self.names.variables.get(*index).ok_or_else(nothing)?;
                Ok(Target::Script(variable.span.clone()))
            }
            Meaning::Name(NameUse::Own(index)) | Meaning::DeclaresFunction(index) => {
                let function = self.names.functions.get(*index).ok_or_else(nothing)?;
                Ok(Target::Script(function.span.clone()))
            }
            Meaning::Name(NameUse::Given) => Err(format!("{text} is given: {}", given_words(text))),
            Meaning::Name(NameUse::UnknownVariable) => {
                Err(format!("nothing declares {text} where it stands"))
            }
            Meaning::Name(NameUse::Key | NameUse::Property) => Err(format!(
                "{text} is a key of a map, which is declared nowhere"
            )),
            Meaning::Member(Shape::Row(Some(table))) => self.table_target(table, Some(text)),
            Meaning::Name(NameUse::Call { .. }) | Meaning::Member(_) => {
                Ok(Target::Function(text.into()))
            }
            Meaning::Text(meaning) => self.text_target(meaning, text),
        }
    }

    fn table_target(&self, table: &str, column: Option<&str>) -> Result<Target, String> {
        let (name, known) = self
            .profile
            .tables
            .get_key_value(table)
            .ok_or_else(|| format!("the profile has no table {table}"))?;
        let column = match column {
            Some(column) => Some(
                known
                    .column(column)
                    .ok_or_else(|| format!("the table {table} has no column {column}"))?,
            ),
            None => None,
        };
        let column = column.map(|column| Arc::clone(&column.name));
        Ok(Target::Table(Arc::clone(name), column))
    }

    fn text_target(&self, meaning: &TextMeaning, text: &str) -> Result<Target, String> {
        match meaning {
            TextMeaning::Location(inside) => {
                let at = location_in(text, inside);
                let at = at.ok_or_else(|| {
                    format!("\"{text}\" is a place in a segment that only a run knows")
                })?;
                Ok(Target::Segment(at.segment, at.path.map(|path| path.field)))
            }
            TextMeaning::Segment => {
                let id = SegmentId::new(text).ok_or_else(|| format!("{text} names no segment"))?;
                Ok(Target::Segment(id, None))
            }
            TextMeaning::Group => Ok(Target::Grammar),
            TextMeaning::Codes => self.codes_target(text),
            TextMeaning::Code(crate::mapping::CodesOf::Table(table)) => self.codes_target(table),
            TextMeaning::Code(crate::mapping::CodesOf::Place(at, inside)) => {
                let at = location_in(at, inside);
                let words = at.and_then(|at| self.place_words(&at));
                let table = words
                    .map(|words| words.table)
                    .filter(|table| !table.is_empty());
                self.codes_target(&table.ok_or("that place has no code table")?)
            }
            TextMeaning::Table => self.table_target(text, None),
            TextMeaning::Column(table) => self.table_target(table, Some(text)),
            TextMeaning::Function => {
                let own = self.names.functions.iter().find(|one| *one.name == *text);
                own.map(|own| Target::Script(own.span.clone()))
                    .ok_or_else(|| format!("the script has no function {text}"))
            }
            TextMeaning::Plain => Err("this text names nothing".to_owned()),
        }
    }

    fn codes_target(&self, name: &str) -> Result<Target, String> {
        match self.profile.codes.get_key_value(name) {
            Some((name, _)) => Ok(Target::Codes(Arc::clone(name))),
            None if standard_number(name).is_some() => Err(format!(
                "{name} is a table of the standard, which no profile describes"
            )),
            None => Err(format!("the profile has no code table {name}")),
        }
    }

    /// Every place where what stands at a byte stands, in this script or, of what the profile knows, in
    /// all; and what it is called.
    pub fn references(
        &self,
        byte: usize,
        scripts: &[(ScriptPlace, Arc<str>)],
    ) -> Option<(String, Vec<ScriptSpot>)> {
        let sense = self.names.sense(byte)?;
        let here = |spans: Vec<Range<usize>>| {
            let spots = spans.into_iter();
            let mut spots: Vec<ScriptSpot> = spots
                .map(|span| ScriptSpot::of(self.place, self.names.text(), span))
                .collect();
            spots.sort_by_key(|spot| (spot.line, spot.column));
            spots
        };
        match &sense.what {
            Meaning::Name(NameUse::Variable(index)) | Meaning::DeclaresVariable(index) => {
                let spans = self.names.places_of_variable(*index);
                Some((sense.text.to_string(), here(spans)))
            }
            Meaning::Name(NameUse::Own(index)) | Meaning::DeclaresFunction(index) => {
                let spans = self.names.places_of_function(*index);
                Some((sense.text.to_string(), here(spans)))
            }
            Meaning::Name(_) => {
                let all = scripts.iter().flat_map(|(place, text)| {
                    let names = ScriptNames::of(text, given_variables(place));
                    let same = names.senses();
                    same.into_iter()
                        .filter(|other| {
                            other.text == sense.text && matches!(other.what, Meaning::Name(_))
                        })
                        .map(|other| ScriptSpot::of(place, text, other.span))
                        .collect::<Vec<_>>()
                });
                Some((sense.text.to_string(), all.collect()))
            }
            Meaning::Member(_) | Meaning::Text(_) => {
                let named = shared(&sense)?;
                let all = scripts.iter().flat_map(|(place, text)| {
                    let spans = places_of(&named, place, text).into_iter();
                    spans
                        .map(|span| ScriptSpot::of(place, text, span))
                        .collect::<Vec<_>>()
                });
                Some((sense.text.to_string(), all.collect()))
            }
        }
    }
}

/// What of the profile or the message something names.
pub(super) fn shared(sense: &Sense) -> Option<Shared> {
    let text = sense.text.clone();
    match &sense.what {
        Meaning::Member(Shape::Row(Some(table))) | Meaning::Text(TextMeaning::Column(table)) => {
            Some(Shared::Column(table.clone(), text))
        }
        Meaning::Text(TextMeaning::Codes) => Some(Shared::Codes(text)),
        Meaning::Text(TextMeaning::Table) => Some(Shared::Table(text)),
        Meaning::Text(TextMeaning::Segment) => Some(Shared::Segment(text)),
        Meaning::Text(TextMeaning::Group) => Some(Shared::Group(text)),
        Meaning::Text(TextMeaning::Location(inside)) => {
            location_in(&text, inside).map(Shared::Place)
        }
        _ => None,
    }
}

/// The places of a script that name the same thing: bytes.
pub(super) fn places_of(wanted: &Shared, place: &ScriptPlace, text: &str) -> Vec<Range<usize>> {
    spans_of(wanted, &ScriptNames::of(text, given_variables(place)))
}

/// The places of a script, read for its names, that name the same thing: bytes.
pub(super) fn spans_of(wanted: &Shared, names: &ScriptNames) -> Vec<Range<usize>> {
    let senses = names.senses().into_iter();
    senses
        .filter(|sense| shared(sense).as_ref() == Some(wanted))
        .map(|sense| sense.span)
        .collect()
}
