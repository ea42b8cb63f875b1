//! Applying an edit: a new profile that shares all unchanged parts with the old one.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::Arc;

use super::document::{MessageDefinition, Profile, SegmentOverlay};
use super::edit::{Edit, EditError};
use super::edit_find::{missing, present, require_name, taken};
use super::edit_tables::{rename_column, rename_table_uses};
use super::field::FieldOverlay;
use super::grammar_edit::edit_notation;
use super::rows::Rows;
use super::script::Script;
use super::segment_grammar::GrammarSource;
use crate::hl7::SegmentId;

const PROFILE: &str = "profile";
const OWN: &str = "part of the site's own";
const MESSAGE: &str = "message definition";
const SEGMENT: &str = "segment";
const FIELD: &str = "field";
const RULE: &str = "severity of the rule";
const WAIVER: &str = "waiver";
const TYPE: &str = "data type";
const CODES: &str = "code table";
const TABLE: &str = "table";

impl Profile {
    /// The profile after the edit.
    ///
    /// # Errors
    /// When the edit names something that is not there, or a name that is taken or empty.
    pub fn apply(&self, edit: &Edit) -> Result<Profile, EditError> {
        let mut next = self.clone();
        next.change(edit)?;
        Ok(next)
    }

    fn change(&mut self, edit: &Edit) -> Result<(), EditError> {
        match edit {
            Edit::RenameProfile { name } => {
                require_name(PROFILE, name)?;
                self.name = Arc::clone(name);
            }
            Edit::DescribeProfile { description } => self.description = Arc::clone(description),
            Edit::SetExtends { template } => self.extends.clone_from(template),
            Edit::Revert { part } => {
                *self = self.reverted(part).ok_or_else(|| missing(OWN, part))?;
            }
            Edit::SetStandard { version } => self.standard = Some(*version),
            Edit::SetCharset { charset } => self.syntax.charset = *charset,
            Edit::SetSeverity { rule, severity } => match severity {
                Some(severity) => {
                    require_name(RULE, rule)?;
                    self.severity.insert(Arc::clone(rule), *severity);
                }
                None => {
                    take(RULE, &mut self.severity, rule)?;
                }
            },
            Edit::AddWaiver { waiver } => self.waivers.push(waiver.clone()),
            Edit::ChangeWaiver { index, waiver } => {
                let place = self.waivers.get_mut(*index);
                *place.ok_or_else(|| missing(WAIVER, index + 1))? = waiver.clone();
            }
            Edit::RemoveWaiver { index } => {
                if *index >= self.waivers.len() {
                    return Err(missing(WAIVER, index + 1));
                }
                self.waivers.remove(*index);
            }

            Edit::SetHook { hook, script } => {
                *self.scripts.get_mut(*hook) = script.as_ref().map(with_plain_line_ends);
            }

            Edit::AddMessage { before, definition } => {
                self.require_free_message(&definition.name)?;
                let index = before.unwrap_or(usize::MAX).min(self.messages.len());
                self.messages.insert(index, Arc::clone(definition));
            }
            Edit::RemoveMessage { message } => {
                let index = self.message_index(message)?;
                self.messages.remove(index);
            }
            Edit::RenameMessage { message, to } => {
                if message != to {
                    self.require_free_message(to)?;
                }
                self.message_mut(message)?.name = Arc::clone(to);
            }
            Edit::MoveMessage { message, to } => {
                let index = self.message_index(message)?;
                let definition = self.messages.remove(index);
                self.messages
                    .insert((*to).min(self.messages.len()), definition);
            }
            Edit::SetIdentity { message, identity } => {
                self.message_mut(message)?.identity.clone_from(identity);
            }
            Edit::SetGrammar { message, grammar } => {
                self.message_mut(message)?.grammar = grammar.as_ref().map(plain_text);
            }
            Edit::ChangeGrammar {
                message, change, ..
            } => {
                let definition = self.message_mut(message)?;
                let text = definition.grammar.as_deref().map(GrammarSource::of);
                let Some(GrammarSource::Notation(text)) = text else {
                    return Err(EditError::NotOwnGrammar(Arc::clone(message)));
                };
                definition.grammar = Some(edit_notation(text, change)?.into());
            }
            Edit::SetUnknownSegments {
                message,
                unknown_segments,
            } => self.message_mut(message)?.unknown_segments = Some(*unknown_segments),
            Edit::SetOrder { message, order } => self.message_mut(message)?.order = Some(*order),
            Edit::SetRules { message, rules } => self.message_mut(message)?.rules.clone_from(rules),
            Edit::SetRows { message, rows } => self.message_mut(message)?.rows.clone_from(rows),
            Edit::SetOut { message, out } => self.message_mut(message)?.out.clone_from(out),
            Edit::SetScript { message, script } => {
                self.message_mut(message)?.script = script.as_ref().map(with_plain_line_ends);
            }

            Edit::AddSegment { segment, overlay } => {
                add(SEGMENT, &mut self.segments, *segment, overlay)?;
            }
            Edit::RemoveSegment { segment } => {
                take(SEGMENT, &mut self.segments, segment)?;
            }
            Edit::RenameSegment { segment, to } => {
                rename(SEGMENT, &mut self.segments, segment, *to)?;
            }
            Edit::DescribeSegment {
                segment,
                description,
            } => self.segment_mut(*segment)?.description = Arc::clone(description),
            Edit::SetSegmentStandard { segment, version } => {
                self.segment_mut(*segment)?.standard = *version;
            }
            Edit::SetSegmentRules { segment, rules } => {
                self.segment_mut(*segment)?.rules.clone_from(rules);
            }
            Edit::OverlayField {
                segment,
                number,
                field,
            } => overlay_field(self, *segment, *number, field.as_ref())?,
            Edit::AddField {
                segment,
                before,
                field,
            } => {
                let overlay = self.segment_mut(*segment)?;
                let index =
                    before.map_or(overlay.fields.len(), |number| index_from(overlay, number));
                overlay.fields.insert(index, field.clone());
            }
            Edit::RemoveField { segment, number } => {
                let index = self.field_index(*segment, *number)?;
                self.segment_mut(*segment)?.fields.remove(index);
            }
            Edit::RenameField {
                segment,
                number,
                name,
            } => self.field_mut(*segment, *number)?.name = Arc::clone(name),
            Edit::ChangeField {
                segment,
                number,
                field,
            } => *self.field_mut(*segment, *number)? = field.clone(),
            Edit::MoveField {
                segment,
                number,
                to,
            } => {
                let index = self.field_index(*segment, *number)?;
                let overlay = self.segment_mut(*segment)?;
                let mut field = overlay.fields.remove(index);
                field.number = field.number.map(|_| *to);
                let at = index_from(overlay, *to);
                overlay.fields.insert(at, field);
            }

            Edit::AddType { name, data_type } => {
                require_name(TYPE, name)?;
                add(TYPE, &mut self.types, Arc::clone(name), data_type)?;
            }
            Edit::RemoveType { name } => {
                take(TYPE, &mut self.types, name)?;
            }
            Edit::RenameType { name, to } => {
                require_name(TYPE, to)?;
                rename(TYPE, &mut self.types, name, Arc::clone(to))?;
                self.follow_type(name, to);
            }
            Edit::ChangeType { name, data_type } => {
                *present(TYPE, &mut self.types, name)? = Arc::clone(data_type);
            }

            Edit::AddCodes { name, codes } => {
                require_name(CODES, name)?;
                add(CODES, &mut self.codes, Arc::clone(name), codes)?;
            }
            Edit::RemoveCodes { name } => {
                take(CODES, &mut self.codes, name)?;
            }
            Edit::RenameCodes { name, to } => {
                require_name(CODES, to)?;
                rename(CODES, &mut self.codes, name, Arc::clone(to))?;
                self.follow_codes(name, to);
            }
            Edit::ChangeCodes { name, codes } => {
                *present(CODES, &mut self.codes, name)? = Arc::clone(codes);
            }

            Edit::AddTable { name, table } => {
                require_name(TABLE, name)?;
                add(TABLE, &mut self.tables, Arc::clone(name), table)?;
            }
            Edit::RemoveTable { name } => {
                take(TABLE, &mut self.tables, name)?;
            }
            Edit::RenameTable { name, to } => {
                require_name(TABLE, to)?;
                rename(TABLE, &mut self.tables, name, Arc::clone(to))?;
                rename_table_uses(self, name, to);
            }
            Edit::ChangeTable { name, table } => {
                *present(TABLE, &mut self.tables, name)? = Arc::clone(table);
            }
            Edit::RenameColumn { table, column, to } => rename_column(self, table, column, to)?,
            Edit::Named { edits, .. } => {
                for edit in edits {
                    self.change(edit)?;
                }
            }
        }
        Ok(())
    }

