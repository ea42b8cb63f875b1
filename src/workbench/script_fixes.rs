//! What would mend a finding about a script: the name that is meant, the sign that is missing.

use std::ops::Range;

use super::script_scene::{ScriptScene, line_start, methods};
use crate::diagnostic::{Diagnostic, Place};
use crate::hl7::Location;
use crate::mapping::{
    FUNCTIONS, Inside, Meaning, NameUse, Sense, Shape, TextMeaning, nearest, tokens,
};

/// A change that mends a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptFix {
    /// What it does: `Change to "sex"`.
    pub title: String,
    /// What it replaces: bytes.
    pub span: Range<usize>,
    /// What stands there then.
    pub text: String,
}

impl ScriptScene<'_> {
    /// What would mend a finding, if anything is near enough to be meant.
    pub fn fix(&self, found: &Diagnostic) -> Option<ScriptFix> {
        let Place::Script { line, column, .. } = found.place else {
            return None;
        };
        let text = self.names.text();
        let start = line_start(text, line);
        let rest = text.get(start..)?;
        let skipped = column.saturating_sub(1) as usize;
        let byte = start
            + rest
                .char_indices()
                .nth(skipped)
                .map_or(rest.len(), |(at, _)| at);
        if found.code == "script-syntax" {
            return self.missing_sign(found, byte);
        }
        let sense = self.sense_near(byte)?;
        let meant = self.meant(&sense)?;
        (meant != *sense.text).then(|| ScriptFix {
            title: format!("Change to {meant}"),
            span: sense.span.clone(),
            text: meant,
        })
    }

    /// Rhai gives the place of a call, of a text in quotes or of a name.
    fn sense_near(&self, byte: usize) -> Option<Sense> {
        let is_quote = self
            .names
            .text()
            .get(byte..)
            .is_some_and(|text| text.starts_with('"'));
        self.names.sense(byte + usize::from(is_quote))
    }

    /// The name that is meant.
    fn meant(&self, sense: &Sense) -> Option<String> {
        let text = &*sense.text;
        let near = |allowed: Vec<&str>| nearest(text, allowed).map(str::to_owned);
        match &sense.what {
            Meaning::Name(NameUse::UnknownVariable) => {
                let names = self.names;
                let seen = names.seen_at(sense.span.start).into_iter();
                let seen = seen.filter_map(|index| names.variables.get(index));
                let given = self.given().iter().copied();
                near(seen.map(|one| &*one.name).chain(given).collect())
            }
            Meaning::Name(NameUse::Call { is_method, .. }) => {
                let own = self.names.functions.iter().map(|one| &*one.name);
                let on = is_method
                    .then(|| self.names.receiver_at(sense.span.start))
                    .flatten();
                let of_mapping: Vec<&str> = match &on {
                    Some(on) => methods(on).map(|row| row.name).collect(),
                    None => FUNCTIONS.iter().map(|row| row.name).collect(),
                };
                let first = near(
                    of_mapping
                        .into_iter()
                        .chain(own)
                        .filter(|name| *name != text)
                        .collect(),
                );
                first.or_else(|| {
                    let language = self.language.iter().map(|one| one.name.as_str());
                    near(language.filter(|name| *name != text).collect())
                })
            }
            Meaning::Member(Shape::Row(Some(table)))
            | Meaning::Text(TextMeaning::Column(table)) => self.near_column(table, text),
            Meaning::Text(TextMeaning::Codes) => {
                near(self.profile.codes.keys().map(|name| &**name).collect())
            }
            Meaning::Text(TextMeaning::Table) => {
                near(self.profile.tables.keys().map(|name| &**name).collect())
            }
            Meaning::Text(TextMeaning::Group) => {
                let grammar = self.grammar()?;
                near(grammar.groups().map(|(name, _)| &**name).collect())
            }
            Meaning::Text(TextMeaning::Segment) => self.near_segment(text),
            Meaning::Text(TextMeaning::Location(Inside::Message)) => self.near_location(text),
            Meaning::Text(TextMeaning::Function) => {
                near(self.names.functions.iter().map(|one| &*one.name).collect())
            }
            _ => None,
        }
    }

    fn near_column(&self, table: &str, text: &str) -> Option<String> {
        let table = self.profile.tables.get(table)?;
        let columns = table.columns.iter().map(|column| &*column.name);
        nearest(text, columns).map(str::to_owned)
    }

    fn near_segment(&self, text: &str) -> Option<String> {
        let segments = self.known_segments();
        let names = segments.iter().map(|(id, _)| id.as_str());
        nearest(text, names.filter(|name| *name != text)).map(str::to_owned)
    }

    /// A location as it is written: `pid.8` and `PID8` are PID-8.
    fn near_location(&self, text: &str) -> Option<String> {
        let capitals = text.to_uppercase();
        let (segment, rest) = capitals.split_at_checked(3)?;
        let rest = rest.trim_start_matches(['-', '.', ':', ' ', '_']);
        let written = if rest.is_empty() {
            segment.to_owned()
        } else {
            format!("{segment}-{}", rest.replace('-', "."))
        };
        let at: Option<Location> = written.parse().ok();
        let known = self.known_segments();
        if at.is_some_and(|at| known.iter().any(|(id, _)| *id == at.segment)) {
            return Some(written);
        }
        let near = self.near_segment(segment)?;
        let written = format!("{near}{}", written.get(3..).unwrap_or_default());
        written.parse::<Location>().is_ok().then_some(written)
    }

    /// A sign that Rhai waits for: it belongs behind what stands before.
    fn missing_sign(&self, found: &Diagnostic, byte: usize) -> Option<ScriptFix> {
        let help = found.help.as_deref()?;
        let sign = help.strip_prefix("add ")?.strip_suffix(" here")?;
        let is_sign = matches!(sign, ";" | ")" | "]" | "}" | "," | ":" | "=" | "(" | "{");
        let mut tokens = tokens(self.names.text()).into_iter();
        let before = tokens.rfind(|token| !token.is_comment() && token.end <= byte)?;
        is_sign.then(|| ScriptFix {
            title: format!("Add {sign}"),
            span: before.end..before.end,
            text: sign.to_owned(),
        })
    }
}
