//! What can be said of a field or a component: how each attribute is shown, written and read.

use std::sync::Arc;

use super::super::widgets::{ColumnSpec, Proposal, Width};
use crate::grammar::{Attribute, ComponentView, FieldView};
use crate::profile::{ComponentOverlay, FieldOverlay, Profile, Repeat, Usage};
use crate::standard;

/// An attribute with a column of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attr {
    Name,
    Usage,
    Repeat,
    Length,
    Type,
    Codes,
    Mask,
    When,
    Description,
}

/// The attributes of a field.
pub(super) const OF_FIELD: [Attr; 9] = [
    Attr::Name,
    Attr::Usage,
    Attr::Repeat,
    Attr::Length,
    Attr::Type,
    Attr::Codes,
    Attr::Mask,
    Attr::When,
    Attr::Description,
];

/// The attributes of a component.
pub(super) const OF_COMPONENT: [Attr; 7] = [
    Attr::Name,
    Attr::Usage,
    Attr::Length,
    Attr::Type,
    Attr::Codes,
    Attr::Mask,
    Attr::Description,
];

/// So many choices are offered at once.
const OFFERED: usize = 200;

impl Attr {
    pub(super) fn title(self) -> &'static str {
        match self {
            Attr::Name => "Name",
            Attr::Usage => "Usage",
            Attr::Repeat => "Repeat",
            Attr::Length => "Length",
            Attr::Type => "Type",
            Attr::Codes => "Codes",
            Attr::Mask => "Date mask",
            Attr::When => "When",
            Attr::Description => "Description",
        }
    }

    pub(super) fn column(self) -> ColumnSpec {
        let width = match self {
            Attr::Name => Width::Points(176.0),
            Attr::Usage | Attr::Length | Attr::Type => Width::Points(58.0),
            Attr::Repeat => Width::Points(62.0),
            Attr::Codes => Width::Points(76.0),
            Attr::Mask => Width::Points(92.0),
            Attr::When => Width::Points(116.0),
            Attr::Description => Width::Rest,
        };
        ColumnSpec::new(self.title(), width)
    }

    /// What the profile calls it: most are one value.
    pub(super) fn parts(self) -> &'static [&'static str] {
        match self {
            Attr::Name => &["name"],
            Attr::Usage => &["usage"],
            Attr::Repeat => &["repeat", "least"],
            Attr::Length => &["length"],
            Attr::Type => &["type"],
            Attr::Codes => &["codes"],
            Attr::Mask => &["mask"],
            Attr::When => &["when"],
            Attr::Description => &["description"],
        }
    }

    /// What the grammar calls it.
    pub(super) fn attribute(self) -> Attribute {
        match self {
            Attr::Name => Attribute::Name,
            Attr::Usage | Attr::When => Attribute::Usage,
            Attr::Repeat => Attribute::Repetitions,
            Attr::Length => Attribute::Length,
            Attr::Type => Attribute::DataType,
            Attr::Codes => Attribute::Table,
            Attr::Mask => Attribute::Mask,
            Attr::Description => Attribute::Description,
        }
    }

    pub(super) fn of_field(self, view: &FieldView<'_>) -> String {
        match self {
            Attr::Name => view.name.to_owned(),
            Attr::Usage => view.usage.letters().to_owned(),
            Attr::Repeat => repeat_text(view.min_repetitions, view.max_repetitions),
            Attr::Length => number(view.max_length),
            Attr::Type => view.shown_type().into_owned(),
            Attr::Codes => view.table.unwrap_or_default().to_owned(),
            Attr::Mask => view.mask.unwrap_or_default().to_owned(),
            Attr::When => view.condition.unwrap_or_default().to_owned(),
            Attr::Description => view.description.to_owned(),
        }
    }

    pub(super) fn of_component(self, view: &ComponentView<'_>) -> String {
        match self {
            Attr::Name => view.name.to_owned(),
            Attr::Usage => view.usage.letters().to_owned(),
            Attr::Length => number(view.max_length),
            Attr::Type => standard::shown_type(view.data_type).to_owned(),
            Attr::Codes => view.table.unwrap_or_default().to_owned(),
            Attr::Mask => view.mask.unwrap_or_default().to_owned(),
            Attr::Description => view.description.to_owned(),
            Attr::Repeat | Attr::When => String::new(),
        }
    }

    /// Whether a text can stand in the profile as this attribute; else what would be right.
    pub(super) fn check(self, text: &str) -> Result<(), String> {
        match self {
            Attr::Usage => usage(text).map(drop),
            Attr::Repeat => repeat(text).map(drop),
            Attr::Length => length(text).map(drop),
            Attr::Name | Attr::Type | Attr::Codes | Attr::Mask | Attr::When | Attr::Description => {
                Ok(())
            }
        }
    }

    /// Says it of a field.
    pub(super) fn set_field(self, field: &mut FieldOverlay, text: &str) -> Result<(), String> {
        let said = || Some(Arc::from(text));
        match self {
            Attr::Name => field.name = text.into(),
            Attr::Usage => field.usage = Some(usage(text)?),
            Attr::Repeat => {
                let (least, most) = repeat(text)?;
                field.repeat = Some(most);
                field.least = least.or(field.least.map(|_| 1));
            }
            Attr::Length => field.length = Some(length(text)?),
            Attr::Type => field.data_type = said(),
            Attr::Codes => field.codes = said(),
            Attr::Mask => field.mask = said(),
            Attr::When => field.when = said(),
            Attr::Description => field.description = text.into(),
        }
        Ok(())
    }

    /// Says it of a component.
    pub(super) fn set_component(
        self,
        part: &mut ComponentOverlay,
        text: &str,
    ) -> Result<(), String> {
        let said = || Some(Arc::from(text));
        match self {
            Attr::Name => part.name = text.into(),
            Attr::Usage => part.usage = Some(usage(text)?),
            Attr::Length => part.length = Some(length(text)?),
            Attr::Type => part.data_type = said(),
            Attr::Codes => part.codes = said(),
            Attr::Mask => part.mask = said(),
            Attr::Description => part.description = text.into(),
            Attr::Repeat | Attr::When => {}
        }
        Ok(())
    }

    /// What can be written, for what was typed.
    pub(super) fn choices(self, profile: &Profile, typed: &str) -> Vec<Proposal> {
        let all: Vec<(String, String)> = match self {
            Attr::Usage => Usage::ALL
                .into_iter()
                .map(|usage| (usage.letters().to_owned(), usage_words(usage).to_owned()))
                .collect(),
            Attr::Repeat => [
                ("1", "Once"),
                ("any", "Any number"),
                ("1..3", "Up to three"),
            ]
            .map(|(text, words)| (text.to_owned(), words.to_owned()))
            .into(),
            Attr::Type => types(profile),
            Attr::Codes => code_tables(profile),
            Attr::Mask => [
                ("dd.MM.yyyy", "02.03.2026"),
                ("dd.MM.yyyy HH:mm", "02.03.2026 09:05"),
                ("yyyy-MM-dd", "2026-03-02"),
                ("yyyy-MM-dd HH:mm:ss", "2026-03-02 09:05:00"),
                ("MM/dd/yyyy", "03/02/2026"),
                ("ddMMyyyy", "02032026"),
            ]
            .map(|(text, words)| (text.to_owned(), words.to_owned()))
            .into(),
            Attr::Name | Attr::Length | Attr::When | Attr::Description => Vec::new(),
        };
        matching(all, typed)
    }
}