    fn message_index(&self, name: &str) -> Result<usize, EditError> {
        self.message(name)
            .map(|(index, _)| index)
            .ok_or_else(|| missing(MESSAGE, name))
    }

    fn message_mut(&mut self, name: &str) -> Result<&mut MessageDefinition, EditError> {
        self.messages
            .iter_mut()
            .find(|definition| &*definition.name == name)
            .map(Arc::make_mut)
            .ok_or_else(|| missing(MESSAGE, name))
    }

    fn require_free_message(&self, name: &str) -> Result<(), EditError> {
        require_name(MESSAGE, name)?;
        match self.message(name) {
            None => Ok(()),
            Some(_) => Err(taken(MESSAGE, name)),
        }
    }

    fn segment_mut(&mut self, segment: SegmentId) -> Result<&mut SegmentOverlay, EditError> {
        present(SEGMENT, &mut self.segments, &segment).map(Arc::make_mut)
    }

    fn field_index(&self, segment: SegmentId, number: u16) -> Result<usize, EditError> {
        let overlay = self
            .segments
            .get(&segment)
            .ok_or_else(|| missing(SEGMENT, segment))?;
        overlay
            .numbered()
            .position(|(own, _)| own == number)
            .ok_or_else(|| missing(FIELD, format_args!("{segment}-{number}")))
    }

