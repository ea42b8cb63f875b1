//! Applying an edit: a new profile that shares all unchanged parts with the old one.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::Arc;

use super::document::{MessageDefinition, Profile, Script, SegmentOverlay};
use super::edit::{Edit, EditError};
use super::field::FieldOverlay;
use super::rows::Rows;
use crate::hl7::SegmentId;

const PROFILE: &str = "profile";
const MESSAGE: &str = "message definition";
const SEGMENT: &str = "segment";
const FIELD: &str = "field";
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
            Edit::SetStandard { version } => self.standard = *version,

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
            Edit::SetUnknownSegments {
                message,
                unknown_segments,
            } => self.message_mut(message)?.unknown_segments = *unknown_segments,
            Edit::SetOrder { message, order } => self.message_mut(message)?.order = *order,
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
            Edit::AddField {
                segment,
                before,
                field,
            } => {
                let fields = &mut self.segment_mut(*segment)?.fields;
                let index = before.map_or(fields.len(), |number| {
                    usize::from(number).saturating_sub(1).min(fields.len())
                });
                fields.insert(index, field.clone());
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
                let fields = &mut self.segment_mut(*segment)?.fields;
                let field = fields.remove(index);
                let to = usize::from(*to).saturating_sub(1).min(fields.len());
                fields.insert(to, field);
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
                self.change_rows(
                    |rows| rows.table == *name || rows.parent.as_ref() == Some(name),
                    |rows| {
                        for used in std::iter::once(&mut rows.table).chain(&mut rows.parent) {
                            if used == name {
                                *used = Arc::clone(to);
                            }
                        }
                    },
                );
            }
            Edit::ChangeTable { name, table } => {
                *present(TABLE, &mut self.tables, name)? = Arc::clone(table);
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
        usize::from(number)
            .checked_sub(1)
            .filter(|&index| index < overlay.fields.len())
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
    fn change_rows(&mut self, fits: impl Fn(&Rows) -> bool, change: impl Fn(&mut Rows)) {
        for definition in &mut self.messages {
            if definition.rows.iter().any(&fits) {
                let rows = &mut Arc::make_mut(definition).rows;
                rows.iter_mut().filter(|rows| fits(rows)).for_each(&change);
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

fn present<'m, K: Ord + Display, V>(
    what: &'static str,
    map: &'m mut BTreeMap<K, V>,
    key: &K,
) -> Result<&'m mut V, EditError> {
    map.get_mut(key).ok_or_else(|| missing(what, key))
}

fn require_name(what: &'static str, name: &str) -> Result<(), EditError> {
    if name.trim().is_empty() {
        return Err(EditError::Nameless { what });
    }
    Ok(())
}

fn missing(what: &'static str, name: impl Display) -> EditError {
    EditError::Missing {
        what,
        name: name.to_string(),
    }
}

fn taken(what: &'static str, name: impl Display) -> EditError {
    EditError::Taken {
        what,
        name: name.to_string(),
    }
}