/// What fits what was typed: first what is it, then what begins so, then what has it in its words.
fn matching(all: Vec<(String, String)>, typed: &str) -> Vec<Proposal> {
    let typed = typed.trim().to_lowercase();
    let mut found: Vec<(u8, Proposal)> = all
        .into_iter()
        .filter_map(|(text, detail)| {
            let lower = text.to_lowercase();
            let rank = if lower == typed {
                0
            } else if lower.starts_with(&typed) {
                1
            } else if detail.to_lowercase().contains(&typed) {
                2
            } else {
                return None;
            };
            let help = String::new();
            Some((
                rank,
                Proposal {
                    text,
                    detail,
                    help,
                    goes_on: false,
                },
            ))
        })
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.truncate(OFFERED);
    found.into_iter().map(|(_, proposal)| proposal).collect()
}

fn types(profile: &Profile) -> Vec<(String, String)> {
    let own = profile.types.iter().map(|(name, overlay)| {
        let words = format!("{} · of the site", overlay.description);
        (name.to_string(), words.trim_start_matches(" · ").to_owned())
    });
    let known = standard::dictionary(profile.version()).data_types();
    let known = known.map(|found| {
        let id = standard::shown_type(found.id);
        (id.to_owned(), found.name.to_owned())
    });
    let mut all: Vec<_> = own.chain(known).collect();
    all.sort();
    all.dedup_by(|one, other| one.0 == other.0);
    all
}