    fn field_mut(
        &mut self,
        segment: SegmentId,
        number: u16,
    ) -> Result<&mut FieldOverlay, EditError> {
        let index = self.field_index(segment, number)?;
        self.segment_mut(segment)?
            .fields
            .get_mut(index)
            .ok_or_else(|| missing(FIELD, format_args!("{segment}-{number}")))
    }

    /// Changes the rows that fit and leaves all other definitions shared.
    pub(super) fn change_rows(&mut self, fits: impl Fn(&Rows) -> bool, change: impl Fn(&mut Rows)) {
        for definition in &mut self.messages {
            if definition.rows.iter().any(&fits) {
                let rows = &mut Arc::make_mut(definition).rows;
                rows.iter_mut().filter(|rows| fits(rows)).for_each(&change);
            }
        }
    }

    fn follow_type(&mut self, name: &Arc<str>, to: &Arc<str>) {
        let uses = |data_type: &Option<Arc<str>>| data_type.as_ref() == Some(name);
        for overlay in self.types.values_mut() {
            if overlay.components.iter().any(|part| uses(&part.data_type)) {
                for part in &mut Arc::make_mut(overlay).components {
                    if uses(&part.data_type) {
                        part.data_type = Some(Arc::clone(to));
                    }
                }
            }
        }
        for overlay in self.segments.values_mut() {
            if overlay.fields.iter().any(|field| uses(&field.data_type)) {
                for field in &mut Arc::make_mut(overlay).fields {
                    if uses(&field.data_type) {
                        field.data_type = Some(Arc::clone(to));
                    }
                }
            }
        }
    }

