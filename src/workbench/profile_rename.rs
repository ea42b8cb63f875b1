//! A new name for a code table, a table or a column of the profile: all that names it exactly follows, in
//! scripts, expressions of columns, rules and conditions.

use std::ops::Range;
use std::sync::Arc;

use super::notice::Notice;
use super::script_scene::given_variables;
use super::script_targets::{Shared, spans_of};
use super::script_texts::{ScriptSpot, profile_scripts};
use super::session::Session;
use crate::mapping::{ComputedName, ScriptNames, is_name};
use crate::profile::{
    ColumnSource, Edit, EditError, MessageDefinition, Profile, Rule, ScriptPlace, SegmentOverlay,
};

/// What expressions of columns find.
const OF_EXPRESSION: &[&str] = &["value", "msg"];

/// What rules and conditions find.
const OF_RULE: &[&str] = &["msg", "seg"];

/// All that changes with a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rename {
    /// What undo calls it.
    pub name: String,
    /// What changes in the profile.
    pub edits: Vec<Edit>,
    /// The scripts that change, with their texts.
    pub scripts: Vec<(ScriptPlace, String)>,
    /// How many expressions of columns change.
    pub expressions: usize,
    /// How many rules and conditions change.
    pub rules: usize,
    /// Where the name is computed, so that nothing can follow it.
    pub computed: Vec<String>,
}