fn code_tables(profile: &Profile) -> Vec<(String, String)> {
    let own = profile.codes.iter().map(|(name, codes)| {
        let count = codes.values.len();
        (name.to_string(), format!("{count} values · of the site"))
    });
    let known = standard::dictionary(profile.version()).tables();
    let known = known.map(|table| {
        let name = table.name.unwrap_or_default();
        (table.number.to_owned(), name.to_owned())
    });
    own.chain(known).collect()
}

fn usage_words(usage: Usage) -> &'static str {
    match usage {
        Usage::Required => "Required: it is there and holds a value",
        Usage::RequiredOrEmpty => "Required, may be empty",
        Usage::Conditional => "Conditional: see When",
        Usage::Optional => "Optional",
        Usage::Backward => "Kept for older versions",
        Usage::NotSupported => "Not used",
    }
}

fn usage(text: &str) -> Result<Usage, String> {
    let text = text.trim();
    let found = Usage::ALL.into_iter().find(|usage| {
        usage.letters().eq_ignore_ascii_case(text) || usage.name().eq_ignore_ascii_case(text)
    });
    found.ok_or_else(|| "Write R, RE, C, O, B or X".to_owned())
}

fn length(text: &str) -> Result<u32, String> {
    let found = text.trim().parse().ok().filter(|length| *length > 0);
    found.ok_or_else(|| "Write the most characters, a number from 1 on".to_owned())
}

/// The fewest, where they are said, and the most repetitions.
fn repeat(text: &str) -> Result<(Option<u32>, Repeat), String> {
    let wrong = || "Write 1, a number such as 3, a range such as 2..5, or any".to_owned();
    let text = text.trim();
    let most = |text: &str| match text {
        "any" | "*" | "n" => Some(Repeat::Many),
        "1" => Some(Repeat::Once),
        text => {
            let count = text.parse().ok().filter(|count| *count > 0)?;
            Some(Repeat::Times(count))
        }
    };
    match text.split_once("..").or_else(|| text.split_once('–')) {
        None => Ok((None, most(text).ok_or_else(wrong)?)),
        Some((fewest, last)) => {
            let low: u32 = fewest.trim().parse().map_err(|_| wrong())?;
            let most = most(last.trim()).ok_or_else(wrong)?;
            if most.max().is_some_and(|most| low > most) {
                return Err("The fewest are more than the most".to_owned());
            }
            Ok((Some(low).filter(|low| *low != 1), most))
        }
    }
}

fn repeat_text(least: u32, most: Option<u32>) -> String {
    let most = most.map_or_else(|| "any".to_owned(), |most| most.to_string());
    if least > 1 {
        format!("{least}..{most}")
    } else {
        most
    }
}

fn number(value: Option<u32>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<&str>) {
        let found = repeat(text).ok();
        let shown = found.map(|(least, most)| repeat_text(least.unwrap_or(1), most.max()));
        assert_eq!(shown.as_deref(), expect, "{text}");
    }

    #[test]
    fn repetitions_are_written_as_people_do() {
        for (text, expect) in [
            ("1", Some("1")),
            (" 3 ", Some("3")),
            ("any", Some("any")),
            ("*", Some("any")),
            ("2..5", Some("2..5")),
            ("1..3", Some("3")),
            ("2..any", Some("2..any")),
            ("5..2", None),
            ("0", None),
            ("often", None),
            ("-1", None),
            ("", None),
        ] {
            check(text, expect);
        }
    }

    #[test]
    fn what_is_typed_exactly_is_offered_first() {
        let profile = Profile::new("a");
        for (typed, first) in [("st", "ST"), ("CX", "CX"), ("TS", "TS")] {
            let choices = Attr::Type.choices(&profile, typed);
            assert_eq!(choices.first().map(|one| one.text.as_str()), Some(first));
        }
        let found = Attr::Codes.choices(&profile, "administrative sex");
        assert!(found.iter().any(|one| one.text == "0001"));
        assert!(Attr::Usage.choices(&profile, "zz").is_empty());
    }
}