    fn follow_codes(&mut self, name: &Arc<str>, to: &Arc<str>) {
        let uses = |codes: &Option<Arc<str>>| codes.as_ref() == Some(name);
        self.change_rows(
            |rows| {
                let mut columns = rows.columns.values();
                columns.any(|source| source.codes() == Some(name))
            },
            |rows| {
                for source in rows.columns.values_mut() {
                    source.rename_codes(name, to);
                }
            },
        );
        for overlay in self.types.values_mut() {
            if overlay.components.iter().any(|part| uses(&part.codes)) {
                for part in &mut Arc::make_mut(overlay).components {
                    if uses(&part.codes) {
                        part.codes = Some(Arc::clone(to));
                    }
                }
            }
        }
        for overlay in self.segments.values_mut() {
            if overlay.fields.iter().any(|field| uses(&field.codes)) {
                for field in &mut Arc::make_mut(overlay).fields {
                    if uses(&field.codes) {
                        field.codes = Some(Arc::clone(to));
                    }
                }
            }
        }
    }
}

/// The index of the first field whose number is not lower.
fn index_from(overlay: &SegmentOverlay, number: u16) -> usize {
    overlay
        .numbered()
        .position(|(own, _)| own >= number)
        .unwrap_or(overlay.fields.len())
}

/// Replaces, adds or takes out what is said of one field, so that all others keep their numbers.
fn overlay_field(
    profile: &mut Profile,
    segment: SegmentId,
    number: u16,
    field: Option<&FieldOverlay>,
) -> Result<(), EditError> {
    if number == 0 || (field.is_none() && !profile.segments.contains_key(&segment)) {
        return Err(missing(FIELD, format_args!("{segment}-{number}")));
    }
    let overlay = Arc::make_mut(profile.segments.entry(segment).or_default());
    let index = index_from(overlay, number);
    let known: Vec<u16> = overlay.numbered().map(|(number, _)| number).collect();
    let is_there = known.get(index) == Some(&number);
    if is_there {
        overlay.fields.remove(index);
    } else if field.is_none() {
        return Err(missing(FIELD, format_args!("{segment}-{number}")));
    }
    let behind = index + usize::from(is_there);
    if let (Some(next), Some(own)) = (overlay.fields.get_mut(index), known.get(behind)) {
        let before = match field {
            Some(_) => Some(number),
            None => index.checked_sub(1).and_then(|at| known.get(at).copied()),
        };
        let is_next = *own == before.unwrap_or(0).saturating_add(1);
        next.number = (!is_next).then_some(*own);
    }
    if let Some(field) = field {
        let before = index.checked_sub(1).and_then(|at| known.get(at).copied());
        let is_next = number == before.unwrap_or(0).saturating_add(1);
        let number = (!is_next).then_some(number);
        let field = FieldOverlay {
            number,
            ..field.clone()
        };
        overlay.fields.insert(index, field);
    }
    if *overlay == SegmentOverlay::default() && !segment.is_site_defined() {
        profile.segments.remove(&segment);
    }
    Ok(())
}

/// A script typed or pasted under Windows is the script typed elsewhere.
fn with_plain_line_ends(script: &Script) -> Script {
    match script {
        Script::Inline(text) => Script::Inline(plain_text(text)),
        Script::File(_) => script.clone(),
    }
}

fn plain_text(text: &Arc<str>) -> Arc<str> {
    if text.contains("\r\n") {
        text.replace("\r\n", "\n").into()
    } else {
        Arc::clone(text)
    }
}

fn add<K: Ord + Display, V>(
    what: &'static str,
    map: &mut BTreeMap<K, Arc<V>>,
    key: K,
    value: &Arc<V>,
) -> Result<(), EditError> {
    if map.contains_key(&key) {
        return Err(taken(what, key));
    }
    map.insert(key, Arc::clone(value));
    Ok(())
}

fn take<K: Ord + Display, V>(
    what: &'static str,
    map: &mut BTreeMap<K, V>,
    key: &K,
) -> Result<V, EditError> {
    map.remove(key).ok_or_else(|| missing(what, key))
}

fn rename<K: Ord + Display, V>(
    what: &'static str,
    map: &mut BTreeMap<K, V>,
    key: &K,
    to: K,
) -> Result<(), EditError> {
    if *key != to && map.contains_key(&to) {
        return Err(taken(what, to));
    }
    let value = take(what, map, key)?;
    map.insert(to, value);
    Ok(())
}