impl Rename {
    /// Where it stands beside the profile's own page: `2 scripts and 1 rule`; empty where it does nowhere.
    pub fn places(&self) -> String {
        let counted = |count: usize, what: &str| match count {
            0 => None,
            1 => Some(format!("1 {what}")),
            count => Some(format!("{count} {what}s")),
        };
        let parts = [
            counted(self.scripts.len(), "script"),
            counted(self.expressions, "expression"),
            counted(self.rules, "rule"),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        match &parts[..] {
            [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
            parts => parts.concat(),
        }
    }

    /// What stays as it is because only a run knows the name; empty where nothing does.
    pub fn left(&self) -> String {
        match &self.computed[..] {
            [] => String::new(),
            [only] => format!("{only} computes the name: look there"),
            [first, .., last] => format!(
                "{} places compute the name, from {first} to {last}: look there",
                self.computed.len()
            ),
        }
    }
}

/// All that changes when the profile's own name for something does; `None` for another edit.
pub(super) fn renamed_by(edit: &Edit) -> Option<(Shared, &Arc<str>)> {
    match edit {
        Edit::RenameCodes { name, to } => Some((Shared::Codes((&**name).into()), to)),
        Edit::RenameTable { name, to } => Some((Shared::Table((&**name).into()), to)),
        Edit::RenameColumn { table, column, to } => {
            let column = (&**column).into();
            Some((Shared::Column((&**table).into(), column), to))
        }
        _ => None,
    }
}

/// Follows what an edit renames wherever the profile names it.
pub(super) fn follow(
    profile: &Profile,
    edit: Edit,
    name: String,
    scripts: &[(ScriptPlace, Arc<str>)],
) -> Result<Rename, EditError> {
    let Some((named, to)) = renamed_by(&edit) else {
        return Ok(Rename {
            name,
            edits: vec![edit],
            ..Rename::default()
        });
    };
    let after = profile.apply(&edit)?;
    let mut follower = Follower {
        named,
        to: Arc::clone(to),
        expressions: 0,
        rules: 0,
        computed: Vec::new(),
    };
    let scripts = scripts
        .iter()
        .filter_map(|(place, text)| {
            let spot = |span: Range<usize>| {
                let spot = ScriptSpot::of(place, text, span);
                format!("{} line {}", spot.script_name(), spot.line)
            };
            let made = follower.text(text, given_variables(place), spot)?;
            Some((place.clone(), made))
        })
        .collect();
    let mut edits = vec![edit];
    for definition in &after.messages {
        follower.definition(definition, &mut edits);
    }
    for (segment, overlay) in &after.segments {
        follower.segment(*segment, overlay, &mut edits);
    }
    Ok(Rename {
        name,
        edits,
        scripts,
        expressions: follower.expressions,
        rules: follower.rules,
        computed: follower.computed,
    })
}

struct Follower {
    named: Shared,
    to: Arc<str>,
    expressions: usize,
    rules: usize,
    computed: Vec<String>,
}

impl Follower {
    /// The text with the new name; `None` where it does not have the old one. `place` says where a
    /// stretch of it is.
    fn text(
        &mut self,
        text: &str,
        given: &'static [&'static str],
        place: impl Fn(Range<usize>) -> String,
    ) -> Option<String> {
        let names = ScriptNames::of(text, given);
        let what = match &self.named {
            Shared::Codes(_) => Some(ComputedName::Codes),
            Shared::Table(_) => Some(ComputedName::Table),
            Shared::Column(table, column) => Some(ComputedName::Column(table, column)),
            Shared::Place(_) | Shared::Segment(_) | Shared::Group(_) => None,
        };
        let computed = what.map_or_else(Vec::new, |what| names.computed(what));
        self.computed.extend(computed.into_iter().map(place));
        let spans = spans_of(&self.named, &names);
        (!spans.is_empty()).then(|| renamed(text, spans, &self.to))
    }

    fn definition(&mut self, definition: &Arc<MessageDefinition>, edits: &mut Vec<Edit>) {
        let mut rows = definition.rows.clone();
        let before = self.expressions;
        for one in &mut rows {
            for (column, source) in &mut one.columns {
                let ColumnSource::From(reading) = source else {
                    continue;
                };
                let Some(then) = &mut reading.then else {
                    continue;
                };
                let place = |_| format!("the expression of {}.{column}", one.table);
                if let Some(made) = self.text(then, OF_EXPRESSION, place) {
                    *then = made.into();
                    self.expressions += 1;
                }
            }
        }
        if self.expressions > before {
            edits.push(Edit::SetRows {
                message: Arc::clone(&definition.name),
                rows,
            });
        }
        if let Some(rules) = self.rules_of(&definition.rules) {
            edits.push(Edit::SetRules {
                message: Arc::clone(&definition.name),
                rules,
            });
        }
    }

    fn segment(
        &mut self,
        segment: crate::hl7::SegmentId,
        overlay: &SegmentOverlay,
        edits: &mut Vec<Edit>,
    ) {
        if let Some(rules) = self.rules_of(&overlay.rules) {
            edits.push(Edit::SetSegmentRules { segment, rules });
        }
        for (number, field) in overlay.numbered() {
            let Some(when) = &field.when else {
                continue;
            };
            let place = |_| format!("the condition of {segment}-{number}");
            if let Some(made) = self.text(when, OF_RULE, place) {
                self.rules += 1;
                let mut field = field.clone();
                field.when = Some(made.into());
                edits.push(Edit::OverlayField {
                    segment,
                    number,
                    field: Some(field),
                });
            }
        }
    }

    /// The rules with the new name; `None` where none has the old one.
    fn rules_of(&mut self, rules: &[Rule]) -> Option<Vec<Rule>> {
        let before = self.rules;
        let mut changed = rules.to_vec();
        for rule in &mut changed {
            let place = |_: Range<usize>| format!("the rule \"{}\"", rule.name);
            let must = self.text(&rule.must, OF_RULE, place);
            let when = rule.when.as_ref();
            let when = when.and_then(|when| self.text(when, OF_RULE, place));
            self.rules += usize::from(must.is_some() || when.is_some());
            rule.must = must.map_or_else(|| Arc::clone(&rule.must), Into::into);
            rule.when = when.map(Into::into).or_else(|| rule.when.clone());
        }
        (self.rules > before).then_some(changed)
    }
}

/// Puts a name in place of stretches of a script: bytes. Behind a dot stands only what can be a name there,
/// anything else in brackets.
fn renamed(text: &str, mut spans: Vec<Range<usize>>, to: &str) -> String {
    spans.sort_by_key(|span| span.start);
    let escaped = to.replace('\\', "\\\\").replace('"', "\\\"");
    let mut made = String::with_capacity(text.len());
    let mut from = 0;
    for span in spans {
        let before = text.get(from..span.start).unwrap_or_default();
        if before.ends_with(['"', '\'', '`']) {
            made.push_str(before);
            made.push_str(&escaped);
        } else if is_name(to) {
            made.push_str(before);
            made.push_str(to);
        } else {
            made.push_str(before.trim_end().trim_end_matches('.').trim_end());
            made.extend(["[\"", &escaped, "\"]"]);
        }
        from = span.end;
    }
    made.push_str(text.get(from..).unwrap_or_default());
    made
}

impl Session {
    /// Makes an edit that renames something, with all that names it, as one step, and tells what followed.
    /// Nothing is done for another edit.
    pub(super) fn rename_everywhere(&mut self, edit: &Edit) -> Option<Result<(), EditError>> {
        renamed_by(edit)?;
        let scripts = profile_scripts(self.profile(), self.scripts());
        let rename = follow(self.profile(), edit.clone(), edit.name(), &scripts);
        let made = rename.and_then(|rename| {
            self.rename(&rename)?;
            let (places, left) = (rename.places(), rename.left());
            let name = match renamed_by(edit) {
                Some((_, to)) => to.to_string(),
                None => String::new(),
            };
            let told = match (places.is_empty(), left.is_empty()) {
                (true, true) => return Ok(()),
                (true, false) => left,
                (false, true) => format!("{places} follow to {name}"),
                (false, false) => format!("{places} follow to {name}; {left}"),
            };
            self.notices.push(Notice::Renamed(told));
            Ok(())
        });
        Some(made)
    }
}
